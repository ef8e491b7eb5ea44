//! `tojson`: `json.dumps` as transformers calls it.

use super::writer::Writer;
use super::{DictRef, Seq, Value, iter, names, repr, unknown};
use crate::ErrorKind;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::float;
use crate::trace::Origin;

/// What `json.dumps` is told.
pub(crate) struct JsonOptions<'a> {
    pub(crate) ensure_ascii: bool,
    /// What every level is indented by; without it, all is on one line.
    pub(crate) indent: Option<Between<'a>>,
    pub(crate) item_separator: Between<'a>,
    pub(crate) key_separator: Between<'a>,
    pub(crate) sort_keys: bool,
}

/// A text that stands between values, and where it came from.
pub(crate) type Between<'a> = (Origin, &'a str);

/// The JSON text of a value.
pub(crate) fn dumps<'a>(rt: &Runtime<'a>, value: Value<'a>, options: &JsonOptions<'a>) -> Result<Value<'a>> {
    let mut json = Dumper { out: Writer::new(rt), options, level: 0 };
    json.value(value)?;
    json.out.finish()
}

struct Dumper<'r, 'o, 'a> {
    out: Writer<'r, 'a>,
    options: &'o JsonOptions<'a>,
    level: usize,
}

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
            if let Some(item) = iter::item(self.out.rt, seq, at)? {
                self.value(item)?;
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
        }
        self.new_line(self.level)
    }

    fn close(&mut self, end: &str) -> Result<()> {
        self.new_line(self.level - 1)?;
        self.out.str(end)
    }

    fn new_line(&mut self, level: usize) -> Result<()> {
        let Some(indent) = self.options.indent else { return Ok(()) };
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
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            0..=31 => "",
            127.. if ensure_ascii => "",
            _ => continue,
        };
        // The rest of a character beyond ASCII was written with its first byte.
        if at < plain {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        if escape.is_empty() {
            let c = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                use std::fmt::Write as _;
                let _ = write!(out, "\\u{unit:04x}");
            }
            plain = at + c.len_utf8();
        } else {
            out.push_str(escape);
            plain = at + 1;
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}
