//! `json.dumps`, as the filter `tojson` calls it.

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use super::{float, repr};
use crate::budget::Writer;
use crate::error::raise;
use crate::ops::compare;
use crate::value::{Kind, kind, type_name};

/// The arguments of `dumps`.
pub(crate) struct Style {
    pub(crate) ascii: bool,
    /// The text that indents by one level; none for a single line.
    pub(crate) indent: Option<String>,
    pub(crate) between_items: String,
    pub(crate) after_key: String,
    pub(crate) sort_keys: bool,
}

impl Style {
    pub(crate) fn write(&self, out: &mut Writer, value: &Value) -> Result<(), Error> {
        self.value(out, value, 1)
    }

    fn value(&self, out: &mut Writer, value: &Value, level: usize) -> Result<(), Error> {
        match kind(value) {
            Kind::None => out.str("null"),
            Kind::Bool(value) => out.str(if value { "true" } else { "false" }),
            Kind::Int(_) | Kind::HugeInt => out.str(&value.to_string()),
            Kind::Float(value) => out.str(&number(value)),
            Kind::Text(text) => self.text(out, text),
            Kind::List(list) | Kind::Tuple(list) => {
                let items = list.items().iter();
                self.container(out, ['[', ']'], items, level, |out, item| self.value(out, item, level + 1))
            }
            Kind::Dict(dict) => {
                let mut entries: Vec<&(Value, Value)> = dict.entries().iter().collect();
                if self.sort_keys {
                    entries = compare::sort(entries, |(key, _)| key, false)?;
                }
                self.container(out, ['{', '}'], entries.into_iter(), level, |out, (key, value)| {
                    self.key(out, key)?;
                    out.str(&self.after_key)?;
                    self.value(out, value, level + 1)
                })
            }
            _ => {
                let message = format!("Object of type {} is not JSON serializable", type_name(value));
                Err(raise(ErrorKind::Type, message))
            }
        }
    }

    fn container<T>(
        &self,
        out: &mut Writer,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        level: usize,
        mut write: impl FnMut(&mut Writer, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        out.char(open)?;
        let empty = items.len() == 0;
        for (n, item) in items.enumerate() {
            if n > 0 {
                out.str(&self.between_items)?;
            }
            self.new_line(out, level)?;
            write(out, item)?;
        }
        if !empty {
            self.new_line(out, level - 1)?;
        }
        out.char(close)
    }

    fn new_line(&self, out: &mut Writer, level: usize) -> Result<(), Error> {
        let Some(indent) = &self.indent else { return Ok(()) };
        out.char('\n')?;
        (0..level).try_for_each(|_| out.str(indent))
    }

    fn key(&self, out: &mut Writer, key: &Value) -> Result<(), Error> {
        match kind(key) {
            Kind::Text(text) => self.text(out, text),
            Kind::None => out.str("\"null\""),
            Kind::Bool(value) => out.str(if value { "\"true\"" } else { "\"false\"" }),
            Kind::Int(_) | Kind::HugeInt => out.str(&format!("\"{key}\"")),
            Kind::Float(value) => out.str(&format!("\"{}\"", number(value))),
            _ => {
                let message = format!("keys must be str, int, float, bool or None, not {}", type_name(key));
                Err(raise(ErrorKind::Type, message))
            }
        }
    }

    fn text(&self, out: &mut Writer, text: &str) -> Result<(), Error> {
        out.char('"')?;
        for c in text.chars() {
            match c {
                '"' => out.str("\\\"")?,
                '\\' => out.str("\\\\")?,
                '\n' => out.str("\\n")?,
                '\r' => out.str("\\r")?,
                '\t' => out.str("\\t")?,
                '\u{8}' => out.str("\\b")?,
                '\u{c}' => out.str("\\f")?,
                c if c < ' ' || (self.ascii && !(' '..='~').contains(&c)) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        out.str(&format!("\\u{unit:04x}"))?;
                    }
                }
                c => out.char(c)?,
            }
        }
        out.char('"')
    }
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        float::repr(value)
    }
}

/// The text of an `indent` argument.
pub(crate) fn indent(value: &Value) -> Result<Option<String>, Error> {
    /// More would be refused by any budget.
    const WIDEST: i128 = 1 << 20;
    let blanks = |count: i128| {
        let count = usize::try_from(count.max(0)).ok().filter(|_| count <= WIDEST);
        count
            .map(|count| Some(" ".repeat(count)))
            .ok_or_else(|| raise(ErrorKind::Limit, "an indent is too wide"))
    };
    match kind(value) {
        Kind::None => Ok(None),
        Kind::Int(count) => blanks(count),
        Kind::Bool(count) => blanks(count.into()),
        Kind::Text(text) => Ok(Some(text.to_owned())),
        _ => {
            let message = format!("an indent is a number or a text, not {}", repr::short(value));
            Err(raise(ErrorKind::Type, message))
        }
    }
}
