//! `str.format`.

use super::Args;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::Value;

/// `format.format(…)`.
pub(crate) fn format<'a>(rt: &Runtime<'a>, format: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let _ = (rt, format, args);
    Err(Raised::unsupported("format"))
}

/// `format.format_map(mapping)`.
pub(crate) fn format_map<'a>(rt: &Runtime<'a>, format: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let _ = (rt, format, args);
    Err(Raised::unsupported("format_map"))
}
