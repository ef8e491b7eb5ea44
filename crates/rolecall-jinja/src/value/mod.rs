//! Python's values, as a render sees them: borrowed from the caller's JSON and from the template, or living in the
//! arena of the render. They are small and copied freely; nothing is dropped.

pub(crate) mod access;
pub(crate) mod bytes;
pub(crate) mod compare;
pub(crate) mod dict;
pub(crate) mod from_json;
pub(crate) mod from_text;
pub(crate) mod generator;
pub(crate) mod iter;
pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod operators;
pub(crate) mod repr;
pub(crate) mod rope;
pub(crate) mod slice;
mod special;
pub(crate) mod subscript;
pub(crate) mod undefined;
pub(crate) mod unknown;
pub(crate) mod writer;

use serde_json::{Map, Value as Json};

pub(crate) use bytes::Bytes;
pub(crate) use dict::{Dict, DictRef};
pub(crate) use generator::Generator;
pub(crate) use object::Object;
pub(crate) use rope::Rope;
pub(crate) use undefined::Undefined;
pub(crate) use unknown::Unknown;

use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::trace::Origin;

/// A value of the language.
///
/// Where it came from is kept beside what it is: [`Origin::TEMPLATE`] always, unless a render is traced.
///
/// The tag has four bytes, so that there is no gap before the origin: a copy is three whole words.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Value<'a> {
    /// No value at all: a variable that was never set, an argument that was not given. Templates never see it.
    Missing,
    Undefined(&'a Undefined<'a>),
    None(Origin),
    Bool(Origin, bool),
    Int(Origin, i64),
    /// An integer that `Int` cannot hold.
    Big(Origin, &'a Big<'a>),
    Float(Origin, f64),
    Str(Origin, &'a str),
    /// A string in pieces: the first so many of a rope.
    Rope(u32, &'a Rope<'a>),
    /// A string that is safe in HTML and escapes what it is combined with.
    Markup(Origin, &'a str),
    List(Origin, &'a [Value<'a>]),
    JsonList(Origin, &'a Vec<Json>),
    Tuple(Origin, &'a [Value<'a>]),
    Dict(Origin, &'a Dict<'a>),
    JsonDict(Origin, &'a Map<String, Json>),
    Range(&'a Range),
    View(&'a View<'a>),
    Generator(&'a Generator<'a>),
    Object(&'a Object<'a>),
}

/// An integer of any size whose digits are in the arena.
pub(crate) struct Big<'a> {
    pub(crate) negative: bool,
    pub(crate) limbs: &'a [u32],
}

impl Big<'_> {
    pub(crate) fn get(&self) -> BigInt {
        BigInt::from_limbs(self.negative, self.limbs).unwrap_or_default()
    }
}

/// `range(start, stop, step)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: i64,
    pub(crate) stop: i64,
    pub(crate) step: i64,
}

impl Range {
    pub(crate) fn len(self) -> usize {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let distance = if step > 0 { stop - start } else { start - stop };
        if distance <= 0 {
            return 0;
        }
        let step = step.abs().max(1);
        usize::try_from((distance + step - 1) / step).unwrap_or(usize::MAX)
    }

    /// The step, if it is known: slices may have made one beyond 64 bits.
    pub(crate) fn exact_step(self) -> Result<i64> {
        if self.step.unsigned_abs() < i64::MAX.unsigned_abs() {
            return Ok(self.step);
        }
        Err(Raised::unsupported("a range whose step does not fit in 64 bits is not supported here"))
    }

    /// The item at `index`, which is below the length.
    pub(crate) fn item(self, index: usize) -> i64 {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.start.saturating_add(self.step.saturating_mul(index))
    }
}

/// `d.keys()`, `d.values()`, `d.items()`.
pub(crate) struct View<'a> {
    pub(crate) of: ViewOf,
    pub(crate) dict: DictRef<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ViewOf {
    Keys,
    Values,
    Items,
}

/// The items of a list or tuple, wherever they are.
#[derive(Clone, Copy)]
pub(crate) enum Seq<'a> {
    Values(Origin, &'a [Value<'a>]),
    Json(Origin, &'a Vec<Json>),
}

impl Seq<'_> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Values(_, items) => items.len(),
            Self::Json(_, items) => items.len(),
        }
    }
}

