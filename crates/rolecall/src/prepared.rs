//! A template with everything that it will be rendered with.

use std::sync::{Arc, OnceLock};

use rolecall_jinja::{Clock, DateTime, RenderOptions};
use serde_json::Value;

use crate::contract::{Context, Conversation};
use crate::engine::{self, Engine};
use crate::processor::Processor;
use crate::prompt::{ForEncoding, Placing, Rendered, Role};
use crate::refill;
use crate::templates::Asker;
use crate::{Error, ErrorKind, Image, Options, Prompt, Result, SpecialTokens, clock};

/// A conversation that passed all checks, with the template that it will be rendered with and the variables
/// that this template will see.
///
/// [`apply_chat_template`](crate::Model::apply_chat_template) makes one and renders it. By itself it is for those
/// who want to know what a template was given, or to give the same to another engine.
///
/// ```
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let model = Model::builtin("llama-3")?;
/// let options = Options::new().variable("n", 1);
/// let prepared = model.prepare(&json!([{"role": "user", "content": "Hi", "name": null}]), &options)?;
/// assert_eq!(
///     prepared.variables(),
///     &json!({
///         "bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "n": 1,
///         "messages": [{"role": "user", "content": "Hi"}],
///         "tools": null, "documents": null, "add_generation_prompt": false,
///     })
/// );
/// let prompt = prepared.render()?;
/// assert_eq!(prompt.text(), prepared.output()?);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug)]
pub struct Prepared<'a> {
    engine: Arc<Engine>,
    context: Context,
    /// What stands for an image, if the model takes any.
    image_token: Option<String>,
    encoding: ForEncoding,
    /// What expands placeholders, if that was asked for.
    processor: Option<Processor>,
    /// The variables whose text is not a user's.
    trusted: Vec<String>,
    images: &'a [Image],
    options: RenderOptions,
    moment: Arc<OnceLock<DateTime>>,
    /// Whether the messages were copied from the caller's, so that their memory serves the next.
    copied: bool,
}

/// What of a model a render depends on.
pub(crate) struct Asks<'m> {
    /// What stands for an image where the options do not say it.
    pub(crate) image_token: Option<&'m str>,
    pub(crate) encoding: ForEncoding,
    pub(crate) processor: Option<Processor>,
}

impl Asks<'_> {
    /// A template without a model.
    pub(crate) fn of_template(special_tokens: &SpecialTokens) -> Self {
        let encoding = ForEncoding {
            asker: Asker::Tokenizer,
            bos_token: special_tokens.get("bos_token").map(str::to_owned),
            moves_generations: true,
            #[cfg(feature = "tokenizers")]
            tokenizer: None,
        };
        Self { image_token: None, encoding, processor: None }
    }
}

impl<'a> Prepared<'a> {
    /// The last checks.
    pub(crate) fn new(
        engine: Arc<Engine>,
        special_tokens: &SpecialTokens,
        conversation: Conversation,
        options: &'a Options,
        asks: Asks<'_>,
    ) -> Result<Self> {
        let Asks { image_token, encoding, processor } = asks;
        if processor.is_some() && (!options.images.is_empty() || options.image_token.is_some()) {
            return Err(Error::new(
                ErrorKind::Media,
                "placeholders are either expanded for token ids or replaced by images for a server, not both",
            )
            .help("Give the sizes of images, or images and their token"));
        }
        let context = conversation.into_context(engine.source(), special_tokens, options)?;
        let image_token =
            options.image_token.as_deref().or(image_token).or_else(|| special_tokens.get("image_token"));
        let image_token = processor.as_ref().map(Processor::image_token).or(image_token);
        let image_token = image_token.filter(|token| !token.is_empty()).map(str::to_owned);
        if image_token.is_none() && !options.images.is_empty() {
            return Err(Error::new(
                ErrorKind::Media,
                "images were given, but nothing says how this model's template marks an image",
            )
            .help("Use a model that takes images, or name its placeholder, such as <image>, with the option image_token"));
        }
        // A variable given by the caller hides the special token of its name and is not trusted.
        let names = special_tokens.iter().map(|(name, _)| name);
        let trusted =
            names.filter(|name| !options.variables.contains_key(*name)).map(str::to_owned).collect();
        let (clock, moment) = still(options.clock.clone().unwrap_or_else(clock::system));
        Ok(Self {
            engine,
            context,
            image_token,
            encoding,
            processor,
            trusted,
            images: &options.images,
            options: RenderOptions { clock: Some(clock), limits: options.limits },
            moment,
            copied: false,
        })
    }

