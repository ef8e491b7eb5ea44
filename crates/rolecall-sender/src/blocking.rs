//! The same for programs without an async runtime. May be called from async code, too: the work runs on a
//! thread of its own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rolecall::Token;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::tgi::{Event, Generation};
use crate::{Endpoint, Error, ErrorKind, Input, Parameters, Result, Waiting};

/// Sends prompts to one endpoint, and waits for the answer.
#[derive(Debug, Clone)]
pub struct Sender(crate::Sender);

impl Sender {
    /// A sender without a token that waits for nothing.
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Sender::new(endpoint))
    }

    /// As [`crate::Sender::token`].
    #[must_use]
    pub fn token(self, token: Token) -> Self {
        Self(self.0.token(token))
    }

    /// As [`crate::Sender::wait`].
    #[must_use]
    pub fn wait(self, time: Duration) -> Self {
        Self(self.0.wait(time))
    }

    /// As [`crate::Sender::on_wait`].
    #[must_use]
    pub fn on_wait(self, callback: impl Fn(Waiting) + Send + Sync + 'static) -> Self {
        Self(self.0.on_wait(callback))
    }

    /// As [`crate::Sender::generate`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate<I: Input + Sync + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
    ) -> Result<Generation> {
        thread::scope(|scope| {
            let work = || runtime()?.block_on(self.0.generate(input, parameters));
            scope.spawn(work).join().unwrap_or_else(|_| Err(broken()))
        })
    }

    /// As [`crate::Sender::generate_stream`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn generate_stream<I: Input + ?Sized>(&self, input: &I, parameters: &Parameters) -> Result<Events> {
        let text = input.wire_text()?.to_owned();
        let (sender, parameters) = (self.0.clone(), parameters.clone());
        let (to_caller, events) = mpsc::sync_channel(64);
        let (alive, dropped) = oneshot::channel::<()>();
        let work = move || {
            let runtime = match runtime() {
                Ok(runtime) => runtime,
                Err(error) => return drop(to_caller.send(Err(error))),
            };
            runtime.block_on(async {
                tokio::select! {
                    () = forward(&sender, &text, &parameters, &to_caller) => {}
                    // The caller lost interest: the connection ends here.
                    _ = dropped => {}
                }
            });
        };
        let thread = thread::Builder::new().name("rolecall-sender".to_owned());
        thread.spawn(work).map_err(|error| {
            Error::new(ErrorKind::Connection, format!("cannot start a thread for the stream: {error}"))
        })?;
        let mut events = Events { receiver: Some(events), first: None, _alive: alive };
        // What goes wrong before the first piece is the call's own failure.
        match events.receive() {
            Some(Err(error)) => Err(error),
            first => {
                events.first = first;
                Ok(events)
            }
        }
    }
}

/// Passes the stream on, until it ends or nobody listens.
async fn forward(
    sender: &crate::Sender,
    text: &str,
    parameters: &Parameters,
    to_caller: &mpsc::SyncSender<Result<Event>>,
) {
    let mut stream = match sender.generate_stream(text, parameters).await {
        Ok(stream) => stream,
        Err(error) => return drop(to_caller.send(Err(error))),
    };
    while let Some(event) = stream.next().await {
        if to_caller.send(event).is_err() {
            return;
        }
    }
}

fn runtime() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Connection, format!("cannot set up connections: {error}")))
}

fn broken() -> Error {
    Error::new(ErrorKind::Connection, "the thread of the request broke off")
}

/// The pieces of an answer as they come. Dropping it ends the generation.
#[derive(Debug)]
pub struct Events {
    receiver: Option<mpsc::Receiver<Result<Event>>>,
    first: Option<Result<Event>>,
    /// Its end tells the thread to stop.
    _alive: oneshot::Sender<()>,
}

impl Events {
    fn receive(&mut self) -> Option<Result<Event>> {
        let event = self.receiver.as_ref()?.recv().ok();
        if !matches!(event, Some(Ok(Event::Token { .. }))) {
            self.receiver = None;
        }
        event
    }
}

impl Iterator for Events {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.receive())
    }
}
