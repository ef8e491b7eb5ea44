//! What the Hub's answers mean, told apart as Python tells them apart.

use hf_hub::HFError;

use super::client::Request;
use crate::{Error, ErrorKind};

/// The most characters of a server's own words that an error shows.
const WORDS: usize = 300;

/// An error of the Hub, for the person who reads it.
pub(super) fn explain(error: &HFError, request: &Request) -> Error {
    let Request { repo, revision, endpoint, .. } = request;
    let Said { status, code, message: said } = said(error);
    let has_token = request.token.is_some();
    let (kind, message, help) = match (code, error) {
        ("GatedRepo", _) => (
            ErrorKind::Gated,
            format!("{repo} is gated: its files are only for those whom its authors let in"),
            if has_token {
                format!("Ask for access at {endpoint}/{repo}, with the account that the token belongs to")
            } else {
                format!("Ask for access at {endpoint}/{repo}, then set HF_TOKEN or log in with hf auth login")
            },
        ),
        ("RevisionNotFound", _) | (_, HFError::RevisionNotFound { .. }) => (
            ErrorKind::RevisionNotFound,
            format!("{repo} has no branch, tag or commit {revision:?}"),
            "Leave the revision out for the default branch".to_owned(),
        ),
        ("EntryNotFound", _) | (_, HFError::EntryNotFound { .. }) => {
            (ErrorKind::FileNotFound, format!("{repo} has no such file"), "Check the revision".to_owned())
        }
        // The Hub does not say whether a repository that is not shown to somebody exists.
        ("RepoNotFound", _) | (_, HFError::RepoNotFound { .. }) => missing(repo, endpoint, has_token),
        (_, HFError::AuthRequired { .. }) if !has_token => missing(repo, endpoint, has_token),
        (_, HFError::AuthRequired { .. }) => (
            ErrorKind::Unauthorised,
            format!("{endpoint} refuses the access token"),
            "Check HF_TOKEN or the token file, or make a new token".to_owned(),
        ),
        (_, HFError::Forbidden { .. }) => (
            ErrorKind::Unauthorised,
            format!("the access token does not allow to read {repo}"),
            "Use a token with the permission to read this repository".to_owned(),
        ),
        (_, HFError::RateLimited { retry_after, .. }) => (
            ErrorKind::Hub,
            format!("{endpoint} says that there were too many requests"),
            retry_after.map_or_else(
                || "Wait a while; with an access token more are allowed".to_owned(),
                |wait| format!("Wait {} seconds; with an access token more are allowed", wait.as_secs()),
            ),
        ),
        (_, HFError::Request { source, .. }) => (
            ErrorKind::Offline,
            format!("cannot reach {endpoint}: {}", root_cause(source)),
            "Check the network and HF_ENDPOINT, or use a model that is already here".to_owned(),
        ),
        _ if matches!(status, Some(500 | 502 | 503 | 504)) => (
            ErrorKind::Offline,
            format!("{endpoint} is failing (status {})", status.unwrap_or_default()),
            "Try again later".to_owned(),
        ),
        (_, other) => (
            ErrorKind::Hub,
            format!("{endpoint} gave no usable answer about {repo}: {}", words(&other.to_string())),
            "Check HF_ENDPOINT, or try again later".to_owned(),
        ),
    };
    let message = match said.map(words).filter(|said| !said.is_empty()) {
        Some(said) => format!("{message} (the server says: {said})"),
        None => message,
    };
    Error::new(kind, message).help(help)
}

fn missing(repo: &str, endpoint: &str, has_token: bool) -> (ErrorKind, String, String) {
    let help = if has_token {
        "Check the name; if it is private, use a token that may see it"
    } else {
        "Check the name; if it is private, set HF_TOKEN or log in with hf auth login"
    };
    (ErrorKind::RepositoryNotFound, format!("there is no repository {repo} at {endpoint}"), help.to_owned())
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

/// A server's words on one line, without anything that could drive a terminal.
fn words(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

/// The innermost reason: the outer ones repeat the URL.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    words(&cause.to_string())
}
