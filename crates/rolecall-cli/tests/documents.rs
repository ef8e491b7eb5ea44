//! Every command that the README, the guide and the other documents show is run, and prints what they show.
//!
//! A command stands in a code block of the language `console`, after `$`. What stands under it is what it prints, on
//! standard output and standard error; `…` stands for any text of a line, and a line of nothing else for any lines. Where
//! nothing stands under it, it only has to succeed. `console exit-1` says how the last command of a block ends.

#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test says what it expects")]

#[path = "documents/block.rs"]
mod block;
mod common;
#[path = "documents/place.rs"]
mod place;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use block::{Block, Step, blocks, is_as_shown};
use common::{rolecall, root};
use place::Place;

/// What is not run here, by how it begins, and why.
const PASSED_OVER: &[(&str, &str)] = &[
    ("cargo test --workspace", "this test is a part of it"),
    (
        "cargo run -p rolecall-testkit -- serve",
        "it runs until it is ended; the servers that it starts are those that the other commands talk to here",
    ),
    (
        "conformance/run",
        "it needs transformers, which it fetches; conformance.rs runs the script with what transformers gave",
    ),
    (
        "RUSTC_BOOTSTRAP=1 cargo fuzz run",
        "it takes cargo-fuzz, and minutes; the targets are built with the checks",
    ),
    ("benches/report", "it measures for minutes, and fetches what it compares with"),
    ("cargo bench -p rolecall-benches", "it measures for minutes; the benchmarks are built with the checks"),
    (
        "ROLECALL_CORPUS=FOLDER cargo bench -p rolecall-benches",
        "it needs templates that are not in the repository",
    ),
    (
        "ROLECALL_TOKENIZERS=FOLDER cargo bench -p rolecall-benches",
        "it needs a tokenizer that is too large for it",
    ),
];

