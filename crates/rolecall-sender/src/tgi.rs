//! The dialect of text-generation servers: `/generate` and `/generate_stream`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::words;
use crate::{Error, ErrorKind, Parameters, Result};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Generation {
    /// The text; with [`Parameters::return_full_text`] the prompt is in front.
    pub text: String,
    /// Why it ended (`length`, `eos_token`, `stop_sequence`), if the server says.
    pub finish_reason: Option<String>,
    /// How many tokens were generated, if the server says.
    pub generated_tokens: Option<u64>,
}

/// A piece of a streamed answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The text of the next token.
    Token {
        /// The text.
        text: String,
    },
    /// The whole answer, at its end.
    End(Generation),
}

/// The body of a request.
pub(crate) fn request(text: &str, parameters: &Parameters) -> Result<String> {
    if text.is_empty() {
        return Err(Error::new(ErrorKind::Parameter, "the prompt is empty, and servers refuse that")
            .help("Give a text"));
    }
    parameters.check()?;
    Ok(json!({"inputs": text, "parameters": parameters.to_wire()}).to_string())
}

/// Reads the answer of `/generate`: an object, or a list of one as other routes give it.
pub(crate) fn answer(body: &[u8]) -> Result<Generation> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Error::new(ErrorKind::Protocol, format!("the server's answer is not JSON ({error})"))
            .said(words(&String::from_utf8_lossy(body)))
            .help("Check that the address is that of a text-generation server")
    })?;
    let document = value.as_array().and_then(|list| list.first()).unwrap_or(&value);
    match document.get("generated_text").and_then(Value::as_str) {
        Some(text) => Ok(generation(text, document)),
        None if document.get("error").is_some() => Err(stream_error(document)),
        None => Err(Error::new(ErrorKind::Protocol, "the server's answer has no generated_text")
            .said(words(&value.to_string()))
            .help("Check that the address is that of a text-generation server")),
    }
}

fn generation(text: &str, document: &Value) -> Generation {
    let details = document.get("details");
    let detail = |name: &str| details.and_then(|details| details.get(name));
    Generation {
        text: text.to_owned(),
        finish_reason: detail("finish_reason").and_then(Value::as_str).map(str::to_owned),
        generated_tokens: detail("generated_tokens").and_then(Value::as_u64),
    }
}

/// Reads the frames of a stream.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    so_far: String,
    ended: bool,
}

impl Frames {
    /// What one frame says.
    pub(crate) fn read(&mut self, data: &str) -> Result<Vec<Event>> {
        if data.trim() == "[DONE]" {
            return Ok(Vec::new());
        }
        let frame: Value = serde_json::from_str(data).map_err(|error| {
            Error::new(ErrorKind::Protocol, format!("an event of the stream is not JSON ({error})"))
                .said(words(data))
        })?;
        if frame.get("error").is_some() {
            return Err(stream_error(&frame));
        }
        let mut events = Vec::new();
        let token = frame.get("token");
        let text = token.and_then(|token| token.get("text")).and_then(Value::as_str);
        let special = token.and_then(|token| token.get("special")).and_then(Value::as_bool).unwrap_or(false);
        if let Some(text) = text.filter(|_| !special) {
            self.so_far.push_str(text);
            events.push(Event::Token { text: text.to_owned() });
        }
        if let Some(text) = frame.get("generated_text").and_then(Value::as_str) {
            self.ended = true;
            events.push(Event::End(generation(text, &frame)));
        }
        Ok(events)
    }

    /// What it means that the stream ended.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.ended { Ok(()) } else { Err(self.broke_off("the stream ended before the answer did")) }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// An answer that broke off, with the text so far.
    pub(crate) fn broke_off(&self, reason: &str) -> Error {
        Error::new(ErrorKind::Incomplete { text: self.so_far.clone() }, reason)
            .help("Ask again: nothing says whether the server went on")
    }
}

/// An error that came inside an answer with status 200.
fn stream_error(document: &Value) -> Error {
    let kind = kind_of(document.get("error_type").and_then(Value::as_str)).unwrap_or(ErrorKind::Server);
    Error::new(kind, "the server reports an error").said(server_words(document))
}

fn kind_of(error_type: Option<&str>) -> Option<ErrorKind> {
    Some(match error_type? {
        "validation" => ErrorKind::Validation,
        "generation" | "incomplete_generation" | "incomplete_generation_stream" => ErrorKind::Generation,
        "overloaded" => ErrorKind::Overloaded,
        _ => return None,
    })
}

/// What a server says, in whatever shape: `error` as text, list or object, `detail`, `message`.
fn server_words(document: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(object) => object.get("message").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let found = ["error", "detail", "message"].iter().find_map(|name| document.get(name).and_then(text));
    found.as_deref().and_then(words)
}

