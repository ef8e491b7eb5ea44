//! String literals: the escapes of Python, as Jinja2 applies them.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

use crate::ErrorKind;
use crate::text::names::character;

/// Why a literal has no value.
pub(crate) type Refusal = (ErrorKind, String);

/// The value of a literal's inside, which has no line ends but `\n`.
///
/// Jinja2 writes characters beyond ASCII as escapes first and decodes all escapes then, so that a backslash
/// before such a character takes the backslash of its escape: `\é` is the text `\xe9`.
pub(crate) fn unescape(text: &str) -> Result<Cow<'_, str>, Refusal> {
    if !text.contains('\\') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(escaped) = chars.next() else {
            out.push('\\');
            break;
        };
        match escaped {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(escaped),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '0'..='7' => out.push(octal(escaped, &mut chars)),
            'x' => out.push(hexadecimal(&mut chars, 2, "truncated \\xXX escape")?),
            'u' => out.push(hexadecimal(&mut chars, 4, "truncated \\uXXXX escape")?),
            'U' => out.push(hexadecimal(&mut chars, 8, "truncated \\UXXXXXXXX escape")?),
            'N' => out.push(named(&mut chars)?),
            other if other.is_ascii() => out.extend(['\\', other]),
            other => {
                out.push('\\');
                out.push_str(&ascii_escape(other));
            }
        }
    }
    Ok(Cow::Owned(out))
}

/// Up to three octal digits.
fn octal(first: char, chars: &mut Peekable<Chars<'_>>) -> char {
    let mut value = first.to_digit(8).unwrap_or_default();
    for _ in 0..2 {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
        chars.next();
        value = value * 8 + digit;
    }
    char::from_u32(value).unwrap_or_default()
}

fn hexadecimal(chars: &mut Peekable<Chars<'_>>, digits: usize, truncated: &str) -> Result<char, Refusal> {
    let mut value = 0u32;
    for _ in 0..digits {
        let digit = chars.peek().filter(|c| c.is_ascii()).and_then(|c| c.to_digit(16));
        let digit = digit.ok_or_else(|| (ErrorKind::Syntax, truncated.to_owned()))?;
        chars.next();
        value = value.wrapping_mul(16).wrapping_add(digit);
    }
    if (0xd800..0xe000).contains(&value) {
        let message =
            format!("the escape of U+{value:04X} is half of a surrogate pair, which no text here can hold");
        return Err((ErrorKind::Unsupported, message));
    }
    char::from_u32(value).ok_or_else(|| (ErrorKind::Syntax, "illegal Unicode character".to_owned()))
}

/// `{NAME}` after `\N`.
fn named(chars: &mut Peekable<Chars<'_>>) -> Result<char, Refusal> {
    let malformed = || (ErrorKind::Syntax, "malformed \\N character escape".to_owned());
    chars.next_if_eq(&'{').ok_or_else(malformed)?;
    let mut name = String::new();
    loop {
        match chars.next() {
            Some('}') if !name.is_empty() => break,
            Some('}') | None => return Err(malformed()),
            Some(c) => name.push(c),
        }
    }
    character(&name).ok_or_else(|| (ErrorKind::Syntax, "unknown Unicode character name".to_owned()))
}

/// What Python's `backslashreplace` makes of a character, without the backslash.
fn ascii_escape(c: char) -> String {
    match u32::from(c) {
        code @ 0..=0xff => format!("x{code:02x}"),
        code @ 0x100..=0xffff => format!("u{code:04x}"),
        code => format!("U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_names() {
        assert_eq!(unescape(r"a\N{BULLET} \N{latin small letter e with acute}\N{NULL}").unwrap(), "a• é\0");
        for (text, message) in [
            (r"\N{nope}", "unknown Unicode character name"),
            (r"\N{é}", "unknown Unicode character name"),
            (r"\N{KEYCAP DIGIT ONE}", "unknown Unicode character name"),
            (r"\N", "malformed \\N character escape"),
            (r"\N{}", "malformed \\N character escape"),
            (r"\N{BULLET", "malformed \\N character escape"),
            (r"\NBULLET}", "malformed \\N character escape"),
        ] {
            assert_eq!(unescape(text), Err((ErrorKind::Syntax, message.to_owned())), "{text}");
        }
    }
}
