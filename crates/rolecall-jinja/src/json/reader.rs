//! The reader: no recursion, so that no text can exhaust the stack.

use std::borrow::Cow;
use std::collections::HashMap;

use super::cursor::{Cursor, Number};
use super::{Build, JsonError};

/// The most arrays and objects that may be inside one another.
///
/// Python gives up a little below 1,000. Real conversations nest less than 20 deep; what is kept here can be
/// walked, copied and dropped by recursive code on a small stack.
pub const MAX_DEPTH: usize = 512;

/// Objects of up to so many members are searched for repeated keys one by one.
const FEW: usize = 8;

/// An array or object whose end was not yet read.
enum Open<'text, V> {
    Array(Vec<V>),
    Object(Vec<(Cow<'text, str>, V)>, Cow<'text, str>),
}

/// Reads a JSON text.
pub fn read<'text, B: Build<'text>>(text: &'text str, build: &mut B) -> Result<B::Value, JsonError> {
    let mut cursor = Cursor::new(text);
    if text.starts_with('\u{feff}') {
        return Err(cursor.error_at(0, "the text starts with a byte order mark (U+FEFF); remove it"));
    }
    let mut open: Vec<Open<'text, B::Value>> = Vec::new();
    loop {
        cursor.skip_space();
        let Some(mut value) = begin(&mut cursor, build, &mut open)? else { continue };
        // A value is complete, and perhaps with it what it is in.
        loop {
            cursor.skip_space();
            match open.pop() {
                None => {
                    return match cursor.peek() {
                        None => Ok(value),
                        Some(_) => Err(cursor.expected("the end of the text after the value")),
                    };
                }
                Some(Open::Array(mut items)) => {
                    items.push(value);
                    if cursor.eat(",") {
                        open.push(Open::Array(items));
                        break;
                    }
                    if !cursor.eat("]") {
                        return Err(cursor.expected("`,` or `]`"));
                    }
                    value = build.array(items);
                }
                Some(Open::Object(mut members, key)) => {
                    members.push((key, value));
                    if cursor.eat(",") {
                        cursor.skip_space();
                        let key = self::key(&mut cursor, "a key in double quotes")?;
                        open.push(Open::Object(members, key));
                        break;
                    }
                    if !cursor.eat("}") {
                        return Err(cursor.expected("`,` or `}`"));
                    }
                    value = build.object(unique(members));
                }
            }
        }
    }
}

/// Reads a value that is complete in itself, or opens the array or object that begins here.
fn begin<'text, B: Build<'text>>(
    cursor: &mut Cursor<'text>,
    build: &mut B,
    open: &mut Vec<Open<'text, B::Value>>,
) -> Result<Option<B::Value>, JsonError> {
    let at = cursor.at();
    if matches!(cursor.peek(), Some(b'[' | b'{')) && open.len() >= MAX_DEPTH {
        let message = format!("arrays and objects are nested more than {MAX_DEPTH} deep");
        return Err(cursor.error_at(at, message));
    }
    if cursor.eat("[") {
        cursor.skip_space();
        if cursor.eat("]") {
            return Ok(Some(build.array(Vec::new())));
        }
        open.push(Open::Array(Vec::new()));
        return Ok(None);
    }
    if cursor.eat("{") {
        cursor.skip_space();
        if cursor.eat("}") {
            return Ok(Some(build.object(Vec::new())));
        }
        let key = key(cursor, "a key in double quotes or `}`")?;
        open.push(Open::Object(Vec::new(), key));
        return Ok(None);
    }
    if cursor.eat("\"") {
        return cursor.string().map(|text| Some(build.string(text)));
    }
    let refused = |cursor: &Cursor<'text>, why: String| cursor.error_at(at, why);
    if let Some(number) = cursor.number()? {
        let built = match number {
            Number::Integer(digits) => build.integer(digits),
            Number::Float(value) => build.float(value),
        };
        return built.map(Some).map_err(|why| refused(cursor, why));
    }
    for (word, value) in [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)] {
        if cursor.eat(word) {
            return build.float(value).map(Some).map_err(|why| refused(cursor, why));
        }
    }
    if cursor.eat("null") {
        return Ok(Some(build.null()));
    }
    for (word, value) in [("true", true), ("false", false)] {
        if cursor.eat(word) {
            return Ok(Some(build.bool(value)));
        }
    }
    Err(cursor.expected("a value"))
}

/// A key and the colon after it.
fn key<'text>(cursor: &mut Cursor<'text>, wanted: &str) -> Result<Cow<'text, str>, JsonError> {
    if !cursor.eat("\"") {
        return Err(cursor.expected(wanted));
    }
    let key = cursor.string()?;
    cursor.skip_space();
    if !cursor.eat(":") {
        return Err(cursor.expected("`:` after the key"));
    }
    Ok(key)
}

/// Leaves one member of each key: the last value, at the place of the first.
fn unique<'text, V>(members: Vec<(Cow<'text, str>, V)>) -> Vec<(Cow<'text, str>, V)> {
    let repeated = if members.len() <= FEW {
        members.iter().enumerate().any(|(n, (key, _))| members.iter().take(n).any(|(other, _)| other == key))
    } else {
        let mut seen = std::collections::HashSet::with_capacity(members.len());
        !members.iter().all(|(key, _)| seen.insert(key.as_ref()))
    };
    if !repeated {
        return members;
    }
    let mut places: HashMap<Cow<'text, str>, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(Cow<'text, str>, V)> = Vec::with_capacity(members.len());
    for (key, value) in members {
        if let Some(member) = places.get(&key).and_then(|&place| kept.get_mut(place)) {
            member.1 = value;
        } else {
            places.insert(key.clone(), kept.len());
            kept.push((key, value));
        }
    }
    kept
}
