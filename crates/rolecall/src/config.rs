//! Configuration files, read as Python reads them.

use std::borrow::Cow;

use rolecall_jinja::json::{Build, JsonError, read};
use serde_json::{Map, Number, Value};

/// Reads a JSON file of settings. Numbers are not what prompts are made of, so that any of Python's is taken:
/// `"model_max_length": 1000000000000000019884624838656` is a common one.
pub(crate) fn parse(text: &str) -> Result<Value, JsonError> {
    read(text, &mut Settings)
}

struct Settings;

impl<'text> Build<'text> for Settings {
    type Value = Value;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn integer(&mut self, digits: &'text str) -> Result<Value, String> {
        match digits.parse::<i64>() {
            Ok(value) => Ok(value.into()),
            Err(_) => self.float(digits.parse().unwrap_or(f64::INFINITY)),
        }
    }

    fn float(&mut self, value: f64) -> Result<Value, String> {
        // What is not finite stays a number: only its kind can matter.
        Ok(Number::from_f64(value).or_else(|| Number::from_f64(f64::MAX)).map_or(Value::Null, Value::Number))
    }

    fn string(&mut self, text: Cow<'text, str>) -> Value {
        Value::String(text.into_owned())
    }

    fn array(&mut self, items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    fn object(&mut self, members: Vec<(Cow<'text, str>, Value)>) -> Value {
        Value::Object(
            members.into_iter().map(|(key, value)| (key.into_owned(), value)).collect::<Map<_, _>>(),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_that_python_reads() {
        let text = r#"{"model_max_length": 1000000000000000019884624838656, "x": Infinity, "y": NaN, "bos_token": "<s>"}"#;
        let value = parse(text).expect("reads");
        assert_eq!(value["bos_token"], json!("<s>"));
        assert!(value["model_max_length"].is_number() && value["x"].is_number() && value["y"].is_number());
        assert!(parse("{\"a\": 1,}").is_err());
    }
}
