//! An answer that comes piece by piece.

use std::collections::VecDeque;
use std::fmt;

use crate::sse::EventReader;
use crate::transport::{Interruption, Reply};
use crate::{Error, ErrorKind, Event, Frames, Generation, Result};

/// An answer that comes piece by piece. Dropping it ends the connection, and with it the generation.
///
/// ```
/// use rolecall_sender::{Endpoint, Event, Parameters, Sender};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let mut stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
/// let mut text = String::new();
/// while let Some(event) = stream.next().await {
///     match event? {
///         Event::Token { text: piece } => text.push_str(&piece),
///         Event::End(answer) => assert_eq!(answer.text, text),
///         _ => {}
///     }
/// }
/// assert_eq!(text, "A llama in an apron reads its book and stirs.");
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TokenStream {
    reply: Option<Reply>,
    reader: EventReader,
    frames: Frames,
    ready: VecDeque<Result<Event>>,
    max_bytes: usize,
    received: usize,
}

impl TokenStream {
    pub(crate) fn new(reply: Reply, frames: Frames, max_bytes: usize) -> Self {
        Self {
            reply: Some(reply),
            reader: EventReader::default(),
            frames,
            ready: VecDeque::new(),
            max_bytes,
            received: 0,
        }
    }

    /// An answer that a server gave as a whole, perhaps with the prompt in front.
    pub(crate) fn whole(answer: Generation, in_front: &str, frames: Frames) -> Self {
        let mut ready = VecDeque::new();
        let text = answer.text.strip_prefix(in_front).unwrap_or(&answer.text);
        if !text.is_empty() {
            ready.push_back(Ok(Event::Token { text: text.to_owned() }));
        }
        ready.push_back(Ok(Event::End(answer)));
        Self { reply: None, reader: EventReader::default(), frames, ready, max_bytes: 0, received: 0 }
    }

