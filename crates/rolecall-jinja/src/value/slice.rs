//! Indices and slices.

use super::{Object, Range, Seq, Value, iter, unknown};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

/// The place that an index means, which may count from the end.
pub(crate) fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let at = if index < 0 { index.checked_add(length)? } else { index };
    if (0..length).contains(&at) { usize::try_from(at).ok() } else { None }
}

/// The character of a string at an index.
pub(crate) fn char_at<'a>(rt: &Runtime<'a>, text: &'a str, index: i64) -> Result<Option<&'a str>> {
    if text.is_ascii() {
        rt.step_bytes(text.len())?;
        return Ok(place(index, text.len()).and_then(|at| text.get(at..=at)));
    }
    rt.step_bytes(text.len() * 8)?;
    let Some(at) = place(index, text.chars().count()) else { return Ok(None) };
    let found = text.char_indices().nth(at);
    Ok(found.and_then(|(at, c)| text.get(at..at + c.len_utf8())))
}

/// The bounds of a slice of something.
#[derive(Clone, Copy)]
struct Bounds {
    start: i64,
    stop: i64,
    step: i64,
}

impl Bounds {
    /// What `slice(start, stop, step).indices(length)` gives.
    fn new(bounds: [Value<'_>; 3], length: usize) -> Result<Self> {
        let [start, stop, step] = bounds;
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let step = bound(step)?.unwrap_or(1);
        if step == 0 {
            return Err(Raised::value_error("slice step cannot be zero"));
        }
        let (lowest, highest) = if step < 0 { (-1, length - 1) } else { (0, length) };
        let clip = |value: Option<i64>, otherwise: i64| match value {
            None => otherwise,
            Some(value) if value < 0 => value.saturating_add(length).max(lowest),
            Some(value) => value.min(highest),
        };
        let (first, last) = if step < 0 { (highest, lowest) } else { (lowest, highest) };
        Ok(Self { start: clip(bound(start)?, first), stop: clip(bound(stop)?, last), step })
    }

    fn len(self) -> usize {
        Range { start: self.start, stop: self.stop, step: self.step }.len()
    }

    /// Calls `each` with the characters of a text of so many, and where they are.
    fn chars(self, text: &str, length: usize, mut each: impl FnMut(usize, char) -> Result<()>) -> Result<()> {
        let start = usize::try_from(self.start).unwrap_or_default();
        let step = usize::try_from(self.step.unsigned_abs()).unwrap_or(usize::MAX);
        let (forward, backward) = if self.step > 0 {
            (Some(text.char_indices().skip(start)), None)
        } else {
            // As many are left out at the end as come after the first.
            (None, Some(text.char_indices().rev().skip(length.saturating_sub(start + 1))))
        };
        let chars = forward.into_iter().flatten().chain(backward.into_iter().flatten());
        for (at, c) in chars.step_by(step).take(self.len()) {
            each(at, c)?;
        }
        Ok(())
    }

    fn places(self) -> impl Iterator<Item = usize> {
        let range = Range { start: self.start, stop: self.stop, step: self.step };
        (0..range.len()).map(move |at| usize::try_from(range.item(at)).unwrap_or_default())
    }
}

/// A bound as an index. Large ones are as good as the largest.
pub(crate) fn bound(value: Value<'_>) -> Result<Option<i64>> {
    Ok(match value {
        Value::None(_) | Value::Missing => None,
        Value::Int(_, value) => Some(value),
        Value::Bool(_, value) => Some(i64::from(value)),
        Value::Big(_, value) => Some(if value.negative { i64::MIN + 1 } else { i64::MAX }),
        _ => {
            unknown::check(value)?;
            return Err(Raised::type_error(
                "slice indices must be integers or None or have an __index__ method",
            ));
        }
    })
}

/// `value[start:stop:step]`.
pub(crate) fn slice<'a>(rt: &Runtime<'a>, value: Value<'a>, bounds: [Value<'a>; 3]) -> Result<Value<'a>> {
    match value {
        Value::Undefined(undefined) => return Err(undefined.error(rt)),
        Value::Str(origin, text) => return slice_text(rt, origin, text, bounds),
        Value::Rope(..) | Value::Markup(..) => {
            let Some((origin, text)) = rt.flat(value)? else { return Ok(value) };
            let part = slice_text(rt, origin, text, bounds)?;
            return if matches!(value, Value::Markup(..)) {
                super::operators::markup(rt, part)
            } else {
                Ok(part)
            };
        }
        Value::Range(range) => {
            let bounds = Bounds::new(bounds, range.len())?;
            // Steps beyond 64 bits lead to the same items as the largest one.
            let step = range.step.saturating_mul(bounds.step);
            let at = |place: i64| range.start.saturating_add(range.step.saturating_mul(place));
            let part = Range { start: at(bounds.start), stop: at(bounds.stop), step };
            return Ok(Value::Range(rt.alloc(part)?));
        }
        Value::Object(Object::Bytes(bytes)) => {
            let Bounds { start, stop, step } = Bounds::new(bounds, bytes.data.len())?;
            return bytes.slice(rt, Range { start, stop, step });
        }
        Value::Object(Object::Unknown(unknown)) => return Err(unknown.error()),
        _ => {}
    }
    if let Some(seq) = value.as_list() {
        let items = slice_seq(rt, seq, bounds)?;
        // All of a list is another list.
        return match seq {
            Seq::Values(_, all) if std::ptr::eq(all, items) => rt.alloc_slice(items).map(Value::list),
            _ => Ok(Value::list(items)),
        };
    }
    if let Some(items) = value.as_tuple() {
        return slice_seq(rt, Seq::Values(Origin::TEMPLATE, items), bounds).map(Value::tuple);
    }
    // `self` looks a slice up among its blocks as a dict does among its keys.
    if value.as_dict().is_some() || matches!(value, Value::Object(Object::Templates)) {
        return Err(Raised::type_error("unhashable type: 'slice'"));
    }
    Err(super::subscript::not_subscriptable(value))
}

