//! Dicts: those of the caller's JSON and those that a template makes, in order of insertion.

use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::{Value, compare, from_json, names};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::{Origin, Step};

/// How many levels of a value a tuple as a key takes as much stack as.
const LEVELS: u32 = 4;

/// Dicts of up to so many entries are searched one by one.
const FEW: usize = 8;

/// A dict of the arena.
pub(crate) struct Dict<'a> {
    entries: &'a [(Value<'a>, Value<'a>)],
    /// The places of the entries in the order of their keys, made when a large dict is first searched.
    order: Cell<Option<&'a [u32]>>,
}

impl<'a> Dict<'a> {
    pub(crate) fn entries(&self) -> &'a [(Value<'a>, Value<'a>)] {
        self.entries
    }

    fn find<'k>(&self, rt: &Runtime<'a>, key: &Key<'k>) -> Result<Option<&'a (Value<'a>, Value<'a>)>>
    where
        'a: 'k,
    {
        let entries = self.entries;
        if entries.len() <= FEW {
            for entry in entries {
                if Key::of(rt, entry.0)?.cmp(key) == Ordering::Equal {
                    return Ok(Some(entry));
                }
            }
            return Ok(None);
        }
        let order = match self.order.get() {
            Some(order) => order,
            None => self.make_order(rt)?,
        };
        rt.step(4)?;
        let mut failure = None;
        let found = order.binary_search_by(|place| {
            let entry = entries.get(*place as usize).map_or(Value::NONE, |entry| entry.0);
            match Key::of(rt, entry) {
                Ok(entry) => entry.cmp(key),
                Err(error) => {
                    failure = Some(error);
                    Ordering::Equal
                }
            }
        });
        match failure {
            Some(error) => Err(error),
            None => {
                Ok(found.ok().and_then(|at| order.get(at)).and_then(|place| entries.get(*place as usize)))
            }
        }
    }

    fn make_order(&self, rt: &Runtime<'a>) -> Result<&'a [u32]> {
        rt.reserve(self.entries.len() * 4)?;
        rt.step(self.entries.len() * 2)?;
        let mut keyed = Vec::with_capacity(self.entries.len());
        for (place, (key, _)) in self.entries.iter().enumerate() {
            keyed.push((Key::of(rt, *key)?, u32::try_from(place).unwrap_or(u32::MAX)));
        }
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let order: &'a [u32] = rt.bump.alloc_slice_fill_iter(keyed.into_iter().map(|(_, place)| place));
        self.order.set(Some(order));
        Ok(order)
    }
}

