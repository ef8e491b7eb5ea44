//! What chat-template engines share: the language's syntax ([`mod@syntax`]), errors in the reference's terms,
//! limits, the clock that templates see, and JSON read as Python reads it ([`mod@json`]).
//!
//! The reference is jinja2 3.1.6 on Python 3.11 inside the sandbox of transformers 5.23.0.

mod clock;
mod error;
pub mod json;
mod lex;
mod limits;
#[allow(dead_code, reason = "the engine that uses all of it is being built")]
mod number;
mod parse;
mod source;
mod strftime;
pub mod syntax;
#[allow(dead_code, reason = "the engine that uses all of it is being built")]
pub mod text;
mod unescape;

pub use clock::{Clock, DateTime};
pub use error::{Error, ErrorKind, Location};
pub use limits::{Limits, RenderOptions};