/// What an answer with a status other than 200 means.
pub(crate) fn failure(status: u16, body: &[u8], has_token: bool) -> Error {
    let document: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let said = server_words(&document).or_else(|| {
        let text = String::from_utf8_lossy(body);
        // A page for browsers says nothing to a person here.
        (!text.trim_start().starts_with('<')).then(|| words(&text)).flatten()
    });
    let error_type = document.get("error_type").and_then(Value::as_str);
    let estimated_time = document.get("estimated_time").and_then(Value::as_f64);
    let estimated_time = estimated_time.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let (kind, message, help) = match status {
        401 if has_token => (ErrorKind::Unauthorised, "the server refuses the token", "Check the token"),
        401 => (ErrorKind::Unauthorised, "the server wants a token", "Give one with --token"),
        402 => (ErrorKind::Payment, "the account has no credit left", "Check its billing page"),
        403 => (ErrorKind::Forbidden, "the token does not allow this", "Check the token's permissions"),
        404 | 405 => (
            ErrorKind::NotFound,
            "the server has no text generation at this address",
            "Check the endpoint: /generate is added to it",
        ),
        410 => (ErrorKind::Gone, "this address is gone for good", "Use the address that the server names"),
        413 => (
            ErrorKind::TooLarge,
            "the prompt is larger than the server takes",
            "Shorten it, or use smaller images",
        ),
        429 => (
            ErrorKind::Overloaded,
            "the server has too much to do",
            "Try again later, or wait for it with --wait 60",
        ),
        503 if error_type != Some("healthcheck") => (
            ErrorKind::Loading { estimated_time },
            "the model is not ready yet",
            "Wait for it with --wait 60",
        ),
        300..=399 => (
            ErrorKind::Redirect,
            "the server sends us to another address, and prompts and tokens do not follow",
            "Use that address as the endpoint, if you trust it",
        ),
        _ => match kind_of(error_type) {
            Some(kind) => (kind, "the server reports an error", "Mend what it names"),
            None if status == 422 || status == 400 => {
                (ErrorKind::Validation, "the server refuses the request", "Mend what it names")
            }
            None => (ErrorKind::Server, "the server failed", "Try again later"),
        },
    };
    Error::new(kind, message).status_code(status).said(said).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_a_request() {
        let body = request("hé\u{2028}😀", &Parameters::new().max_new_tokens(3)).expect("fine");
        assert_eq!(
            body,
            "{\"inputs\":\"hé\u{2028}😀\",\"parameters\":{\"max_new_tokens\":3,\"return_full_text\":false}}"
        );
        assert_eq!(*request("", &Parameters::new()).expect_err("empty").kind(), ErrorKind::Parameter);
    }

    #[test]
    fn answers_in_both_shapes() {
        for body in [r#"{"generated_text":"Hi"}"#, r#"[{"generated_text":"Hi"}]"#] {
            assert_eq!(answer(body.as_bytes()).expect(body).text, "Hi");
        }
        let details =
            answer(br#"{"generated_text":"Hi","details":{"finish_reason":"length","generated_tokens":3}}"#);
        let details = details.expect("an answer");
        assert_eq!((details.finish_reason.as_deref(), details.generated_tokens), (Some("length"), Some(3)));
        for body in ["", "[]", "{}", "<html></html>", r#"{"generated_text":5}"#] {
            assert_eq!(*answer(body.as_bytes()).expect_err(body).kind(), ErrorKind::Protocol, "{body}");
        }
    }

    #[test]
    fn frames_of_a_stream() {
        let mut frames = Frames::default();
        let token = |text: &str| Event::Token { text: text.to_owned() };
        let first = r#"{"index":1,"token":{"id":1,"text":"Hel","logprob":-0.5,"special":false},"generated_text":null,"details":null}"#;
        assert_eq!(frames.read(first).expect("a frame"), [token("Hel")]);
        assert!(
            matches!(frames.finish().expect_err("too early").kind(), ErrorKind::Incomplete { text } if text == "Hel")
        );
        let last = r#"{"index":2,"token":{"id":2,"text":"</s>","logprob":0,"special":true},"generated_text":"Hel lo","details":null}"#;
        let events = frames.read(last).expect("a frame");
        assert!(matches!(&events[..], [Event::End(end)] if end.text == "Hel lo"), "{events:?}");
        assert!(frames.read("[DONE]").expect("the end").is_empty());
        assert!(frames.finish().is_ok());
        let error = frames.read(r#"{"error":"boom","error_type":"generation"}"#).expect_err("an error");
        assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Generation, Some("boom")));
    }

    /// Each row: status, body, kind, a part of the message.
    #[test]
    fn failures_in_every_shape() {
        let rows = [
            (
                422,
                r#"{"error":"Input validation error: x","error_type":"validation"}"#,
                ErrorKind::Validation,
                "error: x",
            ),
            (422, "Failed to deserialize", ErrorKind::Validation, "Failed to deserialize"),
            (424, r#"{"error":"boom","error_type":"generation"}"#, ErrorKind::Generation, "boom"),
            (
                429,
                r#"{"error":"Model is overloaded","error_type":"overloaded"}"#,
                ErrorKind::Overloaded,
                "overloaded",
            ),
            (400, r#"{"error":["a","b"]}"#, ErrorKind::Validation, "a; b"),
            (400, r#"{"error":{"message":"m","code":"c"}}"#, ErrorKind::Validation, ": m"),
            (422, r#"{"detail":"Unexpected"}"#, ErrorKind::Validation, "Unexpected"),
            (401, "", ErrorKind::Unauthorised, "wants a token"),
            (404, "", ErrorKind::NotFound, "/generate"),
            (410, "moved to https://x", ErrorKind::Gone, "https://x"),
            (502, "<html>Bad gateway</html>", ErrorKind::Server, "the server failed (status 502). Try"),
            (500, "\u{1b}[2Jboo\u{7}", ErrorKind::Server, "[2Jboo"),
        ];
        for (status, body, kind, part) in rows {
            let error = failure(status, body.as_bytes(), false);
            assert_eq!(*error.kind(), kind, "{body}");
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
        let loading = failure(503, br#"{"error":"loading","estimated_time":20.5}"#, false);
        let expected = ErrorKind::Loading { estimated_time: Some(Duration::from_millis(20_500)) };
        assert_eq!(*loading.kind(), expected);
    }
}
