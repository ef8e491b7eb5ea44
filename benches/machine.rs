//! What a measurement depends on: the day, the computer, and the versions of all that takes part.

use std::env;
use std::fs;
use std::process::Command;
use std::thread;

use crate::peers::process::Peer;

const LOCK: &str = include_str!("../Cargo.lock");

/// Date, computer and versions as a paragraph and a list.
pub fn described(peers: &[Peer], passed_over: &[String]) -> String {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let crates = ["rolecall", "minijinja", "hf-chat-template", "serde_json"];
    let crates: Vec<String> = crates.into_iter().map(|name| format!("{name} {}", version(name))).collect();
    let mut lines = vec![
        format!(
            "{day}, {} ({processors} processors), {} {}, by `benches/report`.",
            processor(),
            env::consts::OS,
            env::consts::ARCH
        ),
        String::new(),
        format!("- {}, {}", rustc(), crates.join(", ")),
    ];
    lines.extend(peers.iter().map(|peer| format!("- {}", peer.versions)));
    lines.extend(passed_over.iter().map(|line| format!("- {line}")));
    lines.join("\n")
}

/// The version of a crate that was compiled.
fn version(name: &str) -> &'static str {
    // Where the lock file has several of a name, the list of our dependencies says which one.
    let own = LOCK.split("[[package]]").find(|package| package.contains("name = \"rolecall-benches\""));
    let listed =
        own.and_then(|own| own.split('"').find_map(|entry| entry.strip_prefix(name)?.strip_prefix(' ')));
    let entry = format!("name = \"{name}\"\nversion = \"");
    let found = || LOCK.split_once(entry.as_str()).and_then(|(_, rest)| rest.split_once('"'));
    listed.or_else(|| found().map(|(version, _)| version)).unwrap_or("of unknown version")
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("a processor that is not named", |(_, model)| model.trim()).to_owned()
}

fn rustc() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    words.join(" ")
}
