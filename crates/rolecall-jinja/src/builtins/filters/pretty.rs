//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static PPRINT: FilterDef =
    open("pprint", false, |_, _, _| Err(crate::raised::Raised::unsupported("pprint")));
