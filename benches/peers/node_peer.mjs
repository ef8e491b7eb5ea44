// npm's engine, asked line by line on standard input; benches/peers/process.rs tells how. Its argument is the folder
// in which npm installed the package.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const NAME = "@huggingface/jinja";

const folder = process.argv[2];
const require = createRequire(join(folder, "package.json"));
const { Template } = require(NAME);
const { version } = JSON.parse(readFileSync(join(folder, "node_modules", NAME, "package.json"), "utf8"));

let render;

function timed(run, runs) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < runs; i++) run();
    return Number(process.hrtime.bigint() - start);
}

/** Renders chat requests as JSON lines, as `rolecall batch` does. */
function batch({ source, bos_token, input, output }) {
    const template = new Template(source);
    const lines = readFileSync(input, "utf8").split("\n");
    lines.pop();
    const answers = lines.map((line) => {
        const { messages, add_generation_prompt } = JSON.parse(line);
        return JSON.stringify({ prompt: template.render({ messages, add_generation_prompt, bos_token }) }) + "\n";
    });
    writeFileSync(output, answers.join(""));
}

function answer(request) {
    switch (request.do) {
        case "load": {
            const template = new Template(request.source);
            render = () => template.render(request.context);
            return { outputs: [render()] };
        }
        case "run":
            return { nanoseconds: timed(render, request.runs) };
        case "batch":
            return { nanoseconds: timed(() => batch(request), 1) };
        default:
            throw new Error(`nothing is called ${request.do}`);
    }
}

function say(value) {
    process.stdout.write(JSON.stringify(value) + "\n");
}

say({ engines: [NAME], versions: `${NAME} ${version}, Node.js ${process.versions.node}` });
for await (const line of createInterface({ input: process.stdin })) {
    try {
        say(answer(JSON.parse(line)));
    } catch (error) {
        say({ error: String(error) });
    }
}
