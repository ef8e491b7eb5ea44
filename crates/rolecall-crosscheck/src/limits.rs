//! Limits that are no option: they keep the engine itself from harm.

/// The widest field or precision of a format.
pub(crate) const WIDEST_FORMAT: usize = 1 << 24;
