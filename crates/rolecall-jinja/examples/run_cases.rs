//! Renders the cases of JSONL files and prints where the engine differs from what was recorded.
//!
//! ```text
//! cargo run --release -p rolecall-jinja --example run_cases -- [--all] [--like TEXT] [FILE.jsonl ...]
//! ```
//!
//! Without files it takes all of `tests/cases`. Mismatches are grouped by what kind of answer was expected and
//! found; of each group ten are printed, or with `--all` every one. `--like` takes only the cases whose id or
//! source holds a text.

#[path = "../tests/support/case.rs"]
mod case;
#[path = "../tests/support/engine.rs"]
mod engine;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::{Answer, Case};

/// How many mismatches of a group are printed.
const SHOWN: usize = 10;

/// Enough for the deepest template in a build without optimization.
const STACK_BYTES: usize = 256 << 20;

struct Options {
    all: bool,
    like: Option<String>,
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(true))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::FAILURE,
    }
}

/// Whether all cases are answered as recorded.
fn run() -> Result<bool, String> {
    let options = options()?;
    let mut out = io::stdout().lock();
    let mut summary = Vec::new();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &options.files {
        let mut cases = Case::read(path)?;
        if let Some(text) = &options.like {
            cases.retain(|case| case.id.contains(text) || case.source.contains(text));
        }
        let mismatches: Vec<_> = cases.iter().filter_map(Case::run).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        summary.push((name, cases.len(), mismatches.len()));
        for mismatch in &mismatches {
            let group = format!("{} -> {}", class(&mismatch.case.expected), class(&mismatch.found));
            groups.entry(group).or_default().push(mismatch.to_string());
        }
    }
    let text = report(&options, &groups, &summary);
    out.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(groups.is_empty())
}

fn options() -> Result<Options, String> {
    let mut options = Options { all: false, like: None, files: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--all" => options.all = true,
            "--like" => options.like = Some(arguments.next().ok_or("--like needs a text")?),
            _ => options.files.push(argument.into()),
        }
    }
    if options.files.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        options.files = paths.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
        options.files.sort();
    }
    Ok(options)
}

fn class(answer: &Answer) -> &str {
    answer.as_ref().map_or_else(|(kind, _)| kind.as_str(), |_| "text")
}

fn report(
    options: &Options,
    groups: &BTreeMap<String, Vec<String>>,
    summary: &[(String, usize, usize)],
) -> String {
    let mut lines = Vec::new();
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|(_, mismatches)| mismatches.len());
    for (group, mismatches) in sorted {
        lines.push(format!("=== {group}: {}", mismatches.len()));
        let shown = if options.all { mismatches.len() } else { SHOWN };
        lines.extend(mismatches.iter().take(shown).cloned());
        lines.push(String::new());
    }
    for (name, count, wrong) in summary {
        lines.push(format!("{name:<24} {:>6} of {count:>6} right", count - wrong));
    }
    let count: usize = summary.iter().map(|(_, count, _)| count).sum();
    let wrong: usize = summary.iter().map(|(_, _, wrong)| wrong).sum();
    lines.push(format!("{:<24} {:>6} of {count:>6} right, {wrong} mismatches", "all", count - wrong));
    lines.join("\n") + "\n"
}
