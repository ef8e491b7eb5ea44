//! The named special tokens that templates see as variables.

use serde_json::{Map, Value};

use crate::python::{is_true, type_name};
use crate::{Error, ErrorKind, ModelFiles, Result};

/// The names every tokenizer has, in the order in which the reference lists them.
pub(crate) const STANDARD: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// Named special tokens such as `bos_token`, in the reference's order: the seven standard names first,
/// then names of the model's own.
///
/// A name that is not set is undefined in templates; the empty string is a value.
///
/// ```
/// use rolecall::SpecialTokens;
///
/// let tokens = SpecialTokens::from([("eos_token", "</s>"), ("bos_token", "<s>")]);
/// assert_eq!(tokens.get("bos_token"), Some("<s>"));
/// assert_eq!(tokens.iter().next(), Some(("bos_token", "<s>")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpecialTokens {
    entries: Vec<(String, String)>,
}

impl SpecialTokens {
    /// A token's text.
    ///
    /// ```
    /// let model = rolecall::Model::builtin("llama-3")?;
    /// assert_eq!(model.special_tokens().get("eos_token"), Some("<|eot_id|>"));
    /// assert_eq!(model.special_tokens().get("mask_token"), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Sets a token; a known name keeps its place.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens};
    ///
    /// let mut tokens = SpecialTokens::from([("eos_token", "</s>")]);
    /// tokens.set("eos_token", "<end>");
    /// let template = ChatTemplate::new("{{ messages[0].content }}{{ eos_token }}", tokens)?;
    /// assert_eq!(template.apply_chat_template(&[Message::user("Hi")], &Options::new())?.text(), "Hi<end>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        let (name, text) = (name.into(), text.into());
        if let Some(entry) = self.entries.iter_mut().find(|(known, _)| *known == name) {
            entry.1 = text;
            return;
        }
        let rank = |name: &str| STANDARD.iter().position(|known| *known == name).unwrap_or(STANDARD.len());
        let at = self.entries.iter().position(|(known, _)| rank(known) > rank(&name));
        self.entries.insert(at.unwrap_or(self.entries.len()), (name, text));
    }

    /// All tokens that are set.
    ///
    /// ```
    /// use rolecall::SpecialTokens;
    ///
    /// let tokens = SpecialTokens::from([("image_token", "<image>"), ("bos_token", "<s>")]);
    /// assert!(tokens.iter().eq([("bos_token", "<s>"), ("image_token", "<image>")]));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Whether no token is set.
    ///
    /// ```
    /// use rolecall::SpecialTokens;
    ///
    /// assert!(SpecialTokens::default().is_empty());
    /// // The empty string is a value.
    /// assert!(!SpecialTokens::from([("bos_token", "")]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads them from an object shaped like `special_tokens_map.json` or `tokenizer_config.json`, such
    /// as `{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}}`.
    ///
    /// ```
    /// use rolecall::SpecialTokens;
    /// use serde_json::json;
    ///
    /// let tokens = SpecialTokens::from_json(&json!({"bos_token": {"content": "<s>"}, "image_token": "<image>"}))?;
    /// assert!(tokens.iter().eq([("bos_token", "<s>"), ("image_token", "<image>")]));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when it is no object or a token is neither text nor an `AddedToken`.
    pub fn from_json(object: &Value) -> Result<Self> {
        let Some(config) = object.as_object() else {
            return Err(Error::new(
                ErrorKind::Model,
                format!("special tokens must be a JSON object, not {}", type_name(object)),
            )
            .help(r#"Write them as {"bos_token": "<s>", "eos_token": "</s>"}"#));
        };
        let mut config = config.clone();
        // In the file of old all objects are tokens.
        for (name, value) in &mut config {
            if let Value::Object(token) = value
                && name.ends_with("_token")
                && token.contains_key("content")
            {
                token.insert("__type".to_owned(), Value::from("AddedToken"));
            }
        }
        Self::load(&Sources {
            config: &config,
            special_tokens_map: None,
            class_defaults: &[],
            padding_token: &|| Ok(None),
        })
    }

    /// The rules by which the reference's loader arrives at `special_tokens_map`.
    pub(crate) fn load(sources: &Sources<'_>) -> Result<Self> {
        Ok(Found::of(sources)?.tokens)
    }
}

impl Found {
    pub(crate) fn of(sources: &Sources<'_>) -> Result<Self> {
        let mut config = sources.config.clone();
        if !config.get("extra_special_tokens").is_some_and(is_true)
            && let Some(legacy) = config.shift_remove("additional_special_tokens")
        {
            config.insert("extra_special_tokens".to_owned(), legacy);
        }
        let mut explicit = collect_explicit(&mut config);
        if let Some(map) = sources.special_tokens_map {
            merge_special_tokens_map(&mut config, &mut explicit, map);
        }
        // The name of old counts once more when all others have been sorted.
        if !config.contains_key("extra_special_tokens")
            && let Some(legacy) = config.shift_remove("additional_special_tokens")
        {
            config.insert("extra_special_tokens".to_owned(), legacy);
        }

        let mut found = Found::default();
        for name in STANDARD {
            let default = sources.class_defaults.iter().find(|(known, _)| *known == name);
            match config.get(name) {
                None => {
                    if let Some((_, text)) = default {
                        found.tokens.set(name, *text);
                    } else if name == "pad_token"
                        && let Some(text) = (sources.padding_token)()?
                    {
                        found.tokens.set(name, text);
                    }
                }
                Some(Value::Null) => {}
                Some(value) => found.set(name, value)?,
            }
        }
        for (name, text) in sources.class_defaults.iter().filter(|(name, _)| !STANDARD.contains(name)) {
            found.tokens.set(*name, *text);
        }
        match config.get("extra_special_tokens") {
            None | Some(Value::Null) => {}
            Some(Value::Array(unnamed)) => found.unnamed.clone_from(unnamed),
            Some(Value::Object(extra))
                if extra.get("__type").and_then(Value::as_str) != Some("AddedToken") =>
            {
                for (name, value) in extra {
                    found.set(name, value)?;
                }
            }
            Some(_) => {
                return Err(refused(
                    "extra_special_tokens must be a list/tuple of tokens or a dict of named tokens",
                ));
            }
        }
        for (name, value) in &config {
            // An untyped object under a name of the model's own is not a token.
            if is_model_specific(name) && added_token(value).is_some() {
                found.set(name, value)?;
            }
        }
        match explicit {
            None | Some(Value::Null) => {}
            Some(Value::Object(explicit)) => {
                for (name, value) in &explicit {
                    found.set(name, value)?;
                }
            }
            Some(_) => {
                return Err(refused(
                    "model_specific_special_tokens must be a dictionary of token name to token value",
                ));
            }
        }
        Ok(found)
    }
}

/// Special tokens as they stand in a model's files.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) tokens: SpecialTokens,
    /// The text or object of each, but for those that the files leave out.
    #[cfg_attr(not(feature = "tokenizers"), allow(dead_code, reason = "only those who encode ask"))]
    pub(crate) values: Map<String, Value>,
    /// The texts or objects of those that have no name, which templates do not see.
    #[cfg_attr(not(feature = "tokenizers"), allow(dead_code, reason = "only those who encode ask"))]
    pub(crate) unnamed: Vec<Value>,
}

