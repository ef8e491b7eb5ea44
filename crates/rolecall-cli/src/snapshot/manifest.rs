//! The manifest of a folder of goldens.

use std::path::{Path, PathBuf};

use rolecall::{ChatRequest, Clock, Model, Options};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pinned;
use crate::failure::{Failure, Outcome};
use crate::input;

/// The manifest's name in the folder.
pub(crate) const FILE_NAME: &str = "snapshots.json";

/// Which models, with which options.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) models: Vec<Entry>,
    pub(crate) options: Options,
    pub(crate) conversations: PathBuf,
    cache: PathBuf,
    folder: PathBuf,
}

/// A model of the manifest.
#[derive(Debug)]
pub(crate) struct Entry {
    /// How the manifest names it.
    pub(crate) model: String,
    /// The folder of its goldens.
    pub(crate) name: String,
    pub(crate) options: Options,
    template_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    models: Vec<Named>,
    #[serde(default)]
    options: Map<String, Value>,
    now: Option<String>,
    conversations: Option<PathBuf>,
    templates_cache: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a model is a text, or an object with \"model\", \"name\", \"template_name\" and \"options\""
)]
enum Named {
    Plain(String),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    model: String,
    name: Option<String>,
    template_name: Option<String>,
    #[serde(default)]
    options: Map<String, Value>,
}

impl Manifest {
    /// Reads the manifest of a folder. `cache` holds the pinned models unless the manifest names another folder.
    pub(crate) fn read(folder: &Path, cache: &Path) -> Outcome<Self> {
        let path = folder.join(FILE_NAME);
        let wrong = |problem: String| Failure::Job(format!("{}: {problem}", path.display()));
        let name = path.to_str().ok_or_else(|| wrong("the path is not UTF-8. Rename it.".to_owned()))?;
        let example = r#"A manifest is like {"models": ["builtin:llama-3"]}."#;
        if !path.exists() {
            return Err(Failure::Job(format!("cannot read {name}: there is no such file. {example}")));
        }
        let document: Document = serde_json::from_str(&input::text(name)?)
            .map_err(|error| wrong(format!("{error}. {example}")))?;
        let mut options = options(document.options).map_err(|failure| failure.about(name))?;
        if let Some(now) = document.now {
            let now = now.parse().map_err(|error| wrong(format!("\"now\" is {now:?}: {error}")))?;
            options = options.clock(Clock::fixed(now));
        }
        let mut models: Vec<Entry> = Vec::new();
        for named in document.models {
            let entry = Entry::new(named).map_err(|failure| failure.about(name))?;
            // Some file systems do not tell upper case from lower case.
            if let Some(twin) = models.iter().find(|known| known.name.eq_ignore_ascii_case(&entry.name)) {
                return Err(wrong(format!(
                    "the goldens of {} and {} would be in the same folder, {}. Give one of them another \"name\".",
                    twin.model, entry.model, entry.name
                )));
            }
            models.push(entry);
        }
        if models.is_empty() {
            return Err(wrong("\"models\" is empty. Name a model, such as \"builtin:llama-3\".".to_owned()));
        }
        let conversations = document.conversations.unwrap_or_else(|| "conversations".into());
        Ok(Self {
            models,
            options,
            conversations: folder.join(conversations),
            cache: document.templates_cache.map_or_else(|| cache.to_owned(), |cache| folder.join(cache)),
            folder: folder.to_owned(),
        })
    }

    /// Loads a model, without a network.
    pub(crate) fn load(&self, entry: &Entry) -> Outcome<Model> {
        let model = pinned::load(&entry.model, &self.folder, &self.cache)?;
        if let Some(name) = &entry.template_name {
            input::check_template(&model, rolecall::Loader::Auto, name)?;
        }
        Ok(model)
    }
}

impl Entry {
    fn new(named: Named) -> Outcome<Self> {
        let full = match named {
            Named::Plain(model) => Full { model, name: None, template_name: None, options: Map::new() },
            Named::Full(full) => full,
        };
        let mut options = options(full.options)?;
        if let Some(template) = &full.template_name {
            options = options.chat_template(template);
        }
        let name = full.name.unwrap_or_else(|| folder_name(&full.model));
        if !is_folder_name(&name) {
            return Err(Failure::Job(format!(
                "{name:?} can be no folder for the goldens of {}. Give it a \"name\" of letters, digits, -, _ and dots \
                 that does not begin with a dot.",
                full.model
            )));
        }
        Ok(Self { model: full.model, name, options, template_name: full.template_name })
    }
}

/// Options as a chat request has them beside its messages.
fn options(fields: Map<String, Value>) -> Outcome<Options> {
    if fields.contains_key("messages") {
        return Err(Failure::Job(
            "\"options\" are for all conversations, and hold no \"messages\".".to_owned(),
        ));
    }
    let mut request = fields;
    request.insert("messages".to_owned(), json!([]));
    Ok(ChatRequest::from_json(&Value::from(request).to_string())?.options)
}

/// A name for the folder of a model: what may stand in a file's name, and a hyphen for all else.
fn folder_name(model: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = model.chars().map(|c| if kept(c) { c } else { '-' }).collect();
    name.trim_start_matches(['.', '-']).to_owned()
}

fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && name == folder_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_folders() {
        for (model, folder) in [
            ("builtin:llama-3", "builtin-llama-3"),
            ("org/name@v1.0", "org-name-v1.0"),
            ("../models/my model", "models-my-model"),
        ] {
            assert_eq!(folder_name(model), folder);
            assert!(is_folder_name(folder));
        }
        for name in ["", ".", "..", "a/b", ".hidden", "-x", "ü"] {
            assert!(!is_folder_name(name), "{name:?}");
        }
    }
}
