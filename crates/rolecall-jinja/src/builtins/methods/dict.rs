//! Methods of dicts and of their views.

use super::Method;
use crate::builtins::Args;
use crate::builtins::native::Style;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::dict::{DictBuilder, from_entries};
use crate::value::{DictRef, Value, View, ViewOf, compare, iter, names};

/// `dict.method(…)`.
pub(super) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    dict: DictRef<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    // The one that templates call most.
    if method == Method::Get
        && args.named.is_empty()
        && let [key, default @ ..] = args.positional
        && default.len() < 2
    {
        return Ok(match dict.get(rt, *key)? {
            Some(found) => found,
            None => default.first().copied().unwrap_or(Value::NONE),
        });
    }
    let style = match method {
        Method::Get | Method::Fromkeys => Style::Between(1, 2),
        _ => Style::Nothing,
    };
    let [first, second, _] = style.bind("dict", method.name(), args)?;
    let view = |of: ViewOf| Ok(Value::View(rt.alloc(View { of, dict })?));
    match method {
        Method::Items => view(ViewOf::Items),
        Method::Keys => view(ViewOf::Keys),
        Method::Values => view(ViewOf::Values),
        Method::Copy => from_entries(rt, &dict.entries(rt)?),
        Method::Fromkeys => from_keys(rt, first, second),
        other => Err(Raised::unsupported(format!("dict.{}()", other.name()))),
    }
}

/// `dict.fromkeys(…)`, of the type itself.
pub(super) fn call_type<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let [keys, value, ..] = Style::Between(1, 2).bind("dict", "fromkeys", args)?;
    from_keys(rt, keys, value)
}

fn from_keys<'a>(rt: &Runtime<'a>, keys: Value<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let value = if value.is_missing() { Value::NONE } else { value };
    let mut keys = iter::Iter::new(rt, keys)?;
    let mut dict = DictBuilder::new();
    while let Some(key) = keys.next(rt)? {
        dict.insert(rt, key, value)?;
    }
    dict.finish(rt)
}

/// `view.isdisjoint(other)`.
pub(super) fn call_view<'a>(
    rt: &Runtime<'a>,
    method: Method,
    view: &'a View<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    let this = Value::View(view);
    let [other, ..] = Style::One.bind(names::type_name(this), method.name(), args)?;
    if let Value::View(other) = other
        && std::ptr::eq(view, other)
    {
        return Ok(Value::bool(view.dict.len() == 0));
    }
    let mut items = iter::Iter::new(rt, other)?;
    while let Some(item) = items.next(rt)? {
        rt.step(1)?;
        if compare::contains(rt, this, item)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}
