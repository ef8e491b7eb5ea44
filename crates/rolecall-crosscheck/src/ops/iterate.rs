//! Going through values.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::budget;
use crate::error::raise;
use crate::value::{Kind, List, View, kind, type_name};

/// The items that `for`, `list` and the like see; a generator is used up.
pub(crate) fn items(state: &mut State<'_, '_>, value: &Value) -> Result<Vec<Value>, Error> {
    let items = match kind(value) {
        Kind::Undefined(_) => Vec::new(),
        Kind::Text(text) => {
            budget::list(state, text.len())?;
            text.chars().map(Value::from).collect()
        }
        Kind::List(list) | Kind::Tuple(list) => list.items().to_vec(),
        Kind::Dict(dict) => dict.keys().cloned().collect(),
        Kind::View(view) => View::items(view)?,
        Kind::Generator(generator) => generator.take(),
        Kind::Range(range) => range.iter().map(Value::from).collect(),
        _ => {
            return Err(raise(ErrorKind::Type, format!("'{}' object is not iterable", type_name(value))));
        }
    };
    budget::list(state, items.len())?;
    Ok(items)
}

/// What a `for` loop goes through. Where its target is not one name, `shape` tells how each item is unpacked.
pub(crate) fn for_loop(
    state: &mut State<'_, '_>,
    value: &Value,
    shape: Option<&str>,
) -> Result<Value, Error> {
    let items = items(state, value)?;
    let Some(shape) = shape else { return List::list(items) };
    let unpacked: Result<Vec<Value>, Error> = items.iter().map(|item| unpack(state, item, shape)).collect();
    List::list(unpacked?)
}

/// The values for the names of a target, as a flat sequence.
///
/// `shape` has an `x` for each name, and parentheses around those of a target inside the target.
pub(crate) fn unpack(state: &mut State<'_, '_>, value: &Value, shape: &str) -> Result<Value, Error> {
    let mut names = Vec::new();
    unpack_into(state, value, shape, &mut names)?;
    List::tuple(names)
}

fn unpack_into(
    state: &mut State<'_, '_>,
    value: &Value,
    shape: &str,
    out: &mut Vec<Value>,
) -> Result<(), Error> {
    if matches!(value.kind(), ValueKind::None | ValueKind::Bool | ValueKind::Number) {
        let message = format!("cannot unpack non-iterable {} object", type_name(value));
        return Err(raise(ErrorKind::Type, message));
    }
    let parts = parts(shape);
    let items = items(state, value)?;
    if items.len() > parts.len() {
        let message = format!("too many values to unpack (expected {})", parts.len());
        return Err(raise(ErrorKind::Value, message));
    }
    if items.len() < parts.len() {
        let message = format!("not enough values to unpack (expected {}, got {})", parts.len(), items.len());
        return Err(raise(ErrorKind::Value, message));
    }
    for (item, part) in items.into_iter().zip(parts) {
        match part {
            "x" => out.push(item),
            inner => unpack_into(state, &item, inner, out)?,
        }
    }
    Ok(())
}

/// The parts of a shape: `x`, or what is in a pair of parentheses.
fn parts(shape: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in shape.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    start = at + 1;
                }
                depth += 1;
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    parts.extend(shape.get(start..at));
                }
            }
            _ if depth == 0 => parts.extend(shape.get(at..=at)),
            _ => {}
        }
    }
    parts
}
