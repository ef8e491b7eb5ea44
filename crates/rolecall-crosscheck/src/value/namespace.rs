//! `namespace(...)`, the only thing that a template can change.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, Value};

use super::Extent;

/// Attributes, and the order in which they were first set.
#[derive(Debug, Default)]
pub(crate) struct Namespace(Mutex<BTreeMap<String, (usize, Value)>>);

impl Namespace {
    fn attributes(&self) -> MutexGuard<'_, BTreeMap<String, (usize, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, name: &str, value: Value) -> Result<(), Error> {
        Extent::around([&value])?;
        let mut attributes = self.attributes();
        let next = attributes.len();
        let place = attributes.get(name).map_or(next, |(place, _)| *place);
        let old = attributes.insert(name.to_owned(), (place, value));
        // What is replaced may hold this namespace, and is dropped only now that the lock is released.
        drop(attributes);
        drop(old);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.attributes().get(name).map(|(_, value)| value.clone())
    }

    /// Names and values, in order.
    pub(crate) fn entries(&self) -> Vec<(String, Value)> {
        let mut entries: Vec<(usize, String, Value)> = self
            .attributes()
            .iter()
            .map(|(name, (place, value))| (*place, name.clone(), value.clone()))
            .collect();
        entries.sort_by_key(|(place, ..)| *place);
        entries.into_iter().map(|(_, name, value)| (name, value)).collect()
    }

    /// Takes all attributes out: a namespace may hold itself, and would never be freed.
    pub(crate) fn clear(&self) {
        let attributes = std::mem::take(&mut *self.attributes());
        drop(attributes);
    }
}

impl Object for Namespace {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn custom_cmp(self: &Arc<Self>, _: &DynObject) -> Option<std::cmp::Ordering> {
        // minijinja asks only when it is not the same one.
        Some(std::cmp::Ordering::Less)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::repr::display(&Value::from_dyn_object(Arc::clone(self)), f)
    }
}
