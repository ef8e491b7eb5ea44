//! Everything that is measured beside peers, those of other languages too, as a report and a picture: `report.md` and
//! `render.svg`. `benches/report` installs the peers and starts it.

#![allow(clippy::expect_used, reason = "a benchmark that cannot start has nothing better to do")]
#![allow(clippy::print_stdout, reason = "it says how far it is")]

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use plotters::style::RGBColor;
use rolecall_benches::cases::{Case, LENGTHS};
use rolecall_benches::engines::Engines;
use rolecall_benches::events::Stream;
use rolecall_benches::job::{Job, LINES, MESSAGES};
use rolecall_benches::peers::process::{self, Peer};
use rolecall_benches::plot::{self, Line};
use rolecall_benches::timing::{in_turns, per_second};
use rolecall_benches::{machine, table};

/// What the picture shows, with the names that it has there.
const SHOWN: [(&str, &str, RGBColor); 8] = [
    ("handwritten", "handwritten Rust", RGBColor(128, 134, 142)),
    ("render", "rolecall, render", RGBColor(226, 74, 51)),
    ("apply_chat_template", "rolecall, apply_chat_template", RGBColor(226, 74, 51)),
    ("minijinja, converting", "minijinja", RGBColor(47, 129, 247)),
    ("hf-chat-template", "hf-chat-template", RGBColor(137, 87, 229)),
    ("jinja2 as transformers sets it up", "jinja2, compiled", RGBColor(176, 136, 0)),
    ("transformers' apply_chat_template", "transformers, apply_chat_template", RGBColor(176, 136, 0)),
    ("@huggingface/jinja", "@huggingface/jinja", RGBColor(31, 157, 107)),
];

fn main() {
    // Among all benchmarks it would write a report without the peers and without what the script adds.
    if !env::args().any(|argument| argument == "write") {
        println!("passed over: benches/report writes the report");
        return;
    }
    let (peers, passed_over) = process::installed();
    for line in &passed_over {
        println!("{line}");
    }
    let built_in: Vec<Measured> =
        LENGTHS.into_iter().map(Case::llama).map(|case| measured(&case, &peers)).collect();
    let meta_style: Vec<Measured> =
        LENGTHS.into_iter().map(Case::meta_style).map(|case| measured(&case, &peers)).collect();
    let others: Vec<Measured> =
        [Case::tools(), Case::reasoning()].iter().map(|case| measured(case, &peers)).collect();

    let sections = [
        format!("# What was measured\n\n{}", machine::described(&peers, &passed_over)),
        format!(
            "## Rendering\n\n![Time against the number of messages](render.svg)\n\n\
             Times as multiples of that of `render`; below 1 is faster. All engines were asked in turns, in one run, for \
             texts that were found equal, and the least time of each counts. `transformers' apply_chat_template` is the \
             method of a tokenizer with `tokenize=False`, and what `apply_chat_template` of rolecall is to be held \
             against; `jinja2` is its compiled template alone, as `render` is ours. The built-in template of the Llama 3 \
             format, a template that prints 20 tools as indented JSON, and one that keeps or strips thoughts:\n\n{}",
            ratios(&built_in.iter().chain(&others).collect::<Vec<_>>())
        ),
        format!(
            "The Llama 3 format in a template that keeps each message in a variable:\n\n{}",
            ratios(&meta_style.iter().collect::<Vec<_>>())
        ),
        format!("## Batch\n\n{}", batch(&peers)),
        format!("## Streams\n\n{}", streams()),
    ];
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(here.join("report.md"), sections.join("\n\n") + "\n").expect("writes");
    let picture =
        plot::drawn("Rendering a chat in the Llama 3 format", &lines(&built_in)).expect("a picture");
    fs::write(here.join("render.svg"), picture).expect("writes");
    println!("written: benches/report.md and benches/render.svg");
}

/// The times of a case, in seconds, by engine.
struct Measured {
    column: String,
    messages: usize,
    times: Vec<(&'static str, f64)>,
}

impl Measured {
    fn time_of(&self, engine: &str) -> Option<f64> {
        self.times.iter().find(|(name, _)| *name == engine).map(|(_, time)| *time)
    }

