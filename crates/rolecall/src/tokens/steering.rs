//! Whether the control tokens of a prompt are those that its template wrote, where a tokenizer may find others by what
//! stands beside them.

use std::ops::Range;

use super::control::Controls;
use super::owners::Owners;
use super::pipeline::Pipeline;
use crate::{Error, ErrorKind, Result};

/// Refuses a prompt in which what users wrote makes a control token or takes one away: other control tokens than where
/// they wrote a letter. That costs little, as what they wrote is most of a prompt.
pub(super) fn check(
    pipeline: &Pipeline,
    (text, ids, offsets): (&str, &[u32], &[Range<usize>]),
    owners: &Owners,
    controls: &Controls,
) -> Result<()> {
    let (plain, of_plain) = owners.with_plain_texts(text);
    let standing = |id: u32, place: &Range<usize>| of_plain.standing(controls.ids.contains(id), place);
    let (plain_ids, plain_offsets) = pipeline.encode(&plain, controls, &standing, None)?;
    if steering(controls, text, ids, offsets).eq(steering(controls, &plain, &plain_ids, &plain_offsets)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Tokenizer,
        "what users wrote makes a control token of the template's text, or takes one away from it",
    )
    .help(
        "This tokenizer cannot keep the two apart: take white space and marks out of the ends of the texts",
    ))
}

/// The control tokens among the tokens of a text.
fn steering<'e>(
    controls: &'e Controls,
    text: &'e str,
    ids: &'e [u32],
    offsets: &'e [Range<usize>],
) -> impl Iterator<Item = u32> + 'e {
    let tokens = ids.iter().zip(offsets);
    tokens.filter(|(id, place)| controls.steers(**id, text, place)).map(|(id, _)| *id)
}
