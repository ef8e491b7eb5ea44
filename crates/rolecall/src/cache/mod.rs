//! `templates-cache/`: model folders, `<org>/<name>/…`, pinned by a lock file.
//!
//! A model that the lock file names is verified whenever it is loaded: each file has to be the one whose
//! SHA-256 was recorded when it was fetched. A folder that the lock file does not name is simply a folder.
//!
//! ```
//! use rolecall::cache::TemplatesCache;
//! use rolecall::{ErrorKind, Model};
//!
//! # let folder = tempfile::tempdir()?;
//! # std::fs::create_dir_all(folder.path().join("org/name"))?;
//! # std::fs::write(folder.path().join("org/name/chat_template.jinja"), "{{ messages[0].content }}")?;
//! let cache = TemplatesCache::new(folder.path());
//! let model = Model::from_files(cache.load("org/name")?)?;
//! assert_eq!(model.origin(), "org/name");
//! // Nobody has pinned it, so there is nothing to verify it against.
//! assert_eq!(cache.verify("org/name").unwrap_err().kind(), ErrorKind::Lock);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The hidden beginning of examples: a `cache` in which `org/name` is pinned, from a `snapshot` of it.
macro_rules! pinned {
    () => {
        "# use rolecall::cache::{Snapshot, TemplatesCache};
# let folder = tempfile::tempdir()?;
# let downloaded = folder.path().join(\"chat_template.jinja\");
# std::fs::write(&downloaded, \"Hi\")?;
# let files = vec![(\"chat_template.jinja\".to_owned(), downloaded)];
# let snapshot = Snapshot::new(\"org/name\", \"main\", \"0123456789abcdef0123456789abcdef01234567\", files);
# let cache = TemplatesCache::new(folder.path().join(\"templates-cache\"));
# cache.store(&snapshot)?;"
    };
}
pub(crate) use pinned;

mod install;
mod lock;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, ModelFiles, Result};

use lock::LockFile;
pub use lock::{LockedFile, LockedModel};

/// A model's files as they were downloaded: what [`TemplatesCache::store`] pins.
///
/// ```
#[doc = pinned!()]
/// let Snapshot { repo, revision, from_cache, .. } = &snapshot;
/// assert_eq!((&**repo, &**revision, *from_cache), ("org/name", "main", false));
/// assert_eq!(cache.store(&snapshot)?.commit, snapshot.commit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The repository, `org/name`.
    pub repo: String,
    /// The branch, tag or commit that was asked for.
    pub revision: String,
    /// The commit that it was.
    pub commit: String,
    /// The files: their names inside the repository, and where they are on this computer.
    pub files: Vec<(String, PathBuf)>,
    /// Whether the Hub was not asked or not reached, so that this is what an earlier download left: the branch
    /// may be at another commit by now, and files that nobody needed then are missing.
    pub from_cache: bool,
}

impl Snapshot {
    /// Describes downloaded files.
    ///
    /// ```
    /// use rolecall::cache::Snapshot;
    ///
    /// let files = vec![("chat_template.jinja".to_owned(), "downloads/chat_template.jinja".into())];
    /// let snapshot = Snapshot::new("org/name", "v1.0", "0123456789abcdef0123456789abcdef01234567", files);
    /// assert_eq!((&*snapshot.repo, &*snapshot.revision), ("org/name", "v1.0"));
    /// ```
    pub fn new(
        repo: impl Into<String>,
        revision: impl Into<String>,
        commit: impl Into<String>,
        files: Vec<(String, PathBuf)>,
    ) -> Self {
        Self { repo: repo.into(), revision: revision.into(), commit: commit.into(), files, from_cache: false }
    }
}

