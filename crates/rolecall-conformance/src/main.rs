//! Compares rolecall with recorded results of the reference.
//!
//! It calls public functions only, and reads its data from a folder that is not part of the project.

mod batch;
mod data;
mod engine;
mod report;
mod run;
mod spans;
mod tally;
mod tokens;
mod verdict;

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, ValueEnum};

use crate::batch::Batch;
use crate::report::Report;
use crate::run::Work;
use crate::tally::{Bar, Bound, Cleared};

/// Compares rolecall with recorded results of the reference.
///
/// Where the reference gives a text, rolecall's is "equal" or "other", or it "failed". Where the reference
/// fails, rolecall's error has the same "class", and perhaps the same "words" too, or there is "none". These
/// are the figures' names, behind their group's: corpus.continue.equal.
///
/// corpus.batch has the results of the command `rolecall batch`, if it is built beside this one.
///
/// Two groups of the corpus compare something else. corpus.traced: a render that keeps the origin of every byte
/// with one that does not; it is "equal" if its spans cover the text and what was copied stands in the input.
/// corpus.generation: the spans of generation blocks; corpus.generation.lengths only their lengths, for templates
/// with blocks that the reference is known to misplace: those in macros, set blocks and the like.
///
/// The exit code is 0 when all bars are cleared or there are no data, 1 when a bar is not cleared, 2 when the
/// data cannot be read or the command is used wrongly.
#[derive(Parser)]
#[command(name = "rolecall-conformance")]
struct Arguments {
    /// The folder with the recorded results: language/cases.jsonl, corpus/.
    #[arg(env = "ROLECALL_CONFORMANCE_DATA")]
    data: Option<PathBuf>,
    /// Measure only this group.
    #[arg(long, value_enum)]
    group: Option<Group>,
    /// Measure only cases with this text in their name, such as corpus/TEMPLATE/CONVERSATION.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Show the first N differences.
    #[arg(long, value_name = "N", default_value_t = 0)]
    show: usize,
    /// A folder with the tokenizers that the data name, each in a folder of its name.
    #[arg(long, env = "ROLECALL_TOKENIZERS", value_name = "FOLDER")]
    tokenizers: Option<PathBuf>,
    /// Print a JSON document.
    #[arg(long)]
    json: bool,
    /// A figure that must be at least this; with /OF only where it is of so many cases. Repeatable.
    #[arg(long, value_name = "NAME=COUNT[/OF]")]
    min: Vec<Bar>,
    /// A figure that must be at most this, otherwise as --min.
    #[arg(long, value_name = "NAME=COUNT[/OF]")]
    max: Vec<Bar>,
    /// Print the figures as bars at their height and nothing else: lines of "min BAR" and "max BAR".
    #[arg(long, conflicts_with_all = ["json", "show", "filter", "min", "max"])]
    print_bars: bool,
    /// How many cases are rendered at once; as many as the computer has processors unless given.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Templates of a line or two, with a context.
    Language,
    /// Real templates with conversations.
    Corpus,
    /// Token ids and masks.
    Tokens,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = run(&arguments);
    let (text, code) = match done {
        Ok(done) => done,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "rolecall-conformance: {problem}");
            return ExitCode::from(2);
        }
    };
    // A reader that has seen enough closes the pipe.
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}

fn run(arguments: &Arguments) -> Result<(String, ExitCode), String> {
    let Some(folder) = arguments.data.as_ref().filter(|folder| folder.is_dir()) else {
        let reason = match &arguments.data {
            Some(folder) => format!("there is no folder {}", folder.display()),
            None => "no data folder was given, as argument or in ROLECALL_CONFORMANCE_DATA".to_owned(),
        };
        return Ok((format!("conformance is passed over: {reason}\n"), ExitCode::SUCCESS));
    };
    let wanted = |group| arguments.group.is_none_or(|only| only == group);
    let corpus = if wanted(Group::Corpus) { data::corpus(folder)? } else { None };
    let (batch, skipped) = match (&corpus, batch::command()) {
        (Some(corpus), Ok(command)) => (Some(Batch::new(command, corpus)?), None),
        (Some(_), Err(reason)) => (None, Some(reason)),
        (None, _) => (None, None),
    };
    let work = Work {
        language: if wanted(Group::Language) { data::language(folder)? } else { None },
        corpus,
        batch,
        filter: arguments.filter.clone(),
        clock: engine::clock()?,
    };
    let tokens = if wanted(Group::Tokens) { data::tokens(folder)? } else { BTreeMap::new() };
    if work.language.is_none() && work.corpus.is_none() && tokens.is_empty() {
        return Err(format!("{} holds none of the data asked for", folder.display()));
    }
    let reread = if work.corpus.is_none() && !tokens.is_empty() { data::corpus(folder)? } else { None };
    let threads = arguments.threads.or_else(|| thread::available_parallelism().ok());
    // A panic is a result like others; its message is part of it.
    panic::set_hook(Box::new(|_| {}));
    let mut results = work.run(threads.map_or(1, NonZeroUsize::get));
    if !tokens.is_empty() {
        let corpus = match &work.corpus {
            Some(corpus) => Some(corpus),
            None => reread.as_ref(),
        };
        if let Some(corpus) = corpus {
            tokens::run(folder, arguments.tokenizers.as_ref(), corpus, &work.clock, &mut results)?;
        }
    }
    if let Some(reason) = skipped {
        results.skip(format!("corpus.{}", batch::PART), &reason);
    }
    let _ = panic::take_hook();
    if arguments.print_bars {
        return Ok((results.tally.to_bars(), ExitCode::SUCCESS));
    }
    let least = arguments.min.iter().map(|bar| results.check(bar, Bound::Least));
    let greatest = arguments.max.iter().map(|bar| results.check(bar, Bound::Greatest));
    let bars: Vec<Cleared> = least.chain(greatest).collect();
    let report = Report { results: &results, bars: &bars, show: arguments.show };
    let text = if arguments.json { format!("{:#}\n", report.to_json()) } else { report.to_text() };
    let missed = bars.iter().any(|bar| matches!(bar, Cleared::No(_)));
    Ok((text, if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }))
}
