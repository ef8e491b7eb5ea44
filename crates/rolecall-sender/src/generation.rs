//! What comes back: one answer, whatever the dialect.

use serde_json::Value;

use crate::{Error, ErrorKind};

/// An answer.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let answer = sender.generate("Once upon", &Parameters::new().max_new_tokens(2).details(true))?;
/// assert_eq!(answer.finish_reason.as_deref(), Some("length"));
/// assert_eq!((answer.generated_tokens, answer.tokens.len()), (Some(2), 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Generation {
    /// The text; with [`Parameters::return_full_text`](crate::Parameters::return_full_text) the prompt is in front.
    pub text: String,
    /// Why it ended, in the server's words: `length`, `stop`, `eos_token`, `stop_sequence`, `tool_calls` …
    pub finish_reason: Option<String>,
    /// How many tokens were generated, if the server says.
    pub generated_tokens: Option<u64>,
    /// How many tokens the prompt has for the server, if it says.
    pub prompt_tokens: Option<u64>,
    /// The seed that was used, if the server says.
    pub seed: Option<u64>,
    /// The functions that the model wants called.
    pub tool_calls: Vec<ToolCall>,
    /// What the model thought before its answer, where a server tells it apart.
    pub reasoning: Option<String>,
    /// The tokens of the answer, where they were asked for.
    pub tokens: Vec<TokenInfo>,
    /// The tokens of the prompt, where they were asked for.
    pub prefill: Vec<TokenInfo>,
    /// The most probable tokens at each place, where they were asked for.
    pub top_tokens: Vec<Vec<TokenInfo>>,
    /// The other answers of [`Parameters::best_of`](crate::Parameters::best_of) and
    /// [`Parameters::n`](crate::Parameters::n).
    pub others: Vec<Generation>,
    /// The model that answered, if the server says.
    pub model: Option<String>,
    /// The token ids of the answer, where a server gives them.
    pub token_ids: Vec<u32>,
}

/// A token and what the model thought of it.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let answer = sender.generate("Once upon", &Parameters::new().max_new_tokens(3).details(true))?;
/// let texts: Vec<&str> = answer.tokens.iter().map(|token| token.text.as_str()).collect();
/// assert_eq!(texts, ["A", " llama", " in"]);
/// assert!(answer.tokens.iter().all(|token| token.logprob.is_some_and(|logprob| logprob <= 0.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Its id, where a server gives it.
    pub id: Option<u32>,
    /// Its text.
    pub text: String,
    /// The natural logarithm of its probability; the first token of a prompt has none.
    pub logprob: Option<f64>,
    /// Whether it is a special token, which is not part of the text.
    pub special: bool,
}

/// A function that the model wants called.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
/// use serde_json::json;
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let messages = json!([{"role": "user", "content": "What can I cook?"}]);
/// let parameters = Parameters::new().tools(json!([{"type": "function", "function": {"name": "recipe"}}]));
/// let answer = sender.chat_completion(&messages, &parameters)?;
/// let call = &answer.tool_calls[0];
/// assert_eq!((call.name.as_str(), call.arguments.as_str()), ("recipe", r#"{"dish":"soup"}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The id under which its result is given back.
    pub id: Option<String>,
    /// The function's name.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
}

/// A piece of a streamed answer.
///
/// ```
/// use rolecall_sender::{Endpoint, Event, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let mut pieces = Vec::new();
/// for event in sender.generate_stream("Once upon", &Parameters::new().max_new_tokens(3))? {
///     match event? {
///         Event::Token { text } => pieces.push(text),
///         Event::End(answer) => assert_eq!(answer.text, "A llama in"),
///         _ => {}
///     }
/// }
/// assert_eq!(pieces, ["A", " llama", " in"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a stream has one end, and pieces are not kept")]
#[non_exhaustive]
pub enum Event {
    /// The text of the next token.
    Token {
        /// The text.
        text: String,
    },
    /// The next piece of what the model thinks before its answer.
    Reasoning {
        /// The text.
        text: String,
    },
    /// The next piece of a function call; the whole is in [`Generation::tool_calls`].
    ToolCall {
        /// Which of the calls.
        index: usize,
        /// The function's name, with the first piece.
        name: Option<String>,
        /// The next piece of its arguments.
        arguments: String,
    },
    /// The whole answer, at its end.
    End(Generation),
}

impl Generation {
    /// The error of an answer that the server broke off, and that only looks complete.
    pub(crate) fn broken_off(&self, said: Option<String>) -> Option<Error> {
        let reason = self.finish_reason.as_deref().filter(|reason| matches!(*reason, "abort" | "error"))?;
        let message = format!("the server broke its answer off (finish reason {reason})");
        let error = Error::new(ErrorKind::Incomplete { text: self.text.clone() }, message).said(said);
        Some(error.help("Ask again: nothing says why it did"))
    }
}

impl TokenInfo {
    /// A token as text-generation servers write it: `{"id", "text", "logprob", "special"}`.
    pub(crate) fn read(value: &Value) -> Self {
        Self {
            id: value.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()),
            text: value.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
            logprob: value.get("logprob").and_then(Value::as_f64),
            special: value.get("special").and_then(Value::as_bool).unwrap_or_default(),
        }
    }

    pub(crate) fn read_all(value: Option<&Value>) -> Vec<Self> {
        value.and_then(Value::as_array).into_iter().flatten().map(Self::read).collect()
    }
}

impl ToolCall {
    /// A call as it is written in messages. Some servers give the arguments as an object.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let function = value.get("function")?;
        Some(Self {
            id: value.get("id").map(text_or_json).filter(|id| !id.is_empty()),
            name: function.get("name").map(text_or_json).unwrap_or_default(),
            arguments: function.get("arguments").map(text_or_json).unwrap_or_default(),
        })
    }
}

/// A text as it is, nothing for `null`, anything else as JSON.
pub(crate) fn text_or_json(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
