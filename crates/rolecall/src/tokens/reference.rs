//! `sanitize_control_tokens=True` as the reference does it: control tokens in the input are marked before the template
//! runs, and what is still marked in the prompt is encoded as text.

use std::ops::Range;

use serde_json::{Map, Value};

use super::added::Matcher;
use super::control::Controls;
use super::encoding::{Encoding, TokenKind, TokenOrigin};
use super::options::EncodeOptions;
use super::standing::Standing;
use super::tokenizer::Tokenizer;
use crate::{Error, ErrorKind, Options, Result};

const START: char = '\u{F0000}';
const END: char = '\u{F0001}';

/// Marks control tokens in the input of a template.
struct Marker<'c>(Option<&'c Matcher>);

impl Marker<'_> {
    /// The input with the control tokens in its strings marked; keys of objects are left as they are.
    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Value::Object(members) => Value::Object(self.members(members)),
            other => other,
        }
    }

    fn members(&self, members: Map<String, Value>) -> Map<String, Value> {
        members.into_iter().map(|(key, value)| (key, self.value(value))).collect()
    }

    /// The same for what the options hold.
    fn options(&self, options: &Options) -> Options {
        let mut marked = options.clone();
        marked.tools = marked.tools.take().map(|tools| self.value(tools));
        marked.documents = marked.documents.take().map(|documents| self.value(documents));
        marked.variables = self.members(std::mem::take(&mut marked.variables));
        marked
    }

    fn text(&self, text: &str) -> String {
        let text = text.replace([START, END], "");
        let Some(matcher) = self.0 else { return text };
        let mut marked = String::with_capacity(text.len());
        for part in matcher.split(&text, |_, _| Standing::Token) {
            let piece = text.get(part.range).unwrap_or_default();
            match part.token {
                Some(_) => marked.extend([&*START.to_string(), piece, &*END.to_string()]),
                None => marked.push_str(piece),
            }
        }
        marked
    }
}

/// Marks the input, has it rendered, and encodes the text.
pub(super) fn encode_sanitized(
    tokenizer: &Tokenizer,
    template: &str,
    messages: Value,
    options: &Options,
    encode_options: &EncodeOptions,
    render: impl FnOnce(&Value, &Options) -> Result<String>,
) -> Result<Encoding> {
    let controls = tokenizer.controls(template, &[]);
    let marker = Marker(tokenizer.marks(&controls)?);
    encode(tokenizer, &render(&marker.value(messages), &marker.options(options))?, encode_options)
}

/// Encodes a prompt that was rendered from marked input.
fn encode(tokenizer: &Tokenizer, text: &str, options: &EncodeOptions) -> Result<Encoding> {
    let newline = plain(tokenizer, "\n")?;
    let mut ids = Vec::new();
    for (at, (piece, is_marked)) in pieces(tokenizer, text)?.into_iter().enumerate() {
        if at == 0 {
            ids = plain(tokenizer, piece)?;
            continue;
        }
        let encode = |text: &str| {
            if is_marked { tokenizer.pipeline.encode_bare(text) } else { plain(tokenizer, text) }
        };
        let mut piece_ids = encode(&format!("\n{piece}"))?;
        if piece_ids.starts_with(&newline) {
            piece_ids.drain(..newline.len());
        } else {
            piece_ids = encode(piece)?;
        }
        if is_marked && tokenizer.id(piece).is_some_and(|id| piece_ids.contains(&id)) {
            let message = format!(
                "Can't sanitize {}: the tokenizer produces it from plain text",
                rolecall_jinja::text::repr(piece)
            );
            let error = rolecall_jinja::Error::new(rolecall_jinja::ErrorKind::Value, message);
            return Err(Error::from_reference(ErrorKind::Tokenizer, error));
        }
        ids.extend(piece_ids);
    }
    let count = ids.len();
    let mut encoding = Encoding {
        ids,
        offsets: vec![0..0; count],
        attention_mask: vec![1; count],
        assistant_mask: None,
        origins: vec![TokenOrigin { kind: TokenKind::Scaffolding, ..TokenOrigin::default() }; count],
    };
    if options.add_special_tokens {
        tokenizer.bos().surround(&mut encoding);
    }
    tokenizer.truncate(&mut encoding, options);
    // The reference does not fill up nothing.
    if !encoding.is_empty() {
        tokenizer.pad(std::slice::from_mut(&mut encoding), options)?;
    }
    Ok(encoding)
}

/// The ids of a text in which all added tokens count.
fn plain(tokenizer: &Tokenizer, text: &str) -> Result<Vec<u32>> {
    let anywhere = |_: u32, _: &Range<usize>| Standing::Token;
    let (ids, _) = tokenizer.pipeline.encode(text, &Controls::default(), &anywhere, None)?;
    Ok(ids)
}

/// Cuts a text at its marks: the first piece, then those that are not empty, with whether they were marked.
fn pieces<'t>(tokenizer: &Tokenizer, text: &'t str) -> Result<Vec<(&'t str, bool)>> {
    let matcher = tokenizer.any_added()?;
    let mut pieces = Vec::new();
    let mut done = 0;
    let mut at = 0;
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    while let Some(found) = part(at..text.len()).find([START, END]) {
        let mark = at + found;
        at = mark + START.len_utf8();
        let rest = part(at..text.len());
        let token = if part(mark..at).starts_with(START) {
            matcher.and_then(|matcher| {
                matcher.at_start(rest, |length| part(at + length..text.len()).starts_with(END))
            })
        } else {
            None
        };
        pieces.push((part(done..mark), false));
        if let Some(length) = token {
            pieces.push((part(at..at + length), true));
            at += length + END.len_utf8();
        }
        done = at;
    }
    pieces.push((part(done..text.len()), false));
    let mut first = true;
    pieces.retain(|(piece, _)| std::mem::take(&mut first) || !piece.is_empty());
    Ok(pieces)
}
