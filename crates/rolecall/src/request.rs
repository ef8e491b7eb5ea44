//! A chat request as JSON: the input of the command, with the names that chat servers use.

use serde_json::{Map, Value};

use crate::python::type_name;
use crate::{Error, ErrorKind, Options, Result};

/// A conversation and the options that stand beside it in a JSON document.
///
/// The document is a list of messages, or an object with `messages` and, if wanted, `tools`, `documents`,
/// `chat_template_kwargs`, `add_generation_prompt` and `continue_final_message`.
///
/// ```
/// use rolecall::{ChatRequest, Model};
///
/// let request = ChatRequest::from_json(
///     r#"{"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}"#,
/// )?;
/// let prompt = Model::builtin("chatml")?.apply_chat_template(&request.messages, &request.options)?;
/// assert_eq!(prompt.text(), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChatRequest {
    /// The list of messages.
    pub messages: Value,
    /// What the document says beside them.
    pub options: Options,
}

impl ChatRequest {
    /// Reads a JSON document.
    ///
    /// ```
    /// use rolecall::{ChatRequest, Message};
    ///
    /// let request = ChatRequest::from_json(r#"[{"role": "user", "content": "Hi"}]"#)?;
    /// assert_eq!(Message::list_from_value(request.messages)?, [Message::user("Hi")]);
    /// let error = ChatRequest::from_json(r#"{"messages": [], "temperature": 1}"#).unwrap_err();
    /// assert_eq!(error.message(), r#"the chat request has a key "temperature" that means nothing here"#);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Json`] with line and column when it is not JSON or holds a number that cannot be kept
    /// exactly; [`ErrorKind::Conversation`] when it is not a chat request.
    pub fn from_json(text: &str) -> Result<Self> {
        let document = rolecall_jinja::json::to_value(text)
            .map_err(|error| Error::new(ErrorKind::Json, format!("not a JSON document: {error}")))?;
        match document {
            Value::Array(_) => Ok(Self { messages: document, options: Options::new() }),
            Value::Object(fields) => Self::from_fields(fields),
            other => Err(Error::new(
                ErrorKind::Conversation,
                format!("a chat request is a list of messages or an object, not {}", type_name(&other)),
            )
            .help(r#"Write it as {"messages": [{"role": "user", "content": "Hi"}]}"#)),
        }
    }

    fn from_fields(mut fields: Map<String, Value>) -> Result<Self> {
        let Some(messages) = fields.shift_remove("messages") else {
            return Err(Error::new(ErrorKind::Conversation, "the chat request has no \"messages\"")
                .help(r#"Write it as {"messages": [{"role": "user", "content": "Hi"}]}"#));
        };
        let mut options = Options::new();
        for (name, value) in fields {
            options = match (name.as_str(), value) {
                ("tools", value) => options.tools(value),
                ("documents", value) => options.documents(value),
                ("add_generation_prompt", value) => options.add_generation_prompt(value),
                ("continue_final_message", value) => options.continue_final_message(value),
                ("chat_template_kwargs", Value::Null) => options,
                ("chat_template_kwargs", Value::Object(variables)) => options.variables(variables),
                ("chat_template_kwargs", other) => {
                    return Err(Error::new(
                        ErrorKind::Conversation,
                        format!("\"chat_template_kwargs\" must be an object, not {}", type_name(&other)),
                    ));
                }
                (other, _) => {
                    return Err(Error::new(
                        ErrorKind::Conversation,
                        format!("the chat request has a key {other:?} that means nothing here"),
                    )
                    .help(
                        "Known are messages, tools, documents, chat_template_kwargs, add_generation_prompt and \
                         continue_final_message; variables for the template go into chat_template_kwargs",
                    ));
                }
            };
        }
        Ok(Self { messages, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_honoured_or_refused() {
        let request = ChatRequest::from_json(
            r#"{"messages": [], "tools": [], "documents": null, "chat_template_kwargs": {"a": 1},
                "add_generation_prompt": 5, "continue_final_message": "reasoning"}"#,
        )
        .expect("a request");
        assert_eq!(request.options.tools, Some(Value::Array(Vec::new())));
        assert_eq!(request.options.variables.get("a"), Some(&Value::from(1)));
        assert_eq!(request.options.add_generation_prompt, Some(Value::from(5)));
        assert_eq!(request.options.continue_final_message, Some(Value::from("reasoning")));

        for (text, part) in [
            (r#"{"message": []}"#, "\"messages\""),
            (r#"{"messages": [], "temperature": 1}"#, "\"temperature\""),
            (r#"{"messages": [], "chat_template_kwargs": []}"#, "chat_template_kwargs"),
            ("\"hi\"", "not str"),
            ("{\n  \"messages\": [,]}", "line 2, column 16"),
        ] {
            let error = ChatRequest::from_json(text).expect_err("is refused").to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
