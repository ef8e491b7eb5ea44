//! Added tokens in a text: the tokens that a tokenizer looks for before anything else.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};
use tokenizers::AddedToken;

use super::standing::Standing;

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

    /// Cuts a text into added tokens and what is between them. `standing` says of a token and the place of its bytes
    /// what it is there; where it is none, the text is looked at as if that token did not exist.
    pub(super) fn split(
        &self,
        text: &str,
        mut standing: impl FnMut(u32, &Range<usize>) -> Standing,
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut from, mut done) = (0, 0);
        while let Some(found) = self.find(text, from) {
            let (pattern, exact) = found;
            let Some((entry, exact, found)) = self.counted(text, pattern, &exact, &mut standing) else {
                from = next_char(text, exact.start);
                continue;
            };
            from = exact.end;
            let (before, behind) = text.split_at(exact.start);
            let behind = behind.get(exact.len()..).unwrap_or_default();
            if entry.single_word {
                let last = before.chars().next_back().filter(|c| is_word(*c)).map_or(0, char::len_utf8);
                let first = behind.chars().next().filter(|c| is_word(*c)).map_or(0, char::len_utf8);
                // Beside what the template wrote only its own letters count.
                let mut is_word = |start: usize, end: usize| {
                    found != Standing::Written || standing(entry.id, &(start..end)) == Standing::Written
                };
                if last > 0 && is_word(exact.start - last, exact.end)
                    || first > 0 && is_word(exact.start, exact.end + first)
                {
                    continue;
                }
            }
            let mut range = exact.clone();
            if entry.lstrip {
                range.start = done + text.get(done..exact.start).unwrap_or_default().trim_end().len();
            }
            if entry.rstrip {
                range.end += behind.len() - behind.trim_start().len();
            }
            // Nothing is left of a blank that the token before it took in.
            if range.is_empty() {
                continue;
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
        let mut lengths = self.candidates(longest.pattern().as_usize()).map(|(_, length)| length);
        lengths.find(|length| is_meant(*length))
    }

    fn find(&self, text: &str, from: usize) -> Option<(usize, Range<usize>)> {
        let input = Input::new(text).span(from..text.len()).anchored(Anchored::No);
        self.automaton.find(input).map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// The longest token at a place that is one there.
    fn counted(
        &self,
        text: &str,
        pattern: usize,
        exact: &Range<usize>,
        standing: &mut impl FnMut(u32, &Range<usize>) -> Standing,
    ) -> Option<(&Entry, Range<usize>, Standing)> {
        for (entry, length) in self.candidates(pattern) {
            let range = exact.start..exact.start + length;
            match standing(entry.id, &range) {
                Standing::Text => {}
                Standing::Mixed if self.is_written_within(text, &range, standing) => {}
                found => return Some((entry, range, found)),
            }
        }
        None
    }

    /// Whether a control token that the template wrote begins at a place.
    fn is_written_within(
        &self,
        text: &str,
        place: &Range<usize>,
        standing: &mut impl FnMut(u32, &Range<usize>) -> Standing,
    ) -> bool {
        let mut at = place.start;
        while at < place.end {
            let input = Input::new(text).span(at..text.len()).anchored(Anchored::Yes);
            if let Some(longest) = self.automaton.find(input) {
                let mut found = self.candidates(longest.pattern().as_usize());
                if found.any(|(entry, length)| standing(entry.id, &(at..at + length)) == Standing::Written) {
                    return true;
                }
            }
            at = next_char(text, at);
        }
        false
    }

    /// A token and those that it begins with, the longest first, with their lengths.
    fn candidates(&self, pattern: usize) -> impl Iterator<Item = (&Entry, usize)> {
        let prefixes = self.entries.get(pattern).map_or(&[][..], |longest| &longest.prefixes);
        let all = std::iter::once(pattern).chain(prefixes.iter().copied());
        all.filter_map(|at| Some((self.entries.get(at)?, *self.lengths.get(at)?)))
    }
}

fn next_char(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// `\w` of regular expressions with Unicode, as the tokenizers library tells words.
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
        let parts = matcher.split(text, |_, range| {
            let is_own = own.iter().any(|own| own.start <= range.start && range.end <= own.end);
            if is_own { Standing::Written } else { Standing::Text }
        });
        parts.into_iter().map(|part| (text[part.range].to_owned(), part.token)).collect()
    }

    #[test]
    fn the_longest_token_that_counts_is_found() {
        let matcher = matcher(&["<a", "<a>", "<a><b>", "b"]);
        let whole = 0..9;
        assert_eq!(
            split(&matcher, "x<a><b>b", std::slice::from_ref(&whole)),
            [("x".into(), None), ("<a><b>".into(), Some(2)), ("b".into(), Some(3))]
        );
        // Of the longest token only the beginning counts.
        assert_eq!(
            split(&matcher, "x<a><b>b", &[0..4, 7..8]),
            [("x".into(), None), ("<a>".into(), Some(1)), ("<b>".into(), None), ("b".into(), Some(3))]
        );
        // Inside of a token that does not count, another one may.
        assert_eq!(
            split(&matcher, "x<a><b>b", std::slice::from_ref(&(5..6))),
            [("x<a><".into(), None), ("b".into(), Some(3)), (">b".into(), None)]
        );
    }
}
