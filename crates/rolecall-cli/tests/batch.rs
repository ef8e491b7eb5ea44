//! `rolecall batch`: JSON lines in, JSON lines out.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of a test that fails has failed it"
)]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Ended, rolecall};
use serde_json::{Value, json};

const HI: &str = r#"{"messages": [{"role": "user", "content": "Hi"}]}"#;

/// Runs the command on the bytes of a file.
fn batch(input: &[u8], more: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.jsonl");
    fs::write(&path, input).expect("writes");
    let arguments = ["batch".as_ref(), path.as_os_str()];
    rolecall(arguments.into_iter().chain(more.iter().map(OsStr::new))).end()
}

fn answers(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn kinds(out: &str) -> Vec<String> {
    let kind = |answer: &Value| answer["error"]["kind"].as_str().unwrap_or("none").to_owned();
    answers(out).iter().map(kind).collect()
}

/// A template and its special tokens in files of a folder, as arguments.
fn template(folder: &Path, source: &str, tokens: &str) -> [String; 4] {
    let path = |name: &str, content: &str| {
        let path = folder.join(name);
        fs::write(&path, content).expect("writes");
        path.to_str().expect("UTF-8").to_owned()
    };
    ["--template".into(), path("t.jinja", source), "--special-tokens".into(), path("tokens.json", tokens)]
}

#[test]
fn a_line_is_a_chat_request_as_servers_name_its_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}\
        {{ tools|length if tools else 'no' }} tools,{{ documents|length if documents else 'no' }} documents,{{ deep }},\
        {{ strftime_now('%d %b %Y %H:%M:%S') }}{% if add_generation_prompt %}>{% endif %}";
    let files = template(folder.path(), source, r#"{"bos_token": "<s>", "eos_token": null}"#);
    let input = r#"
        {"messages": [{"role": "user", "content": "é\n"}], "tools": [{"a": 1}], "documents": [{}, {}], "chat_template_kwargs": {"deep": true}, "add_generation_prompt": true}
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "continue_final_message": true}
    "#;
    let input = input.trim();
    let mut arguments = vec!["--now", "2026-07-04T12:34:56"];
    arguments.extend(files.iter().map(String::as_str));
    let ended = batch(input.as_bytes(), &arguments);
    assert_eq!((ended.code, ended.err.as_str()), (0, "2 lines, 0 failed\n"));
    let now = "04 Jul 2026 12:34:56";
    assert_eq!(
        answers(&ended.out),
        [
            json!({"prompt": format!("<s>user:é\n;1 tools,2 documents,True,{now}>")}),
            json!({"prompt": "<s>user:a;assistant:b"}),
        ]
    );
    // Options of the command stand over those of the lines.
    arguments.extend(["--add-generation-prompt", "--var", "deep=[0]"]);
    let ended = batch(input.lines().next().expect("a line").as_bytes(), &arguments);
    assert_eq!(
        answers(&ended.out),
        [json!({"prompt": format!("<s>user:é\n;1 tools,2 documents,[0],{now}>")})]
    );
    arguments.splice(0..2, ["--now", "4 July"]);
    assert_eq!(batch(b"", &arguments).code, 2);
}

