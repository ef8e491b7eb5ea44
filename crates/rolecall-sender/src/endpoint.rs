//! Where a server is, which routes it has, and who may get a token.

use std::fmt;

use reqwest::Url;

use crate::{Dialect, Error, ErrorKind, Result};

/// Hugging Face's router to inference providers.
const ROUTER: &str = "https://router.huggingface.co";

/// The host that Hugging Face's inference had until about the end of 2025.
const OLD_HOST: &str = "api-inference.huggingface.co";

/// The provider of Hugging Face itself, whose routes are those of a text-generation server for each model.
const HF_INFERENCE: &str = "hf-inference";

/// The other providers whose text completions the router has.
const COMPLETING_PROVIDERS: [&str; 4] = ["deepinfra", "featherless-ai", "novita", "together"];

/// Where the `OpenAI` routes of providers begin on the router, if not at `v1`.
const PROVIDER_ROOTS: [(&str, &str); 3] =
    [("deepinfra", "v1/openai"), ("groq", "openai/v1"), ("novita", "v3/openai")];

/// The address of a server; the routes of the dialects are added to it, and never doubled: an address that ends in
/// `/v1`, `/v1/chat/completions` or `/generate` is understood. A query stays, and is never shown.
///
/// Plain `http` goes only to this computer: a prompt and a token would be readable on the way to any other,
/// unless [`Endpoint::parse_allowing_http`] says that this is wanted.
///
/// ```
/// use rolecall_sender::{Dialect, Endpoint};
///
/// let local = Endpoint::parse("http://127.0.0.1:8080/v1/")?;
/// assert_eq!(local.url(Dialect::Chat, false)?.path(), "/v1/chat/completions");
/// assert_eq!(local.url(Dialect::Tgi, true)?.path(), "/generate_stream");
///
/// let router = Endpoint::hugging_face().provider("hf-inference").model("org/name");
/// assert_eq!(router.url(Dialect::Tgi, false)?.path(), "/hf-inference/models/org/name");
///
/// assert!(Endpoint::parse("http://example.com").is_err());
/// assert!(Endpoint::parse("https://user:secret@example.com").is_err());
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    model: Option<String>,
    provider: Option<String>,
    is_router: bool,
}

