//! Filters of text: letter case, white space, replacing, formatting.

use std::borrow::Cow;

use super::{given, index, like, only_s, open, optional, plain, quick, text_of};
use crate::ErrorKind;
use crate::builtins::args::unexpected;
use crate::builtins::{Args, Bound, FilterDef, percent};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{self, case};
use crate::trace::Origin;
use crate::value::rope::Pieces;
use crate::value::{Value, dict, operators, repr};

pub(super) static CAPITALIZE: FilterDef =
    plain("capitalize", ("do_capitalize", ""), &["s"], 1, |rt, args| {
        cased(rt, args, |text| Cow::Owned(case::capitalize(text)))
    });
pub(super) static CENTER: FilterDef = plain("center", ("do_center", ""), &["value", "width"], 1, center);
pub(super) static FORMAT: FilterDef = open("format", false, format);
pub(super) static LOWER: FilterDef =
    plain("lower", ("do_lower", ""), &["s"], 1, |rt, args| cased(rt, args, case::lower));
pub(super) static REPLACE: FilterDef =
    plain("replace", ("do_replace", "eval_ctx"), &["s", "old", "new", "count"], 3, replace);
pub(super) static STRING: FilterDef = open("string", false, string);
pub(super) static TITLE: FilterDef = plain("title", ("do_title", ""), &["s"], 1, title);
pub(super) static TRIM: FilterDef = FilterDef {
    cut: Some(text::strip),
    ..quick(plain("trim", ("do_trim", ""), &["value", "chars"], 1, trim), trim_space)
};
pub(super) static UPPER: FilterDef =
    plain("upper", ("do_upper", ""), &["s"], 1, |rt, args| cased(rt, args, case::upper));

/// The string that a value is or prints as; Markup stays Markup.
fn soft<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    if value.is_str() { Ok(value) } else { repr::str(rt, value) }
}

fn string<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    only_s("soft_str", args)?;
    soft(rt, value)
}

/// A text with other letter case. Text that stays as it is keeps its origin.
fn cased<'a>(
    rt: &Runtime<'a>,
    args: &Bound<'a>,
    convert: impl Fn(&'a str) -> Cow<'a, str>,
) -> Result<Value<'a>> {
    let [value, ..] = *args;
    let (origin, text) = text_of(rt, value)?;
    rt.step_bytes(text.len())?;
    match convert(text) {
        Cow::Borrowed(same) => Ok(like(value, origin, same)),
        Cow::Owned(same) if same == text => Ok(like(value, origin, text)),
        Cow::Owned(other) => Ok(like(value, rt.computed(origin), rt.alloc_str(&other)?)),
    }
}

/// Every word with a capital letter. Words begin after white space, hyphens and opening brackets.
fn title<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let (origin, text) = text_of(rt, args[0])?;
    rt.step_bytes(text.len())?;
    let is_between = |c: char| matches!(c, '-' | '(' | '{' | '[' | '<') || text::is_space(c);
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(is_between) {
        let end = word.trim_end_matches(is_between).len();
        let (letters, between) = word.split_at_checked(end).unwrap_or((word, ""));
        if let Some(first) = letters.chars().next() {
            let (first, rest) = letters.split_at_checked(first.len_utf8()).unwrap_or((letters, ""));
            out.push_str(&case::upper(first));
            out.push_str(&case::lower(rest));
        }
        out.push_str(between);
    }
    if out == text {
        return Ok(Value::Str(origin, text));
    }
    Ok(Value::Str(rt.computed(origin), rt.alloc_str(&out)?))
}

fn trim_space<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    if let Value::Str(origin, text) = value {
        let stripped = text::strip(text);
        rt.step_bytes(text.len() - stripped.len())?;
        return Ok(Value::Str(origin, stripped));
    }
    let (origin, text) = text_of(rt, value)?;
    rt.step_bytes(text.len())?;
    Ok(like(value, origin, text::strip(text)))
}

fn trim<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, chars, ..] = *args;
    let Some(chars) = optional(chars) else { return trim_space(rt, value) };
    let (origin, text) = text_of(rt, value)?;
    rt.step_bytes(text.len())?;
    let Some((_, chars)) = rt.flat(chars)? else {
        return Err(Raised::type_error("strip arg must be None or str"));
    };
    rt.step_bytes(chars.len() * 16)?;
    let mut set: Vec<char> = chars.chars().collect();
    set.sort_unstable();
    Ok(like(value, origin, text.trim_matches(|c| set.binary_search(&c).is_ok())))
}

