//! The tokens that a model's files list beside its `tokenizer.json`.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use crate::python::is_true;
use crate::special_tokens::{Found, STANDARD, Sources, added_token};
use crate::{ModelFiles, Result, SpecialTokens};

/// The files that list tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed<'a> {
    /// `tokenizer_config.json`.
    pub(super) config: &'a Map<String, Value>,
    /// `special_tokens_map.json`, where it counts.
    pub(super) special_tokens_map: Option<&'a Map<String, Value>>,
    /// What [`added_tokens`](Self::added_tokens) gives.
    pub(super) added_tokens: Option<&'a Map<String, Value>>,
}

impl Listed<'_> {
    /// `added_tokens.json`, texts with their ids, where it counts: beside a config that does not list the added tokens.
    pub(super) fn added_tokens(
        files: &ModelFiles,
        config: &Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>> {
        if config.contains_key("added_tokens_decoder") {
            return Ok(None);
        }
        let name = "added_tokens.json";
        let Some(content) = files.read(name)? else { return Ok(None) };
        let mut file = ModelFiles::new(files.origin());
        file.insert(name, content.into_owned());
        file.json_object(name)
    }

    /// What the reference adds to the tokens that a tokenizer `has`, in its order: those that it lists by their ids, then
    /// special tokens that are not among them, then those without a name. `own` are the tokens of the `tokenizer.json`.
    pub(super) fn beside(
        &self,
        own: impl IntoIterator<Item = (u32, AddedToken)>,
        has: impl IntoIterator<Item = AddedToken>,
        special_tokens: &SpecialTokens,
    ) -> Result<Vec<AddedToken>> {
        let found = self.found()?;
        let is_named = |text: &str| special_tokens.iter().any(|(_, named)| named == text);
        let mut tokens: Vec<AddedToken> = self.by_id(own, &found, &is_named).into_values().collect();
        for token in &mut tokens {
            token.special = token.special || is_named(&token.content);
        }
        let known: HashSet<String> =
            has.into_iter().chain(tokens.iter().cloned()).map(|token| token.content).collect();
        let named = special_tokens.iter().map(|(name, text)| {
            let value = found.values.get(name).filter(|value| added_token(value) == Some(text));
            value.cloned().unwrap_or_else(|| Value::from(text))
        });
        let mut seen: Vec<Value> = Vec::new();
        for value in named.chain(found.unnamed.iter().cloned()) {
            // A text that comes again changes nothing, but another object of the same text does.
            if added_token(&value).is_some_and(|text| !known.contains(text)) && !seen.contains(&value) {
                tokens.extend(token(&value, &is_named));
                seen.push(value);
            }
        }
        Ok(tokens)
    }

    /// The texts of all special tokens, with a name or without.
    pub(super) fn special_texts(&self, special_tokens: &SpecialTokens) -> Result<Vec<String>> {
        let found = self.found()?;
        let named = special_tokens.iter().map(|(_, text)| text);
        Ok(named.chain(found.unnamed.iter().filter_map(added_token)).map(str::to_owned).collect())
    }

    fn found(&self) -> Result<Found> {
        Found::of(&Sources {
            config: self.config,
            special_tokens_map: self.special_tokens_map,
            class_defaults: &[],
            padding_token: &|| Ok(None),
        })
    }

    /// The tokens that have an id in the files.
    fn by_id(
        &self,
        own: impl IntoIterator<Item = (u32, AddedToken)>,
        found: &Found,
        is_named: &impl Fn(&str) -> bool,
    ) -> BTreeMap<i64, AddedToken> {
        let mut tokens = BTreeMap::new();
        if let Some(listed) = self.config.get("added_tokens_decoder") {
            for (id, value) in listed.as_object().into_iter().flatten() {
                if let (Ok(id), Some(token)) = (id.parse(), token_of(value, is_named)) {
                    tokens.insert(id, token);
                }
            }
            return tokens;
        }
        let special = self.marked_special(found);
        for (text, id) in self.added_tokens.into_iter().flatten() {
            if let Some(id) = id.as_i64() {
                let special = special.contains(text.as_str());
                tokens.insert(id, AddedToken::from(text.as_str(), special).normalized(!special));
            }
        }
        // Those of the tokenizer itself come last.
        tokens.extend(own.into_iter().map(|(id, token)| (i64::from(id), token)));
        tokens
    }

    /// The texts that make a token of `added_tokens.json` a special one. An object of the config is not yet a token where
    /// the reference looks.
    fn marked_special<'t>(&'t self, found: &'t Found) -> HashSet<&'t str> {
        let in_map = |name: &str| self.special_tokens_map.is_some_and(|map| map.contains_key(name));
        let named = found.values.iter().filter(|(name, value)| {
            STANDARD.contains(&name.as_str()) && (value.is_string() || in_map(name)) && is_true(value)
        });
        // Nor has a list of the file of old its new name there.
        let is_late = in_map("additional_special_tokens")
            && !in_map("extra_special_tokens")
            && !self.config.contains_key("extra_special_tokens")
            && !self.config.contains_key("additional_special_tokens");
        let unnamed = found.unnamed.iter().filter(|value| value.is_string() && !is_late);
        named.map(|(_, value)| value).chain(unnamed).filter_map(added_token).collect()
    }
}

/// A text, or an object that says it is a token.
fn token(value: &Value, is_named: &impl Fn(&str) -> bool) -> Option<AddedToken> {
    match value {
        Value::String(text) => Some(AddedToken::from(text.as_str(), true)),
        value => added_token(value).and_then(|_| token_of(value, is_named)),
    }
}

