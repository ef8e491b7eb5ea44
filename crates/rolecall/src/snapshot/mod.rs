//! Goldens: prompts as files that people read, review and keep beside their code.
//!
//! A [`Golden`] is a prompt and what it was made from. Its text, which `to_string` gives, is the format of `.prompt` files,
//! which the command `rolecall snapshot` keeps, and of the snapshots of `assert_prompt_snapshot!` (feature `snapshot`,
//! with the crate insta):
//!
//! ```text
//! rolecall prompt 1
//! model: builtin:llama-3
//! revision: none
//! template: sha256 c9f4…
//! file chat_template.jinja: sha256 c9f4…
//! file tokenizer_config.json: sha256 58ad…
//! conversation: sha256 9a31…
//! options: {"add_generation_prompt":true}
//! clock: not read
//! rolecall: 0.1.0
//! --- prompt
//! ⟪<|begin_of_text|>⟫<|start_header_id|>⟦0.role:user⟧<|end_header_id|>
//!
//! ⟦0:Which animal says moo?⟧⟪<|eot_id|>⟫<|start_header_id|>assistant<|end_header_id|>
//!
//!
//! --- end
//! ```
//!
//! - A line between `--- prompt` and `--- end` is a line of the prompt: the prompt is these lines with a newline between
//!   each two. A prompt that ends with a newline therefore ends with an empty line.
//! - What stands bare was written by the template. `⟪…⟫` is a control token that the template wrote: one of the model's
//!   named special tokens, or of the added tokens in its `tokenizer.json` or `tokenizer_config.json`.
//! - `⟦0:…⟧` came from the content of message 0, `⟦0.role:…⟧` from another field of it, `⟦tools:…⟧` from another variable,
//!   and `⟦0+1:…⟧` was computed from several. `⟦image 0:…⟧` is an image. A newline is on neither side of a mark: of which
//!   side it is, is not kept.
//! - Escaped are the backslash and the four marks (`\\`, `\⟦`), the spaces at the end of a line (`\s`), tabs and carriage
//!   returns (`\t`, `\r`), and all other characters that control something, show nothing or only look like a space, by their
//!   number (`\u{200b}`).
//! - After `--- error` stands, in the place of a prompt, the error that the reference raises for this conversation.
//!
//! Reading the text of a golden gives back the golden, and with it the prompt's exact text.
//!
//! ```
//! use rolecall::snapshot::Golden;
//! use rolecall::{Message, Model, Options};
//!
//! let model = Model::builtin("llama-3")?;
//! let golden = Golden::record(&model, &[Message::user("Which animal says moo?")], &Options::new())?;
//! let text = golden.to_string(); // of a .prompt file
//! assert!(text.contains("\n⟦0:Which animal says moo?⟧⟪<|eot_id|>⟫\n"));
//! assert_eq!(text.parse::<Golden>()?, golden);
//! # Ok::<(), rolecall::Error>(())
//! ```

mod body;
mod control;
mod drift;
mod escape;
mod golden;
mod header;
#[cfg(test)]
mod tests;
#[cfg(feature = "snapshot")]
mod with_insta;

pub use body::{Line, Mark, Piece};
pub(crate) use control::ControlTokens;
pub use drift::{Change, Drift, PromptDrift};
pub use escape::is_hidden;
pub use golden::{Body, Golden};
pub use header::{ClockUse, Header};
#[cfg(feature = "snapshot")]
#[doc(hidden)]
pub use with_insta::{insta, recorded, settings};
