//! Models from the Hugging Face Hub, by the crate hf-hub.
//!
//! Settings come from the environment as Python's `huggingface_hub` reads them ([`Environment`]), and the cache
//! of downloaded files has its layout, so that the two share what either has fetched. All functions block; they
//! may be called from async code, since the work runs on a thread of its own.

mod cache;
mod client;
mod failure;

use std::fmt;
use std::sync::Arc;
use std::thread;

use crate::cache::Snapshot;
use crate::files::{ADDITIONAL_TEMPLATES, TEMPLATE_FILES, TOKENIZER_FILES};
use crate::{Environment, Error, ErrorKind, ModelFiles, Result, Token};

/// How far a download has come.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The file, by its name in the repository.
    pub file: &'a str,
    /// Its bytes that have arrived.
    pub done: u64,
    /// All of its bytes, if the Hub says how many they are.
    pub total: Option<u64>,
}

type OnProgress = dyn Fn(Progress<'_>) + Send + Sync;

/// What to fetch, from where, and as whom.
///
/// ```no_run
/// use rolecall::Model;
/// use rolecall::hub::{self, HubOptions};
///
/// let options = HubOptions::from_env().revision("v1.0");
/// let model = Model::from_files(hub::load("org/name", &options)?)?;
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct HubOptions {
    environment: Environment,
    revision: Option<String>,
    token: Option<Token>,
    on_progress: Option<Arc<OnProgress>>,
}

impl HubOptions {
    /// The settings of this process's environment, and the default branch.
    pub fn from_env() -> Self {
        Self::default()
    }

    /// The settings of another environment.
    pub fn from_environment(environment: Environment) -> Self {
        Self { environment, ..Self::default() }
    }

    /// A branch, tag or commit.
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// The access token, instead of the environment's.
    #[must_use]
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Is called whenever a part of a file has arrived, on another thread.
    #[must_use]
    pub fn on_progress(mut self, callback: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(callback));
        self
    }
}

impl fmt::Debug for HubOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubOptions")
            .field("revision", &self.revision)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// Loads the files of a model that rendering needs; `tokenizer.json` is not among them.
///
/// What is in the download cache already is not fetched again. When the Hub cannot be reached, or
/// `HF_HUB_OFFLINE` forbids to ask it, the cache's copy of the revision is used.
///
/// # Errors
///
/// Kinds of their own for a missing repository, a gated one, a missing revision, a refused token, a Hub that
/// cannot be reached.
pub fn load(repo: &str, options: &HubOptions) -> Result<ModelFiles> {
    let snapshot = fetch(repo, options, is_template_file)?;
    let mut files = ModelFiles::new(repo).with_revision(snapshot.commit.as_str());
    for (name, path) in &snapshot.files {
        if let Some(content) = crate::files::read_capped(path)? {
            files.insert(name, content);
        }
    }
    Ok(files)
}

/// Downloads the files of a model that rendering and tokenising need; no weights.
///
/// # Errors
///
/// As [`load`].
pub fn download(repo: &str, options: &HubOptions) -> Result<Snapshot> {
    fetch(repo, options, |name| is_template_file(name) || TOKENIZER_FILES.contains(&name))
}

fn is_template_file(name: &str) -> bool {
    let additional = name.strip_prefix(ADDITIONAL_TEMPLATES).and_then(|name| name.strip_prefix('/'));
    let additional = additional.and_then(|name| name.strip_suffix(".jinja"));
    TEMPLATE_FILES.contains(&name)
        || additional.is_some_and(|name| !name.contains(['/', '\\']) && !name.starts_with('.'))
}

