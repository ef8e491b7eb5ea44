//! Models from the Hugging Face Hub, by the crate hf-hub.
//!
//! Settings come from the environment as Python's `huggingface_hub` reads them ([`Environment`]), and the cache
//! of downloaded files has its layout, so that the two share what either has fetched. All functions block; they
//! may be called from async code, since the work runs on a thread of its own.
//!
//! ```
//! use rolecall::hub::{self, HubOptions};
//! use rolecall::{Environment, Message, Model, Options};
//!
//! # use rolecall_testkit::{FakeHub, Repo};
//! # let repo = Repo::new("org/name").file("chat_template.jinja", "{{ messages[0].content }}");
//! # let server = FakeHub::new().repo(repo).start()?;
//! # let folder = tempfile::tempdir()?;
//! # let (hub, home) = (server.url(), folder.path().display().to_string());
//! # let environment = Environment::from_lookup(move |name| match name {
//! #     "HF_ENDPOINT" => Some(hub.clone()),
//! #     "HF_HOME" => Some(home.clone()),
//! #     _ => None,
//! # });
//! let files = hub::load("org/name", &HubOptions::from_environment(environment))?;
//! let prompt = Model::from_files(files)?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
//! assert_eq!(prompt.text(), "Hi");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The hidden beginning of examples: a Hub with `org/name` and, for the holder of a token, `org/private`, and
/// `options` with which it is asked.
macro_rules! fake_hub {
    () => {
        "# use rolecall::hub::{self, HubOptions};
# use rolecall_testkit::Repo;
# let public = Repo::new(\"org/name\").file(\"chat_template.jinja\", \"new\");
# let public = public.file(\"tokenizer.json\", \"{}\").revision(\"v1.0\", [(\"chat_template.jinja\", \"old\")]);
# let private = Repo::new(\"org/private\").file(\"chat_template.jinja\", \"ours\").private(\"hf_ours\");
# let server = rolecall_testkit::FakeHub::new().repo(public).repo(private).start()?;
# let folder = tempfile::tempdir()?;
# let environment = rolecall::Environment::from_lookup(|_| None);
# let options = HubOptions::from_environment(environment.clone());
# let options = options.endpoint(server.url()).cache_dir(folder.path());"
    };
}

mod cache;
mod client;
mod download;
mod failure;
mod names;
mod request;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::cache::Snapshot;
use crate::{Environment, Error, ErrorKind, ModelFiles, Result, Token};

use cache::RepoCache;
use failure::Failure;
use names::{Wanted, check_repo, check_revision};
use request::{Limits, Request};

/// For how long the Hub may be silent, unless `HF_HUB_DOWNLOAD_TIMEOUT` says otherwise.
const SILENCE: Duration = Duration::from_secs(30);

/// How often a request is repeated that failed for a passing reason, such as a server that is busy.
const REPETITIONS: usize = 3;

/// How far a download has come.
///
/// ```
/// use rolecall::hub::Progress;
///
#[doc = fake_hub!()]
/// let options = options.on_progress(|Progress { file, done, total, .. }| {
///     assert_eq!((file, total), ("chat_template.jinja", Some(3)));
///     assert!(done <= 3);
/// });
/// assert!(hub::load("org/name", &options)?.names().eq(["chat_template.jinja"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
/// ```
#[doc = fake_hub!()]
/// # let (url, folder) = (server.url(), folder.path());
/// let options = HubOptions::from_env().revision("v1.0").endpoint(url).cache_dir(folder);
/// # let options = options.offline(false).token(rolecall::Token::new("hf_ours"));
/// assert_eq!(hub::load("org/name", &options)?.get("chat_template.jinja"), Some(&b"old"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct HubOptions {
    environment: Environment,
    revision: Option<String>,
    token: Option<Token>,
    endpoint: Option<String>,
    cache_dir: Option<PathBuf>,
    offline: Option<bool>,
    tokenizer: bool,
    on_progress: Option<Arc<OnProgress>>,
}

