//! A Hub that knows a few repositories.

mod listing;
mod repo;

use std::io;
use std::iter;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Request, Response, Server, decode};
pub use repo::Repo;
use repo::{Access, File};

/// Where large files are, as on a server of their own.
const LARGE_FILES: &str = "large-files/";

/// A Hub to be started.
///
/// ```
/// use rolecall_testkit::{FakeHub, Repo, Response};
///
/// let hub = FakeHub::new()
///     .repo(Repo::new("org/name").file("chat_template.jinja", "{{ messages }}"))
///     .repo(Repo::new("org/secret").private("hf_me"))
///     .times(2, "/resolve/", Response::new(503))
///     .start()?;
/// println!("HF_ENDPOINT={}", hub.url());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct FakeHub {
    repos: Vec<Repo>,
    refused_tokens: Vec<String>,
    pace: Option<(usize, Duration)>,
    deployed: Vec<Deployed>,
    script: Mutex<Vec<(String, Response)>>,
}

/// A model that a provider serves.
struct Deployed {
    provider: String,
    model: String,
    task: String,
}

impl FakeHub {
    /// A Hub without repositories.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a repository.
    #[must_use]
    pub fn repo(mut self, repo: Repo) -> Self {
        self.repos.push(repo);
        self
    }

    /// Makes a token one that is not valid any more.
    #[must_use]
    pub fn refuse_token(mut self, token: &str) -> Self {
        self.refused_tokens.push(token.to_owned());
        self
    }

    /// Lets a provider serve a model.
    #[must_use]
    pub fn deployed(mut self, provider: &str, model: &str, task: &str) -> Self {
        let [provider, model, task] = [provider, model, task].map(str::to_owned);
        self.deployed.push(Deployed { provider, model, task });
        self
    }

    /// Sends files slowly: so many bytes, then a pause.
    #[must_use]
    pub fn paced(mut self, bytes: usize, pause: Duration) -> Self {
        self.pace = Some((bytes, pause));
        self
    }

    /// Answers the next request whose path contains `part` in this way instead. Earlier ones count first.
    #[must_use]
    pub fn once(self, part: &str, response: Response) -> Self {
        self.times(1, part, response)
    }

    /// Answers the next so many requests whose path contains `part` in this way instead.
    #[must_use]
    pub fn times(mut self, count: usize, part: &str, response: Response) -> Self {
        let script = self.script.get_mut().unwrap_or_else(PoisonError::into_inner);
        script.extend(iter::repeat_n((part.to_owned(), response), count));
        self
    }

    /// Starts it on any free port.
    ///
    /// # Errors
    ///
    /// When loopback has no port left.
    pub fn start(self) -> io::Result<Server> {
        self.start_on(0)
    }

