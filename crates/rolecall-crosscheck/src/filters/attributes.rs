//! The argument `attribute` of many filters: a path into each item.

use minijinja::{Error, Value};

use crate::args::given;
use crate::ops::access;
use crate::value::{Kind, is_undefined, kind};

/// How a filter sees an item: an attribute of it, perhaps without case, or a default for nothing.
pub(super) struct Getter {
    path: Vec<Value>,
    default: Option<Value>,
    ignore_case: bool,
}

impl Getter {
    /// The item itself, or what is found under `attribute`: a number, or names and numbers with points between.
    pub(super) fn new(attribute: Option<&Value>, ignore_case: bool) -> Self {
        let path = match given(attribute) {
            None => Vec::new(),
            Some(attribute) => match attribute.as_str() {
                None => vec![attribute.clone()],
                Some(path) => path.split('.').map(part).collect(),
            },
        };
        Self { path, default: None, ignore_case }
    }

    pub(super) fn with_default(mut self, default: Option<Value>) -> Self {
        self.default = default.filter(|default| !default.is_none());
        self
    }

    pub(super) fn get(&self, item: &Value) -> Result<Value, Error> {
        let mut found = item.clone();
        for part in &self.path {
            found = access::item(&found, part)?;
            if let Some(default) = &self.default
                && is_undefined(&found)
            {
                found = default.clone();
            }
        }
        Ok(if self.ignore_case { without_case(found) } else { found })
    }
}

fn part(part: &str) -> Value {
    let number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    part.parse::<i64>().ok().filter(|_| number).map_or_else(|| Value::from(part), Value::from)
}

/// A text in lower case; other values as they are.
pub(super) fn without_case(value: Value) -> Value {
    match kind(&value) {
        Kind::Text(text) => Value::from(text.to_lowercase()),
        _ => value,
    }
}
