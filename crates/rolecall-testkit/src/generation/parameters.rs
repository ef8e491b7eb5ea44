//! What a text-generation server accepts, as the TGI router 3.3.6 was seen to answer.

use serde_json::{Map, Value};

use super::answer::words;
use crate::http::{Request, Response};
use crate::refusals;

/// The most bytes of a body.
const MAX_BODY: usize = 2_000_000;

/// The most tokens that prompt and answer may have together.
const MAX_TOTAL_TOKENS: usize = 1024;

/// The keys that may not be `null`, and what they have to be.
const TYPED: [(&str, &str); 5] = [
    ("stop", "a sequence"),
    ("do_sample", "a boolean"),
    ("details", "a boolean"),
    ("watermark", "a boolean"),
    ("decoder_input_details", "a boolean"),
];

/// A request that was accepted.
pub(super) struct Accepted {
    pub(super) inputs: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) stream: bool,
}

impl Accepted {
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.parameters.get(name).and_then(Value::as_bool)
    }

    pub(super) fn count(&self, name: &str) -> Option<usize> {
        self.parameters.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    }
}

/// Why a request was not accepted.
pub(super) enum Refusal {
    /// Not even understood: an answer of its own, before any stream.
    Malformed(Response),
    /// Understood and refused.
    Invalid {
        message: String,
        /// A stream was asked for: it is said there.
        in_stream: bool,
    },
}

/// Reads a request as the server does. `is_streamed` says, for what its body wants, whether the answer is a stream.
pub(super) fn read(request: &Request, is_streamed: impl Fn(bool) -> bool) -> Result<Accepted, Refusal> {
    let malformed = |status: u16, text: &str| Refusal::Malformed(Response::new(status).text(text));
    if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(malformed(415, "Expected request with `Content-Type: application/json`"));
    }
    if request.body.len() > MAX_BODY {
        return Err(Refusal::Malformed(refusals::too_large()));
    }
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|error| malformed(400, &format!("Failed to parse the request body as JSON: {error}")))?;
    let wrong_type = |what: &str| {
        malformed(422, &format!("Failed to deserialize the JSON body into the target type: {what}"))
    };
    let inputs = match body.get("inputs") {
        Some(Value::String(inputs)) => inputs.clone(),
        Some(_) => return Err(wrong_type("inputs: invalid type, expected a string")),
        None => return Err(wrong_type("missing field `inputs`")),
    };
    let parameters = match body.get("parameters") {
        None => Map::new(),
        Some(Value::Object(parameters)) => parameters.clone(),
        Some(_) => return Err(wrong_type("parameters: invalid type, expected struct GenerateParameters")),
    };
    for (name, expected) in TYPED {
        let fits = match parameters.get(name) {
            None => true,
            Some(Value::Array(_)) => name == "stop",
            Some(value) => value.is_boolean() && name != "stop",
        };
        if !fits {
            return Err(wrong_type(&format!("parameters.{name}: invalid type, expected {expected}")));
        }
    }
    for name in ["seed", "max_new_tokens", "top_k"] {
        if parameters.get(name).is_some_and(|value| !value.is_null() && !value.is_u64()) {
            return Err(wrong_type(&format!(
                "parameters.{name}: invalid value, expected an unsigned integer"
            )));
        }
    }
    let stream = body.get("stream").and_then(Value::as_bool).unwrap_or(false);
    let accepted = Accepted { inputs, parameters, stream };
    let in_stream = is_streamed(stream);
    match invalid(&accepted, in_stream) {
        Some(message) => {
            Err(Refusal::Invalid { message: format!("Input validation error: {message}"), in_stream })
        }
        None => Ok(accepted),
    }
}

fn invalid(request: &Accepted, in_stream: bool) -> Option<String> {
    let number = |name: &str| request.parameters.get(name).and_then(Value::as_f64);
    let below = |name: &str| number(name).is_some_and(|value| value <= 0.0);
    let outside = |name: &str| number(name).is_some_and(|value| value <= 0.0 || value >= 1.0);
    if request.inputs.is_empty() {
        return Some("`inputs` cannot be empty".to_owned());
    }
    for name in ["temperature", "repetition_penalty", "top_k", "max_new_tokens"] {
        if below(name) {
            return Some(format!("`{name}` must be strictly positive"));
        }
    }
    for name in ["top_p", "typical_p"] {
        if outside(name) {
            return Some(format!("`{name}` must be > 0.0 and < 1.0"));
        }
    }
    if number("frequency_penalty").is_some_and(|value| !(-2.0..=2.0).contains(&value)) {
        return Some("`frequency_penalty` must be >= -2.0 and <= 2.0".to_owned());
    }
    if let Some(refused) = several(request, in_stream) {
        return Some(refused);
    }
    if let Some(count) = request.count("top_n_tokens").filter(|count| *count > 5) {
        return Some(format!("`top_n_tokens` must be >= 0 and <= 5. Given: {count}"));
    }
    if let Some(count) = request.count("truncate").filter(|count| !(1..1000).contains(count)) {
        return Some(format!("`truncate` must be strictly positive and less than 1000. Given: {count}"));
    }
    if in_stream && request.flag("decoder_input_details") == Some(true) {
        return Some("`decoder_input_details` == true is not supported when streaming tokens".to_owned());
    }
    let grammar = request.parameters.get("grammar");
    let is_json = grammar.and_then(|grammar| grammar.get("type")).is_some_and(|kind| kind != "regex");
    if is_json && grammar.and_then(|grammar| grammar.get("value")?.get("properties")).is_none() {
        return Some("grammar is not valid: Grammar must have a 'properties' field".to_owned());
    }
    let stops = request.parameters.get("stop").and_then(Value::as_array).map_or(0, Vec::len);
    if stops > 4 {
        return Some(format!("`stop` supports up to 4 stop sequences. Given: {stops}"));
    }
    let inputs = words(&request.inputs);
    let wanted = request.count("max_new_tokens").unwrap_or(1);
    (inputs + wanted > MAX_TOTAL_TOKENS).then(|| {
        let left = wanted.min(MAX_TOTAL_TOKENS.saturating_sub(inputs));
        format!(
            "`inputs` tokens + `max_new_tokens` must be <= {MAX_TOTAL_TOKENS}. Given: {inputs} `inputs` tokens and \
             {left} `max_new_tokens`"
        )
    })
}

/// What is said about the best of several answers.
fn several(request: &Accepted, in_stream: bool) -> Option<String> {
    let count = request.count("best_of").filter(|count| *count != 1)?;
    let is_set = |name: &str| request.parameters.get(name).is_some_and(|value| !value.is_null());
    let samples = request.flag("do_sample") == Some(true)
        || ["top_k", "top_p", "typical_p"].into_iter().any(is_set)
        || is_set("temperature") && request.parameters.get("temperature") != Some(&Value::from(1.0));
    Some(if in_stream {
        "`best_of` != 1 is not supported when streaming tokens".to_owned()
    } else if !(1..=2).contains(&count) {
        format!("`best_of` must be > 0 and <= 2. Given: {count}")
    } else if is_set("seed") {
        "`seed` must not be set when `best_of` > 1".to_owned()
    } else if !samples {
        "you must use sampling when `best_of` is > 1".to_owned()
    } else {
        return None;
    })
}
