//! How a prompt is encoded.

/// Where control tokens count.
///
/// ```
/// use rolecall::tokens::{ControlTokens, EncodeOptions};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let eot = model.tokenizer()?.id("<|eot_id|>").unwrap();
/// let count = |control_tokens| {
///     let options = EncodeOptions { control_tokens, ..EncodeOptions::default() };
///     let encoding = model.encode(&[Message::user("<|eot_id|>")], &Options::new(), &options)?;
///     Ok::<_, rolecall::Error>(encoding.ids.iter().filter(|id| **id == eot).count())
/// };
/// assert_eq!(count(ControlTokens::Template)?, 1);
/// assert_eq!(count(ControlTokens::Anywhere)?, 2);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ControlTokens {
    /// Where the template wrote them. Text of users that looks like one is encoded as ordinary text.
    ///
    /// A control token is the template's when all of its bytes are the template's or of special tokens, or when the role
    /// of a message stands in its middle and both ends are the template's, as in `'<|' + message.role + '|>'`.
    #[default]
    Template,
    /// Wherever they stand, in users' text too: what the reference does unless it is asked to sanitize. For text that
    /// is trusted.
    Anywhere,
    /// As `sanitize_control_tokens=True` of the reference does it, with its faults; where tokens stand and whose they are
    /// is not known then. It changes what the template sees, so it is a matter of
    /// [`Model::encode`](crate::Model::encode), which renders too.
    Reference,
}

/// Which side is cut or padded.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, Side, Truncation};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let truncation = Some(Truncation { max_length: 2, side: Some(Side::Right) });
/// let options = EncodeOptions { truncation, ..EncodeOptions::default() };
/// let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &options)?;
/// assert_eq!(model.tokenizer()?.decode(&encoding.ids, false)?, "<|begin_of_text|><|start_header_id|>");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The beginning.
    Left,
    /// The end.
    Right,
}

/// How many tokens are kept.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, Side, Truncation};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let truncation = Some(Truncation { max_length: 3, side: Some(Side::Left) });
/// let options = EncodeOptions { truncation, ..EncodeOptions::default() };
/// let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &options)?;
/// assert_eq!(model.tokenizer()?.decode(&encoding.ids, false)?, "Hi<|eot_id|>");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    /// The most tokens.
    pub max_length: usize,
    /// Which side is cut; unset, what the tokenizer's files say, or the right one.
    pub side: Option<Side>,
}

/// What short prompts are filled up to.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, Padding, Side};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let options = EncodeOptions {
///     padding: Padding::MaxLength(16),
///     padding_side: Some(Side::Left),
///     ..EncodeOptions::default()
/// };
/// let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &options)?;
/// assert_eq!(encoding.len(), 16);
/// assert_eq!(encoding.attention_mask[..6], [0, 0, 0, 0, 0, 1]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    /// Nothing is filled up.
    #[default]
    None,
    /// The length of the longest prompt of the batch.
    Longest,
    /// This length.
    MaxLength(usize),
}

/// Whether faults of the reference are kept.
///
/// ```
/// use rolecall::tokens::{Compat, EncodeOptions};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let model = Model::from_dir(folder)?; // with a tokenizer.json
/// let messages = [Message::user("Hi"), Message::assistant("Hello!")];
/// // The template has no generation blocks.
/// let masked = |compat| {
///     let options = EncodeOptions { assistant_mask: true, compat, ..EncodeOptions::default() };
///     let mask = model.encode(&messages, &Options::new(), &options)?.assistant_mask.unwrap_or_default();
///     Ok::<_, rolecall::Error>(mask.iter().filter(|masked| **masked == 1).count())
/// };
/// assert_eq!((masked(Compat::Exact)?, masked(Compat::Reference)?), (6, 0));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// Masks are right.
    #[default]
    Exact,
    /// Masks are the reference's, with its faults: nothing for a template without generation blocks, blocks inside of
    /// macros and captures misplaced, the last character cut short where it takes several tokens, everything behind a
    /// block that ends with the first token.
    Reference,
}

/// How a prompt is encoded. Everything is off unless set.
///
/// ```
/// use rolecall::tokens::{EncodeOptions, Truncation};
/// use rolecall::{Message, Model, Options};
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let options = EncodeOptions {
///     truncation: Some(Truncation { max_length: 4, side: None }),
///     ..EncodeOptions::default()
/// };
/// let encoding = Model::from_dir(folder)?.encode(&[Message::user("Hi")], &Options::new(), &options)?;
/// assert_eq!(encoding.len(), 4);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EncodeOptions {
    /// Where control tokens count.
    pub control_tokens: ControlTokens,
    /// Whether the tokenizer adds what it adds to any text, such as a BOS token. A chat template writes its own, so
    /// that this would make it two; the reference leaves it off. Its processors leave it on, unless the prompt begins with
    /// the BOS token: so it is on for such prompts of a model's processor ([`Loader`](crate::Loader)), see
    /// [`Prompt::starts_with_bos`](crate::Prompt::starts_with_bos).
    pub add_special_tokens: bool,
    /// How many tokens are kept.
    pub truncation: Option<Truncation>,
    /// What short prompts are filled up to.
    pub padding: Padding,
    /// Which side is filled up; unset, what the tokenizer's files say, or the right one.
    pub padding_side: Option<Side>,
    /// The padded length is a multiple of this.
    pub pad_to_multiple_of: Option<usize>,
    /// Whether the tokens of the assistant's text are asked for: all of what the template's `{% generation %}` blocks
    /// wrote. For a template without such blocks it follows from who wrote what: for each message with the role
    /// `assistant`, from the first token of its content, reasoning or tool calls to the last.
    pub assistant_mask: bool,
    /// Whether, in a template without generation blocks, the control token that ends an assistant's turn is its text too,
    /// with what the template writes before it, such as the end of a tool call: the first special token, or EOS token,
    /// behind what was said.
    pub end_of_turn: bool,
    /// Whether the mask has the reference's faults.
    pub compat: Compat,
}
