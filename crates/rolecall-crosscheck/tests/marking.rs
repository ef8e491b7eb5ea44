//! Which placeholders the template wrote, and which a user.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which fail by panicking")]
#![allow(clippy::single_range_in_vec_init, reason = "a list of ranges may have one")]

use proptest::prelude::*;
use rolecall_crosscheck::{Marked, Template};
use rolecall_jinja::{Clock, Error, ErrorKind, RenderOptions};
use serde_json::{Value, json};

const TRUSTED: [&str; 1] = ["bos_token"];

fn marked(source: &str, context: &Value, needle: &str) -> Result<Marked, Error> {
    Template::new(source).unwrap().render_marked(context, needle, &TRUSTED, &RenderOptions::default())
}

/// The occurrences that the template wrote, by the number of the occurrence.
fn written(source: &str, context: &Value, needle: &str) -> Vec<usize> {
    let found = marked(source, context, needle).unwrap();
    let places: Vec<usize> = found.text.match_indices(needle).map(|(at, _)| at).collect();
    let number = |range: &std::ops::Range<usize>| {
        assert_eq!(&found.text[range.clone()], needle);
        places.iter().position(|at| *at == range.start).expect("a range is an occurrence")
    };
    found.written.iter().map(number).collect()
}

const PARTS: &str = "{{ bos_token }}{% for p in parts %}{% if p.type == 'image' %}<image>{% else %}{{ p.text|trim }}{% endif %}\n{% endfor %}";

#[test]
fn what_users_type_does_not_count() {
    let context = json!({"bos_token": "<image>", "parts": [
        {"type": "text", "text": "é <image> <image>"},
        {"type": "image"},
        {"type": "text", "text": "🦙<image"},
        {"type": "image"},
    ]});
    assert_eq!(written(PARTS, &context, "<image>"), [0, 3, 4]);
    let text = marked(PARTS, &context, "<image>").unwrap().text;
    assert_eq!(text, Template::new(PARTS).unwrap().render(&context).unwrap());
}

#[test]
fn fragments_of_two_messages_do_not_count() {
    let source = "{% for m in messages %}{{ m.content }}{% endfor %}<image>";
    let context = json!({"messages": [{"content": "<ima"}, {"content": "ge>"}]});
    assert_eq!(written(source, &context, "<image>"), [1]);
    // One end of the template's own.
    assert_eq!(written("<ima{{ x }}<image>", &json!({"x": "ge>"}), "<image>"), [1]);
    assert_eq!(written("{{ x }}ge><image>", &json!({"x": "<ima"}), "<image>"), [1]);
}

#[test]
fn keys_are_typed_by_users_too() {
    let source = "{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}<image>";
    assert_eq!(written(source, &json!({"d": {"<image>": "<image>", "a": {"<image>": 1}}}), "<image>"), [3]);
}

#[test]
fn without_such_characters_one_render_is_enough() {
    // A template that could not be rendered twice with another text.
    let source = "{% if x != 'plain' %}{{ raise_exception('no') }}{% endif %}<image><image>";
    assert_eq!(written(source, &json!({"x": "plain"}), "<image>"), [0, 1]);
    assert_eq!(written("no placeholder{{ x }}", &json!({"x": "<"}), "<image>"), Vec::<usize>::new());
}

#[test]
fn needles_of_any_form() {
    let source = "a{{ x }}a";
    assert_eq!(written(source, &json!({"x": "aba"}), "a"), [0, 3]);
    let found = marked("aXa{{ x }}aXaXa", &json!({"x": "XaX"}), "aXa").unwrap();
    assert_eq!((found.text.as_str(), found.written), ("aXaXaXaXaXa", vec![0..3, 6..9]));
    assert_eq!(written("🦙e\u{301}{{ x }}🦙e\u{301}", &json!({"x": "🦙e\u{301}"}), "🦙e\u{301}"), [0, 2]);
    assert_eq!(marked("a", &json!({}), "").unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn a_change_of_case_does_not_make_a_template_s_placeholder() {
    for (source, context) in [
        ("{{ x|lower }}image", json!({"x": "IMAGE"})),
        ("{{ x|upper|lower }}image", json!({"x": "Image"})),
        ("{{ x.title().lower() }}image", json!({"x": "iMAGE"})),
    ] {
        assert_eq!(marked(source, &context, "image").unwrap_err().kind(), ErrorKind::Unsupported, "{source}");
    }
}

#[test]
fn where_it_cannot_be_told_it_is_not_told() {
    for source in [
        "{% if '<' in x %}<image>{% endif %}{{ x }}",
        "{{ x|replace('<', '[') }}<image>",
        "{{ x|e }}<image>",
        "{% if not x.endswith('>') %}{{ raise_exception('no') }}{% endif %}<image>",
        "{{ x.split('<')|length }}<image>",
        "{{ x.replace('<|x|>', '') }}<image>",
    ] {
        let context = json!({"x": "a <b> <im<|x|>age>"});
        let error = marked(source, &context, "<image>").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{source}");
        assert!(error.message().contains("<image>"), "{error}");
    }
}

#[test]
fn both_renders_see_one_time() {
    let seconds = std::sync::atomic::AtomicU8::new(0);
    let clock = Clock::from_fn(move || {
        let second = seconds.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("2026-07-04T12:34:{second:02}").parse().unwrap()
    });
    let template = Template::new("{{ strftime_now('%S') }}<image>{{ x }}").unwrap();
    let options = RenderOptions { clock: Some(clock), ..RenderOptions::default() };
    let found = template.render_marked(&json!({"x": "<"}), "<image>", &[], &options).unwrap();
    assert_eq!((found.text.as_str(), found.written), ("00<image><", vec![2..9]));
}

proptest! {
    #[test]
    fn only_the_template_s_own_are_found(texts in prop::collection::vec("[<>imageé🦙䷀ ]{0,12}|<image>", 0..6)) {
        let source = "{% for t in texts %}{{ t }}<image>{% endfor %}";
        let found = marked(source, &json!({"texts": texts}), "<image>").unwrap();
        let mut at = 0;
        let mut expected = Vec::new();
        for text in &texts {
            at += text.len();
            expected.push(at..at + 7);
            at += 7;
        }
        prop_assert_eq!(found.written, expected);
    }
}
