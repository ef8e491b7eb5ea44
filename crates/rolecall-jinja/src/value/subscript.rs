//! `value[key]` with Python's own errors, where no sandbox is asked: in formats and in `str.translate`.

use super::{Object, Seq, Value, iter, names, slice, unknown};
use crate::ErrorKind;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

/// `value[key]`, or the exception that Python raises.
pub(crate) fn subscript<'a>(rt: &Runtime<'a>, value: Value<'a>, key: Value<'a>) -> Result<Value<'a>> {
    unknown::check(value)?;
    unknown::check(key)?;
    if let Some(dict) = value.as_dict() {
        return match dict.get(rt, key)? {
            Some(found) => Ok(found),
            None => Err(Raised::new(ErrorKind::Key, super::repr::short(rt, key))),
        };
    }
    if let Some(list) = value.as_list() {
        let at = place(key, list.len(), "list", "list index out of range")?;
        return found(iter::item(rt, list, at)?);
    }
    if let Some(items) = value.as_tuple() {
        let at = place(key, items.len(), "tuple", "tuple index out of range")?;
        return found(iter::item(rt, Seq::Values(Origin::TEMPLATE, items), at)?);
    }
    match value {
        Value::Undefined(undefined) => Err(undefined.error(rt)),
        Value::Str(..) | Value::Rope(..) | Value::Markup(..) => {
            let Some((origin, text)) = rt.flat(value)? else { return Ok(value) };
            let Some(index) = index(key)? else {
                let found = names::type_name(key);
                return Err(Raised::type_error(format!("string indices must be integers, not '{found}'")));
            };
            match slice::char_at(rt, text, index)? {
                Some(c) if matches!(value, Value::Markup(..)) => Ok(Value::Markup(origin, c)),
                Some(c) => Ok(Value::Str(origin, c)),
                None => Err(Raised::new(ErrorKind::Index, "string index out of range")),
            }
        }
        Value::Range(range) => {
            let at = place(key, range.len(), "range", "range object index out of range")?;
            Ok(Value::int(range.item(at)))
        }
        Value::Object(Object::Bytes(bytes)) => {
            let at = place(key, bytes.data.len(), "byte", "index out of range")?;
            found(bytes.item(rt, at))
        }
        _ => Err(not_subscriptable(value)),
    }
}

/// The error for what has no items.
#[cold]
pub(crate) fn not_subscriptable(value: Value<'_>) -> Raised {
    Raised::type_error(match names::class_name(value) {
        Some(class) => format!("type '{class}' is not subscriptable"),
        None => format!("'{}' object is not subscriptable", names::type_name(value)),
    })
}

fn found(item: Option<Value<'_>>) -> Result<Value<'_>> {
    item.ok_or_else(|| Raised::new(ErrorKind::Index, "list index out of range"))
}

fn index(key: Value<'_>) -> Result<Option<i64>> {
    match key {
        Value::Int(_, index) => Ok(Some(index)),
        Value::Bool(_, index) => Ok(Some(i64::from(index))),
        Value::Big(..) => Err(Raised::new(ErrorKind::Index, "cannot fit 'int' into an index-sized integer")),
        _ => Ok(None),
    }
}

fn place(key: Value<'_>, length: usize, owner: &str, out_of_range: &'static str) -> Result<usize> {
    let Some(index) = index(key)? else {
        let found = names::type_name(key);
        return Err(Raised::type_error(format!("{owner} indices must be integers or slices, not {found}")));
    };
    slice::place(index, length).ok_or_else(|| Raised::new(ErrorKind::Index, out_of_range))
}
