//! Filters of sequences: their length, ends, order, sums and texts.

use std::cell::{Cell, RefCell};

use super::path::{Case, Path};
use super::{given, length, only_value, open, optional, plain};
use crate::ErrorKind;
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::compare::{Order, ordered};
use crate::value::dict::DictIter;
use crate::value::generator::{Generator, Lazy};
use crate::value::iter::{self, Iter};
use crate::value::rope::Pieces;
use crate::value::slice;
use crate::value::subscript::subscript;
use crate::value::writer::Writer;
use crate::value::{Object, Range, Seq, Undefined, Unknown, Value, ViewOf, access, names, operators, repr};

pub(super) static FIRST: FilterDef = plain("first", ("sync_do_first", "environment"), &["seq"], 1, first);
pub(super) static ITEMS: FilterDef = plain("items", ("do_items", ""), &["value"], 1, items);
pub(super) static JOIN: FilterDef =
    plain("join", ("sync_do_join", "eval_ctx"), &["value", "d", "attribute"], 1, join);
pub(super) static LAST: FilterDef = plain("last", ("do_last", "environment"), &["seq"], 1, last);
pub(super) static LENGTH: FilterDef = FilterDef {
    count: Some(|rt, value| length(rt, *value)),
    ..open("length", false, |rt, value, args| {
        only_value("len", args)?;
        let count = Value::count(length(rt, value)?);
        Ok(count.with_origin(rt.computed(value.origin())))
    })
};
pub(super) static LIST: FilterDef = plain("list", ("sync_do_list", ""), &["value"], 1, |rt, args| {
    // Another list even of a list.
    Ok(Value::list(match args[0] {
        Value::List(Origin::TEMPLATE, items) => rt.alloc_slice(items)?,
        value => iter::collect(rt, value)?,
    }))
});
pub(super) static MAX: FilterDef =
    plain("max", ("do_max", "environment"), &["value", "case_sensitive", "attribute"], 1, |rt, args| {
        extreme(rt, args, Order::Gt)
    });
pub(super) static MIN: FilterDef =
    plain("min", ("do_min", "environment"), &["value", "case_sensitive", "attribute"], 1, |rt, args| {
        extreme(rt, args, Order::Lt)
    });
pub(super) static RANDOM: FilterDef =
    FilterDef { needs_context: true, ..plain("random", ("do_random", "context"), &["seq"], 1, random) };
pub(super) static REVERSE: FilterDef = plain("reverse", ("do_reverse", ""), &["value"], 1, reverse);
pub(super) static SUM: FilterDef =
    plain("sum", ("sync_do_sum", "environment"), &["iterable", "attribute", "start"], 1, sum);

/// An undefined value that says why.
fn undefined<'a>(rt: &Runtime<'a>, why: &'static str) -> Result<Value<'a>> {
    Ok(Value::Undefined(rt.alloc(Undefined::Hint(why))?))
}

fn first<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    match Iter::new(rt, args[0])?.next(rt)? {
        Some(item) => Ok(item),
        None => undefined(rt, "No first item, sequence was empty."),
    }
}

fn last<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let value = args[0];
    if value.is_str() {
        let last = access::item(rt, value, Value::int(-1))?;
        return if last.is_str() { Ok(last) } else { undefined(rt, "No last item, sequence was empty.") };
    }
    let Some((_, reversed)) = Reversed::new(rt, value)? else {
        let message = format!("'{}' object is not reversible", names::type_name(value));
        return Err(Raised::type_error(message));
    };
    match reversed.next(rt)? {
        Some(item) => Ok(item),
        None => undefined(rt, "No last item, sequence was empty."),
    }
}

