//! Chat templates of language models, rendered byte for byte as Python's transformers renders them.

mod error;
mod files;
mod token;

pub mod cache;
#[cfg(feature = "hub")]
pub mod hub;

pub use error::{Error, ErrorKind, Result};
pub use files::ModelFiles;
pub use token::Token;
