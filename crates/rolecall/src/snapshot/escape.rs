//! Characters that nobody sees, or that mean something in a golden, as escapes.

use std::fmt::Write;

/// Around a control token that the template wrote.
pub(super) const CONTROL: (char, char) = ('⟪', '⟫');
/// Around what came from the input; behind the first stands the origin and a colon.
pub(super) const INPUT: (char, char) = ('⟦', '⟧');

/// Characters that show nothing, or turn the direction of what follows: a person who reads a text cannot tell where
/// they are. Control characters ([`char::is_control`]) are not among them.
///
/// ```
/// use rolecall::snapshot::is_hidden;
///
/// assert!(is_hidden('\u{200b}') && is_hidden('\u{202e}') && !is_hidden('a'));
/// ```
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a character is not seen as what it is; an ordinary space is.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control() || is_hidden(c) || (c.is_whitespace() && c != ' ')
}

/// Appends a text of one line; `colons` too are escaped where one ends the text.
pub(super) fn escape(out: &mut String, text: &str, colons: bool) {
    for c in text.chars() {
        match c {
            '\\' | '⟪' | '⟫' | '⟦' | '⟧' => out.extend(['\\', c]),
            ':' if colons => out.push_str("\\:"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unseen(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// Appends a text of one line of which the last `trailing` characters are spaces that nothing visible follows.
pub(super) fn escape_line(out: &mut String, text: &str, trailing: usize) {
    let (text, spaces) = text.split_at(text.len().saturating_sub(trailing));
    escape(out, text, false);
    out.extend(spaces.chars().map(|_| "\\s"));
}

/// The character that an escape stands for; the backslash has been read.
pub(super) fn unescape(rest: &mut std::str::Chars<'_>) -> Result<char, String> {
    match rest.next() {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('s') => Ok(' '),
        Some('u') => {
            let digits = rest.as_str().strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let (digits, after) = digits.ok_or("\\u is followed by no {…}")?;
            let number = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            *rest = after.chars();
            number.ok_or_else(|| format!("\\u{{{digits}}} is no character"))
        }
        Some(c @ ('\\' | ':' | '⟪' | '⟫' | '⟦' | '⟧')) => Ok(c),
        Some(c) => Err(format!("\\{c} is no escape")),
        None => Err("a backslash ends the line".to_owned()),
    }
}

/// A whole text without its escapes.
pub(super) fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' { unescape(&mut rest)? } else { c });
    }
    Ok(out)
}
