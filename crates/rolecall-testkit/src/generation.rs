//! A text-generation server that always gives the same answer.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Part, Request, Response, Server};
use crate::parameters::{Accepted, Refusal, read, tokens};

/// What the server says if nothing else is asked for: an answer of ten tokens.
const ANSWER: &str = "A llama in an apron reads its book and stirs.";

/// A server to be started.
pub struct FakeGeneration {
    answer: Vec<String>,
    token: Option<String>,
    script: Mutex<Script>,
    frame_pause: Option<Duration>,
    pieces: Option<usize>,
}

#[derive(Default)]
struct Script {
    responses: Vec<Response>,
    loading: usize,
    loading_until: Option<Instant>,
    estimated_time: f64,
}

impl Default for FakeGeneration {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeGeneration {
    /// A server that answers at once, to everybody.
    pub fn new() -> Self {
        Self { answer: split(ANSWER), token: None, script: Mutex::default(), frame_pause: None, pieces: None }
    }

    /// What it answers, a word a token.
    #[must_use]
    pub fn answer(mut self, text: &str) -> Self {
        self.answer = split(text);
        self
    }

    /// Answers only those who send this token.
    #[must_use]
    pub fn require_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Says so many times that the model is loading, and how many seconds that will take.
    #[must_use]
    pub fn loading(mut self, times: usize, estimated_time: f64) -> Self {
        let script = self.script.get_mut().unwrap_or_else(PoisonError::into_inner);
        script.loading = times;
        script.estimated_time = estimated_time;
        self
    }

    /// Says for so long after its start that the model is loading.
    #[must_use]
    pub fn loading_for(mut self, time: Duration) -> Self {
        let script = self.script.get_mut().unwrap_or_else(PoisonError::into_inner);
        script.loading_until = Some(Instant::now() + time);
        self
    }

    /// Gives this answer to the next request instead; several are used in order.
    #[must_use]
    pub fn then(mut self, response: Response) -> Self {
        self.script.get_mut().unwrap_or_else(PoisonError::into_inner).responses.push(response);
        self
    }

    /// Waits between the tokens of a stream.
    #[must_use]
    pub fn frame_pause(mut self, pause: Duration) -> Self {
        self.frame_pause = Some(pause);
        self
    }

    /// Writes streams in pieces of so many bytes.
    #[must_use]
    pub fn pieces_of(mut self, bytes: usize) -> Self {
        self.pieces = Some(bytes);
        self
    }

    /// Starts it on any free port.
    ///
    /// # Errors
    ///
    /// When loopback has no port left.
    pub fn start(self) -> io::Result<Server> {
        self.start_on(0)
    }

    /// Starts it on a port.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub fn start_on(self, port: u16) -> io::Result<Server> {
        Server::start_on(port, move |request| self.respond(request))
    }

