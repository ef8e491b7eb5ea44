//! What an answer that is none means: status, headers and body in any shape.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use serde_json::Value;

use crate::error::words;
use crate::{Error, ErrorKind};

/// An error that came inside an answer with status 200.
pub(crate) fn in_answer(document: &Value) -> Error {
    let said = server_words(document);
    let kind = kind_of(error_type(document)).or_else(|| kind_of_code(document)).unwrap_or(ErrorKind::Server);
    let repeatable = kind == ErrorKind::Overloaded;
    let help = match kind {
        ErrorKind::Validation => mend(document, said.as_deref()),
        ErrorKind::Unauthorised => "Check the token",
        ErrorKind::Overloaded => "Try again later",
        _ => "Ask again: nothing says whether the server went on",
    };
    let error = Error::new(kind, "the server reports an error").said(said).help(help);
    if repeatable { error.repeatable() } else { error }
}

/// What an answer with a status other than 200 means.
pub(crate) fn of(status: u16, headers: &HeaderMap, body: &[u8], has_token: bool) -> Error {
    let document: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let header =
        |name: &str| headers.get(name).and_then(|value| words(&String::from_utf8_lossy(value.as_bytes())));
    let said = if (300..400).contains(&status) {
        // Its query may be that of the request, which may hold a key.
        header(LOCATION.as_str())
            .map(|address| address.split(['?', '#']).next().unwrap_or_default().to_owned())
    } else {
        server_words(&document).or_else(|| text_words(body)).or_else(|| header("x-error-message"))
    };
    let is_gated = headers.get("x-error-code").is_some_and(|code| code == "GatedRepo");
    let (kind, message, help) = meaning(status, &document, said.as_deref(), is_gated, has_token);
    let is_repeatable = matches!(kind, ErrorKind::Loading { .. } | ErrorKind::Overloaded);
    let error =
        Error::new(kind, message).status_code(status).said(said).help(help).requested_as(request_id(headers));
    if is_repeatable { error.repeatable() } else { error }
}

fn meaning(
    status: u16,
    document: &Value,
    said: Option<&str>,
    is_gated: bool,
    has_token: bool,
) -> (ErrorKind, &'static str, &'static str) {
    match status {
        401 | 403 | 404 if is_gated => (
            ErrorKind::Gated,
            "access to this model has to be granted by its owner",
            "Ask for access on the model's page, and give the token of that account",
        ),
        401 if has_token => (ErrorKind::Unauthorised, "the server refuses the token", "Check the token"),
        401 => {
            (ErrorKind::Unauthorised, "the server wants a token", "Give one with Sender::token, or --token")
        }
        402 => (ErrorKind::Payment, "the account has no credit left", "Check its billing page"),
        403 => (ErrorKind::Forbidden, "the token does not allow this", "Check the token's permissions"),
        404 | 405 => (
            ErrorKind::NotFound,
            "the server has nothing at this address",
            "Check the endpoint, to which the dialect's route is added (/generate, /v1/completions), the model and the dialect \
             (Sender::dialect, or --dialect: completions for vLLM and llama.cpp)",
        ),
        408 => (ErrorKind::Timeout, "the server waited too long for the request", "Try again later"),
        410 => (ErrorKind::Gone, "this address is gone for good", "Use the address that the server names"),
        413 => (
            ErrorKind::TooLarge,
            "the prompt is larger than the server takes",
            "Shorten it, or use smaller images (downscale, or --downscale)",
        ),
        429 => (
            ErrorKind::Overloaded,
            "the server has too much to do",
            "Try again later, or wait for it with Sender::wait, or --wait 60",
        ),
        503 if error_type(document) != Some("healthcheck") => (
            ErrorKind::Loading { estimated_time: estimate(document) },
            "the model is not ready yet",
            "Wait for it with Sender::wait, or --wait 60",
        ),
        504 => (
            ErrorKind::Timeout,
            "a gateway waited too long for the server",
            "Ask for fewer tokens, or for a stream; nothing says whether the server went on",
        ),
        300..=399 => (
            ErrorKind::Redirect,
            "the server sends us to another address, and prompts and tokens do not follow",
            "Use that address as the endpoint, if you trust it",
        ),
        100..=299 => (
            ErrorKind::Protocol,
            "the server gave no answer",
            "Check that the address is that of a text-generation server",
        ),
        _ => match kind_of(error_type(document)) {
            Some(kind) => (kind, "the server reports an error", "Mend what it names"),
            // TGI's status for what fails while the model works.
            None if status == 424 => {
                (ErrorKind::Generation, "the server failed while it generated", "Try again later")
            }
            None if (400..500).contains(&status) => {
                (ErrorKind::Validation, "the server refuses the request", mend(document, said))
            }
            None => (ErrorKind::Server, "the server failed", "Try again later"),
        },
    }
}

