//! `str(value)` and `repr(value)`.

use std::fmt;

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use super::{float, printable};
use crate::budget::Writer;
use crate::error::raise;
use crate::value::{Kind, Method, ViewOf, is_loop, is_macro, kind};

/// How deep a value is written. Namespaces can hold themselves.
const MAX_DEPTH: u32 = 700;

/// `str(value)`.
pub(crate) fn write_str(out: &mut Writer, value: &Value) -> Result<(), Error> {
    match kind(value) {
        Kind::Undefined(_) => Ok(()),
        Kind::Text(text) => out.str(text),
        _ => write(out, value, 0),
    }
}

/// `repr(value)`.
pub(crate) fn write_repr(out: &mut Writer, value: &Value) -> Result<(), Error> {
    write(out, value, 0)
}

fn write(out: &mut Writer, value: &Value, depth: u32) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        let message = "maximum recursion depth exceeded while getting the repr of an object";
        return Err(raise(ErrorKind::Recursion, message));
    }
    let inside = depth + 1;
    match kind(value) {
        Kind::Undefined(_) => out.str("Undefined"),
        Kind::None => out.str("None"),
        Kind::Bool(value) => out.str(if value { "True" } else { "False" }),
        Kind::Int(value) => out.str(&value.to_string()),
        Kind::Float(value) => out.str(&float::repr(value)),
        Kind::Text(text) if value.is_safe() => {
            out.str("Markup(")?;
            write_text(out, text)?;
            out.str(")")
        }
        Kind::Text(text) => write_text(out, text),
        Kind::List(list) => {
            out.str("[")?;
            write_items(out, list.items(), inside)?;
            out.str("]")
        }
        Kind::Tuple(tuple) => {
            out.str("(")?;
            write_items(out, tuple.items(), inside)?;
            out.str(if tuple.items().len() == 1 { ",)" } else { ")" })
        }
        Kind::Dict(dict) => {
            write_entries(out, dict.entries().iter().map(|(key, value)| (key, value)), inside)
        }
        Kind::View(view) => {
            out.str(view.type_name())?;
            out.str("([")?;
            match view.of() {
                ViewOf::Keys => write_items(out, view.dict().keys(), inside)?,
                _ => write_items(out, &view.items()?, inside)?,
            }
            out.str("])")
        }
        // Python's has an address or the text of what it is bound to, and which of them depends on the class.
        Kind::Other if value.downcast_object_ref::<Method>().is_some() => {
            Err(raise(ErrorKind::Unsupported, "the text of a method is not available on minijinja"))
        }
        Kind::Namespace(namespace) => {
            out.str("<Namespace ")?;
            let entries: Vec<(Value, Value)> =
                namespace.entries().into_iter().map(|(name, value)| (Value::from(name), value)).collect();
            write_entries(out, entries.iter().map(|(name, value)| (name, value)), inside)?;
            out.str(">")
        }
        Kind::Generator(_) | Kind::Range(_) | Kind::HugeInt => out.str(&value.to_string()),
        Kind::Other => write_other(out, value, inside),
    }
}

/// The engine's own objects.
fn write_other(out: &mut Writer, value: &Value, depth: u32) -> Result<(), Error> {
    let attribute = |name: &str| value.get_attr(name).unwrap_or_default();
    if is_loop(value) {
        return out.str(&format!("<LoopContext {}/{}>", attribute("index"), attribute("length")));
    }
    if is_macro(value) {
        out.str("<Macro ")?;
        write(out, &attribute("name"), depth)?;
        return out.str(">");
    }
    out.str(&value.to_string())
}

fn write_items<'v>(
    out: &mut Writer,
    items: impl IntoIterator<Item = &'v Value>,
    depth: u32,
) -> Result<(), Error> {
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.str(", ")?;
        }
        write(out, item, depth)?;
    }
    Ok(())
}

fn write_entries<'v>(
    out: &mut Writer,
    entries: impl Iterator<Item = (&'v Value, &'v Value)>,
    depth: u32,
) -> Result<(), Error> {
    out.str("{")?;
    for (n, (key, value)) in entries.enumerate() {
        if n > 0 {
            out.str(", ")?;
        }
        write(out, key, depth)?;
        out.str(": ")?;
        write(out, value, depth)?;
    }
    out.str("}")
}

/// `repr(text)`.
fn write_text(out: &mut Writer, text: &str) -> Result<(), Error> {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.char(quote)?;
    for c in text.chars() {
        match c {
            '\\' => out.str("\\\\")?,
            '\n' => out.str("\\n")?,
            '\r' => out.str("\\r")?,
            '\t' => out.str("\\t")?,
            c if c == quote => {
                out.char('\\')?;
                out.char(c)?;
            }
            c if printable::is_printable(c) => out.char(c)?,
            c => out.str(&escape(c))?,
        }
    }
    out.char(quote)
}

/// A character by its number.
pub(crate) fn escape(c: char) -> String {
    match u32::from(c) {
        c @ 0..=0xFF => format!("\\x{c:02x}"),
        c @ 0x100..=0xFFFF => format!("\\u{c:04x}"),
        c => format!("\\U{c:08x}"),
    }
}

/// `repr(value)` for a message.
pub(crate) fn short(value: &Value) -> String {
    const ROOM: usize = 10_000;
    let mut out = Writer::new(ROOM);
    let written = write_repr(&mut out, value);
    let end = if written.is_ok() { "" } else { "…" };
    out.into_text() + end
}

/// `str(value)` for minijinja's own printing, which has no budget.
pub(crate) fn display(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&short(value))
}
