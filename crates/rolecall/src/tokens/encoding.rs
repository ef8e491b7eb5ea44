//! A prompt as tokens, and what is known about each of them.

use std::ops::Range;

use super::options::{Padding, Side, Truncation};

/// A prompt as token ids.
///
/// All lists have one item for each token. [`Tokenizer`](super::Tokenizer) has an example.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, TokenKind};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
/// let encoding = model.tokenizer()?.encode(&prompt, &EncodeOptions::default())?;
/// let content = encoding.origins.iter().position(|origin| origin.kind == TokenKind::Content).unwrap();
/// assert_eq!(&prompt.text()[encoding.offsets[content].clone()], "H");
/// assert_eq!(encoding.origins[content].message, Some(0));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoding {
    /// The ids.
    pub ids: Vec<u32>,
    /// Where in the prompt's text each token stands, in bytes; empty for tokens that stand for no text. Tokens of a
    /// character of several bytes share its place.
    pub offsets: Vec<Range<usize>>,
    /// 1 for a token of the prompt, 0 for padding.
    pub attention_mask: Vec<u8>,
    /// 1 for a token of the assistant's text, if that was asked for.
    pub assistant_mask: Option<Vec<u8>>,
    /// Who each token is of.
    pub origins: Vec<TokenOrigin>,
}

/// Who a token is of.
///
/// ```
/// use rolecall::tokens::TokenKind;
/// use rolecall::{Message, Model, Options, tokens::EncodeOptions};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
/// let encoding = model.tokenizer()?.encode(&prompt, &EncodeOptions::default())?;
/// let origin = encoding.origins[encoding.len() - 2]; // the i of Hi
/// assert_eq!((origin.message, origin.kind), (Some(0), TokenKind::Content));
/// let span = origin.span.and_then(|span| prompt.spans().nth(span));
/// assert_eq!(span.map(|span| &prompt.text()[span.range]), Some("Hi"));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct TokenOrigin {
    /// The message, counted from 0: text of the template is of the message that its loop was at. Nothing for what is of
    /// none, such as the tools and the generation prompt, and for text of a template that has no loop over the messages.
    pub message: Option<usize>,
    /// What it is in the message.
    pub kind: TokenKind,
    /// The number of the span that it stands for, in the order of [`Prompt::spans`](crate::Prompt::spans): where it
    /// stands for several, the first that is not the template's.
    pub span: Option<usize>,
}

/// What a token is.
///
/// ```
/// use rolecall::tokens::TokenKind;
/// use rolecall::{Message, Model, Options, tokens::EncodeOptions};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &EncodeOptions::default())?;
/// let tokens = encoding.ids.iter().zip(&encoding.origins);
/// let control: Vec<u32> =
///     tokens.filter(|(_, origin)| origin.kind == TokenKind::Control).map(|(id, _)| *id).collect();
/// let text = model.tokenizer()?.decode(&control, false)?;
/// assert_eq!(text, "<|begin_of_text|><|start_header_id|><|end_header_id|><|eot_id|>");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TokenKind {
    /// Text that the template wrote around what was said.
    #[default]
    Scaffolding,
    /// A control token that the template wrote.
    Control,
    /// The role of a message.
    Role,
    /// Content: text that was copied or computed from the input.
    Content,
    /// Padding.
    Padding,
}

impl Encoding {
    /// The number of tokens.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, tokens::EncodeOptions};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let messages = [Message::user("Which animal says moo?")];
    /// let encoding = model.encode(&messages, &Options::new(), &EncodeOptions::default())?;
    /// assert_eq!((encoding.len(), encoding.offsets.len()), (29, 29));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, tokens::EncodeOptions};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let options = Options::new().chat_template("{# It writes nothing. #}");
    /// assert!(model.encode(&[Message::user("Hi")], &options, &EncodeOptions::default())?.is_empty());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The tokens of a message, from its first to its last.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, tokens::EncodeOptions};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let messages = [Message::user("Hi"), Message::assistant("Hello!")];
    /// let encoding = model.encode(&messages, &Options::new(), &EncodeOptions::default())?;
    /// let answer = encoding.message(1).unwrap_or_default();
    /// let text = model.tokenizer()?.decode(&encoding.ids[answer], false)?;
    /// assert_eq!(text, "<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>");
    /// assert_eq!(encoding.message(2), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn message(&self, message: usize) -> Option<Range<usize>> {
        let is_of = |origin: &TokenOrigin| origin.message == Some(message);
        let first = self.origins.iter().position(is_of)?;
        let last = self.origins.iter().rposition(is_of)?;
        Some(first..last + 1)
    }

    /// Keeps so many tokens.
    pub(super) fn truncate(&mut self, truncation: Truncation, default: Side) {
        let most = truncation.max_length;
        let surplus = self.len().saturating_sub(most);
        if surplus == 0 {
            return;
        }
        let kept = match truncation.side.unwrap_or(default) {
            Side::Right => 0..most,
            Side::Left => surplus..self.len(),
        };
        keep(&mut self.ids, &kept);
        keep(&mut self.offsets, &kept);
        keep(&mut self.attention_mask, &kept);
        keep(&mut self.origins, &kept);
        if let Some(mask) = &mut self.assistant_mask {
            keep(mask, &kept);
        }
    }

    /// Adds padding up to a length.
    pub(super) fn pad(&mut self, length: usize, side: Side, id: u32) {
        let missing = length.saturating_sub(self.len());
        let origin = TokenOrigin { kind: TokenKind::Padding, ..TokenOrigin::default() };
        fill(&mut self.ids, missing, id, side);
        fill(&mut self.offsets, missing, 0..0, side);
        fill(&mut self.attention_mask, missing, 0, side);
        fill(&mut self.origins, missing, origin, side);
        if let Some(mask) = &mut self.assistant_mask {
            fill(mask, missing, 0, side);
        }
    }
}

fn keep<T>(items: &mut Vec<T>, kept: &Range<usize>) {
    items.truncate(kept.end);
    items.drain(..kept.start.min(items.len()));
}

fn fill<T: Clone>(items: &mut Vec<T>, missing: usize, item: T, side: Side) {
    let filling = std::iter::repeat_n(item, missing);
    match side {
        Side::Right => items.extend(filling),
        Side::Left => drop(items.splice(..0, filling)),
    }
}

/// The length that a batch is padded to.
pub(super) fn padded_length(padding: Padding, multiple: Option<usize>, longest: usize) -> Option<usize> {
    let length = match padding {
        Padding::None => return None,
        Padding::Longest => longest,
        Padding::MaxLength(length) => length,
    };
    Some(match multiple {
        Some(multiple) if multiple > 0 => length.div_ceil(multiple) * multiple,
        _ => length,
    })
}
