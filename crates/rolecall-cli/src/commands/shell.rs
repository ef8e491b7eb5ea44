//! `rolecall completions` and `rolecall man`: what a shell and `man` want to know of the command.

use std::path::Path;
use std::{fs, io};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::{Failure, Outcome};
use crate::output;

pub(crate) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rolecall", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}

pub(crate) fn man(args: &ManArgs) -> Outcome {
    let failed = |error: io::Error| Failure::Job(format!("{}: {error}", args.folder.display()));
    fs::create_dir_all(&args.folder).map_err(failed)?;
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    write_pages(&command, &args.folder).map_err(failed)
}

/// The page of a command and those of its subcommands. Each names the version at its foot.
fn write_pages(command: &clap::Command, folder: &Path) -> io::Result<()> {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        write_pages(subcommand, folder)?;
    }
    let page = Man::new(command.clone()).source(concat!("rolecall ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render(&mut text)?;
    // What stands behind the options of the help is called so in manuals.
    let text = String::from_utf8_lossy(&text).replace("\n.SH EXTRA\n", "\n.SH NOTES\n");
    fs::write(folder.join(page.get_filename()), text)
}
