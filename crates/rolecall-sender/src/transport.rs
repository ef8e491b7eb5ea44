//! HTTP: one client, its limits, and who gets the token. The only room with I/O.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Client, Method, Url};
use rolecall::Token;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{without, words};
use crate::retry::Circumstances;
use crate::{Endpoint, Error, ErrorKind, Note, Request, Result, failure, retry};

/// The most bytes of an answer, unless something else is asked for.
pub(crate) const MAX_ANSWER: usize = 64 << 20;

/// The most bytes of an error's body that are read.
const MAX_FAILURE: usize = 1 << 20;

type OnWait = dyn Fn(Waiting) + Send + Sync;
type OnNote = dyn Fn(&Note) + Send + Sync;

/// The sender is waiting for a server that is not ready.
///
/// ```
/// use std::time::Duration;
///
/// use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 0.2).start()?;
/// # let address = server.url();
/// let (waits, seen) = std::sync::mpsc::channel();
/// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
/// sender.on_wait(move |waiting| drop(waits.send(waiting))).generate("Hi", &Parameters::new())?;
/// let waiting = seen.recv()?;
/// assert_eq!(waiting.reason, "Model rolecall/fake is currently loading");
/// assert_eq!(waiting.pause, Duration::from_millis(200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// Sends requests to one server. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) endpoint: Endpoint,
    pub(crate) token: Option<Token>,
    pub(crate) headers: HeaderMap,
    pub(crate) wait: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) silence: Duration,
    pub(crate) max_answer: usize,
    pub(crate) repeats_all: bool,
    pub(crate) on_wait: Option<Arc<OnWait>>,
    pub(crate) on_note: Option<Arc<OnNote>>,
    connections: Option<Arc<Semaphore>>,
    max_idle: usize,
    client: Arc<OnceLock<Client>>,
}

/// Since when a request is sent, and how often it was sent again.
#[derive(Default)]
pub(crate) struct Attempts {
    start: Option<Instant>,
    count: u32,
}

impl Attempts {
    fn start(&mut self) -> Instant {
        *self.start.get_or_insert_with(Instant::now)
    }
}

/// An answer that has begun.
pub(crate) struct Reply {
    response: reqwest::Response,
    silence: Duration,
    end: Option<Instant>,
    secret: Option<Token>,
    /// The place among the connections that may be open at once; it is free again when the answer is dropped.
    #[allow(dead_code, reason = "only its end counts")]
    permit: Option<OwnedSemaphorePermit>,
}

/// Why no more can be read.
pub(crate) enum Interruption {
    Silence(Duration),
    Deadline,
    Broken(String),
}

