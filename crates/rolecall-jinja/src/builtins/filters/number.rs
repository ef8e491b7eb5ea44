//! Filters of numbers.

use super::{given, no_integer, only_value, open, optional, plain};
use crate::ErrorKind;
use crate::builtins::{Args, Bound, FilterDef};
use crate::number::{BigInt, MOST_DIGITS};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::text::parse_number;
use crate::trace::Origin;
use crate::value::compare::Number;
use crate::value::{Value, compare, dict, names, operators};

pub(super) static ABS: FilterDef = open("abs", false, abs);
pub(super) static FILESIZEFORMAT: FilterDef =
    plain("filesizeformat", ("do_filesizeformat", ""), &["value", "binary"], 1, filesizeformat);
pub(super) static FLOAT: FilterDef = plain("float", ("do_float", ""), &["value", "default"], 1, float);
pub(super) static INT: FilterDef = plain("int", ("do_int", ""), &["value", "default", "base"], 1, int);
pub(super) static ROUND: FilterDef =
    plain("round", ("do_round", ""), &["value", "precision", "method"], 1, round);

fn overflow(message: &str) -> Raised {
    Raised::new(ErrorKind::Overflow, message)
}

fn abs<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    only_value("abs", args)?;
    let origin = rt.computed(value.origin());
    match Number::of(value) {
        Some(Number::Int(number)) => match number.checked_abs() {
            Some(number) => Ok(Value::Int(origin, number)),
            None => rt.integer(origin, &BigInt::from_i64(number).abs()),
        },
        Some(Number::Float(number)) => Ok(Value::Float(origin, number.abs())),
        Some(Number::Big(number)) => rt.integer(origin, &number.get().abs()),
        None => {
            let message = format!("bad operand type for abs(): '{}'", names::type_name(value));
            Err(Raised::type_error(message))
        }
    }
}

/// The integer that a float is without its fraction.
fn whole(value: f64) -> Result<BigInt> {
    match BigInt::from_f64(value) {
        Some(whole) => Ok(whole),
        None if value.is_nan() => Err(Raised::value_error("cannot convert float NaN to integer")),
        None => Err(overflow("cannot convert float infinity to integer")),
    }
}

/// `float(value)`.
pub(in crate::builtins) fn to_float<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<f64> {
    if let Some(number) = Number::of(value) {
        return operators::to_float(number);
    }
    if let Some((_, text)) = rt.flat(value)? {
        rt.step_bytes(text.len() * 8)?;
        return parse_number::parse_float(text).map_err(|(kind, message)| match value {
            Value::Markup(..) => {
                let shown = crate::value::repr::short(rt, value);
                Raised::new(kind, format!("could not convert string to float: {shown}"))
            }
            _ => Raised::new(kind, message),
        });
    }
    if let Some(bytes) = value.as_bytes() {
        rt.step_bytes(bytes.data.len() * 8)?;
        return parse_number::parse_float(&bytes.text()).map_err(|(kind, _)| {
            let shown = crate::value::repr::short(rt, value);
            Raised::new(kind, format!("could not convert string to float: {shown}"))
        });
    }
    if let Value::Undefined(undefined) = value {
        return Err(undefined.error(rt));
    }
    let message =
        format!("float() argument must be a string or a real number, not '{}'", names::type_name(value));
    Err(Raised::type_error(message))
}

/// The origin of a number that is computed from a value, which may be a text.
fn computed<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Origin> {
    let origin = rt.flat(value)?.map_or(value.origin(), |(origin, _)| origin);
    Ok(rt.computed(origin))
}

fn is_type_or_value(error: &Raised) -> bool {
    matches!(error.kind(), ErrorKind::Type | ErrorKind::Value)
}

fn float<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, default, ..] = *args;
    match to_float(rt, value) {
        Ok(number) => Ok(Value::Float(computed(rt, value)?, number)),
        Err(error) if is_type_or_value(&error) => Ok(given(default, Value::float(0.0))),
        Err(error) => Err(error),
    }
}

