//! `rolecall completions` and `rolecall man`.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use std::fs;

use common::rolecall;

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = rolecall(["completions", shell]).ok();
        for word in ["render", "snapshot", "--special-tokens", "--image-size"] {
            // Fish leaves out the dashes.
            assert!(script.contains(word.trim_start_matches('-')), "{shell} knows nothing of {word}");
        }
    }
    rolecall(["completions", "csh"]).fails(2, &["csh"]);
}

#[test]
fn every_command_has_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man/man1");
    assert_eq!(rolecall(["man".as_ref(), pages.as_os_str()]).ok(), "");
    let help = rolecall(["--help"]).ok();
    let commands = help
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.starts_with(char::is_lowercase));
    let mut count = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let page = fs::read_to_string(pages.join(format!("rolecall-{command}.1"))).expect(command);
        assert!(page.contains(".SH NAME") && page.contains(env!("CARGO_PKG_VERSION")), "{command}");
        count += 1;
    }
    assert!(count >= 10, "{help}");
    assert!(pages.join("rolecall.1").is_file());

    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    rolecall(["man".as_ref(), file.as_os_str()]).fails(1, &["file: "]);
}
