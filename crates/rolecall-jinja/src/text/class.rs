//! Which kinds of characters a text holds, as `str`'s methods ask: `isalpha`, `isdigit` and the like.

use super::is_space;
use super::printable::is_printable;
use super::tables::tables;

/// Whether there is a character and all are such.
fn all(text: &str, holds: impl FnMut(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(holds)
}

/// `text.isalpha()`.
pub(crate) fn is_alpha(text: &str) -> bool {
    all(text, is_alpha_char)
}

/// `text.isalnum()`.
pub(crate) fn is_alnum(text: &str) -> bool {
    all(text, is_alnum_char)
}

/// `text.isdecimal()`: digits that numbers are written with, in any script.
pub(crate) fn is_decimal(text: &str) -> bool {
    all(text, |c| decimal_value(c).is_some())
}

/// `text.isdigit()`: also digits that are raised, lowered or in circles.
pub(crate) fn is_digit(text: &str) -> bool {
    all(text, |c| if c.is_ascii() { c.is_ascii_digit() } else { tables().digit.holds(c) })
}

/// `text.isnumeric()`: also fractions, Roman numerals, and characters that mean a number.
pub(crate) fn is_numeric(text: &str) -> bool {
    all(text, is_numeric_char)
}

/// `text.isidentifier()`.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| match c {
        c if c.is_ascii() => c.is_ascii_alphabetic() || c == '_',
        c => tables().identifier_start.holds(c),
    }) && chars.all(|c| match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric() || c == '_',
        c => tables().identifier_continue.holds(c),
    })
}

/// `text.isspace()`.
pub(crate) fn is_all_space(text: &str) -> bool {
    all(text, is_space)
}

/// `text.isprintable()`, which holds for the empty text.
pub(crate) fn is_all_printable(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// The value of a decimal digit of any script.
pub(crate) fn decimal_value(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let zeros = &tables().zeros;
    let zero = zeros.partition_point(|zero| *zero <= u32::from(c)).checked_sub(1)?;
    Some(u32::from(c) - zeros.get(zero)?).filter(|value| *value < 10)
}

/// Whether `str.isalpha` holds for the character.
pub(crate) fn is_alpha_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { tables().alphabetic.holds(c) }
}

/// Whether `str.isalnum` holds for the character. All digits are numeric.
pub(crate) fn is_alnum_char(c: char) -> bool {
    is_alpha_char(c) || is_numeric_char(c)
}

fn is_numeric_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { tables().numeric.holds(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_python_s() {
        assert!(is_alpha("aé你") && !is_alpha("") && !is_alpha("a1") && is_alnum("a1²½") && !is_alnum("a_"));
        assert!(is_decimal("7٣９𝟡") && !is_decimal("²") && is_digit("²③") && !is_digit("½"));
        assert!(is_numeric("½Ⅷ五") && !is_numeric("x") && !is_numeric(""));
        assert!(is_identifier("_a1é") && !is_identifier("1a") && !is_identifier("") && !is_identifier("a b"));
        assert!(is_all_space(" \u{1c}\u{2003}") && !is_all_space("") && is_all_printable(""));
        assert_eq!(
            ['7', '٣', '９', '𝟡', '²', 'x', 'Ⅷ'].map(decimal_value),
            [Some(7), Some(3), Some(9), Some(9), None, None, None]
        );
    }

    #[test]
    fn what_came_after_unicode_14_has_no_class() {
        for text in ["\u{31350}", "\u{11f04}", "\u{1e4d0}", "\u{11f50}", "\u{1d2c0}"] {
            assert!(!is_alpha(text) && !is_alnum(text) && !is_identifier(text) && !is_all_printable(text));
        }
    }
}
