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
    let (line, column) = line_and_column(source, at);
    Error::new(kind, message).at(source, line, Some(column))
}

/// The line and the column of a byte, both counted from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
