//! `tojson`, which transformers replaces by its own.

use super::strings::blanks;
use super::{check_room, given, optional, plain};
use crate::ErrorKind;
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::json::{self, Between, JsonOptions};
use crate::value::{Value, iter, names, operators};

pub(super) static TOJSON: FilterDef = plain(
    "tojson",
    ("_cached_compile_jinja_template.<locals>.tojson", ""),
    &["x", "ensure_ascii", "indent", "separators", "sort_keys"],
    1,
    tojson,
);

fn tojson<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, ensure_ascii, indent, separators, sort_keys, ..] = *args;
    let mut options = JsonOptions {
        ensure_ascii: operators::truth(rt, ensure_ascii)?,
        indent: None,
        next_indent: None,
        escapes: (false, false),
        item_separator: (Origin::TEMPLATE, ", "),
        key_separator: (Origin::TEMPLATE, ": "),
        sort_keys: operators::truth(rt, sort_keys)?,
    };
    let indent = optional(indent);
    let separators = match optional(separators) {
        Some(separators) => Some(pair(rt, separators)?),
        None => None,
    };
    // The rest does not matter to a string.
    if value.is_str() {
        return json::dumps(rt, value, &options);
    }
    if let Some(indent) = indent {
        options.item_separator = (Origin::TEMPLATE, ",");
        options.indent = Some(indentation(rt, indent)?);
        options.next_indent = options.indent;
    }
    if let Some((item, key)) = separators
        && indent.is_some()
        && !(item.is_str() && key.is_str())
    {
        // Python's encoder that indents looks at them only where there is something to separate.
        if !has_items(value) {
            return json::dumps(rt, value, &options);
        }
        // Line ends are put behind it.
        if !item.is_str() {
            let line_end = Value::EMPTY;
            let is_markup = matches!(indent, Some(Value::Markup(..)));
            return operators::add(
                rt,
                item,
                if is_markup { operators::markup(rt, line_end)? } else { line_end },
            );
        }
    }
    if let Some((item, key)) = separators {
        // Python's encoder looks at the one for keys first.
        options.key_separator = separator(rt, key, 5)?;
        options.item_separator = separator(rt, item, 6)?;
    }
    let item = separators.map(|(item, _)| item);
    if let Some(indent) = indent {
        add_as_markup(rt, &mut options, indent, item)?;
    }
    json::dumps(rt, value, &options)
}

/// Python's encoder that indents puts the separator, the indentation and the strings of lists together by `+`: if one
/// of them is Markup, it escapes the others.
fn add_as_markup<'a>(
    rt: &Runtime<'a>,
    options: &mut JsonOptions<'a>,
    indent: Value<'a>,
    item: Option<Value<'a>>,
) -> Result<()> {
    let escaped = |(origin, text): Between<'a>| {
        let value = operators::escaped(rt, Value::Str(origin, text))?;
        Ok(rt.flat(value)?.unwrap_or((origin, text)))
    };
    let indent_escapes = matches!(indent, Value::Markup(..));
    let item_escapes = matches!(item, Some(Value::Markup(..)));
    if indent_escapes && !item_escapes {
        options.item_separator = escaped(options.item_separator)?;
    }
    if item_escapes && !indent_escapes {
        options.next_indent = options.indent.map(escaped).transpose()?;
    }
    options.escapes = (indent_escapes, indent_escapes || item_escapes);
    Ok(())
}

/// Whether a value is a list, tuple or dict with something in it.
fn has_items(value: Value<'_>) -> bool {
    value.as_list().is_some_and(|items| items.len() > 0)
        || value.as_tuple().is_some_and(|items| !items.is_empty())
        || value.as_dict().is_some_and(|entries| entries.len() > 0)
}

/// The text of a level of indentation, which is given as such or as a number of blanks.
fn indentation<'a>(rt: &Runtime<'a>, indent: Value<'a>) -> Result<Between<'a>> {
    if let Some(text) = rt.flat(indent)? {
        return Ok(text);
    }
    let count = match indent {
        Value::Int(_, count) => count,
        Value::Bool(_, count) => i64::from(count),
        // The product says what is wrong.
        other => {
            let text = operators::binary(rt, crate::syntax::BinaryOperator::Mul, Value::text(" "), other)?;
            return Ok(rt.flat(text)?.unwrap_or((Origin::TEMPLATE, "")));
        }
    };
    let count = usize::try_from(count).unwrap_or(0);
    check_room(rt, count)?;
    Ok((Origin::TEMPLATE, blanks(rt, count)?))
}

fn separator<'a>(rt: &Runtime<'a>, value: Value<'a>, place: u8) -> Result<Between<'a>> {
    if let Some(text) = rt.flat(value)? {
        return Ok(text);
    }
    let name = if value.is_none() { "None" } else { names::type_name(value) };
    Err(Raised::type_error(format!("make_encoder() argument {place} must be str, not {name}")))
}

/// `a, b = value`.
pub(super) fn pair<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<(Value<'a>, Value<'a>)> {
    let mut items = match iter::Iter::new(rt, value) {
        Ok(items) => items,
        Err(error) if error.kind() == ErrorKind::Type => {
            let message = format!("cannot unpack non-iterable {} object", names::type_name(value));
            return Err(Raised::type_error(message));
        }
        Err(error) => return Err(error),
    };
    let few =
        |found: usize| Raised::value_error(format!("not enough values to unpack (expected 2, got {found})"));
    let Some(first) = items.next(rt)? else { return Err(few(0)) };
    let Some(second) = items.next(rt)? else { return Err(few(1)) };
    match items.next(rt)? {
        None => Ok((first, given(second, Value::NONE))),
        Some(_) => Err(Raised::value_error("too many values to unpack (expected 2)")),
    }
}