/// An object's token, which is special if it has a name.
fn token_of(value: &Value, is_named: &impl Fn(&str) -> bool) -> Option<AddedToken> {
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let content = match value.as_object()?.get("content") {
        None | Some(Value::Null) => "",
        Some(content) => content.as_str()?,
    };
    let special = flag("special").unwrap_or(false) || is_named(content);
    Some(AddedToken {
        content: content.to_owned(),
        single_word: flag("single_word").unwrap_or(false),
        lstrip: flag("lstrip").unwrap_or(false),
        rstrip: flag("rstrip").unwrap_or(false),
        normalized: flag("normalized").unwrap_or(!special),
        special,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Model;

    const TOKENIZER: &str = r#"{"model": {"type": "WordLevel", "vocab": {"?": 0, "<s>": 1}, "unk_token": "?"},
        "added_tokens": [{"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}]}"#;

    /// The ids and texts of all added tokens, and which of them are special, normalized, and strip on the left or right.
    fn added(config: &Value, map: &Value, added_tokens: &Value) -> String {
        let mut files = ModelFiles::new("m");
        files.insert("tokenizer.json", TOKENIZER);
        let entries = [
            ("tokenizer_config.json", config),
            ("special_tokens_map.json", map),
            ("added_tokens.json", added_tokens),
        ];
        for (name, content) in entries.into_iter().filter(|(_, content)| !content.is_null()) {
            files.insert(name, content.to_string());
        }
        let special_tokens = Model::from_files(files.clone()).expect("loads").special_tokens().clone();
        let config = config.as_object().expect("an object");
        let map = crate::special_tokens::special_tokens_map(&files, config).expect("reads");
        let added_tokens = Listed::added_tokens(&files, config).expect("reads");
        let listed = Listed { config, special_tokens_map: map.as_ref(), added_tokens: added_tokens.as_ref() };
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(TOKENIZER).expect("a tokenizer");
        let own = tokenizer.get_added_tokens_decoder();
        let more = listed.beside(own.clone(), own.into_values(), &special_tokens).expect("tokens");
        tokenizer.add_tokens(more).expect("adds");
        let tokens: BTreeMap<u32, AddedToken> = tokenizer.get_added_tokens_decoder().into_iter().collect();
        let shown = tokens.into_iter().map(|(id, token)| {
            let flags =
                [(token.special, 'S'), (token.normalized, 'N'), (token.lstrip, 'L'), (token.rstrip, 'R')];
            let flags: String =
                flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| letter).collect();
            format!("{id}:{}{flags}", token.content)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// Each row was observed with the reference: the config, `special_tokens_map.json`, `added_tokens.json`.
    #[test]
    fn tokens_beside_those_of_the_tokenizer() {
        let rows = [
            (json!({"eos_token": "</s>", "bos_token": "<s>"}), json!(null), json!(null), "1:<s>S 2:</s>S"),
            (
                json!({"eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": true}, "pad_token": {"__type": "AddedToken", "content": "<p>", "normalized": true, "rstrip": true}}),
                json!(null),
                json!(null),
                "1:<s>S 2:</s>SL 3:<p>SNR",
            ),
            (
                json!({"extra_special_tokens": ["<a>", {"__type": "AddedToken", "content": "<b>", "lstrip": true}, {"__type": "AddedToken", "content": "<c>", "special": true}, "<s>"]}),
                json!(null),
                json!(null),
                "1:<s>S 2:<a>S 3:<b>NL 4:<c>S",
            ),
            (
                json!({"additional_special_tokens": ["<a>"], "eos_token": "</s>"}),
                json!(null),
                json!(null),
                "1:<s>S 2:</s>S 3:<a>S",
            ),
            (
                json!({"added_tokens_decoder": {"7": {"content": "<b>", "special": true}, "5": {"content": "<a>"}, "1": {"content": "<s>", "lstrip": true}}, "bos_token": "<s>", "eos_token": "<a>"}),
                json!(null),
                json!(null),
                "1:<s>SL 2:<a>S 3:<b>S",
            ),
            (
                json!({"added_tokens_decoder": {}, "bos_token": "<x>"}),
                json!({"bos_token": "<y>"}),
                json!({"<z>": 9}),
                "1:<s>S 2:<x>S",
            ),
            (
                json!({"eos_token": "</s>"}),
                json!({"eos_token": {"content": "<e>", "rstrip": true, "special": false}, "extra_special_tokens": ["<b>"]}),
                json!(null),
                "1:<s>S 2:<e>SR 3:<b>S",
            ),
            (
                json!({"extra_special_tokens": ["<a>"]}),
                json!({"extra_special_tokens": [{"content": "<b>", "lstrip": true}]}),
                json!(null),
                "1:<s>S 2:<a>S 3:<b>SL",
            ),
            (
                json!({"eos_token": "</s>", "pad_token": {"__type": "AddedToken", "content": "<p>", "lstrip": true}}),
                json!(null),
                json!({"<n>": 9, "</s>": 8, "<p>": 7}),
                "1:<s>S 2:<p>SN 3:</s>S 4:<n>N",
            ),
            (
                json!({"bos_token": {"__type": "AddedToken", "content": "<d>", "lstrip": true}, "eos_token": "<d>"}),
                json!(null),
                json!(null),
                "1:<s>S 2:<d>S",
            ),
            (
                json!({"bos_token": "<d>", "eos_token": {"__type": "AddedToken", "content": "<d>", "lstrip": true, "normalized": true}, "pad_token": "<d>"}),
                json!(null),
                json!(null),
                "1:<s>S 2:<d>SNL",
            ),
        ];
        for (config, map, added_tokens, expected) in rows {
            assert_eq!(added(&config, &map, &added_tokens), expected, "{config} {map} {added_tokens}");
        }
    }
}
