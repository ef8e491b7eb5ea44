//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static INDENT: FilterDef =
    open("indent", false, |_, _, _| Err(crate::raised::Raised::unsupported("indent")));
