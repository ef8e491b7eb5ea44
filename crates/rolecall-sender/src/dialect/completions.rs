//! `OpenAI`'s text completions: `{model, prompt, max_tokens, …}`.

use serde_json::{Map, Value};

use super::{Dialect, Payload, filled, put, wrong_prompt};
use crate::generation::TokenInfo;
use crate::{Endpoint, Generation, Parameters, Result};

pub(super) fn body(
    endpoint: &Endpoint,
    prompt: Payload<'_>,
    parameters: &Parameters,
    stream: bool,
) -> Result<Map<String, Value>> {
    let prompt: Value = match prompt {
        Payload::Text(text) => text.into(),
        Payload::Ids(ids) => ids.into(),
        Payload::Messages(_) => {
            let help = "Send a rendered prompt, or use the dialect chat";
            return Err(wrong_prompt(Dialect::Completions, "messages", help));
        }
    };
    let p = parameters;
    let mut body = Map::new();
    // Routers read only the beginning of a body to see which model is meant.
    put(&mut body, "model", endpoint.model_id());
    put(&mut body, "prompt", Some(prompt));
    put(&mut body, "best_of", p.best_of);
    put(&mut body, "frequency_penalty", p.frequency_penalty);
    put(&mut body, "logprobs", p.top_n_tokens);
    put(&mut body, "max_tokens", Some(p.max_tokens()));
    put(&mut body, "n", p.n);
    put(&mut body, "presence_penalty", p.presence_penalty);
    put(&mut body, "seed", p.seed);
    put(&mut body, "stop", (!p.stop.is_empty()).then(|| p.stop.clone()));
    put(&mut body, "temperature", p.greedy_temperature());
    put(&mut body, "top_p", p.top_p);
    put(&mut body, "add_special_tokens", p.add_special_tokens);
    put(&mut body, "stream", stream.then_some(true));
    put(
        &mut body,
        "stream_options",
        (stream && p.include_usage).then(|| serde_json::json!({"include_usage": true})),
    );
    Ok(body)
}

/// One of the answers.
pub(super) fn choice(choice: &Value) -> Option<Generation> {
    let text = choice.get("text").and_then(Value::as_str)?;
    let (tokens, top_tokens) = logprobs(choice);
    Some(Generation {
        text: text.to_owned(),
        finish_reason: filled(choice.get("finish_reason")),
        tokens,
        top_tokens,
        ..Generation::default()
    })
}

/// Tokens as completions give them, in lists side by side: `tokens`, `token_logprobs`, `top_logprobs`; or as chat
/// gives them, which llama.cpp does here too.
pub(super) fn logprobs(choice: &Value) -> (Vec<TokenInfo>, Vec<Vec<TokenInfo>>) {
    let Some(logprobs) = choice.get("logprobs").filter(|value| value.is_object()) else {
        return <_>::default();
    };
    if let Some(content) = logprobs.get("content").and_then(Value::as_array) {
        return super::chat::tokens(content);
    }
    let list =
        |name: &str| logprobs.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (texts, numbers, tops) = (list("tokens"), list("token_logprobs"), list("top_logprobs"));
    let tokens = texts.iter().enumerate().map(|(at, text)| TokenInfo {
        text: text.as_str().unwrap_or_default().to_owned(),
        logprob: numbers.get(at).and_then(Value::as_f64),
        ..TokenInfo::default()
    });
    let place = |place: &Value| {
        let pairs = place.as_object().into_iter().flatten();
        let token = |(text, logprob): (&String, &Value)| TokenInfo {
            text: text.clone(),
            logprob: logprob.as_f64(),
            ..TokenInfo::default()
        };
        pairs.map(token).collect()
    };
    (tokens.collect(), tops.iter().map(place).collect())
}
