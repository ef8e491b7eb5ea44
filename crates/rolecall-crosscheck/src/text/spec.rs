//! Numbers and texts in a format: digits, sign, grouping, padding.

use minijinja::Error;
use rolecall_jinja::ErrorKind;

use super::float::Scientific;
use crate::budget::Writer;
use crate::error::raise;

/// A double has no more decimal digits than this that are not zero.
const MOST_DIGITS: usize = 1100;

/// Where a text stands in its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Center,
    /// Between the sign and the digits.
    AfterSign,
}

/// Writes `sign` and `body` in `width` characters.
pub(crate) fn pad(
    out: &mut Writer,
    sign: &str,
    body: &str,
    align: Align,
    fill: char,
    width: usize,
) -> Result<(), Error> {
    let length = sign.chars().count() + body.chars().count();
    let missing = width.saturating_sub(length);
    let (before, between, after) = match align {
        Align::Left => (0, 0, missing),
        Align::Right => (missing, 0, 0),
        Align::Center => (missing / 2, 0, missing - missing / 2),
        Align::AfterSign => (0, missing, 0),
    };
    out.repeat(fill, before)?;
    out.str(sign)?;
    out.repeat(fill, between)?;
    out.str(body)?;
    out.repeat(fill, after)
}

/// How the digits of a float are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    Fixed,
    Exponent,
    General,
}

/// The absolute value of a float with `precision` digits, without grouping.
pub(crate) fn float_digits(
    value: f64,
    notation: Notation,
    precision: usize,
    keep_zeros: bool,
) -> Result<String, Error> {
    if precision > crate::limits::WIDEST_FORMAT {
        return Err(raise(ErrorKind::Value, "precision too big"));
    }
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
            let number = Scientific::rounded(value, precision.min(MOST_DIGITS) + 1);
            let extra = precision.saturating_sub(MOST_DIGITS);
            exponent(&(number.digits + &"0".repeat(extra)), number.exponent, keep_zeros)
        }
        Notation::General => general(value, precision.max(1), keep_zeros),
    })
}

fn fixed(value: f64, precision: usize, keep_point: bool) -> String {
    let written = precision.min(MOST_DIGITS);
    let mut text = format!("{value:.written$}");
    text.push_str(&"0".repeat(precision - written));
    if precision == 0 && keep_point {
        text.push('.');
    }
    text
}

fn exponent(digits: &str, exponent: i32, keep_point: bool) -> String {
    let (first, rest) = digits.split_at(1.min(digits.len()));
    let point = if rest.is_empty() && !keep_point { "" } else { "." };
    let (sign, exponent) = (if exponent < 0 { '-' } else { '+' }, exponent.abs());
    format!("{first}{point}{rest}e{sign}{exponent:02}")
}

/// The shorter of the other two, without zeros at the end unless `keep_zeros`.
fn general(value: f64, precision: usize, keep_zeros: bool) -> String {
    let number = Scientific::rounded(value, precision.min(MOST_DIGITS));
    let after_first = i32::try_from(precision).unwrap_or(i32::MAX);
    let mut digits = number.digits;
    if keep_zeros {
        digits.push_str(&"0".repeat(precision.saturating_sub(digits.len())));
    } else {
        digits.truncate(digits.trim_end_matches('0').len().max(1));
    }
    if number.exponent < -4 || number.exponent >= after_first {
        return exponent(&digits, number.exponent, keep_zeros);
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if number.exponent < 0 {
        return format!("0.{}{digits}", zeros(-number.exponent - 1));
    }
    let whole = usize::try_from(number.exponent + 1).unwrap_or_default();
    if digits.len() <= whole {
        let padded = format!("{digits}{}", "0".repeat(whole - digits.len()));
        return if keep_zeros { padded + "." } else { padded };
    }
    let (whole, fraction) = digits.split_at(whole);
    format!("{whole}.{fraction}")
}

/// Digits in groups of `size`, from the right.
pub(crate) fn grouped(digits: &str, separator: char, size: usize) -> String {
    let mut out = String::with_capacity(digits.len() * 2);
    for (n, c) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}
