//! Puts a model's folder into the cache, as a whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::lock::{LockFile, LockedFile, LockedModel};
use super::{Snapshot, TemplatesCache, expect_hash, hash_file, missing, relative};
use crate::{Error, ErrorKind, Result};

/// Installs what was downloaded and pins it.
pub(super) fn store(cache: &TemplatesCache, snapshot: &Snapshot) -> Result<LockedModel> {
    refuse_to_lose_files(cache, &snapshot.repo)?;
    let mut model = LockedModel::new(&snapshot.revision, &snapshot.commit);
    let staged = Staged::new(cache, &snapshot.repo)?;
    for (name, path) in &snapshot.files {
        let (sha256, size) = staged.add(name, path)?;
        model.files.insert(name.clone(), LockedFile::new(sha256, size));
    }
    staged.put_in_place()?;
    LockFile::pin(cache.dir(), &snapshot.repo, model.clone())?;
    Ok(model)
}

/// Installs what was downloaded if it is what is pinned.
pub(super) fn restore(cache: &TemplatesCache, snapshot: &Snapshot) -> Result<LockedModel> {
    let model = cache.locked_model(&snapshot.repo)?;
    let staged = Staged::new(cache, &snapshot.repo)?;
    for (name, locked) in &model.files {
        let found = snapshot.files.iter().find(|(known, _)| known == name);
        let (_, path) = found.ok_or_else(|| missing_upstream(snapshot, name))?;
        let (sha256, _) = staged.add(name, path)?;
        expect_hash(&snapshot.repo, name, &locked.sha256, &sha256)?;
    }
    staged.put_in_place()?;
    Ok(model)
}

fn missing_upstream(snapshot: &Snapshot, file: &str) -> Error {
    let reason = missing(&snapshot.repo, file);
    Error::new(
        ErrorKind::Lock,
        format!("{}, and commit {} has no such file", reason.message(), snapshot.commit),
    )
    .help(format!("Pin the model again with: rolecall fetch {}", snapshot.repo))
}

/// A folder that somebody made by hand, or put files into, is not ours to replace.
fn refuse_to_lose_files(cache: &TemplatesCache, name: &str) -> Result<()> {
    let folder = cache.model_dir(name)?;
    let lock = LockFile::read(cache.dir())?;
    let known: BTreeSet<&str> = lock
        .models
        .get(name)
        .map(|model| model.files.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut pending = vec![(folder.clone(), String::new())];
    while let Some((dir, prefix)) = pending.pop() {
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("read", &dir, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| failed("read", &dir, &error))?;
            let name_inside = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push((entry.path(), format!("{name_inside}/")));
            } else if !known.contains(name_inside.as_str()) {
                return Err(Error::new(
                    ErrorKind::Lock,
                    format!("{} is not in the lock file and would be lost", entry.path().display()),
                )
                .help(format!("Move the folder {} away and fetch again", folder.display())));
            }
        }
    }
    Ok(())
}

/// A model's folder that is being filled, beside the place where it will be.
struct Staged {
    folder: tempfile::TempDir,
    target: std::path::PathBuf,
}

impl Staged {
    fn new(cache: &TemplatesCache, name: &str) -> Result<Self> {
        let target = cache.model_dir(name)?;
        let parent = target.parent().unwrap_or(cache.dir());
        fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        let folder = tempfile::Builder::new().prefix(".fetching-").tempdir_in(parent);
        Ok(Self { folder: folder.map_err(|error| failed("write in", parent, &error))?, target })
    }

    /// Copies a file; gives the SHA-256 and size of the copy.
    fn add(&self, name: &str, source: &Path) -> Result<(String, u64)> {
        let inside = relative(name).ok_or_else(|| {
            Error::new(
                ErrorKind::Hub,
                format!("the repository has a file with the name {name:?}, which is not taken"),
            )
        })?;
        let path = self.folder.path().join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        }
        fs::copy(source, &path).map_err(|error| failed("copy", source, &error))?;
        hash_file(&path).map_err(|error| failed("read", &path, &error))
    }

    /// Swaps the folder with what was there before.
    fn put_in_place(self) -> Result<()> {
        let staged = self.folder.path();
        let old = staged.with_extension("old");
        let had_old = match fs::rename(&self.target, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed("replace", &self.target, &error)),
        };
        if let Err(error) = fs::rename(staged, &self.target) {
            if had_old {
                fs::rename(&old, &self.target).map_err(|error| failed("put back", &self.target, &error))?;
            }
            return Err(failed("write", &self.target, &error));
        }
        // The folder is where it belongs; nothing temporary is left to remove.
        let _ = self.folder.keep();
        readable_by_all(&self.target);
        if had_old {
            fs::remove_dir_all(&old).map_err(|error| failed("remove", &old, &error))?;
        }
        Ok(())
    }
}

/// Temporary folders are for their owner alone; a model's folder is like any other in a checkout.
#[cfg(unix)]
fn readable_by_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // What was fetched can be used by its owner in any case.
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn readable_by_all(_folder: &Path) {}

fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot {action} {}: {error}", path.display()))
        .help("Check the folder's permissions and the free space")
}
