//! `in`.

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use super::equal::equal;
use crate::error::raise;
use crate::value::{Kind, ViewOf, kind, missing, type_name, weight};

/// `item in container`.
pub(crate) fn contains(container: &Value, item: &Value) -> Result<bool, Error> {
    Ok(match kind(container) {
        Kind::Undefined(_) => false,
        Kind::Text(text) => {
            let Some(part) = item.as_str() else {
                let message =
                    format!("'in <string>' requires string as left operand, not {}", type_name(item));
                return Err(raise(ErrorKind::Type, message));
            };
            text.contains(part)
        }
        Kind::List(list) | Kind::Tuple(list) => list.items().iter().any(|other| equal(other, item)),
        Kind::Dict(dict) => dict.get(hashable(item)?).is_some(),
        Kind::View(view) => match view.of() {
            ViewOf::Keys => view.dict().get(hashable(item)?).is_some(),
            _ => view.items()?.iter().any(|other| equal(other, item)),
        },
        Kind::Range(range) => match kind(item) {
            Kind::Int(n) => range.contains(n),
            Kind::Bool(b) => range.contains(b.into()),
            Kind::Float(_) => range.iter().any(|n| equal(&Value::from(n), item)),
            _ => false,
        },
        Kind::Generator(generator) => {
            std::iter::from_fn(|| generator.next()).any(|other| equal(&other, item))
        }
        _ => {
            let message = format!("argument of type '{}' is not iterable", type_name(container));
            return Err(raise(ErrorKind::Type, message));
        }
    })
}

/// The value, if it can be a key.
pub(crate) fn hashable(key: &Value) -> Result<&Value, Error> {
    /// A tuple of this weight is more than any template means to look up.
    const HEAVIEST: usize = 1 << 16;
    if matches!(kind(key), Kind::Tuple(_)) && weight(key) > HEAVIEST {
        return Err(raise(ErrorKind::Limit, format!("a key is a tuple of more than {HEAVIEST} values")));
    }
    match unhashable(key) {
        Some(name) => Err(raise(ErrorKind::Type, format!("unhashable type: '{name}'"))),
        None => Ok(key),
    }
}

/// The name of the class that keeps a value from being a key.
pub(crate) fn unhashable(key: &Value) -> Option<&'static str> {
    match kind(key) {
        Kind::List(_) | Kind::Dict(_) => Some(type_name(key)),
        Kind::Tuple(tuple) => tuple.items().iter().find_map(unhashable),
        _ => None,
    }
}

/// The error for an undefined value, or nothing for another.
pub(crate) fn defined(value: &Value) -> Result<&Value, Error> {
    missing(value).map_or(Ok(value), |missing| Err(missing.error()))
}
