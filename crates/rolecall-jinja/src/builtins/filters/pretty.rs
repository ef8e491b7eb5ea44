//! `pprint`: values in lines of at most 80 characters, as Python's `pprint.pformat` lays them out.

use super::plain;
use crate::ErrorKind;
use crate::builtins::sort::sort_with;
use crate::builtins::{Bound, FilterDef};
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::text::lines::Lines;
use crate::text::{self, repr as quoted};
use crate::trace::Origin;
use crate::value::compare::{Order, ordered};
use crate::value::writer::Writer;
use crate::value::{Object, Seq, Value, iter, names, repr};

pub(super) static PPRINT: FilterDef =
    plain("pprint", ("do_pprint", ""), &["value"], 1, |rt, args: &Bound<'_>| {
        let mut pretty = Pretty { out: Writer::new(rt) };
        pretty.value(args[0], Place { indent: 0, allowance: 0, level: 0 })?;
        pretty.out.finish()
    });

const WIDTH: usize = 80;

/// Where a value is written.
#[derive(Clone, Copy)]
struct Place {
    /// How many characters are before it in its line.
    indent: usize,
    /// How many have to follow it in its last line.
    allowance: usize,
    /// How many containers it is in, counting itself.
    level: usize,
}

struct Pretty<'r, 'a> {
    out: Writer<'r, 'a>,
}

impl<'a> Pretty<'_, 'a> {
    fn value(&mut self, value: Value<'a>, place: Place) -> Result<()> {
        let rt = self.out.rt;
        if width(rt, value)? + place.indent + place.allowance <= WIDTH {
            return write(&mut self.out, value);
        }
        let inner = Place { level: place.level + 1, ..place };
        if let Some((origin, text)) = plain_text(rt, value)? {
            return self.text(origin, text, inner);
        }
        let (open, close, seq) = match value {
            Value::Tuple(origin, items) => {
                ("(", if items.len() == 1 { ",)" } else { ")" }, Seq::Values(origin, items))
            }
            _ => match value.as_list() {
                Some(seq) => ("[", "]", seq),
                None if value.as_dict().is_some() => {
                    return self.covered(value, |this| this.dict(value, inner));
                }
                None => return write(&mut self.out, value),
            },
        };
        self.covered(value, |this| {
            this.out.str(open)?;
            this.items(seq, Place { allowance: inner.allowance + close.len(), ..inner })?;
            this.out.str(close)
        })
    }

    /// Writes a container, all of which is computed from it.
    fn covered(&mut self, value: Value<'a>, inside: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let rt = self.out.rt;
        let outer = self.out.cover(value.origin());
        let result = rt.deeper(" while getting the repr of an object", || inside(self));
        self.out.uncover(outer);
        result
    }

    fn new_line(&mut self, indent: usize) -> Result<()> {
        let rt = self.out.rt;
        self.out.str("\n")?;
        self.out.str(super::strings::blanks(rt, indent)?)
    }

    fn items(&mut self, seq: Seq<'a>, place: Place) -> Result<()> {
        let indent = place.indent + 1;
        for at in 0..seq.len() {
            let allowance = if at + 1 == seq.len() { place.allowance } else { 1 };
            if at > 0 {
                self.out.str(",")?;
                self.new_line(indent)?;
            }
            if let Some(item) = iter::item(self.out.rt, seq, at)? {
                self.value(item, Place { indent, allowance, ..place })?;
            }
        }
        Ok(())
    }

    fn dict(&mut self, value: Value<'a>, place: Place) -> Result<()> {
        let rt = self.out.rt;
        let entries = sorted_entries(rt, value)?;
        let indent = place.indent + 1;
        self.out.str("{")?;
        for (at, (key, value)) in entries.iter().enumerate() {
            let allowance = if at + 1 == entries.len() { place.allowance + 1 } else { 1 };
            if at > 0 {
                self.out.str(",")?;
                self.new_line(indent)?;
            }
            write(&mut self.out, *key)?;
            self.out.str(": ")?;
            let indent = indent.saturating_add(width(rt, *key)?).saturating_add(2);
            self.value(*value, Place { indent, allowance, ..place })?;
        }
        self.out.str("}")
    }

    /// Writes a long text in parts, which are cut at line ends and between words.
    fn text(&mut self, origin: Origin, text: &'a str, place: Place) -> Result<()> {
        let is_outermost = place.level == 1;
        let indent = place.indent + usize::from(is_outermost);
        let allowance = place.allowance + usize::from(is_outermost);
        let parts = parts_of(self.out.rt, text, indent, allowance)?;
        if let [part] = parts.as_slice() {
            return self.part(origin, part);
        }
        if is_outermost {
            self.out.str("(")?;
        }
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.new_line(indent)?;
            }
            self.part(origin, part)?;
        }
        if is_outermost { self.out.str(")") } else { Ok(()) }
    }

    fn part(&mut self, origin: Origin, part: &'a str) -> Result<()> {
        write(&mut self.out, Value::Str(origin, part))
    }
}

