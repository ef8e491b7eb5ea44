//! JSON text, read as Python's `json.loads` reads it.
//!
//! One reader serves several kinds of values: whoever wants them says with [`Build`] what to make of each
//! piece. [`to_value`] is the builder for conversations: every number is kept exactly, or refused.
//!
//! Where Python differs from the JSON standard it is followed: `NaN`, `Infinity` and `-Infinity` are numbers,
//! `1E400` is infinite, `-0` is the integer 0, and of a repeated key the last value counts, at the first place.
//! What Rust's text cannot hold (half of a surrogate pair) is refused.
//!
//! ```
//! let value = rolecall_jinja::json::to_value(r#"{"role": "user", "role": "tool", "temperature": 1.0}"#)?;
//! assert_eq!(value.to_string(), r#"{"role":"tool","temperature":1.0}"#);
//! # Ok::<(), rolecall_jinja::json::JsonError>(())
//! ```

mod cursor;
mod exact;
mod pieces;
mod reader;
pub(crate) mod repeated;
pub(crate) mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

pub use exact::to_value;
pub(crate) use pieces::{Assemble, Text};
pub(crate) use reader::assemble;
pub use reader::{MAX_DEPTH, read};

/// What to make of each piece of a JSON text.
///
/// `'text` is the lifetime of the text: numbers, and strings without escapes, are handed over as slices of it.
/// An error is a phrase that says what is wrong with the piece; the reader adds where it stands.
///
/// ```
/// use std::borrow::Cow;
///
/// /// Counts the strings of a document.
/// struct Strings(usize);
///
/// impl<'text> rolecall_jinja::json::Build<'text> for Strings {
///     type Value = ();
///     fn null(&mut self) {}
///     fn bool(&mut self, _: bool) {}
///     fn integer(&mut self, _: &'text str) -> Result<(), String> { Ok(()) }
///     fn float(&mut self, _: f64) -> Result<(), String> { Ok(()) }
///     fn string(&mut self, _: Cow<'text, str>) { self.0 += 1 }
///     fn array(&mut self, _: Vec<()>) {}
///     fn object(&mut self, _: Vec<(Cow<'text, str>, ())>) {}
/// }
///
/// let mut strings = Strings(0);
/// rolecall_jinja::json::read(r#"["a", {"b": "c"}]"#, &mut strings)?;
/// assert_eq!(strings.0, 2);
/// # Ok::<(), rolecall_jinja::json::JsonError>(())
/// ```
pub trait Build<'text> {
    /// The values that are built.
    ///
    /// ```
    /// use rolecall_jinja::json::{self, Build};
    /// use std::borrow::Cow;
    ///
    /// /// Makes nothing, and so only tells whether a text is JSON.
    /// struct Check;
    ///
    /// impl<'text> Build<'text> for Check {
    ///     type Value = ();
    ///     # fn null(&mut self) {}
    ///     # fn bool(&mut self, _: bool) {}
    ///     # fn integer(&mut self, _: &'text str) -> Result<(), String> { Ok(()) }
    ///     # fn float(&mut self, _: f64) -> Result<(), String> { Ok(()) }
    ///     # fn string(&mut self, _: Cow<'text, str>) {}
    ///     # fn array(&mut self, _: Vec<()>) {}
    ///     # fn object(&mut self, _: Vec<(Cow<'text, str>, ())>) {}
    ///     // …
    /// }
    ///
    /// assert!(json::read("[1, 2", &mut Check).is_err());
    /// ```
    type Value;

    /// `null`.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert!(to_value(" null ")?.is_null());
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn null(&mut self) -> Self::Value;
    /// `true` or `false`.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert_eq!(to_value("true")?, true);
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn bool(&mut self, value: bool) -> Self::Value;
    /// An integer: decimal digits after an optional minus sign, without leading zeros; never `-0`.
    ///
    /// An error is for integers that cannot be kept.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert_eq!(to_value("-0")?, 0);
    /// assert!(to_value("01").is_err());
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn integer(&mut self, digits: &'text str) -> Result<Self::Value, String>;
    /// A number with a fraction or an exponent, rounded to the nearest double; infinite or not a number where
    /// the text says so.
    ///
    /// An error is for numbers that cannot be kept.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert_eq!(to_value("1e2")?, 100.0);
    /// assert!(to_value("NaN").is_err(), "JSON's own values have no place for it");
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn float(&mut self, value: f64) -> Result<Self::Value, String>;
    /// A string.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert_eq!(to_value(r#""\u00e9""#)?, "é");
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn string(&mut self, text: Cow<'text, str>) -> Self::Value;
    /// An array.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// assert_eq!(to_value("[1, []]")?.as_array().map(Vec::len), Some(2));
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn array(&mut self, items: Vec<Self::Value>) -> Self::Value;
    /// An object; its keys are different, each with its last value, in the order in which they came first.
    ///
    /// ```
    /// use rolecall_jinja::json::to_value;
    ///
    /// let object = to_value(r#"{"b": 1, "a": 2, "b": 3}"#)?;
    /// assert_eq!(object.to_string(), r#"{"b":3,"a":2}"#);
    /// # Ok::<(), rolecall_jinja::json::JsonError>(())
    /// ```
    fn object(&mut self, members: Vec<(Cow<'text, str>, Self::Value)>) -> Self::Value;
}

/// Why a text is not JSON that can be used, and where.
///
/// ```
/// let error = rolecall_jinja::json::to_value("[1,\n 2,]").unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 4));
/// assert_eq!(error.to_string(), "line 2, column 4: expected a value, found `]`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    line: usize,
    column: usize,
    message: String,
}

impl JsonError {
    /// The line, counted from 1.
    ///
    /// ```
    /// let error = rolecall_jinja::json::to_value("[1,\n é]").unwrap_err();
    /// assert_eq!(error.line(), 2);
    /// ```
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters, counted from 1.
    ///
    /// ```
    /// let error = rolecall_jinja::json::to_value("[1,\n é]").unwrap_err();
    /// assert_eq!(error.column(), 2);
    /// ```
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there.
    ///
    /// ```
    /// let error = rolecall_jinja::json::to_value("[1,\n é]").unwrap_err();
    /// assert_eq!(error.message(), "expected a value, found `é`");
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for JsonError {}
