//! How a command fails: one paragraph on standard error, and the exit code.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command did not do its job.
pub(crate) enum Failure {
    /// The job failed.
    Job(String),
    /// The command was used in a way that makes no sense.
    Usage(String),
    /// Whoever read our output stopped reading: nobody is left to tell.
    Unread,
    /// The job failed, and what there is to say has been said.
    Told,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failed job, as its error says it.
    pub(crate) fn job(error: impl Display) -> Self {
        Self::Job(error.to_string())
    }

    /// The same, with what it is about in front.
    pub(crate) fn about(self, what: &str) -> Self {
        match self {
            Self::Job(message) => Self::Job(format!("{what}: {message}")),
            other => other,
        }
    }

    /// Prints the message, if there is one left to print.
    pub(crate) fn tell(&self) {
        if let Self::Job(message) | Self::Usage(message) = self {
            // Standard error may be closed too. Templates and servers have a say in messages.
            let _ = writeln!(io::stderr(), "error: {}", crate::output::harmless(message));
        }
    }

    /// Prints the message and gives the exit code: 1 for a failed job, 2 for bad usage.
    pub(crate) fn report(&self) -> ExitCode {
        self.tell();
        ExitCode::from(if matches!(self, Self::Usage(_)) { 2 } else { 1 })
    }
}

impl From<rolecall::Error> for Failure {
    fn from(error: rolecall::Error) -> Self {
        Self::job(error)
    }
}

impl From<io::Error> for Failure {
    /// An error while writing the output.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Job(format!("cannot write the output: {error}")),
        }
    }
}
