//! The README's picture of `rolecall render --spans` shows what the command prints.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;
#[path = "picture/svg.rs"]
mod svg;

use std::{env, fs};

use common::{rolecall, root};

#[test]
fn the_picture_shows_what_the_command_prints() {
    let arguments = ["render", "--spans", "--model", "builtin:llama-3", "examples/forged.json"];
    let ended = rolecall(arguments.iter().copied().chain(["--color", "always"])).end();
    assert_eq!(ended.code, 0, "{}", ended.err);
    let terminal = format!("$ rolecall {}\n{}{}", arguments.join(" "), ended.err, ended.out);
    let picture = svg::picture(&terminal, "A prompt in colours that tell who wrote what");

    let path = root().join("docs/spans.svg");
    if env::var_os("ROLECALL_WRITE_PICTURE").is_some() {
        fs::write(&path, &picture).expect("writes");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == picture,
        "docs/spans.svg is out of date. Write it again with: \
         ROLECALL_WRITE_PICTURE=1 cargo test -p rolecall-cli --test picture"
    );
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    assert!(readme.contains("](docs/spans.svg)"));
}
