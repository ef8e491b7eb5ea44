//! A place in a JSON text, and the tokens that are read there.

use std::borrow::Cow;

use super::JsonError;

/// Python refuses to read longer integers.
const MAX_INTEGER_DIGITS: usize = 4300;

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

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Goes past `wanted` if it is next.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// An error at byte `at` of the text.
    pub(super) fn error_at(&self, at: usize, message: impl Into<String>) -> JsonError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        JsonError { line, column, message: message.into() }
    }

    /// An error that tells what stands here instead of what was wanted.
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
    pub(super) fn number(&mut self) -> Result<Option<Number<'text>>, JsonError> {
        let rest = self.rest();
        let unsigned = rest.strip_prefix('-').unwrap_or(rest);
        let whole = if unsigned.starts_with('0') { 1 } else { leading_digits(unsigned) };
        if whole == 0 {
            return Ok(None);
        }
        let sign = rest.len() - unsigned.len();
        let after = unsigned.get(whole..).unwrap_or_default();
        let more = fraction(after) + exponent(after.get(fraction(after)..).unwrap_or_default());
        let (at, literal) = (self.at, rest.get(..sign + whole + more).unwrap_or_default());
        self.at += literal.len();
        if more > 0 {
            // Rust rounds to the nearest double, and beyond the largest to infinity, as Python does.
            let value = literal.parse().map_err(|_| self.error_at(at, "expected a number"))?;
            return Ok(Some(Number::Float(value)));
        }
        if whole > MAX_INTEGER_DIGITS {
            let message =
                format!("this integer has {whole} digits; at most {MAX_INTEGER_DIGITS} can be read");
            return Err(self.error_at(at, message));
        }
        let minus_zero = literal == "-0";
        Ok(Some(Number::Integer(if minus_zero { "0" } else { literal })))
    }

    /// The string whose opening quote was just passed.
    pub(super) fn string(&mut self) -> Result<Cow<'text, str>, JsonError> {
        let opened = self.at.saturating_sub(1);
        let mut owned: Option<String> = None;
        loop {
            let rest = self.rest();
            let plain = rest.find(|c| c < ' ' || c == '"' || c == '\\');
            let Some((run, mark)) =
                plain.and_then(|n| Some((rest.get(..n)?, rest.get(n..)?.chars().next()?)))
            else {
                return Err(self.error_at(opened, "this string has no closing quote"));
            };
            self.at += run.len();
            match mark {
                '"' => {
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(run),
                        Some(text) => Cow::Owned(text + run),
                    });
                }
                '\\' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(run);
                    let c = self.escape(opened)?;
                    text.push(c);
                }
                control => {
                    let message = format!(
                        "a string holds the control character U+{:04X}; write it as `\\u{:04x}`",
                        u32::from(control),
                        u32::from(control)
                    );
                    return Err(self.error_at(self.at, message));
                }
            }
        }
    }

    /// The character of the escape at the backslash that is next.
    fn escape(&mut self, opened: usize) -> Result<char, JsonError> {
        let at = self.at;
        let Some(letter) = self.rest().chars().nth(1) else {
            return Err(self.error_at(opened, "this string has no closing quote"));
        };
        self.at += 1 + letter.len_utf8();
        Ok(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode_escape(at)?,
            _ => {
                let message = format!("`\\{}` is not an escape of JSON", letter.escape_debug());
                return Err(self.error_at(at, message));
            }
        })
    }

    /// The character of a `\uXXXX` escape, or of a pair of them, whose `\u` at byte `at` was passed.
    fn unicode_escape(&mut self, at: usize) -> Result<char, JsonError> {
        let four = |cursor: &mut Self| {
            let digits = cursor.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            cursor.at += 4;
            u32::from_str_radix(digits, 16).ok()
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

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of a fraction at the start of `text`: a point and at least one digit.
fn fraction(text: &str) -> usize {
    match text.strip_prefix('.').map_or(0, leading_digits) {
        0 => 0,
        digits => 1 + digits,
    }
}

/// The length of an exponent at the start of `text`: `e` or `E`, an optional sign, at least one digit.
fn exponent(text: &str) -> usize {
    let Some(signed) = text.strip_prefix(['e', 'E']) else { return 0 };
    let digits = signed.strip_prefix(['+', '-']).unwrap_or(signed);
    match leading_digits(digits) {
        0 => 0,
        count => text.len() - digits.len() + count,
    }
}
