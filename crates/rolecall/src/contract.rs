//! What `apply_chat_template` does to its arguments before and around a render, step by step in the
//! reference's order: the order decides which error wins.

use rolecall_jinja::{Error as Reference, ErrorKind as Class};
use serde_json::{Map, Value};

use crate::continue_final::{self, Continuation};
use crate::python::type_name;
use crate::reasoning;
use crate::{Error, ErrorKind, Options, Result, SpecialTokens};

/// The parameters of the reference's method; a template variable cannot have one of these names.
const PARAMETERS: [&str; 15] = [
    "conversation",
    "tools",
    "documents",
    "chat_template",
    "add_generation_prompt",
    "continue_final_message",
    "tokenize",
    "padding",
    "truncation",
    "max_length",
    "return_tensors",
    "return_dict",
    "return_assistant_tokens_mask",
    "sanitize_control_tokens",
    "tokenizer_kwargs",
];

/// A conversation that passed the checks that come before the template is compiled.
pub(crate) struct Conversation(Vec<Map<String, Value>>);

/// Whether a conversation stands alone or in a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Alone,
    InBatch,
}

/// The variables that a template sees, and what has to be done to its output.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) variables: Value,
    pub(crate) continuation: Option<Continuation>,
}

impl Conversation {
    /// A conversation by itself.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn new(messages: Value, options: &Options) -> Result<Self> {
        Self::placed(messages, Place::Alone, options)
    }

    /// The checks and changes that come first: an empty list, messages that are no objects, keys whose
    /// value is `null`, options that exclude each other.
    pub(crate) fn placed(messages: Value, place: Place, options: &Options) -> Result<Self> {
        for name in options.variables.keys() {
            if PARAMETERS.contains(&name.as_str()) {
                let message =
                    format!("apply_chat_template() got multiple values for keyword argument '{name}'");
                return Err(refused(Class::Type, message).help(format!(
                    "{name} is an option of its own: do not give it among the template's variables"
                )));
            }
        }
        let messages = match messages {
            // In a list of conversations one may be empty.
            Value::Array(messages) if messages.is_empty() && place == Place::Alone => {
                return Err(refused(
                    Class::Value,
                    "Cannot apply chat template to an empty conversation. Provide at least one message.",
                ));
            }
            Value::Array(messages) => messages,
            // Python iterates over what it is given; other empty things than a list are a conversation.
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::Object(entries) if entries.is_empty() => Vec::new(),
            Value::String(_) | Value::Object(_) => return Err(not_a_message("str")),
            other => {
                let message = format!("'{}' object is not iterable", type_name(&other));
                return Err(refused(Class::Type, message).help("The messages have to be a list of objects"));
            }
        };
        if place == Place::Alone && messages.first().is_some_and(Value::is_array) {
            return Err(Error::new(
                ErrorKind::Conversation,
                "the messages are a list of conversations, not one",
            )
            .help("Render each conversation by itself, or all with apply_chat_template_batch"));
        }
        let mut conversation = Vec::with_capacity(messages.len());
        for message in messages {
            match message {
                Value::Object(mut message) => {
                    message.retain(|_, value| !value.is_null());
                    conversation.push(message);
                }
                other => return Err(not_a_message(type_name(&other))),
            }
        }
        if continue_final::is_wanted(options)? && wants_generation_prompt(options) {
            return Err(refused(
                Class::Value,
                "continue_final_message and add_generation_prompt are not compatible. Use continue_final_message \
                 when you want the model to continue the final message, and add_generation_prompt when you want to \
                 add a header that will prompt it to start a new assistant message instead.",
            ));
        }
        for reserved in ["conversations", "messages"] {
            if options.variables.contains_key(reserved) {
                let function = if reserved == "messages" {
                    "jinja2.environment.Template.render"
                } else {
                    "transformers.utils.chat_template_utils.render_jinja_template"
                };
                let message = format!("{function}() got multiple values for keyword argument '{reserved}'");
                return Err(refused(Class::Type, message)
                    .help("Give the template's variable another name: this one is taken"));
            }
        }
        Ok(Self(conversation))
    }

    /// The variables for the template with this source.
    pub(crate) fn into_context(
        self,
        source: &str,
        tokens: &SpecialTokens,
        options: &Options,
    ) -> Result<Context> {
        let tools = checked_tools(options.tools.as_ref())?;
        let documents = checked_documents(options.documents.as_ref())?;
        let mut messages = self.0;
        let shared: Vec<reasoning::Shared> = messages.iter_mut().map(reasoning::alias).collect();
        let continuation = match messages.last_mut() {
            _ if !continue_final::is_wanted(options)? => None,
            Some(last) => Some(Continuation::begin(last, shared.last(), source, options)?),
            None => {
                return Err(refused(
                    Class::Value,
                    "continue_final_message is set but the conversation is empty!",
                ));
            }
        };
        let mut variables = Map::new();
        for (name, text) in tokens.iter() {
            variables.insert(name.to_owned(), Value::from(text));
        }
        for (name, value) in &options.variables {
            variables.insert(name.clone(), value.clone());
        }
        let messages = messages.into_iter().map(Value::Object).collect();
        variables.insert("messages".to_owned(), Value::Array(messages));
        variables.insert("tools".to_owned(), tools);
        variables.insert("documents".to_owned(), documents);
        let prompt = options.add_generation_prompt.clone().unwrap_or(Value::Bool(false));
        variables.insert("add_generation_prompt".to_owned(), prompt);
        Ok(Context { variables: Value::Object(variables), continuation })
    }
}

