//! `upper`, `title`, `isalpha` and the other methods of a string that take no arguments.

use std::borrow::Cow;

use super::Method;
use super::string::This;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{case, class};
use crate::value::Value;

/// Calls a method without arguments.
pub(super) fn call<'a>(rt: &Runtime<'a>, method: Method, this: This<'a>) -> Result<Value<'a>> {
    let text = this.text;
    rt.step_bytes(text.len().saturating_mul(if text.is_ascii() { 1 } else { 8 }))?;
    let changed = match method {
        Method::Upper => case::upper(text),
        Method::Lower => case::lower(text),
        Method::Casefold => case::casefold(text),
        Method::Title => Cow::Owned(case::title(text)),
        Method::Capitalize => Cow::Owned(case::capitalize(text)),
        Method::Swapcase => Cow::Owned(case::swapcase(text)),
        _ => return holds(method, text).map(|holds| Value::Bool(rt.computed(this.origin), holds)),
    };
    match changed {
        Cow::Borrowed(same) => Ok(this.part(same)),
        Cow::Owned(changed) if changed == text => Ok(this.whole()),
        Cow::Owned(changed) => this.computed(rt, &changed),
    }
}

fn holds(method: Method, text: &str) -> Result<bool> {
    Ok(match method {
        Method::Isalnum => class::is_alnum(text),
        Method::Isalpha => class::is_alpha(text),
        Method::Isascii => text.is_ascii(),
        Method::Isdecimal => class::is_decimal(text),
        Method::Isdigit => class::is_digit(text),
        Method::Isidentifier => class::is_identifier(text),
        Method::Islower => case::is_lower(text),
        Method::Isnumeric => class::is_numeric(text),
        Method::Isprintable => class::is_all_printable(text),
        Method::Isspace => class::is_all_space(text),
        Method::Istitle => case::is_title(text),
        Method::Isupper => case::is_upper(text),
        other => return Err(Raised::unsupported(format!("str.{}()", other.name()))),
    })
}
