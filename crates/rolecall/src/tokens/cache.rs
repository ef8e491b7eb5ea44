//! Tokens of texts that were encoded before.

use std::collections::HashMap;
use std::ops::Range;

use super::pipeline::Piece;
use super::standing::Standing;

/// What a tokenizer made of the parts of earlier prompts: the texts between control tokens, which it encodes each by
/// itself. A conversation that grew by a message is encoded in the time that the new message takes.
///
/// A cache belongs to one tokenizer. [`Tokenizer::encode_cached`](super::Tokenizer::encode_cached) has an example.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, EncodingCache};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let (tokenizer, options) = (model.tokenizer()?, EncodeOptions::default());
/// let prompt = |messages: &[Message]| model.apply_chat_template(messages, &Options::new());
/// let mut cache = EncodingCache::new();
/// let mut messages = vec![Message::user("Hi")];
/// let first = tokenizer.encode_cached(&prompt(&messages)?, &options, &mut cache)?;
/// messages.push(Message::assistant("Hello!"));
/// let second = tokenizer.encode_cached(&prompt(&messages)?, &options, &mut cache)?;
/// assert_eq!(second.ids[..first.len()], first.ids);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct EncodingCache {
    /// By whether the text begins the prompt, and the text.
    known: [HashMap<Box<str>, Known>; 2],
    bytes: usize,
    owner: Option<(u64, u64)>,
}

/// What a text became.
#[derive(Debug, Clone)]
struct Known {
    pieces: Box<[Piece]>,
    /// What looked like a token in it, and what it was. The text becomes the same again where all of that is the same.
    found: Box<[Found]>,
}

/// A text that looks like a token, its place, and what it is.
pub(super) type Found = (u32, Range<usize>, Standing);

/// Beyond so many bytes a cache begins anew.
const MOST_BYTES: usize = 64 << 20;

impl EncodingCache {
    /// An empty cache.
    ///
    /// ```
    /// use rolecall::tokens::{EncodeOptions, EncodingCache};
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let (tokenizer, options) = (model.tokenizer()?, EncodeOptions::default());
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let encoding = tokenizer.encode_cached(&prompt, &options, &mut EncodingCache::new())?;
    /// assert_eq!(encoding, tokenizer.encode(&prompt, &options)?);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what another tokenizer, or one with other control tokens, has left.
    pub(super) fn belongs_to(&mut self, owner: (u64, u64)) {
        if self.owner != Some(owner) {
            *self = Self { owner: Some(owner), ..Self::default() };
        }
    }

    /// What a text became where what looks like a token in it was what it is now, by `standing`.
    pub(super) fn get(
        &self,
        text: &str,
        at_start: bool,
        standing: impl Fn(u32, &Range<usize>) -> Standing,
    ) -> Option<&[Piece]> {
        let [elsewhere, start] = &self.known;
        let known = if at_start { start } else { elsewhere }.get(text)?;
        let is_same = |(id, place, was): &Found| standing(*id, place) == *was;
        known.found.iter().all(is_same).then_some(&*known.pieces)
    }

    pub(super) fn insert(&mut self, text: &str, at_start: bool, pieces: Vec<Piece>, found: Vec<Found>) {
        if self.bytes > MOST_BYTES {
            *self = Self { owner: self.owner, ..Self::default() };
        }
        self.bytes += text.len() + pieces.len() * size_of::<Piece>() + found.len() * size_of::<Found>();
        let [elsewhere, start] = &mut self.known;
        let known = Known { pieces: pieces.into(), found: found.into() };
        if at_start { start } else { elsewhere }.insert(text.into(), known);
    }
}
