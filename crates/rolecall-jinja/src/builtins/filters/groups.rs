//! Filters that sort items or put them into groups.

use std::cell::{Cell, RefCell};

use super::path::{Case, Path};
use super::{check_room, flag, given, no_attribute, no_integer, optional, plain};
use crate::ErrorKind;
use crate::builtins::sort::sort_by;
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::value::compare::{self, Order};
use crate::value::generator::{Generator, Lazy};
use crate::value::iter::{self, Iter};
use crate::value::{Object, Value, operators};

pub(super) static BATCH: FilterDef =
    plain("batch", ("do_batch", ""), &["value", "linecount", "fill_with"], 2, batch);
pub(super) static DICTSORT: FilterDef =
    plain("dictsort", ("do_dictsort", ""), &["value", "case_sensitive", "by", "reverse"], 1, dictsort);
pub(super) static GROUPBY: FilterDef = plain(
    "groupby",
    ("sync_do_groupby", "environment"),
    &["value", "attribute", "default", "case_sensitive"],
    2,
    groupby,
);
pub(super) static SLICE: FilterDef =
    plain("slice", ("sync_do_slice", ""), &["value", "slices", "fill_with"], 2, slice);
pub(super) static SORT: FilterDef =
    plain("sort", ("do_sort", "environment"), &["value", "reverse", "case_sensitive", "attribute"], 1, sort);
pub(super) static UNIQUE: FilterDef =
    plain("unique", ("sync_do_unique", "environment"), &["value", "case_sensitive", "attribute"], 1, unique);

fn sort<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, reverse, case_sensitive, attribute, ..] = *args;
    let paths = Path::several(rt, given(attribute, Value::NONE))?;
    let case = Case { sensitive: operators::truth(rt, case_sensitive)? };
    let mut keyed = Keyed::default();
    let items = iter::collect(rt, value)?;
    let reverse = flag(reverse)?;
    for item in items {
        let mut key = rt.list();
        for path in &paths {
            key.push(case.key(rt, path.get(rt, *item)?)?)?;
        }
        keyed.push(rt, Value::list(key.finish()), *item)?;
    }
    keyed.sorted(rt, reverse).map(Value::list)
}

/// Items and the keys that they are sorted by.
#[derive(Default)]
struct Keyed<'a>(Vec<(Value<'a>, Value<'a>)>);

impl<'a> Keyed<'a> {
    fn push(&mut self, rt: &Runtime<'a>, key: Value<'a>, item: Value<'a>) -> Result<()> {
        rt.reserve(size_of::<(Value<'_>, Value<'_>)>())?;
        rt.step(1)?;
        self.0.push((key, item));
        Ok(())
    }

    fn sort(&mut self, rt: &Runtime<'a>, reverse: bool) -> Result<()> {
        sort_by(rt, &mut self.0, |(key, _)| *key, reverse)
    }

    fn sorted(mut self, rt: &Runtime<'a>, reverse: bool) -> Result<&'a [Value<'a>]> {
        self.sort(rt, reverse)?;
        let mut items = rt.list();
        for (_, item) in self.0 {
            items.push(item)?;
        }
        Ok(items.finish())
    }
}

fn dictsort<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, case_sensitive, by, reverse, ..] = *args;
    let is = |name| compare::equal(rt, given(by, Value::text("key")), Value::text(name));
    let by_key = is("key")?;
    if !by_key && !is("value")? {
        let message = "You can only sort by either \"key\" or \"value\"";
        return Err(Raised::new(ErrorKind::FilterArgument, message));
    }
    let Some(dict) = value.as_dict() else { return Err(no_attribute(rt, value, "items")) };
    let case = Case { sensitive: operators::truth(rt, case_sensitive)? };
    let reverse = flag(reverse)?;
    let mut keyed = Keyed::default();
    let mut entries = dict.iter();
    while let Some((key, value)) = entries.next(rt)? {
        let order = case.key(rt, if by_key { key } else { value })?;
        keyed.push(rt, order, Value::tuple(rt.alloc_slice(&[key, value])?))?;
    }
    keyed.sorted(rt, reverse).map(Value::list)
}

fn groupby<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, attribute, default, case_sensitive, ..] = *args;
    let path = Path::new(rt, attribute)?;
    let default = optional(default);
    let case = Case { sensitive: operators::truth(rt, case_sensitive)? };
    let mut keyed = Keyed::default();
    let mut items = Iter::new(rt, value)?;
    while let Some(item) = items.next(rt)? {
        keyed.push(rt, case.key(rt, path.get_or(rt, item, default)?)?, item)?;
    }
    keyed.sort(rt, false)?;
    let mut groups = rt.list();
    let mut rest = keyed.0.as_slice();
    while let Some((key, first)) = rest.first() {
        let mut group = rt.list();
        while let Some((other, item)) = rest.first() {
            if !compare::equal(rt, *key, *other)? && !compare::is_same(rt, *key, *other)? {
                break;
            }
            group.push(*item)?;
            rest = rest.get(1..).unwrap_or_default();
        }
        // The name of the group is the attribute of its first item, as it is written there.
        let grouper = if case.sensitive { *key } else { path.get_or(rt, *first, default)? };
        let pair = rt.alloc_slice(&[grouper, Value::list(group.finish())])?;
        groups.push(Value::Object(rt.alloc(Object::Group(pair))?))?;
    }
    Ok(Value::list(groups.finish()))
}

/// Items that were not seen before.
struct Unique<'a> {
    value: Value<'a>,
    attribute: Value<'a>,
    case: Case,
    running: RefCell<Option<(Iter<'a>, Path<'a>, usize)>>,
}

