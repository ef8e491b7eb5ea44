//! The engine under test.

pub(crate) use rolecall_jinja::Template;
