//! `urlencode`.

use minijinja::{Error, State, Value};

use super::text::soft;
use crate::args::Args;
use crate::budget;
use crate::ops::iterate;
use crate::value::{Dict, Kind, kind};

/// A text as part of a path, or pairs as a query.
pub(super) fn urlencode(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    args.bind::<0>("do_urlencode", [], 0)?;
    let pairs = match kind(value) {
        Kind::Dict(dict) => Dict::entries(dict).to_vec(),
        Kind::List(_) | Kind::Tuple(_) | Kind::Generator(_) | Kind::View(_) => {
            let mut pairs = Vec::new();
            for item in iterate::items(state, value)? {
                let pair = iterate::unpack(state, &item, "xx")?;
                let part = |n: usize| pair.get_item_by_index(n).unwrap_or_default();
                pairs.push((part(0), part(1)));
            }
            pairs
        }
        _ => {
            let text = soft(state, value)?;
            return quoted(state, text.str(), false).map(Value::from);
        }
    };
    let mut out = budget::writer(state);
    for (n, (key, value)) in pairs.iter().enumerate() {
        let (key, value) = (soft(state, key)?, soft(state, value)?);
        if n > 0 {
            out.char('&')?;
        }
        out.str(&quoted(state, key.str(), true)?)?;
        out.char('=')?;
        out.str(&quoted(state, value.str(), true)?)?;
    }
    out.finish(state).map(Value::from)
}

fn quoted(state: &mut State<'_, '_>, text: &str, query: bool) -> Result<String, Error> {
    let mut out = budget::writer(state);
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.char(char::from(b))?,
            b'/' if !query => out.char('/')?,
            b' ' if query => out.char('+')?,
            b => out.str(&format!("%{b:02X}"))?,
        }
    }
    out.finish(state)
}
