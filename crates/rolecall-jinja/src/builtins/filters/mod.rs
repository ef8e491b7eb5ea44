//! Filters.

mod default;
mod groups;
mod html;
mod indent;
mod json;
pub(super) mod number;
mod path;
mod pretty;
mod select;
mod sequence;
mod strings;
mod truncate;
mod url;
mod urlize;
mod wrap;

#[cfg(test)]
mod tests;

use super::args::{Args, Signature};
use super::{Filter, FilterDef, FilterFunction, FilterKind, OpenFilter};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::repr;
use crate::trace::Origin;
use crate::value::{Object, Value, names};

/// The filter of a name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "abs" => &number::ABS,
        "attr" => &default::ATTR,
        "batch" => &groups::BATCH,
        "capitalize" => &strings::CAPITALIZE,
        "center" => &strings::CENTER,
        "count" | "length" => &sequence::LENGTH,
        "d" | "default" => &default::DEFAULT,
        "dictsort" => &groups::DICTSORT,
        "e" | "escape" => &html::ESCAPE,
        "filesizeformat" => &number::FILESIZEFORMAT,
        "first" => &sequence::FIRST,
        "float" => &number::FLOAT,
        "forceescape" => &html::FORCEESCAPE,
        "format" => &strings::FORMAT,
        "groupby" => &groups::GROUPBY,
        "indent" => &indent::INDENT,
        "int" => &number::INT,
        "items" => &sequence::ITEMS,
        "join" => &sequence::JOIN,
        "last" => &sequence::LAST,
        "list" => &sequence::LIST,
        "lower" => &strings::LOWER,
        "map" => &select::MAP,
        "max" => &sequence::MAX,
        "min" => &sequence::MIN,
        "pprint" => &pretty::PPRINT,
        "random" => &sequence::RANDOM,
        "reject" => &select::REJECT,
        "rejectattr" => &select::REJECTATTR,
        "replace" => &strings::REPLACE,
        "reverse" => &sequence::REVERSE,
        "round" => &number::ROUND,
        "safe" => &html::SAFE,
        "select" => &select::SELECT,
        "selectattr" => &select::SELECTATTR,
        "slice" => &groups::SLICE,
        "sort" => &groups::SORT,
        "string" => &strings::STRING,
        "striptags" => &html::STRIPTAGS,
        "sum" => &sequence::SUM,
        "title" => &strings::TITLE,
        "tojson" => &json::TOJSON,
        "trim" => &strings::TRIM,
        "truncate" => &truncate::TRUNCATE,
        "unique" => &groups::UNIQUE,
        "upper" => &strings::UPPER,
        "urlencode" => &url::URLENCODE,
        "urlize" => &urlize::URLIZE,
        "wordcount" => &wrap::WORDCOUNT,
        "wordwrap" => &wrap::WORDWRAP,
        "xmlattr" => &html::XMLATTR,
        _ => return None,
    })
}

/// A filter that is a function of Python: its name there, its parameters and how many of them have to be given.
/// The parameter that Jinja2 fills before them is the second of the pair.
const fn plain(
    name: &'static str,
    function: (&'static str, &'static str),
    parameters: &'static [&'static str],
    required: usize,
    does: FilterFunction,
) -> FilterDef {
    let (function, hidden) = function;
    FilterDef {
        name,
        does: FilterKind::Plain(Signature { function, hidden, parameters, required }, does),
        needs_context: false,
        cut: None,
        count: None,
        quick: None,
    }
}

/// What a quick filter does.
type Quick = for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>) -> Result<Value<'a>>;

/// A filter that has a quick form.
const fn quick(filter: FilterDef, quick: Quick) -> FilterDef {
    FilterDef { quick: Some(quick), ..filter }
}

/// A filter that looks at its arguments itself.
const fn open(name: &'static str, needs_context: bool, does: OpenFilter) -> FilterDef {
    FilterDef { name, does: FilterKind::Open(does), needs_context, cut: None, count: None, quick: None }
}

/// A parameter's value, or its default.
fn given<'a>(value: Value<'a>, default: Value<'a>) -> Value<'a> {
    if value.is_missing() { default } else { value }
}

