//! The reference's tokenizer class, as far as it decides what special tokens there are.

mod filled_in;
mod model_type;

use serde_json::{Map, Value};

use crate::{ModelFiles, Result, tokenizer_json};

use model_type::{ByModelType, by_model_type};

/// Classes that set no padding token if the config sets none, not even that of `tokenizer.json`.
const WITHOUT_PADDING: [&str; 2] = ["CodeGenTokenizer", "GPT2Tokenizer"];

/// The generic class, which knows no special tokens.
const GENERIC: &str = "TokenizersBackend";

/// A tokenizer class by its name, without the ending `Fast`, which makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenizerClass(String);

impl TokenizerClass {
    /// The class that the reference chooses for a model's files: the one that the files name, unless `model_type`
    /// tells better.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn of(files: &ModelFiles, config: &Map<String, Value>) -> Result<Self> {
        let (class, is_named) = Self::named(files, config)?;
        class.for_bytes(files, is_named)
    }

    /// The same, or a class that makes no difference to the special tokens.
    pub(crate) fn of_special_tokens(files: &ModelFiles, config: &Map<String, Value>) -> Result<Self> {
        let (class, is_named) = Self::named(files, config)?;
        // A file of megabytes is not read for nothing.
        let fills_in = class.special_tokens().iter().any(|(name, _)| !config.contains_key(*name));
        class.for_bytes(files, is_named && fills_in)
    }

    /// A class that cannot work on bytes is not taken where they are needed, if it is `asked` for by its name.
    fn for_bytes(self, files: &ModelFiles, asked: bool) -> Result<Self> {
        if asked && self.0 == "LlamaTokenizer" && tokenizer_json::works_on_bytes(files)? {
            return Ok(Self(GENERIC.to_owned()));
        }
        Ok(self)
    }

    /// The class by names alone, and whether it was asked for by its own.
    fn named(files: &ModelFiles, config: &Map<String, Value>) -> Result<(Self, bool)> {
        let model = files.json_object("config.json")?.unwrap_or_default();
        let text = |object: &Map<String, Value>, key: &str| object.get(key)?.as_str().map(str::to_owned);
        let own = text(config, "tokenizer_class");
        let named = own.clone().filter(|name| !name.is_empty()).or_else(|| text(&model, "tokenizer_class"));
        let by_type = text(&model, "model_type").map_or(ByModelType::Nothing, |name| by_model_type(&name));
        // Where the config brings code of its own, a name in it counts.
        let own_code = has_own_code(config);
        let is_named = named.is_some() && !own_code;
        let class = match (by_type, own.or(named)) {
            (ByModelType::Generic, _) if is_named => GENERIC.to_owned(),
            (ByModelType::Always(class), _) if is_named => class.to_owned(),
            (ByModelType::Always(class) | ByModelType::Unnamed(class), None) => class.to_owned(),
            (_, named) => named.unwrap_or_default(),
        };
        let class = class.strip_suffix("Fast").unwrap_or(&class);
        Ok((Self(class.to_owned()), is_named))
    }

    /// Its name.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// Whether the class adds all special tokens once more, whatever their flags.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn makes_special_tokens_plain(&self) -> bool {
        self.0 == "Qwen2Tokenizer"
    }

    /// The special tokens that the class fills in for names that the config does not mention.
    pub(crate) fn special_tokens(&self) -> &'static [(&'static str, &'static str)] {
        filled_in::filled_in(&self.0)
    }

    /// The padding token that `tokenizer.json` has, where nothing else names one.
    pub(crate) fn padding_token(&self, files: &ModelFiles) -> Result<Option<String>> {
        if WITHOUT_PADDING.contains(&self.0.as_str()) {
            return Ok(None);
        }
        tokenizer_json::padding_token(files)
    }
}

/// Whether the config names code for a tokenizer of its own.
fn has_own_code(config: &Map<String, Value>) -> bool {
    match config.get("auto_map") {
        Some(Value::Array(_)) => true,
        Some(map) => map.get("AutoTokenizer").is_some_and(|code| !code.is_null()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Model;

    fn special_tokens(files: &[(&str, Value)]) -> String {
        let mut model = ModelFiles::new("m");
        for (name, content) in files {
            model.insert(*name, content.to_string());
        }
        let model = Model::from_files(model).expect("loads");
        let tokens: Vec<String> =
            model.special_tokens().iter().map(|(name, text)| format!("{name}={text}")).collect();
        tokens.join(" ")
    }

    /// Each row was observed with the reference: the files, and the special tokens that templates see.
    #[test]
    fn what_the_class_makes_of_a_config_without_special_tokens() {
        const LLAMA: &str = "bos_token=<s> eos_token=</s> unk_token=<unk>";
        const QWEN: &str = "eos_token=<|endoftext|> unk_token=<|endoftext|> pad_token=<|endoftext|>";
        const GPT2: &str = "bos_token=<|endoftext|> eos_token=<|endoftext|> unk_token=<|endoftext|>";
        let class = |name: &str| ("tokenizer_config.json", json!({"tokenizer_class": name}));
        let type_of = |name: &str| ("config.json", json!({"model_type": name}));
        let tokenizer =
            |kind: &str| ("tokenizer.json", json!({"padding": null, "pre_tokenizer": {"type": kind}}));
        let padding = ("tokenizer.json", json!({"version": "1.0", "padding": {"pad_token": "P"}}));
        let rows = [
            (vec![class("T5TokenizerFast")], "eos_token=</s> unk_token=<unk> pad_token=<pad>"),
            (vec![class("LlamaTokenizer")], LLAMA),
            (vec![class("LlamaTokenizer"), tokenizer("Metaspace")], LLAMA),
            (vec![class("LlamaTokenizerFast"), tokenizer("ByteLevel")], ""),
            (vec![type_of("idefics2"), tokenizer("ByteLevel")], LLAMA),
            (vec![type_of("gpt2")], GPT2),
            (vec![type_of("gpt2"), class("Unheard")], ""),
            (vec![type_of("qwen2"), class("LlamaTokenizerFast")], QWEN),
            (vec![type_of("qwen3"), class("LlamaTokenizerFast")], LLAMA),
            (vec![type_of("mistral"), class("LlamaTokenizerFast")], ""),
            (vec![type_of("mistral"), class("Qwen2Tokenizer")], ""),
            (vec![type_of("qwen2"), class("")], ""),
            (vec![("config.json", json!({"tokenizer_class": "Qwen2Tokenizer"}))], QWEN),
            (
                vec![
                    type_of("mistral"),
                    (
                        "tokenizer_config.json",
                        json!({"tokenizer_class": "LlamaTokenizer", "auto_map": {"AutoTokenizer": ["a.B", null]}}),
                    ),
                    tokenizer("ByteLevel"),
                ],
                LLAMA,
            ),
            (vec![class("PreTrainedTokenizerFast"), padding.clone()], "pad_token=P"),
            (vec![("tokenizer_config.json", json!({"pad_token": null})), padding.clone()], ""),
            (vec![class("GPT2Tokenizer"), padding.clone()], GPT2),
            (vec![class("Qwen2Tokenizer"), padding], QWEN),
        ];
        for (files, expected) in rows {
            assert_eq!(special_tokens(&files), expected, "{files:?}");
        }
    }
}
