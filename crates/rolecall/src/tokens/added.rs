//! Added tokens in a text: the tokens that a tokenizer looks for before anything else.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};
use tokenizers::AddedToken;

/// What a part of a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    /// The added token that it is, with the white space around it that the token takes in.
    pub(super) token: Option<u32>,
    /// The token itself, without the white space.
    pub(super) exact: Range<usize>,
}

/// An added token, and what has to be known to find it.
#[derive(Debug, Clone)]
struct Entry {
    id: u32,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    /// Shorter tokens that this one begins with, the longest first.
    prefixes: Vec<usize>,
}

/// A set of added tokens that are looked for together: the longest of those that begin first.
#[derive(Debug)]
pub(super) struct Matcher {
    automaton: AhoCorasick,
    entries: Vec<Entry>,
    lengths: Vec<usize>,
}

impl Matcher {
    /// A matcher for tokens as `pattern`s; nothing if there are none.
    pub(super) fn new<'t>(
        tokens: impl IntoIterator<Item = (u32, &'t str, &'t AddedToken)>,
    ) -> Result<Option<Self>, aho_corasick::BuildError> {
        let mut tokens: Vec<_> = tokens.into_iter().filter(|(_, pattern, _)| !pattern.is_empty()).collect();
        // Shorter tokens that a longer one begins with stand right before it.
        tokens.sort_by_key(|(_, pattern, _)| *pattern);
        if tokens.is_empty() {
            return Ok(None);
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, (id, pattern, token)) in tokens.iter().enumerate() {
            let begins =
                |shorter: &usize| tokens.get(*shorter).is_some_and(|(_, text, _)| pattern.starts_with(text));
            while open.last().is_some_and(|shorter| !begins(shorter)) {
                open.pop();
            }
            entries.push(Entry {
                id: *id,
                single_word: token.single_word,
                lstrip: token.lstrip,
                rstrip: token.rstrip,
                prefixes: open.iter().rev().copied().collect(),
            });
            open.push(at);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Both)
            .build(tokens.iter().map(|(_, pattern, _)| *pattern))?;
        let lengths = tokens.iter().map(|(_, pattern, _)| pattern.len()).collect();
        Ok(Some(Self { automaton, entries, lengths }))
    }

    /// Cuts a text into added tokens and what is between them. `counts` says of a token and the place of its bytes
    /// whether it is one there; where it is not, the text is looked at as if that token did not exist.
    pub(super) fn split(&self, text: &str, mut counts: impl FnMut(u32, &Range<usize>) -> bool) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut from, mut done) = (0, 0);
        while let Some(found) = self.find(text, from) {
            let (pattern, exact) = found;
            let Some((entry, exact)) = self.counted(pattern, &exact, &mut counts) else {
                from = next_char(text, exact.start);
                continue;
            };
            from = exact.end;
            let (before, behind) = text.split_at(exact.start);
            let behind = behind.get(exact.len()..).unwrap_or_default();
            if entry.single_word && (ends_with_word(before) || starts_with_word(behind)) {
                continue;
            }
            let mut range = exact.clone();
            if entry.lstrip {
                range.start = before.trim_end().len().max(done);
            }
            if entry.rstrip {
                range.end += behind.len() - behind.trim_start().len();
            }
            if done < range.start {
                parts.push(Part { range: done..range.start, token: None, exact: done..range.start });
            }
            done = range.end;
            parts.push(Part { range, token: Some(entry.id), exact });
        }
        if done < text.len() {
            parts.push(Part { range: done..text.len(), token: None, exact: done..text.len() });
        }
        parts
    }

    /// The length of the longest token that a text begins with and that `is_meant` takes, given its length.
    pub(super) fn at_start(&self, text: &str, is_meant: impl Fn(usize) -> bool) -> Option<usize> {
        let input = Input::new(text).anchored(Anchored::Yes);
        let longest = self.automaton.find(input)?;
        let entry = self.entries.get(longest.pattern().as_usize())?;
        let shorter = entry.prefixes.iter().filter_map(|shorter| self.lengths.get(*shorter)).copied();
        std::iter::once(longest.len()).chain(shorter).find(|length| is_meant(*length))
    }

    fn find(&self, text: &str, from: usize) -> Option<(usize, Range<usize>)> {
        let input = Input::new(text).span(from..text.len()).anchored(Anchored::No);
        self.automaton.find(input).map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// The longest token at a place that counts there.
    fn counted(
        &self,
        pattern: usize,
        exact: &Range<usize>,
        counts: &mut impl FnMut(u32, &Range<usize>) -> bool,
    ) -> Option<(&Entry, Range<usize>)> {
        let longest = self.entries.get(pattern)?;
        for candidate in std::iter::once(&pattern).chain(&longest.prefixes) {
            let (Some(entry), Some(length)) = (self.entries.get(*candidate), self.lengths.get(*candidate))
            else {
                continue;
            };
            let range = exact.start..exact.start + length;
            if counts(entry.id, &range) {
                return Some((entry, range));
            }
        }
        None
    }
}

fn next_char(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// Whether a text begins with a character of words, as the tokenizers library tells it.
fn starts_with_word(text: &str) -> bool {
    text.chars().next().is_some_and(is_word)
}

fn ends_with_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_word)
}

/// `\w` of regular expressions with Unicode.
fn is_word(c: char) -> bool {
    regex_syntax::is_word_character(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(tokens: &[&str]) -> Matcher {
        let token = AddedToken::default();
        let tokens = tokens.iter().zip(0..).map(|(text, id)| (id, *text, &token));
        Matcher::new(tokens).unwrap().unwrap()
    }

    fn split(matcher: &Matcher, text: &str, own: &[Range<usize>]) -> Vec<(String, Option<u32>)> {
        let parts = matcher
            .split(text, |_, range| own.iter().any(|own| own.start <= range.start && range.end <= own.end));
        parts.into_iter().map(|part| (text[part.range].to_owned(), part.token)).collect()
    }

    #[test]
    fn the_longest_token_that_counts_is_found() {
        let matcher = matcher(&["<a", "<a>", "<a><b>", "b"]);
        let whole = 0..9;
        assert_eq!(
            split(&matcher, "x<a><b>b", &[whole]),
            [("x".into(), None), ("<a><b>".into(), Some(2)), ("b".into(), Some(3))]
        );
        // Of the longest token only the beginning counts.
        assert_eq!(
            split(&matcher, "x<a><b>b", &[0..4, 7..8]),
            [("x".into(), None), ("<a>".into(), Some(1)), ("<b>".into(), None), ("b".into(), Some(3))]
        );
        // Inside of a token that does not count, another one may.
        assert_eq!(
            split(&matcher, "x<a><b>b", &[5..6]),
            [("x<a><".into(), None), ("b".into(), Some(3)), (">b".into(), None)]
        );
    }
}
