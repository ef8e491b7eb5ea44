//! The reader: no recursion, so that no text can exhaust the stack.

use super::cursor::{Cursor, Number};
use super::pieces::{Assemble, Built};
use super::{Build, JsonError};

/// The most arrays and objects that may be inside one another.
///
/// Python gives up a little below 1,000. Real conversations nest less than 20 deep; what is kept here can be
/// walked, copied and dropped by recursive code on a small stack.
///
/// ```
/// use rolecall_jinja::json::{MAX_DEPTH, to_value};
///
/// let nested = |levels| "[".repeat(levels) + &"]".repeat(levels);
/// assert!(to_value(&nested(MAX_DEPTH)).is_ok());
///
/// let error = to_value(&nested(MAX_DEPTH + 1)).unwrap_err();
/// assert_eq!(error.message(), "arrays and objects are nested more than 512 deep");
/// ```
pub const MAX_DEPTH: usize = 512;

/// Reads a JSON text, and gives what `build` makes of it.
///
/// # Errors
///
/// What is no JSON by the rules of [this module](crate::json), an integer of more than 4,300 digits, more than
/// [`MAX_DEPTH`] levels, and what `build` refuses: what is wrong, and line and column of it.
///
/// ```
/// use rolecall_jinja::json::{self, Build};
/// use std::borrow::Cow;
///
/// /// How deep arrays and objects nest.
/// struct Depth;
///
/// impl<'text> Build<'text> for Depth {
///     type Value = usize;
///     fn array(&mut self, items: Vec<usize>) -> usize { 1 + items.into_iter().max().unwrap_or(0) }
///     fn object(&mut self, members: Vec<(Cow<'text, str>, usize)>) -> usize {
///         1 + members.into_iter().map(|member| member.1).max().unwrap_or(0)
///     }
///     # fn null(&mut self) -> usize { 0 }
///     # fn bool(&mut self, _: bool) -> usize { 0 }
///     # fn integer(&mut self, _: &'text str) -> Result<usize, String> { Ok(0) }
///     # fn float(&mut self, _: f64) -> Result<usize, String> { Ok(0) }
///     # fn string(&mut self, _: Cow<'text, str>) -> usize { 0 }
///     // Everything else is 0 deep.
/// }
///
/// assert_eq!(json::read(r#"[1, {"a": []}]"#, &mut Depth)?, 3);
/// # Ok::<(), rolecall_jinja::json::JsonError>(())
/// ```
pub fn read<'text, B: Build<'text>>(text: &'text str, build: &mut B) -> Result<B::Value, JsonError> {
    let mut built = Built::new(build);
    assemble(text, &mut built)?;
    Ok(built.finish())
}

/// Reads a JSON text: its value is all that is put on the stack.
pub(crate) fn assemble<'text>(text: &'text str, build: &mut impl Assemble<'text>) -> Result<(), JsonError> {
    let cursor = Cursor::new(text);
    if text.starts_with('\u{feff}') {
        return Err(cursor.error_at(0, "the text starts with a byte order mark (U+FEFF); remove it"));
    }
    Reader { cursor, build, open: Vec::new(), scratch: String::new() }.read()
}

/// An array or object whose end was not yet read.
#[derive(Clone, Copy)]
struct Open {
    is_object: bool,
    /// How many values it has so far.
    values: usize,
}

struct Reader<'b, 'text, B> {
    cursor: Cursor<'text>,
    build: &'b mut B,
    /// What is open, the outermost first.
    open: Vec<Open>,
    /// Where strings with escapes are put together.
    scratch: String,
}

