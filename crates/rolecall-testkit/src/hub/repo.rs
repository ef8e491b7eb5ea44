//! A repository: its files at its revisions, and who may read them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::http::Response;

/// From this size on a file of a folder stays on disk.
const MAX_IN_MEMORY: u64 = 1 << 20;

/// The most folders inside each other.
const MAX_DEPTH: usize = 32;

/// Who may read a repository.
#[derive(Clone)]
pub(super) enum Access {
    Everybody,
    /// Its page is public, its files are for holders of this token, if anybody.
    Gated(Option<String>),
    /// Only holders of this token know that it exists.
    Private(String),
}

#[derive(Clone)]
enum Content {
    Memory(Vec<u8>),
    Disk(PathBuf, u64),
}

/// A file of a repository.
#[derive(Clone)]
pub(super) struct File {
    content: Content,
    /// What its `ETag` says: forty digits, as a git object has, or sixty-four for a large file.
    pub(super) id: String,
    /// Whether git only has a pointer to it, and downloads are sent elsewhere.
    pub(super) is_large: bool,
}

impl File {
    fn new(content: Vec<u8>) -> Self {
        let id = git_id(&content);
        Self { content: Content::Memory(content), id, is_large: false }
    }

    fn large(content: Vec<u8>) -> Self {
        let id = digits(&Sha256::digest(&content));
        Self { content: Content::Memory(content), id, is_large: true }
    }

    /// A file's content is not read for its id if it is left on disk: its place, size and age have to do.
    fn from_disk(path: &Path) -> io::Result<Self> {
        let about = fs::metadata(path)?;
        if about.len() < MAX_IN_MEMORY {
            return Ok(Self::new(fs::read(path)?));
        }
        let id = git_id(format!("{} {} {:?}", path.display(), about.len(), about.modified()?).as_bytes());
        Ok(Self { content: Content::Disk(path.to_owned(), about.len()), id, is_large: false })
    }

    pub(super) fn length(&self) -> u64 {
        match &self.content {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::Disk(_, length) => *length,
        }
    }

    /// Makes a stretch of the file an answer's body.
    pub(super) fn put_into(&self, response: Response, start: u64, length: u64) -> Response {
        match &self.content {
            Content::Memory(bytes) => {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let stretch = bytes.get(index(start)..index(start.saturating_add(length)));
                response.body(stretch.unwrap_or_default())
            }
            Content::Disk(path, _) => response.file(path.clone(), start, length),
        }
    }
}

pub(super) type Files = BTreeMap<String, File>;

/// A model repository. Its commits follow from its files: the same files are the same commit.
///
/// ```
/// use rolecall_testkit::Repo;
///
/// let repo = Repo::new("org/name")
///     .file("chat_template.jinja", "{{ messages }}")
///     .revision("v1", [("chat_template.jinja", "an older one")]);
/// assert_eq!(repo.commit().len(), 40);
/// assert_ne!(repo.commit_of("v1"), Some(repo.commit()));
/// ```
#[derive(Clone)]
pub struct Repo {
    pub(super) name: String,
    pub(super) former_names: Vec<String>,
    pub(super) access: Access,
    files: Files,
    /// Branches and tags with other files than the default branch.
    revisions: BTreeMap<String, Files>,
}

