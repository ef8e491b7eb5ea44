//! Sorting as Python does: stable, with errors where two items have no order.

use crate::raised::Result;
use crate::runtime::Runtime;
use crate::value::Value;
use crate::value::compare::{Order, ordered};

/// Runs shorter than that are made longer by insertion. So Python does, and where two items have no order its
/// message names the first two that it happens to compare.
const SHORTEST_RUN: usize = 64;

/// Sorts items by their keys. Only `<` is asked, as in Python; it need not be an order of all keys.
pub(crate) fn sort_by<'a, T: Copy>(
    rt: &Runtime<'a>,
    items: &mut Vec<T>,
    key: impl Fn(&T) -> Value<'a>,
    reverse: bool,
) -> Result<()> {
    let mut keyed: Vec<(Value<'a>, T)> = items.iter().map(|item| (key(item), *item)).collect();
    // Equal items keep their order even then.
    if reverse {
        keyed.reverse();
    }
    sort_with(&mut keyed, |(left, _), (right, _)| {
        rt.step(1)?;
        ordered(rt, Order::Lt, *left, *right)
    })?;
    if reverse {
        keyed.reverse();
    }
    items.clear();
    items.extend(keyed.into_iter().map(|(_, item)| item));
    Ok(())
}

/// Sorts items by what is less.
pub(crate) fn sort_with<T: Copy>(items: &mut [T], less: impl Fn(&T, &T) -> Result<bool>) -> Result<()> {
    let shortest = shortest_run(items.len());
    let mut lengths = Vec::new();
    let mut rest = &mut *items;
    while !rest.is_empty() {
        let found = natural_run(rest, &less)?;
        let length = found.max(shortest.min(rest.len()));
        let (run, others) = rest.split_at_mut(length);
        insert(run, found, &less)?;
        lengths.push(length);
        rest = others;
    }
    // Runs side by side are merged until one is left.
    while lengths.len() > 1 {
        let mut start = 0;
        let mut merged = Vec::with_capacity(lengths.len() / 2 + 1);
        for pair in lengths.chunks(2) {
            let length = pair.iter().sum::<usize>();
            if let ([first, _], Some(part)) = (pair, items.get_mut(start..start + length)) {
                merge(part, *first, &less)?;
            }
            start += length;
            merged.push(length);
        }
        lengths = merged;
    }
    Ok(())
}

fn shortest_run(mut length: usize) -> usize {
    let mut odd = 0;
    while length >= SHORTEST_RUN {
        odd |= length & 1;
        length >>= 1;
    }
    length + odd
}

/// The length of the run at the beginning, which is turned round if it goes down.
fn natural_run<T>(items: &mut [T], less: &impl Fn(&T, &T) -> Result<bool>) -> Result<usize> {
    let mut down = None;
    let mut length = 1;
    for pair in items.windows(2) {
        let [before, after] = pair else { break };
        let falls = less(after, before)?;
        if *down.get_or_insert(falls) != falls {
            break;
        }
        length += 1;
    }
    if down == Some(true)
        && let Some(run) = items.get_mut(..length)
    {
        run.reverse();
    }
    Ok(length.min(items.len()))
}

/// Sorts items the first of which are sorted.
fn insert<T>(items: &mut [T], sorted: usize, less: &impl Fn(&T, &T) -> Result<bool>) -> Result<()> {
    for next in sorted..items.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            match (items.get(next), items.get(middle)) {
                (Some(item), Some(other)) if !less(item, other)? => low = middle + 1,
                _ => high = middle,
            }
        }
        if let Some(moved) = items.get_mut(low..=next) {
            moved.rotate_right(1);
        }
    }
    Ok(())
}

/// Merges two sorted runs.
fn merge<T: Copy>(items: &mut [T], middle: usize, less: &impl Fn(&T, &T) -> Result<bool>) -> Result<()> {
    let (first, second) = items.split_at(middle);
    let mut merged = Vec::with_capacity(items.len());
    let (mut first, mut second) = (first.iter(), second.iter());
    let (mut left, mut right) = (first.next(), second.next());
    while let (Some(a), Some(b)) = (left, right) {
        if less(b, a)? {
            merged.push(*b);
            right = second.next();
        } else {
            merged.push(*a);
            left = first.next();
        }
    }
    merged.extend(left.into_iter().chain(first).chain(right).chain(second));
    items.copy_from_slice(&merged);
    Ok(())
}
