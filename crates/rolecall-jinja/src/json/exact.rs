//! JSON as `serde_json` values that hold exactly what the text says.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::{Build, JsonError, read};

struct Exact;

impl<'text> Build<'text> for Exact {
    type Value = Value;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn integer(&mut self, digits: &'text str) -> Result<Value, String> {
        let signed = || digits.parse::<i64>().map(Number::from);
        digits.parse::<u64>().map(Number::from).or_else(|_| signed()).map(Value::Number).map_err(|_| {
            format!("the integer {} cannot be kept exactly: it has more than 64 bits", shortened(digits))
        })
    }

    fn float(&mut self, value: f64) -> Result<Value, String> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| {
            let name = if value.is_nan() { "NaN (not a number)" } else { "an infinite number" };
            format!("{name} cannot be kept exactly: only finite numbers can")
        })
    }

    fn string(&mut self, text: Cow<'text, str>) -> Value {
        Value::String(text.into_owned())
    }

    fn array(&mut self, items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    fn object(&mut self, members: Vec<(Cow<'text, str>, Value)>) -> Value {
        Value::Object(members.into_iter().map(|(key, value)| (key.into_owned(), value)).collect())
    }
}

/// The first digits of a long number.
fn shortened(digits: &str) -> Cow<'_, str> {
    const SHOWN: usize = 40;
    match digits.get(..SHOWN) {
        Some(first) if digits.len() > SHOWN => Cow::Owned(format!("{first}…")),
        _ => Cow::Borrowed(digits),
    }
}

/// Reads a JSON text into a value that holds exactly what the text says, or refuses it: integers of more than
/// 64 bits and numbers that are not finite are errors, never rounded.
///
/// # Errors
///
/// As [`read`], and for those numbers.
///
/// ```
/// let value = rolecall_jinja::json::to_value(r#"{"n": 18446744073709551615, "f": 123456789.12345679}"#)?;
/// assert_eq!(value.to_string(), r#"{"n":18446744073709551615,"f":123456789.12345679}"#);
///
/// let error = rolecall_jinja::json::to_value(r#"{"n": 1E400}"#).unwrap_err();
/// assert_eq!(error.to_string(), "line 1, column 7: an infinite number cannot be kept exactly: only finite numbers can");
/// # Ok::<(), rolecall_jinja::json::JsonError>(())
/// ```
pub fn to_value(text: &str) -> Result<Value, JsonError> {
    read(text, &mut Exact)
}
