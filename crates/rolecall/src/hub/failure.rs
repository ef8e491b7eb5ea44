//! What the Hub's answers mean, told apart as Python tells them apart.

use std::error::Error as StdError;
use std::time::Duration;

use hf_hub::HFError;

use super::request::Request;
use crate::{Error, ErrorKind, Token};

/// The most characters of somebody else's words that an error shows.
const WORDS: usize = 300;

/// What to do where something else answers than a Hub.
const NOT_A_HUB: &str = "Check HF_ENDPOINT and whether the network asks for a login";

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether the Hub is out of reach or overloaded, so that a copy may stand in. What the Hub refuses, it
    /// refuses.
    pub(super) is_passing: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, is_passing: false }
    }
}

/// An error of the Hub, for the person who reads it.
pub(super) fn explain(error: &HFError, request: &Request) -> Failure {
    if let HFError::Request { source, .. } = error {
        return without_answer(source, request);
    }
    let Request { repo, revision, .. } = request;
    let endpoint = &request.shown_endpoint();
    let has_token = request.token.is_some();
    let Said { status, code, message: said } = said(error);
    let (kind, message, help) = match (code, status) {
        ("GatedRepo", _) => (
            ErrorKind::Gated,
            format!("{repo} is gated: its files are only for those whom its authors let in"),
            if has_token {
                format!("Ask for access at {endpoint}/{repo}, with the account that the token belongs to")
            } else {
                format!("Ask for access at {endpoint}/{repo}, then set HF_TOKEN or log in with hf auth login")
            },
        ),
        ("RevisionNotFound", _) => (
            ErrorKind::RevisionNotFound,
            format!("{repo} has no branch, tag or commit {revision:?}"),
            "Leave the revision out for the default branch".to_owned(),
        ),
        ("EntryNotFound", _) => (
            ErrorKind::FileNotFound,
            format!("{repo} has no {}", file(error)),
            "Check the revision".to_owned(),
        ),
        ("RepoNotFound", _) => missing(repo, endpoint, has_token),
        // The Hub does not say whether a repository that is not shown to somebody exists.
        (_, Some(401)) if !has_token => missing(repo, endpoint, has_token),
        (_, Some(401)) => (
            ErrorKind::Unauthorised,
            format!("{endpoint} refuses the access token"),
            "Check HF_TOKEN or the token file, or make a new token".to_owned(),
        ),
        (_, Some(403)) => (
            ErrorKind::Unauthorised,
            format!("{endpoint} forbids to read {repo}"),
            "Use a token with the permission to read this repository".to_owned(),
        ),
        (_, Some(404)) if matches!(error, HFError::EntryNotFound { .. }) => (
            ErrorKind::FileNotFound,
            format!("{endpoint} has no {} of {repo}", file(error)),
            "Check the name and the revision".to_owned(),
        ),
        (_, Some(404)) => missing(repo, endpoint, has_token),
        (_, Some(429)) => (
            ErrorKind::Hub,
            format!("{endpoint} says that there were too many requests"),
            match error {
                HFError::RateLimited { retry_after: Some(wait), .. } => {
                    format!("Wait {} seconds; with an access token more are allowed", wait.as_secs())
                }
                _ => "Wait a while; with an access token more are allowed".to_owned(),
            },
        ),
        (_, Some(status)) if is_server_trouble(status) => (
            ErrorKind::Offline,
            format!("{endpoint} is failing (status {status})"),
            "Try again later".to_owned(),
        ),
        (_, Some(status)) => (
            ErrorKind::Hub,
            format!("{endpoint} answered a question about {repo} with status {status}"),
            "Check HF_ENDPOINT, or try again later".to_owned(),
        ),
        (_, None) => (
            ErrorKind::Hub,
            format!("{endpoint} did not answer as a Hub does about {repo}: {}", unusable(error, request)),
            NOT_A_HUB.to_owned(),
        ),
    };
    let message = match said.map(|said| words(said, request.token.as_ref())).filter(|said| !said.is_empty()) {
        Some(said) => format!("{message} (the server says: {said})"),
        None => message,
    };
    let is_passing = status.is_some_and(|status| status == 429 || is_server_trouble(status));
    Failure { error: Error::new(kind, message).help(help), is_passing }
}

