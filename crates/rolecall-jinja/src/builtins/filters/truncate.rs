//! `truncate`.

use super::{given, length, no_attribute, optional, plain};
use crate::ErrorKind;
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::value::compare::{Order, ordered};
use crate::value::{Value, operators, repr, slice};

pub(super) static TRUNCATE: FilterDef =
    plain("truncate", ("do_truncate", "env"), &["s", "length", "killwords", "end", "leeway"], 1, truncate);

/// How much longer than asked a text may be and still is not cut.
const LEEWAY: i64 = 5;

fn truncate<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, most, killwords, end, leeway, ..] = *args;
    let most = given(most, Value::int(255));
    let end = given(end, Value::text("..."));
    let leeway = optional(leeway).unwrap_or(Value::int(LEEWAY));
    let end_length = Value::count(length(rt, end)?);
    at_least(rt, "length", most, end_length)?;
    at_least(rt, "leeway", leeway, Value::int(0))?;
    let found = Value::count(length(rt, value)?);
    let allowed = operators::add(rt, most, leeway)?;
    if ordered(rt, Order::LtEq, found, allowed)? {
        return Ok(value);
    }
    let kept = operators::binary(rt, BinaryOperator::Sub, most, end_length)?;
    let mut part = slice::slice(rt, value, [Value::NONE, kept, Value::NONE])?;
    if !operators::truth(rt, killwords)? {
        part = without_last_word(rt, part)?;
    }
    operators::add(rt, part, end)
}

/// What Python's `assert` checks here.
fn at_least<'a>(rt: &Runtime<'a>, name: &str, value: Value<'a>, least: Value<'a>) -> Result<()> {
    if ordered(rt, Order::GtEq, value, least)? {
        return Ok(());
    }
    let message = format!("expected {name} >= {}, got {}", repr::short(rt, least), repr::short(rt, value));
    Err(Raised::new(ErrorKind::Assertion, message))
}

fn without_last_word<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let Some((origin, text)) = rt.flat(value)? else { return Err(no_attribute(rt, value, "rsplit")) };
    rt.step_bytes(text.len())?;
    let kept = text.rsplit_once(' ').map_or(text, |(kept, _)| kept);
    Ok(super::like(value, origin, kept))
}
