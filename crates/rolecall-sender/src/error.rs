//! What can go wrong between a prompt and its answer.

use std::fmt;
use std::time::Duration;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an [`Error`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The address of the endpoint cannot be used.
    Endpoint,
    /// A parameter or the prompt is one that the server is known to refuse. Nothing was sent.
    Parameter,
    /// The model is still loading; the server's estimate of how long, if it gave one.
    Loading {
        /// How long the server expects it to take.
        estimated_time: Option<Duration>,
    },
    /// Too many requests, or an overloaded model.
    Overloaded,
    /// The server refuses the request.
    Validation,
    /// The server failed while it generated.
    Generation,
    /// The answer broke off; what had come until then.
    Incomplete {
        /// The text so far.
        text: String,
    },
    /// The token is missing or refused (401).
    Unauthorised,
    /// The token does not allow this (403).
    Forbidden,
    /// The model's owner has to grant access first (403, or `x-error-code: GatedRepo`).
    Gated,
    /// The account has no credit left (402).
    Payment,
    /// There is nothing at this address (404, 405).
    NotFound,
    /// What was at this address is gone for good (410).
    Gone,
    /// The prompt is larger than the server takes (413).
    TooLarge,
    /// The server sends us to another address, which is not followed.
    Redirect,
    /// The server said nothing for too long.
    Timeout,
    /// No connection could be made, or it broke before an answer.
    Connection,
    /// The answer is not what this protocol says.
    Protocol,
    /// A file cannot be written.
    File,
    /// Any other failure of the server.
    Server,
}

/// What was wrong, with the server's own words, and what to do about it.
///
/// ```
/// use rolecall_sender::{Endpoint, ErrorKind, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let error = sender.prepare("Hi", &Parameters::new().temperature(0.0), false).unwrap_err();
/// assert_eq!(error.kind(), &ErrorKind::Parameter);
/// assert_eq!(error.to_string(), "temperature is 0, but it has to be above 0. Leave it out for greedy decoding.");
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    server_message: Option<String>,
    request_id: Option<String>,
    help: Option<String>,
    repeatable: bool,
    /// What had come of an answer before the error.
    text: Option<String>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                status: None,
                server_message: None,
                request_id: None,
                help: None,
                repeatable: false,
                text: None,
            }),
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.inner.help = Some(help.into());
        self
    }

    /// Says it in words that fit better.
    #[must_use]
    pub(crate) fn reworded(mut self, message: String) -> Self {
        self.inner.message = message;
        self
    }

    #[must_use]
    pub(crate) fn status_code(mut self, status: u16) -> Self {
        self.inner.status = Some(status);
        self
    }

    #[must_use]
    pub(crate) fn said(mut self, words: Option<String>) -> Self {
        self.inner.server_message = words;
        self
    }

    #[must_use]
    pub(crate) fn requested_as(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    /// Nothing was generated: the request may be sent again.
    #[must_use]
    pub(crate) fn repeatable(mut self) -> Self {
        self.inner.repeatable = true;
        self
    }

    /// Takes a secret out of what is shown: some servers repeat what they were sent.
    #[must_use]
    pub(crate) fn without(mut self, secret: Option<&str>) -> Self {
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { return self };
        let inner = &mut *self.inner;
        for text in [&mut inner.server_message, &mut inner.request_id, &mut inner.help].into_iter().flatten()
        {
            if text.contains(secret) {
                *text = text.replace(secret, "(hidden)");
            }
        }
        if inner.message.contains(secret) {
            inner.message = inner.message.replace(secret, "(hidden)");
        }
        self
    }

    /// Keeps the text of a stream that had come before.
    #[must_use]
    pub(crate) fn with_text(mut self, so_far: &str) -> Self {
        if let ErrorKind::Incomplete { text } = &mut self.inner.kind {
            so_far.clone_into(text);
        } else if !so_far.is_empty() {
            self.inner.text = Some(so_far.to_owned());
        }
        // Something was generated.
        self.inner.repeatable &= so_far.is_empty();
        self
    }

    /// The text of a streamed answer that had come before the error.
    pub fn text_so_far(&self) -> Option<&str> {
        match &self.inner.kind {
            ErrorKind::Incomplete { text } => Some(text),
            _ => self.inner.text.as_deref(),
        }
    }

    /// Whether it is certain that nothing was generated, so that repeating the request does nothing twice: no connection
    /// came about, the model is still loading, or the server turned the request away.
    pub fn is_repeatable(&self) -> bool {
        self.inner.repeatable
    }

    /// The kind of error.
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// What the server said, shortened and without control characters.
    pub fn server_message(&self) -> Option<&str> {
        self.inner.server_message.as_deref()
    }

    /// The id under which the server's operators find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// What to do about it, where there is something to say.
    pub fn advice(&self) -> Option<&str> {
        self.inner.help.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        f.write_str(&inner.message)?;
        if let Some(status) = inner.status {
            write!(f, " (status {status})")?;
        }
        if let Some(words) = &inner.server_message {
            write!(f, ": {words}")?;
        }
        if let Some(id) = &inner.request_id {
            write!(f, " [request {id}]")?;
        }
        match &inner.help {
            Some(help) => write!(f, ". {help}."),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// The most characters of a server's words that are shown.
const WORDS: usize = 500;

/// A server's words on one line, shortened, without anything that could drive a terminal; `None` if nothing
/// remains.
pub(crate) fn words(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().filter(|c| !c.is_control()).take(WORDS).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    // The message gets a final stop of its own.
    let shown = shown.trim_end_matches('.');
    (!shown.is_empty()).then(|| shown.to_owned())
}
