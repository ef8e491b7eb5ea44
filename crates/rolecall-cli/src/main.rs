//! The `rolecall` command: it reads its arguments, calls the libraries and prints what they answer.

mod answer;
#[allow(clippy::doc_markdown, reason = "the texts are printed on a terminal")]
mod args;
mod batch;
mod color;
mod commands;
mod conversation;
#[cfg(feature = "cross-check")]
mod cross_check;
#[allow(clippy::doc_markdown, reason = "the texts are printed on a terminal")]
mod endpoint;
mod failure;
mod input;
mod interrupt;
mod output;
#[allow(clippy::doc_markdown, reason = "the texts are printed on a terminal")]
mod parameters;
mod progress;
mod readable;
mod request;
mod snapshot;
mod spans;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Render(args) => commands::render::run(args),
        Command::Batch(args) => commands::batch::run(args),
        Command::Tokens(args) => commands::tokens::run(args),
        Command::Send(args) => commands::send::run(args),
        Command::Chat(args) => commands::chat::run(args),
        Command::Status(args) => commands::status::run(args),
        Command::Whoami(args) => commands::whoami::run(args),
        Command::Fetch(args) => commands::fetch::run(args),
        Command::Inspect(args) => commands::inspect::run(args),
        Command::Snapshot(command) => commands::snapshot::run(command),
        Command::Diff(args) => commands::diff::run(args),
        Command::Completions(args) => commands::shell::completions(args),
        Command::Man(args) => commands::shell::man(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
