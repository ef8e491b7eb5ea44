//! The command on a small data folder in which some recorded results are wrong on purpose.

#![allow(clippy::expect_used, reason = "a test that cannot start has failed")]

use std::process::{Command, Output};

use serde_json::{Value, json};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolecall-conformance"))
        .env_remove("ROLECALL_CONFORMANCE_DATA")
        .env_remove("ROLECALL_TOKENIZERS")
        .args(arguments)
        .output()
        .expect("the command starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn every_kind_of_difference_is_counted() {
    let output = run(&[DATA, "--json", "--show", "9"]);
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a JSON document");
    let group = |name: &str| report["groups"][name].clone();
    assert_eq!(
        group("language"),
        json!({"texts": 3, "equal": 1, "other": 1, "failed": 1,
               "errors": 4, "class": 2, "words": 1, "none": 1, "panics": 0})
    );
    assert_eq!(
        group("corpus"),
        json!({"texts": 9, "equal": 9, "other": 0, "failed": 0,
               "errors": 3, "class": 3, "words": 3, "none": 0, "panics": 0})
    );
    assert_eq!(group("corpus.continue")["equal"], 3);
    let counted = |name: &str| (group(name)["texts"].clone(), group(name)["equal"].clone());
    assert_eq!(counted("corpus.traced"), (json!(9), json!(9)));
    // The command is measured where it is built beside this one.
    let passed_over = report["passed_over"].to_string();
    assert!(passed_over.contains("corpus.batch: ") || group("corpus.batch") == group("corpus"), "{report}");
    // Where the text of a block is captured, the reference's places are wrong and its lengths right.
    assert_eq!(counted("corpus.generation"), (json!(2), json!(1)));
    assert_eq!(counted("corpus.generation.lengths"), (json!(2), json!(2)));
    assert_eq!(group("language.print")["texts"], 3);
    assert_eq!((&report["agreeing"], &report["cases"]), (&json!(14), &json!(19)));
    assert_eq!(
        report["passed_over"][0],
        "tokens: no folder with tokenizers was given, in ROLECALL_TOKENIZERS"
    );
    let unreadable = report["unreadable"][0].as_str().expect("one case");
    assert!(unreadable.starts_with("language/print-3: "), "{unreadable}");
    let differing: Vec<&str> = report["differences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|case| case["case"].as_str())
        .collect();
    assert_eq!(
        differing,
        [
            "language/print-2",
            "language/print-4",
            "language/error-2",
            "language/error-3",
            "language/error-4",
            "corpus/spoken/dated (generation)"
        ]
    );
}

#[test]
fn a_difference_is_shown_where_the_texts_part() {
    let report = stdout(&run(&[DATA, "--filter", "print-2", "--show", "1"]));
    assert!(report.contains("language/print-2: another text at line 1, column 13"), "{report}");
    assert!(report.contains(r"reference: tab\tand bell⟦!⟧"), "{report}");
    assert!(report.contains(r"rolecall:  tab\tand bell⟦\u{7}⟧"), "{report}");
    assert!(report.ends_with("0 of 1 cases agree with the reference\n"), "{report}");
}

#[test]
fn bars_decide_the_exit_code() {
    for (code, bars) in [
        (0, ["--min=corpus.equal=9", "--min=language.class=2/4", "--max=corpus.other=0"]),
        (1, ["--min=corpus.equal=10", "--min=language.class=2/4", "--max=corpus.other=0"]),
        (1, ["--min=corpus.equal=9", "--min=language.class=3/4", "--max=corpus.other=0"]),
        (1, ["--min=corpus.equal=9", "--min=language.class=2/4", "--max=language.other=0"]),
        // A bar for other data says nothing about these.
        (0, ["--min=corpus.equal=9", "--min=language.class=9/9", "--max=corpus.other=0"]),
        (1, ["--min=corpus.none.equal=3", "--min=language.class=2/4", "--max=corpus.other=0"]),
        (2, ["--min=corpus.same=3", "--min=language.class=2/4", "--max=corpus.other=0"]),
    ] {
        let mut arguments = vec![DATA];
        arguments.extend(bars);
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{bars:?}: {}", stdout(&output));
    }
}

#[test]
fn printed_bars_are_those_that_the_same_results_clear() {
    let printed = stdout(&run(&[DATA, "--print-bars"]));
    assert!(printed.contains("min corpus.plain.equal=6/6\n"), "{printed}");
    assert!(printed.contains("max language.other=1/3\n"), "{printed}");
    let bars: Vec<String> = printed.lines().map(|line| format!("--{}", line.replace(' ', "="))).collect();
    let mut arguments = vec![DATA];
    arguments.extend(bars.iter().map(String::as_str));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).ends_with(&format!("; {} bars cleared\n", bars.len())), "{}", stdout(&output));
}

#[test]
fn without_data_it_says_so_and_passes() {
    for arguments in [&[][..], &["no/such/folder"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).starts_with("conformance is passed over: "), "{}", stdout(&output));
    }
    let empty = run(&[concat!(env!("CARGO_MANIFEST_DIR"), "/src")]);
    assert_eq!(empty.status.code(), Some(2), "a folder without any data");
}
