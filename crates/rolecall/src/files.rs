//! The files of a model that rendering needs, in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Result};

/// The folder whose `*.jinja` files are further, named templates.
pub(crate) const ADDITIONAL_TEMPLATES: &str = "additional_chat_templates";

/// Files that may hold a template, a special token or how placeholders of images are made.
pub(crate) const TEMPLATE_FILES: [&str; 8] = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
    "processor_config.json",
    "preprocessor_config.json",
    "video_preprocessor_config.json",
    "config.json",
];

/// Files that tokenising needs on top; `tokenizer.json` can be tens of megabytes.
pub(crate) const TOKENIZER_FILES: [&str; 3] = ["tokenizer.json", "added_tokens.json", "tekken.json"];

/// The most bytes of a file that is read into memory; real ones have a few megabytes at most.
pub(crate) const MAX_FILE_BYTES: u64 = 64 << 20;

/// The files of one model that decide its prompts, by their path inside the model's folder, and where
/// they came from.
///
/// ```
/// use rolecall::{Model, ModelFiles};
///
/// let mut files = ModelFiles::new("my-model");
/// files.insert("chat_template.jinja", "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");
/// let model = Model::from_files(files)?;
/// assert!(model.special_tokens().is_empty());
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelFiles {
    origin: String,
    revision: Option<String>,
    files: BTreeMap<String, Vec<u8>>,
    unread: Vec<String>,
    /// Where files are that were only noted.
    folder: Option<PathBuf>,
    /// The SHA-256 that such files have to have, where that is known.
    pinned: BTreeMap<String, String>,
}

