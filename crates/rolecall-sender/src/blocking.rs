//! The same for programs without an async runtime. May be called from async code, too: the work runs on a
//! thread of its own.
//!
//! ```
//! use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
//!
//! # let server = rolecall_testkit::FakeGeneration::new().start()?;
//! # let address = server.url();
//! let sender = Sender::new(Endpoint::parse(&address)?);
//! let parameters = Parameters::new().max_new_tokens(3);
//! assert_eq!(sender.generate("Once upon", &parameters)?.text, "A llama in");
//! let runtime = tokio::runtime::Runtime::new()?;
//! let answer = runtime.block_on(async { sender.generate("Once upon", &parameters) })?;
//! assert_eq!(answer.text, "A llama in");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use rolecall::Token;
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot};

use crate::{
    BosPolicy, Dialect, Endpoint, Error, ErrorKind, Event, GeneratedMedia, Generation, ImageParameters, Info,
    Input, Markdown, Note, Parameters, Prepared, Result, SpeechParameters, Status, Waiting,
};

/// Sends prompts to one endpoint, and waits for the answer.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let answer = sender.generate("Once upon", &Parameters::new().max_new_tokens(2))?;
/// assert_eq!(answer.text, "A llama");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sender(crate::Sender);

/// The settings of [`crate::Sender`], by the same names; and of their examples the value, how the server is made if
/// not as always, and what is seen.
macro_rules! settings {
    ($(
        $name:ident($argument:ident: $type:ty) $value:expr $(, at $server:literal)? => { $($seen:stmt;)+ }
    )*) => {$(
        #[doc = concat!("As [`crate::Sender::", stringify!($name), "`].")]
        ///
        /// ```
        /// # use std::time::Duration;
        /// # use rolecall::{Message, Model, Options, Token};
        /// # use rolecall_sender::{*, blocking::Sender};
        /// # use rolecall_testkit::{FakeGeneration, Response};
        #[doc = concat!("# let server = FakeGeneration::new()", $($server,)? ".start()?;")]
        /// # let address = server.url();
        /// let sender = Sender::new(Endpoint::parse(&address)?);
        #[doc = concat!("let sender = sender.", stringify!($name), "(", stringify!($value), ");")]
        $(#[doc = concat!(stringify!($seen), ";")])+
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[must_use]
        pub fn $name(self, $argument: $type) -> Self {
            Self(self.0.$name($argument))
        }
    )*};
}

impl Sender {
    /// A sender without a token that waits for nothing.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let prepared = sender.prepare("Once upon", &Parameters::new(), false)?;
    /// assert_eq!(prepared.request.url.as_str(), "http://127.0.0.1:8080/generate");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Sender::new(endpoint))
    }

    settings! {
        bos(policy: BosPolicy) BosPolicy::Strip => {
            let sender = sender.bos_token("<s>");
            let prepared = sender.prepare("<s>Hi", &Parameters::new(), false)?;
            assert_eq!(prepared.bos, BosAction::Stripped { token: "<s>".to_owned() });
        }
        bos_token(token: impl Into<String>) "<s>" => {
            let prepared = sender.prepare("<s>Hi", &Parameters::new(), false)?;
            assert_eq!(prepared.bos.to_string(), "left <s> in front of the prompt");
        }
        connect_timeout(time: Duration) Duration::from_secs(2) => {
            let answer = sender.generate("Hi", &Parameters::new().max_new_tokens(2))?;
            assert_eq!(answer.text, "A llama");
        }
        connections(count: usize) 1, at ".frame_pause(Duration::from_millis(200))" => {
            let stream = sender.generate_stream("Hi", &Parameters::new())?;
            let sender = sender.deadline(Duration::from_millis(300));
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert!(error.to_string().contains("got no free connection"));
        }
        deadline(time: Duration) Duration::from_millis(200),
            at ".frame_pause(Duration::from_millis(50))" => {
            let end = sender.generate_stream("Hi", &Parameters::new())?.last();
            let error = end.transpose().unwrap_err();
            assert!(error.to_string().contains("the time for the whole answer"));
        }
        dialect(dialect: Dialect) Dialect::SgLang => {
            let prepared = sender.prepare("Hi", &Parameters::new(), false)?;
            assert!(prepared.request.body.starts_with(r#"{"text":"Hi""#));
        }
        first_byte_timeout(time: Duration) Duration::from_millis(100),
            at ".then(Response::new(200).delayed(Duration::from_secs(5)))" => {
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Timeout);
        }
        markdown(markdown: Markdown) Markdown::Neutralise => {
            let sender = sender.sees_images(true);
            let prepared = sender.prepare("![](x)", &Parameters::new(), false)?;
            assert!(prepared.request.body.contains(r"!\\[](x)"));
        }
        max_answer(bytes: usize) 50 => {
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Protocol);
        }
        payload_limit(bytes: usize) 1000 => {
            let long = "very ".repeat(200);
            let error = sender.generate(&long, &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::TooLarge);
        }
        repeat_everything(repeat: bool) true,
            at r#".then(Response::new(500).header("retry-after", "0"))"# => {
            let sender = sender.wait(Duration::from_secs(60));
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests().len(), 2);
        }
        sees_images(sees: bool) true => {
            let typed = "What is ![](cat.png)?";
            let error = sender.generate(typed, &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Parameter);
        }
        server_adds_bos(adds: bool) false => {
            let (model, messages) = (Model::builtin("llama-3")?, [Message::user("Hi")]);
            let prompt = model.apply_chat_template(&messages, &Options::new())?;
            let action = sender.prepare(&prompt, &Parameters::new(), false)?.bos;
            assert!(action.to_string().starts_with("left <|begin_of_text|>"));
        }
        silence_timeout(time: Duration) Duration::from_millis(300),
            at ".frame_pause(Duration::from_secs(5))" => {
            let end = sender.generate_stream("Hi", &Parameters::new())?.last();
            assert_eq!(end.transpose().unwrap_err().text_so_far(), Some("A"));
        }
        token(token: Token) Token::new("hf_me"), at r#".require_token("hf_me")"# => {
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests()[0].bearer(), Some("hf_me"));
        }
        use_cache(allowed: bool) false => {
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests()[0].header("x-use-cache"), Some("0"));
        }
        wait(time: Duration) Duration::from_secs(60), at ".loading(1, 0.2)" => {
            let answer = sender.generate("Hi", &Parameters::new().max_new_tokens(2))?;
            assert_eq!((answer.text.as_str(), server.requests().len()), ("A llama", 2));
        }
    }

    /// As [`crate::Sender::on_note`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let (notes, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let sender = sender.on_note(move |note| drop(notes.send(note.to_string())));
    /// sender.generate("Hi", &Parameters::new())?;
    /// assert_eq!(told.recv()?, "BOS: the prompt goes as it is: it does not begin with a BOS token");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_note(self, callback: impl Fn(&Note) + Send + Sync + 'static) -> Self {
        Self(self.0.on_note(callback))
    }

    /// As [`crate::Sender::on_wait`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 0.2).start()?;
    /// # let address = server.url();
    /// let (waits, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
    /// sender.on_wait(move |waiting| drop(waits.send(waiting.reason))).generate("Hi", &Parameters::new())?;
    /// assert_eq!(told.recv()?, "Model rolecall/fake is currently loading");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_wait(self, callback: impl Fn(Waiting) + Send + Sync + 'static) -> Self {
        Self(self.0.on_wait(callback))
    }

    /// As [`crate::Sender::wait_for_model`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).wait_for_model();
    /// sender.generate("Once upon", &Parameters::new())?;
    /// assert_eq!(server.requests()[0].header("x-wait-for-model"), Some("1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wait_for_model(self) -> Self {
        Self(self.0.wait_for_model())
    }

    /// As [`crate::Sender::header`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let error = sender.header("Authorization", "Bearer hf_me").unwrap_err();
    /// assert_eq!(error.to_string(), "a token is no ordinary header. Give it as the token.");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn header(self, name: &str, value: &str) -> Result<Self> {
        self.0.header(name, value).map(Self)
    }

    /// As [`crate::Sender::bill_to`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).bill_to("my-org")?;
    /// sender.generate("Once upon", &Parameters::new())?;
    /// assert_eq!(server.requests()[0].header("x-hf-bill-to"), Some("my-org"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn bill_to(self, organisation: &str) -> Result<Self> {
        self.0.bill_to(organisation).map(Self)
    }

    /// Where it sends.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Sender};
    /// let sender = Sender::new(Endpoint::hugging_face().provider("together").model("org/name"));
    /// assert_eq!(sender.endpoint().provider_name(), Some("together"));
    /// ```
    pub fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
    }

    /// As [`crate::Sender::prepare`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let request = sender.prepare("Once upon", &Parameters::new(), true)?.request;
    /// assert_eq!((request.method, request.url.path()), ("POST", "/generate_stream"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn prepare<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
        stream: bool,
    ) -> Result<Prepared> {
        self.0.prepare(input, parameters, stream)
    }

    /// As [`crate::Sender::prepare_chat`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let error = sender.prepare_chat("Hi", &Parameters::new(), false).unwrap_err();
    /// assert!(error.to_string().starts_with("a conversation is a list of messages"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn prepare_chat<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
        stream: bool,
    ) -> Result<Prepared> {
        self.0.prepare_chat(messages, parameters, stream)
    }

    /// As [`crate::Sender::models`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// assert_eq!(sender.models()?, ["rolecall/fake"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn models(&self) -> Result<Vec<String>> {
        let sender = self.0.clone();
        run(async move { sender.models().await })
    }

    /// As [`crate::Sender::generate`].
    ///
    /// ```
    /// # use rolecall::{Message, Model, Options};
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let answer = sender.generate(&prompt, &Parameters::new().max_new_tokens(2).details(true))?;
    /// assert_eq!((answer.text.as_str(), answer.finish_reason.as_deref()), ("A llama", Some("length")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate<I: Input + ?Sized>(&self, input: &I, parameters: &Parameters) -> Result<Generation> {
        self.send(self.0.prepare(input, parameters, false)?)
    }

    /// As [`crate::Sender::generate_stream`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Event, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut events = sender.generate_stream("Once upon", &Parameters::new())?;
    /// assert_eq!(events.next().transpose()?, Some(Event::Token { text: "A".to_owned() }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate_stream<I: Input + ?Sized>(&self, input: &I, parameters: &Parameters) -> Result<Events> {
        self.send_stream(self.0.prepare(input, parameters, true)?)
    }

    /// As [`crate::Sender::chat_completion`].
    ///
    /// ```
    /// # use rolecall::Message;
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let messages = [Message::system("Be brief."), Message::user("Who cooks?")];
    /// assert_eq!(sender.chat_completion(&messages, &Parameters::new().max_new_tokens(2))?.text, "A llama");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn chat_completion<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
    ) -> Result<Generation> {
        self.send(self.0.prepare_chat(messages, parameters, false)?)
    }

    /// As [`crate::Sender::chat_completion_stream`].
    ///
    /// ```
    /// # use rolecall::Message;
    /// # use rolecall_sender::{Endpoint, Event, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let messages = [Message::user("Who cooks?")];
    /// let end = sender.chat_completion_stream(&messages, &Parameters::new().max_new_tokens(2))?.last();
    /// assert!(matches!(end.transpose()?, Some(Event::End(answer)) if answer.text == "A llama"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn chat_completion_stream<M: Serialize + ?Sized>(
        &self,
        messages: &M,
        parameters: &Parameters,
    ) -> Result<Events> {
        self.send_stream(self.0.prepare_chat(messages, parameters, true)?)
    }

    /// As [`crate::Sender::send`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?);
    /// let mut prepared = sender.prepare("Once upon", &Parameters::new().max_new_tokens(1), false)?;
    /// prepared.request.headers.push(("x-request-id", "42".to_owned()));
    /// assert_eq!(sender.send(prepared)?.text, "A");
    /// assert_eq!(server.requests()[0].header("x-request-id"), Some("42"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send(&self, prepared: Prepared) -> Result<Generation> {
        let sender = self.0.clone();
        run(async move { sender.send(prepared).await })
    }

    /// As [`crate::Sender::send_stream`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let prepared = sender.prepare("Once upon", &Parameters::new().max_new_tokens(2), true)?;
    /// // Two tokens and the end.
    /// assert_eq!(sender.send_stream(prepared)?.count(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_stream(&self, prepared: Prepared) -> Result<Events> {
        let mut events = self.begin_stream(prepared)?;
        // What goes wrong before the first piece is the call's own failure.
        match events.receive() {
            Some(Err(error)) => Err(error),
            first => {
                events.first = first;
                Ok(events)
            }
        }
    }

    /// Sends what was prepared for a stream, and does not wait for the server: what goes wrong before the answer begins
    /// is an event, too. For callers who want to give up in the meantime, with [`Events::next_within`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ErrorKind, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().require_token("hf_me").start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let prepared = sender.prepare("Once upon", &Parameters::new(), true)?;
    /// let mut events = sender.begin_stream(prepared)?;
    /// let error = events.next().transpose().unwrap_err();
    /// assert_eq!(error.kind(), &ErrorKind::Unauthorised);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When no thread can be had for the connections.
    pub fn begin_stream(&self, prepared: Prepared) -> Result<Events> {
        let sender = self.0.clone();
        let (to_caller, receiver) = mpsc::channel(64);
        handle()?.spawn(async move {
            let forwarded = forward(&sender, prepared, &to_caller);
            tokio::select! {
                () = forwarded => {}
                // The caller lost interest: the connection ends here.
                () = to_caller.closed() => {}
            }
        });
        Ok(Events { receiver: Some(receiver), first: None })
    }

    /// As [`crate::Sender::text_to_image`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ImageParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().image_model("org/name").start()?;
    /// # let router = Endpoint::parse(&server.url())?;
    /// let sender = Sender::new(router.provider("hf-inference").model("org/name"));
    /// let image = sender.text_to_image("A llama that cooks", &ImageParameters::new().seed(42))?;
    /// assert_eq!(image.dimensions(), Some((64, 48)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn text_to_image(&self, prompt: &str, parameters: &ImageParameters) -> Result<GeneratedMedia> {
        let (sender, prompt, parameters) = (self.0.clone(), prompt.to_owned(), parameters.clone());
        run(async move { sender.text_to_image(&prompt, &parameters).await })
    }

    /// As [`crate::Sender::text_to_speech`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, MediaFormat, SpeechParameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().speech_model("org/name").start()?;
    /// # let router = Endpoint::parse(&server.url())?;
    /// let sender = Sender::new(router.provider("hf-inference").model("org/name"));
    /// let sound = sender.text_to_speech("There once was a llama", &SpeechParameters::new())?;
    /// assert_eq!(sound.format(), Some(MediaFormat::Wav));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn text_to_speech(&self, text: &str, parameters: &SpeechParameters) -> Result<GeneratedMedia> {
        let (sender, text, parameters) = (self.0.clone(), text.to_owned(), parameters.clone());
        run(async move { sender.text_to_speech(&text, &parameters).await })
    }

    /// As [`crate::Sender::info`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let info = Sender::new(Endpoint::parse(&address)?).info()?;
    /// assert_eq!((info.max_best_of, info.max_stop_sequences), (Some(2), Some(4)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn info(&self) -> Result<Info> {
        let sender = self.0.clone();
        run(async move { sender.info().await })
    }

    /// As [`crate::Sender::health`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// assert!(Sender::new(Endpoint::parse(&address)?).health()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn health(&self) -> Result<bool> {
        let sender = self.0.clone();
        run(async move { sender.health().await })
    }

    /// As [`crate::Sender::status`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ErrorKind, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// assert_eq!(sender.status()?.models, ["rolecall/fake"]);
    /// drop(server);
    /// assert_eq!(sender.status()?.health.unwrap_err().kind(), &ErrorKind::Connection);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status(&self) -> Result<Status> {
        let sender = self.0.clone();
        run(async move { Ok(sender.status().await) })
    }
}

