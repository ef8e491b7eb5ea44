//! What a download asks for, and how long it may take.

use std::sync::Arc;
use std::time::Duration;

use super::OnProgress;
use super::names::Wanted;
use crate::Token;

/// What a download asks for.
pub(super) struct Request {
    pub(super) endpoint: String,
    pub(super) token: Option<Token>,
    pub(super) repo: String,
    pub(super) revision: String,
    pub(super) wanted: Wanted,
    pub(super) limits: Limits,
    pub(super) repetitions: usize,
    pub(super) on_progress: Option<Arc<OnProgress>>,
}

impl Request {
    /// The endpoint for people to read: without the user and password that may stand in front of its host.
    pub(super) fn shown_endpoint(&self) -> String {
        let Some((scheme, rest)) = self.endpoint.split_once("://") else { return self.endpoint.clone() };
        let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        format!("{scheme}://{host}{path}")
    }
}

/// How long things may take, so that no server can make a download hang.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Between two signs of life, and for connecting.
    pub(super) silence: Duration,
    /// For an answer, with all repetitions of the question.
    pub(super) answer: Duration,
    /// For the content of a file.
    pub(super) file: Duration,
}

impl Limits {
    pub(super) fn new(silence: Duration) -> Self {
        Self { silence, answer: silence.saturating_mul(4), file: silence.saturating_mul(60) }
    }
}
