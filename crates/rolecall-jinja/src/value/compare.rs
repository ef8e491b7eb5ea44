//! Equality, order and containment, as Python has them between all types.

use std::cmp::Ordering;

use super::{DictRef, Object, Seq, Value, View, ViewOf, iter, names, unknown};
use crate::ErrorKind;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;

/// A number of any type; `True` is 1.
#[derive(Clone, Copy)]
pub(crate) enum Number<'a> {
    Int(i64),
    Big(&'a super::Big<'a>),
    Float(f64),
}

impl<'a> Number<'a> {
    #[inline]
    pub(crate) fn of(value: Value<'a>) -> Option<Self> {
        Some(match value {
            Value::Int(_, value) => Self::Int(value),
            Value::Bool(_, value) => Self::Int(i64::from(value)),
            Value::Float(_, value) => Self::Float(value),
            Value::Big(_, value) => Self::Big(value),
            _ => return None,
        })
    }

    pub(crate) fn big(self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(BigInt::from_i64(value)),
            Self::Big(value) => Some(value.get()),
            Self::Float(_) => None,
        }
    }

    /// How many limbs a comparison has to look at, beyond a handful.
    pub(crate) fn limbs(self) -> usize {
        match self {
            Self::Big(value) => value.limbs.len(),
            Self::Int(_) | Self::Float(_) => 0,
        }
    }

    /// The order of two numbers; none if one of them is not a number.
    pub(crate) fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (Self::Float(a), b) => cmp_float(b, a).map(Ordering::reverse),
            (a, Self::Float(b)) => cmp_float(a, b),
            (a, b) => Some(a.big()?.cmp(&b.big()?)),
        }
    }

    /// A total order for keys: what is not a number comes last.
    pub(crate) fn total_cmp(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or_else(|| {
            let is_nan = |number: &Self| matches!(number, Self::Float(value) if value.is_nan());
            is_nan(self).cmp(&is_nan(other))
        })
    }
}

/// Compares an integer with a float exactly.
fn cmp_float(integer: Number<'_>, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let Number::Int(value) = integer
        && value.unsigned_abs() < (1 << 53)
    {
        #[allow(clippy::cast_precision_loss, reason = "exact below 2^53")]
        return (value as f64).partial_cmp(&float);
    }
    let whole = BigInt::from_f64(float)?;
    let order = integer.big()?.cmp(&whole);
    // Equal up to the fraction: that decides.
    Some(if order == Ordering::Equal { 0.0_f64.partial_cmp(&float.fract())? } else { order })
}

/// `left == right`.
pub(crate) fn equal<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<bool> {
    match (left, right) {
        (Value::Str(_, a), Value::Str(_, b)) => {
            if a.len() == b.len() {
                rt.step(a.len() / 64)?;
            }
            return Ok(a == b);
        }
        (Value::Int(_, a), Value::Int(_, b)) => return Ok(a == b),
        (Value::None(_), Value::None(_)) | (Value::Undefined(_), Value::Undefined(_)) => return Ok(true),
        _ => {}
    }
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        rt.step(a.limbs() + b.limbs())?;
        return Ok(a.partial_cmp(&b) == Some(Ordering::Equal));
    }
    if left.is_str() && right.is_str() {
        return equal_text(rt, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_list(), right.as_list()) {
        return equal_seq(rt, a, b);
    }
    if let (Some(a), Some(b)) = (left.as_tuple(), right.as_tuple()) {
        return equal_items(rt, a, b);
    }
    if let (Some(a), Some(b)) = (left.as_dict(), right.as_dict()) {
        return equal_dicts(rt, a, b);
    }
    match (left, right) {
        (Value::Range(a), Value::Range(b)) => {
            let length = a.len();
            Ok(length == b.len() && (length == 0 || a.start == b.start && (length == 1 || a.step == b.step)))
        }
        (Value::View(a), Value::View(b)) => equal_views(rt, a, b),
        (Value::Generator(a), Value::Generator(b)) => Ok(std::ptr::eq(a, b)),
        (Value::Object(a), Value::Object(b)) => a.same(rt, b),
        _ => {
            unknown::check(left)?;
            unknown::check(right)?;
            Ok(false)
        }
    }
}

fn equal_text<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<bool> {
    let (Some((_, a)), Some((_, b))) = (rt.flat(left)?, rt.flat(right)?) else { return Ok(false) };
    rt.step_bytes(a.len().min(b.len()))?;
    Ok(a == b)
}

