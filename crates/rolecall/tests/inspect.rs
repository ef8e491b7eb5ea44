//! What `Model::inspect` says of tokens. What tokenizers add and which tokens are control tokens was observed with the
//! reference and the same files.

#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use rolecall::tokens::TokenizerInspection;
use rolecall::{Inspection, Model, ModelFiles, Options};
use serde_json::{Value, json};

const WITH_BOS: &str = "{{ bos_token }}{{ messages[0].content }}";
const WITHOUT: &str = "{{ messages[0].content }}";

/// A tokenizer of a few words. `around` are the tokens that its post-processor puts before and behind a text.
fn tokenizer(around: Option<[&[&str]; 2]>) -> Value {
    let special = [(0, "<s>"), (1, "</s>"), (2, "<|im|>")];
    let plain = [(3, "<tool>"), (4, "<think>"), (5, "\n\n"), (6, "<end>"), (7, "<im")];
    let added = |(id, content): &(u32, &str), special: bool| {
        json!({"id": id, "content": content, "special": special, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false})
    };
    let added: Vec<Value> = special
        .iter()
        .map(|token| added(token, true))
        .chain(plain.iter().map(|token| added(token, false)))
        .collect();
    let post_processor = around.map(|[before, after]| {
        let item = |token: &&str| json!({"SpecialToken": {"id": token, "type_id": 0}});
        let text = |id: &str| json!({"Sequence": {"id": id, "type_id": 0}});
        let single: Vec<Value> =
            before.iter().map(item).chain([text("A")]).chain(after.iter().map(item)).collect();
        let ids = special
            .iter()
            .map(|(id, token)| ((*token).to_owned(), json!({"id": token, "ids": [id], "tokens": [token]})));
        json!({"type": "TemplateProcessing", "single": single, "pair": [text("A"), text("B")],
            "special_tokens": ids.collect::<serde_json::Map<_, _>>()})
    });
    let words = special.iter().chain(&plain).copied().chain([(8, "Hi"), (9, "?")]);
    let vocab: serde_json::Map<_, _> = words.map(|(id, word)| (word.to_owned(), json!(id))).collect();
    json!({"version": "1.0", "added_tokens": added, "post_processor": post_processor,
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "?"}})
}

fn inspected(template: &str, config: &Value, tokenizer: &str) -> Inspection {
    let mut files = ModelFiles::new("a-model");
    files.insert("chat_template.jinja", template);
    let mut all = json!({"bos_token": "<s>", "eos_token": "</s>"});
    for (key, value) in config.as_object().unwrap() {
        all[key] = value.clone();
    }
    files.insert("tokenizer_config.json", all.to_string());
    files.insert("tokenizer.json", tokenizer);
    Model::from_files(files).unwrap().inspect()
}

#[test]
fn who_writes_bos_and_eos() {
    let bos: &[&str] = &["<s>"];
    let eos: &[&str] = &["</s>"];
    let rows = [
        (None, (false, false)),
        (Some([&[][..], &[][..]]), (false, false)),
        (Some([bos, &[]]), (true, false)),
        (Some([&[], eos]), (false, true)),
        (Some([bos, eos]), (true, true)),
        // It begins with another token.
        (Some([&["<|im|>", "<s>"], &["<|im|>"]]), (false, false)),
    ];
    for (around, (adds_bos, adds_eos)) in rows {
        let json = tokenizer(around).to_string();
        for (template, writes) in [(WITH_BOS, true), (WITHOUT, false), ("<s>Hi", true), (" <s>Hi", false)] {
            // Beside a tokenizer.json these two do nothing.
            for config in [
                json!({}),
                json!({"add_bos_token": true}),
                json!({"add_bos_token": false, "add_eos_token": true}),
            ] {
                let inspection = inspected(template, &config, &json);
                assert_eq!(inspection.template_writes_bos, Some(writes), "{template}");
                assert_eq!(inspection.templates[0].writes_bos, Some(writes));
                assert_eq!(inspection.tokenizer_adds_bos, Some(adds_bos));
                let tokenizer = inspection.tokenizer.unwrap();
                assert_eq!(
                    (tokenizer.adds_bos, tokenizer.adds_eos),
                    (adds_bos, adds_eos),
                    "{around:?} {config}"
                );
                let [before, after] = around.unwrap_or_default();
                assert_eq!((tokenizer.before, tokenizer.after), (owned(before), owned(after)));
                assert_eq!(tokenizer.error, None);
            }
        }
    }
}

