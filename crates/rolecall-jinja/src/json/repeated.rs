//! Keys that an object has more than once.

use std::collections::HashMap;

/// Objects of up to so many members are searched for repeated keys one by one.
const FEW: usize = 16;

/// Whether a key is there more than once.
#[inline]
pub(crate) fn any<K: AsRef<str>>(keys: &[K]) -> bool {
    if keys.len() > FEW {
        return any_of_many(keys);
    }
    // Keys that are marked differently are different.
    let mut marks = 0_u64;
    for (n, key) in keys.iter().enumerate() {
        let mark = mark(key.as_ref());
        if marks & mark != 0 && keys.iter().take(n).any(|other| other.as_ref() == key.as_ref()) {
            return true;
        }
        marks |= mark;
    }
    false
}

/// One bit of 64, which depends on the length and on some bytes of a key.
#[inline]
fn mark(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let first = bytes.first().copied().unwrap_or_default();
    let last = bytes.last().copied().unwrap_or_default();
    let mixed = (bytes.len() as u64) ^ u64::from(first).wrapping_mul(5) ^ u64::from(last).wrapping_mul(23);
    1 << (mixed % 64)
}

fn any_of_many<K: AsRef<str>>(keys: &[K]) -> bool {
    let ascending = keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a.as_ref() < b.as_ref());
    if ascending {
        return false;
    }
    let mut sorted: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    sorted.iter().zip(sorted.iter().skip(1)).any(|(a, b)| a == b)
}

/// Leaves one member of each key of an object: the last value, at the place of the first.
///
/// The object's keys and values are those from `first_key` and `first_value` on.
#[cold]
pub(crate) fn remove<K: AsRef<str>, V>(
    keys: &mut Vec<K>,
    first_key: usize,
    values: &mut Vec<V>,
    first_value: usize,
) {
    let members: Vec<(K, V)> = keys.drain(first_key..).zip(values.drain(first_value..)).collect();
    // For each member, the one that says its value, if it is the first of its key.
    let mut last: HashMap<&str, usize> = HashMap::with_capacity(members.len());
    for (n, (key, _)) in members.iter().enumerate() {
        last.insert(key.as_ref(), n);
    }
    let says: Vec<Option<usize>> = members.iter().map(|(key, _)| last.remove(key.as_ref())).collect();
    let (all_keys, all_values): (Vec<K>, Vec<V>) = members.into_iter().unzip();
    let mut all_values: Vec<Option<V>> = all_values.into_iter().map(Some).collect();
    for (key, says) in all_keys.into_iter().zip(says) {
        if let Some(value) = says.and_then(|n| all_values.get_mut(n)).and_then(Option::take) {
            keys.push(key);
            values.push(value);
        }
    }
}
