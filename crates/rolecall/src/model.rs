//! A model: its files, its templates, and prompts made with them.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::chat_template::to_json;
use crate::contract::{Conversation, Place};
use crate::engine::Engine;
use crate::prepared::Asks;
use crate::processor::{self, Loaded, Processor};
use crate::prompt::ForEncoding;
use crate::snapshot::ControlTokens;
use crate::special_tokens::{Sources, special_tokens_map};
use crate::templates::{Asker, TemplateSet};
use crate::tokenizer_class::TokenizerClass;
#[cfg(feature = "tokenizers")]
use crate::tokens::{self, EncodeOptions, Encoding, ModelTokenizer, Tokenizer};
use crate::{
    ChatRequest, Error, ErrorKind, Loader, ModelFiles, Options, Prepared, Prompt, Result, SpecialTokens,
    builtin, cache, gguf, keywords,
};

/// How many compiled templates a model keeps, as many as the reference does.
const COMPILED: usize = 128;

/// A model's files as far as prompts need them: chat templates, special tokens, the image placeholder.
///
/// ```
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let model = Model::builtin("llama-3")?;
/// let messages = json!([{"role": "user", "content": "Hi"}]);
/// let prompt = model.apply_chat_template(&messages, &Options::new().add_generation_prompt(true))?;
/// assert!(prompt.text().ends_with("<|start_header_id|>assistant<|end_header_id|>\n\n"));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug)]
pub struct Model {
    files: Arc<ModelFiles>,
    special_tokens: SpecialTokens,
    tokenizer: TemplateSet,
    processor: Loaded,
    compiled: Mutex<Vec<Compiled>>,
    control_tokens: OnceLock<ControlTokens>,
    #[cfg(feature = "tokenizers")]
    ids: Arc<ModelTokenizer>,
}

/// What became of a template when it was compiled.
#[derive(Debug)]
enum Compiled {
    Works(Arc<Engine>),
    Fails { source: String, error: Error },
}

impl Compiled {
    fn source(&self) -> &str {
        match self {
            Self::Works(engine) => engine.source(),
            Self::Fails { source, .. } => source,
        }
    }

    fn result(&self) -> Result<Arc<Engine>> {
        match self {
            Self::Works(engine) => Ok(Arc::clone(engine)),
            Self::Fails { error, .. } => Err(error.clone()),
        }
    }
}

