//! A rendered prompt and what is known about it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rolecall_jinja::{PointerStep, Traced};

#[cfg(feature = "tokenizers")]
use crate::characters::Characters;
use crate::engine::Engine;
use crate::processor::{Part, PartKind, Placed, Replacement};
use crate::templates::Asker;
#[cfg(feature = "tokenizers")]
use crate::tokens::ModelTokenizer;
use crate::{Error, ErrorKind, Image, Origin, Result, Span};

/// The text a model was trained to see, and what is known about it.
///
/// ```
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let model = Model::builtin("llama-3")?;
/// let prompt = model.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new())?;
/// assert!(prompt.text().ends_with("Hi<|eot_id|>"));
/// assert_eq!(prompt.leading_bos(), Some("<|begin_of_text|>"));
/// // Who wrote the last part, and which part of the text is of the first message?
/// assert!(prompt.spans().last().is_some_and(|span| span.origin.is_own()));
/// assert_eq!(prompt.messages(), [(17..prompt.text().len(), 0)]);
/// assert!(!prompt.clock_read());
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What the template wrote, all of it.
    traced: Arc<Traced>,
    /// Where a continued message ends in that.
    end: usize,
    /// The text with images, or expanded placeholders, in the slots that the template wrote for them; nothing where it
    /// is the template's.
    placed: Option<Arc<Placed>>,
    media: Vec<Media>,
    empty_slots: usize,
    /// The tokens that the processor's tokenizer has to know, if placeholders were expanded.
    expanded_tokens: Option<Vec<(String, Option<&'static str>)>>,
    starts_with_bos: bool,
    encoding: ForEncoding,
    image_token: Option<String>,
    clock_read: bool,
    engine: Arc<Engine>,
    roles: Vec<Option<Role>>,
}

/// The role of a message.
pub(crate) type Role = Cow<'static, str>;

/// What has to be known where the prompt is encoded.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tokenizers"), expect(dead_code, reason = "nothing is encoded"))]
pub(crate) struct ForEncoding {
    pub(crate) asker: Asker,
    /// What the model's tokenizer and processor take for the beginning of a text.
    pub(crate) bos_token: Option<String>,
    /// Whether the reference moves the ranges of generation blocks by what was put in before them.
    pub(crate) moves_generations: bool,
    #[cfg(feature = "tokenizers")]
    pub(crate) tokenizer: Option<Arc<ModelTokenizer>>,
}

/// An image in a prompt.
///
/// ```
/// use rolecall::{Image, Message, Model, Options, Part};
///
/// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
/// let messages = [Message::user([Part::image(), Part::text("What is it?")])];
/// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &Options::new().image(image))?;
/// let media = &prompt.media()[0];
/// assert_eq!(&prompt.text()[media.range()], "![](data:image/gif;base64,R0lGODlh)");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Media {
    range: Range<usize>,
    image: Image,
}

impl Media {
    /// Where in the prompt's text it stands, in bytes.
    ///
    /// ```
    /// use rolecall::{Image, Media, Message, Model, Options, Part};
    ///
    /// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
    /// let messages = [Message::user([Part::image(), Part::image()])];
    /// let options = Options::new().image(image.clone()).image(image);
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &options)?;
    /// assert_eq!(prompt.media().iter().map(Media::range).collect::<Vec<_>>(), [5..40, 40..75]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The image.
    ///
    /// ```
    /// use rolecall::{Image, ImageFormat, Message, Model, Options, Part};
    ///
    /// let options = Options::new().image(Image::from_bytes(*b"GIF89a", "dot.gif")?);
    /// let messages = [Message::user(Part::image())];
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &options)?;
    /// assert_eq!(prompt.media()[0].image().format(), ImageFormat::Gif);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn image(&self) -> &Image {
        &self.image
    }
}

/// What a render gave, before images are placed.
pub(crate) struct Rendered {
    pub(crate) traced: Traced,
    /// Where a continued message ends.
    pub(crate) end: usize,
    pub(crate) starts_with_bos: bool,
    pub(crate) encoding: ForEncoding,
    pub(crate) image_token: Option<String>,
    pub(crate) clock_read: bool,
    pub(crate) engine: Arc<Engine>,
    /// The role of each message, where it is a text.
    pub(crate) roles: Vec<Option<Role>>,
}

