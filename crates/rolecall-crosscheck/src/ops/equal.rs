//! `==`.

use minijinja::Value;

use crate::value::{Dict, Kind, kind};

/// `a == b`. It cannot fail; values are not nested deeper than the stack allows.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (kind(a), kind(b)) {
        (Kind::Undefined(_), Kind::Undefined(_)) | (Kind::None, Kind::None) => true,
        (Kind::List(a), Kind::List(b)) | (Kind::Tuple(a), Kind::Tuple(b)) => all(a.items(), b.items()),
        (Kind::Dict(a), Kind::Dict(b)) => dicts(a, b),
        (Kind::Range(a), Kind::Range(b)) => a.iter().eq(b.iter()),
        (Kind::Text(a), Kind::Text(b)) => a == b,
        // A generator is equal to itself alone, and asking minijinja would use it up.
        (Kind::Generator(a), Kind::Generator(b)) => std::ptr::eq(a, b),
        (a_kind, b_kind) if is_apart(&a_kind) || is_apart(&b_kind) => false,
        _ => a == b,
    }
}

/// Whether a value is of a class whose values are equal to none of another class.
fn is_apart(kind: &Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::None
            | Kind::Undefined(_)
            | Kind::Text(_)
            | Kind::List(_)
            | Kind::Tuple(_)
            | Kind::Dict(_)
            | Kind::Generator(_)
            | Kind::Range(_)
    )
}

/// Whether two sequences have equal items.
pub(crate) fn all(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
}

/// Whether two dicts have equal entries, in any order.
pub(crate) fn dicts(a: &Dict, b: &Dict) -> bool {
    a.entries().len() == b.entries().len()
        && a.entries().iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
}
