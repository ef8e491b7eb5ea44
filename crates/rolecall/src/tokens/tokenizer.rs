//! A model's tokenizer.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::{Map, Value};
use tokenizers::{AddedToken, ModelWrapper};

use super::added::Matcher;
use super::attribution::origins;
use super::bos::Bos;
use super::cache::EncodingCache;
use super::control::{Controls, Ids};
use super::encoding::{Encoding, TokenKind, TokenOrigin, padded_length};
use super::listed::Listed;
use super::mask;
use super::options::{Compat, ControlTokens, EncodeOptions, Side, Truncation};
use super::owners::Owners;
use super::pipeline::{Pipeline, failed, guarded};
use super::rebuilt::rebuild;
use super::standing::Standing;
use super::steering;
use crate::python::is_true;
use crate::special_tokens::special_tokens_map;
use crate::tokenizer_class::TokenizerClass;
use crate::{Error, ErrorKind, ModelFiles, Prompt, Result, SpecialTokens};

/// A model's tokenizer, from its `tokenizer.json`.
///
/// ```
/// use rolecall::{ChatTemplate, Options};
/// use rolecall::tokens::{EncodeOptions, Tokenizer};
/// use serde_json::{Map, json};
///
/// // One token for each letter, and one that ends a turn.
/// let tokenizer_json = json!({
///     "added_tokens": [{"id": 3, "content": "<end>", "special": true, "normalized": false, "single_word": false,
///         "lstrip": false, "rstrip": false}],
///     "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
///     "model": {"type": "WordLevel", "vocab": {"?": 0, "a": 1, "b": 2}, "unk_token": "?"},
/// });
/// let tokenizer = Tokenizer::new(tokenizer_json.to_string().as_bytes(), &Map::new(), &[("eos_token", "<end>")].into())?;
///
/// let template = ChatTemplate::new("{{ messages[0].content }}<end>", [("eos_token", "<end>")])?;
/// let prompt = template.apply_chat_template(&json!([{"role": "user", "content": "ab<end>"}]), &Options::new())?;
/// assert_eq!(prompt.text(), "ab<end><end>");
///
/// // Only the template's own control token is one.
/// let encoding = tokenizer.encode(&prompt, &EncodeOptions::default())?;
/// assert_eq!(encoding.ids, [1, 2, 0, 0, 0, 0, 0, 3]);
/// assert_eq!(encoding.message(0), Some(0..7));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug)]
pub struct Tokenizer {
    pub(super) pipeline: Pipeline,
    added: Vec<(u32, AddedToken)>,
    listed: Option<Vec<String>>,
    pad: Option<u32>,
    padding_side: Side,
    truncation_side: Side,
    bos: Bos,
    /// The tokens that can end a turn: the special ones, and the EOS token whatever it is.
    ends: Ids,
    /// The model's token for unknown text, if it has no other name.
    unknown: Option<u32>,
    /// Finds any added token.
    any: OnceLock<Option<Matcher>>,
    /// The control tokens for the templates that were used last.
    controls: Mutex<Vec<Arc<ControlSet>>>,
    number: u64,
}

/// The control tokens where a template is used.
#[derive(Debug)]
pub(super) struct ControlSet {
    template: Box<str>,
    media: Vec<String>,
    tokens: Controls,
    number: u64,
    marks: OnceLock<Option<Matcher>>,
}

