//! Attributes and items, as Jinja2's sandbox gives them out.

use super::{Object, Seq, Value, iter, names, slice, special, undefined::Undefined, unknown};
use crate::builtins::globals::Function;
use crate::builtins::methods::{self, Method};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

/// What `getattr(value, name)` of Python finds.
enum Attribute<'a> {
    None,
    Found(Value<'a>),
    /// Something that the sandbox does not give out.
    Unsafe,
}

/// `value.name`: an attribute, or else the item of that name.
pub(crate) fn attribute<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Value<'a>> {
    match python_attribute(rt, value, name)? {
        Attribute::Found(found) => return Ok(found),
        Attribute::Unsafe => return unsafe_attribute(rt, value, name),
        Attribute::None => {}
    }
    if let Some(dict) = value.as_dict()
        && let Some(found) = dict.get_str(rt, name)?
    {
        return Ok(found);
    }
    if let Some(found) = block(rt, value, name)? {
        return Ok(found);
    }
    missing(rt, value, name)
}

/// `value[key]`: an item, or else the attribute of that name.
pub(crate) fn item<'a>(rt: &Runtime<'a>, value: Value<'a>, key: Value<'a>) -> Result<Value<'a>> {
    if let Value::Undefined(undefined) = value {
        return Err(undefined.error(rt));
    }
    unknown::check(value)?;
    unknown::check(key)?;
    if let Some(found) = python_item(rt, value, key)? {
        return Ok(found);
    }
    if let Some((_, name)) = rt.flat(key)? {
        if let Some(found) = block(rt, value, name)? {
            return Ok(found);
        }
        return match python_attribute(rt, value, name)? {
            Attribute::Found(found) => Ok(found),
            // Messages have the `repr` of the key, which for Markup is not that of its text.
            attribute if matches!(key, Value::Markup(..)) => {
                missing_key(rt, value, key, matches!(attribute, Attribute::Unsafe))
            }
            Attribute::Unsafe => unsafe_attribute(rt, value, name),
            Attribute::None => missing(rt, value, name),
        };
    }
    let undefined = Undefined::Element { owner: names::owner(value), key };
    Ok(Value::Undefined(rt.alloc(undefined)?))
}

/// The value that is not there under a name.
pub(crate) fn missing<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Value<'a>> {
    Ok(Value::Undefined(rt.alloc(Undefined::Attribute { owner: names::owner(value), name })?))
}

/// The same under a key that is no plain string.
#[cold]
fn missing_key<'a>(rt: &Runtime<'a>, value: Value<'a>, key: Value<'a>, is_unsafe: bool) -> Result<Value<'a>> {
    let key = super::repr::short(rt, key);
    let undefined = if is_unsafe {
        Undefined::UnsafeKey { owner: names::type_name(value), key: rt.alloc_str(&key)? }
    } else {
        let owner = crate::text::repr(names::owner(value));
        Undefined::Hint(rt.alloc_str(&format!("{owner} has no attribute {key}"))?)
    };
    Ok(Value::Undefined(rt.alloc(undefined)?))
}

fn unsafe_attribute<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Value<'a>> {
    Ok(Value::Undefined(rt.alloc(Undefined::Unsafe { owner: names::type_name(value), name })?))
}

