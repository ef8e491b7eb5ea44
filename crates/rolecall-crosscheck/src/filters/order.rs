//! Filters that compare items.

use std::collections::HashSet;

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::attributes::{Getter, without_case};
use crate::args::{Args, truth};
use crate::budget;
use crate::error::raise;
use crate::ops::compare::{self, Order};
use crate::ops::contains::hashable;
use crate::ops::equal::equal;
use crate::ops::iterate;
use crate::value::{Generator, Kind, List, Missing, Reason, kind, type_name};

/// Pays for comparing each of the items with some of the others.
fn pay(state: &mut State<'_, '_>, items: &[Value]) -> Result<(), Error> {
    let times = usize::BITS - items.len().leading_zeros();
    (0..times).try_for_each(|_| items.iter().try_for_each(|item| budget::visit(state, item)))
}

/// Items with what they are sorted by, in order.
fn sorted(
    state: &mut State<'_, '_>,
    items: Vec<Value>,
    reverse: bool,
    mut key: impl FnMut(&Value) -> Result<Value, Error>,
) -> Result<Vec<(Value, Value)>, Error> {
    pay(state, &items)?;
    let keyed: Result<Vec<(Value, Value)>, Error> =
        items.into_iter().map(|item| Ok((key(&item)?, item))).collect();
    compare::sort(keyed?, |(key, _)| key, reverse)
}

pub(super) fn sort(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [reverse, case_sensitive, attribute] =
        args.bind("do_sort", ["reverse", "case_sensitive", "attribute"], 0)?;
    let ignore_case = !truth(case_sensitive.as_ref(), false);
    let getters: Vec<Getter> = match attribute.as_ref().and_then(Value::as_str) {
        Some(several) => {
            several.split(',').map(|part| Getter::new(Some(&Value::from(part)), ignore_case)).collect()
        }
        None => vec![Getter::new(attribute.as_ref(), ignore_case)],
    };
    let items = iterate::items(state, value)?;
    let sorted = sorted(state, items, truth(reverse.as_ref(), false), |item| {
        let keys: Result<Vec<Value>, Error> = getters.iter().map(|getter| getter.get(item)).collect();
        List::list(keys?)
    })?;
    List::list(sorted.into_iter().map(|(_, item)| item).collect())
}

pub(super) fn dictsort(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [case_sensitive, by, reverse] = args.bind("do_dictsort", ["case_sensitive", "by", "reverse"], 0)?;
    let place = match by.as_ref().map_or(Some("key"), Value::as_str) {
        Some("key") => 0,
        Some("value") => 1,
        _ => {
            return Err(raise(ErrorKind::FilterArgument, "You can only sort by either \"key\" or \"value\""));
        }
    };
    let case_sensitive = truth(case_sensitive.as_ref(), false);
    let pairs = match kind(value) {
        Kind::Dict(dict) => crate::value::pairs(dict)?,
        Kind::Undefined(missing) => return Err(missing.error()),
        _ => {
            let message = format!("'{}' object has no attribute 'items'", type_name(value));
            return Err(raise(ErrorKind::Attribute, message));
        }
    };
    budget::list(state, pairs.len().saturating_mul(4))?;
    let sorted = sorted(state, pairs, truth(reverse.as_ref(), false), |pair| {
        let key = pair.get_item_by_index(place)?;
        Ok(if case_sensitive { key } else { without_case(key) })
    })?;
    List::list(sorted.into_iter().map(|(_, pair)| pair).collect())
}

pub(super) fn unique(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [case_sensitive, attribute] = args.bind("do_unique", ["case_sensitive", "attribute"], 0)?;
    let getter = Getter::new(attribute.as_ref(), !truth(case_sensitive.as_ref(), false));
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for item in iterate::items(state, value)? {
        let key = getter.get(&item)?;
        budget::visit(state, &key)?;
        hashable(&key)?;
        if seen.insert(key) {
            kept.push(item);
        }
    }
    Generator::make(kept)
}

pub(super) fn min(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    extreme(state, value, args, "do_min", Order::Less)
}

pub(super) fn max(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    extreme(state, value, args, "do_max", Order::Greater)
}

fn extreme(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &Args<'_>,
    name: &str,
    order: Order,
) -> Result<Value, Error> {
    let [case_sensitive, attribute] = args.bind(name, ["case_sensitive", "attribute"], 0)?;
    let getter = Getter::new(attribute.as_ref(), !truth(case_sensitive.as_ref(), false));
    let mut best: Option<(Value, Value)> = None;
    for item in iterate::items(state, value)? {
        let key = getter.get(&item)?;
        let better = match &best {
            None => true,
            Some((best, _)) => {
                budget::compare(state, &key, best)?;
                compare::compare(order, &key, best)?
            }
        };
        if better {
            best = Some((key, item));
        }
    }
    let empty = || Missing::value(Reason::Other("No aggregated item, sequence was empty."));
    Ok(best.map_or_else(empty, |(_, item)| item))
}

pub(super) fn groupby(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [attribute, default, case_sensitive] =
        args.bind("sync_do_groupby", ["attribute", "default", "case_sensitive"], 1)?;
    let case_sensitive = truth(case_sensitive.as_ref(), false);
    let getter = |ignore_case| Getter::new(attribute.as_ref(), ignore_case).with_default(default.clone());
    let (by, shown) = (getter(!case_sensitive), getter(false));
    let items = iterate::items(state, value)?;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, item) in sorted(state, items, false, |item| by.get(item))? {
        match groups.last_mut() {
            Some((last, group)) if equal(last, &key) => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let groups: Result<Vec<Value>, Error> = groups
        .into_iter()
        .map(|(_, items)| {
            let grouper = items.first().map_or_else(|| Ok(Value::UNDEFINED), |first| shown.get(first))?;
            List::group(grouper, List::list(items)?)
        })
        .collect();
    List::list(groups?)
}
