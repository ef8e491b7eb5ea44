//! Templates at random: none panics, and each gives the same twice; with `ROLECALL_ORACLE=path/to/python`, a
//! Python that has transformers, each gives what the reference gives.
//!
//! `PROPTEST_CASES` says how many are tried.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests, which fail by panicking")]

#[path = "support/case.rs"]
#[allow(dead_code, reason = "recorded cases are for another test")]
mod case;
#[path = "support/engine.rs"]
mod engine;
#[path = "support/generate.rs"]
mod generate;
#[path = "support/oracle.rs"]
mod oracle;

use case::{Answer, answer, in_a_line};
use oracle::Oracle;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// How many differences are written out, each as small as it can be made in so many steps.
const SHOWN: usize = 20;
const SIMPLER: usize = 500;

/// A message is compared where it holds nothing that changes from run to run.
fn settled(answer: &Answer) -> bool {
    let text = answer.as_ref().map_or_else(|(_, message)| message.as_str(), String::as_str);
    !text.to_lowercase().contains(" at 0x")
}

/// An address is refused even where it is not shown in the end.
fn refuses_address(found: &Answer) -> bool {
    matches!(found, Err((kind, message)) if kind == "UnsupportedError" && message.contains("address in memory"))
}

/// How a template is answered differently by this engine, if it is: by the reference, or without it by a
/// second render.
fn difference(oracle: Option<&mut Oracle>, case: &(String, Value)) -> Option<String> {
    let (source, context) = case;
    let text = context.to_string();
    let found = answer(source, &text);
    let expected = match oracle {
        Some(oracle) => oracle.answers(std::slice::from_ref(case)).pop().flatten()?,
        None => answer(source, &text),
    };
    let panicked = matches!(&found, Err((kind, _)) if kind == "panic");
    let differs = panicked || (settled(&expected) && found != expected && !refuses_address(&found));
    differs.then(|| {
        let (expected, found) = (in_a_line(&expected), in_a_line(&found));
        format!("{source:?}\n    context  {text}\n    expected {expected}\n    found    {found}\n")
    })
}

/// The smallest template found that is still answered differently.
fn smallest(
    oracle: &mut Option<Oracle>,
    tree: &mut impl ValueTree<Value = (String, Value)>,
) -> Option<String> {
    let mut best = difference(oracle.as_mut(), &tree.current())?;
    for _ in 0..SIMPLER {
        if !tree.simplify() {
            break;
        }
        loop {
            if let Some(simpler) = difference(oracle.as_mut(), &tree.current()) {
                best = simpler;
                break;
            }
            if !tree.complicate() {
                return Some(best);
            }
        }
    }
    Some(best)
}

#[test]
fn random_templates_are_answered_as_by_the_reference() {
    let mut oracle = Oracle::start();
    let mut runner = TestRunner::new(Config::default());
    let strategy = (generate::template(), generate::context());
    let (mut count, mut reports) = (0, Vec::new());
    for _ in 0..Config::default().cases {
        let mut tree = strategy.new_tree(&mut runner).expect("a template");
        if let Some(report) = difference(oracle.as_mut(), &tree.current()) {
            count += 1;
            if reports.len() < SHOWN {
                reports.push(smallest(&mut oracle, &mut tree).unwrap_or(report));
            }
        }
    }
    assert!(reports.is_empty(), "{count} templates are answered differently:\n{}", reports.concat());
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
