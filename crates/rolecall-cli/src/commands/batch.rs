//! `rolecall batch`: chat requests as JSON lines in, prompts as JSON lines out.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use rolecall::{ChatRequest, Model};
use same_file::Handle;

use crate::args::BatchArgs;
use crate::batch::answer::{self, Answers, MAX_LINE_BYTES, Problem};
use crate::batch::lines::{Lines, Piece};
use crate::batch::ordered::{self, Sink, Stopped, Window};
use crate::color::revealed;
use crate::failure::{Failure, Outcome};
use crate::{input, output, progress};

/// How many pieces there may be for each worker: some that wait, and some whose turn to be written has not come.
const PIECES_FOR_EACH_JOB: usize = 8;
/// The most bytes of lines and answers before no more is read: one line of the greatest length fits in.
const WINDOW_BYTES: usize = MAX_LINE_BYTES;

pub(crate) fn run(args: &BatchArgs) -> Outcome {
    input::check_variables(&args.options.template)?;
    let model = input::model(&args.model)?;
    input::check_template_name(&model, &args.model)?;
    let source = input::open(&args.input).map_err(|error| input::unreadable(&args.input, &error))?;
    let jobs = args.jobs.map(usize::from).and_then(NonZeroUsize::new);
    let jobs = jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let window = Window { jobs, pieces: jobs.get().saturating_mul(PIECES_FOR_EACH_JOB), bytes: WINDOW_BYTES };
    let mut sink = Writer::new(destination(args)?, args.output.is_none());
    let work = |piece: Piece| answer::answers(&piece, |request| render(&model, request, args));
    let stopped = ordered::run(window, Lines::new(source, MAX_LINE_BYTES), work, &mut sink);
    sink.progress.clear();
    match stopped {
        Ok(()) => {}
        Err(Stopped::Sink(failure)) => return Err(failure),
        Err(Stopped::Source(error)) => {
            output::note(&sink.summary());
            return Err(input::unreadable(&args.input, &error));
        }
        Err(Stopped::Threads(error)) => {
            return Err(Failure::Job(format!("cannot start a thread: {error}. Try --jobs 1.")));
        }
    }
    output::note(&sink.summary());
    if sink.failed == 0 { Ok(()) } else { Err(Failure::Told) }
}

fn render(model: &Model, mut request: ChatRequest, args: &BatchArgs) -> rolecall::Result<String> {
    request.options = input::choosing(input::overridden(request.options, &args.options), &args.model);
    model.chat_request_text(request)
}

/// What the answers are written to.
fn destination(args: &BatchArgs) -> Outcome<Box<dyn Write>> {
    if is_same_file(&args.input, args.output.as_deref()) {
        let output = args
            .output
            .as_deref()
            .map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
        return Err(Failure::Usage(format!(
            "{output} is the input: the answers would overwrite it. Give --output another file."
        )));
    }
    let Some(path) = &args.output else { return Ok(Box::new(io::stdout().lock())) };
    let file = File::create(path).map_err(|error| unwritable(path, &error))?;
    Ok(Box::new(file))
}

/// Whether the answers would go into the file that is read, whatever its names are; without a path to standard output.
fn is_same_file(input: &str, output: Option<&Path>) -> bool {
    // A pipe must not be opened a second time, and a terminal is no file that can be overwritten.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let handle = |path: &Path| is_file(path).then(|| Handle::from_path(path).ok()).flatten();
    let of_stream = |stream: io::Result<Handle>| {
        stream.ok().filter(|handle| handle.as_file().metadata().is_ok_and(|metadata| metadata.is_file()))
    };
    let input = if input == "-" { of_stream(Handle::stdin()) } else { handle(Path::new(input)) };
    let output = output.map_or_else(|| of_stream(Handle::stdout()), handle);
    input.is_some() && input == output
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Job(format!("cannot write {}: {error}. Check the path and its permissions.", path.display()))
}

/// Writes answers and counts them.
struct Writer {
    out: Box<dyn Write>,
    /// Whether it is a terminal, which a text could drive.
    is_terminal: bool,
    progress: progress::Lines,
    lines: u64,
    failed: u64,
    /// The first line that failed, counted from 1, and how.
    first_failed: Option<(u64, Problem)>,
}

impl Writer {
    fn new(out: Box<dyn Write>, is_standard_output: bool) -> Self {
        let is_terminal = is_standard_output && io::stdout().is_terminal();
        let progress = progress::Lines::new(is_terminal);
        Self { out, is_terminal, progress, lines: 0, failed: 0, first_failed: None }
    }

    /// How many lines there were, and what became of them.
    fn summary(&self) -> String {
        let lines = if self.lines == 1 { "1 line".to_owned() } else { format!("{} lines", self.lines) };
        let Some((at, problem)) = &self.first_failed else { return format!("{lines}, 0 failed") };
        let message = output::visible(problem.message.lines().next().unwrap_or_default());
        format!("{lines}, {} failed; the first is line {at}: {}: {message}", self.failed, problem.kind)
    }
}

impl Sink for Writer {
    type Result = Answers;
    type Error = Failure;

    fn take(&mut self, answers: Answers) -> Outcome {
        if self.is_terminal {
            self.out.write_all(revealed(&String::from_utf8_lossy(&answers.text), false).as_bytes())?;
        } else {
            // They are many lines: a buffer would only copy them.
            self.out.write_all(&answers.text)?;
        }
        if let (None, Some((at, problem))) = (&self.first_failed, answers.first_failed) {
            self.first_failed = Some((self.lines + at + 1, problem));
        }
        self.lines += answers.lines;
        self.failed += answers.failed;
        self.progress.show(self.lines, self.failed);
        Ok(())
    }

    fn idle(&mut self) -> Outcome {
        Ok(self.out.flush()?)
    }
}
