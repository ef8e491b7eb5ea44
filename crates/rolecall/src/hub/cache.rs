//! The cache of downloaded files, in the layout of Python's `huggingface_hub`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::names::{Wanted, is_commit};
use crate::cache::Snapshot;
use crate::files::{ADDITIONAL_TEMPLATES, TOKENIZER_FILES, read_capped};
use crate::{Error, ErrorKind, Result};

/// One repository's folder in the cache: `models--org--name/{blobs,refs,snapshots}`.
#[derive(Debug, Clone)]
pub(super) struct RepoCache {
    repo: String,
    folder: PathBuf,
}

impl RepoCache {
    pub(super) fn new(cache: &Path, repo: &str) -> Self {
        Self { repo: repo.to_owned(), folder: cache.join(format!("models--{}", repo.replace('/', "--"))) }
    }

    /// What the cache has of a revision, if it may be all that is wanted.
    pub(super) fn snapshot(&self, revision: &str, wanted: Wanted) -> Result<Option<Snapshot>> {
        let Some(commit) = self.commit(revision) else { return Ok(None) };
        let root = self.folder.join("snapshots").join(&commit);
        let mut files = Vec::new();
        for folder in ["", ADDITIONAL_TEMPLATES] {
            let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
            for entry in entries {
                let entry = entry.map_err(|error| failed("read", &root, &error))?;
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if wanted.takes(&name) && entry.path().is_file() {
                    files.push((name, entry.path()));
                }
            }
        }
        let is_here = |name: &str| files.iter().any(|(here, _)| here == name);
        // Without a file for tokenising this is what was needed for rendering, unless there is none.
        let is_partial = wanted == Wanted::Tokenising
            && !TOKENIZER_FILES.into_iter().any(is_here)
            && !TOKENIZER_FILES.into_iter().all(|name| self.is_absent(&commit, name));
        if files.is_empty() || is_partial {
            return Ok(None);
        }
        files.sort();
        let mut found = Snapshot::new(&*self.repo, revision, commit, files);
        found.from_cache = true;
        Ok(Some(found))
    }

    /// The commit that a branch or tag was when it was last asked for.
    fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let content = read_capped(&self.folder.join("refs").join(revision)).ok()??;
        let commit = String::from_utf8(content).ok()?.trim().to_owned();
        is_commit(&commit).then_some(commit)
    }

    /// Whether it was seen that a commit does not have a file: by its absence from the listing that Python keeps,
    /// or when somebody asked for it.
    fn is_absent(&self, commit: &str, name: &str) -> bool {
        let listing = self.folder.join("trees").join(format!("{commit}.json"));
        let listing = read_capped(&listing).ok().flatten();
        let listing = listing.and_then(|listing| serde_json::from_slice::<Value>(&listing).ok());
        let listed = listing
            .filter(|listing| listing.get("format_version") == Some(&Value::from(1)))
            .and_then(|listing| Some(listing.get("files")?.as_object()?.contains_key(name)));
        listed == Some(false) || self.absence(commit, name).is_file()
    }

    /// Remembers that a commit does not have a file. It is only to save questions.
    pub(super) fn note_absence(&self, commit: &str, name: &str) {
        let path = self.absence(commit, name);
        if !path.is_file() {
            let _ = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, ""));
        }
    }

    fn absence(&self, commit: &str, name: &str) -> PathBuf {
        self.folder.join(".no_exist").join(commit).join(name)
    }

    /// Where the files of a commit are.
    pub(super) fn commit_folder(&self, commit: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit)
    }

    /// A file of a commit, if it has been downloaded.
    pub(super) fn file(&self, commit: &str, name: &str) -> Option<PathBuf> {
        let path = self.commit_folder(commit).join(name);
        path.is_file().then_some(path)
    }

    /// A downloaded content under its etag, if it has been downloaded for another commit.
    pub(super) fn has_blob(&self, etag: &str, size: Option<u64>) -> bool {
        let blob = fs::metadata(self.folder.join("blobs").join(etag));
        blob.is_ok_and(|blob| blob.is_file() && size.is_none_or(|size| blob.len() == size))
    }

    /// A new file that becomes a blob when it is complete.
    pub(super) fn new_blob(&self) -> Result<NamedTempFile> {
        new_file(&self.folder.join("blobs"))
    }

    /// Gives a complete blob its name.
    pub(super) fn keep_blob(&self, blob: NamedTempFile, etag: &str) -> Result<()> {
        keep(blob, &self.folder.join("blobs").join(etag))
    }

    /// Shows a blob as a file of a commit.
    pub(super) fn link(&self, commit: &str, name: &str, etag: &str) -> Result<PathBuf> {
        let path = self.folder.join("snapshots").join(commit).join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        }
        let up = "../".repeat(name.matches('/').count() + 2);
        let target = PathBuf::from(format!("{up}blobs/{etag}"));
        let linked = link(&target, &path).or_else(|error| match error.kind() {
            // Somebody else was faster.
            io::ErrorKind::AlreadyExists if path.is_file() => Ok(()),
            io::ErrorKind::AlreadyExists => fs::remove_file(&path).and_then(|()| link(&target, &path)),
            // Where there are no links, Python copies too.
            _ => fs::copy(self.folder.join("blobs").join(etag), &path).map(drop),
        });
        linked.map_err(|error| failed("write", &path, &error))?;
        Ok(path)
    }

    /// Remembers which commit a branch or tag is.
    pub(super) fn remember(&self, revision: &str, commit: &str) -> Result<()> {
        if self.commit(revision).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        let mut file = new_file(path.parent().unwrap_or(&self.folder))?;
        file.write_all(commit.as_bytes()).map_err(|error| failed("write", &path, &error))?;
        keep(file, &path)
    }
}

/// A file that is complete before it has a name.
fn new_file(folder: &Path) -> Result<NamedTempFile> {
    fs::create_dir_all(folder).map_err(|error| failed("create", folder, &error))?;
    let mut file = tempfile::Builder::new();
    file.prefix("rolecall-").suffix(".incomplete");
    open_to_others(&mut file);
    file.tempfile_in(folder).map_err(|error| failed("write in", folder, &error))
}

fn keep(file: NamedTempFile, path: &Path) -> Result<()> {
    file.persist(path).map(drop).map_err(|error| failed("write", path, &error.error))
}

/// Temporary files are for their owner alone; those of the cache are as the user's umask has it.
#[cfg(unix)]
fn open_to_others(file: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    file.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn open_to_others(_file: &mut tempfile::Builder<'_, '_>) {}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_target: &Path, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot {action} {} in the download cache: {error}", path.display()))
        .help("Check the permissions and the free space, or choose another folder with HF_HUB_CACHE")
}
