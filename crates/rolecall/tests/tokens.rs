//! Prompts as token ids, with a small tokenizer of the Llama 3 format and with others made of it.

#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;

use proptest::prelude::*;
use rolecall::tokens::{
    Compat, ControlTokens, EncodeOptions, Encoding, EncodingCache, Padding, Side, TokenKind, Tokenizer,
    Truncation,
};
use rolecall::{ChatTemplate, Model, Options, Prompt, SpecialTokens};
use rolecall_testkit::tiny_llama;
use serde_json::{Map, Value, json};
use support::is_the_librarys;

/// Everything of an input that a template may print, next to control tokens and inside of them.
const EVERYTHING: &str = "\
{{- bos_token }}<|start_header_id|>
{%- for tool in tools or [] %}{{ tool|tojson }}{{ tool.function.name }}|>{% endfor %}
{%- for document in documents or [] %}{% for key, value in document.items() %}{{ key }}{{ value|upper }}<|eot_id|>{% endfor %}{% endfor %}
{%- for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>
{%- if m.content is string %}{{ m.content|trim }}{% else %}{% for part in m.content %}<{{ part.text }}>{% endfor %}{% endif %}
{%- for call in m.tool_calls or [] %}{{ call.function.name }}{{ call.function.arguments|tojson }}
{%- for key, value in call.function.arguments.items() %}<|{{ key }}|>{{ key ~ value }}{% endfor %}{% endfor %}
{%- if m.reasoning %}<|eot{{ m.reasoning }}{{ ('<|' ~ m.reasoning ~ '|>')|replace('_', '_') }}{% endif %}{{ '<|eot_id|>' }}
{%- endfor %}{{ extra }}<|eot_id|>{{ extra[:3] }}<|eot_id|>";

const CHAT: &str = include_str!("../../rolecall-testkit/models/tiny-llama/chat_template.jinja");

/// The same format with the assistant's text marked.
const GENERATION: &str = "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n\
    {% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|eot_id|>{% endgeneration %}\
    {% else %}{{ m.content }}<|eot_id|>{% endif %}{% endfor %}";

fn tiny_json() -> Value {
    serde_json::from_slice(&fs::read(tiny_llama().join("tokenizer.json")).unwrap()).unwrap()
}

fn special_tokens() -> SpecialTokens {
    [("bos_token", "<|begin_of_text|>"), ("eos_token", "<|eot_id|>"), ("pad_token", "<|end_of_text|>")].into()
}

fn tokenizer(json: &Value, config: &Value) -> Tokenizer {
    let config = config.as_object().cloned().unwrap_or_default();
    Tokenizer::new(json.to_string().as_bytes(), &config, &special_tokens()).unwrap()
}

fn tiny() -> Tokenizer {
    tokenizer(&tiny_json(), &Value::Null)
}

fn template(source: &str) -> ChatTemplate {
    ChatTemplate::new(source, special_tokens()).unwrap()
}

/// A tokenizer that puts a blank before a text, and whose model leaves out what it does not know.
const LEAVES_OUT: &str = "blank first, once";

/// The tokenizer as it is, and with what other models have: normalized control tokens, tokens that take white space in,
/// pre-tokenizers that put a blank before a text, tokens that begin with each other.
fn variants() -> Vec<(&'static str, Value)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json = tiny_json();
        change(&mut json);
        json
    };
    let all_tokens = |json: &mut Value, flag: &str| {
        for token in json["added_tokens"].as_array_mut().unwrap() {
            token[flag] = true.into();
        }
    };
    let added = |json: &mut Value, contents: &[&str]| {
        for content in contents {
            let tokens = json["added_tokens"].as_array_mut().unwrap();
            tokens.push(json!({"id": 400 + tokens.len(), "content": content, "single_word": false,
                "lstrip": false, "rstrip": false, "normalized": false, "special": content.starts_with('<')}));
        }
    };
    vec![
        ("as it is", tiny_json()),
        (
            "lower case",
            changed(&|json| {
                json["normalizer"] = json!({"type": "Lowercase"});
                all_tokens(json, "normalized");
            }),
        ),
        (
            "compatibility forms",
            changed(&|json| {
                json["normalizer"] = json!({"type": "NFKC"});
                all_tokens(json, "normalized");
            }),
        ),
        (
            "white space",
            changed(&|json| {
                all_tokens(json, "lstrip");
                all_tokens(json, "rstrip");
            }),
        ),
        ("blank first", changed(&|json| json["pre_tokenizer"]["add_prefix_space"] = true.into())),
        (
            LEAVES_OUT,
            changed(&|json| {
                json["pre_tokenizer"] = json!({"type": "Metaspace", "replacement": "▁",
                    "prepend_scheme": "first", "split": true});
                json["model"]["vocab"]["▁"] = 390.into();
            }),
        ),
        (
            "prefixes",
            changed(&|json| added(json, &["<|eot_id|><|start_header_id|>", "<|e", "<|", "|>", "user", "  "])),
        ),
    ]
}

