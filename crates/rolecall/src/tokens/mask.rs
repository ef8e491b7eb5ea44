//! Which tokens are the assistant's.

use std::ops::Range;

use super::control::Ids;
use super::encoding::{Encoding, TokenKind, TokenOrigin};
use crate::{Error, ErrorKind, Prompt, Result};

/// The tokens of what generation blocks wrote; without such blocks, of what assistants said, and if `ends` are given up to
/// the first of them that ends the turn.
pub(super) fn exact(encoding: &Encoding, prompt: &Prompt, ends: Option<&Ids>) -> Vec<u8> {
    let mut mask = vec![0; encoding.len()];
    if prompt.has_generation_blocks() {
        for range in prompt.generations() {
            let first = encoding.offsets.partition_point(|place| place.end <= range.start);
            let end = encoding.offsets.partition_point(|place| place.start < range.end);
            if !range.is_empty() {
                mask.iter_mut().take(end).skip(first).for_each(|mark| *mark = 1);
            }
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
        // Up to the last token of the message before something else is said.
        let mut end = at + 1;
        let mut look = end;
        while let Some(origin) = encoding.origins.get(look) {
            match origin.kind {
                TokenKind::Role => break,
                TokenKind::Content if origin.message != Some(message) => break,
                TokenKind::Content => end = look + 1,
                _ if origin.message.is_some_and(|other| other != message) => break,
                _ => {}
            }
            look += 1;
        }
        if is_assistant.get(message).copied().unwrap_or(false) {
            let last = ends.map_or(end, |ends| turn_end(encoding, message, end, ends));
            mask.iter_mut().take(last).skip(at).for_each(|mark| *mark = 1);
        }
        at = end;
    }
    mask
}

/// The place behind the control token that ends the turn of a message: of what was written for it behind what it said, up
/// to `end`, the first token that can end a turn. The end of a tool call is none. Where nothing of the kind is there, a
/// control token right behind it is taken, unless it is of another message.
fn turn_end(encoding: &Encoding, message: usize, end: usize, ends: &Ids) -> usize {
    let behind = || encoding.ids.iter().zip(&encoding.origins).skip(end);
    let is_control = |origin: &TokenOrigin| origin.kind == TokenKind::Control;
    let mut turn = behind().take_while(|(_, origin)| origin.message == Some(message));
    if let Some(at) = turn.position(|(id, origin)| is_control(origin) && ends.contains(*id)) {
        return end + at + 1;
    }
    match behind().next() {
        Some((_, origin)) if is_control(origin) && origin.message.is_none_or(|of| of == message) => end + 1,
        _ => end,
    }
}

/// The mask as the reference makes it, with its faults: from the first token of the first character to the *first* token
/// of the last one, and to the end, with what is filled up, where that is the first token of all. A block that is empty where the text begins is
/// an error there. `places` are those of the tokens as the reference has them, in characters.
pub(super) fn reference(places: &[Range<usize>], prompt: &Prompt) -> Result<Vec<u8>> {
    let mut mask = vec![0; places.len()];
    if let Some(ranges) = prompt.processor_generations() {
        // Processors have neither of these faults.
        for range in ranges {
            let tokens = mask.iter_mut().zip(places);
            let inside = tokens.filter(|(_, place)| place.start < range.end && range.start < place.end);
            inside.for_each(|(mark, _)| *mark = 1);
        }
        return Ok(mask);
    }
    // The first token that holds a character: where blanks are left out, places need not be in order.
    let mut holders = vec![None; places.iter().map(|place| place.end).max().unwrap_or_default()];
    for (token, place) in places.iter().enumerate().rev() {
        holders.iter_mut().take(place.end).skip(place.start).for_each(|holder| *holder = Some(token));
    }
    let token_of = |character: usize| holders.get(character).copied().flatten();
    for range in prompt.reference_generations() {
        let Some(last) = range.end.checked_sub(1) else {
            let error = rolecall_jinja::Error::new(
                rolecall_jinja::ErrorKind::Overflow,
                "can't convert negative int to unsigned",
            );
            return Err(
                Error::from_reference(ErrorKind::Tokenizer, error).help("Compat::Exact has no such fault")
            );
        };
        let Some(first) = token_of(range.start) else { break };
        let end = token_of(last).filter(|last| *last > 0).map_or(mask.len(), |last| last + 1);
        mask.iter_mut().take(end).skip(first).for_each(|mark| *mark = 1);
    }
    Ok(mask)
}