fn int<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, default, base, ..] = *args;
    match value {
        Value::Int(..) | Value::Big(..) => return Ok(value),
        Value::Bool(from, value) => return Ok(Value::Int(rt.computed(from), i64::from(value))),
        Value::Float(from, number) if !number.is_nan() => {
            return rt.integer(rt.computed(from), &whole(number)?);
        }
        _ => {}
    }
    if let Some((from, text)) = rt.flat(value)?
        && let Some(number) = parse_int(rt, text, given(base, Value::int(10)))?
    {
        return rt.integer(rt.computed(from), &number);
    }
    if let Some(bytes) = value.as_bytes()
        && let Some(number) = parse_int(rt, &bytes.text(), Value::int(10))?
    {
        return rt.integer(rt.computed(bytes.origin), &number);
    }
    // What is no integer may still be a float.
    match to_float(rt, value).and_then(whole) {
        Ok(number) => rt.integer(computed(rt, value)?, &number),
        Err(error) if is_type_or_value(&error) || error.kind() == ErrorKind::Overflow => {
            Ok(given(default, Value::int(0)))
        }
        Err(error) => Err(error),
    }
}

/// `int(text, base)`, if it is one.
fn parse_int(rt: &Runtime<'_>, text: &str, base: Value<'_>) -> Result<Option<BigInt>> {
    let base = match base {
        Value::Int(_, base) => base,
        Value::Bool(_, base) => i64::from(base),
        _ => return Ok(None),
    };
    // Reading takes the square of the length where no digits limit it.
    let is_limited = base > 0 && base.count_ones() != 1;
    let words = if is_limited { text.len().min(MOST_DIGITS) } else { text.len() } / 8;
    rt.step_bytes(text.len())?;
    rt.step(words.saturating_mul(words) / 8)?;
    Ok(parse_number::parse_int(text, base).ok())
}

fn filesizeformat<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    const NAMES: [(&str, &str); 8] = [
        ("kB", "KiB"),
        ("MB", "MiB"),
        ("GB", "GiB"),
        ("TB", "TiB"),
        ("PB", "PiB"),
        ("EB", "EiB"),
        ("ZB", "ZiB"),
        ("YB", "YiB"),
    ];
    let [value, binary, ..] = *args;
    let bytes = to_float(rt, value)?;
    let binary = operators::truth(rt, binary)?;
    let base = if binary { 1024.0 } else { 1000.0 };
    #[allow(clippy::float_cmp, reason = "so does the reference")]
    let text = if bytes == 1.0 {
        "1 Byte".to_owned()
    } else if bytes < base {
        format!("{} Bytes", whole(bytes)?)
    } else {
        let whole_base = BigInt::from_i64(if binary { 1024 } else { 1000 });
        let mut unit = whole_base.clone();
        let mut name = "";
        for (decimal, two) in NAMES {
            unit = unit.mul(&whole_base);
            name = if binary { two } else { decimal };
            if unit.partial_cmp_f64(bytes) == Some(std::cmp::Ordering::Greater) {
                break;
            }
        }
        let unit = unit.to_f64().unwrap_or(f64::INFINITY);
        let number = base * bytes / unit;
        if number.is_nan() { format!("nan {name}") } else { format!("{number:.1} {name}") }
    };
    Ok(Value::Str(computed(rt, value)?, rt.alloc_str(&text)?))
}

fn round<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, precision, method, ..] = *args;
    let precision = given(precision, Value::int(0));
    let method = given(method, Value::text("common"));
    dict::check_hashable(rt, method)?;
    let is = |name| compare::equal(rt, method, Value::text(name));
    if is("common")? {
        return round_to(rt, value, precision);
    }
    let up = is("ceil")?;
    if !up && !is("floor")? {
        return Err(Raised::new(ErrorKind::FilterArgument, "method must be common, ceil or floor"));
    }
    let power = operators::binary(rt, BinaryOperator::Pow, Value::int(10), precision)?;
    let product = operators::binary(rt, BinaryOperator::Mul, value, power)?;
    let origin = product.origin();
    let whole = match Number::of(product) {
        Some(Number::Float(number)) => {
            rt.integer(origin, &whole(if up { number.ceil() } else { number.floor() })?)?
        }
        Some(Number::Int(number)) => Value::Int(origin, number),
        Some(Number::Big(_)) => product,
        None => {
            let message = format!("must be real number, not {}", names::type_name(product));
            return Err(Raised::type_error(message));
        }
    };
    operators::binary(rt, BinaryOperator::Div, whole, power)
}