impl Endpoint {
    /// Hugging Face's router, `https://router.huggingface.co`. Chat needs a [`model`](Self::model), everything else a
    /// [`provider`](Self::provider), too.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint};
    ///
    /// let router = Endpoint::hugging_face().model("org/name");
    /// let url = router.url(Dialect::Chat, false)?;
    /// assert_eq!(url.as_str(), "https://router.huggingface.co/v1/chat/completions");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn hugging_face() -> Self {
        match Self::parse(ROUTER) {
            Ok(router) => router,
            Err(_) => unreachable!("the router's address is one"),
        }
    }

    /// Reads an address: of a local server, a dedicated Inference Endpoint, a model's route or the router.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint};
    ///
    /// let server = Endpoint::parse("https://name.endpoints.huggingface.cloud/v1")?;
    /// assert_eq!(server.url(Dialect::Completions, false)?.path(), "/v1/completions");
    /// let error = Endpoint::parse("http://example.com").unwrap_err();
    /// assert!(error.to_string().starts_with("http://example.com is plain http to another computer"));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Endpoint`] when it is no http address, carries a user name or a fragment, or is plain http to
    /// another computer.
    pub fn parse(address: &str) -> Result<Self> {
        let endpoint = Self::parse_allowing_http(address)?;
        if endpoint.url.scheme() == "http" && !endpoint.is_loopback() {
            return Err(Error::new(
                ErrorKind::Endpoint,
                format!("{endpoint} is plain http to another computer: the prompt and the token could be read on the way"),
            )
            .help("Use https, or allow it with Endpoint::parse_allowing_http, or --allow-http"));
        }
        Ok(endpoint)
    }

    /// Reads an address that may be plain http to any computer.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint};
    ///
    /// let neighbour = Endpoint::parse_allowing_http("http://10.0.0.7:8080")?;
    /// assert_eq!(neighbour.url(Dialect::Tgi, false)?.as_str(), "http://10.0.0.7:8080/generate");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Endpoint::parse`].
    pub fn parse_allowing_http(address: &str) -> Result<Self> {
        let refused = |problem: &str| {
            // The address may hold a password: it is not repeated.
            Error::new(ErrorKind::Endpoint, format!("the endpoint's address {problem}"))
                .help("Write it like https://name.endpoints.huggingface.cloud or http://127.0.0.1:8080")
        };
        let mut url =
            Url::parse(address.trim()).map_err(|error| refused(&format!("cannot be read ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(refused("does not start with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password").help("Give a token instead"));
        }
        if url.fragment().is_some() {
            return Err(refused("has a fragment, which a base address cannot have"));
        }
        // Its base address for clients of OpenAI's ends in /v1.
        let is_router =
            url.host_str() == Some("router.huggingface.co") && matches!(path_of(&url), "" | "/v1");
        if is_router {
            url.set_path("");
        }
        Ok(Self { url, model: None, provider: None, is_router })
    }

    /// The model's id: what the router needs, and the field `model` of completions and chat. Servers of one model may
    /// refuse any other name.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, Sender};
    ///
    /// let server = Endpoint::parse("http://127.0.0.1:8000")?.model("org/name");
    /// let sender = Sender::new(server).dialect(Dialect::Completions);
    /// let prepared = sender.prepare("Hi", &Parameters::new(), false)?;
    /// assert!(prepared.request.body.contains(r#""model":"org/name""#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn model(mut self, id: impl Into<String>) -> Self {
        self.model = Some(id.into());
        self
    }

    /// The inference provider, such as `hf-inference` or `together`. The address is then taken for a router's, whose
    /// routes begin with the provider's name.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint};
    ///
    /// let together = Endpoint::hugging_face().provider("together").model("org/name");
    /// assert_eq!(together.url(Dialect::Completions, false)?.path(), "/together/v1/completions");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self.is_router = true;
        self
    }

    /// The model's id, if one was given.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// let router = Endpoint::hugging_face();
    /// assert_eq!(router.model_id(), None);
    /// assert_eq!(router.model("org/name").model_id(), Some("org/name"));
    /// ```
    pub fn model_id(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The provider's name, if one was given.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// let router = Endpoint::hugging_face();
    /// assert_eq!(router.provider_name(), None);
    /// assert_eq!(router.provider("hf-inference").provider_name(), Some("hf-inference"));
    /// ```
    pub fn provider_name(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Where a dialect's requests go.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, ErrorKind};
    ///
    /// let server = Endpoint::parse("http://127.0.0.1:8080")?;
    /// assert_eq!(server.url(Dialect::Tgi, true)?.as_str(), "http://127.0.0.1:8080/generate_stream");
    /// // The router has many models, and none was named.
    /// let error = Endpoint::hugging_face().url(Dialect::Chat, true).unwrap_err();
    /// assert_eq!(error.kind(), &ErrorKind::Endpoint);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Endpoint`] when there is no such route, [`ErrorKind::Gone`] for the host that Hugging Face's
    /// inference had.
    pub fn url(&self, dialect: Dialect, stream: bool) -> Result<Url> {
        self.refuse_old_host()?;
        match dialect {
            Dialect::Chat => self.openai("chat/completions"),
            Dialect::Completions => self.openai("completions"),
            Dialect::Tgi | Dialect::SgLang if self.model.is_some() && !self.is_router => Err(Error::new(
                ErrorKind::Endpoint,
                format!("{self} is asked for its one model in the dialect {dialect}, and a name of a model has no place there"),
            )
            .help("Leave the name out, or give the model's own address, which ends with /models/ORG/NAME")),
            Dialect::Tgi | Dialect::SgLang if self.is_model_route() => self.native(""),
            Dialect::Tgi if stream => self.native("generate_stream"),
            Dialect::Tgi | Dialect::SgLang => self.native("generate"),
        }
    }

    /// A route beside `/generate`, such as `info` or `health`; the model's own address for the empty one.
    pub(crate) fn native(&self, route: &str) -> Result<Url> {
        self.refuse_old_host()?;
        let base = if self.is_router { self.provider_model()? } else { native_base(&self.url).to_owned() };
        Ok(self.at(&[&base, route]))
    }

    /// A route of `OpenAI`'s, below `v1`.
    pub(crate) fn openai(&self, route: &str) -> Result<Url> {
        self.refuse_old_host()?;
        if !self.is_router {
            let (base, has_root) = openai_base(&self.url);
            return Ok(self.at(&[base, if has_root { "" } else { "v1" }, route]));
        }
        match self.provider.as_deref() {
            Some(HF_INFERENCE) => Ok(self.at(&[&self.provider_model()?, "v1", route])),
            Some(provider) => {
                self.needs_model()?;
                if route == "completions" && !COMPLETING_PROVIDERS.contains(&provider) {
                    return Err(Error::new(
                        ErrorKind::Endpoint,
                        format!("the router has no text completions of the provider {provider}"),
                    )
                    .help(format!(
                        "Use the dialect chat, or one of {HF_INFERENCE}, {}",
                        COMPLETING_PROVIDERS.join(", ")
                    )));
                }
                let root =
                    PROVIDER_ROOTS.iter().find(|(name, _)| *name == provider).map_or("v1", |(_, root)| root);
                Ok(self.at(&[path_of(&self.url), segment(provider)?, root, route]))
            }
            None if route == "chat/completions" => {
                self.needs_model()?;
                Ok(self.at(&[path_of(&self.url), "v1", route]))
            }
            None => Err(Self::needs_provider()),
        }
    }

    /// The path of a model on the router.
    fn provider_model(&self) -> Result<String> {
        let Some(provider) = self.provider.as_deref() else { return Err(Self::needs_provider()) };
        if provider != HF_INFERENCE {
            return Err(Error::new(
                ErrorKind::Endpoint,
                format!("the provider {provider} has no route of this kind: only {HF_INFERENCE} has"),
            )
            .help("Use the dialect completions or chat, or the provider hf-inference"));
        }
        let model = self.needs_model()?;
        check_id(model)?;
        Ok(format!("{}/{provider}/models/{model}", path_of(&self.url)))
    }

    fn needs_model(&self) -> Result<&str> {
        self.model.as_deref().ok_or_else(|| {
            Error::new(ErrorKind::Endpoint, "the router has many models, and none was named")
                .help("Name one with Endpoint::model, or --served-model ORG/NAME")
        })
    }

    fn needs_provider() -> Error {
        Error::new(ErrorKind::Endpoint, "the router has no such route without a provider: only chat has one")
            .help("Name one with Endpoint::provider, or --provider, such as hf-inference, together or featherless-ai; or use the dialect chat")
    }

    fn refuse_old_host(&self) -> Result<()> {
        if self.host() != OLD_HOST {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Gone,
            format!("https://{OLD_HOST} is no longer supported: it answers 410 Gone since the end of 2025"),
        )
        .status_code(410)
        .help("Use https://router.huggingface.co with a provider and a model (Endpoint::hugging_face, --provider hf-inference), or the URL of your own Inference Endpoint"))
    }

    /// This address with another path; the query stays.
    pub(crate) fn at(&self, parts: &[&str]) -> Url {
        let mut url = self.url.clone();
        // They come out of an address, in which they are escaped already, or have nothing to escape.
        let parts: Vec<&str> =
            parts.iter().flat_map(|part| part.split('/')).filter(|part| !part.is_empty()).collect();
        url.set_path(&parts.join("/"));
        url
    }

    /// A path below this address as it was given.
    pub(crate) fn below(&self, path: &str) -> Url {
        self.at(&[path_of(&self.url), path])
    }

    /// Whether the address is that of one model among others, where `stream` is a field of the body: `…/models/{id}`.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// assert!(Endpoint::parse("https://example.com/models/org/name")?.is_model_route());
    /// assert!(!Endpoint::parse("https://example.com/v1")?.is_model_route());
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn is_model_route(&self) -> bool {
        if self.is_router {
            return true;
        }
        let mut segments = native_base(&self.url).rsplit('/');
        // An id has an organisation, or, of old, none.
        segments.nth(1) == Some("models") || segments.next() == Some("models")
    }

    /// Whether it is the provider hf-inference, by name or by address.
    pub(crate) fn is_hf_inference(&self) -> bool {
        self.provider.as_deref() == Some(HF_INFERENCE)
            || self.url.path_segments().and_then(|mut path| path.next()) == Some(HF_INFERENCE)
    }

    /// The host's name.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// assert_eq!(Endpoint::parse("https://example.com:8443/v1")?.host(), "example.com");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether two addresses are of one server: scheme, host and port.
    pub(crate) fn is_same_server(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// Whether the server is on this computer.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// assert!(Endpoint::parse("http://[::1]:8080")?.is_loopback());
    /// assert!(!Endpoint::parse("https://localhost.example.com")?.is_loopback());
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn is_loopback(&self) -> bool {
        // Servers print the address that stands for all of their own; as a destination it is this computer.
        is_loopback(&self.url) || matches!(self.host(), "0.0.0.0" | "[::]")
    }

    /// Whether the server is one of Hugging Face's, for whom the stored token is meant. Spaces are not: they are anybody's
    /// programs, which would read it.
    ///
    /// ```
    /// use rolecall_sender::Endpoint;
    ///
    /// assert!(Endpoint::parse("https://name.endpoints.huggingface.cloud")?.is_hugging_face());
    /// assert!(!Endpoint::parse("https://somebody-app.hf.space")?.is_hugging_face());
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn is_hugging_face(&self) -> bool {
        let host = self.host();
        let hosts = ["huggingface.co", "hf.co", "endpoints.huggingface.cloud"];
        self.url.scheme() == "https"
            && hosts.iter().any(|known| {
                host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
            })
    }
}

/// Whether an address is on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// A model's id as steps of a path.
pub(crate) fn check_id(model: &str) -> Result<()> {
    model.split('/').try_for_each(|part| segment(part).map(drop))
}

/// A name as one step of a path.
fn segment(name: &str) -> Result<&str> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.chars().all(is_fine) && !name.chars().all(|c| c == '.') {
        return Ok(name);
    }
    Err(Error::new(ErrorKind::Endpoint, format!("{name:?} is no name of a model or provider"))
        .help("Write a model as ORG/NAME"))
}

