//! Searching a string and replacing in it: `find`, `count`, `startswith`, `partition`, `replace`.

use super::Method;
use super::split::empty_separator;
use super::string::This;
use crate::builtins::native;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::rope::Pieces;
use crate::value::{Value, names, operators, slice};

/// The part of a text that is searched.
struct Window<'a> {
    text: &'a str,
    /// The characters before it.
    before: usize,
}

/// The part between two places, which count from the end if they are negative; none where the first one is behind
/// the second or behind the text.
fn window<'a>(text: &'a str, start: Value<'_>, stop: Value<'_>) -> Result<Option<Window<'a>>> {
    let (start, stop) = (slice::bound(start)?, slice::bound(stop)?);
    if start.is_none() && stop.is_none() {
        return Ok(Some(Window { text, before: 0 }));
    }
    let is_ascii = text.is_ascii();
    let length = if is_ascii { text.len() } else { text.chars().count() };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let place = |at: i64| if at < 0 { at.saturating_add(length).max(0) } else { at };
    let start = place(start.unwrap_or(0));
    let stop = place(stop.unwrap_or(length)).min(length);
    if start > stop {
        return Ok(None);
    }
    let (Ok(start), Ok(stop)) = (usize::try_from(start), usize::try_from(stop)) else { return Ok(None) };
    let byte = |place: usize| {
        if is_ascii { place } else { text.char_indices().nth(place).map_or(text.len(), |(at, _)| at) }
    };
    Ok(text.get(byte(start)..byte(stop)).map(|text| Window { text, before: start }))
}

/// A string that is searched for.
fn wanted<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<&'a str> {
    match rt.flat(value)? {
        Some((_, text)) => Ok(text),
        None => Err(Raised::type_error(format!("must be str, not {}", names::type_name(value)))),
    }
}

/// `text.find(sub[, start[, end]])`, `rfind`, `index` and `rindex`.
pub(super) fn find<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    method: Method,
    [sub, start, stop]: [Value<'a>; 3],
) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len())?;
    let window = window(this.text, start, stop)?;
    let sub = wanted(rt, sub)?;
    let found = window.and_then(|window| {
        let at = match method {
            Method::Rfind | Method::Rindex => window.text.rfind(sub),
            _ => window.text.find(sub),
        };
        let before = window.text.get(..at?)?;
        Some(window.before + if before.is_ascii() { before.len() } else { before.chars().count() })
    });
    match found {
        Some(at) => Ok(Value::count(at).with_origin(rt.computed(this.origin))),
        None if matches!(method, Method::Index | Method::Rindex) => {
            Err(Raised::value_error("substring not found"))
        }
        None => Ok(Value::Int(rt.computed(this.origin), -1)),
    }
}

/// `text.count(sub[, start[, end]])`.
pub(super) fn count<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    [sub, start, stop]: [Value<'a>; 3],
) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len())?;
    let window = window(this.text, start, stop)?;
    let sub = wanted(rt, sub)?;
    let count = window.map_or(0, |window| window.text.matches(sub).count());
    Ok(Value::count(count).with_origin(rt.computed(this.origin)))
}

/// `text.startswith(prefix[, start[, end]])` and `endswith`. Several can be asked for in a tuple.
pub(super) fn edge<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    method: Method,
    [sub, start, stop]: [Value<'a>; 3],
) -> Result<Value<'a>> {
    if !(start.is_missing() && stop.is_missing()) {
        rt.step_bytes(this.text.len())?;
    }
    let window = window(this.text, start, stop)?;
    let holds = |sub: &str| {
        window.as_ref().is_some_and(|window| match method {
            Method::Startswith => window.text.starts_with(sub),
            _ => window.text.ends_with(sub),
        })
    };
    let answer = |holds| Ok(Value::Bool(rt.computed(this.origin), holds));
    if let Some((_, sub)) = rt.flat(sub)? {
        rt.step_bytes(sub.len())?;
        return answer(holds(sub));
    }
    let name = method.name();
    let Some(several) = sub.as_tuple() else {
        let found = names::type_name(sub);
        return Err(Raised::type_error(format!(
            "{name} first arg must be str or a tuple of str, not {found}"
        )));
    };
    for sub in several {
        let Some((_, sub)) = rt.flat(*sub)? else {
            crate::value::unknown::check(*sub)?;
            let found = names::type_name(*sub);
            return Err(Raised::type_error(format!("tuple for {name} must only contain str, not {found}")));
        };
        rt.step_bytes(sub.len())?;
        if holds(sub) {
            return answer(true);
        }
    }
    answer(false)
}