    fn respond(&self, request: &Request) -> Response {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/health") => return Response::new(200),
            ("GET", "/info") => return Response::new(200).json(&info()),
            ("POST", "/" | "/generate" | "/generate_stream") => {}
            (_, "/" | "/generate" | "/generate_stream") => return Response::new(405),
            _ => return Response::new(404),
        }
        if self.token.is_some() && request.bearer() != self.token.as_deref() {
            return Response::new(401);
        }
        if let Some(scripted) = self.scripted() {
            return scripted;
        }
        self.generate(request)
    }

    /// What the script says instead of an answer.
    fn scripted(&self) -> Option<Response> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        if !script.responses.is_empty() {
            return Some(script.responses.remove(0));
        }
        if script.loading > 0 {
            script.loading -= 1;
            return Some(loading(script.estimated_time));
        }
        let left = script.loading_until?.checked_duration_since(Instant::now())?;
        Some(loading(left.as_secs_f64()))
    }

    fn generate(&self, request: &Request) -> Response {
        let wants_stream = request.path == "/generate_stream";
        let accepted = match read(request) {
            Ok(accepted) => accepted,
            Err(Refusal::Malformed(response)) => return response,
            Err(Refusal::Invalid(message)) => {
                let error = json!({"error": message, "error_type": "validation"});
                let stream = wants_stream
                    || (request.path == "/" && request.json().get("stream") == Some(&json!(true)));
                return if stream {
                    event_stream(vec![frame(&error)])
                } else {
                    Response::new(422).json(&error)
                };
            }
        };
        let native = request.path != "/";
        let full = accepted.flag("return_full_text").unwrap_or(!native);
        let (answer, finish) = self.cut(&accepted);
        let text = if full { accepted.inputs.clone() } else { String::new() } + &answer.concat();
        if wants_stream || (!native && accepted.stream) {
            return self.stream(&accepted, &answer, finish, &text);
        }
        let details = (accepted.flag("details") == Some(true)).then(|| {
            let tokens: Vec<Value> = answer.iter().enumerate().map(|(at, text)| token(at, text)).collect();
            json!({
                "finish_reason": finish,
                "generated_tokens": answer.len(),
                "seed": accepted.parameters.get("seed"),
                "prefill": [],
                "tokens": tokens,
            })
        });
        let document = match details {
            Some(details) => json!({"generated_text": text, "details": details}),
            None => json!({"generated_text": text}),
        };
        let document = if native { document } else { json!([document]) };
        Response::new(200).header("x-generated-tokens", answer.len().to_string()).json(&document)
    }

    /// The tokens that the parameters leave, and why they end.
    fn cut(&self, request: &Accepted) -> (Vec<String>, &'static str) {
        let limit = request.count("max_new_tokens").unwrap_or(usize::MAX);
        let stops = request.parameters.get("stop").and_then(Value::as_array);
        let stops: Vec<&str> = stops.into_iter().flatten().filter_map(Value::as_str).collect();
        let mut kept: Vec<String> = Vec::new();
        for text in &self.answer {
            if kept.len() == limit {
                return (kept, "length");
            }
            kept.push(text.clone());
            let so_far = kept.concat();
            if stops.iter().any(|stop| so_far.ends_with(stop)) {
                return (kept, "stop_sequence");
            }
        }
        (kept, "eos_token")
    }

    fn stream(&self, request: &Accepted, answer: &[String], finish: &str, text: &str) -> Response {
        let mut parts = Vec::new();
        for (at, piece) in answer.iter().enumerate() {
            let last = at + 1 == answer.len();
            let details = json!({
                "finish_reason": finish,
                "generated_tokens": answer.len(),
                "seed": request.parameters.get("seed"),
                "input_length": tokens(&request.inputs),
            });
            parts.push(frame(&json!({
                "index": at + 1,
                "token": token(at, piece),
                "generated_text": last.then_some(text),
                "details": (last && request.flag("details") == Some(true)).then_some(details),
            })));
            parts.extend(self.frame_pause.map(Part::Pause));
        }
        let response = event_stream(parts);
        match self.pieces {
            Some(bytes) => response.in_pieces_of(bytes),
            None => response,
        }
    }
}

/// Words with the space before them, as tokenizers cut.
fn split(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        match tokens.last_mut() {
            Some(token) if c != ' ' => token.push(c),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

fn token(at: usize, text: &str) -> Value {
    json!({"id": 100 + at, "text": text, "logprob": -0.5, "special": false})
}

fn frame(document: &Value) -> Part {
    Part::Bytes(format!("data: {document}\n\n").into_bytes())
}

fn event_stream(parts: Vec<Part>) -> Response {
    Response::new(200)
        .header("content-type", "text/event-stream")
        .header("cache-control", "no-cache")
        .parts(parts)
}

fn loading(estimated_time: f64) -> Response {
    Response::new(503)
        .json(&json!({"error": "Model rolecall/fake is currently loading", "estimated_time": estimated_time}))
}

fn info() -> Value {
    json!({
        "model_id": "rolecall/fake",
        "model_pipeline_tag": "text-generation",
        "max_stop_sequences": 4,
        "max_total_tokens": 1024,
        "router": "rolecall-testkit",
        "version": env!("CARGO_PKG_VERSION"),
    })
}
