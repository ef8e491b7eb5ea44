//! A chat template with its special tokens, without a model's folder.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::contract::{Conversation, Place};
use crate::engine::Engine;
use crate::prepared::Asks;
use crate::refill;
use crate::templates::Asker;
#[cfg(feature = "tokenizers")]
use crate::tokens::{self, EncodeOptions, Encoding, Tokenizer};
use crate::{Error, ErrorKind, Options, Prepared, Prompt, Result, SpecialTokens, keywords};

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
    /// ```
    /// use rolecall::{ChatTemplate, SpecialTokens};
    ///
    /// let error = ChatTemplate::new("Hi\n{% if %}", SpecialTokens::default()).unwrap_err();
    /// assert_eq!(error.reference().and_then(|error| error.line()), Some(2));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Template`] with the line when the template does not parse.
    pub fn new(source: impl AsRef<str>, special_tokens: impl Into<SpecialTokens>) -> Result<Self> {
        Ok(Self { engine: compiled(source.as_ref())?, special_tokens: special_tokens.into() })
    }

    /// The template's text.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, SpecialTokens};
    ///
    /// let template = ChatTemplate::new("{{ messages[0].content }}", SpecialTokens::default())?;
    /// assert_eq!(template.source(), "{{ messages[0].content }}");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn source(&self) -> &str {
        self.engine.source()
    }

    /// The special tokens that the template sees.
    ///
    /// ```
    /// use rolecall::ChatTemplate;
    ///
    /// let template = ChatTemplate::new("{{ bos_token }}", [("bos_token", "<s>")])?;
    /// assert_eq!(template.special_tokens().get("bos_token"), Some("<s>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn special_tokens(&self) -> &SpecialTokens {
        &self.special_tokens
    }

    /// Renders a conversation: a list of [`Message`](crate::Message)s, or anything that serialises to the same JSON,
    /// such as a [`serde_json::Value`].
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options};
    ///
    /// let source = "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}";
    /// let template = ChatTemplate::new(source, [("eos_token", "</s>")])?;
    /// let prompt = template.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(prompt.text(), "user: Hi</s>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
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

    /// Renders a list of conversations with the same options, each a list of messages as above.
    ///
    /// The results are in the order of the conversations, and a conversation that fails leaves the others alone. (The
    /// reference gives one error for all: first those of the arguments of any conversation, then those of the first
    /// render that fails.) As in the reference, a conversation in a list may be empty.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Options};
    /// use serde_json::json;
    ///
    /// let template = ChatTemplate::new("{% for m in messages %}{{ m.content + '.' }}{% endfor %}", [("bos_token", "<s>")])?;
    /// let conversations = [json!([{"content": "Hi"}]), json!([{"content": 1}]), json!([])];
    /// let prompts = template.apply_chat_template_batch(&conversations, &Options::new());
    /// let texts: Vec<Option<&str>> = prompts.iter().map(|prompt| Some(prompt.as_ref().ok()?.text())).collect();
    /// assert_eq!(texts, [Some("Hi."), None, Some("")]);
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
        let render = |messages| self.prepare_in(Place::InBatch, messages, options)?.render();
        conversations.iter().map(render).collect()
    }

    /// Renders a conversation and encodes the prompt.
    ///
    /// ```
    /// use rolecall::tokens::EncodeOptions;
    /// use rolecall::{ChatTemplate, Message, Model, Options};
    ///
    /// # let folder = rolecall_testkit::tiny_llama();
    /// let model = Model::from_dir(folder)?; // for its tokenizer.json
    /// let source = "{{ messages[0].content + eos_token }}";
    /// let template = ChatTemplate::new(source, [("eos_token", "<|eot_id|>")])?;
    /// let (tokenizer, encode) = (model.tokenizer()?, EncodeOptions::default());
    /// let encoding = template.encode(&[Message::user("Hi")], &Options::new(), tokenizer, &encode)?;
    /// assert_eq!(encoding.ids, [44, 77, 4]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
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
        let prompt = || self.apply_chat_template(messages, options);
        let text = |messages: &Value, options: &Options| self.prepare(messages, options)?.text();
        tokens::encode(tokenizer, self.source(), (messages, options), encode, prompt, text)
    }

    /// Everything of [`apply_chat_template`](Self::apply_chat_template) that comes before the render.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options, SpecialTokens};
    /// use serde_json::json;
    ///
    /// let template = ChatTemplate::new("{{ messages[0].content }}", SpecialTokens::default())?;
    /// let options = Options::new();
    /// let prepared = template.prepare(&[Message::user("Hi")], &options)?;
    /// assert_eq!(prepared.variables()["messages"], json!([{"role": "user", "content": "Hi"}]));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when the reference refuses the arguments, [`ErrorKind::Media`] when there are
    /// images and nothing says how the template marks one.
    pub fn prepare<'a, M>(&self, messages: &M, options: &'a Options) -> Result<Prepared<'a>>
    where
        M: Serialize + ?Sized,
    {
        self.prepare_in(Place::Alone, messages, options)
    }

    fn prepare_in<'a, M>(&self, place: Place, messages: &M, options: &'a Options) -> Result<Prepared<'a>>
    where
        M: Serialize + ?Sized,
    {
        if options.expansion.is_some() {
            return Err(Error::new(
                ErrorKind::Media,
                "placeholders are not expanded: how many it takes stands in the files of a model",
            )
            .help("Use a Model"));
        }
        let conversation = Conversation::placed(to_json(messages)?, place, Asker::Tokenizer, options)?;
        keywords::check_handed_on(&self.special_tokens, options)?;
        let engine = Arc::clone(&self.engine);
        let asks = Asks::of_template(&self.special_tokens);
        let prepared = Prepared::new(engine, &self.special_tokens, conversation, options, asks)?;
        Ok(prepared.with_copied_messages())
    }
}