/// A block of the template, as an item of `self`.
fn block<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &str) -> Result<Option<Value<'a>>> {
    match value {
        Value::Object(Object::Templates) => match rt.block(name) {
            Some(number) => Ok(Some(Value::Object(rt.alloc(Object::Block(number))?))),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// `attr(value, name)`: an attribute only, never an item.
pub(crate) fn attribute_only<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Value<'a>> {
    // What is undefined has no other names like these, and does not raise where Python only asks for one.
    let is_missing =
        matches!(value, Value::Undefined(_)) && is_dunder(name) && !special::is_special(value, name);
    if is_missing {
        return missing(rt, value, name);
    }
    match python_attribute(rt, value, name)? {
        Attribute::Found(found) => Ok(found),
        Attribute::Unsafe => unsafe_attribute(rt, value, name),
        Attribute::None => missing(rt, value, name),
    }
}

fn is_dunder(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// `value[key]` of Python; `None` where it raises a `TypeError` or a `LookupError`.
fn python_item<'a>(rt: &Runtime<'a>, value: Value<'a>, key: Value<'a>) -> Result<Option<Value<'a>>> {
    if let Some(dict) = value.as_dict() {
        // A key that cannot be one is a `TypeError`.
        return match dict.get(rt, key) {
            Err(error) if error.kind() == crate::ErrorKind::Type => Ok(None),
            found => found,
        };
    }
    let index = match key {
        Value::Int(_, index) => index,
        Value::Bool(_, index) => i64::from(index),
        _ => return Ok(None),
    };
    if value.is_str() {
        let Some((origin, text)) = rt.flat(value)? else { return Ok(None) };
        let found = slice::char_at(rt, text, index)?;
        let markup = matches!(value, Value::Markup(..));
        return Ok(found.map(|c| if markup { Value::Markup(origin, c) } else { Value::Str(origin, c) }));
    }
    if let Value::Range(range) = value {
        return Ok(slice::place(index, range.len()).map(|at| Value::int(range.item(at))));
    }
    if let Some(bytes) = value.as_bytes() {
        return Ok(slice::place(index, bytes.data.len()).and_then(|at| bytes.item(rt, at)));
    }
    let seq = match (value.as_list(), value.as_tuple()) {
        (Some(seq), _) => seq,
        (None, Some(items)) => Seq::Values(Origin::TEMPLATE, items),
        (None, None) => return Ok(None),
    };
    match slice::place(index, seq.len()) {
        Some(at) => iter::item(rt, seq, at),
        None => Ok(None),
    }
}

fn python_attribute<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Attribute<'a>> {
    if let Value::Undefined(undefined) = value {
        return match is_dunder(name) {
            true if special::is_special(value, name) => Ok(Attribute::Unsafe),
            _ if UNDEFINED.contains(&name) => Ok(Attribute::Unsafe),
            _ => Err(undefined.error(rt)),
        };
    }
    if let Value::Object(Object::Namespace(namespace)) = value {
        rt.step(namespace.len() / 8)?;
        // Whatever is in it was checked when it was put there.
        return Ok(match namespace.get(name) {
            Some(found) => Attribute::Found(found),
            None if name == "__class__" || name == "_Namespace__attrs" => Attribute::Unsafe,
            None => Attribute::None,
        });
    }
    unknown::check(value)?;
    if name.starts_with('_') {
        return Ok(if special::is_special(value, name) { Attribute::Unsafe } else { Attribute::None });
    }
    if let Value::View(view) = value {
        match name {
            // A view of the dict that cannot change it: as all dicts here.
            "mapping" => return Ok(Attribute::Found(view.dict.value())),
            "isdisjoint" if view.of == super::ViewOf::Values => return Ok(Attribute::None),
            _ => {}
        }
    }
    if let Some(method) = Method::from_name(name)
        && method.is_of(value)
    {
        return if method.modifies(value) {
            Ok(Attribute::Unsafe)
        } else {
            methods::bind(rt, method, value).map(Attribute::Found)
        };
    }
    data_attribute(rt, value, name)
}

const UNDEFINED: [&str; 6] = [
    "_undefined_hint",
    "_undefined_obj",
    "_undefined_name",
    "_undefined_exception",
    "_undefined_message",
    "_fail_with_undefined_error",
];

/// Attributes that are no methods.
fn data_attribute<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &'a str) -> Result<Attribute<'a>> {
    let found = match value {
        Value::Bool(origin, value) => number_attribute(Value::Int(origin, i64::from(value)), name),
        Value::Int(..) | Value::Big(..) | Value::Float(..) => number_attribute(value, name),
        Value::Range(range) => match name {
            "start" => Some(Value::int(range.start)),
            "stop" => Some(Value::int(range.stop)),
            "step" => Some(Value::int(range.exact_step()?)),
            _ => None,
        },
        Value::Generator(generator) if generator.type_name() == "generator" => match name {
            "gi_frame" | "gi_code" => return Ok(Attribute::Unsafe),
            "gi_running" | "gi_suspended" => Some(Value::bool(false)),
            "gi_yieldfrom" => Some(Value::NONE),
            _ => None,
        },
        Value::Object(object) => return object_attribute(rt, object, name),
        _ => None,
    };
    Ok(found.map_or(Attribute::None, Attribute::Found))
}

fn number_attribute<'a>(value: Value<'a>, name: &str) -> Option<Value<'a>> {
    let is_float = matches!(value, Value::Float(..));
    match name {
        "real" => Some(value),
        "imag" => Some(if is_float { Value::float(0.0) } else { Value::int(0) }),
        "numerator" if !is_float => Some(value),
        "denominator" if !is_float => Some(Value::int(1)),
        _ => None,
    }
}

