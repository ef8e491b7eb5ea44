//! `+`, `-`, `*`, `/`, `//`, `%`, `**`, unary minus, and `~`.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::budget;
use crate::error::raise;
use crate::text::{escape, percent, repr};
use crate::value::{Kind, List, kind, text, type_name};

/// Two numbers of the same class.
enum Numbers {
    Ints(i128, i128),
    Floats(f64, f64),
}

/// An operator on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Rem => "%",
            Self::Pow => "** or pow()",
        }
    }
}

pub(crate) fn int(value: i128) -> Value {
    i64::try_from(value).map_or_else(|_| Value::from(value), Value::from)
}

/// An integer as the nearest double.
#[allow(clippy::cast_precision_loss, reason = "Python rounds an integer to the nearest double, too")]
pub(crate) fn float(value: i128) -> f64 {
    value as f64
}

/// The error for integers that Python has and minijinja has not.
pub(crate) fn too_large() -> Error {
    raise(ErrorKind::Unsupported, "minijinja has no integers of more than 127 bits")
}

/// `a op b`.
pub(crate) fn binary(
    state: &mut State<'_, '_>,
    operator: Operator,
    a: &Value,
    b: &Value,
) -> Result<Value, Error> {
    if let Some(numbers) = numbers(a, b)? {
        return calculate(operator, &numbers);
    }
    match (kind(a), kind(b)) {
        // A text on the left of `%` is a format, whatever is on the right.
        (Kind::Text(format), _) if operator == Operator::Rem => {
            percent::format(state, format, a.is_safe(), b)
        }
        (Kind::Undefined(missing), _) | (_, Kind::Undefined(missing)) => Err(missing.error()),
        _ if operator == Operator::Add => concatenate(state, a, b),
        _ if operator == Operator::Mul => repeat(state, a, b),
        _ => Err(unsupported(operator, a, b)),
    }
}

fn unsupported(operator: Operator, a: &Value, b: &Value) -> Error {
    let (sign, a, b) = (operator.sign(), type_name(a), type_name(b));
    raise(ErrorKind::Type, format!("unsupported operand type(s) for {sign}: '{a}' and '{b}'"))
}

fn numbers(a: &Value, b: &Value) -> Result<Option<Numbers>, Error> {
    let int = |value: &Value| match kind(value) {
        Kind::Int(n) => Some(n),
        Kind::Bool(b) => Some(b.into()),
        _ => None,
    };
    let as_float = |value: &Value| match kind(value) {
        Kind::Float(f) => Some(f),
        _ => int(value).map(float),
    };
    if let (Some(a), Some(b)) = (int(a), int(b)) {
        return Ok(Some(Numbers::Ints(a, b)));
    }
    let huge = |value: &Value| matches!(kind(value), Kind::HugeInt);
    let number = |value: &Value| huge(value) || as_float(value).is_some();
    if (huge(a) && number(b)) || (huge(b) && number(a)) {
        return Err(too_large());
    }
    Ok(as_float(a).zip(as_float(b)).map(|(a, b)| Numbers::Floats(a, b)))
}

fn calculate(operator: Operator, numbers: &Numbers) -> Result<Value, Error> {
    match *numbers {
        Numbers::Ints(a, b) => ints(operator, a, b),
        Numbers::Floats(a, b) => floats(operator, a, b).map(Value::from),
    }
}

fn ints(operator: Operator, a: i128, b: i128) -> Result<Value, Error> {
    let zero = |message: &str| Err(raise(ErrorKind::ZeroDivision, message));
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Div if b == 0 => return zero("division by zero"),
        Operator::Div => return Ok(Value::from(quotient(a, b))),
        Operator::FloorDiv if b == 0 => return zero("integer division or modulo by zero"),
        Operator::FloorDiv => floor_div(a, b),
        Operator::Rem if b == 0 => return zero("integer modulo by zero"),
        Operator::Rem => floor_div(a, b).and_then(|q| a.checked_sub(q.checked_mul(b)?)),
        Operator::Pow if b < 0 => return floats(operator, float(a), float(b)).map(Value::from),
        Operator::Pow => match a {
            0 | 1 => Some(if b == 0 { 1 } else { a }),
            -1 => Some(if b % 2 == 0 { 1 } else { -1 }),
            _ => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        },
    };
    result.map(int).ok_or_else(too_large)
}

/// The quotient of two integers, which is rounded once where they have a common divisor that makes them small.
fn quotient(a: i128, b: i128) -> f64 {
    let (mut divisor, mut rest) = (a.unsigned_abs(), b.unsigned_abs());
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    match i128::try_from(divisor) {
        Ok(divisor) if divisor != 0 => float(a / divisor) / float(b / divisor),
        _ => float(a) / float(b),
    }
}

