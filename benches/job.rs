//! A batch job: a file of chat requests, rendered line by line by the command and by the peers.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::peers::process::Peer;
use crate::timing::Entry;
use crate::{TEMPLATE, conversation};

/// How many lines there are.
pub const LINES: usize = 5000;

/// How many messages a line has.
pub const MESSAGES: usize = 8;

/// The command with one worker.
pub const ONE: &str = "rolecall batch --jobs 1";

/// The command with a worker for each processor.
pub const ALL: &str = "rolecall batch";

/// The files of the job, and the command.
pub struct Job {
    folder: TempDir,
    command: PathBuf,
}

impl Job {
    /// Writes the file and builds the command, as its users have it.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let line = json!({"messages": conversation(MESSAGES), "add_generation_prompt": true});
        fs::write(folder.path().join("in.jsonl"), format!("{line}\n").repeat(LINES)).expect("writes");
        Self { folder, command: built() }
    }

    fn input(&self) -> PathBuf {
        self.folder.path().join("in.jsonl")
    }

    fn output(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command and the peers, after a look at whether all write the same. An entry's time is that of the whole file;
    /// the command's has its start in it, the peers' has not.
    pub fn entries<'a>(&'a self, peers: &'a [Peer]) -> Vec<Entry<'a>> {
        let expected = self.output("expected.jsonl");
        self.rolecall(Some("1"), &expected);
        let expected = fs::read(expected).expect("reads");
        let entry = |name, write: Box<dyn Fn(&Path) -> Duration + 'a>| {
            let output = self.output("out.jsonl");
            write(&output);
            assert!(fs::read(&output).expect("reads") == expected, "{name} writes something else");
            Entry::timed(name, move |runs| (0..runs).map(|_| write(&output)).sum())
        };
        let mut entries = vec![
            entry(ONE, Box::new(|output| self.rolecall(Some("1"), output))),
            entry(ALL, Box::new(|output| self.rolecall(None, output))),
        ];
        for peer in peers {
            let name = peer.engines.first().copied().unwrap_or_default();
            entries.push(entry(name, Box::new(|output| peer.batch(TEMPLATE, &self.input(), output))));
        }
        entries
    }

    fn rolecall(&self, jobs: Option<&str>, output: &Path) -> Duration {
        let mut command = Command::new(&self.command);
        command.args(["batch", "--model", "builtin:llama-3", "--output"]).arg(output).arg(self.input());
        if let Some(jobs) = jobs {
            command.args(["--jobs", jobs]);
        }
        let start = Instant::now();
        let status = command.stderr(Stdio::null()).status().expect("the command starts");
        let time = start.elapsed();
        assert!(status.success(), "rolecall batch failed");
        time
    }
}

impl Default for Job {
    fn default() -> Self {
        Self::new()
    }
}

/// The command of this repository, beside this program.
fn built() -> PathBuf {
    let here = env::current_exe().expect("a program");
    // TARGET/release/deps/NAME
    let target = here.ancestors().nth(3).expect("cargo's folder");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--release", "--package", "rolecall-cli", "--manifest-path"])
        .arg(manifest);
    let status = command.arg("--target-dir").arg(target).status().expect("cargo starts");
    assert!(status.success(), "the command does not build");
    target.join("release").join(format!("rolecall{}", env::consts::EXE_SUFFIX))
}
