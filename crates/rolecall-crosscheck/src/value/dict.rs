//! Dicts, and the views that `keys`, `values` and `items` give.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectExt, ObjectRepr};
use minijinja::{Error, Value};

use super::{Extent, List};
use crate::ops::equal;
use crate::text::repr;

/// A dict of up to so many entries is searched from the start.
const FEW: usize = 8;

#[derive(Debug)]
pub(crate) struct Dict {
    entries: Vec<(Value, Value)>,
    places: HashMap<Value, usize>,
    extent: Extent,
}

impl Dict {
    /// A dict of entries in order. Of equal keys the first one is kept, with the last value.
    pub(crate) fn make(entries: impl IntoIterator<Item = (Value, Value)>) -> Result<Value, Error> {
        let entries = entries.into_iter();
        let mut kept: Vec<(Value, Value)> = Vec::with_capacity(entries.size_hint().0.min(1024));
        let mut places: HashMap<Value, usize> = HashMap::new();
        for (key, value) in entries {
            let place = if kept.len() <= FEW {
                find(&kept, &key)
            } else {
                index(&kept, &mut places).get(&key).copied()
            };
            if let Some(entry) = place.and_then(|place| kept.get_mut(place)) {
                entry.1 = value;
            } else {
                if kept.len() > FEW {
                    places.insert(key.clone(), kept.len());
                }
                kept.push((key, value));
            }
        }
        if kept.len() > FEW {
            index(&kept, &mut places);
        }
        let extent = Extent::around(kept.iter().flat_map(|(key, value)| [key, value]))?;
        Ok(Value::from_object(Self { entries: kept, places, extent }))
    }

    pub(crate) fn get(&self, key: &Value) -> Option<&Value> {
        let place =
            if self.entries.len() <= FEW { find(&self.entries, key) } else { self.places.get(key).copied() };
        self.entries.get(place?).map(|(_, value)| value)
    }

    pub(crate) fn get_str(&self, key: &str) -> Option<&Value> {
        if self.entries.len() > FEW {
            return self.get(&Value::from(key));
        }
        self.entries.iter().find(|(other, _)| other.as_str() == Some(key)).map(|(_, value)| value)
    }

    pub(crate) fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

fn find(entries: &[(Value, Value)], key: &Value) -> Option<usize> {
    entries.iter().position(|(other, _)| other == key)
}

/// The places of all entries, built when it is first needed.
fn index<'p>(entries: &[(Value, Value)], places: &'p mut HashMap<Value, usize>) -> &'p HashMap<Value, usize> {
    if places.is_empty() {
        places.extend(entries.iter().enumerate().map(|(place, (key, _))| (key.clone(), place)));
    }
    places
}

impl Object for Dict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get_str(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|this| Box::new(this.entries.iter().map(|(key, _)| key.clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.entries.len())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let same = equal::dicts(self, other.downcast_ref()?);
        Some(if same { Ordering::Equal } else { Ordering::Less })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        repr::display(&Value::from_dyn_object(Arc::clone(self)), f)
    }
}

/// What a view shows of its dict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ViewOf {
    Keys,
    Values,
    Items,
}

/// `dict.keys()`, `dict.values()` or `dict.items()`.
#[derive(Debug)]
pub(crate) struct View {
    dict: Arc<Dict>,
    of: ViewOf,
}

impl View {
    pub(crate) fn make(dict: Arc<Dict>, of: ViewOf) -> Value {
        Value::from_object(Self { dict, of })
    }

    pub(crate) fn dict(&self) -> &Dict {
        &self.dict
    }

    pub(crate) fn of(&self) -> ViewOf {
        self.of
    }

    pub(crate) fn items(&self) -> Result<Vec<Value>, Error> {
        match self.of {
            ViewOf::Keys => Ok(self.dict.keys().cloned().collect()),
            ViewOf::Values => Ok(self.dict.entries.iter().map(|(_, value)| value.clone()).collect()),
            ViewOf::Items => pairs(&self.dict),
        }
    }

    pub(crate) fn type_name(&self) -> &'static str {
        match self.of {
            ViewOf::Keys => "dict_keys",
            ViewOf::Values => "dict_values",
            ViewOf::Items => "dict_items",
        }
    }
}

/// The entries of a dict as tuples.
pub(crate) fn pairs(dict: &Dict) -> Result<Vec<Value>, Error> {
    dict.entries.iter().map(|(key, value)| List::tuple(vec![key.clone(), value.clone()])).collect()
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.items().map_or(Enumerator::NonEnumerable, Enumerator::Values)
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.dict.entries.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        repr::display(&Value::from_dyn_object(Arc::clone(self)), f)
    }
}
