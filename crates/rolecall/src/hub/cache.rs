//! The cache of downloaded files, in the layout of Python's `huggingface_hub`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cache::Snapshot;
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

    /// What the cache has of a revision: files by name, if it has any.
    pub(super) fn snapshot(&self, revision: &str, wanted: fn(&str) -> bool) -> Result<Option<Snapshot>> {
        let commit = if is_commit(revision) {
            revision.to_owned()
        } else {
            match fs::read_to_string(self.folder.join("refs").join(revision)) {
                Ok(commit) if is_commit(commit.trim()) => commit.trim().to_owned(),
                _ => return Ok(None),
            }
        };
        let root = self.folder.join("snapshots").join(&commit);
        let mut files = Vec::new();
        for folder in ["", crate::files::ADDITIONAL_TEMPLATES] {
            let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
            for entry in entries {
                let entry = entry.map_err(|error| failed("read", &root, &error))?;
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if wanted(&name) {
                    files.push((name, entry.path()));
                }
            }
        }
        files.sort();
        let found = Snapshot::new(&*self.repo, revision, commit, files);
        Ok((!found.files.is_empty()).then_some(found))
    }

    /// A file of a commit, if it has been downloaded.
    pub(super) fn file(&self, commit: &str, name: &str) -> Option<PathBuf> {
        let path = self.folder.join("snapshots").join(commit).join(name);
        path.is_file().then_some(path)
    }

    /// A downloaded content under its etag, if it has been downloaded for another commit.
    pub(super) fn has_blob(&self, etag: &str, size: Option<u64>) -> bool {
        let blob = fs::metadata(self.folder.join("blobs").join(etag));
        blob.is_ok_and(|blob| blob.is_file() && size.is_none_or(|size| blob.len() == size))
    }

    /// A new file that becomes a blob when it is complete.
    pub(super) fn new_blob(&self) -> Result<tempfile::NamedTempFile> {
        let blobs = self.folder.join("blobs");
        fs::create_dir_all(&blobs).map_err(|error| failed("create", &blobs, &error))?;
        let file = tempfile::Builder::new().prefix("rolecall-").suffix(".incomplete").tempfile_in(&blobs);
        file.map_err(|error| failed("write in", &blobs, &error))
    }

    /// Gives a complete blob its name.
    pub(super) fn keep_blob(&self, blob: tempfile::NamedTempFile, etag: &str) -> Result<()> {
        let path = self.folder.join("blobs").join(etag);
        blob.persist(&path).map_err(|error| failed("write", &path, &error.error))?;
        readable_by_all(&path);
        Ok(())
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
            io::ErrorKind::AlreadyExists => fs::remove_file(&path).and_then(|()| link(&target, &path)),
            _ => Err(error),
        });
        linked.map_err(|error| failed("write", &path, &error))?;
        Ok(path)
    }

    /// Remembers which commit a branch or tag is.
    pub(super) fn remember(&self, revision: &str, commit: &str) -> Result<()> {
        if is_commit(revision) {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        let written =
            path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, commit));
        written.map_err(|error| failed("write", &path, &error))
    }
}

/// Whether the revision is a whole commit id.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Where links need privileges, Python copies too.
#[cfg(not(unix))]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new(""));
    fs::copy(parent.join(target), path).map(drop)
}

/// Temporary files are for their owner alone; blobs are like Python's.
#[cfg(unix)]
fn readable_by_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // The owner can read it in any case.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) {}

fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot {action} {} in the download cache: {error}", path.display()))
        .help("Check the permissions and the free space, or choose another folder with HF_HUB_CACHE")
}
