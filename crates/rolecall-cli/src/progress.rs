//! Bars and messages while something takes its time, on a terminal only.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows the bar of a download once it takes longer than a blink.
#[cfg(feature = "hub")]
pub(crate) fn shown(options: rolecall::hub::HubOptions) -> rolecall::hub::HubOptions {
    use std::time::Instant;

    /// Downloads that are faster show nothing.
    const BLINK: Duration = Duration::from_millis(300);

    if !io::stderr().is_terminal() || rolecall::Environment::from_process().no_progress_bars() {
        return options;
    }
    let start = Instant::now();
    let current: Mutex<Option<(String, ProgressBar)>> = Mutex::default();
    options.on_progress(move |progress| {
        if start.elapsed() < BLINK {
            return;
        }
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = current.as_ref().is_none_or(|(file, _)| file != progress.file);
        if is_other {
            if let Some((_, bar)) = current.take() {
                bar.finish_and_clear();
            }
            let bar = ProgressBar::new(progress.total.unwrap_or(progress.done));
            bar.set_style(style("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}"));
            bar.set_message(crate::output::visible(progress.file));
            *current = Some((progress.file.to_owned(), bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position(progress.done);
            if progress.total == Some(progress.done) {
                bar.finish_and_clear();
            }
        }
    })
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// How far a batch is, unless its answers go to the same terminal.
pub(crate) struct Lines(Option<ProgressBar>);

impl Lines {
    pub(crate) fn new(answers_are_shown: bool) -> Self {
        if answers_are_shown || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(style("{spinner} {human_pos} lines in {elapsed}{msg}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Some(bar))
    }

    /// So many lines are done, of which so many failed.
    pub(crate) fn show(&self, lines: u64, failed: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(lines);
            if failed > 0 {
                bar.set_message(format!(", {failed} failed"));
            }
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// The message while the server is not ready.
#[derive(Clone, Default)]
pub(crate) struct Waiting {
    bar: Arc<Mutex<Option<ProgressBar>>>,
}

impl Waiting {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Says for how long the command waits, and why.
    pub(crate) fn show(&self, waiting: &rolecall_sender::Waiting) {
        if !io::stderr().is_terminal() {
            return;
        }
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            // A server's words may be longer than a line, on which the message is drawn anew.
            bar.set_style(style("{spinner} {wide_msg} {elapsed}"));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(format!(
            "asking again in {:.0} s, for up to {:.0} s: {}",
            waiting.pause.as_secs_f64().ceil(),
            waiting.left.as_secs_f64().ceil(),
            crate::output::visible(&waiting.reason),
        ));
    }

    /// Takes the message away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}
