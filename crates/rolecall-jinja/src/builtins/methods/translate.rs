//! `text.translate(table)` and the tables for it.

use super::string::This;
use crate::ErrorKind;
use crate::builtins::native;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::dict::DictBuilder;
use crate::value::subscript::subscript;
use crate::value::writer::Writer;
use crate::value::{Value, compare};

fn code<'a>(c: char) -> Value<'a> {
    code_from(Origin::TEMPLATE, c)
}

/// The code of a character that is of this origin.
fn code_from<'a>(origin: Origin, c: char) -> Value<'a> {
    Value::Int(origin, i64::from(u32::from(c)))
}

/// `text.translate(table)`.
pub(super) fn translate<'a>(rt: &Runtime<'a>, this: This<'a>, table: Value<'a>) -> Result<Value<'a>> {
    let mut out = Writer::new(rt);
    let mut copied = 0;
    let upto = |out: &mut Writer<'_, 'a>, from: usize, to: usize| match this.text.get(from..to) {
        Some("") | None => Ok(()),
        Some(run) => out.copied(this.origin, run),
    };
    for (at, c) in this.text.char_indices() {
        rt.step(1)?;
        let found = match table.as_dict() {
            Some(dict) => dict.get(rt, code(c))?,
            None => match subscript(rt, table, code(c)) {
                Err(error) if error.kind() == ErrorKind::Index => None,
                found => Some(found?),
            },
        };
        // What the table does not have stays.
        let Some(found) = found else { continue };
        upto(&mut out, copied, at)?;
        copied = at + c.len_utf8();
        match found {
            Value::None(_) => {}
            Value::Str(..) | Value::Rope(..) | Value::Markup(..) => out.string(found)?,
            _ => {
                if let Some(number) = compare::Number::of(found).and_then(compare::Number::big) {
                    let c = character(&number)?;
                    out.computed(rt.joined(this.origin, found.origin()))?.push(c);
                    out.count()?;
                } else {
                    crate::value::unknown::check(found)?;
                    return Err(Raised::type_error("character mapping must return integer, None or str"));
                }
            }
        }
    }
    if copied == 0 {
        return Ok(this.whole());
    }
    upto(&mut out, copied, this.text.len())?;
    this.made(rt, out.finish()?)
}

fn character(number: &BigInt) -> Result<char> {
    let number = number.to_i64().and_then(|number| u32::try_from(number).ok()).filter(|n| *n < 0x11_0000);
    let Some(number) = number else {
        return Err(Raised::value_error("character mapping must be in range(0x110000)"));
    };
    char::from_u32(number).ok_or_else(|| {
        Raised::unsupported(format!(
            "U+{number:04X} is half of a surrogate pair, which no text here can hold"
        ))
    })
}

/// `str.maketrans(dict)`, `str.maketrans(from, to[, delete])`.
pub(super) fn maketrans<'a>(
    rt: &Runtime<'a>,
    first: Value<'a>,
    second: Value<'a>,
    third: Value<'a>,
) -> Result<Value<'a>> {
    let mut table = DictBuilder::new();
    if second.is_missing() {
        let Some(dict) = first.as_dict() else {
            return Err(Raised::type_error("if you give only one argument to maketrans it must be a dict"));
        };
        let mut entries = dict.iter();
        while let Some((key, value)) = entries.next(rt)? {
            table.insert(rt, table_key(rt, key)?, value)?;
        }
        return table.finish(rt);
    }
    let to = native::string(rt, "maketrans() argument 2", second)?;
    let to_origin = rt.computed(rt.flat(second)?.map_or(Origin::TEMPLATE, |(origin, _)| origin));
    let deleted = if third.is_missing() { "" } else { native::string(rt, "maketrans() argument 3", third)? };
    let Some((_, from)) = rt.flat(first)? else {
        return Err(Raised::type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    rt.step_bytes(from.len() + to.len() + deleted.len())?;
    if from.chars().count() != to.chars().count() {
        return Err(Raised::value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.chars().zip(to.chars()) {
        table.insert(rt, code(from), code_from(to_origin, to))?;
    }
    for c in deleted.chars() {
        table.insert(rt, code(c), Value::NONE)?;
    }
    table.finish(rt)
}

fn table_key<'a>(rt: &Runtime<'a>, key: Value<'a>) -> Result<Value<'a>> {
    if let Some((_, text)) = rt.flat(key)? {
        let mut chars = text.chars();
        return match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(code(c)),
            _ => Err(Raised::value_error("string keys in translate table must be of length 1")),
        };
    }
    match key {
        Value::Int(..) | Value::Bool(..) | Value::Big(..) => Ok(key),
        _ => Err(Raised::type_error("keys in translate table must be strings or integers")),
    }
}