/// What is to be done with placeholders.
pub(crate) enum Placing<'a> {
    /// Images take the slots that the template wrote, in order.
    Images { slots: Vec<Range<usize>>, images: &'a [Image] },
    /// Placeholders are expanded.
    Expanded { placed: Placed, tokens: Vec<(String, Option<&'static str>)>, moves_generations: bool },
}

impl Prompt {
    /// Puts each image into the slot that the template wrote for it. Without images the slots stay as the
    /// template wrote them.
    pub(crate) fn place(rendered: Rendered, placing: Placing<'_>) -> Result<Self> {
        let Rendered { traced, end, image_token, clock_read, engine, roles, starts_with_bos, encoding } =
            rendered;
        let mut prompt = Self {
            traced: Arc::new(traced),
            end,
            placed: None,
            media: Vec::new(),
            empty_slots: 0,
            expanded_tokens: None,
            starts_with_bos,
            encoding,
            image_token,
            clock_read,
            engine,
            roles,
        };
        match placing {
            Placing::Expanded { placed, tokens, moves_generations } => {
                prompt.encoding.moves_generations = moves_generations;
                prompt.placed = Some(Arc::new(placed));
                prompt.expanded_tokens = Some(tokens);
            }
            Placing::Images { slots, images: [] } => prompt.empty_slots = slots.len(),
            Placing::Images { slots, images } => {
                if slots.len() != images.len() {
                    let token = prompt.image_token.as_deref().unwrap_or_default();
                    return Err(mismatch(images.len(), slots.len(), token));
                }
                let replacement = |(index, (range, image)): (usize, (Range<usize>, &Image))| Replacement {
                    range,
                    text: image.to_markdown(),
                    kind: PartKind::Image(index),
                };
                let replacements = slots.into_iter().zip(images).enumerate().map(replacement).collect();
                let placed = Placed::new(prompt.text(), replacements);
                let ranges = image_ranges(placed.parts());
                let media = |(range, image): (_, &Image)| Media { range, image: image.clone() };
                prompt.media = ranges.zip(images).map(media).collect();
                prompt.placed = Some(Arc::new(placed));
            }
        }
        Ok(prompt)
    }

    /// The prompt's text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(prompt.text(), "<|im_start|>user\nHi<|im_end|>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn text(&self) -> &str {
        match &self.placed {
            Some(placed) => placed.text(),
            None => self.traced.text().get(..self.end).unwrap_or_default(),
        }
    }

    /// The prompt's text, without a copy where that is possible.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("gemma")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let text: String = prompt.into_text();
    /// assert_eq!(text, "<bos><start_of_turn>user\nHi<end_of_turn>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn into_text(self) -> String {
        if let Some(placed) = self.placed {
            return match Arc::try_unwrap(placed) {
                Ok(placed) => placed.into_text(),
                Err(shared) => shared.text().to_owned(),
            };
        }
        let mut text = match Arc::try_unwrap(self.traced) {
            Ok(traced) => traced.into_text(),
            Err(shared) => shared.text().to_owned(),
        };
        text.truncate(self.end);
        text
    }

    /// Who wrote what, in order: the spans cover the text without gaps.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("mistral")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let parts: Vec<&str> = prompt.spans().map(|span| &prompt.text()[span.range]).collect();
    /// assert_eq!(parts, ["<s>", "[INST] ", "Hi", " [/INST]"]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let whole = Part { out: 0..self.end, from: 0..self.end, kind: PartKind::Copied };
        let whole = self.placed.is_none().then_some(whole);
        let placed = self.placed.as_deref().map_or(&[][..], Placed::parts);
        let mut parts = whole.into_iter().chain(placed.iter().cloned()).filter(|part| !part.out.is_empty());
        let mut spans = self.traced.spans();
        // The part that is being copied, and the span that has not been looked at to its end.
        let (mut part, mut span): (Option<Part>, Option<rolecall_jinja::Span<'_>>) = (None, None);
        std::iter::from_fn(move || {
            loop {
                let current = match part.take() {
                    Some(current) => current,
                    None => parts.next()?,
                };
                let origin = match current.kind {
                    PartKind::Image(index) => Origin::Image { index },
                    PartKind::Video(index) => Origin::Video { index },
                    PartKind::Added => Origin::Template,
                    PartKind::Copied => {
                        let Some(found) = span.take().or_else(|| spans.next()) else { continue };
                        if found.range.end <= current.from.start {
                            part = Some(current);
                            continue;
                        }
                        let from =
                            found.range.start.max(current.from.start)..found.range.end.min(current.from.end);
                        if from.is_empty() {
                            span = Some(found);
                            continue;
                        }
                        let shift = |at: usize| current.out.start + (at - current.from.start);
                        let range = shift(from.start)..shift(from.end);
                        let origin = part_of(&found.origin, from.start - found.range.start, from.len());
                        if from.end < current.from.end {
                            part = Some(current);
                        } else {
                            span = Some(found);
                        }
                        return Some(Span { range, origin: origin.into() });
                    }
                };
                return Some(Span { range: current.out, origin });
            }
        })
    }

    /// The byte ranges of the text that the template's `{% generation %}` blocks wrote: what an assistant said, for
    /// training. A template without such blocks has none.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options};
    ///
    /// let source = "{% for m in messages %}{{ m.role }}: {% generation %}{{ m.content }}{% endgeneration %}\n{% endfor %}";
    /// let template = ChatTemplate::new(source, [("bos_token", "<s>")])?;
    /// let prompt = template.apply_chat_template(&[Message::assistant("Moo.")], &Options::new())?;
    /// assert_eq!(&prompt.text()[prompt.generations()[0].clone()], "Moo.");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn generations(&self) -> Vec<Range<usize>> {
        let ranges = self.traced.generations().iter().filter(|range| range.start < self.end);
        ranges.map(|range| self.place_of(range.start)..self.place_of(range.end.min(self.end))).collect()
    }

    /// Whether the template has `{% generation %}` blocks.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn has_generation_blocks(&self) -> bool {
        self.engine.has_generation_blocks()
    }

    /// The ranges of generation blocks as the reference measures them, in characters.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn reference_generations(&self) -> Vec<Range<usize>> {
        self.traced.reference_generations()
    }

    /// The parts of the text that the template wrote while its loop was at a message, each with the number of the
    /// message: what was said, and the text of the template around it. A template that goes through the messages in
    /// another way than by a loop over them has none.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let messages = [Message::user("Hi"), Message::assistant("Ho")];
    /// let prompt = Model::builtin("mistral")?.apply_chat_template(&messages, &Options::new())?;
    /// let parts = prompt.messages().into_iter().map(|(range, message)| (message, &prompt.text()[range]));
    /// assert_eq!(parts.collect::<Vec<_>>(), [(0, "[INST] Hi [/INST]"), (1, " Ho</s>")]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn messages(&self) -> Vec<(Range<usize>, usize)> {
        let turns = self.traced.turns().into_iter().filter(|turn| turn.range.start < self.end);
        let turns = turns.filter_map(|turn| match turn.item.steps().as_slice() {
            [PointerStep::Key("messages"), PointerStep::Index(message)] => Some((turn.range, *message)),
            _ => None,
        });
        let place = |at: usize| self.place_of(at.min(self.end));
        turns.map(|(range, message)| (place(range.start)..place(range.end), message)).collect()
    }

    /// Where in the prompt a place is of what the template wrote; inside of a placeholder, the end of what took it.
    fn place_of(&self, at: usize) -> usize {
        self.placed.as_ref().map_or(at, |placed| placed.place_of(at))
    }

    /// Where the expanded placeholders of each image are, in bytes, for a prompt that was rendered with
    /// [`Options::expand_images`](crate::Options::expand_images).
    ///
    /// ```
    /// use rolecall::{ImageSize, Message, Model, Options, Part};
    ///
    /// # let mut files = rolecall::ModelFiles::new("my-qwen");
    /// # files.insert("chat_template.jinja", "See: <|image_pad|>");
    /// # files.insert("processor_config.json", r#"{"processor_class": "Qwen2VLProcessor",
    /// #     "image_processor": {"image_processor_type": "Qwen2VLImageProcessor"}}"#);
    /// # let model = Model::from_files(files)?;
    /// let options = Options::new().expand_images([ImageSize { width: 84, height: 56 }]);
    /// let prompt = model.apply_chat_template(&[Message::user(Part::image())], &options)?;
    /// // A placeholder for 28 by 28 pixels.
    /// assert_eq!(prompt.text()[prompt.expanded_images()[0].clone()], "<|image_pad|>".repeat(3 * 2));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn expanded_images(&self) -> Vec<Range<usize>> {
        match &self.placed {
            Some(placed) if self.is_expanded() => image_ranges(placed.parts()).collect(),
            _ => Vec::new(),
        }
    }

    /// The same of videos.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, Part, VideoSize};
    ///
    /// # let mut files = rolecall::ModelFiles::new("my-qwen");
    /// # files.insert("chat_template.jinja", "See: <|video_pad|>");
    /// # files.insert("processor_config.json", r#"{"processor_class": "Qwen2VLProcessor",
    /// #     "image_processor": {"image_processor_type": "Qwen2VLImageProcessor"},
    /// #     "video_processor": {"video_processor_type": "Qwen2VLVideoProcessor"}}"#);
    /// # let model = Model::from_files(files)?;
    /// let options = Options::new().expand_videos([VideoSize { width: 560, height: 280, frames: 4 }]);
    /// let prompt = model.apply_chat_template(&[Message::user(Part::video())], &options)?;
    /// // A placeholder for 28 by 28 pixels of two frames.
    /// assert_eq!(prompt.text()[prompt.expanded_videos()[0].clone()], "<|video_pad|>".repeat(20 * 10 * 2));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn expanded_videos(&self) -> Vec<Range<usize>> {
        let parts = self.placed.as_deref().map_or(&[][..], Placed::parts).iter();
        parts.filter(|part| matches!(part.kind, PartKind::Video(_))).map(|part| part.out.clone()).collect()
    }

    /// How often a token stands in the text that no user wrote, or in all of it.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn count(&self, token: &str, anywhere: bool) -> usize {
        match &self.placed {
            Some(placed) if !anywhere => {
                let own = placed.own(&crate::engine::own_parts(&self.traced).collect::<Vec<_>>());
                crate::engine::found(self.text(), &own, token).len()
            }
            _ => self.text().matches(token).count(),
        }
    }

    /// Whether placeholders were expanded.
    pub(crate) fn is_expanded(&self) -> bool {
        self.expanded_tokens.is_some()
    }

    /// The tokens that the processor's tokenizer has to know, with the names of those that are counted.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn expanded_tokens(&self) -> &[(String, Option<&'static str>)] {
        self.expanded_tokens.as_deref().unwrap_or_default()
    }

    /// Whether the template wrote the model's BOS token at the very beginning: a tokenizer that adds one then makes it
    /// two. One that a user's text begins with is text.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options};
    ///
    /// let prompt = |source, user| {
    ///     let template = ChatTemplate::new(source, [("bos_token", "<s>")])?;
    ///     template.apply_chat_template(&[Message::user(user)], &Options::new())
    /// };
    /// assert!(prompt("{{ bos_token + messages[0].content }}", "Hi")?.starts_with_bos());
    /// assert!(!prompt("{{ messages[0].content }}", "<s>Hi")?.starts_with_bos());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn starts_with_bos(&self) -> bool {
        self.starts_with_bos
    }

    /// The BOS token that the template wrote at the very beginning, if it did.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("gemma")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let bos = prompt.leading_bos().unwrap_or_default();
    /// assert_eq!(prompt.text().strip_prefix(bos), Some("<start_of_turn>user\nHi<end_of_turn>\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn leading_bos(&self) -> Option<&str> {
        self.encoding.bos_token.as_deref().filter(|_| self.starts_with_bos)
    }

    /// The model's BOS token, whether the prompt begins with it or not.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// // Its prompts do not begin with it.
    /// let model = Model::builtin("idefics2")?;
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!((prompt.bos_token(), prompt.leading_bos()), (Some("<s>"), None));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn bos_token(&self) -> Option<&str> {
        self.encoding.bos_token.as_deref()
    }

    /// Whether the model's tokenizer puts a BOS token before a text by itself, as most servers have it do. `None` where
    /// nothing is known of it: there is neither a `tokenizer.json` nor, for other formats of tokenizers, `add_bos_token` in
    /// `tokenizer_config.json`, or the prompt is of a template alone. The tokenizer is read on the first use.
    ///
    /// With [`starts_with_bos`](Self::starts_with_bos) this says what becomes of a prompt: where both hold, a server
    /// that gets the text makes it two.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!((prompt.starts_with_bos(), prompt.tokenizer_adds_bos()?), (true, Some(true)));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tokenizer`] when `tokenizer.json` is not a tokenizer's.
    #[cfg(feature = "tokenizers")]
    pub fn tokenizer_adds_bos(&self) -> Result<Option<bool>> {
        self.encoding.tokenizer.as_ref().map_or(Ok(None), |tokenizer| tokenizer.adds_bos())
    }

    /// Whether the reference's processor has the tokenizer add its special tokens: if what the template wrote does not
    /// begin with the BOS token, `anywhere` also that of a user.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn wants_special_tokens(&self, anywhere: bool) -> bool {
        if self.encoding.asker == Asker::Tokenizer {
            return false;
        }
        let starts = |bos: &str| self.traced.text().get(..self.end).is_some_and(|text| text.starts_with(bos));
        !(self.starts_with_bos || anywhere && self.encoding.bos_token.as_deref().is_some_and(starts))
    }

    /// The ranges of generation blocks as the reference's processors measure them, in characters: moved by what expanded
    /// placeholders add before them, if it is a family whose processor tells how much that is.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn processor_generations(&self) -> Option<Vec<Range<usize>>> {
        if self.encoding.asker == Asker::Tokenizer {
            return None;
        }
        // The others leave the ranges where they were.
        let text = if self.encoding.moves_generations { self.traced.text() } else { self.text() };
        let measured = Characters::of(text);
        let place = |character: usize| match measured.byte(character) {
            Some(at) if self.encoding.moves_generations => self.place_of(at.min(self.end)),
            Some(at) => at,
            None => self.text().len(),
        };
        let characters = Characters::of(self.text());
        let place = |character: usize| characters.before(place(character));
        let ranges = self.reference_generations().into_iter();
        Some(ranges.map(|range| place(range.start)..place(range.end)).collect())
    }

    /// The images in the prompt, in order.
    ///
    /// ```
    /// use rolecall::{Image, Message, Model, Options, Part};
    ///
    /// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
    /// let messages = [Message::user([Part::image(), Part::text("What is it?")])];
    /// let options = Options::new().image(image.clone());
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &options)?;
    /// assert_eq!(prompt.media().iter().map(|media| media.image()).collect::<Vec<_>>(), [&image]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// How many image placeholders the template wrote for which no image was given. A server takes them
    /// for ordinary text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, Part};
    ///
    /// let messages = [Message::user([Part::image(), Part::text("What is it?")])];
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &Options::new())?;
    /// assert_eq!(prompt.text(), "User:<image>What is it?<end_of_utterance>\n");
    /// assert_eq!(prompt.empty_image_slots(), 1);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn empty_image_slots(&self) -> usize {
        self.empty_slots
    }

    /// The placeholder for an image, if the options or the model's files name one: a sign of a model that sees
    /// images.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let model = Model::builtin("idefics2")?;
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(prompt.image_token(), Some("<image>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn image_token(&self) -> Option<&str> {
        self.image_token.as_deref()
    }

    /// Whether the template asked for the time, so that the prompt differs from day to day.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens};
    ///
    /// let template = ChatTemplate::new("Today is {{ strftime_now('%F') }}.", SpecialTokens::default())?;
    /// let prompt = template.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert!(prompt.clock_read());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn clock_read(&self) -> bool {
        self.clock_read
    }

    /// The template's text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// // A text that is no template's name is the template itself.
    /// let options = Options::new().chat_template("{{ messages[0].content }}");
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &options)?;
    /// assert_eq!((prompt.text(), prompt.template()), ("Hi", "{{ messages[0].content }}"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn template(&self) -> &str {
        self.engine.source()
    }

    /// The role of each message.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let messages = [Message::system("Be brief."), Message::user("Hi")];
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&messages, &Options::new())?;
    /// assert_eq!(prompt.roles().collect::<Vec<_>>(), [Some("system"), Some("user")]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn roles(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.roles.iter().map(Option::as_deref)
    }
}

fn image_ranges(parts: &[Part]) -> impl Iterator<Item = Range<usize>> {
    parts.iter().filter(|part| matches!(part.kind, PartKind::Image(_))).map(|part| part.out.clone())
}

/// The origin of some bytes of a span.
fn part_of<'t>(
    origin: &rolecall_jinja::Origin<'t>,
    from: usize,
    length: usize,
) -> rolecall_jinja::Origin<'t> {
    use rolecall_jinja::Origin::{Copied, CopiedKey};
    let part = |range: &Range<usize>| range.start + from..range.start + from + length;
    match origin {
        Copied { pointer, range } => Copied { pointer: *pointer, range: part(range) },
        CopiedKey { pointer, range } => CopiedKey { pointer: *pointer, range: part(range) },
        other => other.clone(),
    }
}

fn mismatch(images: usize, slots: usize, token: &str) -> Error {
    let count = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    Error::new(
        ErrorKind::Media,
        format!(
            "{} given, but the template wrote {} ({token})",
            if images == 1 { "1 image was".to_owned() } else { format!("{images} images were") },
            count(slots, "image slot"),
        ),
    )
    .help(r#"Each image needs a part {"type": "image"} in the messages, and each such part an image; a placeholder typed in a text is not a slot"#)
}