/// A folder of pinned models and its lock file.
///
/// ```
/// use rolecall::cache::{Snapshot, TemplatesCache};
///
/// let folder = tempfile::tempdir()?;
/// let downloaded = folder.path().join("download.jinja");
/// std::fs::write(&downloaded, "{{ messages[0].content }}")?;
///
/// let cache = TemplatesCache::new(folder.path().join("templates-cache"));
/// let commit = "0123456789abcdef0123456789abcdef01234567";
/// cache.store(&Snapshot::new("org/name", "main", commit, vec![("chat_template.jinja".into(), downloaded)]))?;
/// assert_eq!(cache.load("org/name")?.revision(), Some(commit));
///
/// std::fs::write(cache.dir().join("org/name/chat_template.jinja"), "changed")?;
/// assert!(cache.load("org/name").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TemplatesCache {
    dir: PathBuf,
}

impl TemplatesCache {
    /// The cache in `dir`, which need not exist yet.
    ///
    /// ```
    /// use rolecall::cache::TemplatesCache;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let cache = TemplatesCache::new(folder.path().join("templates-cache"));
    /// assert_eq!(cache.locked()?, []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    ///
    /// ```
    /// use rolecall::cache::TemplatesCache;
    ///
    /// assert_eq!(TemplatesCache::new("templates-cache").dir(), std::path::Path::new("templates-cache"));
    /// ```
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a model's folder is or would be.
    ///
    /// ```
    /// use rolecall::cache::TemplatesCache;
    ///
    /// let cache = TemplatesCache::new("templates-cache");
    /// assert_eq!(cache.model_dir("org/name")?, std::path::Path::new("templates-cache/org/name"));
    /// let error = cache.model_dir("../name").unwrap_err();
    /// assert_eq!(error.message(), r#""../name" is not the name of a model"#);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when the name is not `name` or `org/name`, such as one that leads out of the cache.
    pub fn model_dir(&self, name: &str) -> Result<PathBuf> {
        let (org, model) = name.split_once('/').map_or((None, name), |(org, model)| (Some(org), model));
        // Names with a dot in front are those of folders that are not finished.
        if [org, Some(model)].into_iter().flatten().all(|part| is_file_name(part) && !part.starts_with('.')) {
            return Ok(self.dir.join(name));
        }
        Err(Error::new(ErrorKind::Model, format!("{name:?} is not the name of a model"))
            .help("Names look like org/name"))
    }

