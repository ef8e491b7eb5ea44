//! What chat-template engines share: the language's syntax ([`mod@syntax`]), errors in the reference's terms,
//! limits, the clock that templates see, and JSON read as Python reads it ([`mod@json`]).
//!
//! The reference is jinja2 3.1.6 on Python 3.11 inside the sandbox of transformers 5.23.0.

mod builtins;
mod clock;
mod compile;
mod error;
pub mod json;
mod lex;
mod limits;
mod number;
mod operator;
mod origins;
mod parse;
mod program;
mod raised;
mod runtime;
mod source;
mod strftime;
pub mod syntax;
mod template;
pub mod text;
mod trace;
mod traced;
mod unescape;
mod value;
mod vm;

pub use clock::{Clock, DateTime};
pub use error::{Error, ErrorKind, Location};
pub use limits::{Limits, RenderOptions};
pub use template::Template;
pub use traced::{Origin, Pointer, PointerStep, Span, Traced};
