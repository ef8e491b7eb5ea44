//! How Python sees JSON values: names of types and truth.

use rolecall_jinja::{Error, ErrorKind};
use serde_json::Value;

/// The name of the value's class.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// `bool(value)`.
pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    }
}

/// `value[key]`.
pub(crate) fn item<'a>(value: &'a Value, key: &str) -> Result<&'a Value, Error> {
    let message = match value {
        Value::Object(fields) => match fields.get(key) {
            Some(found) => return Ok(found),
            None => return Err(Error::new(ErrorKind::Key, rolecall_jinja::text::repr(key))),
        },
        Value::String(_) => "string indices must be integers, not 'str'".to_owned(),
        Value::Array(_) => "list indices must be integers or slices, not str".to_owned(),
        other => format!("'{}' object is not subscriptable", type_name(other)),
    };
    Err(Error::new(ErrorKind::Type, message))
}
