//! A chat template with its special tokens, without a model's folder.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::contract::Conversation;
use crate::engine::Engine;
#[cfg(feature = "tokenizers")]
use crate::tokens::{self, ControlTokens, EncodeOptions, Encoding, Marker, Tokenizer};
use crate::{Error, ErrorKind, Options, Prepared, Prompt, Result, SpecialTokens};

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
    engine: Arc<Engine>,
    special_tokens: SpecialTokens,
}

impl ChatTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Template`] with the line when the template does not parse.
    pub fn new(source: impl AsRef<str>, special_tokens: impl Into<SpecialTokens>) -> Result<Self> {
        Ok(Self { engine: compiled(source.as_ref())?, special_tokens: special_tokens.into() })
    }

    /// The template's text.
    pub fn source(&self) -> &str {
        self.engine.source()
    }

    /// The special tokens that the template sees.
    pub fn special_tokens(&self) -> &SpecialTokens {
        &self.special_tokens
    }

    /// Renders a conversation: a list of [`Message`](crate::Message)s, or anything that serialises to the same JSON,
    /// such as a [`serde_json::Value`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when the reference refuses the arguments, [`ErrorKind::Template`] when the
    /// template fails, [`ErrorKind::Media`] when images and slots do not match.
    pub fn apply_chat_template<M>(&self, messages: &M, options: &Options) -> Result<Prompt>
    where
        M: Serialize + ?Sized,
    {
        self.prepare(messages, options)?.render()
    }

    /// Renders a conversation and encodes the prompt.
    ///
    /// # Errors
    ///
    /// As [`apply_chat_template`](Self::apply_chat_template) and [`Tokenizer::encode`].
    #[cfg(feature = "tokenizers")]
    pub fn encode<M>(
        &self,
        messages: &M,
        options: &Options,
        tokenizer: &Tokenizer,
        encode: &EncodeOptions,
    ) -> Result<Encoding>
    where
        M: Serialize + ?Sized,
    {
        tokens::check(messages, options, encode)?;
        if encode.control_tokens != ControlTokens::Reference {
            return tokenizer.encode(&self.apply_chat_template(messages, options)?, encode);
        }
        let marker = Marker::new(tokenizer, self.source())?;
        let (messages, options) = (marker.value(to_json(messages)?), marker.options(options));
        tokens::encode_marked(tokenizer, &self.prepare(&messages, &options)?.text()?, encode)
    }

    /// Everything of [`apply_chat_template`](Self::apply_chat_template) that comes before the render.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when the reference refuses the arguments, [`ErrorKind::Media`] when there are
    /// images and nothing says how the template marks one.
    pub fn prepare<'a, M>(&self, messages: &M, options: &'a Options) -> Result<Prepared<'a>>
    where
        M: Serialize + ?Sized,
    {
        let conversation = Conversation::new(to_json(messages)?, options)?;
        Prepared::new(Arc::clone(&self.engine), &self.special_tokens, conversation, options, None)
    }
}

/// A template that is ready to run.
pub(crate) fn compiled(source: &str) -> Result<Arc<Engine>> {
    let engine = Engine::new(source).map_err(|error| Error::from_reference(ErrorKind::Template, error))?;
    Ok(Arc::new(engine))
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