fn equal_seq<'a>(rt: &Runtime<'a>, a: Seq<'a>, b: Seq<'a>) -> Result<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    rt.step(a.len())?;
    rt.deeper(" in comparison", || {
        for at in 0..a.len() {
            if let (Some(a), Some(b)) = (iter::item(rt, a, at)?, iter::item(rt, b, at)?)
                && !same_or_equal(rt, a, b)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Whether two lists of values have equal items.
pub(crate) fn equal_items<'a>(rt: &Runtime<'a>, a: &[Value<'a>], b: &[Value<'a>]) -> Result<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    rt.step(a.len())?;
    rt.deeper(" in comparison", || {
        for (a, b) in a.iter().zip(b) {
            if !same_or_equal(rt, *a, *b)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn equal_dicts<'a>(rt: &Runtime<'a>, a: DictRef<'a>, b: DictRef<'a>) -> Result<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    rt.deeper(" in comparison", || {
        let mut entries = a.iter();
        while let Some((key, value)) = entries.next(rt)? {
            rt.step(1)?;
            match b.get(rt, key)? {
                Some(other) if same_or_equal(rt, value, other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    })
}

/// Views of keys and of items are sets; those of values are equal to themselves only.
fn equal_views<'a>(rt: &Runtime<'a>, a: &'a View<'a>, b: &'a View<'a>) -> Result<bool> {
    if std::ptr::eq(a, b) {
        return Ok(true);
    }
    if a.of == ViewOf::Values || b.of == ViewOf::Values || a.dict.len() != b.dict.len() {
        return Ok(false);
    }
    let items = iter::collect(rt, Value::View(a))?;
    for item in items {
        if !contains(rt, Value::View(b), *item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What Python's containers compare by: something is equal to itself, even what is not a number.
pub(crate) fn same_or_equal<'a>(rt: &Runtime<'a>, a: Value<'a>, b: Value<'a>) -> Result<bool> {
    Ok(equal(rt, a, b)? || is_same(rt, a, b)?)
}

/// `left is right`, as far as values here have an identity: small things by value, others by address.
pub(crate) fn is_same<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<bool> {
    Ok(match (left, right) {
        (Value::None(_), Value::None(_)) => true,
        (Value::Bool(_, a), Value::Bool(_, b)) => a == b,
        (Value::Int(_, a), Value::Int(_, b)) => a == b,
        (Value::Float(_, a), Value::Float(_, b)) => a.to_bits() == b.to_bits(),
        // Reading a variable that is not set gives another object each time.
        (Value::Undefined(super::Undefined::Name(_)), _) => false,
        (Value::Undefined(a), Value::Undefined(b)) => std::ptr::eq(a, b),
        (Value::Str(..) | Value::Rope(..), Value::Str(..) | Value::Rope(..)) => {
            match (rt.flat(left)?, rt.flat(right)?) {
                (Some((_, a)), Some((_, b))) if a == b => {
                    std::ptr::eq(a, b) || is_kept(a) || is_literal(rt, a)? && is_literal(rt, b)?
                }
                _ => false,
            }
        }
        (Value::Markup(_, a), Value::Markup(_, b)) => std::ptr::eq(a, b),
        // Empty lists have no place of their own.
        (Value::List(_, a), Value::List(_, b)) => !a.is_empty() && std::ptr::eq(a, b),
        (Value::Tuple(_, a), Value::Tuple(_, b)) => std::ptr::eq(a, b) || (a.is_empty() && b.is_empty()),
        (Value::JsonList(_, a), Value::JsonList(_, b)) => std::ptr::eq(a, b),
        (Value::Range(a), Value::Range(b)) => std::ptr::eq(a, b),
        (Value::View(a), Value::View(b)) => std::ptr::eq(a, b),
        (Value::Generator(a), Value::Generator(b)) => std::ptr::eq(a, b),
        (Value::Object(a), Value::Object(b)) => match (a, b) {
            (Object::Function(a), Object::Function(b)) => a == b,
            // Python has each single byte once.
            (Object::Bytes(a), Object::Bytes(b)) => {
                std::ptr::eq(a.data, b.data) || a.data.len() < 2 && a.data == b.data
            }
            _ => std::ptr::eq(a, b),
        },
        _ => match (left.as_dict(), right.as_dict()) {
            (Some(a), Some(b)) => a.same(b),
            _ => false,
        },
    })
}

/// Whether Python has a string only once: without characters, or with a single one of Latin-1.
fn is_kept(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_none_or(|c| u32::from(c) < 256) && chars.next().is_none()
}

/// Whether a string is one of the template's own, of which Python keeps equal ones once.
fn is_literal(rt: &Runtime<'_>, text: &str) -> Result<bool> {
    let texts = &rt.program.texts;
    rt.step(texts.len() / 8)?;
    Ok(texts.iter().any(|literal| std::ptr::eq(literal.as_ref(), text)))
}

/// The operators that order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    Lt,
    LtEq,
    Gt,
    GtEq,
}

impl Order {
    fn symbol(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::LtEq => "<=",
            Self::Gt => ">",
            Self::GtEq => ">=",
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Lt => order == Ordering::Less,
            Self::LtEq => order != Ordering::Greater,
            Self::Gt => order == Ordering::Greater,
            Self::GtEq => order != Ordering::Less,
        }
    }
}

/// `left < right` and the like.
pub(crate) fn ordered<'a>(rt: &Runtime<'a>, order: Order, left: Value<'a>, right: Value<'a>) -> Result<bool> {
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        rt.step(a.limbs() + b.limbs())?;
        return Ok(a.partial_cmp(&b).is_some_and(|found| order.holds(found)));
    }
    if left.is_str() && right.is_str() {
        let (Some((_, a)), Some((_, b))) = (rt.flat(left)?, rt.flat(right)?) else { return Ok(false) };
        rt.step_bytes(a.len().min(b.len()))?;
        // UTF-8 sorts as code points do.
        return Ok(order.holds(a.cmp(b)));
    }
    let sequences = match (left.as_list(), right.as_list()) {
        (Some(a), Some(b)) => Some((a, b)),
        _ => match (left.as_tuple(), right.as_tuple()) {
            (Some(a), Some(b)) => Some((
                Seq::Values(crate::trace::Origin::TEMPLATE, a),
                Seq::Values(crate::trace::Origin::TEMPLATE, b),
            )),
            _ => None,
        },
    };
    if let Some((a, b)) = sequences {
        return ordered_seq(rt, order, a, b);
    }
    if let (Some(a), Some(b)) = (left.as_bytes(), right.as_bytes()) {
        rt.step_bytes(a.data.len().min(b.data.len()))?;
        return Ok(order.holds(a.data.cmp(b.data)));
    }
    for value in [left, right] {
        unknown::check(value)?;
        if let Value::Undefined(undefined) = value {
            return Err(undefined.error(rt));
        }
    }
    if let (Value::View(a), Value::View(b)) = (left, right)
        && a.of != ViewOf::Values
        && b.of != ViewOf::Values
    {
        return ordered_views(rt, order, a, b);
    }
    let message = format!(
        "'{}' not supported between instances of '{}' and '{}'",
        order.symbol(),
        names::type_name(left),
        names::type_name(right)
    );
    Err(Raised::type_error(message))
}

fn ordered_seq<'a>(rt: &Runtime<'a>, order: Order, a: Seq<'a>, b: Seq<'a>) -> Result<bool> {
    rt.deeper(" in comparison", || {
        for at in 0..a.len().min(b.len()) {
            rt.step(1)?;
            if let (Some(a), Some(b)) = (iter::item(rt, a, at)?, iter::item(rt, b, at)?)
                && !same_or_equal(rt, a, b)?
            {
                return ordered(rt, order, a, b);
            }
        }
        Ok(order.holds(a.len().cmp(&b.len())))
    })
}

/// Views of keys and of items are ordered as sets are: by inclusion.
fn ordered_views<'a>(rt: &Runtime<'a>, order: Order, a: &'a View<'a>, b: &'a View<'a>) -> Result<bool> {
    let (small, large) = match order {
        Order::Lt | Order::LtEq => (a, b),
        Order::Gt | Order::GtEq => (b, a),
    };
    let strict = matches!(order, Order::Lt | Order::Gt);
    if small.dict.len() > large.dict.len() || strict && small.dict.len() == large.dict.len() {
        return Ok(false);
    }
    for item in iter::collect(rt, Value::View(small))? {
        if !contains(rt, Value::View(large), *item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `item in container`.
pub(crate) fn contains<'a>(rt: &Runtime<'a>, container: Value<'a>, item: Value<'a>) -> Result<bool> {
    if container.is_str() {
        let Some((_, text)) = rt.flat(container)? else { return Ok(false) };
        return if let Some((_, wanted)) = rt.flat(item)? {
            rt.step_bytes(text.len())?;
            Ok(text.contains(wanted))
        } else {
            unknown::check(item)?;
            let message =
                format!("'in <string>' requires string as left operand, not {}", names::type_name(item));
            Err(Raised::type_error(message))
        };
    }
    if let Some(dict) = container.as_dict() {
        return Ok(dict.get(rt, item)?.is_some());
    }
    match container {
        Value::Undefined(_) => Ok(false),
        Value::Object(Object::Unknown(unknown)) => Err(unknown.error()),
        Value::Object(Object::Bytes(bytes)) => {
            unknown::check(item)?;
            bytes.contains(rt, item)
        }
        Value::View(view) if view.of == ViewOf::Keys => Ok(view.dict.get(rt, item)?.is_some()),
        Value::View(view) if view.of == ViewOf::Items => match item.as_tuple() {
            Some([key, value]) => match view.dict.get(rt, *key)? {
                Some(found) => same_or_equal(rt, found, *value),
                None => Ok(false),
            },
            _ => Ok(false),
        },
        _ => {
            let mut items = match iter::Iter::new(rt, container) {
                Ok(items) => items,
                // What is refused stays refused, and `self` is asked for the item 0.
                Err(error) if error.kind() != ErrorKind::Type => return Err(error),
                Err(_) => {
                    let message =
                        format!("argument of type '{}' is not iterable", names::type_name(container));
                    return Err(Raised::type_error(message));
                }
            };
            while let Some(other) = items.next(rt)? {
                rt.step(1)?;
                if same_or_equal(rt, other, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}
