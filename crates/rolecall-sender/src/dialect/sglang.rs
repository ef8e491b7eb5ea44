//! `SGLang`'s `/generate`: `{text | input_ids, sampling_params, stream}`.

use serde_json::{Map, Value};

use super::{Dialect, Payload, filled, put, wrong_prompt};
use crate::error::words;
use crate::parameters::Grammar;
use crate::{Generation, Parameters, Result};

pub(super) fn body(prompt: Payload<'_>, parameters: &Parameters, stream: bool) -> Result<Map<String, Value>> {
    let p = parameters;
    let mut body = Map::new();
    match prompt {
        Payload::Text(text) => put(&mut body, "text", Some(text)),
        Payload::Ids(ids) => put(&mut body, "input_ids", Some(ids)),
        Payload::Messages(_) => {
            let help = "Send a rendered prompt, or use the dialect chat";
            return Err(wrong_prompt(Dialect::SgLang, "messages", help));
        }
    }
    let mut sampling = Map::new();
    put(&mut sampling, "frequency_penalty", p.frequency_penalty);
    match &p.grammar {
        // A schema is given as text.
        Some(Grammar::Json(schema)) => put(&mut sampling, "json_schema", Some(schema.to_string())),
        Some(Grammar::Regex(pattern)) => put(&mut sampling, "regex", Some(pattern.as_str())),
        None => {}
    }
    put(&mut sampling, "max_new_tokens", Some(p.max_tokens()));
    put(&mut sampling, "presence_penalty", p.presence_penalty);
    put(&mut sampling, "repetition_penalty", p.repetition_penalty);
    put(&mut sampling, "stop", (!p.stop.is_empty()).then(|| p.stop.clone()));
    put(&mut sampling, "temperature", p.greedy_temperature());
    put(&mut sampling, "top_k", p.top_k);
    put(&mut sampling, "top_p", p.top_p);
    put(&mut body, "sampling_params", Some(sampling));
    put(&mut body, "stream", stream.then_some(true));
    Ok(body)
}

/// What is said beside the reason for which an answer ended.
pub(super) fn reason_words(document: &Value) -> Option<String> {
    words(document.get("meta_info")?.get("finish_reason")?.get("message")?.as_str()?)
}

/// The end of what came, where the server took it back because it turned out to be a stop text.
pub(super) fn is_stop_text(frame: &Value, taken_back: &str) -> bool {
    let reason = frame.get("meta_info").and_then(|meta| meta.get("finish_reason"));
    let stop = reason.and_then(|reason| reason.get("matched")).and_then(Value::as_str);
    stop.is_some_and(|stop| stop.starts_with(taken_back) || taken_back.starts_with(stop))
}

/// An answer, or a frame of a stream: its text is all that there is until then.
pub(super) fn answer(document: &Value) -> Option<Generation> {
    let text = document.get("text").and_then(Value::as_str)?;
    let meta = document.get("meta_info");
    let number = |name: &str| meta.and_then(|meta| meta.get(name)).and_then(Value::as_u64);
    let reason = meta.and_then(|meta| meta.get("finish_reason"));
    let ids = document.get("output_ids").and_then(Value::as_array);
    Some(Generation {
        text: text.to_owned(),
        // An object with a type, or its bare name.
        finish_reason: filled(reason.and_then(|reason| reason.get("type"))).or_else(|| filled(reason)),
        generated_tokens: number("completion_tokens"),
        prompt_tokens: number("prompt_tokens"),
        token_ids: ids
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()))
            .collect(),
        ..Generation::default()
    })
}