/// A parameter's value; nothing where it was not given or is None, which is the default.
fn optional(value: Value<'_>) -> Option<Value<'_>> {
    (!value.is_missing() && !value.is_none()).then_some(value)
}

/// Checks that nothing but its one value is given to a function of C.
pub(super) fn only_value(function: &str, args: &Args<'_, '_>) -> Result<()> {
    if !args.named.is_empty() {
        return Err(Raised::type_error(format!("{function}() takes no keyword arguments")));
    }
    match args.positional.len() {
        0 => Ok(()),
        more => {
            let given = more + 1;
            Err(Raised::type_error(format!("{function}() takes exactly one argument ({given} given)")))
        }
    }
}

/// Checks that nothing but its one value is given to a function whose parameter `s` has no name for callers.
fn only_s(function: &str, args: &Args<'_, '_>) -> Result<()> {
    if args.named("s").is_some() {
        let message =
            format!("{function}() got some positional-only arguments passed as keyword arguments: 's'");
        return Err(Raised::type_error(message));
    }
    if let Some((name, _)) = args.named.first() {
        let message = format!("{function}() got an unexpected keyword argument {}", repr(name));
        return Err(Raised::type_error(message));
    }
    match args.positional.len() {
        0 => Ok(()),
        more => {
            let given = more + 1;
            Err(Raised::type_error(format!(
                "{function}() takes 1 positional argument but {given} were given"
            )))
        }
    }
}

/// The text of a value, as `str(value)` has it, in one piece.
fn text_of<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<(Origin, &'a str)> {
    let text = if value.is_str() { value } else { crate::value::repr::str(rt, value)? };
    Ok(rt.flat(text)?.unwrap_or((Origin::TEMPLATE, "")))
}

/// A string that is Markup if another one is.
fn like<'a>(model: Value<'a>, origin: Origin, text: &'a str) -> Value<'a> {
    match model {
        Value::Markup(..) => Value::Markup(origin, text),
        _ => Value::Str(origin, text),
    }
}

/// The error for a value that lacks a method which a filter calls.
#[cold]
fn no_attribute<'a>(rt: &Runtime<'a>, value: Value<'a>, name: &str) -> Raised {
    if let Value::Undefined(undefined) = value {
        return undefined.error(rt);
    }
    let message = match value {
        Value::Object(Object::Namespace(_)) => name.to_owned(),
        // It has what it cycles through under that name.
        Value::Object(Object::Cycler(_)) if name == "items" => {
            return Raised::type_error("'tuple' object is not callable");
        }
        _ => match (names::class_name(value), names::type_name(value)) {
            (Some(class), _) => format!("type object '{class}' has no attribute '{name}'"),
            // A method of Python asks its function.
            (None, "method") => format!("'function' object has no attribute '{name}'"),
            (None, class) => format!("'{class}' object has no attribute '{name}'"),
        },
    };
    Raised::new(crate::ErrorKind::Attribute, message)
}

/// A parameter that has to be an index.
pub(super) fn index(value: Value<'_>) -> Result<i64> {
    match value {
        Value::Int(_, value) => Ok(value),
        Value::Bool(_, value) => Ok(i64::from(value)),
        Value::Big(..) => {
            Err(Raised::new(crate::ErrorKind::Overflow, "Python int too large to convert to C ssize_t"))
        }
        other => Err(no_integer(other)),
    }
}

/// A parameter that Python's own sorting takes: true or false, as an integer.
fn flag(value: Value<'_>) -> Result<bool> {
    match value {
        Value::Missing => Ok(false),
        Value::Bool(_, flag) => Ok(flag),
        Value::Int(_, number) if i32::try_from(number).is_ok() => Ok(number != 0),
        Value::Int(..) | Value::Big(..) => {
            Err(Raised::new(crate::ErrorKind::Overflow, "Python int too large to convert to C int"))
        }
        other => Err(no_integer(other)),
    }
}

/// The error for what is no integer.
#[cold]
fn no_integer(value: Value<'_>) -> Raised {
    Raised::type_error(format!("'{}' object cannot be interpreted as an integer", names::type_name(value)))
}

/// `len(value)`.
fn length<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<usize> {
    super::tests::len(rt, value)?.ok_or_else(|| {
        Raised::type_error(format!("object of type '{}' has no len()", names::type_name(value)))
    })
}

/// Refuses what cannot fit into the memory that is left, before any of it is made.
fn check_room(rt: &Runtime<'_>, bytes: usize) -> Result<()> {
    if bytes > rt.memory_left() { rt.reserve(bytes) } else { Ok(()) }
}
