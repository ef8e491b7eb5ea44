//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static TRUNCATE: FilterDef =
    open("truncate", false, |_, _, _| Err(crate::raised::Raised::unsupported("truncate")));
