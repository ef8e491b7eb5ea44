//! A conversation that grows, message by message.

use std::fs::OpenOptions;
use std::io::{self, Write};

use rolecall::{ChatRequest, Image, Message, Part, ToolCall};
use rolecall_sender::Generation;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Outcome};
use crate::request;

/// What was said, and what stands beside it.
pub(crate) struct Conversation {
    /// The chat request that it began with, without its messages.
    fields: Map<String, Value>,
    messages: Vec<Value>,
    images: Vec<NamedImage>,
    /// How far it goes back when it is reset.
    beginning: Mark,
}

/// An image, and the file that it was read from.
pub(crate) struct NamedImage {
    pub(crate) path: String,
    pub(crate) image: Image,
}

/// A place in a conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    messages: usize,
    images: usize,
}

impl Conversation {
    /// A conversation that begins with these messages, and with a system message in front of them.
    pub(crate) fn begin(
        document: Option<&str>,
        system: Option<&str>,
        images: Vec<NamedImage>,
    ) -> Outcome<Self> {
        let mut messages = Vec::new();
        if let Some(document) = document {
            match ChatRequest::from_json(document)?.messages {
                Value::Array(list) => messages = list,
                _ => return Err(Failure::job("the messages of a conversation are a list")),
            }
        }
        let mut fields = document.map(request::fields).unwrap_or_default();
        fields.retain(|_, value| !value.is_null());
        let open = ["add_generation_prompt", "continue_final_message"];
        if let Some(name) = open.iter().find(|name| fields.contains_key(**name)) {
            return Err(Failure::Job(format!(
                "the chat request has {name}, and a conversation goes on with answers that are messages of their own. \
                 Take it out."
            )));
        }
        let mut conversation = Self { fields, messages, images, beginning: Mark::default() };
        if let Some(system) = system {
            if conversation.messages.first().and_then(|message| message.get("role")) == Some(&json!("system"))
            {
                return Err(Failure::job(
                    "the conversation has a system message already. Leave out --system, or take it out of the file.",
                ));
            }
            conversation.messages.insert(0, Message::system(system).into());
        }
        conversation.beginning = conversation.mark();
        Ok(conversation)
    }

    /// What stands beside the messages.
    pub(crate) fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    pub(crate) fn messages(&self) -> Value {
        Value::Array(self.messages.clone())
    }

    pub(crate) fn images(&self) -> Vec<Image> {
        self.images.iter().map(|named| named.image.clone()).collect()
    }

    /// How many messages there are.
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether the last message waits for an answer.
    pub(crate) fn waits_for_answer(&self) -> bool {
        let role = self.messages.last().and_then(|message| message.get("role")).and_then(Value::as_str);
        matches!(role, Some("user" | "tool"))
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { messages: self.messages.len(), images: self.images.len() }
    }

    /// Takes back what was said since.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.messages.truncate(mark.messages);
        self.images.truncate(mark.images);
    }

    /// Goes back to the beginning.
    pub(crate) fn reset(&mut self) {
        self.back_to(self.beginning);
    }

    /// The user says something, with images in front of it.
    pub(crate) fn say(&mut self, text: &str, images: Vec<NamedImage>) {
        let message = if images.is_empty() {
            Message::user(text)
        } else {
            let slots = images.iter().map(|_| Part::image());
            Message::user(slots.chain([Part::text(text)]).collect::<Vec<_>>())
        };
        self.images.extend(images);
        self.messages.push(message.into());
    }

    /// The model answers; `text` is what it says without what ends its turn.
    pub(crate) fn answer(&mut self, answer: &Generation, text: &str) {
        let mut message = Message::assistant(text);
        if let Some(reasoning) = &answer.reasoning {
            message = message.reasoning(reasoning);
        }
        for call in &answer.tool_calls {
            // As the server writes it, who gets it back.
            let written = ToolCall::function(&*call.name, call.arguments.as_str());
            message = message.tool_call(match &call.id {
                Some(id) => written.id(id),
                None => written,
            });
        }
        self.messages.push(message.into());
    }

    /// The messages, whose contents may be written in another form.
    pub(crate) fn messages_mut(&mut self) -> &mut [Value] {
        &mut self.messages
    }

    /// The messages with this one behind them.
    pub(crate) fn followed_by(&self, message: Value) -> Value {
        Value::Array(self.messages.iter().cloned().chain([message]).collect())
    }

    /// Writes it as a chat request.
    pub(crate) fn save(&self, path: &str, anew: bool) -> Outcome {
        let mut document = Map::new();
        document.insert("messages".to_owned(), self.messages.iter().map(for_templates).collect());
        document.extend(self.fields.clone());
        let mut text = serde_json::to_string_pretty(&document).map_err(Failure::job)?;
        text.push('\n');
        let file = OpenOptions::new().write(true).create(true).create_new(!anew).truncate(anew).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
            Failure::Job(match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("{path} is there already. Name another file, or write it anew with /save! {path}")
                }
                _ => format!("cannot write {path}: {error}"),
            })
        })
    }

    /// The files of the images, in their order.
    pub(crate) fn image_paths(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(|named| named.path.as_str())
    }
}

/// A message as templates want it: the arguments of its calls are objects.
fn for_templates(message: &Value) -> Value {
    let mut message = message.clone();
    let calls = message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten();
    for arguments in calls.filter_map(|call| call.pointer_mut("/function/arguments")) {
        let object =
            arguments.as_str().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        if let Some(object) = object {
            *arguments = Value::Object(object);
        }
    }
    message
}