/// For how many templates control tokens are kept.
const KEPT: usize = 16;

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Tokenizer {
    /// A tokenizer from the text of its `tokenizer.json`, what `tokenizer_config.json` says, and the model's special
    /// tokens.
    ///
    /// Tokens that the config lists and `tokenizer.json` lacks are added, as the reference does it.
    ///
    /// ```
    /// use rolecall::tokens::Tokenizer;
    ///
    /// let json = r#"{"model": {"type": "WordLevel", "vocab": {"?": 0, "moo": 1}, "unk_token": "?"}}"#;
    /// let special_tokens = [("eos_token", "</s>")].into();
    /// let tokenizer = Tokenizer::new(json.as_bytes(), &serde_json::Map::new(), &special_tokens)?;
    /// assert_eq!((tokenizer.id("moo"), tokenizer.id("</s>")), (Some(1), Some(2)));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tokenizer`] when the file is not a tokenizer's, or the config is not what it should be.
    pub fn new(
        tokenizer_json: &[u8],
        config: &Map<String, Value>,
        special_tokens: &SpecialTokens,
    ) -> Result<Self> {
        let listed = Listed { config, special_tokens_map: None, added_tokens: None };
        guarded(|| Self::read(tokenizer_json, None, &listed, special_tokens))
    }

    fn read(
        tokenizer_json: &[u8],
        class: Option<&TokenizerClass>,
        files: &Listed<'_>,
        special_tokens: &SpecialTokens,
    ) -> Result<Self> {
        let config = files.config;
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(tokenizer_json).map_err(|error| {
            Error::new(ErrorKind::Tokenizer, format!("tokenizer.json is not a tokenizer: {error}"))
                .help("Fetch the file again")
        })?;
        let own = tokenizer.get_added_tokens_decoder();
        if let Some(class) = class {
            rebuild(&mut tokenizer, class, config, special_tokens)?;
        }
        refuse_chance(tokenizer.get_model())?;
        let length = tokenizer.get_truncation().map(|truncation| truncation.direction);
        let padded = tokenizer.get_padding().map(|padding| padding.direction);
        tokenizer.with_truncation(None).map_err(|error| failed(&*error))?;
        tokenizer.with_padding(None);
        refuse_splitting(config)?;
        let has = tokenizer.get_added_tokens_decoder().into_values();
        let more = files.beside(own, has, special_tokens)?;
        tokenizer.add_tokens(more).map_err(|error| failed(&*error))?;
        if class.is_some_and(TokenizerClass::makes_special_tokens_plain) {
            let plain = files.special_texts(special_tokens)?;
            let plain = plain.into_iter().map(|text| AddedToken::from(text, true));
            tokenizer.add_tokens(plain).map_err(|error| failed(&*error))?;
        }
        let bos = Bos::of(&tokenizer, special_tokens);
        let side = |name: &str, default: Side| side(config, name, default);
        let padding_side = match padded {
            Some(tokenizers::PaddingDirection::Left) => Side::Left,
            _ => Side::Right,
        };
        let truncation_side = match length {
            Some(tokenizers::TruncationDirection::Left) => Side::Left,
            _ => Side::Right,
        };
        let pad = special_tokens.get("pad_token").and_then(|token| tokenizer.token_to_id(token));
        let listed = listed(config)?;
        let pipeline = Pipeline::new(tokenizer)?;
        let unknown = pipeline.unknown().filter(|id| {
            let token = pipeline.tokenizer.id_to_token(*id).unwrap_or_default();
            let mut named = special_tokens.iter().filter(|(_, text)| *text == token);
            named.all(|(name, _)| matches!(name, "unk_token" | "pad_token"))
        });
        let added = pipeline.added();
        let eos = special_tokens.get("eos_token");
        let can_end = |token: &AddedToken| token.special || eos == Some(&*token.content);
        let ends = added.iter().filter(|(_, token)| can_end(token)).map(|(id, _)| *id).collect();
        Ok(Self {
            added,
            pipeline,
            ends,
            listed,
            pad,
            padding_side: side("padding_side", padding_side)?,
            truncation_side: side("truncation_side", truncation_side)?,
            bos,
            unknown,
            any: OnceLock::new(),
            controls: Mutex::default(),
            number: next_number(),
        })
    }

    /// The tokenizer of a model.
    ///
    /// ```
    /// use rolecall::tokens::Tokenizer;
    /// use rolecall::{ModelFiles, SpecialTokens};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let files = ModelFiles::read_dir(folder)?; // with a tokenizer.json
    /// let tokenizer = Tokenizer::from_files(&files, &SpecialTokens::from([("eos_token", "<|eot_id|>")]))?;
    /// assert_eq!(tokenizer.id("<|eot_id|>"), Some(4));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when the model has no `tokenizer.json`; else as [`Tokenizer::new`].
    pub fn from_files(files: &ModelFiles, special_tokens: &SpecialTokens) -> Result<Self> {
        let Some(json) = files.read("tokenizer.json")? else {
            return Err(Error::new(ErrorKind::Model, format!("{}: there is no tokenizer.json", files.origin()))
                .help("Only tokenizers in the format of the tokenizers library are read: fetch the model's tokenizer.json"));
        };
        let config = files.json_object("tokenizer_config.json")?.unwrap_or_default();
        let special_tokens_map = special_tokens_map(files, &config)?;
        let added_tokens = Listed::added_tokens(files, &config)?;
        let listed = Listed {
            config: &config,
            special_tokens_map: special_tokens_map.as_ref(),
            added_tokens: added_tokens.as_ref(),
        };
        let class = TokenizerClass::of(files, &config)?;
        guarded(|| Self::read(&json, Some(&class), &listed, special_tokens))
            .map_err(|error| error.in_model(files.origin()))
    }

    /// Encodes a prompt.
    ///
    /// ```
    /// use rolecall::tokens::EncodeOptions;
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let encoding = model.tokenizer()?.encode(&prompt, &EncodeOptions::default())?;
    /// assert_eq!(encoding.ids[8..], [44, 77, 4]);
    /// assert_eq!(&prompt.text()[encoding.offsets[10].clone()], "<|eot_id|>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tokenizer`] when the tokenizer fails, when it cannot tell a user's text from a control token, or
    /// when padding is asked for and there is no padding token.
    pub fn encode(&self, prompt: &Prompt, options: &EncodeOptions) -> Result<Encoding> {
        self.finished(self.cut(prompt, options, None)?, options)
    }

    /// Encodes a prompt in the time that its new parts take: what the cache knows is not encoded again. The ids are
    /// those of [`encode`](Self::encode).
    ///
    /// ```
    /// use rolecall::tokens::{EncodeOptions, EncodingCache};
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let (tokenizer, options) = (model.tokenizer()?, EncodeOptions::default());
    /// let mut messages = vec![Message::user("Hi")];
    /// let mut cache = EncodingCache::new();
    /// for answer in ["Hello!", "Still here."] {
    ///     let prompt = model.apply_chat_template(&messages, &Options::new())?;
    ///     let encoding = tokenizer.encode_cached(&prompt, &options, &mut cache)?;
    ///     assert_eq!(encoding.ids, tokenizer.encode(&prompt, &options)?.ids);
    ///     messages.push(Message::assistant(answer));
    /// }
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    pub fn encode_cached(
        &self,
        prompt: &Prompt,
        options: &EncodeOptions,
        cache: &mut EncodingCache,
    ) -> Result<Encoding> {
        self.finished(self.cut(prompt, options, Some(cache))?, options)
    }

    /// Encodes prompts, all padded to one length if [`EncodeOptions::padding`] asks for it.
    ///
    /// ```
    /// use rolecall::tokens::{EncodeOptions, Padding};
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let prompt = |text: &str| model.apply_chat_template(&[Message::user(text)], &Options::new());
    /// let prompts = [prompt("Hi")?, prompt("Which animal says moo?")?];
    /// let options = EncodeOptions { padding: Padding::Longest, ..EncodeOptions::default() };
    /// let encodings = model.tokenizer()?.encode_batch(&prompts, &options)?;
    /// assert_eq!(encodings[0].len(), encodings[1].len());
    /// assert_eq!(encodings[0].attention_mask.last(), Some(&0));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    pub fn encode_batch<'p>(
        &self,
        prompts: impl IntoIterator<Item = &'p Prompt>,
        options: &EncodeOptions,
    ) -> Result<Vec<Encoding>> {
        let (mut all, mut masks) = (Vec::new(), Vec::new());
        for prompt in prompts {
            let (encoding, mask) = self.cut(prompt, options, None)?;
            all.push(encoding);
            masks.push(mask);
        }
        self.pad(&mut all, options)?;
        for (encoding, mask) in all.iter_mut().zip(masks) {
            mask.map(|mask| mask.give(encoding)).transpose()?;
        }
        Ok(all)
    }

    /// The text of ids.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let tokenizer = model.tokenizer()?;
    /// assert_eq!(tokenizer.decode(&[44, 77, 4], false)?, "Hi<|eot_id|>");
    /// assert_eq!(tokenizer.decode(&[44, 77, 4], true)?, "Hi");
    /// assert_eq!((tokenizer.token(4).as_deref(), tokenizer.id("<|eot_id|>")), (Some("<|eot_id|>"), Some(4)));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tokenizer`] when the tokenizer fails.
    pub fn decode(&self, ids: &[u32], skip_special_tokens: bool) -> Result<String> {
        let tokenizer = &self.pipeline.tokenizer;
        guarded(|| tokenizer.decode(ids, skip_special_tokens).map_err(|error| failed(&*error)))
    }

    /// The token of an id.
    ///
    /// ```
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = rolecall::Model::from_dir(folder)?; // with a tokenizer.json
    /// let tokenizer = model.tokenizer()?;
    /// assert_eq!(tokenizer.token(4).as_deref(), Some("<|eot_id|>"));
    /// assert_eq!(tokenizer.token(4_000_000), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn token(&self, id: u32) -> Option<String> {
        self.pipeline.tokenizer.id_to_token(id)
    }

    /// The id of a token.
    ///
    /// ```
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = rolecall::Model::from_dir(folder)?; // with a tokenizer.json
    /// let tokenizer = model.tokenizer()?;
    /// assert_eq!((tokenizer.id("<|eot_id|>"), tokenizer.id("<|no_token|>")), (Some(4), None));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn id(&self, token: &str) -> Option<u32> {
        self.pipeline.tokenizer.token_to_id(token)
    }

    /// What the tokenizer adds to a text by itself.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let bos = model.tokenizer()?.bos();
    /// assert_eq!((bos.is_added(), &bos.before[..]), (true, &[0][..]));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn bos(&self) -> &Bos {
        &self.bos
    }

    /// The control tokens where a template is used, by their ids: the special tokens, those that the model's files list
    /// under `chat_control_tokens`, and without that list the added tokens that stand in the template's own text.
    ///
    /// ```
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = rolecall::Model::from_dir(folder)?; // with a tokenizer.json
    /// let control = model.tokenizer()?.control_tokens("{{ messages[0].content }}<|eot_id|>");
    /// assert_eq!((control.len(), control[4]), (5, (4, "<|eot_id|>")));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn control_tokens(&self, template: &str) -> Vec<(u32, &str)> {
        let controls = self.controls(template, &[]);
        let tokens = self.added.iter().filter(|(id, _)| controls.tokens.ids.contains(*id));
        tokens.map(|(id, token)| (*id, token.content.as_str())).collect()
    }

    /// Finds any added token in a text, as a text.
    pub(super) fn any_added(&self) -> Result<Option<&Matcher>> {
        matcher(&self.any, self.added.iter().map(|(id, token)| (*id, token.content.as_str())))
    }

    /// Finds the control tokens in a text, as a text.
    pub(super) fn marks<'c>(&self, controls: &'c ControlSet) -> Result<Option<&'c Matcher>> {
        let tokens = self.added.iter().filter(|(id, _)| controls.tokens.ids.contains(*id));
        matcher(&controls.marks, tokens.map(|(id, token)| (*id, token.content.as_str())))
    }

    fn is_added(&self, token: &str) -> bool {
        self.added.iter().any(|(_, added)| added.content == token)
    }

    /// The control tokens where a template is used: those of its text, and `media`, the placeholders of images and videos,
    /// which may stand for media and so steer the model too.
    pub(super) fn controls(&self, template: &str, media: &[&str]) -> Arc<ControlSet> {
        let lock = || self.controls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().iter().find(|known| &*known.template == template && known.media == media)
        {
            return Arc::clone(known);
        }
        let tokens =
            Controls::new(&self.added, &self.pipeline, self.listed.as_deref(), media, template, self.unknown);
        let controls = Arc::new(ControlSet {
            template: template.into(),
            media: media.iter().map(|token| (*token).to_owned()).collect(),
            tokens,
            number: next_number(),
            marks: OnceLock::new(),
        });
        let mut all = lock();
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Arc::clone(&controls));
        controls
    }

    /// Encodes, before anything is cut or filled up.
    fn encoded(
        &self,
        prompt: &Prompt,
        options: &EncodeOptions,
        mut cache: Option<&mut EncodingCache>,
    ) -> Result<Encoding> {
        let text = prompt.text();
        let media: Vec<&str> = prompt.expanded_tokens().iter().map(|(token, _)| token.as_str()).collect();
        if let Some(token) = media.iter().find(|token| !self.is_added(token)) {
            return Err(Error::new(
                ErrorKind::Tokenizer,
                format!("the placeholder {token} is no token that the tokenizer has added to its vocabulary"),
            )
            .help("Fetch the model's tokenizer.json again"));
        }
        let known = self.controls(prompt.template(), &media);
        let owners = Owners::of(prompt);
        let controls = &known.tokens;
        let as_written = |id: u32, place: &Range<usize>| owners.standing(controls.ids.contains(id), place);
        let anywhere = |_: u32, _: &Range<usize>| Standing::Token;
        let standing: super::pipeline::Find<'_> = match options.control_tokens {
            ControlTokens::Template => &as_written,
            ControlTokens::Anywhere => &anywhere,
            ControlTokens::Reference => {
                return Err(Error::new(
                    ErrorKind::Tokenizer,
                    "the reference's way to sanitize changes what the template sees: a rendered prompt is too late for it",
                )
                .help("Use Model::encode or ChatTemplate::encode, which render too"));
            }
        };
        if let Some(cache) = cache.as_deref_mut() {
            let way = if options.control_tokens == ControlTokens::Anywhere { 0 } else { known.number };
            cache.belongs_to((self.number, way));
        }
        let (ids, offsets) = self.pipeline.encode(text, controls, standing, cache)?;
        if options.control_tokens == ControlTokens::Template && controls.lean_on_neighbours {
            steering::check(&self.pipeline, (text, &ids, &offsets), &owners, controls)?;
        }
        let attention_mask = vec![1; ids.len()];
        let mut encoding =
            Encoding { ids, offsets, attention_mask, origins: Vec::new(), assistant_mask: None };
        encoding.origins = origins(&encoding, prompt, &owners, controls);
        let anywhere = options.control_tokens == ControlTokens::Anywhere;
        if options.add_special_tokens || prompt.wants_special_tokens(anywhere) {
            if let Some(truncation) = options.truncation {
                // What is added is not cut off again.
                let added = self.bos.before.len() + self.bos.after.len();
                let max_length = truncation.max_length.saturating_sub(added);
                encoding.truncate(Truncation { max_length, ..truncation }, self.truncation_side);
            }
            self.bos.surround(&mut encoding);
        }
        if options.assistant_mask && options.compat == Compat::Exact {
            encoding.assistant_mask =
                Some(mask::exact(&encoding, prompt, options.end_of_turn.then_some(&self.ends)));
        }
        Ok(encoding)
    }

    /// Encodes and cuts off what is too much. The reference makes its mask of what it has cut and filled up.
    fn cut<'p>(
        &self,
        prompt: &'p Prompt,
        options: &EncodeOptions,
        cache: Option<&mut EncodingCache>,
    ) -> Result<(Encoding, Option<ReferenceMask<'p>>)> {
        let mut encoding = self.encoded(prompt, options, cache)?;
        self.truncate(&mut encoding, options);
        self.check_media(&encoding, prompt, options)?;
        let wants_mask = options.assistant_mask && options.compat == Compat::Reference;
        let places = || self.pipeline.reference_places(&encoding, prompt.text());
        let places = wants_mask.then(places).transpose()?;
        Ok((encoding, places.map(|places| ReferenceMask { prompt, places })))
    }

    fn finished(
        &self,
        (mut encoding, mask): (Encoding, Option<ReferenceMask<'_>>),
        options: &EncodeOptions,
    ) -> Result<Encoding> {
        self.pad(std::slice::from_mut(&mut encoding), options)?;
        mask.map(|mask| mask.give(&mut encoding)).transpose()?;
        Ok(encoding)
    }

    /// Whether all the placeholders of images and videos are there, as the reference's processors check it.
    fn check_media(&self, encoding: &Encoding, prompt: &Prompt, options: &EncodeOptions) -> Result<()> {
        for (token, counted) in prompt.expanded_tokens() {
            let Some(modality) = counted else { continue };
            let wanted = prompt.count(token, options.control_tokens == ControlTokens::Anywhere);
            let found = encoding.ids.iter().filter(|id| Some(**id) == self.id(token)).count();
            if wanted != found {
                return Err(crate::processor::mismatch(modality, found, wanted));
            }
        }
        Ok(())
    }

    pub(super) fn truncate(&self, encoding: &mut Encoding, options: &EncodeOptions) {
        if let Some(truncation) = options.truncation {
            encoding.truncate(truncation, self.truncation_side);
        }
    }

    pub(super) fn pad(&self, encodings: &mut [Encoding], options: &EncodeOptions) -> Result<()> {
        let longest = encodings.iter().map(Encoding::len).max().unwrap_or_default();
        let Some(length) = padded_length(options.padding, options.pad_to_multiple_of, longest) else {
            return Ok(());
        };
        let Some(pad) = self.pad else {
            return Err(Error::new(
                ErrorKind::Tokenizer,
                "Asking to pad but the tokenizer does not have a padding token",
            )
            .help("Give the special token pad_token, for example the model's eos_token"));
        };
        let side = options.padding_side.unwrap_or(self.padding_side);
        for encoding in encodings {
            encoding.pad(length, side, pad);
        }
        Ok(())
    }
}

