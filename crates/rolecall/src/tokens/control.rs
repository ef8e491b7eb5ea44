//! Which of a tokenizer's tokens steer the model, so that no user may write them.

use rolecall_jinja::syntax::{Source, literals};
use tokenizers::AddedToken;

/// A few ids. It is asked about each token of each prompt, and hashing would take most of the time of an encoding that
/// is known already.
#[derive(Debug, Default)]
pub(super) struct Ids(Vec<u32>);

impl Ids {
    pub(super) fn contains(&self, id: u32) -> bool {
        match self.0.as_slice() {
            // Most tokens are outside of the range of the special ones.
            [first, .., last] => *first <= id && id <= *last && self.0.binary_search(&id).is_ok(),
            [only] => *only == id,
            [] => false,
        }
    }

    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        !self.0.iter().any(|id| other.contains(*id))
    }
}

impl FromIterator<u32> for Ids {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        let mut ids: Vec<u32> = ids.into_iter().collect();
        ids.sort_unstable();
        Self(ids)
    }
}

/// The ids of the control tokens: the special ones, those that stand for `media`, and those that `listed` names or, without a list, that stand in
/// the text of the template and are not white space.
pub(super) fn control_tokens<'t>(
    added: impl Iterator<Item = (u32, &'t AddedToken)>,
    listed: Option<&[String]>,
    media: &[&str],
    template: &str,
) -> Ids {
    let text = match listed {
        Some(_) => String::new(),
        None => literal_text(template),
    };
    added
        .filter(|(_, token)| {
            token.special
                || media.contains(&token.content.as_str())
                || match listed {
                    Some(listed) => listed.contains(&token.content),
                    None => {
                        text.contains(&token.content)
                            && !token.content.chars().all(rolecall_jinja::text::is_space)
                    }
                }
        })
        .map(|(id, _)| id)
        .collect()
}

/// All text that a template holds, with a NUL between its pieces so that nothing is found across two of them. A
/// template that does not parse holds none: it renders nothing either.
fn literal_text(template: &str) -> String {
    let source = Source::new(template);
    source.parse().map(|body| literals(&body).join("\0")).unwrap_or_default()
}
