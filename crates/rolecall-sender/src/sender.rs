//! Sends requests over HTTP.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response};
use rolecall::Token;

use crate::error::words;
use crate::sse::Reader;
use crate::tgi::{self, Event, Frames, Generation};
use crate::{Endpoint, Error, ErrorKind, Input, Parameters, Result, retry};

/// The most bytes of an answer.
const MAX_ANSWER: usize = 64 << 20;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Sends prompts to one endpoint. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Sender {
    endpoint: Endpoint,
    token: Option<Token>,
    wait: Duration,
    first_byte: Duration,
    silence: Duration,
    on_wait: Option<Arc<OnWait>>,
    client: Arc<OnceLock<Client>>,
}

type OnWait = dyn Fn(Waiting) + Send + Sync;

/// The sender is waiting for a server that is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// How long until it asks again.
    pub pause: Duration,
    /// What remains of the time that may be spent waiting.
    pub left: Duration,
    /// What the server said.
    pub reason: String,
}

impl Sender {
    /// A sender without a token that waits for nothing.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            token: None,
            wait: Duration::ZERO,
            first_byte: Duration::from_secs(600),
            silence: Duration::from_secs(120),
            on_wait: None,
            client: Arc::default(),
        }
    }

    /// The access token for this endpoint. It goes into the header `Authorization` and nowhere else.
    #[must_use]
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// How long to wait in all while the server says that the model is loading or that it has too much to do.
    /// Default: not at all.
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// How long the server may take until it begins to answer. Default: 10 minutes.
    #[must_use]
    pub fn first_byte_timeout(mut self, time: Duration) -> Self {
        self.first_byte = time;
        self
    }

    /// How long the server may say nothing in the middle of an answer. Default: 2 minutes.
    #[must_use]
    pub fn silence_timeout(mut self, time: Duration) -> Self {
        self.silence = time;
        self
    }

    /// Is called before each pause of [`Sender::wait`].
    #[must_use]
    pub fn on_wait(mut self, callback: impl Fn(Waiting) + Send + Sync + 'static) -> Self {
        self.on_wait = Some(Arc::new(callback));
        self
    }

    /// Sends a prompt and gives the whole answer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] before anything is sent when the server is known to refuse it; else what the
    /// server or the network says.
    pub async fn generate<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
    ) -> Result<Generation> {
        let response = self.post("generate", input, parameters, "application/json").await?;
        let id = request_id(response.headers());
        let body = self.body(response, MAX_ANSWER).await?;
        tgi::answer(&body).map_err(|error| error.requested_as(id))
    }

    /// Sends a prompt and gives the answer piece by piece.
    ///
    /// # Errors
    ///
    /// As [`Sender::generate`]; errors that come later are in the stream.
    pub async fn generate_stream<I: Input + ?Sized>(
        &self,
        input: &I,
        parameters: &Parameters,
    ) -> Result<TokenStream> {
        let response = self.post("generate_stream", input, parameters, "text/event-stream").await?;
        let mut stream = TokenStream {
            response: None,
            reader: Reader::default(),
            frames: Frames::default(),
            ready: VecDeque::new(),
            silence: self.silence,
            received: 0,
        };
        if has_type(response.headers(), "text/event-stream") {
            stream.response = Some(response);
            return Ok(stream);
        }
        // Some servers do not know streams and answer as a whole.
        let id = request_id(response.headers());
        let body = self.body(response, MAX_ANSWER).await?;
        let whole = tgi::answer(&body).map_err(|error| error.requested_as(id))?;
        stream.ready.push_back(Ok(Event::Token { text: whole.text.clone() }));
        stream.ready.push_back(Ok(Event::End(whole)));
        Ok(stream)
    }

    /// Posts until there is an answer with status 200, or no reason to ask again.
    async fn post<I: Input + ?Sized>(
        &self,
        route: &str,
        input: &I,
        parameters: &Parameters,
        accept: &'static str,
    ) -> Result<Response> {
        let body = tgi::request(input.wire_text()?, parameters)?;
        let client = self.client()?;
        let start = Instant::now();
        let mut attempt = 0;
        loop {
            let mut request = client
                .post(self.endpoint.route(route))
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, accept)
                .body(body.clone());
            if let Some(token) = &self.token {
                request = request.header(AUTHORIZATION, authorization(token)?);
            }
            if attempt > 0 {
                request = request.header("x-wait-for-model", "1");
            }
            let response = within(self.first_byte, request.send()).await;
            let response = response
                .ok_or_else(|| self.too_slow("began no answer", self.first_byte))?
                .map_err(|error| self.no_connection(&error))?;
            let status = response.status().as_u16();
            if status == 200 {
                return Ok(response);
            }
            let retry_after = seconds(response.headers());
            let error = self.failure(response).await;
            let left = self.wait.saturating_sub(start.elapsed());
            let Some(pause) = retry::pause(&error, retry_after, attempt, left) else { return Err(error) };
            if let Some(callback) = &self.on_wait {
                let reason = error.server_message().unwrap_or("the model is not ready").to_owned();
                callback(Waiting { pause, left, reason });
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("rolecall/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none());
        if self.endpoint.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Connection, format!("cannot set up connections: {}", root_cause(&error)))
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    /// An answer's body, as far as it may go.
    async fn body(&self, mut response: Response, limit: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let part = within(self.silence, response.chunk()).await;
            match part.ok_or_else(|| self.too_slow("broke off its answer", self.silence))? {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => return Ok(body),
                Err(error) => {
                    let text = String::new();
                    return Err(Error::new(
                        ErrorKind::Incomplete { text },
                        format!("the answer of {} broke off: {}", self.endpoint, root_cause(&error)),
                    )
                    .help("Ask again: nothing says whether the server went on"));
                }
            }
            if body.len() > limit {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    format!("the answer of {} has more than {} MiB", self.endpoint, limit >> 20),
                ));
            }
        }
    }

    /// What a status other than 200 means.
    async fn failure(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let id = request_id(response.headers());
        let location = response.headers().get(LOCATION).and_then(|location| words(location.to_str().ok()?));
        // Without its body a failure is still told apart by its status.
        let body = self.body(response, MAX_ANSWER).await.unwrap_or_default();
        let error = tgi::failure(status, &body, self.token.is_some()).requested_as(id);
        if *error.kind() == ErrorKind::Redirect { error.said(location) } else { error }
    }

    fn no_connection(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() {
            return self.too_slow("could not be connected to", CONNECT);
        }
        let reason = root_cause(error);
        if error.is_connect() {
            return Error::new(
                ErrorKind::Connection,
                format!("cannot connect to {}: {reason}", self.endpoint),
            )
            .help("Check the address, and that the server is running");
        }
        Error::new(ErrorKind::Connection, format!("the connection to {} broke: {reason}", self.endpoint))
            .help("Ask again: nothing says whether the server began to answer")
    }

    fn too_slow(&self, what: &str, limit: Duration) -> Error {
        Error::new(
            ErrorKind::Timeout,
            format!("{} {what} within {} seconds", self.endpoint, limit.as_secs_f64()),
        )
        .help("Check that the server is not overloaded")
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("endpoint", &self.endpoint)
            .field("token", &self.token)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

/// An answer that comes piece by piece. Dropping it ends the connection, and with it the generation.
pub struct TokenStream {
    response: Option<Response>,
    reader: Reader,
    frames: Frames,
    ready: VecDeque<Result<Event>>,
    silence: Duration,
    received: usize,
}

impl TokenStream {
    /// The next piece; `None` after [`Event::End`] or an error.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                if event.is_err() || matches!(event, Ok(Event::End(_))) {
                    self.response = None;
                    self.ready.clear();
                }
                return Some(event);
            }
            let response = self.response.as_mut()?;
            let part = within(self.silence, response.chunk()).await;
            let events = match part {
                Some(Ok(Some(bytes))) => {
                    self.received += bytes.len();
                    self.reader.push(&bytes)
                }
                Some(Ok(None)) => {
                    self.response = None;
                    self.reader.finish().map(|event| event.into_iter().collect())
                }
                Some(Err(error)) => {
                    Err(self.frames.broke_off(&format!("the stream broke off: {}", root_cause(&error))))
                }
                None => {
                    let limit = self.silence.as_secs_f64();
                    Err(self.frames.broke_off(&format!("the server said nothing for {limit} seconds")))
                }
            };
            self.take(events);
        }
    }

    /// Makes what came into what is given out.
    fn take(&mut self, events: Result<Vec<String>>) {
        let too_long = self.received > MAX_ANSWER;
        let events = match events {
            Ok(_) if too_long => Err(self.frames.broke_off("the stream is longer than any real answer")),
            events => events,
        };
        match events {
            Ok(events) => {
                for data in events {
                    match self.frames.read(&data) {
                        Ok(events) => self.ready.extend(events.into_iter().map(Ok)),
                        Err(error) => {
                            self.ready.push_back(Err(error));
                            break;
                        }
                    }
                }
                let has_error = self.ready.iter().any(Result::is_err);
                if self.response.is_none() && !self.frames.has_ended() && !has_error {
                    self.ready.extend(self.frames.finish().err().map(Err));
                }
            }
            Err(error) => self.ready.push_back(Err(error)),
        }
    }
}

impl fmt::Debug for TokenStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStream").field("received", &self.received).finish_non_exhaustive()
    }
}

async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}

fn authorization(token: &Token) -> Result<HeaderValue> {
    let value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
    let mut value = value.map_err(|_| {
        Error::new(ErrorKind::Parameter, "the token holds characters that no token has")
            .help("Check where it comes from")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = ["x-request-id", "x-amzn-trace-id", "x-amz-cf-id"].iter().find_map(|name| headers.get(*name))?;
    words(id.to_str().ok()?)
}

/// `Retry-After` in seconds.
fn seconds(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The innermost reason: the outer ones repeat the URL.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    words(&cause.to_string()).unwrap_or_else(|| "no reason is given".to_owned())
}
