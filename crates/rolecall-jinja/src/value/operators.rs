//! The operators of arithmetic and concatenation, between all types as in Python.

use super::compare::Number;
use super::{Object, Seq, Value, iter, names, repr, rope, unknown};
use crate::ErrorKind;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::text::escape;
use crate::trace::Origin;

/// The most decimal digits of an integer that is computed.
const MAX_DIGITS: usize = 100_000;

/// `bool(value)`.
#[inline]
pub(crate) fn is_true(value: Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Undefined(_) | Value::None(_) => false,
        Value::Bool(_, value) => value,
        Value::Int(_, value) => value != 0,
        Value::Float(_, value) => value != 0.0,
        Value::Str(_, text) | Value::Markup(_, text) => !text.is_empty(),
        Value::Rope(pieces, rope) => !rope.is_empty(pieces),
        Value::List(_, items) | Value::Tuple(_, items) => !items.is_empty(),
        Value::JsonList(_, items) => !items.is_empty(),
        Value::Dict(_, dict) => !dict.entries().is_empty(),
        Value::JsonDict(_, map) => !map.is_empty(),
        Value::Range(range) => range.len() > 0,
        Value::View(view) => view.dict.len() > 0,
        Value::Object(Object::Bytes(bytes)) => !bytes.data.is_empty(),
        Value::Big(..) | Value::Generator(_) | Value::Object(_) => true,
    }
}

/// `bool(value)` for what may have to be asked: a loop has a length.
#[inline]
pub(crate) fn truth<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<bool> {
    match value {
        Value::Object(Object::Loop(this)) => Ok(this.length(rt)? > 0),
        Value::Object(Object::Unknown(unknown)) => Err(unknown.error()),
        Value::Rope(pieces, rope) => {
            // Traces have empty pieces.
            let (empty, is_empty) = rope.leading_empty(pieces);
            rt.step(empty)?;
            Ok(!is_empty)
        }
        other => Ok(is_true(other)),
    }
}

fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Sub => "-",
        BinaryOperator::Mul => "*",
        BinaryOperator::Div => "/",
        BinaryOperator::FloorDiv => "//",
        BinaryOperator::Mod => "%",
        BinaryOperator::Pow => "** or pow()",
        BinaryOperator::And => "and",
        BinaryOperator::Or => "or",
    }
}

/// The error for operands that do not go together.
#[cold]
fn unsupported<'a>(rt: &Runtime<'a>, operator: BinaryOperator, left: Value<'a>, right: Value<'a>) -> Raised {
    if let Err(error) = unknown::check(left).and(unknown::check(right)) {
        return error;
    }
    let is_set = |value| matches!(value, Value::View(view) if view.of != super::ViewOf::Values);
    if operator == BinaryOperator::Sub && (is_set(left) || is_set(right)) {
        // Python makes a set of the one side and takes away the other.
        if let Value::Undefined(undefined) = left {
            return undefined.error(rt);
        }
        return match iter::Iter::new(rt, left).and_then(|_| iter::Iter::new(rt, right)) {
            Ok(_) => Raised::unsupported("the difference of keys or items is a set, which is not supported"),
            Err(error) => error,
        };
    }
    for value in [left, right] {
        if let Value::Undefined(undefined) = value {
            return undefined.error(rt);
        }
    }
    Raised::type_error(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        symbol(operator),
        names::type_name(left),
        names::type_name(right)
    ))
}

pub(crate) fn binary<'a>(
    rt: &Runtime<'a>,
    operator: BinaryOperator,
    left: Value<'a>,
    right: Value<'a>,
) -> Result<Value<'a>> {
    match operator {
        BinaryOperator::Add => add(rt, left, right),
        BinaryOperator::Mod if left.is_str() => crate::builtins::percent::format(rt, left, right),
        BinaryOperator::Mul => multiply(rt, left, right),
        _ => match (Number::of(left), Number::of(right)) {
            (Some(a), Some(b)) => {
                let origin = rt.joined(left.origin(), right.origin());
                arithmetic(rt, operator, a, b, origin)
            }
            _ => match left.as_bytes() {
                Some(bytes) if operator == BinaryOperator::Mod => bytes.format(rt, right),
                _ => Err(unsupported(rt, operator, left, right)),
            },
        },
    }
}