#[test]
fn whatever_a_line_holds_it_is_answered() {
    let mut input = Vec::new();
    let mut expected = Vec::new();
    let mut line = |line: &[u8], kind: &'static str| {
        input.extend_from_slice(line);
        input.push(b'\n');
        expected.push(kind);
    };
    line(HI.as_bytes(), "none");
    line(b"nope", "JsonError");
    line(b"", "LineError");
    line(b" \t\r", "LineError");
    line(b"{\"messages\": [{\"role\": \"\xff\"}]}", "LineError");
    line(b"5", "RequestError");
    line(b"null", "RequestError");
    line(b"\"messages\"", "RequestError");
    line(br#"[{"role": "user", "content": "Hi"}]"#, "RequestError");
    line(b"{}", "RequestError");
    line(br#"{"messages": [{"role": "user", "content": "Hi"}], "temperature": 1}"#, "RequestError");
    line(br#"{"messages": [], "messages": [{"role": "user", "content": "Hi"}]}"#, "none");
    line(br#"{"messages": [{"role": "user", "content": 123456789012345678901}]}"#, "JsonError");
    line(br#"{"messages": []}"#, "ValueError");
    line(br#"{"messages": ["Hi"]}"#, "AttributeError");
    line(br#"{"messages": [{"role": "user", "content": "Hi"}], "tools": [1]}"#, "ValueError");
    line("[".repeat(100_000).as_bytes(), "RequestError");
    line(format!("{{\"messages\": {}", "[".repeat(100_000)).as_bytes(), "JsonError");
    line(format!("{HI}\r").as_bytes(), "none");
    input.extend_from_slice(HI.as_bytes());
    expected.push("none");
    for jobs in ["1", "3"] {
        let ended = batch(&input, &["--model", "builtin:chatml", "--jobs", jobs]);
        assert_eq!(kinds(&ended.out), expected);
        assert_eq!(ended.code, 1);
        let failed = expected.iter().filter(|kind| **kind != "none").count();
        let summary = format!(
            "{} lines, {failed} failed; the first is line 2: JsonError: not a JSON document: column 1: ",
            expected.len()
        );
        assert!(ended.err.starts_with(&summary), "{}", ended.err);
        for answer in answers(&ended.out) {
            let prompt = json!("<|im_start|>user\nHi<|im_end|>\n");
            let error = &answer["error"];
            assert!(
                answer["prompt"] == prompt || error["message"].is_string() && error["line"].is_null(),
                "{answer}"
            );
        }
    }
}

#[test]
fn a_line_without_end_is_dropped_and_answered() {
    let mut input = vec![b'x'; (64 << 20) + 1];
    input.push(b'\n');
    input.extend_from_slice(HI.as_bytes());
    let ended = batch(&input, &["--model", "builtin:chatml"]);
    assert_eq!(kinds(&ended.out), ["LineError", "none"]);
    assert!(ended.out.contains("more than 64 MiB"), "{}", ended.out);
}

#[test]
fn errors_have_the_class_and_words_of_the_reference_and_the_templates_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |source: &str| {
        let files = template(folder.path(), source, "{}");
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let ended = batch(format!("{HI}\n{{\"messages\": []}}\n").as_bytes(), &files);
        assert_eq!(ended.code, 1);
        let answers = answers(&ended.out);
        assert_eq!(answers[1]["error"]["kind"], "ValueError", "arguments are checked first");
        answers[0]["error"].clone()
    };
    assert_eq!(
        run("a\n{{ raise_exception('No \"' ~ messages[0].content) }}"),
        json!({"kind": "TemplateError", "message": "No \"Hi", "line": 2})
    );
    assert_eq!(
        run("\n\n{{ messages[0].content + 1 }}"),
        json!({"kind": "TypeError", "message": "can only concatenate str (not \"int\") to str", "line": 3})
    );
    // A template that does not parse is a result of each line, as it is of each call.
    assert_eq!(
        run("x\n{% foo %}"),
        json!({"kind": "TemplateSyntaxError", "message": "Encountered unknown tag 'foo'.", "line": 2})
    );
    let endless = run("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    assert_eq!(endless["kind"], "LimitError");
}

#[test]
fn the_order_is_kept_whatever_a_line_takes() {
    let mut input = String::new();
    // Some are a thousand times as long as others, and neighbours are in different pieces.
    let sizes = (0..3000_usize).map(|n| if n % 97 == 0 { 40_000 } else { n % 50 });
    for (n, size) in sizes.enumerate() {
        let content = format!("{n} {}", "x".repeat(size));
        input.push_str(&json!({"messages": [{"role": "user", "content": content}]}).to_string());
        input.push('\n');
    }
    let outputs = ["1", "2", "7"].map(|jobs| {
        let ended = batch(input.as_bytes(), &["--model", "builtin:chatml", "--jobs", jobs]);
        assert_eq!((ended.code, ended.err.as_str()), (0, "3000 lines, 0 failed\n"));
        ended.out
    });
    let numbers = answers(&outputs[0]).into_iter().map(|answer| {
        let prompt = answer["prompt"].as_str().expect("a prompt").to_owned();
        let number = prompt.strip_prefix("<|im_start|>user\n").and_then(|rest| rest.split(' ').next());
        number.and_then(|number| number.parse().ok()).expect("a number")
    });
    assert_eq!(numbers.collect::<Vec<usize>>(), (0..3000).collect::<Vec<_>>());
    assert!(outputs.iter().all(|output| *output == outputs[0]));
}

#[test]
fn no_lines_are_no_failure() {
    let ended = batch(b"", &["--model", "builtin:chatml"]);
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", "0 lines, 0 failed\n"));
}

#[test]
fn answers_go_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (input, output) = (path("in.jsonl"), path("out.jsonl"));
    fs::write(&input, HI).expect("writes");
    fs::write(&output, "something old, and longer than what comes".repeat(9)).expect("writes");
    let run = |output: &str| rolecall(["batch", "--model", "builtin:chatml", &input, "--output", output]);
    assert_eq!(run(&output).ok(), "");
    let written = fs::read_to_string(&output).expect("reads");
    assert_eq!(written, "{\"prompt\":\"<|im_start|>user\\nHi<|im_end|>\\n\"}\n");
    run(&input).fails(2, &["is the input", "another file"]);
    let link = path("link.jsonl");
    fs::hard_link(&input, &link).expect("links");
    run(&link).fails(2, &["is the input"]);
    let streams = |output: &[&str]| {
        let append = fs::File::options().append(true).open(&input).expect("opens");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command
            .args(["batch", "--model", "builtin:chatml"])
            .args(output)
            .stderr(Stdio::piped())
            .stdout(append);
        let ended = command.stdin(fs::File::open(&input).expect("opens")).output().expect("runs");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("UTF-8"))
    };
    for output in [&[][..], &["--output", &input]] {
        let (code, err) = streams(output);
        assert!(code == Some(2) && err.contains("is the input"), "{err}");
    }
    assert_eq!(fs::read_to_string(&input).expect("reads"), HI, "the input is untouched");
    run(&path("no/such/folder")).fails(1, &["cannot write", "Check the path"]);
}

#[test]
fn what_cannot_be_started_says_why() {
    let hi = |arguments: &[&str]| rolecall(arguments).input(HI);
    hi(&["batch"]).fails(2, &["--model", "--template"]);
    hi(&["batch", "--model", "builtin:nope"]).fails(1, &["\"nope\"", "llama-3"]);
    hi(&["batch", "--model", "builtin:chatml", "no.jsonl"]).fails(1, &["no.jsonl", "Check the path"]);
    hi(&["batch", "--model", "builtin:chatml", "examples"]).fails(1, &["examples", "folder"]);
    hi(&["batch", "--model", "builtin:chatml", "--template-name", "rag"]).fails(1, &["\"rag\"", "default"]);
    for jobs in ["0", "x", "-1", "100000"] {
        hi(&["batch", "--model", "builtin:chatml", "--jobs", jobs]).fails(2, &["--jobs"]);
    }
    hi(&["batch", "--special-tokens", "t.json", "--model", "builtin:chatml"]).fails(2, &["--special-tokens"]);
}

/// The command with pipes for its input and output.
fn piped() -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["batch", "--model", "builtin:chatml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

#[test]
fn a_line_is_answered_before_the_next_is_there() {
    let mut child = piped();
    let mut stdin = child.stdin.take().expect("piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    for _ in 0..3 {
        writeln!(stdin, "{HI}").expect("writes");
        let mut answer = String::new();
        stdout.read_line(&mut answer).expect("reads");
        assert!(answer.starts_with("{\"prompt\":") && answer.ends_with("}\n"), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let mut child = piped();
    let mut stdin = child.stdin.take().expect("piped");
    drop(child.stdout.take());
    writeln!(stdin, "{HI}").expect("writes");
    // The input stays open: there is nothing to wait for.
    assert_eq!(child.wait().expect("ends").code(), Some(1));
    let mut err = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut err).expect("reads");
    assert_eq!(err, "");
}
