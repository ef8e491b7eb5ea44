//! What is printed about the results.

use std::fmt::Write as _;

use rolecall_crosscheck::excerpt::{Parting, on_one_line};
use serde_json::{Value, json};

use crate::run::{Difference, Results};
use crate::tally::Cleared;
use crate::verdict::{Outcome, Verdict};

/// How many characters of a template or an error message are shown on a line.
const LINE: usize = 400;

/// Everything that a report tells.
pub(crate) struct Report<'a> {
    pub(crate) results: &'a Results,
    pub(crate) bars: &'a [Cleared],
    /// The most differences that are told.
    pub(crate) show: usize,
}

impl Report<'_> {
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        for difference in self.results.differences.iter().take(self.show) {
            describe(difference, &mut out);
        }
        self.table(&mut out);
        for case in &self.results.unreadable {
            line(&mut out, format_args!("cannot be read here, not counted: {case}"));
        }
        for reason in &self.results.passed_over {
            line(&mut out, format_args!("passed over: {reason}"));
        }
        for bar in self.bars {
            match bar {
                Cleared::Yes => {}
                Cleared::No(reason) => line(&mut out, format_args!("bar not cleared: {reason}")),
                Cleared::PassedOver(reason) => line(&mut out, format_args!("bar passed over: {reason}")),
            }
        }
        line(&mut out, format_args!("{}", self.summary()));
        out
    }

    pub(crate) fn to_json(&self) -> Value {
        let outcome = |outcome: &Outcome| match outcome {
            Ok(text) => json!({"output": text}),
            Err(failure) => json!({"error": {"kind": failure.class, "message": failure.message}}),
        };
        let difference = |difference: &Difference| {
            json!({
                "case": difference.case,
                "verdict": heading(difference.verdict),
                "source": difference.source,
                "reference": outcome(&difference.recorded),
                "rolecall": outcome(&difference.actual),
            })
        };
        let missed = self.bars.iter().filter_map(|bar| match bar {
            Cleared::No(reason) => Some(reason),
            _ => None,
        });
        let passed_over = self.bars.iter().filter_map(|bar| match bar {
            Cleared::PassedOver(reason) => Some(reason),
            _ => None,
        });
        let (agreeing, cases) = self.results.tally.total();
        json!({
            "groups": self.results.tally.groups(),
            "agreeing": agreeing,
            "cases": cases,
            "unreadable": self.results.unreadable,
            "passed_over": self.results.passed_over,
            "differences": self.results.differences.iter().take(self.show).map(difference).collect::<Vec<_>>(),
            "bars": {
                "asked": self.bars.len(),
                "missed": missed.collect::<Vec<_>>(),
                "passed_over": passed_over.collect::<Vec<_>>(),
            },
        })
    }

    fn table(&self, out: &mut String) {
        let groups = self.results.tally.groups();
        if groups.is_empty() {
            return;
        }
        let width = groups.keys().map(String::len).max().unwrap_or_default();
        line(
            out,
            format_args!(
                "{:width$}  {:^37}  {:^31}",
                "", "the reference gives a text", "the reference fails"
            ),
        );
        line(
            out,
            format_args!(
                "{:width$}  {:>7} {:>9} {:>9} {:>9}  {:>7} {:>7} {:>7} {:>7}",
                "", "cases", "equal", "other", "failed", "cases", "class", "words", "none",
            ),
        );
        for (name, counts) in groups {
            line(
                out,
                format_args!(
                    "{name:width$}  {:>7} {:>9} {:>9} {:>9}  {:>7} {:>7} {:>7} {:>7}",
                    counts.texts,
                    counts.equal,
                    counts.other,
                    counts.failed,
                    counts.errors,
                    counts.class,
                    counts.words,
                    counts.none,
                ),
            );
            if counts.panics > 0 {
                line(out, format_args!("{:width$}  {} panics", "", counts.panics));
            }
        }
    }

    fn summary(&self) -> String {
        let (agreeing, cases) = self.results.tally.total();
        let mut summary = format!("{agreeing} of {cases} cases agree with the reference");
        let missed = self.bars.iter().filter(|bar| matches!(bar, Cleared::No(_))).count();
        let applied = self.bars.iter().filter(|bar| !matches!(bar, Cleared::PassedOver(_))).count();
        let _ = match (self.bars.len(), missed) {
            (0, _) => Ok(()),
            (_, 0) => write!(summary, "; {applied} bars cleared"),
            (_, missed) => write!(summary, "; {missed} of {applied} bars not cleared"),
        };
        summary
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let text = text.to_string();
    out.push_str(text.trim_end());
    out.push('\n');
}

/// What a verdict is called.
fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "the same text",
        Verdict::OtherText => "another text",
        Verdict::Failed => "an error in place of a text",
        Verdict::SameWords => "the same error",
        Verdict::SameClass => "another message",
        Verdict::OtherClass => "another class of error",
        Verdict::NoError => "a text in place of an error",
    }
}

/// A difference on a few lines.
fn describe(difference: &Difference, out: &mut String) {
    let Difference { case, verdict, source, recorded, actual } = difference;
    let parting = match (recorded, actual) {
        (Ok(recorded), Ok(actual)) => Some(Parting::new(recorded, actual)),
        (Err(recorded), Err(actual)) if recorded.class == actual.class => {
            Some(Parting::new(&recorded.message, &actual.message))
        }
        _ => None,
    };
    let place =
        parting.as_ref().map(|parting| format!(" at line {}, column {}", parting.line, parting.column));
    line(out, format_args!("{case}: {}{}", heading(*verdict), place.unwrap_or_default()));
    if let Some(source) = source {
        line(out, format_args!("  template:  {}", on_one_line(source, LINE)));
    }
    let (recorded, actual) = match parting {
        Some(parting) => (parting.one, parting.other),
        None => (brief(recorded), brief(actual)),
    };
    line(out, format_args!("  reference: {recorded}"));
    line(out, format_args!("  rolecall:  {actual}\n"));
}

fn brief(outcome: &Outcome) -> String {
    match outcome {
        Ok(text) => format!("\"{}\"", on_one_line(text, LINE / 4)),
        Err(failure) => format!("{}: {}", failure.class, on_one_line(&failure.message, LINE)),
    }
}
