//! Inputs as minijinja's values.

use std::borrow::Cow;
use std::sync::Arc;

use minijinja::Value;
use rolecall_jinja::json::{self, Build, JsonError};
use rolecall_jinja::{Error, ErrorKind};
use serde_json::Value as Json;

use crate::value::{Dict, List, type_name};

/// A JSON object as a dict of variables, or the error for anything else.
pub(crate) fn context(json: &Json) -> Result<Arc<Dict>, Error> {
    let value = value(json, 0)?;
    value.downcast_object().ok_or_else(|| not_an_object(kind(json)))
}

/// The same for JSON text, with integers of up to 128 bits.
pub(crate) fn context_from_text(text: &str) -> Result<Arc<Dict>, Error> {
    let value = json::read(text, &mut Reader).map_err(|error| unreadable(&error))?;
    value.downcast_object().ok_or_else(|| not_an_object(type_name(&value)))
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
            list(items?)
        }
        Json::Object(members) => {
            let pair =
                |(key, member): (&String, &Json)| Ok((Value::from(key.as_str()), value(member, depth + 1)?));
            let members: Result<Vec<(Value, Value)>, Error> = members.iter().map(pair).collect();
            dict(members?)
        }
    })
}

/// A list of values whose depth was checked.
fn list(items: Vec<Value>) -> Value {
    List::list(items).unwrap_or_default()
}

/// A dict of values whose depth was checked.
fn dict(members: Vec<(Value, Value)>) -> Value {
    Dict::make(members).unwrap_or_default()
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
        list(items)
    }

    fn object(&mut self, members: Vec<(Cow<'text, str>, Value)>) -> Value {
        dict(members.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
    }
}
