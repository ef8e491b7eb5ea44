//! What the Hub tells: whose token it is, and what is deployed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};
use rolecall::{Environment, Token};
use serde_json::Value;

use crate::dialect::Request;
use crate::endpoint::check_id;
use crate::transport::Transport;
use crate::{Endpoint, Error, ErrorKind, Result};

/// The most pages of a list. The Hub puts a thousand models on one.
const MAX_PAGES: usize = 500;

/// Asks the Hub. Cheap to clone; clones share their connections and what was answered.
///
/// ```
/// use rolecall::Token;
/// use rolecall_sender::{Endpoint, Hub};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// # let server = rolecall_testkit::FakeHub::new().deployed("together", "org/name", "conversational").start()?;
/// # let address = server.url();
/// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "the settings");
/// assert_eq!(hub.whoami().await?.full_name.as_deref(), Some("Somebody"));
/// for provider in hub.providers("org/name").await? {
///     println!("{} serves it", provider.provider);
/// }
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hub {
    transport: Transport,
    /// Where the token comes from, in words.
    source: Option<String>,
    identity: Arc<Mutex<Option<Identity>>>,
}

/// Whose token it is.
///
/// ```
/// use rolecall::Token;
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let server = rolecall_testkit::FakeHub::new().start()?;
/// # let address = server.url();
/// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "--token");
/// let identity = hub.whoami()?;
/// assert_eq!((identity.kind.as_str(), identity.name.as_str()), ("user", "somebody"));
/// assert_eq!(identity.token_role.as_deref(), Some("read"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// `user` or `org`.
    pub kind: String,
    /// The account's name.
    pub name: String,
    /// The person's or organisation's name.
    pub full_name: Option<String>,
    /// The address for mail, if the token may see it.
    pub email: Option<String>,
    /// Whether it can pay.
    pub can_pay: Option<bool>,
    /// Whether it has a subscription.
    pub is_pro: Option<bool>,
    /// The organisations that it belongs to.
    pub organisations: Vec<Organisation>,
    /// The token's name.
    pub token_name: Option<String>,
    /// What the token may do: `read`, `write` or `fineGrained`.
    pub token_role: Option<String>,
    /// All of it.
    pub document: Value,
}

/// An organisation that somebody belongs to.
///
/// ```
/// use rolecall::Token;
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let document = serde_json::json!({"name": "me", "orgs": [{"name": "my-org", "roleInOrg": "write"}]});
/// # let answer = rolecall_testkit::Response::new(200).json(&document);
/// # let server = rolecall_testkit::FakeHub::new().once("whoami", answer).start()?;
/// # let address = server.url();
/// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "--token");
/// let organisation = &hub.whoami()?.organisations[0];
/// assert_eq!((organisation.name.as_str(), organisation.role.as_deref()), ("my-org", Some("write")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// What one may do in it, such as `write`.
    pub role: Option<String>,
}

/// A model that a provider serves.
///
/// ```
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let server = rolecall_testkit::FakeHub::new();
/// # let server = server.deployed("hf-inference", "org/name", "text-generation").start()?;
/// # let address = server.url();
/// let models = Hub::new(Endpoint::parse(&address)?).deployed("hf-inference")?;
/// let writers = models.iter().filter(|model| model.task.as_deref() == Some("text-generation"));
/// assert_eq!(writers.map(|model| model.id.as_str()).collect::<Vec<_>>(), ["org/name"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeployedModel {
    /// Its id.
    pub id: String,
    /// Its task, such as `text-generation`.
    pub task: Option<String>,
}

/// How a provider serves a model.
///
/// ```
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let server = rolecall_testkit::FakeHub::new();
/// # let server = server.deployed("together", "org/name", "conversational").start()?;
/// # let address = server.url();
/// let mapping = &Hub::new(Endpoint::parse(&address)?).providers("org/name")?[0];
/// assert_eq!((mapping.provider.as_str(), mapping.task.as_deref()), ("together", Some("conversational")));
/// assert_eq!(mapping.status.as_deref(), Some("live"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderMapping {
    /// The provider's name.
    pub provider: String,
    /// The provider's own id of the model.
    pub provider_id: Option<String>,
    /// `live` or `staging`.
    pub status: Option<String>,
    /// The task.
    pub task: Option<String>,
}

impl Hub {
    /// The Hub at an address, such as `https://huggingface.co`. Each question may take two minutes.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Hub};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("hf-inference", "org/name", "text-generation").start()?;
    /// # let address = server.url();
    /// // Without a token, what is public can be asked.
    /// let hub = Hub::new(Endpoint::parse(&address)?);
    /// assert_eq!(hub.deployed("hf-inference").await?.len(), 1);
    /// assert_eq!(server.requests()[0].header("authorization"), None);
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(endpoint: Endpoint) -> Self {
        let mut transport = Transport::new(endpoint);
        transport.first_byte = Duration::from_secs(30);
        transport.silence = Duration::from_secs(30);
        // No answer of it is long: one that never ends is none.
        transport.deadline = Some(Duration::from_secs(120));
        Self { transport, source: None, identity: Arc::default() }
    }

