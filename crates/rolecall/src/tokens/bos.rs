//! What a tokenizer adds at the beginning of a text, so that no prompt has it twice.

use tokenizers::PostProcessor as _;

use super::encoding::{Encoding, TokenKind, TokenOrigin};
use crate::SpecialTokens;

/// What a tokenizer adds to a text by itself.
///
/// ```
/// use rolecall::Model;
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let tokenizer = model.tokenizer()?;
/// let bos = tokenizer.bos();
/// assert_eq!(bos.id.and_then(|id| tokenizer.token(id)).as_deref(), Some("<|begin_of_text|>"));
/// assert_eq!((&bos.before[..], &bos.after[..]), (&[0][..], &[][..]));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bos {
    /// The ids that it puts before a text.
    pub before: Vec<u32>,
    /// The ids that it puts behind it.
    pub after: Vec<u32>,
    /// The id of the BOS token, if the model has one.
    pub id: Option<u32>,
}

impl Bos {
    /// Whether the tokenizer puts the BOS token before a text.
    ///
    /// ```
    /// use rolecall::tokens::EncodeOptions;
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// // The template wrote it already, so that it is there twice.
    /// let options = EncodeOptions { add_special_tokens: true, ..EncodeOptions::default() };
    /// assert!(model.tokenizer()?.bos().is_added() && prompt.starts_with_bos());
    /// assert_eq!(model.tokenizer()?.encode(&prompt, &options)?.ids[..2], [0, 0]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn is_added(&self) -> bool {
        self.id.is_some_and(|id| self.before.first() == Some(&id))
    }

    /// Finds it out by what the post-processor makes of a text. As in the reference nothing else counts beside a
    /// `tokenizer.json`: `add_bos_token` and `add_eos_token` in `tokenizer_config.json` are for other files.
    pub(super) fn of(tokenizer: &tokenizers::Tokenizer, special_tokens: &SpecialTokens) -> Self {
        let bos = special_tokens.get("bos_token").and_then(|token| tokenizer.token_to_id(token));
        let Some(processor) = tokenizer.get_post_processor() else {
            return Self { id: bos, ..Self::default() };
        };
        // What comes before a text is what comes before a token of it.
        let marker = u32::MAX;
        let text =
            tokenizers::Encoding::from_tokens(vec![tokenizers::Token::new(marker, String::new(), (0, 0))], 0);
        let Ok(all) = processor.process(text, None, true) else { return Self { id: bos, ..Self::default() } };
        let ids = all.get_ids();
        let at = ids.iter().position(|id| *id == marker).unwrap_or(ids.len());
        let (before, rest) = ids.split_at(at);
        Self { before: before.to_vec(), after: rest.get(1..).unwrap_or_default().to_vec(), id: bos }
    }

    /// Puts them around a prompt.
    pub(super) fn surround(&self, encoding: &mut Encoding) {
        let end = encoding.offsets.last().map_or(0, |range| range.end);
        let origin = TokenOrigin { kind: TokenKind::Control, ..TokenOrigin::default() };
        let (first, last) = (self.before.len(), self.after.len());
        encoding.ids.splice(..0, self.before.iter().copied());
        encoding.ids.extend(&self.after);
        encoding.offsets.splice(..0, std::iter::repeat_n(0..0, first));
        encoding.offsets.extend(std::iter::repeat_n(end..end, last));
        encoding.attention_mask.resize(encoding.ids.len(), 1);
        encoding.origins.splice(..0, std::iter::repeat_n(origin, first));
        encoding.origins.extend(std::iter::repeat_n(origin, last));
    }
}