/// What a key is compared by: numbers by value, strings by text, tuples item by item.
#[derive(Clone)]
enum Key<'a> {
    None,
    Number(compare::Number<'a>),
    Text(&'a str),
    Tuple(Vec<Key<'a>>),
    Undefined,
    Bytes(&'a [u8]),
    /// Something that is equal to itself only, by its address.
    Object(usize),
}

impl<'a> Key<'a> {
    fn of(rt: &Runtime<'a>, value: Value<'a>) -> Result<Self> {
        Ok(match value {
            Value::Str(_, text) | Value::Markup(_, text) => Self::text(rt, text)?,
            Value::Rope(..) => Self::text(rt, rt.flat(value)?.map_or("", |(_, text)| text))?,
            Value::None(_) => Self::None,
            Value::Undefined(_) | Value::Missing => Self::Undefined,
            Value::Tuple(_, items) => Self::tuple(rt, items)?,
            Value::Range(range) => Self::Tuple(vec![
                Self::Object(1),
                Self::Number(compare::Number::Int(i64::try_from(range.len()).unwrap_or(i64::MAX))),
                Self::Number(compare::Number::Int(if range.len() == 0 { 0 } else { range.start })),
                Self::Number(compare::Number::Int(if range.len() < 2 { 0 } else { range.step })),
            ]),
            Value::Object(object) => match object {
                super::Object::Group(items) => Self::tuple(rt, items)?,
                super::Object::Bytes(bytes) => Self::Bytes(bytes.data),
                super::Object::Unknown(unknown) => return Err(unknown.error()),
                object => match object.identity() {
                    Some(identity) => Self::Object(identity),
                    None => Self::Object(std::ptr::from_ref(object).addr()),
                },
            },
            Value::View(view) if view.of == super::ViewOf::Values => {
                Self::Object(std::ptr::from_ref(view).addr())
            }
            Value::Generator(generator) => Self::Object(std::ptr::from_ref(generator).addr()),
            other => {
                if let Some(number) = compare::Number::of(other) {
                    rt.step(number.limbs())?;
                    Self::Number(number)
                } else {
                    let message = format!("unhashable type: '{}'", names::type_name(other));
                    return Err(Raised::type_error(message));
                }
            }
        })
    }

    /// A text, which is compared with others that may be as long.
    #[inline]
    fn text(rt: &Runtime<'a>, text: &'a str) -> Result<Self> {
        rt.step(text.len() / 64)?;
        Ok(Self::Text(text))
    }

    fn tuple(rt: &Runtime<'a>, items: &'a [Value<'a>]) -> Result<Self> {
        rt.step(items.len())?;
        rt.reserve(size_of_val(items))?;
        let items = rt.deeper_by(LEVELS, "", || {
            items.iter().map(|item| Self::of(rt, *item)).collect::<Result<Vec<_>>>()
        })?;
        Ok(Self::Tuple(items))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Tuple(_) => 3,
            Self::Undefined => 4,
            Self::Object(_) => 5,
            Self::Bytes(_) => 6,
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Tuple(a), Self::Tuple(b)) => {
                for (a, b) in a.iter().zip(b) {
                    match a.cmp(b) {
                        Ordering::Equal => {}
                        unequal => return unequal,
                    }
                }
                a.len().cmp(&b.len())
            }
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

/// Checks that a value can be a key, as everything has to be that is looked up.
pub(crate) fn check_hashable<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<()> {
    Key::of(rt, value).map(drop)
}

/// Values without repetition, by the equality of keys.
pub(crate) struct Distinct<'a> {
    seen: std::collections::BTreeSet<OrderedKey<'a>>,
}

struct OrderedKey<'a>(Key<'a>);

impl PartialEq for OrderedKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.cmp(&other.0) == Ordering::Equal
    }
}

impl Eq for OrderedKey<'_> {}

impl PartialOrd for OrderedKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OrderedKey<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<'a> Distinct<'a> {
    pub(crate) fn new() -> Self {
        Self { seen: std::collections::BTreeSet::new() }
    }

    /// Whether the value was not seen before.
    pub(crate) fn insert(&mut self, rt: &Runtime<'a>, value: Value<'a>) -> Result<bool> {
        rt.reserve(64)?;
        Ok(self.seen.insert(OrderedKey(Key::of(rt, value)?)))
    }
}

/// A dict that is being made.
pub(crate) struct DictBuilder<'a> {
    entries: Vec<(Value<'a>, Value<'a>)>,
    /// The places of the keys, once there are many.
    places: std::collections::BTreeMap<OrderedKey<'a>, usize>,
}

impl<'a> DictBuilder<'a> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new(), places: std::collections::BTreeMap::new() }
    }

    /// Sets a key: a new one goes to the end, a known one keeps its place.
    pub(crate) fn insert(&mut self, rt: &Runtime<'a>, key: Value<'a>, value: Value<'a>) -> Result<()> {
        rt.step(1)?;
        let wanted = Key::of(rt, key)?;
        if self.entries.len() <= FEW {
            for entry in &mut self.entries {
                if Key::of(rt, entry.0)?.cmp(&wanted) == Ordering::Equal {
                    entry.1 = value;
                    return Ok(());
                }
            }
        } else {
            if self.places.is_empty() {
                for (place, (key, _)) in self.entries.iter().enumerate() {
                    self.places.insert(OrderedKey(Key::of(rt, *key)?), place);
                }
            }
            let next = self.entries.len();
            let place = *self.places.entry(OrderedKey(wanted)).or_insert(next);
            if let Some(entry) = self.entries.get_mut(place) {
                entry.1 = value;
                return Ok(());
            }
        }
        rt.reserve(size_of::<(Value<'_>, Value<'_>)>())?;
        self.entries.push((key, value));
        Ok(())
    }

    /// Takes over all entries of another dict.
    pub(crate) fn extend(&mut self, rt: &Runtime<'a>, other: DictRef<'a>) -> Result<()> {
        let mut entries = other.iter();
        while let Some((key, value)) = entries.next(rt)? {
            self.insert(rt, key, value)?;
        }
        Ok(())
    }

    pub(crate) fn finish(self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        from_entries(rt, &self.entries)
    }

    /// The keys and values so far, in order.
    pub(crate) fn into_entries(self) -> Vec<(Value<'a>, Value<'a>)> {
        self.entries
    }
}

