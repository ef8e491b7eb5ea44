//! Time, taken in turns: on a computer that others use too, only what ran side by side can be compared.

use std::time::{Duration, Instant};

/// Something to be measured.
pub struct Entry<'a> {
    /// What it is called in tables.
    pub name: &'static str,
    /// What it does. The result is there so that it is not optimised away.
    pub run: Box<dyn FnMut() -> usize + 'a>,
}

impl<'a> Entry<'a> {
    /// An entry.
    pub fn new(name: &'static str, run: impl FnMut() -> usize + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// The seconds that one run of each entry takes: the least of `rounds` rounds, in each of which every entry runs for
/// some `batch`, one after another.
pub fn in_turns(entries: &mut [Entry<'_>], rounds: u32, batch: Duration) -> Vec<f64> {
    let counts: Vec<u32> = entries.iter_mut().map(|entry| runs_in(batch, &mut *entry.run)).collect();
    let mut least = vec![f64::INFINITY; entries.len()];
    for _ in 0..rounds {
        for ((entry, count), least) in entries.iter_mut().zip(&counts).zip(&mut least) {
            *least = least.min(seconds(*count, &mut *entry.run));
        }
    }
    least
}

/// How many runs take some `batch`.
fn runs_in(batch: Duration, run: &mut dyn FnMut() -> usize) -> u32 {
    std::hint::black_box(run());
    let once = seconds(1, run).min(seconds(1, run)).max(1e-9);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
    let runs = (batch.as_secs_f64() / once).clamp(1.0, 1e6) as u32;
    runs
}

fn seconds(runs: u32, run: &mut dyn FnMut() -> usize) -> f64 {
    let start = Instant::now();
    for _ in 0..runs {
        std::hint::black_box(run());
    }
    start.elapsed().as_secs_f64() / f64::from(runs)
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