/// A template that is ready to run.
pub(crate) fn compiled(source: &str) -> Result<Arc<Engine>> {
    let engine = Engine::new(source).map_err(|error| Error::from_reference(ErrorKind::Template, error))?;
    Ok(Arc::new(engine))
}

/// A conversation as JSON.
pub(crate) fn to_json<M: Serialize + ?Sized>(messages: &M) -> Result<Value> {
    refill::to_value(messages).map_err(|error| {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What the reference gives for each of these as the second of a list of conversations.
    #[test]
    fn a_conversation_in_a_list_may_be_empty_and_holds_no_lists() {
        let template =
            ChatTemplate::new("{{ messages|length }}", SpecialTokens::default()).expect("compiles");
        let words = |conversation: Value, options: &Options| {
            let prompts = template.apply_chat_template_batch(&[json!([{}]), conversation], options);
            let words = prompts.iter().map(|prompt| match prompt {
                Ok(prompt) => prompt.text().to_owned(),
                Err(error) => error.reference().map_or("ours", rolecall_jinja::Error::message).to_owned(),
            });
            words.collect::<Vec<_>>()
        };
        for (conversation, expected) in [
            (json!([]), "0"),
            (json!([{}, {"role": "user"}]), "2"),
            (json!([[]]), "'list' object has no attribute 'items'"),
            (json!({"role": "user"}), "'str' object has no attribute 'items'"),
            (json!(null), "'NoneType' object is not iterable"),
        ] {
            assert_eq!(words(conversation.clone(), &Options::new()), ["1", expected], "{conversation}");
        }
        let options = Options::new().continue_final_message(true);
        let expected = "continue_final_message is set but the conversation is empty!";
        assert_eq!(words(json!([]), &options)[1], expected);
    }

    #[test]
    fn one_conversation_is_no_list_of_them() {
        let template = ChatTemplate::new("", SpecialTokens::default()).expect("compiles");
        for (messages, part) in
            [(json!([[]]), "apply_chat_template_batch"), (json!([]), "empty conversation")]
        {
            let error = template.apply_chat_template(&messages, &Options::new()).expect_err("is refused");
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
