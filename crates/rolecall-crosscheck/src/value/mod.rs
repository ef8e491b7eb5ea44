//! Python's values as minijinja's.
//!
//! Scalars and strings are minijinja's own; containers are objects of ours, which know how deep they are and
//! print, compare and look up as Python's do.

mod dict;
mod extent;
mod lazy;
mod list;
mod method;
mod missing;
mod namespace;
mod turns;

use minijinja::Value;
use minijinja::value::ValueKind;

pub(crate) use dict::{Dict, View, ViewOf, pairs};
pub(crate) use extent::{Extent, weight};
pub(crate) use lazy::{Generator, Range};
pub(crate) use list::List;
pub(crate) use method::Method;
pub(crate) use missing::{Missing, Reason};
pub(crate) use namespace::Namespace;
pub(crate) use turns::{Cycler, Joiner};

/// A value as Python sees it.
pub(crate) enum Kind<'v> {
    Undefined(&'v Missing),
    None,
    Bool(bool),
    Int(i128),
    /// An integer above 127 bits, which can be kept and printed but not calculated with.
    HugeInt,
    Float(f64),
    Text(&'v str),
    List(&'v List),
    Tuple(&'v List),
    Dict(&'v Dict),
    View(&'v View),
    Generator(&'v Generator),
    Range(&'v Range),
    Namespace(&'v Namespace),
    /// Functions, macros, loops and the like.
    Other,
}

pub(crate) fn kind(value: &Value) -> Kind<'_> {
    match value.kind() {
        ValueKind::Undefined => Kind::Undefined(Missing::anonymous()),
        ValueKind::None => Kind::None,
        ValueKind::Bool => Kind::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => match i128::try_from(value.clone()) {
            Ok(integer) => Kind::Int(integer),
            Err(_) => Kind::HugeInt,
        },
        ValueKind::Number => f64::try_from(value.clone()).map_or(Kind::Other, Kind::Float),
        ValueKind::String => value.as_str().map_or(Kind::Other, Kind::Text),
        _ => object_kind(value),
    }
}

fn object_kind(value: &Value) -> Kind<'_> {
    let list = value.downcast_object_ref().map(list_kind);
    list.or_else(|| value.downcast_object_ref().map(Kind::Dict))
        .or_else(|| value.downcast_object_ref().map(Kind::Undefined))
        .or_else(|| value.downcast_object_ref().map(Kind::Namespace))
        .or_else(|| value.downcast_object_ref().map(Kind::Generator))
        .or_else(|| value.downcast_object_ref().map(Kind::View))
        .or_else(|| value.downcast_object_ref().map(Kind::Range))
        .unwrap_or(Kind::Other)
}

fn list_kind(list: &List) -> Kind<'_> {
    if list.is_tuple() { Kind::Tuple(list) } else { Kind::List(list) }
}

/// The name of a value's class.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match kind(value) {
        Kind::Undefined(_) => "Undefined",
        Kind::None => "NoneType",
        Kind::Bool(_) => "bool",
        Kind::Int(_) | Kind::HugeInt => "int",
        Kind::Float(_) => "float",
        Kind::Text(_) if value.is_safe() => "Markup",
        Kind::Text(_) => "str",
        Kind::List(_) => "list",
        Kind::Tuple(_) => "tuple",
        Kind::Dict(_) => "dict",
        Kind::View(view) => view.type_name(),
        Kind::Generator(_) => "generator",
        Kind::Range(_) => "range",
        Kind::Namespace(_) => "TemplateNamespace",
        Kind::Other if is_loop(value) => "LoopContext",
        Kind::Other if is_macro(value) => "Macro",
        Kind::Other if value.downcast_object_ref::<Method>().is_some() => "builtin_function_or_method",
        Kind::Other => "function",
    }
}

/// Jinja2's name for what an undefined attribute was looked up on.
pub(crate) fn described(value: &Value) -> String {
    match kind(value) {
        Kind::None => "None".to_owned(),
        Kind::Undefined(_) => "jinja2.runtime.Undefined object".to_owned(),
        Kind::Generator(_) => "generator object".to_owned(),
        Kind::Namespace(_) => "transformers.utils.chat_template_utils.TemplateNamespace object".to_owned(),
        Kind::Other if value.downcast_object_ref::<Cycler>().is_some() => {
            "jinja2.utils.Cycler object".to_owned()
        }
        Kind::Other if value.downcast_object_ref::<Joiner>().is_some() => {
            "jinja2.utils.Joiner object".to_owned()
        }
        Kind::Other if is_dict_class(value) => {
            "transformers.utils.chat_template_utils.TemplateDict object".to_owned()
        }
        Kind::Other if is_loop(value) => "jinja2.runtime.LoopContext object".to_owned(),
        Kind::Other if is_macro(value) => "jinja2.runtime.Macro object".to_owned(),
        Kind::Text(_) if value.is_safe() => "markupsafe.Markup object".to_owned(),
        _ => format!("{} object", type_name(value)),
    }
}

/// Whether a value is a variable `loop` of minijinja, which holds on to the items it goes through.
pub(crate) fn is_loop(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("::Loop"))
}

fn is_dict_class(value: &Value) -> bool {
    value.downcast_object_ref::<crate::globals::DictClass>().is_some()
}

pub(crate) fn is_macro(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("::Macro"))
}

/// The hint of an undefined value.
pub(crate) fn missing(value: &Value) -> Option<&Missing> {
    match kind(value) {
        Kind::Undefined(missing) => Some(missing),
        _ => None,
    }
}

pub(crate) fn is_undefined(value: &Value) -> bool {
    missing(value).is_some()
}

/// A text that is Markup if `safe`.
pub(crate) fn text(text: impl Into<String>, safe: bool) -> Value {
    if safe { Value::from_safe_string(text.into()) } else { Value::from(text.into()) }
}

pub(crate) fn none() -> Value {
    Value::from(())
}