impl Transport {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            token: None,
            headers: HeaderMap::new(),
            wait: Duration::ZERO,
            deadline: None,
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(600),
            silence: Duration::from_secs(120),
            max_answer: MAX_ANSWER,
            repeats_all: false,
            on_wait: None,
            on_note: None,
            connections: None,
            max_idle: usize::MAX,
            client: Arc::default(),
        }
    }

    /// A limit that belongs to the client: those of before keep theirs.
    pub(crate) fn forget_client(&mut self) {
        self.client = Arc::default();
    }

    /// How many connections may be open at once.
    pub(crate) fn limit_connections(&mut self, count: usize) {
        let count = count.clamp(1, Semaphore::MAX_PERMITS);
        self.connections = Some(Arc::new(Semaphore::new(count)));
        self.max_idle = count;
        self.forget_client();
    }

    pub(crate) fn note(&self, note: &Note) {
        if let Some(callback) = &self.on_note {
            callback(note);
        }
    }

    fn secret(&self) -> Option<&str> {
        self.token.as_ref().map(Token::reveal)
    }

    /// What an error says goes without the token.
    pub(crate) fn hide(&self, error: Error) -> Error {
        error.without(self.secret())
    }

    /// Sends until there is an answer with status 200, or no reason to ask again.
    pub(crate) async fn send(&self, request: &Request) -> Result<Reply> {
        self.send_again(request, &mut Attempts::default()).await
    }

    /// The same for a request that may have been sent before.
    pub(crate) async fn send_again(&self, request: &Request, attempts: &mut Attempts) -> Result<Reply> {
        self.check_host(&request.url)?;
        let client = self.client()?;
        let end = self.end(attempts);
        let permit = match &self.connections {
            Some(connections) => {
                let place =
                    within(remaining(end, Duration::MAX), Arc::clone(connections).acquire_owned()).await;
                place
                    .ok_or_else(|| {
                        self.too_slow("got no free connection", self.deadline.unwrap_or_default())
                    })?
                    .ok()
            }
            None => None,
        };
        self.note(&Note::Sending {
            route: format!("{} {}", request.method, request.url.path()),
            bytes: request.body.len(),
        });
        loop {
            let (error, asked_for) = match self.try_once(client, request, attempts.count, end).await {
                Ok(response) => {
                    self.note_headers(response.headers());
                    let secret = self.token.clone();
                    return Ok(Reply { response, silence: self.silence, end, secret, permit });
                }
                Err(failed) => failed,
            };
            if !self.pause(&error, asked_for, attempts).await {
                return Err(error);
            }
        }
    }

    /// When the time for the whole call is over.
    fn end(&self, attempts: &mut Attempts) -> Option<Instant> {
        let start = attempts.start();
        self.deadline.and_then(|deadline| start.checked_add(deadline))
    }

    /// Waits until a request may be sent again; `false` if it is not to be.
    pub(crate) async fn pause(
        &self,
        error: &Error,
        asked_for: Option<Duration>,
        attempts: &mut Attempts,
    ) -> bool {
        let left = self.wait.saturating_sub(attempts.start().elapsed());
        let left = remaining(self.end(attempts), left);
        let (attempt, repeats_all) = (attempts.count, self.repeats_all);
        let now = Circumstances { asked_for, attempt, left, jitter: retry::jitter(), repeats_all };
        let Some(pause) = retry::pause(error, now) else { return false };
        if let Some(callback) = &self.on_wait {
            let reason = error.server_message().unwrap_or("the model is not ready").to_owned();
            callback(Waiting { pause, left, reason });
        }
        tokio::time::sleep(pause).await;
        attempts.count += 1;
        true
    }

    async fn try_once(
        &self,
        client: &Client,
        request: &Request,
        attempt: u32,
        end: Option<Instant>,
    ) -> Result<reqwest::Response, (Error, Option<Duration>)> {
        let fail = |error: Error| (error.without(self.secret()), None);
        let method = if request.method == "GET" { Method::GET } else { Method::POST };
        let mut wire = client.request(method, request.url.clone());
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, value) in &request.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(*name, value);
            }
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, authorization(token).map_err(fail)?);
        }
        if attempt > 0 && request.method == "POST" {
            headers.insert("x-wait-for-model", HeaderValue::from_static("1"));
        }
        wire = wire.headers(headers);
        if !request.body.is_empty() {
            wire = wire.body(request.body.clone());
        }
        let limit = remaining(end, self.first_byte);
        let response = within(limit, wire.send()).await;
        let response = response
            .ok_or_else(|| fail(self.too_slow("began no answer", limit)))?
            .map_err(|error| fail(self.no_connection(&error)))?;
        let status = response.status().as_u16();
        let coding = coding(response.headers());
        if status == 200 {
            return match coding {
                None => Ok(response),
                Some(coding) => Err(fail(self.unasked(&coding))),
            };
        }
        let headers = response.headers().clone();
        self.note_headers(&headers);
        let asked_for = retry::asked_for(&headers, SystemTime::now());
        let mut reply = Reply { response, silence: self.silence, end, secret: None, permit: None };
        // Without its body a failure is still told apart by its status.
        let body = if coding.is_none() { reply.beginning(MAX_FAILURE).await } else { Vec::new() };
        let error = failure::of(status, &headers, &body, self.token.is_some());
        Err((error.without(self.secret()), asked_for))
    }

    /// Fetches what an answer names. No token goes with it, redirects are not followed, and an address that is a number
    /// is none of a public server.
    pub(crate) async fn fetch(&self, address: &str) -> Result<(Vec<u8>, Option<String>)> {
        let refused = |what: &str| {
            Error::new(ErrorKind::Protocol, format!("the answer is at an address that {what}"))
                .help("Ask the provider for the data itself")
        };
        let url = Url::parse(address).map_err(|_| refused("cannot be read"))?;
        let is_local = self.endpoint.is_loopback() && crate::endpoint::is_loopback(&url);
        let is_number = url.domain().is_none();
        if !is_local && (url.scheme() != "https" || is_number || crate::endpoint::is_loopback(&url)) {
            return Err(refused("is no public https address"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let unreachable = |error: Error, reason: &str| {
            error.reworded(format!("the data that the answer names cannot be fetched from {host}: {reason}"))
        };
        let end = self.deadline.and_then(|deadline| Instant::now().checked_add(deadline));
        let limit = remaining(end, self.first_byte);
        let response = within(limit, self.client()?.get(url).send()).await;
        let response = response
            .ok_or_else(|| {
                unreachable(self.too_slow("began no answer", limit), "it began no answer in time")
            })?
            .map_err(|error| unreachable(self.no_connection(&error), &root_cause(&error)))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut reply = Reply { response, silence: self.silence, end, secret: None, permit: None };
        if status != 200 {
            return Err(failure::of(status, &headers, &reply.beginning(MAX_FAILURE).await, true));
        }
        let kind = media_type(&headers);
        Ok((self.body(reply).await?, kind))
    }

    /// The whole body of an answer.
    pub(crate) async fn body(&self, mut reply: Reply) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            match reply.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => return Ok(body),
                Err(Interruption::Silence(limit)) => return Err(self.too_slow("broke off its answer", limit)),
                Err(Interruption::Deadline) => {
                    return Err(self.too_slow("did not end its answer", self.deadline.unwrap_or_default()));
                }
                Err(Interruption::Broken(reason)) => {
                    let message = format!("the answer of {} broke off: {reason}", self.endpoint);
                    return Err(Error::new(ErrorKind::Incomplete { text: String::new() }, message)
                        .help("Ask again: nothing says whether the server went on"));
                }
            }
            if body.len() > self.max_answer {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    format!("the answer of {} has more than {} bytes", self.endpoint, self.max_answer),
                )
                .help("Check the address, or allow more (max_answer)"));
            }
        }
    }

    /// The whole body of an answer that is JSON.
    pub(crate) async fn document(&self, reply: Reply) -> Result<Value> {
        let id = reply.request_id();
        let body = self.body(reply).await?;
        serde_json::from_slice(&body).map_err(|error| {
            let error = Error::new(ErrorKind::Protocol, format!("the server's answer is not JSON ({error})"))
                .said(failure::text_words(&body))
                .requested_as(id)
                .help("Check the address");
            self.hide(error)
        })
    }

    /// The token was given for one server.
    fn check_host(&self, url: &Url) -> Result<()> {
        if self.endpoint.is_same_server(url) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Endpoint, "the request is for another server than the sender's"))
    }

    fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("rolecall/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect)
            .pool_max_idle_per_host(self.max_idle)
            .redirect(reqwest::redirect::Policy::none());
        if self.endpoint.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Connection, format!("cannot set up connections: {}", root_cause(&error)))
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    fn note_headers(&self, headers: &HeaderMap) {
        let said = |name: &str| headers.get(name).and_then(|value| words(value.to_str().ok()?));
        let text = |name: &str| said(name).map(|text| without(text, self.secret()));
        if let Some(warning) = text("x-hf-warning") {
            self.note(&Note::Warning(warning));
        }
        if let Some(kind) = text("x-compute-type") {
            self.note(&Note::ComputeType(kind));
        }
    }

    fn no_connection(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() && error.is_connect() {
            return self.too_slow("could not be connected to", self.connect).repeatable();
        }
        let reason = root_cause(error);
        if error.is_connect() {
            let message = format!("cannot connect to {}: {reason}", self.endpoint);
            let error = Error::new(ErrorKind::Connection, message);
            // What a server proves, or speaks, is the same a second later.
            return if reason.contains("certificate") {
                error.help("Check the address: the server does not prove that it is the one it should be")
            } else if reason.contains("InvalidContentType") {
                error.help("Check the address: the server does not speak https")
            } else {
                error.help("Check the address, and that the server is running").repeatable()
            };
        }
        Error::new(ErrorKind::Connection, format!("the connection to {} broke: {reason}", self.endpoint))
            .help("Ask again: nothing says whether the server began to answer")
    }

    /// No compression is asked for, and what nobody asked for cannot be read.
    fn unasked(&self, coding: &str) -> Error {
        let message = format!(
            "the answer of {} is compressed ({coding}), and it was asked for as it is",
            self.endpoint
        );
        Error::new(ErrorKind::Protocol, message)
            .help("Let what stands in front of the server keep to the header accept-encoding")
    }

    fn too_slow(&self, what: &str, limit: Duration) -> Error {
        Error::new(
            ErrorKind::Timeout,
            // What remains of a deadline has more digits than anybody wants.
            format!(
                "{} {what} within {} seconds",
                self.endpoint,
                (limit.as_secs_f64() * 100.0).round() / 100.0
            ),
        )
        .help("Check that the server is not overloaded")
    }
}

