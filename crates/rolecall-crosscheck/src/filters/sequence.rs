//! Filters on sequences, in their order.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::attributes::Getter;
use super::text::soft;
use crate::args::{Args, given, integer};
use crate::budget;
use crate::error::raise;
use crate::ops::arithmetic::{Operator, binary};
use crate::ops::{iterate, slice as slicing};
use crate::text::repr;
use crate::value::{Generator, Kind, List, Missing, Reason, View, ViewOf, kind, none, type_name};

pub(super) fn length(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("len", [], 0)?;
    count(value).map(Value::from)
}

/// `len(value)`.
pub(super) fn count(value: &Value) -> Result<usize, Error> {
    Ok(match kind(value) {
        Kind::Undefined(_) => 0,
        Kind::Text(text) => text.chars().count(),
        Kind::List(list) | Kind::Tuple(list) => list.items().len(),
        Kind::Dict(dict) => dict.entries().len(),
        Kind::View(view) => view.dict().entries().len(),
        Kind::Range(range) => usize::try_from(range.len()).unwrap_or(usize::MAX),
        _ => {
            let message = format!("object of type '{}' has no len()", type_name(value));
            return Err(raise(ErrorKind::Type, message));
        }
    })
}

pub(super) fn list(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_list", [], 0)?;
    List::list(iterate::items(state, value)?)
}

pub(super) fn first(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_first", [], 0)?;
    let first = match kind(value) {
        Kind::Generator(generator) => generator.next(),
        Kind::Text(text) => text.chars().next().map(Value::from),
        Kind::List(list) | Kind::Tuple(list) => list.items().first().cloned(),
        _ => iterate::items(state, value)?.into_iter().next(),
    };
    Ok(first.unwrap_or_else(|| Missing::value(Reason::Other("No first item, sequence was empty."))))
}

pub(super) fn last(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_last", [], 0)?;
    let last = match kind(value) {
        Kind::Text(text) => text.chars().next_back().map(|c| crate::value::text(c, value.is_safe())),
        Kind::List(list) | Kind::Tuple(list) => list.items().last().cloned(),
        Kind::Undefined(_) | Kind::Dict(_) | Kind::View(_) | Kind::Range(_) => {
            iterate::items(state, value)?.pop()
        }
        _ => {
            let message = format!("'{}' object is not reversible", type_name(value));
            return Err(raise(ErrorKind::Type, message));
        }
    };
    Ok(last.unwrap_or_else(|| Missing::value(Reason::Other("No last item, sequence was empty."))))
}

pub(super) fn reverse(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_reverse", [], 0)?;
    if let Kind::Text(_) = kind(value) {
        return slicing::slice(value, &none(), &none(), &Value::from(-1));
    }
    let Ok(mut items) = iterate::items(state, value) else {
        return Err(raise(ErrorKind::FilterArgument, "argument must be iterable"));
    };
    items.reverse();
    if let Kind::Generator(_) = kind(value) { List::list(items) } else { Generator::make(items) }
}

pub(super) fn join(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [between, attribute] = args.bind("do_join", ["d", "attribute"], 0)?;
    let between = between.unwrap_or_else(|| Value::from(""));
    let between = soft(state, &between)?;
    let getter = Getter::new(attribute.as_ref(), false);
    let items = iterate::items(state, value)?;
    let mut out = budget::writer(state);
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.str(between.str())?;
        }
        repr::write_str(&mut out, &getter.get(item)?)?;
    }
    out.finish(state).map(Value::from)
}

pub(super) fn sum(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [attribute, start] = args.bind("do_sum", ["attribute", "start"], 0)?;
    let getter = Getter::new(attribute.as_ref(), false);
    let mut sum = start.unwrap_or_else(|| Value::from(0));
    if let Kind::Text(_) = kind(&sum) {
        return Err(raise(ErrorKind::Type, "sum() can't sum strings [use ''.join(seq) instead]"));
    }
    for item in iterate::items(state, value)? {
        sum = binary(state, Operator::Add, &sum, &getter.get(&item)?)?;
    }
    Ok(sum)
}

pub(super) fn items(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_items", [], 0)?;
    match kind(value) {
        Kind::Undefined(_) => Generator::make(Vec::new()),
        Kind::Dict(dict) => {
            budget::list(state, dict.entries().len().saturating_mul(4))?;
            let Some(dict) = value.downcast_object() else { return Generator::make(Vec::new()) };
            let view = View::make(dict, ViewOf::Items);
            Generator::make(iterate::items(state, &view)?)
        }
        _ => Err(raise(ErrorKind::Type, "Can only get item pairs from a mapping.")),
    }
}

/// A number of items or parts, which must be positive.
fn parts(arg: Option<&Value>, function: &str) -> Result<usize, Error> {
    let count = arg.map_or(Ok(0), integer)?;
    usize::try_from(count).ok().filter(|count| *count > 0).ok_or_else(|| {
        raise(ErrorKind::Unsupported, format!("{function} needs a number of items above 0, not {count}"))
    })
}

pub(super) fn batch(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [count, fill] = args.bind("do_batch", ["linecount", "fill_with"], 1)?;
    let count = parts(count.as_ref(), "batch")?;
    let items = iterate::items(state, value)?;
    let fill = given(fill.as_ref());
    let mut batches = Vec::new();
    for chunk in items.chunks(count) {
        let mut batch = chunk.to_vec();
        if let Some(fill) = fill {
            budget::list(state, count)?;
            batch.resize(count, fill.clone());
        }
        batches.push(List::list(batch)?);
    }
    Generator::make(batches)
}

pub(super) fn slice(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [count, fill] = args.bind("do_slice", ["slices", "fill_with"], 1)?;
    let items = iterate::items(state, value)?;
    let count = parts(count.as_ref(), "slice")?;
    budget::list(state, count)?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.into_iter();
    let mut slices = Vec::with_capacity(count.min(1024));
    for n in 0..count {
        let mut slice: Vec<Value> = rest.by_ref().take(each + usize::from(n < longer)).collect();
        if n >= longer {
            slice.extend(given(fill.as_ref()).cloned());
        }
        slices.push(List::list(slice)?);
    }
    Generator::make(slices)
}