/// The README, what stands beside it, and all of the guide.
fn documents() -> Vec<PathBuf> {
    fn add(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                add(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let names = ["README.md", "COMPATIBILITY.md", "CHANGELOG.md", "benches/README.md", "fuzz/README.md"];
    let mut found: Vec<PathBuf> = names.iter().map(|name| root().join(name)).collect();
    add(&root().join("docs"), &mut found);
    found.sort();
    found
}

fn all_blocks() -> Vec<Block> {
    let document = |path: &PathBuf| {
        let name = path.strip_prefix(root()).expect("it is of the repository").display().to_string();
        blocks(&name, &fs::read_to_string(path).expect("a document"))
    };
    documents().iter().flat_map(document).collect()
}

fn passed_over(command: &str) -> Option<usize> {
    PASSED_OVER.iter().position(|(beginning, _)| command.starts_with(beginning))
}

#[test]
fn every_command_prints_what_is_shown() {
    let (mut failures, mut count) = (Vec::new(), 0);
    let mut place: Option<(String, Place)> = None;
    for block in all_blocks().iter().filter(|block| block.language == "console") {
        // What one command of a document leaves, the next ones find.
        if place.as_ref().is_none_or(|(document, _)| *document != block.document) {
            place = Some((block.document.clone(), Place::new()));
        }
        let (_, place) = place.as_ref().expect("it was made above");
        let steps = block.steps();
        for (at, Step { command, shown }) in steps.iter().enumerate() {
            if passed_over(command).is_some() {
                continue;
            }
            count += 1;
            let (code, printed) = place.run(command);
            let expected = if at + 1 == steps.len() { block.exit_code } else { 0 };
            if code != Some(expected) || !shown.is_empty() && !is_as_shown(shown, &printed) {
                failures.push(format!(
                    "{}:{}: $ {command}\nended with {code:?}, expected {expected}, and printed\n{printed}",
                    block.document, block.line
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 0, "there are no commands");
}

#[test]
fn no_command_is_passed_over_in_silence() {
    let blocks = all_blocks();
    let mut is_needed = vec![false; PASSED_OVER.len()];
    for block in &blocks {
        if block.language == "console" {
            let steps = block.steps();
            assert!(!steps.is_empty(), "{}:{}: no line begins with $", block.document, block.line);
            for Step { command, .. } in &steps {
                let Some(at) = passed_over(command) else { continue };
                is_needed[at] = true;
                let what = cargo_names(&command.split_whitespace().collect::<Vec<_>>());
                assert!(
                    what.is_none_or(|path| path.exists()),
                    "{}: {command}: no such target",
                    block.document
                );
            }
        } else {
            let is_shell = ["sh", "bash", "shell", "zsh"].contains(&block.language.as_str());
            let is_command = block.text.lines().any(|line| line.starts_with("$ "));
            assert!(!is_shell && !is_command, "{}:{}: not a console block", block.document, block.line);
        }
    }
    for ((beginning, _), is_needed) in PASSED_OVER.iter().zip(is_needed) {
        assert!(is_needed, "no document shows {beginning:?}");
    }
}

#[test]
fn the_readme_has_the_table_of_the_last_report() {
    let report = fs::read_to_string(root().join("conformance/report.md")).expect("the report");
    let table = report.lines().skip_while(|line| !line.starts_with("| group |"));
    let table: Vec<&str> = table.take_while(|line| !line.is_empty()).collect();
    assert!(table.len() > 2, "{report}");
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let table = table.join("\n");
    assert!(readme.contains(&table), "the README does not show\n{table}");
}

#[test]
fn links_lead_somewhere() {
    let mut count = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        for link in block::links(&text) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(target.exists(), "{}: {link}: there is no such file", path.display());
            if !anchor.is_empty() {
                let text = fs::read_to_string(&target).expect("a document");
                let is_there = block::anchors(&text).any(|known| known == anchor);
                assert!(is_there, "{}: {link}: there is no such heading", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 20, "{count} links");
}

/// `rolecall fetch --locked` in the middle of a sentence.
#[test]
fn commands_in_sentences_exist() {
    let mut help = HashMap::new();
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        for code in block::inline_code(&text) {
            let words: Vec<&str> = code.split_whitespace().collect();
            match words.as_slice() {
                ["rolecall", command, words @ ..] if !command.starts_with('-') => {
                    let help = help.entry((*command).to_owned());
                    let help = help.or_insert_with(|| rolecall([command, "--help"]).ok());
                    for flag in words.iter().filter(|word| word.starts_with("--")) {
                        assert!(help.contains(flag), "{}: {code}: there is no {flag}", path.display());
                    }
                }
                ["cargo", words @ ..] => {
                    let what = cargo_names(words);
                    assert!(
                        what.is_none_or(|path| path.exists()),
                        "{}: {code}: no such target",
                        path.display()
                    );
                }
                _ => {}
            }
        }
    }
    assert!(help.len() > 5, "{:?}", help.keys());
}

/// The examples in the help of each command; whether they succeed depends on models that nobody has here.
#[test]
fn examples_in_the_help_are_understood() {
    let place = Place::new();
    place.run(": > in.jsonl");
    let (mut count, mut commands) = (0, vec![String::new()]);
    while let Some(command) = commands.pop() {
        let (_, help) = place.run(&format!("rolecall {command} --help"));
        let names = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names =
            names.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
        commands.extend(names.filter(|name| *name != "help").map(|name| format!("{command} {name}")));
        let Some((_, examples)) = help.split_once("\nExample") else { continue };
        // Long lines are wrapped.
        let examples = examples.split("\n  rolecall ").skip(1).map(|example| example.replace('\n', " "));
        for example in examples {
            let (code, printed) = place.run(&format!("rolecall {example} < /dev/null"));
            let is_understood = code != Some(2) && !printed.contains("panicked");
            assert!(is_understood, "rolecall {example}\n{printed}");
            count += 1;
        }
    }
    assert!(count > 10, "{count} examples");
}

/// The folder of the package, or the file of the test, the example or the benchmark, that a command of cargo names.
fn cargo_names(words: &[&str]) -> Option<PathBuf> {
    let value = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1));
    let package = match *value("-p")? {
        "rolecall-benches" => root().join("benches"),
        package => root().join("crates").join(package),
    };
    Some(match (value("--test"), value("--example"), value("--bench")) {
        (Some(test), _, _) => package.join("tests").join(format!("{test}.rs")),
        (None, Some(example), _) => package.join("examples").join(format!("{example}.rs")),
        (None, None, Some(bench)) => package.join(format!("{bench}.rs")),
        (None, None, None) => package,
    })
}