    /// Starts it on a port.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub fn start_on(self, port: u16) -> io::Result<Server> {
        Server::start_on(port, move |request| self.answer(request))
    }

    fn answer(&self, request: &Request) -> Response {
        let path = request.path.trim_start_matches('/');
        {
            let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = script.iter().position(|(part, _)| request.path.contains(part.as_str())) {
                return script.remove(at).1;
            }
        }
        let is_asking = matches!(request.method.as_str(), "GET" | "HEAD");
        if !is_asking && !path.contains("/paths-info/") {
            return Response::new(405);
        }
        // Addresses of large files are signed; nobody looks at a token there.
        if let Some(id) = path.strip_prefix(LARGE_FILES) {
            let found = self.repos.iter().find_map(|repo| repo.large(id));
            return found.map_or_else(|| Response::new(404), |file| self.content(request, file));
        }
        if request.bearer().is_some_and(|token| self.refused_tokens.iter().any(|refused| refused == token)) {
            return refused(401, None, "Invalid credentials in Authorization header");
        }
        if path == "api/whoami-v2" {
            return match request.bearer() {
                Some(_) => Response::new(200).json(&somebody()),
                None => refused(401, None, "Invalid username or password."),
            };
        }
        if path == "api/models"
            && let Some(provider) = request.parameter("inference_provider")
        {
            return Response::new(200).json(&listing::deployed(&self.deployed, &provider));
        }
        let answer = match path.strip_prefix("api/models/") {
            Some(rest) => self.api(request, rest),
            None => self.resolve(request, path),
        };
        answer.unwrap_or_else(|| Response::new(404))
    }

    /// `api/models/ORG/NAME`, `…/refs`, `…/revision/REV`, `…/tree/REV/FOLDER`, `…/paths-info/REV`.
    fn api(&self, request: &Request, rest: &str) -> Option<Response> {
        let (name, rest) = self.split_name(rest);
        if rest.is_empty() && request.parameter("expand").as_deref() == Some("inferenceProviderMapping") {
            return Some(Response::new(200).json(&listing::providers(&self.deployed, &name)));
        }
        let repo = match self.visible(request, &name) {
            Ok(repo) => repo,
            Err(response) => return Some(response),
        };
        let (what, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let (revision, folder) = match what {
            "" | "refs" => ("main", ""),
            "tree" => rest.split_once('/').unwrap_or((rest, "")),
            "revision" | "paths-info" => (rest, ""),
            _ => return None,
        };
        let revision = decode(revision)?;
        let Some((files, commit)) = repo.at(&revision) else { return Some(no_revision(&revision)) };
        let document = match what {
            "refs" => listing::refs(repo),
            "tree" => {
                let folder = decode(folder)?;
                let recursive = request.parameter("recursive").is_some_and(|value| listing::is_true(&value));
                let Some(tree) = listing::tree(files, &folder, recursive) else {
                    return Some(refused(404, Some("EntryNotFound"), &format!("{folder} does not exist")));
                };
                tree
            }
            "paths-info" => listing::paths(files, &asked_paths(request)),
            _ => listing::model(repo, files, &commit, request),
        };
        Some(Response::new(200).json(&document))
    }

    /// `ORG/NAME/resolve/REV/FILE`.
    fn resolve(&self, request: &Request, path: &str) -> Option<Response> {
        let (name, rest) = self.split_name(path);
        let (revision, file) = rest.strip_prefix("resolve/")?.split_once('/')?;
        let (revision, path) = (decode(revision)?, decode(file)?);
        let repo = match self.visible(request, &name) {
            Ok(repo) => repo,
            Err(response) => return Some(response),
        };
        if let Access::Gated(token) = &repo.access
            && (token.is_none() || request.bearer() != token.as_deref())
        {
            let status = if request.bearer().is_some() { 403 } else { 401 };
            let message = format!("Access to model {name} is restricted to those who were let in.");
            return Some(refused(status, Some("GatedRepo"), &message));
        }
        let Some((files, commit)) = repo.at(&revision) else { return Some(no_revision(&revision)) };
        let Some(file) = files.get(&path) else {
            let missing = refused(404, Some("EntryNotFound"), "Entry not found");
            return Some(missing.header("x-repo-commit", commit));
        };
        let response = if file.is_large {
            let host = request.header("host").unwrap_or_default();
            Response::new(302)
                .header("location", format!("http://{host}/{LARGE_FILES}{}", file.id))
                .header("x-linked-etag", format!("\"{}\"", file.id))
                .header("x-linked-size", file.length().to_string())
        } else {
            self.content(request, file)
        };
        Some(response.header("x-repo-commit", commit))
    }

    /// The content of a file, or as much of it as was asked for.
    fn content(&self, request: &Request, file: &File) -> Response {
        let etag = format!("\"{}\"", file.id);
        let is_known = request.header("if-none-match").is_some_and(|known| {
            known.split(',').any(|known| matches!(known.trim(), "*") || known.trim().ends_with(&etag))
        });
        if is_known {
            return Response::new(304).header("etag", etag);
        }
        let length = file.length();
        let answer = |status: u16| {
            Response::new(status)
                .header("etag", etag.clone())
                .header("accept-ranges", "bytes")
                .header("content-type", "application/octet-stream")
        };
        let whole = || file.put_into(answer(200), 0, length);
        let response = match request.header("range").and_then(|range| stretch(range, length)) {
            None => whole(),
            Some(Stretch::Outside) => {
                return Response::new(416).header("content-range", format!("bytes */{length}"));
            }
            Some(Stretch::Inside { first, last }) => {
                let range = format!("bytes {first}-{last}/{length}");
                file.put_into(answer(206).header("content-range", range), first, last - first + 1)
            }
        };
        match self.pace {
            Some((bytes, pause)) => response.paced(bytes, pause),
            None => response,
        }
    }

    /// Splits a path after the name of a repository, which has one part or two.
    fn split_name<'a>(&self, path: &'a str) -> (String, &'a str) {
        let known = |name: &str| {
            self.repos
                .iter()
                .any(|repo| repo.name == name || repo.former_names.iter().any(|former| former == name))
        };
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let is_word =
            |word: &str| matches!(word, "resolve" | "revision" | "tree" | "paths-info" | "refs" | "");
        if known(first) || rest.split('/').next().is_some_and(is_word) {
            return (first.to_owned(), rest);
        }
        let (second, rest) = rest.split_once('/').unwrap_or((rest, ""));
        (format!("{first}/{second}"), rest)
    }

    /// The repository, unless it does not exist for whoever asks, or has another name now.
    fn visible(&self, request: &Request, name: &str) -> Result<&Repo, Response> {
        let may_see = |repo: &&Repo| match &repo.access {
            Access::Private(token) => request.bearer() == Some(token.as_str()),
            Access::Everybody | Access::Gated(_) => true,
        };
        if let Some(repo) = self.repos.iter().find(|repo| repo.name == name).filter(may_see) {
            return Ok(repo);
        }
        let was_called = |repo: &&Repo| repo.former_names.iter().any(|former| former == name);
        if let Some(repo) = self.repos.iter().find(was_called).filter(may_see) {
            let path = request.path.replacen(name, &repo.name, 1);
            let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
            return Err(Response::new(307).header("location", path + &query));
        }
        // To somebody unknown the Hub does not even say that there is nothing.
        let status = if request.bearer().is_some() { 404 } else { 401 };
        Err(refused(status, Some("RepoNotFound"), "Repository not found"))
    }
}