impl Found {
    fn set(&mut self, name: &str, value: &Value) -> Result<()> {
        self.tokens.set(name, token_text(name, value)?);
        self.values.insert(name.to_owned(), value.clone());
        Ok(())
    }
}

/// Where special tokens come from.
pub(crate) struct Sources<'a> {
    /// `tokenizer_config.json`.
    pub(crate) config: &'a Map<String, Value>,
    /// What [`special_tokens_map`] gives.
    pub(crate) special_tokens_map: Option<&'a Map<String, Value>>,
    /// What the tokenizer's class fills in for names that the config does not mention.
    pub(crate) class_defaults: &'a [(&'static str, &'static str)],
    /// The token with which `tokenizer.json` pads, which counts where nothing else says it.
    pub(crate) padding_token: &'a dyn Fn() -> Result<Option<String>>,
}

/// `special_tokens_map.json`, where it counts: beside a config that lists the added tokens the reference does not even read
/// it.
pub(crate) fn special_tokens_map(
    files: &ModelFiles,
    config: &Map<String, Value>,
) -> Result<Option<Map<String, Value>>> {
    if config.contains_key("added_tokens_decoder") {
        return Ok(None);
    }
    files.json_object("special_tokens_map.json")
}

/// The entries of a dict `extra_special_tokens` and string-valued `*_token` keys, taken out of the
/// config. They override what is found elsewhere.
fn collect_explicit(config: &mut Map<String, Value>) -> Option<Value> {
    let mut collected = Map::new();
    config.retain(|name, value| {
        let take = is_model_specific(name) && value.is_string();
        if take {
            collected.insert(name.clone(), value.take());
        }
        !take
    });
    if config.get("extra_special_tokens").is_some_and(Value::is_object)
        && let Some(Value::Object(extra)) = config.shift_remove("extra_special_tokens")
    {
        collected.extend(extra);
    }
    // The reference loses a config's own `model_specific_special_tokens` when it collects others.
    let own = config.shift_remove("model_specific_special_tokens");
    if collected.is_empty() { own } else { Some(Value::Object(collected)) }
}

