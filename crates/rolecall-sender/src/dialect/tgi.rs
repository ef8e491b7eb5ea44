//! Text Generation Inference: `{inputs, parameters, stream}`.

use serde_json::{Map, Value, json};

use super::{Dialect, Payload, filled, put, wrong_prompt};
use crate::generation::TokenInfo;
use crate::{Endpoint, Generation, Parameters, Result};

pub(super) fn body(
    endpoint: &Endpoint,
    prompt: Payload<'_>,
    parameters: &Parameters,
    stream: bool,
) -> Result<Map<String, Value>> {
    let text = match prompt {
        Payload::Text(text) => text,
        Payload::Ids(_) => {
            let help = "Send the text, or use the dialect completions";
            return Err(wrong_prompt(Dialect::Tgi, "token ids", help));
        }
        Payload::Messages(_) => {
            return Err(wrong_prompt(
                Dialect::Tgi,
                "messages",
                "Send a rendered prompt, or use the dialect chat",
            ));
        }
    };
    let mut body = Map::new();
    put(&mut body, "inputs", Some(text));
    put(&mut body, "parameters", Some(wire_parameters(parameters)));
    // The routes /generate and /generate_stream do not read it.
    put(&mut body, "stream", (stream && endpoint.is_model_route()).then_some(true));
    Ok(body)
}

/// The parameters in the order in which Python's client writes them. `return_full_text` is always there, because
/// servers differ in what they do unasked.
fn wire_parameters(parameters: &Parameters) -> Map<String, Value> {
    let mut wire = Map::new();
    let p = parameters;
    put(&mut wire, "adapter_id", p.adapter_id.clone());
    put(&mut wire, "best_of", p.best_of);
    put(&mut wire, "decoder_input_details", p.decoder_input_details);
    put(&mut wire, "details", p.details);
    put(&mut wire, "do_sample", p.do_sample);
    put(&mut wire, "frequency_penalty", p.frequency_penalty);
    put(
        &mut wire,
        "grammar",
        p.grammar.as_ref().map(|grammar| json!({"type": grammar.name(), "value": grammar.value()})),
    );
    put(&mut wire, "max_new_tokens", p.max_new_tokens);
    put(&mut wire, "repetition_penalty", p.repetition_penalty);
    put(&mut wire, "return_full_text", Some(p.return_full_text));
    put(&mut wire, "seed", p.seed);
    put(&mut wire, "stop", (!p.stop.is_empty()).then(|| p.stop.clone()));
    put(&mut wire, "temperature", p.temperature);
    put(&mut wire, "top_k", p.top_k);
    put(&mut wire, "top_n_tokens", p.top_n_tokens);
    put(&mut wire, "top_p", p.top_p);
    put(&mut wire, "truncate", p.truncate);
    put(&mut wire, "typical_p", p.typical_p);
    put(&mut wire, "watermark", p.watermark);
    wire
}

/// An answer: `generated_text`, and details if they were asked for.
pub(super) fn answer(document: &Value) -> Option<Generation> {
    let text = document.get("generated_text").and_then(Value::as_str)?;
    let mut generation = Generation { text: text.to_owned(), ..Generation::default() };
    if let Some(details) = document.get("details").filter(|details| details.is_object()) {
        let number = |name: &str| details.get(name).and_then(Value::as_u64);
        generation.finish_reason = filled(details.get("finish_reason"));
        generation.generated_tokens = number("generated_tokens");
        generation.prompt_tokens = number("input_length");
        generation.seed = number("seed");
        generation.tokens = TokenInfo::read_all(details.get("tokens"));
        generation.prefill = TokenInfo::read_all(details.get("prefill"));
        let places = details.get("top_tokens").and_then(Value::as_array);
        generation.top_tokens =
            places.into_iter().flatten().map(|place| TokenInfo::read_all(Some(place))).collect();
        let others = details.get("best_of_sequences").and_then(Value::as_array);
        // Each of them has its details around the text.
        generation.others = others.into_iter().flatten().filter_map(other).collect();
    }
    Some(generation)
}

fn other(document: &Value) -> Option<Generation> {
    let mut wrapped = Map::new();
    put(&mut wrapped, "generated_text", document.get("generated_text").cloned());
    put(&mut wrapped, "details", Some(document.clone()));
    answer(&Value::Object(wrapped))
}

/// One frame of a stream: the token, and with the last the whole text.
pub(super) struct Frame {
    pub(super) token: Option<TokenInfo>,
    pub(super) top_tokens: Vec<TokenInfo>,
    pub(super) end: Option<Generation>,
}

pub(super) fn frame(document: &Value) -> Frame {
    Frame {
        token: document.get("token").filter(|token| token.is_object()).map(TokenInfo::read),
        top_tokens: TokenInfo::read_all(document.get("top_tokens")),
        end: answer(document),
    }
}
