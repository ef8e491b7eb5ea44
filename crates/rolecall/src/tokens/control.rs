//! Which of a tokenizer's tokens steer the model, so that no user may write them.

use std::collections::HashSet;

use rolecall_jinja::syntax::{Source, literals};
use tokenizers::AddedToken;

/// The ids of the control tokens: the special ones, and those that `listed` names or, without a list, that stand in
/// the text of the template and are not white space.
pub(super) fn control_tokens<'t>(
    added: impl Iterator<Item = (u32, &'t AddedToken)>,
    listed: Option<&[String]>,
    template: &str,
) -> HashSet<u32> {
    let text = match listed {
        Some(_) => String::new(),
        None => literal_text(template),
    };
    added
        .filter(|(_, token)| {
            token.special
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
