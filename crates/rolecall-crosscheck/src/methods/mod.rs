//! The methods of `str`, `list`, `tuple` and `dict`.

mod dict;
mod list;
mod split;
mod string;
mod strip;

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

pub(crate) use dict::from_keys;
pub(crate) use split::lines;
pub(crate) use string::replace;
pub(crate) use strip::{Ends, strip};

use crate::args::Args;
use crate::error::raise;
use crate::ops::access;
use crate::value::{Kind, kind, missing, type_name};

/// Whether a value has a method that templates may call.
pub(crate) fn has(of: &Value, name: &str) -> bool {
    match kind(of) {
        Kind::Text(_) => string::METHODS.contains(&name),
        Kind::List(_) => list::METHODS.contains(&name),
        Kind::Tuple(_) => list::TUPLE_METHODS.contains(&name),
        Kind::Dict(_) => dict::METHODS.contains(&name),
        _ => false,
    }
}

/// Whether a value has a method that the sandbox hides, because it changes the value.
pub(crate) fn is_unsafe(of: &Value, name: &str) -> bool {
    match kind(of) {
        Kind::List(_) => list::UNSAFE.contains(&name),
        Kind::Dict(_) => dict::UNSAFE.contains(&name),
        _ => false,
    }
}

/// Calls a method of a text, list, tuple or dict.
pub(crate) fn call(
    state: &mut State<'_, '_>,
    of: &Value,
    name: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let args = Args::new(args);
    match kind(of) {
        Kind::Text(text) => string::call(state, of, text, name, &args),
        Kind::List(items) | Kind::Tuple(items) => list::call(state, items, name, &args),
        Kind::Dict(_) => dict::call(state, of, name, &args),
        _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
    }
}

/// What minijinja asks when it knows no method `name` of a value.
pub(crate) fn unknown(
    state: &mut State<'_, '_>,
    of: &Value,
    name: &str,
    args: &[Value],
) -> Result<Value, Error> {
    if has(of, name) {
        return call(state, of, name, args);
    }
    // It is an attribute or item that is called.
    let found = access::attribute(of, name)?;
    match missing(&found) {
        Some(missing) => Err(missing.error()),
        None => call_value(state, &found, args),
    }
}

/// `callable(args)`, where `callable` is any value.
pub(crate) fn call_value(
    state: &mut State<'_, '_>,
    callable: &Value,
    args: &[Value],
) -> Result<Value, Error> {
    if let Some(missing) = missing(callable) {
        return Err(missing.error());
    }
    if callable.as_object().is_none() || !matches!(kind(callable), Kind::Other) {
        let message = format!("'{}' object is not callable", type_name(callable));
        return Err(raise(ErrorKind::Type, message));
    }
    callable.call(state, args)
}