/// The Hub took longer for an answer than anybody waits.
pub(super) fn too_slow(request: &Request, limit: Duration) -> Failure {
    let problem = format!("did not answer within {} seconds", limit.as_secs());
    out_of_reach(request, &problem)
}

/// The connection failed, or what came was not an answer.
fn without_answer(error: &reqwest::Error, request: &Request) -> Failure {
    let cause = cause(error, request);
    if root(error).is::<serde_json::Error>() || error.is_redirect() || error.is_builder() {
        let endpoint = request.shown_endpoint();
        let problem = format!("{endpoint} did not answer as a Hub does about {}: {cause}", request.repo);
        return Error::new(ErrorKind::Hub, problem).help(NOT_A_HUB).into();
    }
    out_of_reach(request, &format!("cannot be reached: {cause}"))
}

/// Why the content of a file broke off.
pub(super) fn interruption(error: &HFError, request: &Request) -> String {
    match error {
        HFError::Request { source, .. } => cause(source, request),
        other => explain(other, request).error.message().to_owned(),
    }
}

/// The innermost reason: the outer ones repeat the URL.
fn cause(error: &reqwest::Error, request: &Request) -> String {
    if error.is_timeout() {
        return format!("there was silence for {} seconds", request.limits.silence.as_secs());
    }
    words(&root(error).to_string(), request.token.as_ref())
}

fn root<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}

fn out_of_reach(request: &Request, problem: &str) -> Failure {
    let error = Error::new(ErrorKind::Offline, format!("{} {problem}", request.shown_endpoint()))
        .help("Check the network and HF_ENDPOINT, or use a model that is already here");
    Failure { error, is_passing: true }
}

/// The file that an error is about, if it is about one.
fn file(error: &HFError) -> &str {
    match error {
        HFError::EntryNotFound { path, .. } => path,
        _ => "such file",
    }
}

fn missing(repo: &str, endpoint: &str, has_token: bool) -> (ErrorKind, String, String) {
    let help = if has_token {
        "Check the name; if it is private, use a token that may see it"
    } else {
        "Check the name; if it is private, set HF_TOKEN or log in with hf auth login"
    };
    (ErrorKind::RepositoryNotFound, format!("there is no repository {repo} at {endpoint}"), help.to_owned())
}

/// A request that was too slow for the server, or a server that fails.
fn is_server_trouble(status: u16) -> bool {
    matches!(status, 408 | 500 | 502..=504)
}

/// What is wrong with an answer that came.
fn unusable(error: &HFError, request: &Request) -> String {
    let problem = match error {
        HFError::MalformedResponse { what, .. } => what.clone(),
        other => other.to_string().replace(&request.endpoint, &request.shown_endpoint()),
    };
    words(&problem, request.token.as_ref())
}

/// What the server said with an error.
#[derive(Default)]
struct Said<'a> {
    status: Option<u16>,
    code: &'a str,
    message: Option<&'a str>,
}

/// Takes the parts of an error's context, whose type the library names nowhere.
fn said(error: &HFError) -> Said<'_> {
    match error {
        HFError::Http { context }
        | HFError::AuthRequired { context }
        | HFError::Forbidden { context }
        | HFError::Conflict { context }
        | HFError::RateLimited { context, .. }
        | HFError::RepoNotFound { context: Some(context), .. }
        | HFError::RevisionNotFound { context: Some(context), .. }
        | HFError::EntryNotFound { context: Some(context), .. } => Said {
            status: Some(context.status.as_u16()),
            code: context.error_code.as_deref().unwrap_or_default(),
            message: context.server_message.as_deref(),
        },
        _ => Said::default(),
    }
}

/// Whether the server does not have what was asked for, as opposed to failing.
pub(super) fn is_not_offered(error: &HFError) -> bool {
    matches!(said(error), Said { status: Some(404 | 405 | 501), code: "" | "EntryNotFound", .. })
}

/// Somebody else's words on one line: shortened, without the token, and with nothing in them that could drive a
/// terminal.
fn words(text: &str, token: Option<&Token>) -> String {
    let text = token.map_or_else(|| text.to_owned(), |token| text.replace(token.reveal(), "(the token)"));
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown = String::new();
    for (at, c) in line.chars().enumerate() {
        if at == WORDS {
            shown.push('…');
            break;
        }
        if matches!(c, '"' | '\'' | '\\') {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
    }
    shown
}