/// What the reference's mask of a prompt is made of.
struct ReferenceMask<'p> {
    prompt: &'p Prompt,
    /// Where its tokens stand as the reference has it, in characters.
    places: Vec<Range<usize>>,
}

impl ReferenceMask<'_> {
    /// Gives the mask to an encoding that was filled up since.
    fn give(mut self, encoding: &mut Encoding) -> Result<()> {
        let is_padding = |origin: &TokenOrigin| origin.kind == TokenKind::Padding;
        let before = encoding.origins.iter().take_while(|origin| is_padding(origin)).count();
        self.places.splice(..0, std::iter::repeat_n(0..0, before));
        self.places.resize(encoding.len(), 0..0);
        encoding.assistant_mask = Some(mask::reference(&self.places, self.prompt)?);
        Ok(())
    }
}

/// Refuses a model that gives other tokens each time.
fn refuse_chance(model: &ModelWrapper) -> Result<()> {
    match model {
        ModelWrapper::BPE(model) if model.dropout.is_some_and(|dropout| dropout > 0.0) => Err(Error::new(
            ErrorKind::Tokenizer,
            "tokenizer.json: the model has a dropout, and so gives other tokens each time",
        )
        .help("It is for training: set model.dropout to null")),
        _ => Ok(()),
    }
}

