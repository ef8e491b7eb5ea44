//! An assistant's call of a tool.

use serde_json::{Map, Value, json};

use super::object::json_object;

/// An assistant's call of a tool.
///
/// ```
/// use rolecall::ToolCall;
/// use serde_json::json;
///
/// let call = ToolCall::function("get_weather", json!({"city": "Paris"})).id("call_1");
/// assert_eq!(
///     json!(call).to_string(),
///     r#"{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":{"city":"Paris"}}}"#
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall(Map<String, Value>);

json_object!(
    ToolCall,
    "a tool call",
    ToolCall::function("now", json!({})).id("call_1"), "id": "call_1", ["id", "type", "function"],
    r#"{"type": "function", "function": {"name": "now", "arguments": {}}}"#
);

impl ToolCall {
    /// A function with its arguments: `{"type": "function", "function": {"name": …, "arguments": …}}`.
    ///
    /// Most templates want the arguments as an object. OpenAI's servers write them as a text that holds JSON;
    /// given as a text, they stay one:
    ///
    /// ```
    /// use rolecall::ToolCall;
    /// use serde_json::json;
    ///
    /// let call = ToolCall::function("get_weather", r#"{"city": "Paris"}"#);
    /// assert_eq!(call.arguments(), Some(&json!("{\"city\": \"Paris\"}")));
    /// ```
    pub fn function(name: impl Into<String>, arguments: impl Into<Value>) -> Self {
        let function = json!({"name": name.into(), "arguments": arguments.into()});
        Self(Map::new()).field("type", "function").field("function", function)
    }

    /// The name that the tool's answer refers to: `"id": …`, before everything else in the call.
    ///
    /// ```
    /// use rolecall::{Message, ToolCall};
    /// use serde_json::json;
    ///
    /// let call = ToolCall::function("now", json!({})).id("call_1");
    /// let answer = Message::tool("call_1", "12:00");
    /// assert_eq!(call.get("id").cloned(), answer.get("tool_call_id"));
    /// ```
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.0.shift_insert(0, "id".to_owned(), Value::String(id.into()));
        self
    }

    /// Any other field beside `function`. One that is there already gets the value and keeps its place.
    ///
    /// ```
    /// use rolecall::ToolCall;
    /// use serde_json::json;
    ///
    /// let call = ToolCall::function("now", json!({})).field("index", 0);
    /// assert_eq!(
    ///     json!(call).to_string(),
    ///     r#"{"type":"function","function":{"name":"now","arguments":{}},"index":0}"#
    /// );
    /// ```
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The name of the function. In JSON it stands in `function`, or, as some write it, in the call itself.
    ///
    /// ```
    /// use rolecall::ToolCall;
    /// use serde_json::json;
    ///
    /// let call = ToolCall::try_from(json!({"name": "now", "arguments": {}}))?;
    /// assert_eq!(call.name(), Some("now"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.of_function("name")?.as_str()
    }

    /// The arguments of the function, an object or a text that holds one.
    ///
    /// ```
    /// use rolecall::ToolCall;
    /// use serde_json::json;
    ///
    /// let call = ToolCall::function("get_weather", json!({"city": "Paris"}));
    /// assert_eq!(call.arguments(), Some(&json!({"city": "Paris"})));
    /// ```
    pub fn arguments(&self) -> Option<&Value> {
        self.of_function("arguments")
    }

    fn of_function(&self, name: &str) -> Option<&Value> {
        match self.get("function") {
            Some(function) => function.get(name),
            None => self.get(name),
        }
    }
}
