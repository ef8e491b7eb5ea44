//! The steps that some of the reference's classes put in place of those of a `tokenizer.json`.
//!
//! Of the file they take the vocabulary, the merges and the added tokens. Real files have the same steps, but for those of
//! old, such as Llama 2's.

use serde_json::{Map, Value};
use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::sequence::Sequence as Decoders;
use tokenizers::decoders::strip::Strip;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::{NFC, Replace};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedVocabulary, ModelWrapper, NormalizerWrapper, SplitDelimiterBehavior};

use super::pipeline::failed;
use crate::python::is_true;
use crate::tokenizer_class::TokenizerClass;
use crate::{Result, SpecialTokens};

/// How Qwen2's class parts a text, and that of Qwen3.5, which keeps marks with their letters.
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN3_5: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Gives the tokenizer the steps of its class, where the class has steps of its own and works on such a model. The added
/// tokens are gone then.
pub(super) fn rebuild(
    tokenizer: &mut tokenizers::Tokenizer,
    class: &TokenizerClass,
    config: &Map<String, Value>,
    special_tokens: &SpecialTokens,
) -> Result<()> {
    let ModelWrapper::BPE(model) = tokenizer.get_model() else { return Ok(()) };
    let is_set = |name: &str, default: bool| match config.get(name) {
        None | Some(Value::Null) => default,
        Some(value) => is_true(value),
    };
    let unknown = || special_tokens.get("unk_token").map(str::to_owned);
    let model = match class.name() {
        "LlamaTokenizer" => with_flags(model, None, true, true),
        "GemmaTokenizer" => with_flags(model, unknown(), true, true),
        "GPT2Tokenizer" | "Qwen2Tokenizer" | "Qwen3_5Tokenizer" => with_flags(model, None, false, false),
        _ => return Ok(()),
    };
    if let Some(model) = model {
        tokenizer.with_model(model);
    }
    tokenizer.with_added_vocabulary(AddedVocabulary::new());
    let failed = |error: tokenizers::Error| failed(&*error);
    match class.name() {
        "LlamaTokenizer" => {
            let prepends = is_set("add_prefix_space", true);
            let scheme = match (prepends, is_set("legacy", false)) {
                (false, _) => PrependScheme::Never,
                (true, true) => PrependScheme::Always,
                (true, false) => PrependScheme::First,
            };
            tokenizer.with_normalizer(None::<NormalizerWrapper>).map_err(failed)?;
            tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', scheme, false)));
            let mut steps = vec![
                Replace::new("▁", " ").map_err(failed)?.into(),
                ByteFallback::new().into(),
                Fuse::new().into(),
            ];
            if prepends {
                steps.push(Strip::new(' ', 1, 0).into());
            }
            tokenizer.with_decoder(Some(Decoders::new(steps)));
        }
        "GemmaTokenizer" => {
            let space = SplitPattern::String(" ".to_owned());
            tokenizer.with_normalizer(Some(Replace::new(" ", "▁").map_err(failed)?)).map_err(failed)?;
            let split =
                Split::new(space, SplitDelimiterBehavior::MergedWithPrevious, false).map_err(failed)?;
            tokenizer.with_pre_tokenizer(Some(split));
        }
        "GPT2Tokenizer" => {
            tokenizer.with_normalizer(None::<NormalizerWrapper>).map_err(failed)?;
            let prepends = is_set("add_prefix_space", false);
            tokenizer.with_pre_tokenizer(Some(ByteLevel::new(prepends, true, true)));
        }
        class => {
            let pattern = if class == "Qwen2Tokenizer" { QWEN2 } else { QWEN3_5 };
            let pattern = SplitPattern::Regex(pattern.to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(failed)?;
            let bytes = ByteLevel::new(is_set("add_prefix_space", false), true, false);
            tokenizer.with_normalizer(Some(NFC)).map_err(failed)?;
            tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![split.into(), bytes.into()])));
        }
    }
    Ok(())
}

