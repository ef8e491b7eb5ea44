//! `x[start:stop:step]`.

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use crate::error::raise;
use crate::value::{Kind, List, Range, kind, text, type_name};

pub(crate) fn slice(of: &Value, start: &Value, stop: &Value, step: &Value) -> Result<Value, Error> {
    if let Kind::Undefined(missing) = kind(of) {
        return Err(missing.error());
    }
    if let Kind::Dict(_) = kind(of) {
        return Err(raise(ErrorKind::Type, "unhashable type: 'slice'"));
    }
    let bounds = |length: usize| Bounds::new(length, index(start)?, index(stop)?, index(step)?);
    match kind(of) {
        Kind::Text(of_text) => {
            let chars: Vec<(usize, char)> = of_text.char_indices().collect();
            let bounds = bounds(chars.len())?;
            let part = match bounds.run() {
                Some((first, end)) => {
                    let byte = |n: usize| chars.get(n).map_or(of_text.len(), |(at, _)| *at);
                    of_text.get(byte(first)..byte(end)).unwrap_or_default().to_owned()
                }
                None => bounds.indices().filter_map(|n| chars.get(n).map(|(_, c)| *c)).collect(),
            };
            Ok(text(part, of.is_safe()))
        }
        Kind::List(list) | Kind::Tuple(list) => {
            let bounds = bounds(list.items().len())?;
            let items = bounds.indices().filter_map(|n| list.items().get(n).cloned()).collect();
            List::make(items, list.is_tuple())
        }
        Kind::Range(range) => {
            let bounds = bounds(usize::try_from(range.len()).unwrap_or(usize::MAX))?;
            let at = |n: i128| range.start + n * range.step;
            Ok(Value::from_object(Range {
                start: at(bounds.start),
                stop: at(bounds.stop),
                step: range.step.saturating_mul(bounds.step),
            }))
        }
        _ => {
            let message = format!("'{}' object is not subscriptable", type_name(of));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// A part of a slice: an integer, or nothing.
fn index(value: &Value) -> Result<Option<i128>, Error> {
    match kind(value) {
        Kind::None => Ok(None),
        Kind::Int(n) => Ok(Some(n)),
        Kind::Bool(b) => Ok(Some(b.into())),
        _ => {
            let message = "slice indices must be integers or None or have an __index__ method";
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// A slice of something of known length, as `slice.indices` gives it.
struct Bounds {
    start: i128,
    stop: i128,
    step: i128,
}

impl Bounds {
    fn new(
        length: usize,
        start: Option<i128>,
        stop: Option<i128>,
        step: Option<i128>,
    ) -> Result<Self, Error> {
        let length = i128::try_from(length).unwrap_or(i128::MAX);
        let step = step.unwrap_or(1);
        if step == 0 {
            return Err(raise(ErrorKind::Value, "slice step cannot be zero"));
        }
        let (lower, upper) = if step < 0 { (-1, length - 1) } else { (0, length) };
        let clamp = |n: i128| if n < 0 { n.saturating_add(length).max(lower) } else { n.min(upper) };
        let (first, last) = if step < 0 { (upper, lower) } else { (lower, upper) };
        Ok(Self { start: start.map_or(first, clamp), stop: stop.map_or(last, clamp), step })
    }

    /// First and end of a slice without steps.
    fn run(&self) -> Option<(usize, usize)> {
        let first = usize::try_from(self.start).ok()?;
        let end = usize::try_from(self.stop).ok()?;
        (self.step == 1).then_some((first, end.max(first)))
    }

    fn indices(&self) -> impl Iterator<Item = usize> {
        let range = Range { start: self.start, stop: self.stop, step: self.step };
        range.iter().filter_map(|n| usize::try_from(n).ok())
    }
}