impl ModelFiles {
    /// No files yet; `origin` is how errors and `inspect` name the model: a path, `org/name`, `builtin:llama-3`.
    ///
    /// ```
    /// use rolecall::{Model, ModelFiles};
    ///
    /// let mut files = ModelFiles::new("org/name");
    /// files.insert("tokenizer_config.json", "[]");
    /// let error = Model::from_files(files).unwrap_err();
    /// assert_eq!(error.message(), "org/name: tokenizer_config.json: should be a JSON object, not list");
    /// ```
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), ..Self::default() }
    }

    /// Says which commit or revision the files are of.
    ///
    /// ```
    /// # use rolecall::{Model, ModelFiles};
    /// let mut files = ModelFiles::new("org/name").with_revision("v1.0");
    /// files.insert("chat_template.jinja", "{{ messages[0].content }}");
    /// assert_eq!(Model::from_files(files)?.inspect().revision.as_deref(), Some("v1.0"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn with_revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// The same files under another name for the model.
    #[must_use]
    pub(crate) fn named(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.origin);
        self
    }

    /// Adds a file under its path inside the model's folder, written with `/`.
    ///
    /// ```
    /// # use rolecall::{Model, ModelFiles};
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("chat_template.jinja", "{{ bos_token }}{{ messages[0].content }}");
    /// files.insert("tokenizer_config.json", r#"{"bos_token": "<s>"}"#);
    /// assert_eq!(Model::from_files(files)?.special_tokens().get("bos_token"), Some("<s>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn insert(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        let name = name.into();
        // What was noted is there now.
        self.unread.retain(|noted| *noted != name);
        self.files.insert(name, content.into());
    }

    /// Notes the files for tokenising that are in a folder.
    pub(crate) fn note_tokenizer(&mut self, folder: &Path) {
        self.folder = Some(folder.to_owned());
        for name in TOKENIZER_FILES {
            if folder.join(name).is_file() {
                self.insert_unread(name);
            }
        }
    }

    /// Says which SHA-256 a noted file has to have when it is read.
    pub(crate) fn pin(&mut self, name: &str, sha256: &str) {
        self.pinned.insert(name.to_owned(), sha256.to_owned());
    }

    /// Says that the model has a file whose content rendering does not need.
    ///
    /// ```
    /// # use rolecall::ModelFiles;
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert_unread("tokenizer.json");
    /// assert!(files.names().eq(["tokenizer.json"]));
    /// assert_eq!(files.get("tokenizer.json"), None);
    /// // It may be given later.
    /// files.insert("tokenizer.json", "{}");
    /// assert!(files.names().eq(["tokenizer.json"]));
    /// ```
    pub fn insert_unread(&mut self, name: impl Into<String>) {
        let name = name.into();
        if !self.has(&name) {
            self.unread.push(name);
        }
    }

    /// Reads the files of a model's folder that rendering needs; files for tokenising are only noted.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// use rolecall::ModelFiles;
    ///
    /// std::fs::write(folder.join("chat_template.jinja"), "{{ messages[0].content }}")?;
    /// std::fs::write(folder.join("model.safetensors"), "weights")?;
    /// assert!(ModelFiles::read_dir(folder)?.names().eq(["chat_template.jinja"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when the folder or a file in it cannot be read, [`ErrorKind::Model`] when the
    /// folder has none of the files of a model.
    pub fn read_dir(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let mut files = Self::new(folder.display().to_string());
        let metadata = fs::metadata(folder).map_err(|error| cannot_read(folder, &error))?;
        if !metadata.is_dir() {
            return Err(Error::new(ErrorKind::File, format!("{} is not a folder", folder.display()))
                .help("A model is a folder with tokenizer_config.json or chat_template.jinja in it"));
        }
        for name in TEMPLATE_FILES {
            if let Some(content) = read_capped(&folder.join(name))? {
                files.insert(name, content);
            }
        }
        files.note_tokenizer(folder);
        let additional = folder.join(ADDITIONAL_TEMPLATES);
        if additional.is_dir() {
            for entry in fs::read_dir(&additional).map_err(|error| cannot_read(&additional, &error))? {
                let path = entry.map_err(|error| cannot_read(&additional, &error))?.path();
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
                if name.strip_suffix(".jinja").is_none() {
                    continue;
                }
                if let Some(content) = read_capped(&path)? {
                    files.insert(format!("{ADDITIONAL_TEMPLATES}/{name}"), content);
                }
            }
        }
        if files.files.is_empty() && files.unread.is_empty() {
            return Err(Error::new(ErrorKind::Model, format!("{} holds no model files", folder.display()))
                .help("A model's folder has a tokenizer_config.json or a chat_template.jinja in it"));
        }
        Ok(files)
    }

    /// How the model is named in errors.
    ///
    /// ```
    /// let model = rolecall::Model::builtin("gemma")?;
    /// assert_eq!(model.files().origin(), "builtin:gemma");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The commit or revision the files are of, if it is known.
    ///
    /// ```
    /// let files = rolecall::ModelFiles::new("org/name");
    /// assert_eq!(files.revision(), None);
    /// assert_eq!(files.with_revision("main").revision(), Some("main"));
    /// ```
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// A file's content.
    ///
    /// ```
    /// let model = rolecall::Model::builtin("chatml")?;
    /// let template = model.files().get("chat_template.jinja").unwrap_or_default();
    /// assert!(String::from_utf8_lossy(template).contains("<|im_start|>"));
    /// assert_eq!(model.files().get("config.json"), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// A file's content, read from the model's folder if it was only noted.
    ///
    /// ```
    /// use rolecall::ModelFiles;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let files = ModelFiles::read_dir(folder)?; // with a tokenizer.json
    /// assert_eq!(files.get("tokenizer.json"), None);
    /// assert!(files.read("tokenizer.json")?.is_some_and(|json| json.starts_with(b"{")));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when it is there and cannot be read, [`ErrorKind::Lock`] when it is not the one that was
    /// pinned.
    pub fn read(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>> {
        if let Some(content) = self.get(name) {
            return Ok(Some(Cow::Borrowed(content)));
        }
        let Some(folder) = self.folder.as_ref().filter(|_| self.has(name)) else { return Ok(None) };
        let content = read_capped(&folder.join(name))?;
        if let (Some(content), Some(expected)) = (&content, self.pinned.get(name)) {
            let found = crate::cache::sha256(content);
            if found != *expected {
                return Err(crate::cache::not_pinned(&self.origin, folder, name, expected, &found));
            }
        }
        Ok(content.map(Cow::Owned))
    }

    /// A file's content from its beginning, for those who need no more than that.
    pub(crate) fn open(&self, name: &str) -> Result<Option<Box<dyn Read + '_>>> {
        // Whether it is the one that was pinned, only the whole of it can tell.
        if self.get(name).is_some() || self.pinned.contains_key(name) {
            return Ok(self.read(name)?.map(|content| Box::new(io::Cursor::new(content)) as Box<dyn Read>));
        }
        let Some(folder) = self.folder.as_ref().filter(|_| self.has(name)) else { return Ok(None) };
        Ok(open_capped(&folder.join(name))?.map(|file| Box::new(file) as Box<dyn Read>))
    }

    /// All files that were read, by name.
    ///
    /// ```
    /// # use rolecall::ModelFiles;
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("chat_template.jinja", "{{ messages }}");
    /// files.insert_unread("tokenizer.json");
    /// let sizes: Vec<_> = files.iter().map(|(name, content)| (name, content.len())).collect();
    /// assert_eq!(sizes, [("chat_template.jinja", 14)]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }

    /// The names of all files, read or only noted.
    ///
    /// ```
    /// use rolecall::ModelFiles;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let files = ModelFiles::read_dir(folder)?; // with a tokenizer.json
    /// assert!(files.names().eq(["chat_template.jinja", "tokenizer_config.json", "tokenizer.json"]));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().chain(&self.unread).map(String::as_str)
    }

    /// Whether the model has the file, read or only noted.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// A file's text. A byte order mark is kept, as in Python's text mode.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>> {
        let Some(content) = self.get(name) else { return Ok(None) };
        std::str::from_utf8(content).map(Some).map_err(|error| {
            Error::new(
                ErrorKind::File,
                format!("{}: {name} is not UTF-8 text (byte {} is wrong)", self.origin, error.valid_up_to()),
            )
            .help("Fetch the file again, or save it as UTF-8")
        })
    }

    /// A file that is a JSON object.
    pub(crate) fn json_object(&self, name: &str) -> Result<Option<Map<String, Value>>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = |problem: String| {
            Error::new(ErrorKind::Json, format!("{}: {name}: {problem}", self.origin))
                .help("Fetch the file again, or mend it")
        };
        match crate::config::parse(text) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(other) => {
                Err(wrong(format!("should be a JSON object, not {}", crate::python::type_name(&other))))
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}

