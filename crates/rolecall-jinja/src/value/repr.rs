//! `str(value)` and `repr(value)`.

use std::fmt::Write as _;

use super::writer::Writer;
use super::{Object, Seq, Value, iter};
use crate::builtins::globals::Function;
use crate::builtins::methods::Method;
use crate::number::{MOST_DIGITS, TOO_LONG_FOR_TEXT};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::float;
use crate::text::repr::{write_escape, write_repr as write_text_repr};
use crate::trace::Origin;

/// An address that is no object's.
pub(crate) const ANY_ADDRESS: &str = "0x7f0000000000";

const TOO_DEEP: &str = " while getting the repr of an object";

/// `str(value)`, as a string: itself if it is one.
pub(crate) fn str<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    match value {
        Value::Str(..) | Value::Rope(..) => Ok(value),
        Value::Markup(origin, text) => Ok(Value::Str(origin, text)),
        Value::Undefined(_) | Value::Missing => Ok(Value::EMPTY),
        Value::None(Origin::TEMPLATE) => Ok(Value::text("None")),
        Value::Bool(Origin::TEMPLATE, value) => Ok(Value::text(if value { "True" } else { "False" })),
        _ => {
            let mut out = Writer::new(rt);
            write_str(&mut out, value)?;
            out.finish()
        }
    }
}

/// `repr(value)`, as a string.
pub(crate) fn repr<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let mut out = Writer::new(rt);
    write_repr(&mut out, value)?;
    out.finish()
}

/// `ascii(value)`: its `repr` with escapes for all that is not ASCII.
pub(crate) fn ascii<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let written = repr(rt, value)?;
    escape_non_ascii(rt, written)
}

/// A string with escapes for all that is not ASCII.
pub(crate) fn escape_non_ascii<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    let Some((origin, text)) = rt.flat(value)? else { return Ok(value) };
    rt.step_bytes(text.len())?;
    if text.is_ascii() {
        return Ok(value);
    }
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            write_escape(&mut escaped, c);
        }
    }
    Ok(Value::Str(rt.computed(origin), rt.alloc_str(&escaped)?))
}

/// Writes `str(value)`.
pub(crate) fn write_str<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    match value {
        Value::Undefined(_) | Value::Missing => Ok(()),
        Value::Str(..) | Value::Rope(..) | Value::Markup(..) => out.string(value),
        _ => write_repr(out, value),
    }
}

/// Writes `repr(value)`.
#[inline]
pub(crate) fn write_repr<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    match value {
        Value::List(..)
        | Value::JsonList(..)
        | Value::Tuple(..)
        | Value::Dict(..)
        | Value::JsonDict(..)
        | Value::View(_)
        | Value::Generator(_)
        | Value::Object(_) => write_container(out, value),
        _ => write_simple(out, value),
    }
}

/// Writes what has nothing in it.
fn write_simple<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    match value {
        Value::Missing | Value::Undefined(_) => out.str("Undefined"),
        Value::None(origin) => {
            out.computed(origin)?.push_str("None");
            Ok(())
        }
        Value::Bool(origin, value) => {
            out.computed(origin)?.push_str(if value { "True" } else { "False" });
            Ok(())
        }
        Value::Int(origin, value) => {
            // Writing to a string does not fail.
            let _ = write!(out.computed(origin)?, "{value}");
            Ok(())
        }
        Value::Big(origin, value) => {
            let digits = decimal(out.rt, value)?;
            out.computed(origin)?.push_str(&digits);
            out.count()
        }
        Value::Float(origin, value) => {
            float::write_float(out.computed(origin)?, value);
            Ok(())
        }
        Value::Str(origin, text) => write_text(out, origin, text),
        Value::Rope(..) => match out.rt.flat(value)? {
            Some((origin, text)) => write_text(out, origin, text),
            None => Ok(()),
        },
        Value::Markup(origin, text) => {
            out.str("Markup(")?;
            write_text(out, origin, text)?;
            out.str(")")
        }
        Value::Range(range) => {
            let mut text = format!("range({}, {}", range.start, range.stop);
            let step = range.exact_step()?;
            if step != 1 {
                let _ = write!(text, ", {step}");
            }
            text.push(')');
            out.str(&text)
        }
        _ => write_container(out, value),
    }
}

