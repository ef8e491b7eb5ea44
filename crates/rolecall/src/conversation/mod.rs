//! Conversations as Rust types: what a caller writes instead of JSON, and what JSON is read into.
//!
//! Each type is a JSON object with names for what is usual in it. Whatever else stands in the object is kept in
//! its place, so that reading and writing again changes nothing.

mod content;
mod document;
#[cfg(feature = "schemars")]
mod json_schema;
mod message;
mod object;
mod part;
mod tool;
mod tool_call;

pub use content::Content;
pub use document::Document;
pub use message::Message;
pub use part::Part;
pub use tool::Tool;
pub use tool_call::ToolCall;
