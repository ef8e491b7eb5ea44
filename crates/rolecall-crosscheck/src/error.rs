//! minijinja's errors in the reference's terms.

use minijinja::{Error as Theirs, ErrorKind as TheirKind};
use rolecall_jinja::{Error, ErrorKind};

/// An error of ours on its way through minijinja, which keeps it as the source of its own.
pub(crate) fn raise(kind: ErrorKind, message: impl Into<String>) -> Theirs {
    let error = Error::new(kind, message);
    Theirs::new(TheirKind::InvalidOperation, error.message().to_owned()).with_source(error)
}

/// The reference's error for one of minijinja's. `origin` tells where in `source` a byte of what minijinja read
/// comes from.
pub(crate) fn translated(error: &Theirs, source: &str, origin: impl Fn(usize) -> usize) -> Error {
    let (kind, message) = ours(error).map_or_else(|| guessed(error), |e| (e.kind(), e.message().to_owned()));
    let found = Error::new(kind, message);
    match error.range() {
        Some(range) => {
            let (line, column) = place(source, origin(range.start));
            found.at(source, line, Some(column))
        }
        None => found,
    }
}

/// Line and column, from 1, of a byte of the source.
pub(crate) fn place(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The error of ours that minijinja's carries, if any.
fn ours(error: &Theirs) -> Option<&Error> {
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        if let Some(ours) = error.downcast_ref() {
            return Some(ours);
        }
        next = error.source();
    }
    None
}

/// The kind and message for an error of minijinja's own.
fn guessed(error: &Theirs) -> (ErrorKind, String) {
    let detail = error.detail().unwrap_or_default();
    let message = if detail.is_empty() { error.kind().to_string() } else { detail.to_owned() };
    let name = || detail.split(' ').nth(1).unwrap_or_default();
    match error.kind() {
        TheirKind::SyntaxError | TheirKind::BadEscape => (ErrorKind::Syntax, message),
        TheirKind::UnknownFilter => (ErrorKind::TemplateAssertion, format!("No filter named '{}'.", name())),
        TheirKind::UnknownTest => (ErrorKind::TemplateAssertion, format!("No test named '{}'.", name())),
        TheirKind::UnknownFunction => {
            let name = detail.split(' ').next().unwrap_or_default();
            (ErrorKind::Undefined, format!("'{name}' is undefined"))
        }
        TheirKind::UndefinedError | TheirKind::UnknownMethod => (ErrorKind::Undefined, message),
        TheirKind::OutOfFuel => (ErrorKind::Limit, "the template used up its budget of steps".to_owned()),
        TheirKind::CannotUnpack => (ErrorKind::Value, message),
        TheirKind::InvalidOperation if detail.contains("recursion limit") => {
            (ErrorKind::Recursion, "maximum recursion depth exceeded".to_owned())
        }
        _ => (ErrorKind::Type, message),
    }
}
