//! Templates at random: none panics, and each gives the same twice; with `ROLECALL_ORACLE=path/to/python`, a
//! Python that has transformers, each gives what the reference gives.
//!
//! `PROPTEST_CASES` says how many batches are tried.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

#[path = "support/case.rs"]
#[allow(dead_code, reason = "recorded cases are for another test")]
mod case;
#[path = "support/engine.rs"]
mod engine;
#[path = "support/generate.rs"]
mod generate;
#[path = "support/oracle.rs"]
mod oracle;

use std::fmt::Write as _;

use case::{Answer, answer, in_a_line};
use oracle::Oracle;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// Templates that are asked about at once.
const BATCH: usize = 50;

/// A message is compared where it holds nothing that changes from run to run.
fn settled(answer: &Answer) -> bool {
    let text = answer.as_ref().map_or_else(|(_, message)| message.as_str(), String::as_str);
    !text.to_lowercase().contains(" at 0x")
}

fn different(source: &str, context: &Value, expected: &Answer, found: &Answer) -> String {
    format!(
        "{source:?}\n    context  {context}\n    expected {}\n    found    {}\n",
        in_a_line(expected),
        in_a_line(found)
    )
}

#[test]
fn random_templates_are_answered_as_by_the_reference() {
    let mut oracle = Oracle::start();
    let batches = Config::default().cases / 8;
    let mut runner = TestRunner::new(Config::default());
    let strategy = (generate::template(), generate::context());
    let mut report = String::new();
    let mut count = 0;
    for _ in 0..batches.max(1) {
        let cases: Vec<(String, Value)> = (0..BATCH)
            .map(|_| strategy.new_tree(&mut runner).expect("a template").current())
            .collect();
        let expected = oracle.as_mut().map(|oracle| oracle.answers(&cases));
        for (index, (source, context)) in cases.iter().enumerate() {
            let text = context.to_string();
            let found = answer(source, &text);
            let expected = match &expected {
                Some(expected) => expected[index].clone(),
                None => Some(answer(source, &text)),
            };
            let panicked = matches!(&found, Err((kind, _)) if kind == "panic");
            let Some(expected) = expected.filter(settled) else { continue };
            if panicked || found != expected {
                count += 1;
                if count <= 20 {
                    write!(report, "{}", different(source, context, &expected, &found)).expect("memory");
                }
            }
        }
    }
    assert!(report.is_empty(), "{count} templates are answered differently:\n{report}");
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    /// The same without the reference, made smaller where it fails.
    #[test]
    fn a_random_template_gives_the_same_twice(source in generate::template(), context in generate::context()) {
        let text = context.to_string();
        let first = answer(&source, &text);
        prop_assert!(!matches!(&first, Err((kind, _)) if kind == "panic"), "{source:?}: {first:?}");
        prop_assert_eq!(&first, &answer(&source, &text), "{}", source);
    }
}
