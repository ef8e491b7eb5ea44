//! What Markup has beside `str`'s methods, and how it takes the arguments of those: its methods are written in
//! Python.

use super::Method;
use super::string::This;
use crate::builtins::native::Given;
use crate::builtins::{Args, Signature};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::{entity, escape as html};
use crate::value::{Value, operators};

/// The parameters, how many of them have to be given, and whether names are taken.
fn parameters(method: Method) -> Option<(&'static str, &'static [&'static str], usize, bool)> {
    Some(match method {
        Method::Capitalize => ("Markup.capitalize", &[], 0, true),
        Method::Casefold => ("Markup.casefold", &[], 0, true),
        Method::Center => ("Markup.center", &["width", "fillchar"], 1, false),
        Method::Escape => ("Markup.escape", &["s"], 1, false),
        Method::Expandtabs => ("Markup.expandtabs", &["tabsize"], 0, true),
        Method::Join => ("Markup.join", &["iterable"], 1, false),
        Method::Ljust => ("Markup.ljust", &["width", "fillchar"], 1, false),
        Method::Lower => ("Markup.lower", &[], 0, true),
        Method::Lstrip => ("Markup.lstrip", &["chars"], 0, false),
        Method::Partition => ("Markup.partition", &["sep"], 1, false),
        Method::Removeprefix => ("Markup.removeprefix", &["prefix"], 1, false),
        Method::Removesuffix => ("Markup.removesuffix", &["suffix"], 1, true),
        Method::Replace => ("Markup.replace", &["old", "new", "count"], 2, false),
        Method::Rjust => ("Markup.rjust", &["width", "fillchar"], 1, false),
        Method::Rpartition => ("Markup.rpartition", &["sep"], 1, false),
        Method::Rsplit => ("Markup.rsplit", &["sep", "maxsplit"], 0, true),
        Method::Rstrip => ("Markup.rstrip", &["chars"], 0, false),
        Method::Split => ("Markup.split", &["sep", "maxsplit"], 0, true),
        Method::Splitlines => ("Markup.splitlines", &["keepends"], 0, true),
        Method::Strip => ("Markup.strip", &["chars"], 0, false),
        Method::Striptags => ("Markup.striptags", &[], 0, true),
        Method::Swapcase => ("Markup.swapcase", &[], 0, true),
        Method::Title => ("Markup.title", &[], 0, true),
        Method::Translate => ("Markup.translate", &["table"], 1, false),
        Method::Unescape => ("Markup.unescape", &[], 0, true),
        Method::Upper => ("Markup.upper", &[], 0, true),
        Method::Zfill => ("Markup.zfill", &["width"], 1, false),
        _ => return None,
    })
}

/// The full name of a method that Markup has of its own.
pub(super) fn name(method: Method) -> Option<&'static str> {
    parameters(method).map(|(name, ..)| name)
}

/// Fills the parameters of a method that Markup has of its own.
pub(super) fn bind<'a>(method: Method, args: &Args<'_, 'a>) -> Option<Result<Given<'a>>> {
    let (function, parameters, required, by_name) = parameters(method)?;
    if !by_name && !args.named.is_empty() {
        let named: Vec<&str> =
            parameters.iter().copied().filter(|parameter| args.named(parameter).is_some()).collect();
        if !named.is_empty() {
            let message = format!(
                "{function}() got some positional-only arguments passed as keyword arguments: '{}'",
                named.join(", ")
            );
            return Some(Err(Raised::type_error(message)));
        }
    }
    let bound = Signature { function, hidden: "self", parameters, required }.bind(&[], args);
    Some(bound.map(|[first, second, third, ..]| [first, second, third]))
}

/// `Markup.escape(value)`.
pub(super) fn escape<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    operators::escaped(rt, value)
}

fn plain<'a>(
    rt: &Runtime<'a>,
    this: This<'a>,
    changed: std::result::Result<String, (crate::ErrorKind, String)>,
) -> Result<Value<'a>> {
    match changed {
        Ok(text) if text == this.text => Ok(Value::Str(this.origin, this.text)),
        Ok(text) => This { markup: false, ..this }.computed(rt, &text),
        Err((kind, message)) => Err(Raised::new(kind, message)),
    }
}

/// `markup.unescape()`.
pub(super) fn unescape<'a>(rt: &Runtime<'a>, this: This<'a>) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len().saturating_mul(8))?;
    plain(rt, this, entity::unescape(this.text))
}

/// `markup.striptags()`.
pub(super) fn strip_tags<'a>(rt: &Runtime<'a>, this: This<'a>) -> Result<Value<'a>> {
    rt.step_bytes(this.text.len().saturating_mul(8))?;
    plain(rt, this, html::strip_tags(this.text))
}
