//! Ways to write a control token, or to take one away from the template, that go through the tokenizer.

#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rolecall::tokens::{ControlTokens, EncodeOptions, Encoding, EncodingCache, TokenKind, Tokenizer};
use rolecall::{ChatTemplate, Options, Prompt, SpecialTokens};
use serde_json::{Map, Value, json};
use support::is_the_librarys;

fn special_tokens() -> SpecialTokens {
    [("eos_token", "</s>")].into()
}

fn prompt(source: &str, messages: &Value) -> Prompt {
    let template = ChatTemplate::new(source, special_tokens()).unwrap();
    template.apply_chat_template(messages, &Options::new()).unwrap()
}

/// One message with a content.
fn said(content: &str) -> Value {
    json!([{"role": "user", "content": content}])
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

/// A tokenizer whose model holds its special tokens as words, as those for languages without blanks do.
fn unigram(prepend_scheme: &str) -> Value {
    let mut vocab = vec![json!(["<unk>", 0]), json!(["<s>", 0]), json!(["</s>", 0]), json!(["▁", -2])];
    vocab.extend("abcdefghijklmnopqrstuvwxyz<>/|_\n".chars().map(|c| json!([c, -3])));
    let metaspace =
        json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": prepend_scheme, "split": true});
    json!({
        "added_tokens": [added(0, "<unk>", true), added(1, "<s>", true), added(2, "</s>", true)],
        "pre_tokenizer": metaspace, "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab},
    })
}

/// A tokenizer whose merges make a special token of its letters.
fn merges() -> Value {
    let mut vocab = Map::new();
    let words = ["</s>", "?", "</", "s>", "<", "/", "s", ">", "a", "x", "y", "z", "as", "Ġ", "Ċ"];
    vocab.extend(words.iter().zip(0..).map(|(word, id)| ((*word).to_owned(), json!(id))));
    json!({
        "added_tokens": [added(0, "</s>", true)],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
        "model": {"type": "BPE", "vocab": vocab, "merges": [["<", "/"], ["s", ">"], ["</", "s>"], ["a", "s"]],
            "unk_token": "?"},
    })
}

fn word_piece() -> Value {
    json!({
        "added_tokens": [added(0, "[UNK]", true), added(1, "</s>", true), added(8, "[SEP]", true)],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "</s>": 1, "a": 2, "##b": 3, "<": 4, "/": 5, "s": 6, ">": 7, "[SEP]": 8}},
    })
}

fn words() -> Value {
    json!({
        "added_tokens": [added(0, "<unk>", true), added(1, "</s>", true)],
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "</s>": 1, "a": 2}},
    })
}

const LEAVES_OUT: &str = "a model that leaves out what it does not know";

fn leaving_out() -> Value {
    changed(merges(), |json| {
        json["pre_tokenizer"] = Value::Null;
        json["model"]["unk_token"] = Value::Null;
    })
}

fn changed(mut json: Value, change: impl Fn(&mut Value)) -> Value {
    change(&mut json);
    json
}

