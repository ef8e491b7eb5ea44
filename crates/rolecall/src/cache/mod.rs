//! `templates-cache/`: model folders, `<org>/<name>/…`, pinned by a lock file.
//!
//! A model that the lock file names is verified whenever it is loaded: each file has to be the one whose
//! SHA-256 was recorded when it was fetched. A folder that the lock file does not name is simply a folder.

mod install;
mod lock;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, ModelFiles, Result};

pub use lock::{LockedFile, LockedModel};

/// A model's files as they were downloaded: what [`TemplatesCache::store`] pins.
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
}

impl Snapshot {
    /// Describes downloaded files.
    pub fn new(
        repo: impl Into<String>,
        revision: impl Into<String>,
        commit: impl Into<String>,
        files: Vec<(String, PathBuf)>,
    ) -> Self {
        Self { repo: repo.into(), revision: revision.into(), commit: commit.into(), files }
    }
}

/// A folder of pinned models and its lock file.
#[derive(Debug, Clone)]
pub struct TemplatesCache {
    dir: PathBuf,
}

impl TemplatesCache {
    /// The cache in `dir`, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a model's folder is or would be.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when the name would lead out of the cache.
    pub fn model_dir(&self, name: &str) -> Result<PathBuf> {
        match relative(name) {
            Some(path) if path.components().count() <= 2 => Ok(self.dir.join(path)),
            _ => Err(Error::new(ErrorKind::Model, format!("{name:?} is not the name of a model"))
                .help("Names look like org/name")),
        }
    }

    /// The models that the lock file names, with what it says of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the lock file cannot be read.
    pub fn locked(&self) -> Result<Vec<(String, LockedModel)>> {
        Ok(lock::LockFile::read(&self.dir)?.models.into_iter().collect())
    }

    /// Loads a model's files for rendering, verified against the lock file if it names the model.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when a file is changed, missing or not in the lock file; else as
    /// [`ModelFiles::read_dir`].
    pub fn load(&self, name: &str) -> Result<ModelFiles> {
        let folder = self.model_dir(name)?;
        let lock = lock::LockFile::read(&self.dir)?;
        let files = ModelFiles::read_dir(&folder)?.named(name);
        let Some(model) = lock.models.get(name) else { return Ok(files) };
        for (file, content) in files.iter() {
            let locked = model.files.get(file).ok_or_else(|| unlocked(name, file))?;
            expect_hash(name, file, &locked.sha256, &sha256(content))?;
        }
        for file in files.names() {
            model.files.get(file).ok_or_else(|| unlocked(name, file))?;
        }
        for file in model.files.keys() {
            if !files.has(file) {
                return Err(missing(name, file));
            }
        }
        Ok(files.with_revision(&model.commit))
    }

    /// Verifies every file of a model against the lock file, those for tokenising too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] for the first file that is changed or missing, or when the lock file does not name
    /// the model.
    pub fn verify(&self, name: &str) -> Result<LockedModel> {
        let folder = self.model_dir(name)?;
        let model = self.locked_model(name)?;
        for (file, locked) in &model.files {
            let path = folder.join(relative(file).ok_or_else(|| unlocked(name, file))?);
            match hash_file(&path) {
                Ok((found, _)) => expect_hash(name, file, &locked.sha256, &found)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(name, file)),
                Err(error) => return Err(unreadable(&path, &error)),
            }
        }
        // Files that are there and that the lock file does not know.
        self.load(name)?;
        Ok(model)
    }

    /// Whether all files that the lock file names for a model are there, changed or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the lock file does not name the model.
    pub fn is_complete(&self, name: &str) -> Result<bool> {
        let folder = self.model_dir(name)?;
        let model = self.locked_model(name)?;
        Ok(model.files.keys().all(|file| relative(file).is_some_and(|file| folder.join(file).is_file())))
    }

    /// What the lock file says of a model.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when it does not name the model.
    pub fn locked_model(&self, name: &str) -> Result<LockedModel> {
        let mut lock = lock::LockFile::read(&self.dir)?;
        lock.models.remove(name).ok_or_else(|| {
            let file = self.dir.join(lock::FILE_NAME);
            Error::new(ErrorKind::Lock, format!("{name} is not in the lock file {}", file.display()))
                .help(format!("Pin it with: rolecall fetch {name}"))
        })
    }

    /// Copies downloaded files into the cache and pins them in the lock file. The model's folder is replaced
    /// as a whole, or not at all.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when the folder holds files that the lock file does not name, which would be lost;
    /// [`ErrorKind::File`] when something cannot be written.
    pub fn store(&self, snapshot: &Snapshot) -> Result<LockedModel> {
        install::store(self, snapshot)
    }

    /// Puts back files that are missing or changed from a download of the locked commit; each has to be
    /// exactly the one that was pinned. The lock file stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when a downloaded file is not the pinned one or is not there any more.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<LockedModel> {
        install::restore(self, snapshot)
    }
}

/// A name of a file or model as a path that stays below the folder it is joined to.
fn relative(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let plain =
        |part: Component<'_>| matches!(part, Component::Normal(part) if part.to_str().is_some_and(is_plain));
    (!name.is_empty() && !name.contains('\\') && path.components().all(plain)).then(|| path.to_owned())
}

/// Hidden names are ours, for folders that are not finished.
fn is_plain(part: &str) -> bool {
    !part.starts_with('.') && !part.contains(|c: char| c.is_control() || c == ':')
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

fn expect_hash(model: &str, file: &str, expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Lock,
        format!("{model}: {file} is not the file that was pinned: its SHA-256 is {found}, the lock file says {expected}"),
    )
    .help(format!("Put the pinned file back with: rolecall fetch --locked {model}, or pin what is there upstream now with: rolecall fetch {model}")))
}

fn unlocked(model: &str, file: &str) -> Error {
    Error::new(ErrorKind::Lock, format!("{model}: {file} is in the folder but not in the lock file"))
        .help(format!("Remove it, or pin the model again with: rolecall fetch {model}"))
}

fn missing(model: &str, file: &str) -> Error {
    Error::new(ErrorKind::Lock, format!("{model}: {file} is in the lock file but not in the folder"))
        .help(format!("Put it back with: rolecall fetch --locked {model}"))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot read {}: {error}", path.display()))
        .help("Check its permissions")
}
