//! Which texts of the template are a model's control tokens.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use crate::cache::sha256;
use crate::{Error, ErrorKind, ModelFiles, Result, SpecialTokens};

/// The file of the tokenizer, which has the list of added tokens.
const TOKENIZER: &str = "tokenizer.json";

/// A model's control tokens: its named special tokens, and of the added tokens in `tokenizer.json` and in
/// `added_tokens_decoder` of `tokenizer_config.json` those that are special or listed under `chat_control_tokens`. Where
/// there is no such list all added tokens count but white space: that the template wrote them says enough.
#[derive(Debug, Default)]
pub(crate) struct ControlTokens {
    /// By their first character. Some models have thousands, and hardly any character of a prompt begins one. The longest
    /// come first, so that each is found before one that it begins with.
    tokens: HashMap<char, Vec<String>>,
    /// The file that was read on top of those for rendering, and its SHA-256.
    pub(super) file: Option<(String, String)>,
}

#[derive(Deserialize)]
struct TokenizerFile {
    #[serde(default)]
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Added {
    content: String,
    #[serde(default)]
    special: bool,
}

impl ControlTokens {
    pub(crate) fn of(files: &ModelFiles, special_tokens: &SpecialTokens) -> Result<Self> {
        let mut added: Vec<Added> = Vec::new();
        let mut file = None;
        if let Some(content) = files.read(TOKENIZER)? {
            let read: TokenizerFile = serde_json::from_slice(&content).map_err(|error| {
                Error::new(ErrorKind::Tokenizer, format!("{}: {TOKENIZER}: {error}", files.origin()))
                    .help("Fetch the file again")
            })?;
            added = read.added_tokens;
            file = Some((TOKENIZER.to_owned(), sha256(&content)));
        }
        let config = files.json_object("tokenizer_config.json")?.unwrap_or_default();
        let decoder = config.get("added_tokens_decoder").and_then(Value::as_object);
        for token in decoder.into_iter().flat_map(|decoder| decoder.values()) {
            if let Some(content) = token.get("content").and_then(Value::as_str) {
                let special = token.get("special").and_then(Value::as_bool).unwrap_or(false);
                added.push(Added { content: content.to_owned(), special });
            }
        }
        let listed = config.get("chat_control_tokens").and_then(Value::as_array);
        let is_control = |token: &Added| {
            token.special
                || match listed {
                    Some(listed) => listed.iter().any(|listed| listed == &token.content),
                    None => !token.content.chars().all(rolecall_jinja::text::is_space),
                }
        };
        let added = added.iter().filter(|token| is_control(token)).map(|token| token.content.as_str());
        Ok(Self { file, ..Self::new(added.chain(special_tokens.iter().map(|(_, text)| text))) })
    }

    pub(super) fn new<'t>(tokens: impl Iterator<Item = &'t str>) -> Self {
        let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
        for token in tokens {
            if let Some(first) = token.chars().next() {
                by_first.entry(first).or_default().push(token.to_owned());
            }
        }
        for tokens in by_first.values_mut() {
            tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
        }
        Self { tokens: by_first, file: None }
    }

    /// A text in parts, and whether each is a control token: the longest of those that begin first.
    pub(super) fn parts<'t>(&self, text: &'t str) -> Vec<(&'t str, bool)> {
        let mut parts = Vec::new();
        let (mut rest, mut at) = (text, 0);
        while let Some(tail) = rest.get(at..)
            && let Some(first) = tail.chars().next()
        {
            let begun = self
                .tokens
                .get(&first)
                .and_then(|tokens| tokens.iter().find(|token| tail.starts_with(token.as_str())));
            let Some(token) = begun else {
                at += first.len_utf8();
                continue;
            };
            let (before, found) = rest.split_at(at);
            let (found, after) = found.split_at(token.len());
            parts.extend([(before, false), (found, true)]);
            (rest, at) = (after, 0);
        }
        parts.push((rest, false));
        parts.retain(|(part, _)| !part.is_empty());
        parts
    }
}
