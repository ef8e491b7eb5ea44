//! A tool that a model may call.

use serde_json::{Map, Value, json};

use super::object::{change, json_object};

/// A tool that a model may call, for [`Options::tools`](crate::Options::tools).
///
/// In JSON it is what Python's `transformers.utils.get_json_schema` makes of a function: its name, what it does,
/// and a JSON schema of its parameters.
///
/// ```
/// use rolecall::Tool;
/// use serde_json::json;
///
/// let tool = Tool::function("get_weather", "The weather of a city.")
///     .parameter("city", json!({"type": "string", "description": "The city's name"}))
///     .optional_parameter("unit", json!({"type": "string", "enum": ["celsius", "fahrenheit"]}));
/// let expected = json!({"type": "function", "function": {
///     "name": "get_weather",
///     "description": "The weather of a city.",
///     "parameters": {
///         "type": "object",
///         "properties": {
///             "city": {"type": "string", "description": "The city's name"},
///             "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
///         },
///         "required": ["city"],
///     },
/// }});
/// assert_eq!(json!(tool).to_string(), expected.to_string());
/// ```
///
/// With the feature `schemars`, `Tool::from_type` takes the parameters from a Rust type. Any other JSON object can
/// be read as a tool with `TryFrom` or serde and stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool(Map<String, Value>);

json_object!(
    Tool,
    "a tool",
    Tool::function("now", "The time."), "type": "function", ["type", "function"],
    r#"{"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}"#
);

impl Tool {
    /// A function that has no parameters yet.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// assert_eq!(
    ///     json!(Tool::function("now", "The time.")).to_string(),
    ///     json!({"type": "function", "function": {
    ///         "name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}},
    ///     }}).to_string()
    /// );
    /// ```
    pub fn function(name: impl Into<String>, description: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("type".to_owned(), Value::from("function"));
        let function = json!({
            "name": name.into(),
            "description": description.into(),
            "parameters": {"type": "object", "properties": {}},
        });
        fields.insert("function".to_owned(), function);
        Self(fields)
    }

    /// A parameter that each call has to give, with its JSON schema. The reference writes a schema's `description`
    /// last.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// let tool = Tool::function("get_weather", "The weather of a city.")
    ///     .parameter("city", json!({"type": "string", "description": "The city's name"}));
    /// let function = tool.get("function").unwrap();
    /// assert_eq!(function["parameters"]["properties"]["city"]["type"], "string");
    /// assert_eq!(function["parameters"]["required"], json!(["city"]));
    /// ```
    #[must_use]
    pub fn parameter(self, name: impl Into<String>, schema: impl Into<Value>) -> Self {
        self.property(name.into(), schema.into(), true)
    }

    /// A parameter that a call may leave out, with its JSON schema.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// let tool = Tool::function("get_weather", "The weather of a city.")
    ///     .parameter("city", json!({"type": "string"}))
    ///     .optional_parameter("days", json!({"type": "integer"}));
    /// assert_eq!(tool.get("function").unwrap()["parameters"]["required"], json!(["city"]));
    /// ```
    #[must_use]
    pub fn optional_parameter(self, name: impl Into<String>, schema: impl Into<Value>) -> Self {
        self.property(name.into(), schema.into(), false)
    }

    /// The JSON schema of all parameters, in place of those that were given before.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// let schema = json!({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]});
    /// let tool = Tool::function("look_up", "Finds an order.").parameters(schema.clone());
    /// assert_eq!(tool, Tool::function("look_up", "Finds an order.").parameter("id", json!({"type": "integer"})));
    /// ```
    #[must_use]
    pub fn parameters(self, schema: impl Into<Value>) -> Self {
        self.function_field("parameters", schema)
    }

    /// The JSON schema of what the function gives back: `"return": …`, after the parameters.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// let tool = Tool::function("now", "The time.")
    ///     .returns(json!({"type": "string", "description": "Hours and minutes"}));
    /// assert_eq!(tool.get("function").unwrap()["return"]["type"], "string");
    /// ```
    #[must_use]
    pub fn returns(self, schema: impl Into<Value>) -> Self {
        self.function_field("return", schema)
    }

    /// Any other field of the function, such as OpenAI's `strict`. One that is there already gets the value and
    /// keeps its place.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use serde_json::json;
    ///
    /// let tool = Tool::function("now", "The time.").function_field("strict", true);
    /// assert_eq!(tool.get("function").unwrap()["strict"], true);
    /// ```
    #[must_use]
    pub fn function_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        change(&mut self.0, "function", |function| {
            function.insert(name.into(), value.into());
        });
        self
    }

    /// The name of the function.
    ///
    /// ```
    /// use rolecall::Tool;
    ///
    /// assert_eq!(Tool::function("now", "The time.").name(), Some("now"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.get("function")?.get("name")?.as_str()
    }

    fn property(mut self, name: String, schema: Value, required: bool) -> Self {
        change(&mut self.0, "function", |function| {
            change(function, "parameters", |parameters| {
                require(parameters, &name, required);
                change(parameters, "properties", |properties| {
                    properties.insert(name, schema);
                });
            });
        });
        self
    }
}

/// Adds a name to the parameters that each call has to give, or takes it out.
fn require(parameters: &mut Map<String, Value>, name: &str, required: bool) {
    let mut names = match parameters.get_mut("required").map(Value::take) {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    let place = names.iter().position(|known| known == name);
    match (place, required) {
        (None, true) => names.push(Value::from(name)),
        (Some(place), false) => drop(names.remove(place)),
        _ => {}
    }
    // The reference leaves out a list without names.
    if names.is_empty() {
        parameters.shift_remove("required");
    } else {
        parameters.insert("required".to_owned(), Value::Array(names));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_given_twice_is_as_it_was_last_given() {
        let schema = || json!({"type": "string"});
        let tool = Tool::function("f", "").parameter("a", schema()).parameter("b", schema());
        let optional = tool.clone().optional_parameter("a", json!({})).parameter("b", schema());
        let parameters = optional.get("function").and_then(|function| function.get("parameters")).unwrap();
        assert_eq!(
            parameters.to_string(),
            r#"{"type":"object","properties":{"a":{},"b":{"type":"string"}},"required":["b"]}"#
        );
        let none = optional.optional_parameter("b", schema());
        assert_eq!(none.get("function").unwrap()["parameters"].get("required"), None);
    }

    #[test]
    fn what_is_no_function_becomes_one() {
        let tool = Tool::try_from(json!({"function": null, "kind": "x"})).unwrap();
        let tool = tool.parameter("a", json!({})).returns(json!({}));
        assert_eq!(
            json!(tool).to_string(),
            r#"{"function":{"parameters":{"required":["a"],"properties":{"a":{}}},"return":{}},"kind":"x"}"#
        );
    }
}