/// `left + right`.
pub(crate) fn add<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>> {
    match (left, right) {
        (Value::Str(..) | Value::Rope(..), Value::Str(..) | Value::Rope(..)) => rope::concat(rt, left, right),
        (Value::Int(a, x), Value::Int(b, y)) => match x.checked_add(y) {
            Some(sum) => Ok(Value::Int(rt.joined(a, b), sum)),
            None => arithmetic(rt, BinaryOperator::Add, Number::Int(x), Number::Int(y), rt.joined(a, b)),
        },
        _ => add_other(rt, left, right),
    }
}

fn add_other<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>> {
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return arithmetic(rt, BinaryOperator::Add, a, b, rt.joined(left.origin(), right.origin()));
    }
    if (matches!(left, Value::Markup(..)) && right.is_str())
        || (left.is_str() && matches!(right, Value::Markup(..)))
    {
        return add_markup(rt, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_list(), right.as_list()) {
        return Ok(Value::list(chain(rt, a, b)?));
    }
    if let (Some(a), Some(b)) = (left.as_tuple(), right.as_tuple()) {
        let (a, b) = (Seq::Values(left.origin(), a), Seq::Values(right.origin(), b));
        return Ok(Value::tuple(chain(rt, a, b)?));
    }
    if let (Some(a), Some(b)) = (left.as_bytes(), right.as_bytes()) {
        return a.add(rt, b);
    }
    for value in [left, right] {
        unknown::check(value)?;
        if let Value::Undefined(undefined) = value {
            return Err(undefined.error(rt));
        }
    }
    if left.as_bytes().is_some() {
        return Err(Raised::type_error(format!("can't concat {} to bytes", names::type_name(right))));
    }
    // These types say what they can be put together with.
    let kind = match left {
        Value::Str(..) | Value::Rope(..) => Some("str"),
        Value::List(..) | Value::JsonList(..) => Some("list"),
        Value::Tuple(..) | Value::Object(Object::Group(_)) => Some("tuple"),
        _ => None,
    };
    match kind {
        Some(kind) => {
            let other = names::type_name(right);
            Err(Raised::type_error(format!("can only concatenate {kind} (not \"{other}\") to {kind}")))
        }
        None => Err(unsupported(rt, BinaryOperator::Add, left, right)),
    }
}

fn chain<'a>(rt: &Runtime<'a>, a: Seq<'a>, b: Seq<'a>) -> Result<&'a [Value<'a>]> {
    let mut items = rt.list();
    for seq in [a, b] {
        for at in 0..seq.len() {
            if let Some(item) = iter::item(rt, seq, at)? {
                items.push(item)?;
            }
        }
    }
    Ok(items.finish())
}

/// A string as Markup: escaped unless it is Markup already.
pub(crate) fn escaped<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let value = match value {
        Value::Markup(..) => return Ok(value),
        Value::Str(..) | Value::Rope(..) => value,
        // Numbers, lists and all else: their text.
        other => repr::str(rt, other)?,
    };
    let Some((origin, text)) = rt.flat(value)? else { return Ok(Value::Markup(Origin::TEMPLATE, "")) };
    rt.step_bytes(text.len())?;
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Ok(Value::Markup(origin, text));
    }
    let mut out = String::with_capacity(text.len() + 16);
    escape::write_escaped(&mut out, text);
    Ok(Value::Markup(rt.computed(origin), rt.alloc_str(&out)?))
}

/// A string value as Markup, as it is.
pub(crate) fn markup<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    Ok(match rt.flat(value)? {
        Some((origin, text)) => Value::Markup(origin, text),
        None => value,
    })
}

fn add_markup<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>> {
    let mut both = rope::Pieces::new(rt);
    both.push_value(rt, escaped(rt, left)?)?;
    both.push_value(rt, escaped(rt, right)?)?;
    markup(rt, both.finish(rt)?)
}

