//! Values as text, and texts as Python treats them.

pub(crate) mod case;
pub(crate) mod digit;
pub(crate) mod escape;
pub(crate) mod float;
pub(crate) mod format;
pub(crate) mod json;
pub(crate) mod percent;
pub(crate) mod printable;
pub(crate) mod repr;
pub(crate) mod spec;
