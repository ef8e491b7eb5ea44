//! The lock file: which files of which commit are pinned.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Error, ErrorKind, Result};

/// The lock file's name in the cache's folder.
pub(super) const FILE_NAME: &str = "rolecall.lock";

/// While this file is there, somebody changes the cache and writes a new lock file into it.
const NEW_FILE_NAME: &str = "rolecall.lock.new";

/// The version of the format that this code reads and writes.
const VERSION: u64 = 1;

/// How long to wait for somebody else who changes the cache.
const PATIENCE: Duration = Duration::from_secs(10);

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockFile {
    version: u64,
    #[serde(deserialize_with = "without_repetition")]
    pub(super) models: BTreeMap<String, LockedModel>,
}

/// A pinned model.
///
/// ```
#[doc = pinned!()]
/// let model = cache.locked_model("org/name")?;
/// assert_eq!((&*model.revision, &*model.commit), ("main", "0123456789abcdef0123456789abcdef01234567"));
/// assert!(model.files.keys().eq(["chat_template.jinja"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LockedModel {
    /// The branch, tag or commit that was asked for.
    pub revision: String,
    /// The commit that it was then.
    pub commit: String,
    /// The files, by their names in the repository.
    #[serde(deserialize_with = "without_repetition")]
    pub files: BTreeMap<String, LockedFile>,
}

/// A pinned file.
///
/// ```
#[doc = pinned!()]
/// let model = cache.locked_model("org/name")?;
/// let file = &model.files["chat_template.jinja"];
/// assert_eq!(file.size, 2);
/// assert_eq!(file.sha256, "3639efcd08abb273b1619e82e78c29a7df02c1051b1820e99fc395dcaa3326b8");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        let Some(text) = crate::files::read_capped(&path)? else {
            return Ok(Self { version: VERSION, models: BTreeMap::new() });
        };
        let fail = |problem: String| {
            Error::new(ErrorKind::Lock, format!("the lock file {} is {problem}", path.display()))
        };
        let version = serde_json::from_slice::<serde_json::Value>(&text)
            .ok()
            .and_then(|file| file.get("version")?.as_u64());
        // A newer one may hold anything else, too; that is no damage.
        if let Some(version) = version.filter(|version| *version != VERSION) {
            return Err(fail(format!("of version {version}, and this program knows version {VERSION}"))
                .help("Use a newer rolecall"));
        }
        serde_json::from_slice(&text).map_err(|error| {
            fail(format!("damaged: {error}"))
                .help("Restore it from version control, or remove it and fetch the models again")
        })
    }
}

/// The right to change the cache, which only one has at a time.
#[derive(Debug)]
pub(super) struct Claim {
    dir: PathBuf,
    path: PathBuf,
    file: fs::File,
    /// Whether the file has not become the lock file.
    is_held: bool,
}

impl Claim {
    /// Waits a while for whoever has the right.
    pub(super) fn new(dir: &Path) -> Result<Self> {
        Self::within(dir, PATIENCE)
    }

    fn within(dir: &Path, patience: Duration) -> Result<Self> {
        fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
        let path = dir.join(NEW_FILE_NAME);
        let pause = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { dir: dir.to_owned(), path, file, is_held: true }),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(cannot_write(&path, &error));
                }
                Err(_) if waited < patience => {
                    thread::sleep(pause);
                    waited += pause;
                }
                Err(_) => {
                    return Err(Error::new(
                        ErrorKind::Lock,
                        format!("{} is there, as if another fetch were running", path.display()),
                    )
                    .help("If none is, remove that file"));
                }
            }
        }
    }

    /// Replaces the lock file.
    pub(super) fn write(mut self, lock: &LockFile) -> Result<()> {
        let mut text = serde_json::to_string_pretty(lock)
            .map_err(|error| cannot_write(&self.path, &io::Error::other(error)))?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_all())
            .and_then(|()| fs::rename(&self.path, self.dir.join(FILE_NAME)))
            .map_err(|error| cannot_write(&self.path, &error))?;
        self.is_held = false;
        Ok(())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_held {
            // If it cannot be removed, the next one who wants it will say so.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot write {}: {error}", path.display()))
        .help("Check the folder's permissions and the free space")
}

/// An object in which no key stands twice, as it would after a careless merge.
fn without_repetition<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Object<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Object<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some((key, value)) = entries.next_entry::<String, V>()? {
                if found.contains_key(&key) {
                    return Err(A::Error::custom(format_args!("{key:?} is there twice")));
                }
                found.insert(key, value);
            }
            Ok(found)
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_was_killed_is_not_waited_for_forever() {
        let folder = tempfile::tempdir().expect("a folder");
        let claim = Claim::within(folder.path(), Duration::ZERO).expect("nobody else has it");
        let error = Claim::within(folder.path(), Duration::ZERO).expect_err("is taken").to_string();
        assert!(error.contains("rolecall.lock.new") && error.contains("remove that file"), "{error}");
        drop(claim);
        Claim::within(folder.path(), Duration::ZERO).expect("is given back");
    }
}
