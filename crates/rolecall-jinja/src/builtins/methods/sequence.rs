//! Methods of lists, tuples and ranges.

use super::Method;
use crate::builtins::Args;
use crate::builtins::native::Style;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::{Range, Seq, Value, compare, iter, names, repr, slice};

/// `sequence.method(…)`, for a list or a tuple.
pub(super) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    of: Value<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    let style = match method {
        Method::Copy => Style::Nothing,
        Method::Index => Style::Between(1, 3),
        _ => Style::One,
    };
    let [first, start, stop] = style.bind(owner(of), method.name(), args)?;
    let seq = match (of.as_list(), of.as_tuple()) {
        (Some(seq), _) => seq,
        (None, items) => Seq::Values(Origin::TEMPLATE, items.unwrap_or_default()),
    };
    match method {
        Method::Copy => {
            let mut copy = rt.list();
            for at in 0..seq.len() {
                if let Some(item) = iter::item(rt, seq, at)? {
                    copy.push(item)?;
                }
            }
            Ok(Value::list(copy.finish()))
        }
        Method::Count => {
            let mut count = 0;
            for at in 0..seq.len() {
                count += usize::from(is_at(rt, seq, at, first)?);
            }
            Ok(Value::count(count))
        }
        _ => {
            let length = i64::try_from(seq.len()).unwrap_or(i64::MAX);
            let place = |value: Value<'a>, otherwise: i64| -> Result<usize> {
                let at = bound(value)?.unwrap_or(otherwise);
                let at = if at < 0 { at.saturating_add(length).max(0) } else { at };
                Ok(usize::try_from(at).unwrap_or(usize::MAX))
            };
            let (start, stop) = (place(start, 0)?, place(stop, i64::MAX)?);
            for at in start..stop.min(seq.len()) {
                if is_at(rt, seq, at, first)? {
                    return Ok(Value::count(at));
                }
            }
            Err(Raised::value_error(if of.as_list().is_some() {
                format!("{} is not in list", repr::short(rt, first))
            } else {
                "tuple.index(x): x not in tuple".to_owned()
            }))
        }
    }
}

/// The type that a method is of, for messages.
fn owner(of: Value<'_>) -> &'static str {
    names::type_name(of)
}

fn is_at<'a>(rt: &Runtime<'a>, seq: Seq<'a>, at: usize, wanted: Value<'a>) -> Result<bool> {
    rt.step(1)?;
    match iter::item(rt, seq, at)? {
        Some(item) => compare::same_or_equal(rt, item, wanted),
        None => Ok(false),
    }
}

/// A bound of `index`, which `None` is not.
fn bound(value: Value<'_>) -> Result<Option<i64>> {
    match value {
        Value::Missing => Ok(None),
        Value::Int(..) | Value::Bool(..) | Value::Big(..) => slice::bound(value),
        _ => Err(Raised::type_error("slice indices must be integers or have an __index__ method")),
    }
}

/// `range.method(…)`.
pub(super) fn call_range<'a>(
    rt: &Runtime<'a>,
    method: Method,
    range: Range,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    let [wanted, ..] = Style::One.bind("range", method.name(), args)?;
    let (is_integer, number) = match wanted {
        Value::Int(_, value) => (true, Some(value)),
        Value::Bool(_, value) => (true, Some(i64::from(value))),
        Value::Big(..) => (true, None),
        Value::Float(_, value) => (
            false,
            crate::number::BigInt::from_f64(value).and_then(|whole| {
                // Only a whole number can be equal to an item.
                if value.fract() == 0.0 { whole.to_i64() } else { None }
            }),
        ),
        _ => (false, None),
    };
    let at = number.and_then(|number| {
        let distance = i128::from(number) - i128::from(range.start);
        let step = i128::from(range.step);
        if step == 0 || distance % step != 0 {
            return None;
        }
        usize::try_from(distance / step).ok().filter(|at| *at < range.len())
    });
    match (method, at) {
        (Method::Count, at) => Ok(Value::count(usize::from(at.is_some()))),
        (_, Some(at)) => Ok(Value::count(at)),
        (_, None) if is_integer => {
            Err(Raised::value_error(format!("{} is not in range", repr::short(rt, wanted))))
        }
        (_, None) => Err(Raised::value_error("sequence.index(x): x not in sequence")),
    }
}