impl Model {
    /// A model from its files in memory. All files that may hold a template are looked at, in the order
    /// of the reference's loaders.
    ///
    /// ```
    /// use rolecall::{Message, Model, ModelFiles, Options};
    ///
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("tokenizer_config.json", r#"{"eos_token": "</s>"}"#);
    /// files.insert("chat_template.jinja", "{{ messages[0].content + eos_token }}");
    /// let prompt = Model::from_files(files)?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(prompt.text(), "Hi</s>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Json`] or [`ErrorKind::Model`] when a file is not what it should be. A model without
    /// any template loads; rendering with it fails.
    pub fn from_files(files: ModelFiles) -> Result<Self> {
        let config = files.json_object("tokenizer_config.json")?.unwrap_or_default();
        let special_tokens_map = special_tokens_map(&files, &config)?;
        let class = TokenizerClass::of_special_tokens(&files, &config)?;
        let special_tokens = SpecialTokens::load(&Sources {
            config: &config,
            special_tokens_map: special_tokens_map.as_ref(),
            class_defaults: class.special_tokens(),
            padding_token: &|| class.padding_token(&files),
        })
        .map_err(|error| error.in_model(files.origin()))?;
        let tokenizer = TemplateSet::of_tokenizer(&files, &config, special_tokens_map.as_ref())?;
        let processor = Loaded::of(&files, &special_tokens, &tokenizer);
        let files = Arc::new(files);
        Ok(Self {
            #[cfg(feature = "tokenizers")]
            ids: ModelTokenizer::new(&files, &special_tokens),
            files,
            special_tokens,
            tokenizer,
            processor,
            compiled: Mutex::default(),
            control_tokens: OnceLock::new(),
        })
    }

    /// A model from its folder.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?;
    /// assert_eq!(model.special_tokens().get("eos_token"), Some("<|eot_id|>"));
    /// assert!(Model::from_dir("/nonexistent").is_err());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ModelFiles::read_dir`] and [`Model::from_files`].
    pub fn from_dir(folder: impl AsRef<Path>) -> Result<Self> {
        Self::from_files(ModelFiles::read_dir(folder)?)
    }

    /// A model pinned in a `templates-cache/` folder, such as `org/name`. Files that the lock file there
    /// names are verified against it.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    #[doc = crate::cache::pinned!()]
    /// # let templates_cache = cache.dir();
    /// // After `rolecall fetch org/name`. Nothing touches the network.
    /// let model = Model::from_cache(templates_cache, "org/name")?;
    /// assert_eq!(model.files().revision(), Some("0123456789abcdef0123456789abcdef01234567"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lock`] when a file is not the one that the lock file names; else as [`Model::from_dir`].
    pub fn from_cache(cache: impl AsRef<Path>, name: &str) -> Result<Self> {
        Self::from_files(cache::TemplatesCache::new(cache.as_ref()).load(name)?)
    }

    /// A model from the Hub, settings from the environment as Python's `huggingface_hub` reads them. See
    /// [`hub::load`](crate::hub::load) for a revision and other settings.
    ///
    /// ```no_run
    /// use rolecall::Model;
    ///
    /// let model = Model::from_hub("org/name")?;
    /// println!("at {:?}", model.files().revision());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// What cannot be the name of a repository is refused before anybody is asked:
    ///
    /// ```
    /// use rolecall::{ErrorKind, Model};
    ///
    /// let error = Model::from_hub("org/name/main").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::RepositoryNotFound);
    /// ```
    ///
    /// # Errors
    ///
    /// Kinds of their own for a missing repository, a gated one, a missing revision, a refused token and a
    /// Hub that cannot be reached.
    #[cfg(feature = "hub")]
    pub fn from_hub(repo: &str) -> Result<Self> {
        Self::from_files(crate::hub::load(repo, &crate::hub::HubOptions::from_env())?)
    }

    /// A model that comes with rolecall; [`Model::builtin_names`] lists them.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// assert_eq!(Model::builtin("gemma")?.special_tokens().get("bos_token"), Some("<bos>"));
    /// let error = Model::builtin("gemma-7b").unwrap_err();
    /// assert_eq!(error.message(), r#"there is no built-in model "gemma-7b""#);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] for an unknown name.
    pub fn builtin(name: &str) -> Result<Self> {
        let files = builtin::files(name).ok_or_else(|| {
            let names: Vec<&str> = builtin::names().collect();
            Error::new(ErrorKind::Model, format!("there is no built-in model {name:?}"))
                .help(format!("Built in are {}", names.join(", ")))
        })?;
        Self::from_files(files)
    }

    /// The names of the built-in models.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// let names: Vec<&str> = Model::builtin_names().collect();
    /// assert_eq!(names, ["chatml", "gemma", "idefics2", "llama-3", "mistral"]);
    /// ```
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// A model from the metadata of a GGUF file: its template and special tokens.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// # let file = rolecall_testkit::tiny_llama().join("tiny.gguf");
    /// let model = Model::from_gguf(file)?; // a .gguf file
    /// assert_eq!(model.special_tokens().get("bos_token"), Some("<|begin_of_text|>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when the file cannot be read or is no GGUF file.
    pub fn from_gguf(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let metadata = gguf::read(path)?;
        let files = Arc::new(ModelFiles::new(path.display().to_string()));
        Ok(Self {
            #[cfg(feature = "tokenizers")]
            ids: ModelTokenizer::new(&files, &metadata.special_tokens),
            files,
            processor: Loaded::none(&metadata.special_tokens),
            special_tokens: metadata.special_tokens,
            tokenizer: metadata.templates,
            compiled: Mutex::default(),
            control_tokens: OnceLock::new(),
        })
    }

    /// How the model is named in errors: a path, `org/name`, `builtin:llama-3`.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// assert_eq!(Model::builtin("llama-3")?.origin(), "builtin:llama-3");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn origin(&self) -> &str {
        self.files.origin()
    }

