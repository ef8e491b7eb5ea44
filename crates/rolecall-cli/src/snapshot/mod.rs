//! Goldens in a folder: what belongs there, what is there, and how they differ.

pub(crate) mod conversations;
pub(crate) mod difference;
pub(crate) mod junit;
pub(crate) mod manifest;
pub(crate) mod pinned;
pub(crate) mod suite;
