//! `rolecall snapshot`: compares the prompts of a folder's conversations with its goldens, or accepts them.

use std::fmt::Write as _;
use std::fs;

use crate::args::{SnapshotArgs, SnapshotCommand, SnapshotTestArgs};
use crate::failure::{Failure, Outcome};
use crate::snapshot::difference::unified;
use crate::snapshot::junit;
use crate::snapshot::suite::{self, Case, Verdict};
use crate::{color, output};

pub(crate) fn run(command: &SnapshotCommand) -> Outcome {
    match command {
        SnapshotCommand::Test(args) => test(args),
        SnapshotCommand::Update(args) => update(args),
    }
}

fn test(args: &SnapshotTestArgs) -> Outcome {
    let cases = suite::judge(&args.folder.dir, &args.folder.templates_cache)?;
    if let Some(path) = &args.junit {
        let failed =
            |error| Failure::Job(format!("cannot write {}: {error}. Check the path.", path.display()));
        fs::write(path, junit::document(&cases).map_err(failed)?).map_err(failed)?;
    }
    let in_color = color::is_wanted(args.color);
    let mut page = String::new();
    let mut told: Vec<&str> = Vec::new();
    for case in &cases {
        match &case.verdict {
            Verdict::Same => {}
            Verdict::Drift { how, kept, now } => {
                line(&mut page, "drift", case);
                indented(&mut page, how);
                page.push_str(&unified(kept, now, in_color));
                page.push('\n');
            }
            Verdict::Missing { .. } => line(&mut page, "missing", case),
            Verdict::Stale => line(&mut page, "stale", case),
            Verdict::Failed(message) => failed(&mut page, case, message, &mut told),
        }
    }
    let count = |wanted: fn(&Verdict) -> bool| cases.iter().filter(|case| wanted(&case.verdict)).count();
    let same = count(|verdict| matches!(verdict, Verdict::Same));
    let _ = writeln!(
        page,
        "goldens: {same} as they were, {} drifted, {} missing, {} stale, {} failed",
        count(|verdict| matches!(verdict, Verdict::Drift { .. })),
        count(|verdict| matches!(verdict, Verdict::Missing { .. })),
        count(|verdict| matches!(verdict, Verdict::Stale)),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
    );
    output::text_in_color(&page)?;
    if same == cases.len() {
        return Ok(());
    }
    if count(|verdict| !matches!(verdict, Verdict::Same | Verdict::Failed(_))) > 0 {
        output::note(&format!(
            "To accept what is rendered now: rolecall snapshot update {}",
            output::visible(&args.folder.dir.display().to_string())
        ));
    }
    Err(Failure::Told)
}

fn update(args: &SnapshotArgs) -> Outcome {
    let cases = suite::judge(&args.dir, &args.templates_cache)?;
    let mut page = String::new();
    let mut told: Vec<&str> = Vec::new();
    let (mut changed, mut failures) = (0, 0);
    for case in &cases {
        case.accept()?;
        let action = match &case.verdict {
            Verdict::Same => continue,
            Verdict::Drift { .. } => "rewritten",
            Verdict::Missing { .. } => "written",
            Verdict::Stale => "removed",
            Verdict::Failed(message) => {
                failed(&mut page, case, message, &mut told);
                failures += 1;
                continue;
            }
        };
        line(&mut page, action, case);
        changed += 1;
    }
    let same = cases.len() - changed - failures;
    let _ = writeln!(page, "goldens: {same} as they were, {changed} changed, {failures} failed");
    output::text_in_color(&page)?;
    if failures == 0 { Ok(()) } else { Err(Failure::Told) }
}

/// What became of a golden. Writing to a String cannot fail.
fn line(page: &mut String, word: &str, case: &Case) {
    let _ = writeln!(page, "{word:9} {}", output::visible(&case.path.display().to_string()));
}

fn indented(page: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(page, "  {}", output::visible(line));
    }
}

/// A golden that failed; what all those of a model fail for is said once.
fn failed<'c>(page: &mut String, case: &'c Case, message: &'c str, told: &mut Vec<&'c str>) {
    line(page, "failed", case);
    if !told.contains(&message) {
        told.push(message);
        indented(page, message);
    }
}
