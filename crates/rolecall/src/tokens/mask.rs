//! Which tokens are the assistant's.

use std::ops::Range;

use super::encoding::{Encoding, TokenKind};
use crate::Prompt;

/// The tokens of what generation blocks wrote; without such blocks, of what assistants said.
pub(super) fn exact(encoding: &Encoding, prompt: &Prompt, end_of_turn: bool) -> Vec<u8> {
    let mut mask = vec![0; encoding.len()];
    if prompt.has_generation_blocks() {
        for range in prompt.generations() {
            mark(&mut mask, encoding, |place| place.start < range.end && range.start < place.end);
        }
        return mask;
    }
    let is_assistant: Vec<bool> = prompt.roles().map(|role| role == Some("assistant")).collect();
    let is_said = |at: usize, message: usize| {
        encoding
            .origins
            .get(at)
            .is_some_and(|origin| origin.message == Some(message) && origin.kind == TokenKind::Content)
    };
    let mut at = 0;
    while at < encoding.len() {
        let message = encoding.origins.get(at).and_then(|origin| origin.message);
        let Some(message) = message.filter(|message| is_said(at, *message)) else {
            at += 1;
            continue;
        };
        // Up to the last token of the message before another message says something.
        let mut end = at + 1;
        let mut look = end;
        while let Some(origin) = encoding.origins.get(look) {
            match origin.message {
                Some(other) if other != message => break,
                Some(_) if origin.kind == TokenKind::Role => break,
                Some(_) if origin.kind == TokenKind::Content => end = look + 1,
                _ => {}
            }
            look += 1;
        }
        if is_assistant.get(message).copied().unwrap_or(false) {
            let last = if end_of_turn { turn_end(encoding, end) } else { end };
            mask.iter_mut().take(last).skip(at).for_each(|mark| *mark = 1);
        }
        at = end;
    }
    mask
}

/// The place behind the control token that ends a turn, if one stands right behind it.
fn turn_end(encoding: &Encoding, end: usize) -> usize {
    match encoding.origins.get(end) {
        Some(origin) if origin.kind == TokenKind::Control => end + 1,
        _ => end,
    }
}

fn mark(mask: &mut [u8], encoding: &Encoding, is_meant: impl Fn(&Range<usize>) -> bool) {
    for (mark, place) in mask.iter_mut().zip(&encoding.offsets) {
        if is_meant(place) {
            *mark = 1;
        }
    }
}

/// The mask as the reference makes it, with its faults: from the first token of the first character to the *first* token
/// of the last one, and to the end where that is the first token of all.
pub(super) fn reference(encoding: &Encoding, prompt: &Prompt) -> Vec<u8> {
    let mut mask = vec![0; encoding.len()];
    let text = prompt.text();
    let token_of =
        |byte: usize| encoding.offsets.iter().position(|place| place.start <= byte && byte < place.end);
    for range in prompt.generations() {
        let last_char =
            text.get(..range.end).and_then(|text| text.char_indices().next_back()).map(|(at, _)| at);
        let Some(first) = token_of(range.start) else { break };
        let last = last_char.and_then(token_of).filter(|last| *last > 0);
        let end = last.map_or(mask.len(), |last| last + 1);
        mask.iter_mut().take(end).skip(first).for_each(|mark| *mark = 1);
    }
    mask
}
