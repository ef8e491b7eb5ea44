//! `rolecall batch` on one processor and on all: lines per second of a file of conversations.

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use rolecall_benches::job::{Job, LINES, MESSAGES};
use rolecall_benches::timing::{in_turns, per_second};

fn main() {
    let job = Job::new();
    let mut entries = job.entries(&[]);
    let times = in_turns(&mut entries, 10, Duration::ZERO);
    let base = times.first().copied().unwrap_or(f64::NAN);
    println!("{LINES} lines of {MESSAGES} messages");
    for (entry, time) in entries.iter().zip(&times) {
        println!(
            "    {:<24} {:>8.2} x as fast, {:.0} lines/s",
            entry.name,
            base / time,
            per_second(LINES, *time)
        );
    }
}
