//! Time, taken in turns: on a computer that others use too, only what ran side by side can be compared.

use std::env;
use std::time::{Duration, Instant};

/// Something to be measured.
pub struct Entry<'a> {
    /// What it is called in tables.
    pub name: &'static str,
    time: Box<dyn FnMut(u64) -> Duration + 'a>,
}

impl<'a> Entry<'a> {
    /// An entry. Its result is there so that it is not optimised away.
    pub fn new(name: &'static str, mut run: impl FnMut() -> usize + 'a) -> Self {
        Self::timed(name, move |runs| {
            let start = Instant::now();
            for _ in 0..runs {
                std::hint::black_box(run());
            }
            start.elapsed()
        })
    }

    /// An entry that takes the time of so many runs itself, as another process does.
    pub fn timed(name: &'static str, time: impl FnMut(u64) -> Duration + 'a) -> Self {
        Self { name, time: Box::new(time) }
    }

    /// The time of so many runs.
    pub fn time(&mut self, runs: u64) -> Duration {
        (self.time)(runs)
    }

    #[allow(clippy::cast_precision_loss, reason = "a small number")]
    fn seconds(&mut self, runs: u64) -> f64 {
        self.time(runs).as_secs_f64() / runs as f64
    }
}

/// The seconds that one run of each entry takes: the least of `rounds` rounds, in each of which every entry runs for
/// some `batch`, one after another. A trial has a single run of each.
pub fn in_turns(entries: &mut [Entry<'_>], rounds: u32, batch: Duration) -> Vec<f64> {
    let (rounds, batch) = if is_trial() { (1, Duration::ZERO) } else { (rounds, batch) };
    let counts: Vec<u64> = entries.iter_mut().map(|entry| runs_in(batch, entry)).collect();
    let mut least = vec![f64::INFINITY; entries.len()];
    for _ in 0..rounds {
        for ((entry, count), least) in entries.iter_mut().zip(&counts).zip(&mut least) {
            *least = least.min(entry.seconds(*count));
        }
    }
    least
}

/// Whether it is only asked whether the benchmark runs: `cargo bench -- --test`, or `cargo test --benches`.
fn is_trial() -> bool {
    let is_given = |name: &str| env::args().any(|argument| argument == name);
    is_given("--test") || !is_given("--bench")
}

/// How many runs take some `batch`.
fn runs_in(batch: Duration, entry: &mut Entry<'_>) -> u64 {
    entry.time(1);
    let once = entry.seconds(1).min(entry.seconds(1)).max(1e-9);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
    let runs = (batch.as_secs_f64() / once).clamp(1.0, 1e6) as u64;
    runs
}

/// The geometric mean.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value.ln();
        count += 1.0;
    }
    (sum / count).exp()
}

/// A time in the unit that suits it.
pub fn readable(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}

/// How many of `count` things there are in a second when all of them take `seconds`.
#[allow(clippy::cast_precision_loss, reason = "a small number")]
pub fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// A power of ten of seconds, for an axis.
pub fn short(seconds: f64) -> String {
    match seconds {
        s if s < 0.99e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 0.99e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 0.99 => format!("{:.0} ms", s * 1e3),
        s => format!("{s:.0} s"),
    }
}