/// What helps against a refusal, where its code says more than its words.
fn mend(document: &Value, said: Option<&str>) -> &'static str {
    let code = |name: &str| document.get("error").and_then(|error| error.get(name)).and_then(Value::as_str);
    match (code("code"), code("type")) {
        (Some("model_not_supported"), _) => {
            "Choose a provider that serves the model: its page on the Hub lists them"
        }
        (_, Some("exceed_context_size_error")) => {
            "Shorten the prompt, or start the server with a larger context"
        }
        _ if said.is_some_and(|said| said.contains("`model_kwargs` are not used")) => {
            "Leave out the parameters that it names: this server is not TGI"
        }
        _ => "Mend what it names",
    }
}

fn error_type(document: &Value) -> Option<&str> {
    let error = document.get("error");
    document
        .get("error_type")
        .or_else(|| error.and_then(|error| error.get("error_type")))
        .and_then(Value::as_str)
}

fn kind_of(error_type: Option<&str>) -> Option<ErrorKind> {
    Some(match error_type? {
        "validation" | "template_error" | "tool_error" | "missing_template_variable" => ErrorKind::Validation,
        "generation" => ErrorKind::Generation,
        "incomplete_generation" | "incomplete_generation_stream" => {
            ErrorKind::Incomplete { text: String::new() }
        }
        "overloaded" => ErrorKind::Overloaded,
        _ => return None,
    })
}

/// The kinds of llama.cpp and `OpenAI`, in an error that is an object.
fn kind_of_code(document: &Value) -> Option<ErrorKind> {
    let error = document.get("error").unwrap_or(document);
    // TGI's streams in the form of OpenAI have the same status whatever failed; its words have fixed beginnings.
    if error.get("http_status_code").is_some() {
        return kind_of_words(error.get("message").and_then(Value::as_str)?);
    }
    Some(match error.get("type").and_then(Value::as_str) {
        Some("invalid_request_error" | "exceed_context_size_error") => ErrorKind::Validation,
        Some("authentication_error") => ErrorKind::Unauthorised,
        Some("rate_limit_error") => ErrorKind::Overloaded,
        // vLLM, SGLang and llama.cpp give the status that it would have had before the stream began.
        _ => {
            let code = error.get("code").and_then(Value::as_u64).filter(|code| (400..500).contains(code))?;
            meaning(u16::try_from(code).ok()?, &Value::Null, None, false, true).0
        }
    })
}

/// The kind of an error by how TGI words it.
fn kind_of_words(message: &str) -> Option<ErrorKind> {
    let beginnings = [
        ("Input validation error", "validation"),
        ("Template error", "template_error"),
        ("Tool error", "tool_error"),
        ("Request failed during generation", "generation"),
        ("Incomplete generation", "incomplete_generation"),
        ("Model is overloaded", "overloaded"),
    ];
    let known = beginnings.iter().find(|(beginning, _)| message.starts_with(beginning));
    known.and_then(|(_, error_type)| kind_of(Some(error_type)))
}

fn estimate(document: &Value) -> Option<Duration> {
    let seconds = document.get("estimated_time").and_then(Value::as_f64)?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// What a server says, in whatever shape: `error` as text, list or object, `detail`, `message`.
fn server_words(document: &Value) -> Option<String> {
    let names = ["error", "detail", "message", "msg"];
    let named = names.iter().find_map(|name| document.get(name).and_then(said_by));
    named.or_else(|| said_by(document)).as_deref().and_then(words)
}

fn said_by(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(said_by).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(object) => {
            let found = ["message", "msg", "error", "detail"]
                .iter()
                .find_map(|name| object.get(*name).and_then(said_by));
            // Better all of it than nothing.
            found.or_else(|| (!object.is_empty()).then(|| value.to_string()))
        }
        _ => None,
    }
}

