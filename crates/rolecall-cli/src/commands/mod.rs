//! One file for each command.

pub(crate) mod batch;
pub(crate) mod chat;
pub(crate) mod diff;
pub(crate) mod fetch;
pub(crate) mod inspect;
pub(crate) mod render;
pub(crate) mod send;
pub(crate) mod shell;
pub(crate) mod snapshot;
pub(crate) mod status;
pub(crate) mod tokens;
pub(crate) mod whoami;
