//! The corpus through the command: `rolecall batch` with each template and all conversations.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::data::{Conversation, Corpus, TemplateCase};
use crate::engine::NOW;
use crate::verdict::{Failure, Outcome};

/// The group of the corpus that its results count in.
pub(crate) const PART: &str = "batch";

/// The built command, and the conversations as it takes them.
pub(crate) struct Batch {
    command: PathBuf,
    /// Holds `requests.jsonl` and the special tokens of the templates.
    folder: TempDir,
}

/// The command, where it is built beside this one.
pub(crate) fn command() -> Result<PathBuf, String> {
    let own =
        std::env::current_exe().map_err(|error| format!("cannot tell where this program is: {error}"))?;
    let command = own.with_file_name(format!("rolecall{}", std::env::consts::EXE_SUFFIX));
    if command.is_file() {
        return Ok(command);
    }
    Err(format!("there is no {}; build rolecall-cli", command.display()))
}

impl Batch {
    /// Writes the conversations as chat requests.
    pub(crate) fn new(command: PathBuf, corpus: &Corpus) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("cannot write requests for rolecall batch: {error}");
        let folder = tempfile::tempdir().map_err(wrong)?;
        let requests: String = corpus.conversations.iter().map(request).collect();
        fs::write(folder.path().join("requests.jsonl"), requests).map_err(wrong)?;
        Ok(Self { command, folder })
    }

    /// What the command gives for each conversation, or why it gave nothing.
    pub(crate) fn run(&self, template: &TemplateCase, conversations: usize) -> Result<Vec<Outcome>, String> {
        let tokens = template.tokens.iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        let tokens = Value::Object(tokens.collect::<Map<_, _>>()).to_string();
        let path = self.folder.path().join(format!("{}.json", template.name));
        fs::write(&path, tokens).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        let output = self.command(&template.path, &path).output();
        let output = output.map_err(|error| format!("cannot run {}: {error}", self.command.display()))?;
        let problem =
            |problem: String| format!("{problem}: {}", String::from_utf8_lossy(&output.stderr).trim());
        let answers = str::from_utf8(&output.stdout).map_err(|error| problem(error.to_string()))?;
        let answers = answers.lines().map(answer).collect::<Result<Vec<_>, _>>().map_err(problem)?;
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        let expected = i32::from(failed > 0);
        if answers.len() != conversations || output.status.code() != Some(expected) {
            return Err(problem(format!(
                "rolecall batch ended with {} after {} answers",
                output.status,
                answers.len()
            )));
        }
        Ok(answers)
    }

    fn command(&self, template: &Path, tokens: &Path) -> Command {
        let mut command = Command::new(&self.command);
        command.arg("batch").arg("--template").arg(template).arg("--special-tokens").arg(tokens);
        // The templates are spread over threads here.
        command.args(["--now", NOW, "--jobs", "1"]).arg(self.folder.path().join("requests.jsonl"));
        command.stdin(Stdio::null());
        command
    }
}

/// A conversation as a line of JSON: a chat request.
fn request(conversation: &Conversation) -> String {
    // The recorded conversations are spread over lines; JSON strings hold no line ends.
    let one_line = |text: &str| text.replace(['\n', '\r'], " ");
    let mut members = vec![format!("\"messages\":{}", one_line(&conversation.messages))];
    let mut member = |name: &str, value: &Option<String>| {
        members.extend(value.as_deref().map(|value| format!("\"{name}\":{}", one_line(value))));
    };
    member("tools", &conversation.tools);
    member("documents", &conversation.documents);
    member("add_generation_prompt", &conversation.add_generation_prompt);
    member("continue_final_message", &conversation.continue_final_message);
    let variables = conversation.variables.iter();
    let variables =
        variables.map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), one_line(value)));
    let variables = variables.collect::<Vec<_>>().join(",");
    member("chat_template_kwargs", &Some(format!("{{{variables}}}")));
    format!("{{{}}}\n", members.join(","))
}

/// An answer of the command.
fn answer(line: &str) -> Result<Outcome, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase", deny_unknown_fields)]
    enum Answer {
        Prompt(String),
        Error { kind: String, message: String, line: Box<RawValue> },
    }

    let wrong = |reason: &str| format!("rolecall batch printed {line:?}: {reason}");
    match serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))? {
        Answer::Prompt(prompt) => Ok(Ok(prompt)),
        Answer::Error { kind, message, line } => match serde_json::from_str::<Option<usize>>(line.get()) {
            Ok(None | Some(1..)) => Ok(Err(Failure::new(kind, message))),
            _ => Err(wrong("that is no line of a template")),
        },
    }
}
