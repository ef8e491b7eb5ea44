//! Going through a value item by item, as Python's `for` does.

use super::dict::DictIter;
use super::{Bytes, Generator, Object, Range, Seq, Value, ViewOf, from_json, names};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::{Origin, Step};

/// A place in something that can be gone through.
#[derive(Clone)]
pub(crate) enum Iter<'a> {
    Empty,
    Seq(Seq<'a>, usize),
    /// The characters of what is left of a string.
    Text(Origin, &'a str),
    Keys(DictIter<'a>),
    Values(DictIter<'a>),
    Items(DictIter<'a>),
    Range(Range, usize),
    Bytes(Bytes<'a>, usize),
    Generator(&'a Generator<'a>),
    /// A loop that goes through itself: pairs of an item and the loop.
    Loop(&'a Object<'a>),
}

impl<'a> Iter<'a> {
    /// `iter(value)`.
    pub(crate) fn new(rt: &Runtime<'a>, value: Value<'a>) -> Result<Self> {
        Ok(match value {
            Value::List(origin, items) | Value::Tuple(origin, items) => {
                Self::Seq(Seq::Values(origin, items), 0)
            }
            Value::JsonList(origin, items) => Self::Seq(Seq::Json(origin, items), 0),
            Value::Str(origin, text) | Value::Markup(origin, text) => Self::Text(origin, text),
            Value::Rope(..) => match rt.flat(value)? {
                Some((origin, text)) => Self::Text(origin, text),
                None => Self::Empty,
            },
            Value::Undefined(_) => Self::Empty,
            Value::Range(range) => Self::Range(*range, 0),
            Value::View(view) => match view.of {
                ViewOf::Keys => Self::Keys(view.dict.iter()),
                ViewOf::Values => Self::Values(view.dict.iter()),
                ViewOf::Items => Self::Items(view.dict.iter()),
            },
            Value::Generator(generator) => Self::Generator(generator),
            Value::Object(Object::Group(items)) => Self::Seq(Seq::Values(Origin::TEMPLATE, items), 0),
            Value::Object(Object::Bytes(bytes)) => Self::Bytes(*bytes, 0),
            Value::Object(Object::Unknown(unknown)) => return Err(unknown.error()),
            Value::Object(this @ Object::Loop(_)) => Self::Loop(this),
            // It has items, but by name only, and Python tries the number 0.
            Value::Object(Object::Templates) => return Err(Raised::new(crate::ErrorKind::Key, "0")),
            _ => {
                if let Some(dict) = value.as_dict() {
                    Self::Keys(dict.iter())
                } else {
                    let message = format!("'{}' object is not iterable", names::type_name(value));
                    return Err(Raised::type_error(message));
                }
            }
        })
    }

    /// The next item.
    #[inline]
    pub(crate) fn next(&mut self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        match self {
            Self::Seq(seq, at) => {
                let item = item(rt, *seq, *at)?;
                *at += 1;
                Ok(item)
            }
            Self::Keys(entries) => Ok(entries.next_key(rt)),
            other => other.next_other(rt),
        }
    }

    fn next_other(&mut self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        match self {
            Self::Empty => Ok(None),
            Self::Text(origin, text) => {
                let Some(first) = text.chars().next() else { return Ok(None) };
                let (first, rest) = text.split_at(first.len_utf8());
                *text = rest;
                Ok(Some(Value::Str(*origin, first)))
            }
            Self::Values(entries) => Ok(entries.next(rt)?.map(|(_, value)| value)),
            Self::Items(entries) => match entries.next(rt)? {
                Some((key, value)) => Ok(Some(Value::tuple(rt.alloc_slice(&[key, value])?))),
                None => Ok(None),
            },
            Self::Range(range, at) => {
                let item = (*at < range.len()).then(|| Value::int(range.item(*at)));
                *at += 1;
                Ok(item)
            }
            Self::Bytes(bytes, at) => {
                let item = bytes.item(rt, *at);
                *at += 1;
                Ok(item)
            }
            Self::Generator(generator) => generator.next(rt),
            Self::Loop(object) => {
                let Object::Loop(this) = object else { return Ok(None) };
                match this.next(rt)? {
                    Some(item) => Ok(Some(Value::tuple(rt.alloc_slice(&[item, Value::Object(object)])?))),
                    None => Ok(None),
                }
            }
            Self::Seq(..) | Self::Keys(_) => Ok(None),
        }
    }

    /// How many items are left, where that is known without going through them.
    pub(crate) fn remaining(&self) -> Option<usize> {
        Some(match self {
            Self::Empty => 0,
            Self::Seq(seq, at) => seq.len().saturating_sub(*at),
            Self::Text(_, text) => text.chars().count(),
            Self::Keys(entries) | Self::Values(entries) | Self::Items(entries) => entries.len(),
            Self::Range(range, at) => range.len().saturating_sub(*at),
            Self::Bytes(bytes, at) => bytes.data.len().saturating_sub(*at),
            Self::Generator(_) | Self::Loop(_) => return None,
        })
    }
}

/// The item of a list or tuple at an index.
#[inline]
pub(crate) fn item<'a>(rt: &Runtime<'a>, seq: Seq<'a>, at: usize) -> Result<Option<Value<'a>>> {
    match seq {
        Seq::Json(origin, items) => match items.get(at) {
            Some(json) => from_json::child(rt, origin, Step::Index(at), json).map(Some),
            None => Ok(None),
        },
        Seq::Values(origin, items) => {
            Ok(items.get(at).map(|item| from_json::child_value(rt, origin, Step::Index(at), *item)))
        }
    }
}

/// `list(value)`: all items at once.
pub(crate) fn collect<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<&'a [Value<'a>]> {
    match value {
        // Nothing can change it, so that it can serve as its own copy.
        Value::List(Origin::TEMPLATE, items) | Value::Tuple(Origin::TEMPLATE, items) => Ok(items),
        _ => {
            let mut iter = Iter::new(rt, value)?;
            drain(rt, &mut iter)
        }
    }
}

/// What is left of an iteration.
pub(crate) fn drain<'a>(rt: &Runtime<'a>, iter: &mut Iter<'a>) -> Result<&'a [Value<'a>]> {
    let mut items = rt.list();
    while let Some(item) = iter.next(rt)? {
        items.push(item)?;
    }
    Ok(items.finish())
}
