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
//! # Where to begin
//!
//! | you want | look at |
//! |---|---|
//! | the address of a server, and how it is asked | [`Endpoint`], [`Dialect`] |
//! | an answer, whole or piece by piece | [`Sender::generate`], [`Sender::generate_stream`] |
//! | the server to render the conversation | [`Sender::chat_completion`], [`Sender::chat_completion_stream`] |
//! | temperature, stop sequences, a grammar | [`Parameters`] |
//! | one BOS token, not two | [`BosPolicy`] |
//! | token ids in the place of text | [`TokenIds`] |
//! | to wait for a model that is loading | [`Sender::wait`] |
//! | how a server is, and what it says about itself | [`Sender::status`], [`Sender::info`] |
//! | images or speech out of text | [`Sender::text_to_image`], [`Sender::text_to_speech`] |
//! | whose token it is, what a provider serves | [`Hub`] |
//! | requests and answers without this client | [`Sender::prepare`], [`Frames`], [`EventReader`] |
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
