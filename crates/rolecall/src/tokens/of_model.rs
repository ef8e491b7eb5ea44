//! A model's tokenizer, which is read when somebody asks for it.

use std::sync::{Arc, OnceLock};

use super::Tokenizer;
use crate::{ModelFiles, Result, SpecialTokens};

/// The tokenizer of a model's files. Its prompts share it.
#[derive(Debug)]
pub(crate) struct ModelTokenizer {
    files: Arc<ModelFiles>,
    special_tokens: SpecialTokens,
    read: OnceLock<Tokenizer>,
}

impl ModelTokenizer {
    pub(crate) fn new(files: &Arc<ModelFiles>, special_tokens: &SpecialTokens) -> Arc<Self> {
        let (files, special_tokens) = (Arc::clone(files), special_tokens.clone());
        Arc::new(Self { files, special_tokens, read: OnceLock::new() })
    }

    /// Whether the model has one.
    pub(crate) fn is_there(&self) -> bool {
        self.files.names().any(|name| name == "tokenizer.json")
    }

    /// Whether it puts a BOS token before a text by itself, if that is known. As in the reference a `tokenizer.json` says
    /// it alone; for other formats, which are not read, `tokenizer_config.json` has `add_bos_token`.
    pub(crate) fn adds_bos(&self) -> Result<Option<bool>> {
        if self.is_there() {
            return Ok(Some(self.get()?.bos().is_added()));
        }
        let config = self.files.json_object("tokenizer_config.json")?.unwrap_or_default();
        Ok(config.get("add_bos_token").map(crate::python::is_true))
    }

    /// Reads it, unless that is done.
    pub(crate) fn get(&self) -> Result<&Tokenizer> {
        if let Some(known) = self.read.get() {
            return Ok(known);
        }
        let tokenizer = Tokenizer::from_files(&self.files, &self.special_tokens)?;
        Ok(self.read.get_or_init(|| tokenizer))
    }
}
