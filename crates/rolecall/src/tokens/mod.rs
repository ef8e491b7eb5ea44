//! Prompts as token ids (feature `tokenizers`).
//!
//! A [`Tokenizer`] turns a [`Prompt`] into an [`Encoding`]: ids, and for each token its place in the
//! text, who wrote it and whether the assistant did. Because the prompt knows who wrote each byte, no text of a user can
//! become a control token.
//!
//! ```
//! use rolecall::tokens::EncodeOptions;
//! use rolecall::{Message, Model, Options};
//!
//! # let folder = rolecall_testkit::tiny_llama();
//! let model = Model::from_dir(folder)?; // with a tokenizer.json
//! let encoding = model.encode(&[Message::user("Hi")], &Options::new(), &EncodeOptions::default())?;
//! assert_eq!(encoding.ids[8..], [44, 77, 4]);
//! assert_eq!(model.tokenizer()?.decode(&encoding.ids[8..], false)?, "Hi<|eot_id|>");
//! # Ok::<(), rolecall::Error>(())
//! ```

mod added;
mod attribution;
mod bos;
mod cache;
mod control;
mod encoding;
mod inspection;
mod listed;
mod mask;
mod of_model;
mod options;
mod owners;
mod pipeline;
mod rebuilt;
mod reference;
mod standing;
mod steering;
mod tokenizer;

pub use bos::Bos;
pub use cache::EncodingCache;
pub use encoding::{Encoding, TokenKind, TokenOrigin};
pub use inspection::{ControlToken, TokenizerInspection};
pub(crate) use of_model::ModelTokenizer;
pub use options::{Compat, ControlTokens, EncodeOptions, Padding, Side, Truncation};
pub use tokenizer::Tokenizer;

use rolecall_jinja::ErrorKind;
use serde::Serialize;
use serde_json::Value;

use crate::chat_template::to_json;
use crate::contract::{Conversation, refused};
use crate::{Options, Prompt, Result};

/// Encodes a conversation: renders its prompt or, where the reference's way is asked for, the text of the input with
/// marks in it.
pub(crate) fn encode<M>(
    tokenizer: &Tokenizer,
    template: &str,
    (messages, options): (&M, &Options),
    encode: &EncodeOptions,
    prompt: impl FnOnce() -> Result<Prompt>,
    text: impl FnOnce(&Value, &Options) -> Result<String>,
) -> Result<Encoding>
where
    M: Serialize + ?Sized,
{
    if encode.control_tokens != ControlTokens::Reference {
        return tokenizer.encode(&prompt()?, encode);
    }
    reference::encode_sanitized(tokenizer, template, to_json(messages)?, options, encode, text)
}

/// What the reference refuses of the options taken together. A mask of a continued message is one of its refusals that
/// is only followed where its faults are asked for.
pub(crate) fn check<M>(messages: &M, options: &Options, encode: &EncodeOptions) -> Result<()>
where
    M: Serialize + ?Sized,
{
    if !encode.assistant_mask {
        return Ok(());
    }
    let continues = encode.compat == Compat::Reference && crate::continue_final::is_wanted(options)?;
    let sanitizes = encode.control_tokens == ControlTokens::Reference;
    if continues || sanitizes {
        // What is wrong with the conversation itself is told first.
        Conversation::new(to_json(messages)?, options)?;
    }
    if continues {
        let message = "continue_final_message is not compatible with return_assistant_tokens_mask.";
        return Err(refused(ErrorKind::Value, message));
    }
    if sanitizes {
        let message = "`sanitize_control_tokens=True` requires `tokenize=True` and is not compatible with \
                       `return_assistant_tokens_mask=True`.";
        return Err(refused(ErrorKind::Value, message).help("Use ControlTokens::Template, which is"));
    }
    Ok(())
}
