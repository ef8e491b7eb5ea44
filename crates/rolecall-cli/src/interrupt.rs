//! Ctrl-C: while an answer comes, it ends the answer, else the program.

use std::process;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use rolecall_sender::blocking::Events;
use rolecall_sender::{Event, Generation, Result};

use crate::failure::{Failure, Outcome};

/// How long nobody looks whether the answer is still wanted.
const BLINK: Duration = Duration::from_millis(50);

/// The exit code of a program that Ctrl-C ended, as shells count it.
const INTERRUPTED: i32 = 130;

/// Why an answer ended that was interrupted.
const STOPPED: &str = "interrupted";

const IDLE: u8 = 0;
const ANSWERING: u8 = 1;
const STOPPING: u8 = 2;

/// What Ctrl-C finds. There is one, as there is one keyboard.
static STATE: AtomicU8 = AtomicU8::new(IDLE);

/// Listens for Ctrl-C from now on.
pub(crate) fn listen() -> Outcome {
    ctrlc::set_handler(|| {
        // The second one, too, ends the program: an answer may not end at once.
        if STATE.compare_exchange(ANSWERING, STOPPING, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            process::exit(INTERRUPTED);
        }
    })
    .map_err(|error| Failure::Job(format!("cannot listen for Ctrl-C: {error}")))
}

/// An answer as it comes, or as far as it came until Ctrl-C.
pub(crate) struct Interruptible {
    events: Option<Events>,
    so_far: Generation,
}

impl Interruptible {
    pub(crate) fn new(events: Events) -> Self {
        STATE.store(ANSWERING, Ordering::SeqCst);
        Self { events: Some(events), so_far: Generation::default() }
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        STATE.store(IDLE, Ordering::SeqCst);
    }
}

impl Iterator for Interruptible {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let events = self.events.as_mut()?;
            if STATE.load(Ordering::SeqCst) == STOPPING {
                // That ends the connection, and with it the generation.
                self.events = None;
                self.so_far.finish_reason = Some(STOPPED.to_owned());
                return Some(Ok(Event::End(std::mem::take(&mut self.so_far))));
            }
            let Poll::Ready(event) = events.next_within(BLINK) else { continue };
            match &event {
                Some(Ok(Event::Token { text })) => self.so_far.text.push_str(text),
                Some(Ok(Event::Reasoning { text })) => {
                    self.so_far.reasoning.get_or_insert_default().push_str(text);
                }
                _ => {}
            }
            return event;
        }
    }
}

/// Whether an answer was interrupted.
pub(crate) fn was_stopped(answer: &Generation) -> bool {
    answer.finish_reason.as_deref() == Some(STOPPED)
}

#[cfg(test)]
mod tests {
    use rolecall_sender::blocking::Sender;
    use rolecall_sender::{Endpoint, Parameters};
    use rolecall_testkit::FakeGeneration;

    use super::*;

    #[test]
    fn an_answer_ends_where_it_is_interrupted() {
        let server = FakeGeneration::new().frame_pause(Duration::from_secs(1)).start().expect("a port");
        let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address"));
        let prepared = || sender.prepare("hi", &Parameters::new(), true).expect("a request");

        let mut events = Interruptible::new(sender.begin_stream(prepared()).expect("begins"));
        let first = events.next().expect("a piece").expect("a token");
        assert!(matches!(&first, Event::Token { text } if text == "A"), "{first:?}");
        STATE.store(STOPPING, Ordering::SeqCst);
        let last = events.next().expect("an end").expect("no error");
        assert!(matches!(&last, Event::End(answer) if answer.text == "A" && was_stopped(answer)), "{last:?}");
        assert!(events.next().is_none());
        drop(events);
        assert_eq!(STATE.load(Ordering::SeqCst), IDLE);

        let url = server.url();
        drop(server);
        let nobody = Sender::new(Endpoint::parse(&url).expect("an address"));
        let mut events = Interruptible::new(nobody.begin_stream(prepared()).expect("begins"));
        assert!(events.next().expect("an end").is_err(), "what goes wrong is told");
        assert!(events.next().is_none());
    }
}
