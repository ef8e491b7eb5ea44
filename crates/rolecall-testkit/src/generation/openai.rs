//! The routes of `OpenAI`: text completions and chat completions, as each server has them.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Finish, count, texts, words};
use super::routes::{Route, Target};
use super::{Engine, FakeGeneration};
use crate::http::{Request, Response};

/// The fields that transformers serve knows; it refuses any other.
const KNOWN: [&str; 24] = [
    "model",
    "prompt",
    "messages",
    "best_of",
    "echo",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "presence_penalty",
    "response_format",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "suffix",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
];

/// What is needed for an answer in any of its shapes.
struct Context<'a> {
    engine: Engine,
    is_chat: bool,
    model: &'a str,
    prompt_tokens: usize,
    answer: &'a Answer,
    /// The functions that are called instead of an answer, as name and arguments.
    call: Option<(&'a str, &'static str)>,
}

impl FakeGeneration {
    pub(super) fn openai(&self, request: &Request, target: &Target) -> Response {
        let engine = self.engine;
        let refuse = |status: u16, message: &str| {
            Response::new(status).json(&engine.error(status, "validation", message))
        };
        let Value::Object(body) = request.json() else { return refuse(400, "the body is no JSON object") };
        let is_streamed = body.get("stream") == Some(&json!(true));
        let is_chat = target.route == Route::Chat;
        let prompt_tokens = match prompt_tokens(&body, is_chat, engine) {
            Ok(count) => count,
            Err(message) => return refuse(if engine == Engine::Tgi { 422 } else { 400 }, message),
        };
        if let Some(refused) = self.refused(&body, is_streamed) {
            return refused;
        }
        let limit = ["max_tokens", "max_completion_tokens"].iter().find_map(|name| count(body.get(*name)));
        let limit = limit.unwrap_or_else(|| engine.default_max_tokens());
        let answer = self.cut(limit, &texts(body.get("stop")));
        let model = body.get("model").and_then(Value::as_str).unwrap_or(&self.model);
        let context = Context {
            engine,
            is_chat,
            // A server of one model says its name whatever was asked for.
            model: if engine == Engine::Vllm { model } else { &self.model },
            prompt_tokens,
            answer: &answer,
            call: if is_chat { called(&body) } else { None },
        };
        if is_streamed {
            let with_usage = body.get("stream_options").and_then(|options| options.get("include_usage"));
            let frames = context.frames(with_usage == Some(&json!(true)));
            return self.stream(&frames, engine.ends_with_done());
        }
        if let Some(reason) = &answer.failure {
            return Response::new(500).json(&engine.error(500, "generation", reason));
        }
        Response::new(200).json(&context.whole())
    }

    /// What the server does not accept.
    fn refused(&self, body: &Map<String, Value>, is_streamed: bool) -> Option<Response> {
        let engine = self.engine;
        let is_set = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
        match engine {
            Engine::Tgi => {
                let message = if is_set("tools") && is_set("response_format") {
                    "Tool error: Grammar and tools are mutually exclusive"
                } else if body.get("temperature").and_then(Value::as_f64).is_some_and(|value| value <= 0.0) {
                    "Input validation error: `temperature` must be strictly positive"
                } else {
                    return None;
                };
                let kind = if message.starts_with("Tool") { "tool_error" } else { "validation" };
                Some(if is_streamed {
                    self.stream(&[engine.error_frame(message)], true)
                } else {
                    Response::new(422).json(&engine.error(422, kind, message))
                })
            }
            Engine::Transformers => {
                let unknown: Vec<String> = body
                    .keys()
                    .filter(|name| !KNOWN.contains(&name.as_str()))
                    .map(|name| format!("'{name}'"))
                    .collect();
                if !unknown.is_empty() {
                    let message = format!("Unexpected fields in the request: {{{}}}", unknown.join(", "));
                    return Some(Response::new(422).json(&engine.error(422, "validation", &message)));
                }
                let model = body.get("model").and_then(Value::as_str).unwrap_or(&self.model);
                (model != self.model).then(|| {
                    let message = format!("{model} is not served here");
                    Response::new(400).json(&engine.error(400, "validation", &message))
                })
            }
            Engine::Vllm | Engine::LlamaCpp | Engine::SgLang => None,
        }
    }
}

/// How many tokens the prompt has, or why it is none.
fn prompt_tokens(body: &Map<String, Value>, is_chat: bool, engine: Engine) -> Result<usize, &'static str> {
    if is_chat {
        return match body.get("messages") {
            Some(Value::Array(messages)) if !messages.is_empty() => {
                Ok(messages.iter().map(|message| words(&message.to_string())).sum())
            }
            _ => Err("messages are missing"),
        };
    }
    match body.get("prompt") {
        Some(Value::String(prompt)) => Ok(words(prompt)),
        Some(Value::Array(ids)) if engine.takes_ids() && ids.iter().all(Value::is_u64) => Ok(ids.len()),
        _ => Err("prompt has to be a text"),
    }
}

