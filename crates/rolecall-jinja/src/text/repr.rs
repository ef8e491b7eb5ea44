//! `repr` of a text.

use std::fmt::Write as _;

use super::printable::is_printable;

/// `repr(text)`: in quotes, with escapes for everything that Python does not print.
///
/// ```
/// use rolecall_jinja::text::repr;
///
/// assert_eq!(repr("it's"), "\"it's\"");
/// assert_eq!(repr("é\u{200b}"), r"'é\u200b'");
/// ```
pub fn repr(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_repr(&mut out, text);
    out
}

/// Appends `repr(text)`.
pub(crate) fn write_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    // What needs no escape is copied in runs.
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        if c != '\\' && c != quote && is_printable(c) {
            continue;
        }
        out.push_str(text.get(copied..at).unwrap_or_default());
        copied = at + c.len_utf8();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => write_escape(out, c),
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push(quote);
}

/// Appends a character by its number: `\xe9`, `\u2022`, `\U0001f999`.
pub(crate) fn write_escape(out: &mut String, c: char) {
    // Writing into a string does not fail.
    let _ = match u32::from(c) {
        code @ 0..=0xff => write!(out, "\\x{code:02x}"),
        code @ 0x100..=0xffff => write!(out, "\\u{code:04x}"),
        code => write!(out, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_in_python() {
        for (text, expected) in [
            ("", "''"),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's \"x\"", "'it\\'s \"x\"'"),
            ("a\\b\n\r\t", r"'a\\b\n\r\t'"),
            ("\0\u{7f}é\u{a0}", r"'\x00\x7fé\xa0'"),
            ("\u{200b}\u{feff}\u{e0001}🦙", r"'\u200b\ufeff\U000e0001🦙'"),
        ] {
            assert_eq!(repr(text), expected);
        }
    }
}
