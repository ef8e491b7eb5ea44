//! The reference as a process that answers one JSON line with another: `oracle/oracle.py`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::case::Answer;

/// A running reference. It ends when its input does.
pub(crate) struct Oracle {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

impl Oracle {
    /// Starts the Python that `ROLECALL_ORACLE` names, which must have transformers; `None` without one.
    pub(crate) fn start() -> Option<Self> {
        let python = std::env::var_os("ROLECALL_ORACLE")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rolecall-jinja/tests/oracle/oracle.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ROLECALL_ORACLE is a Python");
        let input = process.stdin.take().expect("an input");
        let output = BufReader::new(process.stdout.take().expect("an output"));
        Some(Self { input, output, _process: process })
    }

    /// What the reference makes of each template and context; `None` where that cannot be reproduced.
    pub(crate) fn answers(&mut self, cases: &[(String, Value)]) -> Vec<Option<Answer>> {
        // So few that neither side waits for the other to read.
        cases.chunks(16).flat_map(|chunk| self.chunk(chunk)).collect()
    }

    fn chunk(&mut self, cases: &[(String, Value)]) -> Vec<Option<Answer>> {
        let lines: Vec<String> = cases
            .iter()
            .map(|(source, context)| json!({"source": source, "context": context}).to_string() + "\n")
            .collect();
        self.input.write_all(lines.concat().as_bytes()).expect("the reference reads");
        self.input.flush().expect("the reference reads");
        cases.iter().map(|_| self.answer()).collect()
    }

    fn answer(&mut self) -> Option<Answer> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the reference answers");
        let answer: Value = serde_json::from_str(&line).expect("the reference answers in JSON");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(output) = text(&answer["output"]) {
            return Some(Ok(output));
        }
        let kind = text(&answer["error"]["kind"])?;
        let irreproducible = matches!(kind.as_str(), "RecursionError" | "MemoryError");
        (!irreproducible).then(|| Err((kind, text(&answer["error"]["message"]).unwrap_or_default())))
    }
}
