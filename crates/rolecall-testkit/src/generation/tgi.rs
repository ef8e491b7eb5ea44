//! TGI's own routes: `/`, `/generate` and `/generate_stream`.

use serde_json::{Value, json};

use super::FakeGeneration;
use super::answer::{Answer, Finish, texts, words};
use super::parameters::{Accepted, Refusal, read};
use super::routes::Route;
use crate::http::{Request, Response};
use crate::refusals;

impl FakeGeneration {
    pub(super) fn tgi(&self, request: &Request, route: Route) -> Response {
        let is_streamed = |asked: bool| route == Route::GenerateStream || route == Route::Root && asked;
        let accepted = match read(request, is_streamed) {
            Ok(accepted) => accepted,
            Err(Refusal::Malformed(response)) => return response,
            Err(Refusal::Invalid { message, in_stream }) => {
                let error = json!({"error": message, "error_type": "validation"});
                return if in_stream {
                    self.stream(&[error], false)
                } else {
                    Response::new(422).json(&error)
                };
            }
        };
        // Only the oldest route puts the prompt in front unasked.
        let full = accepted.flag("return_full_text").unwrap_or(route == Route::Root);
        let stops = texts(accepted.parameters.get("stop"));
        let answer = self.cut(accepted.count("max_new_tokens").unwrap_or(usize::MAX), &stops);
        let prompt = if full { accepted.inputs.as_str() } else { "" };
        let text = format!("{prompt}{}", answer.text());
        if is_streamed(accepted.stream) {
            return self.stream(&self.frames(&accepted, &answer, &text), false);
        }
        if let Some(reason) = &answer.failure {
            return refusals::generation_failed(reason);
        }
        let mut document = json!({"generated_text": text});
        if accepted.flag("details") == Some(true) {
            let tokens: Vec<Value> = self.tokens(&answer);
            let prefill = if accepted.flag("decoder_input_details") == Some(true) {
                json!([{"id": 1, "text": "<s>", "logprob": null}])
            } else {
                json!([])
            };
            let mut details = json!({
                "finish_reason": answer.finish.native(),
                "generated_tokens": tokens.len(),
                "seed": accepted.parameters.get("seed"),
                "prefill": prefill,
                "tokens": tokens,
            });
            if let Some(count) = accepted.count("top_n_tokens") {
                let places = tokens.iter().map(|token| competitors(token, count)).collect();
                put(&mut details, "top_tokens", Value::Array(places));
            }
            put(&mut document, "details", details);
        }
        let document = if route == Route::Root { json!([document]) } else { document };
        Response::new(200)
            .header("x-compute-type", "gpu+optimized")
            .header("x-compute-characters", accepted.inputs.chars().count().to_string())
            .header("x-prompt-tokens", words(&accepted.inputs).to_string())
            .header("x-generated-tokens", answer.tokens.len().to_string())
            .json(&document)
    }

    /// The tokens of an answer; one that came to its end may have a last one that is not part of the text.
    fn tokens(&self, answer: &Answer) -> Vec<Value> {
        let mut tokens: Vec<Value> =
            answer.tokens.iter().enumerate().map(|(at, text)| token(at, text, false)).collect();
        if answer.finish == Finish::End
            && answer.failure.is_none()
            && let Some(text) = &self.end_token
        {
            tokens.push(token(tokens.len(), text, true));
        }
        tokens
    }

    fn frames(&self, request: &Accepted, answer: &Answer, text: &str) -> Vec<Value> {
        let tokens = self.tokens(answer);
        let count = tokens.len();
        let mut frames = Vec::new();
        for (at, token) in tokens.into_iter().enumerate() {
            let is_last = at + 1 == count && answer.failure.is_none();
            let details = json!({
                "finish_reason": answer.finish.native(),
                "generated_tokens": count,
                "seed": request.parameters.get("seed"),
                "input_length": words(&request.inputs),
            });
            let mut frame = json!({"index": at + 1, "token": token});
            if let Some(count) = request.count("top_n_tokens") {
                let competitors = competitors(&token, count);
                put(&mut frame, "top_tokens", competitors);
            }
            put(&mut frame, "generated_text", json!(is_last.then_some(text)));
            let details = (is_last && request.flag("details") == Some(true)).then_some(details);
            put(&mut frame, "details", json!(details));
            frames.push(frame);
        }
        if let Some(reason) = &answer.failure {
            let error = format!("Request failed during generation: {reason}");
            frames.push(json!({"error": error, "error_type": "generation"}));
        }
        frames
    }
}

fn token(at: usize, text: &str, special: bool) -> Value {
    json!({"id": 100 + at, "text": text, "logprob": -0.5, "special": special})
}

/// The most probable tokens at a place: the token itself and others.
fn competitors(token: &Value, count: usize) -> Value {
    let others = (1..count).map(|at| json!({"id": at, "text": "x", "logprob": -2.0, "special": false}));
    std::iter::once(token.clone()).chain(others).collect()
}

fn put(document: &mut Value, name: &str, value: Value) {
    if let Value::Object(document) = document {
        document.insert(name.to_owned(), value);
    }
}
