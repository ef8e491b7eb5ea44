//! What is rendered: a template with the variables of a render.

use serde_json::{Value, json};

use crate::{BOS_TOKEN, META_STYLE, TEMPLATE, context, text};

/// How many messages the conversations in the Llama 3 format have.
pub const LENGTHS: [usize; 4] = [2, 20, 200, 2000];

/// How many messages the other conversations have.
const OTHER_LENGTH: usize = 20;

/// How many tools there are.
const TOOLS: usize = 20;

/// Describes each tool with indented JSON, prints calls and their results.
const TOOLS_TEMPLATE: &str = include_str!("tools.jinja");

/// Keeps thoughts behind the last question and strips them before it.
const REASONING_TEMPLATE: &str = include_str!("../conformance/templates/reasoning.jinja");

/// A template and what it is rendered with.
pub struct Case {
    /// What it is called in tables, without the number of messages.
    pub group: &'static str,
    /// The template's text.
    pub source: &'static str,
    /// How many messages there are.
    pub messages: usize,
    /// The variables.
    pub context: Value,
    /// Whether Rust written by hand says the same; see [`handwritten`](crate::peers::handwritten).
    pub has_handwritten: bool,
}

impl Case {
    /// The built-in template of the Llama 3 format.
    pub fn llama(messages: usize) -> Self {
        Self {
            group: "built-in",
            source: TEMPLATE,
            messages,
            context: context(messages),
            has_handwritten: true,
        }
    }

    /// The same format with a template that keeps each message in a variable.
    pub fn meta_style(messages: usize) -> Self {
        Self { group: "meta-style", source: META_STYLE, ..Self::llama(messages) }
    }

    /// Twenty tools of some 2 kB each, with calls and results among the messages.
    pub fn tools() -> Self {
        let context = json!({
            "messages": calling(OTHER_LENGTH),
            "tools": (0..TOOLS).map(tool).collect::<Value>(),
            "bos_token": BOS_TOKEN,
            "add_generation_prompt": true,
        });
        Self {
            group: "tools",
            source: TOOLS_TEMPLATE,
            messages: OTHER_LENGTH,
            context,
            has_handwritten: false,
        }
    }

    /// Answers that begin with a thought. The last one is behind the last question, so that its thought stays.
    pub fn reasoning() -> Self {
        let messages: Value = (1..=OTHER_LENGTH)
            .map(|number| {
                if number % 2 == 1 {
                    return json!({"role": "user", "content": text(number)});
                }
                let (thought, answer) = (text(number + 1), text(number));
                json!({"role": "assistant", "content": format!("<think>\n{thought}\n</think>\n\n{answer}")})
            })
            .collect();
        let context = json!({"messages": messages, "bos_token": BOS_TOKEN, "add_generation_prompt": true});
        Self {
            group: "reasoning",
            source: REASONING_TEMPLATE,
            messages: OTHER_LENGTH,
            context,
            has_handwritten: false,
        }
    }

    /// All of them.
    pub fn all() -> Vec<Self> {
        let llama = LENGTHS.into_iter().map(Self::llama);
        let meta_style = LENGTHS.into_iter().map(Self::meta_style);
        llama.chain(meta_style).chain([Self::tools(), Self::reasoning()]).collect()
    }
}

/// A conversation in which every second answer is a call, whose result follows.
fn calling(messages: usize) -> Value {
    (0..messages)
        .map(|number| match number % 4 {
            0 => json!({"role": "user", "content": text(number)}),
            1 => {
                let arguments = json!({"query": text(number), "limit": number, "filters": {"fresh": true, "tags": ["a", "b"]}});
                let function = json!({"name": format!("tool_{}", number % TOOLS), "arguments": arguments});
                json!({"role": "assistant", "tool_calls": [{"type": "function", "function": function}]})
            }
            2 => {
                let name = format!("tool_{}", (number - 1) % TOOLS);
                json!({"role": "tool", "name": name, "content": text(number)})
            }
            _ => json!({"role": "assistant", "content": text(number)}),
        })
        .collect()
}

/// A tool as chat servers take it.
fn tool(number: usize) -> Value {
    const KINDS: [&str; 4] = ["string", "integer", "number", "boolean"];
    let property = |at: usize| {
        let kind = KINDS.get(at % KINDS.len()).copied().unwrap_or("string");
        let mut property = json!({"type": kind, "description": text(number + at).get(..90)});
        if let Some(property) = property.as_object_mut()
            && kind == "string"
        {
            property.insert("enum".to_owned(), json!(["slow", "steady", "fast", "at once"]));
        }
        (format!("parameter_{at}"), property)
    };
    let mut properties: serde_json::Map<String, Value> = (0..9).map(property).collect();
    let nested: serde_json::Map<String, Value> = (9..11).map(property).collect();
    let nested = json!({"type": "object", "properties": nested, "additionalProperties": false});
    properties.insert("filters".to_owned(), nested);
    json!({
        "type": "function",
        "function": {
            "name": format!("tool_{number}"),
            "description": text(number),
            "parameters": {"type": "object", "properties": properties, "required": ["parameter_0", "parameter_1"]},
        },
    })
}
