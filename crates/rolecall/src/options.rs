//! What a caller asks of a render beside the messages.

use rolecall_jinja::{Clock, Limits};
use serde_json::{Map, Value};

use crate::processor::MediaSizes;
use crate::{Image, ImageSize, VideoSize};

/// The arguments of `apply_chat_template` beside the conversation. Everything is off or absent unless set.
///
/// ```
/// use rolecall::{ChatTemplate, Message, Options, SpecialTokens};
/// use serde_json::json;
///
/// let options = Options::new()
///     .add_generation_prompt(true)
///     .tools(json!([{"type": "function", "function": {"name": "now"}}]))
///     .variable("enable_thinking", false);
/// let source = "{{ tools[0].function.name }} {{ enable_thinking }} {{ add_generation_prompt }}";
/// let template = ChatTemplate::new(source, SpecialTokens::default())?;
/// let prompt = template.apply_chat_template(&[Message::user("Hi")], &options)?;
/// assert_eq!(prompt.text(), "now False True");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub(crate) add_generation_prompt: Option<Value>,
    pub(crate) continue_final_message: Option<Value>,
    pub(crate) tools: Option<Value>,
    pub(crate) documents: Option<Value>,
    pub(crate) chat_template: Option<String>,
    pub(crate) loader: Loader,
    pub(crate) variables: Map<String, Value>,
    pub(crate) images: Vec<Image>,
    pub(crate) image_token: Option<String>,
    pub(crate) expansion: Option<MediaSizes>,
    pub(crate) clock: Option<Clock>,
    pub(crate) limits: Option<Limits>,
}

/// Which of the reference's two loaders decides where a model's template comes from.
///
/// ```
/// use rolecall::{Loader, Model, ModelFiles, Options};
/// use serde_json::json;
///
/// let mut files = ModelFiles::new("my-model");
/// files.insert("tokenizer_config.json", r#"{"chat_template": "the tokenizer's"}"#);
/// files.insert("processor_config.json", r#"{"chat_template": "the processor's"}"#);
/// let model = Model::from_files(files)?;
/// let text = |loader| {
///     let prompt = model.apply_chat_template(&json!([{"role": "user", "content": []}]), &Options::new().loader(loader))?;
///     Ok::<_, rolecall::Error>(prompt.text().to_owned())
/// };
/// assert_eq!(text(Loader::Auto)?, "the tokenizer's");
/// assert_eq!(text(Loader::Processor)?, "the processor's");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loader {
    /// The processor's for a model that has one when images are given or the tokenizer finds no template, and
    /// wherever placeholders are expanded; otherwise the tokenizer's.
    #[default]
    Auto,
    /// As `AutoTokenizer` finds it.
    Tokenizer,
    /// As `AutoProcessor` finds it. Where nothing says that a model has a processor, it is asked all the same.
    Processor,
}

impl Options {
    /// Nothing set.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(prompt.text(), "<|im_start|>user\nHi<|im_end|>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the prompt ends with the header of an answer. Templates see the value as it is given;
    /// unset it is `false`.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().add_generation_prompt(true);
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prompt.text(), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn add_generation_prompt(mut self, value: impl Into<Value>) -> Self {
        self.add_generation_prompt = Some(value.into());
        self
    }

