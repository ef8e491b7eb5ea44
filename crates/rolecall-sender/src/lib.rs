//! Sends rendered prompts to text-generation endpoints.
//!
//! What is asked and what the answers mean is code without I/O ([`Parameters`], the dialect, the reader of
//! server-sent events); [`Sender`] puts one HTTP client under it. For programs without an async runtime there
//! is [`blocking::Sender`].
//!
//! ```
//! use rolecall::{Model, Options};
//! use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
//! use serde_json::json;
//!
//! let messages = json!([{"role": "user", "content": "Hi"}]);
//! let options = Options::new().add_generation_prompt(true);
//! let prompt = Model::builtin("llama-3")?.apply_chat_template(&messages, &options)?;
//!
//! # let server = rolecall_testkit::FakeGeneration::new().start()?;
//! # let address = server.url(); // such as http://127.0.0.1:8080
//! let sender = Sender::new(Endpoint::parse(&address)?);
//! let answer = sender.generate(&prompt, &Parameters::new().max_new_tokens(3))?;
//! assert_eq!(answer.text, "A llama in");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `image` (off by default): [`downscale`], images made as small as a server takes them.
//! - `tokenizers` (off by default): prompts tell whether the tokenizer of their model adds a BOS token.

pub mod blocking;
mod bos;
mod chat_images;
mod dialect;
#[cfg(feature = "image")]
mod downscale;
mod endpoint;
mod error;
mod failure;
mod generate_media;
mod generation;
mod hub;
mod info;
mod input;
mod limits;
mod media;
mod note;
mod parameters;
mod retry;
mod sender;
mod sse;
mod stream;
mod transport;
mod unused;

pub use bos::{BosAction, BosPolicy};
pub use chat_images::place_images;
pub use dialect::{Dialect, Frames, Payload, Request};
#[cfg(feature = "image")]
pub use downscale::{downscale, image_budget};
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind, Result};
pub use generate_media::{GeneratedMedia, ImageParameters, SpeechParameters};
pub use generation::{Event, Generation, TokenInfo, ToolCall};
pub use hub::{DeployedModel, Hub, Identity, Organisation, ProviderMapping};
pub use info::{Info, Status};
pub use input::{Input, Markdown, TokenIds};
pub use limits::ServerLimits;
pub use media::MediaFormat;
pub use note::Note;
pub use parameters::{DEFAULT_MAX_NEW_TOKENS, Grammar, Parameters};
pub use sender::{Prepared, Sender, TGI_PAYLOAD_LIMIT};
pub use sse::EventReader;
pub use stream::TokenStream;
pub use transport::Waiting;

/// The examples of the guide are run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/sending.md")]
struct Guide;
