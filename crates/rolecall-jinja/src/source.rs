//! A template's source, and places in it.

use std::borrow::Cow;

use crate::{Error, ErrorKind};

/// The source as the lexer reads it: every kind of line end is `\n`, and one at the very end is dropped.
pub(crate) fn normalised(source: &str) -> Cow<'_, str> {
    let mut text = if source.contains('\r') {
        Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(source)
    };
    if text.ends_with('\n') {
        match &mut text {
            Cow::Owned(text) => drop(text.pop()),
            Cow::Borrowed(text) => *text = text.get(..text.len() - 1).unwrap_or_default(),
        }
    }
    text
}

/// An error at a byte of the normalised source.
pub(crate) fn error_at(source: &str, at: usize, kind: ErrorKind, message: impl Into<String>) -> Error {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Error::new(kind, message).at(source, line, Some(column))
}
