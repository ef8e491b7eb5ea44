//! Filters that give numbers, or show them.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::{Args, integer, truth};
use crate::error::raise;
use crate::ops::arithmetic::{self, Operator, binary};
use crate::ops::contains::defined;
use crate::parse;
use crate::text::percent::truncated;
use crate::text::repr;
use crate::value::{Kind, kind, type_name};

pub(super) fn abs(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("abs", [], 0)?;
    match kind(value) {
        Kind::Int(n) => n.checked_abs().map(arithmetic::int).ok_or_else(arithmetic::too_large),
        Kind::Bool(b) => Ok(Value::from(i64::from(b))),
        Kind::Float(f) => Ok(Value::from(f.abs())),
        _ => {
            let message = format!("bad operand type for abs(): '{}'", type_name(value));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

pub(super) fn int(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [default, base] = args.bind("do_int", ["default", "base"], 0)?;
    let default = || default.clone().unwrap_or_else(|| Value::from(0));
    let base = base.map_or(Ok(10), |base| integer(&base))?;
    match kind(defined(value)?) {
        Kind::Int(_) | Kind::HugeInt => Ok(value.clone()),
        Kind::Bool(b) => Ok(Value::from(i64::from(b))),
        Kind::Float(f) if f.is_nan() => Ok(default()),
        Kind::Float(f) => truncated(f).map(arithmetic::int),
        Kind::Text(text) => match parse::int(text, base) {
            parse::Int::Number(n) => Ok(arithmetic::int(n)),
            parse::Int::TooLarge => Err(arithmetic::too_large()),
            parse::Int::None => match parse::float(text) {
                Some(f) if f.is_finite() => truncated(f).map(arithmetic::int),
                _ => Ok(default()),
            },
        },
        _ => Ok(default()),
    }
}

pub(super) fn float(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [default] = args.bind("do_float", ["default"], 0)?;
    let number = match kind(defined(value)?) {
        Kind::Float(f) => Some(f),
        Kind::Int(n) => Some(arithmetic::float(n)),
        Kind::HugeInt => return Err(arithmetic::too_large()),
        Kind::Bool(b) => Some(f64::from(u8::from(b))),
        Kind::Text(text) => parse::float(text),
        _ => None,
    };
    Ok(number.map_or_else(|| default.unwrap_or_else(|| Value::from(0.0)), Value::from))
}

pub(super) fn round(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [precision, method] = args.bind("do_round", ["precision", "method"], 0)?;
    let precision = precision.map_or(Ok(0), |precision| integer(&precision))?;
    let method = method.unwrap_or_else(|| Value::from("common"));
    let rounded: fn(f64) -> f64 = match method.as_str() {
        Some("common") => return common(value, precision),
        Some("ceil") => f64::ceil,
        Some("floor") => f64::floor,
        _ => return Err(raise(ErrorKind::FilterArgument, "method must be common, ceil or floor")),
    };
    let scale = binary(state, Operator::Pow, &Value::from(10), &arithmetic::int(precision))?;
    let scaled = binary(state, Operator::Mul, value, &scale)?;
    let whole = match kind(&scaled) {
        Kind::Float(f) => arithmetic::int(truncated(rounded(f))?),
        Kind::Int(_) => scaled,
        Kind::Bool(b) => Value::from(i64::from(b)),
        _ => {
            return Err(raise(ErrorKind::Type, format!("must be real number, not {}", type_name(value))));
        }
    };
    binary(state, Operator::Div, &whole, &scale)
}

/// `round(value, precision)`: to the nearest, and half to even.
fn common(value: &Value, precision: i128) -> Result<Value, Error> {
    match kind(value) {
        Kind::Int(n) => Ok(arithmetic::int(round_int(n, precision))),
        Kind::Bool(b) => Ok(arithmetic::int(round_int(b.into(), precision))),
        Kind::HugeInt => Err(arithmetic::too_large()),
        Kind::Float(f) => Ok(Value::from(round_float(f, precision))),
        _ => {
            let message = format!("type {} doesn't define __round__ method", type_name(value));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

fn round_int(n: i128, precision: i128) -> i128 {
    let unit = u32::try_from(precision.saturating_neg()).ok().map(|zeros| 10_i128.checked_pow(zeros));
    match unit {
        None => n,
        // The unit has more digits than any integer here.
        Some(None) => 0,
        Some(Some(unit)) => {
            let down = n.div_euclid(unit);
            let twice = n.rem_euclid(unit).saturating_mul(2);
            let up = twice > unit || (twice == unit && down % 2 != 0);
            (down + i128::from(up)).saturating_mul(unit)
        }
    }
}

fn round_float(f: f64, precision: i128) -> f64 {
    /// Doubles have no digits beyond these places.
    const LAST: i128 = 330;
    if !f.is_finite() || precision > LAST {
        return f;
    }
    if precision < -LAST {
        return 0.0_f64.copysign(f);
    }
    if let Ok(digits) = usize::try_from(precision) {
        return format!("{f:.digits$}").parse().unwrap_or(f);
    }
    let unit = 10_f64.powi(i32::try_from(-precision).unwrap_or(i32::MAX));
    (f / unit).round_ties_even() * unit
}

pub(super) fn filesizeformat(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [binary] = args.bind("do_filesizeformat", ["binary"], 0)?;
    let binary = truth(binary.as_ref(), false);
    let bytes = match kind(defined(value)?) {
        Kind::Int(n) => arithmetic::float(n),
        Kind::Bool(b) => f64::from(u8::from(b)),
        Kind::Float(f) => f,
        Kind::Text(text) => parse::float(text).ok_or_else(|| {
            raise(ErrorKind::Value, format!("could not convert string to float: {}", repr::short(value)))
        })?,
        _ => {
            let message =
                format!("float() argument must be a string or a real number, not '{}'", type_name(value));
            return Err(raise(ErrorKind::Type, message));
        }
    };
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if (bytes - 1.0).abs() == 0.0 {
        return Ok(Value::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", truncated(bytes)?)));
    }
    let mut scaled = bytes;
    let mut name = 'k';
    for prefix in "kMGTPEZY".chars() {
        name = prefix;
        scaled /= base;
        if scaled < base {
            break;
        }
    }
    let unit = if binary { format!("{}iB", name.to_ascii_uppercase()) } else { format!("{name}B") };
    Ok(Value::from(format!("{scaled:.1} {unit}")))
}