/// A dict of entries whose keys are known to be different.
pub(crate) fn from_entries<'a>(rt: &Runtime<'a>, entries: &[(Value<'a>, Value<'a>)]) -> Result<Value<'a>> {
    rt.reserve(size_of::<Dict<'_>>() + size_of_val(entries))?;
    Ok(given(rt, entries))
}

/// The same for what a render is given, which is not counted.
pub(crate) fn given<'a>(rt: &Runtime<'a>, entries: &[(Value<'a>, Value<'a>)]) -> Value<'a> {
    let entries = rt.bump.alloc_slice_copy(entries);
    Value::Dict(Origin::TEMPLATE, rt.bump.alloc(Dict { entries, order: Cell::new(None) }))
}

/// A dict of texts, which are known to be different, and their values.
pub(crate) fn from_members<'a>(
    rt: &Runtime<'a>,
    keys: &[&'a str],
    values: &[Value<'a>],
) -> Result<Value<'a>> {
    rt.reserve(size_of::<Dict<'_>>() + keys.len() * size_of::<(Value<'_>, Value<'_>)>())?;
    let members = keys.iter().zip(values).map(|(key, value)| (Value::text(key), *value));
    let entries = rt.bump.alloc_slice_fill_iter(members);
    Ok(Value::Dict(Origin::TEMPLATE, rt.bump.alloc(Dict { entries, order: Cell::new(None) })))
}

/// Any dict.
#[derive(Clone, Copy)]
pub(crate) enum DictRef<'a> {
    Arena(Origin, &'a Dict<'a>),
    Json(Origin, &'a Map<String, Json>),
}

impl<'a> DictRef<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Arena(_, dict) => dict.entries.len(),
            Self::Json(_, map) => map.len(),
        }
    }

    pub(crate) fn value(self) -> Value<'a> {
        match self {
            Self::Arena(origin, dict) => Value::Dict(origin, dict),
            Self::Json(origin, map) => Value::JsonDict(origin, map),
        }
    }

    pub(crate) fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Arena(_, a), Self::Arena(_, b)) => std::ptr::eq(a, b),
            (Self::Json(_, a), Self::Json(_, b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }

    /// The value of a key that is a string.
    #[inline]
    pub(crate) fn get_str(self, rt: &Runtime<'a>, key: &str) -> Result<Option<Value<'a>>> {
        rt.step(key.len() / 64)?;
        match self {
            Self::Json(origin, map) => {
                // Messages have a handful of keys: looking at all is faster than hashing one.
                if map.len() <= FEW {
                    for (name, value) in map {
                        if name == key {
                            return from_json::child(rt, origin, Step::Key(name), value).map(Some);
                        }
                    }
                    return Ok(None);
                }
                match map.get_key_value(key) {
                    Some((name, value)) => from_json::child(rt, origin, Step::Key(name), value).map(Some),
                    None => Ok(None),
                }
            }
            Self::Arena(origin, dict) => {
                if dict.entries.len() > FEW {
                    return Ok(Self::found(rt, origin, dict.find(rt, &Key::Text(key))?));
                }
                for entry in dict.entries {
                    let same = match entry.0 {
                        Value::Str(_, name) | Value::Markup(_, name) => name == key,
                        Value::Rope(..) => rt.flat(entry.0)?.is_some_and(|(_, name)| name == key),
                        _ => false,
                    };
                    if same {
                        return Ok(Self::found(rt, origin, Some(entry)));
                    }
                }
                Ok(None)
            }
        }
    }

    /// The value of any key.
    pub(crate) fn get(self, rt: &Runtime<'a>, key: Value<'a>) -> Result<Option<Value<'a>>> {
        match key {
            Value::Str(_, key) | Value::Markup(_, key) => return self.get_str(rt, key),
            Value::Rope(..) => {
                if let Some((_, key)) = rt.flat(key)? {
                    return self.get_str(rt, key);
                }
            }
            _ => {}
        }
        let key = Key::of(rt, key)?;
        match self {
            Self::Json(..) => Ok(None),
            Self::Arena(origin, dict) => Ok(Self::found(rt, origin, dict.find(rt, &key)?)),
        }
    }

    /// The value of an entry of a dict of this origin.
    #[inline]
    fn found(
        rt: &Runtime<'a>,
        origin: Origin,
        entry: Option<&'a (Value<'a>, Value<'a>)>,
    ) -> Option<Value<'a>> {
        entry.map(|(name, value)| match name {
            Value::Str(_, name) => from_json::child_value(rt, origin, Step::Key(name), *value),
            _ => *value,
        })
    }

    /// Its entries, from the first on.
    pub(crate) fn iter(self) -> DictIter<'a> {
        match self {
            Self::Arena(origin, dict) => DictIter::Arena(origin, dict.entries.iter()),
            Self::Json(origin, map) => DictIter::Json(origin, map.iter()),
        }
    }

    /// All keys and values, in order.
    pub(crate) fn entries(self, rt: &Runtime<'a>) -> Result<Vec<(Value<'a>, Value<'a>)>> {
        rt.step(self.len())?;
        let mut entries = Vec::with_capacity(self.len());
        let mut iter = self.iter();
        while let Some(entry) = iter.next(rt)? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// A place in a dict.
#[derive(Clone)]
pub(crate) enum DictIter<'a> {
    Arena(Origin, std::slice::Iter<'a, (Value<'a>, Value<'a>)>),
    Json(Origin, serde_json::map::Iter<'a>),
}

impl<'a> DictIter<'a> {
    /// The next key and value.
    pub(crate) fn next(&mut self, rt: &Runtime<'a>) -> Result<Option<(Value<'a>, Value<'a>)>> {
        match self {
            Self::Arena(origin, entries) => Ok(entries.next().map(|(key, value)| match key {
                Value::Str(own, key) => {
                    let value = from_json::child_value(rt, *origin, Step::Key(key), *value);
                    (key_value(rt, *origin, *own, key), value)
                }
                other => (*other, *value),
            })),
            Self::Json(origin, entries) => match entries.next() {
                Some((key, json)) => {
                    let value = from_json::child(rt, *origin, Step::Key(key), json)?;
                    Ok(Some((from_json::key(rt, *origin, key), value)))
                }
                None => Ok(None),
            },
        }
    }

    /// The next key.
    pub(crate) fn next_key(&mut self, rt: &Runtime<'a>) -> Option<Value<'a>> {
        match self {
            Self::Arena(origin, entries) => entries.next().map(|(key, _)| match key {
                Value::Str(own, key) => key_value(rt, *origin, *own, key),
                other => *other,
            }),
            Self::Json(origin, entries) => entries.next().map(|(key, _)| from_json::key(rt, *origin, key)),
        }
    }

    /// How many entries are left.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Arena(_, entries) => entries.len(),
            Self::Json(_, entries) => entries.len(),
        }
    }
}

/// A key of the origin `own`, or of a dict of the origin `parent`.
fn key_value<'a>(rt: &Runtime<'a>, parent: Origin, own: Origin, key: &'a str) -> Value<'a> {
    if own == Origin::TEMPLATE { from_json::key(rt, parent, key) } else { Value::Str(own, key) }
}
