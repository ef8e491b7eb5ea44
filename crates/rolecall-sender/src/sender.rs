//! Sends prompts and conversations to one server.

mod settings;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::Value;

use crate::bos::{self, Knowledge};
use crate::dialect::Payload;
use crate::input::{Markdown, guard_messages, guarded};
use crate::stream::TokenStream;
use crate::transport::{Attempts, Reply, Transport};
use crate::unused;
use crate::{
    BosAction, BosPolicy, Dialect, Endpoint, Error, ErrorKind, Frames, Generation, Input, Note, Parameters,
    Request, Result,
};

/// The most bytes of a request's body that TGI takes, unless it was started with another `--payload-limit`.
pub const TGI_PAYLOAD_LIMIT: usize = 2_000_000;

/// Sends prompts to one endpoint. Cheap to clone; clones share their connections.
///
/// ```
/// use std::time::Duration;
///
/// use rolecall::{Message, Model, Options};
/// use rolecall_sender::{Endpoint, Parameters, Sender};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let options = Options::new().add_generation_prompt(true);
/// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("A llama that cooks.")], &options)?;
///
/// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
/// let answer = sender.generate(&prompt, &Parameters::new().max_new_tokens(3)).await?;
/// assert_eq!(answer.text, "A llama in");
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Sender {
    pub(crate) transport: Transport,
    dialect: Dialect,
    bos: BosPolicy,
    bos_token: Option<String>,
    server_adds_bos: Option<bool>,
    sees_images: bool,
    markdown: Markdown,
    payload_limit: usize,
    /// The server's model does not use what the sender adds by itself.
    leaves_out: Arc<AtomicBool>,
}

/// A request that is ready to be sent, and what was done to the prompt for it.
///
/// ```
/// use rolecall::{Message, Model, Options};
/// use rolecall_sender::{BosAction, Endpoint, Parameters, Sender};
///
/// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let prepared = sender.prepare(&prompt, &Parameters::new(), false)?;
/// assert_eq!(prepared.request.url.path(), "/generate");
/// assert_eq!(prepared.bos, BosAction::Stripped { token: "<|begin_of_text|>".to_owned() });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Prepared {
    /// The request.
    pub request: Request,
    /// What was done about the BOS token.
    pub bos: BosAction,
    dialect: Dialect,
    /// The prompt, where it is wanted in front of the answer.
    in_front: Option<String>,
    default_max_new_tokens: Option<u32>,
}

impl Prepared {
    /// What [`Parameters::return_full_text`] puts in front of the answer: the prompt as it is sent. The pieces of a stream
    /// are without it.
    ///
    /// ```
    /// use rolecall_sender::{Endpoint, Parameters, Sender};
    ///
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let in_front = |wanted| -> Result<Option<String>, rolecall_sender::Error> {
    ///     let prepared = sender.prepare("Hi", &Parameters::new().return_full_text(wanted), true)?;
    ///     Ok(prepared.in_front().map(str::to_owned))
    /// };
    /// assert_eq!((in_front(true)?.as_deref(), in_front(false)?), (Some("Hi"), None));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn in_front(&self) -> Option<&str> {
        self.in_front.as_deref()
    }

    /// What the sender has to put in front of the answer: TGI does it by itself.
    fn prefix(&self) -> &str {
        self.in_front().filter(|_| self.dialect != Dialect::Tgi).unwrap_or_default()
    }
}

