//! `rolecall status` and `rolecall whoami` against servers on loopback.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use common::{Run, rolecall};
use rolecall_testkit::{FakeGeneration, Response, Server};
use serde_json::{Value, json};

/// A server that answers these paths, and 404 to others.
fn server(answers: &'static [(&'static str, u16, &'static str)]) -> Server {
    Server::start(move |request| {
        let (_, status, body) = answers.iter().find(|(at, ..)| *at == request.path).unwrap_or(&("", 404, ""));
        Response::new(*status).body(*body)
    })
    .expect("loopback has a port")
}

fn status(server: &Server, arguments: &[&str]) -> Run {
    let url = server.url();
    rolecall(["status", "--endpoint", &url].into_iter().chain(arguments.iter().copied()))
}

fn document(run: Run) -> Value {
    serde_json::from_str(&run.end().out).expect("JSON")
}

#[test]
fn a_server_tells_about_itself() {
    let server = server(&[
        ("/health", 200, ""),
        ("/info", 200, r#"{"model_id":"m\u001b"}"#),
        ("/v1/models", 200, r#"{"data":[{"id":"org/m"}]}"#),
    ]);
    assert_eq!(status(&server, &[]).ok(), "health: ok\nmodel_id: \"m\\u001b\"\nserves: org/m\n");
    let told = document(status(&server, &["--json"]));
    assert_eq!(
        (&told["healthy"], &told["health_route"], &told["error"]),
        (&json!(true), &json!(true), &Value::Null)
    );
    let real = FakeGeneration::new().start().expect("a port");
    assert!(status(&real, &[]).ok().starts_with("health: ok\n"));
}

#[test]
fn a_server_that_is_not_well_fails_the_command() {
    let server = server(&[
        ("/health", 503, r#"{"error":"unhealthy","error_type":"healthcheck"}"#),
        ("/v1/models", 200, r#"{"data":[]}"#),
    ]);
    let ended = status(&server, &[]).end();
    assert_eq!((ended.code, ended.out.as_str()), (1, "health: not well\n"));
    assert!(ended.err.contains("unhealthy"), "{}", ended.err);
    assert_eq!(document(status(&server, &["--json"]))["healthy"], json!(false));
    let url = server.url();
    drop(server);
    rolecall(["status", "--endpoint", &url]).fails(1, &["cannot connect", &url]);
}

#[test]
fn a_server_without_a_route_for_health_is_judged_by_others() {
    let other = "health: the server has no route for it, and answers others\n";
    let models = server(&[("/health", 405, ""), ("/v1/models", 200, r#"{"data":[{"id":"a"}]}"#)]);
    assert_eq!(status(&models, &[]).ok(), format!("{other}serves: a\n"));
    let told = document(status(&models, &["--json"]));
    assert_eq!((&told["healthy"], &told["health_route"]), (&json!(true), &json!(false)));
    let info = server(&[("/info", 200, r#"{"version":"3"}"#)]);
    assert_eq!(status(&info, &[]).ok(), format!("{other}version: \"3\"\n"));

    let nothing = server(&[]);
    let ended = status(&nothing, &[]).end();
    assert_eq!((ended.code, ended.out.as_str()), (1, "health: not well\n"));
    assert!(ended.err.contains("nothing at this address"), "{}", ended.err);
    // What a route says that is there counts more than those that are not.
    let locked = server(&[("/v1/models", 401, "")]);
    status(&locked, &[]).fails(1, &["status 401", "--token"]);
    let page = server(&[("/v1/models", 200, "<html>Welcome</html>")]);
    status(&page, &[]).fails(1, &["not JSON"]);
}

#[test]
fn options_of_generations_are_none_of_a_status() {
    let server = server(&[("/health", 200, "")]);
    for option in [
        &["--bos", "keep"][..],
        &["--dialect", "tgi"],
        &["--no-cache"],
        &["--repeat-everything"],
        &["--bill-to", "org"],
        &["--max-new-tokens", "1"],
    ] {
        status(&server, option).fails(2, &[option[0]]);
    }
    status(&server, &["--served-model", "a/b"]).fails(2, &["--provider"]);
    assert!(server.requests().is_empty());
}

/// A Hub whose list of models has two pages.
fn hub() -> Server {
    Server::start(|request| {
        let host = request.header("host").unwrap_or_default();
        match (request.path.as_str(), request.parameter("inference_provider").as_deref()) {
            ("/api/models", Some("together")) if request.parameter("cursor").is_some() => {
                Response::new(200).json(&json!([{"modelId": "c/d"}]))
            }
            ("/api/models", Some("together")) => {
                let next =
                    format!("<http://{host}/api/models?inference_provider=together&cursor=x>; rel=\"next\"");
                Response::new(200)
                    .header("link", format!("<http://{host}/>; rel=\"first\", {next}"))
                    .json(&json!([{"id": "a/b\u{1b}", "pipeline_tag": "text-generation"}]))
            }
            ("/api/models", Some("endless")) => {
                let next = format!("<http://{host}/api/models?inference_provider=endless>; rel=\"next\"");
                Response::new(200).header("link", next).json(&json!([]))
            }
            ("/api/models", Some("elsewhere")) => {
                Response::new(200).header("link", "<https://example.com/>; rel=\"next\"").json(&json!([]))
            }
            ("/api/models", Some(_)) => Response::new(200).json(&json!([])),
            ("/api/models/a/b", _) => Response::new(200).json(&json!({"inferenceProviderMapping": {
                "together": {"status": "live", "providerId": "A/B", "task": "conversational"},
                "novita": {"status": "staging", "providerId": "b", "task": "conversational"},
            }})),
            _ => Response::new(404).header("x-error-message", "Repository not found"),
        }
    })
    .expect("a port")
}

fn asked(hub: &Server, arguments: &[&str]) -> Run {
    rolecall(["status"].into_iter().chain(arguments.iter().copied())).env("HF_ENDPOINT", hub.url())
}

#[test]
fn the_hub_tells_what_a_provider_serves() {
    let hub = hub();
    let listed = asked(&hub, &["--provider", "together"]).env("HF_TOKEN", "hf_secret").ok();
    assert_eq!(listed, "provider: together\nmodels: 2\nserves: a/b\\u{1b} (text-generation)\nserves: c/d\n");
    assert_eq!(hub.requests().len(), 2);
    assert!(hub.requests().iter().all(|request| request.bearer() == Some("hf_secret")));
    let told = document(asked(&hub, &["--provider", "together", "--json"]));
    assert_eq!(told["models"][1], json!({"id": "c/d", "task": null}));
    assert_eq!(asked(&hub, &["--provider", "other"]).ok(), "provider: other\nmodels: 0\n");
    asked(&hub, &["--provider", "endless"]).fails(1, &["pages", "HF_ENDPOINT"]);
    asked(&hub, &["--provider", "elsewhere"]).fails(1, &["another server"]);
    asked(&hub, &["--provider", "x"]).env("HF_HUB_OFFLINE", "1").fails(1, &["HF_HUB_OFFLINE"]);
    for option in [
        &["--wait", "1"][..],
        &["--deadline", "1"],
        &["--allow-http"],
        &["-v"],
        &["--endpoint", "http://127.0.0.1"],
    ] {
        let arguments = [&["--provider", "together"][..], option].concat();
        asked(&hub, &arguments).fails(2, &["asks the Hub"]);
    }
}

#[test]
fn the_hub_tells_how_a_provider_serves_a_model() {
    let hub = hub();
    let model = |provider, model| asked(&hub, &["--provider", provider, "--served-model", model]);
    assert_eq!(
        model("together", "a/b").ok(),
        "provider: together\nserves: a/b\nas: A/B\nstatus: live\ntask: conversational\n"
    );
    model("novita", "a/b").fails(1, &["staging"]);
    model("groq", "a/b").fails(1, &["groq does not serve a/b", "novita", "together"]);
    model("groq", "a/nope").fails(1, &["Repository not found"]);
    model("groq", "../x").fails(1, &["no name"]);
}

fn whoami(hub: &Server, arguments: &[&str]) -> Run {
    rolecall(["whoami"].into_iter().chain(arguments.iter().copied())).env("HF_ENDPOINT", hub.url())
}

#[test]
fn the_hub_tells_whose_token_it_is() {
    let hub = server(&[(
        "/api/whoami-v2",
        200,
        r#"{"type":"user","name":"ada\u001b","orgs":[{"name":"lab"}],"auth":{"accessToken":{"displayName":"t","role":"read"}},"more":1}"#,
    )]);
    assert_eq!(whoami(&hub, &["--token", "hf_given"]).ok(), "ada\\u{1b}\norganisation: lab\ntoken: read\n");
    let told = document(whoami(&hub, &["--json"]).env("HF_TOKEN", "hf_kept\n"));
    assert_eq!(
        (&told["orgs"][0]["name"], &told["more"]),
        (&json!("lab"), &json!(1)),
        "all that the Hub says"
    );
    let both = whoami(&hub, &["--token", "hf_given"]).env("HF_TOKEN", "hf_kept");
    both.ok();
    let sent: Vec<Option<String>> =
        hub.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    assert_eq!(sent, [bearer("hf_given"), bearer("hf_kept"), bearer("hf_given")]);
    assert!(hub.requests().iter().all(|request| request.method == "GET" && request.body.is_empty()));
}

#[test]
fn a_token_that_tells_nothing() {
    let unknown = server(&[("/api/whoami-v2", 401, r#"{"error":"Invalid username or password."}"#)]);
    let ended = whoami(&unknown, &[]).env("HF_TOKEN", "hf_secret").end();
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    for part in ["401", "Invalid username or password", "HF_TOKEN"] {
        assert!(ended.err.contains(part), "{}", ended.err);
    }
    assert!(!ended.err.contains("hf_secret"), "{}", ended.err);
    whoami(&unknown, &["--token", "hf_secret"]).fails(1, &["the token from --token"]);
    let asked = unknown.requests().len();
    whoami(&unknown, &[]).fails(1, &["no token", "HF_TOKEN", "hf auth login"]);
    whoami(&unknown, &["--token", " "]).env("HF_TOKEN", "hf_secret").fails(2, &["--token is blank"]);
    assert_eq!(unknown.requests().len(), asked, "without a token nobody is asked");

    let token = ["--token", "hf_secret"];
    let often = server(&[("/api/whoami-v2", 429, r#"{"error":"Too many requests"}"#)]);
    whoami(&often, &token).fails(1, &["Too many requests", "limited on purpose"]);
    let strange = server(&[("/api/whoami-v2", 200, r#"{"user":"ada"}"#)]);
    whoami(&strange, &token).fails(1, &["HF_ENDPOINT"]);
    let url = strange.url();
    whoami(&strange, &token).env("HF_HUB_OFFLINE", "1").fails(1, &["HF_HUB_OFFLINE"]);
    drop(strange);
    rolecall(["whoami", "--token", "hf_secret"]).env("HF_ENDPOINT", &url).fails(1, &["cannot connect", &url]);
    rolecall(["whoami", "--token", "hf_secret"])
        .env("HF_ENDPOINT", "http://example.com")
        .fails(1, &["plain http"]);
}
