//! Runs the command as a person would, in an environment of its own.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    reason = "shared by tests, none of which uses everything"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A run of the command, not started yet.
pub struct Run {
    command: Command,
    input: Option<String>,
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// `rolecall` with these arguments, in the root of the repository, with no setting of the machine's.
pub fn rolecall<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.args(arguments).current_dir(root()).env_clear().env("HOME", "/nonexistent");
    Run { command, input: None }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Run {
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    pub fn end(mut self) -> Ended {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("its input is piped");
        // The command may end without reading.
        let _ = stdin.write_all(self.input.unwrap_or_default().as_bytes());
        drop(stdin);
        let Output { status, stdout, stderr } = child.wait_with_output().expect("the command ends");
        Ended {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).expect("output is UTF-8"),
            err: String::from_utf8(stderr).expect("messages are UTF-8"),
        }
    }

    /// Runs, and expects success.
    pub fn ok(self) -> String {
        let ended = self.end();
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out
    }

    /// Runs, and expects a failure of one paragraph that contains all of `parts`.
    pub fn fails(self, code: i32, parts: &[&str]) {
        let ended = self.end();
        assert_eq!(ended.code, code, "{ended:?}");
        for part in parts {
            assert!(ended.err.contains(part), "{part:?} is not in {}", ended.err);
        }
        assert!(!ended.err.contains("panicked") && !ended.err.contains("backtrace"), "{}", ended.err);
        assert!(code == 2 || !ended.err.trim().contains("\n\n"), "more than a paragraph: {}", ended.err);
    }
}
