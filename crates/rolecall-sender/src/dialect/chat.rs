//! Chat completions: `{model, messages, …}`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Dialect, Payload, filled, put, wrong_prompt};
use crate::generation::{TokenInfo, ToolCall, text_or_json};
use crate::parameters::Grammar;
use crate::{Endpoint, Generation, Parameters, Result};

/// The model's name for an address that serves one model, as Python's client writes it.
const ANY_MODEL: &str = "dummy";

pub(super) fn body(
    endpoint: &Endpoint,
    prompt: Payload<'_>,
    parameters: &Parameters,
    stream: bool,
) -> Result<Map<String, Value>> {
    let Payload::Messages(messages) = prompt else {
        let help = "Use chat_completion with messages: the server renders them itself; or another dialect";
        return Err(wrong_prompt(Dialect::Chat, "a rendered prompt", help));
    };
    let p = parameters;
    let mut body = Map::new();
    // Routers read only the beginning of a body to see which model is meant. The rest is in the order of
    // Python's client.
    put(&mut body, "model", Some(endpoint.model_id().unwrap_or(ANY_MODEL)));
    put(&mut body, "messages", Some(messages.clone()));
    put(&mut body, "frequency_penalty", p.frequency_penalty);
    put(&mut body, "logit_bias", p.logit_bias.clone());
    put(&mut body, "logprobs", (p.logprobs || p.top_n_tokens.is_some()).then_some(true));
    put(&mut body, "max_tokens", p.max_new_tokens);
    put(&mut body, "n", p.n);
    put(&mut body, "presence_penalty", p.presence_penalty);
    put(&mut body, "response_format", response_format(endpoint, p));
    put(&mut body, "seed", p.seed);
    put(&mut body, "stop", (!p.stop.is_empty()).then(|| p.stop.clone()));
    put(&mut body, "temperature", p.greedy_temperature());
    put(&mut body, "tool_choice", p.tool_choice.clone());
    put(&mut body, "tool_prompt", p.tool_prompt.clone());
    put(&mut body, "tools", p.tools.clone());
    put(&mut body, "top_logprobs", p.top_n_tokens);
    put(&mut body, "top_p", p.top_p);
    put(&mut body, "stream", Some(stream));
    put(&mut body, "stream_options", (stream && p.include_usage).then(|| json!({"include_usage": true})));
    Ok(body)
}

/// hf-inference takes the schema as `value`.
fn response_format(endpoint: &Endpoint, parameters: &Parameters) -> Option<Value> {
    if let Some(format) = &parameters.response_format {
        let schema = format.get("json_schema").and_then(|schema| schema.get("schema"));
        return Some(match schema.filter(|_| endpoint.is_hf_inference()) {
            Some(schema) => json!({"type": "json_object", "value": schema}),
            None => format.clone(),
        });
    }
    match parameters.grammar.as_ref()? {
        Grammar::Json(schema) if endpoint.is_hf_inference() => {
            Some(json!({"type": "json_object", "value": schema}))
        }
        Grammar::Json(schema) => {
            Some(json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}))
        }
        // Refused before.
        Grammar::Regex(_) => None,
    }
}

/// One of the answers.
pub(super) fn choice(choice: &Value) -> Option<Generation> {
    let message = choice.get("message")?;
    let (tokens, top_tokens) = super::completions::logprobs(choice);
    Some(Generation {
        text: content(message.get("content")),
        finish_reason: filled(choice.get("finish_reason")),
        tool_calls: calls(message).iter().filter_map(ToolCall::read).collect(),
        reasoning: reasoning(message),
        tokens,
        top_tokens,
        ..Generation::default()
    })
}

/// The function calls of a message, or the pieces of them in a delta. One may stand without its list, or as
/// `function_call`, which it was before there were several.
pub(super) fn calls(message: &Value) -> Cow<'_, [Value]> {
    let calls = match message.get("tool_calls") {
        Some(Value::Array(calls)) => calls.as_slice(),
        None | Some(Value::Null) => &[],
        Some(call) => std::slice::from_ref(call),
    };
    match message.get("function_call").filter(|call| calls.is_empty() && call.is_object()) {
        Some(call) => Cow::Owned(vec![json!({"function": call})]),
        None => Cow::Borrowed(calls),
    }
}

/// A message's text: a string, nothing, or a list of parts.
pub(super) fn content(content: Option<&Value>) -> String {
    match content {
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text")).map(text_or_json).collect()
        }
        Some(content) => text_or_json(content),
        None => String::new(),
    }
}

/// What the model thought: servers disagree about the name.
pub(super) fn reasoning(message: &Value) -> Option<String> {
    ["reasoning_content", "reasoning"].iter().find_map(|name| filled(message.get(*name)))
}

/// Tokens as chat gives them: `[{token, logprob, top_logprobs}]`.
pub(super) fn tokens(content: &[Value]) -> (Vec<TokenInfo>, Vec<Vec<TokenInfo>>) {
    let token = |value: &Value| TokenInfo {
        id: value.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()),
        text: value.get("token").and_then(Value::as_str).unwrap_or_default().to_owned(),
        logprob: value.get("logprob").and_then(Value::as_f64),
        special: false,
    };
    let tops = content.iter().filter_map(|value| value.get("top_logprobs").and_then(Value::as_array));
    let tops = tops.map(|place| place.iter().map(token).collect()).collect();
    (content.iter().map(token).collect(), tops)
}
