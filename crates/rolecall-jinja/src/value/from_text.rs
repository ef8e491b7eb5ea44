//! JSON text as values of the arena, with integers of any size.

use std::borrow::Cow;

use super::{Value, dict};
use crate::json::Build;
use crate::number::BigInt;
use crate::runtime::Runtime;
use crate::trace::Origin;

/// Builds values in an arena.
pub(crate) struct Builder<'r, 'a>(pub(crate) &'r Runtime<'a>);

impl<'a> Builder<'_, 'a> {
    fn text(&self, text: Cow<'a, str>) -> &'a str {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.0.bump.alloc_str(&text),
        }
    }
}

impl<'a> Build<'a> for Builder<'_, 'a> {
    type Value = Value<'a>;

    fn null(&mut self) -> Value<'a> {
        Value::NONE
    }

    fn bool(&mut self, value: bool) -> Value<'a> {
        Value::bool(value)
    }

    fn integer(&mut self, digits: &'a str) -> std::result::Result<Value<'a>, String> {
        if let Ok(value) = digits.parse() {
            return Ok(Value::int(value));
        }
        let integer = BigInt::parse(digits).map(|value| self.0.integer(Origin::TEMPLATE, &value));
        match integer {
            Some(Ok(value)) => Ok(value),
            _ => Err("an integer that cannot be kept".to_owned()),
        }
    }

    fn float(&mut self, value: f64) -> std::result::Result<Value<'a>, String> {
        Ok(Value::float(value))
    }

    fn string(&mut self, text: Cow<'a, str>) -> Value<'a> {
        Value::text(self.text(text))
    }

    fn array(&mut self, items: Vec<Value<'a>>) -> Value<'a> {
        Value::list(self.0.bump.alloc_slice_copy(&items))
    }

    fn object(&mut self, members: Vec<(Cow<'a, str>, Value<'a>)>) -> Value<'a> {
        let entries: Vec<(Value<'a>, Value<'a>)> =
            members.into_iter().map(|(key, value)| (Value::text(self.text(key)), value)).collect();
        // What is given is not counted, as it is not where it comes as a `serde_json::Value`.
        dict::given(self.0, &entries)
    }
}
