//! What a model has: the facts behind the command `inspect`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{Loader, Model, Options};

/// What a model's files hold, for people and machines.
///
/// ```
/// let inspection = rolecall::Model::builtin("llama-3")?.inspect();
/// assert_eq!(inspection.files, ["chat_template.jinja", "tokenizer_config.json"]);
/// assert_eq!(inspection.special_tokens["bos_token"], "<|begin_of_text|>");
/// assert_eq!(inspection.template_writes_bos, Some(true));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// How the model is named: a path, `org/name`, `builtin:llama-3`.
    pub model: String,
    /// The commit or revision, if it is known.
    pub revision: Option<String>,
    /// The names of its files that rendering or tokenising needs.
    pub files: Vec<String>,
    /// The templates that the tokenizer's loader finds.
    pub templates: Vec<TemplateInspection>,
    /// The templates that the processor's loader finds, for a model that has a processor.
    pub processor_templates: Option<Vec<TemplateInspection>>,
    /// The special tokens that templates see, in the reference's order.
    pub special_tokens: Map<String, Value>,
    /// What stands for an image in prompts.
    pub image_token: Option<String>,
    /// Whether the template that renders by default begins a prompt with the BOS token, as a conversation of one message
    /// shows. Unknown where there is no BOS token, or where no such conversation is rendered.
    pub template_writes_bos: Option<bool>,
    /// Whether the tokenizer puts a BOS token before a text by itself, if that is known: by its `tokenizer.json` or, without
    /// one, by `add_bos_token` in `tokenizer_config.json`. A template that writes one too would make it two.
    #[cfg(feature = "tokenizers")]
    pub tokenizer_adds_bos: Option<bool>,
    /// What the tokenizer does with prompts, where its files are at hand.
    #[cfg(feature = "tokenizers")]
    pub tokenizer: Option<crate::tokens::TokenizerInspection>,
}

/// What one template is.
///
/// ```
/// let inspection = rolecall::Model::builtin("chatml")?.inspect();
/// let template = &inspection.templates[0];
/// assert_eq!((&*template.name, template.bytes, &template.error), ("default", 280, &None));
/// assert_eq!(template.variables, ["add_generation_prompt", "messages"]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TemplateInspection {
    /// Its name; a model's only template is called `default`.
    pub name: String,
    /// The bytes of its text.
    pub bytes: usize,
    /// SHA-256 of its text.
    pub sha256: String,
    /// The variables that it reads and does not set itself, in alphabetical order.
    pub variables: Vec<String>,
    /// Whether it begins the prompt of a conversation of one message with the BOS token. Unknown where there is no BOS
    /// token, or where no such conversation is rendered.
    pub writes_bos: Option<bool>,
    /// Why it does not compile, if it does not.
    pub error: Option<String>,
}

impl Model {
    /// Tells what the model has.
    ///
    /// ```
    /// let inspection = rolecall::Model::builtin("llama-3")?.inspect();
    /// assert_eq!(inspection.templates[0].variables, ["add_generation_prompt", "bos_token", "messages"]);
    /// assert_eq!(inspection.templates[0].writes_bos, Some(true));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn inspect(&self) -> Inspection {
        let all = |loader| {
            self.templates(loader).map(|(name, source)| self.inspect_template(name, source)).collect()
        };
        let mut files: Vec<String> = self.files().names().map(str::to_owned).collect();
        files.sort_unstable();
        Inspection {
            model: self.origin().to_owned(),
            revision: self.files().revision().map(str::to_owned),
            files,
            templates: all(Loader::Tokenizer),
            processor_templates: self.has_processor().then(|| all(Loader::Processor)),
            special_tokens: self
                .special_tokens()
                .iter()
                .map(|(name, text)| (name.to_owned(), text.into()))
                .collect(),
            image_token: self.image_token().map(str::to_owned),
            template_writes_bos: self.writes_bos(&Options::new()),
            #[cfg(feature = "tokenizers")]
            tokenizer_adds_bos: self.adds_bos(),
            #[cfg(feature = "tokenizers")]
            tokenizer: self.inspect_tokenizer(),
        }
    }

    /// Whether a prompt that is rendered so begins with the BOS token.
    fn writes_bos(&self, options: &Options) -> Option<bool> {
        self.special_tokens().get("bos_token").filter(|bos| !bos.is_empty())?;
        // Some templates take texts alone, others parts alone.
        let contents = [json!("Hi"), json!([{"type": "text", "text": "Hi"}])];
        let prompt = contents.into_iter().find_map(|content| {
            let messages = json!([{"role": "user", "content": content}]);
            self.apply_chat_template(&messages, options).ok()
        })?;
        Some(prompt.starts_with_bos())
    }

    fn inspect_template(&self, name: &str, source: &str) -> TemplateInspection {
        let (variables, error) = match crate::engine::variables(source) {
            Ok(variables) => (variables, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let writes_bos =
            if error.is_none() { self.writes_bos(&Options::new().chat_template(source)) } else { None };
        TemplateInspection {
            name: name.to_owned(),
            bytes: source.len(),
            sha256: crate::cache::sha256(source.as_bytes()),
            variables,
            writes_bos,
            error,
        }
    }
}
