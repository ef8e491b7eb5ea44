//! `indent`.

use super::strings::blanks;
use super::{check_room, no_attribute, plain};
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::text::lines::Lines;
use crate::trace::Origin;
use crate::value::writer::Writer;
use crate::value::{Value, names, operators};

pub(super) static INDENT: FilterDef =
    plain("indent", ("do_indent", ""), &["s", "width", "first", "blank"], 1, indent);

fn indent<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, width, first, blank, ..] = *args;
    let indentation = indentation(rt, width)?;
    let Some((origin, text)) = rt.flat(value)? else { return Err(no_text(rt, value)) };
    rt.step_bytes(text.len())?;
    let is_markup = matches!(value, Value::Markup(..));
    let mut lines = Indented {
        out: Writer::new(rt),
        origin,
        indentation,
        // Indentation that is Markup escapes what it is put before.
        escapes: matches!(indentation, Value::Markup(..)) && !is_markup,
    };
    let (first, blank) = (operators::truth(rt, first)?, operators::truth(rt, blank)?);
    let escapes = lines.escapes && (first || blank);
    lines.all(text, first, blank)?;
    let indented = lines.out.finish()?;
    if is_markup || escapes { operators::markup(rt, indented) } else { Ok(indented) }
}

/// What every line is indented by: a text, or a number of blanks.
fn indentation<'a>(rt: &Runtime<'a>, width: Value<'a>) -> Result<Value<'a>> {
    if width.is_str() {
        return match width {
            Value::Markup(..) => Ok(width),
            _ => Ok(rt.flat(width)?.map_or(width, |(origin, text)| Value::Str(origin, text))),
        };
    }
    let count = match width {
        Value::Missing => 4,
        Value::Int(_, count) => count,
        Value::Bool(_, count) => i64::from(count),
        // The product says what is wrong.
        other => return operators::binary(rt, BinaryOperator::Mul, Value::text(" "), other),
    };
    let count = usize::try_from(count).unwrap_or(0);
    check_room(rt, count)?;
    Ok(Value::text(blanks(rt, count)?))
}

/// The error for what cannot be indented. A line end is appended to it first, which a list takes.
#[cold]
fn no_text<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Raised {
    if value.as_bytes().is_some() {
        return Raised::type_error("can't concat str to bytes");
    }
    if value.is_undefined() || value.as_list().is_some() {
        return no_attribute(rt, value, "splitlines");
    }
    if value.as_tuple().is_some() {
        return Raised::type_error("can only concatenate tuple (not \"str\") to tuple");
    }
    let name = names::type_name(value);
    Raised::type_error(format!("unsupported operand type(s) for +=: '{name}' and 'str'"))
}

struct Indented<'r, 'a> {
    out: Writer<'r, 'a>,
    origin: Origin,
    indentation: Value<'a>,
    escapes: bool,
}

impl<'a> Indented<'_, 'a> {
    fn all(&mut self, text: &'a str, first: bool, blank: bool) -> Result<()> {
        let mut is_first = true;
        let mut end = "\n";
        for (line, line_end) in Lines::new(text) {
            end = line_end;
            if is_first {
                self.first(line, first, blank)?;
            } else {
                self.other(line, first, blank)?;
            }
            is_first = false;
        }
        if is_first {
            return self.first("", first, blank);
        }
        // A line end at the end is kept. One that is `\r` becomes a part of the `\n` that is appended.
        if end.is_empty() || end == "\r" { Ok(()) } else { self.other("", first, blank) }
    }

    fn first(&mut self, line: &'a str, first: bool, blank: bool) -> Result<()> {
        if first {
            self.out.string(self.indentation)?;
        }
        self.line(line, usize::from(first || blank))
    }

    fn other(&mut self, line: &'a str, first: bool, blank: bool) -> Result<()> {
        self.out.computed(self.origin)?.push('\n');
        self.out.count()?;
        if blank {
            self.out.string(self.indentation)?;
            return self.line(line, 1);
        }
        if line.is_empty() {
            return Ok(());
        }
        if first && self.escapes {
            // All before it was a plain string, with the indentation of the other lines in it.
            self.escaped(self.indentation, 1)?;
        } else {
            self.out.string(self.indentation)?;
        }
        self.line(line, 1 + usize::from(first))
    }

    /// Writes a line, escaped so many times if at all.
    fn line(&mut self, line: &'a str, times: usize) -> Result<()> {
        if self.escapes {
            return self.escaped(Value::Str(self.origin, line), times);
        }
        self.out.copied(self.origin, line)
    }

    fn escaped(&mut self, value: Value<'a>, times: usize) -> Result<()> {
        let rt = self.out.rt;
        let mut text = value;
        for _ in 0..times {
            // What is Markup already is escaped as text.
            text = operators::escaped(rt, crate::value::repr::str(rt, text)?)?;
        }
        self.out.string(text)
    }
}