/// The first function that is offered, unless none may be called.
fn called(body: &Map<String, Value>) -> Option<(&str, &'static str)> {
    if body.get("tool_choice") == Some(&json!("none")) {
        return None;
    }
    let name = body.get("tools")?.get(0)?.get("function")?.get("name")?.as_str()?;
    Some((name, r#"{"dish":"soup"}"#))
}

impl Context<'_> {
    /// What every document begins with.
    fn envelope(&self, choices: Vec<Value>, is_chunk: bool) -> Map<String, Value> {
        let object = match (self.is_chat, is_chunk) {
            (true, true) => "chat.completion.chunk",
            (true, false) => "chat.completion",
            (false, _) => "text_completion",
        };
        // llama-server writes the same id on both routes.
        let id = if self.is_chat || self.engine == Engine::LlamaCpp { "chatcmpl-1" } else { "cmpl-1" };
        let fields = [
            ("id", json!(if self.engine == Engine::Tgi { "" } else { id })),
            ("object", json!(object)),
            ("created", json!(1)),
            ("model", json!(self.model)),
            ("choices", Value::Array(choices)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn usage(&self) -> Value {
        let generated = self.answer.tokens.len();
        json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": generated,
            "total_tokens": self.prompt_tokens + generated,
        })
    }

    fn reason(&self) -> Value {
        if self.call.is_some() {
            return json!("tool_calls");
        }
        // TGI's chat has the words of its own routes.
        if self.is_chat && self.engine == Engine::Tgi && self.answer.finish != Finish::End {
            return json!(self.answer.finish.native());
        }
        json!(self.answer.finish.common())
    }

    fn whole(&self) -> Value {
        let reason = self.reason();
        let choice = if self.is_chat {
            let message = match self.call {
                Some((name, arguments)) => json!({"role": "assistant", "content": null, "tool_calls": [
                    {"id": "call-1", "type": "function", "function": {"name": name, "arguments": arguments}}]}),
                None => json!({"role": "assistant", "content": self.answer.text()}),
            };
            json!({"index": 0, "message": message, "logprobs": null, "finish_reason": reason})
        } else {
            json!({"index": 0, "text": self.answer.text(), "logprobs": null, "finish_reason": reason})
        };
        let mut document = self.envelope(vec![choice], false);
        document.insert("usage".to_owned(), self.usage());
        if self.engine == Engine::LlamaCpp {
            document.insert("timings".to_owned(), json!({"predicted_n": self.answer.tokens.len()}));
        }
        Value::Object(document)
    }

    /// A chunk with the next piece of the answer.
    fn chunk(&self, piece: &Value, reason: &Value) -> Map<String, Value> {
        let name = if self.is_chat { "delta" } else { "text" };
        let choice = json!({"index": 0, name: piece, "logprobs": null, "finish_reason": reason});
        self.envelope(vec![choice], true)
    }

    fn frames(&self, with_usage: bool) -> Vec<Value> {
        let mut chunks = Vec::new();
        for piece in self.pieces() {
            let unfinished = if self.is_chat { Value::Null } else { self.engine.unfinished() };
            chunks.push(self.chunk(&piece, &unfinished));
        }
        if let Some(reason) = &self.answer.failure {
            let mut frames: Vec<Value> = chunks.into_iter().map(Value::Object).collect();
            let said = match self.engine {
                Engine::Tgi => format!("Request failed during generation: {reason}"),
                _ => reason.clone(),
            };
            frames.push(self.engine.error_frame(&said));
            return frames;
        }
        let end = if self.is_chat { json!({}) } else { json!("") };
        let mut end = self.chunk(&end, &self.reason());
        if self.engine == Engine::LlamaCpp {
            end.insert("timings".to_owned(), json!({"predicted_n": self.answer.tokens.len()}));
        }
        let is_in_last = self.engine.counts_unasked() && !self.is_chat;
        if is_in_last {
            end.insert("usage".to_owned(), self.usage());
        }
        chunks.push(end);
        if with_usage && !is_in_last {
            for chunk in &mut chunks {
                chunk.insert("usage".to_owned(), Value::Null);
            }
            let mut counts = self.envelope(Vec::new(), true);
            counts.insert("usage".to_owned(), self.usage());
            chunks.push(counts);
        }
        chunks.into_iter().map(Value::Object).collect()
    }

    fn pieces(&self) -> Vec<Value> {
        if !self.is_chat {
            return self.answer.tokens.iter().map(|text| json!(text)).collect();
        }
        let nothing = if self.engine == Engine::LlamaCpp { Value::Null } else { json!("") };
        let mut pieces = vec![json!({"role": "assistant", "content": nothing})];
        if let Some((name, arguments)) = self.call {
            let call = |function: Value| json!({"tool_calls": [{"index": 0, "function": function}]});
            pieces.push(json!({"tool_calls": [{"index": 0, "id": "call-1", "type": "function",
                "function": {"name": name, "arguments": ""}}]}));
            let (first, second) = arguments.split_at(arguments.len() / 2);
            pieces.extend([first, second].map(|part| call(json!({"arguments": part}))));
            return pieces;
        }
        pieces.extend(self.answer.tokens.iter().map(|text| json!({"content": text})));
        pieces
    }
}
