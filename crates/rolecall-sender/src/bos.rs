//! One BOS token, not two: a template writes it, and most servers add one of their own.

use crate::{Dialect, Error, ErrorKind, Parameters, Result};

/// What is done about the BOS token in front of a prompt.
///
/// TGI, llama.cpp, transformers serve, vLLM and `SGLang` encode a text with their tokenizer's special tokens: one that
/// adds BOS makes it two, and the answer is another.
///
/// ```
/// use rolecall_sender::{BosAction, BosPolicy, Endpoint, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).bos_token("<s>");
/// let action = |policy| Ok(sender.clone().bos(policy).prepare("<s>Hi", &Parameters::new(), false)?.bos);
/// // Of a text nobody knows who wrote its beginning.
/// assert_eq!(action(BosPolicy::Auto)?, BosAction::Kept { token: "<s>".to_owned() });
/// assert_eq!(action(BosPolicy::Strip)?, BosAction::Stripped { token: "<s>".to_owned() });
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BosPolicy {
    /// Takes one away where the template wrote it and the server adds one: known by
    /// [`Sender::server_adds_bos`](crate::Sender::server_adds_bos), supposed where that was not said.
    #[default]
    Auto,
    /// Takes one away where the prompt begins with it, whoever wrote it.
    Strip,
    /// Leaves the prompt as it is.
    Keep,
    /// Leaves the prompt as it is and tells the server to add nothing: `"add_special_tokens": false`, which vLLM knows.
    /// Only for completions.
    NoSpecialTokens,
}

/// What is known about BOS.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Knowledge<'a> {
    /// The BOS token that the template wrote at the very beginning.
    pub(crate) written: Option<&'a str>,
    /// The model's BOS token, whoever writes it.
    pub(crate) token: Option<&'a str>,
    /// Whether the server's tokenizer adds one.
    pub(crate) is_added: Option<bool>,
}

/// What was done about BOS.
///
/// ```
/// use rolecall::{Message, Model, Options};
/// use rolecall_sender::{BosAction, Endpoint, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let prompt = Model::builtin("llama-3")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
/// let done = sender.prepare(&prompt, &Parameters::new(), false)?.bos;
/// assert_eq!(done, BosAction::Stripped { token: "<|begin_of_text|>".to_owned() });
/// assert_eq!(done.to_string(), "took <|begin_of_text|> from the front of the prompt: the server adds it");
/// assert_eq!(sender.prepare("Hi", &Parameters::new(), false)?.bos, BosAction::NothingToDo);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BosAction {
    /// The prompt does not begin with a BOS token that is known.
    NothingToDo,
    /// One was taken away: the server adds it.
    Stripped {
        /// The token.
        token: String,
    },
    /// The prompt went as it is.
    Kept {
        /// The token.
        token: String,
    },
    /// The prompt went as it is, and the server was told to add nothing.
    ServerAddsNothing,
    /// The prompt went as token ids, to which servers add nothing.
    TokenIds,
}

/// The text to send, and what was done.
///
/// # Errors
///
/// [`ErrorKind::Parameter`] when the policy asks for what the dialect cannot say.
pub(crate) fn apply<'t>(
    policy: BosPolicy,
    dialect: Dialect,
    text: &'t str,
    knowledge: Knowledge<'_>,
    parameters: &mut Parameters,
) -> Result<(&'t str, BosAction)> {
    let begins = |token: Option<&str>| -> Option<String> {
        token.filter(|token| !token.is_empty() && text.starts_with(token)).map(str::to_owned)
    };
    let written = begins(knowledge.written);
    let any = written.clone().or_else(|| begins(knowledge.token));
    let strip = |token: String| match text.strip_prefix(token.as_str()) {
        // An empty prompt is refused by servers; one that is BOS alone is what was meant.
        Some("") | None => (text, BosAction::Kept { token }),
        Some(rest) => (rest, BosAction::Stripped { token }),
    };
    let keep = |token: Option<String>| match token {
        Some(token) => (text, BosAction::Kept { token }),
        None => (text, BosAction::NothingToDo),
    };
    match policy {
        BosPolicy::Keep => Ok(keep(any)),
        BosPolicy::Strip => Ok(any.map_or((text, BosAction::NothingToDo), strip)),
        BosPolicy::NoSpecialTokens if dialect == Dialect::Completions => {
            parameters.add_special_tokens = Some(false);
            Ok((text, BosAction::ServerAddsNothing))
        }
        BosPolicy::NoSpecialTokens => Err(Error::new(
            ErrorKind::Parameter,
            format!("the dialect {dialect} cannot tell a server to add no special tokens"),
        )
        .help("Use the policy strip, or the dialect completions")),
        // The caller has told the server.
        BosPolicy::Auto if parameters.add_special_tokens == Some(false) => Ok(keep(any)),
        BosPolicy::Auto if knowledge.is_added == Some(false) => Ok(keep(any)),
        BosPolicy::Auto => Ok(written.map_or_else(|| keep(any), strip)),
    }
}

