//! `SGLang`'s own route: the text of a stream is all that there is until then.

use serde_json::{Value, json};

use super::answer::{count, texts, words};
use super::{Engine, FakeGeneration};
use crate::http::{Request, Response};

impl FakeGeneration {
    pub(super) fn sglang(&self, request: &Request) -> Response {
        let body = request.json();
        let prompt_tokens = match (body.get("text"), body.get("input_ids")) {
            (Some(Value::String(text)), None) => words(text),
            (None, Some(Value::Array(ids))) => ids.len(),
            _ => {
                let message = "Either text, input_ids or input_embeds should be provided.";
                return Response::new(400).json(&json!({"error": {"message": message}}));
            }
        };
        let sampling = body.get("sampling_params");
        let parameter = |name: &str| sampling.and_then(|sampling| sampling.get(name));
        let limit = count(parameter("max_new_tokens")).unwrap_or_else(|| Engine::SgLang.default_max_tokens());
        let answer = self.cut(limit, &texts(parameter("stop")));
        let document = |tokens: usize, is_whole: bool| {
            let reason = match answer.finish {
                super::answer::Finish::Length => json!({"type": "length", "length": tokens}),
                _ => json!({"type": "stop"}),
            };
            json!({
                "text": answer.tokens.get(..tokens).unwrap_or_default().concat(),
                "output_ids": (100..100 + tokens).collect::<Vec<_>>(),
                "meta_info": {
                    "id": "0123456789abcdef",
                    "finish_reason": if is_whole { reason } else { Value::Null },
                    "prompt_tokens": prompt_tokens,
                    "completion_tokens": tokens,
                    "cached_tokens": 0,
                },
            })
        };
        let all = answer.tokens.len();
        let error = answer.failure.as_ref().map(|reason| json!({"error": {"message": reason}}));
        if body.get("stream") != Some(&json!(true)) {
            return match error {
                Some(error) => Response::new(500).json(&error),
                None => Response::new(200).json(&document(all, true)),
            };
        }
        let is_whole = |tokens: usize| tokens == all && error.is_none();
        let mut frames: Vec<Value> =
            (1..=all.max(1)).map(|tokens| document(tokens.min(all), is_whole(tokens.min(all)))).collect();
        frames.extend(error);
        self.stream(&frames, true)
    }
}
