//! Rendering: conversations of several lengths in the Llama 3 format, many tools, and reasoning; rolecall beside its
//! peers and beside Rust written by hand.
//!
//! With the argument `ratios` it prints one table, measured in turns, instead of criterion's reports.

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use rolecall_benches::cases::Case;
use rolecall_benches::engines::Engines;
use rolecall_benches::timing::{in_turns, readable};

fn main() {
    if std::env::args().any(|argument| argument == "ratios") {
        ratios();
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for case in Case::all() {
        let engines = Engines::new(case.source);
        let input = engines.input(&case);
        let mut group = criterion.benchmark_group(format!("render/{}", case.group));
        group.throughput(Throughput::Bytes(input.expected.len() as u64));
        for mut entry in engines.entries(&input) {
            let id = BenchmarkId::new(entry.name, case.messages);
            group.bench_function(id, |bencher| bencher.iter_custom(|runs| entry.time(runs)));
        }
        group.finish();
    }
    criterion.final_summary();
}

/// Times as multiples of that of `render`.
fn ratios() {
    println!("time as a multiple of that of `render`");
    for case in Case::all() {
        let engines = Engines::new(case.source);
        let input = engines.input(&case);
        let mut entries = engines.entries(&input);
        let times = in_turns(&mut entries, 60, Duration::from_millis(3));
        let base = times.first().copied().unwrap_or(f64::NAN);
        let (group, messages, bytes) = (case.group, case.messages, input.expected.len());
        println!("{group}: {messages} messages, {bytes} bytes; render takes {}", readable(base));
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