/// `left * right`: also repetition.
fn multiply<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>> {
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return arithmetic(rt, BinaryOperator::Mul, a, b, rt.joined(left.origin(), right.origin()));
    }
    let is_sequence = |value: &Value<'a>| {
        value.is_str()
            || value.as_list().is_some()
            || value.as_tuple().is_some()
            || value.as_bytes().is_some()
    };
    unknown::check(left)?;
    unknown::check(right)?;
    let (sequence, count) = if is_sequence(&left) {
        (left, right)
    } else if is_sequence(&right) {
        (right, left)
    } else if matches!(right, Value::Markup(..)) {
        return Err(no_index(left));
    } else {
        return Err(unsupported(rt, BinaryOperator::Mul, left, right));
    };
    let is_markup = |value| matches!(value, Value::Markup(..));
    let count = match count {
        // Markup's own multiplication comes first and asks Python for an index.
        Value::Undefined(undefined) if is_markup(right) => return Err(undefined.error(rt)),
        Value::Undefined(_) | Value::None(_) if is_markup(left) || is_markup(right) => {
            return Err(no_index(count));
        }
        Value::Int(_, count) => count,
        Value::Bool(_, count) => i64::from(count),
        Value::Big(..) => {
            return Err(Raised::new(ErrorKind::Overflow, "cannot fit 'int' into an index-sized integer"));
        }
        Value::Undefined(undefined) => return Err(undefined.error(rt)),
        _ if is_markup(left) => return Err(no_index(right)),
        _ if is_markup(right) => return Err(no_index(left)),
        other => {
            let message = format!("can't multiply sequence by non-int of type '{}'", names::type_name(other));
            return Err(Raised::type_error(message));
        }
    };
    let count = usize::try_from(count).unwrap_or(0);
    if sequence.is_str() {
        return repeat_text(rt, sequence, count);
    }
    if let Some(bytes) = sequence.as_bytes() {
        return bytes.repeat(rt, count);
    }
    let (seq, is_tuple) = match (sequence.as_list(), sequence.as_tuple()) {
        (Some(seq), _) => (seq, false),
        (None, Some(items)) => (Seq::Values(sequence.origin(), items), true),
        (None, None) => return Err(unsupported(rt, BinaryOperator::Mul, left, right)),
    };
    // What is not there must not be counted either: `[] * 10**12` is quick.
    let count = if seq.len() == 0 { 0 } else { count };
    rt.step(seq.len().saturating_mul(count) / 8)?;
    let mut items = rt.list();
    for _ in 0..count {
        for at in 0..seq.len() {
            if let Some(item) = iter::item(rt, seq, at)? {
                items.push(item)?;
            }
        }
    }
    let items = items.finish();
    Ok(if is_tuple { Value::tuple(items) } else { Value::list(items) })
}

fn no_index(value: Value<'_>) -> Raised {
    Raised::type_error(format!("'{}' object cannot be interpreted as an integer", names::type_name(value)))
}

fn repeat_text<'a>(rt: &Runtime<'a>, text: Value<'a>, count: usize) -> Result<Value<'a>> {
    let Some((origin, once)) = rt.flat(text)? else { return Ok(text) };
    let bytes = once.len().saturating_mul(count);
    rt.reserve(bytes)?;
    rt.step_bytes(bytes)?;
    let repeated = if once.is_empty() || count == 0 {
        Value::EMPTY
    } else if rt.trace.is_some() && origin != Origin::TEMPLATE {
        let mut pieces = rope::Pieces::new(rt);
        for _ in 0..count {
            pieces.push(rt, origin, once)?;
        }
        pieces.finish(rt)?
    } else {
        let mut repeated = bumpalo::collections::String::with_capacity_in(bytes, rt.bump);
        for _ in 0..count {
            repeated.push_str(once);
        }
        Value::text(repeated.into_bump_str())
    };
    if matches!(text, Value::Markup(..)) { markup(rt, repeated) } else { Ok(repeated) }
}

/// Arithmetic of two numbers.
fn arithmetic<'a>(
    rt: &Runtime<'a>,
    operator: BinaryOperator,
    a: Number<'a>,
    b: Number<'a>,
    origin: Origin,
) -> Result<Value<'a>> {
    if let (Number::Int(a), Number::Int(b)) = (a, b)
        && let Some(result) = small(operator, a, b)
    {
        return Ok(Value::Int(origin, result));
    }
    match (a.big(), b.big()) {
        (Some(a), Some(b)) => integers(rt, operator, &a, &b, origin),
        _ => floats(operator, to_float(a)?, to_float(b)?).map(|value| Value::Float(origin, value)),
    }
}

