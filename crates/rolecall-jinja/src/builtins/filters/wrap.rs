//! todo
use super::open;
use crate::builtins::FilterDef;
pub(super) static WORDWRAP: FilterDef =
    open("wordwrap", false, |_, _, _| Err(crate::raised::Raised::unsupported("wordwrap")));
pub(super) static WORDCOUNT: FilterDef =
    open("wordcount", false, |_, _, _| Err(crate::raised::Raised::unsupported("wordcount")));
