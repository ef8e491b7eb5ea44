//! Chat templates of language models, rendered byte for byte as Python's transformers renders them.
//!
//! A [`Model`] is loaded from its files, a conversation is a list of messages, and
//! [`Model::apply_chat_template`] gives the [`Prompt`]: the one string that the model was trained to see.
//!
//! ```
//! use rolecall::{Message, Model, Options};
//!
//! let model = Model::builtin("chatml")?;
//! let messages = [Message::system("Answer in one word."), Message::user("Which animal says moo?")];
//! let prompt = model.apply_chat_template(&messages, &Options::new().add_generation_prompt(true))?;
//! assert!(prompt.text().ends_with("<|im_start|>assistant\n"));
//! # Ok::<(), rolecall::Error>(())
//! ```
//!
//! A conversation is a list of [`Message`]s, or anything that serialises to the same JSON, such as a
//! [`serde_json::Value`].
//!
//! # Where to begin
//!
//! | you want | look at |
//! |---|---|
//! | a model from a folder, `templates-cache/`, a GGUF file, the Hub | [`Model::from_dir`], [`Model::from_cache`], [`Model::from_gguf`], [`mod@hub`] |
//! | a template that belongs to no model | [`ChatTemplate`] |
//! | messages, tools, documents | [`Message`], [`Part`], [`Tool`], [`ToolCall`], [`Document`] |
//! | a chat request as JSON | [`ChatRequest`] |
//! | the generation prompt, variables, the clock, images, limits | [`Options`] |
//! | who wrote what in a prompt | [`Prompt::spans`], [`Origin`] |
//! | an answer without what ends its turn | [`TurnEnd`] |
//! | token ids and masks | [`Model::encode`], [`mod@tokens`] |
//! | prompts kept as files | [`mod@snapshot`] |
//!
//! # Features
//!
//! - `tokenizers` (off by default): [`mod@tokens`], prompts as token ids.
//! - `hub` (off by default): [`Model::from_hub`] and [`mod@hub`], models from the Hugging Face Hub.
//! - `schemars` (off by default): [`Tool::from_type`], tools described by Rust types.
//! - `snapshot` (off by default): `assert_prompt_snapshot!`, prompts as snapshots of the crate insta.

mod builtin;
#[cfg(feature = "tokenizers")]
mod characters;
mod chat_template;
mod clock;
mod config;
mod continue_final;
mod contract;
mod conversation;
mod engine;
mod environment;
mod error;
mod files;
mod gguf;
mod image;
mod inspect;
mod keywords;
mod media;
mod model;
mod options;
mod origin;
mod placeholder;
mod prepared;
mod processor;
mod prompt;
mod python;
mod reasoning;
mod refill;
mod request;
mod source;
mod special_tokens;
mod templates;
mod token;
mod tokenizer_class;
mod tokenizer_json;
mod turn_end;

pub mod cache;
#[cfg(feature = "hub")]
pub mod hub;
pub mod snapshot;
#[cfg(feature = "tokenizers")]
pub mod tokens;

pub use chat_template::ChatTemplate;
pub use conversation::{Content, Document, Message, Part, Tool, ToolCall};
pub use environment::Environment;
pub use error::{Error, ErrorKind, Result};
pub use files::ModelFiles;
pub use image::{Image, ImageFormat};
pub use inspect::{Inspection, TemplateInspection};
pub use media::{MediaKind, MediaReference, media_references};
pub use model::Model;
pub use options::{Loader, Options};
pub use origin::{Origin, Span};
pub use prepared::Prepared;
pub use processor::{ImageSize, VideoSize};
pub use prompt::{Media, Prompt};
pub use request::ChatRequest;
pub use rolecall_jinja::json;
pub use rolecall_jinja::{Clock, DateTime, Limits, Pointer, PointerStep, RenderOptions};
pub use source::ModelSource;
pub use special_tokens::SpecialTokens;
pub use token::Token;
pub use turn_end::TurnEnd;

/// The examples of the README are run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So are those of the guide; what is about sending, with `rolecall-sender`.
#[cfg(all(doctest, feature = "hub", feature = "snapshot", feature = "tokenizers"))]
mod guide {
    #[doc = include_str!("../../../docs/guide/loading.md")]
    struct Loading;
    #[doc = include_str!("../../../docs/guide/rendering.md")]
    struct Rendering;
    #[doc = include_str!("../../../docs/guide/images.md")]
    struct Images;
    #[doc = include_str!("../../../docs/guide/tokens.md")]
    struct Tokens;
    #[doc = include_str!("../../../docs/guide/batch.md")]
    struct Batch;
    #[doc = include_str!("../../../docs/guide/from-python.md")]
    struct FromPython;
    #[doc = include_str!("../../../docs/snapshots.md")]
    struct Snapshots;
}
