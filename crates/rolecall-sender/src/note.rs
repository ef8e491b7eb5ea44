//! What the sender did, and what servers mention beside their answers, for those who want to know.

use std::fmt;

use crate::BosAction;

/// Something worth knowing about a request.
///
/// ```
/// use std::sync::mpsc;
///
/// use rolecall_sender::{Dialect, Endpoint, Note, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let (tell, told) = mpsc::channel();
/// let sender = Sender::new(Endpoint::parse(&address)?).dialect(Dialect::Completions).on_note(move |note| {
///     if let Note::DefaultMaxNewTokens(count) = note {
///         drop(tell.send((*count, note.to_string())));
///     }
/// });
/// sender.generate("Once upon", &Parameters::new())?;
/// assert_eq!(told.try_recv()?, (100, "max_new_tokens is not set: asking for 100".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// What goes where.
    Sending {
        /// The method and the path.
        route: String,
        /// How many bytes the body has.
        bytes: usize,
    },
    /// What was done about the BOS token.
    Bos(BosAction),
    /// The most tokens of the answer were not set, so that this many are asked for.
    DefaultMaxNewTokens(u32),
    /// The server refused a parameter that the sender adds by itself and that its model does not use: it is asked again
    /// without it, and from then on.
    LeftOut(String),
    /// `x-compute-type`: `cache` says that the answer is an old one.
    ComputeType(String),
    /// `X-HF-Warning`.
    Warning(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sending { route, bytes } => write!(f, "{route}, {bytes} bytes"),
            Self::Bos(action) => write!(f, "BOS: {action}"),
            Self::DefaultMaxNewTokens(count) => write!(f, "max_new_tokens is not set: asking for {count}"),
            Self::LeftOut(name) => {
                write!(f, "the server's model does not use {name}: asking again without it")
            }
            Self::ComputeType(kind) => write!(f, "the server computed it with: {kind}"),
            Self::Warning(text) => write!(f, "the server warns: {text}"),
        }
    }
}