impl std::str::FromStr for BosPolicy {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "strip" => Ok(Self::Strip),
            "keep" => Ok(Self::Keep),
            "no-special-tokens" => Ok(Self::NoSpecialTokens),
            _ => Err(Error::new(ErrorKind::Parameter, format!("there is no BOS policy {name:?}"))
                .help("Known are auto, strip, keep and no-special-tokens")),
        }
    }
}

impl std::fmt::Display for BosAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TokenIds => f.write_str("the prompt goes as token ids, to which the server adds nothing"),
            Self::NothingToDo => f.write_str("the prompt goes as it is: it does not begin with a BOS token"),
            Self::Stripped { token } => {
                write!(f, "took {token} from the front of the prompt: the server adds it")
            }
            Self::Kept { token } => write!(f, "left {token} in front of the prompt"),
            Self::ServerAddsNothing => f.write_str("told the server to add no special tokens"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_loses_a_bos_token() {
        let written = Knowledge { written: Some("<s>"), token: Some("<s>"), is_added: None };
        let typed = Knowledge { written: None, ..written };
        let not_added = Knowledge { is_added: Some(false), ..written };
        let rows = [
            (BosPolicy::Auto, "<s>hi", written, "hi"),
            (BosPolicy::Auto, "<s><s>hi", written, "<s>hi"),
            (BosPolicy::Auto, "hi", Knowledge { written: None, ..written }, "hi"),
            (BosPolicy::Auto, "<s>hi", typed, "<s>hi"),
            (BosPolicy::Auto, "<s>hi", not_added, "<s>hi"),
            (BosPolicy::Auto, "<s>", written, "<s>"),
            (BosPolicy::Auto, "<s>hi", Knowledge::default(), "<s>hi"),
            (BosPolicy::Strip, "<s>hi", typed, "hi"),
            (BosPolicy::Strip, "<s>hi", not_added, "hi"),
            (BosPolicy::Strip, "hi", typed, "hi"),
            (BosPolicy::Keep, "<s>hi", written, "<s>hi"),
        ];
        for dialect in [Dialect::Tgi, Dialect::Completions, Dialect::SgLang] {
            for (policy, text, knowledge, expected) in rows {
                let mut parameters = Parameters::new();
                let (sent, action) = apply(policy, dialect, text, knowledge, &mut parameters).expect("fine");
                assert_eq!(sent, expected, "{policy:?} {text} {knowledge:?}");
                assert_eq!(matches!(action, BosAction::Stripped { .. }), sent != text);
            }
        }
    }

    #[test]
    fn a_server_is_told_only_where_it_can_be() {
        let mut parameters = Parameters::new();
        let knowledge = Knowledge { written: Some("<s>"), ..Knowledge::default() };
        let told =
            apply(BosPolicy::NoSpecialTokens, Dialect::Completions, "<s>hi", knowledge, &mut parameters);
        assert_eq!(told.expect("fine"), ("<s>hi", BosAction::ServerAddsNothing));
        assert_eq!(parameters.add_special_tokens, Some(false));
        for dialect in [Dialect::Tgi, Dialect::SgLang] {
            let told = apply(BosPolicy::NoSpecialTokens, dialect, "<s>hi", knowledge, &mut Parameters::new());
            assert!(told.expect_err("no way").to_string().contains("special tokens"));
        }
    }
}
