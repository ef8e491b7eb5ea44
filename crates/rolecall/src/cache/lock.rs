//! The lock file: which files of which commit are pinned.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};

/// The lock file's name in the cache's folder.
pub(super) const FILE_NAME: &str = "rolecall.lock";

/// While this file is there, somebody is writing a new lock file into it.
const NEW_FILE_NAME: &str = "rolecall.lock.new";

/// The version of the format that this code writes.
const VERSION: u32 = 1;

/// How long to wait for somebody else who writes the lock file.
const PATIENCE: Duration = Duration::from_secs(10);

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockFile {
    version: u32,
    pub(super) models: BTreeMap<String, LockedModel>,
}

/// A pinned model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LockedModel {
    /// The branch, tag or commit that was asked for.
    pub revision: String,
    /// The commit that it was then.
    pub commit: String,
    /// The files, by their names in the repository.
    pub files: BTreeMap<String, LockedFile>,
}

/// A pinned file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LockedFile {
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

impl LockedModel {
    pub(super) fn new(revision: &str, commit: &str) -> Self {
        Self { revision: revision.to_owned(), commit: commit.to_owned(), files: BTreeMap::new() }
    }
}

impl LockedFile {
    pub(super) fn new(sha256: String, size: u64) -> Self {
        Self { sha256, size }
    }
}

impl LockFile {
    /// Reads the lock file of a cache; without one, nothing is pinned.
    pub(super) fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE_NAME);
        let fail = |problem: String| {
            Error::new(ErrorKind::Lock, format!("the lock file {} {problem}", path.display()))
                .help("Restore it from version control, or remove it and fetch the models again")
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { version: VERSION, models: BTreeMap::new() });
            }
            Err(error) => return Err(fail(format!("cannot be read: {error}"))),
        };
        let version = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|file| file.get("version")?.as_u64());
        if let Some(version) = version.filter(|version| *version > u64::from(VERSION)) {
            return Err(Error::new(
                ErrorKind::Lock,
                format!(
                    "the lock file {} is of version {version}, and this program knows version {VERSION}",
                    path.display()
                ),
            )
            .help("Use a newer rolecall"));
        }
        serde_json::from_str(&text).map_err(|error| fail(format!("is damaged: {error}")))
    }

    /// Changes one model's entry, whatever others write at the same time.
    pub(super) fn pin(dir: &Path, name: &str, model: LockedModel) -> Result<()> {
        let path = dir.join(NEW_FILE_NAME);
        let mut file = claim(&path)?;
        let written = Self::read(dir).and_then(|mut lock| {
            lock.models.insert(name.to_owned(), model);
            let mut text = serde_json::to_string_pretty(&lock)
                .map_err(|error| cannot_write(&path, &error.to_string()))?;
            text.push('\n');
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .and_then(|()| fs::rename(&path, dir.join(FILE_NAME)))
                .map_err(|error| cannot_write(&path, &error.to_string()))
        });
        if written.is_err() {
            // The claim is given up; that it could not be removed is what the next one will say.
            let _ = fs::remove_file(&path);
        }
        written
    }
}

/// Creates the new file; only one can have it.
fn claim(path: &Path) -> Result<fs::File> {
    let pause = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    loop {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && waited < PATIENCE => {
                thread::sleep(pause);
                waited += pause;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Error::new(
                    ErrorKind::Lock,
                    format!("{} is there, as if another fetch were writing the lock file", path.display()),
                )
                .help("If none is running, remove that file"));
            }
            Err(error) => return Err(cannot_write(path, &error.to_string())),
        }
    }
}

fn cannot_write(path: &Path, problem: &str) -> Error {
    Error::new(ErrorKind::File, format!("cannot write {}: {problem}", path.display()))
        .help("Check the folder's permissions and the free space")
}