/// A body that is no JSON: its text, or the title of a page for browsers.
pub(crate) fn text_words(body: &[u8]) -> Option<String> {
    if serde_json::from_slice::<Value>(body).is_ok() {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    if !text.trim_start().starts_with('<') {
        return words(&text);
    }
    let title = ["title", "h1"].iter().find_map(|tag| {
        let lower = text.to_ascii_lowercase();
        let start = lower.find(&format!("<{tag}>"))? + tag.len() + 2;
        let end = start + lower.get(start..)?.find("</")?;
        text.get(start..end)
    });
    title.and_then(words)
}

/// The id under which the server's operators find the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = ["x-request-id", "x-amzn-trace-id", "x-amz-cf-id"].iter().find_map(|name| headers.get(*name))?;
    words(id.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, headers: &[(&'static str, &str)], body: &str, has_token: bool) -> Error {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        of(status, &map, body.as_bytes(), has_token)
    }

    /// Each row: status, body, kind, a part of the message.
    #[test]
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn failures_in_every_shape() {
        let loading = |seconds: Option<f64>| ErrorKind::Loading {
            estimated_time: seconds.map(Duration::from_secs_f64),
        };
        let incomplete = || ErrorKind::Incomplete { text: String::new() };
        let rows = [
            (
                422,
                r#"{"error":"Input validation error: x","error_type":"validation"}"#,
                ErrorKind::Validation,
                "error: x",
            ),
            (
                422,
                r#"{"error":"Template error: template not found","error_type":"template_error"}"#,
                ErrorKind::Validation,
                "template not found",
            ),
            (
                422,
                r#"{"error":"Tool error: x","error_type":"tool_error"}"#,
                ErrorKind::Validation,
                "Tool error",
            ),
            (
                422,
                r#"{"error":"Missing x","error_type":"missing_template_variable"}"#,
                ErrorKind::Validation,
                "Missing x",
            ),
            (422, "Failed to deserialize", ErrorKind::Validation, "Failed to deserialize"),
            (
                422,
                r#"{"detail":"Unexpected fields in the request: {'top_k'}"}"#,
                ErrorKind::Validation,
                "top_k",
            ),
            (
                422,
                r#"{"detail":[{"loc":["body"],"msg":"Field required"}]}"#,
                ErrorKind::Validation,
                "Field required",
            ),
            (
                415,
                "Expected request with `Content-Type: application/json`",
                ErrorKind::Validation,
                "Content-Type",
            ),
            (400, "Failed to parse the request body as JSON: inputs: EOF", ErrorKind::Validation, "EOF"),
            (
                413,
                "Failed to buffer the request body: length limit exceeded",
                ErrorKind::TooLarge,
                "length limit exceeded",
            ),
            (
                424,
                r#"{"error":"Request failed during generation: boom","error_type":"generation"}"#,
                ErrorKind::Generation,
                "boom",
            ),
            (
                429,
                r#"{"error":"Model is overloaded","error_type":"overloaded"}"#,
                ErrorKind::Overloaded,
                "overloaded",
            ),
            (429, "Rate limit reached", ErrorKind::Overloaded, "Rate limit"),
            (
                500,
                r#"{"error":"Incomplete generation","error_type":"incomplete_generation"}"#,
                incomplete(),
                "Incomplete",
            ),
            (500, r#"{"error":"x","error_type":"incomplete_generation_stream"}"#, incomplete(), ": x"),
            (503, r#"{"error":"unhealthy","error_type":"healthcheck"}"#, ErrorKind::Server, "unhealthy"),
            (
                503,
                r#"{"error":"Model x is currently loading","estimated_time":20.5}"#,
                loading(Some(20.5)),
                "--wait",
            ),
            (503, r#"{"error":"x","estimated_time":-1}"#, loading(None), "--wait"),
            (
                503,
                r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
                loading(None),
                "Loading model",
            ),
            (503, "", loading(None), "not ready"),
            (400, r#"{"error":["a","b"]}"#, ErrorKind::Validation, "a; b"),
            (
                400,
                r#"{"error":"The following `model_kwargs` are not used by the model: ['details']"}"#,
                ErrorKind::Validation,
                "Leave out",
            ),
            (
                400,
                r#"{"error":{"message":"m","type":"t","param":"model","code":"model_not_supported"}}"#,
                ErrorKind::Validation,
                "Choose a provider",
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_ctx":512}}"#,
                ErrorKind::Validation,
                "larger context",
            ),
            (400, r#"{"message":"at the top"}"#, ErrorKind::Validation, "at the top"),
            (400, r#"[{"error":{"code":400,"message":"in a list"}}]"#, ErrorKind::Validation, ": in a list."),
            (400, r#"{"errors":["in its own form"]}"#, ErrorKind::Validation, "in its own form"),
            (400, "[]", ErrorKind::Validation, "(status 400). Mend"),
            (400, r#"{"error":{"strange":1}}"#, ErrorKind::Validation, "strange"),
            (400, "{}", ErrorKind::Validation, "(status 400). Mend"),
            (401, "", ErrorKind::Unauthorised, "wants a token"),
            (
                401,
                r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
                ErrorKind::Unauthorised,
                "Invalid API Key",
            ),
            (
                402,
                r#"{"error":"You have exceeded your monthly included credits"}"#,
                ErrorKind::Payment,
                "exceeded",
            ),
            (403, r#"{"error":"The model x is too large"}"#, ErrorKind::Forbidden, "too large"),
            (404, "", ErrorKind::NotFound, "/generate"),
            (404, r#"{"error":"Model org/x does not exist"}"#, ErrorKind::NotFound, "does not exist"),
            (405, "", ErrorKind::NotFound, "/generate"),
            (
                410,
                "https://x is no longer supported. Please use https://y instead.",
                ErrorKind::Gone,
                "https://y",
            ),
            (502, "<html>Bad gateway</html>", ErrorKind::Server, "the server failed (status 502). Try"),
            (502, "<html><head><TITLE>502 Bad Gateway</TITLE>", ErrorKind::Server, ": 502 Bad Gateway."),
            (504, "<h1>Gateway Time-out</h1>", ErrorKind::Timeout, "Gateway Time-out"),
            (500, "\u{1b}[2Jboo\u{7}", ErrorKind::Server, "[2Jboo"),
            (500, "\"quoted\"", ErrorKind::Server, "quoted"),
            (204, "", ErrorKind::Protocol, "status 204"),
            (206, "{}", ErrorKind::Protocol, "gave no answer"),
            (409, "busy", ErrorKind::Validation, "busy"),
            (424, "boom", ErrorKind::Generation, "boom"),
        ];
        for (status, body, kind, part) in rows {
            let error = failure(status, &[], body, false);
            assert_eq!(*error.kind(), kind, "{body}");
            assert_eq!(error.status(), Some(status));
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains('\u{1b}'));
            assert!(error.advice().is_some(), "{error}");
            let expected = matches!(kind, ErrorKind::Loading { .. } | ErrorKind::Overloaded);
            assert_eq!(error.is_repeatable(), expected, "{body}");
        }
        assert!(failure(401, &[], "", true).to_string().contains("refuses the token"));
    }

    #[test]
    fn headers_say_the_rest() {
        let gated = [("x-error-code", "GatedRepo"), ("x-error-message", "Access to model x is restricted")];
        for status in [401, 403] {
            let error = failure(status, &gated, "", true);
            assert_eq!(*error.kind(), ErrorKind::Gated);
            assert!(error.to_string().contains("Access to model x is restricted"), "{error}");
        }
        let moved = failure(307, &[("location", "https://elsewhere?key=hunter2")], "", true);
        assert_eq!((moved.kind(), moved.server_message()), (&ErrorKind::Redirect, Some("https://elsewhere")));
        let ids = [("x-amz-cf-id", "c"), ("x-amzn-trace-id", "b"), ("x-request-id", "a")];
        let id = |ids: &[(&'static str, &str)]| failure(500, ids, "", false).request_id().map(str::to_owned);
        assert_eq!(id(&ids[..1]).as_deref(), Some("c"));
        assert_eq!(id(&ids[..2]).as_deref(), Some("b"));
        assert_eq!(id(&ids).as_deref(), Some("a"));
    }

    #[test]
    fn errors_inside_of_answers() {
        for (document, kind) in [
            (serde_json::json!({"error": "boom", "error_type": "generation"}), ErrorKind::Generation),
            (serde_json::json!({"error": "x", "error_type": "validation"}), ErrorKind::Validation),
            (serde_json::json!({"error": "x", "error_type": "overloaded"}), ErrorKind::Overloaded),
            (serde_json::json!({"error": {"message": "x", "http_status_code": 422}}), ErrorKind::Server),
            (
                serde_json::json!({"error": {"message": "x", "type": "invalid_request_error"}}),
                ErrorKind::Validation,
            ),
            (serde_json::json!({"error": "x"}), ErrorKind::Server),
            (
                serde_json::json!({"error": {"message": "x", "type": "BadRequestError", "code": 400}}),
                ErrorKind::Validation,
            ),
            (serde_json::json!({"object": "error", "message": "x", "code": 404}), ErrorKind::NotFound),
            (serde_json::json!({"error": {"message": "x", "code": 429}}), ErrorKind::Overloaded),
            (serde_json::json!({"error": {"message": "x", "code": 500}}), ErrorKind::Server),
            (serde_json::json!({"error": {"message": "x", "code": "500"}}), ErrorKind::Server),
        ] {
            let error = in_answer(&document);
            assert_eq!(*error.kind(), kind, "{document}");
            assert!(error.server_message().is_some_and(|words| words == "x" || words == "boom"));
            assert!(error.advice().is_some(), "{error}");
        }
        // The status is no help, the words are.
        for (message, kind) in [
            ("Input validation error: `temperature` must be strictly positive", ErrorKind::Validation),
            ("Tool error: x", ErrorKind::Validation),
            ("Request failed during generation: Server error: x", ErrorKind::Generation),
            ("Incomplete generation", ErrorKind::Incomplete { text: String::new() }),
            ("Model is overloaded", ErrorKind::Overloaded),
        ] {
            let error = serde_json::json!({"error": {"message": message, "http_status_code": 422}});
            assert_eq!(*in_answer(&error).kind(), kind, "{message}");
        }
    }
}
