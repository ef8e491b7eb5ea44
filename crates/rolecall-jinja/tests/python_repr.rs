//! Floats and texts are spelled as Python's `repr` spells them: by the tables in `tables/`, which
//! `oracle/tables.py` writes with Python, and by the rules that the tables are made of.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::RangeInclusive;

use proptest::prelude::*;
use rolecall_jinja::{Template, text};
use serde_json::json;

const FLOATS: &str = include_str!("tables/floats.txt");
const TEXTS: &str = include_str!("tables/texts.txt");
const PRINTABLE: &str = include_str!("tables/printable.txt");

/// What a template prints of a value: by itself, inside of a list, joined to a text, and as JSON.
fn printed(template: &Template, value: impl Into<serde_json::Value>) -> String {
    template.render(&json!({ "x": value.into() })).unwrap()
}

fn every_way() -> Template {
    Template::new("{{ x }} {{ [x] }} {{ '' ~ x }} {{ x|tojson }} {{ x|string }}").unwrap()
}

/// The value of a literal in a template.
fn read_back(literal: &str) -> String {
    Template::new(&format!("{{{{ {literal} }}}}")).unwrap().render(&json!({})).unwrap()
}

fn hexadecimal(digits: &str) -> u32 {
    u32::from_str_radix(digits, 16).unwrap()
}

#[test]
fn floats_of_the_table() {
    let template = every_way();
    for line in FLOATS.lines() {
        let (bits, repr) = line.split_once(' ').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        assert_eq!(printed(&template, value), format!("{repr} [{repr}] {repr} {repr} {repr}"));
    }
    assert!(FLOATS.lines().count() > 2_000);
}

#[test]
fn texts_of_the_table() {
    let template = Template::new("{{ [x] }}").unwrap();
    for line in TEXTS.lines() {
        let (points, repr) = line.split_once(" = ").unwrap();
        let text: String =
            points.split_whitespace().map(|point| char::from_u32(hexadecimal(point)).unwrap()).collect();
        assert_eq!(text::repr(&text), repr);
        assert_eq!(printed(&template, text), format!("[{repr}]"));
    }
    assert!(TEXTS.lines().count() > 400);
}

/// The runs of characters that Python prints.
fn printable() -> Vec<RangeInclusive<u32>> {
    let run = |line: &str| {
        let (first, last) = line.split_once(' ').unwrap();
        hexadecimal(first)..=hexadecimal(last)
    };
    PRINTABLE.lines().map(run).collect()
}

fn is_printable(point: u32, printable: &[RangeInclusive<u32>]) -> bool {
    let run = printable.get(printable.partition_point(|run| *run.end() < point));
    run.is_some_and(|run| run.contains(&point))
}

/// `repr` character by character, as Python's documentation tells it.
fn repr_by_rule(text: &str, printable: &[RangeInclusive<u32>]) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let spelled = |c: char| match (c, u32::from(c)) {
        ('\n', _) => "\\n".to_owned(),
        ('\r', _) => "\\r".to_owned(),
        ('\t', _) => "\\t".to_owned(),
        (c, _) if c == '\\' || c == quote => format!("\\{c}"),
        (c, point) if is_printable(point, printable) => c.to_string(),
        (_, point @ 0..=0xff) => format!("\\x{point:02x}"),
        (_, point @ 0..=0xffff) => format!("\\u{point:04x}"),
        (_, point) => format!("\\U{point:08x}"),
    };
    let inside: String = text.chars().map(spelled).collect();
    format!("{quote}{inside}{quote}")
}

#[test]
fn every_character_is_printed_or_escaped_as_in_the_table() {
    let printable = printable();
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        assert_eq!(text::repr(&text), repr_by_rule(&text, &printable));
    }
}

/// The digits of a spelling, without zeros at either end, and the power of ten of the first of them.
fn digits_and_exponent(spelling: &str) -> (String, i32) {
    let (mantissa, exponent) = spelling.split_once('e').unwrap_or((spelling, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let exponent: i32 = exponent.parse().unwrap();
    let place = i32::try_from(whole.len()).unwrap() - 1 - i32::try_from(leading).unwrap();
    (all.trim_matches('0').to_owned(), exponent + place)
}

/// Whether some decimal of so many digits is read as `value`: the nearest one, or one of those beside it.
fn has_spelling_of(digits: usize, value: f64) -> bool {
    let nearest = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = nearest.split_once('e').unwrap();
    let mantissa: u64 = mantissa.replace('.', "").parse().unwrap();
    let exponent = exponent.parse::<i64>().unwrap() - i64::try_from(digits).unwrap() + 1;
    (mantissa - 1..=mantissa + 1).any(|mantissa| format!("{mantissa}e{exponent}").parse() == Ok(value))
}

fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => any::<char>(),
        2 => prop::sample::select(vec!['\'', '"', '\\', '\n', '\r', '\t', '\0', '\u{7f}', '\u{ad}', '\u{2028}']),
        2 => prop::char::range(' ', '~'),
    ];
    prop::collection::vec(character, 0..24).prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn texts_are_spelled_by_the_rule_and_read_back(text in texts()) {
        let repr = text::repr(&text);
        prop_assert_eq!(&repr, &repr_by_rule(&text, &printable()));
        prop_assert_eq!(read_back(&repr), text);
    }

    #[test]
    fn floats_have_the_shortest_spelling_that_reads_back(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let repr = printed(&Template::new("{{ x }}").unwrap(), value);
        prop_assert_eq!(repr.parse::<f64>().unwrap().to_bits(), bits);
        prop_assert_eq!(read_back(&repr), repr.clone());

        let magnitude = value.abs();
        prop_assume!(magnitude > 0.0);
        let (digits, exponent) = digits_and_exponent(repr.trim_start_matches('-'));
        prop_assert!(digits.len() == 1 || !has_spelling_of(digits.len() - 1, magnitude), "{} is not the shortest", repr);
        let nearest = format!("{magnitude:.*e}", digits.len() - 1);
        if nearest.parse() == Ok(magnitude) {
            prop_assert_eq!(digits_and_exponent(&nearest), (digits, exponent), "{} is not the nearest", repr);
        }
        prop_assert_eq!(repr.contains('e'), !(-4..16).contains(&exponent), "{}", repr);
    }

    #[test]
    fn floats_of_few_digits_are_spelled_as_they_are_written(
        digits in 1..1_000_000_i64,
        places in 1..9_i32,
    ) {
        let written = format!("{}.{:0width$}", digits / 10_i64.pow(places.unsigned_abs()),
            digits % 10_i64.pow(places.unsigned_abs()), width = usize::try_from(places).unwrap());
        let value: f64 = written.parse().unwrap();
        prop_assume!(value >= 1e-4 && !written.ends_with('0'));
        prop_assert_eq!(printed(&Template::new("{{ x }}").unwrap(), value), written);
    }
}
