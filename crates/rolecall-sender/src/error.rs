//! What can go wrong between a prompt and its answer.

use std::fmt;
use std::time::Duration;

use rolecall::snapshot::is_hidden;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The example of what an error tells of a server that says no.
macro_rules! refused {
    ($refusal:expr, $name:ident, $told:expr) => {
        concat!(
            "\n```\n",
            "# use rolecall_sender::{Endpoint, ErrorKind, Parameters, blocking::Sender};\n",
            "# use rolecall_testkit::{FakeGeneration, Response, refusals};\n",
            "# let server = FakeGeneration::new().then(",
            stringify!($refusal),
            ").start()?;\n",
            "# let address = server.url();\n",
            "let sender = Sender::new(Endpoint::parse(&address)?);\n",
            "let error = sender.generate(\"Hi\", &Parameters::new()).unwrap_err();\n",
            "assert_eq!(error.",
            stringify!($name),
            "(), ",
            stringify!($told),
            ");\n",
            "# Ok::<(), Box<dyn std::error::Error>>(())\n",
            "```",
        )
    };
}

/// The kind of an [`Error`].
///
/// ```
/// use std::time::Duration;
///
/// use rolecall_sender::{Endpoint, ErrorKind, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 20.0).start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
/// match error.kind() {
///     ErrorKind::Loading { estimated_time } => assert_eq!(*estimated_time, Some(Duration::from_secs(20))),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        let inner = &mut *self.inner;
        let texts = [&mut inner.server_message, &mut inner.request_id, &mut inner.help].into_iter().flatten();
        for text in texts.chain([&mut inner.message]) {
            *text = without(std::mem::take(text), secret);
        }
        self
    }

    /// Keeps the text of a stream that had come before.
    #[must_use]
    pub(crate) fn with_text(mut self, so_far: &str, has_begun: bool) -> Self {
        if let ErrorKind::Incomplete { text } = &mut self.inner.kind {
            so_far.clone_into(text);
        } else if !so_far.is_empty() {
            self.inner.text = Some(so_far.to_owned());
        }
        // Something was generated, if it was but a thought.
        self.inner.repeatable &= !has_begun;
        self
    }

    /// The text of a streamed answer that had come before the error.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::Tgi);
    /// frames.read(r#"{"token": {"id": 9, "text": "A llama", "logprob": -0.5, "special": false}}"#)?;
    /// // The connection breaks here.
    /// assert_eq!(frames.finish().unwrap_err().text_so_far(), Some("A llama"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn text_so_far(&self) -> Option<&str> {
        match &self.inner.kind {
            ErrorKind::Incomplete { text } => Some(text),
            _ => self.inner.text.as_deref(),
        }
    }

    /// Whether it is certain that nothing was generated, so that repeating the request does nothing twice: no connection
    /// came about, the model is still loading, or the server turned the request away.
    ///
    /// ```
    /// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    ///
    /// # use rolecall_testkit::{FakeGeneration, refusals};
    /// # let failure = refusals::generation_failed("out of memory");
    /// # let server = FakeGeneration::new().then(refusals::overloaded()).then(failure).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let ask = || sender.generate("Hi", &Parameters::new());
    /// let turned_away = ask().unwrap_err();
    /// assert!(turned_away.to_string().starts_with("the server has too much to do"));
    /// assert!(turned_away.is_repeatable());
    /// let failed = ask().unwrap_err();
    /// assert!(failed.to_string().starts_with("the server reports an error (status 424)"));
    /// assert!(!failed.is_repeatable());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_repeatable(&self) -> bool {
        self.inner.repeatable
    }

    /// The kind of error.
    #[doc = refused!(refusals::gated("org/name"), kind, &ErrorKind::Gated)]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The HTTP status, if there was an answer.
    #[doc = refused!(refusals::too_large(), status, Some(413))]
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// What the server said, shortened and without control characters.
    #[doc = refused!(refusals::overloaded(), server_message, Some("Model is overloaded"))]
    pub fn server_message(&self) -> Option<&str> {
        self.inner.server_message.as_deref()
    }

    /// The id under which the server's operators find the request.
    #[doc = refused!(Response::new(500).header("x-request-id", "r-17"), request_id, Some("r-17"))]
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// What to do about it, where there is something to say.
    #[doc = refused!(Response::new(401), advice, Some("Give one with Sender::token, or --token"))]
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

/// A server's words on one line, shortened, without anything that could drive a terminal or turn a line around; `None` if
/// nothing remains.
pub(crate) fn words(text: &str) -> Option<String> {
    let is_seen = |c: &char| c.is_whitespace() || !(c.is_control() || is_hidden(*c));
    let seen: String = text.chars().filter(is_seen).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().take(WORDS).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    // The message gets a final stop of its own.
    let shown = shown.trim_end_matches(['.', ' ']);
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// The least of a secret that counts as a piece of it.
const PIECE: usize = 4;

/// A text that is shown, without a secret. Words that were shortened may end with its beginning.
pub(crate) fn without(text: String, secret: Option<&str>) -> String {
    const HIDDEN: &str = "(hidden)";
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { return text };
    let text = if text.contains(secret) { text.replace(secret, HIDDEN) } else { text };
    let Some(cut) = text.strip_suffix('…') else { return text };
    let piece = |end: &usize| secret.get(..*end).is_some_and(|piece| cut.ends_with(piece));
    match (PIECE..secret.len()).rev().find(piece) {
        Some(length) => format!("{}{HIDDEN}…", cut.get(..cut.len() - length).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_harmless_line() {
        for (said, shown) in [
            ("\u{1b}[2J a\n\u{9b}1m\u{202e}b \u{7}.", Some("[2J a 1mb")),
            ("a\u{200b}b.", Some("ab")),
            ("\u{1b}\u{200b}\n", None),
        ] {
            assert_eq!(words(said).as_deref(), shown, "{said:?}");
        }
        let long = words(&"é".repeat(WORDS + 1)).expect("words");
        assert_eq!((long.chars().count(), long.ends_with('…')), (WORDS + 1, true));
    }

    #[test]
    fn no_piece_of_a_secret_is_shown() {
        let secret = "hf_abcdefgh";
        for before in WORDS - secret.len() - 2..=WORDS {
            let said = words(&format!("{} {secret} {}", "x".repeat(before), "y".repeat(9)));
            let shown = Error::new(ErrorKind::Server, "no").said(said).without(Some(secret)).to_string();
            assert!(!shown.contains("hf_a"), "{before}: {shown}");
        }
        let said = Some("x hf…".to_owned());
        assert!(
            Error::new(ErrorKind::Server, "no").said(said).without(Some(secret)).to_string().contains("hf…")
        );
    }
}