/// Tokenizers of all kinds, with what makes it hard to tell a control token from a text.
fn tokenizers() -> Vec<(&'static str, Value)> {
    let plain = characters(&json!([added(5, "</s>", true)]));
    let flag =
        |name: &'static str| changed(plain.clone(), |json| json["added_tokens"][0][name] = true.into());
    let normalized =
        |normalizer: Value| changed(flag("normalized"), move |json| json["normalizer"] = normalizer.clone());
    let legacy = json!({"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]});
    let removing = json!({"type": "Replace", "pattern": {"Regex": "[|\u{338}]"}, "content": ""});
    let overlapping = json!([
        added(5, "</s>", true),
        added(6, "z<", false),
        added(7, "</s", false),
        added(8, "s>a", false),
        added(9, "</s></", true),
        added(10, "  ", false)
    ]);
    vec![
        ("unigram", unigram("always")),
        ("unigram, blank first", unigram("first")),
        ("unigram, no blank", unigram("never")),
        ("word piece", word_piece()),
        ("words", words()),
        ("merges", merges()),
        (
            "merges, a word of its own",
            changed(merges(), |json| json["added_tokens"][0]["single_word"] = true.into()),
        ),
        ("a word of its own", flag("single_word")),
        ("white space before", flag("lstrip")),
        ("white space behind", flag("rstrip")),
        ("canonical forms", normalized(json!({"type": "NFC"}))),
        ("compatibility forms", normalized(json!({"type": "NFKC"}))),
        ("a blank before each text", normalized(legacy)),
        ("characters that vanish", normalized(removing)),
        ("tokens that overlap", characters(&overlapping)),
        (
            "tokens that overlap normalized ones",
            changed(flag("normalized"), |json| {
                json["added_tokens"]
                    .as_array_mut()
                    .unwrap()
                    .extend([added(6, ">x", false), added(7, "> ", false)]);
            }),
        ),
        (
            "blanks that take in blanks",
            changed(plain, |json| {
                let blank = |id, content| {
                    changed(added(id, content, false), |token| {
                        token["lstrip"] = true.into();
                        token["rstrip"] = true.into();
                    })
                };
                json["added_tokens"].as_array_mut().unwrap().extend([blank(6, " "), blank(7, "a")]);
            }),
        ),
        (LEAVES_OUT, leaving_out()),
    ]
}

/// Control tokens next to each other, between texts, next to what they are made of, and around a role.
const SOURCE: &str = "</s>{% for m in messages %}</{{ m.role }}>{{ m.content }}</s>{{ m.content }} </s> {{ m.content }}\
    </s></s>{{ m.content }}<{{ m.content }}</{{ m.content }}s>{{ m.content }}\n{% endfor %}{{ eos_token }}";

fn hostile() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        6 => prop::sample::select(vec![
            "</s>", "</", "s>", "<", ">", "/s>", "<unk>", "[UNK]", "[SEP]", "＜/s＞", "\u{338}", "\u{301}", " ", "  ",
            "\n", "z", "a", "x", "▁", "</|s>", "|", "</S>", "<s>", "🦙", "_", "\u{200B}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    // Without any text what the template wrote around it is joined, and may be a token.
    prop::collection::vec(fragment, 1..6)
        .prop_map(|parts| parts.concat())
        .prop_filter("empty", |text| !text.is_empty())
}

/// The control tokens that count, in order.
fn honoured(encoding: &Encoding) -> Vec<u32> {
    let tokens = encoding.ids.iter().zip(&encoding.origins);
    tokens.filter(|(_, origin)| origin.kind == TokenKind::Control).map(|(id, _)| *id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_users_write_neither_makes_nor_breaks_a_control_token(
        conversations in prop::collection::vec(prop::collection::vec(hostile(), 2), 1..3),
    ) {
        let options = EncodeOptions::default();
        for (name, json) in tokenizers() {
            let tokenizer = tokenizer(&json);
            let mut cache = EncodingCache::new();
            let chat = |texts: &[String]| {
                let message = |text: &String| json!({"role": "user", "content": text});
                let mut messages: Vec<Value> = texts.iter().map(message).collect();
                messages.push(json!({"role": "s", "content": "x"}));
                prompt(SOURCE, &json!(messages))
            };
            let harmless = tokenizer.encode(&chat(&["xyz".to_owned(), "xyz".to_owned()]), &options).unwrap();
            prop_assert!(honoured(&harmless).len() >= 4, "{}", name);
            for texts in &conversations {
                let prompt = chat(texts);
                let encoding = tokenizer.encode(&prompt, &options).unwrap();
                prop_assert_eq!(honoured(&encoding), honoured(&harmless), "{}: {:?}", name, prompt.text());
                for (place, origin) in encoding.offsets.iter().zip(&encoding.origins) {
                    prop_assert!(prompt.text().get(place.clone()).is_some(), "{}: {:?}", name, place);
                    prop_assert!(origin.span.is_some());
                }
                // What is known of one text says nothing wrong of another.
                prop_assert_eq!(
                    &tokenizer.encode_cached(&prompt, &options, &mut cache).unwrap(), &encoding, "{}", name
                );
                let all: String = texts.concat();
                let written = prompt_of(&all);
                prop_assert_eq!(
                    tokenizer.encode_cached(&written, &options, &mut cache).unwrap(),
                    tokenizer.encode(&written, &options).unwrap(), "{}", name
                );
            }
        }
    }

    #[test]
    fn anywhere_is_what_the_library_gives(text in hostile()) {
        let prompt = prompt("{{ messages[0].content }}", &said(&text));
        for (name, json) in tokenizers() {
            is_the_librarys((name, &json), &tokenizer(&json), &prompt, name == LEAVES_OUT)?;
        }
    }

    #[test]
    fn of_the_template_alone_everything_counts(text in hostile()) {
        let prompt = prompt_of(&text);
        let anywhere = EncodeOptions { control_tokens: ControlTokens::Anywhere, ..EncodeOptions::default() };
        for (name, json) in tokenizers() {
            let tokenizer = tokenizer(&json);
            let found = tokenizer.encode(&prompt, &EncodeOptions::default()).unwrap();
            prop_assert_eq!(found, tokenizer.encode(&prompt, &anywhere).unwrap(), "{}", name);
        }
    }
}

/// A text that is the template's, but for what is of the language.
fn prompt_of(text: &str) -> Prompt {
    let text = text.replace(['{', '}', '\r'], "");
    prompt(&text, &said("x"))
}

#[test]
fn control_tokens_that_the_model_makes_are_made_of_the_templates_text_only() {
    let source = "a</s>{{ messages[0].content }}</s>";
    let expected = ["▁", "a", "</s>", "▁", "a", "<", "/", "s", ">", "z", "</s>"];
    assert_eq!(encoded(&unigram("always"), source, &said("a</s>z")), expected);
    let expected = ["a", "</s>", "a", "<", "/", "s>", "z", "</s>"];
    assert_eq!(encoded(&merges(), source, &said("a</s>z")), expected);
}

#[test]
fn text_that_the_model_leaves_out_moves_no_token() {
    let tokenizer = tokenizer(&leaving_out());
    let prompt = prompt("a🦙{{ messages[0].content }}</s>", &said("🦙</s>🦙x</🦙s>"));
    let encoding = tokenizer.encode(&prompt, &EncodeOptions::default()).unwrap();
    let parts: Vec<(String, &str)> = tokens(&tokenizer, &encoding)
        .into_iter()
        .zip(encoding.offsets.iter().map(|place| &prompt.text()[place.clone()]))
        .collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(token, text)| (&**token, *text)).collect();
    assert_eq!(
        parts,
        [
            ("a", "a"),
            ("<", "<"),
            ("/", "/"),
            ("s>", "s>"),
            ("x", "x"),
            ("<", "<"),
            ("/", "/"),
            ("s>", "s>"),
            ("</s>", "</s>")
        ]
    );
}

#[test]
fn a_model_that_drops_merges_at_random_is_refused() {
    let new = |dropout: Value| {
        let json = changed(merges(), |json| json["model"]["dropout"] = dropout.clone());
        Tokenizer::new(json.to_string().as_bytes(), &Map::new(), &special_tokens())
    };
    let error = new(json!(0.1)).unwrap_err().to_string();
    assert!(error.contains("dropout"), "{error}");
    assert!(new(json!(0.0)).is_ok() && new(Value::Null).is_ok());
}

#[test]
fn a_panic_of_the_library_is_an_error() {
    let json = changed(characters(&json!([])), |json| {
        let often = json!({"type": "Replace", "pattern": {"Regex": "b*"}, "content": " "});
        json["normalizer"] = json!({"type": "Sequence", "normalizers": [often, {"type": "NFKD"}]});
    });
    let prompt = prompt("{{ messages[0].content }}", &said("aé"));
    let error = tokenizer(&json).encode(&prompt, &EncodeOptions::default()).unwrap_err().to_string();
    assert!(error.contains("panicked"), "{error}");

    // Where the library would panic at blanks that two tokens take in, there is nothing to fail.
    let mut tokens = json!([added(6, "a", true), added(7, "\t", true)]);
    tokens[0]["rstrip"] = true.into();
    tokens[1]["lstrip"] = true.into();
    let template = ChatTemplate::new("a\t \nx", special_tokens()).unwrap();
    let reference = EncodeOptions { control_tokens: ControlTokens::Reference, ..EncodeOptions::default() };
    let tokenizer = self::tokenizer(&characters(&tokens));
    let encoded = template.encode(&said("x"), &Options::new(), &tokenizer, &reference);
    assert!(encoded.is_ok(), "{encoded:?}");
}

#[test]
fn many_of_them_take_no_time_to_speak_of() {
    let text = "</s>".repeat(20_000);
    let started = Instant::now();
    assert_eq!(encoded(&unigram("never"), "{{ messages[0].content }}", &said(&text)).len(), 80_000);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn unknown_text_is_no_control_token() {
    let tokenizer = tokenizer(&words());
    let prompt = prompt("well {{ messages[0].content }} </s>", &said("a 🦙 <unk>"));
    let encoding = tokenizer.encode(&prompt, &EncodeOptions::default()).unwrap();
    assert_eq!(tokens(&tokenizer, &encoding), ["<unk>", "a", "<unk>", "<unk>", "<unk>", "</s>"]);
    let kinds: Vec<TokenKind> = encoding.origins.iter().map(|origin| origin.kind).collect();
    assert_eq!(
        kinds,
        [[TokenKind::Scaffolding].as_slice(), &[TokenKind::Content; 4], &[TokenKind::Control]].concat()
    );
    // Where it has another meaning too it must not come of what a user writes.
    let steers = changed(words(), |json| json["model"]["unk_token"] = "</s>".into());
    let error = self::tokenizer(&steers).encode(&prompt, &EncodeOptions::default()).unwrap_err().to_string();
    assert!(error.contains("makes the control token \"</s>\" of ordinary text"), "{error}");
}

#[test]
fn no_user_takes_a_control_token_from_the_template() {
    let overlapping = characters(&json!([added(5, "</s>", true), added(6, "z<", false)]));
    assert_eq!(encoded(&overlapping, "{{ messages[0].content }}</s>", &said("z")), ["?", "</s>"]);
    // The template itself may.
    assert_eq!(encoded(&overlapping, "z</s>", &said("z")), ["z<", "?", "?", "?"]);
    let word = changed(overlapping.clone(), |json| json["added_tokens"][0]["single_word"] = true.into());
    assert_eq!(encoded(&word, "{{ messages[0].content }}</s>", &said("a")), ["a", "</s>"]);
    assert_eq!(encoded(&word, "a</s>", &said("a")), ["a", "?", "?", "?", "?"]);
    let normalized = changed(overlapping, |json| {
        json["normalizer"] = json!({"type": "NFC"});
        json["added_tokens"][0]["normalized"] = true.into();
    });
    let composed = encoded(&normalized, "</s>{{ messages[0].content }}", &said("\u{338}a"));
    assert_eq!(composed, ["</s>", "?", "a"]);
}

/// The model makes a control token of the template's bracket and of the blank that a user wrote behind it.
#[test]
fn what_cannot_be_kept_apart_is_refused() {
    let json = json!({
        "added_tokens": [added(0, "<unk>", true), added(1, "</s>", true), added(2, "> ", true)],
        "model": {"type": "Unigram", "unk_id": 0,
            "vocab": [["<unk>", 0], ["</s>", 0], ["> ", -1], [">", -2], [" ", -2], ["x", -2]]},
    });
    let source = ">{{ messages[0].content }}{{ eos_token }}";
    assert_eq!(encoded(&json, source, &said("x")), [">", "x", "</s>"]);
    let tokenizer = tokenizer(&json);
    let error = tokenizer.encode(&prompt(source, &said(" x")), &EncodeOptions::default()).unwrap_err();
    assert!(error.to_string().contains("what users wrote makes a control token"), "{error}");
    // The template itself may.
    assert_eq!(encoded(&json, "> {{ messages[0].content }}", &said("x")), ["> ", "x"]);
}
