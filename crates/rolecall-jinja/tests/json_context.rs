//! Contexts that are JSON text: what is read from them, what may be read, and where it came from.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rolecall_jinja::{ErrorKind, Limits, Origin, RenderOptions, Template, json};
use serde_json::Value;

fn render(source: &str, context: &str) -> Result<String, rolecall_jinja::Error> {
    Template::new(source).unwrap().render_json(context, &RenderOptions::default())
}

/// The parts of a traced render, each with its place in the input.
fn parts(source: &str, context: &str, trusted: &[&str]) -> Vec<String> {
    let template = Template::new(source).unwrap();
    let options = RenderOptions::default();
    let traced = template.render_json_traced(context, &options, trusted).unwrap();
    assert_eq!(traced.text(), template.render_json(context, &options).unwrap());
    let input: Value = serde_json::from_str(context).unwrap();
    let same = template.render_traced_with(&input, &options, trusted).unwrap();
    assert!(same.spans().eq(traced.spans()), "from a value there are other spans");
    let part = |span: rolecall_jinja::Span<'_>| {
        let text = traced.text().get(span.range).unwrap();
        match span.origin {
            Origin::Template => format!("template {text}"),
            Origin::Trusted { variable } => format!("{variable} {text}"),
            Origin::Copied { pointer, range } => {
                let of = input.pointer(&pointer.to_string()).unwrap().as_str().unwrap();
                assert_eq!(of.get(range.clone()), Some(text));
                format!("{pointer} {range:?} {text}")
            }
            Origin::CopiedKey { pointer, range } => format!("key {pointer} {range:?} {text}"),
            Origin::Computed { pointers } => format!("computed {pointers:?} {text}"),
            _ => unreachable!(),
        }
    };
    traced.spans().map(part).collect()
}

#[test]
fn what_is_copied_is_told_by_the_bytes_of_the_decoded_string() {
    let context = r#"{"bos": "<s>", "m": [{"role": "user", "content": "  plain "}, {"content": "\n\u00e9 \"a\" b\t"}]}"#;
    let source = "{{ bos }}{% for m in m %}[{{ m.content | trim }}]{% endfor %}{{ m[0].role }}";
    assert_eq!(
        parts(source, context, &["bos"]),
        [
            "bos <s>",
            "template [",
            "/m/0/content 2..7 plain",
            "template ][",
            "/m/1/content 1..9 é \"a\" b",
            "template ]",
            "/m/0/role 0..4 user",
        ]
    );
}

#[test]
fn keys_numbers_and_whole_objects_have_their_places() {
    let context = r#"{"d": {"a\/b": 1, "c": {"x": [true, 99999999999]}}}"#;
    let source = "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{{ d['a/b'] + 1 }}";
    assert_eq!(
        parts(source, context, &[]),
        [
            "key /d/a~1b 0..3 a/b",
            "template =",
            "computed [Pointer(/d/a~1b)] 1",
            "template ;",
            "key /d/c 0..1 c",
            "template =",
            "computed [Pointer(/d/c)] {'x': [True, 99999999999]}",
            "template ;",
            "computed [Pointer(/d/a~1b)] 2",
        ]
    );
}

#[test]
fn large_objects_are_searched_as_small_ones() {
    let members: Vec<String> = (0..40).map(|n| format!("\"k{n}\": {n}")).collect();
    let context = format!("{{\"d\": {{{}, \"k3\": \"last\"}}}}", members.join(", "));
    let source =
        "{{ d.k0 }} {{ d['k' ~ 39] }} {{ d.k3 }} {{ d.k40 is defined }} {{ (d | list)[3] }} {{ d | length }}";
    assert_eq!(render(source, &context).unwrap(), "0 39 last False k3 40");
    let small = r#"{"d": {"k": 1}, "e": {}}"#;
    assert_eq!(
        render("{{ d['k' ~ ''] }} {{ d.x is defined }} {{ {'k'|safe: 2}.k }} {{ e.k }}", small).unwrap(),
        "1 False 2 "
    );
}

