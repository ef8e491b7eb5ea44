//! `separator.join(strings)`.

use super::string::This;
use crate::ErrorKind;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::rope::Pieces;
use crate::value::{Value, iter, names, operators};

/// `text.join(iterable)`. Markup escapes all items.
pub(super) fn join<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    separator: Value<'a>,
    iterable: Value<'a>,
) -> Result<Value<'a>> {
    let mut items = match iter::Iter::new(rt, iterable) {
        Ok(items) => items,
        Err(error) if !this.markup && error.kind() == ErrorKind::Type => {
            return Err(Raised::type_error("can only join an iterable"));
        }
        Err(error) => return Err(error),
    };
    let mut strings = rt.list();
    while let Some(item) = items.next(rt)? {
        strings.push(if this.markup { operators::escaped(rt, item)? } else { item })?;
    }
    let strings = strings.finish();
    for (at, item) in strings.iter().enumerate() {
        if !item.is_str() {
            crate::value::unknown::check(*item)?;
            let found = names::type_name(*item);
            return Err(Raised::type_error(format!(
                "sequence item {at}: expected str instance, {found} found"
            )));
        }
    }
    let joined = match strings {
        [] => Value::EMPTY,
        [Value::Markup(origin, text)] => Value::Str(*origin, text),
        [only] => *only,
        _ if rt.trace.is_some() => {
            let mut pieces = Pieces::with_capacity(rt, strings.len().saturating_mul(2));
            for (at, item) in strings.iter().enumerate() {
                if at > 0 {
                    pieces.push_value(rt, separator)?;
                }
                pieces.push_value(rt, *item)?;
            }
            pieces.finish(rt)?
        }
        _ => Value::text(flat(rt, this.text, strings)?),
    };
    this.made(rt, joined)
}

fn flat<'a>(rt: &Runtime<'a>, separator: &str, strings: &[Value<'a>]) -> Result<&'a str> {
    let mut bytes = separator.len().saturating_mul(strings.len().saturating_sub(1));
    for item in strings {
        bytes = bytes.saturating_add(rt.flat(*item)?.map_or(0, |(_, text)| text.len()));
    }
    rt.reserve(bytes)?;
    rt.step_bytes(bytes)?;
    let mut out = bumpalo::collections::String::with_capacity_in(bytes, rt.bump);
    for (at, item) in strings.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(rt.flat(*item)?.map_or("", |(_, text)| text));
    }
    Ok(out.into_bump_str())
}
