//! A text-generation server that always gives the same answer, in the dialect of whichever server it plays.

mod answer;
mod engine;
mod openai;
mod parameters;
mod routes;
mod sglang;
mod tgi;

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Part, Request, Response, Server};
use crate::media;
use answer::split;
pub use engine::Engine;
use routes::{Route, Target};

/// What the server says if nothing else is asked for: an answer of ten tokens.
const ANSWER: &str = "A llama in an apron reads its book and stirs.";

/// A server to be started.
///
/// It answers at its own routes, and at those of models: `/models/ORG/NAME`, whatever stands in front of that. There a
/// second request with the same body is answered from a cache, unless `x-use-cache: 0` is sent.
///
/// ```
/// use rolecall_testkit::{Engine, FakeGeneration};
///
/// let server = FakeGeneration::new().engine(Engine::LlamaCpp).answer("Hi there.").start()?;
/// println!("{}/v1/completions", server.url());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct FakeGeneration {
    engine: Engine,
    model: String,
    answer: Vec<String>,
    end_token: Option<String>,
    breaks_after: Option<(usize, String)>,
    image_models: Vec<String>,
    speech_models: Vec<String>,
    token: Option<String>,
    script: Mutex<Script>,
    cache: Mutex<HashMap<(String, Vec<u8>), Response>>,
    frame_pause: Option<Duration>,
    keeps_alive: bool,
    pieces: Option<usize>,
}

#[derive(Default)]
struct Script {
    responses: Vec<Response>,
    loading: usize,
    loading_until: Option<Instant>,
    estimated_time: f64,
    /// How many images were made.
    images: u8,
}

impl Default for FakeGeneration {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeGeneration {
    /// A server that answers at once, to everybody.
    pub fn new() -> Self {
        Self {
            engine: Engine::default(),
            model: "rolecall/fake".to_owned(),
            answer: split(ANSWER),
            end_token: None,
            breaks_after: None,
            image_models: Vec::new(),
            speech_models: Vec::new(),
            token: None,
            script: Mutex::default(),
            cache: Mutex::default(),
            frame_pause: None,
            keeps_alive: false,
            pieces: None,
        }
    }

    /// Which server it plays. Default: [`Engine::Tgi`].
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// The id of the model that it serves. Default: `rolecall/fake`.
    #[must_use]
    pub fn model(mut self, id: &str) -> Self {
        id.clone_into(&mut self.model);
        self
    }

    /// Gives an image, a JPEG of 64 by 48 pixels, at the route of this model.
    #[must_use]
    pub fn image_model(mut self, id: &str) -> Self {
        self.image_models.push(id.to_owned());
        self
    }

    /// Gives a sound, WAV of a tenth of a second, at the route of this model.
    #[must_use]
    pub fn speech_model(mut self, id: &str) -> Self {
        self.speech_models.push(id.to_owned());
        self
    }

    /// Ends whole answers with this special token, which TGI's streams show and texts do not.
    #[must_use]
    pub fn end_token(mut self, text: &str) -> Self {
        self.end_token = Some(text.to_owned());
        self
    }

    /// Fails after so many tokens: streams say so in the middle.
    #[must_use]
    pub fn breaks_after(mut self, tokens: usize, reason: &str) -> Self {
        self.breaks_after = Some((tokens, reason.to_owned()));
        self
    }

    /// Writes a comment before each event of a stream, as servers do that think for long.
    #[must_use]
    pub fn keep_alives(mut self) -> Self {
        self.keeps_alive = true;
        self
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
        let target = Target::of(&request.path);
        if !target.route.is_known_to(self.engine) {
            return Response::new(404);
        }
        let wants_post = !matches!(target.route, Route::Info | Route::Health | Route::Models);
        if request.method != if wants_post { "POST" } else { "GET" } {
            return Response::new(405);
        }
        match target.route {
            Route::Health => return Response::new(200),
            Route::Info => return Response::new(200).json(&self.info(&target)),
            Route::Models => {
                let model =
                    json!({"id": self.model, "object": "model", "created": 0, "owned_by": self.model});
                return Response::new(200).json(&json!({"object": "list", "data": [model]}));
            }
            _ => {}
        }
        if self.token.is_some() && request.bearer() != self.token.as_deref() {
            return self.engine.unauthorised();
        }
        if let Some(scripted) = self.scripted() {
            return scripted;
        }
        if target.model.is_none() {
            return self.generate(request, &target);
        }
        let key = (request.path.clone(), request.body.clone());
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if request.header("x-use-cache") != Some("0")
            && let Some(known) = cache.get(&key)
        {
            return known.clone().set_header("x-compute-type", "cache");
        }
        let answer = self.generate(request, &target);
        if answer.status() == 200 {
            cache.insert(key, answer.clone());
        }
        answer
    }

    fn generate(&self, request: &Request, target: &Target) -> Response {
        let is_one_of = |models: &[String]| target.model.as_ref().is_some_and(|model| models.contains(model));
        match target.route {
            Route::Root if is_one_of(&self.image_models) => self.image(),
            Route::Root if is_one_of(&self.speech_models) => {
                Response::new(200).header("content-type", "audio/wav").body(media::wav())
            }
            Route::Generate if self.engine == Engine::SgLang => self.sglang(request),
            Route::Root | Route::Generate | Route::GenerateStream => self.tgi(request, target.route),
            Route::Completions | Route::Chat => self.openai(request, target),
            Route::Health | Route::Info | Route::Models | Route::Unknown => Response::new(404),
        }
    }

    /// An image, each a little brighter than the one before.
    fn image(&self) -> Response {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.images = script.images.wrapping_add(1);
        let image = media::jpeg(8, 6, |x, y| (x * 16 + y * 4).wrapping_add(script.images));
        // Servers are asked for PNG, and give what they have.
        Response::new(200).header("content-type", "image/jpeg").body(image)
    }

    /// What the script says instead of an answer.
    fn scripted(&self) -> Option<Response> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        if !script.responses.is_empty() {
            return Some(script.responses.remove(0));
        }
        if script.loading > 0 {
            script.loading -= 1;
            return Some(self.engine.loading(&self.model, script.estimated_time));
        }
        let left = script.loading_until?.checked_duration_since(Instant::now())?;
        Some(self.engine.loading(&self.model, left.as_secs_f64()))
    }

    /// An event stream of these frames.
    fn stream(&self, frames: &[Value], is_ended: bool) -> Response {
        let mut parts = Vec::new();
        let mut event = |data: &str, pause: Option<Duration>| {
            if self.keeps_alive {
                parts.push(Part::Bytes(b":\n\n".to_vec()));
            }
            parts.push(Part::Bytes(format!("data: {data}\n\n").into_bytes()));
            parts.extend(pause.map(Part::Pause));
        };
        for frame in frames {
            event(&frame.to_string(), self.frame_pause);
        }
        if is_ended {
            event("[DONE]", None);
        }
        let response = Response::new(200)
            .header("content-type", "text/event-stream")
            .header("cache-control", "no-cache")
            .header("x-accel-buffering", "no")
            .parts(parts);
        match self.pieces {
            Some(bytes) => response.in_pieces_of(bytes),
            None => response,
        }
    }

    fn info(&self, target: &Target) -> Value {
        json!({
            "model_id": target.model.as_ref().unwrap_or(&self.model),
            "model_pipeline_tag": "text-generation",
            "max_concurrent_requests": 128,
            "max_best_of": 2,
            "max_stop_sequences": 4,
            "max_input_tokens": 1000,
            "max_total_tokens": 1024,
            "router": "rolecall-testkit",
            "version": env!("CARGO_PKG_VERSION"),
        })
    }
}