    /// The Hub and the token of the environment: `HF_ENDPOINT`, `HF_TOKEN` and their companions.
    ///
    /// ```
    /// use rolecall::Environment;
    /// use rolecall_sender::Hub;
    ///
    /// let environment = Environment::from_lookup(|name| (name == "HF_HUB_OFFLINE").then(|| "1".to_owned()));
    /// let error = Hub::from_environment(&environment).unwrap_err();
    /// assert_eq!(error.to_string(), "the Hub may not be asked: HF_HUB_OFFLINE is set. Unset it.");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Endpoint`] when the address cannot be used, [`ErrorKind::Unauthorised`] when the token cannot be
    /// read, [`ErrorKind::Connection`] when `HF_HUB_OFFLINE` is set.
    pub fn from_environment(environment: &Environment) -> Result<Self> {
        if environment.offline() {
            return Err(Error::new(ErrorKind::Connection, "the Hub may not be asked: HF_HUB_OFFLINE is set")
                .help("Unset it"));
        }
        let hub = Self::new(Endpoint::parse(&environment.endpoint())?);
        let token = environment
            .token_and_source()
            .map_err(|error| Error::new(ErrorKind::Unauthorised, error.to_string()))?;
        Ok(match token {
            Some((token, source)) => hub.token(token, source),
            None => hub,
        })
    }

    /// The token, and where it comes from, such as `--token`: an error names it.
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, Hub};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeHub::new().refuse_token("hf_old").start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_old"), "--token");
    /// let error = hub.whoami().await.unwrap_err();
    /// assert!(error.to_string().starts_with("the Hub does not know the token from --token"));
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(mut self, token: Token, source: impl Into<String>) -> Self {
        self.transport.token = Some(token);
        self.source = Some(source.into());
        self.identity = Arc::default();
        self
    }

    /// Whose token it is. The answer is kept: the Hub allows only few such questions.
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, Hub};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeHub::new().start()?;
    /// let hub = Hub::new(Endpoint::parse(&server.url())?).token(Token::new("hf_me"), "--token");
    /// assert_eq!(hub.whoami().await?.name, "somebody");
    /// assert_eq!(hub.whoami().await?.email.as_deref(), Some("somebody@example.com"));
    /// assert_eq!(server.requests().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorised`] when there is no token or the Hub does not know it, [`ErrorKind::Forbidden`] when it
    /// may not ask, [`ErrorKind::Overloaded`] when it asked too often.
    pub async fn whoami(&self) -> Result<Identity> {
        if let Some(known) = self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        let Some(source) = &self.source else {
            return Err(Error::new(ErrorKind::Unauthorised, "there is no token to ask about")
                .help("Give one with Hub::token or --token, set HF_TOKEN, or log in with hf auth login"));
        };
        let document = self.get("api/whoami-v2", &[]).await.map_err(|error| match error.kind() {
            ErrorKind::Unauthorised => error
                .reworded(format!("the Hub does not know the token from {source}"))
                .help("Check it, or make a new one"),
            ErrorKind::Overloaded => {
                error.help("This question is limited on purpose: keep its answer, and ask again later")
            }
            _ => error,
        })?;
        let identity = Identity::read(document).map_err(|error| self.transport.hide(error))?;
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity.clone());
        Ok(identity)
    }

    /// The models that a provider serves, such as `hf-inference`: all of them, however many pages the Hub makes of them.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Hub};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("hf-inference", "org/painter", "text-to-image").start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?);
    /// let models = hub.deployed("hf-inference").await?;
    /// assert_eq!((models.len(), models[0].id.as_str()), (1, "org/painter"));
    /// assert!(hub.deployed("together").await?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the Hub or the network says; [`ErrorKind::Protocol`] for a list without an end.
    pub async fn deployed(&self, provider: &str) -> Result<Vec<DeployedModel>> {
        let text = |model: &Value, name: &str| model.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut all = Vec::new();
        let mut next = Some(self.url("api/models", &[("inference_provider", provider)]));
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { return Ok(all) };
            let reply = self.transport.send(&Request::get(url.clone())).await?;
            next = next_page(&url, reply.headers());
            let document = self.transport.document(reply).await?;
            let Some(models) = document.as_array() else {
                return Err(self.transport.hide(unexpected(&document)));
            };
            all.extend(models.iter().filter_map(|model| {
                let id = text(model, "id").or_else(|| text(model, "modelId"))?;
                Some(DeployedModel { id, task: text(model, "pipeline_tag") })
            }));
        }
        let message = format!("the Hub's list of models has more than {MAX_PAGES} pages");
        Err(Error::new(ErrorKind::Protocol, message).help("Check HF_ENDPOINT"))
    }

    /// The providers that serve a model.
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Hub};
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("together", "org/name", "text-generation").start()?;
    /// # let address = server.url();
    /// let providers = Hub::new(Endpoint::parse(&address)?).providers("org/name").await?;
    /// assert_eq!(providers[0].provider, "together");
    /// # Ok::<_, Box<dyn std::error::Error>>(()) })?; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the Hub or the network says.
    pub async fn providers(&self, model: &str) -> Result<Vec<ProviderMapping>> {
        check_id(model)?;
        let path = format!("api/models/{model}");
        let document = self.get(&path, &[("expand", "inferenceProviderMapping")]).await?;
        let text = |mapping: &Value, name: &str| mapping.get(name).and_then(Value::as_str).map(str::to_owned);
        let read = |provider: String, mapping: &Value| ProviderMapping {
            provider,
            provider_id: text(mapping, "providerId"),
            status: text(mapping, "status"),
            task: text(mapping, "task"),
        };
        Ok(match document.get("inferenceProviderMapping") {
            Some(Value::Object(mappings)) => {
                mappings.iter().map(|(provider, mapping)| read(provider.clone(), mapping)).collect()
            }
            Some(Value::Array(mappings)) => mappings
                .iter()
                .filter_map(|mapping| Some(read(text(mapping, "provider")?, mapping)))
                .collect(),
            _ => Vec::new(),
        })
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let reply = self.transport.send(&Request::get(self.url(path, query))).await?;
        self.transport.document(reply).await
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.transport.endpoint.below(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// Where a list goes on, as the header `Link` says it: `<URL>; rel="next"`. The token goes there only if it is the same
/// server.
fn next_page(page: &Url, headers: &HeaderMap) -> Option<Url> {
    let links = headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok());
    // An address may hold commas.
    links.flat_map(|links| links.split('<').skip(1)).find_map(|link| {
        let (url, parameters) = link.split_once('>')?;
        let is_next = parameters.trim().trim_end_matches(',').split(';').any(|parameter| {
            matches!(parameter.trim().split_once('='), Some(("rel", name)) if name.trim_matches('"') == "next")
        });
        is_next.then(|| page.join(url).ok()).flatten()
    })
}

impl Identity {
    fn read(document: Value) -> Result<Self> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| document.get(name).and_then(Value::as_bool);
        let Some(name) = text(&document, "name") else { return Err(unexpected(&document)) };
        let token = document.get("auth").and_then(|auth| auth.get("accessToken")).unwrap_or(&Value::Null);
        let organisations = document.get("orgs").and_then(Value::as_array).into_iter().flatten();
        let organisations = organisations
            .filter_map(|one| Some(Organisation { name: text(one, "name")?, role: text(one, "roleInOrg") }));
        Ok(Self {
            kind: text(&document, "type").unwrap_or_default(),
            name,
            full_name: text(&document, "fullname"),
            email: text(&document, "email"),
            can_pay: flag("canPay"),
            is_pro: flag("isPro"),
            organisations: organisations.collect(),
            token_name: text(token, "displayName"),
            token_role: text(token, "role"),
            document,
        })
    }
}

