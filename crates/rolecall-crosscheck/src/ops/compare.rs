//! `<`, `<=`, `>` and `>=`.

use std::cmp::Ordering;

use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use super::equal::equal;
use crate::error::raise;
use crate::value::{Kind, kind, type_name};

/// An ordering operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Self::Less => ordering.is_some_and(Ordering::is_lt),
            Self::LessOrEqual => ordering.is_some_and(Ordering::is_le),
            Self::Greater => ordering.is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        }
    }
}

/// `a < b` and the like: only numbers, texts, lists and tuples have an order, each among themselves.
pub(crate) fn compare(order: Order, a: &Value, b: &Value) -> Result<bool, Error> {
    match (kind(a), kind(b)) {
        (Kind::Undefined(missing), _) | (_, Kind::Undefined(missing)) => Err(missing.error()),
        (Kind::Text(a), Kind::Text(b)) => Ok(order.holds(Some(a.cmp(b)))),
        (Kind::List(a), Kind::List(b)) | (Kind::Tuple(a), Kind::Tuple(b)) => {
            match a.items().iter().zip(b.items()).find(|(a, b)| !equal(a, b)) {
                Some((a, b)) => compare(order, a, b),
                None => Ok(order.holds(Some(a.items().len().cmp(&b.items().len())))),
            }
        }
        (
            Kind::Bool(_) | Kind::Int(_) | Kind::HugeInt | Kind::Float(_),
            Kind::Bool(_) | Kind::Int(_) | Kind::HugeInt | Kind::Float(_),
        ) => Ok(order.holds(numbers(a, b))),
        _ => {
            let (sign, a, b) = (order.sign(), type_name(a), type_name(b));
            let message = format!("'{sign}' not supported between instances of '{a}' and '{b}'");
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// The order of two numbers; none if one of them is not a number.
fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    let nan = |value: &Value| matches!(kind(value), Kind::Float(float) if float.is_nan());
    (!nan(a) && !nan(b)).then(|| a.cmp(b))
}

/// Sorts as Python does: stably, by `<` alone, and with its errors.
pub(crate) fn sort<T>(items: &mut [T], key: impl Fn(&T) -> &Value, reverse: bool) -> Result<(), Error> {
    let mut failed = None;
    items.sort_by(|a, b| {
        let (a, b) = if reverse { (key(b), key(a)) } else { (key(a), key(b)) };
        let mut less = |a: &Value, b: &Value| match compare(Order::Less, a, b) {
            Ok(less) => less,
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        };
        // Python asks whether the later item is less than the earlier one.
        if less(b, a) {
            Ordering::Greater
        } else if less(a, b) {
            Ordering::Less
        } else {
            Ordering::Equal
        }
    });
    failed.map_or(Ok(()), Err)
}
