//! Where a server is.

use std::fmt;

use reqwest::Url;

use crate::{Error, ErrorKind, Result};

/// The base address of a text-generation server; the routes of the protocol are added to it.
///
/// Plain `http` goes only to this computer: a prompt and a token would be readable on the way to any other,
/// unless [`Endpoint::parse_allowing_http`] says that this is wanted.
///
/// ```
/// use rolecall_sender::Endpoint;
///
/// assert_eq!(Endpoint::parse("http://127.0.0.1:8080/")?.to_string(), "http://127.0.0.1:8080");
/// assert!(Endpoint::parse("http://example.com").is_err());
/// assert!(Endpoint::parse("https://user:secret@example.com").is_err());
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

impl Endpoint {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Endpoint`] when it is no http address, carries a user name, a query or a fragment, or is
    /// plain http to another computer.
    pub fn parse(address: &str) -> Result<Self> {
        let endpoint = Self::parse_allowing_http(address)?;
        if endpoint.url.scheme() == "http" && !endpoint.is_loopback() {
            return Err(Error::new(
                ErrorKind::Endpoint,
                format!("{endpoint} is plain http to another computer: the prompt and the token could be read on the way"),
            )
            .help("Use https, or allow it with --allow-http"));
        }
        Ok(endpoint)
    }

    /// Reads an address that may be plain http to any computer.
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
        let url = Url::parse(address).map_err(|error| refused(&format!("cannot be read ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(refused("does not start with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password").help("Give a token instead"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("has a query or fragment, which a base address cannot have"));
        }
        Ok(Self { url })
    }

    /// The address of a route, such as `generate`.
    pub(crate) fn route(&self, route: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(route.split('/'));
        }
        url
    }

    /// The host's name.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether the server is on this computer.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
        host == "localhost"
            || host.ends_with(".localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }

    /// Whether the server is one of Hugging Face's, for whom the stored token is meant.
    pub fn is_hugging_face(&self) -> bool {
        let host = self.host();
        let hosts = ["huggingface.co", "hf.co", "endpoints.huggingface.cloud", "hf.space"];
        self.url.scheme() == "https"
            && hosts.iter().any(|known| {
                host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
            })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
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
        for (base, url) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/generate"),
            ("http://localhost:8080/", "http://localhost:8080/generate"),
            ("https://example.com/models/x", "https://example.com/models/x/generate"),
            ("https://example.com/models/x/", "https://example.com/models/x/generate"),
        ] {
            assert_eq!(Endpoint::parse(base).expect(base).route("generate").as_str(), url);
        }
    }

    #[test]
    fn who_is_trusted() {
        let at = |address: &str| Endpoint::parse_allowing_http(address).expect(address);
        for loopback in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "http://127.8.8.8"] {
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
        for other in
            ["https://evilhuggingface.co", "https://huggingface.co.evil.com", "http://huggingface.co"]
        {
            assert!(!at(other).is_hugging_face(), "{other}");
        }
    }

    #[test]
    fn secrets_in_an_address_are_refused_and_not_repeated() {
        for address in [
            "https://me:hunter2@example.com",
            "https://example.com?token=hunter2",
            "hunter2",
            "ftp://hunter2",
        ] {
            let error = Endpoint::parse(address).expect_err(address).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
