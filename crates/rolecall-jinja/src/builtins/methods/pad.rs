//! Methods that fill a string up: `center`, `ljust`, `rjust`, `zfill`, `expandtabs`.

use super::Method;
use super::string::This;
use crate::builtins::native;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::rope::Pieces;
use crate::value::writer::Writer;
use crate::value::{Value, names, operators};

/// A part of a padded string.
#[derive(Clone, Copy)]
enum Part<'a> {
    Text(&'a str),
    /// A character so many times.
    Fill(Origin, &'a str, usize),
}

impl Part<'_> {
    fn bytes(self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Fill(_, fill, count) => fill.len().saturating_mul(count),
        }
    }
}

/// The parts, one after the other.
fn put_together<'a>(rt: &Runtime<'a>, this: This<'a>, parts: &[Part<'a>]) -> Result<Value<'a>> {
    if rt.trace.is_some() {
        let mut pieces = Pieces::with_capacity(rt, parts.len());
        for part in parts {
            match *part {
                Part::Text(text) => pieces.push(rt, this.origin, text)?,
                Part::Fill(origin, ..) => {
                    pieces.push(rt, origin, written(rt, std::slice::from_ref(part))?)?;
                }
            }
        }
        return this.made(rt, pieces.finish(rt)?);
    }
    written(rt, parts).map(|text| this.part(text))
}

fn written<'a>(rt: &Runtime<'a>, parts: &[Part<'a>]) -> Result<&'a str> {
    let bytes = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.bytes()));
    rt.reserve(bytes)?;
    rt.step_bytes(bytes)?;
    let mut out = bumpalo::collections::String::with_capacity_in(bytes, rt.bump);
    for part in parts {
        match *part {
            Part::Text(text) => out.push_str(text),
            Part::Fill(_, fill, count) => (0..count).for_each(|_| out.push_str(fill)),
        }
    }
    Ok(out.into_bump_str())
}

/// How many characters are missing to a width.
fn missing<'a>(rt: &Runtime<'a>, this: This<'a>, width: Value<'a>) -> Result<(usize, usize)> {
    let width = usize::try_from(native::size(width)?.unwrap_or_default()).unwrap_or_default();
    rt.step_bytes(this.text.len())?;
    Ok((width, width.saturating_sub(this.text.chars().count())))
}

/// `text.center(width[, fillchar])`, `ljust` and `rjust`.
pub(super) fn pad<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    method: Method,
    width: Value<'a>,
    fill: Value<'a>,
) -> Result<Value<'a>> {
    let fill = if this.markup && !fill.is_missing() { operators::escaped(rt, fill)? } else { fill };
    let (width, missing) = missing(rt, this, width)?;
    let fill = if fill.is_missing() { Value::text(" ") } else { fill };
    let Some((origin, fill)) = rt.flat(fill)? else {
        let found = names::type_name(fill);
        let message = format!("The fill character must be a unicode character, not {found}");
        return Err(Raised::type_error(message));
    };
    if fill.chars().nth(1).is_some() || fill.is_empty() {
        return Err(Raised::type_error("The fill character must be exactly one character long"));
    }
    if missing == 0 {
        return Ok(this.whole());
    }
    let left = match method {
        Method::Ljust => 0,
        Method::Rjust => missing,
        // An odd character goes to the left where the width is odd too.
        _ => missing / 2 + (missing & width & 1),
    };
    let origin = rt.computed(origin);
    let fill = |count| Part::Fill(origin, fill, count);
    put_together(rt, this, &[fill(left), Part::Text(this.text), fill(missing - left)])
}

/// `text.zfill(width)`: zeros go behind a sign.
pub(super) fn zfill<'a>(rt: &Runtime<'a>, this: This<'a>, width: Value<'a>) -> Result<Value<'a>> {
    let (_, missing) = missing(rt, this, width)?;
    if missing == 0 {
        return Ok(this.whole());
    }
    let zeros = Part::Fill(Origin::TEMPLATE, "0", missing);
    let (sign, digits) = this.text.split_at(usize::from(this.text.starts_with(['+', '-'])));
    put_together(rt, this, &[Part::Text(sign), zeros, Part::Text(digits)])
}

/// `text.expandtabs([tabsize])`.
pub(super) fn expand_tabs<'a>(rt: &Runtime<'a>, this: This<'a>, size: Value<'a>) -> Result<Value<'a>> {
    let size = usize::try_from(native::int(size)?.unwrap_or(8)).unwrap_or_default();
    rt.step_bytes(this.text.len())?;
    let mut out = Writer::new(rt);
    let mut column = 0_usize;
    for (number, between) in this.text.split('\t').enumerate() {
        if number > 0 && size > 0 {
            let blanks = size - column % size;
            column += blanks;
            out.repeated(Origin::TEMPLATE, ' ', blanks)?;
        }
        rt.step(1)?;
        out.copied(this.origin, between)?;
        let line = between.rfind(['\n', '\r']).map(|at| at + 1);
        let in_line = between.get(line.unwrap_or_default()..).unwrap_or_default().chars().count();
        column = if line.is_some() { in_line } else { column.saturating_add(in_line) };
    }
    this.made(rt, out.finish()?)
}