/// Other formats of tokenizers are not read, and what the config says of them is all that is known.
#[test]
fn without_a_tokenizer_json_the_config_says_it() {
    for (config, expected) in [
        (json!({}), None),
        (json!({"add_bos_token": true}), Some(true)),
        (json!({"add_bos_token": false}), Some(false)),
    ] {
        let mut files = ModelFiles::new("a-model");
        files.insert("chat_template.jinja", WITH_BOS);
        files.insert("tokenizer_config.json", config.to_string());
        let model = Model::from_files(files).unwrap();
        assert_eq!(model.inspect().tokenizer_adds_bos, expected);
        let prompt = model.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new());
        assert_eq!(prompt.unwrap().tokenizer_adds_bos().unwrap(), expected);
    }
}

fn owned(tokens: &[&str]) -> Vec<String> {
    tokens.iter().map(|token| (*token).to_owned()).collect()
}

#[test]
fn what_is_unknown_is_not_said() {
    let json = tokenizer(None).to_string();
    // A template that renders no conversation of one message, and a model without a BOS token.
    assert_eq!(inspected("{{ raise_exception('no') }}", &json!({}), &json).template_writes_bos, None);
    assert_eq!(inspected(WITH_BOS, &json!({"bos_token": null}), &json).template_writes_bos, None);
    assert_eq!(inspected(WITH_BOS, &json!({"bos_token": ""}), &json).template_writes_bos, None);
    // A template that takes parts alone.
    let parts = "{{ bos_token }}{{ messages[0].content[0].text + '' }}";
    assert_eq!(inspected(parts, &json!({}), &json).template_writes_bos, Some(true));

    let broken = inspected(WITH_BOS, &json!({}), "{}");
    assert_eq!(broken.template_writes_bos, Some(true));
    let tokenizer = broken.tokenizer.unwrap();
    assert!(tokenizer.error.as_ref().unwrap().contains("tokenizer.json"), "{tokenizer:?}");
    assert!(tokenizer.control_tokens.is_empty() && !tokenizer.adds_bos);
    assert_eq!(Model::builtin("chatml").unwrap().inspect().tokenizer, None);
}

#[test]
fn control_tokens_in_the_order_of_their_ids() {
    let json = tokenizer(None).to_string();
    let controls = |template: &str, config: &Value| {
        let tokenizer = inspected(template, config, &json).tokenizer.unwrap();
        let TokenizerInspection { control_tokens, .. } = tokenizer;
        control_tokens.into_iter().map(|control| (control.id, control.token)).collect::<Vec<_>>()
    };
    let expected = |more: &[(u32, &str)]| {
        let special = [(0, "<s>"), (1, "</s>"), (2, "<|im|>")];
        special.iter().chain(more).map(|(id, token)| (*id, (*token).to_owned())).collect::<Vec<_>>()
    };
    let none = json!({});
    assert_eq!(controls("Hi", &none), expected(&[]));
    // Text and constants count, comments and joined pieces do not, and white space never does.
    let source = "{# <im #}{{ '<think>' }}\n\n<to{{ '' }}ol>{{ \"<e\" 'nd>' }}";
    assert_eq!(controls(source, &none), expected(&[(4, "<think>"), (6, "<end>")]));
    assert_eq!(controls("<tool>{{ x['<think>'] }}", &none), expected(&[(3, "<tool>"), (4, "<think>")]));
    let listed = json!({"chat_control_tokens": ["<im", "<nope>"]});
    assert_eq!(controls("<tool>", &listed), expected(&[(7, "<im")]));
}
