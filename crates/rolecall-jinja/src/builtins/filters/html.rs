//! Filters of HTML.

use super::{given, no_attribute, only_s, open, plain, text_of};
use crate::builtins::{Args, Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{escape, repr as quoted};
use crate::value::writer::Writer;
use crate::value::{Value, names, operators, repr};

pub(super) static ESCAPE: FilterDef = open("escape", false, escaped);
pub(super) static FORCEESCAPE: FilterDef =
    plain("forceescape", ("do_forceescape", ""), &["value"], 1, |rt, args| {
        operators::escaped(rt, repr::str(rt, args[0])?)
    });
pub(super) static SAFE: FilterDef = plain("safe", ("do_mark_safe", ""), &["value"], 1, |rt, args| {
    operators::markup(rt, repr::str(rt, args[0])?)
});
pub(super) static STRIPTAGS: FilterDef = plain("striptags", ("do_striptags", ""), &["value"], 1, striptags);
pub(super) static XMLATTR: FilterDef =
    plain("xmlattr", ("do_xmlattr", "eval_ctx"), &["d", "autospace"], 1, xmlattr);

fn escaped<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    only_s("escape", args)?;
    operators::escaped(rt, value)
}

fn striptags<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let text = repr::str_with_any_address(rt, args[0])?;
    let Some((origin, text)) = rt.flat(text)? else { return Ok(text) };
    rt.step_bytes(text.len() * 8)?;
    let stripped = escape::strip_tags(text);
    if !args[0].is_str() && stripped.as_ref().is_ok_and(|text| text.contains(repr::ANY_ADDRESS)) {
        // Refused if it is not a text that has it.
        text_of(rt, args[0])?;
    }
    match stripped {
        Ok(stripped) if stripped == text => Ok(Value::Str(origin, text)),
        Ok(stripped) => Ok(Value::Str(rt.computed(origin), rt.alloc_str(&stripped)?)),
        Err((kind, message)) => Err(Raised::new(kind, message)),
    }
}

/// The attributes of an element, from a dict; none and undefined values are left out.
fn xmlattr<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, autospace, ..] = *args;
    let Some(dict) = value.as_dict() else { return Err(no_attribute(rt, value, "items")) };
    let leading = operators::truth(rt, given(autospace, Value::bool(true)))?;
    let mut out = Writer::new(rt);
    let mut separate = leading;
    let mut entries = dict.iter();
    while let Some((key, value)) = entries.next(rt)? {
        if value.is_none() || value.is_undefined() {
            continue;
        }
        check_key(rt, key)?;
        if std::mem::replace(&mut separate, true) {
            out.str(" ")?;
        }
        out.string(operators::escaped(rt, key)?)?;
        out.str("=\"")?;
        out.string(operators::escaped(rt, value)?)?;
        out.str("\"")?;
    }
    let out = out.finish()?;
    if rt.autoescape.get() { operators::markup(rt, out) } else { Ok(out) }
}

/// Refuses a name that would not stay one.
fn check_key<'a>(rt: &Runtime<'a>, key: Value<'a>) -> Result<()> {
    let Some((_, name)) = rt.flat(key)? else {
        let message = format!("expected string or bytes-like object, got '{}'", names::type_name(key));
        return Err(Raised::type_error(message));
    };
    rt.step_bytes(name.len())?;
    if name.contains([' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '/', '>', '=']) {
        let message = format!("Invalid character in attribute name: {}", quoted(name));
        return Err(Raised::value_error(message));
    }
    Ok(())
}