    /// The files the model was made from.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// let model = Model::builtin("llama-3")?;
    /// let names: Vec<&str> = model.files().names().collect();
    /// assert_eq!(names, ["chat_template.jinja", "tokenizer_config.json"]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn files(&self) -> &ModelFiles {
        &self.files
    }

    /// The special tokens that templates see.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// let model = Model::builtin("mistral")?;
    /// let tokens: Vec<_> = model.special_tokens().iter().collect();
    /// assert_eq!(tokens, [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn special_tokens(&self) -> &SpecialTokens {
        &self.special_tokens
    }

    /// The text that stands for an image in prompts of this model, if its files name one.
    ///
    /// ```
    /// use rolecall::Model;
    ///
    /// assert_eq!(Model::builtin("idefics2")?.image_token(), Some("<image>"));
    /// assert_eq!(Model::builtin("mistral")?.image_token(), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn image_token(&self) -> Option<&str> {
        self.processor.image_token.as_deref()
    }

    /// The model's templates by name, as the loader that is asked for finds them; a single one is called
    /// `default`.
    ///
    /// ```
    /// use rolecall::{Loader, Model, ModelFiles};
    ///
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("chat_template.jinja", "chat");
    /// files.insert("additional_chat_templates/rag.jinja", "documents");
    /// let model = Model::from_files(files)?;
    /// let templates: Vec<_> = model.templates(Loader::Tokenizer).collect();
    /// assert_eq!(templates, [("default", "chat"), ("rag", "documents")]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn templates(&self, loader: Loader) -> impl Iterator<Item = (&str, &str)> {
        let wanted = Options::new().loader(loader);
        self.template_set(&wanted).0.iter()
    }

    /// Whether the files are those of a model with a processor.
    pub(crate) fn has_processor(&self) -> bool {
        self.processor.is_there
    }

    /// Which set of templates the options mean.
    fn template_set(&self, options: &Options) -> (&TemplateSet, Asker) {
        let Loaded { templates, is_there, fails, .. } = &self.processor;
        let processor = || (templates, Asker::Processor);
        let has_processor = fails.is_some() || *is_there && *templates != TemplateSet::None;
        match options.loader {
            Loader::Processor => processor(),
            Loader::Auto
                if has_processor && (!options.images.is_empty() || self.tokenizer == TemplateSet::None) =>
            {
                processor()
            }
            Loader::Auto if options.expansion.is_some() => processor(),
            Loader::Auto | Loader::Tokenizer => (&self.tokenizer, Asker::Tokenizer),
        }
    }

    /// Renders a conversation with the template that the options select: a list of
    /// [`Message`](crate::Message)s, or anything that serialises to the same JSON. The template is compiled on its
    /// first use.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let messages = [Message::system("Be brief."), Message::user("Who says moo?")];
    /// let prompt = Model::builtin("mistral")?.apply_chat_template(&messages, &Options::new())?;
    /// assert_eq!(prompt.text(), "<s>[INST] Be brief.\n\nWho says moo? [/INST]");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when there is no such template; else as [`ChatTemplate::apply_chat_template`](crate::ChatTemplate::apply_chat_template).
    pub fn apply_chat_template<M>(&self, messages: &M, options: &Options) -> Result<Prompt>
    where
        M: Serialize + ?Sized,
    {
        self.prepare(messages, options)?.render()
    }

    /// Renders a chat request to the text of its prompt: the same text as that of
    /// [`apply_chat_template`](Self::apply_chat_template), in less time. Nothing else is known about it, no image is
    /// placed, and the messages are not copied.
    ///
    /// ```
    /// use rolecall::{ChatRequest, Model};
    ///
    /// let request = ChatRequest::from_json(r#"{"messages": [{"role": "user", "content": "Hi"}]}"#)?;
    /// let text = Model::builtin("chatml")?.chat_request_text(request)?;
    /// assert_eq!(text, "<|im_start|>user\nHi<|im_end|>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`apply_chat_template`](Self::apply_chat_template), but for images.
    pub fn chat_request_text(&self, request: ChatRequest) -> Result<String> {
        let ChatRequest { messages, options } = request;
        self.prepare_in(Place::Alone, || Ok(messages), &options)?.text()
    }

    /// Renders a list of conversations with the same options, each a list of messages as above.
    ///
    /// The results are in the order of the conversations, and a conversation that fails leaves the others alone. (The
    /// reference gives one error for all: first those of the arguments of any conversation, then those of the first
    /// render that fails.) As in the reference, a conversation in a list may be empty.
    ///
    /// ```
    /// use rolecall::{Model, Options};
    /// use serde_json::json;
    ///
    /// let model = Model::builtin("chatml")?;
    /// let conversations = [json!([{"role": "user", "content": "Hi"}]), json!(["Hi"]), json!([{"role": "user", "content": "Ho"}])];
    /// let prompts = model.apply_chat_template_batch(&conversations, &Options::new());
    /// let texts: Vec<Option<&str>> = prompts.iter().map(|prompt| Some(prompt.as_ref().ok()?.text())).collect();
    /// assert_eq!(texts, [Some("<|im_start|>user\nHi<|im_end|>\n"), None, Some("<|im_start|>user\nHo<|im_end|>\n")]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Each result as that of [`apply_chat_template`](Self::apply_chat_template).
    pub fn apply_chat_template_batch<M>(&self, conversations: &[M], options: &Options) -> Vec<Result<Prompt>>
    where
        M: Serialize,
    {
        let render = |messages| self.prepare_copied(Place::InBatch, messages, options)?.render();
        conversations.iter().map(render).collect()
    }

    /// Renders a conversation and encodes the prompt.
    ///
    /// ```
    /// use rolecall::tokens::EncodeOptions;
    /// use rolecall::{Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &EncodeOptions::default())?;
    /// assert_eq!(encoding.ids, [0, 2, 89, 87, 266, 3, 203, 203, 44, 77, 4]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`apply_chat_template`](Self::apply_chat_template), [`tokenizer`](Self::tokenizer) and [`Tokenizer::encode`].
    #[cfg(feature = "tokenizers")]
    pub fn encode<M>(&self, messages: &M, options: &Options, encode: &EncodeOptions) -> Result<Encoding>
    where
        M: Serialize + ?Sized,
    {
        let source = self.selected(options)?;
        tokens::check(messages, options, encode)?;
        let tokenizer = self.tokenizer()?;
        let prompt = || self.apply_chat_template(messages, options);
        let text = |messages: &Value, options: &Options| self.text_to_sanitize(tokenizer, messages, options);
        tokens::encode(tokenizer, source, (messages, options), encode, prompt, text)
    }

    /// The text of a conversation with marks in it, where a processor would do nothing more to it.
    #[cfg(feature = "tokenizers")]
    fn text_to_sanitize(&self, tokenizer: &Tokenizer, messages: &Value, options: &Options) -> Result<String> {
        if options.expansion.is_some() {
            return Err(Error::new(
                ErrorKind::Media,
                "placeholders are not expanded where users' text is marked as the reference does it",
            )
            .help("Use ControlTokens::Template"));
        }
        let text = self.prepare(messages, options)?.text()?;
        let bos = self.special_tokens.get("bos_token");
        let adds = !(tokenizer.bos().before.is_empty() && tokenizer.bos().after.is_empty());
        if self.template_set(options).1 == Asker::Processor
            && adds
            && !bos.is_some_and(|bos| text.starts_with(bos))
        {
            return Err(Error::new(
                ErrorKind::Tokenizer,
                "a processor has special tokens added to this prompt, which is not done where users' text is marked as \
                 the reference does it",
            )
            .help("Use ControlTokens::Template"));
        }
        Ok(text)
    }

    /// The model's tokenizer, which is read on its first use.
    ///
    /// ```
    /// use rolecall::{ErrorKind, Model};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // with a tokenizer.json
    /// assert_eq!(model.tokenizer()?.id("<|eot_id|>"), Some(4));
    /// assert_eq!(Model::builtin("chatml")?.tokenizer().unwrap_err().kind(), ErrorKind::Model);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when the model has no `tokenizer.json`, [`ErrorKind::Tokenizer`] when it is not one.
    #[cfg(feature = "tokenizers")]
    pub fn tokenizer(&self) -> Result<&Tokenizer> {
        self.ids.get()
    }

    #[cfg(feature = "tokenizers")]
    pub(crate) fn ids(&self) -> &ModelTokenizer {
        &self.ids
    }

    /// The texts that are control tokens where a template writes them, read on first use.
    pub(crate) fn control_tokens(&self) -> Result<&ControlTokens> {
        if let Some(known) = self.control_tokens.get() {
            return Ok(known);
        }
        let tokens = ControlTokens::of(&self.files, &self.special_tokens)?;
        Ok(self.control_tokens.get_or_init(|| tokens))
    }

    /// The text of the template that the options select.
    pub(crate) fn selected<'t>(&'t self, options: &'t Options) -> Result<&'t str> {
        let (set, asker) = self.template_set(options);
        if let (Asker::Processor, Some(error)) = (asker, &self.processor.fails) {
            return Err(error.clone().in_model(self.origin()));
        }
        let argument = options.chat_template.as_deref();
        set.select(asker, argument, options.tools.as_ref()).map_err(|error| self.named(error, options))
    }

    /// Everything of [`apply_chat_template`](Self::apply_chat_template) that comes before the render: the
    /// template that the options select is compiled, and what it will see is put together.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().variable("enable_thinking", false);
    /// let prepared = Model::builtin("chatml")?.prepare(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prepared.variables()["enable_thinking"], false);
    /// assert_eq!(prepared.render()?.text(), "<|im_start|>user\nHi<|im_end|>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`] when there is no such template, [`ErrorKind::Template`] when it does not parse; else as
    /// [`ChatTemplate::prepare`](crate::ChatTemplate::prepare).
    pub fn prepare<'a, M>(&self, messages: &M, options: &'a Options) -> Result<Prepared<'a>>
    where
        M: Serialize + ?Sized,
    {
        self.prepare_copied(Place::Alone, messages, options)
    }

    fn prepare_copied<'a, M>(&self, place: Place, messages: &M, options: &'a Options) -> Result<Prepared<'a>>
    where
        M: Serialize + ?Sized,
    {
        let prepared = self.prepare_in(place, || to_json(messages), options)?;
        Ok(prepared.with_copied_messages())
    }

    fn prepare_in<'a>(
        &self,
        place: Place,
        messages: impl FnOnce() -> Result<Value>,
        options: &'a Options,
    ) -> Result<Prepared<'a>> {
        let (set, asker) = self.template_set(options);
        let messages = messages()?;
        if let (Asker::Processor, Some(class)) = (asker, &self.processor.class) {
            processor::check_own_way(class, *set != TemplateSet::None, options, &messages)
                .map_err(|error| error.in_model(self.origin()))?;
        }
        let source = self.selected(options)?;
        // Processors look at the template's variables first of all.
        let early = (asker == Asker::Processor).then(|| self.compiled(source)).transpose()?;
        let conversation = Conversation::placed(messages, place, asker, options)?;
        keywords::check_handed_on(&self.special_tokens, options)?;
        let engine = match early {
            Some(engine) => engine,
            None => self.compiled(source)?,
        };
        let processor = match &options.expansion {
            None => None,
            Some(_) if asker == Asker::Tokenizer => {
                return Err(Error::new(
                    ErrorKind::Media,
                    "placeholders are expanded by a model's processor, but the tokenizer's loader was asked for",
                )
                .help("Use Loader::Processor or Loader::Auto"));
            }
            Some(_) if place == Place::InBatch => {
                return Err(Error::new(
                    ErrorKind::Media,
                    "placeholders of a list of conversations are not expanded: each has images of its own",
                )
                .help("Render each conversation by itself"));
            }
            Some(sizes) => {
                processor::check_keywords(options, &engine.variables())?;
                let processor = Processor::new(&self.files, &self.special_tokens, sizes);
                Some(processor.map_err(|error| error.in_model(self.origin()))?)
            }
        };
        let encoding = ForEncoding {
            asker,
            bos_token: self.special_tokens.get("bos_token").map(str::to_owned),
            moves_generations: true,
            #[cfg(feature = "tokenizers")]
            tokenizer: Some(Arc::clone(&self.ids)),
        };
        let asks = Asks { image_token: self.image_token(), encoding, processor };
        Prepared::new(engine, &self.special_tokens, conversation, options, asks)
    }

    /// The compiled form of one of the model's templates, or of a text given in its place.
    fn compiled(&self, source: &str) -> Result<Arc<Engine>> {
        let lock = || self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().iter().find(|known| known.source() == source) {
            return known.result();
        }
        let new = match crate::chat_template::compiled(source) {
            Ok(engine) => Compiled::Works(engine),
            // All lines of a data set may meet it.
            Err(error) => Compiled::Fails { source: source.to_owned(), error },
        };
        let result = new.result();
        let mut compiled = lock();
        if compiled.len() >= COMPILED {
            compiled.remove(0);
        }
        compiled.push(new);
        result
    }

    fn named(&self, error: Error, options: &Options) -> Error {
        let (set, asker) = self.template_set(options);
        let advice = match (asker, set) {
            (_, TemplateSet::Named(_)) => "Choose one of them by name",
            (Asker::Processor, _) if self.tokenizer != TemplateSet::None => {
                "Use Loader::Tokenizer: the tokenizer has one"
            }
            _ => "Use a model that has a chat template, or give one",
        };
        error.in_model(self.origin()).help(advice)
    }
}
