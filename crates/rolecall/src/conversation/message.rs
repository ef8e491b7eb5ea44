//! A message of a conversation.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::content::list_of;
use super::{Content, ToolCall, object};
use crate::{Error, ErrorKind, Result};

/// How a message is written in JSON.
const EXAMPLE: &str = r#"{"role": "user", "content": "Hi"}"#;

/// A message of a conversation.
///
/// In JSON it is an object with a `role` and what belongs to it. What was not said is absent there, not `null`,
/// and the fields stand in the order in which Python's users write them. Templates may print a message whole, so
/// the order can show in a prompt.
///
/// ```
/// use rolecall::{Message, Part, ToolCall};
/// use serde_json::json;
///
/// let conversation = [
///     Message::system("Be brief."),
///     Message::user([Part::text("Is it raining here?"), Part::image()]),
///     Message::assistant("Let me see.")
///         .reasoning("The picture shows Paris.")
///         .tool_call(ToolCall::function("get_weather", json!({"city": "Paris"})).id("call_1")),
///     Message::tool("call_1", "rain").name("get_weather"),
/// ];
/// let expected = json!([
///     {"role": "system", "content": "Be brief."},
///     {"role": "user", "content": [{"type": "text", "text": "Is it raining here?"}, {"type": "image"}]},
///     {"role": "assistant", "content": "Let me see.", "reasoning_content": "The picture shows Paris.", "tool_calls": [
///         {"id": "call_1", "type": "function",
///          "function": {"name": "get_weather", "arguments": {"city": "Paris"}}},
///     ]},
///     {"role": "tool", "tool_call_id": "call_1", "name": "get_weather", "content": "rain"},
/// ]);
/// assert_eq!(json!(conversation).to_string(), expected.to_string());
/// ```
///
/// Any JSON object can be read as a message, and is written as it was: fields without a name here keep their place
/// and their value, and so do values that nobody expects. Two messages are equal if they have the same fields,
/// in whatever order.
///
/// ```
/// use rolecall::Message;
///
/// let text = r#"[{"weight":0.5,"role":"user","content":null}]"#;
/// let messages = Message::list_from_json(text)?;
/// assert_eq!(messages[0].role(), Some("user"));
/// assert_eq!(serde_json::to_string(&messages).unwrap(), text);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// All fields in their order; `null` in place of those that are taken apart below.
    fields: Map<String, Value>,
    /// The value of `content`, if there is such a field.
    content: Option<Content>,
    /// The value of `tool_calls`, if it is a list of objects.
    tool_calls: Option<Vec<ToolCall>>,
}

impl Message {
    /// A message of any role: `{"role": …, "content": …}`.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Message::new("critic", "Too long.")), json!({"role": "critic", "content": "Too long."}));
    /// ```
    pub fn new(role: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::with_role(role).with_content(content)
    }

    /// A message that has a role and nothing else yet: `{"role": …}`.
    ///
    /// ```
    /// use rolecall::{Message, ToolCall};
    /// use serde_json::json;
    ///
    /// let message = Message::with_role("assistant").tool_call(ToolCall::function("now", json!({})));
    /// assert_eq!(
    ///     json!(message).to_string(),
    ///     r#"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"now","arguments":{}}}]}"#
    /// );
    /// ```
    pub fn with_role(role: impl Into<String>) -> Self {
        let fields = Map::new();
        Self { fields, content: None, tool_calls: None }.field("role", role.into())
    }

    /// What the model has to keep to: `{"role": "system", "content": …}`.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Message::system("Be brief.")), json!({"role": "system", "content": "Be brief."}));
    /// ```
    pub fn system(content: impl Into<Content>) -> Self {
        Self::new("system", content)
    }

