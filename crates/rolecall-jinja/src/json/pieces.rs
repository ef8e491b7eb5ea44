//! What the reader hands over, and how the public [`Build`] gets it.

use std::borrow::Cow;

use super::{Build, repeated};

/// What to make of each piece of a JSON text, on a stack of values: an array or object takes those that were put
/// there last.
///
/// An error is a phrase that says what is wrong with the piece; the reader adds where it stands.
pub(crate) trait Assemble<'text> {
    fn null(&mut self) -> Result<(), String>;
    fn bool(&mut self, value: bool) -> Result<(), String>;
    /// As [`Build::integer`].
    fn integer(&mut self, digits: &'text str) -> Result<(), String>;
    fn float(&mut self, value: f64) -> Result<(), String>;
    fn string(&mut self, text: Text<'text, '_>) -> Result<(), String>;
    /// The key of the value that comes next.
    fn key(&mut self, text: Text<'text, '_>) -> Result<(), String>;
    /// An array of the last so many values.
    fn array(&mut self, items: usize) -> Result<(), String>;
    /// An object of the last so many keys and values.
    fn object(&mut self, members: usize) -> Result<(), String>;
}

/// The text of a string, as it stands in the JSON or as its escapes say.
#[derive(Clone, Copy)]
pub(crate) enum Text<'text, 's> {
    Plain(&'text str),
    Decoded(&'s str),
}

/// Makes what a [`Build`] makes.
pub(super) struct Built<'b, 'text, B: Build<'text>> {
    build: &'b mut B,
    values: Vec<B::Value>,
    keys: Vec<Cow<'text, str>>,
}

impl<'b, 'text, B: Build<'text>> Built<'b, 'text, B> {
    pub(super) fn new(build: &'b mut B) -> Self {
        Self { build, values: Vec::new(), keys: Vec::new() }
    }

    /// The value that is complete.
    pub(super) fn finish(mut self) -> B::Value {
        self.values.pop().unwrap_or_else(|| self.build.null())
    }
}

impl<'text> Text<'text, '_> {
    fn cow(self) -> Cow<'text, str> {
        match self {
            Self::Plain(text) => Cow::Borrowed(text),
            Self::Decoded(text) => Cow::Owned(text.to_owned()),
        }
    }
}

impl<'text, B: Build<'text>> Assemble<'text> for Built<'_, 'text, B> {
    fn null(&mut self) -> Result<(), String> {
        let value = self.build.null();
        self.values.push(value);
        Ok(())
    }

    fn bool(&mut self, value: bool) -> Result<(), String> {
        let value = self.build.bool(value);
        self.values.push(value);
        Ok(())
    }

    fn integer(&mut self, digits: &'text str) -> Result<(), String> {
        let value = self.build.integer(digits)?;
        self.values.push(value);
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), String> {
        let value = self.build.float(value)?;
        self.values.push(value);
        Ok(())
    }

    fn string(&mut self, text: Text<'text, '_>) -> Result<(), String> {
        let value = self.build.string(text.cow());
        self.values.push(value);
        Ok(())
    }

    fn key(&mut self, text: Text<'text, '_>) -> Result<(), String> {
        self.keys.push(text.cow());
        Ok(())
    }

    fn array(&mut self, items: usize) -> Result<(), String> {
        let items = self.values.split_off(self.values.len().saturating_sub(items));
        let value = self.build.array(items);
        self.values.push(value);
        Ok(())
    }

    fn object(&mut self, members: usize) -> Result<(), String> {
        let first_key = self.keys.len().saturating_sub(members);
        let first_value = self.values.len().saturating_sub(members);
        if repeated::any(self.keys.get(first_key..).unwrap_or_default()) {
            repeated::remove(&mut self.keys, first_key, &mut self.values, first_value);
        }
        let members = self.keys.drain(first_key..).zip(self.values.drain(first_value..)).collect();
        let value = self.build.object(members);
        self.values.push(value);
        Ok(())
    }
}
