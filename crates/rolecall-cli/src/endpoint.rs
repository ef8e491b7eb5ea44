//! Where prompts go, as the command takes it: address, provider, token, limits.

use std::time::Duration;

use clap::Args;
use rolecall::{Environment, Token};
use rolecall_sender::blocking::{Hub, Sender};
use rolecall_sender::{BosPolicy, Dialect, Endpoint};

use crate::failure::{Failure, Outcome};
use crate::{output, progress};

/// Which server is asked.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The base URL of a server, to which the dialect's route is added [Hugging Face's router with --provider]
    #[arg(
        short,
        long,
        visible_alias = "url",
        alias = "base-url",
        value_name = "URL",
        env = "ROLECALL_ENDPOINT",
        hide_env_values = true,
        required_unless_present = "provider"
    )]
    pub(crate) endpoint: Option<String>,
    /// The inference provider behind the router, such as hf-inference or together
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// The model's id for the server, where it serves more than one
    #[arg(long, value_name = "ID")]
    pub(crate) served_model: Option<String>,
    /// The access token for this endpoint [HF_TOKEN and the token file count for Hugging Face's hosts and loopback]
    #[arg(long, value_name = "TOKEN", env = "ROLECALL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Allow plain http to another computer, where prompt and token can be read on the way
    #[arg(long)]
    pub(crate) allow_http: bool,
    /// How long to wait while the model is loading, the server has too much to do or cannot be connected to, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) wait: f64,
    /// How long the answer may take in all, in seconds
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) deadline: Option<f64>,
    /// Tell on standard error what is sent and what was done to the prompt
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// How text is asked for.
#[derive(Debug, Args)]
pub(crate) struct GenerationArgs {
    /// How the server is asked: tgi, completions, sglang or chat [tgi; chat with --chat]
    #[arg(long, value_name = "DIALECT", env = "ROLECALL_DIALECT")]
    pub(crate) dialect: Option<Dialect>,
    /// Within --wait, ask again also after failures that may have cost something
    #[arg(long)]
    pub(crate) repeat_everything: bool,
    /// Do not take an answer that the server has kept (x-use-cache: 0)
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// The organisation that pays (X-HF-Bill-To)
    #[arg(long, value_name = "NAME")]
    pub(crate) bill_to: Option<String>,
    /// What is done about the BOS token in front of the prompt: auto, strip, keep or no-special-tokens
    #[arg(long, value_name = "POLICY", default_value = "auto", hide_default_value = true)]
    pub(crate) bos: BosPolicy,
}

/// Which token goes to an endpoint.
pub(crate) enum TokenChoice {
    Send(Token),
    /// There is a stored one, and it is not meant for this host.
    Withheld,
    None,
}

impl ServerArgs {
    pub(crate) fn endpoint(&self) -> Outcome<Endpoint> {
        let endpoint = match &self.endpoint {
            Some(address) if self.allow_http => Endpoint::parse_allowing_http(address),
            Some(address) => Endpoint::parse(address),
            None => Ok(Endpoint::hugging_face()),
        };
        let mut endpoint = endpoint.map_err(Failure::job)?;
        if let Some(provider) = &self.provider {
            endpoint = endpoint.provider(provider);
        }
        if let Some(model) = &self.served_model {
            endpoint = endpoint.model(model);
        }
        Ok(endpoint)
    }

    /// A sender with all that the arguments say, and whether it has a token.
    pub(crate) fn sender(&self, bar: &progress::Waiting) -> Outcome<(Sender, TokenChoice)> {
        let endpoint = self.endpoint()?;
        let token = self.token(&endpoint)?;
        let bar = bar.clone();
        let mut sender = Sender::new(endpoint)
            .wait(seconds("--wait", self.wait)?)
            .on_wait(move |waiting| bar.show(&waiting));
        if let TokenChoice::Send(token) = &token {
            sender = sender.token(token.clone());
        }
        if let Some(deadline) = self.deadline {
            sender = sender.deadline(seconds("--deadline", deadline)?);
        }
        if self.verbose {
            sender = sender.on_note(|note| output::note(&output::harmless(&note.to_string())));
        }
        Ok((sender, token))
    }

    /// The token given for this endpoint, else the stored one where it is meant to go.
    fn token(&self, endpoint: &Endpoint) -> Outcome<TokenChoice> {
        if let Some(token) = given(self.token.as_deref())? {
            return Ok(TokenChoice::Send(token));
        }
        Ok(match Environment::from_process().token()? {
            Some(token) if endpoint.is_hugging_face() || endpoint.is_loopback() => TokenChoice::Send(token),
            Some(_) => TokenChoice::Withheld,
            None => TokenChoice::None,
        })
    }
}

impl GenerationArgs {
    /// The sender with all that the arguments say.
    pub(crate) fn set(&self, sender: Sender) -> Outcome<Sender> {
        let sender = sender.bos(self.bos).repeat_everything(self.repeat_everything);
        let sender = if self.no_cache { sender.use_cache(false) } else { sender };
        match &self.bill_to {
            Some(organisation) => sender.bill_to(organisation).map_err(Failure::job),
            None => Ok(sender),
        }
    }
}

/// The Hub, with the token that is given, else that of the environment.
pub(crate) fn hub(token: Option<&str>) -> Outcome<Hub> {
    let hub = Hub::from_environment(&Environment::from_process()).map_err(Failure::job)?;
    Ok(match given(token)? {
        Some(token) => hub.token(token, "--token"),
        None => hub,
    })
}

/// The token of `--token`. A blank one is a mistake, such as a variable that is not set: it does not stand for the stored
/// token, which may be another's.
fn given(token: Option<&str>) -> Outcome<Option<Token>> {
    let blank = "--token is blank. Leave it out for the stored token, or look where its value comes from.";
    token.map(|text| Token::cleaned(text).ok_or_else(|| Failure::Usage(blank.to_owned()))).transpose()
}

fn seconds(name: &str, value: f64) -> Outcome<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| Failure::Usage(format!("{name} is {value}, which is no number of seconds")))
}

impl TokenChoice {
    /// Says with a failure that a stored token was not sent.
    pub(crate) fn explain(&self, failure: Failure, endpoint: &Endpoint) -> Failure {
        match (self, failure) {
            (Self::Withheld, Failure::Job(message)) if message.contains("wants a token") => {
                Failure::Job(format!(
                    "{message} The stored token was not sent: it is for Hugging Face's hosts, and {} is not one of them.",
                    endpoint.host()
                ))
            }
            (_, failure) => failure,
        }
    }
}
