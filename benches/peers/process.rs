//! Engines of other languages. Each language is a process that lives as long as the measuring does and is asked line by
//! line, so that it is as warm as the engines here:
//!
//! - it begins with `{"engines": [names], "versions": text}`;
//! - `{"do": "load", "source": template, "context": variables}` compiles a template; the answer is
//!   `{"outputs": [text, …]}`, of each engine what it renders;
//! - `{"do": "run", "engine": name, "runs": n}` renders it so often: `{"nanoseconds": n}`;
//! - `{"do": "batch", "source", "bos_token", "input", "output"}` renders a file of chat requests:
//!   `{"nanoseconds": n}`;
//! - where something goes wrong the answer is `{"error": text}`.

use std::cell::RefCell;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::BOS_TOKEN;
use crate::cases::Case;
use crate::timing::Entry;

/// A process with some engines.
pub struct Peer {
    /// What its engines are called.
    pub engines: Vec<&'static str>,
    /// The versions of all that takes part.
    pub versions: String,
    process: RefCell<Process>,
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Greeting {
    engines: Vec<String>,
    versions: String,
}

/// The peers that are installed; of each other one a line that says so.
pub fn installed() -> (Vec<Peer>, Vec<String>) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
    let commands = [
        (
            "Python's transformers",
            "ROLECALL_PYTHON",
            folder("ROLECALL_PYTHON").map(|python| {
                let mut command = Command::new(python);
                command.arg(here.join("python_peer.py"));
                command
            }),
        ),
        (
            "npm's @huggingface/jinja",
            "ROLECALL_NODE_MODULES",
            folder("ROLECALL_NODE_MODULES").map(|folder| {
                let mut command = Command::new("node");
                command.arg(here.join("node_peer.mjs")).arg(folder);
                command
            }),
        ),
    ];
    let mut peers = Vec::new();
    let mut passed_over = Vec::new();
    for (name, variable, command) in commands {
        match command.map(Peer::start) {
            Some(Ok(peer)) => peers.push(peer),
            Some(Err(error)) => passed_over.push(format!("PASSED OVER: {name}. It does not start: {error}")),
            None => passed_over.push(format!("PASSED OVER: {name}. {variable} does not say where it is.")),
        }
    }
    (peers, passed_over)
}

impl Peer {
    fn start(mut command: Command) -> Result<Self, String> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| error.to_string())?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("it has no standard input and output".to_owned());
        };
        let mut process = Process { child, input, output: BufReader::new(output) };
        let greeting: Greeting =
            serde_json::from_value(process.answer()?).map_err(|error| error.to_string())?;
        Ok(Self {
            // Names are for tables, and live as long as the program.
            engines: greeting.engines.into_iter().map(|name| &*name.leak()).collect(),
            versions: greeting.versions,
            process: RefCell::new(process),
        })
    }

    /// Its engines as entries for a case, after a look at whether they give what is expected.
    pub fn entries(&self, case: &Case, expected: &str) -> Vec<Entry<'_>> {
        let loaded = self.asked(&json!({"do": "load", "source": case.source, "context": case.context}));
        let outputs = loaded.get("outputs").and_then(Value::as_array).cloned().unwrap_or_default();
        assert_eq!(outputs.len(), self.engines.len(), "{loaded}");
        for (engine, output) in self.engines.iter().zip(&outputs) {
            assert_eq!(output.as_str(), Some(expected), "{engine}, {}", case.group);
        }
        let entry = |engine: &&'static str| {
            let engine = *engine;
            Entry::timed(engine, move |runs| self.time(&json!({"do": "run", "engine": engine, "runs": runs})))
        };
        self.engines.iter().map(entry).collect()
    }

    /// Renders a file of chat requests.
    pub fn batch(&self, source: &str, input: &Path, output: &Path) -> Duration {
        self.time(
            &json!({"do": "batch", "source": source, "bos_token": BOS_TOKEN, "input": input, "output": output}),
        )
    }

    fn time(&self, request: &Value) -> Duration {
        let answer = self.asked(request);
        Duration::from_nanos(answer.get("nanoseconds").and_then(Value::as_u64).expect("a time"))
    }

    fn asked(&self, request: &Value) -> Value {
        let mut process = self.process.borrow_mut();
        let answer = writeln!(process.input, "{request}").map_err(|error| error.to_string());
        let answer = answer.and_then(|()| process.answer());
        answer.unwrap_or_else(|error| panic!("{}: {error}", self.versions))
    }
}

impl Process {
    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).map_err(|error| error.to_string())?;
        if read == 0 {
            return Err("it ended without an answer".to_owned());
        }
        let answer: Value = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        match answer.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is lost, and it may be waiting for a question.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