/// A file, up to the first byte that no real one has; `None` when there is no such file.
fn open_capped(path: &Path) -> Result<Option<io::Take<fs::File>>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        // Reading a pipe or a device might never end.
        Ok(_) => {
            return Err(Error::new(ErrorKind::File, format!("{} is not a regular file", path.display()))
                .help("Put a file there, or take it away"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot_read(path, &error)),
    }
    let file = fs::File::open(path).map_err(|error| cannot_read(path, &error))?;
    Ok(Some(file.take(MAX_FILE_BYTES + 1)))
}

/// A file's content, `None` when there is no such file; an error when it is larger than any real one.
pub(crate) fn read_capped(path: &Path) -> Result<Option<Vec<u8>>> {
    let Some(mut file) = open_capped(path)? else { return Ok(None) };
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|error| cannot_read(path, &error))?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(Error::new(
            ErrorKind::File,
            format!("{} has more than {} MiB", path.display(), MAX_FILE_BYTES >> 20),
        )
        .help("No model's file for prompts is that large: check that it is the right one"));
    }
    Ok(Some(content))
}

fn cannot_read(path: &Path, error: &io::Error) -> Error {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "Check the path",
        io::ErrorKind::PermissionDenied => "Check its permissions",
        _ => "Check that it can be read",
    };
    Error::new(ErrorKind::File, format!("cannot read {}: {error}", path.display())).help(advice)
}
