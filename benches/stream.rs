//! Reading server-sent events: the sender's reader beside Rust written by hand and beside reading their JSON.

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use rolecall_benches::events::Stream;
use rolecall_benches::timing::{in_turns, per_second};

fn main() {
    let stream = Stream::new();
    let mut entries = stream.entries();
    let times = in_turns(&mut entries, 60, Duration::from_millis(3));
    let base = times.first().copied().unwrap_or(f64::NAN);
    println!("a stream of {} bytes: time as a multiple of that of the first", stream.bytes());
    for (entry, time) in entries.iter().zip(&times) {
        let rate = per_second(stream.bytes(), *time) / 1e6;
        println!("    {:<36} {:>8.2}, {rate:.0} MB/s", entry.name, time / base);
    }
}
