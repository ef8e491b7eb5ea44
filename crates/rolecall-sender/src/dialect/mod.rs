//! The ways of asking that servers know. Requests out, answers and frames in: no I/O.

mod chat;
mod completions;
mod frames;
mod sglang;
mod tgi;

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use serde_json::{Map, Value};

pub use frames::Frames;

use crate::error::words;
use crate::failure;
use crate::{Endpoint, Error, ErrorKind, Generation, Parameters, Result};

/// A way of asking a server for text.
///
/// ```
/// use rolecall_sender::Dialect;
///
/// assert_eq!("completions".parse::<Dialect>()?, Dialect::Completions);
/// assert_eq!(Dialect::default(), Dialect::Tgi);
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Text Generation Inference: `/generate`, `/generate_stream`, and `{base}/models/{id}`.
    #[default]
    Tgi,
    /// `OpenAI`'s text completions, `/v1/completions`: vLLM, llama.cpp, TGI, transformers serve, providers.
    Completions,
    /// `SGLang`'s `/generate`.
    SgLang,
    /// Chat completions, `/v1/chat/completions`: the server renders the conversation itself.
    Chat,
}

/// What a dialect sends.
///
/// ```
/// use rolecall_sender::{Dialect, Endpoint, Parameters, Payload};
/// use serde_json::json;
///
/// let server = Endpoint::parse("http://127.0.0.1:30000")?;
/// let unset = Parameters::new();
/// let body = |dialect: Dialect, prompt| Ok(dialect.request(&server, prompt, &unset, false)?.body);
/// assert!(body(Dialect::SgLang, Payload::Text("Hi"))?.starts_with(r#"{"text":"Hi","#));
/// assert!(body(Dialect::SgLang, Payload::Ids(&[1, 2]))?.starts_with(r#"{"input_ids":[1,2],"#));
/// let messages = json!([{"role": "user", "content": "Hi"}]);
/// assert!(body(Dialect::Chat, Payload::Messages(&messages))?.contains(r#""messages":[{"role":"user","#));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// A text.
    Text(&'a str),
    /// The ids of its tokens.
    Ids(&'a [u32]),
    /// A conversation, a list of messages.
    Messages(&'a Value),
}

/// A request, ready to be sent.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let request = sender.prepare("Hi", &Parameters::new(), true)?.request;
/// assert_eq!((request.method, request.url.path()), ("POST", "/generate_stream"));
/// assert!(request.headers.contains(&("accept", "text/event-stream".to_owned())));
/// // What is printed has neither a query nor the prompt.
/// assert!(!format!("{request:?}").contains("Hi"));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// `POST`, or `GET`.
    pub method: &'static str,
    /// Where it goes.
    pub url: Url,
    /// Headers of the protocol; the token is not among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON.
    pub body: String,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a key, a body somebody's words.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.url.path())
            .field("headers", &self.headers)
            .field("body", &self.body.len())
            .finish()
    }
}

impl Request {
    /// A question without a body.
    pub(crate) fn get(url: Url) -> Self {
        let headers = vec![("accept", "application/json".to_owned())];
        Self { method: "GET", url, headers, body: String::new() }
    }
}

impl Dialect {
    /// All of them.
    ///
    /// ```
    /// use rolecall_sender::Dialect;
    ///
    /// assert_eq!(Dialect::ALL.map(Dialect::name), ["tgi", "completions", "sglang", "chat"]);
    /// ```
    pub const ALL: [Self; 4] = [Self::Tgi, Self::Completions, Self::SgLang, Self::Chat];

