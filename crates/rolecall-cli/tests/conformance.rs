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
        .args(["--rolecall", env!("CARGO_BIN_EXE_rolecall")])
        .args(arguments)
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

/// Two folders may hold models of one name; each is compared with its own result.
#[test]
fn models_of_one_name_are_told_apart() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let base = folder.path().canonicalize().expect("a path");
    let (mut results, mut arguments) = (serde_json::Map::new(), Vec::new());
    for (given, template) in [("first", "Hi"), ("second", "Ho")] {
        let model = base.join(given).join("llama");
        fs::create_dir_all(&model).expect("a folder");
        fs::write(model.join("chat_template.jinja"), template).expect("writes");
        let key = format!("models{}", model.display());
        results.insert(key, serde_json::json!({"one": {"text": template}}));
        arguments.extend(["--models".to_owned(), base.join(given).display().to_string()]);
    }
    let conversations = base.join("conversations");
    fs::create_dir(&conversations).expect("a folder");
    fs::write(conversations.join("one.json"), r#"[{"role": "user", "content": "Hm"}]"#).expect("writes");
    let recorded = serde_json::json!({
        "versions": {"transformers": "5.23.0", "jinja2": "3.1.6", "python": "3.11.7"},
        "results": results,
        "unloaded": {},
    });
    fs::write(base.join("recorded.json"), recorded.to_string()).expect("writes");
    for (option, name) in
        [("--conversations", "conversations"), ("--recorded", "recorded.json"), ("--report", "report.md")]
    {
        arguments.extend([option.to_owned(), base.join(name).display().to_string()]);
    }
    let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let report = fs::read_to_string(base.join("report.md")).unwrap_or_default();
    assert_eq!(output.status.code(), Some(0), "{}{report}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("\n2 of 2 cases exact: "), "{report}");
}

#[test]
fn bad_use_is_told() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let no_request = folder.path().join("number.json");
    fs::write(&no_request, "5").expect("writes");
    let folder = folder.path().to_str().expect("UTF-8");
    let rows: [(&[&str], &str); 7] = [
        (&["--mood", "good"], "--mood is no option"),
        (&["--recorded", "/nonexistent", "--models", "/nonexistent"], "there is no folder /nonexistent"),
        (&["--recorded", "/nonexistent", "--report", "/nonexistent"], "cannot read /nonexistent"),
        (
            &["--recorded", "/nonexistent", "--conversations", concat!(env!("CARGO_MANIFEST_DIR"), "/src")],
            "holds no conversations",
        ),
        (
            &["--conversations", folder, "--recorded", "/nonexistent"],
            "number.json is no chat request: it should be",
        ),
        (&["--recorded", no_request.to_str().expect("UTF-8")], "number.json was not written by --record"),
        (
            &["--rolecall", "/nonexistent/rolecall", "--recorded", "/nonexistent"],
            "cannot run /nonexistent/rolecall",
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