/// `round(value, precision)`.
fn round_to<'a>(rt: &Runtime<'a>, value: Value<'a>, precision: Value<'a>) -> Result<Value<'a>> {
    let origin = rt.computed(value.origin());
    let Some(number) = Number::of(value) else {
        let message = format!("type {} doesn't define __round__ method", names::type_name(value));
        return Err(Raised::type_error(message));
    };
    let Some(precision) = optional(precision) else {
        return match number {
            Number::Float(number) => rt.integer(origin, &whole(number.round_ties_even())?),
            _ => whole_number(rt, origin, number),
        };
    };
    let digits = match precision {
        Value::Int(_, digits) => digits,
        Value::Bool(_, digits) => i64::from(digits),
        Value::Big(_, big) => {
            if big.negative {
                i64::MIN
            } else {
                i64::MAX
            }
        }
        other => return Err(no_integer(other)),
    };
    match number {
        Number::Float(number) => Ok(Value::Float(origin, round_float(number, digits)?)),
        _ if digits >= 0 => whole_number(rt, origin, number),
        _ => match number.big() {
            Some(big) => rt.integer(origin, &round_integer(rt, &big, digits.unsigned_abs())?),
            None => Ok(value),
        },
    }
}

/// An integer, True as 1.
fn whole_number<'a>(rt: &Runtime<'a>, origin: Origin, number: Number<'a>) -> Result<Value<'a>> {
    match number {
        Number::Int(number) => Ok(Value::Int(origin, number)),
        other => rt.integer(origin, &other.big().unwrap_or_default()),
    }
}

/// An integer with so many zeros at its end, rounded to the nearest and a tie to even.
fn round_integer(rt: &Runtime<'_>, number: &BigInt, zeros: u64) -> Result<BigInt> {
    let zeros = match u32::try_from(zeros) {
        Ok(zeros) if (zeros as usize) <= number.digits().saturating_add(1) => zeros,
        _ => return Ok(BigInt::from_i64(0)),
    };
    let words = number.digits() / 9 + 1;
    rt.step(words.saturating_mul(words))?;
    let unit = BigInt::from_i64(10).pow(zeros);
    Ok(nearest(number, &unit, false))
}

/// The multiple of a unit that is nearest to a number, which may be a fraction more than given.
fn nearest(number: &BigInt, unit: &BigInt, is_more: bool) -> BigInt {
    let Some((quotient, rest)) = number.floor_div_mod(unit) else { return number.clone() };
    let up = match rest.add(&rest).cmp(unit) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => is_more || quotient.is_odd(),
        std::cmp::Ordering::Greater => true,
    };
    let quotient = if up { quotient.add(&BigInt::from_i64(1)) } else { quotient };
    quotient.mul(unit)
}

/// A float with so many digits behind the point, rounded to the nearest by its exact value and a tie to even.
fn round_float(number: f64, digits: i64) -> Result<f64> {
    if !number.is_finite() || digits > 323 {
        return Ok(number);
    }
    if digits < -308 {
        return Ok(0.0 * number);
    }
    let rounded = if let Ok(digits) = usize::try_from(digits) {
        format!("{:.digits$}", number.abs()).parse().unwrap_or(number.abs())
    } else {
        let zeros = u32::try_from(digits.unsigned_abs()).unwrap_or(u32::MAX);
        let unit = BigInt::from_i64(10).pow(zeros);
        let nearest = nearest(&whole(number.abs())?, &unit, number.fract() != 0.0);
        nearest.to_f64().unwrap_or(f64::INFINITY)
    };
    if rounded.is_infinite() {
        return Err(overflow("rounded value too large to represent"));
    }
    Ok(rounded.copysign(number))
}
