//! Which of a tokenizer's tokens steer the model, so that no user may write them.

use std::ops::Range;

use rolecall_jinja::syntax::{Source, literals};
use tokenizers::AddedToken;

use super::pipeline::{Pipeline, trimmed};

/// A few ids. It is asked about each token of each prompt, and hashing would take most of the time of an encoding that
/// is known already.
#[derive(Debug, Default)]
pub(super) struct Ids(Vec<u32>);

impl Ids {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        match self.0.as_slice() {
            // Most tokens are outside of the range of the special ones.
            [first, .., last] => *first <= id && id <= *last && self.0.binary_search(&id).is_ok(),
            [only] => *only == id,
            [] => false,
        }
    }
}

impl FromIterator<u32> for Ids {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        let mut ids: Vec<u32> = ids.into_iter().collect();
        ids.sort_unstable();
        Self(ids)
    }
}

/// The control tokens where a template is used.
#[derive(Debug, Default)]
pub(super) struct Controls {
    pub(super) ids: Ids,
    /// The token that the model gives for text that it does not know, where that is one of these and steers nothing, and
    /// its text.
    unknown: Option<(u32, Box<str>)>,
    /// Whether the tokenizer may find one of them, or not find it, by what stands beside it.
    pub(super) lean_on_neighbours: bool,
}

impl Controls {
    /// The special tokens, those that stand for `media`, and those that `listed` names or, without a list, that stand in
    /// the text of the template and are not white space. `unknown` is the model's token for unknown text if it has no
    /// other name.
    pub(super) fn new(
        added: &[(u32, AddedToken)],
        pipeline: &Pipeline,
        listed: Option<&[String]>,
        media: &[&str],
        template: &str,
        unknown: Option<u32>,
    ) -> Self {
        let text = match listed {
            Some(_) => String::new(),
            None => literal_text(template),
        };
        let is_named = |token: &AddedToken| {
            media.contains(&token.content.as_str())
                || match listed {
                    Some(listed) => listed.contains(&token.content),
                    None => {
                        text.contains(&token.content)
                            && !token.content.chars().all(rolecall_jinja::text::is_space)
                    }
                }
        };
        let is_control = |token: &AddedToken| token.special || is_named(token);
        let ids = added.iter().filter(|(_, token)| is_control(token)).map(|(id, _)| *id).collect();
        let unknown = added.iter().find(|(id, token)| Some(*id) == unknown && !is_named(token));
        let unknown = unknown.map(|(id, token)| (*id, token.content.as_str().into()));
        // Another token found or not found may free or hide a control token.
        let leans = |token: &AddedToken| token.single_word || pipeline.normalizes() && token.normalized;
        let is_plain =
            |token: &AddedToken| !token.content.trim().is_empty() && !pipeline.makes(&token.content);
        let lean_on_neighbours =
            added.iter().any(|(_, token)| leans(token) || is_control(token) && !is_plain(token));
        Self { ids, unknown, lean_on_neighbours }
    }

    /// Whether a token that stands at a place of a text steers the model.
    pub(super) fn steers(&self, id: u32, text: &str, place: &Range<usize>) -> bool {
        self.ids.contains(id) && !self.is_unknown(id, text.get(trimmed(text, place)).unwrap_or_default())
    }

    /// Whether a token that stands for a text says no more than that the model does not know the text.
    pub(super) fn is_unknown(&self, id: u32, text: &str) -> bool {
        self.unknown.as_ref().is_some_and(|(unknown, token)| *unknown == id && **token != *text)
    }
}

/// All text that a template holds, with a NUL between its pieces so that nothing is found across two of them. A
/// template that does not parse holds none: it renders nothing either.
fn literal_text(template: &str) -> String {
    let source = Source::new(template);
    source.parse().map(|body| literals(&body).join("\0")).unwrap_or_default()
}
