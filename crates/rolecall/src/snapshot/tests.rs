use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::Lines;
use super::control::ControlTokens;
use super::*;
use crate::{Clock, Model, ModelFiles, Options};

fn header() -> Header {
    Header {
        model: "org/name".to_owned(),
        revision: Some("main".to_owned()),
        template: Some("ab".repeat(32)),
        files: vec![("chat_template.jinja".to_owned(), "ab".repeat(32))],
        conversation: "cd".repeat(32),
        options: Map::new(),
        clock: ClockUse::NotRead,
        rolecall: "0.1.0".to_owned(),
    }
}

fn golden(pieces: &[(Mark, &str)]) -> Golden {
    let mut lines = Lines::new();
    for (mark, text) in pieces {
        lines.push(mark, text);
    }
    Golden { header: header(), body: Body::Prompt(lines.finish()) }
}

fn input(name: &str) -> Mark {
    Mark::Input(name.to_owned())
}

/// Texts with all that has a meaning in a golden, or is easily lost in a file.
fn text() -> impl Strategy<Value = String> {
    let special =
        "\\PC|[ \t\r\n\\\\:⟪⟫⟦⟧]|\u{200b}|\u{2028}|\u{85}|\u{1b}|\u{a0}|--- end\n|--- prompt\n|\\\\u\\{";
    proptest::string::string_regex(&format!("(?:{special}){{0,12}}")).expect("a pattern")
}

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![Just(Mark::Template), Just(Mark::Control), text().prop_map(Mark::Input)]
}

fn heads() -> impl Strategy<Value = Header> {
    let clocks = prop_oneof![Just(ClockUse::NotRead), Just(ClockUse::Given), Just(ClockUse::Computer)];
    let revision = prop_oneof![Just(None), Just(Some("none".to_owned())), text().prop_map(Some)];
    let files = prop::collection::vec((text(), "[0-9a-f]{64}"), 0..3);
    (text(), revision, files, text(), clocks, any::<f64>()).prop_map(
        |(model, revision, files, value, clock, number)| Header {
            model,
            revision,
            files,
            options: Map::from_iter([(value.clone(), json!({"text": value, "number": number}))]),
            clock,
            rolecall: value,
            ..header()
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        header in heads(),
        pieces in prop::collection::vec((mark(), text()), 0..12),
        error in prop::option::of(text()),
    ) {
        let texts: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
        let pieces: Vec<(Mark, &str)> = pieces.iter().map(|(mark, text)| (mark.clone(), text.as_str())).collect();
        let mut golden = Golden { header, ..golden(&pieces) };
        prop_assert_eq!(golden.prompt(), Some(texts));
        if let Some(error) = error {
            golden.body = Body::Error(error);
        }
        let written = golden.to_string();
        prop_assert_eq!(&written.parse::<Golden>().expect("a golden"), &golden);
        // A checkout on Windows, and a program that cuts what is at the end of a file, change nothing.
        prop_assert_eq!(&written.replace('\n', "\r\n").parse::<Golden>().expect("a golden"), &golden);
        prop_assert_eq!(&written.trim_end().parse::<Golden>().expect("a golden"), &golden);
        // Nor does one that cuts what is at the end of lines.
        let trimmed: Vec<&str> = written.split('\n').map(str::trim_end).collect();
        prop_assert_eq!(&trimmed.join("\n").parse::<Golden>().expect("a golden"), &golden);
    }

    #[test]
    fn no_text_is_more_than_refused(text in "\\PC{0,80}", cut in 0_usize..400) {
        let _ = text.parse::<Golden>();
        let whole = golden(&[(input("0"), &text)]).to_string();
        let cut = whole.get(..cut.min(whole.len())).unwrap_or_default();
        prop_assert!(cut.parse::<Golden>().is_err() || cut.trim_end() == whole.trim_end());
    }
}

#[test]
fn a_body_as_people_see_it() {
    let golden = golden(&[
        (Mark::Control, "<s>"),
        (Mark::Control, "<s>"),
        (Mark::Template, "a  \n b\t "),
        (input("0"), " \n"),
        (input("1.x:y"), "one\r\ntwo\u{2028}⟧ \\"),
        (Mark::Template, "."),
        (Mark::Template, "\n\n"),
    ]);
    let lines: Vec<String> = golden.body_text().split('\n').map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "⟪<s>⟫⟪<s>⟫a\\s\\s",
            " b\\t\\s⟦0:\\s⟧",
            "⟦1.x\\:y:one\\r⟧",
            "⟦1.x\\:y:two\\u{2028}\\⟧ \\\\⟧.",
            "",
            "",
            "",
        ]
    );
}