fn object_attribute<'a>(rt: &Runtime<'a>, object: &'a Object<'a>, name: &'a str) -> Result<Attribute<'a>> {
    let found = match object {
        Object::Loop(this) => match LoopField::from_name(name) {
            Some(field) => Some(loop_attribute(rt, this, field)?),
            None => None,
        },
        Object::Macro(this) => match name {
            "name" => Some(this.decl.name().map_or(Value::NONE, Value::text)),
            "arguments" => {
                let mut names = rt.list();
                for name in this.decl.parameters() {
                    names.push(Value::text(name))?;
                }
                Some(Value::tuple(names.finish()))
            }
            "catch_kwargs" => Some(Value::bool(this.decl.kwargs.is_some())),
            "catch_varargs" => Some(Value::bool(this.decl.varargs.is_some())),
            "caller" => Some(Value::bool(this.decl.accesses_caller)),
            "explicit_caller" => Some(Value::bool(this.decl.parameters().any(|name| name == "caller"))),
            _ => None,
        },
        Object::Cycler(this) => match name {
            "items" => Some(Value::tuple(this.items)),
            "pos" => Some(Value::count(this.position.get())),
            "current" => Some(this.current()),
            _ => None,
        },
        Object::Joiner(this) => match name {
            "sep" => Some(this.separator),
            "used" => Some(Value::bool(this.used.get())),
            _ => None,
        },
        Object::Group(items) => match name {
            "grouper" => items.first().copied(),
            "list" => items.get(1).copied(),
            _ => None,
        },
        Object::Block(number) => match name {
            "name" => rt.block_name(*number).map(Value::text),
            "super" => {
                let block = rt.block_name(*number).unwrap_or_default();
                let hint = format!("there is no parent block called {}.", crate::text::repr(block));
                Some(Value::Undefined(rt.alloc(Undefined::Hint(rt.alloc_str(&hint)?))?))
            }
            _ => None,
        },
        Object::Function(Function::Cycler) if name == "current" => {
            return Err(Raised::unsupported("properties of a class are not supported"));
        }
        Object::Function(function) if function.type_name() == "type" && name == "mro" => {
            return Ok(Attribute::Unsafe);
        }
        Object::Namespace(_)
        | Object::Method(_)
        | Object::Function(_)
        | Object::Templates
        | Object::Bytes(_)
        | Object::Unknown(_) => None,
    };
    Ok(found.map_or(Attribute::None, Attribute::Found))
}

/// What `loop` knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LoopField {
    Index,
    Index0,
    First,
    Last,
    Length,
    RevIndex,
    RevIndex0,
    Depth,
    Depth0,
    PrevItem,
    NextItem,
}

impl LoopField {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "index" => Self::Index,
            "index0" => Self::Index0,
            "first" => Self::First,
            "last" => Self::Last,
            "length" => Self::Length,
            "revindex" => Self::RevIndex,
            "revindex0" => Self::RevIndex0,
            "depth" => Self::Depth,
            "depth0" => Self::Depth0,
            "previtem" => Self::PrevItem,
            "nextitem" => Self::NextItem,
            _ => return None,
        })
    }
}

/// `loop.name`.
pub(crate) fn loop_attribute<'a>(
    rt: &Runtime<'a>,
    this: &'a super::object::Loop<'a>,
    field: LoopField,
) -> Result<Value<'a>> {
    let hint = |hint: &'static str| rt.alloc(Undefined::Hint(hint)).map(Value::Undefined);
    let index = signed(this.index());
    Ok(match field {
        LoopField::Index => Value::int(index),
        LoopField::Index0 => Value::int(index - 1),
        LoopField::First => Value::bool(this.is_first()),
        LoopField::Last => Value::bool(this.is_last(rt)?),
        LoopField::Length => Value::count(this.length(rt)?),
        LoopField::RevIndex => Value::int(signed(this.length(rt)?) - index + 1),
        LoopField::RevIndex0 => Value::int(signed(this.length(rt)?) - index),
        LoopField::Depth => Value::count(this.depth0 + 1),
        LoopField::Depth0 => Value::count(this.depth0),
        LoopField::PrevItem => match this.before(rt)? {
            Some(item) => item,
            None => hint("there is no previous item")?,
        },
        LoopField::NextItem => match this.after(rt)? {
            Some(item) => item,
            None => hint("there is no next item")?,
        },
    })
}

fn signed(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