impl<'text, B: Assemble<'text>> Reader<'_, 'text, B> {
    fn read(mut self) -> Result<(), JsonError> {
        'values: loop {
            if !self.begin()? {
                continue;
            }
            // A value is complete, and perhaps with it what it is in.
            loop {
                let next = self.cursor.skip_space();
                let Some(open) = self.open.last_mut() else {
                    return match next {
                        None => Ok(()),
                        Some(_) => Err(self.cursor.expected("the end of the text after the value")),
                    };
                };
                open.values += 1;
                let Open { is_object, values } = *open;
                let built = match (next, is_object) {
                    (Some(b','), false) => {
                        self.cursor.pass();
                        continue 'values;
                    }
                    (Some(b','), true) => {
                        self.cursor.pass();
                        self.key("a key in double quotes")?;
                        continue 'values;
                    }
                    (Some(b']'), false) => self.build.array(values),
                    (Some(b'}'), true) => self.build.object(values),
                    (_, false) => return Err(self.cursor.expected("`,` or `]`")),
                    (_, true) => return Err(self.cursor.expected("`,` or `}`")),
                };
                built.map_err(|why| self.refused(why))?;
                self.cursor.pass();
                self.open.pop();
            }
        }
    }

    /// Reads a value that is complete in itself, or opens the array or object that begins here. Gives whether it
    /// is complete.
    #[inline]
    fn begin(&mut self) -> Result<bool, JsonError> {
        let next = self.cursor.skip_space();
        let at = self.cursor.at();
        let built = match next {
            Some(b'"') => {
                self.cursor.pass();
                let text = self.cursor.string(&mut self.scratch)?;
                self.build.string(text)
            }
            Some(b'{') => {
                self.open(true)?;
                if self.cursor.skip_space() != Some(b'}') {
                    self.key("a key in double quotes or `}`")?;
                    return Ok(false);
                }
                self.cursor.pass();
                self.open.pop();
                self.build.object(0)
            }
            Some(b'[') => {
                self.open(false)?;
                if self.cursor.skip_space() != Some(b']') {
                    return Ok(false);
                }
                self.cursor.pass();
                self.open.pop();
                self.build.array(0)
            }
            Some(b't') if self.cursor.eat("true") => self.build.bool(true),
            Some(b'f') if self.cursor.eat("false") => self.build.bool(false),
            Some(b'n') if self.cursor.eat("null") => self.build.null(),
            Some(b'N') if self.cursor.eat("NaN") => self.build.float(f64::NAN),
            Some(b'I') if self.cursor.eat("Infinity") => self.build.float(f64::INFINITY),
            Some(b'-' | b'0'..=b'9') => match self.cursor.number()? {
                Some(Number::Integer(digits)) => self.build.integer(digits),
                Some(Number::Float(value)) => self.build.float(value),
                None if self.cursor.eat("-Infinity") => self.build.float(f64::NEG_INFINITY),
                None => return Err(self.cursor.expected("a value")),
            },
            _ => return Err(self.cursor.expected("a value")),
        };
        match built {
            Ok(()) => Ok(true),
            Err(why) => Err(self.cursor.error_at(at, why)),
        }
    }

    /// Goes past the bracket or brace of what begins here.
    #[inline]
    fn open(&mut self, is_object: bool) -> Result<(), JsonError> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("arrays and objects are nested more than {MAX_DEPTH} deep");
            return Err(self.cursor.error_at(self.cursor.at(), message));
        }
        self.cursor.pass();
        self.open.push(Open { is_object, values: 0 });
        Ok(())
    }

    /// A key and the colon after it.
    #[inline]
    fn key(&mut self, wanted: &str) -> Result<(), JsonError> {
        if self.cursor.skip_space() != Some(b'"') {
            return Err(self.cursor.expected(wanted));
        }
        self.cursor.pass();
        let key = self.cursor.string(&mut self.scratch)?;
        self.build.key(key).map_err(|why| self.refused(why))?;
        if self.cursor.skip_space() != Some(b':') {
            return Err(self.cursor.expected("`:` after the key"));
        }
        self.cursor.pass();
        Ok(())
    }

    #[cold]
    fn refused(&self, why: String) -> JsonError {
        self.cursor.error_at(self.cursor.at(), why)
    }
}
