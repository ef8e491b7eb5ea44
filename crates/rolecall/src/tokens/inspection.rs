//! What a tokenizer does with prompts: the facts behind the command `inspect`.

use serde::Serialize;

use super::tokenizer::Tokenizer;
use crate::{Model, Options};

/// What a model's tokenizer does with prompts.
///
/// ```
/// use rolecall::Model;
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let tokenizer = Model::from_dir(folder)?.inspect().tokenizer.unwrap_or_default();
/// assert_eq!((tokenizer.adds_bos, tokenizer.adds_eos), (true, false));
/// assert_eq!(tokenizer.before, ["<|begin_of_text|>"]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TokenizerInspection {
    /// The control tokens where the template is used that renders by default, in the order of their ids; those of the
    /// tokenizer alone where there is no such template.
    pub control_tokens: Vec<ControlToken>,
    /// The tokens that the tokenizer puts before a text by itself.
    pub before: Vec<String>,
    /// The tokens that it puts behind a text.
    pub after: Vec<String>,
    /// Whether the BOS token is put before a text. A template that writes one too would make it two.
    pub adds_bos: bool,
    /// Whether the EOS token is put behind a text.
    pub adds_eos: bool,
    /// Why the tokenizer cannot be used, if it cannot.
    pub error: Option<String>,
}

/// A token that steers the model, so that no user may write it.
///
/// ```
/// use rolecall::Model;
///
/// # let folder = rolecall_testkit::tiny_llama();
/// let tokenizer = Model::from_dir(folder)?.inspect().tokenizer.unwrap_or_default();
/// let last = &tokenizer.control_tokens[4];
/// assert_eq!((last.id, &*last.token), (4, "<|eot_id|>"));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ControlToken {
    /// Its id.
    pub id: u32,
    /// Its text.
    pub token: String,
}

impl Model {
    /// Whether the tokenizer puts a BOS token before a text, if that is known.
    pub(crate) fn adds_bos(&self) -> Option<bool> {
        self.ids().adds_bos().ok().flatten()
    }

    /// What the tokenizer does; nothing where the model has no `tokenizer.json`.
    pub(crate) fn inspect_tokenizer(&self) -> Option<TokenizerInspection> {
        if !self.files().has("tokenizer.json") {
            return None;
        }
        Some(match self.tokenizer() {
            Ok(tokenizer) => self.inspected(tokenizer),
            Err(error) => {
                TokenizerInspection { error: Some(error.to_string()), ..TokenizerInspection::default() }
            }
        })
    }

    fn inspected(&self, tokenizer: &Tokenizer) -> TokenizerInspection {
        let options = Options::new();
        let template = self.selected(&options).unwrap_or_default();
        let controls = tokenizer.control_tokens(template).into_iter();
        let bos = tokenizer.bos();
        let names = |ids: &[u32]| ids.iter().filter_map(|id| tokenizer.token(*id)).collect();
        let eos = self.special_tokens().get("eos_token").and_then(|token| tokenizer.id(token));
        TokenizerInspection {
            control_tokens: controls
                .map(|(id, token)| ControlToken { id, token: token.to_owned() })
                .collect(),
            before: names(&bos.before),
            after: names(&bos.after),
            adds_bos: bos.is_added(),
            adds_eos: eos.is_some_and(|eos| bos.after.contains(&eos)),
            error: None,
        }
    }
}