    /// The next piece; `None` after [`Event::End`] or an error.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Event, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// # let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut stream = sender.generate_stream("Once upon", &Parameters::new().max_new_tokens(1)).await?;
    /// assert_eq!(stream.next().await.transpose()?, Some(Event::Token { text: "A".to_owned() }));
    /// assert!(matches!(stream.next().await.transpose()?, Some(Event::End(answer)) if answer.text == "A"));
    /// assert!(stream.next().await.is_none());
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
                    if self.received.saturating_sub(self.frames.repeated()) > self.max_bytes {
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

    /// What went wrong before anything was generated. It stays the first of the stream.
    pub(crate) async fn refusal(&mut self) -> Option<Error> {
        let first = self.next().await?;
        let refusal = first.as_ref().err().filter(|error| error.is_repeatable()).cloned();
        self.ready.push_front(first);
        refusal
    }

    /// The rest of the stream: the whole answer.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// # let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut stream = sender.generate_stream("Once upon", &Parameters::new().max_new_tokens(3)).await?;
    /// stream.next().await;
    /// // What was read before is part of it.
    /// assert_eq!(stream.into_answer().await?.text, "A llama in");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
                // Somebody has taken the end already.
                None => {
                    let text = self.frames.text().to_owned();
                    return Err(Error::new(
                        ErrorKind::Incomplete { text },
                        "the stream was read to its end before",
                    )
                    .help("Keep the answer of Event::End"));
                }
            }
        }
    }

    /// The text so far.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// # let sender = Sender::new(Endpoint::parse(&address)?);
    /// let mut stream = sender.generate_stream("Once upon", &Parameters::new()).await?;
    /// while stream.text().len() < 10 {
    ///     stream.next().await.transpose()?;
    /// }
    /// assert_eq!(stream.text(), "A llama in");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> &str {
        self.frames.text()
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Event>> {
        let (frames, broken) = self.reader.push(bytes);
        self.take(frames, broken)
    }

    /// The last event may lack its blank line, and be cut in the middle: then it is no frame, and the answer broke off.
    fn finish(&mut self) -> Result<Vec<Event>> {
        let mut last = Ok(Vec::new());
        if let Ok(Some(frame)) = self.reader.finish() {
            last = match self.frames.read(&frame) {
                Err(_) if serde_json::from_str::<serde::de::IgnoredAny>(&frame).is_err() => Ok(Vec::new()),
                read => read.map_err(|error| self.frames.at_this_point(error)),
            };
        }
        let last = self.hidden(last);
        self.reply = None;
        self.ready.extend(last?.into_iter().map(Ok));
        self.frames.finish()
    }

    fn take(&mut self, frames: Vec<String>, broken: Option<Error>) -> Result<Vec<Event>> {
        for frame in frames {
            match self.frames.read(&frame) {
                Ok(events) => self.ready.extend(events.into_iter().map(Ok)),
                Err(error) => {
                    let error = self.frames.at_this_point(error);
                    return self.hidden(Err(error));
                }
            }
        }
        match broken {
            Some(error) => Err(self.frames.at_this_point(error)),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Dialect;

    /// A whole stream of each dialect, and its text.
    fn streams() -> [(Dialect, String, &'static str); 4] {
        let event = |frame: &&str| format!("data: {frame}\r\n\r\n");
        let events = |frames: &[&str]| frames.iter().map(event).collect::<Vec<_>>().concat();
        [
            (
                Dialect::Tgi,
                events(&[
                    r#"{"index":1,"token":{"id":1,"text":"h\u00e9","special":false},"generated_text":null,"details":null}"#,
                    r#"{"index":2,"token":{"id":2,"text":"😀","special":false},"generated_text":"hé😀","details":null}"#,
                ]),
                "hé😀",
            ),
            (
                Dialect::Completions,
                events(&[
                    r#"{"choices":[{"text":"a ","finish_reason":""}]}"#,
                    r#"{"choices":[{"text":"é😀","finish_reason":"length"}]}"#,
                    "[DONE]",
                ]),
                "a é😀",
            ),
            (
                Dialect::SgLang,
                events(&[
                    r#"{"text":"a","meta_info":{"finish_reason":null}}"#,
                    r#"{"text":"aé","meta_info":{"finish_reason":{"type":"stop"}}}"#,
                    "[DONE]",
                ]),
                "aé",
            ),
            (
                Dialect::Chat,
                events(&[
                    r#"{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}"#,
                    r#"{"choices":[{"delta":{"content":"é"},"finish_reason":null}]}"#,
                    r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
                    r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
                    "[DONE]",
                ]),
                "aé",
            ),
        ]
    }

    /// All that a stream gives out for these bytes and its end after them.
    fn run(dialect: Dialect, pieces: &[&[u8]]) -> (String, Result<String>) {
        let frames = Frames::new(dialect);
        let mut stream = TokenStream {
            reply: None,
            reader: EventReader::default(),
            frames,
            ready: VecDeque::new(),
            max_bytes: usize::MAX,
            received: 0,
        };
        for piece in pieces {
            let events = stream.read(piece);
            stream.ready.extend(match events {
                Ok(events) => events.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            });
        }
        let ended = stream.finish();
        stream.ready.extend(match ended {
            Ok(events) => events.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        });
        let mut text = String::new();
        for event in stream.ready {
            match event {
                Ok(Event::Token { text: piece }) => text.push_str(&piece),
                Ok(Event::End(answer)) => return (text, Ok(answer.text)),
                Ok(_) => {}
                Err(error) => return (text, Err(error)),
            }
        }
        panic!("a stream has an end");
    }

    #[test]
    fn a_cut_at_every_byte_loses_and_doubles_nothing() {
        for (dialect, stream, whole) in streams() {
            let stream = stream.as_bytes();
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            assert_eq!(run(dialect, &bytes).1.expect("whole"), whole, "{dialect} byte by byte");
            for end in 0..stream.len() {
                let (text, ended) = run(dialect, &[&stream[..end]]);
                assert!(whole.starts_with(&text), "{dialect} at {end}: {text}");
                match ended {
                    Ok(answer) => {
                        assert_eq!((answer.as_str(), text.as_str()), (whole, whole), "{dialect} at {end}");
                    }
                    Err(error) => {
                        assert!(
                            matches!(error.kind(), ErrorKind::Incomplete { .. }),
                            "{dialect} at {end}: {error}"
                        );
                        assert_eq!(error.text_so_far(), Some(text.as_str()), "{dialect} at {end}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_comes_again_and_again_does_not_count() {
        let frame = |count: usize| {
            format!("data: {}\n\n", serde_json::json!({"text": "word ".repeat(count), "meta_info": {}}))
        };
        let mut stream = TokenStream {
            reply: None,
            reader: EventReader::default(),
            frames: Frames::new(Dialect::SgLang),
            ready: VecDeque::new(),
            max_bytes: usize::MAX,
            received: 0,
        };
        let mut most = 0;
        for count in 1..200 {
            let frame = frame(count);
            stream.received += frame.len();
            stream.read(frame.as_bytes()).expect("a frame");
            most = most.max(stream.received - stream.frames.repeated());
        }
        assert!(stream.received > 90_000 && most < 5_000, "{} {most}", stream.received);
        // Without anything new it counts.
        for _ in 0..10 {
            stream.received += frame(9).len();
            stream.read(frame(199).as_bytes()).expect("a frame");
        }
        assert!(stream.received - stream.frames.repeated() > most);
    }

    #[test]
    fn an_error_in_the_middle_carries_the_text_so_far() {
        let stream =
            b"data: {\"choices\":[{\"text\":\"ab\"}]}\n\ndata: {\"error\":{\"message\":\"boom\"}}\n\n";
        let (text, ended) = run(Dialect::Completions, &[stream]);
        let error = ended.expect_err("an error");
        assert_eq!((text.as_str(), error.text_so_far(), error.is_repeatable()), ("ab", Some("ab"), false));
    }

    proptest! {
        #[test]
        fn garbled_streams_end_in_an_answer_or_an_error(
            which in 0usize..4, at in 0usize..300, byte in any::<u8>(), cut in 1usize..40,
        ) {
            let (dialect, stream, _) = streams().into_iter().nth(which).expect("one of four");
            let mut stream = stream.into_bytes();
            let at = at % stream.len();
            stream[at] = byte;
            let whole = run(dialect, &[&stream]);
            let pieces: Vec<&[u8]> = stream.chunks(cut).collect();
            let cut = run(dialect, &pieces);
            prop_assert_eq!(whole.0, cut.0);
            prop_assert_eq!(whole.1.map_err(|error| error.to_string()), cut.1.map_err(|error| error.to_string()));
        }
    }
}
