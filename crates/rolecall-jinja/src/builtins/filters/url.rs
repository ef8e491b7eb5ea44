//! `urlencode`.

use std::fmt::Write as _;

use super::{json::pair, plain, text_of};
use crate::builtins::{Bound, FilterDef};
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::value::iter::Iter;
use crate::value::writer::Writer;
use crate::value::{Object, Value};

pub(super) static URLENCODE: FilterDef = plain("urlencode", ("do_urlencode", ""), &["value"], 1, urlencode);

fn urlencode<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let value = args[0];
    let mut out = Writer::new(rt);
    if !has_pairs(value) {
        quote(&mut out, value, false)?;
        return out.finish();
    }
    let mut is_first = true;
    if let Some(dict) = value.as_dict() {
        let mut entries = dict.iter();
        while let Some((key, value)) = entries.next(rt)? {
            write_pair(&mut out, &mut is_first, key, value)?;
        }
        return out.finish();
    }
    let mut items = Iter::new(rt, value)?;
    while let Some(item) = items.next(rt)? {
        let (key, value) = pair(rt, item)?;
        write_pair(&mut out, &mut is_first, key, value)?;
    }
    out.finish()
}

/// Whether a value is gone through for pairs, rather than quoted as a text.
fn has_pairs(value: Value<'_>) -> bool {
    match value {
        Value::Undefined(_) | Value::Range(_) | Value::View(_) | Value::Generator(_) => true,
        Value::Object(object) => matches!(object, Object::Loop(_) | Object::Group(_) | Object::Bytes(_)),
        _ => value.as_dict().is_some() || value.as_list().is_some() || value.as_tuple().is_some(),
    }
}

fn write_pair<'a>(
    out: &mut Writer<'_, 'a>,
    is_first: &mut bool,
    key: Value<'a>,
    value: Value<'a>,
) -> Result<()> {
    if !std::mem::take(is_first) {
        out.str("&")?;
    }
    quote(out, key, true)?;
    out.str("=")?;
    quote(out, value, true)
}

/// Writes a text with `%XX` for all but letters, digits and few other characters; in a query a blank is `+`.
fn quote<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>, in_query: bool) -> Result<()> {
    let (origin, text) = text_of(out.rt, value)?;
    let is_safe = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~') || byte == b'/' && !in_query
    };
    out.rt.step_bytes(text.len() * 4)?;
    if text.bytes().all(is_safe) {
        return out.copied(origin, text);
    }
    out.rt.reserve(text.len())?;
    let quoted = out.computed(origin)?;
    for byte in text.bytes() {
        match byte {
            byte if is_safe(byte) => quoted.push(char::from(byte)),
            b' ' if in_query => quoted.push('+'),
            // Writing into a string does not fail.
            byte => {
                let _ = write!(quoted, "%{byte:02X}");
            }
        }
    }
    out.count()
}