    /// The same, if its messages are a copy of the caller's.
    pub(crate) fn with_copied_messages(mut self) -> Self {
        self.copied = true;
        self
    }

    /// The template's text.
    ///
    /// ```
    /// use rolecall::{Message, Model, ModelFiles, Options};
    /// use serde_json::json;
    ///
    /// let mut files = ModelFiles::new("my-model");
    /// files.insert("chat_template.jinja", "chat");
    /// files.insert("additional_chat_templates/tool_use.jinja", "tools");
    /// let options = Options::new().tools(json!([{"type": "function", "function": {"name": "now"}}]));
    /// assert_eq!(Model::from_files(files)?.prepare(&[Message::user("Hi")], &options)?.source(), "tools");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn source(&self) -> &str {
        self.engine.source()
    }

    /// The variables that the template sees, a JSON object: the special tokens, those of
    /// [`Options::variable`], `messages`, `tools`, `documents` and `add_generation_prompt`, changed as the
    /// reference changes them. A final message that is being continued ends with the reference's tag.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().add_generation_prompt(true);
    /// let prepared = Model::builtin("mistral")?.prepare(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prepared.variables()["bos_token"], "<s>");
    /// assert_eq!(prepared.variables()["add_generation_prompt"], true);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn variables(&self) -> &Value {
        &self.context.variables
    }

    /// What the render depends on beside the variables. The clock stands still from the first time that it is
    /// read, so that all renders are of one moment.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().chat_template("{{ strftime_now('%H:%M:%S.%f') }}");
    /// let prepared = Model::builtin("chatml")?.prepare(&[Message::user("Hi")], &options)?;
    /// // Another engine sees the same moment.
    /// let template = rolecall_jinja::Template::new(prepared.source())?;
    /// let text = template.render_with(prepared.variables(), prepared.render_options())?;
    /// assert_eq!(prepared.render()?.text(), text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_options(&self) -> &RenderOptions {
        &self.options
    }

    /// Renders the prompt.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new();
    /// let prepared = Model::builtin("chatml")?.prepare(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prepared.render()?.text(), "<|im_start|>user\nHi<|im_end|>\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Template`] when the template fails, [`ErrorKind::Conversation`] when the final message that
    /// should be continued is not in its output, [`ErrorKind::Media`] when images and slots do not match or a placeholder
    /// cannot be expanded exactly.
    pub fn render(&self) -> Result<Prompt> {
        let trusted: Vec<&str> = self.trusted.iter().map(String::as_str).collect();
        let traced = self.engine.render_traced(self.variables(), &trusted, &self.options);
        let traced = traced.map_err(|error| self.failed(error))?;
        let end = self.end(traced.text())?;
        let text = traced.text().get(..end).unwrap_or_default();
        let own = || {
            let parts = engine::own_parts(&traced).map(|part| part.start..part.end.min(end));
            parts.filter(|part| part.start < part.end)
        };
        let starts_with_bos = self.encoding.bos_token.as_deref().is_some_and(|token| {
            token.is_empty()
                || own().next().is_some_and(|first| {
                    first.start == 0 && text.get(first.clone()).is_some_and(|text| text.starts_with(token))
                })
        });
        let placing = if let Some(processor) = &self.processor {
            let most = self.options.limits.unwrap_or_default().output_bytes;
            Placing::Expanded {
                placed: processor.expand(text, &own().collect::<Vec<_>>(), most)?,
                tokens: processor.tokens(),
                moves_generations: processor.moves_generations(),
            }
        } else {
            let slots = self
                .image_token
                .as_deref()
                .map(|token| engine::found(text, &own().collect::<Vec<_>>(), token));
            Placing::Images { slots: slots.unwrap_or_default(), images: self.images }
        };
        let rendered = Rendered {
            traced,
            end,
            starts_with_bos,
            encoding: self.encoding.clone(),
            image_token: self.image_token.clone(),
            clock_read: self.clock_read(),
            engine: Arc::clone(&self.engine),
            roles: self.roles(),
        };
        Prompt::place(rendered, placing)
    }

    /// Whether a render so far asked for the time.
    pub(crate) fn clock_read(&self) -> bool {
        self.moment.get().is_some()
    }

    /// Renders what the template itself writes: the prompt before it ends where a continued message ends and
    /// before images are placed.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().continue_final_message(true);
    /// let prepared = Model::builtin("chatml")?.prepare(&[Message::assistant("One, two,")], &options)?;
    /// assert_eq!(prepared.render()?.text(), "<|im_start|>assistant\nOne, two,");
    /// assert!(prepared.output()?.ends_with("<|im_end|>\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Template`] when the template fails.
    pub fn output(&self) -> Result<String> {
        self.engine.render(self.variables(), &self.options).map_err(|error| self.failed(error))
    }

    /// Renders the prompt's text alone, which takes less time: nothing is known about it, no image is placed, and no
    /// placeholder is expanded.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().continue_final_message(true);
    /// let prepared = Model::builtin("chatml")?.prepare(&[Message::assistant("One, two,")], &options)?;
    /// assert_eq!(prepared.text()?, "<|im_start|>assistant\nOne, two,");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render), but for images.
    pub fn text(&self) -> Result<String> {
        let mut text = self.output()?;
        let end = self.end(&text)?;
        text.truncate(end);
        Ok(text)
    }

    /// Where in the template's output a continued message ends.
    fn end(&self, text: &str) -> Result<usize> {
        match &self.context.continuation {
            Some(continuation) => continuation.end(text),
            None => Ok(text.len()),
        }
    }

    /// The role of each message, where it is a text.
    fn roles(&self) -> Vec<Option<Role>> {
        let messages =
            self.variables().get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        messages.iter().map(role).collect()
    }

    /// A failure of the template, with what its input lacks, where that is plain to see.
    fn failed(&self, error: rolecall_jinja::Error) -> Error {
        let error = Error::from_reference(ErrorKind::Template, error);
        let messages = self.variables().get("messages").and_then(Value::as_array);
        match messages.and_then(|messages| messages.iter().position(|message| message.get("role").is_none()))
        {
            Some(at) => error.help(format!(
                "Message {} has no \"role\": each message needs one, such as \"user\" or \"assistant\"",
                at + 1
            )),
            None => error,
        }
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        if self.copied
            && let Some(messages) = self.context.variables.get_mut("messages")
        {
            refill::keep(messages.take());
        }
    }
}

/// The role of a message, where it is a text.
fn role(message: &Value) -> Option<Role> {
    // It is one of the first of a few keys: comparing takes less time than a look-up.
    let (_, role) = message.as_object()?.iter().find(|(key, _)| *key == "role")?;
    let role = role.as_str()?;
    let usual = ROLES.into_iter().find(|usual| *usual == role);
    Some(usual.map_or_else(|| Role::Owned(role.to_owned()), Role::Borrowed))
}

/// The roles that most messages have: nothing is allocated for them.
const ROLES: [&str; 4] = ["user", "assistant", "tool", "system"];

/// A clock that stands still once it is read, so that all of a prompt is of one moment, and the place where
/// that moment is found if the clock was read.
fn still(clock: Clock) -> (Clock, Arc<OnceLock<DateTime>>) {
    let moment = Arc::new(OnceLock::new());
    let shared = Arc::clone(&moment);
    (Clock::from_fn(move || *shared.get_or_init(|| clock.now())), moment)
}
