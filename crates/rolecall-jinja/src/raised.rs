//! An exception on its way up.

use crate::{Error, ErrorKind};

/// An error that does not know the source yet. It is small, so that a result of a value costs nothing.
#[derive(Debug)]
pub(crate) struct Raised(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    at: Option<u32>,
}

pub(crate) type Result<T> = std::result::Result<T, Raised>;

impl Raised {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), at: None }))
    }

    #[cold]
    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Type, message)
    }

    #[cold]
    pub(crate) fn value_error(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    #[cold]
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    #[cold]
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The same, raised at a byte of the source, unless it was raised deeper inside.
    #[must_use]
    pub(crate) fn at(mut self, at: u32) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    /// The error for the one who renders.
    pub(crate) fn into_error(self, source: &str) -> Error {
        let Inner { kind, message, at } = *self.0;
        match at {
            Some(at) => crate::source::error_at(source, at as usize, kind, message),
            None => Error::new(kind, message),
        }
    }
}
