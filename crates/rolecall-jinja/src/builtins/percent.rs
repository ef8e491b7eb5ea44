//! `format % values`.

use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::Value;

/// `format % values`, Markup if the format is.
pub(crate) fn format<'a>(rt: &Runtime<'a>, format: Value<'a>, values: Value<'a>) -> Result<Value<'a>> {
    let _ = (rt, format, values);
    Err(Raised::unsupported("%"))
}
