//! `tojson`: `json.dumps` as transformers calls it.

use super::writer::Writer;
use super::{DictRef, Seq, Value, iter, names, repr, unknown};
use crate::ErrorKind;
use crate::json::scan;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{escape, float};
use crate::trace::Origin;

/// What `json.dumps` is told.
pub(crate) struct JsonOptions<'a> {
    pub(crate) ensure_ascii: bool,
    /// What every level is indented by; without it, all is on one line.
    pub(crate) indent: Option<Between<'a>>,
    /// The same behind a separator.
    pub(crate) next_indent: Option<Between<'a>>,
    /// Whether the first item of a list, and each other one, is put behind Markup, which escapes it if it is a string.
    pub(crate) escapes: (bool, bool),
    pub(crate) item_separator: Between<'a>,
    pub(crate) key_separator: Between<'a>,
    pub(crate) sort_keys: bool,
}

/// A text that stands between values, and where it came from.
pub(crate) type Between<'a> = (Origin, &'a str);

/// The JSON text of a value.
pub(crate) fn dumps<'a>(rt: &Runtime<'a>, value: Value<'a>, options: &JsonOptions<'a>) -> Result<Value<'a>> {
    let mut json = Dumper { out: Writer::new(rt), options, level: 0, line_start: String::new() };
    json.value(value)?;
    json.out.finish()
}

struct Dumper<'r, 'o, 'a> {
    out: Writer<'r, 'a>,
    options: &'o JsonOptions<'a>,
    level: usize,
    /// A line end, and the indentation behind it.
    line_start: String,
}

/// How many bytes of indentation are written at once.
const MOST_INDENTATION: usize = 256;

impl<'a> Dumper<'_, '_, 'a> {
    fn value(&mut self, value: Value<'a>) -> Result<()> {
        match value {
            Value::None(origin) => self.word(origin, "null"),
            Value::Bool(origin, value) => self.word(origin, if value { "true" } else { "false" }),
            Value::Int(..) | Value::Big(..) => repr::write_repr(&mut self.out, value),
            Value::Float(origin, value) => {
                write_float(self.out.computed(origin)?, value);
                self.out.count()
            }
            Value::Str(origin, text) | Value::Markup(origin, text) => self.string(origin, text),
            Value::Rope(..) => match self.out.rt.flat(value)? {
                Some((origin, text)) => self.string(origin, text),
                None => Ok(()),
            },
            _ => self.container(value),
        }
    }

    fn word(&mut self, origin: Origin, word: &str) -> Result<()> {
        self.out.computed(origin)?.push_str(word);
        Ok(())
    }

    fn string(&mut self, origin: Origin, text: &str) -> Result<()> {
        self.out.rt.step_bytes(text.len())?;
        let ascii = self.options.ensure_ascii;
        write_string(self.out.computed(origin)?, text, ascii);
        self.out.count()
    }

    fn escapes(&self, at: usize) -> bool {
        let (first, others) = self.options.escapes;
        if at == 0 { first } else { others }
    }

    /// A string of a list that is put behind Markup.
    fn escaped(&mut self, value: Value<'a>) -> Result<()> {
        let Some((origin, text)) = self.out.rt.flat(value)? else { return Ok(()) };
        self.out.rt.step_bytes(text.len())?;
        let mut json = String::new();
        write_string(&mut json, text, self.options.ensure_ascii);
        escape::write_escaped(self.out.computed(origin)?, &json);
        self.out.count()
    }

    fn container(&mut self, value: Value<'a>) -> Result<()> {
        let rt = self.out.rt;
        rt.step(1)?;
        let origin = value.origin();
        let seq = value.as_list().or_else(|| value.as_tuple().map(|items| Seq::Values(origin, items)));
        if let Some(seq) = seq {
            return self.covered(origin, |json| json.seq(seq));
        }
        if let Some(dict) = value.as_dict() {
            return self.covered(origin, |json| json.dict(dict));
        }
        unknown::check(value)?;
        let message = format!("Object of type {} is not JSON serializable", names::type_name(value));
        Err(Raised::type_error(message))
    }

    fn covered(&mut self, origin: Origin, inside: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let rt = self.out.rt;
        let outer = self.out.cover(origin);
        self.level += 1;
        let result = rt.deeper(" while encoding a JSON object", || inside(self));
        self.level -= 1;
        self.out.uncover(outer);
        result
    }

