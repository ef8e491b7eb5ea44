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

mod events;
mod hub;
mod runtime;
mod settings;

use serde::Serialize;
use tokio::sync::mpsc;

use crate::{
    Endpoint, Event, GeneratedMedia, Generation, ImageParameters, Info, Input, Parameters, Prepared, Result,
    SpeechParameters, Status,
};

pub use events::Events;
pub use hub::Hub;
use runtime::handle;
pub(crate) use runtime::run;

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
