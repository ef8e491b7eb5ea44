//! Puts a model's folder into the cache, as a whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::lock::{Claim, LockFile, LockedFile, LockedModel};
use super::{Snapshot, TemplatesCache, file_path, hash_file, not_locked};
use crate::{Error, ErrorKind, Result};

/// Installs what was downloaded and pins it.
pub(super) fn store(cache: &TemplatesCache, snapshot: &Snapshot) -> Result<LockedModel> {
    let place = Place::new(cache, &snapshot.repo)?;
    let claim = Claim::new(cache.dir())?;
    let mut lock = LockFile::read(cache.dir())?;
    place.prepare(lock.models.get(&snapshot.repo))?;
    let mut model = LockedModel::new(&snapshot.revision, &snapshot.commit);
    let staged = place.stage()?;
    for (name, path) in &snapshot.files {
        let (sha256, size) = staged.add(name, path)?;
        model.files.insert(name.clone(), LockedFile::new(sha256, size));
    }
    staged.put_in_place()?;
    lock.models.insert(snapshot.repo.clone(), model.clone());
    claim.write(&lock)?;
    Ok(model)
}

/// Installs what was downloaded if it is what is pinned.
pub(super) fn restore(cache: &TemplatesCache, snapshot: &Snapshot) -> Result<LockedModel> {
    let place = Place::new(cache, &snapshot.repo)?;
    let _claim = Claim::new(cache.dir())?;
    let mut lock = LockFile::read(cache.dir())?;
    let Some(model) = lock.models.remove(&snapshot.repo) else {
        return Err(not_locked(cache, &snapshot.repo));
    };
    place.prepare(Some(&model))?;
    let staged = place.stage()?;
    for (name, locked) in &model.files {
        let found = snapshot.files.iter().find(|(known, _)| known == name);
        let (_, path) = found.ok_or_else(|| not_downloaded(snapshot, name))?;
        let (sha256, _) = staged.add(name, path)?;
        if sha256 != locked.sha256 {
            return Err(other_file(snapshot, name, &locked.sha256, &sha256));
        }
    }
    staged.put_in_place()?;
    Ok(model)
}

fn not_downloaded(snapshot: &Snapshot, file: &str) -> Error {
    let Snapshot { repo, commit, from_cache, .. } = snapshot;
    let (reason, help) = if *from_cache {
        ("the copy in the download cache lacks it", "Try again where the Hub can be reached".to_owned())
    } else {
        ("that commit has no such file", pin_anew(repo))
    };
    Error::new(ErrorKind::Lock, format!("{repo}: {file} of commit {commit} is pinned, but {reason}"))
        .help(help)
}

fn other_file(snapshot: &Snapshot, file: &str, expected: &str, found: &str) -> Error {
    let Snapshot { repo, commit, .. } = snapshot;
    Error::new(
        ErrorKind::Lock,
        format!(
            "{repo}: {file} of commit {commit} as it was downloaded has the SHA-256 {found}, but {expected} is \
             pinned"
        ),
    )
    .help(format!("If the lock file was not changed by mistake: {}", pin_anew(repo)))
}

fn pin_anew(repo: &str) -> String {
    format!("Pin what is upstream now with: rolecall fetch {repo}")
}

/// Where a model's folder is, and beside it the names that it has on its way. Models cannot have such names.
struct Place {
    target: PathBuf,
    /// The folder while it is being filled.
    new: PathBuf,
    /// The folder's predecessor, until it can be removed.
    old: PathBuf,
}

impl Place {
    fn new(cache: &TemplatesCache, name: &str) -> Result<Self> {
        let target = cache.model_dir(name)?;
        let last = name.rsplit('/').next().unwrap_or(name);
        let new = target.with_file_name(format!(".{last}.new"));
        let old = target.with_file_name(format!(".{last}.old"));
        // A link could lead out of the cache.
        for folder in [target.as_path(), target.parent().unwrap_or(cache.dir())] {
            if folder != cache.dir() && folder.is_symlink() {
                return Err(Error::new(
                    ErrorKind::File,
                    format!("{} is a symbolic link, through which nothing is written", folder.display()),
                )
                .help("Put a folder in its place"));
            }
        }
        Ok(Self { target, new, old })
    }

    /// Clears away what an interrupted fetch left, and refuses to replace what is not ours.
    fn prepare(&self, pinned: Option<&LockedModel>) -> Result<()> {
        if self.old.symlink_metadata().is_ok() && self.target.symlink_metadata().is_err() {
            fs::rename(&self.old, &self.target).map_err(|error| failed("put back", &self.target, &error))?;
        }
        for left in [&self.old, &self.new] {
            remove(left)?;
        }
        self.refuse_to_lose_files(pinned)
    }

    /// A folder that somebody made by hand, or put files into, is not replaced.
    fn refuse_to_lose_files(&self, pinned: Option<&LockedModel>) -> Result<()> {
        let mut pending = vec![(self.target.clone(), String::new())];
        while let Some((dir, prefix)) = pending.pop() {
            let entries = match fs::read_dir(&dir) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed("read", &dir, &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| failed("read", &dir, &error))?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    pending.push((entry.path(), format!("{name}/")));
                } else if !pinned.is_some_and(|model| model.files.contains_key(&name)) {
                    return Err(Error::new(
                        ErrorKind::Lock,
                        format!("{} is not in the lock file and would be lost", entry.path().display()),
                    )
                    .help(format!("Move it out of {} and try again", self.target.display())));
                }
            }
        }
        Ok(())
    }

    fn stage(&self) -> Result<Staged<'_>> {
        let parent = self.new.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(parent)
            .and_then(|()| fs::create_dir(&self.new))
            .map_err(|error| failed("create", &self.new, &error))?;
        Ok(Staged { place: self })
    }
}

/// A model's folder that is being filled; removed unless it is put in place.
struct Staged<'a> {
    place: &'a Place,
}

impl Staged<'_> {
    /// Copies a file; gives the SHA-256 and size of the copy.
    fn add(&self, name: &str, source: &Path) -> Result<(String, u64)> {
        let inside = file_path(name).ok_or_else(|| {
            Error::new(ErrorKind::Hub, format!("{name:?} is not a name that a model's file can have"))
                .help("Ask the model's authors to rename the file")
        })?;
        let path = self.place.new.join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        }
        fs::copy(source, &path).map_err(|error| failed("copy", source, &error))?;
        hash_file(&path).map_err(|error| failed("read", &path, &error))
    }

    /// Swaps the folder with what was there before.
    fn put_in_place(self) -> Result<()> {
        let Place { target, new, old } = self.place;
        let had_old = match fs::rename(target, old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed("replace", target, &error)),
        };
        if let Err(error) = fs::rename(new, target) {
            if had_old {
                fs::rename(old, target).map_err(|error| failed("put back", target, &error))?;
            }
            return Err(failed("write", target, &error));
        }
        remove(old)
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next fetch.
        let _ = remove(&self.place.new);
    }
}

/// Removes a folder, or a link to one, if it is there.
fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder, &error)),
        _ => Ok(()),
    }
}

fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot {action} {}: {error}", path.display()))
        .help("Check the folder's permissions and the free space")
}