fn unexpected(document: &Value) -> Error {
    Error::new(ErrorKind::Protocol, "the Hub's answer is not what it usually is")
        .said(crate::error::words(&document.to_string()))
        .help("Check HF_ENDPOINT")
}

#[cfg(test)]
mod tests {
    use rolecall_testkit::{Part, Response, Server};

    use super::*;
    use crate::blocking::run;

    #[test]
    fn the_next_page_is_found_in_every_form() {
        let page = Url::parse("https://hub.example/api/models?limit=1").expect("an address");
        for (link, expected) in [
            (r#"<https://hub.example/p?cursor=a>; rel="next""#, Some("https://hub.example/p?cursor=a")),
            (r#"<https://hub.example/p?f=a,b>; rel="next""#, Some("https://hub.example/p?f=a,b")),
            (r#"</x>; rel="prev", </api/p?cursor=b>; rel=next"#, Some("https://hub.example/api/p?cursor=b")),
            (r#"</a>; rel="next", </b>; rel="last""#, Some("https://hub.example/a")),
            (r#"</a>; rel="prev""#, None),
            ("nonsense", None),
        ] {
            let headers = HeaderMap::from_iter([(LINK, link.parse().expect("a header"))]);
            assert_eq!(next_page(&page, &headers).as_ref().map(Url::as_str), expected, "{link}");
        }
    }

    /// A server may drip for ever without ever being silent.
    #[test]
    fn no_answer_is_waited_for_without_end() {
        let drip = || [Part::Bytes(b" ".to_vec()), Part::Pause(Duration::from_millis(50))];
        let server =
            Server::start(move |_| Response::new(200).parts((0..200).flat_map(|_| drip()).collect()));
        let server = server.expect("a port");
        let mut hub = Hub::new(Endpoint::parse(&server.url()).expect("an address"));
        assert!(hub.transport.deadline.is_some_and(|deadline| deadline <= Duration::from_secs(120)));
        hub.transport.deadline = Some(Duration::from_millis(300));
        let error = run(async move { hub.deployed("x").await }).expect_err("no answer");
        assert_eq!(*error.kind(), ErrorKind::Timeout, "{error}");
    }
}
