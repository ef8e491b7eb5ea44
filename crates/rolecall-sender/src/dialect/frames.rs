//! The frames of a stream, made into pieces of an answer.

use serde_json::Value;

use super::{Dialect, chat, completions, filled, is_error, read_usage, sglang, tgi};
use crate::error::words;
use crate::generation::text_or_json;
use crate::{Error, ErrorKind, Event, Generation, Result, ToolCall, failure};

/// Reads the frames of a stream, of any [`Dialect`]: the data of one server-sent event after the other.
///
/// ```
/// use rolecall_sender::{Dialect, Event, Frames};
///
/// let mut frames = Frames::new(Dialect::Completions);
/// frames.read(r#"{"choices":[{"text":"Hel","finish_reason":""}]}"#)?;
/// frames.read(r#"{"choices":[{"text":"lo","finish_reason":"stop"}]}"#)?;
/// let events = frames.read("[DONE]")?;
/// assert!(matches!(&events[..], [Event::End(answer)] if answer.text == "Hello"));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug)]
pub struct Frames {
    dialect: Dialect,
    /// What is put in front of the text, where the server does not do it.
    prefix: String,
    answer: Generation,
    /// Function calls that are being written.
    calls: Vec<ToolCall>,
    /// The server's numbers of these calls.
    call_numbers: Vec<Option<u64>>,
    came: Came,
    /// The longest frame of a stream whose frames have all that came, and the bytes that only repeat what came.
    longest: usize,
    repeated: usize,
    /// What the server says of why it ended.
    said: Option<String>,
    /// The server said why it ended; counts may still follow.
    is_finished: bool,
    /// [`Event::End`] was given out.
    has_ended: bool,
}

/// What came of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Nothing,
    /// Frames that say nothing in this dialect.
    Foreign,
    /// Frames of the dialect.
    Own,
}

