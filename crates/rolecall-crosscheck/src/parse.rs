//! Numbers in texts, as `int(text)` and `float(text)` read them.

use std::borrow::Cow;

use rolecall_jinja::text::strip;

use crate::text::digit::decimal;

/// What `int(text, base)` gives.
pub(crate) enum Int {
    Number(i128),
    /// An integer that minijinja has not.
    TooLarge,
    /// The text is no integer.
    None,
}

/// `int(text, base)`.
pub(crate) fn int(text: &str, base: i128) -> Int {
    let text = plain_digits(strip(text));
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (base, digits) = match prefix(unsigned, base) {
        Some((found, rest)) => (found, rest.strip_prefix('_').unwrap_or(rest)),
        // Without a base a number with leading zeros is none.
        None if base == 0
            && unsigned.starts_with('0')
            && unsigned.bytes().any(|b| !matches!(b, b'0' | b'_')) =>
        {
            return Int::None;
        }
        None => (if base == 0 { 10 } else { base }, unsigned),
    };
    let Ok(base) = u32::try_from(base) else { return Int::None };
    if !(2..=36).contains(&base) || !single_underscores(digits) {
        return Int::None;
    }
    let mut number: Option<i128> = Some(0);
    for c in digits.chars().filter(|c| *c != '_') {
        let Some(digit) = c.to_digit(base) else { return Int::None };
        number = number.and_then(|n| n.checked_mul(base.into())?.checked_add(digit.into()));
    }
    number.map_or(Int::TooLarge, |n| Int::Number(if negative { -n } else { n }))
}

/// The base that a prefix such as `0x` tells, where it may stand, and what follows.
fn prefix(digits: &str, base: i128) -> Option<(i128, &str)> {
    [(2, ["0b", "0B"]), (8, ["0o", "0O"]), (16, ["0x", "0X"])].into_iter().find_map(|(found, prefixes)| {
        let rest = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix))?;
        (base == 0 || base == found).then_some((found, rest))
    })
}

/// Whether underscores stand only between digits, one at a time.
fn single_underscores(digits: &str) -> bool {
    !digits.is_empty() && !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__")
}

/// `float(text)`; none if the text is no number.
pub(crate) fn float(text: &str) -> Option<f64> {
    let text = plain_digits(strip(text)).to_ascii_lowercase();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    match unsigned {
        "inf" | "infinity" | "nan" => return text.parse().ok(),
        _ if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => return None,
        _ => {}
    }
    // Each underscore has a digit on both sides.
    let bytes = unsigned.as_bytes();
    let digit = |n: Option<usize>| n.and_then(|n| bytes.get(n)).is_some_and(u8::is_ascii_digit);
    let placed =
        bytes.iter().enumerate().all(|(n, b)| *b != b'_' || (digit(n.checked_sub(1)) && digit(Some(n + 1))));
    placed.then(|| text.replace('_', "").parse().ok())?
}

/// The text with ASCII digits for those of all scripts.
fn plain_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| decimal(c).and_then(|value| char::from_digit(value, 10)).unwrap_or(c);
    Cow::Owned(text.chars().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_in_python() {
        let read = |text: &str, base: i128| match int(text, base) {
            Int::Number(n) => Some(n),
            _ => None,
        };
        for (text, base, expected) in [
            (" 42 ", 10, Some(42)),
            ("-4_2", 10, Some(-42)),
            ("٤", 10, Some(4)),
            ("ff", 16, Some(255)),
            ("0xff", 16, Some(255)),
            ("0x_ff", 0, Some(255)),
            ("0xff", 10, None),
            ("0b1", 0, Some(1)),
            ("007", 10, Some(7)),
            ("007", 0, None),
            ("00", 0, Some(0)),
            ("4__2", 10, None),
            ("_4", 10, None),
            ("", 10, None),
            ("+", 10, None),
            ("3.7", 10, None),
        ] {
            assert_eq!(read(text, base), expected, "{text}");
        }
        assert!(matches!(int(&"9".repeat(40), 10), Int::TooLarge));
    }

    #[test]
    fn floats_are_read_as_in_python() {
        for (text, expected) in [
            (" 1.5 ", Some(1.5)),
            ("1e5", Some(1e5)),
            ("1_0.5", Some(10.5)),
            ("1_.5", None),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            (".", None),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("1e", None),
            ("", None),
            ("infx", None),
            ("0x1", None),
        ] {
            assert_eq!(float(text), expected, "{text}");
        }
        assert!(float("nan").is_some_and(f64::is_nan));
    }
}