/// Passes the stream on, until it ends.
async fn forward(sender: &crate::Sender, prepared: Prepared, to_caller: &mpsc::Sender<Result<Event>>) {
    let mut stream = match sender.send_stream(prepared).await {
        Ok(stream) => stream,
        Err(error) => return drop(to_caller.send(Err(error)).await),
    };
    while let Some(event) = stream.next().await {
        if to_caller.send(event).await.is_err() {
            return;
        }
    }
}

/// Does the work on the runtime's thread, and waits for it.
pub(crate) fn run<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let (done, result) = oneshot::channel();
    handle()?.spawn(async move {
        // Nobody waits any more if the caller's thread is gone.
        let _ = done.send(work.await);
    });
    wait(result)
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Connection, "the thread of the request broke off")))
}

/// The runtime of all blocking senders, on a thread of its own: connections outlive the calls.
fn handle() -> Result<&'static Handle> {
    static HANDLE: OnceLock<Result<Handle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Connection, format!("cannot set up connections: {error}"))
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let work = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name("rolecall-sender".to_owned()).spawn(work).map_err(failed)?;
        Ok(handle)
    });
    handle.as_ref().map_err(Clone::clone)
}

/// Waits for a future on this thread. A runtime's own way of waiting panics inside of async code.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = wait_until(future.as_mut(), None) {
            return output;
        }
    }
}