    /// Its name: `tgi`, `completions`, `sglang` or `chat`.
    ///
    /// ```
    /// use rolecall_sender::Dialect;
    ///
    /// assert_eq!(Dialect::SgLang.name(), "sglang");
    /// assert_eq!(Dialect::SgLang.name().parse::<Dialect>()?, Dialect::SgLang);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Tgi => "tgi",
            Self::Completions => "completions",
            Self::SgLang => "sglang",
            Self::Chat => "chat",
        }
    }

    /// The request for an answer, whole or as a stream.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, Payload};
    ///
    /// let server = Endpoint::parse("http://127.0.0.1:8000")?;
    /// let parameters = Parameters::new().max_new_tokens(5);
    /// let request = Dialect::Completions.request(&server, Payload::Ids(&[1, 2, 3]), &parameters, false)?;
    /// assert_eq!(request.url.as_str(), "http://127.0.0.1:8000/v1/completions");
    /// assert_eq!(request.body, r#"{"prompt":[1,2,3],"max_tokens":5}"#);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] when a parameter or the prompt is one that servers refuse or that the dialect has no
    /// place for, [`ErrorKind::Endpoint`] when the endpoint has no such route.
    pub fn request(
        self,
        endpoint: &Endpoint,
        prompt: Payload<'_>,
        parameters: &Parameters,
        stream: bool,
    ) -> Result<Request> {
        if matches!(prompt, Payload::Text("") | Payload::Ids([])) {
            return Err(Error::new(ErrorKind::Parameter, "the prompt is empty, and servers refuse that")
                .help("Give a text"));
        }
        parameters.refuse_unknown(self)?;
        parameters.check(self, stream)?;
        let url = endpoint.url(self, stream)?;
        let mut body = match self {
            Self::Tgi => tgi::body(endpoint, prompt, parameters, stream),
            Self::Completions => completions::body(endpoint, prompt, parameters, stream),
            Self::SgLang => sglang::body(prompt, parameters, stream),
            Self::Chat => chat::body(endpoint, prompt, parameters, stream),
        }?;
        parameters.add_extra(&mut body);
        let accept = if stream { "text/event-stream" } else { "application/json" };
        let headers = vec![("content-type", "application/json".to_owned()), ("accept", accept.to_owned())];
        Ok(Request { method: "POST", url, headers, body: Value::Object(body).to_string() })
    }

    /// Reads a whole answer with status 200.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, ErrorKind};
    ///
    /// let answer = Dialect::Tgi.answer(br#"[{"generated_text": "A llama."}]"#)?;
    /// assert_eq!(answer.text, "A llama.");
    /// let failed = br#"{"error": "out of memory", "error_type": "generation"}"#;
    /// let error = Dialect::Tgi.answer(failed).unwrap_err();
    /// assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Generation, Some("out of memory")));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] when it is none; the server's error when it is one.
    pub fn answer(self, body: &[u8]) -> Result<Generation> {
        // Programs of Windows write a byte order mark.
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            Error::new(ErrorKind::Protocol, format!("the server's answer is not JSON ({error})"))
                .said(failure::text_words(body))
                .help("Check that the address is that of a text-generation server")
        })?;
        // The native route of TGI answers with a list of one.
        let document = value.as_array().and_then(|list| list.first()).unwrap_or(&value);
        let answer = match self {
            Self::Tgi => tgi::answer(document),
            Self::Completions => of_choices(document, completions::choice),
            Self::SgLang => sglang::answer(document),
            Self::Chat => of_choices(document, chat::choice),
        };
        match answer {
            Some(answer) => match answer.broken_off(sglang::reason_words(document)) {
                Some(error) => Err(error),
                None => Ok(answer),
            },
            None if is_error(document) => Err(failure::in_answer(document)),
            None => Err(Error::new(
                ErrorKind::Protocol,
                format!("the server's answer has no {}", self.field_of_answer()),
            )
            .said(words(&value.to_string()))
            .help(format!(
                "Check that the server at this address speaks the dialect {self}, or choose another with Sender::dialect, or --dialect"
            ))),
        }
    }

    fn field_of_answer(self) -> &'static str {
        match self {
            Self::Tgi => "generated_text",
            Self::SgLang => "text",
            Self::Completions | Self::Chat => "choices",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name).ok_or_else(|| {
            Error::new(ErrorKind::Parameter, format!("there is no dialect {name:?}"))
                .help("Known are tgi, completions, sglang and chat")
        })
    }
}

/// Whether a document has an error inside an answer with status 200.
pub(crate) fn has_error(document: &Value) -> bool {
    document.get("error").is_some_and(|error| !error.is_null())
}

/// Whether a document is an error instead of an answer: it has one, calls itself one, or has words where an answer has its
/// fields.
fn is_error(document: &Value) -> bool {
    let has = |name: &str| document.get(name).is_some_and(|value| !value.is_null());
    let is_answer = ["choices", "generated_text", "token", "text", "usage"].into_iter().any(has);
    has_error(document)
        || document.get("object").is_some_and(|kind| kind == "error")
        || !is_answer && (has("detail") || document.get("message").is_some_and(Value::is_string))
}

/// An answer of `OpenAI`'s: the first of `choices`, the others beside it. Servers may finish them in another order.
fn of_choices(document: &Value, choice: fn(&Value) -> Option<Generation>) -> Option<Generation> {
    let mut choices: Vec<&Value> = document.get("choices").and_then(Value::as_array)?.iter().collect();
    choices.sort_by_key(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or_default());
    let mut answers = choices.into_iter().map(choice).collect::<Option<Vec<_>>>()?.into_iter();
    let mut generation = answers.next()?;
    generation.others = answers.collect();
    generation.model = filled(document.get("model"));
    read_usage(&mut generation, document);
    Some(generation)
}

/// Puts a value under a name, if there is one: what is unset is left out, nothing is `null`.
pub(crate) fn put(body: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), value.into());
    }
}

/// Text in messages is for [`Dialect::Chat`], and nothing else is.
fn wrong_prompt(dialect: Dialect, what: &str, help: &str) -> Error {
    Error::new(ErrorKind::Parameter, format!("the dialect {dialect} has no place for {what}")).help(help)
}

/// Counts of tokens as `OpenAI`'s answers have them.
fn read_usage(generation: &mut Generation, document: &Value) {
    let Some(usage) = document.get("usage") else { return };
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    generation.prompt_tokens = count("prompt_tokens").or(generation.prompt_tokens);
    generation.generated_tokens = count("completion_tokens").or(generation.generated_tokens);
}

/// A text that says something: TGI's chunks carry an empty `finish_reason` until the end.
fn filled(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
