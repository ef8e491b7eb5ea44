//! JSON text as values of the arena, with integers of any size.

use super::{Value, dict};
use crate::json::{Assemble, JsonError, Text, assemble, repeated};
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

/// How many values and keys there is room for at first.
const ROOM: usize = 32;

/// Why a text was not read.
pub(crate) enum Failure {
    Json(JsonError),
    Raised(Raised),
}

/// Reads a JSON text. What it says is borrowed from it where that is possible.
pub(crate) fn read<'a>(rt: &Runtime<'a>, text: &'a str) -> std::result::Result<Value<'a>, Failure> {
    let mut builder = Builder { rt, values: Vec::new(), keys: Vec::new(), raised: None };
    match (assemble(text, &mut builder), builder.raised) {
        (Ok(()), _) => Ok(builder.values.pop().unwrap_or(Value::NONE)),
        (Err(_), Some(raised)) => Err(Failure::Raised(raised)),
        (Err(error), None) => Err(Failure::Json(error)),
    }
}

/// Builds values in an arena.
struct Builder<'r, 'a> {
    rt: &'r Runtime<'a>,
    /// The values of all that is not yet complete, and its keys.
    values: Vec<Value<'a>>,
    keys: Vec<&'a str>,
    /// What was raised on the way, such as that a limit is reached.
    raised: Option<Raised>,
}

type Checked<T> = std::result::Result<T, String>;

impl<'a> Builder<'_, 'a> {
    #[inline]
    fn check<T>(&mut self, result: Result<T>) -> Checked<T> {
        match result {
            Ok(value) => Ok(value),
            Err(raised) => Err(self.keep(raised)),
        }
    }

    #[cold]
    fn keep(&mut self, raised: Raised) -> String {
        let message = raised.message().to_owned();
        self.raised = Some(raised);
        message
    }

    #[inline]
    fn push(&mut self, value: Value<'a>) -> Checked<()> {
        if self.values.len() == self.values.capacity() {
            self.grow_values()?;
        }
        self.values.push(value);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow_values(&mut self) -> Checked<()> {
        let more = self.values.len().max(ROOM);
        let reserved = self.rt.reserve(more * size_of::<Value<'_>>());
        self.check(reserved)?;
        self.values.reserve_exact(more);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow_keys(&mut self) -> Checked<()> {
        let more = self.keys.len().max(ROOM);
        let reserved = self.rt.reserve(more * size_of::<&str>());
        self.check(reserved)?;
        self.keys.reserve_exact(more);
        Ok(())
    }

    #[inline]
    fn text(&mut self, text: Text<'a, '_>) -> Checked<&'a str> {
        match text {
            Text::Plain(text) => Ok(text),
            Text::Decoded(text) => {
                let reserved = self.rt.reserve(text.len());
                self.check(reserved)?;
                Ok(self.rt.bump.alloc_str(text))
            }
        }
    }
}

impl<'a> Assemble<'a> for Builder<'_, 'a> {
    #[inline]
    fn null(&mut self) -> Checked<()> {
        self.push(Value::NONE)
    }

    #[inline]
    fn bool(&mut self, value: bool) -> Checked<()> {
        self.push(Value::bool(value))
    }

    fn integer(&mut self, digits: &'a str) -> Checked<()> {
        if let Ok(value) = digits.parse() {
            return self.push(Value::int(value));
        }
        let value = BigInt::parse(digits).unwrap_or_default();
        let value = self.rt.integer(Origin::TEMPLATE, &value);
        let value = self.check(value)?;
        self.push(value)
    }

    #[inline]
    fn float(&mut self, value: f64) -> Checked<()> {
        self.push(Value::float(value))
    }

    #[inline]
    fn string(&mut self, text: Text<'a, '_>) -> Checked<()> {
        let text = self.text(text)?;
        self.push(Value::text(text))
    }

    #[inline]
    fn key(&mut self, text: Text<'a, '_>) -> Checked<()> {
        let text = self.text(text)?;
        if self.keys.len() == self.keys.capacity() {
            self.grow_keys()?;
        }
        self.keys.push(text);
        Ok(())
    }

    fn array(&mut self, items: usize) -> Checked<()> {
        let first = self.values.len().saturating_sub(items);
        let reserved = self.rt.reserve(items * size_of::<Value<'_>>());
        self.check(reserved)?;
        let list = self.rt.bump.alloc_slice_copy(self.values.get(first..).unwrap_or_default());
        self.values.truncate(first);
        self.push(Value::list(list))
    }

    fn object(&mut self, members: usize) -> Checked<()> {
        let first_key = self.keys.len().saturating_sub(members);
        let first_value = self.values.len().saturating_sub(members);
        if repeated::any(self.keys.get(first_key..).unwrap_or_default()) {
            repeated::remove(&mut self.keys, first_key, &mut self.values, first_value);
        }
        let keys = self.keys.get(first_key..).unwrap_or_default();
        let values = self.values.get(first_value..).unwrap_or_default();
        let dict = dict::from_members(self.rt, keys, values);
        let dict = self.check(dict)?;
        self.keys.truncate(first_key);
        self.values.truncate(first_value);
        self.push(dict)
    }
}
