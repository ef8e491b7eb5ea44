//! Sorting as Python does: stable, with errors where two items have no order.

use std::cmp::Ordering;

use crate::raised::Result;
use crate::runtime::Runtime;
use crate::value::Value;
use crate::value::compare::{Order, ordered};

/// Sorts items by their keys. Only `<` is asked, as in Python.
pub(crate) fn sort_by<'a, T>(
    rt: &Runtime<'a>,
    items: &mut Vec<T>,
    key: impl Fn(&T) -> Value<'a>,
    reverse: bool,
) -> Result<()> {
    let mut failure = None;
    let mut compare = |a: &T, b: &T| -> Ordering {
        if failure.is_some() {
            return Ordering::Equal;
        }
        let less = |a: &T, b: &T| -> Result<bool> {
            rt.step(1)?;
            ordered(rt, Order::Lt, key(a), key(b))
        };
        // Python asks whether the later item is less than the one before it, first of all.
        match less(b, a).and_then(|after| Ok((after, !after && less(a, b)?))) {
            Ok((true, _)) => Ordering::Greater,
            Ok((_, true)) => Ordering::Less,
            Ok(_) => Ordering::Equal,
            Err(error) => {
                failure = Some(error);
                Ordering::Equal
            }
        }
    };
    if reverse {
        // Equal items keep their order even then.
        items.sort_by(|a, b| compare(b, a));
    } else {
        items.sort_by(|a, b| compare(a, b));
    }
    failure.map_or(Ok(()), Err)
}
