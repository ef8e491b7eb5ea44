//! Answers that say no, in the shapes in which servers say it.
//!
//! ```
//! use rolecall_testkit::{FakeGeneration, refusals};
//!
//! let server = FakeGeneration::new().then(refusals::rate_limited("2")).then(refusals::overloaded()).start()?;
//! # drop(server);
//! # Ok::<(), std::io::Error>(())
//! ```

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::http::Response;

fn said(status: u16, document: &Value) -> Response {
    Response::new(status).json(document)
}

/// 503: the model is loading, with an estimate in seconds.
pub fn loading(model: &str, estimated_time: f64) -> Response {
    let error = format!("Model {model} is currently loading");
    said(503, &json!({"error": error, "estimated_time": estimated_time}))
}

/// 503 of `/health`: the server is not well.
pub fn unhealthy() -> Response {
    said(503, &json!({"error": "unhealthy", "error_type": "healthcheck"}))
}

/// 429 of TGI, which does not say when to come back.
pub fn overloaded() -> Response {
    said(429, &json!({"error": "Model is overloaded", "error_type": "overloaded"}))
}

/// 429 with `Retry-After`: seconds, or a date.
pub fn rate_limited(retry_after: &str) -> Response {
    said(429, &json!({"error": "Too many requests"})).header("retry-after", retry_after)
}

/// 429 with `Retry-After` as a date.
pub fn rate_limited_until(time: SystemTime) -> Response {
    rate_limited(&httpdate::fmt_http_date(time))
}

/// 429 of the Hub, with its header `RateLimit`: nothing remains, and the next period begins in so many seconds.
pub fn rate_limited_for(seconds: u64) -> Response {
    said(429, &json!({"error": "Too many requests"}))
        .header("ratelimit", format!("\"api\";r=0;t={seconds}"))
        .header("ratelimit-policy", "\"fixed window\";\"api\";q=500;w=300")
}

/// 424 of TGI: it failed while it generated.
pub fn generation_failed(reason: &str) -> Response {
    let error = format!("Request failed during generation: {reason}");
    said(424, &json!({"error": error, "error_type": "generation"}))
}

/// 410 of the host that inference had.
pub fn gone() -> Response {
    Response::new(410).text(
        "https://api-inference.huggingface.co is no longer supported. Please use https://router.huggingface.co instead.",
    )
}

/// 402: no credit is left.
pub fn no_credit() -> Response {
    said(402, &json!({"error": "You have exceeded your monthly included credits for Inference Providers."}))
}

/// 403 of the Hub: the owner of the model has not let this account in.
pub fn gated(model: &str) -> Response {
    let error = format!("Access to model {model} is restricted");
    said(403, &json!({"error": error})).header("x-error-code", "GatedRepo")
}

/// 400 of the router: the provider does not serve the model.
pub fn not_supported(model: &str) -> Response {
    said(
        400,
        &json!({"error": {"message": format!("The requested model '{model}' is not supported by any provider"),
            "type": "invalid_request_error", "param": "model", "code": "model_not_supported"}}),
    )
}

/// 413 of TGI: the body is larger than it takes.
pub fn too_large() -> Response {
    Response::new(413).text("Failed to buffer the request body: length limit exceeded")
}

/// A page for people, from something in front of the server.
pub fn page(status: u16, title: &str) -> Response {
    Response::new(status)
        .header("content-type", "text/html")
        .body(format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"))
}