    /// How many times that of another an engine's time is.
    fn ratio(&self, engine: &str, base: &str) -> Option<f64> {
        Some(self.time_of(engine)? / self.time_of(base)?)
    }
}

fn measured(case: &Case, peers: &[Peer]) -> Measured {
    println!("{}, {} messages", case.group, case.messages);
    let engines = Engines::new(case.source);
    let input = engines.input(case);
    let mut entries = engines.entries(&input);
    for peer in peers {
        entries.extend(peer.entries(case, &input.expected));
    }
    let times = in_turns(&mut entries, 60, Duration::from_millis(5));
    let count = table::thousands(case.messages);
    Measured {
        column: if case.has_handwritten { count } else { format!("{}, {count}", case.group) },
        messages: case.messages,
        times: entries.iter().map(|entry| entry.name).zip(times).collect(),
    }
}

/// A row for each engine, a column for each case.
fn ratios(columns: &[&Measured]) -> String {
    let head = columns.iter().map(|column| column.column.clone());
    let head: Vec<String> = ["messages".to_owned()].into_iter().chain(head).collect();
    let names = columns.first().map(|column| column.times.clone()).unwrap_or_default();
    let shown = names.iter().filter(|(name, _)| !["render", "serde_json alone"].contains(name));
    let row = |(name, _): &(&str, f64)| {
        let cells =
            columns.iter().map(|column| column.ratio(name, "render").map_or(String::new(), table::ratio));
        [code(name)].into_iter().chain(cells).collect()
    };
    table::markdown(&head, &shown.map(row).collect::<Vec<Vec<String>>>())
}

/// Names of functions as code.
fn code(name: &str) -> String {
    let is_function = ["render_traced", "render_json", "apply_chat_template"].contains(&name);
    if is_function { format!("`{name}`") } else { name.to_owned() }
}

fn batch(peers: &[Peer]) -> String {
    println!("batch");
    let job = Job::new();
    let mut entries = job.entries(peers);
    let times = in_turns(&mut entries, 10, Duration::ZERO);
    let base = times.first().copied().unwrap_or(f64::NAN);
    let row = |(name, time): (&str, &f64)| {
        let rate = per_second(LINES, *time);
        vec![name.to_owned(), table::ratio(base / time), table::rounded(rate)]
    };
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| entry.name).zip(&times).map(row).collect();
    let head = ["", "times as fast", "lines per second"].map(str::to_owned);
    format!(
        "{} lines of {MESSAGES} messages from a file to a file, the Llama 3 format. The command's time has its start in it; \
         the peers read, render and write in a loop, one line after another, and their start is left out. The files were \
         found equal.\n\n{}",
        table::thousands(LINES),
        table::markdown(&head, &rows)
    )
}

fn streams() -> String {
    println!("streams");
    let stream = Stream::new();
    let mut entries = stream.entries();
    let times = in_turns(&mut entries, 60, Duration::from_millis(5));
    let base = times.first().copied().unwrap_or(f64::NAN);
    let row = |(name, time): (&str, &f64)| {
        let rate = per_second(stream.bytes(), *time) / 1e6;
        vec![name.to_owned(), table::ratio(time / base), table::rounded(rate)]
    };
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| entry.name).zip(&times).map(row).collect();
    let head = ["", "times as long", "MB per second"].map(str::to_owned);
    format!(
        "The sender's reader of server-sent events, tokens of a text-generation server each in an event of its own, {} \
         bytes, cut into pieces as a network does it.\n\n{}",
        table::thousands(stream.bytes()),
        table::markdown(&head, &rows)
    )
}

/// The lines of the picture.
fn lines(columns: &[Measured]) -> Vec<Line> {
    let line = |(engine, name, color): (&str, &str, RGBColor)| {
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        let points =
            columns.iter().filter_map(|column| Some((column.messages as f64, column.time_of(engine)?)));
        Line { name: name.to_owned(), color, bold: name.starts_with("rolecall"), points: points.collect() }
    };
    SHOWN.into_iter().map(line).filter(|line| !line.points.is_empty()).collect()
}
