//! Digits of numbers in a format: notations of floats, grouping, padding. Both kinds of formats use them.

use super::float::{Scientific, push_zeros, shortest_of, split, write_exponent};
use crate::ErrorKind;
use crate::number::{BigInt, MOST_DIGITS, TOO_LONG_FOR_TEXT};

/// An exception and its message.
pub(crate) type Refusal = (ErrorKind, String);

/// The widest field and the highest precision that a format may ask for. Python would take the memory.
pub(crate) const WIDEST: usize = 1 << 24;

/// A double has no more decimal digits than this that are not zero.
const MOST_DIGITS_OF_DOUBLE: usize = 1100;

/// Where a text stands in its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Center,
    /// Between the sign and the digits.
    AfterSign,
}

/// How the digits of a float are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `1234.50`
    Fixed,
    /// `1.23e+03`
    Exponent,
    /// The shorter of the two, with so many digits in all.
    General,
    /// As [`General`](Self::General), but never like an integer: what `format` makes of a precision alone.
    GeneralFloat,
    /// The digits of `repr`.
    Shortest,
}

/// A message for what [`WIDEST`] forbids.
pub(crate) fn check_width(width: usize) -> Result<(), Refusal> {
    if width <= WIDEST {
        return Ok(());
    }
    Err((ErrorKind::Limit, format!("a field of a format is wider than {WIDEST} characters")))
}

/// `sign` and `body` in `width` characters.
pub(super) fn pad(
    sign: &str,
    body: &str,
    (align, fill): (Align, char),
    width: usize,
) -> Result<String, Refusal> {
    check_width(width)?;
    let length = sign.chars().count() + body.chars().count();
    let missing = width.saturating_sub(length);
    let (before, between, after) = margins(align, missing);
    let mut out = String::with_capacity(sign.len() + body.len() + missing * fill.len_utf8());
    let repeat = |out: &mut String, count| out.extend(std::iter::repeat_n(fill, count));
    repeat(&mut out, before);
    out.push_str(sign);
    repeat(&mut out, between);
    out.push_str(body);
    repeat(&mut out, after);
    Ok(out)
}

/// How many of the characters that are missing to a width go before the text, behind its sign and after it.
pub(super) fn margins(align: Align, missing: usize) -> (usize, usize, usize) {
    match align {
        Align::Left => (0, 0, missing),
        Align::Right => (missing, 0, 0),
        Align::Center => (missing / 2, 0, missing - missing / 2),
        Align::AfterSign => (0, missing, 0),
    }
}

/// The digits of an integer without sign and prefix. `kind` is `b`, `o`, `x`, `X` or another for decimal.
pub(super) fn integer_digits(value: &BigInt, kind: char) -> Result<String, Refusal> {
    Ok(match kind {
        'b' => value.to_radix_string(2),
        'o' => value.to_radix_string(8),
        'x' => value.to_radix_string(16),
        'X' => value.to_radix_string(16).to_ascii_uppercase(),
        _ if value.digits() > MOST_DIGITS => return Err((ErrorKind::Value, TOO_LONG_FOR_TEXT.to_owned())),
        _ => value.to_radix_string(10),
    })
}

/// What `#` puts before the digits of an integer.
pub(super) fn prefix(kind: char) -> &'static str {
    match kind {
        'b' => "0b",
        'o' => "0o",
        'x' => "0x",
        'X' => "0X",
        _ => "",
    }
}

