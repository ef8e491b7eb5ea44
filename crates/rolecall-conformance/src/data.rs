//! The recorded results: their files and formats.
//!
//! A data folder holds `language/cases.jsonl`, `corpus/` (`index.json`, `conversations.json`,
//! `templates/NAME.jinja`, `expected/NAME.json`) and `corpus/tokens/*.jsonl`, or some of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::spans::Block;
use crate::verdict::{Failure, Outcome};

/// A template, a context and what the reference makes of them.
pub(crate) struct LanguageCase {
    pub(crate) id: String,
    /// Why the case cannot be read here, or its parts.
    pub(crate) parts: Result<LanguageParts, String>,
}

pub(crate) struct LanguageParts {
    pub(crate) source: String,
    /// JSON text, so that no number is read twice.
    pub(crate) context: String,
    pub(crate) recorded: Outcome,
}

/// Real templates, conversations, and what the reference makes of each pair.
pub(crate) struct Corpus {
    pub(crate) templates: Vec<TemplateCase>,
    pub(crate) conversations: Vec<Conversation>,
}

pub(crate) struct TemplateCase {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) source: String,
    pub(crate) tokens: SpecialTokenTexts,
    /// For each conversation, in their order.
    pub(crate) recorded: Vec<RecordedRender>,
}

/// Names and texts of special tokens.
pub(crate) struct SpecialTokenTexts(Vec<(String, String)>);

impl SpecialTokenTexts {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

pub(crate) struct RecordedRender {
    /// Why the result cannot be read here, or the result.
    pub(crate) outcome: Result<Outcome, String>,
    /// Where the reference says the text of generation blocks is, if it was recorded.
    pub(crate) generation: Option<Vec<Block>>,
}

/// A conversation and the arguments beside it, each as JSON text.
pub(crate) struct Conversation {
    pub(crate) name: String,
    pub(crate) messages: String,
    pub(crate) tools: Option<String>,
    pub(crate) documents: Option<String>,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) add_generation_prompt: Option<String>,
    pub(crate) continue_final_message: Option<String>,
}

/// Reads the language cases; `None` when the folder has none.
pub(crate) fn language(folder: &Path) -> Result<Option<Vec<LanguageCase>>, String> {
    #[derive(Deserialize)]
    struct Line<'a> {
        id: String,
        #[serde(borrow)]
        source: &'a RawValue,
        #[serde(borrow)]
        context: &'a RawValue,
        #[serde(borrow)]
        output: Option<&'a RawValue>,
        #[serde(borrow)]
        error: Option<&'a RawValue>,
    }

    let parts = |line: &Line<'_>| {
        let source = text_of(line.source)?;
        let context = line.context.get().to_owned();
        Ok(LanguageParts { source, context, recorded: outcome(line.output, line.error)? })
    };
    let Some(text) = read_if_there(&folder.join("language/cases.jsonl"))? else { return Ok(None) };
    let mut cases = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let case = match serde_json::from_str::<Line<'_>>(line) {
            Ok(line) => LanguageCase { parts: parts(&line), id: line.id },
            Err(error) => LanguageCase { id: format!("line-{}", number + 1), parts: Err(error.to_string()) },
        };
        cases.push(case);
    }
    Ok(Some(cases))
}

/// Reads the corpus; `None` when the folder has none.
pub(crate) fn corpus(folder: &Path) -> Result<Option<Corpus>, String> {
    #[derive(Deserialize)]
    struct Entry {
        name: String,
        bos_token: Option<String>,
        eos_token: Option<String>,
    }

    let folder = folder.join("corpus");
    let path = folder.join("index.json");
    let Some(index) = read_if_there(&path)? else { return Ok(None) };
    let index: Vec<Entry> =
        serde_json::from_str(&index).map_err(|error| format!("{}: {error}", path.display()))?;
    let conversations = conversations(&folder.join("conversations.json"))?;
    let mut templates = Vec::with_capacity(index.len());
    for Entry { name, bos_token, eos_token } in index {
        let tokens = [("bos_token", bos_token), ("eos_token", eos_token)];
        let tokens = tokens.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let path = folder.join("templates").join(format!("{name}.jinja"));
        templates.push(TemplateCase {
            source: read(&path)?,
            path,
            recorded: expected(&folder.join("expected").join(format!("{name}.json")), &conversations)?,
            tokens: SpecialTokenTexts(tokens.collect()),
            name,
        });
    }
    Ok(Some(Corpus { templates, conversations }))
}