fn center<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, width, ..] = *args;
    let (origin, text) = text_of(rt, value)?;
    let width = usize::try_from(index(given(width, Value::int(80)))?).unwrap_or(0);
    rt.step_bytes(text.len())?;
    let length = text.chars().count();
    let Some(margin) = width.checked_sub(length).filter(|margin| *margin > 0) else {
        return Ok(like(value, origin, text));
    };
    // Where the margin is odd, the place for the odd blank depends on the width.
    let left = margin / 2 + (margin & width & 1);
    let mut out = Pieces::new(rt);
    out.push(rt, Origin::TEMPLATE, blanks(rt, left)?)?;
    out.push(rt, origin, text)?;
    out.push(rt, Origin::TEMPLATE, blanks(rt, margin - left)?)?;
    let out = out.finish(rt)?;
    if matches!(value, Value::Markup(..)) { operators::markup(rt, out) } else { Ok(out) }
}

/// So many blanks.
pub(super) fn blanks<'a>(rt: &Runtime<'a>, count: usize) -> Result<&'a str> {
    const SOME: &str = "                                                                ";
    if let Some(few) = SOME.get(..count) {
        return Ok(few);
    }
    rt.reserve(count)?;
    rt.step_bytes(count)?;
    let mut blanks = bumpalo::collections::String::with_capacity_in(count, rt.bump);
    blanks.extend(std::iter::repeat_n(' ', count));
    Ok(blanks.into_bump_str())
}

fn format<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if args.named("value").is_some() {
        return Err(unexpected("do_format", &["value"], "value"));
    }
    let values = match (args.positional, args.named) {
        (positional, []) => Value::tuple(rt.alloc_slice(positional)?),
        ([], named) => {
            let entries: Vec<_> = named.iter().map(|(name, value)| (rt.name_value(name), *value)).collect();
            dict::from_entries(rt, &entries)?
        }
        _ => {
            return Err(Raised::new(
                ErrorKind::FilterArgument,
                "can't handle positional and keyword arguments at the same time",
            ));
        }
    };
    percent::format(rt, soft(rt, value)?, values)
}

fn replace<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [text, old, new, count, ..] = *args;
    if !rt.autoescape.get() {
        let (text, old, new) = (repr::str(rt, text)?, repr::str(rt, old)?, repr::str(rt, new)?);
        return replaced(rt, text, old, new, count);
    }
    let is_markup = |value: Value<'a>| matches!(value, Value::Markup(..));
    let text = if is_markup(old) || is_markup(new) && !is_markup(text) {
        operators::escaped(rt, text)?
    } else {
        soft(rt, text)?
    };
    let (old, mut new) = (soft(rt, old)?, soft(rt, new)?);
    if is_markup(text) {
        new = operators::escaped(rt, new)?;
    }
    let result = replaced(rt, text, old, new, count)?;
    if is_markup(text) { operators::markup(rt, result) } else { Ok(result) }
}

/// `text.replace(old, new, count)` of strings.
fn replaced<'a>(
    rt: &Runtime<'a>,
    text: Value<'a>,
    old: Value<'a>,
    new: Value<'a>,
    count: Value<'a>,
) -> Result<Value<'a>> {
    let (origin, text) = text_of(rt, text)?;
    let (_, old) = text_of(rt, old)?;
    let (new_origin, new) = text_of(rt, new)?;
    let count = match optional(count) {
        Some(count) => usize::try_from(index(count)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    rt.step_bytes(text.len())?;
    let mut out = Replaced { rt, pieces: Pieces::new(rt), plain: String::new() };
    let (mut found, mut rest) = (false, 0);
    for (at, _) in text.match_indices(old).take(count) {
        found = true;
        out.push(origin, text.get(rest..at).unwrap_or_default())?;
        out.push(new_origin, new)?;
        rest = at + old.len();
    }
    if !found {
        return Ok(Value::Str(origin, text));
    }
    out.push(origin, text.get(rest..).unwrap_or_default())?;
    out.finish()
}

/// What `replace` makes: pieces where it matters who wrote them, else one text.
struct Replaced<'r, 'a> {
    rt: &'r Runtime<'a>,
    pieces: Pieces<'a>,
    plain: String,
}

impl<'a> Replaced<'_, 'a> {
    fn push(&mut self, origin: Origin, text: &'a str) -> Result<()> {
        if self.rt.trace.is_some() {
            self.rt.step(1)?;
            return self.pieces.push(self.rt, origin, text);
        }
        self.rt.reserve(text.len())?;
        self.rt.step(usize::from(text.len() > 16) + text.len() / 64)?;
        self.plain.push_str(text);
        Ok(())
    }

    fn finish(self) -> Result<Value<'a>> {
        if self.rt.trace.is_some() {
            return self.pieces.finish(self.rt);
        }
        Ok(Value::text(self.rt.bump.alloc_str(&self.plain)))
    }
}