impl Sender {
    /// A sender without a token that speaks TGI's dialect and waits for nothing.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let prepared = sender.prepare("Once upon", &Parameters::new().max_new_tokens(5), false)?;
    /// assert_eq!(prepared.request.url.as_str(), "http://127.0.0.1:8080/generate");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            transport: Transport::new(endpoint),
            dialect: Dialect::default(),
            bos: BosPolicy::default(),
            bos_token: None,
            server_adds_bos: None,
            sees_images: false,
            markdown: Markdown::default(),
            payload_limit: TGI_PAYLOAD_LIMIT,
            leaves_out: Arc::default(),
        }
    }

    /// Where it sends.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Sender};
    /// let sender = Sender::new(Endpoint::hugging_face().model("org/name"));
    /// assert_eq!(sender.endpoint().host(), "router.huggingface.co");
    /// assert_eq!(sender.endpoint().model_id(), Some("org/name"));
    /// ```
    pub fn endpoint(&self) -> &Endpoint {
        &self.transport.endpoint
    }

    /// Makes a request out of a prompt, and sends nothing.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let request = sender.prepare("Once upon", &Parameters::new().max_new_tokens(5), true)?.request;
    /// assert_eq!((request.method, request.url.path()), ("POST", "/generate_stream"));
    /// let parameters = r#"{"max_new_tokens":5,"return_full_text":false}"#;
    /// assert_eq!(request.body, format!(r#"{{"inputs":"Once upon","parameters":{parameters}}}"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] when the server is known to refuse it, [`ErrorKind::TooLarge`] when the body is larger
    /// than it takes, [`ErrorKind::Endpoint`] when the endpoint has no such route.
    pub fn prepare<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
        stream: bool,
    ) -> Result<Prepared> {
        let dialect = self.dialect;
        let endpoint = &self.transport.endpoint;
        let mut parameters = parameters.clone();
        let default_max_new_tokens = (matches!(dialect, Dialect::Completions | Dialect::SgLang)
            && parameters.max_new_tokens.is_none())
        .then(|| parameters.max_tokens());
        if let Some(ids) = input.token_ids() {
            if parameters.return_full_text {
                return Err(Error::new(
                    ErrorKind::Parameter,
                    "return_full_text is true, but token ids have no text",
                )
                .help("Leave it out"));
            }
            let request = dialect.request(endpoint, Payload::Ids(ids), &parameters, stream)?;
            let bos = BosAction::TokenIds;
            return Ok(Prepared { request, bos, dialect, in_front: None, default_max_new_tokens });
        }
        let sees_images = self.sees_images || input.sees_images();
        let text = guarded(input, sees_images, self.markdown)?;
        if !input.image_ranges().is_empty() {
            self.check_images(&parameters)?;
        }
        let knowledge = Knowledge {
            written: input.leading_bos(),
            token: self.bos_token.as_deref().or_else(|| input.bos_token()),
            is_added: self.server_adds_bos.or_else(|| input.tokenizer_adds_bos()),
        };
        let (text, bos) = bos::apply(self.bos, dialect, &text, knowledge, &mut parameters)?;
        let request = dialect.request(endpoint, Payload::Text(text), &parameters, stream)?;
        self.check_size(&request)?;
        let in_front = parameters.return_full_text.then(|| text.to_owned());
        Ok(Prepared { request, bos, dialect, in_front, default_max_new_tokens })
    }

    /// Makes a request out of a conversation, and sends nothing.
    ///
    /// ```
    /// # use rolecall::Message;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let request = sender.prepare_chat(&[Message::user("Hi")], &Parameters::new(), false)?.request;
    /// assert_eq!(request.url.path(), "/v1/chat/completions");
    /// assert!(request.body.contains(r#""messages":[{"role":"user","content":"Hi"}]"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::prepare`].
    pub fn prepare_chat<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
        stream: bool,
    ) -> Result<Prepared> {
        let mut messages = serde_json::to_value(messages).map_err(|error| {
            Error::new(ErrorKind::Parameter, format!("the messages cannot be written as JSON ({error})"))
        })?;
        let Value::Array(list) = &messages else {
            return Err(Error::new(ErrorKind::Parameter, "a conversation is a list of messages")
                .help(r#"Write it like [{"role": "user", "content": "Hi"}]"#));
        };
        if list.is_empty() {
            return Err(Error::new(ErrorKind::Parameter, "the conversation has no message").help("Add one"));
        }
        guard_messages(&mut messages, self.sees_images, self.markdown)?;
        let dialect = Dialect::Chat;
        let endpoint = &self.transport.endpoint;
        let request = dialect.request(endpoint, Payload::Messages(&messages), parameters, stream)?;
        Ok(Prepared {
            request,
            bos: BosAction::NothingToDo,
            dialect,
            in_front: None,
            default_max_new_tokens: None,
        })
    }

    /// Images in a prompt are TGI's alone, and a cut prompt destroys them.
    fn check_images(&self, parameters: &Parameters) -> Result<()> {
        if parameters.truncate.is_some() {
            return Err(Error::new(
                ErrorKind::Parameter,
                "truncate is set, but it counts the tokens of images and cuts them to pieces",
            )
            .help("Leave it out"));
        }
        if self.dialect == Dialect::SgLang {
            return Err(Error::new(
                ErrorKind::Parameter,
                "the dialect sglang has no place for images in a prompt",
            )
            .help("Use TGI, or chat completions"));
        }
        Ok(())
    }

    fn check_size(&self, request: &Request) -> Result<()> {
        let (size, limit) = (request.body.len(), self.payload_limit);
        if self.dialect != Dialect::Tgi && limit == TGI_PAYLOAD_LIMIT || size <= limit {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::TooLarge,
            format!("the request has {size} bytes, and the server takes {limit}; nothing was sent"),
        )
        .help("Shorten it, use smaller images (downscale, or --downscale), or set the server's real limit (Sender::payload_limit)"))
    }

    /// Sends a prompt and gives the whole answer.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let answer = sender.generate("Once upon", &Parameters::new().stop("reads").details(true)).await?;
    /// assert_eq!(answer.text, "A llama in an apron reads");
    /// assert_eq!(answer.finish_reason.as_deref(), Some("stop_sequence"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::prepare`] before anything is sent; else what the server or the network says.
    pub async fn generate<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
    ) -> Result<Generation> {
        let prepared = self.prepare(input, parameters, false)?;
        self.send(prepared).await
    }

    /// Sends a prompt and gives the answer piece by piece. An event of the stream may have up to 16 MiB, all of them
    /// [`max_answer`](Self::max_answer).
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Event, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// let first = stream.next().await.transpose()?;
    /// assert_eq!(first, Some(Event::Token { text: "A".to_owned() }));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::generate`]; errors that come later are in the stream.
    pub async fn generate_stream<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
    ) -> Result<TokenStream> {
        let prepared = self.prepare(input, parameters, true)?;
        self.send_stream(prepared).await
    }

    /// Sends a conversation, a list of messages, for the server to render; gives the whole answer.
    ///
    /// ```
    /// # use rolecall::Message;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let messages = [Message::system("Be brief."), Message::user("Who cooks?")];
    /// let answer = sender.chat_completion(&messages, &Parameters::new().max_new_tokens(2)).await?;
    /// assert_eq!(answer.text, "A llama");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::generate`].
    pub async fn chat_completion<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
    ) -> Result<Generation> {
        let prepared = self.prepare_chat(messages, parameters, false)?;
        self.send(prepared).await
    }

    /// Sends a conversation, a list of messages, for the server to render; gives the answer piece by piece.
    ///
    /// ```
    /// # use rolecall::Message;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let messages = [Message::user("Who cooks?")];
    /// let mut stream = sender.chat_completion_stream(&messages, &Parameters::new()).await?;
    /// while let Some(event) = stream.next().await.transpose()? {
    ///     println!("{event:?}");
    /// }
    /// assert_eq!(stream.text(), "A llama in an apron reads its book and stirs.");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::generate_stream`].
    pub async fn chat_completion_stream<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
    ) -> Result<TokenStream> {
        let prepared = self.prepare_chat(messages, parameters, true)?;
        self.send_stream(prepared).await
    }

    /// Sends what was prepared for a whole answer.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?);
    /// let mut prepared = sender.prepare("Once upon", &Parameters::new().max_new_tokens(1), false)?;
    /// prepared.request.headers.push(("x-request-id", "42".to_owned()));
    /// assert_eq!(sender.send(prepared).await?.text, "A");
    /// assert_eq!(server.requests()[0].header("x-request-id"), Some("42"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the server or the network says.
    pub async fn send(&self, prepared: Prepared) -> Result<Generation> {
        self.tell(&prepared);
        let reply = self.reply(&prepared, &mut Attempts::default()).await?;
        let id = reply.request_id();
        let body = self.transport.body(reply).await?;
        self.read(&prepared, &body, id)
    }

    /// Sends what was prepared for a stream.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let prepared = sender.prepare("Once upon", &Parameters::new().max_new_tokens(2), true)?;
    /// assert_eq!(sender.send_stream(prepared).await?.into_answer().await?.text, "A llama");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the server or the network says before the stream begins.
    pub async fn send_stream(&self, prepared: Prepared) -> Result<TokenStream> {
        self.tell(&prepared);
        let mut attempts = Attempts::default();
        loop {
            let mut stream = self.stream(&prepared, &mut attempts).await?;
            if self.transport.wait.is_zero() {
                return Ok(stream);
            }
            // TGI refuses in the first event what it refuses with a status of its own elsewhere.
            let Some(refusal) = stream.refusal().await else { return Ok(stream) };
            if !self.transport.pause(&refusal, None, &mut attempts).await {
                return Ok(stream);
            }
        }
    }

    async fn stream(&self, prepared: &Prepared, attempts: &mut Attempts) -> Result<TokenStream> {
        let reply = self.reply(prepared, attempts).await?;
        let frames = Frames::new(prepared.dialect);
        if reply.is_event_stream() {
            let frames = frames.with_prefix(prepared.prefix().to_owned());
            return Ok(TokenStream::new(reply, frames, self.transport.max_answer));
        }
        // Some servers do not know streams and answer as a whole.
        let id = reply.request_id();
        let body = self.transport.body(reply).await?;
        let answer = self.read(prepared, &body, id)?;
        Ok(TokenStream::whole(answer, prepared.in_front().unwrap_or_default(), frames))
    }

    /// The answer to a request; without what the sender added to it where the server's model does not use that.
    async fn reply(&self, prepared: &Prepared, attempts: &mut Attempts) -> Result<Reply> {
        let without = || unused::without(&prepared.request, prepared.dialect);
        let is_known = self.leaves_out.load(Ordering::Relaxed);
        if let Some(request) = is_known.then(without).flatten() {
            return self.transport.send_again(&request, attempts).await;
        }
        let error = match self.transport.send_again(&prepared.request, attempts).await {
            Err(error) if unused::is_refused(&error) => error,
            reply => return reply,
        };
        let Some(request) = without() else { return Err(error) };
        self.leaves_out.store(true, Ordering::Relaxed);
        self.transport.note(&Note::LeftOut(unused::ADDED.to_owned()));
        self.transport.send_again(&request, attempts).await
    }

    fn read(&self, prepared: &Prepared, body: &[u8], id: Option<String>) -> Result<Generation> {
        let answer = prepared.dialect.answer(body);
        let mut answer = answer.map_err(|error| self.transport.hide(error.requested_as(id)))?;
        let prefix = prepared.prefix();
        if !prefix.is_empty() {
            answer.text.insert_str(0, prefix);
            for other in &mut answer.others {
                other.text.insert_str(0, prefix);
            }
        }
        Ok(answer)
    }

    fn tell(&self, prepared: &Prepared) {
        if prepared.dialect != Dialect::Chat {
            self.transport.note(&Note::Bos(prepared.bos.clone()));
        }
        if let Some(count) = prepared.default_max_new_tokens {
            self.transport.note(&Note::DefaultMaxNewTokens(count));
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest holds the prompt, which is somebody's words.
        f.debug_struct("Prepared")
            .field("request", &self.request)
            .field("bos", &self.bos)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("endpoint", &self.transport.endpoint)
            .field("token", &self.transport.token)
            .field("dialect", &self.dialect)
            .field("bos", &self.bos)
            .field("wait", &self.transport.wait)
            .finish_non_exhaustive()
    }
}
