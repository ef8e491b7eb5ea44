//! How a model is named: built in, a folder, a GGUF file, pinned in `templates-cache/`, or on the Hub.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::cache::TemplatesCache;
use crate::{Error, ErrorKind, Model, Result};

/// Where a model's files are, as one word on a command line says it.
///
/// ```
/// use std::path::Path;
/// use rolecall::ModelSource;
///
/// let cache = Path::new("templates-cache");
/// assert_eq!(ModelSource::parse("builtin:gemma", cache)?, ModelSource::Builtin("gemma".into()));
/// assert_eq!(ModelSource::parse("./my-model", cache)?, ModelSource::Folder("./my-model".into()));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelSource {
    /// `builtin:NAME`.
    Builtin(String),
    /// A path to a folder.
    Folder(PathBuf),
    /// A path to a `.gguf` file.
    Gguf(PathBuf),
    /// `ORG/NAME`, pinned in a `templates-cache/` folder.
    Cached {
        /// The folder that holds the pinned models.
        cache: PathBuf,
        /// The model in it.
        name: String,
    },
    /// `ORG/NAME` or `ORG/NAME@REVISION` on the Hub.
    Hub {
        /// The repository.
        repo: String,
        /// A branch, tag or commit; the default branch if unset.
        revision: Option<String>,
    },
}

impl ModelSource {
    /// Reads a name. What exists as a path is a path; `ORG/NAME` is looked for in `cache` before it is taken
    /// to be on the Hub; with `@REVISION` it is always the Hub's.
    ///
    /// ```
    /// use rolecall::ModelSource;
    ///
    /// let source = ModelSource::parse("org/name@v1.0", "templates-cache".as_ref())?;
    /// assert_eq!(source, ModelSource::Hub { repo: "org/name".into(), revision: Some("v1.0".into()) });
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when the name is empty.
    pub fn parse(name: &str, cache: &Path) -> Result<Self> {
        if name.is_empty() {
            return Err(Error::new(ErrorKind::Model, "the model's name is empty")
                .help("Name a folder, builtin:llama-3, or a repository such as org/name"));
        }
        if let Some(builtin) = name.strip_prefix("builtin:") {
            return Ok(Self::Builtin(builtin.to_owned()));
        }
        let path = Path::new(name);
        // A link that leads nowhere is a mistake to be told, not the name of a repository.
        let exists = path.symlink_metadata().is_ok();
        let written_as_path = path.is_absolute() || name.starts_with("./") || name.starts_with("../");
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
            && (written_as_path || exists)
        {
            return Ok(Self::Gguf(path.to_owned()));
        }
        if written_as_path || matches!(name, "." | "..") || exists {
            return Ok(Self::Folder(path.to_owned()));
        }
        if crate::builtin::names().any(|builtin| builtin == name) {
            return Err(Error::new(
                ErrorKind::Model,
                format!("{name} is neither a folder here nor a repository like org/name"),
            )
            .help(format!("The built-in model is called builtin:{name}")));
        }
        if let Some((repo, revision)) = name.split_once('@') {
            return Ok(Self::Hub { repo: repo.to_owned(), revision: Some(revision.to_owned()) });
        }
        // A pinned model whose folder is gone is to be put back, not taken from wherever the Hub is now.
        if TemplatesCache::new(cache).contains(name) {
            return Ok(Self::Cached { cache: cache.to_owned(), name: name.to_owned() });
        }
        Ok(Self::Hub { repo: name.to_owned(), revision: None })
    }

    /// Loads the model. The Hub is asked with the settings of the environment; without the feature `hub` it
    /// is refused.
    ///
    /// ```
    /// use rolecall::ModelSource;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// # let name = folder.to_str().unwrap_or_default();
    /// let model = ModelSource::parse(name, "templates-cache".as_ref())?.load()?; // the path of a folder
    /// assert_eq!(model.special_tokens().get("eos_token"), Some("<|eot_id|>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As the constructors of [`Model`].
    pub fn load(&self) -> Result<Model> {
        match self {
            Self::Builtin(name) => Model::builtin(name),
            Self::Folder(path) => Model::from_dir(path),
            Self::Gguf(path) => Model::from_gguf(path),
            Self::Cached { cache, name } => Model::from_cache(cache, name),
            Self::Hub { repo, revision } => load_from_hub(repo, revision.as_deref()),
        }
    }
}

#[cfg(feature = "hub")]
fn load_from_hub(repo: &str, revision: Option<&str>) -> Result<Model> {
    let mut options = crate::hub::HubOptions::from_env();
    if let Some(revision) = revision {
        options = options.revision(revision);
    }
    Model::from_files(crate::hub::load(repo, &options)?)
}

#[cfg(not(feature = "hub"))]
fn load_from_hub(repo: &str, _revision: Option<&str>) -> Result<Model> {
    Err(Error::new(
        ErrorKind::Hub,
        format!("{repo} would have to come from the Hub, and this program is built without it"),
    )
    .help("Give the path of a folder, or build with the feature hub"))
}

impl fmt::Display for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::Folder(path) | Self::Gguf(path) => write!(f, "{}", path.display()),
            Self::Cached { name, .. } => f.write_str(name),
            Self::Hub { repo, revision: None } => f.write_str(repo),
            Self::Hub { repo, revision: Some(revision) } => write!(f, "{repo}@{revision}"),
        }
    }
}
