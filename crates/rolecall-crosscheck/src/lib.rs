//! Chat templates on [minijinja], with the glue that makes it behave as the reference's Jinja2: rolecall's
//! second opinion.
//!
//! [`second_opinion`] compares a render of rolecall's own engine, rolecall-jinja, with one of this crate's
//! [`Template`], which has the same interface and takes its errors, limits and clock from there. rolecall itself
//! does not render on minijinja.
//!
//! minijinja parses a template. From its syntax tree a second template is written in which every operator,
//! lookup, filter, test and loop is a function of ours that follows Python; minijinja compiles and runs that one.
//! What it cannot do as Python does is refused with an error of kind [`Unsupported`]: integers of more than 127
//! bits, complex numbers and bytes; the filters `pprint`, `random`, `striptags`, `urlize`, `wordwrap`, `xmlattr`;
//! `lipsum`, `{% block %}`, characters by name, arguments for `varargs` and `kwargs` of macros, leaving a `with`,
//! `set` or `filter` block by `break`, and `loop` kept in a list, dict or namespace. Known to differ: white space at
//! the beginning of `{%- raw %}` is dropped; a block sees the caller's variable where the template sets one of that
//! name further down; text of macros is escaped once more inside of `autoescape`; generators compute all their items
//! at once; and errors in constant expressions are raised where Jinja2, which computes them beforehand, may print
//! nothing. COMPATIBILITY.md has the whole list.
//!
//! No template and no input panics, hangs, overflows the stack or uses more than the limits allow.
//!
//! [minijinja]: https://docs.rs/minijinja
//! [`Unsupported`]: rolecall_jinja::ErrorKind::Unsupported
//!
//! ```
//! use rolecall_crosscheck::Template;
//! use serde_json::json;
//!
//! let template = Template::new("{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}")?;
//! let text = template.render(&json!({"messages": [{"role": "user", "content": "Hi"}]}))?;
//! assert_eq!(text, "<user>Hi\n");
//! # Ok::<(), rolecall_jinja::Error>(())
//! ```

mod args;
mod budget;
mod compile;
mod convert;
mod environment;
mod error;
pub mod excerpt;
mod filters;
mod globals;
mod guard;
mod limits;
mod literal;
mod marking;
mod methods;
mod opinion;
mod ops;
mod parse;
mod places;
mod render;
mod rewrite;
mod scan;
mod syntax;
mod template;
mod tests;
mod text;
mod translate;
mod value;
mod variables;

pub use marking::Marked;
pub use opinion::{Opinion, second_opinion};
pub use template::Template;
