//! A chat template with its special tokens, without a model's folder.

use serde::Serialize;
use serde_json::Value;

use crate::contract::{Context, Conversation};
use crate::engine::{Engine, Surroundings};
use crate::prompt::Rendered;
use crate::{Error, ErrorKind, Options, Prompt, Result, SpecialTokens, clock};

/// A compiled chat template and the special tokens that it sees.
///
/// ```
/// use rolecall::{ChatTemplate, Options};
/// use serde_json::json;
///
/// let source = "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}";
/// let template = ChatTemplate::new(source, [("bos_token", "<s>")])?;
/// let prompt = template.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new())?;
/// assert_eq!(prompt.text(), "<s>[user] Hi\n");
/// # Ok::<(), rolecall::Error>(())
/// ```
pub struct ChatTemplate {
    engine: Engine,
    special_tokens: SpecialTokens,
}

impl ChatTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Template`] with the line when the template does not parse.
    pub fn new(source: impl AsRef<str>, special_tokens: impl Into<SpecialTokens>) -> Result<Self> {
        let engine = Engine::new(source.as_ref())
            .map_err(|error| Error::from_reference(ErrorKind::Template, error))?;
        Ok(Self { engine, special_tokens: special_tokens.into() })
    }

    /// The template's text.
    pub fn source(&self) -> &str {
        self.engine.source()
    }

    /// The special tokens that the template sees.
    pub fn special_tokens(&self) -> &SpecialTokens {
        &self.special_tokens
    }

    /// Renders a conversation: a list of messages, as [`serde_json::Value`] or anything that serialises to it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when the reference refuses the arguments, [`ErrorKind::Template`] when the
    /// template fails, [`ErrorKind::Media`] when images and slots do not match.
    pub fn apply_chat_template<M>(&self, messages: &M, options: &Options) -> Result<Prompt>
    where
        M: Serialize + ?Sized,
    {
        let conversation = Conversation::new(to_json(messages)?, options)?;
        self.render(conversation, options, options.image_token.as_deref())
    }

    /// Renders a conversation that passed the first checks. `image_token` is what stands for an image.
    pub(crate) fn render(
        &self,
        conversation: Conversation,
        options: &Options,
        image_token: Option<&str>,
    ) -> Result<Prompt> {
        let context = conversation.into_context(self.source(), &self.special_tokens, options)?;
        let image_token = image_token.or_else(|| self.special_tokens.get("image_token"));
        let clock = options.clock.clone().unwrap_or_else(clock::system);
        let around = Surroundings { clock: &clock, limits: options.limits };
        let rendered = match image_token {
            Some(token) if !token.is_empty() => self.render_with_slots(&context, token, options, &around)?,
            _ if options.images.is_empty() => self.render_plain(&context, &around)?,
            _ => {
                return Err(Error::new(
                    ErrorKind::Media,
                    "images were given, but nothing says how this model's template marks an image",
                )
                .help("Use a model that takes images, or name its placeholder, such as <image>, with the option image_token"));
            }
        };
        Prompt::place(cut(rendered, &context)?, &options.images)
    }

    fn render_plain(&self, context: &Context, around: &Surroundings<'_>) -> Result<Rendered> {
        let output =
            self.engine.render(&context.variables, around).map_err(|error| failed(error, context))?;
        Ok(Rendered {
            text: output.text,
            slots: Vec::new(),
            image_token: None,
            clock_read: output.clock_read,
        })
    }

    fn render_with_slots(
        &self,
        context: &Context,
        token: &str,
        options: &Options,
        around: &Surroundings<'_>,
    ) -> Result<Rendered> {
        // A variable given by the caller hides the special token of its name and is not trusted.
        let trusted = self.special_tokens.iter().map(|(name, _)| name);
        let trusted: Vec<&str> = trusted.filter(|name| !options.variables.contains_key(*name)).collect();
        let image_token = Some(token.to_owned());
        let rendered = self.engine.render_finding(&context.variables, token, &trusted, around);
        let (output, slots) = rendered.map_err(|error| failed(error, context))?;
        Ok(Rendered { text: output.text, slots, image_token, clock_read: output.clock_read })
    }
}

/// Ends the text where a continued message ends.
fn cut(mut rendered: Rendered, context: &Context) -> Result<Rendered> {
    if let Some(continuation) = &context.continuation {
        let end = continuation.end(&rendered.text)?;
        rendered.text.truncate(end);
        rendered.slots.retain(|slot| slot.end <= end);
    }
    Ok(rendered)
}

/// A failure of the template, with what its input lacks, where that is plain to see.
fn failed(error: rolecall_jinja::Error, context: &Context) -> Error {
    let error = Error::from_reference(ErrorKind::Template, error);
    let messages = context.variables.get("messages").and_then(Value::as_array);
    match messages.and_then(|messages| messages.iter().position(|message| message.get("role").is_none())) {
        Some(at) => error.help(format!(
            "Message {} has no \"role\": each message needs one, such as \"user\" or \"assistant\"",
            at + 1
        )),
        None => error,
    }
}

/// A conversation as JSON.
pub(crate) fn to_json<M: Serialize + ?Sized>(messages: &M) -> Result<Value> {
    serde_json::to_value(messages).map_err(|error| {
        Error::new(ErrorKind::Json, format!("the messages cannot be written as JSON: {error}"))
            .help("Messages are a list of objects with text keys")
    })
}

impl std::fmt::Debug for ChatTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatTemplate")
            .field("source", &self.source())
            .field("special_tokens", &self.special_tokens)
            .finish_non_exhaustive()
    }
}
