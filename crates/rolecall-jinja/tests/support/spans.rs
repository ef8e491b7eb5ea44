//! What has to hold of the spans of every traced render.

use rolecall_jinja::{Origin, Pointer, PointerStep, Traced};
use serde_json::Value;

/// What a pointer leads to, and the last key on the way.
pub(crate) fn follow<'v>(context: &'v Value, pointer: &Pointer<'_>) -> Option<(Option<&'v str>, &'v Value)> {
    let mut at = (None, context);
    for step in pointer.steps() {
        at = match (step, at.1) {
            (PointerStep::Key(key), Value::Object(members)) => {
                let (key, value) = members.get_key_value(key)?;
                (Some(key.as_str()), value)
            }
            (PointerStep::Index(index), Value::Array(items)) => (None, items.get(index)?),
            _ => return None,
        };
    }
    Some(at)
}

/// Checks that the spans cover the text in order and without gaps, that what is copied stands where it is said to
/// come from, and that every pointer leads somewhere.
pub(crate) fn check(traced: &Traced, context: &Value) -> Result<(), String> {
    let text = traced.text();
    let mut end = 0;
    for span in traced.spans() {
        if span.range.start != end || span.range.is_empty() {
            return Err(format!("a span of {:?} after one that ends at {end}", span.range));
        }
        end = span.range.end;
        let Some(part) = text.get(span.range.clone()) else {
            return Err(format!("{:?} is no part of the text", span.range));
        };
        let (pointer, range, source) = match &span.origin {
            Origin::Copied { pointer, range } => {
                let source = follow(context, pointer).and_then(|(_, value)| value.as_str());
                (pointer, range, source)
            }
            Origin::CopiedKey { pointer, range } => {
                (pointer, range, follow(context, pointer).and_then(|(key, _)| key))
            }
            Origin::Computed { pointers } => {
                if pointers.is_empty() {
                    return Err(format!("{part:?} is computed from nothing"));
                }
                match pointers.iter().find(|pointer| follow(context, pointer).is_none()) {
                    Some(pointer) => {
                        return Err(format!("{part:?} is computed from {pointer}, which is not there"));
                    }
                    None => continue,
                }
            }
            _ => continue,
        };
        let found = source.and_then(|source| source.get(range.clone()));
        if found != Some(part) {
            return Err(format!("{part:?} is said to be copied from {pointer} at {range:?}: {found:?}"));
        }
    }
    if end != text.len() {
        return Err(format!("the spans end at {end}, the text at {}", text.len()));
    }
    let mut last = 0;
    for range in traced.generations() {
        if range.start < last || text.get(range.clone()).is_none() {
            return Err(format!("a generation block at {range:?} after one that starts at {last}"));
        }
        last = range.start;
    }
    Ok(())
}