#[test]
fn an_empty_prompt_and_a_lone_newline_are_two() {
    for text in ["", "\n", " ", "\n\n"] {
        let golden = golden(&[(Mark::Template, text)]);
        let read: Golden = golden.to_string().parse().expect("a golden");
        assert_eq!(read.prompt().as_deref(), Some(text));
    }
}

#[test]
fn what_is_no_golden_is_refused_with_its_line() {
    let good = golden(&[(input("0"), "Hi")]).to_string();
    let rows = [
        (String::new(), "line 1 "),
        ("hello".to_owned(), "does not begin with"),
        (good.replace("prompt 1", "prompt 2"), "a format that this program does not know"),
        (good.replace("--- end\n", ""), "does not end with"),
        (good.replace("⟦0:Hi⟧\n", ""), "no line follows"),
        (good.replace("Hi⟧", "Hi"), "line 11 of the golden: there is no ⟧"),
        (good.replace("⟦0:Hi", "⟦0Hi"), "there is no :"),
        (good.replace("⟦0:Hi", "Hi"), "closes nothing"),
        (good.replace("Hi", "\\q"), "\\q is no escape"),
        (good.replace("Hi", "\\u{d800}"), "is no character"),
        (good.replace("Hi", "\\u12"), "followed by no {"),
        (good.replace("clock: not read", "clock: broken"), "\"broken\" says nothing of the clock"),
        (good.replace("clock: not read\n", ""), "no line \"clock:\""),
        (good.replace("clock: not read", "clock: not read\nclock: not read"), "stands twice"),
        (good.replace("options: {}", "options: []"), "line 7 "),
        (good.replace("template: sha256 ", "template: md5 "), "is no sha256"),
    ];
    for (text, part) in rows {
        let error = text.parse::<Golden>().expect_err(part).to_string();
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
}

#[test]
fn control_tokens_are_the_longest_that_begin_first() {
    let tokens = ControlTokens::new(["<s", "<s>", "", "</s>"].into_iter());
    assert_eq!(
        tokens.parts("é<s><s</s>x"),
        [("é", false), ("<s>", true), ("<s", true), ("</s>", true), ("x", false)]
    );
    assert!(tokens.parts("").is_empty());
}

/// A model of a template and a token that its decoder calls special.
fn model(template: &str) -> Model {
    let mut files = ModelFiles::new("/somewhere/else/tiny").with_revision("r1");
    files.insert("chat_template.jinja", template);
    files.insert(
        "tokenizer_config.json",
        r#"{"eos_token": "</s>", "added_tokens_decoder": {"1": {"content": "<|x|>", "special": true}, "2": {"content": "|", "special": false}, "3": {"content": "\n"}}}"#,
    );
    Model::from_files(files).expect("a model")
}

const PLAIN: &str = "{% for m in messages %}<|x|>{{ m.role }}|{{ m.content }}{{ eos_token }}\n{% endfor %}{{ tools|tojson if tools }}";

fn hi() -> Value {
    json!([{"role": "user", "content": "<|x|>"}])
}

#[test]
fn typed_control_tokens_are_text() {
    let options = Options::new().tools(json!([{"name": "now"}]));
    let golden = Golden::record(&model(PLAIN), &hi(), &options).expect("a golden");
    assert_eq!(golden.body_text(), "⟪<|x|>⟫⟦0.role:user⟧⟪|⟫⟦0:<|x|>⟧⟪</s>⟫\n⟦tools:[{\"name\": \"now\"}]⟧\n");
    let Header { model, revision, files, .. } = &golden.header;
    assert_eq!((model.as_str(), revision.as_deref(), files.len()), ("tiny", Some("r1"), 2));
}

#[test]
fn control_tokens_of_a_tokenizer() {
    let tokens = |config: &str, tokenizer: &str| {
        let mut files = ModelFiles::new("m");
        files.insert("tokenizer_config.json", config);
        files.insert("tokenizer.json", tokenizer);
        ControlTokens::of(&files, &crate::SpecialTokens::from([("eos_token", "</s>")]))
    };
    let tokenizer = r#"{"model": {"vocab": {"a": 0}}, "added_tokens": [
        {"id": 1, "content": "<a>", "special": true}, {"id": 2, "content": "<think>", "special": false}]}"#;
    let found = |config: &str| {
        let control = tokens(config, tokenizer).expect("control tokens");
        let parts = control.parts("<a><think></s>a").into_iter();
        parts.filter(|(_, is_control)| *is_control).map(|(part, _)| part.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("{}"), ["<a>", "<think>", "</s>"]);
    assert_eq!(found(r#"{"chat_control_tokens": []}"#), ["<a>", "</s>"]);
    assert_eq!(found(r#"{"chat_control_tokens": ["<think>"]}"#), ["<a>", "<think>", "</s>"]);
    assert!(
        tokens("{}", r#"{"added_tokens": 1}"#)
            .expect_err("is refused")
            .to_string()
            .contains("tokenizer.json")
    );
}

fn record(template: &str, messages: &Value, options: &Options) -> Golden {
    Golden::record(&model(template), messages, options).expect("a golden")
}

#[test]
fn a_drift_says_what_changed() {
    let plain = Options::new();
    let kept = record(PLAIN, &hi(), &plain);
    let says = |now: &Golden| kept.drift(now).map(|drift| drift.to_string()).unwrap_or_default();
    assert_eq!(says(&record(PLAIN, &hi(), &plain)), "");

    let template = says(&record(&PLAIN.replace('|', "!"), &hi(), &plain));
    assert!(template.starts_with("the template changed (") && template.ends_with("the prompt is another"));
    assert!(template.contains("\nthe file chat_template.jinja changed ("), "{template}");
    let comment = says(&record(&format!("{PLAIN}{{# a comment #}}"), &hi(), &plain));
    assert!(comment.starts_with("the template changed (") && comment.ends_with("the prompt is the same"));
    let conversation = says(&record(PLAIN, &json!([{"role": "user", "content": "Ho"}]), &plain));
    assert!(conversation.starts_with("the conversation changed ("), "{conversation}");
    let options = says(&record(PLAIN, &hi(), &plain.clone().variable("a", 1)));
    assert!(options.starts_with("the options changed ({} → {\"chat_template_kwargs\":"), "{options}");

    let mut marks = record(PLAIN, &hi(), &plain);
    marks.body = golden(&[(Mark::Template, &kept.prompt().expect("a prompt"))]).body;
    assert!(says(&marks).ends_with("the text of the prompt is the same, the marks in it are others"));

    let mut newer = record(PLAIN, &hi(), &plain);
    newer.header.rolecall = "9.0.0".to_owned();
    assert_eq!(says(&newer), "", "a version alone is no drift");
    newer.body = Body::Error("TypeError: no".to_owned());
    let itself = says(&newer);
    assert!(itself.contains("so rolecall itself does otherwise") && itself.contains("9.0.0"), "{itself}");
}

#[test]
fn the_clock_is_told() {
    let template = "{{ strftime_now('%Y') }}";
    let clock = |options: &Options| record(template, &hi(), options).header.clock;
    assert_eq!(clock(&Options::new()), ClockUse::Computer);
    let fixed = |time: &str| Options::new().clock(Clock::fixed(time.parse().expect("a time")));
    assert_eq!(clock(&fixed("2026-07-04T12:34:56")), ClockUse::Given);
    assert_eq!(record(PLAIN, &hi(), &Options::new()).header.clock, ClockUse::NotRead);

    let mut old = record(template, &hi(), &Options::new());
    old.body = record(template, &hi(), &fixed("1999-07-04T12:34:56")).body;
    let drift = old.drift(&record(template, &hi(), &Options::new())).expect("another year");
    assert!(drift.to_string().contains("reads the computer's clock"), "{drift}");
}

#[test]
fn errors_of_the_reference_are_recorded_and_others_are_not() {
    let refuses = record("{{ raise_exception('No\nway') }}", &hi(), &Options::new());
    assert_eq!(refuses.body, Body::Error("TemplateError: No\nway".to_owned()));
    assert_eq!(refuses.to_string().parse::<Golden>().expect("a golden"), refuses);
    let limit = model("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    let options = Options::new().limits(crate::Limits { steps: 1000, ..crate::Limits::default() });
    assert!(Golden::record(&limit, &hi(), &options).is_err());
}