    /// Whether the model has a folder here or is pinned. A lock file that cannot be read may name it.
    ///
    /// ```
    #[doc = pinned!()]
    /// assert!(cache.contains("org/name") && !cache.contains("org/other"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains(&self, name: &str) -> bool {
        let Ok(folder) = self.model_dir(name) else { return false };
        folder.is_dir() || LockFile::read(&self.dir).map_or(true, |lock| lock.models.contains_key(name))
    }

    /// The models that the lock file names, with what it says of them.
    ///
    /// ```
    #[doc = pinned!()]
    /// for (name, model) in cache.locked()? {
    ///     assert_eq!((&*name, &*model.revision), ("org/name", "main"));
    /// }
    /// assert_eq!(cache.locked()?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the lock file is damaged or of a newer version, [`ErrorKind::File`] when it
    /// cannot be read.
    pub fn locked(&self) -> Result<Vec<(String, LockedModel)>> {
        Ok(LockFile::read(&self.dir)?.models.into_iter().collect())
    }

    /// What the lock file says of a model.
    ///
    /// ```
    /// use rolecall::ErrorKind;
    ///
    #[doc = pinned!()]
    /// assert_eq!(cache.locked_model("org/name")?.files.len(), 1);
    /// assert_eq!(cache.locked_model("org/other").unwrap_err().kind(), ErrorKind::Lock);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when it does not name the model; else as [`TemplatesCache::locked`].
    pub fn locked_model(&self, name: &str) -> Result<LockedModel> {
        LockFile::read(&self.dir)?.models.remove(name).ok_or_else(|| not_locked(self, name))
    }

    /// Loads a model's files for rendering, verified against the lock file if it names the model.
    ///
    /// ```
    #[doc = pinned!()]
    /// let files = cache.load("org/name")?;
    /// assert_eq!(files.get("chat_template.jinja"), Some(&b"Hi"[..]));
    /// assert_eq!(files.revision(), Some("0123456789abcdef0123456789abcdef01234567"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when a file is changed, missing or not in the lock file; else as
    /// [`ModelFiles::read_dir`].
    pub fn load(&self, name: &str) -> Result<ModelFiles> {
        let folder = self.model_dir(name)?;
        let lock = LockFile::read(&self.dir)?;
        let Some(model) = lock.models.get(name) else { return Ok(ModelFiles::read_dir(folder)?.named(name)) };
        let pinned = Pinned { name, folder, model };
        pinned.expect_all()?;
        let mut files = ModelFiles::read_dir(&pinned.folder)?.named(name);
        for file in files.names() {
            pinned.locked(file)?;
        }
        for (file, content) in files.iter() {
            pinned.expect_hash(file, &sha256(content))?;
        }
        // Those that were only noted are verified when they are read.
        for (file, locked) in &model.files {
            files.pin(file, &locked.sha256);
        }
        Ok(files.with_revision(&model.commit))
    }

    /// Verifies every file of a model against the lock file, those for tokenising too.
    ///
    /// ```
    #[doc = pinned!()]
    /// assert_eq!(cache.verify("org/name")?, cache.locked_model("org/name")?);
    ///
    /// std::fs::write(cache.dir().join("org/name/chat_template.jinja"), "Ho")?;
    /// let error = cache.verify("org/name").unwrap_err();
    /// assert!(error.message().starts_with("org/name: chat_template.jinja is not the file that was pinned"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] for the first file that is changed, missing or not in the lock file, or when the
    /// lock file does not name the model.
    pub fn verify(&self, name: &str) -> Result<LockedModel> {
        let folder = self.model_dir(name)?;
        let model = self.locked_model(name)?;
        let pinned = Pinned { name, folder, model: &model };
        pinned.expect_all()?;
        for file in model.files.keys() {
            let path = pinned.path(file)?;
            let (found, _) = hash_file(&path).map_err(|error| unreadable(&path, &error))?;
            pinned.expect_hash(file, &found)?;
        }
        for file in ModelFiles::read_dir(&pinned.folder)?.names() {
            pinned.locked(file)?;
        }
        Ok(model)
    }

    /// Verifies every file of every model that the lock file names.
    ///
    /// ```
    #[doc = pinned!()]
    /// assert_eq!(cache.verify_all()?, cache.locked()?);
    ///
    /// std::fs::remove_file(cache.dir().join("org/name/chat_template.jinja"))?;
    /// let error = cache.verify_all().unwrap_err();
    /// assert_eq!(error.advice(), Some("Put it back with: rolecall fetch --locked org/name"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TemplatesCache::verify`], for the first model that is not as it was pinned.
    pub fn verify_all(&self) -> Result<Vec<(String, LockedModel)>> {
        let models = self.locked()?;
        for (name, _) in &models {
            self.verify(name)?;
        }
        Ok(models)
    }

    /// Whether all files that the lock file names for a model are there, changed or not.
    ///
    /// ```
    #[doc = pinned!()]
    /// assert!(cache.is_complete("org/name")?);
    /// std::fs::remove_file(cache.dir().join("org/name/chat_template.jinja"))?;
    /// assert!(!cache.is_complete("org/name")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the lock file does not name the model.
    pub fn is_complete(&self, name: &str) -> Result<bool> {
        let folder = self.model_dir(name)?;
        let model = self.locked_model(name)?;
        Ok(Pinned { name, folder, model: &model }.expect_all().is_ok())
    }

    /// Copies downloaded files into the cache and pins them in the lock file. The model's folder is replaced
    /// as a whole, or not at all; what upstream removed is gone afterwards.
    ///
    /// ```
    #[doc = pinned!()]
    /// std::fs::write(&snapshot.files[0].1, "What upstream has now")?;
    /// let locked = cache.store(&snapshot)?;
    /// assert_eq!(locked.files["chat_template.jinja"].size, 21);
    /// assert_eq!(cache.load("org/name")?.get("chat_template.jinja"), Some(&b"What upstream has now"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the folder holds files that the lock file does not name, which would be lost;
    /// [`ErrorKind::File`] when something cannot be written.
    pub fn store(&self, snapshot: &Snapshot) -> Result<LockedModel> {
        install::store(self, snapshot)
    }

    /// Puts back files that are missing or changed, from a download of the locked commit; each has to be
    /// exactly the one that was pinned. The lock file stays as it is.
    ///
    /// ```
    #[doc = pinned!()]
    /// let file = cache.dir().join("org/name/chat_template.jinja");
    /// std::fs::write(&file, "Ho")?;
    /// cache.restore(&snapshot)?;
    /// assert_eq!(std::fs::read_to_string(&file)?, "Hi");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when a downloaded file is not the pinned one or is not there any more; else as
    /// [`TemplatesCache::store`].
    pub fn restore(&self, snapshot: &Snapshot) -> Result<LockedModel> {
        install::restore(self, snapshot)
    }
}

