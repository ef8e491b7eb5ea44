//! Chat templates on [minijinja], with the glue that makes it behave as the reference's Jinja2: rolecall's
//! second opinion.
//!
//! It has the interface of rolecall's own engine, so that the two can be compared, and takes its errors, limits
//! and clock from there. Where minijinja cannot do what Python does it may differ from the reference; it does
//! not panic, hang or use more than the limits allow.
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
mod filters;
mod globals;
mod guard;
mod limits;
mod literal;
mod marking;
mod methods;
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
pub use template::Template;
