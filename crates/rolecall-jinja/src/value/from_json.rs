//! The caller's JSON as values, in place.

#![allow(clippy::inline_always, reason = "a value that is built in place is not copied")]

use serde_json::Value as Json;

use super::Value;
use crate::number::BigInt;
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::trace::{Origin, Step};

/// A JSON value that has this origin.
#[inline(always)]
pub(crate) fn value<'a>(rt: &Runtime<'a>, json: &'a Json, origin: Origin) -> Result<Value<'a>> {
    Ok(match json {
        Json::Null => Value::None(origin),
        Json::Bool(value) => Value::Bool(origin, *value),
        Json::Number(number) => return self::number(rt, number, origin),
        Json::String(text) => Value::Str(origin, text),
        Json::Array(items) => Value::JsonList(origin, items),
        Json::Object(map) => Value::JsonDict(origin, map),
    })
}

#[inline(never)]
fn number<'a>(rt: &Runtime<'a>, number: &'a serde_json::Number, origin: Origin) -> Result<Value<'a>> {
    if let Some(value) = number.as_i64() {
        return Ok(Value::Int(origin, value));
    }
    if let Some(value) = number.as_u64() {
        return rt.integer(origin, &BigInt::from_i128(i128::from(value)));
    }
    Ok(Value::Float(origin, number.as_f64().unwrap_or(f64::NAN)))
}

/// The value at `step` inside a container of the origin `parent`.
#[inline]
pub(crate) fn child<'a>(
    rt: &Runtime<'a>,
    parent: Origin,
    step: Step<'a>,
    json: &'a Json,
) -> Result<Value<'a>> {
    if parent == Origin::TEMPLATE {
        return value(rt, json, parent);
    }
    value(rt, json, origin_of_child(rt, parent, step, json.as_str().unwrap_or_default()))
}

/// The same for a value of the arena, which keeps its own origin if the container has none.
#[inline]
pub(crate) fn child_value<'a>(
    rt: &Runtime<'a>,
    parent: Origin,
    step: Step<'a>,
    value: Value<'a>,
) -> Value<'a> {
    if parent == Origin::TEMPLATE || value.origin() != Origin::TEMPLATE {
        return value;
    }
    let text = match value {
        Value::Str(_, text) | Value::Markup(_, text) => text,
        _ => "",
    };
    value.with_origin(origin_of_child(rt, parent, step, text))
}

#[cold]
#[inline(never)]
fn origin_of_child<'a>(rt: &Runtime<'a>, parent: Origin, step: Step<'a>, text: &'a str) -> Origin {
    rt.trace.map_or(Origin::TEMPLATE, |trace| rt.noted(trace, |trace| trace.child(parent, step, text)))
}

/// A key of an object of the origin `parent`.
#[inline]
pub(crate) fn key<'a>(rt: &Runtime<'a>, parent: Origin, key: &'a str) -> Value<'a> {
    match rt.trace {
        Some(trace) if parent != Origin::TEMPLATE => {
            Value::Str(rt.noted(trace, |trace| trace.key(parent, key)), key)
        }
        _ => Value::Str(Origin::TEMPLATE, key),
    }
}