/// A model's folder, and what the lock file says should be in it.
struct Pinned<'a> {
    name: &'a str,
    folder: PathBuf,
    model: &'a LockedModel,
}

impl Pinned<'_> {
    fn path(&self, file: &str) -> Result<PathBuf> {
        let inside = file_path(file).ok_or_else(|| {
            let name = self.name;
            Error::new(ErrorKind::Lock, format!("{name}: the lock file names {file:?}, which no file can be"))
                .help(format!("Restore it from version control, or run: rolecall fetch {name}"))
        })?;
        Ok(self.folder.join(inside))
    }

    /// All files that are pinned have to be there.
    fn expect_all(&self) -> Result<()> {
        for file in self.model.files.keys() {
            if !self.path(file)?.is_file() {
                let name = self.name;
                return Err(Error::new(
                    ErrorKind::Lock,
                    format!("{name}: {file} is in the lock file but not in {}", self.folder.display()),
                )
                .help(format!("Put it back with: rolecall fetch --locked {name}")));
            }
        }
        Ok(())
    }

    /// A file that is there has to be pinned.
    fn locked(&self, file: &str) -> Result<&LockedFile> {
        self.model.files.get(file).ok_or_else(|| {
            let Self { name, folder, .. } = self;
            Error::new(ErrorKind::Lock, format!("{name}: {file} is in the folder but not in the lock file"))
                .help(format!(
                    "Remove it from {}, and pin what is upstream now with: rolecall fetch {name}",
                    folder.display()
                ))
        })
    }

    fn expect_hash(&self, file: &str, found: &str) -> Result<()> {
        let expected = &self.locked(file)?.sha256;
        if expected == found {
            return Ok(());
        }
        Err(not_pinned(self.name, &self.folder, file, expected, found))
    }
}

/// A file is another one than the lock file says.
pub(crate) fn not_pinned(name: &str, folder: &Path, file: &str, expected: &str, found: &str) -> Error {
    Error::new(
        ErrorKind::Lock,
        format!(
            "{name}: {file} is not the file that was pinned: its SHA-256 is {found}, the lock file says {expected}"
        ),
    )
    .help(format!(
        "Take the change back (git checkout -- {}/{file}), or pin what is upstream now with: rolecall fetch {name}",
        folder.display()
    ))
}

/// A name of a file in a repository, as a path that stays below the folder it is joined to.
fn file_path(name: &str) -> Option<PathBuf> {
    name.split('/').all(is_file_name).then(|| name.into())
}

/// Whether this is one part of a path on every system, and no way up.
fn is_file_name(part: &str) -> bool {
    !matches!(part, "" | "." | "..")
        && !part.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':'))
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// SHA-256 and size of a file of any size.
fn hash_file(path: &Path) -> io::Result<(String, u64)> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
            return Ok((hex(&hasher.finalize()), size));
        };
        hasher.update(part);
        size += part.len() as u64;
    }
}

fn not_locked(cache: &TemplatesCache, name: &str) -> Error {
    let file = cache.dir().join(lock::FILE_NAME);
    Error::new(ErrorKind::Lock, format!("{name} is not in the lock file {}", file.display()))
        .help(format!("Pin it with: rolecall fetch {name}"))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot read {}: {error}", path.display()))
        .help("Check its permissions")
}
