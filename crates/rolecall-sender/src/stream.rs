//! An answer that comes piece by piece.

use std::collections::VecDeque;
use std::fmt;

use crate::sse::Reader;
use crate::transport::{Interruption, Reply};
use crate::{Event, Frames, Generation, Result};

/// An answer that comes piece by piece. Dropping it ends the connection, and with it the generation.
pub struct TokenStream {
    reply: Option<Reply>,
    reader: Reader,
    frames: Frames,
    ready: VecDeque<Result<Event>>,
    max_bytes: usize,
    received: usize,
}

impl TokenStream {
    pub(crate) fn new(reply: Reply, frames: Frames, max_bytes: usize) -> Self {
        Self {
            reply: Some(reply),
            reader: Reader::default(),
            frames,
            ready: VecDeque::new(),
            max_bytes,
            received: 0,
        }
    }

    /// An answer that a server gave as a whole.
    pub(crate) fn whole(answer: Generation, frames: Frames) -> Self {
        let mut ready = VecDeque::new();
        if !answer.text.is_empty() {
            ready.push_back(Ok(Event::Token { text: answer.text.clone() }));
        }
        ready.push_back(Ok(Event::End(answer)));
        Self { reply: None, reader: Reader::default(), frames, ready, max_bytes: 0, received: 0 }
    }

    /// The next piece; `None` after [`Event::End`] or an error.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                if event.is_err() {
                    self.reply = None;
                    self.ready.clear();
                } else if matches!(event, Ok(Event::End(_))) {
                    self.ready.clear();
                    if let Some(reply) = self.reply.take() {
                        reply.drain().await;
                    }
                }
                return Some(event);
            }
            let reply = self.reply.as_mut()?;
            let events = match reply.chunk().await {
                Ok(Some(bytes)) => {
                    self.received += bytes.len();
                    if self.received > self.max_bytes {
                        self.frames.interrupted("the stream is longer than any real answer")
                    } else {
                        self.read(&bytes)
                    }
                }
                Ok(None) => self.finish(),
                Err(interruption) => {
                    let ended = self.frames.interrupted(&reason(&interruption));
                    self.hidden(ended)
                }
            };
            // An error comes after what is good before it.
            match events {
                Ok(events) => self.ready.extend(events.into_iter().map(Ok)),
                Err(error) => self.ready.push_back(Err(error)),
            }
        }
    }

    /// The rest of the stream: the whole answer.
    ///
    /// # Errors
    ///
    /// The first that the stream has.
    pub async fn into_answer(mut self) -> Result<Generation> {
        loop {
            match self.next().await {
                Some(Ok(Event::End(answer))) => return Ok(answer),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => self.frames.finish().map(drop)?,
            }
        }
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        self.frames.text()
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Event>> {
        let (frames, broken) = self.reader.push(bytes);
        self.take(frames, broken)
    }

    /// The last event may lack its blank line, and be cut in the middle: then it is no frame, and the answer broke off.
    fn finish(&mut self) -> Result<Vec<Event>> {
        self.reply = None;
        let mut events = Vec::new();
        if let Ok(Some(frame)) = self.reader.finish() {
            match self.frames.read(&frame) {
                Ok(read) => events = read,
                Err(error) if serde_json::from_str::<serde::de::IgnoredAny>(&frame).is_ok() => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        self.ready.extend(events.into_iter().map(Ok));
        self.frames.finish()
    }

    fn take(&mut self, frames: Vec<String>, broken: Option<crate::Error>) -> Result<Vec<Event>> {
        for frame in frames {
            match self.frames.read(&frame) {
                Ok(events) => self.ready.extend(events.into_iter().map(Ok)),
                Err(error) => {
                    let error = error.with_text(self.frames.text());
                    return self.hidden(Err(error));
                }
            }
        }
        match broken {
            Some(error) => Err(error.with_text(self.frames.text())),
            None => Ok(Vec::new()),
        }
    }

    /// An error without the token in it.
    fn hidden(&self, result: Result<Vec<Event>>) -> Result<Vec<Event>> {
        result.map_err(|error| match &self.reply {
            Some(reply) => reply.hide(error.requested_as(reply.request_id())),
            None => error,
        })
    }
}

fn reason(interruption: &Interruption) -> String {
    match interruption {
        Interruption::Broken(reason) => format!("the stream broke off: {reason}"),
        Interruption::Silence(limit) => {
            format!("the server said nothing for {} seconds", limit.as_secs_f64())
        }
        Interruption::Deadline => "the time for the whole answer is over".to_owned(),
    }
}

impl fmt::Debug for TokenStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStream").field("received", &self.received).finish_non_exhaustive()
    }
}