impl<'a> Value<'a> {
    pub(crate) const NONE: Value<'a> = Value::None(Origin::TEMPLATE);
    pub(crate) const EMPTY: Value<'a> = Value::Str(Origin::TEMPLATE, "");

    pub(crate) fn bool(value: bool) -> Self {
        Value::Bool(Origin::TEMPLATE, value)
    }

    pub(crate) fn int(value: i64) -> Self {
        Value::Int(Origin::TEMPLATE, value)
    }

    /// A count, which is never larger than an `i64` on any machine.
    pub(crate) fn count(value: usize) -> Self {
        Value::int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    pub(crate) fn float(value: f64) -> Self {
        Value::Float(Origin::TEMPLATE, value)
    }

    pub(crate) fn text(text: &'a str) -> Self {
        Value::Str(Origin::TEMPLATE, text)
    }

    pub(crate) fn list(items: &'a [Value<'a>]) -> Self {
        Value::List(Origin::TEMPLATE, items)
    }

    pub(crate) fn tuple(items: &'a [Value<'a>]) -> Self {
        Value::Tuple(Origin::TEMPLATE, items)
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Value::Missing)
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Value::None(_))
    }

    /// Whether it is a string of any kind.
    pub(crate) fn is_str(&self) -> bool {
        matches!(self, Value::Str(..) | Value::Rope(..) | Value::Markup(..))
    }

    /// The items of a list.
    pub(crate) fn as_list(&self) -> Option<Seq<'a>> {
        match *self {
            Value::List(origin, items) => Some(Seq::Values(origin, items)),
            Value::JsonList(origin, items) => Some(Seq::Json(origin, items)),
            _ => None,
        }
    }

    /// The items of a tuple, named ones included.
    pub(crate) fn as_tuple(&self) -> Option<&'a [Value<'a>]> {
        match *self {
            Value::Tuple(_, items) => Some(items),
            Value::Object(Object::Group(items)) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_bytes(&self) -> Option<Bytes<'a>> {
        match *self {
            Value::Object(Object::Bytes(bytes)) => Some(*bytes),
            _ => None,
        }
    }

    pub(crate) fn as_dict(&self) -> Option<DictRef<'a>> {
        match *self {
            Value::Dict(origin, dict) => Some(DictRef::Arena(origin, dict)),
            Value::JsonDict(origin, map) => Some(DictRef::Json(origin, map)),
            _ => None,
        }
    }

    /// Where it came from, for values that know.
    pub(crate) fn origin(&self) -> Origin {
        match *self {
            Value::None(origin)
            | Value::Bool(origin, _)
            | Value::Int(origin, _)
            | Value::Big(origin, _)
            | Value::Float(origin, _)
            | Value::Str(origin, _)
            | Value::Markup(origin, _)
            | Value::List(origin, _)
            | Value::JsonList(origin, _)
            | Value::Tuple(origin, _)
            | Value::Dict(origin, _)
            | Value::JsonDict(origin, _) => origin,
            Value::Object(Object::Bytes(bytes)) => bytes.origin,
            _ => Origin::TEMPLATE,
        }
    }

    /// The same value from elsewhere.
    #[must_use]
    pub(crate) fn with_origin(self, origin: Origin) -> Self {
        match self {
            Value::None(_) => Value::None(origin),
            Value::Bool(_, value) => Value::Bool(origin, value),
            Value::Int(_, value) => Value::Int(origin, value),
            Value::Big(_, value) => Value::Big(origin, value),
            Value::Float(_, value) => Value::Float(origin, value),
            Value::Str(_, text) => Value::Str(origin, text),
            Value::Markup(_, text) => Value::Markup(origin, text),
            Value::List(_, items) => Value::List(origin, items),
            Value::JsonList(_, items) => Value::JsonList(origin, items),
            Value::Tuple(_, items) => Value::Tuple(origin, items),
            Value::Dict(_, dict) => Value::Dict(origin, dict),
            Value::JsonDict(_, map) => Value::JsonDict(origin, map),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_value_is_three_words() {
        assert_eq!(size_of::<Value<'_>>(), 24);
        assert_eq!(size_of::<crate::raised::Result<Value<'_>>>(), 24);
    }
}
