//! Rules of Python's `str` that more than one room needs.

/// Whether `str.isspace` holds for the character: Unicode white space and U+001C to U+001F.
///
/// ```
/// use rolecall_jinja::text::is_space;
///
/// assert!(is_space('\u{1c}') && is_space('\u{a0}'));
/// assert!(!is_space('\u{200b}'));
/// ```
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `str.strip()`: without white space at both ends.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.rstrip()`: without white space at the end.
pub fn rstrip(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// `repr(text)`, for text that holds only printable characters beside the usual escapes.
///
/// ```
/// assert_eq!(rolecall_jinja::text::repr("it's"), "\"it's\"");
/// ```
pub fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