    /// Asks for the generation prompt where nothing has been said about it and no final message is continued:
    /// for a prompt that is sent to be answered.
    ///
    /// ```
    /// use rolecall::{Model, Options};
    /// use serde_json::json;
    ///
    /// let model = Model::builtin("chatml")?;
    /// let question = json!([{"role": "user", "content": "Hi"}]);
    /// let prompt = model.apply_chat_template(&question, &Options::new().default_generation_prompt())?;
    /// assert!(prompt.text().ends_with("<|im_start|>assistant\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn default_generation_prompt(mut self) -> Self {
        if self.add_generation_prompt.is_none() && !self.continues() {
            self.add_generation_prompt = Some(Value::Bool(true));
        }
        self
    }

    /// Whether a final message is continued, so that nothing comes behind it.
    fn continues(&self) -> bool {
        self.continue_final_message.as_ref().is_some_and(crate::python::is_true)
    }

    /// These options, and those of `others` where nothing is set here: options for one conversation over those for all.
    /// Of the variables each is taken by itself. Where a final message is continued, no generation prompt is taken.
    ///
    /// ```
    /// use rolecall::{Model, Options};
    /// use serde_json::json;
    ///
    /// let all = Options::new().add_generation_prompt(true);
    /// let one = Options::new().add_generation_prompt(false).or(&all);
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &one)?;
    /// assert!(prompt.text().ends_with("Hi<|im_end|>\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn or(self, others: &Options) -> Self {
        let continues = self.continues();
        let mut variables = others.variables.clone();
        variables.extend(self.variables);
        Self {
            add_generation_prompt: self
                .add_generation_prompt
                .or_else(|| others.add_generation_prompt.clone().filter(|_| !continues)),
            continue_final_message: self
                .continue_final_message
                .or_else(|| others.continue_final_message.clone()),
            tools: self.tools.or_else(|| others.tools.clone()),
            documents: self.documents.or_else(|| others.documents.clone()),
            chat_template: self.chat_template.or_else(|| others.chat_template.clone()),
            loader: if self.loader == Loader::Auto { others.loader } else { self.loader },
            variables,
            images: if self.images.is_empty() { others.images.clone() } else { self.images },
            image_token: self.image_token.or_else(|| others.image_token.clone()),
            expansion: self.expansion.or_else(|| others.expansion.clone()),
            clock: self.clock.or_else(|| others.clock.clone()),
            limits: self.limits.or(others.limits),
        }
    }

    /// Leaves the final message open so that the model goes on with it: `true` for its `content`, or the
    /// name of another field.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let messages = [Message::user("Count to three."), Message::assistant("One, two,")];
    /// let options = Options::new().continue_final_message(true);
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&messages, &options)?;
    /// assert!(prompt.text().ends_with("<|im_start|>assistant\nOne, two,"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn continue_final_message(mut self, value: impl Into<Value>) -> Self {
        self.continue_final_message = Some(value.into());
        self
    }

    /// The tools the model may call, a list of [`Tool`](crate::Tool)s or of JSON schemas. `null` is the same as leaving it out.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens, Tool};
    ///
    /// let source = "{% for tool in tools %}{{ tool.function.name }}{% endfor %}";
    /// let template = ChatTemplate::new(source, SpecialTokens::default())?;
    /// let options = Options::new().tools([Tool::function("now", "The time.")]);
    /// assert_eq!(template.apply_chat_template(&[Message::user("Hi")], &options)?.text(), "now");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn tools(mut self, tools: impl Into<Value>) -> Self {
        self.tools = Some(tools.into());
        self
    }

    /// The documents for templates with retrieval, a list of [`Document`](crate::Document)s or of objects. `null` is the same as leaving it out.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Document, Message, Options};
    ///
    /// let template = ChatTemplate::new("{% for d in documents %}{{ d.title }}: {{ d.text }}{% endfor %}", [("bos_token", "<s>")])?;
    /// let options = Options::new().documents([Document::new("Cows", "They moo.")]);
    /// assert_eq!(template.apply_chat_template(&[Message::user("Moo?")], &options)?.text(), "Cows: They moo.");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn documents(mut self, documents: impl Into<Value>) -> Self {
        self.documents = Some(documents.into());
        self
    }

    /// The name of one of the model's templates; any other text is the template itself.
    ///
    /// ```
    /// use rolecall::{Message, Model, ModelFiles, Options};
    ///
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("chat_template.jinja", "chat");
    /// files.insert("additional_chat_templates/rag.jinja", "documents");
    /// let model = Model::from_files(files)?;
    /// let options = Options::new().chat_template("rag");
    /// assert_eq!(model.apply_chat_template(&[Message::user("Hi")], &options)?.text(), "documents");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn chat_template(mut self, name_or_source: impl Into<String>) -> Self {
        self.chat_template = Some(name_or_source.into());
        self
    }

    /// Which of the reference's loaders to follow.
    ///
    /// ```
    /// use rolecall::{Loader, Message, Model, ModelFiles, Options};
    ///
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("tokenizer_config.json", r#"{"chat_template": "the tokenizer's"}"#);
    /// files.insert("chat_template.json", r#"{"chat_template": "the processor's"}"#);
    /// let model = Model::from_files(files)?;
    /// let text = |loader| {
    ///     let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new().loader(loader))?;
    ///     Ok::<_, rolecall::Error>(prompt.text().to_owned())
    /// };
    /// assert_eq!(text(Loader::Tokenizer)?, "the tokenizer's");
    /// assert_eq!(text(Loader::Processor)?, "the processor's");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn loader(mut self, loader: Loader) -> Self {
        self.loader = loader;
        self
    }

    /// A further variable that the template sees, such as `enable_thinking`. It hides a special token of
    /// that name.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens};
    ///
    /// let source = "{{ messages[0].content }}{% if not enable_thinking %}<think></think>{% endif %}";
    /// let template = ChatTemplate::new(source, SpecialTokens::default())?;
    /// let options = Options::new().variable("enable_thinking", false);
    /// let prompt = template.apply_chat_template(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prompt.text(), "Hi<think></think>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Further variables, as `chat_template_kwargs` of a chat request holds them.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens, json};
    ///
    /// let template = ChatTemplate::new("{{ effort }}, {{ language }}", SpecialTokens::default())?;
    /// let kwargs = json::to_value(r#"{"effort": "high", "language": "Latin"}"#)?;
    /// let options = Options::new().variables(kwargs.as_object().cloned().unwrap_or_default());
    /// assert_eq!(template.apply_chat_template(&[Message::user("Hi")], &options)?.text(), "high, Latin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, Value)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// An image for the next of the template's image slots.
    ///
    /// ```
    /// use rolecall::{Image, Message, Model, Options, Part};
    ///
    /// let options = Options::new().image(Image::from_bytes(*b"GIF89a", "dot.gif")?);
    /// let messages = [Message::user([Part::image(), Part::text("What is it?")])];
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &options)?;
    /// let expected = "User:![](data:image/gif;base64,R0lGODlh)What is it?<end_of_utterance>\n";
    /// assert_eq!(prompt.text(), expected);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn image(mut self, image: Image) -> Self {
        self.images.push(image);
        self
    }

    /// Expands the placeholders for images as the model's processor does it for token ids, each to as many as the model
    /// wants for an image of that size. The sizes are those of the images in the order of the conversation; none at all
    /// is what the reference does with a conversation without images, and a placeholder is an error then.
    ///
    /// Only a [`Model`](crate::Model) does it, for the families whose rule is known: `LLaVA`, Qwen2-VL, Qwen2.5-VL,
    /// Qwen3-VL, Idefics2 and Mllama. It is for encoding: servers that take images inside of a prompt get
    /// [`image`](Self::image)s, and both at once are an error.
    ///
    /// ```
    /// use rolecall::{ImageSize, Loader, Model, ModelFiles, Options};
    /// use serde_json::json;
    ///
    /// let mut files = ModelFiles::new("my-llava");
    /// files.insert("chat_template.jinja", "{% for p in messages[0].content %}{{ '<image>' if p.type == 'image' else p.text }}{% endfor %}");
    /// files.insert("processor_config.json", r#"{"processor_class": "LlavaProcessor", "patch_size": 14, "num_additional_image_tokens": 1,
    ///     "vision_feature_select_strategy": "default"}"#);
    /// files.insert("preprocessor_config.json", r#"{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 28},
    ///     "crop_size": {"height": 28, "width": 28}}"#);
    /// let model = Model::from_files(files)?;
    ///
    /// let messages = json!([{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "<image>?"}]}]);
    /// let options = Options::new().expand_images([ImageSize { width: 640, height: 480 }]);
    /// let prompt = model.apply_chat_template(&messages, &options)?;
    /// // The last one is text that the user typed.
    /// assert_eq!(prompt.text(), "<image><image><image><image><image>?");
    /// assert_eq!(prompt.expanded_images(), [0..28]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn expand_images(mut self, sizes: impl IntoIterator<Item = ImageSize>) -> Self {
        self.expansion.get_or_insert_default().images.extend(sizes);
        self
    }

    /// The same for videos, which Qwen2-VL and Qwen2.5-VL take.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, Part, VideoSize};
    ///
    /// # let mut files = rolecall::ModelFiles::new("my-qwen");
    /// # files.insert("chat_template.jinja", "<|video_pad|>");
    /// # files.insert("processor_config.json", r#"{"processor_class": "Qwen2VLProcessor",
    /// #     "image_processor": {"image_processor_type": "Qwen2VLImageProcessor"},
    /// #     "video_processor": {"video_processor_type": "Qwen2VLVideoProcessor"}}"#);
    /// # let model = Model::from_files(files)?;
    /// let options = Options::new().expand_videos([VideoSize { width: 640, height: 480, frames: 8 }]);
    /// let prompt = model.apply_chat_template(&[Message::user(Part::video())], &options)?;
    /// assert_eq!(prompt.text().matches("<|video_pad|>").count(), 1564);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn expand_videos(mut self, sizes: impl IntoIterator<Item = VideoSize>) -> Self {
        self.expansion.get_or_insert_default().videos.extend(sizes);
        self
    }

    /// The text that the template writes for an image, where the model's files do not say it.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Image, Message, Options, Part, SpecialTokens};
    ///
    /// let template = ChatTemplate::new("See <img>.", SpecialTokens::default())?;
    /// let options = Options::new().image(Image::from_bytes(*b"GIF89a", "dot.gif")?).image_token("<img>");
    /// let prompt = template.apply_chat_template(&[Message::user(Part::image())], &options)?;
    /// assert_eq!(prompt.text(), "See ![](data:image/gif;base64,R0lGODlh).");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn image_token(mut self, token: impl Into<String>) -> Self {
        self.image_token = Some(token.into());
        self
    }

    /// The clock that templates see. Unset it is the computer's.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Clock, DateTime, Message, Options};
    ///
    /// let template = ChatTemplate::new("{{ strftime_now('%d %b %Y') }}", [("bos_token", "<s>")])?;
    /// let noon = DateTime::new((2026, 7, 4), (12, 0, 0)).expect("it is a date");
    /// let prompt = template.apply_chat_template(&[Message::user("Hi")], &Options::new().clock(Clock::fixed(noon)))?;
    /// assert_eq!(prompt.text(), "04 Jul 2026");
    /// assert!(prompt.clock_read());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The budgets of the render.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Limits, Message, Options};
    ///
    /// let template = ChatTemplate::new("{% for i in range(1000) %}{{ 'moo' * 1000 }}{% endfor %}", [("bos_token", "<s>")])?;
    /// let options = Options::new().limits(Limits { output_bytes: 10_000, ..Limits::default() });
    /// let error = template.apply_chat_template(&[Message::user("Hi")], &options).unwrap_err();
    /// assert!(error.message().contains("limit"), "{error}");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }
}