enum Stretch {
    Inside { first: u64, last: u64 },
    Outside,
}

/// The bytes that a `Range` asks for; `None` if it is to be ignored, as everything but one range of bytes is.
fn stretch(range: &str, length: u64) -> Option<Stretch> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.saturating_sub(1);
    let (first, last) = if first.is_empty() {
        let count: u64 = last.parse().ok()?;
        (if count == 0 { length } else { length.saturating_sub(count) }, end)
    } else {
        (first.parse().ok()?, if last.is_empty() { end } else { last.parse::<u64>().ok()?.min(end) })
    };
    Some(if first >= length || first > last { Stretch::Outside } else { Stretch::Inside { first, last } })
}

/// The paths in a body, which clients send as JSON or as a form.
fn asked_paths(request: &Request) -> Vec<String> {
    match request.json().get("paths") {
        Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(path)) => vec![path.clone()],
        _ => request.form().into_iter().filter(|(name, _)| name == "paths").map(|(_, path)| path).collect(),
    }
}

fn somebody() -> Value {
    json!({
        "type": "user",
        "id": "0123456789abcdef01234567",
        "name": "somebody",
        "fullname": "Somebody",
        "email": "somebody@example.com",
        "emailVerified": true,
        "canPay": false,
        "isPro": false,
        "periodEnd": null,
        "avatarUrl": "/avatars/somebody.svg",
        "orgs": [],
        "auth": {
            "type": "access_token",
            "accessToken": {"displayName": "test", "role": "read", "createdAt": "2026-01-01T00:00:00.000Z"},
        },
    })
}

fn no_revision(revision: &str) -> Response {
    refused(404, Some("RevisionNotFound"), &format!("Invalid rev id: {revision}"))
}

fn refused(status: u16, code: Option<&str>, message: &str) -> Response {
    // A header has one line, and ASCII is what everybody reads.
    let line: String = message.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    let mut response =
        Response::new(status).header("x-error-message", line).header("x-request-id", "Root=1-test");
    if let Some(code) = code {
        response = response.header("x-error-code", code);
    }
    response.json(&json!({"error": message}))
}
