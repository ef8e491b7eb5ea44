//! The other engines, set up as a user would for chat templates.

pub mod process;

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::BOS_TOKEN;

/// The moment that templates see: 2026-07-04 at noon, UTC.
const NOW: i64 = 1_783_166_400;

/// minijinja with what chat templates need: the whitespace rules, Python's methods, and transformers' functions.
pub fn minijinja() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_function("strftime_now", |format: String| -> Result<String, Error> {
        let now = jiff::civil::date(2026, 7, 4).at(12, 0, 0, 0);
        jiff::fmt::strtime::format(&format, now)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    environment.add_filter("tojson", |value: Value, arguments: Kwargs| -> Result<String, Error> {
        let indent: Option<usize> = arguments.get("indent")?;
        let mut json = Vec::with_capacity(128);
        let written = match indent {
            None => value.serialize(&mut Serializer::with_formatter(&mut json, Spaced)),
            Some(indent) => {
                let indent = vec![b' '; indent];
                let formatter = PrettyFormatter::with_indent(&indent);
                value.serialize(&mut Serializer::with_formatter(&mut json, formatter))
            }
        };
        let wrong = |error: String| Error::new(ErrorKind::InvalidOperation, error);
        written.map_err(|error| wrong(error.to_string()))?;
        String::from_utf8(json).map_err(|error| wrong(error.to_string()))
    });
    environment
}

/// JSON with Python's separators.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

/// A context as minijinja's values.
pub fn converted(context: &Json) -> Value {
    Value::from(Serde(context))
}

/// A template without the tags of transformers that minijinja does not know: in their place stands an `if` that is
/// always true, with the same marks for whitespace.
pub fn without_generation_tags(source: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        let Some(end) = tag.find("%}") else { break };
        let (tag, after) = tag.split_at(end + 2);
        out.push_str(before);
        let word = tag.trim_start_matches("{%").trim_end_matches("%}").trim_matches(['-', '+']);
        match word.trim() {
            word @ "generation" => out.push_str(&tag.replace(word, " if true ")),
            word @ "endgeneration" => out.push_str(&tag.replace(word, " endif ")),
            _ => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    if out == source { Cow::Borrowed(source) } else { Cow::Owned(out) }
}

/// The crate hf-chat-template.
///
/// # Errors
///
/// Those of the crate, for a template that it does not compile.
pub fn hf_chat_template(source: &str) -> Result<hf_chat_template::ChatTemplate, hf_chat_template::Error> {
    let clock = hf_chat_template::FixedClock::from_unix_secs(NOW);
    hf_chat_template::ChatTemplate::builder(source).clock(clock).build()
}

/// The same moment for rolecall.
pub fn clock() -> rolecall_jinja::Clock {
    let now = rolecall_jinja::DateTime::new((2026, 7, 4), (12, 0, 0));
    rolecall_jinja::Clock::fixed(now.expect("a moment"))
}

/// What the Llama 3 templates say, as a function: it pushes the same strings.
pub fn handwritten(context: &Json) -> Option<String> {
    let mut prompt = String::from(BOS_TOKEN);
    for message in context.get("messages")?.as_array()? {
        prompt.push_str("<|start_header_id|>");
        prompt.push_str(message.get("role")?.as_str()?);
        prompt.push_str("<|end_header_id|>\n\n");
        prompt.push_str(message.get("content")?.as_str()?.trim());
        prompt.push_str("<|eot_id|>");
    }
    prompt.push_str("<|start_header_id|>assistant<|end_header_id|>\n\n");
    Some(prompt)
}
