//! Prompts as token ids (feature `tokenizers`).
//!
//! A [`Tokenizer`] turns a [`Prompt`](crate::Prompt) into an [`Encoding`]: ids, and for each token its place in the
//! text, who wrote it and whether the assistant did. Because the prompt knows who wrote each byte, no text of a user can
//! become a control token.

mod added;
mod bos;
mod cache;
mod control;
mod encoding;
mod mask;
mod options;
mod owners;
mod pipeline;
mod reference;
mod tokenizer;

pub use bos::Bos;
pub use cache::EncodingCache;
pub use encoding::{Encoding, TokenKind, TokenOrigin};
pub use options::{Compat, ControlTokens, EncodeOptions, Padding, Side, Truncation};
pub(crate) use reference::{Marker, encode as encode_marked};
pub use tokenizer::Tokenizer;

use rolecall_jinja::ErrorKind;

use crate::contract::refused;
use crate::{Options, Result};

/// What the reference refuses of the options taken together. A mask of a continued message is one of its refusals that
/// is only followed where its faults are asked for.
pub(crate) fn check(options: &Options, encode: &EncodeOptions) -> Result<()> {
    if encode.assistant_mask
        && encode.compat == Compat::Reference
        && crate::continue_final::is_wanted(options)?
    {
        let message = "continue_final_message is not compatible with return_assistant_tokens_mask.";
        return Err(refused(ErrorKind::Value, message));
    }
    if encode.assistant_mask && encode.control_tokens == ControlTokens::Reference {
        let message = "`sanitize_control_tokens=True` requires `tokenize=True` and is not compatible with \
                       `return_assistant_tokens_mask=True`.";
        return Err(refused(ErrorKind::Value, message).help("Use ControlTokens::Template, which is"));
    }
    Ok(())
}
