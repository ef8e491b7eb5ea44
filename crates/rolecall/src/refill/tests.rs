use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::*;

/// JSON with few names, so that one value is often like another.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[aé\u{0}]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[abc]", inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The text tells the order of keys too.
fn text(value: &Value) -> String {
    serde_json::to_string(value).expect("JSON")
}

proptest! {
    #[test]
    fn what_was_there_before_does_not_matter(all in prop::collection::vec(values(), 1..6)) {
        for value in &all {
            let written = to_value(value).expect("JSON");
            prop_assert_eq!(text(&written), text(value));
            for name in ["a", "b", "c"] {
                prop_assert_eq!(written.get(name), value.get(name), "a look-up finds it");
            }
            keep(written);
        }
    }
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(&'static str),
    Tuple(i32, Option<bool>),
    Struct { x: f32, y: Vec<u8> },
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype(i128);

#[derive(Serialize)]
struct Pair(char, ());

#[derive(Serialize)]
struct Everything {
    kinds: Vec<Kind>,
    unit: Unit,
    newtype: Newtype,
    pair: Pair,
    numbers: BTreeMap<i32, f64>,
    characters: BTreeMap<char, u64>,
    flags: BTreeMap<bool, Option<&'static str>>,
    nothing: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    tuple: (u8, &'static str),
}

#[test]
fn types_are_written_as_serde_json_writes_them() {
    let everything = |skipped| Everything {
        kinds: vec![
            Kind::Unit,
            Kind::Newtype("n"),
            Kind::Tuple(1, Some(true)),
            Kind::Struct { x: 0.1, y: vec![1, 2] },
        ],
        unit: Unit,
        newtype: Newtype(-5),
        pair: Pair('é', ()),
        numbers: BTreeMap::from([(-1, f64::NAN), (2, 0.5)]),
        characters: BTreeMap::from([('a', u64::MAX)]),
        flags: BTreeMap::from([(true, Some("yes")), (false, None)]),
        nothing: None,
        skipped,
        tuple: (7, "seven"),
    };
    for skipped in [None, Some(1), Some(2), None] {
        let written = to_value(&everything(skipped)).expect("JSON");
        assert_eq!(text(&written), text(&serde_json::to_value(everything(skipped)).expect("JSON")));
        keep(written);
    }
}

#[test]
fn what_is_no_json_is_refused_in_the_same_words() {
    fn refused(value: &impl Serialize) {
        let expected = serde_json::to_value(value).expect_err("is refused").to_string();
        assert_eq!(to_value(value).expect_err("is refused").to_string(), expected);
    }
    refused(&BTreeMap::from([(Some("a"), 1)]));
    refused(&BTreeMap::from([(vec![1], 1)]));
    refused(&BTreeMap::from([((), 1)]));
    refused(&[i128::MAX]);
    let many: Map<String, Value> = (0..40).map(|number| (number.to_string(), json!(number))).collect();
    for _ in 0..3 {
        let written = to_value(&many).expect("JSON");
        assert_eq!(written, Value::Object(many.clone()));
        keep(written);
    }
}

#[test]
fn large_conversations_are_not_kept() {
    keep(json!(["small"]));
    keep(json!(["x".repeat(KEPT)]));
    assert_eq!(LAST.take(), json!(["small"]));
}
