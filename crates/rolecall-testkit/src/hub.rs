//! A Hub that knows a few repositories.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::http::{Request, Response, Server, decode};

/// Who may read a repository.
#[derive(Debug, Clone)]
enum Access {
    Everybody,
    /// Its page is public, its files are for holders of this token.
    Gated(Option<String>),
    /// Only holders of this token know that it exists.
    Private(String),
}

type Files = BTreeMap<String, Vec<u8>>;

/// A model repository.
#[derive(Debug, Clone)]
pub struct Repo {
    name: String,
    access: Access,
    files: Files,
    /// Branches and tags with other files than the default branch.
    revisions: BTreeMap<String, Files>,
}

impl Repo {
    /// An empty, public repository with a branch `main`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            access: Access::Everybody,
            files: Files::new(),
            revisions: BTreeMap::new(),
        }
    }

    /// A repository with the files of a folder and the folders in it.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn from_dir(name: &str, folder: &Path) -> io::Result<Self> {
        let mut repo = Self::new(name);
        let mut pending = vec![(folder.to_owned(), String::new())];
        while let Some((folder, prefix)) = pending.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let inside = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    pending.push((entry.path(), format!("{inside}/")));
                } else {
                    repo = repo.file(&inside, fs::read(entry.path())?);
                }
            }
        }
        Ok(repo)
    }

    /// Adds a file to the default branch.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }

    /// Adds a branch or tag with files of its own.
    #[must_use]
    pub fn revision<'a>(mut self, name: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter().map(|(path, content)| (path.to_owned(), content.into())).collect();
        self.revisions.insert(name.to_owned(), files);
        self
    }

    /// Makes the files readable for nobody.
    #[must_use]
    pub fn gated(mut self) -> Self {
        self.access = Access::Gated(None);
        self
    }

    /// Makes the files readable for the holder of a token.
    #[must_use]
    pub fn gated_for(mut self, token: &str) -> Self {
        self.access = Access::Gated(Some(token.to_owned()));
        self
    }

    /// Hides the repository from all but the holder of a token.
    #[must_use]
    pub fn private(mut self, token: &str) -> Self {
        self.access = Access::Private(token.to_owned());
        self
    }

    /// The commit of the default branch.
    pub fn commit(&self) -> String {
        commit(&self.files)
    }

    /// The files of a branch, tag or commit, and the commit.
    fn at(&self, revision: &str) -> Option<(&Files, String)> {
        if revision == "main" {
            return Some((&self.files, self.commit()));
        }
        if let Some(files) = self.revisions.get(revision) {
            return Some((files, commit(files)));
        }
        let mut all = self.revisions.values().chain([&self.files]);
        all.find(|files| commit(files) == revision).map(|files| (files, revision.to_owned()))
    }
}

fn commit(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, content) in files {
        hasher.update(path);
        hasher.update([0]);
        hasher.update(Sha256::digest(content));
    }
    digits(&hasher.finalize())
}

fn etag(content: &[u8]) -> String {
    digits(&Sha256::digest(content))
}

