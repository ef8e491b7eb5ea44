//! String literals, as Jinja2 reads them: with Python's escapes, after every character beyond ASCII was written
//! as an escape itself.

use rolecall_jinja::{Error, ErrorKind};

/// The text of a string literal without its quotes.
pub(crate) fn decoded(literal: &str) -> Result<String, Error> {
    let mut out = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.get(at + 1..).unwrap_or_default();
        let Some(letter) = escape.chars().next() else { return Err(syntax("\\ at end of string")) };
        let after = escape.get(letter.len_utf8()..).unwrap_or_default();
        rest = after;
        match letter {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(letter),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '0'..='7' => {
                let digits = escape.bytes().take(3).take_while(|b| (b'0'..b'8').contains(b)).count();
                let (digits, after) = escape.split_at(digits);
                out.push(number(digits, 8)?);
                rest = after;
            }
            'x' | 'u' | 'U' => {
                let (length, name) = match letter {
                    'x' => (2, "truncated \\xXX escape"),
                    'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let digits =
                    after.get(..length).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                out.push(number(digits.ok_or_else(|| syntax(name))?, 16)?);
                rest = after.get(length..).unwrap_or_default();
            }
            'N' => {
                let message = "characters cannot be written by name (\\N{...}) on minijinja";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            // The backslash escapes the backslash of the escape that the character was written as.
            c if !c.is_ascii() => out.push_str(&crate::text::repr::escape(c)),
            c => out.extend(['\\', c]),
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn number(digits: &str, base: u32) -> Result<char, Error> {
    let number = u32::from_str_radix(digits, base).unwrap_or(u32::MAX);
    if (0xD800..0xE000).contains(&number) {
        let message = "a string literal holds half of a surrogate pair, which cannot be kept as text";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    char::from_u32(number).ok_or_else(|| syntax("illegal Unicode character"))
}

fn syntax(message: &str) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_python_s() {
        for (literal, expected) in [
            (r"a\/b\q\8", r"a\/b\q\8"),
            (r"\xe9\u00e9\U0001F600\101\a\0", "éé😀A\u{7}\0"),
            (r"\é", r"\xe9"),
            (r"\🦙", r"\U0001f999"),
            ("é🦙", "é🦙"),
            (r"\400\18", "\u{100}\u{1}8"),
            ("a\\\nb", "ab"),
            (r#"\\\'\""#, "\\'\""),
        ] {
            assert_eq!(decoded(literal).unwrap(), expected, "{literal}");
        }
        for (literal, message) in [(r"\x1", "truncated \\xXX escape"), (r"\u12", "truncated \\uXXXX escape")]
        {
            let error = decoded(literal).unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Syntax, message), "{literal}");
        }
        for literal in [r"\N{BULLET}", r"\ud83d"] {
            assert_eq!(decoded(literal).unwrap_err().kind(), ErrorKind::Unsupported, "{literal}");
        }
    }
}