/// The result where all is small and an integer.
pub(crate) fn small(operator: BinaryOperator, a: i64, b: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Sub => a.checked_sub(b),
        BinaryOperator::Mul => a.checked_mul(b),
        BinaryOperator::FloorDiv => {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        BinaryOperator::Mod => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        BinaryOperator::Pow => a.checked_pow(u32::try_from(b).ok()?),
        BinaryOperator::Div | BinaryOperator::And | BinaryOperator::Or => None,
    }
}

fn division(message: &str) -> Raised {
    Raised::new(ErrorKind::ZeroDivision, message)
}

/// `float(value)` for an operand.
pub(crate) fn to_float(number: Number<'_>) -> Result<f64> {
    match number {
        Number::Float(value) => Ok(value),
        #[allow(clippy::cast_precision_loss, reason = "rounds to the nearest, as Python does")]
        Number::Int(value) => Ok(value as f64),
        Number::Big(value) => value
            .get()
            .to_f64()
            .ok_or_else(|| Raised::new(ErrorKind::Overflow, "int too large to convert to float")),
    }
}

fn integers<'a>(
    rt: &Runtime<'a>,
    operator: BinaryOperator,
    a: &BigInt,
    b: &BigInt,
    origin: Origin,
) -> Result<Value<'a>> {
    let digits = a.digits().saturating_add(b.digits());
    let (x, y) = (a.digits() / 9 + 1, b.digits() / 9 + 1);
    rt.step(match operator {
        BinaryOperator::Add | BinaryOperator::Sub => x + y,
        _ => x.saturating_mul(y),
    })?;
    let result = match operator {
        BinaryOperator::Add => a.add(b),
        BinaryOperator::Sub => a.sub(b),
        BinaryOperator::Mul => {
            check_digits(digits)?;
            a.mul(b)
        }
        BinaryOperator::Div => return quotient(a, b).map(|value| Value::Float(origin, value)),
        BinaryOperator::FloorDiv => match a.floor_div_mod(b) {
            Some((quotient, _)) => quotient,
            None => return Err(division("integer division or modulo by zero")),
        },
        BinaryOperator::Mod => match a.floor_div_mod(b) {
            Some((_, rest)) => rest,
            None => return Err(division("integer modulo by zero")),
        },
        BinaryOperator::Pow => return power(rt, a, b, origin),
        BinaryOperator::And | BinaryOperator::Or => return Ok(Value::NONE),
    };
    rt.integer(origin, &result)
}

fn check_digits(digits: usize) -> Result<()> {
    if digits > MAX_DIGITS {
        return Err(Raised::limit(format!("an integer of more than {MAX_DIGITS} digits")));
    }
    Ok(())
}

/// `a / b`, rounded once.
fn quotient(a: &BigInt, b: &BigInt) -> Result<f64> {
    if b.is_zero() {
        return Err(division("division by zero"));
    }
    if let (Some(x), Some(y)) = (a.to_i64(), b.to_i64())
        && x.unsigned_abs() <= 1 << 53
        && y.unsigned_abs() <= 1 << 53
    {
        #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        return Ok(x as f64 / y as f64);
    }
    a.true_div(b)
        .ok_or_else(|| Raised::new(ErrorKind::Overflow, "integer division result too large for a float"))
}

fn power<'a>(rt: &Runtime<'a>, a: &BigInt, b: &BigInt, origin: Origin) -> Result<Value<'a>> {
    if b.is_negative() {
        if a.is_zero() {
            return Err(division("0.0 cannot be raised to a negative power"));
        }
        let float = |value: &BigInt| {
            value
                .to_f64()
                .ok_or_else(|| Raised::new(ErrorKind::Overflow, "int too large to convert to float"))
        };
        return floats(BinaryOperator::Pow, float(a)?, float(b)?).map(|value| Value::Float(origin, value));
    }
    // 0, 1 and -1 stay small whatever the exponent.
    if let Some(base @ -1..=1) = a.to_i64() {
        let result = match base {
            -1 if b.is_odd() => -1,
            -1 => 1,
            0 if b.is_zero() => 1,
            other => other,
        };
        return Ok(Value::Int(origin, result));
    }
    let exponent = b.to_i64().and_then(|exponent| u32::try_from(exponent).ok());
    let digits = exponent.map(|exponent| a.digits().saturating_mul(exponent as usize));
    match (exponent, digits) {
        (Some(exponent), Some(digits)) if a.bit_length().saturating_mul(exponent as usize) < 333_000 => {
            check_digits(digits.min(MAX_DIGITS))?;
            let limbs = a.bit_length().saturating_mul(exponent as usize) / 32 + 1;
            rt.step(limbs.saturating_mul(limbs) / 4)?;
            let result = a.pow(exponent);
            rt.integer(origin, &result)
        }
        _ => Err(Raised::limit(format!("an integer of more than {MAX_DIGITS} digits"))),
    }
}