/// The digits of a large integer, of which Python prints at most so many.
pub(crate) fn decimal<'a>(rt: &Runtime<'a>, value: &super::Big<'a>) -> Result<String> {
    let value = value.get();
    // Python counts the digits without the sign.
    if value.digits() > MOST_DIGITS {
        let digits = value.to_string();
        if digits.trim_start_matches('-').len() > MOST_DIGITS {
            return Err(Raised::value_error(TOO_LONG_FOR_TEXT));
        }
        return Ok(digits);
    }
    rt.step_bytes(value.digits() * 16)?;
    Ok(value.to_string())
}

fn write_text(out: &mut Writer<'_, '_>, origin: Origin, text: &str) -> Result<()> {
    out.rt.step_bytes(text.len() * 2)?;
    write_text_repr(out.computed(origin)?, text);
    out.count()
}

fn write_container<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    let rt = out.rt;
    rt.step(1)?;
    if let Value::Object(object) = value
        && !matches!(object, Object::Namespace(_) | Object::Group(_))
    {
        return write_object(out, object);
    }
    // By hand, so that a level takes little of the stack even where nothing is inlined.
    rt.enter(1, TOO_DEEP)?;
    let outer = out.cover(match value {
        Value::View(view) => view.dict.value().origin(),
        other => other.origin(),
    });
    let result = write_inside(out, value);
    out.uncover(outer);
    rt.leave(1);
    result
}

/// Writes a container, one level deeper.
fn write_inside<'a>(out: &mut Writer<'_, 'a>, value: Value<'a>) -> Result<()> {
    if let Some(list) = value.as_list() {
        return write_seq(out, ["[", "]"], list);
    }
    if let Some(items) = value.as_tuple() {
        let end = if items.len() == 1 { ",)" } else { ")" };
        return write_seq(out, ["(", end], Seq::Values(value.origin(), items));
    }
    if let Some(dict) = value.as_dict() {
        let entries = dict.entries(out.rt)?;
        return write_entries(out, ["{", "}"], &entries);
    }
    match value {
        Value::View(_) => {
            out.str(super::names::type_name(value))?;
            let items = iter::collect(out.rt, value)?;
            write_seq(out, ["([", "])"], Seq::Values(Origin::TEMPLATE, items))
        }
        Value::Object(Object::Namespace(namespace)) => {
            let entries = namespace.entries();
            write_entries(out, ["<Namespace {", "}>"], &entries)
        }
        _ => {
            let name = super::names::type_name(value);
            // Python adds the name of the function.
            let function = if name == "generator" { " sync_do_map" } else { "" };
            write_address(out, name, &format!("{name} object{function}"))
        }
    }
}

fn write_object<'a>(out: &mut Writer<'_, 'a>, object: &'a Object<'a>) -> Result<()> {
    let rt = out.rt;
    match object {
        Object::Macro(this) => {
            out.str("<Macro ")?;
            match this.decl.name() {
                Some(name) => {
                    let mut text = String::new();
                    write_text_repr(&mut text, name);
                    out.str(&text)?;
                }
                None => out.str("anonymous")?,
            }
            out.str(">")
        }
        Object::Loop(this) => {
            let length = this.length(rt)?;
            out.str(&format!("<LoopContext {}/{length}>", this.index()))
        }
        Object::Templates => out.str("<TemplateReference None>"),
        Object::Function(function) if function.class_path().is_some() => {
            out.str(&format!("<class '{}'>", function.class_path().unwrap_or_default()))
        }
        Object::Method(bound) => match bound.method.python_name(bound.of) {
            Some(name) => rt.deeper(TOO_DEEP, || {
                out.str(&format!("<bound method {name} of "))?;
                if bound.method == Method::Escape {
                    out.str("<class 'markupsafe.Markup'>")?;
                } else {
                    write_repr(out, bound.of)?;
                }
                out.str(">")
            }),
            None => write_address(out, object.type_name(), &described(object)),
        },
        Object::Bytes(bytes) => {
            rt.step_bytes(bytes.data.len() * 2)?;
            bytes.write_repr(out.computed(bytes.origin)?);
            out.count()
        }
        Object::Unknown(unknown) => Err(unknown.error()),
        other => write_address(out, other.type_name(), &described(other)),
    }
}