fn fetch(repo: &str, options: &HubOptions, wanted: fn(&str) -> bool) -> Result<Snapshot> {
    check_repo(repo)?;
    let revision = options.revision.as_deref().unwrap_or("main");
    check_revision(revision)?;
    let cache = cache::RepoCache::new(&options.environment.hub_cache(), repo);
    if options.environment.offline() {
        return cache.snapshot(revision, wanted)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Offline,
                format!(
                    "{repo} (revision {revision}) is not in the download cache, and HF_HUB_OFFLINE is set"
                ),
            )
            .help("Unset HF_HUB_OFFLINE, or fetch the model where there is a network")
        });
    }
    let token = match &options.token {
        Some(token) => Some(token.clone()),
        None => options.environment.token()?,
    };
    let request = client::Request {
        endpoint: options.environment.endpoint(),
        token,
        repo: repo.to_owned(),
        revision: revision.to_owned(),
        wanted,
        on_progress: options.on_progress.clone(),
    };
    match on_own_thread(request, cache.clone()) {
        // As in Python, a copy that may be old is better than none.
        Err(error) if error.kind() == ErrorKind::Offline => cache.snapshot(revision, wanted)?.ok_or(error),
        result => result,
    }
}

/// Runs the download where no runtime can be running already.
fn on_own_thread(request: client::Request, cache: cache::RepoCache) -> Result<Snapshot> {
    let cannot = |problem: String| Error::new(ErrorKind::Hub, format!("cannot start a download: {problem}"));
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| cannot(error.to_string()))?.block_on(client::fetch(&request, &cache))
    };
    let thread = thread::Builder::new().name("rolecall-hub".to_owned()).spawn(work);
    let thread = thread.map_err(|error| cannot(error.to_string()))?;
    thread.join().unwrap_or_else(|_| Err(cannot("its thread broke off".to_owned())))
}

/// The rules of `huggingface_hub` for names of repositories.
fn check_repo(repo: &str) -> Result<()> {
    let part = |part: &str| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        part.starts_with(word)
            && part.ends_with(word)
            && part.chars().all(|c| word(c) || c == '-' || c == '.')
    };
    let (owner, name) = repo.split_once('/').map_or((None, repo), |(owner, name)| (Some(owner), name));
    let valid = owner.is_none_or(part)
        && part(name)
        && repo.len() <= 96
        && !repo.contains("--")
        && !repo.contains("..")
        && repo.strip_suffix(".git").is_none();
    if valid {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::RepositoryNotFound,
        format!("{repo:?} is neither a folder here nor the name of a repository"),
    )
    .help("A folder has to exist; a repository's name looks like org/name"))
}

fn check_revision(revision: &str) -> Result<()> {
    let bad = revision.is_empty()
        || revision.starts_with('/')
        || revision.ends_with('/')
        || revision.split('/').any(|part| part.is_empty() || part.starts_with('.'))
        || revision.contains(|c: char| c.is_control() || c == '\\' || c == ' ');
    if bad {
        return Err(Error::new(
            ErrorKind::RevisionNotFound,
            format!("{revision:?} is not the name of a branch, tag or commit"),
        )
        .help("Leave it out for the default branch"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repositories() {
        for good in ["gpt2", "org/name", "a.b/c-d_e.f", "01-ai/Yi"] {
            assert!(check_repo(good).is_ok(), "{good}");
        }
        for bad in
            ["", "a/b/c", "../x", "a/..", "-a/b", "a/b-", "a--b/c", "a/b.git", "a b", "a/é", &"x".repeat(97)]
        {
            assert!(check_repo(bad).is_err(), "{bad}");
        }
        for bad in ["", "../main", "/main", "a//b", "a\u{0}"] {
            assert!(check_revision(bad).is_err(), "{bad}");
        }
        assert!(check_revision("refs/pr/1").is_ok());
    }

    #[test]
    fn files_that_are_wanted() {
        assert!(is_template_file("additional_chat_templates/rag.jinja"));
        for other in [
            "additional_chat_templates/a/b.jinja",
            "additional_chat_templates/x.txt",
            "model.safetensors",
            "additional_chat_templates/..jinja",
            "tokenizer.json",
            "additional_chat_templates.jinja",
        ] {
            assert!(!is_template_file(other), "{other}");
        }
    }
}