/// The same, up to a moment.
fn wait_until<F: Future>(mut future: Pin<&mut F>, end: Option<Instant>) -> Poll<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Poll::Ready(output);
        }
        match end.map(|end| end.saturating_duration_since(Instant::now())) {
            None => thread::park(),
            Some(Duration::ZERO) => return Poll::Pending,
            Some(left) => thread::park_timeout(left),
        }
    }
}

/// The pieces of an answer as they come. Dropping it ends the generation.
///
/// ```
/// use rolecall_sender::{Endpoint, Event, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// for event in sender.generate_stream("Once upon", &Parameters::new())? {
///     if let Event::Token { text } = event? {
///         print!("{text}");
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Events {
    receiver: Option<mpsc::Receiver<Result<Event>>>,
    first: Option<Result<Event>>,
}

impl Events {
    fn receive(&mut self) -> Option<Result<Event>> {
        let event = wait(self.receiver.as_mut()?.recv());
        self.received(event)
    }

    fn received(&mut self, event: Option<Result<Event>>) -> Option<Result<Event>> {
        if matches!(event, None | Some(Err(_) | Ok(Event::End(_)))) {
            self.receiver = None;
        }
        event
    }

    /// The next piece, if it comes within this time: [`Poll::Pending`] if not, and the next call waits on.
    ///
    /// ```
    /// # use std::{task::Poll, time::Duration};
    /// # use rolecall_sender::{Endpoint, Event, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().frame_pause(Duration::from_secs(5)).start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut events = sender.generate_stream("Once upon", &Parameters::new())?;
    /// let first = events.next_within(Duration::from_secs(60));
    /// assert!(matches!(first, Poll::Ready(Some(Ok(Event::Token { text }))) if text == "A"));
    /// // The server pauses after each token.
    /// assert!(events.next_within(Duration::from_millis(50)).is_pending());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_within(&mut self, time: Duration) -> Poll<Option<Result<Event>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(first));
        }
        let Some(receiver) = &mut self.receiver else { return Poll::Ready(None) };
        let end = Instant::now().checked_add(time);
        let event = wait_until(pin!(receiver.recv()), end);
        event.map(|event| self.received(event))
    }
}

