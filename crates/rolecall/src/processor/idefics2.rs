//! What Idefics2 does to a prompt after its images are in.

use std::ops::Range;

use super::placed::Placed;
use crate::engine;

/// Makes one token of two that stand beside each other around images, and puts a space between such a token and a word.
/// `own` are the parts of the template's text that no user wrote.
pub(super) fn mend(placed: Placed, own: &[Range<usize>], fake_token: &str) -> Placed {
    let pairs = engine::found(placed.text(), &placed.own(own), &fake_token.repeat(2));
    let second = pairs.into_iter().map(|pair| (pair.start + fake_token.len()..pair.end, ""));
    let placed = placed.edited(&second.collect::<Vec<_>>());
    let fakes = engine::found(placed.text(), &placed.own(own), fake_token);
    let spaces: Vec<(Range<usize>, &str)> = fakes
        .into_iter()
        .filter(|fake| {
            let next = placed.text().get(fake.end..).and_then(|rest| rest.chars().next());
            next.is_some_and(|next| next != '<' && !rolecall_jinja::text::is_space(next))
        })
        .map(|fake| (fake.end..fake.end, " "))
        .collect();
    placed.edited(&spaces)
}