impl Reply {
    /// The next bytes; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Interruption> {
        let limit = remaining(self.end, self.silence);
        match within(limit, self.response.chunk()).await {
            Some(Ok(part)) => Ok(part.map(Vec::from)),
            Some(Err(error)) => Err(Interruption::Broken(root_cause(&error))),
            None if limit < self.silence => Err(Interruption::Deadline),
            None => Err(Interruption::Silence(self.silence)),
        }
    }

    /// Reads to the end if that comes at once, so that the connection can be used again.
    pub(crate) async fn drain(mut self) {
        const AT_ONCE: Duration = Duration::from_millis(50);
        let rest = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        within(AT_ONCE, rest).await;
        // The connection is given back by tasks of its own. Let them come first: who gets the place would find no
        // connection and make another.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }

    /// As much of an error's body as can be had: up to a limit, and in all within the time that the server may be silent.
    async fn beginning(&mut self, limit: usize) -> Vec<u8> {
        let mut body = Vec::new();
        let end = Instant::now().checked_add(self.silence);
        self.end = self.end.into_iter().chain(end).min();
        while let Ok(Some(part)) = self.chunk().await {
            body.extend_from_slice(&part);
            if body.len() > limit {
                body.truncate(limit);
                break;
            }
        }
        body
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(crate) fn request_id(&self) -> Option<String> {
        failure::request_id(self.headers())
    }

    /// What its error says goes without the token.
    pub(crate) fn hide(&self, error: Error) -> Error {
        error.without(self.secret.as_ref().map(Token::reveal))
    }

    pub(crate) fn is_event_stream(&self) -> bool {
        media_type(self.headers()).as_deref() == Some("text/event-stream")
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("endpoint", &self.endpoint)
            .field("token", &self.token)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

/// A header as people give it.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let refused = || {
        Error::new(ErrorKind::Parameter, format!("{name:?} is no header, or its value cannot be sent"))
            .help("Write a name such as x-use-cache and a value in ASCII")
    };
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
    if name == AUTHORIZATION {
        return Err(
            Error::new(ErrorKind::Parameter, "a token is no ordinary header").help("Give it as the token")
        );
    }
    Ok((name, HeaderValue::from_str(value).map_err(|_| refused())?))
}

/// The media type of a body, in lower case and without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    kind.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
}

/// How a body is compressed, if it is.
fn coding(headers: &HeaderMap) -> Option<String> {
    let coding = words(&String::from_utf8_lossy(headers.get(CONTENT_ENCODING)?.as_bytes()))?;
    (!coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

fn authorization(token: &Token) -> Result<HeaderValue> {
    // A header may hold other bytes, which are what remains of a file or variable that is no text.
    let value = Some(token.reveal()).filter(|token| token.is_ascii());
    let value = value.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
    let mut value = value.ok_or_else(|| {
        Error::new(ErrorKind::Parameter, "the token holds characters that no token has")
            .help("Check where it comes from")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A limit, or what remains until the end if that is less.
fn remaining(end: Option<Instant>, limit: Duration) -> Duration {
    end.map_or(limit, |end| limit.min(end.saturating_duration_since(Instant::now())))
}

async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}

/// The innermost reason: the outer ones repeat the URL.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    words(&cause.to_string()).unwrap_or_else(|| "no reason is given".to_owned())
}
