use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[test]
fn python_s_numbers_are_read() {
    for (text, value) in [
        ("-0", json!(0)),
        ("-0.0", json!(-0.0)),
        ("0", json!(0)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("18446744073709551615", json!(u64::MAX)),
        ("123456789.12345679", json!(123_456_789.123_456_79)),
        ("5e-324", json!(5e-324)),
        ("1E2", json!(100.0)),
        ("1e-400", json!(0.0)),
    ] {
        assert_eq!(to_value(text).as_ref(), Ok(&value), "{text}");
    }
    assert!(to_value("-0.0").unwrap().as_f64().unwrap().is_sign_negative());
}

/// What a builder is told of each number.
#[derive(Default)]
struct Told(Vec<String>);

impl<'text> Build<'text> for Told {
    type Value = ();
    fn null(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn integer(&mut self, digits: &'text str) -> Result<(), String> {
        self.0.push(digits.to_owned());
        Ok(())
    }
    fn float(&mut self, value: f64) -> Result<(), String> {
        self.0.push(format!("{value:?}"));
        Ok(())
    }
    fn string(&mut self, text: Cow<'text, str>) {
        let kind = if matches!(text, Cow::Borrowed(_)) { "borrowed" } else { "owned" };
        self.0.push(format!("{kind} {text}"));
    }
    fn array(&mut self, _: Vec<()>) {}
    fn object(&mut self, members: Vec<(Cow<'text, str>, ())>) {
        self.0.extend(members.into_iter().map(|(key, ())| format!("key {key}")));
    }
}

#[test]
fn builders_get_what_rust_s_numbers_cannot_hold() {
    let mut told = Told::default();
    let text = "[12345678901234567890123, 1E400, -1E400, NaN, Infinity, -Infinity, -0, -0.0]";
    read(text, &mut told).unwrap();
    assert_eq!(told.0, ["12345678901234567890123", "inf", "-inf", "NaN", "inf", "-inf", "0", "-0.0"]);
}

#[test]
fn strings_without_escapes_are_slices() {
    let mut told = Told::default();
    read(r#"["plain 🦙", "a\nb", {"k": "", "k": "x"}]"#, &mut told).unwrap();
    assert_eq!(told.0, ["borrowed plain 🦙", "owned a\nb", "borrowed ", "borrowed x", "key k"]);
}

#[test]
fn the_last_value_of_a_repeated_key_counts_at_the_first_place() {
    let written = |text: &str| to_value(text).unwrap().to_string();
    assert_eq!(written(r#"{"b":1,"a":2,"b":3}"#), r#"{"b":3,"a":2}"#);
    let many: Vec<String> = (0..20).map(|n| format!("\"k{}\":{n}", n % 10)).collect();
    let kept: Vec<String> = (0..10).map(|n| format!("\"k{n}\":{}", n + 10)).collect();
    assert_eq!(written(&format!("{{{}}}", many.join(","))), format!("{{{}}}", kept.join(",")));
}

#[test]
fn escapes_are_characters() {
    let text = r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83e\udd99\u0000""#;
    assert_eq!(to_value(text), Ok(json!("\"\\/\u{8}\u{c}\n\r\tAé🦙\0")));
    assert_eq!(to_value("\"\u{7f}\u{2028}\""), Ok(json!("\u{7f}\u{2028}")));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, message) in [
        ("", "line 1, column 1: expected a value, found the end of the text"),
        (" \n ", "line 2, column 2: expected a value, found the end of the text"),
        ("\u{feff}{}", "line 1, column 1: the text starts with a byte order mark (U+FEFF); remove it"),
        ("nul", "line 1, column 1: expected a value, found `nul`"),
        ("True", "line 1, column 1: expected a value, found `True`"),
        (
            "['a']",
            "line 1, column 2: expected a value, found a single quote; JSON's strings have double quotes",
        ),
        ("[1 2]", "line 1, column 4: expected `,` or `]`, found `2`"),
        ("{\"a\":1,}", "line 1, column 8: expected a key in double quotes, found `}`"),
        ("{a:1}", "line 1, column 2: expected a key in double quotes or `}`, found `a`"),
        ("{\"a\" 1}", "line 1, column 6: expected `:` after the key, found `1`"),
        ("{\"a\":1", "line 1, column 7: expected `,` or `}`, found the end of the text"),
        ("{} x", "line 1, column 4: expected the end of the text after the value, found `x`"),
        ("01", "line 1, column 2: expected the end of the text after the value, found `1`"),
        ("1.", "line 1, column 2: expected the end of the text after the value, found `.`"),
        ("-", "line 1, column 1: expected a value, found `-`"),
        ("+1", "line 1, column 1: expected a value, found `+`"),
        ("\u{a0}1", "line 1, column 1: expected a value, found `\\u{a0}`"),
        ("[\"é\",\n \"ab", "line 2, column 2: this string has no closing quote"),
        ("\"a\\", "line 1, column 1: this string has no closing quote"),
        ("\"a\\x\"", "line 1, column 3: `\\x` is not an escape of JSON"),
        ("\"\\u12\"", "line 1, column 2: expected four hexadecimal digits after `\\u`"),
        ("\"\\u+123\"", "line 1, column 2: expected four hexadecimal digits after `\\u`"),
        ("\"é\tb\"", "line 1, column 3: a string holds the control character U+0009; write it as `\\u0009`"),
        (
            "[18446744073709551616]",
            "line 1, column 2: the integer 18446744073709551616 cannot be kept exactly: it has more than 64 bits",
        ),
        ("NaN", "line 1, column 1: NaN (not a number) cannot be kept exactly: only finite numbers can"),
    ] {
        assert_eq!(to_value(text).map_err(|error| error.to_string()), Err(message.to_owned()), "{text:?}");
    }
}

#[test]
fn half_of_a_surrogate_pair_is_refused_where_it_stands() {
    for (text, column, named) in [
        (r#""\ud83d""#, 2, "\\ud83d"),
        (r#""a\udd99""#, 3, "\\udd99"),
        (r#""\ud83d\ud83d\udd99""#, 2, "\\ud83d"),
        (r#""\ud83dx""#, 2, "\\ud83d"),
        (r#""\ud83d\n""#, 2, "\\ud83d"),
    ] {
        let error = to_value(text).unwrap_err();
        assert_eq!(error.column(), column, "{text}");
        assert!(error.message().contains(named) && error.message().contains("lone surrogate"), "{error}");
    }
}

#[test]
fn no_text_exhausts_the_stack() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[{\"a\":".repeat(100_000)] {
        let error = to_value(&text).unwrap_err();
        assert!(error.message().contains("nested more than 512 deep"), "{error}");
    }
    let deepest = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert_eq!(to_value(&deepest).unwrap().to_string(), deepest);
    assert!(to_value(&format!("[{deepest}]")).is_err());
}

#[test]
fn python_s_longest_integer_is_the_longest() {
    let mut told = Told::default();
    assert!(read(&"1".repeat(4300), &mut told).is_ok());
    assert!(read(&"1".repeat(4301), &mut told).unwrap_err().message().contains("4301 digits"));
}

/// Any value that an ordinary JSON text can hold.
fn ordinary() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|value| serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".*", inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn ordinary_json_is_what_serde_json_reads(value in ordinary(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert_eq!(to_value(&text).unwrap().to_string(), value.to_string());
    }

    #[test]
    fn any_text_is_read_or_refused_as_serde_json_does(text in r#"[\[\]{}:,"\\/untrefalsb0-9.eE+\- \n]{0,12}"#) {
        let theirs = serde_json::from_str::<Value>(&text);
        let ours = to_value(&text);
        if let Ok(theirs) = theirs {
            // The integer -0 is 0 in Python.
            prop_assert_eq!(ours.unwrap().to_string().replace("-0.0", "0"), theirs.to_string().replace("-0.0", "0"));
        } else if let Ok(ours) = ours {
            prop_assert!(false, "{:?} was read as {}", text, ours);
        }
    }
}
