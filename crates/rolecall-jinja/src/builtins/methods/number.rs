//! Methods of integers and floats.

use std::fmt::Write as _;

use super::Method;
use crate::ErrorKind;
use crate::builtins::Args;
use crate::builtins::native::Style;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::compare::Number;
use crate::value::{Value, names};

/// Bits of a double's fraction.
const FRACTION: u32 = 52;
/// The exponent of the smallest doubles that have all bits.
const LOWEST: i64 = -1022;

/// `number.method(…)`.
pub(super) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    of: Value<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    match method {
        Method::ToBytes => return super::bytes::of_integer(rt, of, args),
        Method::FromBytes => return super::bytes::to_integer(rt, of, args),
        _ => {}
    }
    let style = if method == Method::Fromhex { Style::One } else { Style::Nothing };
    let [text, _, _] = style.bind(names::type_name(of), method.name(), args)?;
    let origin = rt.computed(of.origin());
    if let Value::Float(_, value) = of {
        return match method {
            Method::Conjugate => Ok(of),
            Method::IsInteger => Ok(Value::Bool(origin, value.is_finite() && value.fract() == 0.0)),
            Method::AsIntegerRatio => float_ratio(rt, value),
            Method::Hex => Ok(Value::Str(origin, rt.alloc_str(&hex(value))?)),
            _ => match rt.flat(text)? {
                Some((origin, text)) => Ok(Value::Float(rt.computed(origin), from_hex(rt, text)?)),
                None => Err(Raised::type_error("bad argument type for built-in operation")),
            },
        };
    }
    let whole = match of {
        Value::Bool(origin, value) => Value::Int(origin, i64::from(value)),
        other => other,
    };
    match method {
        Method::Conjugate => return Ok(whole),
        Method::AsIntegerRatio => {
            return Ok(Value::tuple(rt.alloc_slice(&[whole, Value::int(1)])?));
        }
        _ => {}
    }
    let value = Number::of(whole).and_then(Number::big).unwrap_or_default();
    rt.step_bytes(value.digits().saturating_mul(16))?;
    let bits = match method {
        Method::BitLength => value.bit_length(),
        _ => value.abs().to_radix_string(2).bytes().filter(|bit| *bit == b'1').count(),
    };
    Ok(Value::count(bits).with_origin(origin))
}

/// The fraction, with the bit before it if there is one, and the exponent of the fraction's first bit.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << FRACTION) - 1);
    match i64::try_from((bits >> FRACTION) & 0x7ff).unwrap_or_default() {
        0 => (fraction, LOWEST),
        exponent => (fraction | 1 << FRACTION, exponent - 1023),
    }
}

/// `float.as_integer_ratio()`.
fn float_ratio<'a>(rt: &Runtime<'a>, value: f64) -> Result<Value<'a>> {
    if value.is_nan() {
        return Err(Raised::value_error("cannot convert NaN to integer ratio"));
    }
    if value.is_infinite() {
        return Err(Raised::new(ErrorKind::Overflow, "cannot convert Infinity to integer ratio"));
    }
    let (mut mantissa, exponent) = parts(value);
    let mut shift = exponent - i64::from(FRACTION);
    while mantissa != 0 && mantissa.is_multiple_of(2) && shift < 0 {
        mantissa /= 2;
        shift += 1;
    }
    if mantissa == 0 {
        shift = 0;
    }
    let power = BigInt::from_i64(2).pow(u32::try_from(shift.unsigned_abs()).unwrap_or_default());
    let mantissa = BigInt::from_u128(mantissa.into());
    let (above, below) =
        if shift < 0 { (mantissa, power) } else { (mantissa.mul(&power), BigInt::from_i64(1)) };
    let above = if value < 0.0 { above.neg() } else { above };
    let origin = crate::trace::Origin::TEMPLATE;
    Ok(Value::tuple(rt.alloc_slice(&[rt.integer(origin, &above)?, rt.integer(origin, &below)?])?))
}

/// `float.hex()`.
fn hex(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let mut text = String::from(if value.is_sign_negative() { "-" } else { "" });
    if value.is_infinite() {
        text.push_str("inf");
    } else if value == 0.0 {
        text.push_str("0x0.0p+0");
    } else {
        let (mantissa, exponent) = parts(value);
        // Writing to a string does not fail.
        let _ =
            write!(text, "0x{}.{:013x}p{exponent:+}", mantissa >> FRACTION, mantissa & ((1 << FRACTION) - 1));
    }
    text
}

/// `float.fromhex(text)`.
fn from_hex(rt: &Runtime<'_>, text: &str) -> Result<f64> {
    rt.step_bytes(text.len().saturating_mul(4))?;
    let invalid = || Raised::value_error("invalid hexadecimal floating-point string");
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" => return Ok(f64::NAN.copysign(sign)),
        _ => {}
    }
    let body = lower.strip_prefix("0x").unwrap_or(&lower);
    let (digits, exponent) = match body.split_once('p') {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if whole.len() + fraction.len() == 0 || !are_hex(whole) || !are_hex(fraction) {
        return Err(invalid());
    }
    let exponent = match exponent {
        None => 0,
        Some(exponent) => {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.is_empty() || !unsigned.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(invalid());
            }
            let size = unsigned.parse().unwrap_or(i64::MAX / 8).min(i64::MAX / 8);
            if exponent.starts_with('-') { -size } else { size }
        }
    };
    // The first bits that are not zero, whether any after them is set, and what the last of them is worth.
    let (mut mantissa, mut sticky, mut worth) = (0_u64, false, exponent);
    for (at, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let value = u64::from(digit.to_digit(16).unwrap_or_default());
        let is_fraction = at >= whole.len();
        if mantissa >> 59 == 0 {
            mantissa = mantissa << 4 | value;
            worth -= if is_fraction { 4 } else { 0 };
        } else {
            sticky |= value != 0;
            worth += if is_fraction { 0 } else { 4 };
        }
    }
    rounded(mantissa, sticky, worth).map(|value| sign * value).ok_or_else(|| {
        Raised::new(ErrorKind::Overflow, "hexadecimal value too large to represent as a float")
    })
}

/// `mantissa * 2**worth` to the nearest double, a tie to the even one; none beyond the largest.
fn rounded(mantissa: u64, sticky: bool, worth: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let length = i64::from(u64::BITS - mantissa.leading_zeros());
    // The exponent of the first bit; the last bit of a double is 52 below, but never below that of the smallest.
    let exponent = (worth + length - 1).max(LOWEST);
    let dropped = exponent - i64::from(FRACTION) - worth;
    let (kept, rest, half) = match dropped {
        1..=64 => {
            let wide = u128::from(mantissa);
            let mask = (1_u128 << dropped) - 1;
            let kept = u64::try_from(wide >> dropped).unwrap_or_default();
            (kept, wide & mask, 1_u128 << (dropped - 1))
        }
        65.. => (0, 1, 2),
        // Nothing to drop: the mantissa is shorter than a double's.
        _ => (mantissa << dropped.unsigned_abs(), 0, 1),
    };
    let up = rest > half || rest == half && (sticky || kept % 2 == 1);
    let mut kept = kept + u64::from(up);
    let mut exponent = exponent;
    if kept >> (FRACTION + 1) != 0 {
        kept >>= 1;
        exponent += 1;
    }
    if exponent > 1023 {
        return None;
    }
    let bits = if kept >> FRACTION == 0 {
        kept
    } else {
        let biased = u64::try_from(exponent + 1023).unwrap_or_default();
        biased << FRACTION | kept & ((1 << FRACTION) - 1)
    };
    Some(f64::from_bits(bits))
}