/// A text that is not Markup.
fn plain_text<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Option<(Origin, &'a str)>> {
    match value {
        Value::Markup(..) => Ok(None),
        _ => Ok(rt.flat(value)?.filter(|(_, text)| !text.is_empty())),
    }
}

/// The parts of a text, each of which fits into its line where that can be.
fn parts_of<'a>(rt: &Runtime<'a>, text: &'a str, indent: usize, allowance: usize) -> Result<Vec<&'a str>> {
    rt.step_bytes(text.len().saturating_mul(8))?;
    let fits = |part: &str, is_last: bool| {
        let taken = indent + if is_last { allowance } else { 0 };
        quoted(part).chars().count() + taken <= WIDTH
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for (line, end) in Lines::new(text) {
        let line_end = start + line.len() + end.len();
        let is_last_line = line_end == text.len();
        let line = text.get(start..line_end).unwrap_or_default();
        if fits(line, is_last_line) {
            rt.reserve(size_of::<&str>())?;
            parts.push(line);
        } else {
            words(rt, line, is_last_line, fits, &mut parts)?;
        }
        start = line_end;
    }
    Ok(parts)
}

/// Adds the parts of a line that is too long.
fn words<'a>(
    rt: &Runtime<'a>,
    line: &'a str,
    is_last_line: bool,
    fits: impl Fn(&str, bool) -> bool,
    parts: &mut Vec<&'a str>,
) -> Result<()> {
    let (mut start, mut end) = (0, 0);
    while end < line.len() {
        let rest = line.get(end..).unwrap_or_default();
        let word = rest.find(text::is_space).unwrap_or(rest.len());
        let space = rest.get(word..).unwrap_or_default();
        let space = space.find(|c| !text::is_space(c)).unwrap_or(space.len());
        let next = end + word + space;
        rt.step_bytes(next - start)?;
        let candidate = line.get(start..next).unwrap_or_default();
        if start < end && !fits(candidate, is_last_line && next == line.len()) {
            rt.reserve(size_of::<&str>())?;
            parts.push(line.get(start..end).unwrap_or_default());
            start = end;
        }
        end = next;
    }
    parts.push(line.get(start..).unwrap_or_default());
    Ok(())
}

/// The entries of a dict by the order of their keys; where two have none, by the names of their types.
fn sorted_entries<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Vec<(Value<'a>, Value<'a>)>> {
    let Some(dict) = value.as_dict() else { return Ok(Vec::new()) };
    let mut entries = dict.entries(rt)?;
    sort_with(&mut entries, |(a, _), (b, _)| {
        rt.step(1)?;
        match ordered(rt, Order::Lt, *a, *b) {
            Err(error) if error.kind() == ErrorKind::Type => Ok(type_path(*a) < type_path(*b)),
            found => found,
        }
    })?;
    Ok(entries)
}

fn type_path(value: Value<'_>) -> &'static str {
    match value {
        Value::None(_) => "NoneType object",
        other => names::owner(other),
    }
}

/// The characters of what [`write()`] writes.
fn width<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<usize> {
    let mut out = Writer::new(rt);
    write(&mut out, value)?;
    let length = super::length(rt, out.finish()?)?;
    Ok(length)
}

/// Writes `repr(value)` with the keys of dicts in order.
fn write<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    let rt = out.rt;
    let (open, close, seq) = match value {
        Value::Object(Object::Group(_)) => return repr::write_repr(out, value),
        Value::Tuple(origin, items) => {
            ("(", if items.len() == 1 { ",)" } else { ")" }, Seq::Values(origin, items))
        }
        _ => match value.as_list() {
            Some(seq) => ("[", "]", seq),
            None if value.as_dict().is_some() => return write_dict(out, value),
            None => return repr::write_repr(out, value),
        },
    };
    rt.deeper(" while getting the repr of an object", || {
        out.covered(value.origin(), |out| {
            out.str(open)?;
            for at in 0..seq.len() {
                rt.step(1)?;
                if at > 0 {
                    out.str(", ")?;
                }
                if let Some(item) = iter::item(rt, seq, at)? {
                    write(out, item)?;
                }
            }
            out.str(close)
        })
    })
}

fn write_dict<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    let rt = out.rt;
    let entries = sorted_entries(rt, value)?;
    rt.deeper(" while getting the repr of an object", || {
        out.covered(value.origin(), |out| {
            out.str("{")?;
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.str(", ")?;
                }
                write(out, *key)?;
                out.str(": ")?;
                write(out, *value)?;
            }
            out.str("}")
        })
    })
}
