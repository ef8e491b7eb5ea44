//! Jinja2's filters.

mod attributes;
mod number;
mod order;
mod select;
mod sequence;
mod text;
mod url;

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::{Args, truth};
use crate::error::raise;
use crate::ops::access;
use crate::ops::contains::defined;
use crate::text::repr;
use crate::value::{Missing, Reason, described, is_undefined};

/// A filter: what it is applied to, and its other arguments.
pub(crate) type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Result<Value, Error>;

/// The filter of a name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    FILTERS.iter().find(|(other, _)| *other == name).map(|(_, filter)| *filter)
}

/// All filters of Jinja2, and transformers' `tojson`.
pub(crate) const FILTERS: [(&str, Filter); 54] = [
    ("abs", number::abs),
    ("attr", attr),
    ("batch", sequence::batch),
    ("capitalize", text::capitalize),
    ("center", text::center),
    ("count", sequence::length),
    ("d", default),
    ("default", default),
    ("dictsort", order::dictsort),
    ("e", text::escape),
    ("escape", text::escape),
    ("filesizeformat", number::filesizeformat),
    ("first", sequence::first),
    ("float", number::float),
    ("forceescape", text::forceescape),
    ("format", text::format),
    ("groupby", order::groupby),
    ("indent", text::indent),
    ("int", number::int),
    ("items", sequence::items),
    ("join", sequence::join),
    ("last", sequence::last),
    ("length", sequence::length),
    ("list", sequence::list),
    ("lower", text::lower),
    ("map", select::map),
    ("max", order::max),
    ("min", order::min),
    ("pprint", |_, _, _| unsupported("pprint")),
    ("random", |_, _, _| unsupported("random")),
    ("reject", select::reject),
    ("rejectattr", select::rejectattr),
    ("replace", text::replace),
    ("reverse", sequence::reverse),
    ("round", number::round),
    ("safe", text::safe),
    ("select", select::select),
    ("selectattr", select::selectattr),
    ("slice", sequence::slice),
    ("sort", order::sort),
    ("string", text::string),
    ("striptags", |_, _, _| unsupported("striptags")),
    ("sum", sequence::sum),
    ("title", text::title),
    ("tojson", text::tojson),
    ("trim", text::trim),
    ("truncate", text::truncate),
    ("unique", order::unique),
    ("upper", text::upper),
    ("urlencode", url::urlencode),
    ("urlize", |_, _, _| unsupported("urlize")),
    ("wordcount", text::wordcount),
    ("wordwrap", |_, _, _| unsupported("wordwrap")),
    ("xmlattr", |_, _, _| unsupported("xmlattr")),
];

fn unsupported(name: &str) -> Result<Value, Error> {
    Err(raise(ErrorKind::Unsupported, format!("the filter '{name}' is not available on minijinja")))
}

fn default(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [default, boolean] = args.bind("do_default", ["default_value", "boolean"], 0)?;
    let replaced = is_undefined(value) || (truth(boolean.as_ref(), false) && !value.is_true());
    Ok(if replaced { default.unwrap_or_else(|| Value::from("")) } else { value.clone() })
}

fn attr(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let [name] = args.bind("do_attr", ["name"], 1)?;
    defined(value)?;
    let name = name.unwrap_or_default();
    let found = name.as_str().and_then(|name| access::own_attribute(value, name));
    let missing = || Missing::value(Reason::Attribute { of: described(value), name: repr::short(&name) });
    Ok(found.unwrap_or_else(missing))
}
