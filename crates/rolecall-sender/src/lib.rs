//! Sends rendered prompts to text-generation endpoints.
//!
//! What is asked and what the answers mean is code without I/O ([`Parameters`], the dialect, the reader of
//! server-sent events); [`Sender`] puts one HTTP client under it. For programs without an async runtime there
//! is [`blocking::Sender`].
//!
//! ```no_run
//! use rolecall::{Model, Options};
//! use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
//! use serde_json::json;
//!
//! let messages = json!([{"role": "user", "content": "Hi"}]);
//! let options = Options::new().add_generation_prompt(true);
//! let prompt = Model::builtin("llama-3")?.apply_chat_template(&messages, &options)?;
//!
//! let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
//! let answer = sender.generate(&prompt, &Parameters::new().max_new_tokens(50))?;
//! println!("{}", answer.text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blocking;
mod endpoint;
mod error;
mod input;
mod parameters;
mod retry;
mod sender;
mod sse;
mod tgi;

pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind, Result};
pub use input::Input;
pub use parameters::Parameters;
pub use sender::{Sender, TokenStream, Waiting};
pub use tgi::{Event, Generation};
