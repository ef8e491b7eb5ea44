//! Counts by group, and the bars they have to clear.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::verdict::Verdict;

/// The counts of all groups, by name.
#[derive(Default)]
pub(crate) struct Tally {
    groups: BTreeMap<String, Counts>,
}

/// The counts of one group.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Counts {
    /// Cases in which the reference gives a text.
    pub(crate) texts: usize,
    /// The same text.
    pub(crate) equal: usize,
    /// Another text.
    pub(crate) other: usize,
    /// An error in its place.
    pub(crate) failed: usize,
    /// Cases in which the reference fails.
    pub(crate) errors: usize,
    /// An error of the same class.
    pub(crate) class: usize,
    /// An error of the same class with the same message.
    pub(crate) words: usize,
    /// A text in its place.
    pub(crate) none: usize,
    /// Panics, counted among `failed` or `errors` too.
    pub(crate) panics: usize,
}

impl Counts {
    /// Cases in which nothing tells rolecall from the reference.
    pub(crate) fn agreeing(&self) -> usize {
        self.equal + self.words
    }

    pub(crate) fn cases(&self) -> usize {
        self.texts + self.errors
    }

    /// A figure by its name, and the number of cases that it is of.
    fn figure(&self, name: &str) -> Option<(usize, usize)> {
        Some(match name {
            "equal" => (self.equal, self.texts),
            "other" => (self.other, self.texts),
            "failed" => (self.failed, self.texts),
            "class" => (self.class, self.errors),
            "words" => (self.words, self.errors),
            "none" => (self.none, self.errors),
            "panics" => (self.panics, self.cases()),
            _ => return None,
        })
    }
}

impl Tally {
    pub(crate) fn add(&mut self, group: &str, verdict: Verdict, panicked: bool) {
        let counts = self.groups.entry(group.to_owned()).or_default();
        counts.panics += usize::from(panicked);
        match verdict {
            Verdict::Equal | Verdict::OtherText | Verdict::Failed => counts.texts += 1,
            _ => counts.errors += 1,
        }
        match verdict {
            Verdict::Equal => counts.equal += 1,
            Verdict::OtherText => counts.other += 1,
            Verdict::Failed => counts.failed += 1,
            Verdict::SameWords => {
                counts.class += 1;
                counts.words += 1;
            }
            Verdict::SameClass => counts.class += 1,
            Verdict::OtherClass => {}
            Verdict::NoError => counts.none += 1,
        }
    }

    /// The groups by name; a group's parts follow it.
    pub(crate) fn groups(&self) -> &BTreeMap<String, Counts> {
        &self.groups
    }

    /// The counts of everything: parts of groups are counted in their groups.
    pub(crate) fn total(&self) -> (usize, usize) {
        let is_whole = |name: &str| !name.contains('.') || name.starts_with("tokens.");
        let whole = self.groups.iter().filter(|(name, _)| is_whole(name));
        whole.fold((0, 0), |(agreeing, cases), (_, counts)| {
            (agreeing + counts.agreeing(), cases + counts.cases())
        })
    }

    /// Bars at the height of these counts, a line for each: `min` or `max`, and the bar.
    pub(crate) fn to_bars(&self) -> String {
        let figures = [
            ("min", "equal"),
            ("max", "other"),
            ("min", "class"),
            ("min", "words"),
            ("max", "none"),
            ("max", "panics"),
        ];
        let mut out = String::new();
        for (group, counts) in &self.groups {
            for (bound, figure) in figures {
                // A figure of no cases says nothing.
                if let Some((count, of)) = counts.figure(figure).filter(|(_, of)| *of > 0) {
                    let bar = Bar { name: format!("{group}.{figure}"), count, of: Some(of) };
                    out.extend([bound, " ", &bar.to_string(), "\n"]);
                }
            }
        }
        out
    }

    fn figure(&self, name: &str) -> Option<(usize, usize)> {
        let (group, figure) = name.rsplit_once('.')?;
        self.groups.get(group)?.figure(figure)
    }
}

/// A count that a figure must reach (or must not exceed), such as `corpus.plain.equal=100/120`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    name: String,
    count: usize,
    /// How many cases the figure is of in the data that the bar was made for.
    of: Option<usize>,
}

/// Whether the least or the greatest allowed count is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Least,
    Greatest,
}

/// What became of a bar.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cleared {
    Yes,
    /// With the reason.
    No(String),
    /// The data are others than those it was made for; with the reason.
    PassedOver(String),
}

impl Bar {
    /// Whether it is a bar for a figure of this group.
    pub(crate) fn is_of(&self, group: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(of, _)| of == group)
    }

    pub(crate) fn check(&self, bound: Bound, tally: &Tally) -> Cleared {
        let Some((value, of)) = tally.figure(&self.name) else {
            return Cleared::No(format!("{self}: no such figure was measured"));
        };
        if let Some(wanted) = self.of.filter(|wanted| *wanted != of) {
            return Cleared::PassedOver(format!(
                "{self} is a bar for {wanted} cases, and these data have {of}"
            ));
        }
        match bound {
            Bound::Least if value < self.count => {
                Cleared::No(format!("{} is {value}, at least {} is asked", self.name, self.count))
            }
            Bound::Greatest if value > self.count => {
                Cleared::No(format!("{} is {value}, at most {} is allowed", self.name, self.count))
            }
            _ => Cleared::Yes,
        }
    }
}

impl FromStr for Bar {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is not a bar: write it as language.equal=900 or language.equal=900/1000");
        let (name, count) = text.split_once('=').ok_or_else(wrong)?;
        let known = name.rsplit_once('.').and_then(|(_, figure)| Counts::default().figure(figure));
        known.ok_or_else(|| {
            format!("{name:?} is not a figure: they are called GROUP.equal, .other, .failed, .class, .words, .none and .panics")
        })?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let (count, of) = match count.split_once('/') {
            Some((count, of)) => (number(count)?, Some(number(of)?)),
            None => (number(count)?, None),
        };
        Ok(Self { name: name.to_owned(), count, of })
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.count)?;
        self.of.map_or(Ok(()), |of| write!(f, "/{of}"))
    }
}
