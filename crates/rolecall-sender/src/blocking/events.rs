//! The pieces of an answer.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::runtime::{wait, wait_until};
use crate::{Event, Result};

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
    pub(super) receiver: Option<mpsc::Receiver<Result<Event>>>,
    pub(super) first: Option<Result<Event>>,
}

impl Events {
    pub(super) fn receive(&mut self) -> Option<Result<Event>> {
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