/// Python prints where in memory such an object is: refused, unless any address will do.
fn write_address(out: &mut Writer<'_, '_>, type_name: &str, described: &str) -> Result<()> {
    if !out.any_address {
        return Err(Raised::unsupported(format!(
            "a {type_name} cannot be printed: Python prints its address in memory, which differs from run to run"
        )));
    }
    out.str(&format!("<{described} at {ANY_ADDRESS}>"))
}

/// What Python prints of such an object before its address.
fn described(object: &Object<'_>) -> String {
    const PATH: &str = "transformers.utils.chat_template_utils";
    const TEMPLATE: &str = "_cached_compile_jinja_template.<locals>";
    match object {
        Object::Function(function) => match function {
            Function::Range => "function safe_range".to_owned(),
            Function::Lipsum => "function generate_lorem_ipsum".to_owned(),
            Function::RaiseException => format!("function {TEMPLATE}.raise_exception"),
            Function::StrftimeNow => format!("function {TEMPLATE}.strftime_now"),
            _ => format!("{PATH}.{TEMPLATE}.TemplateDict object"),
        },
        Object::Method(bound) => {
            let (method, of) = (bound.method.name(), super::names::type_name(bound.of));
            match bound.of {
                Value::Object(Object::Function(Function::Dict)) => format!(
                    "bound method {TEMPLATE}.TemplateDict.{method} of <{PATH}.{TEMPLATE}.TemplateDict object"
                ),
                Value::Object(Object::Function(_)) => format!("function Cycler.{method}"),
                _ if object.type_name() == "function" => format!("function {of}.{method}"),
                _ => format!("built-in method {method} of {of} object"),
            }
        }
        Object::Cycler(_) => "jinja2.utils.Cycler object".to_owned(),
        Object::Joiner(_) => "jinja2.utils.Joiner object".to_owned(),
        Object::Block(_) => "jinja2.runtime.BlockReference object".to_owned(),
        other => format!("{} object", other.type_name()),
    }
}

/// `str(value)` for questions whose answer is the same for any addresses in it.
pub(crate) fn str_with_any_address<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Value<'a>> {
    if !matches!(value, Value::Generator(_) | Value::Object(_))
        && value.as_list().is_none()
        && value.as_tuple().is_none()
        && value.as_dict().is_none()
        && !matches!(value, Value::View(_))
    {
        return str(rt, value);
    }
    let mut out = Writer::new(rt);
    out.any_address = true;
    write_str(&mut out, value)?;
    out.finish()
}

fn write_seq<'a>(out: &mut Writer<'_, 'a>, [start, end]: [&str; 2], seq: Seq<'a>) -> Result<()> {
    out.str(start)?;
    for at in 0..seq.len() {
        if at > 0 {
            out.str(", ")?;
        }
        out.rt.step(1)?;
        if let Some(item) = iter::item(out.rt, seq, at)? {
            write_repr(out, item)?;
        }
    }
    out.count()?;
    out.str(end)
}

fn write_entries<'a>(
    out: &mut Writer<'_, 'a>,
    [start, end]: [&str; 2],
    entries: &[(Value<'a>, Value<'a>)],
) -> Result<()> {
    out.str(start)?;
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            out.str(", ")?;
        }
        write_repr(out, *key)?;
        out.str(": ")?;
        write_repr(out, *value)?;
    }
    out.str(end)
}

/// `repr(value)` for a message.
pub(crate) fn short<'a>(rt: &Runtime<'a>, value: Value<'a>) -> String {
    let mut out = Writer::new(rt);
    match write_repr(&mut out, value).and_then(|()| out.finish()).and_then(|text| rt.flat(text)) {
        Ok(Some((_, text))) => text.to_owned(),
        _ => format!("<{}>", super::names::type_name(value)),
    }
}
