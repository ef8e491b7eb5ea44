//! What the reference makes of some thousands of templates: `cases/*.jsonl`, written by `oracle/record.py`.
//!
//! `cases/known.txt` names the ones where this engine differs, and why.

#![allow(clippy::expect_used, reason = "helpers of tests, which fail by panicking")]

#[path = "support/case.rs"]
mod case;
#[path = "support/engine.rs"]
mod engine;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use case::Case;

/// How many mismatches are written out.
const SHOWN: usize = 100;

/// A line of `known.txt`: a file and the source of a case in it, as JSON, or `*`; then the reason.
struct Known {
    file: String,
    source: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn known() -> Vec<Known> {
    let text = std::fs::read_to_string(folder().join("known.txt")).expect("there is a known.txt");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (file, rest) = line.split_once(' ').expect("a file and a case");
            let (source, reason) = if let Some(reason) = rest.strip_prefix('*') {
                (None, reason)
            } else {
                let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let source = values.next().expect("a source").expect("a source as JSON");
                (Some(source), &rest[values.byte_offset()..])
            };
            assert!(!reason.trim().is_empty(), "{line}: why?");
            Known { file: file.to_owned(), source }
        })
        .collect()
}

#[test]
fn every_case_is_answered_as_by_the_reference() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the cases are there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are no cases");

    let mut known = known();
    let (mut count, mut mismatches) = (0, 0);
    let mut report = String::new();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let whole_file = known.iter().any(|entry| entry.file == name && entry.source.is_none());
        for case in Case::read(path).expect("cases in JSON") {
            count += 1;
            let Some(mismatch) = case.run() else { continue };
            let expected = known
                .iter()
                .position(|entry| entry.file == name && entry.source.as_ref() == Some(&case.source));
            if let Some(index) = expected {
                known.swap_remove(index);
            } else if !whole_file {
                mismatches += 1;
                if mismatches <= SHOWN {
                    writeln!(report, "{mismatch}").expect("memory");
                }
            }
        }
    }
    for entry in known.iter().filter(|entry| entry.source.is_some()) {
        writeln!(report, "known.txt: {} {:?} is right by now", entry.file, entry.source).expect("memory");
    }
    assert!(
        report.is_empty(),
        "{mismatches} of {count} cases are answered differently; the first {SHOWN}:\n{report}"
    );
}
