//! How a sender sends.

use std::sync::Arc;
use std::time::Duration;

use rolecall::Token;

use super::Sender;
use crate::{BosPolicy, Dialect, Markdown, Note, Result, Waiting, transport};

impl Sender {
    /// How the server is asked for text. Default: [`Dialect::Tgi`].
    ///
    /// ```
    /// # use rolecall_sender::{Dialect, Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8000")?).dialect(Dialect::Completions);
    /// let request = sender.prepare("Once upon", &Parameters::new().max_new_tokens(5), false)?.request;
    /// assert_eq!(request.url.path(), "/v1/completions");
    /// assert!(request.body.starts_with(r#"{"prompt":"Once upon","max_tokens":5"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The access token for this endpoint. It goes into the header `Authorization` and nowhere else.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).token(rolecall::Token::new("hf_secret"));
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(server.requests()[0].header("authorization"), Some("Bearer hf_secret"));
    /// assert!(!format!("{sender:?}").contains("hf_secret"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(mut self, token: Token) -> Self {
        self.transport.token = Some(token);
        self
    }

    /// What is done about the BOS token in front of a prompt. Default: [`BosPolicy::Auto`].
    ///
    /// ```
    /// # use rolecall::{Message, Model, Options};
    /// # use rolecall_sender::{BosPolicy, Dialect, Endpoint, Parameters, Sender};
    /// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let vllm = Sender::new(Endpoint::parse("http://127.0.0.1:8000")?).dialect(Dialect::Completions);
    /// let sender = vllm.bos(BosPolicy::NoSpecialTokens);
    /// let body = sender.prepare(&prompt, &Parameters::new(), false)?.request.body;
    /// assert!(body.contains(r#""add_special_tokens":false"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bos(mut self, policy: BosPolicy) -> Self {
        self.bos = policy;
        self
    }

    /// The model's BOS token, for [`BosPolicy::Strip`] of texts: rendered prompts know theirs.
    ///
    /// ```
    /// # use rolecall_sender::{BosPolicy, Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let sender = sender.bos(BosPolicy::Strip).bos_token("<s>");
    /// let prepared = sender.prepare("<s>[INST] Hi [/INST]", &Parameters::new(), false)?;
    /// assert!(prepared.request.body.starts_with(r#"{"inputs":"[INST] Hi [/INST]""#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn bos_token(mut self, token: impl Into<String>) -> Self {
        self.bos_token = Some(token.into());
        self
    }

    /// Whether the server's tokenizer adds BOS by itself, over what a prompt knows of it: with the feature `tokenizers`
    /// that is whether its model's tokenizer does. Supposed by [`BosPolicy::Auto`] where nothing is known.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::{BosAction, Endpoint, Parameters, Sender};
    ///
    /// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).server_adds_bos(false);
    /// let prepared = sender.prepare(&prompt, &Parameters::new(), false)?;
    /// assert_eq!(prepared.bos, BosAction::Kept { token: "<|begin_of_text|>".to_owned() });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn server_adds_bos(mut self, adds: bool) -> Self {
        self.server_adds_bos = Some(adds);
        self
    }

    /// The server's model sees images: texts are then held to the rules of prompts with images, too. Rendered prompts
    /// know it by themselves.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).sees_images(true);
    /// let error = sender.prepare("What is ![](cat.png)?", &Parameters::new(), false).unwrap_err();
    /// assert!(error.to_string().starts_with("a message holds the text ![](, which a server"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn sees_images(mut self, sees: bool) -> Self {
        self.sees_images = sees;
        self
    }

    /// What is done about `![](…)` in texts for models that see images. Default: [`Markdown::Refuse`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Markdown, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).sees_images(true);
    /// let sender = sender.markdown(Markdown::Neutralise);
    /// let prepared = sender.prepare("What is ![](cat.png)?", &Parameters::new(), false)?;
    /// assert!(prepared.request.body.starts_with(r#"{"inputs":"What is !\\[](cat.png)?""#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn markdown(mut self, markdown: Markdown) -> Self {
        self.markdown = markdown;
        self
    }

    /// The most bytes of a body that the server takes. Default: [`TGI_PAYLOAD_LIMIT`](crate::TGI_PAYLOAD_LIMIT), which holds for
    /// [`Dialect::Tgi`] only.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ErrorKind, Parameters, Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).payload_limit(1000);
    /// let error = sender.prepare(&"very ".repeat(200), &Parameters::new(), false).unwrap_err();
    /// assert_eq!(error.kind(), &ErrorKind::TooLarge);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn payload_limit(mut self, bytes: usize) -> Self {
        self.payload_limit = bytes;
        self
    }

    /// How long to wait in all while the server says that the model is loading or that it has too much to do, or cannot
    /// be connected to. Default: not at all. Where it waits, a stream is given out with its first event, in which TGI says that
    /// it has too much to do.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 0.2).start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).wait(Duration::from_secs(60));
    /// let answer = sender.generate("Once upon", &Parameters::new().max_new_tokens(2)).await?;
    /// // The first time, the server said that its model was loading.
    /// assert_eq!((answer.text.as_str(), server.requests().len()), ("A llama", 2));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.transport.wait = time;
        self
    }

    /// How long a call may take in all, with its repetitions and its answer. Default: as long as it takes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new();
    /// # let server = server.frame_pause(Duration::from_millis(50)).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).deadline(Duration::from_millis(200));
    /// let stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// // The answer would take half a second.
    /// let error = stream.into_answer().await.unwrap_err();
    /// assert!(error.to_string().contains("the time for the whole answer is over"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.transport.deadline = Some(time);
        self
    }

    /// How long connecting may take. Default: 10 seconds.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new();
    /// # let server = server.frame_pause(Duration::from_millis(50)).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).connect_timeout(Duration::from_millis(300));
    /// let stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// // The server is reached at once; its answer may take longer.
    /// assert_eq!(stream.into_answer().await?.text, "A llama in an apron reads its book and stirs.");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.transport.connect = time;
        self.transport.forget_client();
        self
    }

    /// How long the server may take until it begins to answer. Default: 10 minutes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, ErrorKind, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # use rolecall_testkit::Response;
    /// # let response = Response::new(200).delayed(Duration::from_secs(5));
    /// # let server = rolecall_testkit::FakeGeneration::new().then(response).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).first_byte_timeout(Duration::from_millis(100));
    /// let error = sender.generate("Once upon", &Parameters::new()).await.unwrap_err();
    /// assert_eq!(error.kind(), &ErrorKind::Timeout);
    /// assert!(error.to_string().contains("began no answer within 0.1 seconds"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_byte_timeout(mut self, time: Duration) -> Self {
        self.transport.first_byte = time;
        self
    }

    /// How long the server may say nothing in the middle of an answer. Default: 2 minutes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().frame_pause(Duration::from_secs(5)).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).silence_timeout(Duration::from_millis(300));
    /// let stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// let error = stream.into_answer().await.unwrap_err();
    /// assert!(error.to_string().contains("the server said nothing for 0.3 seconds"));
    /// assert_eq!(error.text_so_far(), Some("A"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn silence_timeout(mut self, time: Duration) -> Self {
        self.transport.silence = time;
        self
    }

    /// The most bytes of an answer. Default: 64 MiB.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).max_answer(50);
    /// let error = sender.generate("Once upon", &Parameters::new()).await.unwrap_err();
    /// assert!(error.to_string().contains("has more than 50 bytes"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.transport.max_answer = bytes;
        self
    }

    /// How many connections may be open at once, over the clones made after this; further calls wait for one. Where one is
    /// given back late, a call may briefly open another. Default: as many as there are calls.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).connections(1);
    /// let sender = sender.deadline(Duration::from_millis(500));
    /// let stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// let error = sender.generate("Once upon", &Parameters::new()).await.unwrap_err();
    /// assert!(error.to_string().contains("got no free connection within 0.5 seconds"));
    /// drop(stream);
    /// assert!(sender.generate("Once upon", &Parameters::new()).await.is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn connections(mut self, count: usize) -> Self {
        self.transport.limit_connections(count);
        self
    }

    /// Within [`wait`](Self::wait), repeats also what may have generated, and cost, something: timeouts, broken
    /// connections, 500, 502 and 504. Streams that began are never repeated.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # use rolecall_testkit::Response;
    /// # let response = Response::new(502).header("retry-after", "0");
    /// # let server = rolecall_testkit::FakeGeneration::new().then(response).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
    /// let sender = sender.repeat_everything(true);
    /// let answer = sender.generate("Once upon", &Parameters::new().max_new_tokens(2)).await?;
    /// // The first answer was 502.
    /// assert_eq!((answer.text.as_str(), server.requests().len()), ("A llama", 2));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn repeat_everything(mut self, repeat: bool) -> Self {
        self.transport.repeats_all = repeat;
        self
    }

    /// Is called before each pause of [`Sender::wait`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 0.2).start()?;
    /// # let address = server.url();
    /// let (pauses, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
    /// let sender = sender.on_wait(move |waiting| drop(pauses.send(waiting.pause)));
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(told.recv()?, Duration::from_millis(200));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_wait(mut self, callback: impl Fn(Waiting) + Send + Sync + 'static) -> Self {
        self.transport.on_wait = Some(Arc::new(callback));
        self
    }

    /// Is told what is done and what the server mentions.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let (notes, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let sender = sender.on_note(move |note| drop(notes.send(note.to_string())));
    /// sender.generate("Hi", &Parameters::new().max_new_tokens(2)).await?;
    /// assert_eq!(told.try_iter().last().as_deref(), Some("the server computed it with: gpu+optimized"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_note(mut self, callback: impl Fn(&Note) + Send + Sync + 'static) -> Self {
        self.transport.on_note = Some(Arc::new(callback));
        self
    }

    /// A header for every request.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).header("x-scale-up-timeout", "60")?;
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(server.requests()[0].header("x-scale-up-timeout"), Some("60"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) when it cannot be sent, or is the token's.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        let (name, value) = transport::header(name, value)?;
        self.transport.headers.insert(name, value);
        Ok(self)
    }

    /// Whether the server may answer with what it answered before: `x-use-cache: 0` says that it may not.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).use_cache(false);
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(server.requests()[0].header("x-use-cache"), Some("0"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn use_cache(self, allowed: bool) -> Self {
        self.with_static("x-use-cache", if allowed { "1" } else { "0" })
    }

    /// Asks the server to hold a request while the model loads, from the first one on: `x-wait-for-model: 1`.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).wait_for_model();
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(server.requests()[0].header("x-wait-for-model"), Some("1"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wait_for_model(self) -> Self {
        self.with_static("x-wait-for-model", "1")
    }

    /// The organisation that pays: `X-HF-Bill-To`.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).bill_to("my-org")?;
    /// sender.generate("Once upon", &Parameters::new()).await?;
    /// assert_eq!(server.requests()[0].header("x-hf-bill-to"), Some("my-org"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) when the name cannot be sent.
    pub fn bill_to(self, organisation: &str) -> Result<Self> {
        self.header("x-hf-bill-to", organisation)
    }

    fn with_static(mut self, name: &'static str, value: &'static str) -> Self {
        self.transport.headers.insert(name, reqwest::header::HeaderValue::from_static(value));
        self
    }
}
