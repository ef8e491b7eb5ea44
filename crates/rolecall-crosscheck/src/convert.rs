//! Inputs as minijinja's values.

use std::borrow::Cow;

use minijinja::Value;
use rolecall_jinja::json::{self, Build, JsonError};
use rolecall_jinja::{Error, ErrorKind};
use serde_json::Value as Json;

/// The values of a JSON object's members, or the error for anything else.
pub(crate) fn context(json: &Json) -> Result<Value, Error> {
    match json {
        Json::Object(_) => value(json, 0),
        other => Err(not_an_object(kind(other))),
    }
}

/// The same for JSON text, with numbers of up to 128 bits.
pub(crate) fn context_from_text(text: &str) -> Result<Value, Error> {
    let value = json::read(text, &mut Reader).map_err(|error| unreadable(&error))?;
    match value.kind() {
        minijinja::value::ValueKind::Map => Ok(value),
        other => Err(not_an_object(&other.to_string())),
    }
}

fn not_an_object(kind: &str) -> Error {
    Error::new(ErrorKind::Type, format!("the context of a render must be an object of variables, not {kind}"))
}

fn unreadable(error: &JsonError) -> Error {
    Error::new(ErrorKind::Value, format!("the context is not JSON that can be used: {error}"))
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn value(json: &Json, depth: usize) -> Result<Value, Error> {
    if depth > json::MAX_DEPTH {
        let message = format!("the context is nested more than {} deep", json::MAX_DEPTH);
        return Err(Error::new(ErrorKind::Limit, message));
    }
    Ok(match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(integer), ..) => Value::from(integer),
            (_, Some(integer), _) => Value::from(integer),
            (.., Some(float)) => Value::from(float),
            (None, None, None) => {
                return Err(Error::new(ErrorKind::Unsupported, "a number that is no number"));
            }
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => {
            let items: Result<Vec<Value>, Error> = items.iter().map(|item| value(item, depth + 1)).collect();
            Value::from(items?)
        }
        Json::Object(members) => {
            let pair =
                |(key, member): (&String, &Json)| Ok((Value::from(key.as_str()), value(member, depth + 1)?));
            let members: Result<Vec<(Value, Value)>, Error> = members.iter().map(pair).collect();
            Value::from_pairs(members?)
        }
    })
}

struct Reader;

impl<'text> Build<'text> for Reader {
    type Value = Value;

    fn null(&mut self) -> Value {
        Value::from(())
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::from(value)
    }

    fn integer(&mut self, digits: &'text str) -> Result<Value, String> {
        if let Ok(integer) = digits.parse::<i64>() {
            return Ok(Value::from(integer));
        }
        let signed = digits.parse::<i128>().map(Value::from);
        signed.or_else(|_| digits.parse::<u128>().map(Value::from)).map_err(|_| {
            format!("minijinja has integers of at most 128 bits, this one has {} digits", digits.len())
        })
    }

    fn float(&mut self, value: f64) -> Result<Value, String> {
        Ok(Value::from(value))
    }

    fn string(&mut self, text: Cow<'text, str>) -> Value {
        Value::from(text)
    }

    fn array(&mut self, items: Vec<Value>) -> Value {
        Value::from(items)
    }

    fn object(&mut self, members: Vec<(Cow<'text, str>, Value)>) -> Value {
        Value::from_pairs(members)
    }
}
