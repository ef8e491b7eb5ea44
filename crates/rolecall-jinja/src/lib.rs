//! Jinja2 as chat templates use it: a template is compiled once and rendered any number of times, byte for byte as
//! Python renders it, and for every byte it can be told who wrote it.
//!
//! The reference is jinja2 3.1.6 on Python 3.11 inside the sandbox of transformers 5.23.0, with its extensions: the
//! tags `break`, `continue` and `generation`, the functions `raise_exception` and `strftime_now`, and its own `tojson`.
//! What a *chat* is this crate does not know: for a model's files, special tokens and conversations there is the crate
//! `rolecall`, which renders with this one.
//!
//! # A first example
//!
//! ```
//! use rolecall_jinja::{Origin, Template};
//! use serde_json::json;
//!
//! let template = Template::new("{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}\n{% endfor %}")?;
//! let context = json!({"messages": [{"role": "user", "content": " <user> "}]});
//!
//! assert_eq!(template.render(&context)?, "<user><user>\n");
//!
//! // The same text, and where each part of it came from.
//! let traced = template.render_traced(&context)?;
//! let parts: Vec<(&str, String)> = traced
//!     .spans()
//!     .map(|span| {
//!         let from = match span.origin {
//!             Origin::Template => "the template".to_owned(),
//!             Origin::Copied { pointer, range } => format!("{pointer}, bytes {range:?}"),
//!             other => format!("{other:?}"),
//!         };
//!         (&traced.text()[span.range], from)
//!     })
//!     .collect();
//! assert_eq!(parts[1], ("user", "/messages/0/role, bytes 0..4".to_owned()));
//! assert_eq!(parts[3], ("<user>", "/messages/0/content, bytes 1..7".to_owned()));
//! # Ok::<(), rolecall_jinja::Error>(())
//! ```
//!
//! The two `<user>` read alike, but only one of them is the template's. A tokenizer that is told so can keep users from
//! writing control tokens.
//!
//! # What is exact, and what is refused
//!
//! What a template prints, and the class and the message of the error where it fails, are the reference's. What cannot
//! be done exactly is not done by half: it is an error of kind [`ErrorKind::Unsupported`]. That holds for what differs
//! from one run of Python to the next where it would show, such as the filter `random` or a printed generator, and for
//! types that are not here, such as complex numbers and sets. [COMPATIBILITY.md] lists all of it, and the few known
//! differences.
//!
//! A render has no clock, no randomness and no environment: the same template and the same input give the same text. A
//! template that asks for the time is given that of [`RenderOptions::clock`].
//!
//! # Limits
//!
//! Templates and messages come from strangers. None of them makes a render panic, exhaust the stack, or go on without
//! end: [`Limits`] bounds the source, the steps, the memory, the output and the recursion, and hitting a bound is an
//! error of kind [`ErrorKind::Limit`] that names it. The defaults are far beyond what real prompts need; a server that
//! renders templates of its users sets lower ones.
//!
//! # Threads
//!
//! A [`Template`] does not change after it is compiled and is `Send` and `Sync`: share it behind an `Arc` or in a
//! static. Each thread keeps up to 4 MiB of memory for its next render, and 2 MiB more for the notes of a traced one.
//!
//! # What there is
//!
//! - [`Template`]: compiles a source, names the variables that it reads, and renders with a `serde_json::Value` or with
//!   JSON text, which need not be turned into a `Value` before.
//! - [`Traced`], [`Span`], [`Origin`], [`Pointer`], [`PointerStep`]: the result of a traced render.
//! - [`RenderOptions`], [`Limits`], [`Clock`], [`DateTime`]: what a render may use.
//! - [`Error`], [`ErrorKind`], [`Location`]: what went wrong, in Python's words, and where in the template.
//! - [`mod@json`]: JSON text read as Python reads it; [`mod@syntax`]: the syntax tree of a template; [`mod@text`]: a few
//!   rules of Python's `str`.
//!
//! How it works inside, and how to add a filter, is told in [docs/engine.md].
//!
//! [COMPATIBILITY.md]: https://github.com/rolecall/rolecall/blob/main/COMPATIBILITY.md
//! [docs/engine.md]: https://github.com/rolecall/rolecall/blob/main/docs/engine.md

mod builtins;
mod clock;
mod compile;
mod error;
pub mod json;
mod lex;
mod limits;
mod notes;
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
mod walk;

pub use clock::{Clock, DateTime};
pub use error::{Error, ErrorKind, Location};
pub use limits::{Limits, RenderOptions};
pub use template::Template;
pub use traced::{LoopTurn, Origin, Pointer, PointerStep, Span, Traced};
