//! What a model's files tell of its processor, as far as rendering needs it.

use super::class::{keeps_templates, takes_the_tokenizers};
use super::processor_class;
use crate::templates::TemplateSet;
use crate::{Error, ModelFiles, Result, SpecialTokens, placeholder};

/// A model's processor, which may be asked for whether or not the files are those of one.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) templates: TemplateSet,
    /// Whether the files are those of a model with images, video or audio.
    pub(crate) is_there: bool,
    pub(crate) class: Option<String>,
    /// What stands for an image in prompts.
    pub(crate) image_token: Option<String>,
    /// Why there is none in spite of its files. The tokenizer, which does not look at them, may load all the same.
    pub(crate) fails: Option<Error>,
}

impl Loaded {
    /// Reads it. `tokenizer` are the tokenizer's templates.
    pub(crate) fn of(files: &ModelFiles, tokens: &SpecialTokens, tokenizer: &TemplateSet) -> Self {
        Self::read(files, tokens, tokenizer).unwrap_or_else(|error| Self {
            is_there: true,
            fails: Some(error),
            ..Self::none(tokens)
        })
    }

    /// That of a model without its files.
    pub(crate) fn none(tokens: &SpecialTokens) -> Self {
        let image_token = tokens.get("image_token").map(str::to_owned);
        Self { templates: TemplateSet::None, is_there: false, class: None, image_token, fails: None }
    }

    fn read(files: &ModelFiles, tokens: &SpecialTokens, tokenizer: &TemplateSet) -> Result<Self> {
        let class = processor_class(files)?.filter(|class| !class.is_empty());
        let mut templates = TemplateSet::of_processor(files)?;
        if class.as_deref().is_some_and(|class| !keeps_templates(class)) {
            templates = TemplateSet::None;
        } else if templates == TemplateSet::None && class.as_deref().is_some_and(takes_the_tokenizers) {
            templates = tokenizer.clone();
        }
        let is_there = class.is_some()
            || files.get("chat_template.json").is_some()
            || files.get("processor_config.json").is_some();
        let image_token = placeholder::image_token(files, tokens)?;
        Ok(Self { templates, is_there, class, image_token, fails: None })
    }
}
