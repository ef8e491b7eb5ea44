//! Cases: templates with what the reference makes of them, one JSON object a line.

use std::collections::HashMap;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use rolecall_jinja::{Clock, RenderOptions};
use serde_json::value::RawValue;

use crate::engine::Template;

/// What a template gives: its text, or the class and the message of its error.
pub(crate) type Answer = Result<String, (String, String)>;

/// A template, its context and what the reference gives.
pub(crate) struct Case {
    /// The case's own name, or the file and line it stands in.
    pub(crate) id: String,
    pub(crate) source: String,
    /// As written: numbers are the engine's to read.
    pub(crate) context: String,
    pub(crate) expected: Answer,
}

/// A case that was answered differently.
pub(crate) struct Mismatch<'a> {
    pub(crate) case: &'a Case,
    pub(crate) found: Answer,
}

impl Case {
    /// Reads the cases of a file.
    pub(crate) fn read(path: &Path) -> Result<Vec<Self>, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(index, line)| {
                let id = format!("{name}:{}", index + 1);
                Self::parse(line, &id).map_err(|error| format!("{id}: {error}"))
            })
            .collect()
    }

    fn parse(line: &str, place: &str) -> Result<Self, serde_json::Error> {
        let fields: HashMap<String, Box<RawValue>> = serde_json::from_str(line)?;
        let raw = |name: &str| fields.get(name).map_or("null", |value| value.get());
        let expected = if fields.contains_key("error") {
            let error: HashMap<String, String> = serde_json::from_str(raw("error"))?;
            let part = |name: &str| error.get(name).cloned().unwrap_or_default();
            Err((part("kind"), part("message")))
        } else {
            Ok(serde_json::from_str(raw("output"))?)
        };
        let id: Option<String> = serde_json::from_str(raw("id"))?;
        Ok(Self {
            id: id.unwrap_or_else(|| place.to_owned()),
            source: serde_json::from_str(raw("source"))?,
            context: raw("context").to_owned(),
            expected,
        })
    }

    /// Renders it; a mismatch if the answer is another one.
    pub(crate) fn run(&self) -> Option<Mismatch<'_>> {
        let found = answer(&self.source, &self.context);
        (found != self.expected).then_some(Mismatch { case: self, found })
    }
}

/// Renders at the moment at which the cases were recorded. A panic is an error of the class `panic`.
pub(crate) fn answer(source: &str, context: &str) -> Answer {
    let clock = "2026-07-04T12:34:56".parse().ok().map(Clock::fixed);
    let options = RenderOptions { clock, ..RenderOptions::default() };
    let render = || Template::new(source).and_then(|template| template.render_json(context, &options));
    match panic::catch_unwind(AssertUnwindSafe(render)) {
        Ok(answer) => {
            answer.map_err(|error| (error.kind().class_name().to_owned(), error.message().to_owned()))
        }
        Err(payload) => {
            let words = payload.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
            Err(("panic".to_owned(), words.to_owned()))
        }
    }
}

/// An answer in one line.
pub(crate) fn in_a_line(answer: &Answer) -> String {
    match answer {
        Ok(text) => format!("{text:?}"),
        Err((kind, message)) => format!("{kind}: {}", message.replace('\n', "\\n")),
    }
}

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, found } = self;
        writeln!(f, "{}  {:?}", case.id, case.source)?;
        writeln!(f, "    expected {}", in_a_line(&case.expected))?;
        write!(f, "    found    {}", in_a_line(found))
    }
}