impl Iterator for Events {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.receive())
    }
}

/// Asks the Hub, and waits for the answer.
///
/// ```
/// use rolecall::Token;
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let server = rolecall_testkit::FakeHub::new().start()?;
/// # let address = server.url();
/// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "the settings");
/// assert_eq!(hub.whoami()?.full_name.as_deref(), Some("Somebody"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hub(crate::Hub);

impl Hub {
    /// As [`crate::Hub::new`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ErrorKind, blocking::Hub};
    /// let hub = Hub::new(Endpoint::parse("https://huggingface.co")?);
    /// // Without a token there is nobody to ask about.
    /// assert_eq!(hub.whoami().unwrap_err().kind(), &ErrorKind::Unauthorised);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Hub::new(endpoint))
    }

    /// As [`crate::Hub::from_environment`].
    ///
    /// ```
    /// # use rolecall::Environment;
    /// # use rolecall_sender::blocking::Hub;
    /// # let server = rolecall_testkit::FakeHub::new().start()?;
    /// # let address = server.url();
    /// // Of a program it is `Environment::from_process()`.
    /// let environment = Environment::from_lookup(move |name| match name {
    ///     "HF_ENDPOINT" => Some(address.clone()),
    ///     "HF_TOKEN" => Some("hf_me".to_owned()),
    ///     _ => None,
    /// });
    /// assert_eq!(Hub::from_environment(&environment)?.whoami()?.name, "somebody");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_environment(environment: &rolecall::Environment) -> Result<Self> {
        crate::Hub::from_environment(environment).map(Self)
    }

    /// As [`crate::Hub::token`].
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new().refuse_token("hf_old").start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_old"), "--token");
    /// let error = hub.whoami().unwrap_err();
    /// assert!(error.to_string().starts_with("the Hub does not know the token from --token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(self, token: Token, source: impl Into<String>) -> Self {
        Self(self.0.token(token, source))
    }

    /// As [`crate::Hub::whoami`].
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new().start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "--token");
    /// assert_eq!(hub.whoami()?.token_name.as_deref(), Some("test"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn whoami(&self) -> Result<crate::Identity> {
        let hub = self.0.clone();
        run(async move { hub.whoami().await })
    }

    /// As [`crate::Hub::deployed`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("hf-inference", "org/painter", "text-to-image").start()?;
    /// # let address = server.url();
    /// let models = Hub::new(Endpoint::parse(&address)?).deployed("hf-inference")?;
    /// assert_eq!((models.len(), models[0].id.as_str()), (1, "org/painter"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn deployed(&self, provider: &str) -> Result<Vec<crate::DeployedModel>> {
        let (hub, provider) = (self.0.clone(), provider.to_owned());
        run(async move { hub.deployed(&provider).await })
    }

    /// As [`crate::Hub::providers`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("together", "org/name", "text-generation").start()?;
    /// # let address = server.url();
    /// let providers = Hub::new(Endpoint::parse(&address)?).providers("org/name")?;
    /// assert_eq!(providers[0].provider, "together");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn providers(&self, model: &str) -> Result<Vec<crate::ProviderMapping>> {
        let (hub, model) = (self.0.clone(), model.to_owned());
        run(async move { hub.providers(&model).await })
    }
}
