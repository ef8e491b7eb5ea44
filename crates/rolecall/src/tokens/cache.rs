//! Tokens of texts that were encoded before.

use std::collections::HashMap;

use super::pipeline::Piece;

/// What a tokenizer made of the parts of earlier prompts: the texts between control tokens, which it encodes each by
/// itself. A conversation that grew by a message is encoded in the time that the new message takes.
///
/// A cache belongs to one tokenizer. [`Tokenizer::encode_cached`](super::Tokenizer::encode_cached) has an example.
#[derive(Debug, Clone, Default)]
pub struct EncodingCache {
    /// By whether the text begins the prompt, and the text.
    known: [HashMap<Box<str>, Box<[Piece]>>; 2],
    bytes: usize,
    owner: Option<(u64, u64)>,
}

/// Beyond so many bytes of text a cache begins anew.
const MOST_BYTES: usize = 16 << 20;

impl EncodingCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what another tokenizer, or one with other control tokens, has left.
    pub(super) fn belongs_to(&mut self, owner: (u64, u64)) {
        if self.owner != Some(owner) {
            *self = Self { owner: Some(owner), ..Self::default() };
        }
    }

    pub(super) fn get(&self, text: &str, at_start: bool) -> Option<&[Piece]> {
        let [elsewhere, start] = &self.known;
        if at_start { start } else { elsewhere }.get(text).map(|pieces| &**pieces)
    }

    pub(super) fn insert(&mut self, text: &str, at_start: bool, pieces: Vec<Piece>) {
        if self.bytes > MOST_BYTES {
            *self = Self { owner: self.owner, ..Self::default() };
        }
        self.bytes += text.len();
        let [elsewhere, start] = &mut self.known;
        if at_start { start } else { elsewhere }.insert(text.into(), pieces.into());
    }
}