/// `special_tokens_map.json` overrides the config and may hold untyped token objects.
fn merge_special_tokens_map(
    config: &mut Map<String, Value>,
    explicit: &mut Option<Value>,
    map: &Map<String, Value>,
) {
    for (name, value) in map {
        match (name.as_str(), value) {
            ("extra_special_tokens", Value::Object(extra)) => {
                let target = explicit.get_or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(target) = target {
                    target.extend(extra.clone());
                }
            }
            ("model_specific_special_tokens", value) => {
                // An object is taken for a token.
                *explicit =
                    Some(if value.is_object() { Value::from("an AddedToken") } else { value.clone() });
            }
            ("extra_special_tokens", Value::Array(more)) => {
                let mut unnamed = match config.get(name) {
                    Some(Value::Array(known)) => known.clone(),
                    _ => Vec::new(),
                };
                unnamed.extend(more.iter().map(special));
                config.insert(name.clone(), Value::Array(unnamed));
            }
            (_, token @ Value::Object(_)) => {
                config.insert(name.clone(), special(token));
            }
            _ => {
                config.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The same, as a token of the file of old, where every object is a special one.
fn special(token: &Value) -> Value {
    let mut token = token.clone();
    if let Value::Object(token) = &mut token {
        token.insert("__type".to_owned(), Value::from("AddedToken"));
        token.insert("special".to_owned(), Value::from(true));
    }
    token
}

fn is_model_specific(name: &str) -> bool {
    name.ends_with("_token") && !STANDARD.contains(&name)
}

/// The text of a string or of an object that says it is an `AddedToken`.
pub(crate) fn added_token(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(token) if token.get("__type").and_then(Value::as_str) == Some("AddedToken") => {
            match token.get("content") {
                // Without a content it is empty.
                None | Some(Value::Null) => Some(""),
                Some(content) => content.as_str(),
            }
        }
        _ => None,
    }
}

fn token_text(name: &str, value: &Value) -> Result<String> {
    added_token(value).map(str::to_owned).ok_or_else(|| {
        refused(format!(
            "Special token {name} has to be either str or AddedToken but got: <class '{}'>",
            type_name(value)
        ))
    })
}

fn refused(message: impl Into<String>) -> Error {
    let reference = rolecall_jinja::Error::new(rolecall_jinja::ErrorKind::Type, message);
    Error::from_reference(ErrorKind::Model, reference)
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for SpecialTokens {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut tokens = Self::default();
        for (name, text) in pairs {
            tokens.set(name, text);
        }
        tokens
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for SpecialTokens {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn load(config: &Value, map: Option<&Value>) -> Result<Vec<(String, String)>> {
        let sources = Sources {
            config: config.as_object().expect("an object"),
            special_tokens_map: map.map(|map| map.as_object().expect("an object")),
            class_defaults: &[],
            padding_token: &|| Ok(None),
        };
        SpecialTokens::load(&sources).map(|tokens| tokens.entries)
    }

    /// Each row was observed with the reference: config, `special_tokens_map.json`, what templates see.
    #[test]
    fn sources_and_their_order() {
        let rows = [
            (
                json!({"b_token": "b", "extra_special_tokens": {"a_token": "a", "zz": "z", "bos_token": "Q"}, "bos_token": "B"}),
                None,
                vec![("bos_token", "Q"), ("b_token", "b"), ("a_token", "a"), ("zz", "z")],
            ),
            (
                json!({"t_token": {"__type": "AddedToken", "content": "tt"}, "b_token": "b"}),
                None,
                vec![("t_token", "tt"), ("b_token", "b")],
            ),
            (json!({"t_token": {"content": "tt"}, "b_token": "b"}), None, vec![("b_token", "b")]),
            (
                json!({"bos_token": {"__type": "AddedToken"}, "a_token": {"__type": "AddedToken", "content": null}}),
                Some(json!({"eos_token": {}})),
                vec![("bos_token", ""), ("eos_token", ""), ("a_token", "")],
            ),
            (
                json!({"bos_token": {"__type": "AddedToken", "content": "tt", "lstrip": false}}),
                None,
                vec![("bos_token", "tt")],
            ),
            (json!({"model_specific_special_tokens": {"a": "m"}}), None, vec![("a", "m")]),
            (
                json!({"model_specific_special_tokens": {"a": "m"}, "b_token": "b"}),
                None,
                vec![("b_token", "b")],
            ),
            (json!({"additional_special_tokens": {"a": "m"}}), None, vec![("a", "m")]),
            (
                json!({"additional_special_tokens": ["a"], "extra_special_tokens": {"q": "r"}}),
                None,
                vec![("q", "r")],
            ),
            (
                json!({"bos_token": "B", "b_token": "b"}),
                Some(
                    json!({"bos_token": {"content": "X", "lstrip": false}, "eos_token": "E", "c_token": "c",
                    "b_token": "b2", "pad_token": null, "extra_special_tokens": {"k": "v"}}),
                ),
                vec![("bos_token", "X"), ("eos_token", "E"), ("c_token", "c"), ("b_token", "b"), ("k", "v")],
            ),
            (json!({"bos_token": ""}), None, vec![("bos_token", "")]),
            (json!({"bos_token": "B"}), Some(json!({"bos_token": null})), vec![]),
            (json!({}), Some(json!({"d_token": {"content": "dd"}})), vec![("d_token", "dd")]),
            (json!({"add_bos_token": true, "token": "x", "_token": "y"}), None, vec![("_token", "y")]),
            (
                json!({"additional_special_tokens": {"d": "D", "bos_token": "Q"}, "x_token": "x",
                    "extra_special_tokens": {"t": "T"}, "bos_token": "B"}),
                None,
                vec![("bos_token", "Q"), ("d", "D"), ("x_token", "x"), ("t", "T")],
            ),
            (
                json!({"additional_special_tokens": {"d": "D"}, "extra_special_tokens": ["t"]}),
                Some(json!({})),
                vec![],
            ),
            (
                json!({"additional_special_tokens": {"d": "D"}, "extra_special_tokens": {"t": "T"}}),
                Some(json!({"extra_special_tokens": ["t"]})),
                vec![("t", "T")],
            ),
            (
                json!({"x_token": "x"}),
                Some(json!({"additional_special_tokens": ["d"]})),
                vec![("x_token", "x")],
            ),
            (json!({"x_token": "x"}), Some(json!({"model_specific_special_tokens": null})), vec![]),
        ];
        for (config, map, expected) in rows {
            let found = load(&config, map.as_ref()).expect("loads");
            let found: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            assert_eq!(found, expected, "{config} with {map:?}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused_in_the_references_words() {
        let rows = [
            (json!({"bos_token": {"content": "x"}}), "bos_token", "dict"),
            (json!({"bos_token": 5}), "bos_token", "int"),
            (json!({"bos_token": ["x"]}), "bos_token", "list"),
            (json!({"extra_special_tokens": {"a": null}}), "a", "NoneType"),
            (json!({"extra_special_tokens": {"a": {"content": "x"}}}), "a", "dict"),
        ];
        for (config, name, class) in rows {
            let error = load(&config, None).expect_err("is refused");
            let reference = error.reference().expect("the reference refuses it too");
            assert_eq!(
                reference.message(),
                format!("Special token {name} has to be either str or AddedToken but got: <class '{class}'>")
            );
        }
        for config in [json!({"extra_special_tokens": "x"}), json!({"model_specific_special_tokens": ["a"]})]
        {
            assert!(load(&config, None).is_err(), "{config}");
        }
        for map in [
            json!({"additional_special_tokens": "x"}),
            json!({"additional_special_tokens": 5}),
            json!({"additional_special_tokens": {"content": "x"}}),
            json!({"model_specific_special_tokens": {"a_token": "a"}}),
        ] {
            assert!(load(&json!({"x_token": "x"}), Some(&map)).is_err(), "{map}");
        }
    }
}
