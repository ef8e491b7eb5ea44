//! What a text-generation server accepts, as the TGI router 3.3.6 was seen to answer.

use serde_json::{Map, Value};

use crate::http::{Request, Response};

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
pub(crate) struct Accepted {
    pub(crate) inputs: String,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) stream: bool,
}

impl Accepted {
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.parameters.get(name).and_then(Value::as_bool)
    }

    pub(crate) fn count(&self, name: &str) -> Option<usize> {
        self.parameters.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    }
}

/// Why a request was not accepted.
pub(crate) enum Refusal {
    /// Not even understood: an answer of its own, before any stream.
    Malformed(Response),
    /// Understood and refused; inside a stream this is a frame.
    Invalid(String),
}

/// Reads a request as the server does.
pub(crate) fn read(request: &Request) -> Result<Accepted, Refusal> {
    let malformed = |status: u16, text: &str| Refusal::Malformed(Response::new(status).text(text));
    if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(malformed(415, "Expected request with `Content-Type: application/json`"));
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
    match invalid(&accepted) {
        Some(message) => Err(Refusal::Invalid(format!("Input validation error: {message}"))),
        None => Ok(accepted),
    }
}

fn invalid(request: &Accepted) -> Option<String> {
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
    let stops = request.parameters.get("stop").and_then(Value::as_array).map_or(0, Vec::len);
    if stops > 4 {
        return Some(format!("`stop` supports up to 4 stop sequences. Given: {stops}"));
    }
    let inputs = tokens(&request.inputs);
    let wanted = request.count("max_new_tokens").unwrap_or(1);
    (inputs + wanted > MAX_TOTAL_TOKENS).then(|| {
        let left = wanted.min(MAX_TOTAL_TOKENS.saturating_sub(inputs));
        format!(
            "`inputs` tokens + `max_new_tokens` must be <= {MAX_TOTAL_TOKENS}. Given: {inputs} `inputs` tokens and \
             {left} `max_new_tokens`"
        )
    })
}

/// A rough count, as words. The Base64 of an image is not text to a model that sees images.
pub(crate) fn tokens(text: &str) -> usize {
    text.split_whitespace().count()
}
