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

/// Sorts as Python does: stably, by `<` alone, and with its errors, in which the later item comes first.
pub(crate) fn sort<T>(items: Vec<T>, key: impl Fn(&T) -> &Value, reverse: bool) -> Result<Vec<T>, Error> {
    let mut failed = None;
    let mut less = |a: &Value, b: &Value| {
        compare(Order::Less, a, b).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            false
        })
    };
    let mut numbered: Vec<(usize, T)> = items.into_iter().enumerate().collect();
    if reverse {
        // What is equal keeps its order in a descending sort, too.
        numbered.reverse();
        (0..).zip(&mut numbered).for_each(|(n, item)| item.0 = n);
    }
    numbered.sort_by(|a, b| {
        let swapped = a.0 < b.0;
        let (later, earlier) = if swapped { (b, a) } else { (a, b) };
        let ordering = if less(key(&later.1), key(&earlier.1)) {
            Ordering::Less
        } else if less(key(&earlier.1), key(&later.1)) {
            Ordering::Greater
        } else {
            Ordering::Equal
        };
        if swapped { ordering.reverse() } else { ordering }
    });
    if reverse {
        numbered.reverse();
    }
    failed.map_or_else(|| Ok(numbered.into_iter().map(|(_, item)| item).collect()), Err)
}