#[test]
fn what_is_read_counts_as_memory() {
    let options = RenderOptions {
        limits: Some(Limits { memory_bytes: 100_000, ..Limits::default() }),
        ..RenderOptions::default()
    };
    let template = Template::new("").unwrap();
    for (piece, what) in [
        ("0,", "values"),
        ("[],", "empty lists"),
        ("{},", "empty dicts"),
        ("[[[[0]]]],", "lists"),
        ("{\"a\":{}},", "dicts"),
        ("\"\\n\",", "decoded strings"),
        ("1e5,", "floats"),
        ("123456789012345678901234567890,", "long integers"),
    ] {
        let context = |times: usize| format!("{{\"v\":[{}0]}}", piece.repeat(times));
        let error = template.render_json(&context(20_000), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{what}");
        assert!(error.to_string().contains("memory_bytes"), "{what}: {error}");
        assert!(template.render_json(&context(200), &options).is_ok(), "{what}");
    }
    // Also before anything is complete.
    for text in
        ["{\"v\":[".to_owned() + &"0,".repeat(20_000), format!("{{\"v\":\"\\n{}\"}}", "x".repeat(200_000))]
    {
        assert_eq!(template.render_json(&text, &options).unwrap_err().kind(), ErrorKind::Limit);
    }
    let keys: String = (0..20_000).map(|n| format!("\"{n}\":0,")).collect();
    assert_eq!(template.render_json(&format!("{{{keys}"), &options).unwrap_err().kind(), ErrorKind::Limit);
    // What is only borrowed from the text does not count.
    assert!(template.render_json(&format!("{{\"v\":\"{}\"}}", "x".repeat(200_000)), &options).is_ok());
}

/// Texts of JSON with escapes, white space and repeated keys.
fn texts() -> impl Strategy<Value = String> {
    let string = || {
        prop_oneof![
            3 => "[a-c]",
            1 => Just(r"\u0061".to_owned()),
            1 => any::<String>().prop_map(|text| {
                let quoted = Value::from(text).to_string();
                quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
            }).prop_filter("a quote was cut off", |text| serde_json::from_str::<Value>(&format!("\"{text}\"")).is_ok()),
            1 => r#"([ -!#-\[\]-~é🦙]{0,40}(\\[nrtbf"/\\]|\\u00[0-9a-fA-F]{2}|\\ud83e\\uDD99)){0,4}"#,
            1 => "[ -!#-\\[\\]-~]{0,200}",
        ]
    };
    let space = || prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\n    "), 1 => Just("\t\r")];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        any::<i8>().prop_map(|n| n.to_string()),
        "-?(0|[1-9][0-9]{0,20})\\.[0-9]{1,25}([eE][+-]?[0-9]{1,2})?",
        "(0|[1-9][0-9]{0,3})[eE][+-]?[0-9]{1,2}",
        string().prop_map(|text| format!("\"{text}\"")),
    ];
    let value = leaf.prop_recursive(5, 80, 24, move |inner| {
        let spaced =
            (space(), inner, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
        let member = (space(), string(), space(), spaced.clone())
            .prop_map(|(before, key, after, value)| format!("{before}\"{key}\"{after}:{value}"));
        let list = |items: Vec<String>| items.join(",");
        prop_oneof![
            (space(), prop::collection::vec(spaced, 0..6))
                .prop_map(move |(space, items)| format!("[{space}{}]", list(items))),
            (space(), prop::collection::vec(member, 0..24))
                .prop_map(move |(space, members)| format!("{{{space}{}}}", list(members))),
        ]
    });
    (space(), value, space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

proptest! {
    #[test]
    fn a_text_is_what_serde_json_reads(text in texts()) {
        let theirs: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(json::to_value(&text).unwrap(), theirs.clone());
        let context = format!("{{\"v\": {text}}}");
        let template = Template::new("{{ v }} {{ v | tojson }}{% for a in v %}{{ a }}{{ v[a] }}{% endfor %}").unwrap();
        let value = serde_json::json!({"v": theirs});
        match (template.render_json(&context, &RenderOptions::default()), template.render(&value)) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
            (ours, theirs) => prop_assert_eq!(ours.map_err(|e| e.to_string()), theirs.map_err(|e| e.to_string())),
        }
    }

    #[test]
    fn a_broken_text_is_refused_where_serde_json_refuses_it(text in texts(), at in any::<prop::sample::Index>(), by in "[\\[\\]{},:\"\\\\0-9.eu \u{1}é-]?") {
        let mut broken: Vec<char> = text.chars().collect();
        let at = at.index(broken.len());
        broken.splice(at..=at, by.chars());
        let text: String = broken.into_iter().collect();
        let theirs = serde_json::from_str::<Value>(&text);
        let context = format!("{{\"v\": {text}\n}}");
        match json::to_value(&text) {
            Ok(ours) => {
                prop_assert!(render("{{ v }}", &context).is_ok());
                // The integer -0 is 0 in Python.
                prop_assert_eq!(ours.to_string().replace("-0.0", "0"), theirs.unwrap().to_string().replace("-0.0", "0"));
            }
            // Python's integers and floats have no bounds.
            Err(error) if error.message().contains("kept exactly") => {}
            Err(error) => prop_assert!(theirs.is_err(), "{:?}: {}", text, error),
        }
    }
}