fn reverse<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let value = args[0];
    if value.is_str() {
        return slice::slice(rt, value, [Value::NONE, Value::NONE, Value::int(-1)]);
    }
    if let Some((type_name, reversed)) = Reversed::new(rt, value)? {
        return Generator::named(rt, type_name, reversed);
    }
    let items = Iter::new(rt, value).and_then(|mut items| iter::drain(rt, &mut items));
    match items {
        Ok(items) => {
            let reversed = rt.alloc_slice(items)?;
            let mut list = rt.list();
            for item in reversed.iter().rev() {
                list.push(*item)?;
            }
            Ok(Value::list(list.finish()))
        }
        Err(error) if error.kind() == ErrorKind::Type => {
            Err(Raised::new(ErrorKind::FilterArgument, "argument must be iterable"))
        }
        Err(error) => Err(error),
    }
}

/// What Python's `reversed` goes through, and how many items are left.
struct Reversed<'a> {
    of: Backwards<'a>,
    left: Cell<usize>,
}

enum Backwards<'a> {
    Seq(Seq<'a>),
    Range(Range),
}

impl<'a> Reversed<'a> {
    /// Also the name of the iterator's type; nothing for what cannot be gone through backwards.
    fn new(rt: &Runtime<'a>, value: Value<'a>) -> Result<Option<(&'static str, Self)>> {
        let seq = |name, seq: Seq<'a>| {
            Ok(Some((name, Self { left: Cell::new(seq.len()), of: Backwards::Seq(seq) })))
        };
        if let Some(list) = value.as_list() {
            return seq("list_reverseiterator", list);
        }
        if let Some(items) = value.as_tuple() {
            return seq("reversed", Seq::Values(value.origin(), items));
        }
        let name = match value {
            Value::Undefined(_) => return seq("reversed", Seq::Values(Origin::TEMPLATE, &[])),
            Value::Range(range) => {
                let reversed = Self { left: Cell::new(range.len()), of: Backwards::Range(*range) };
                return Ok(Some(("range_iterator", reversed)));
            }
            Value::View(view) => match view.of {
                ViewOf::Keys => "dict_reversekeyiterator",
                ViewOf::Values => "dict_reversevalueiterator",
                ViewOf::Items => "dict_reverseitemiterator",
            },
            Value::Dict(..) | Value::JsonDict(..) => "dict_reversekeyiterator",
            Value::Object(Object::Bytes(_)) => "reversed",
            _ => return Ok(None),
        };
        let items = iter::collect(rt, value)?;
        seq(name, Seq::Values(Origin::TEMPLATE, items))
    }
}

impl<'a> Lazy<'a> for Reversed<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let Some(at) = self.left.get().checked_sub(1) else { return Ok(None) };
        self.left.set(at);
        match &self.of {
            Backwards::Seq(seq) => iter::item(rt, *seq, at),
            Backwards::Range(range) => Ok(Some(Value::int(range.item(at)))),
        }
    }
}

/// One item. Which one stays open: a render gives the same text every time.
fn random<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    const WHY: &str = "the filter `random` is not supported: its result is not reproducible";
    let length = length(rt, args[0])?;
    if length == 0 {
        return undefined(rt, "No random item, sequence was empty.");
    }
    if length > 1 && args[0].as_dict().is_some() {
        // It depends on the number whether there is such a key.
        return Err(Raised::unsupported(WHY));
    }
    let first = subscript(rt, args[0], Value::int(0))?;
    // Of one there is no choice.
    if length == 1 { Ok(first) } else { Unknown::value(rt, WHY, iter::collect(rt, args[0])?) }
}

/// The items of a dict, one after the other.
struct Items<'a> {
    value: Value<'a>,
    running: RefCell<Option<DictIter<'a>>>,
}

fn items<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    Generator::value(rt, Items { value: args[0], running: RefCell::new(None) })
}

