//! `continue_final_message`: a prompt that ends inside the final message.
//!
//! As in the reference, a tag is put at the end of the message before rendering and the output is cut
//! where it turns up. The tag is really in the data while the template runs.

use rolecall_jinja::ErrorKind as Class;
use rolecall_jinja::text::{rstrip, strip};
use serde_json::{Map, Value};

use crate::contract::refused;
use crate::python::{is_true, type_name};
use crate::reasoning;
use crate::{Error, ErrorKind, Options, Result};

/// The space at the end tells whether the template trims what it prints.
const TAG: &str = "CONTINUE_FINAL_MESSAGE_TAG ";

/// A final message that is being continued.
#[derive(Debug)]
pub(crate) struct Continuation {
    /// The text to go on with, without the tag.
    text: String,
}

/// Whether the option asks for anything: the empty string does not.
pub(crate) fn is_wanted(options: &Options) -> Result<bool> {
    match &options.continue_final_message {
        None => Ok(false),
        Some(value @ (Value::Null | Value::Bool(_) | Value::String(_))) => Ok(is_true(value)),
        Some(other) => Err(Error::new(
            ErrorKind::Conversation,
            format!("continue_final_message is {}, not true, false or the name of a field", type_name(other)),
        )),
    }
}

impl Continuation {
    /// Puts the tag at the end of what is to be continued. `shared` are the reasoning fields of the message
    /// that hold one value.
    pub(crate) fn begin(
        message: &mut Map<String, Value>,
        shared: Option<&reasoning::Shared>,
        source: &str,
        options: &Options,
    ) -> Result<Self> {
        let field = match &options.continue_final_message {
            Some(Value::String(field)) => field.as_str(),
            _ => "content",
        };
        let Some(value) = message.get(field).filter(|value| !value.is_null()).cloned() else {
            return Err(refused(
                Class::Value,
                format!(
                    "continue_final_message is set but the final message has no \"{field}\" to continue!"
                ),
            ));
        };
        let fields: Vec<&str> = if reasoning::FIELDS.contains(&field) {
            reasoning::FIELDS.into_iter().filter(|name| message.get(*name) == Some(&value)).collect()
        } else {
            vec![field]
        };
        if !fields.iter().any(|name| source.contains(name)) {
            return Err(refused(
                Class::Value,
                format!(
                    "continue_final_message is set to \"{field}\" but this is not an accepted field in the chat_template"
                ),
            ));
        }
        let (text, tagged) = match value {
            Value::Array(parts) => tag_last_text(parts)?,
            value => {
                let text = continuable(&value)?.to_owned();
                let tagged = Value::String(format!("{text}{TAG}"));
                (text, tagged)
            }
        };
        // A list is one object under all the names that share it, a string is not.
        let same: &[&str] = shared.filter(|names| names.contains(&field)).map_or(&[], Vec::as_slice);
        let targets = if tagged.is_array() { same } else { fields.as_slice() };
        for name in targets.iter().copied().chain([field]) {
            message.insert(name.to_owned(), tagged.clone());
        }
        Ok(Self { text })
    }

    /// Cuts the output where the tag turned up; gives the length of what remains.
    pub(crate) fn end(&self, output: &str) -> Result<usize> {
        let tag = strip(TAG);
        let wanted = strip(&self.text);
        let (Some(at), true) = (output.rfind(tag), output.contains(wanted)) else {
            return Err(refused(
                Class::Value,
                format!(
                    "continue_final_message is set but the final message does not appear in the chat after applying \
                     the chat template! This can happen if the chat template deletes portions of the final message. \
                     Please verify the chat template and final message in your chat to ensure they are compatible.\
                     Final message to continue: {wanted}\nRendered chat:\n{output}"
                ),
            ));
        };
        let (kept, rest) = output.split_at(at);
        Ok(if rest.starts_with(TAG) { kept.len() } else { rstrip(kept).len() })
    }
}

/// Tags the last part that has a text; gives the text as it was and the tagged list.
fn tag_last_text(mut parts: Vec<Value>) -> Result<(String, Value)> {
    for part in parts.iter_mut().rev() {
        if !contains_text(part)? {
            continue;
        }
        let Some(slot) = part.as_object_mut().and_then(|part| part.get_mut("text")) else {
            let message = if part.is_array() {
                "list indices must be integers or slices, not str"
            } else {
                "string indices must be integers, not 'str'"
            };
            return Err(refused(Class::Type, message));
        };
        let text = continuable(slot)?.to_owned();
        *slot = Value::String(format!("{text}{TAG}"));
        return Ok((text, Value::Array(parts)));
    }
    Err(refused(
        Class::Value,
        "continue_final_message is set but we could not find any text to continue in the final message!",
    ))
}

/// `"text" in part`.
fn contains_text(part: &Value) -> Result<bool> {
    match part {
        Value::Object(part) => Ok(part.contains_key("text")),
        Value::String(part) => Ok(part.contains("text")),
        Value::Array(part) => Ok(part.iter().any(|item| item == "text")),
        other => {
            Err(refused(Class::Type, format!("argument of type '{}' is not iterable", type_name(other))))
        }
    }
}

/// The text that `value + TAG` continues.
fn continuable(value: &Value) -> Result<&str> {
    match value {
        Value::String(text) => Ok(text),
        Value::Array(_) => Err(refused(Class::Type, "can only concatenate list (not \"str\") to list")),
        other => {
            let message = format!("unsupported operand type(s) for +: '{}' and 'str'", type_name(other));
            Err(refused(Class::Type, message))
        }
    }
}