impl HubOptions {
    /// The settings of this process's environment, and the default branch.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// # let (url, folder) = (server.url(), folder.path());
    /// let options = HubOptions::from_env().endpoint(url).cache_dir(folder).offline(false);
    /// # let options = options.token(rolecall::Token::new("hf_ours"));
    /// assert_eq!(hub::load("org/name", &options)?.get("chat_template.jinja"), Some(&b"new"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_env() -> Self {
        Self::default()
    }

    /// The settings of another environment.
    ///
    /// ```
    /// use rolecall::hub::{self, HubOptions};
    /// use rolecall::{Environment, ErrorKind};
    ///
    /// let offline = Environment::from_lookup(|name| match name {
    ///     "HF_HUB_OFFLINE" => Some("1".to_owned()),
    ///     "HF_HOME" => Some("/no/such/folder".to_owned()),
    ///     _ => None,
    /// });
    /// let error = hub::load("org/name", &HubOptions::from_environment(offline)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Offline);
    /// ```
    pub fn from_environment(environment: Environment) -> Self {
        Self { environment, ..Self::default() }
    }

    /// A branch, tag or commit.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// let files = hub::load("org/name", &options.revision("v1.0"))?;
    /// assert_eq!(files.get("chat_template.jinja"), Some(&b"old"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// The access token, instead of the environment's.
    ///
    /// ```
    /// use rolecall::{ErrorKind, Token};
    ///
    #[doc = fake_hub!()]
    /// // Without a token a private repository is as if it were not there.
    /// assert_eq!(hub::load("org/private", &options).unwrap_err().kind(), ErrorKind::RepositoryNotFound);
    ///
    /// let files = hub::load("org/private", &options.token(Token::new("hf_ours")))?;
    /// assert_eq!(files.get("chat_template.jinja"), Some(&b"ours"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The Hub's address, instead of `HF_ENDPOINT`.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// # let options = HubOptions::from_environment(environment).cache_dir(folder.path());
    /// # let mirror = server.url();
    /// let files = hub::load("org/name", &options.endpoint(mirror))?;
    /// assert_eq!(files.get("chat_template.jinja"), Some(&b"new"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// The folder of downloaded files, instead of `HF_HUB_CACHE`. It is taken as it is: no `~`, no `$VAR`.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// # let options = HubOptions::from_environment(environment).endpoint(server.url());
    /// # let folder = folder.path();
    /// hub::load("org/name", &options.cache_dir(folder))?;
    /// assert_eq!(std::fs::read_dir(folder.join("models--org--name/snapshots"))?.count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cache_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache_dir = Some(folder.into());
        self
    }

    /// Whether the Hub may not be asked, instead of `HF_HUB_OFFLINE`.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// let online = hub::load("org/name", &options)?;
    /// // Now there is a copy.
    /// assert_eq!(hub::load("org/name", &options.offline(true))?, online);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = Some(offline);
        self
    }

    /// Whether [`load`] fetches the files for tokenising too, which may have tens of megabytes.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// assert!(hub::load("org/name", &options)?.names().eq(["chat_template.jinja"]));
    ///
    /// let files = hub::load("org/name", &options.tokenizer(true))?;
    /// assert!(files.names().eq(["chat_template.jinja", "tokenizer.json"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tokenizer(mut self, wanted: bool) -> Self {
        self.tokenizer = wanted;
        self
    }

    /// Is called whenever a part of a file has arrived, on another thread.
    ///
    /// ```
    #[doc = fake_hub!()]
    /// let (sender, progress) = std::sync::mpsc::channel();
    /// let options = options.on_progress(move |progress| drop(sender.send((progress.done, progress.total))));
    /// hub::load("org/name", &options)?;
    /// assert_eq!(progress.try_iter().last(), Some((3, Some(3))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_progress(mut self, callback: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(callback));
        self
    }

    fn repo_cache(&self, repo: &str) -> RepoCache {
        let folder = self.cache_dir.clone().unwrap_or_else(|| self.environment.hub_cache());
        RepoCache::new(&folder, repo)
    }
}

impl fmt::Debug for HubOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubOptions")
            .field("revision", &self.revision)
            .field("token", &self.token)
            .field("cache_dir", &self.cache_dir)
            .field("offline", &self.offline)
            .finish_non_exhaustive()
    }
}

/// Loads the files of a model that rendering needs. Files for tokenising, such as `tokenizer.json`, are fetched only
/// with [`HubOptions::tokenizer`]; they are noted if they are in the download cache, and read when they are needed.
///
/// What is in the download cache already is not fetched again. When the Hub cannot be reached, or
/// `HF_HUB_OFFLINE` forbids to ask it, the cache's copy of the revision is used, as Python does.
///
/// ```
/// use rolecall::{Message, Model, Options};
///
#[doc = fake_hub!()]
/// let files = hub::load("org/name", &options)?;
/// let commit = files.revision().map(str::to_owned);
/// // The commit is what can be asked for again.
/// let again = hub::load("org/name", &options.revision(commit.clone().unwrap_or_default()))?;
/// assert_eq!(again.revision(), commit.as_deref());
///
/// let prompt = Model::from_files(files)?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
/// assert_eq!(prompt.text(), "new");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Kinds of their own for a missing repository, a gated one, a missing revision, a refused token, a Hub that
/// cannot be reached; [`ErrorKind::Model`] when the repository has no file that rendering needs.
pub fn load(repo: &str, options: &HubOptions) -> Result<ModelFiles> {
    let wanted = if options.tokenizer { Wanted::Tokenising } else { Wanted::Rendering };
    let snapshot = fetch(repo, options, wanted)?;
    let mut files = ModelFiles::new(repo).with_revision(snapshot.commit.as_str());
    for (name, path) in snapshot.files.iter().filter(|(name, _)| Wanted::Rendering.takes(name)) {
        if let Some(content) = crate::files::read_capped(path)? {
            files.insert(name, content);
        }
    }
    files.note_tokenizer(&options.repo_cache(repo).commit_folder(&snapshot.commit));
    Ok(files)
}