/// Arithmetic of floats.
fn floats(operator: BinaryOperator, a: f64, b: f64) -> Result<f64> {
    let is_zero = b == 0.0;
    Ok(match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Sub => a - b,
        BinaryOperator::Mul => a * b,
        BinaryOperator::Div if is_zero => return Err(division("float division by zero")),
        BinaryOperator::Div => a / b,
        BinaryOperator::FloorDiv if is_zero => return Err(division("float floor division by zero")),
        BinaryOperator::FloorDiv => floor_div_mod(a, b).0,
        BinaryOperator::Mod if is_zero => return Err(division("float modulo")),
        BinaryOperator::Mod => floor_div_mod(a, b).1,
        BinaryOperator::Pow => return float_power(a, b),
        BinaryOperator::And | BinaryOperator::Or => a,
    })
}

/// Python's `divmod` of floats: the rest has the sign of the divisor.
fn floor_div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let quotient = if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (quotient, rest)
}

fn float_power(a: f64, b: f64) -> Result<f64> {
    if a == 0.0 && b < 0.0 {
        return Err(division("0.0 cannot be raised to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
        return Err(Raised::unsupported(
            "a negative number to a fractional power is a complex number, which is not supported",
        ));
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(Raised::new(ErrorKind::Overflow, "(34, 'Numerical result out of range')"));
    }
    Ok(result)
}

/// `-value`, `+value`.
pub(crate) fn unary<'a>(rt: &Runtime<'a>, negate: bool, value: Value<'a>) -> Result<Value<'a>> {
    let origin = rt.computed(value.origin());
    match Number::of(value) {
        Some(Number::Int(number)) if !negate => Ok(Value::Int(origin, number)),
        Some(Number::Int(number)) => match number.checked_neg() {
            Some(negative) => Ok(Value::Int(origin, negative)),
            None => rt.integer(origin, &BigInt::from_i64(number).neg()),
        },
        Some(Number::Float(number)) => Ok(Value::Float(origin, if negate { -number } else { number })),
        Some(Number::Big(number)) => {
            rt.step(number.limbs.len())?;
            rt.integer(origin, &if negate { number.get().neg() } else { number.get() })
        }
        None => {
            if let Value::Undefined(undefined) = value {
                return Err(undefined.error(rt));
            }
            unknown::check(value)?;
            let symbol = if negate { '-' } else { '+' };
            let message = format!("bad operand type for unary {symbol}: '{}'", names::type_name(value));
            Err(Raised::type_error(message))
        }
    }
}

/// `a ~ b ~ c`: the texts of all in a row.
pub(crate) fn concat<'a>(rt: &Runtime<'a>, values: &[Value<'a>]) -> Result<Value<'a>> {
    if let [left, right] = values {
        return rope::concat(rt, repr::str(rt, *left)?, repr::str(rt, *right)?);
    }
    let mut values = values.iter();
    let mut all = match values.next() {
        Some(first) => repr::str(rt, *first)?,
        None => Value::EMPTY,
    };
    for value in values {
        all = rope::concat(rt, all, repr::str(rt, *value)?)?;
    }
    Ok(all)
}

/// The same in a block where printing may escape: as soon as one of them is Markup, all others are escaped.
pub(crate) fn concat_markup<'a>(rt: &Runtime<'a>, values: &[Value<'a>]) -> Result<Value<'a>> {
    if !values.iter().any(|value| matches!(value, Value::Markup(..))) {
        return concat(rt, values);
    }
    let mut all = rope::Pieces::new(rt);
    for value in values {
        all.push_value(rt, escaped(rt, *value)?)?;
    }
    markup(rt, all.finish(rt)?)
}
