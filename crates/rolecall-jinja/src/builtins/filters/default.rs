//! `default` and `attr`.

use super::{given, plain};
use crate::builtins::{Bound, FilterDef};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::{Value, access, dict, names, operators};

pub(super) static ATTR: FilterDef = plain("attr", ("do_attr", "environment"), &["obj", "name"], 2, attr);
pub(super) static DEFAULT: FilterDef =
    plain("default", ("do_default", ""), &["value", "default_value", "boolean"], 1, default);

fn default<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [value, other, boolean, ..] = *args;
    let absent = value.is_undefined() || operators::truth(rt, boolean)? && !operators::truth(rt, value)?;
    Ok(if absent { given(other, Value::EMPTY) } else { value })
}

fn attr<'a>(rt: &Runtime<'a>, args: &Bound<'a>) -> Result<Value<'a>> {
    let [object, name, ..] = *args;
    if let Some((_, name)) = rt.flat(name)? {
        return access::attribute_only(rt, object, name);
    }
    // Python looks whether it knows the name before it looks at it.
    dict::check_hashable(rt, name)?;
    let message = format!("attribute name must be string, not '{}'", names::type_name(name));
    Err(Raised::type_error(message))
}