impl<'a> Lazy<'a> for Items<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let Ok(mut running) = self.running.try_borrow_mut() else { return Ok(None) };
        let entries = if let Some(entries) = running.as_mut() {
            entries
        } else {
            if self.value.is_undefined() {
                return Ok(None);
            }
            let Some(dict) = self.value.as_dict() else {
                return Err(Raised::type_error("Can only get item pairs from a mapping."));
            };
            running.insert(dict.iter())
        };
        match entries.next(rt)? {
            Some((key, value)) => Ok(Some(Value::tuple(rt.alloc_slice(&[key, value])?))),
            None => Ok(None),
        }
    }
}

/// The items of a sequence, or an attribute of each of them.
pub(super) struct Attributes<'a> {
    items: Iter<'a>,
    path: Path<'a>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(rt: &Runtime<'a>, value: Value<'a>, attribute: Value<'a>) -> Result<Self> {
        let path = Path::new(rt, attribute)?;
        Ok(Self { items: Iter::new(rt, value)?, path })
    }

    pub(super) fn next(&mut self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        match self.items.next(rt)? {
            Some(item) => self.path.get(rt, item).map(Some),
            None => Ok(None),
        }
    }
}

fn join<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, between, attribute, ..] = *args;
    let between = given(between, Value::EMPTY);
    let mut items = Attributes::new(rt, value, attribute)?;
    if rt.autoescape.get() {
        return join_escaped(rt, &mut items, between);
    }
    let between = repr::str(rt, between)?;
    let mut out = Writer::new(rt);
    let mut is_first = true;
    while let Some(item) = items.next(rt)? {
        rt.step(1)?;
        if !std::mem::take(&mut is_first) {
            out.string(between)?;
        }
        repr::write_str(&mut out, item)?;
    }
    out.finish()
}

/// The same where printing escapes: as soon as one of the parts is Markup, all others are escaped.
fn join_escaped<'a>(rt: &Runtime<'a>, items: &mut Attributes<'a>, between: Value<'a>) -> Result<Value<'a>> {
    let is_markup = |value: &Value<'a>| matches!(value, Value::Markup(..));
    let mut parts = rt.list();
    while let Some(item) = items.next(rt)? {
        parts.push(if is_markup(&item) { item } else { repr::str(rt, item)? })?;
    }
    let between = if is_markup(&between) { between } else { repr::str(rt, between)? };
    let markup = is_markup(&between) || parts.items().iter().any(is_markup);
    let escaped = |value| if markup { operators::escaped(rt, value) } else { Ok(value) };
    let between = escaped(between)?;
    let mut out = Pieces::new(rt);
    for (at, part) in parts.finish().iter().enumerate() {
        if at > 0 {
            out.push_value(rt, between)?;
        }
        out.push_value(rt, escaped(*part)?)?;
    }
    let out = out.finish(rt)?;
    if markup { operators::markup(rt, out) } else { Ok(out) }
}

fn sum<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, attribute, start, ..] = *args;
    let mut items = Attributes::new(rt, value, attribute)?;
    let mut sum = given(start, Value::int(0));
    if sum.is_str() {
        return Err(Raised::type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    while let Some(item) = items.next(rt)? {
        rt.step(1)?;
        sum = operators::add(rt, sum, item)?;
    }
    Ok(sum)
}

/// The item that comes before all others by an order.
fn extreme<'a>(rt: &Runtime<'a>, args: &Bound<'a>, order: Order) -> Result<Value<'a>> {
    let [value, case_sensitive, attribute, ..] = *args;
    let mut items = Iter::new(rt, value)?;
    let Some(mut best) = items.next(rt)? else {
        return undefined(rt, "No aggregated item, sequence was empty.");
    };
    let path = Path::new(rt, optional(attribute).unwrap_or(Value::NONE))?;
    let case = Case { sensitive: operators::truth(rt, case_sensitive)? };
    let mut best_key = case.key(rt, path.get(rt, best)?)?;
    while let Some(item) = items.next(rt)? {
        rt.step(1)?;
        let key = case.key(rt, path.get(rt, item)?)?;
        if ordered(rt, order, key, best_key)? {
            (best, best_key) = (item, key);
        }
    }
    Ok(best)
}