    fn seq(&mut self, seq: Seq<'a>) -> Result<()> {
        if seq.len() == 0 {
            return self.out.str("[]");
        }
        self.out.str("[")?;
        for at in 0..seq.len() {
            self.out.rt.step(1)?;
            self.separate(at)?;
            match iter::item(self.out.rt, seq, at)? {
                Some(item) if self.escapes(at) && item.is_str() => self.escaped(item)?,
                Some(item) => self.value(item)?,
                None => {}
            }
        }
        self.close("]")
    }

    fn dict(&mut self, dict: DictRef<'a>) -> Result<()> {
        if dict.len() == 0 {
            return self.out.str("{}");
        }
        let rt = self.out.rt;
        self.out.str("{")?;
        let mut at = 0;
        if self.options.sort_keys {
            let mut entries = dict.entries(rt)?;
            crate::builtins::sort::sort_by(rt, &mut entries, |(key, _)| *key, false)?;
            for (key, value) in entries {
                at += usize::from(self.member(at, key, value)?);
            }
        } else {
            let mut entries = dict.iter();
            while let Some((key, value)) = entries.next(rt)? {
                at += usize::from(self.member(at, key, value)?);
            }
        }
        self.close("}")
    }

    /// Writes a key and its value.
    fn member(&mut self, at: usize, key: Value<'a>, value: Value<'a>) -> Result<bool> {
        self.out.rt.step(1)?;
        self.separate(at)?;
        match key {
            Value::Str(origin, text) | Value::Markup(origin, text) => self.string(origin, text)?,
            Value::Rope(..) => self.value(key)?,
            Value::None(_) | Value::Bool(..) | Value::Int(..) | Value::Big(..) | Value::Float(..) => {
                self.out.str("\"")?;
                self.value(key)?;
                self.out.str("\"")?;
            }
            other => {
                let message =
                    format!("keys must be str, int, float, bool or None, not {}", names::type_name(other));
                return Err(Raised::new(ErrorKind::Type, message));
            }
        }
        self.between(self.options.key_separator)?;
        self.value(value)?;
        Ok(true)
    }

    fn between(&mut self, (origin, text): Between<'a>) -> Result<()> {
        self.out.copied(origin, text)
    }

    fn separate(&mut self, at: usize) -> Result<()> {
        if at > 0 {
            self.between(self.options.item_separator)?;
            return self.new_line(self.level, self.options.next_indent);
        }
        self.new_line(self.level, self.options.indent)
    }

    fn close(&mut self, end: &str) -> Result<()> {
        self.new_line(self.level - 1, self.options.indent)?;
        self.out.str(end)
    }

    fn new_line(&mut self, level: usize, indent: Option<Between<'a>>) -> Result<()> {
        let Some(indent) = indent else { return Ok(()) };
        let length = indent.1.len().saturating_mul(level);
        if indent.0 == Origin::TEMPLATE
            && length <= MOST_INDENTATION
            && self.options.indent == self.options.next_indent
        {
            if self.line_start.is_empty() {
                self.line_start.push('\n');
            }
            while self.line_start.len() <= length {
                self.line_start.push_str(indent.1);
            }
            return self.out.str(self.line_start.get(..=length).unwrap_or_default());
        }
        self.out.str("\n")?;
        for _ in 0..level {
            self.between(indent)?;
        }
        Ok(())
    }
}

fn write_float(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        float::write_float(out, value);
    }
}

/// A string in double quotes.
fn write_string(out: &mut String, text: &str, ensure_ascii: bool) {
    out.push('"');
    let mut rest = text;
    loop {
        let (written, left) = rest.split_at(as_it_is(rest, ensure_ascii));
        out.push_str(written);
        let mut characters = left.chars();
        let Some(c) = characters.next() else { break };
        rest = characters.as_str();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    use std::fmt::Write as _;
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// How many bytes at the beginning of a text stand for themselves in a string.
fn as_it_is(text: &str, ensure_ascii: bool) -> usize {
    let plain = scan::plain(text.as_bytes());
    if !ensure_ascii {
        return plain;
    }
    let beyond = text.bytes().take(plain).position(|byte| byte >= 127);
    beyond.unwrap_or(plain)
}