fn slice_seq<'a>(rt: &Runtime<'a>, seq: Seq<'a>, bounds: [Value<'a>; 3]) -> Result<&'a [Value<'a>]> {
    let bounds = Bounds::new(bounds, seq.len())?;
    // A part in one piece needs no copy.
    if let Seq::Values(Origin::TEMPLATE, items) = seq
        && bounds.step == 1
    {
        let (start, stop) = (bounds.start, bounds.stop.max(bounds.start));
        let range = usize::try_from(start).unwrap_or_default()..usize::try_from(stop).unwrap_or_default();
        return Ok(items.get(range).unwrap_or_default());
    }
    rt.step(bounds.len())?;
    let mut items = rt.list();
    for at in bounds.places() {
        if let Some(item) = iter::item(rt, seq, at)? {
            items.push(item)?;
        }
    }
    Ok(items.finish())
}

fn slice_text<'a>(
    rt: &Runtime<'a>,
    origin: Origin,
    text: &'a str,
    bounds: [Value<'a>; 3],
) -> Result<Value<'a>> {
    rt.step_bytes(text.len())?;
    let is_ascii = text.is_ascii();
    let length = if is_ascii { text.len() } else { text.chars().count() };
    let bounds = Bounds::new(bounds, length)?;
    if bounds.len() == 0 {
        return Ok(Value::EMPTY);
    }
    if bounds.step == 1 {
        let byte = |place: i64| {
            let place = usize::try_from(place).unwrap_or_default();
            if is_ascii { place } else { text.char_indices().nth(place).map_or(text.len(), |(at, _)| at) }
        };
        return Ok(Value::Str(origin, text.get(byte(bounds.start)..byte(bounds.stop)).unwrap_or_default()));
    }
    rt.step_bytes(text.len() * 8)?;
    rt.reserve(bounds.len().saturating_mul(4))?;
    if rt.trace.is_some() && origin != Origin::TEMPLATE {
        let mut pieces = super::rope::Pieces::new(rt);
        bounds.chars(text, length, |at, c| {
            pieces.push(rt, origin, text.get(at..at + c.len_utf8()).unwrap_or_default())
        })?;
        return pieces.finish(rt);
    }
    let mut out = bumpalo::collections::String::with_capacity_in(bounds.len(), rt.bump);
    bounds.chars(text, length, |_, c| {
        out.push(c);
        Ok(())
    })?;
    Ok(Value::text(out.into_bump_str()))
}
