//! What `apply_chat_template` does to its arguments before and around a render, step by step in the
//! reference's order: the order decides which error wins.

use rolecall_jinja::{Error as Reference, ErrorKind as Class};
use serde_json::{Map, Value};

use crate::continue_final::{self, Continuation};
use crate::python::type_name;
use crate::reasoning;
use crate::templates::Asker;
use crate::{Error, ErrorKind, Options, Result, SpecialTokens, keywords, media, processor};

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
        Self::placed(messages, Place::Alone, Asker::Tokenizer, options)
    }

    /// The checks and changes that come first: an empty list, messages that are no objects, keys whose
    /// value is `null`, options that exclude each other.
    pub(crate) fn placed(messages: Value, place: Place, asker: Asker, options: &Options) -> Result<Self> {
        keywords::check_arguments(asker, options)?;
        let conversation = match asker {
            Asker::Tokenizer => {
                let conversation = messages_of(messages, place, asker)?;
                check_continuation(options)?;
                conversation
            }
            Asker::Processor => {
                check_continuation(options)?;
                let mut conversation = messages_of(messages, place, asker)?;
                media::rewrite_image_urls(&mut conversation);
                if options.expansion.is_some() {
                    media::collect(&conversation)?;
                    empty_contents(&mut conversation);
                }
                conversation
            }
        };
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
        keywords::check_rendered(tokens, options)?;
        // The tokens, the variables and the four below.
        let mut variables = Map::with_capacity(tokens.iter().count() + options.variables.len() + 4);
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

/// The messages that a processor sees, before their image URLs are rewritten.
pub(crate) fn processor_messages(messages: Value) -> Result<Vec<Map<String, Value>>> {
    messages_of(messages, Place::Alone, Asker::Processor)
}

/// A list of messages without the keys whose value is `null`.
fn messages_of(messages: Value, place: Place, asker: Asker) -> Result<Vec<Map<String, Value>>> {
    let messages = match messages {
        // In a list of conversations one may be empty.
        Value::Array(messages) if messages.is_empty() && place == Place::Alone => {
            return Err(match asker {
                Asker::Tokenizer => refused(
                    Class::Value,
                    "Cannot apply chat template to an empty conversation. Provide at least one message.",
                ),
                Asker::Processor => {
                    refused(Class::Index, "list index out of range").help("Give at least one message")
                }
            });
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
        return Err(Error::new(ErrorKind::Conversation, "the messages are a list of conversations, not one")
            .help("Render each conversation by itself, or all with apply_chat_template_batch"));
    }
    let without_nulls = |message| match message {
        Value::Object(mut message) => {
            message.retain(|_, value| !value.is_null());
            Ok(message)
        }
        other => Err(not_a_message(type_name(&other))),
    };
    messages.into_iter().map(without_nulls).collect()
}

fn check_continuation(options: &Options) -> Result<()> {
    if continue_final::is_wanted(options)? && wants_generation_prompt(options) {
        return Err(refused(
            Class::Value,
            "continue_final_message and add_generation_prompt are not compatible. Use continue_final_message \
             when you want the model to continue the final message, and add_generation_prompt when you want to \
             add a header that will prompt it to start a new assistant message instead.",
        ));
    }
    Ok(())
}

/// A fault of the reference's processors: where they collect media, a content that is missing or empty becomes an
/// empty list, which templates may tell from an empty text.
fn empty_contents(conversation: &mut [Map<String, Value>]) {
    for message in conversation {
        if processor::is_no_content(message.get("content")) {
            message.insert("content".to_owned(), Value::Array(Vec::new()));
        }
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