/// The model with other flags; nothing if it has these.
fn with_flags(model: &BPE, unk_token: Option<String>, fuse_unk: bool, byte_fallback: bool) -> Option<BPE> {
    let flags = |model: &BPE| {
        (model.unk_token.clone(), model.fuse_unk, model.byte_fallback, model.ignore_merges, model.dropout)
    };
    let wanted = (unk_token, fuse_unk, byte_fallback, false, None);
    if flags(model) == wanted {
        return None;
    }
    let mut model = model.clone();
    (model.unk_token, model.fuse_unk, model.byte_fallback, model.ignore_merges, model.dropout) = wanted;
    Some(model)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::tokens::{ControlTokens, EncodeOptions};
    use crate::{Model, ModelFiles, Options};

    const ADDED: &str = r#""added_tokens": [{"id": 1, "content": "<s>", "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false, "special": true}]"#;

    const LLAMA: &str = r#""normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "model": {"type": "BPE",
        "vocab": {"?": 0, "<s>": 1, "▁": 2, "a": 3, "b": 4, "▁a": 5}, "merges": [["▁", "a"]], "unk_token": "?"}"#;

    const BYTES: &str = r#""pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
        "use_regex": true}, "model": {"type": "BPE", "vocab": {"?": 0, "<s>": 1, "a": 2, "Ġ": 3, "1": 4, "2": 5,
        "12": 6, "Ġ1": 7, "Ġa": 8}, "merges": [["1", "2"], ["Ġ", "1"], ["Ġ", "a"]], "ignore_merges": true}"#;

    /// Each row was observed with the reference: the tokenizer, the config, a text and its ids.
    #[test]
    fn steps_of_the_class_and_of_the_file() {
        let rows = [
            (
                LLAMA,
                json!({"tokenizer_class": "PreTrainedTokenizerFast"}),
                "a b<s>a  a",
                vec![5, 2, 4, 1, 5, 2, 5],
            ),
            (LLAMA, json!({"tokenizer_class": "LlamaTokenizer"}), "a b<s>a  a", vec![5, 2, 4, 1, 3, 2, 5]),
            (
                LLAMA,
                json!({"tokenizer_class": "LlamaTokenizerFast", "legacy": true}),
                "a b<s>a  a",
                vec![5, 2, 4, 1, 5, 2, 5],
            ),
            (
                LLAMA,
                json!({"tokenizer_class": "LlamaTokenizer", "add_prefix_space": false}),
                "a b<s>a  a",
                vec![3, 2, 4, 1, 3, 2, 5],
            ),
            (
                LLAMA,
                json!({"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {}}),
                "a b<s>a  a",
                vec![5, 2, 4, 1, 3, 2, 5],
            ),
            (LLAMA, json!({"tokenizer_class": "GemmaTokenizer"}), "a b<s>a  a", vec![3, 2, 4, 1, 3, 2, 5]),
            (
                BYTES,
                json!({"tokenizer_class": "PreTrainedTokenizerFast"}),
                "a12 12<s>a",
                vec![8, 6, 3, 6, 1, 8],
            ),
            (BYTES, json!({"tokenizer_class": "LlamaTokenizer"}), "a12 12<s>a", vec![8, 6, 3, 6, 1, 8]),
            (BYTES, json!({"tokenizer_class": "GPT2Tokenizer"}), "a12 12<s>a", vec![2, 6, 3, 6, 1, 2]),
            (BYTES, json!({"tokenizer_class": "Qwen2Tokenizer"}), "a12 12<s>a", vec![2, 4, 5, 3, 4, 5, 1, 2]),
            (
                BYTES,
                json!({"tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": true}),
                "a12 12<s>a",
                vec![8, 7, 3, 5, 3, 7, 3, 5, 1, 8],
            ),
            (
                BYTES,
                json!({"tokenizer_class": "Qwen3_5Tokenizer"}),
                "a12 12<s>a",
                vec![2, 4, 5, 3, 4, 5, 1, 2],
            ),
        ];
        for (tokenizer, config, text, expected) in rows {
            let mut files = ModelFiles::new("m");
            files.insert("tokenizer.json", format!("{{{ADDED}, {tokenizer}}}"));
            files.insert("tokenizer_config.json", config.to_string());
            files.insert("chat_template.jinja", "{{ messages[0].content }}");
            let model = Model::from_files(files).expect("loads");
            let anywhere =
                EncodeOptions { control_tokens: ControlTokens::Anywhere, ..EncodeOptions::default() };
            let encoding =
                model.encode(&json!([{"content": text}]), &Options::new(), &anywhere).expect("encodes");
            assert_eq!(encoding.ids, expected, "{config}");
        }
    }
}
