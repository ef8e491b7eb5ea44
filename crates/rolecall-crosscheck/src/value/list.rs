//! Lists and tuples.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, Value};

use super::Extent;
use crate::ops::equal;
use crate::text::repr;

/// What a sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    List,
    Tuple,
    /// A tuple of the filter `groupby`, whose items have names.
    Group,
}

#[derive(Debug)]
pub(crate) struct List {
    items: Vec<Value>,
    class: Class,
    extent: Extent,
}

impl List {
    pub(crate) fn list(items: Vec<Value>) -> Result<Value, Error> {
        Self::build(items, Class::List)
    }

    pub(crate) fn tuple(items: Vec<Value>) -> Result<Value, Error> {
        Self::build(items, Class::Tuple)
    }

    /// The pair of a `grouper` and a `list`.
    pub(crate) fn group(grouper: Value, list: Value) -> Result<Value, Error> {
        Self::build(vec![grouper, list], Class::Group)
    }

    pub(crate) fn make(items: Vec<Value>, tuple: bool) -> Result<Value, Error> {
        Self::build(items, if tuple { Class::Tuple } else { Class::List })
    }

    fn build(items: Vec<Value>, class: Class) -> Result<Value, Error> {
        let extent = Extent::around(&items)?;
        Ok(Value::from_object(Self { items, class, extent }))
    }

    pub(crate) fn items(&self) -> &[Value] {
        &self.items
    }

    pub(crate) fn is_tuple(&self) -> bool {
        self.class != Class::List
    }

    /// An item by its name, where items have names.
    pub(crate) fn named(&self, name: &str) -> Option<&Value> {
        let place = match name {
            "grouper" => 0,
            "list" => 1,
            _ => return None,
        };
        self.items.get(place).filter(|_| self.class == Class::Group)
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.items.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let same = self.is_tuple() == other.is_tuple() && equal::all(&self.items, &other.items);
        Some(if same { Ordering::Equal } else { Ordering::Less })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        repr::display(&Value::from_dyn_object(Arc::clone(self)), f)
    }
}
