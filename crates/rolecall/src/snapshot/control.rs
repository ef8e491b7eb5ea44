//! Which texts are a model's control tokens, as far as its files for rendering say it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Model, Result};

/// A model's control tokens: its named special tokens, and those that `added_tokens_decoder` of
/// `tokenizer_config.json` calls special.
#[derive(Debug, Default)]
pub(super) struct ControlTokens {
    /// The longest first, so that it is found before one that it begins with.
    tokens: Vec<String>,
}

impl ControlTokens {
    pub(super) fn of(model: &Model) -> Result<Self> {
        let config = model.files().json_object("tokenizer_config.json")?.unwrap_or_default();
        let added = config.get("added_tokens_decoder").and_then(Value::as_object);
        let special = added.into_iter().flat_map(|added| added.values()).filter_map(|token| {
            let is_special = token.get("special").and_then(Value::as_bool) == Some(true);
            token.get("content").and_then(Value::as_str).filter(|_| is_special)
        });
        Ok(Self::new(special.chain(model.special_tokens().iter().map(|(_, text)| text))))
    }

    pub(super) fn new<'t>(tokens: impl Iterator<Item = &'t str>) -> Self {
        let tokens: BTreeSet<&str> = tokens.filter(|token| !token.is_empty()).collect();
        let mut tokens: Vec<String> = tokens.into_iter().map(str::to_owned).collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
        Self { tokens }
    }

    /// A text in parts, and whether each is a control token: the longest of those that begin first.
    pub(super) fn parts<'t>(&self, text: &'t str) -> Vec<(&'t str, bool)> {
        let mut parts = Vec::new();
        let (mut rest, mut at) = (text, 0);
        while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
            let Some(token) = self.tokens.iter().find(|token| tail.starts_with(token.as_str())) else {
                at += tail.chars().next().map_or(1, char::len_utf8);
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
