//! The same for programs without an async runtime. May be called from async code, too: the work runs on a
//! thread of its own.

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

/// The settings of [`crate::Sender`], by the same names.
macro_rules! settings {
    ($($name:ident($argument:ident: $type:ty);)*) => {$(
        #[doc = concat!("As [`crate::Sender::", stringify!($name), "`].")]
        #[must_use]
        pub fn $name(self, $argument: $type) -> Self {
            Self(self.0.$name($argument))
        }
    )*};
}

impl Sender {
    /// A sender without a token that waits for nothing.
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Sender::new(endpoint))
    }

    settings! {
        bos(policy: BosPolicy);
        bos_token(token: impl Into<String>);
        connect_timeout(time: Duration);
        connections(count: usize);
        deadline(time: Duration);
        dialect(dialect: Dialect);
        first_byte_timeout(time: Duration);
        markdown(markdown: Markdown);
        max_answer(bytes: usize);
        on_note(callback: impl Fn(&Note) + Send + Sync + 'static);
        on_wait(callback: impl Fn(Waiting) + Send + Sync + 'static);
        payload_limit(bytes: usize);
        repeat_everything(repeat: bool);
        sees_images(sees: bool);
        server_adds_bos(adds: bool);
        silence_timeout(time: Duration);
        token(token: Token);
        use_cache(allowed: bool);
        wait(time: Duration);
    }

    /// As [`crate::Sender::wait_for_model`].
    #[must_use]
    pub fn wait_for_model(self) -> Self {
        Self(self.0.wait_for_model())
    }

    /// As [`crate::Sender::header`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn header(self, name: &str, value: &str) -> Result<Self> {
        self.0.header(name, value).map(Self)
    }

    /// As [`crate::Sender::bill_to`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn bill_to(self, organisation: &str) -> Result<Self> {
        self.0.bill_to(organisation).map(Self)
    }

    /// Where it sends.
    pub fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
    }

    /// As [`crate::Sender::prepare`].
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
    /// # Errors
    ///
    /// As there.
    pub fn models(&self) -> Result<Vec<String>> {
        let sender = self.0.clone();
        run(async move { sender.models().await })
    }

    /// As [`crate::Sender::generate`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate<I: Input + ?Sized>(&self, input: &I, parameters: &Parameters) -> Result<Generation> {
        self.send(self.0.prepare(input, parameters, false)?)
    }

    /// As [`crate::Sender::generate_stream`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate_stream<I: Input + ?Sized>(&self, input: &I, parameters: &Parameters) -> Result<Events> {
        self.send_stream(self.0.prepare(input, parameters, true)?)
    }

    /// As [`crate::Sender::chat_completion`].
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
    /// # Errors
    ///
    /// As there.
    pub fn send(&self, prepared: Prepared) -> Result<Generation> {
        let sender = self.0.clone();
        run(async move { sender.send(prepared).await })
    }

    /// As [`crate::Sender::send_stream`].
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
    /// # Errors
    ///
    /// As there.
    pub fn text_to_image(&self, prompt: &str, parameters: &ImageParameters) -> Result<GeneratedMedia> {
        let (sender, prompt, parameters) = (self.0.clone(), prompt.to_owned(), parameters.clone());
        run(async move { sender.text_to_image(&prompt, &parameters).await })
    }

    /// As [`crate::Sender::text_to_speech`].
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
    /// # Errors
    ///
    /// As there.
    pub fn info(&self) -> Result<Info> {
        let sender = self.0.clone();
        run(async move { sender.info().await })
    }

    /// As [`crate::Sender::health`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn health(&self) -> Result<bool> {
        let sender = self.0.clone();
        run(async move { sender.health().await })
    }

    /// As [`crate::Sender::status`].
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
#[derive(Debug, Clone)]
pub struct Hub(crate::Hub);

impl Hub {
    /// As [`crate::Hub::new`].
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Hub::new(endpoint))
    }

    /// As [`crate::Hub::from_environment`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_environment(environment: &rolecall::Environment) -> Result<Self> {
        crate::Hub::from_environment(environment).map(Self)
    }

    /// As [`crate::Hub::token`].
    #[must_use]
    pub fn token(self, token: Token, source: impl Into<String>) -> Self {
        Self(self.0.token(token, source))
    }

    /// As [`crate::Hub::whoami`].
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
    /// # Errors
    ///
    /// As there.
    pub fn deployed(&self, provider: &str) -> Result<Vec<crate::DeployedModel>> {
        let (hub, provider) = (self.0.clone(), provider.to_owned());
        run(async move { hub.deployed(&provider).await })
    }

    /// As [`crate::Hub::providers`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn providers(&self, model: &str) -> Result<Vec<crate::ProviderMapping>> {
        let (hub, model) = (self.0.clone(), model.to_owned());
        run(async move { hub.providers(&model).await })
    }
}
