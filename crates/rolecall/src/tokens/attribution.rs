//! Who each token of a prompt is of.

use std::ops::Range;

use super::control::Controls;
use super::encoding::{Encoding, TokenKind, TokenOrigin};
use super::owners::{Owner, Owners};
use crate::Prompt;

/// Who each token is of. Text of the template is of the message that its loop was at.
pub(super) fn origins(
    encoding: &Encoding,
    prompt: &Prompt,
    owners: &Owners,
    controls: &Controls,
) -> Vec<TokenOrigin> {
    let turns = prompt.messages();
    let mut places =
        Places { parts: owners.parts(), starts: owners.starts(), turns: &turns, part: 0, span: 0, turn: 0 };
    let text = prompt.text();
    let mut origins = Vec::with_capacity(encoding.ids.len());
    // Most tokens lie where the one before them lies, and are of the same.
    let (mut around, mut same) = (0..0, TokenOrigin::default());
    for (id, place) in encoding.ids.iter().zip(&encoding.offsets) {
        if !(around.start <= place.start && place.start < around.end && place.end <= around.end) {
            (around, same) = places.origin(place);
        }
        origins.push(if controls.steers(*id, text, place) {
            TokenOrigin { kind: TokenKind::Control, ..same }
        } else {
            same
        });
    }
    origins
}

/// What a prompt is made of, and how far it has been gone through.
struct Places<'p> {
    /// Parts of one owner.
    parts: &'p [(Range<usize>, Owner)],
    /// Where the spans begin.
    starts: &'p [usize],
    /// What was written for each message.
    turns: &'p [(Range<usize>, usize)],
    part: usize,
    span: usize,
    turn: usize,
}

impl Places<'_> {
    /// Of whom a token at a place is that is no control token, and the bytes of which all is of the same.
    fn origin(&mut self, place: &Range<usize>) -> (Range<usize>, TokenOrigin) {
        while self.parts.get(self.part).is_some_and(|(range, _)| range.end <= place.start) {
            self.part += 1;
        }
        while self.starts.get(self.span + 1).is_some_and(|start| *start <= place.start) {
            self.span += 1;
        }
        while self.turns.get(self.turn).is_some_and(|(range, _)| range.end <= place.start) {
            self.turn += 1;
        }
        // A token of several spans is of the first that is not the template's.
        let mut within = self.parts.get(self.part..).unwrap_or_default().iter();
        let end = place.end.max(place.start + 1);
        let theirs = within
            .by_ref()
            .take_while(|(range, _)| range.start < end)
            .find(|(_, owner)| *owner != Owner::Own);
        let (from, owner) = theirs.map_or((place.start, Owner::Own), |(range, owner)| (range.start, *owner));
        let mut span = self.span;
        while self.starts.get(span + 1).is_some_and(|start| *start <= from) {
            span += 1;
        }
        let turn = self.turns.get(self.turn);
        let message = match owner {
            Owner::Own => turn.filter(|(range, _)| range.contains(&place.start)).map(|(_, message)| *message),
            _ => owner.message(),
        };
        let kind = match owner {
            Owner::Own => TokenKind::Scaffolding,
            Owner::Role(_) => TokenKind::Role,
            Owner::Message(_) | Owner::Other => TokenKind::Content,
        };
        let part_end = self.parts.get(self.part).map_or(usize::MAX, |(range, _)| range.end);
        let span_end = self.starts.get(self.span + 1).copied().unwrap_or(usize::MAX);
        let turn_end = turn
            .map_or(usize::MAX, |(range, _)| if place.start < range.start { range.start } else { range.end });
        let end = part_end.min(span_end).min(turn_end);
        // A token of several says nothing of its neighbours.
        let around = if place.end <= end { place.start..end } else { 0..0 };
        (around, TokenOrigin { message, kind, span: Some(span) })
    }
}
