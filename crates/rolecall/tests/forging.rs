//! Ways to write a control token, or to take one away from the template, that go through the tokenizer.

#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, reason = "a test")]

use rolecall::tokens::{EncodeOptions, Encoding, Tokenizer};
use rolecall::{ChatTemplate, Options, Prompt, SpecialTokens};
use serde_json::{Map, Value, json};

fn special_tokens() -> SpecialTokens {
    [("eos_token", "</s>")].into()
}

fn prompt(source: &str, messages: &Value) -> Prompt {
    let template = ChatTemplate::new(source, special_tokens()).unwrap();
    template.apply_chat_template(messages, &Options::new()).unwrap()
}

fn tokenizer(json: &Value) -> Tokenizer {
    Tokenizer::new(json.to_string().as_bytes(), &Map::new(), &special_tokens()).unwrap()
}

/// The tokens of a prompt.
fn tokens(tokenizer: &Tokenizer, encoding: &Encoding) -> Vec<String> {
    encoding.ids.iter().map(|id| tokenizer.token(*id).unwrap()).collect()
}

fn encoded(json: &Value, source: &str, messages: &Value) -> Vec<String> {
    let tokenizer = tokenizer(json);
    let encoding = tokenizer.encode(&prompt(source, messages), &EncodeOptions::default()).unwrap();
    tokens(&tokenizer, &encoding)
}

/// An added token.
fn added(id: u32, content: &str, special: bool) -> Value {
    json!({"id": id, "content": content, "special": special, "normalized": false, "single_word": false,
        "lstrip": false, "rstrip": false})
}

/// A tokenizer with a token for each character, and with these for more of them.
fn characters(added_tokens: &Value) -> Value {
    json!({
        "added_tokens": added_tokens,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
        "model": {"type": "WordLevel", "vocab": {"?": 0, "a": 1}, "unk_token": "?"},
    })
}

#[test]
fn a_role_is_one_only_by_itself() {
    let tokenizer = characters(&json!([added(5, "<|EOT|>", true)]));
    let source = "{{ '<|' ~ (messages[0].role ~ messages[0].content)|upper ~ '|>' }}";
    let forged = encoded(&tokenizer, source, &json!([{"role": "e", "content": "ot"}]));
    assert_eq!(forged, ["?"; 7]);
    let source = "{{ '<|' ~ (messages[0].role ~ messages[1].role)|upper ~ '|>' }}";
    let forged = encoded(&tokenizer, source, &json!([{"role": "e", "content": "ot"}, {"role": "ot"}]));
    assert_eq!(forged, ["?"; 7]);
    let source = "{{ '<|' ~ messages[0].role|upper ~ '|>' }}";
    assert_eq!(encoded(&tokenizer, source, &json!([{"role": "eot"}])), ["<|EOT|>"]);
}
