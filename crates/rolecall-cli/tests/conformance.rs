//! `conformance/run`, as far as it goes without a network: against what transformers gave when it was last run.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test says what it expects, and what it passes over"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::root;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(root().join("conformance/run"))
        .args(arguments)
        .args(["--rolecall", env!("CARGO_BIN_EXE_rolecall")])
        .output()
        .expect("the script starts")
}

/// Whether the script can run; it is for people who have Python.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("passed over: there is no python3");
    }
    found
}

fn compare(recorded: &Path, folder: &Path) -> (Option<i32>, String, String) {
    let report = folder.join("report.md");
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let output = run(&["--recorded", &path(recorded), "--report", &path(&report)]);
    let report = fs::read_to_string(report).unwrap_or_default();
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"), report)
}

/// What a run says of itself, without the version of rolecall and the date.
fn summary(report: &str) -> &str {
    let line = report.lines().find(|line| line.contains(" cases exact: ")).expect("a summary");
    line.rsplit_once(", rolecall ").expect("a version").0
}

#[test]
fn what_transformers_gave_is_what_rolecall_gives() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (code, out, report) = compare(&root().join("conformance/recorded.json"), folder.path());
    assert_eq!(code, Some(0), "{out}{report}");
    // The last run with transformers itself, which the README quotes.
    let kept = fs::read_to_string(root().join("conformance/report.md")).expect("the report");
    assert_eq!(summary(&report), summary(&kept));
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let quoted = kept.lines().find(|line| line.contains(" cases exact: ")).expect("a summary");
    assert!(readme.contains(quoted), "the README does not quote {quoted:?}");
}

#[test]
fn every_kind_of_difference_is_told() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(root().join("conformance/recorded.json")).expect("the results");
    let mut recorded: Value = serde_json::from_str(&text).expect("JSON");
    let results = &mut recorded["results"];
    let moo = "Which animal says moo?";
    let other =
        results["built in/chatml"]["one-turn"]["text"].as_str().expect("a text").replace(moo, "Which one?");
    results["built in/chatml"]["one-turn"]["text"] = other.into();
    results["templates/broken"]["turns"]["kind"] = "TypeError".into();
    results["templates/broken"]["tools"]["message"] = "other words".into();
    results["templates/clock"]["tools"] = serde_json::json!({"kind": "TypeError", "message": "no"});
    results["templates/broken"]["system"] = serde_json::json!({"text": ""});
    results["fixtures/tiny-llama"] = Value::Null;
    results["built in/gemma"].as_object_mut().expect("results").remove("turns");
    let path = folder.path().join("recorded.json");
    fs::write(&path, recorded.to_string()).expect("writes");
    let (code, out, report) = compare(&path, folder.path());
    assert_eq!(code, Some(1), "{out}");
    for part in [
        "| built in/chatml | one-turn | other text from character 23: ",
        "\\nWhich one?<\\|im_end",
        "| templates/broken | turns | another class of error: TypeError in the reference, TemplateSyntaxError here",
        "| templates/broken | tools | another message of TemplateSyntaxError: 'other words' in the reference",
        "| templates/clock | tools | rolecall renders what the reference refuses: TypeError: no |",
        "| templates/broken | system | rolecall fails where the reference does not: TemplateSyntaxError: ",
        "| fixtures/tiny-llama | there is no result of the reference |",
        "| built in/gemma with turns | there is no result of the reference |",
        "| templates | 234 | 230 | 4 |",
    ] {
        assert!(report.contains(part), "{part:?} is not in {report}");
    }
}

#[test]
fn bad_use_is_told() {
    if !has_python() {
        return;
    }
    let rows: [(&[&str], &str); 4] = [
        (&["--mood", "good"], "--mood is no option"),
        (&["--recorded", "/nonexistent", "--models", "/nonexistent"], "there is no folder /nonexistent"),
        (&["--recorded", "/nonexistent", "--report", "/nonexistent"], "cannot read /nonexistent"),
        (
            &["--recorded", "/nonexistent", "--conversations", concat!(env!("CARGO_MANIFEST_DIR"), "/src")],
            "holds no conversations",
        ),
    ];
    for (arguments, part) in rows {
        let output = run(arguments);
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(part) && !told.contains("Traceback"), "{part:?} is not in {told}");
    }
    let help =
        Command::new(root().join("conformance/run")).arg("--help").output().expect("the script starts");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--models DIR"));
}