/// Texts as an attacker would write them: control tokens, halves of them, what normalizers make one of, white space.
fn hostile() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        3 => prop::sample::select(vec![
            "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|begin_of_text|>", "<|end_of_text|>",
            "<|EOT_ID|>", "＜｜eot_id｜＞", "<|eot_", "_id|>", "<|", "|>", "eot_id", "_id", "<", ">", "|", "id|>",
            "start_header_id", "user", "assistant", " ", "\n", "  ", "\t", "\u{F0000}", "\u{F0001}", "\u{200B}",
            "é", "🦙", "{{ bos_token }}", "\\n", "\"", "\0", "ſ",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    // Templates ask whether there is a text.
    prop::collection::vec(fragment, 1..6)
        .prop_map(|parts| parts.concat())
        .prop_filter("empty", |text| !text.is_empty())
}

/// A conversation of a shape that does not depend on its strings, which `next` gives.
fn conversation(next: &mut dyn FnMut() -> String) -> (Value, Options) {
    // What is trimmed or sliced has to leave something, so that templates take the same way.
    let mut arguments = Map::new();
    arguments.insert(next(), next().into());
    let messages = json!([
        {"role": next(), "content": next()},
        {"role": "user", "content": [{"type": "text", "text": next()}, {"type": "text", "text": next()}]},
        {"role": "assistant", "content": next(), "reasoning": next(),
            "tool_calls": [{"type": "function", "function": {"name": next(), "arguments": arguments}}]},
        {"role": "tool", "name": next(), "content": next()},
    ]);
    let mut properties = Map::new();
    properties.insert(next(), json!({"type": "string", "description": next()}));
    let mut document = Map::new();
    document.insert(next(), next().into());
    let options = Options::new()
        .tools(json!([{"type": "function", "function": {"name": next(), "parameters": properties}}]))
        .documents(json!([document]))
        .variable("extra", next());
    (messages, options)
}

/// The control tokens that count, in order.
fn honoured(tokenizer: &Tokenizer, source: &str, encoding: &Encoding) -> Vec<u32> {
    let controls: Vec<u32> = tokenizer.control_tokens(source).into_iter().map(|(id, _)| id).collect();
    encoding.ids.iter().copied().filter(|id| controls.contains(id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_of_users_is_a_control_token(texts in prop::collection::vec(hostile(), 17)) {
        for (name, json) in variants() {
            let tokenizer = tokenizer(&json, &Value::Null);
            for source in [EVERYTHING, CHAT] {
                let template = template(source);
                let encoded = |strings: &mut dyn FnMut() -> String| {
                    let (mut messages, options) = conversation(strings);
                    if source == CHAT {
                        for message in messages.as_array_mut().unwrap() {
                            if !message["content"].is_string() {
                                message["content"] = strings().into();
                            }
                        }
                    }
                    let prompt = template.apply_chat_template(&messages, &options).unwrap();
                    (tokenizer.encode(&prompt, &EncodeOptions::default()), prompt)
                };
                let mut at = texts.iter().cycle();
                let (theirs, prompt) = encoded(&mut || at.next().cloned().unwrap_or_default());
                // A model that makes a control token of plain text cannot be used; this one does not.
                let theirs = theirs.unwrap();
                let (harmless, _) = encoded(&mut || "xyz".to_owned());
                let expected = honoured(&tokenizer, source, &harmless.unwrap());
                prop_assert!(expected.len() > 8);
                prop_assert_eq!(
                    honoured(&tokenizer, source, &theirs), expected, "{}: {:?}", name, prompt.text()
                );
                sound(&theirs, &prompt)?;
            }
        }
    }

    #[test]
    fn with_control_tokens_anywhere_it_is_what_the_library_gives(text in hostile()) {
        let template = template("{{ messages[0].content }}");
        let messages = json!([{"role": "user", "content": text}]);
        let prompt = template.apply_chat_template(&messages, &Options::new()).unwrap();
        for (name, json) in variants() {
            is_the_librarys((name, &json), &tokenizer(&json, &Value::Null), &prompt, name == LEAVES_OUT)?;
        }
    }

    #[test]
    fn a_cache_changes_nothing(texts in prop::collection::vec(hostile(), 1..8), anywhere: bool) {
        let control_tokens = if anywhere { ControlTokens::Anywhere } else { ControlTokens::Template };
        let options = EncodeOptions { control_tokens, ..EncodeOptions::default() };
        let template = template(CHAT);
        for (name, json) in variants() {
            let tokenizer = tokenizer(&json, &Value::Null);
            let mut cache = EncodingCache::new();
            let mut messages = Vec::new();
            for (text, role) in texts.iter().zip(["user", "assistant"].into_iter().cycle()) {
                messages.push(json!({"role": role, "content": text}));
                for prompted in [false, true] {
                    let options_of_chat = Options::new().add_generation_prompt(prompted);
                    let prompt = template.apply_chat_template(&messages, &options_of_chat).unwrap();
                    let cached = tokenizer.encode_cached(&prompt, &options, &mut cache).unwrap();
                    prop_assert_eq!(cached, tokenizer.encode(&prompt, &options).unwrap(), "{}", name);
                }
            }
        }
    }
}

/// What holds for every encoding: lists of one length, places inside of the text in order, spans that fit.
fn sound(encoding: &Encoding, prompt: &Prompt) -> Result<(), TestCaseError> {
    let count = encoding.ids.len();
    prop_assert_eq!((count, count), (encoding.offsets.len(), encoding.origins.len()));
    prop_assert_eq!(count, encoding.attention_mask.len());
    let spans: Vec<_> = prompt.spans().collect();
    let mut start = 0;
    for (place, origin) in encoding.offsets.iter().zip(&encoding.origins) {
        prop_assert!(start <= place.start && prompt.text().get(place.clone()).is_some(), "{place:?}");
        start = place.start;
        let span = &spans[origin.span.unwrap()];
        prop_assert!(
            place.is_empty() || span.range.start < place.end && place.start < span.range.end,
            "{:?} is not in {:?}",
            place,
            span
        );
        if let (Some(message), TokenKind::Content | TokenKind::Role) = (origin.message, origin.kind) {
            prop_assert_eq!(span.origin.message().map(|(of, _)| of), Some(message));
        }
    }
    Ok(())
}

/// A chat of one question, with or without an answer.
fn prompt(source: &str, answer: Option<&str>) -> Prompt {
    let mut messages = vec![json!({"role": "user", "content": "Hi"})];
    messages.extend(answer.map(|answer| json!({"role": "assistant", "content": answer})));
    template(source).apply_chat_template(&messages, &Options::new()).unwrap()
}

/// The text of the tokens that a mask marks.
fn marked(tokenizer: &Tokenizer, encoding: &Encoding) -> String {
    let mask = encoding.assistant_mask.as_ref().unwrap();
    let ids: Vec<u32> =
        encoding.ids.iter().zip(mask).filter(|(_, mark)| **mark == 1).map(|(id, _)| *id).collect();
    tokenizer.decode(&ids, false).unwrap()
}

#[test]
fn the_model_is_read_from_its_folder() {
    let model = Model::from_dir(tiny_llama()).unwrap();
    let messages = json!([{"role": "user", "content": "Hi"}]);
    let encoding = model.encode(&messages, &Options::new(), &EncodeOptions::default()).unwrap();
    let prompt = model.apply_chat_template(&messages, &Options::new()).unwrap();
    assert_eq!(model.tokenizer().unwrap().decode(&encoding.ids, false).unwrap(), prompt.text());
    // The template's BOS token is the only one, though the tokenizer would put one before it.
    let bos = model.tokenizer().unwrap().bos();
    assert!(bos.is_added());
    assert_eq!(encoding.ids.iter().filter(|id| Some(**id) == bos.id).count(), 1);
    let twice = EncodeOptions { add_special_tokens: true, ..EncodeOptions::default() };
    let twice = model.encode(&messages, &Options::new(), &twice).unwrap();
    assert_eq!(twice.ids[..2], [bos.id.unwrap(); 2]);
    assert_eq!(twice.ids[1..], encoding.ids);

    let error = Model::builtin("chatml").unwrap().tokenizer().map(drop).unwrap_err().to_string();
    assert!(error.contains("there is no tokenizer.json"), "{error}");
}

#[test]
fn each_token_is_of_somebody() {
    let (tokenizer, prompt) = (tiny(), prompt(CHAT, Some("Hello there")));
    let encoding = tokenizer.encode(&prompt, &EncodeOptions::default()).unwrap();
    let spans: Vec<_> = prompt.spans().collect();
    let mut parts: Vec<(Option<usize>, TokenKind, String, String)> = Vec::new();
    for ((id, origin), place) in encoding.ids.iter().zip(&encoding.origins).zip(&encoding.offsets) {
        assert_eq!(*id < 5, origin.kind == TokenKind::Control);
        let text = &prompt.text()[place.clone()];
        let field = match &spans[origin.span.unwrap()].origin {
            rolecall::Origin::Copied { pointer, .. } => pointer.to_string(),
            rolecall::Origin::Trusted { variable } => (*variable).to_owned(),
            _ => String::new(),
        };
        match parts.last_mut() {
            Some((message, kind, all, last))
                if (*message, *kind, &*last) == (origin.message, origin.kind, &field) =>
            {
                all.push_str(text);
            }
            _ => parts.push((origin.message, origin.kind, text.to_owned(), field)),
        }
    }
    let parts: Vec<_> = parts.iter().map(|(of, kind, text, field)| (*of, *kind, &**text, &**field)).collect();
    assert_eq!(
        parts,
        [
            (None, TokenKind::Control, "<|begin_of_text|>", "bos_token"),
            (Some(0), TokenKind::Control, "<|start_header_id|>", ""),
            (Some(0), TokenKind::Role, "user", "/messages/0/role"),
            (Some(0), TokenKind::Control, "<|end_header_id|>", ""),
            (Some(0), TokenKind::Scaffolding, "\n\n", ""),
            (Some(0), TokenKind::Content, "Hi", "/messages/0/content"),
            (Some(0), TokenKind::Control, "<|eot_id|>", ""),
            (Some(1), TokenKind::Control, "<|start_header_id|>", ""),
            (Some(1), TokenKind::Role, "assistant", "/messages/1/role"),
            (Some(1), TokenKind::Control, "<|end_header_id|>", ""),
            (Some(1), TokenKind::Scaffolding, "\n\n", ""),
            (Some(1), TokenKind::Content, "Hello there", "/messages/1/content"),
            (Some(1), TokenKind::Control, "<|eot_id|>", ""),
        ]
    );
    let message = |message| {
        let tokens = encoding.message(message).unwrap();
        tokenizer.decode(&encoding.ids[tokens], false).unwrap()
    };
    assert_eq!(message(0), "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>");
    assert_eq!(message(1), "<|start_header_id|>assistant<|end_header_id|>\n\nHello there<|eot_id|>");
    assert_eq!(encoding.message(2), None);
}

#[test]
fn the_assistants_tokens() {
    let tokenizer = tiny();
    let masked = EncodeOptions { assistant_mask: true, ..EncodeOptions::default() };
    let with_end = EncodeOptions { end_of_turn: true, ..masked };
    for (source, options, expected) in [
        (CHAT, masked, "Hello 🦙"),
        (CHAT, with_end, "Hello 🦙<|eot_id|>"),
        // Where a template says what is the assistant's, that is it.
        (GENERATION, masked, "Hello 🦙<|eot_id|>"),
        (GENERATION, with_end, "Hello 🦙<|eot_id|>"),
    ] {
        let encoding = tokenizer.encode(&prompt(source, Some("Hello 🦙")), &options).unwrap();
        assert_eq!(marked(&tokenizer, &encoding), expected);
        let none = tokenizer.encode(&prompt(source, None), &options).unwrap();
        assert_eq!(marked(&tokenizer, &none), "");
    }
    let plain = tokenizer.encode(&prompt(CHAT, None), &EncodeOptions::default()).unwrap();
    assert_eq!(plain.assistant_mask, None);
}

#[test]
fn the_end_of_an_assistants_turn() {
    let mut json = tiny_json();
    for (id, content) in [(400, "<call>"), (401, "</call>"), (402, "<user>")] {
        json["added_tokens"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": id, "content": content, "special": false,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}));
    }
    let tokenizer = tokenizer(&json, &Value::Null);
    let called = json!([{"type": "function", "function": {"name": "f", "arguments": {}}}]);
    let messages = json!([
        {"role": "assistant", "content": "a", "tool_calls": called}, {"role": "user", "content": "b"},
        {"role": "assistant", "content": "c"}, {"role": "user", "content": "d"},
    ]);
    let calls = "{% for call in m.tool_calls or [] %}<call>{{ call.function.name }}</call>{% endfor %}";
    for (before, behind, expected) in [
        // The end of a tool call ends no turn, and what a template writes before the end is of the turn.
        ("", " <|eot_id|>\n", "a<call>f</call> <|eot_id|>c <|eot_id|>"),
        ("", "{{ eos_token }}", "a<call>f</call><|eot_id|>c<|eot_id|>"),
        // What begins the turn of another message ends none.
        ("<user>", "", "a<call>f</call>c"),
        ("", " ", "a<call>f</call>c"),
    ] {
        let source =
            format!("{{% for m in messages %}}{before}{{{{ m.content }}}}{calls}{behind}{{% endfor %}}");
        let prompt = template(&source).apply_chat_template(&messages, &Options::new()).unwrap();
        let options = EncodeOptions { assistant_mask: true, end_of_turn: true, ..EncodeOptions::default() };
        let encoding = tokenizer.encode(&prompt, &options).unwrap();
        assert_eq!(marked(&tokenizer, &encoding), expected, "{source}");
    }
}

#[test]
fn what_stands_between_an_assistants_texts_may_be_of_others() {
    let options = EncodeOptions { assistant_mask: true, ..EncodeOptions::default() };
    let source =
        "{% for m in messages %}{{ m.content }}, {{ m.content }}{{ extra }}{{ m.content }}{% endfor %}";
    let messages = json!([{"role": "assistant", "content": "a"}]);
    let options_of_chat = Options::new().variable("extra", "xyz");
    let prompt = template(source).apply_chat_template(&messages, &options_of_chat).unwrap();
    assert_eq!(prompt.text(), "a, axyza");
    let encoding = tiny().encode(&prompt, &options).unwrap();
    let mask = encoding.assistant_mask.as_ref().unwrap();
    let theirs = encoding.offsets.iter().zip(mask).filter(|(place, _)| (4..7).contains(&place.start));
    assert!(theirs.into_iter().all(|(_, mark)| *mark == 0), "{mask:?}");
    assert_eq!(marked(&tiny(), &encoding), "a, aa");
}

#[test]
fn an_empty_generation_block_marks_nothing() {
    let prompt = prompt(
        "<|start_header_id|>{% generation %}{% endgeneration %}us{% generation %}{% endgeneration %}er",
        None,
    );
    let options = EncodeOptions { assistant_mask: true, ..EncodeOptions::default() };
    let encoding = tiny().encode(&prompt, &options).unwrap();
    assert!(encoding.len() < 6, "user is a token: {:?}", encoding.ids);
    assert_eq!(encoding.assistant_mask, Some(vec![0; encoding.len()]));
}

#[test]
fn a_mask_is_cut_and_filled_up_with_its_tokens() {
    let tokenizer = tiny();
    let prompt = prompt(CHAT, Some("Hello"));
    let whole = EncodeOptions { assistant_mask: true, ..EncodeOptions::default() };
    let all = tokenizer.encode(&prompt, &whole).unwrap();
    let count = all.len();
    for side in [Side::Left, Side::Right] {
        let truncation = Some(Truncation { max_length: count - 2, side: Some(side) });
        let cut = tokenizer.encode(&prompt, &EncodeOptions { truncation, ..whole }).unwrap();
        let kept = if side == Side::Left { 2..count } else { 0..count - 2 };
        assert_eq!(cut.ids, all.ids[kept.clone()]);
        assert_eq!(cut.offsets, all.offsets[kept.clone()]);
        assert_eq!(cut.origins, all.origins[kept.clone()]);
        assert_eq!(cut.assistant_mask.unwrap(), all.assistant_mask.as_ref().unwrap()[kept]);

        let padding = Padding::MaxLength(count + 3);
        let padded = EncodeOptions { padding, padding_side: Some(side), ..whole };
        let padded = tokenizer.encode(&prompt, &padded).unwrap();
        let (text, fill) =
            if side == Side::Left { (3..count + 3, 0..3) } else { (0..count, count..count + 3) };
        assert_eq!(padded.ids[text.clone()], all.ids);
        assert_eq!(padded.ids[fill.clone()], [1; 3], "the padding token");
        assert_eq!(padded.attention_mask[text.clone()], vec![1; count]);
        assert_eq!(padded.attention_mask[fill.clone()], [0; 3]);
        assert_eq!(padded.assistant_mask.as_ref().unwrap()[fill.clone()], [0; 3]);
        assert_eq!(padded.assistant_mask.as_ref().unwrap()[text], all.assistant_mask.as_ref().unwrap()[..]);
        assert!(padded.origins[fill].iter().all(|origin| origin.kind == TokenKind::Padding));
    }
    let nothing = Truncation { max_length: 0, side: None };
    let nothing = EncodeOptions { truncation: Some(nothing), ..whole };
    assert!(tokenizer.encode(&prompt, &nothing).unwrap().is_empty());
}

#[test]
fn a_batch_is_padded_to_one_length() {
    let prompts = [prompt(CHAT, None), prompt(CHAT, Some("A longer conversation"))];
    let tokenizer = tokenizer(&tiny_json(), &json!({"padding_side": "left", "truncation_side": "left"}));
    let lengths = |options: &EncodeOptions| -> Vec<usize> {
        tokenizer.encode_batch(&prompts, options).unwrap().iter().map(Encoding::len).collect()
    };
    let none = lengths(&EncodeOptions::default());
    let longest = EncodeOptions { padding: Padding::Longest, ..EncodeOptions::default() };
    assert_eq!(lengths(&longest), [none[1]; 2]);
    let multiple = EncodeOptions { pad_to_multiple_of: Some(16), ..longest };
    assert_eq!(lengths(&multiple), [none[1].next_multiple_of(16); 2]);
    let short = Truncation { max_length: 10, side: None };
    let both = EncodeOptions { truncation: Some(short), ..multiple };
    assert_eq!(lengths(&both), [16; 2]);

    // The files say which sides are meant.
    let all = tokenizer.encode_batch(&prompts, &both).unwrap();
    assert_eq!(all[0].attention_mask, [[0; 6].as_slice(), &[1; 10]].concat());
    let whole = tokenizer.encode(&prompts[0], &EncodeOptions::default()).unwrap();
    assert_eq!(all[0].ids[6..], whole.ids[whole.len() - 10..]);

    // What is longer than it is to be padded to stays as it is.
    let small = EncodeOptions { padding: Padding::MaxLength(3), ..EncodeOptions::default() };
    assert_eq!(lengths(&small), none);
}

#[test]
fn without_a_padding_token_nothing_is_padded() {
    let special_tokens = [("bos_token", "<|begin_of_text|>")].into();
    let tokenizer = Tokenizer::new(tiny_json().to_string().as_bytes(), &Map::new(), &special_tokens).unwrap();
    let options = EncodeOptions { padding: Padding::Longest, ..EncodeOptions::default() };
    let error = tokenizer.encode(&prompt(CHAT, None), &options).unwrap_err().to_string();
    assert!(error.contains("does not have a padding token"), "{error}");
    assert!(tokenizer.encode(&prompt(CHAT, None), &EncodeOptions::default()).is_ok());
}

/// A post-processor that takes the blanks around tokens out of their places moves the reference's masks, ours not.
#[test]
fn the_references_masks_are_those_of_trimmed_places() {
    let byte_level = |prefix: bool| json!({"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": false});
    let json = json!({
        "pre_tokenizer": byte_level(true), "post_processor": byte_level(false),
        "model": {"type": "BPE", "vocab": {"Ġ": 0, "x": 1, "y": 2, "Ċ": 3}, "merges": []},
    });
    let tokenizer = tokenizer(&json, &Value::Null);
    let rows = [
        ("{% generation %}x{% endgeneration %}y", &[0, 1, 0][..], &[1, 1, 0][..]),
        ("{% generation %}xy{% endgeneration %} y", &[0, 1, 1, 0, 0], &[1, 1, 1, 0, 0]),
        ("x{% generation %} y {% endgeneration %}x", &[0; 6], &[0, 0, 1, 1, 1, 0]),
    ];
    for (source, reference, exact) in rows {
        let prompt =
            template(source).apply_chat_template(&json!([{"role": "user"}]), &Options::new()).unwrap();
        let mask = |compat| {
            let options = EncodeOptions { assistant_mask: true, compat, ..EncodeOptions::default() };
            tokenizer.encode(&prompt, &options).unwrap().assistant_mask.unwrap()
        };
        assert_eq!(mask(Compat::Reference), reference, "{source}");
        assert_eq!(mask(Compat::Exact), exact, "{source}");
    }
}

#[test]
fn the_references_masks_have_its_faults() {
    // A token for each letter, and for each byte of anything else.
    let letters: Map<String, Value> =
        ('a'..='z').zip(0..).map(|(c, id)| (c.to_string(), json!(id))).collect();
    let mut vocab = letters;
    for byte in "😀".bytes() {
        vocab.insert(format!("<0x{byte:02X}>"), json!(vocab.len()));
    }
    let json = json!({"model": {"type": "BPE", "vocab": vocab, "merges": [], "byte_fallback": true}});
    let tokenizer = tokenizer(&json, &Value::Null);
    let masks = |source: &str| {
        let prompt =
            template(source).apply_chat_template(&json!([{"role": "user"}]), &Options::new()).unwrap();
        let mask = |compat| {
            let options = EncodeOptions { assistant_mask: true, compat, ..EncodeOptions::default() };
            tokenizer.encode(&prompt, &options).map(|encoding| encoding.assistant_mask.unwrap())
        };
        (mask(Compat::Reference), mask(Compat::Exact).unwrap())
    };
    let rows = [
        ("x{% generation %}a{% endgeneration %}yy", &[0, 1, 0, 0][..], &[0, 1, 0, 0][..]),
        // A block that ends with the first token.
        ("{% generation %}a{% endgeneration %}yy", &[1, 1, 1], &[1, 0, 0]),
        // Blocks whose text is not printed where they stand.
        (
            "{% macro m() %}x{% generation %}a{% endgeneration %}{% endmacro %}zz{{ m() }}",
            &[0, 0, 1, 0],
            &[0, 0, 0, 1],
        ),
        (
            "zz{% set s %}x{% generation %}ab{% endgeneration %}{% endset %}yy{{ s }}",
            &[0, 0, 1, 1, 0, 0, 0],
            &[0, 0, 0, 0, 0, 1, 1],
        ),
        // A character of several tokens at the end.
        ("x{% generation %}a😀{% endgeneration %}y", &[0, 1, 1, 0, 0, 0, 0], &[0, 1, 1, 1, 1, 1, 0]),
        ("x{%+ generation %}a{% endgeneration %}", &[0, 1], &[0, 1]),
        (
            "z{% generation %}a{% generation %}b{% endgeneration %}c{% endgeneration %}y",
            &[0, 1, 1, 1, 0],
            &[0, 1, 1, 1, 0],
        ),
    ];
    for (source, reference, exact) in rows {
        let (found, right) = masks(source);
        assert_eq!(found.unwrap(), reference, "{source}");
        assert_eq!(right, exact, "{source}");
    }
    for (source, exact) in
        [("{% generation %}{% endgeneration %}y", &[0][..]), ("{% generation %}{% endgeneration %}", &[])]
    {
        let (error, right) = masks(source);
        let error = error.unwrap_err();
        let reference = error.reference().unwrap();
        assert_eq!(reference.kind().class_name(), "OverflowError");
        assert_eq!(reference.message(), "can't convert negative int to unsigned");
        assert_eq!(right, exact);
    }

    // It makes its mask of what it has cut and filled up.
    let pad = [("pad_token", "z")].into();
    let tokenizer = Tokenizer::new(json.to_string().as_bytes(), &Map::new(), &pad).unwrap();
    let source = "{% generation %}a{% endgeneration %}bb{% generation %}c{% endgeneration %}";
    let prompt = template(source).apply_chat_template(&json!([{"role": "user"}]), &Options::new()).unwrap();
    let mask = |max_length, side, compat| {
        let side = Some(side);
        let truncation = Some(Truncation { max_length, side });
        let padding = Padding::MaxLength(5);
        let sides = EncodeOptions { truncation, padding, padding_side: side, ..EncodeOptions::default() };
        let options = EncodeOptions { assistant_mask: true, compat, ..sides };
        let one = tokenizer.encode(&prompt, &options).unwrap();
        assert_eq!(tokenizer.encode_batch([&prompt], &options).unwrap(), std::slice::from_ref(&one));
        one.assistant_mask.unwrap()
    };
    assert_eq!(mask(4, Side::Right, Compat::Reference), [1, 1, 1, 1, 1]);
    assert_eq!(mask(4, Side::Right, Compat::Exact), [1, 0, 0, 1, 0]);
    assert_eq!(mask(4, Side::Left, Compat::Reference), [0, 1, 0, 0, 1]);
    assert_eq!(mask(3, Side::Left, Compat::Reference), [0; 5]);
    assert_eq!(mask(3, Side::Left, Compat::Exact), [0, 0, 0, 0, 1]);
}
