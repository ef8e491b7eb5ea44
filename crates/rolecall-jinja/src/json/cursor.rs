//! A place in a JSON text, and the tokens that are read there.

use super::pieces::Text;
use super::{JsonError, scan};
use crate::number::MOST_DIGITS;
use crate::source::line_and_column;

/// The most characters of the text that a message quotes.
const QUOTED: usize = 20;

pub(super) struct Cursor<'text> {
    text: &'text str,
    at: usize,
}

pub(super) enum Number<'text> {
    Integer(&'text str),
    Float(f64),
}

impl<'text> Cursor<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'text str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn rest_bytes(&self) -> &'text [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past the byte that is next, a character of its own.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.at += 1;
    }

    /// Goes past white space, and gives what is next.
    #[inline]
    pub(super) fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    /// Goes past `wanted` if it is next.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest_bytes().starts_with(wanted.as_bytes());
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// An error at byte `at` of the text.
    #[cold]
    pub(super) fn error_at(&self, at: usize, message: impl Into<String>) -> JsonError {
        let (line, column) = line_and_column(self.text, at);
        JsonError { line, column, message: message.into() }
    }

    /// An error that tells what stands here instead of what was wanted.
    #[cold]
    pub(super) fn expected(&self, what: &str) -> JsonError {
        let found = match self.rest().chars().next() {
            None => "found the end of the text".to_owned(),
            Some(c) if c.is_alphanumeric() || c == '_' => {
                let word = |c: &char| c.is_alphanumeric() || *c == '_';
                let word: String = self.rest().chars().take_while(word).take(QUOTED).collect();
                format!("found `{word}`")
            }
            Some('\'') => "found a single quote; JSON's strings have double quotes".to_owned(),
            Some(c) => format!("found `{}`", c.escape_debug()),
        };
        self.error_at(self.at, format!("expected {what}, {found}"))
    }

    /// A number if one is next; `None` leaves the place as it was.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Option<Number<'text>>, JsonError> {
        let rest = self.rest_bytes();
        let sign = usize::from(rest.first() == Some(&b'-'));
        let whole = match rest.get(sign) {
            Some(b'0') => 1,
            _ => leading_digits(rest, sign),
        };
        if whole == 0 {
            return Ok(None);
        }
        let mut end = sign + whole;
        if let Some(b'.' | b'e' | b'E') = rest.get(end) {
            end += fraction(rest, end);
            end += exponent(rest, end);
        }
        let at = self.at;
        let literal = self.text.get(at..at + end).unwrap_or_default();
        self.at += end;
        if end > sign + whole {
            // Rust rounds to the nearest double, and beyond the largest to infinity, as Python does.
            let value = literal.parse().map_err(|_| self.error_at(at, "expected a number"))?;
            return Ok(Some(Number::Float(value)));
        }
        if whole > MOST_DIGITS {
            let message = format!("this integer has {whole} digits; at most {MOST_DIGITS} can be read");
            return Err(self.error_at(at, message));
        }
        let minus_zero = literal == "-0";
        Ok(Some(Number::Integer(if minus_zero { "0" } else { literal })))
    }

    /// The string whose opening quote was just passed; `scratch` is where it is put together if it has escapes.
    #[inline]
    pub(super) fn string<'s>(&mut self, scratch: &'s mut String) -> Result<Text<'text, 's>, JsonError> {
        let start = self.at;
        self.at += scan::plain(self.rest_bytes());
        if self.peek() == Some(b'"') {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.at += 1;
            return Ok(Text::Plain(text));
        }
        self.decode(start, scratch)?;
        Ok(Text::Decoded(scratch))
    }

    /// Puts a string together that begins at byte `start` and is plain up to here.
    fn decode(&mut self, start: usize, scratch: &mut String) -> Result<(), JsonError> {
        let opened = start.saturating_sub(1);
        scratch.clear();
        let mut run = start;
        loop {
            scratch.push_str(self.text.get(run..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    let c = self.escape(opened)?;
                    scratch.push(c);
                }
                Some(control) => {
                    let message = format!(
                        "a string holds the control character U+{control:04X}; write it as `\\u{control:04x}`"
                    );
                    return Err(self.error_at(self.at, message));
                }
                None => return Err(self.error_at(opened, "this string has no closing quote")),
            }
            run = self.at;
            self.at += scan::plain(self.rest_bytes());
        }
    }

    /// The character of the escape at the backslash that is next.
    fn escape(&mut self, opened: usize) -> Result<char, JsonError> {
        let at = self.at;
        let Some(letter) = self.text.as_bytes().get(at + 1) else {
            return Err(self.error_at(opened, "this string has no closing quote"));
        };
        self.at += 2;
        Ok(match letter {
            b'n' => '\n',
            b'"' | b'\\' | b'/' => char::from(*letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode_escape(at)?,
            _ => {
                let letter = self.text.get(at + 1..).and_then(|rest| rest.chars().next()).unwrap_or_default();
                let message = format!("`\\{}` is not an escape of JSON", letter.escape_debug());
                return Err(self.error_at(at, message));
            }
        })
    }

    /// The character of a `\uXXXX` escape, or of a pair of them, whose `\u` at byte `at` was passed.
    fn unicode_escape(&mut self, at: usize) -> Result<char, JsonError> {
        let four = |cursor: &mut Self| {
            let digits = cursor.rest_bytes().first_chunk::<4>()?;
            let value = digits.iter().try_fold(0, |value, digit| {
                char::from(*digit).to_digit(16).map(|digit| value << 4 | digit)
            })?;
            cursor.at += 4;
            Some(value)
        };
        let Some(first) = four(self) else {
            return Err(self.error_at(at, "expected four hexadecimal digits after `\\u`"));
        };
        if (0xD800..0xDC00).contains(&first) {
            let after_first = self.at;
            if self.eat("\\u")
                && let Some(second @ 0xDC00..0xE000) = four(self)
            {
                let joined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return char::from_u32(joined).ok_or_else(|| self.error_at(at, "expected a character"));
            }
            self.at = after_first;
        }
        char::from_u32(first).ok_or_else(|| {
            let message = format!(
                "`\\u{first:04x}` is a lone surrogate, half of a character: it cannot be kept as text, \
                 nor turned into tokens"
            );
            self.error_at(at, message)
        })
    }
}

/// How many digits there are from `at` on.
#[inline]
fn leading_digits(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of a fraction at `at`: a point and at least one digit.
fn fraction(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'.') {
        return 0;
    }
    match leading_digits(bytes, at + 1) {
        0 => 0,
        digits => 1 + digits,
    }
}

/// The length of an exponent at `at`: `e` or `E`, an optional sign, at least one digit.
fn exponent(bytes: &[u8], at: usize) -> usize {
    let Some(b'e' | b'E') = bytes.get(at) else { return 0 };
    let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
    match leading_digits(bytes, at + 1 + sign) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}
