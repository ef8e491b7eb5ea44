//! `x.name` and `x[key]`, as the sandbox allows them.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::arithmetic;
use super::contains::hashable;
use crate::budget;
use crate::error::raise;
use crate::methods;
use crate::text::repr;
use crate::value::{
    Kind, List, Method, Missing, Reason, described, is_loop, is_macro, kind, text, type_name,
};

/// Attributes that every object of Python has, and none may be looked at.
const OF_ALL_OBJECTS: [&str; 24] = [
    "__class__",
    "__delattr__",
    "__dir__",
    "__doc__",
    "__eq__",
    "__format__",
    "__ge__",
    "__getattribute__",
    "__getstate__",
    "__gt__",
    "__hash__",
    "__init__",
    "__init_subclass__",
    "__le__",
    "__lt__",
    "__ne__",
    "__new__",
    "__reduce__",
    "__reduce_ex__",
    "__repr__",
    "__setattr__",
    "__sizeof__",
    "__str__",
    "__subclasshook__",
];

/// `of.name`: an attribute, else the item of that name.
pub(crate) fn attribute(of: &Value, name: &str) -> Result<Value, Error> {
    if let Some(found) = own_attribute(of, name) {
        return Ok(found);
    }
    if let Kind::Undefined(missing) = kind(of) {
        return Err(missing.error());
    }
    Ok(match kind(of) {
        Kind::Dict(dict) => dict.get_str(name).cloned(),
        _ => None,
    }
    .unwrap_or_else(|| no_attribute(of, name)))
}

/// `of[key]`: an item, else, for a text, the attribute of that name.
pub(crate) fn item(of: &Value, key: &Value) -> Result<Value, Error> {
    let found = match kind(of) {
        Kind::Undefined(missing) => return Err(missing.error()),
        Kind::Dict(dict) => hashable(key).ok().and_then(|key| dict.get(key)).cloned(),
        Kind::List(list) | Kind::Tuple(list) => {
            place(key, list.items().len()).and_then(|n| list.items().get(n).cloned())
        }
        Kind::Text(chars) => {
            let count = if chars.is_ascii() { chars.len() } else { chars.chars().count() };
            place(key, count).and_then(|n| chars.chars().nth(n)).map(|c| text(c, of.is_safe()))
        }
        Kind::Range(range) => {
            let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
            place(key, length).and_then(|n| range.iter().nth(n)).map(Value::from)
        }
        _ => None,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    Ok(match key.as_str() {
        Some(name) => own_attribute(of, name).unwrap_or_else(|| no_attribute(of, name)),
        None => Missing::value(Reason::Element { of: described(of), key: repr::short(key) }),
    })
}

/// The index that a key means for `length` items.
fn place(key: &Value, length: usize) -> Option<usize> {
    let n = match kind(key) {
        Kind::Int(n) => n,
        Kind::Bool(b) => b.into(),
        _ => return None,
    };
    usize::try_from(if n < 0 { n.checked_add(i128::try_from(length).ok()?)? } else { n }).ok()
}

fn no_attribute(of: &Value, name: &str) -> Value {
    if is_loop(of) && matches!(name, "previtem" | "nextitem") {
        let what = if name == "previtem" { "there is no previous item" } else { "there is no next item" };
        return Missing::value(Reason::Other(what));
    }
    Missing::value(Reason::Attribute { of: described(of), name: repr::short(&Value::from(name)) })
}

/// An attribute of the object itself, without its items.
pub(crate) fn own_attribute(of: &Value, name: &str) -> Option<Value> {
    if OF_ALL_OBJECTS.contains(&name) {
        return Some(Missing::value(Reason::Unsafe { name: name.to_owned(), of: type_name(of) }));
    }
    match kind(of) {
        Kind::Namespace(namespace) => namespace.get(name),
        Kind::Tuple(tuple) if tuple.named(name).is_some() => tuple.named(name).cloned(),
        Kind::Other => engine_attribute(of, name),
        Kind::Int(_) | Kind::Bool(_) | Kind::Float(_) => match name {
            "real" => arithmetic::positive(of).ok(),
            "imag" => {
                Some(if matches!(kind(of), Kind::Float(_)) { Value::from(0.0) } else { Value::from(0) })
            }
            _ => None,
        },
        _ if methods::is_unsafe(of, name) => {
            Some(Missing::value(Reason::Unsafe { name: name.to_owned(), of: type_name(of) }))
        }
        _ if methods::has(of, name) => Some(Method::make(of.clone(), name)),
        _ => None,
    }
}

/// An attribute of one of minijinja's own objects: a loop or a macro.
fn engine_attribute(of: &Value, name: &str) -> Option<Value> {
    let found = of.get_attr(name).ok().filter(|found| !found.is_undefined())?;
    if is_macro(of) && name == "arguments" {
        let names = found.try_iter().ok()?.collect();
        return List::tuple(names).ok();
    }
    Some(found)
}

/// `{% set of.name = value %}`.
pub(crate) fn set_attribute(
    state: &mut State<'_, '_>,
    of: &Value,
    name: &str,
    value: &Value,
) -> Result<(), Error> {
    let Kind::Namespace(namespace) = kind(of) else {
        return Err(raise(ErrorKind::Runtime, "cannot assign attribute on non-namespace object"));
    };
    safe_name(name)?;
    budget::bytes(state, name.len() + 64)?;
    namespace.set(name, value.clone())
}

/// Refuses the names that a namespace may not have.
pub(crate) fn safe_name(name: &str) -> Result<(), Error> {
    if !name.starts_with('_') {
        return Ok(());
    }
    let name = repr::short(&Value::from(name));
    let message = format!(
        "Chat templates cannot store underscore-prefixed attributes on a namespace, but got {name}. Please rename \
         the attribute."
    );
    Err(raise(ErrorKind::Security, message))
}
