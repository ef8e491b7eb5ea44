//! Methods of `str` and of Markup: how each takes its arguments, and which file has it.

use super::{Method, join, markup, pad, search, split, text, translate};
use crate::builtins::native::{self, Given, Style};
use crate::builtins::{Args, format};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::bytes::Encoding;
use crate::value::{Bytes, Value, names, operators};

/// The string that a method belongs to, in one piece.
#[derive(Clone, Copy)]
pub(super) struct This<'a> {
    pub(super) origin: Origin,
    pub(super) text: &'a str,
    /// Whether it is Markup, as then is what its methods give.
    pub(super) markup: bool,
}

impl<'a> This<'a> {
    /// A part of it.
    #[inline]
    pub(super) fn part(self, text: &'a str) -> Value<'a> {
        if self.markup { Value::Markup(self.origin, text) } else { Value::Str(self.origin, text) }
    }

    /// All of it.
    pub(super) fn whole(self) -> Value<'a> {
        self.part(self.text)
    }

    /// A string that was made from it.
    pub(super) fn made(self, rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
        if self.markup { operators::markup(rt, value) } else { Ok(value) }
    }

    /// A text that was computed from it.
    pub(super) fn computed(self, rt: &Runtime<'a>, text: &str) -> Result<Value<'a>> {
        let text = rt.alloc_str(text)?;
        let origin = rt.computed(self.origin);
        Ok(if self.markup { Value::Markup(origin, text) } else { Value::Str(origin, text) })
    }
}

/// How `str` takes the arguments.
fn style(method: Method) -> Style {
    match method {
        Method::Center | Method::Ljust | Method::Rjust => Style::Between(1, 2),
        Method::Count
        | Method::Endswith
        | Method::Find
        | Method::Index
        | Method::Rfind
        | Method::Rindex
        | Method::Startswith => Style::Parsed(1, 3),
        Method::Encode => Style::Named(&["encoding", "errors"]),
        Method::Expandtabs => Style::Named(&["tabsize"]),
        Method::Join
        | Method::Partition
        | Method::Removeprefix
        | Method::Removesuffix
        | Method::Rpartition
        | Method::Translate
        | Method::Zfill => Style::One,
        Method::Lstrip | Method::Rstrip | Method::Strip => Style::Between(0, 1),
        Method::Maketrans => Style::Between(1, 3),
        Method::Replace => Style::Between(2, 3),
        Method::Rsplit | Method::Split => Style::Named(&["sep", "maxsplit"]),
        Method::Splitlines => Style::Named(&["keepends"]),
        _ => Style::Nothing,
    }
}

fn bind<'a>(method: Method, of: Value<'a>, args: &Args<'_, 'a>) -> Result<Given<'a>> {
    if matches!(of, Value::Markup(..))
        && let Some(bound) = markup::bind(method, args)
    {
        return bound;
    }
    // This one belongs to the type, not to the string.
    let owner = if method == Method::Maketrans { "str" } else { names::type_name(of) };
    style(method).bind(owner, method.name(), args)
}

/// `string.method(…)`.
pub(super) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    of: Value<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    match method {
        Method::Format => return format::format(rt, of, args),
        Method::FormatMap => return format::format_map(rt, of, args),
        _ => {}
    }
    let [first, second, third] = bind(method, of, args)?;
    let Some((origin, flat)) = rt.flat(of)? else { return Ok(of) };
    let this = This { origin, text: flat, markup: matches!(of, Value::Markup(..)) };
    match method {
        Method::Strip => split::strip(rt, this, split::Ends::Both, first),
        Method::Lstrip => split::strip(rt, this, split::Ends::Left, first),
        Method::Rstrip => split::strip(rt, this, split::Ends::Right, first),
        Method::Split => split::split(rt, this, first, second),
        Method::Rsplit => split::rsplit(rt, this, first, second),
        Method::Splitlines => split::lines(rt, this, first),
        Method::Startswith | Method::Endswith => search::edge(rt, this, method, [first, second, third]),
        Method::Find | Method::Index | Method::Rfind | Method::Rindex => {
            search::find(rt, this, method, [first, second, third])
        }
        Method::Count => search::count(rt, this, [first, second, third]),
        Method::Partition => search::partition(rt, this, first),
        Method::Rpartition => search::rpartition(rt, this, first),
        Method::Removeprefix => search::remove_prefix(rt, this, first),
        Method::Removesuffix => search::remove_suffix(rt, this, first),
        Method::Replace => search::replace(rt, this, first, second, third),
        Method::Join => join::join(rt, this, of, first),
        Method::Center | Method::Ljust | Method::Rjust => pad::pad(rt, this, method, first, second),
        Method::Zfill => pad::zfill(rt, this, first),
        Method::Expandtabs => pad::expand_tabs(rt, this, first),
        Method::Translate => translate::translate(rt, this, first),
        Method::Maketrans => translate::maketrans(rt, first, second, third),
        Method::Escape => markup::escape(rt, first),
        Method::Unescape => markup::unescape(rt, this),
        Method::Striptags => markup::strip_tags(rt, this),
        Method::Encode => encode(rt, this, first, second),
        _ => text::call(rt, method, this),
    }
}

/// The arguments of `encode` and `decode`.
pub(super) fn codec<'a>(
    rt: &Runtime<'a>,
    function: &str,
    encoding: Value<'a>,
    errors: Value<'a>,
) -> Result<(Encoding, &'a str)> {
    let text = |name: &str, value: Value<'a>, default: &'static str| {
        if value.is_missing() {
            return Ok(default);
        }
        native::string(rt, &format!("{function}() argument '{name}'"), value)
    };
    let encoding = text("encoding", encoding, "utf-8")?;
    let errors = text("errors", errors, "strict")?;
    if errors.contains('\0') {
        return Err(Raised::value_error("embedded null character"));
    }
    Ok((Encoding::find(encoding)?, errors))
}

/// `string.encode([encoding[, errors]])`.
fn encode<'a>(rt: &Runtime<'a>, this: This<'a>, encoding: Value<'a>, errors: Value<'a>) -> Result<Value<'a>> {
    let (encoding, errors) = codec(rt, "encode", encoding, errors)?;
    rt.step_bytes(this.text.len().saturating_mul(4))?;
    Bytes::value(rt, rt.computed(this.origin), &encoding.encode(this.text, errors)?)
}
