//! The methods of `dict`.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::Args;
use crate::budget;
use crate::error::raise;
use crate::ops::contains::hashable;
use crate::ops::iterate;
use crate::value::{Dict, View, ViewOf, none};

pub(super) const METHODS: [&str; 6] = ["copy", "fromkeys", "get", "items", "keys", "values"];
pub(super) const UNSAFE: [&str; 5] = ["clear", "pop", "popitem", "setdefault", "update"];

pub(super) fn call(
    state: &mut State<'_, '_>,
    of: &Value,
    name: &str,
    args: &Args<'_>,
) -> Result<Value, Error> {
    let Some(dict) = of.downcast_object::<Dict>() else {
        return Err(raise(ErrorKind::Type, "a method of dict was called on something else"));
    };
    let view = |of: ViewOf| {
        args.by_place::<0>("dict", name, 0)?;
        Ok(View::make(std::sync::Arc::clone(&dict), of))
    };
    match name {
        "items" => view(ViewOf::Items),
        "keys" => view(ViewOf::Keys),
        "values" => view(ViewOf::Values),
        "copy" => {
            args.by_place::<0>("dict", name, 0)?;
            budget::list(state, dict.entries().len() * 2)?;
            Dict::make(dict.entries().iter().cloned())
        }
        "fromkeys" => from_keys(state, args),
        _ => {
            let [key, default] = args.by_place("dict", "get", 1)?;
            let key = key.unwrap_or_default();
            let found = dict.get(hashable(&key)?).cloned();
            Ok(found.unwrap_or_else(|| default.unwrap_or_else(none)))
        }
    }
}

/// `dict.fromkeys(keys, value)`.
pub(crate) fn from_keys(state: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    let [keys, value] = args.by_place("dict", "fromkeys", 1)?;
    let keys = iterate::items(state, &keys.unwrap_or_default())?;
    let value = value.unwrap_or_else(none);
    for key in &keys {
        hashable(key)?;
    }
    Dict::make(keys.into_iter().map(|key| (key, value.clone())))
}
