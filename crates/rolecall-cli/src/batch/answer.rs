//! The answer to a line: a prompt, or what was wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rolecall::{ChatRequest, Error, ErrorKind};
use serde::Serialize;

use super::lines::Piece;
use super::ordered::Held;

/// The most bytes of a line.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;

/// The answers to the lines of a piece.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// The answers, a line for each.
    pub(crate) text: Vec<u8>,
    pub(crate) lines: u64,
    pub(crate) failed: u64,
    /// The first line that failed, counted from 0 in the piece, and how.
    pub(crate) first_failed: Option<(u64, Problem)>,
}

impl Held for Answers {
    fn bytes(&self) -> usize {
        self.text.capacity()
    }
}

/// What was wrong with a line.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    /// The exception class of the reference where it has one, else a name of ours.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// The template's line.
    pub(crate) line: Option<usize>,
}

impl Problem {
    /// A line that is no JSON text.
    fn of_line(message: impl Into<String>) -> Self {
        Self { kind: "LineError", message: message.into(), line: None }
    }

    /// Something that cannot happen, and still should not end a run of a million lines.
    fn internal() -> Self {
        let message = format!(
            "rolecall failed on this line, which is a mistake of its own. Please report it at {}/issues.",
            env!("CARGO_PKG_REPOSITORY")
        );
        Self { kind: "InternalError", message, line: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Some(reference) = error.reference() {
            return Self {
                kind: reference.kind().class_name(),
                message: reference.message().to_owned(),
                line: reference.line(),
            };
        }
        let kind = match error.kind() {
            ErrorKind::Json => "JsonError",
            ErrorKind::Conversation => "RequestError",
            ErrorKind::Media => "MediaError",
            _ => "ModelError",
        };
        // A line of the input has no further lines; in which line of it the mistake is would only mislead.
        Self {
            kind,
            message: error.to_string().replacen("JSON document: line 1, ", "JSON document: ", 1),
            line: None,
        }
    }
}

/// Answers all lines of a piece. `render` makes the prompt of a request.
pub(crate) fn answers(piece: &Piece, render: impl Fn(ChatRequest) -> rolecall::Result<String>) -> Answers {
    let mut answers = Answers::default();
    for line in piece.lines() {
        let answer = catch_unwind(AssertUnwindSafe(|| prompt(line, &render)));
        let answer = answer.unwrap_or_else(|_| Err(Problem::internal()));
        answers.add(answer);
    }
    answers
}

impl Answers {
    fn add(&mut self, answer: Result<String, Problem>) {
        #[derive(Serialize)]
        #[serde(rename_all = "lowercase")]
        enum Line<'a> {
            Prompt(&'a str),
            Error(&'a Problem),
        }

        let line = match &answer {
            Ok(prompt) => Line::Prompt(prompt),
            Err(problem) => Line::Error(problem),
        };
        // Texts, numbers and memory: nothing here can fail to be written.
        let _ = serde_json::to_writer(&mut self.text, &line);
        self.text.push(b'\n');
        if let Err(problem) = answer {
            self.first_failed.get_or_insert((self.lines, problem));
            self.failed += 1;
        }
        self.lines += 1;
    }
}

fn prompt(
    line: Option<&[u8]>,
    render: impl Fn(ChatRequest) -> rolecall::Result<String>,
) -> Result<String, Problem> {
    let Some(line) = line else {
        return Err(Problem::of_line(format!("the line has more than {} MiB", MAX_LINE_BYTES >> 20)));
    };
    let text = str::from_utf8(line).map_err(|error| {
        Problem::of_line(format!("the line is not UTF-8 text: byte {} is wrong", error.valid_up_to()))
    })?;
    match text.trim_ascii_start().as_bytes().first() {
        None => return Err(Problem::of_line("the line is empty")),
        // Elsewhere a list of messages is a request too. Here a line has one form.
        Some(b'[') => {
            return Err(Problem {
                kind: "RequestError",
                message: r#"a line is an object, not a list. Write it as {"messages": [{"role": "user", "content": "Hi"}]}."#
                    .to_owned(),
                line: None,
            });
        }
        Some(_) => {}
    }
    Ok(render(ChatRequest::from_json(text)?)?)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::lines::Lines;
    use super::super::ordered::Source;
    use super::*;

    #[test]
    fn a_line_that_panics_is_answered_and_others_too() {
        let input = "{\"messages\": []}\n{\"messages\": 1}\n";
        let piece = Lines::new(Cursor::new(input), 100).next().expect("reads").expect("a piece");
        let answers = answers(&piece, |request| {
            assert!(request.messages.is_array(), "on purpose");
            Ok("é\n".to_owned())
        });
        let text = String::from_utf8(answers.text).expect("UTF-8");
        let (first, second) = text.split_once('\n').expect("two lines");
        assert_eq!(first, r#"{"prompt":"é\n"}"#);
        assert!(second.starts_with(r#"{"error":{"kind":"InternalError","message":"#), "{second}");
        assert!(second.ends_with("\"line\":null}}\n"), "{second}");
        assert_eq!((answers.lines, answers.failed), (2, 1));
        assert_eq!(answers.first_failed.map(|(at, _)| at), Some(1));
    }
}