fn path_of(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

/// The address without the routes of `OpenAI`, and whether what remains is where they begin.
fn openai_base(url: &Url) -> (&str, bool) {
    let path = path_of(url);
    let routes = ["/chat/completions", "/completions"];
    if let Some(base) = routes.iter().find_map(|route| path.strip_suffix(route)) {
        return (base, true);
    }
    let base = without_native(path);
    (base, base.ends_with("/v1"))
}

/// The address without any route.
fn native_base(url: &Url) -> &str {
    let (base, has_root) = openai_base(url);
    if has_root { base.strip_suffix("/v1").unwrap_or(base) } else { base }
}

fn without_native(path: &str) -> &str {
    ["/generate_stream", "/generate"].iter().find_map(|route| path.strip_suffix(route)).unwrap_or(path)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a key.
        let mut shown = self.url.clone();
        shown.set_query(None);
        f.write_str(shown.as_str().trim_end_matches('/'))?;
        self.provider.as_ref().map_or(Ok(()), |provider| write!(f, " ({provider})"))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_added_to_the_base() {
        use Dialect::{Chat, Completions, SgLang, Tgi};
        let rows: [(&str, Dialect, bool, &str); 27] = [
            ("http://127.0.0.1:8080", Tgi, false, "/generate"),
            ("http://127.0.0.1:8080/", Tgi, true, "/generate_stream"),
            ("http://127.0.0.1:8080/generate", Tgi, true, "/generate_stream"),
            ("http://127.0.0.1:8080/generate_stream", Tgi, false, "/generate"),
            ("http://127.0.0.1:8080/v1", Tgi, false, "/generate"),
            ("http://127.0.0.1:8080/v1/completions", Tgi, false, "/generate"),
            ("http://127.0.0.1:8080/v1", SgLang, true, "/generate"),
            ("https://example.com/models/x", Tgi, true, "/models/x"),
            ("https://example.com/models/org/x/", Tgi, false, "/models/org/x"),
            (
                "https://example.com/hf-inference/models/org/x",
                Chat,
                false,
                "/hf-inference/models/org/x/v1/chat/completions",
            ),
            ("https://example.com/models/org/x", Completions, false, "/models/org/x/v1/completions"),
            ("https://example.com/models/org/x/v1", Tgi, false, "/models/org/x"),
            ("https://example.com/a/models/b/c/d", Tgi, false, "/a/models/b/c/d/generate"),
            ("https://example.com", Chat, false, "/v1/chat/completions"),
            ("https://example.com/", Chat, false, "/v1/chat/completions"),
            ("https://example.com/v1", Chat, false, "/v1/chat/completions"),
            ("https://example.com/v1/", Chat, true, "/v1/chat/completions"),
            ("https://example.com/v1/chat/completions", Chat, false, "/v1/chat/completions"),
            ("https://example.com/openai/chat/completions", Chat, false, "/openai/chat/completions"),
            ("https://example.com/x/y", Chat, false, "/x/y/v1/chat/completions"),
            ("https://example.com/x/v1?a=b", Chat, false, "/x/v1/chat/completions?a=b"),
            ("https://example.com/v1/chat/completions", Completions, false, "/v1/completions"),
            ("https://example.com/v1/completions", Completions, false, "/v1/completions"),
            ("https://example.com/v1/completions", Chat, false, "/v1/chat/completions"),
            ("https://example.com/v1", Completions, true, "/v1/completions"),
            ("https://example.com/generate", Completions, true, "/v1/completions"),
            ("https://example.com/a%20b", Completions, true, "/a%20b/v1/completions"),
        ];
        for (base, dialect, stream, path) in rows {
            let url = Endpoint::parse(base).expect(base).url(dialect, stream).expect(base);
            let found = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            assert_eq!(found, path, "{base} {dialect}");
        }
    }

    #[test]
    fn routes_of_the_router() {
        use Dialect::{Chat, Completions, Tgi};
        let rows = [
            (None, Chat, "/v1/chat/completions"),
            (Some("hf-inference"), Tgi, "/hf-inference/models/org/name"),
            (Some("hf-inference"), Completions, "/hf-inference/models/org/name/v1/completions"),
            (Some("hf-inference"), Chat, "/hf-inference/models/org/name/v1/chat/completions"),
            (Some("together"), Completions, "/together/v1/completions"),
            (Some("together"), Chat, "/together/v1/chat/completions"),
            (Some("cerebras"), Chat, "/cerebras/v1/chat/completions"),
            (Some("featherless-ai"), Completions, "/featherless-ai/v1/completions"),
            (Some("novita"), Completions, "/novita/v3/openai/completions"),
            (Some("deepinfra"), Completions, "/deepinfra/v1/openai/completions"),
        ];
        for (provider, dialect, path) in rows {
            for base in ["https://router.huggingface.co", "https://router.huggingface.co/v1/"] {
                let router = Endpoint::parse(base).expect("an address").model("org/name");
                let router = provider.map_or(router.clone(), |provider| router.clone().provider(provider));
                let url = router.url(dialect, true).expect(path);
                assert_eq!((url.host_str(), url.path()), (Some("router.huggingface.co"), path));
            }
        }
        let base = "https://router.huggingface.co/";
        for refused in [
            Endpoint::hugging_face().url(Chat, false),
            Endpoint::parse(base).expect("an address").model("a/b").url(Tgi, false),
            Endpoint::hugging_face().model("a/b").url(Completions, false),
            Endpoint::parse("https://router.huggingface.co/v1")
                .expect("an address")
                .model("a/b")
                .url(Completions, false),
            Endpoint::hugging_face().model("a/b").provider("together").url(Tgi, false),
            Endpoint::hugging_face().model("a/b").provider("cerebras").url(Completions, false),
            Endpoint::hugging_face().model("a/../b").provider("hf-inference").url(Tgi, false),
            Endpoint::hugging_face().model("a/b").provider("x/y").url(Chat, false),
            Endpoint::parse("http://127.0.0.1:8080").expect("an address").model("a/b").url(Tgi, false),
            Endpoint::parse("http://127.0.0.1:8080")
                .expect("an address")
                .model("a/b")
                .url(Dialect::SgLang, true),
        ] {
            assert_eq!(*refused.expect_err("no route").kind(), ErrorKind::Endpoint);
        }
    }

    #[test]
    fn the_old_host_explains_itself() {
        let old =
            Endpoint::parse("https://api-inference.huggingface.co/models/org/name").expect("an address");
        for dialect in Dialect::ALL {
            let error = old.url(dialect, false).expect_err("gone");
            assert_eq!((error.kind(), error.status()), (&ErrorKind::Gone, Some(410)));
            assert!(error.to_string().contains("https://router.huggingface.co"), "{error}");
        }
    }

    #[test]
    fn who_is_trusted() {
        let at = |address: &str| Endpoint::parse_allowing_http(address).expect(address);
        for loopback in [
            "http://127.0.0.1:1",
            "http://[::1]:1",
            "http://localhost",
            "http://127.8.8.8",
            "http://0.0.0.0:8000",
            "http://[::]:8000",
        ] {
            assert!(at(loopback).is_loopback(), "{loopback}");
        }
        for other in ["http://127.0.0.1.evil.com", "https://10.0.0.1", "https://localhost.evil.com"] {
            assert!(!at(other).is_loopback(), "{other}");
        }
        for ours in [
            "https://huggingface.co/x",
            "https://router.huggingface.co",
            "https://a.b.endpoints.huggingface.cloud",
        ] {
            assert!(at(ours).is_hugging_face(), "{ours}");
        }
        for other in [
            "https://evilhuggingface.co",
            "https://huggingface.co.evil.com",
            "http://huggingface.co",
            "https://somebody-app.hf.space",
        ] {
            assert!(!at(other).is_hugging_face(), "{other}");
        }
    }

    #[test]
    fn secrets_in_an_address_are_refused_and_not_repeated() {
        for address in
            ["https://me:hunter2@example.com", "https://example.com#hunter2", "hunter2", "ftp://hunter2"]
        {
            let error = Endpoint::parse(address).expect_err(address).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        let query = Endpoint::parse("https://example.com/x?token=hunter2").expect("an address");
        assert_eq!(format!("{query} {query:?}"), "https://example.com/x Endpoint(https://example.com/x)");
    }
}