/// The recorded token ids and masks by file name, counted; empty when the folder has none.
pub(crate) fn tokens(folder: &Path) -> Result<BTreeMap<String, usize>, String> {
    let folder = folder.join("corpus/tokens");
    if !folder.is_dir() {
        return Ok(BTreeMap::new());
    }
    let wrong = |error: std::io::Error| format!("cannot list {}: {error}", folder.display());
    let mut counts = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            let lines = read(&path)?.lines().filter(|line| !line.trim().is_empty()).count();
            counts.insert(name.to_owned(), lines);
        }
    }
    Ok(counts)
}

fn conversations(path: &Path) -> Result<Vec<Conversation>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        name: String,
        messages: Box<RawValue>,
        tools: Option<Box<RawValue>>,
        documents: Option<Box<RawValue>>,
        #[serde(default)]
        kwargs: BTreeMap<String, Box<RawValue>>,
        #[serde(default)]
        options: Settings,
    }

    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        add_generation_prompt: Option<Box<RawValue>>,
        continue_final_message: Option<Box<RawValue>>,
    }

    let entries: Vec<Entry> =
        serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = |raw: Box<RawValue>| Box::<str>::from(raw).into_string();
    let conversation = |entry: Entry| Conversation {
        name: entry.name,
        messages: text(entry.messages),
        tools: entry.tools.map(text),
        documents: entry.documents.map(text),
        variables: entry.kwargs.into_iter().map(|(name, value)| (name, text(value))).collect(),
        add_generation_prompt: entry.options.add_generation_prompt.map(text),
        continue_final_message: entry.options.continue_final_message.map(text),
    };
    Ok(entries.into_iter().map(conversation).collect())
}

fn expected(path: &Path, conversations: &[Conversation]) -> Result<Vec<RecordedRender>, String> {
    #[derive(Deserialize)]
    struct Entry<'a> {
        #[serde(borrow)]
        output: Option<&'a RawValue>,
        #[serde(borrow)]
        error: Option<&'a RawValue>,
        generation: Option<Vec<Block>>,
    }

    let text = read(path)?;
    let mut results: BTreeMap<String, Entry<'_>> =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut recorded = |conversation: &Conversation| {
        let name = &conversation.name;
        let entry = results
            .remove(name)
            .ok_or_else(|| format!("{} has no result for the conversation {name:?}", path.display()))?;
        let outcome = outcome(entry.output, entry.error);
        Ok(RecordedRender { outcome, generation: entry.generation })
    };
    conversations.iter().map(&mut recorded).collect()
}

/// The recorded outcome, or why it cannot be read: a text with half a surrogate pair is no text in Rust.
fn outcome(output: Option<&RawValue>, error: Option<&RawValue>) -> Result<Outcome, String> {
    #[derive(Deserialize)]
    struct Exception {
        kind: String,
        message: String,
    }

    match (output, error) {
        (Some(output), None) => text_of(output).map(Ok),
        (None, Some(error)) => {
            let error: Exception = serde_json::from_str(error.get()).map_err(|error| error.to_string())?;
            Ok(Err(Failure::new(error.kind, error.message)))
        }
        _ => Err("it has to have either an output or an error".to_owned()),
    }
}

fn text_of(raw: &RawValue) -> Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn read_if_there(path: &Path) -> Result<Option<String>, String> {
    if path.exists() { read(path).map(Some) } else { Ok(None) }
}