    /// What the user says: `{"role": "user", "content": …}`.
    ///
    /// ```
    /// use rolecall::{Message, Part};
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Message::user("Hi")), json!({"role": "user", "content": "Hi"}));
    /// let message = Message::user([Part::image()]);
    /// assert_eq!(json!(message), json!({"role": "user", "content": [{"type": "image"}]}));
    /// ```
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new("user", content)
    }

    /// What the model says: `{"role": "assistant", "content": …}`. For one that only calls tools see
    /// [`with_role`](Self::with_role).
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Message::assistant("Moo.")), json!({"role": "assistant", "content": "Moo."}));
    /// ```
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new("assistant", content)
    }

    /// What a tool answers to the call of that id: `{"role": "tool", "tool_call_id": …, "content": …}`. An answer
    /// without an id is `Message::new("tool", …)`.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let message = Message::tool("call_1", "rain");
    /// assert_eq!(json!(message), json!({"role": "tool", "tool_call_id": "call_1", "content": "rain"}));
    /// ```
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::with_role("tool").field("tool_call_id", tool_call_id.into()).with_content(content)
    }

    /// Who speaks, or which tool answers: `"name": …`. A new one stands before the content.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let message = Message::user("Moo?").name("Ada");
    /// assert_eq!(json!(message).to_string(), r#"{"role":"user","name":"Ada","content":"Moo?"}"#);
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = Value::String(name.into());
        match self.fields.keys().position(|field| field == "content") {
            Some(at) if !self.fields.contains_key("name") => {
                self.fields.shift_insert(at, "name".to_owned(), name);
                self
            }
            _ => self.field("name", name),
        }
    }

    /// What the model thought before it spoke: `"reasoning_content": …`. Templates find it under `thinking` too.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let message = Message::assistant("4").reasoning("2 + 2");
    /// let expected = json!({"role": "assistant", "content": "4", "reasoning_content": "2 + 2"});
    /// assert_eq!(json!(message), expected);
    /// ```
    #[must_use]
    pub fn reasoning(self, reasoning: impl Into<String>) -> Self {
        self.field("reasoning_content", reasoning.into())
    }

    /// One more call of a tool, at the end of `"tool_calls": […]`. A `tool_calls` that is no list of objects is
    /// replaced.
    ///
    /// ```
    /// use rolecall::{Message, ToolCall};
    /// use serde_json::json;
    ///
    /// let call = |city| ToolCall::function("get_weather", json!({"city": city}));
    /// let message = Message::with_role("assistant").tool_call(call("Paris")).tool_call(call("Rome"));
    /// assert_eq!(message.tool_calls(), [call("Paris"), call("Rome")]);
    /// ```
    #[must_use]
    pub fn tool_call(mut self, call: ToolCall) -> Self {
        self.fields.insert("tool_calls".to_owned(), Value::Null);
        self.tool_calls.get_or_insert_default().push(call);
        self
    }

    /// Any other field. One that is there already gets the value and keeps its place.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let message = Message::assistant("Once").field("prefix", true).field("content", "Once upon");
    /// assert_eq!(json!(message).to_string(), r#"{"role":"assistant","content":"Once upon","prefix":true}"#);
    /// ```
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let name = name.into();
        let value = value.into();
        match name.as_str() {
            "content" => self.with_content(value),
            "tool_calls" => {
                let (calls, rest) = apart(value);
                self.tool_calls = calls;
                self.fields.insert(name, rest);
                self
            }
            _ => {
                self.fields.insert(name, value);
                self
            }
        }
    }

    /// The role, where it is a text.
    ///
    /// ```
    /// use rolecall::Message;
    ///
    /// assert_eq!(Message::system("Be brief.").role(), Some("system"));
    /// assert_eq!(Message::user("Hi").field("role", 1).role(), None);
    /// ```
    pub fn role(&self) -> Option<&str> {
        self.fields.get("role")?.as_str()
    }

    /// The content. It is [`Content::Json`] with a `null` for a field that is there and `null`.
    ///
    /// ```
    /// use rolecall::{Content, Message};
    ///
    /// match Message::user("Hi").content() {
    ///     Some(Content::Text(text)) => assert_eq!(text, "Hi"),
    ///     other => panic!("{other:?}"),
    /// }
    /// ```
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// The calls of tools; none if the message has no list of them.
    ///
    /// ```
    /// use rolecall::{Message, ToolCall};
    /// use serde_json::json;
    ///
    /// let message = Message::with_role("assistant").tool_call(ToolCall::function("now", json!({})));
    /// assert_eq!(message.tool_calls()[0].name(), Some("now"));
    /// assert!(Message::assistant("Hi").tool_calls().is_empty());
    /// ```
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.tool_calls.as_deref().unwrap_or_default()
    }

    /// The value of any field, as JSON.
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let message = Message::assistant("4").reasoning("2 + 2");
    /// assert_eq!(message.get("reasoning_content"), Some(json!("2 + 2")));
    /// assert_eq!(message.get("tool_calls"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<Value> {
        let value = self.fields.get(name)?;
        Some(match (name, &self.content, &self.tool_calls) {
            ("content", Some(content), _) => content.clone().into(),
            ("tool_calls", _, Some(calls)) => calls.clone().into(),
            _ => value.clone(),
        })
    }

    /// The names of the fields, in their order.
    ///
    /// ```
    /// use rolecall::Message;
    ///
    /// let message = Message::tool("call_1", "rain").name("get_weather");
    /// assert_eq!(message.names().collect::<Vec<_>>(), ["role", "tool_call_id", "name", "content"]);
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// A conversation from a JSON text, read as Python reads it.
    ///
    /// ```
    /// use rolecall::Message;
    ///
    /// let messages = Message::list_from_json(r#"[{"role": "user", "content": "Hi"}]"#)?;
    /// assert_eq!(messages, [Message::user("Hi")]);
    ///
    /// let error = Message::list_from_json(r#"[{"role": "user", "content": "Hi"}, "Ho"]"#).unwrap_err();
    /// assert_eq!(error.message(), "message 2: a message is a JSON object, not str");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Json`] with line and column when it is not JSON or holds a number that cannot be kept
    /// exactly; else as [`list_from_value`](Self::list_from_value).
    pub fn list_from_json(text: &str) -> Result<Vec<Self>> {
        let value = rolecall_jinja::json::to_value(text)
            .map_err(|error| Error::new(ErrorKind::Json, format!("not a JSON document: {error}")))?;
        Self::list_from_value(value)
    }

    /// A conversation from JSON, such as [`ChatRequest::messages`](crate::ChatRequest::messages).
    ///
    /// ```
    /// use rolecall::Message;
    /// use serde_json::json;
    ///
    /// let messages = Message::list_from_value(json!([{"role": "user", "content": "Hi"}]))?;
    /// assert_eq!(messages, [Message::user("Hi")]);
    /// let error = Message::list_from_value(json!({"role": "user", "content": "Hi"})).unwrap_err();
    /// assert_eq!(error.message(), "a conversation is a list of messages, not dict");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when it is not a list of objects.
    pub fn list_from_value(messages: Value) -> Result<Vec<Self>> {
        let messages = match messages {
            Value::Array(messages) => messages,
            other => {
                return Err(Error::new(
                    ErrorKind::Conversation,
                    format!("a conversation is a list of messages, not {}", crate::python::type_name(&other)),
                )
                .help(format!("Write it as [{EXAMPLE}]")));
            }
        };
        let numbered = messages.into_iter().zip(1..);
        numbered
            .map(|(message, number)| {
                let fields = object::fields(message, &format!("message {number}: a message"), EXAMPLE)?;
                Ok(Self::from_fields(fields))
            })
            .collect()
    }

    fn with_content(mut self, content: impl Into<Content>) -> Self {
        self.fields.insert("content".to_owned(), Value::Null);
        self.content = Some(content.into().normal());
        self
    }

    fn from_fields(mut fields: Map<String, Value>) -> Self {
        let content = fields.get_mut("content").map(|content| Content::from(content.take()));
        let tool_calls = fields.get_mut("tool_calls").and_then(|value| {
            let (calls, rest) = apart(value.take());
            *value = rest;
            calls
        });
        Self { fields, content, tool_calls }
    }
}

/// A list of calls, or what is no such list.
fn apart(value: Value) -> (Option<Vec<ToolCall>>, Value) {
    match value {
        Value::Array(items) => match list_of(items) {
            Ok(calls) => (Some(calls), Value::Null),
            Err(items) => (None, Value::Array(items)),
        },
        other => (None, other),
    }
}

/// Any JSON object is taken as it is.
///
/// # Errors
///
/// [`ErrorKind::Conversation`] for JSON that is no object.
impl TryFrom<Value> for Message {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self> {
        object::fields(value, "a message", EXAMPLE).map(Self::from_fields)
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        let Message { mut fields, content, tool_calls } = message;
        if let (Some(content), Some(place)) = (content, fields.get_mut("content")) {
            *place = content.into();
        }
        if let (Some(calls), Some(place)) = (tool_calls, fields.get_mut("tool_calls")) {
            *place = calls.into();
        }
        Self::Object(fields)
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            match (name.as_str(), &self.content, &self.tool_calls) {
                ("content", Some(content), _) => map.serialize_entry(name, content)?,
                ("tool_calls", _, Some(calls)) => map.serialize_entry(name, calls)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::try_from(value).map_err(serde::de::Error::custom)
    }
}
