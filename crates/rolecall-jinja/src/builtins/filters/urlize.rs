//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static URLIZE: FilterDef =
    open("urlize", false, |_, _, _| Err(crate::raised::Raised::unsupported("urlize")));
