//! The Hub.

use rolecall::Token;

use super::run;
use crate::{Endpoint, Result};

/// Asks the Hub, and waits for the answer.
///
/// ```
/// use rolecall::Token;
/// use rolecall_sender::{Endpoint, blocking::Hub};
///
/// # let server = rolecall_testkit::FakeHub::new().start()?;
/// # let address = server.url();
/// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "the settings");
/// assert_eq!(hub.whoami()?.full_name.as_deref(), Some("Somebody"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hub(crate::Hub);

impl Hub {
    /// As [`crate::Hub::new`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, ErrorKind, blocking::Hub};
    /// let hub = Hub::new(Endpoint::parse("https://huggingface.co")?);
    /// // Without a token there is nobody to ask about.
    /// assert_eq!(hub.whoami().unwrap_err().kind(), &ErrorKind::Unauthorised);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new(endpoint: Endpoint) -> Self {
        Self(crate::Hub::new(endpoint))
    }

    /// As [`crate::Hub::from_environment`].
    ///
    /// ```
    /// # use rolecall::Environment;
    /// # use rolecall_sender::blocking::Hub;
    /// # let server = rolecall_testkit::FakeHub::new().start()?;
    /// # let address = server.url();
    /// // Of a program it is `Environment::from_process()`.
    /// let environment = Environment::from_lookup(move |name| match name {
    ///     "HF_ENDPOINT" => Some(address.clone()),
    ///     "HF_TOKEN" => Some("hf_me".to_owned()),
    ///     _ => None,
    /// });
    /// assert_eq!(Hub::from_environment(&environment)?.whoami()?.name, "somebody");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_environment(environment: &rolecall::Environment) -> Result<Self> {
        crate::Hub::from_environment(environment).map(Self)
    }

    /// As [`crate::Hub::token`].
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new().refuse_token("hf_old").start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_old"), "--token");
    /// let error = hub.whoami().unwrap_err();
    /// assert!(error.to_string().starts_with("the Hub does not know the token from --token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(self, token: Token, source: impl Into<String>) -> Self {
        Self(self.0.token(token, source))
    }

    /// As [`crate::Hub::whoami`].
    ///
    /// ```
    /// # use rolecall::Token;
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new().start()?;
    /// # let address = server.url();
    /// let hub = Hub::new(Endpoint::parse(&address)?).token(Token::new("hf_me"), "--token");
    /// assert_eq!(hub.whoami()?.token_name.as_deref(), Some("test"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn whoami(&self) -> Result<crate::Identity> {
        let hub = self.0.clone();
        run(async move { hub.whoami().await })
    }

    /// As [`crate::Hub::deployed`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("hf-inference", "org/painter", "text-to-image").start()?;
    /// # let address = server.url();
    /// let models = Hub::new(Endpoint::parse(&address)?).deployed("hf-inference")?;
    /// assert_eq!((models.len(), models[0].id.as_str()), (1, "org/painter"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn deployed(&self, provider: &str) -> Result<Vec<crate::DeployedModel>> {
        let (hub, provider) = (self.0.clone(), provider.to_owned());
        run(async move { hub.deployed(&provider).await })
    }

    /// As [`crate::Hub::providers`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, blocking::Hub};
    /// # let server = rolecall_testkit::FakeHub::new();
    /// # let server = server.deployed("together", "org/name", "text-generation").start()?;
    /// # let address = server.url();
    /// let providers = Hub::new(Endpoint::parse(&address)?).providers("org/name")?;
    /// assert_eq!(providers[0].provider, "together");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn providers(&self, model: &str) -> Result<Vec<crate::ProviderMapping>> {
        let (hub, model) = (self.0.clone(), model.to_owned());
        run(async move { hub.providers(&model).await })
    }
}