/// The digits of the absolute value of a float. With `keep_zeros` (`#`) there is always a point, and no zero at
/// the end is dropped.
pub(super) fn float_digits(
    value: f64,
    notation: Notation,
    precision: usize,
    keep_zeros: bool,
) -> Result<String, Refusal> {
    if i32::try_from(precision).is_err() {
        return Err((ErrorKind::Value, "precision too big".to_owned()));
    }
    check_width(precision)?;
    let value = value.abs();
    if value.is_nan() {
        return Ok("nan".to_owned());
    }
    if value.is_infinite() {
        return Ok("inf".to_owned());
    }
    Ok(match notation {
        Notation::Fixed => fixed(value, precision, keep_zeros),
        Notation::Exponent => {
            let mut number = Scientific::rounded(value, precision.min(MOST_DIGITS_OF_DOUBLE) + 1);
            fill(&mut number.digits, precision + 1);
            exponential(&number.digits, number.exponent, keep_zeros)
        }
        Notation::General => general(value, precision.max(1), keep_zeros, false),
        Notation::GeneralFloat => general(value, precision.max(1), keep_zeros, true),
        Notation::Shortest => repr_digits(value, keep_zeros),
    })
}

/// Whether such digits are those of zero.
pub(super) fn are_zero(digits: &str) -> bool {
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    mantissa.starts_with('0') && mantissa.bytes().all(|b| b == b'0' || b == b'.')
}

fn fixed(value: f64, precision: usize, keep_point: bool) -> String {
    let written = precision.min(MOST_DIGITS_OF_DOUBLE);
    let mut text = format!("{value:.written$}");
    let length = text.len() + precision - written;
    fill(&mut text, length);
    if precision == 0 && keep_point {
        text.push('.');
    }
    text
}

/// Appends zeros up to a length.
fn fill(digits: &mut String, length: usize) {
    digits.extend(std::iter::repeat_n('0', length.saturating_sub(digits.len())));
}

fn exponential(digits: &str, exponent: i32, keep_point: bool) -> String {
    let mut out = String::with_capacity(digits.len() + 6);
    write_exponent(&mut out, digits, exponent, keep_point);
    out
}

fn general(value: f64, precision: usize, keep_zeros: bool, float: bool) -> String {
    let Scientific { mut digits, exponent } =
        Scientific::rounded(value, precision.min(MOST_DIGITS_OF_DOUBLE));
    if keep_zeros {
        fill(&mut digits, precision);
    } else {
        digits.truncate(digits.trim_end_matches('0').len().max(1));
    }
    let most = i32::try_from(precision).unwrap_or(i32::MAX) - i32::from(float);
    if exponent < -4 || exponent >= most {
        return exponential(&digits, exponent, keep_zeros);
    }
    plain(&digits, exponent, keep_zeros, float)
}

fn repr_digits(value: f64, keep_point: bool) -> String {
    let Scientific { digits, exponent } = shortest_of(value);
    if (-4..16).contains(&exponent) {
        plain(&digits, exponent, keep_point, true)
    } else {
        exponential(&digits, exponent, keep_point)
    }
}

/// Digits with their point in place: none is needed after the last, unless `keep_point`; a `float` has a digit
/// after the point.
fn plain(digits: &str, exponent: i32, keep_point: bool, float: bool) -> String {
    let mut out = String::with_capacity(digits.len() + 8);
    if exponent < 0 {
        out.push_str("0.");
        push_zeros(&mut out, -exponent - 1);
        out.push_str(digits);
        return out;
    }
    let (whole, fraction) = split(digits, exponent + 1);
    out.push_str(whole);
    push_zeros(&mut out, exponent + 1 - i32::try_from(whole.len()).unwrap_or(i32::MAX));
    if !fraction.is_empty() || keep_point || float {
        out.push('.');
    }
    out.push_str(fraction);
    if fraction.is_empty() && float {
        out.push('0');
    }
    out
}

/// Digits in groups of `size`, from the right, with zeros before them for at least `width` characters. A
/// separator never stands first, so that there can be one character more.
pub(super) fn grouped(digits: &str, separator: char, size: usize, width: usize) -> String {
    // Of `n` digits the separators are (n - 1) / size.
    let filled = width - width.saturating_sub(1) / (size + 1);
    let count = digits.len().max(filled);
    let zeros = count - digits.len();
    let mut out = String::with_capacity(count + count / size);
    for (n, c) in std::iter::repeat_n('0', zeros).chain(digits.chars()).enumerate() {
        if n > 0 && (count - n).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}
