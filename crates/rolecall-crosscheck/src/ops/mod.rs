//! Python's operators.

pub(crate) mod access;
pub(crate) mod arithmetic;
pub(crate) mod compare;
pub(crate) mod contains;
pub(crate) mod equal;
pub(crate) mod iterate;
pub(crate) mod slice;
