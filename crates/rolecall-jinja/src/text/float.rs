//! Floats as Python spells them.

use std::fmt::{self, Write as _};

/// Room for the longest shortest spelling, `-2.2250738585072014e-308`.
const ROOM: usize = 32;

/// Beyond that many decimal digits two shortest spellings can be equally near.
const DIGITS_WITHOUT_TIES: usize = 14;

/// Appends `repr(value)`: the shortest digits that read back as the same double, with an exponent where the
/// decimal point would be far away.
pub(crate) fn write_float(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("nan");
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    if value.is_infinite() {
        return out.push_str("inf");
    }
    let mut buffer = Buffer::default();
    let (digits, exponent) = shortest(value.abs(), &mut buffer);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if !(-4..16).contains(&exponent) {
        write_exponent(out, digits, exponent, false);
    } else if exponent < 0 {
        out.push_str("0.");
        push_zeros(out, -exponent - 1);
        out.push_str(digits);
    } else if count <= exponent + 1 {
        out.push_str(digits);
        push_zeros(out, exponent + 1 - count);
        out.push_str(".0");
    } else {
        let (whole, fraction) = split(digits, exponent + 1);
        out.extend([whole, ".", fraction]);
    }
}

/// Appends digits, the first of which is before the point, with a power of ten: `1.5e+16`.
pub(super) fn write_exponent(out: &mut String, digits: &str, exponent: i32, keep_point: bool) {
    let (first, rest) = split(digits, 1);
    out.push_str(first);
    if !rest.is_empty() || keep_point {
        out.push('.');
    }
    out.push_str(rest);
    // Writing into a string does not fail.
    let _ = write!(out, "e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
}

/// Appends so many zeros.
pub(super) fn push_zeros(out: &mut String, count: i32) {
    out.extend(std::iter::repeat_n('0', usize::try_from(count).unwrap_or_default()));
}

/// Text of ASCII before and after a place.
pub(super) fn split(digits: &str, at: i32) -> (&str, &str) {
    let at = usize::try_from(at).unwrap_or_default();
    digits.split_at_checked(at).unwrap_or((digits, ""))
}

/// A finite number as its digits, the first of which is before the point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scientific {
    /// At least one digit of ASCII.
    pub(crate) digits: String,
    /// The power of ten that belongs to the first digit.
    pub(crate) exponent: i32,
}

impl Scientific {
    /// So many digits (at least one) of the absolute value of a finite number, rounded to the nearest and a tie
    /// to even.
    pub(crate) fn rounded(value: f64, digits: usize) -> Self {
        let text = format!("{:.*e}", digits.saturating_sub(1), value.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        Self {
            digits: mantissa.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().unwrap_or_default(),
        }
    }
}

/// The shortest digits of a finite number that is not negative.
pub(super) fn shortest_of(value: f64) -> Scientific {
    let mut buffer = Buffer::default();
    let (digits, exponent) = shortest(value, &mut buffer);
    Scientific { digits: digits.to_owned(), exponent }
}

/// The shortest digits of a positive finite number that read back as the same double, and the power of ten that
/// belongs to the first.
fn shortest(value: f64, buffer: &mut Buffer) -> (&str, i32) {
    // The buffer has room for all of this.
    let _ = write!(buffer, "{value:e}");
    let (digits, _) = buffer.parts();
    if digits > DIGITS_WITHOUT_TIES {
        // Of two that are equally near Python takes the even one, Rust the greater.
        let mut rounded = Buffer::default();
        let _ = write!(rounded, "{value:.*e}", digits - 1);
        if rounded.text().parse() == Ok(value) {
            *buffer = rounded;
        }
    }
    buffer.digits_and_exponent()
}

/// Text that is written without asking for memory.
#[derive(Default)]
struct Buffer {
    bytes: [u8; ROOM],
    length: usize,
}

impl Buffer {
    fn text(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }

    /// How many digits there are before the exponent, and the exponent.
    fn parts(&self) -> (usize, i32) {
        let (mantissa, exponent) = self.text().split_once('e').unwrap_or((self.text(), "0"));
        let digits = mantissa.len() - usize::from(mantissa.contains('.'));
        (digits, exponent.parse().unwrap_or_default())
    }

    /// Drops the point from the digits.
    fn digits_and_exponent(&mut self) -> (&str, i32) {
        let (digits, exponent) = self.parts();
        if digits > 1 {
            // `1.25e3`: what follows the point moves to its place.
            self.bytes.copy_within(2..=digits, 1);
        }
        self.length = digits;
        (self.text(), exponent)
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_spelled_as_in_python() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (100.0, "100.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.5e-7, "-1.5e-07"),
            (5e-324, "5e-324"),
            (2.225_073_858_507_201_4e-308, "2.2250738585072014e-308"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (123_456_789.123_456_79, "123456789.12345679"),
            (1e15 + 0.25, "1000000000000000.2"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            let mut out = String::new();
            write_float(&mut out, value);
            assert_eq!(out, expected);
        }
    }
}
