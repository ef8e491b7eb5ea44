//! The files of a model that rendering needs, in memory.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Error, ErrorKind, Result};

/// The folder whose `*.jinja` files are further, named templates.
pub(crate) const ADDITIONAL_TEMPLATES: &str = "additional_chat_templates";

/// Files that may hold a template or a special token.
pub(crate) const TEMPLATE_FILES: [&str; 7] = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
    "processor_config.json",
    "preprocessor_config.json",
    "config.json",
];

/// Files that tokenising needs on top; `tokenizer.json` can be tens of megabytes.
pub(crate) const TOKENIZER_FILES: [&str; 3] = ["tokenizer.json", "added_tokens.json", "tekken.json"];

/// The most bytes of a file that is read into memory; real ones have a few megabytes at most.
pub(crate) const MAX_FILE_BYTES: u64 = 64 << 20;

/// The files of one model that decide its prompts, by their path inside the model's folder, and where
/// they came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelFiles {
    origin: String,
    revision: Option<String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl ModelFiles {
    /// No files yet; `origin` is how errors and `inspect` name the model: a path, `org/name`, `builtin:llama-3`.
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), ..Self::default() }
    }

    /// Says which commit or revision the files are of.
    #[must_use]
    pub fn with_revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// Adds a file under its path inside the model's folder, written with `/`.
    pub fn insert(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), content.into());
    }

    /// Reads the files of a model's folder that rendering needs.
    pub fn read_dir(folder: &Path) -> Result<Self> {
        let _ = folder;
        Err(Error::new(ErrorKind::Model, "not yet"))
    }

    /// How the model is named in errors.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The commit or revision the files are of, if it is known.
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// A file's content.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// All files, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }
}