impl Frames {
    /// At the beginning of a stream.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::SgLang);
    /// frames.read(r#"{"text": "A lla"}"#)?;
    /// // Each of this dialect's frames has all of the text until then.
    /// frames.read(r#"{"text": "A llama"}"#)?;
    /// assert_eq!(frames.text(), "A llama");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            prefix: String::new(),
            answer: Generation::default(),
            calls: Vec::new(),
            call_numbers: Vec::new(),
            came: Came::Nothing,
            longest: 0,
            repeated: 0,
            said: None,
            is_finished: false,
            has_ended: false,
        }
    }

    /// Puts a text in front of the whole answer.
    #[must_use]
    pub(crate) fn with_prefix(mut self, prefix: String) -> Self {
        self.prefix = prefix;
        self
    }

    /// What one frame says.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Event, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::Tgi);
    /// let events = frames.read(r#"{"token": {"id": 9, "text": " llama", "special": false}}"#)?;
    /// assert_eq!(events, [Event::Token { text: " llama".to_owned() }]);
    /// let error = frames.read(r#"{"error": "out of memory", "error_type": "generation"}"#).unwrap_err();
    /// assert_eq!(error.server_message(), Some("out of memory"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] when it is no frame of the dialect; the server's error when it is one.
    pub fn read(&mut self, data: &str) -> Result<Vec<Event>> {
        // Data without anything keeps the connection alive.
        if self.has_ended || data.trim().is_empty() {
            return Ok(Vec::new());
        }
        if data.trim() == "[DONE]" {
            return self.done();
        }
        let frame: Value = serde_json::from_str(data).map_err(|error| match unescaped_error(data) {
            Some(said) => Error::new(ErrorKind::Server, "the server reports an error")
                .said(words(said))
                .help("Ask again: nothing says whether the server went on"),
            None => Error::new(ErrorKind::Protocol, format!("an event of the stream is not JSON ({error})"))
                .said(words(data))
                .help("Check that the address is that of a text-generation server"),
        })?;
        if is_error(&frame) {
            return Err(failure::in_answer(&frame));
        }
        if self.came == Came::Nothing {
            self.came = Came::Foreign;
        }
        let mut events = Vec::new();
        match self.dialect {
            Dialect::Tgi => self.read_tgi(&frame, &mut events),
            Dialect::SgLang => {
                if data.len() > self.longest {
                    self.repeated += std::mem::replace(&mut self.longest, data.len());
                }
                self.read_sglang(&frame, &mut events)?;
            }
            Dialect::Completions | Dialect::Chat => self.read_choices(&frame, &mut events),
        }
        Ok(events)
    }

    /// What it means that the stream ended.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, ErrorKind, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::Completions);
    /// frames.read(r#"{"choices": [{"text": "A lla", "finish_reason": null}]}"#)?;
    /// let error = frames.finish().unwrap_err();
    /// assert_eq!(error.kind(), &ErrorKind::Incomplete { text: "A lla".to_owned() });
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`] with the text so far when the answer had not come to its end.
    pub fn finish(&mut self) -> Result<Vec<Event>> {
        if self.has_ended {
            Ok(Vec::new())
        } else if self.is_finished {
            self.whole()
        } else if self.came == Came::Foreign {
            Err(no_answer())
        } else {
            Err(self.broke_off("the stream ended before the answer did"))
        }
    }

    /// Whether the whole answer was given out.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::Completions);
    /// frames.read(r#"{"choices": [{"text": "A llama", "finish_reason": "stop"}]}"#)?;
    /// // The counts of tokens may still follow.
    /// assert!(!frames.has_ended());
    /// frames.read("[DONE]")?;
    /// assert!(frames.has_ended());
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The text so far.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Frames};
    ///
    /// let mut frames = Frames::new(Dialect::Chat);
    /// for piece in ["A ", "llama"] {
    ///     frames.read(&format!(r#"{{"choices": [{{"delta": {{"content": "{piece}"}}}}]}}"#))?;
    /// }
    /// assert_eq!(frames.text(), "A llama");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn text(&self) -> &str {
        &self.answer.text
    }

    /// How many bytes of the frames until now only repeat what came before.
    pub(crate) fn repeated(&self) -> usize {
        self.repeated
    }

    /// An error that comes now.
    pub(crate) fn at_this_point(&self, error: Error) -> Error {
        error.with_text(self.text(), self.came != Came::Nothing)
    }

    /// What it means that no more can be read: the answer, if it was complete, else an error with the text so far.
    pub(crate) fn interrupted(&mut self, reason: &str) -> Result<Vec<Event>> {
        if self.has_ended || self.is_finished { self.finish() } else { Err(self.broke_off(reason)) }
    }

    fn broke_off(&self, reason: &str) -> Error {
        Error::new(ErrorKind::Incomplete { text: self.answer.text.clone() }, reason)
            .help("Ask again: nothing says whether the server went on")
    }

    /// `[DONE]`. TGI's own routes say that the answer is whole in another way.
    fn done(&mut self) -> Result<Vec<Event>> {
        match self.dialect {
            Dialect::Tgi => Ok(Vec::new()),
            _ if self.is_finished || !self.answer.text.is_empty() || !self.calls.is_empty() => self.whole(),
            _ => Err(no_answer()),
        }
    }

    /// The end, unless the server says that it is none.
    fn whole(&mut self) -> Result<Vec<Event>> {
        match self.answer.broken_off(self.said.take()) {
            Some(error) => Err(error),
            None => Ok(vec![self.end()]),
        }
    }

    fn end(&mut self) -> Event {
        self.has_ended = true;
        let mut answer = std::mem::take(&mut self.answer);
        answer.tool_calls = std::mem::take(&mut self.calls);
        // The text stays for those who ask how far it went.
        self.answer.text.clone_from(&answer.text);
        if !self.prefix.is_empty() {
            answer.text.insert_str(0, &self.prefix);
        }
        Event::End(answer)
    }

    /// Whether a frame has a field of the dialect.
    fn know(&mut self, is_own: bool) {
        if is_own {
            self.came = Came::Own;
        }
    }

    fn token(&mut self, text: &str, events: &mut Vec<Event>) {
        if !text.is_empty() {
            self.answer.text.push_str(text);
            events.push(Event::Token { text: text.to_owned() });
        }
    }

    fn read_tgi(&mut self, frame: &Value, events: &mut Vec<Event>) {
        let frame = tgi::frame(frame);
        self.know(frame.token.is_some() || frame.end.is_some());
        if let Some(token) = frame.token {
            if !token.special {
                self.token(&token.text, events);
            }
            self.answer.tokens.push(token);
        }
        if !frame.top_tokens.is_empty() {
            self.answer.top_tokens.push(frame.top_tokens);
        }
        let Some(end) = frame.end else { return };
        // The last frame's text is the answer: a stop text or an end token shows in the tokens only.
        let (tokens, top_tokens) =
            (std::mem::take(&mut self.answer.tokens), std::mem::take(&mut self.answer.top_tokens));
        self.answer = Generation { tokens, top_tokens, ..end };
        events.push(self.end());
    }

    /// The text of each frame is all that there is until then.
    fn read_sglang(&mut self, frame: &Value, events: &mut Vec<Event>) -> Result<()> {
        let Some(so_far) = sglang::answer(frame) else { return Ok(()) };
        self.know(true);
        let is_end = so_far.finish_reason.is_some();
        let taken_back = self.answer.text.strip_prefix(so_far.text.as_str());
        let is_stop_text = taken_back.is_some_and(|end| is_end && sglang::is_stop_text(frame, end));
        let kept = if is_stop_text { so_far.text.as_str() } else { self.answer.text.as_str() };
        let Some(new) = so_far.text.strip_prefix(kept) else {
            let message = "the server took back text of its stream: what comes does not begin with what came";
            return Err(Error::new(ErrorKind::Protocol, message)
                .said(words(&so_far.text))
                .help("Check that the server at this address speaks the dialect sglang, and gives in each event all of the text"));
        };
        // What may still change is not given out: the rest of the character may come.
        let sure = if is_end { new } else { new.trim_end_matches('\u{fffd}') };
        let text = format!("{kept}{sure}");
        if !sure.is_empty() {
            events.push(Event::Token { text: sure.to_owned() });
        }
        if is_end {
            self.is_finished = true;
            self.said = sglang::reason_words(frame);
        }
        self.answer = Generation { text, ..so_far };
        Ok(())
    }

    fn read_choices(&mut self, frame: &Value, events: &mut Vec<Event>) {
        read_usage(&mut self.answer, frame);
        if self.answer.model.is_none() {
            self.answer.model = filled(frame.get("model"));
        }
        let choices = frame.get("choices").and_then(Value::as_array);
        self.know(choices.is_some());
        let choices = choices.into_iter().flatten();
        // Streams are asked for with one answer; a last frame with counts has none.
        let first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        for choice in choices.filter(first) {
            if let Some(text) = choice.get("text").and_then(Value::as_str) {
                self.token(text, events);
            }
            // Gateways whose server knows no streams put the whole message there.
            let delta = choice.get("delta").filter(|delta| !delta.is_null());
            if let Some(delta) = delta.or_else(|| choice.get("message")) {
                self.read_delta(delta, events);
            }
            let (tokens, top_tokens) = completions::logprobs(choice);
            self.answer.tokens.extend(tokens);
            self.answer.top_tokens.extend(top_tokens);
            if let Some(reason) = filled(choice.get("finish_reason")) {
                self.answer.finish_reason = Some(reason);
                self.is_finished = true;
            }
        }
    }

    fn read_delta(&mut self, delta: &Value, events: &mut Vec<Event>) {
        if let Some(text) = chat::reasoning(delta) {
            self.answer.reasoning.get_or_insert_default().push_str(&text);
            events.push(Event::Reasoning { text });
        }
        self.token(&chat::content(delta.get("content")), events);
        for piece in chat::calls(delta).iter() {
            self.read_call(piece, events);
        }
    }

    /// To which call a piece belongs. Servers number them from 0, from 1, all alike, or not at all; a call of its own has
    /// another id, or begins with a name.
    fn call_of(
        &mut self,
        number: Option<u64>,
        id: Option<&str>,
        name: Option<&str>,
        arguments: &str,
    ) -> usize {
        let last = self.calls.len().checked_sub(1);
        let same_id = || self.calls.iter().rposition(|call| call.id.is_some() && call.id.as_deref() == id);
        let known = match number {
            Some(_) => self.call_numbers.iter().rposition(|known| *known == number),
            None => same_id().or(last),
        };
        let goes_on = |call: &ToolCall| {
            let has_other_id = id.is_some_and(|id| call.id.as_deref().is_some_and(|known| known != id));
            // Some servers give each piece an id of its own.
            let is_other = has_other_id && (number.is_none() || name.is_some());
            // Some servers repeat the name with each piece, others give whole calls without any mark.
            let is_next = name.is_some_and(|name| {
                let has_no_mark = number.is_none() && id.is_none();
                let is_whole = is_whole(call);
                has_no_mark && (call.name != name || is_whole) || is_whole && !arguments.trim().is_empty()
            });
            !is_other && !is_next
        };
        let known = known.filter(|at| self.calls.get(*at).is_some_and(goes_on));
        let nameless = || last.filter(|_| id.is_none() && name.is_none());
        known.or_else(nameless).unwrap_or_else(|| {
            self.calls.push(ToolCall::default());
            self.call_numbers.push(number);
            self.calls.len() - 1
        })
    }

    /// The next piece of a function call: the first has its id and name, all have pieces of its arguments.
    fn read_call(&mut self, piece: &Value, events: &mut Vec<Event>) {
        let id = piece.get("id").map(text_or_json).filter(|id| !id.is_empty());
        let function = piece.get("function");
        let part = |name: &str| function.and_then(|function| function.get(name)).map(text_or_json);
        let name = part("name").filter(|name| !name.is_empty());
        let arguments = part("arguments").unwrap_or_default();
        let number = piece.get("index").and_then(Value::as_u64);
        let index = self.call_of(number, id.as_deref(), name.as_deref(), &arguments);
        let Some(call) = self.calls.get_mut(index) else { return };
        call.id = call.id.take().or(id);
        // Some servers repeat the name with each piece.
        let name = name.filter(|_| call.name.is_empty());
        if let Some(name) = &name {
            call.name.clone_from(name);
        }
        call.arguments.push_str(&arguments);
        events.push(Event::ToolCall { index, name, arguments });
    }
}

fn no_answer() -> Error {
    Error::new(ErrorKind::Protocol, "the stream ended without an answer").help(
        "Check that the server at this address speaks the chosen dialect (Sender::dialect, or --dialect)",
    )
}

/// The words of an error that is JSON but for them: transformers serve writes them as they are, quotes and all.
fn unescaped_error(data: &str) -> Option<&str> {
    let said = data.trim().strip_prefix("{\"error\":")?.strip_suffix('}')?.trim();
    said.strip_prefix('"')?.strip_suffix('"')
}

/// Whether the arguments of a call are complete.
fn is_whole(call: &ToolCall) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(&call.arguments).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Two calls, as servers number and mark their pieces: `index id name arguments`, with `-` for what is not there.
    #[test]
    fn the_pieces_of_calls_come_together() {
        let streams = [
            &["0 a f {", "0 - - }", "1 b g []"][..],
            // From one.
            &["1 a f {", "1 - - }", "2 b g []"],
            // All alike.
            &["0 a f {", "0 - - }", "0 b g []"],
            // Not at all.
            &["- a f {", "- - - }", "- b g []"],
            // Whole, and without ids.
            &["- - f {}", "- - g []"],
            // Names and ids are repeated.
            &["- a f {", "- a f }", "- b g []"],
            &["- - f {", "- - f }", "- - g []"],
            &["0 - f {}", "0 - g []"],
            // All alike, and with ids that are.
            &["0 a f {", "0 a f }", "0 a g []"],
            // Each piece with an id of its own.
            &["0 a f {", "0 b - }", "1 c g [", "1 d - ]"],
            // Only ids.
            &["- a f {", "- b g [", "- a - }", "- b - ]"],
            // Woven into one another.
            &["0 a f {", "1 b g [", "0 - - }", "1 - - ]"],
            // A number that no call has.
            &["0 a f {", "18446744073709551615 - - }", "3 - g []"],
        ];
        for stream in streams {
            let mut frames = Frames::new(Dialect::Chat);
            for piece in stream {
                let parts: Vec<&str> = piece.split(' ').collect();
                let [index, id, name, arguments] = parts[..] else { panic!("{piece}") };
                let given = |text: &str| (text != "-").then(|| text.to_owned());
                let index = index.parse::<u64>().ok();
                let function = json!({"name": given(name), "arguments": arguments});
                let call = json!({"index": index, "id": given(id), "function": function});
                let chunk = json!({"choices": [{"delta": {"tool_calls": [call]}}]});
                frames.read(&chunk.to_string()).expect("a frame");
            }
            let end = frames.read("[DONE]").expect("an end");
            let [Event::End(answer)] = &end[..] else { panic!("{end:?}") };
            let calls: Vec<_> =
                answer.tool_calls.iter().map(|call| (&*call.name, &*call.arguments)).collect();
            assert_eq!(calls, [("f", "{}"), ("g", "[]")], "{stream:?}");
        }
    }
}
