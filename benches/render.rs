//! Rendering conversations of several lengths in the Llama 3 format: rolecall beside its peers and beside Rust
//! written by hand.
//!
//! With the argument `ratios` it prints one table, measured in turns, instead of criterion's reports.

#![allow(clippy::expect_used, reason = "a benchmark that cannot start has nothing better to do")]
#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use rolecall::{ChatTemplate, Options};
use rolecall_benches::timing::{Entry, in_turns, readable};
use rolecall_benches::{BOS_TOKEN, META_STYLE, TEMPLATE, context, peers};
use rolecall_jinja::{RenderOptions, Template};
use serde_json::Value;

const TEMPLATES: [(&str, &str); 2] = [("built-in", TEMPLATE), ("meta-style", META_STYLE)];
const LENGTHS: [usize; 4] = [2, 20, 200, 2000];

fn main() {
    if std::env::args().any(|argument| argument == "ratios") {
        ratios();
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for (name, source) in TEMPLATES {
        let subjects = Subjects::new(source);
        let mut group = criterion.benchmark_group(format!("render/{name}"));
        for length in LENGTHS {
            let input = Input::new(length);
            group.throughput(Throughput::Bytes(input.expected.len() as u64));
            for mut entry in subjects.entries(&input) {
                let id = BenchmarkId::new(entry.name, length);
                group.bench_function(id, |bencher| bencher.iter(|| black_box((entry.run)())));
            }
        }
        group.finish();
    }
    criterion.final_summary();
}

/// The conversation in each of the forms that it is given in.
struct Input {
    context: Value,
    text: String,
    messages: Value,
    converted: minijinja::Value,
    expected: String,
}

impl Input {
    fn new(length: usize) -> Self {
        let context = context(length);
        Self {
            text: context.to_string(),
            messages: context.get("messages").cloned().expect("messages"),
            converted: peers::converted(&context),
            expected: peers::handwritten(&context).expect("a conversation"),
            context,
        }
    }
}

/// One template, compiled by everyone.
struct Subjects {
    jinja: Template,
    rolecall: ChatTemplate,
    options: Options,
    minijinja: minijinja::Environment<'static>,
    hf: hf_chat_template::ChatTemplate,
}

impl Subjects {
    fn new(source: &'static str) -> Self {
        let mut minijinja = peers::minijinja();
        minijinja.add_template("chat", source).expect("the template compiles");
        Self {
            jinja: Template::new(source).expect("the template compiles"),
            rolecall: ChatTemplate::new(source, [("bos_token", BOS_TOKEN)]).expect("the template compiles"),
            options: Options::new().add_generation_prompt(true),
            minijinja,
            hf: peers::hf_chat_template(source).expect("the template compiles"),
        }
    }

    /// Everything that is measured, after a look at whether it is right.
    fn entries<'a>(&'a self, input: &'a Input) -> Vec<Entry<'a>> {
        let entry = |name: &'static str, render: Box<dyn Fn() -> String + 'a>| {
            assert_eq!(render(), input.expected, "{name}");
            Entry::new(name, move || render().len())
        };
        let minijinja = self.minijinja.get_template("chat").expect("it was added");
        let converting = minijinja.clone();
        let plain = RenderOptions::default();
        vec![
            entry("render", Box::new(|| self.jinja.render(&input.context).expect("renders"))),
            entry(
                "render_traced",
                Box::new(|| self.jinja.render_traced(&input.context).expect("renders").into_text()),
            ),
            entry(
                "render_json",
                Box::new(move || self.jinja.render_json(&input.text, &plain).expect("renders")),
            ),
            entry(
                "apply_chat_template",
                Box::new(|| {
                    let prompt = self.rolecall.apply_chat_template(&input.messages, &self.options);
                    prompt.expect("renders").into_text()
                }),
            ),
            entry("minijinja", Box::new(move || minijinja.render(input.converted.clone()).expect("renders"))),
            entry(
                "minijinja, converting",
                Box::new(move || converting.render(peers::converted(&input.context)).expect("renders")),
            ),
            entry("hf-chat-template", Box::new(|| self.hf.render_context(&input.context).expect("renders"))),
            entry("handwritten", Box::new(|| peers::handwritten(&input.context).expect("a conversation"))),
            Entry::new("serde_json alone", || {
                let value: Value = serde_json::from_str(&input.text).expect("JSON");
                value.as_object().map_or(0, serde_json::Map::len)
            }),
        ]
    }
}

/// Times as multiples of that of `render`.
fn ratios() {
    for (name, source) in TEMPLATES {
        let subjects = Subjects::new(source);
        println!("{name}: time as a multiple of that of `render`");
        for length in LENGTHS {
            let input = Input::new(length);
            let mut entries = subjects.entries(&input);
            let times = in_turns(&mut entries, 60, Duration::from_millis(3));
            let base = times.first().copied().unwrap_or(f64::NAN);
            println!("  {length} messages, {} bytes; render takes {}", input.expected.len(), readable(base));
            for (entry, time) in entries.iter().zip(&times) {
                println!("    {:<24} {:>8.2}", entry.name, time / base);
            }
            let time_of = |name: &str| {
                let found = entries.iter().zip(&times).find(|(entry, _)| entry.name == name);
                found.map_or(f64::NAN, |(_, time)| *time)
            };
            println!(
                "    render_json / serde_json alone: {:.2} (bar: at most 1.5)",
                time_of("render_json") / time_of("serde_json alone")
            );
        }
    }
}
