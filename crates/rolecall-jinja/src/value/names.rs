//! What Python calls the types of values in its messages.

use super::{Object, Value, ViewOf};

/// `type(value).__name__`.
pub(crate) fn type_name(value: Value<'_>) -> &'static str {
    match value {
        Value::Missing | Value::Undefined(_) => "Undefined",
        Value::None(_) => "NoneType",
        Value::Bool(..) => "bool",
        Value::Int(..) | Value::Big(..) => "int",
        Value::Float(..) => "float",
        Value::Str(..) | Value::Rope(..) => "str",
        Value::Markup(..) => "Markup",
        Value::List(..) | Value::JsonList(..) => "list",
        Value::Tuple(..) => "tuple",
        Value::Dict(..) | Value::JsonDict(..) => "dict",
        Value::Range(_) => "range",
        Value::View(view) => match view.of {
            ViewOf::Keys => "dict_keys",
            ViewOf::Values => "dict_values",
            ViewOf::Items => "dict_items",
        },
        Value::Generator(generator) => generator.type_name(),
        Value::Object(object) => object.type_name(),
    }
}

/// `value.__name__` of a class.
pub(crate) fn class_name(value: Value<'_>) -> Option<&'static str> {
    let Value::Object(Object::Function(function)) = value else { return None };
    function.class_path()?.rsplit('.').next()
}

/// How Jinja2's messages about what is missing name the object that lacks it.
pub(crate) fn owner(value: Value<'_>) -> &'static str {
    match value {
        Value::Missing | Value::Undefined(_) => "jinja2.runtime.Undefined object",
        Value::None(_) => "None",
        Value::Bool(..) => "bool object",
        Value::Int(..) | Value::Big(..) => "int object",
        Value::Float(..) => "float object",
        Value::Str(..) | Value::Rope(..) => "str object",
        Value::Markup(..) => "markupsafe.Markup object",
        Value::List(..) | Value::JsonList(..) => "list object",
        Value::Tuple(..) => "tuple object",
        Value::Dict(..) | Value::JsonDict(..) => "dict object",
        Value::Range(_) => "range object",
        Value::View(view) => match view.of {
            ViewOf::Keys => "dict_keys object",
            ViewOf::Values => "dict_values object",
            ViewOf::Items => "dict_items object",
        },
        Value::Generator(generator) => match generator.type_name() {
            "list_reverseiterator" => "list_reverseiterator object",
            "reversed" => "reversed object",
            "range_iterator" => "range_iterator object",
            "dict_reversekeyiterator" => "dict_reversekeyiterator object",
            "dict_reversevalueiterator" => "dict_reversevalueiterator object",
            "dict_reverseitemiterator" => "dict_reverseitemiterator object",
            _ => "generator object",
        },
        Value::Object(object) => match object {
            Object::Namespace(_) => "transformers.utils.chat_template_utils.TemplateNamespace object",
            Object::Macro(_) => "jinja2.runtime.Macro object",
            Object::Loop(_) => "jinja2.runtime.LoopContext object",
            Object::Cycler(_) => "jinja2.utils.Cycler object",
            Object::Joiner(_) => "jinja2.utils.Joiner object",
            Object::Templates => "jinja2.runtime.TemplateReference object",
            Object::Block(_) => "jinja2.runtime.BlockReference object",
            Object::Group(_) => "jinja2.filters._GroupTuple object",
            Object::Bytes(_) => "bytes object",
            Object::Unknown(_) => "unknown object",
            Object::Method(_) | Object::Function(_) => match object.type_name() {
                "TemplateDict" => "transformers.utils.chat_template_utils.TemplateDict object",
                "function" => "function object",
                "type" => "type object",
                "method" => "method object",
                _ => "builtin_function_or_method object",
            },
        },
    }
}
