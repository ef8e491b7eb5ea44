//! Who wrote a place of a prompt, as far as control tokens, masks and attribution need it.

use std::ops::Range;

use rolecall_jinja::PointerStep;

use super::standing::Standing;
use crate::{Origin, Prompt};

/// Who wrote a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The template, or a special token.
    Own,
    /// The role of a message.
    Role(usize),
    /// Anything else of a message.
    Message(usize),
    /// Tools, documents, other variables, several messages, an image.
    Other,
}

impl Owner {
    /// The message that the span is of.
    pub(super) fn message(self) -> Option<usize> {
        match self {
            Self::Role(message) | Self::Message(message) => Some(message),
            Self::Own | Self::Other => None,
        }
    }
}

/// The owners of all parts of a prompt, in order.
#[derive(Debug)]
pub(super) struct Owners {
    /// Neighbouring spans of one owner are one part.
    parts: Vec<(Range<usize>, Owner)>,
    /// Where each span of the prompt begins.
    starts: Vec<usize>,
}

impl Owners {
    pub(super) fn of(prompt: &Prompt) -> Self {
        let (mut parts, mut starts): (Vec<(Range<usize>, Owner)>, Vec<usize>) = Default::default();
        for span in prompt.spans() {
            starts.push(span.range.start);
            let owner = match owner(&span.origin) {
                // The model's own placeholders, as many as it wants.
                Owner::Other if prompt.is_expanded() && is_media(&span.origin) => Owner::Own,
                owner => owner,
            };
            match parts.last_mut() {
                Some((range, last)) if *last == owner => range.end = span.range.end,
                _ => parts.push((span.range, owner)),
            }
        }
        Self { parts, starts }
    }

    /// The same prompt with a letter in place of each text that users wrote, but for roles, which control tokens may hold.
    pub(super) fn with_plain_texts(&self, text: &str) -> (String, Self) {
        let mut plain = String::with_capacity(text.len());
        let mut parts = Vec::with_capacity(self.parts.len());
        for (range, owner) in &self.parts {
            let start = plain.len();
            match owner {
                Owner::Own | Owner::Role(_) => plain.push_str(text.get(range.clone()).unwrap_or_default()),
                Owner::Message(_) | Owner::Other => plain.push('q'),
            }
            parts.push((start..plain.len(), *owner));
        }
        (plain, Self { parts, starts: Vec::new() })
    }

    /// The parts, each of one owner.
    pub(super) fn parts(&self) -> &[(Range<usize>, Owner)] {
        &self.parts
    }

    /// Where each span of the prompt begins.
    pub(super) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The spans that share bytes with a place.
    pub(super) fn within(&self, place: &Range<usize>) -> &[(Range<usize>, Owner)] {
        let first = self.parts.partition_point(|(range, _)| range.end <= place.start);
        let end = self.parts.partition_point(|(range, _)| range.start < place.end).max(first);
        self.parts.get(first..end).unwrap_or_default()
    }

    /// What a text is that looks like a token.
    pub(super) fn standing(&self, is_control: bool, place: &Range<usize>) -> Standing {
        if is_control {
            return if self.is_own(place) { Standing::Written } else { Standing::Text };
        }
        let is_own = |(_, owner): &(Range<usize>, Owner)| *owner == Owner::Own;
        let parts = self.within(place);
        if parts.iter().any(is_own) && !parts.iter().all(is_own) { Standing::Mixed } else { Standing::Token }
    }

    /// Whether what stands at a place is the template's: all of it, or its two ends with the role of a message in
    /// between.
    fn is_own(&self, place: &Range<usize>) -> bool {
        match self.within(place) {
            [] => false,
            [(_, only)] => *only == Owner::Own,
            [(_, first), middle @ .., (_, last)] => {
                *first == Owner::Own
                    && *last == Owner::Own
                    && middle.iter().all(|(_, owner)| matches!(owner, Owner::Own | Owner::Role(_)))
            }
        }
    }
}

fn is_media(origin: &Origin<'_>) -> bool {
    matches!(origin, Origin::Image { .. } | Origin::Video { .. })
}

fn owner(origin: &Origin<'_>) -> Owner {
    if origin.is_own() {
        return Owner::Own;
    }
    match origin.message() {
        Some((message, inside)) if *inside == [ROLE] && is_role(origin) => Owner::Role(message),
        Some((message, _)) => Owner::Message(message),
        None => Owner::Other,
    }
}

const ROLE: PointerStep<'_> = PointerStep::Key("role");

/// Whether what lies in the role of a message is the role itself. The name of the key is no role, nor is a part of what
/// should have been a text.
fn is_role(origin: &Origin<'_>) -> bool {
    match origin {
        Origin::CopiedKey { .. } => false,
        Origin::Computed { pointers } => pointers.iter().all(|pointer| pointer.steps().last() == Some(&ROLE)),
        _ => true,
    }
}