fn wants_generation_prompt(options: &Options) -> bool {
    options.add_generation_prompt.as_ref().is_some_and(crate::python::is_true)
}

fn not_a_message(class: &str) -> Error {
    refused(Class::Attribute, format!("'{class}' object has no attribute 'items'"))
        .help(r#"Each message has to be an object such as {"role": "user", "content": "Hi"}"#)
}

/// What Python's `for` makes of a value that should be a list.
enum Iterated<'a> {
    Items(&'a [Value]),
    /// A string or a dict: its items are strings, if it has any.
    Strings {
        empty: bool,
    },
}

fn iterate(value: &Value) -> Result<Iterated<'_>> {
    match value {
        Value::Array(items) => Ok(Iterated::Items(items)),
        Value::String(text) => Ok(Iterated::Strings { empty: text.is_empty() }),
        Value::Object(entries) => Ok(Iterated::Strings { empty: entries.is_empty() }),
        other => Err(refused(Class::Type, format!("'{}' object is not iterable", type_name(other)))),
    }
}

fn checked_tools(tools: Option<&Value>) -> Result<Value> {
    let Some(tools) = tools.filter(|tools| !tools.is_null()) else { return Ok(Value::Null) };
    match iterate(tools)? {
        Iterated::Items(items) if items.iter().all(Value::is_object) => Ok(tools.clone()),
        Iterated::Strings { empty: true } => Ok(Value::Array(Vec::new())),
        _ => Err(refused(
            Class::Value,
            "Tools should either be a JSON schema, or a callable function with type hints and a docstring suitable \
             for auto-conversion to a schema.",
        )
        .help("Give a list of objects, one for each tool")),
    }
}

fn checked_documents(documents: Option<&Value>) -> Result<Value> {
    let Some(documents) = documents.filter(|documents| !documents.is_null()) else { return Ok(Value::Null) };
    match iterate(documents)? {
        Iterated::Items(items) if items.iter().all(Value::is_object) => Ok(documents.clone()),
        Iterated::Strings { empty: true } => Ok(documents.clone()),
        _ => Err(refused(Class::Type, "Documents should be a list of dicts with 'title' and 'text' keys!")),
    }
}

/// An error that the reference raises for these arguments.
pub(crate) fn refused(class: Class, message: impl Into<String>) -> Error {
    Error::from_reference(ErrorKind::Conversation, Reference::new(class, message))
}
