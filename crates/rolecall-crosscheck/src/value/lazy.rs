//! Generators, which are used up once, and ranges.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, Value};

use super::Extent;

/// What a lazy filter gives: always true, without a length, and empty after it was gone through once.
///
/// The items are computed at once; only errors in items that Python would never reach show the difference.
#[derive(Debug)]
pub(crate) struct Generator {
    items: Mutex<std::vec::IntoIter<Value>>,
    extent: Extent,
}

impl Generator {
    pub(crate) fn make(items: Vec<Value>) -> Result<Value, Error> {
        let extent = Extent::around(&items)?;
        Ok(Value::from_object(Self { items: Mutex::new(items.into_iter()), extent }))
    }

    /// The items that are left; afterwards there are none.
    pub(crate) fn take(&self) -> Vec<Value> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).by_ref().collect()
    }

    /// The next item.
    pub(crate) fn next(&self) -> Option<Value> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

impl Object for Generator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.take())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<generator object>")
    }
}

/// `range(start, stop, step)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: i128,
    pub(crate) stop: i128,
    pub(crate) step: i128,
}

impl Range {
    pub(crate) fn len(&self) -> i128 {
        let distance = if self.step > 0 {
            self.stop.saturating_sub(self.start)
        } else {
            self.start.saturating_sub(self.stop)
        };
        if distance <= 0 { 0 } else { (distance - 1) / self.step.saturating_abs() + 1 }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = i128> {
        (0..self.len()).map(move |n| self.start + n * self.step)
    }

    pub(crate) fn contains(&self, value: i128) -> bool {
        let within = if self.step > 0 {
            (self.start..self.stop).contains(&value)
        } else {
            self.stop < value && value <= self.start
        };
        within && value.checked_sub(self.start).is_some_and(|distance| distance % self.step == 0)
    }
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.iter().map(integer).collect::<Vec<_>>().into_iter()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        usize::try_from(self.len()).ok()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "range({}, {}", self.start, self.stop)?;
        if self.step != 1 {
            write!(f, ", {}", self.step)?;
        }
        f.write_str(")")
    }
}

fn integer(value: i128) -> Value {
    i64::try_from(value).map_or_else(|_| Value::from(value), Value::from)
}