impl Repo {
    /// An empty, public repository with a branch `main`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            former_names: Vec::new(),
            access: Access::Everybody,
            files: Files::new(),
            revisions: BTreeMap::new(),
        }
    }

    /// A repository with the files of a folder and the folders in it, except `.git`. Files of a mebibyte and
    /// more stay on disk.
    ///
    /// # Errors
    ///
    /// When something in the folder cannot be read, has a name that is not UTF-8, or lies too deep, as behind a
    /// link that leads back.
    pub fn from_dir(name: &str, folder: &Path) -> io::Result<Self> {
        let mut repo = Self::new(name);
        let mut pending = vec![(folder.to_owned(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = pending.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let about = |what: &str| io::Error::other(format!("{}: {what}", path.display()));
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                    return Err(about("its name is not UTF-8"));
                };
                let inside = format!("{prefix}{name}");
                if !path.is_dir() {
                    let file = File::from_disk(&path).map_err(|error| about(&error.to_string()))?;
                    repo.files.insert(inside, file);
                } else if depth == MAX_DEPTH {
                    return Err(about("more than 32 folders inside each other"));
                } else if inside != ".git" {
                    pending.push((path, format!("{inside}/"), depth + 1));
                }
            }
        }
        Ok(repo)
    }

    /// Adds a file to the default branch.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), File::new(content.into()));
        self
    }

    /// Adds a file that is kept outside git, as weights are: whoever asks for it is sent to another address.
    #[must_use]
    pub fn large_file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), File::large(content.into()));
        self
    }

    /// Adds a branch or tag with files of its own.
    #[must_use]
    pub fn revision<P, C>(mut self, name: &str, files: impl IntoIterator<Item = (P, C)>) -> Self
    where
        P: Into<String>,
        C: Into<Vec<u8>>,
    {
        let files =
            files.into_iter().map(|(path, content)| (path.into(), File::new(content.into()))).collect();
        self.revisions.insert(name.to_owned(), files);
        self
    }

    /// Makes the files readable for nobody.
    #[must_use]
    pub fn gated(mut self) -> Self {
        self.access = Access::Gated(None);
        self
    }

    /// Makes the files readable for the holder of a token.
    #[must_use]
    pub fn gated_for(mut self, token: &str) -> Self {
        self.access = Access::Gated(Some(token.to_owned()));
        self
    }

    /// Hides the repository from all but the holder of a token.
    #[must_use]
    pub fn private(mut self, token: &str) -> Self {
        self.access = Access::Private(token.to_owned());
        self
    }

    /// Adds a name that the repository had before; who uses it is sent to the new one.
    #[must_use]
    pub fn formerly(mut self, name: &str) -> Self {
        self.former_names.push(name.to_owned());
        self
    }

    /// `ORG/NAME`, or `NAME`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The commit of the default branch.
    pub fn commit(&self) -> String {
        commit(&self.files)
    }

    /// The commit of a branch or tag.
    pub fn commit_of(&self, revision: &str) -> Option<String> {
        self.at(revision).map(|(_, commit)| commit)
    }

    /// The branches and their commits.
    pub(super) fn branches(&self) -> impl Iterator<Item = (&str, String)> {
        let others = self.revisions.iter().map(|(name, files)| (name.as_str(), commit(files)));
        let main = (!self.revisions.contains_key("main")).then(|| ("main", self.commit()));
        main.into_iter().chain(others)
    }

    /// The files of a branch, tag or commit, and the commit.
    pub(super) fn at(&self, revision: &str) -> Option<(&Files, String)> {
        if let Some(files) = self.revisions.get(revision) {
            return Some((files, commit(files)));
        }
        if revision == "main" {
            return Some((&self.files, self.commit()));
        }
        let mut all = self.revisions.values().chain([&self.files]);
        all.find(|files| commit(files) == revision).map(|files| (files, revision.to_owned()))
    }

    /// The large file with an id, at whatever revision.
    pub(super) fn large(&self, id: &str) -> Option<&File> {
        self.revisions
            .values()
            .chain([&self.files])
            .flat_map(BTreeMap::values)
            .find(|file| file.is_large && file.id == id)
    }
}

fn commit(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, file) in files {
        hasher.update(path);
        hasher.update([0]);
        hasher.update(&file.id);
    }
    let mut id = digits(&hasher.finalize());
    id.truncate(40);
    id
}

/// Forty hexadecimal digits, as many as ids in git have.
pub(super) fn git_id(content: &[u8]) -> String {
    let mut id = digits(&Sha256::digest(content));
    id.truncate(40);
    id
}

fn digits(hash: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