/// Downloads the files of a model that rendering and tokenising need; no weights.
///
/// [`Snapshot::from_cache`] says when the Hub was not asked or not reached. A copy that was made for rendering
/// alone does not stand in for a download then.
///
/// ```
/// use rolecall::cache::TemplatesCache;
///
#[doc = fake_hub!()]
/// # let templates_cache = folder.path().join("templates-cache");
/// // What `rolecall fetch org/name@v1.0` does.
/// let snapshot = hub::download("org/name", &options.revision("v1.0"))?;
/// let pinned = TemplatesCache::new(templates_cache).store(&snapshot)?;
/// assert_eq!(pinned.commit, snapshot.commit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`load`].
pub fn download(repo: &str, options: &HubOptions) -> Result<Snapshot> {
    fetch(repo, options, Wanted::Tokenising)
}

fn fetch(repo: &str, options: &HubOptions, wanted: Wanted) -> Result<Snapshot> {
    check_repo(repo)?;
    let revision = options.revision.as_deref().unwrap_or("main");
    check_revision(revision)?;
    let environment = &options.environment;
    let cache = options.repo_cache(repo);
    let copy = cache.snapshot(revision, wanted)?;
    if options.offline.unwrap_or_else(|| environment.offline()) {
        return copy.ok_or_else(|| not_here(repo, revision, wanted));
    }
    let token = match &options.token {
        Some(token) => Some(token.clone()),
        None => environment.token()?,
    };
    let request = Request {
        endpoint: options
            .endpoint
            .as_deref()
            .map_or_else(|| environment.endpoint(), |endpoint| endpoint.trim_end_matches('/').to_owned()),
        token,
        repo: repo.to_owned(),
        revision: revision.to_owned(),
        wanted,
        limits: Limits::new(environment.download_timeout()?.unwrap_or(SILENCE)),
        // There is no need to insist where a copy will do.
        repetitions: if copy.is_some() { 0 } else { REPETITIONS },
        on_progress: options.on_progress.clone(),
    };
    let snapshot = match (on_own_thread(request, cache), copy) {
        (Ok(snapshot), _) => snapshot,
        // As in Python, a copy that may be old is better than none.
        (Err(Failure { is_passing: true, .. }), Some(copy)) => copy,
        (Err(failure), _) => return Err(failure.error),
    };
    if snapshot.files.is_empty() {
        return Err(Error::new(
            ErrorKind::Model,
            format!(
                "{repo} has none of the files that prompts are made from, such as tokenizer_config.json or \
                 chat_template.jinja"
            ),
        )
        .help("Check that it is the repository of a language model"));
    }
    Ok(snapshot)
}

fn not_here(repo: &str, revision: &str, wanted: Wanted) -> Error {
    let what = match wanted {
        Wanted::Rendering => "",
        Wanted::Tokenising => " with the files of its tokenizer",
    };
    Error::new(
        ErrorKind::Offline,
        format!(
            "{repo} (revision {revision}) is not in the download cache{what}, and the Hub may not be asked"
        ),
    )
    .help("Unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE, or fetch the model where there is a network")
}

/// Runs the download where no runtime can be running already.
fn on_own_thread(request: Request, cache: RepoCache) -> Result<Snapshot, Failure> {
    let cannot = |problem: String| {
        Failure::from(Error::new(ErrorKind::Hub, format!("the download did not take place: {problem}")))
    };
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| cannot(error.to_string()))?;
        let fetched = runtime.block_on(download::fetch(&request, &cache));
        // A look-up of a host that nobody waits for any more is not waited for here either.
        runtime.shutdown_background();
        fetched
    };
    let thread = thread::Builder::new().name("rolecall-hub".to_owned()).spawn(work);
    let thread = thread.map_err(|error| cannot(error.to_string()))?;
    thread.join().unwrap_or_else(|_| Err(cannot("its thread broke off".to_owned())))
}