/// A matcher that is made on its first use.
fn matcher<'c, 't>(
    known: &'c OnceLock<Option<Matcher>>,
    tokens: impl Iterator<Item = (u32, &'t str)>,
) -> Result<Option<&'c Matcher>> {
    if let Some(known) = known.get() {
        return Ok(known.as_ref());
    }
    let plain = AddedToken::default();
    let new = Matcher::new(tokens.map(|(id, text)| (id, text, &plain))).map_err(|error| failed(&error))?;
    Ok(known.get_or_init(|| new).as_ref())
}

/// What would be another way to look for special tokens in a text.
fn refuse_splitting(config: &Map<String, Value>) -> Result<()> {
    if !config.get("split_special_tokens").is_some_and(is_true) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Tokenizer, "split_special_tokens, in tokenizer_config.json, is not supported")
        .help("Set it to false: special tokens are encoded as what they are"))
}

/// The tokens that a model's files say are control tokens.
fn listed(config: &Map<String, Value>) -> Result<Option<Vec<String>>> {
    match config.get("chat_control_tokens") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(tokens)) => {
            Ok(Some(tokens.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        Some(other) => {
            // Python shows a value in a list as `repr` does.
            let list = rolecall_jinja::Template::new("{{ [x] }}")
                .and_then(|template| template.render(&serde_json::json!({"x": other})))
                .unwrap_or_default();
            let shown = list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or_default();
            Err(Error::from_reference(
                ErrorKind::Tokenizer,
                rolecall_jinja::Error::new(
                    rolecall_jinja::ErrorKind::Type,
                    format!("`chat_control_tokens` should be a list of strings, got {shown}"),
                ),
            ))
        }
    }
}

fn side(config: &Map<String, Value>, name: &str, default: Side) -> Result<Side> {
    match config.get(name) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::String(side)) if side == "left" => Ok(Side::Left),
        Some(Value::String(side)) if side == "right" => Ok(Side::Right),
        Some(other) => Err(Error::new(
            ErrorKind::Tokenizer,
            format!("tokenizer_config.json: {name} should be \"left\" or \"right\", not {other}"),
        )
        .help("Mend the file")),
    }
}