/// `text.partition(sep)`.
pub(super) fn partition<'a>(rt: &Runtime<'a>, this: This<'a>, sep: Value<'a>) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len())?;
    let found = this.text.find(separator(rt, sep)?);
    parts(rt, this, sep, found, false)
}

/// `text.rpartition(sep)`.
pub(super) fn rpartition<'a>(rt: &Runtime<'a>, this: This<'a>, sep: Value<'a>) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len())?;
    let found = this.text.rfind(separator(rt, sep)?);
    parts(rt, this, sep, found, true)
}

fn separator<'a>(rt: &Runtime<'a>, sep: Value<'a>) -> Result<&'a str> {
    match wanted(rt, sep)? {
        "" => Err(empty_separator()),
        sep => Ok(sep),
    }
}

fn parts<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    sep: Value<'a>,
    found: Option<usize>,
    from_right: bool,
) -> Result<Value<'a>> {
    let parts = if let Some(at) = found {
        let width = wanted(rt, sep)?.len();
        let (before, from) = this.text.split_at(at);
        let (middle, after) = from.split_at(width);
        // In Python it is the separator itself.
        let middle = This { markup: this.markup || matches!(sep, Value::Markup(..)), ..this }.part(middle);
        [this.part(before), middle, this.part(after)]
    } else {
        let empty = this.part(this.text.get(..0).unwrap_or_default());
        if from_right { [empty, empty, this.whole()] } else { [this.whole(), empty, empty] }
    };
    Ok(Value::tuple(rt.alloc_slice(&parts)?))
}

/// `text.removeprefix(prefix)`.
pub(super) fn remove_prefix<'a>(rt: &Runtime<'a>, this: This<'a>, prefix: Value<'a>) -> Result<Value<'a>> {
    let prefix = native::string(rt, "removeprefix() argument", prefix)?;
    rt.step_bytes(prefix.len())?;
    Ok(this.part(this.text.strip_prefix(prefix).unwrap_or(this.text)))
}

/// `text.removesuffix(suffix)`.
pub(super) fn remove_suffix<'a>(rt: &Runtime<'a>, this: This<'a>, suffix: Value<'a>) -> Result<Value<'a>> {
    let suffix = native::string(rt, "removesuffix() argument", suffix)?;
    rt.step_bytes(suffix.len())?;
    Ok(this.part(this.text.strip_suffix(suffix).unwrap_or(this.text)))
}

/// `text.replace(old, new[, count])`. Markup escapes what is new.
pub(super) fn replace<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    old: Value<'a>,
    new: Value<'a>,
    count: Value<'a>,
) -> Result<Value<'a>> {
    let new = if this.markup { operators::escaped(rt, new)? } else { new };
    let old = native::string(rt, "replace() argument 1", old)?;
    let new_text = native::string(rt, "replace() argument 2", new)?;
    let most = native::size(count)?.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    rt.step_bytes(this.text.len())?;
    let times = if most == 0 { 0 } else { this.text.matches(old).take(most).count() };
    if times == 0 {
        return Ok(this.whole());
    }
    rt.step(times)?;
    let bytes = (this.text.len() - times * old.len()).saturating_add(times.saturating_mul(new_text.len()));
    if rt.trace.is_some() {
        let mut pieces = Pieces::with_capacity(rt, 8);
        let mut rest = 0;
        for (at, found) in this.text.match_indices(old).take(times) {
            pieces.push(rt, this.origin, this.text.get(rest..at).unwrap_or_default())?;
            pieces.push_value(rt, new)?;
            rest = at + found.len();
        }
        pieces.push(rt, this.origin, this.text.get(rest..).unwrap_or_default())?;
        return this.made(rt, pieces.finish(rt)?);
    }
    rt.reserve(bytes)?;
    rt.step_bytes(bytes)?;
    let mut out = bumpalo::collections::String::with_capacity_in(bytes, rt.bump);
    let mut rest = 0;
    for (at, found) in this.text.match_indices(old).take(times) {
        out.push_str(this.text.get(rest..at).unwrap_or_default());
        out.push_str(new_text);
        rest = at + found.len();
    }
    out.push_str(this.text.get(rest..).unwrap_or_default());
    Ok(this.part(out.into_bump_str()))
}
