//! Filters.

use super::Filter;

/// The filter of a name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    let _ = name;
    None
}
