//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static URLENCODE: FilterDef =
    open("urlencode", false, |_, _, _| Err(crate::raised::Raised::unsupported("urlencode")));
