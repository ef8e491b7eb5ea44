//! Rules of Python's `str` that more than one room needs.
//!
//! ```
//! use rolecall_jinja::text::{repr, strip};
//!
//! assert_eq!(repr(strip("\u{a0} It's\n")), r#""It's""#);
//! ```

pub(crate) mod case;
pub(crate) mod class;
mod digits;
pub(crate) mod entity;
pub(crate) mod escape;
pub(crate) mod float;
pub(crate) mod lines;
pub(crate) mod names;
pub(crate) mod parse_number;
pub(crate) mod printable;
pub(crate) mod printf;
pub(crate) mod repr;
pub(crate) mod spec;
mod tables;

pub use repr::repr;

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
///
/// ```
/// assert_eq!(rolecall_jinja::text::strip("\u{1f} Hi\n"), "Hi");
/// ```
pub fn strip(text: &str) -> &str {
    // Most texts have nothing to strip, which two bytes tell.
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(is_space)
}

/// `str.rstrip()`: without white space at the end.
///
/// ```
/// assert_eq!(rolecall_jinja::text::rstrip(" Hi\n\u{1f}"), " Hi");
/// ```
pub fn rstrip(text: &str) -> &str {
    text.trim_end_matches(is_space)
}