/// Forty hexadecimal digits, as many as ids in git have.
fn digits(hash: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    hash.iter().take(20).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A Hub to be started.
#[derive(Default)]
pub struct FakeHub {
    repos: Vec<Repo>,
    refused_tokens: Vec<String>,
    script: Mutex<Vec<(String, Response)>>,
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

    /// Answers the next request whose path contains `part` in this way instead. Earlier ones count first.
    #[must_use]
    pub fn once(self, part: &str, response: Response) -> Self {
        self.script
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push((part.to_owned(), response));
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
            let mut script = self.script.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(at) = script.iter().position(|(part, _)| path.contains(part.as_str())) {
                return script.remove(at).1;
            }
        }
        if request.bearer().is_some_and(|token| self.refused_tokens.iter().any(|refused| refused == token)) {
            return refused(401, None, "Invalid credentials in Authorization header");
        }
        if path == "api/whoami-v2" {
            return match request.bearer() {
                Some(_) => Response::new(200).json(&json!({"type": "user", "name": "somebody", "orgs": []})),
                None => refused(401, None, "Invalid username or password."),
            };
        }
        let answer = match path.strip_prefix("api/models/") {
            Some(rest) => self.api(request, rest),
            None => self.resolve(request, path),
        };
        answer.unwrap_or_else(|| Response::new(404))
    }

    /// `api/models/ORG/NAME`, `…/revision/REV`, `…/tree/REV/FOLDER`.
    fn api(&self, request: &Request, rest: &str) -> Option<Response> {
        let (name, rest) = self.split_name(rest);
        let repo = match self.visible(request, &name) {
            Ok(repo) => repo,
            Err(response) => return Some(response),
        };
        if let Some(rest) = rest.strip_prefix("tree/") {
            let (revision, folder) = rest.split_once('/').unwrap_or((rest, ""));
            let revision = decode(revision)?;
            let Some((files, _)) = repo.at(&revision) else { return Some(no_revision(&revision)) };
            return Some(tree(files, &decode(folder)?, request.query.contains("recursive=true")));
        }
        let revision = match rest.strip_prefix("revision/") {
            Some(revision) => decode(revision)?,
            None if rest.is_empty() => "main".to_owned(),
            None => return None,
        };
        let Some((files, commit)) = repo.at(&revision) else { return Some(no_revision(&revision)) };
        let siblings: Vec<Value> = files.keys().map(|path| json!({"rfilename": path})).collect();
        Some(Response::new(200).json(&json!({
            "_id": "0123456789abcdef01234567",
            "id": repo.name,
            "modelId": repo.name,
            "sha": commit,
            "private": matches!(repo.access, Access::Private(_)),
            "gated": if matches!(repo.access, Access::Gated(_)) { json!("manual") } else { json!(false) },
            "disabled": false,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": siblings,
        })))
    }

    /// `ORG/NAME/resolve/REV/FILE`.
    fn resolve(&self, request: &Request, path: &str) -> Option<Response> {
        let (name, rest) = self.split_name(path);
        let (revision, file) = rest.strip_prefix("resolve/")?.split_once('/')?;
        let (revision, file) = (decode(revision)?, decode(file)?);
        let repo = match self.visible(request, &name) {
            Ok(repo) => repo,
            Err(response) => return Some(response),
        };
        if let Access::Gated(token) = &repo.access
            && (token.is_none() || request.bearer() != token.as_deref())
        {
            let status = if request.bearer().is_some() { 403 } else { 401 };
            return Some(refused(
                status,
                Some("GatedRepo"),
                &format!("Access to model {name} is restricted."),
            ));
        }
        let Some((files, commit)) = repo.at(&revision) else { return Some(no_revision(&revision)) };
        let Some(content) = files.get(&file) else {
            return Some(
                refused(404, Some("EntryNotFound"), "Entry not found").header("x-repo-commit", commit),
            );
        };
        let response = Response::new(200)
            .header("x-repo-commit", commit)
            .header("etag", format!("\"{}\"", etag(content)))
            .header("accept-ranges", "bytes")
            .header("content-type", "application/octet-stream");
        Some(response.body(content.clone()))
    }

    /// Splits a path after the name of a repository, which has one part or two.
    fn split_name<'a>(&self, path: &'a str) -> (String, &'a str) {
        let known = |name: &str| self.repos.iter().any(|repo| repo.name == name);
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        if known(first) || matches!(rest.split('/').next(), Some("resolve" | "revision" | "tree" | "")) {
            return (first.to_owned(), rest);
        }
        let (second, rest) = rest.split_once('/').unwrap_or((rest, ""));
        (format!("{first}/{second}"), rest)
    }

    /// The repository, unless it does not exist for whoever asks.
    fn visible(&self, request: &Request, name: &str) -> Result<&Repo, Response> {
        let found = self.repos.iter().find(|repo| repo.name == name);
        match found {
            Some(Repo { access: Access::Private(token), .. }) if request.bearer() != Some(token.as_str()) => {
            }
            Some(repo) => return Ok(repo),
            None => {}
        }
        // To somebody unknown the Hub does not even say that there is nothing.
        let status = if request.bearer().is_some() { 404 } else { 401 };
        Err(refused(status, Some("RepoNotFound"), "Repository not found"))
    }
}

fn tree(files: &Files, folder: &str, recursive: bool) -> Response {
    let folder = folder.trim_matches('/');
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut entries = BTreeMap::new();
    for (path, content) in files {
        let Some(inside) = path.strip_prefix(&prefix) else { continue };
        let file = json!({"type": "file", "oid": etag(content), "size": content.len(), "path": path});
        match inside.split_once('/') {
            Some((name, _)) => {
                let below = format!("{prefix}{name}");
                let entry =
                    json!({"type": "directory", "oid": etag(below.as_bytes()), "size": 0, "path": below});
                entries.insert(below, entry);
                if recursive {
                    entries.insert(path.clone(), file);
                }
            }
            None => {
                entries.insert(path.clone(), file);
            }
        }
    }
    if entries.is_empty() && !folder.is_empty() {
        return refused(404, Some("EntryNotFound"), &format!("{folder} does not exist"));
    }
    Response::new(200).json(&Value::Array(entries.into_values().collect()))
}

fn no_revision(revision: &str) -> Response {
    refused(404, Some("RevisionNotFound"), &format!("Invalid rev id: {revision}"))
}

fn refused(status: u16, code: Option<&str>, message: &str) -> Response {
    let mut response =
        Response::new(status).header("x-error-message", message).header("x-request-id", "Root=1-test");
    if let Some(code) = code {
        response = response.header("x-error-code", code);
    }
    response.json(&json!({"error": message}))
}