/// Division that rounds down.
fn floor_div(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let exact = a.checked_rem(b)? == 0;
    Some(if !exact && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

#[allow(clippy::float_cmp, reason = "Python's rules for zero and infinity are about exact values")]
fn floats(operator: Operator, a: f64, b: f64) -> Result<f64, Error> {
    let zero = |message: &str| Err(raise(ErrorKind::ZeroDivision, message));
    Ok(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div if b == 0.0 => return zero("float division by zero"),
        Operator::Div => a / b,
        Operator::FloorDiv if b == 0.0 => return zero("float floor division by zero"),
        Operator::FloorDiv => {
            let rest = a % b;
            let mut quotient = (a - rest) / b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
                quotient -= 1.0;
            }
            let floor = quotient.floor();
            match quotient {
                // A quotient of zero has the sign of a true division.
                0.0 => 0.0_f64.copysign(a / b),
                _ if quotient - floor > 0.5 => floor + 1.0,
                _ => floor,
            }
        }
        Operator::Rem if b == 0.0 => return zero("float modulo"),
        Operator::Rem => remainder(a, b),
        Operator::Pow if a == 0.0 && b < 0.0 => return zero("0.0 cannot be raised to a negative power"),
        Operator::Pow if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 => {
            return Err(raise(ErrorKind::Unsupported, "minijinja has no complex numbers"));
        }
        Operator::Pow => {
            let power = a.powf(b);
            if power.is_infinite() && a.is_finite() && b.is_finite() {
                return Err(raise(ErrorKind::Overflow, "(34, 'Numerical result out of range')"));
            }
            power
        }
    })
}

/// The remainder with the sign of the divisor.
fn remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        return remainder.abs().copysign(b);
    }
    if (remainder < 0.0) == (b < 0.0) { remainder } else { remainder + b }
}

fn concatenate(state: &mut State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    match (kind(a), kind(b)) {
        (Kind::Text(left), Kind::Text(right)) => {
            budget::bytes(state, left.len() + right.len())?;
            if a.is_safe() == b.is_safe() {
                return Ok(text([left, right].concat(), a.is_safe()));
            }
            // Markup escapes what it is joined with.
            let (left, right) = (escape::unless_safe(a, left), escape::unless_safe(b, right));
            Ok(text(left + &right, true))
        }
        (Kind::List(left), Kind::List(right)) | (Kind::Tuple(left), Kind::Tuple(right)) => {
            let items: Vec<Value> = left.items().iter().chain(right.items()).cloned().collect();
            budget::list(state, items.len())?;
            List::make(items, left.is_tuple())
        }
        (Kind::Text(_), _) if !a.is_safe() => cannot_concatenate("str", "str", b),
        (Kind::List(_), _) => cannot_concatenate("list", "list", b),
        (Kind::Tuple(_), _) => cannot_concatenate("tuple", "tuple", b),
        _ => Err(unsupported(Operator::Add, a, b)),
    }
}

fn cannot_concatenate(wanted: &str, to: &str, b: &Value) -> Result<Value, Error> {
    let found = type_name(b);
    Err(raise(ErrorKind::Type, format!("can only concatenate {wanted} (not \"{found}\") to {to}")))
}

fn repeat(state: &mut State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let sequence = |value: &Value| matches!(kind(value), Kind::Text(_) | Kind::List(_) | Kind::Tuple(_));
    let (of, times) = match (sequence(a), sequence(b)) {
        (true, _) => (a, b),
        (false, true) => (b, a),
        (false, false) => return Err(unsupported(Operator::Mul, a, b)),
    };
    let times = match kind(times) {
        Kind::Int(n) => usize::try_from(n.max(0)).unwrap_or(usize::MAX),
        Kind::Bool(b) => b.into(),
        _ => {
            let message = format!("can't multiply sequence by non-int of type '{}'", type_name(times));
            return Err(raise(ErrorKind::Type, message));
        }
    };
    match kind(of) {
        Kind::Text(part) => {
            budget::bytes(state, part.len().saturating_mul(times))?;
            Ok(text(if part.is_empty() { String::new() } else { part.repeat(times) }, of.is_safe()))
        }
        Kind::List(list) | Kind::Tuple(list) if list.items().is_empty() => {
            List::make(Vec::new(), list.is_tuple())
        }
        Kind::List(list) | Kind::Tuple(list) => {
            budget::list(state, list.items().len().saturating_mul(times))?;
            let items = std::iter::repeat_n(list.items(), times).flatten().cloned().collect();
            List::make(items, list.is_tuple())
        }
        _ => Err(unsupported(Operator::Mul, a, b)),
    }
}

/// `-a`.
pub(crate) fn negative(a: &Value) -> Result<Value, Error> {
    match kind(a) {
        Kind::Int(n) => n.checked_neg().map(int).ok_or_else(too_large),
        Kind::HugeInt => Err(too_large()),
        Kind::Bool(b) => Ok(Value::from(-i64::from(b))),
        Kind::Float(f) => Ok(Value::from(-f)),
        Kind::Undefined(missing) => Err(missing.error()),
        _ => {
            let message = format!("bad operand type for unary -: '{}'", type_name(a));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// `+a`.
pub(crate) fn positive(a: &Value) -> Result<Value, Error> {
    match kind(a) {
        Kind::Int(_) | Kind::HugeInt | Kind::Float(_) => Ok(a.clone()),
        Kind::Bool(b) => Ok(Value::from(i64::from(b))),
        Kind::Undefined(missing) => Err(missing.error()),
        _ => {
            let message = format!("bad operand type for unary +: '{}'", type_name(a));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// `a ~ b ~ …`: the texts of all operands, one after the other.
pub(crate) fn join(state: &mut State<'_, '_>, operands: &[Value]) -> Result<Value, Error> {
    let mut out = budget::writer(state);
    for operand in operands {
        repr::write_str(&mut out, operand)?;
    }
    out.finish(state).map(Value::from)
}
