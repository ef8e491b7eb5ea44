//! What a server tells about itself.

use serde_json::Value;

use crate::dialect::Request;
use crate::{Error, ErrorKind, Result, Sender, failure};

/// What `/info` of TGI says. What it leaves out is not there; [`Info::document`] has all of it.
///
/// ```
/// use rolecall_sender::{Endpoint, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let info = Sender::new(Endpoint::parse(&address)?).info()?;
/// assert_eq!(info.model_id.as_deref(), Some("rolecall/fake"));
/// assert_eq!((info.max_input_tokens, info.max_total_tokens), (Some(1000), Some(1024)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// The model's id.
    pub model_id: Option<String>,
    /// The commit of the model's repository.
    pub model_sha: Option<String>,
    /// The task, such as `text-generation`: without it, or with this one, `POST /` answers with the prompt in front.
    pub model_pipeline_tag: Option<String>,
    /// The server's version.
    pub version: Option<String>,
    /// How many requests it works on at once.
    pub max_concurrent_requests: Option<u64>,
    /// The most for `best_of`.
    pub max_best_of: Option<u64>,
    /// The most for `stop`.
    pub max_stop_sequences: Option<u64>,
    /// The most tokens of a prompt.
    pub max_input_tokens: Option<u64>,
    /// The most tokens of prompt and answer.
    pub max_total_tokens: Option<u64>,
    /// All of it.
    pub document: Value,
}

/// How a server is.
///
/// ```
/// use rolecall_sender::{Endpoint, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let status = Sender::new(Endpoint::parse(&address)?).status()?;
/// assert!(status.health.is_ok());
/// assert_eq!(status.info.and_then(|info| info.max_stop_sequences), Some(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Status {
    /// Whether it answers, and is well: the error if not. A server without `/health` is well when one of the other routes
    /// answers.
    pub health: Result<()>,
    /// Whether it has `/health`.
    pub has_health_route: bool,
    /// What it tells about itself, if it has `/info`.
    pub info: Option<Info>,
    /// The models that it serves, if it has `/v1/models`.
    pub models: Vec<String>,
}

impl From<Value> for Info {
    /// Reads what `/info` answers.
    fn from(document: Value) -> Self {
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| document.get(name).and_then(Value::as_u64);
        Self {
            model_id: text("model_id"),
            model_sha: text("model_sha"),
            model_pipeline_tag: text("model_pipeline_tag"),
            version: text("version"),
            max_concurrent_requests: number("max_concurrent_requests"),
            max_best_of: number("max_best_of"),
            max_stop_sequences: number("max_stop_sequences"),
            max_input_tokens: number("max_input_tokens"),
            max_total_tokens: number("max_total_tokens"),
            document,
        }
    }
}

impl Sender {
    /// What the server tells about itself, by `/info`.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let info = Sender::new(Endpoint::parse(&address)?).info().await?;
    /// assert_eq!(info.model_pipeline_tag.as_deref(), Some("text-generation"));
    /// assert_eq!(info.document["router"], "rolecall-testkit");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] for a server that has no such route; what the server or the network says.
    pub async fn info(&self) -> Result<Info> {
        Ok(Info::from(self.get_json(self.endpoint().native("info")?).await?))
    }

    /// Whether the server is well, by `/health`.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::Server::start(|_| rolecall_testkit::refusals::unhealthy())?;
    /// # let address = server.url();
    /// // A server that answers 503.
    /// assert!(!Sender::new(Endpoint::parse(&address)?).health().await?);
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What keeps it from being asked: no connection, a refused token, no such route. A server that says it is not well
    /// gives `false`.
    pub async fn health(&self) -> Result<bool> {
        match self.ask_health().await {
            Ok(()) => Ok(true),
            Err(error) if error.status().is_some_and(|status| status >= 500) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// All that the server tells about itself.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new();
    /// # let server = server.engine(rolecall_testkit::Engine::LlamaCpp).start()?;
    /// # let address = server.url();
    /// // llama-server has no `/info`.
    /// let status = Sender::new(Endpoint::parse(&address)?).status().await;
    /// assert!(status.health.is_ok() && status.info.is_none());
    /// assert_eq!(status.models, ["rolecall/fake"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn status(&self) -> Status {
        let health = self.ask_health().await;
        // Who is not there has no more to say.
        if health.as_ref().is_err_and(|error| error.status().is_none()) {
            return Status { health, has_health_route: false, info: None, models: Vec::new() };
        }
        let has_health_route = !health.as_ref().is_err_and(is_no_route);
        let (models, info) = (self.models().await, self.info().await);
        let health = if has_health_route { health } else { judged_by(health, &models, &info) };
        Status { health, has_health_route, info: info.ok(), models: models.unwrap_or_default() }
    }

    /// The ids of the models that the server serves, by `/v1/models`.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Sender};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeGeneration::new().model("org/name").start()?;
    /// # let address = server.url();
    /// let models = Sender::new(Endpoint::parse(&address)?).models().await?;
    /// assert_eq!(models, ["org/name"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the server or the network says.
    pub async fn models(&self) -> Result<Vec<String>> {
        let document = self.get_json(self.endpoint().openai("models")?).await?;
        let models = document.get("data").and_then(Value::as_array).into_iter().flatten();
        Ok(models.filter_map(|model| model.get("id").and_then(Value::as_str)).map(str::to_owned).collect())
    }

    async fn get_json(&self, url: reqwest::Url) -> Result<Value> {
        let reply = self.transport.send(&Request::get(url)).await?;
        self.transport.document(reply).await
    }

    /// What the answer is does not matter, but a page for people, such as one to log in, comes from somebody else.
    async fn ask_health(&self) -> Result<()> {
        let reply = self.transport.send(&Request::get(self.endpoint().native("health")?)).await?;
        let body = self.transport.body(reply).await?;
        if !body.trim_ascii_start().starts_with(b"<") {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Protocol, "a page for people came in place of the server's health");
        let error = error.status_code(200).said(failure::text_words(&body));
        Err(self.transport.hide(error.help("Check the address")))
    }
}

fn is_no_route(error: &Error) -> bool {
    *error.kind() == ErrorKind::NotFound
}

/// Whether a server without `/health` is well. What is wrong with a route that it has says more than that others are missing.
fn judged_by(health: Result<()>, models: &Result<Vec<String>>, info: &Result<Info>) -> Result<()> {
    if models.is_ok() || info.is_ok() {
        return Ok(());
    }
    let errors = [models.as_ref().err(), info.as_ref().err()];
    match errors.into_iter().flatten().find(|error| !is_no_route(error)) {
        Some(error) => Err(error.clone()),
        None => health,
    }
}