fn unique<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, case_sensitive, attribute, ..] = *args;
    let case = Case { sensitive: operators::truth(rt, case_sensitive)? };
    Generator::value(rt, Unique { value, attribute, case, running: RefCell::new(None) })
}

impl<'a> Lazy<'a> for Unique<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let Ok(mut running) = self.running.try_borrow_mut() else { return Ok(None) };
        let (items, path, seen) = if let Some(running) = running.as_mut() {
            running
        } else {
            let path = Path::new(rt, self.attribute)?;
            running.insert((Iter::new(rt, self.value)?, path, rt.new_distinct()))
        };
        while let Some(item) = items.next(rt)? {
            rt.step(1)?;
            let key = self.case.key(rt, path.get(rt, item)?)?;
            if rt.is_distinct(*seen, key)? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

/// Lists of so many items.
struct Batch<'a> {
    value: Value<'a>,
    size: Value<'a>,
    fill: Option<Value<'a>>,
    running: RefCell<Option<Iter<'a>>>,
    /// The item that did not fit into the list before.
    over: Cell<Option<Value<'a>>>,
}

fn batch<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, size, fill, ..] = *args;
    let fill = optional(fill);
    let source = Batch { value, size, fill, running: RefCell::new(None), over: Cell::new(None) };
    Generator::value(rt, source)
}

impl<'a> Lazy<'a> for Batch<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let Ok(mut running) = self.running.try_borrow_mut() else { return Ok(None) };
        let items = match running.as_mut() {
            Some(items) => items,
            None => running.insert(Iter::new(rt, self.value)?),
        };
        let mut batch = rt.list();
        if let Some(item) = self.over.take() {
            batch.push(item)?;
        }
        while let Some(item) = items.next(rt)? {
            let is_full = match self.size {
                Value::Int(_, size) => usize::try_from(size) == Ok(batch.len()),
                size => compare::equal(rt, Value::count(batch.len()), size)?,
            };
            if is_full {
                self.over.set(Some(item));
                return Ok(Some(Value::list(batch.finish())));
            }
            batch.push(item)?;
        }
        if batch.len() == 0 {
            return Ok(None);
        }
        if let Some(fill) = self.fill {
            let count = Value::count(batch.len());
            if compare::ordered(rt, Order::Lt, count, self.size)? {
                let missing = operators::binary(rt, BinaryOperator::Sub, self.size, count)?;
                let Value::Int(_, missing) = missing else { return Err(no_count(missing)) };
                let missing = usize::try_from(missing).unwrap_or(0);
                check_room(rt, missing.saturating_mul(size_of::<Value<'_>>()))?;
                for _ in 0..missing {
                    batch.push(fill)?;
                }
            }
        }
        Ok(Some(Value::list(batch.finish())))
    }
}

/// The error for repeating a list by what is no small integer.
fn no_count(value: Value<'_>) -> Raised {
    match value {
        Value::Big(..) => Raised::new(ErrorKind::Overflow, "cannot fit 'int' into an index-sized integer"),
        other => {
            let name = crate::value::names::type_name(other);
            Raised::type_error(format!("can't multiply sequence by non-int of type '{name}'"))
        }
    }
}

/// So many lists of items, the first of which may have one more.
struct Slices<'a> {
    value: Value<'a>,
    count: Value<'a>,
    fill: Option<Value<'a>>,
    running: Cell<Option<Running<'a>>>,
}

#[derive(Clone, Copy)]
struct Running<'a> {
    rest: &'a [Value<'a>],
    /// How many items every list has.
    each: usize,
    /// How many lists have one more.
    larger: u64,
    number: u64,
    slices: u64,
}

fn slice<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, slices, fill, ..] = *args;
    Generator::value(rt, Slices { value, count: slices, fill: optional(fill), running: Cell::new(None) })
}

impl<'a> Slices<'a> {
    fn start(&self, rt: &Runtime<'a>) -> Result<Running<'a>> {
        let items = iter::collect(rt, self.value)?;
        let length = items.len();
        let slices = match self.count {
            Value::Int(_, slices) if slices != 0 => slices,
            Value::Bool(_, true) => 1,
            Value::Big(_, big) => {
                if big.negative {
                    -1
                } else {
                    i64::MAX
                }
            }
            // Dividing says what is wrong with all others, except that floats can divide.
            other => {
                operators::binary(rt, BinaryOperator::FloorDiv, Value::count(length), other)?;
                return Err(no_integer(other));
            }
        };
        let slices = u64::try_from(slices).unwrap_or(0);
        let all = length as u64;
        let (each, larger) = match all.checked_div(slices) {
            Some(each) => (usize::try_from(each).unwrap_or(length), all % slices),
            None => (0, 0),
        };
        Ok(Running { rest: items, each, larger, number: 0, slices })
    }
}

impl<'a> Lazy<'a> for Slices<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let mut state = match self.running.get() {
            Some(state) => state,
            None => self.start(rt)?,
        };
        if state.number >= state.slices {
            return Ok(None);
        }
        let is_larger = state.number < state.larger;
        let (part, rest) =
            state.rest.split_at_checked(state.each + usize::from(is_larger)).unwrap_or((state.rest, &[]));
        state.rest = rest;
        state.number += 1;
        self.running.set(Some(state));
        match self.fill {
            Some(fill) if !is_larger => {
                let mut items = rt.list();
                for item in part.iter().chain(std::iter::once(&fill)) {
                    items.push(*item)?;
                }
                Ok(Some(Value::list(items.finish())))
            }
            _ => Ok(Some(Value::list(part))),
        }
    }
}
