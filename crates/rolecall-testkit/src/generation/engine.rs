//! In what text-generation servers differ.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::http::Response;
use crate::refusals;

/// Which server is played.
///
/// TGI and llama-server are played as recorded, transformers serve as observed; vLLM and `SGLang` as their documents
/// and sources say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// Text Generation Inference: `/`, `/generate`, `/generate_stream` and the routes of `OpenAI`.
    #[default]
    Tgi,
    /// vLLM: the routes of `OpenAI`; at most 16 tokens unasked.
    Vllm,
    /// llama-server: the routes of `OpenAI`.
    LlamaCpp,
    /// transformers serve: the routes of `OpenAI`, strict about fields; no `[DONE]`.
    Transformers,
    /// `SGLang`: its own `/generate` and the routes of `OpenAI`.
    SgLang,
}

impl Engine {
    /// All of them, by their names.
    pub const ALL: [(&str, Self); 5] = [
        ("tgi", Self::Tgi),
        ("vllm", Self::Vllm),
        ("llama.cpp", Self::LlamaCpp),
        ("transformers", Self::Transformers),
        ("sglang", Self::SgLang),
    ];

    /// Whether it has TGI's own routes.
    pub(super) fn has_native_routes(self) -> bool {
        self == Self::Tgi
    }

    /// How many tokens it gives to whom says nothing.
    pub(super) fn default_max_tokens(self) -> usize {
        match self {
            Self::Vllm => 16,
            Self::Transformers => 1024,
            Self::SgLang => 128,
            Self::Tgi | Self::LlamaCpp => usize::MAX,
        }
    }

    /// What a stream's chunk says until the end.
    pub(super) fn unfinished(self) -> Value {
        if self == Self::Tgi { json!("") } else { Value::Null }
    }

    pub(super) fn ends_with_done(self) -> bool {
        self != Self::Transformers
    }

    /// Whether a prompt may be token ids.
    pub(super) fn takes_ids(self) -> bool {
        matches!(self, Self::Vllm | Self::LlamaCpp | Self::SgLang)
    }

    /// Whether the text that stopped an answer is part of it.
    pub(super) fn keeps_stop_text(self) -> bool {
        self == Self::Tgi
    }

    /// Whether a stream's counts come without being asked for, and in its last chunk.
    pub(super) fn counts_unasked(self) -> bool {
        matches!(self, Self::Tgi | Self::LlamaCpp)
    }

    /// An error of the routes of `OpenAI`, as JSON.
    pub(super) fn error(self, status: u16, kind: &str, message: &str) -> Value {
        match self {
            Self::Tgi => json!({"error": message, "error_type": kind}),
            Self::Vllm | Self::SgLang => {
                json!({"error": {"message": message, "type": "BadRequestError", "param": null, "code": status}})
            }
            Self::LlamaCpp => {
                json!({"error": {"code": status, "message": message, "type": "invalid_request_error"}})
            }
            Self::Transformers => json!({"detail": message}),
        }
    }

    /// What a stream of the routes of `OpenAI` says when it fails.
    pub(super) fn error_frame(self, message: &str) -> Value {
        match self {
            // The status is the same whatever failed.
            Self::Tgi => json!({"error": {"message": message, "http_status_code": 422}}),
            Self::Transformers => json!({"error": message}),
            _ => self.error(500, "generation", message),
        }
    }

    /// What somebody without the key hears.
    pub(super) fn unauthorised(self) -> Response {
        match self {
            Self::Tgi => Response::new(401),
            Self::LlamaCpp => Response::new(401).json(&json!({"error":
                {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}})),
            _ => Response::new(401).json(&json!({"error": "Unauthorized"})),
        }
    }

    /// What is heard while the model loads.
    pub(super) fn loading(self, model: &str, estimated_time: f64) -> Response {
        match self {
            Self::LlamaCpp => Response::new(503).json(&json!({"error":
                {"code": 503, "message": "Loading model", "type": "unavailable_error"}})),
            _ => refusals::loading(model, estimated_time),
        }
    }
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|(known, _)| *known == name);
        known.map(|(_, engine)| engine).ok_or_else(|| format!("there is no server {name:?}"))
    }
}
