//! Access tokens, in a type that never prints one.

use std::fmt;

/// A secret for the Hub or an endpoint. Its `Debug` form hides it; it has no `Display`.
///
/// ```
/// use rolecall::Token;
///
/// let token = Token::new("hf_secret");
/// assert_eq!(format!("{token:?}"), "Token(hidden)");
/// assert_eq!(token.reveal(), "hf_secret");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes the secret as it is.
    ///
    /// ```
    /// use rolecall::Token;
    ///
    /// assert_eq!(Token::new(" hf_secret\n").reveal(), " hf_secret\n");
    /// ```
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// A token as people paste it: without line ends, and without white space around it; `None` if nothing
    /// remains.
    ///
    /// ```
    /// use rolecall::Token;
    ///
    /// assert_eq!(Token::cleaned(" hf_secret\r\n"), Some(Token::new("hf_secret")));
    /// assert_eq!(Token::cleaned(" \n"), None);
    /// ```
    pub fn cleaned(text: &str) -> Option<Self> {
        let joined = text.replace(['\r', '\n'], "");
        let token = rolecall_jinja::text::strip(&joined);
        (!token.is_empty()).then(|| Self(token.to_owned()))
    }

    /// The secret itself, for the one place that writes it into a header.
    ///
    /// ```
    /// let token = rolecall::Token::new("hf_secret");
    /// assert_eq!(format!("Authorization: Bearer {}", token.reveal()), "Authorization: Bearer hf_secret");
    /// ```
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}
