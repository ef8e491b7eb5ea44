//! `rolecall send` and `rolecall fetch`, against servers on loopback.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use std::fs;

use common::rolecall;
use rolecall_testkit::{FakeGeneration, FakeHub, Repo, Response, Server, demo_repos};
use serde_json::{Value, json};
use tempfile::TempDir;

const ANSWER: &str = "A llama in an apron reads its book and stirs.";

fn generation(server: FakeGeneration) -> Server {
    server.start().expect("loopback has a port")
}

fn send(server: &Server, arguments: &[&str]) -> common::Run {
    let url = server.url();
    rolecall(["send", "--endpoint", &url].into_iter().chain(arguments.iter().copied()))
}

#[test]
fn a_prompt_is_rendered_and_sent() {
    let server = generation(FakeGeneration::new());
    let arguments = [
        "--model",
        "builtin:llama-3",
        "--max-new-tokens",
        "3",
        "--temperature",
        "0.8",
        "--seed",
        "42",
        "--stop",
        "END",
        "--top-k",
        "5",
        "--top-p",
        "0.9",
        "--repetition-penalty",
        "1.1",
        "examples/llama-cookbook.json",
    ];
    assert_eq!(send(&server, &arguments).ok(), "A llama in");
    let request = &server.requests()[0];
    assert_eq!(request.path, "/generate");
    assert_eq!(request.header("authorization"), None);
    let rendered = rolecall(["render", "--model", "builtin:llama-3", "examples/llama-cookbook.json"]).ok();
    let body = request.json();
    // The server adds BOS by itself: two of them would be another prompt.
    let sent = rendered.strip_prefix("<|begin_of_text|>").expect("the template writes BOS");
    assert_eq!(body["inputs"], Value::from(sent));
    let kept =
        send(&server, &["--model", "builtin:llama-3", "--bos", "keep", "-v", "examples/llama-cookbook.json"])
            .end();
    assert!(
        kept.err.contains("BOS: left <|begin_of_text|>") && kept.err.contains("POST /generate"),
        "{}",
        kept.err
    );
    assert_eq!(server.requests()[1].json()["inputs"], Value::from(rendered));
    assert_eq!(
        body["parameters"],
        json!({"max_new_tokens": 3, "temperature": 0.8, "seed": 42, "stop": ["END"], "top_k": 5, "top_p": 0.9,
            "repetition_penalty": 1.1, "return_full_text": false})
    );
}

#[test]
fn sending_asks_for_the_generation_prompt_by_itself() {
    let server = generation(FakeGeneration::new());
    let last = |server: &Server| {
        let requests = server.requests();
        requests
            .last()
            .and_then(|request| request.json()["inputs"].as_str().map(str::to_owned))
            .expect("a prompt")
    };
    let hi = r#"[{"role": "user", "content": "Hi"}]"#;
    send(&server, &["--model", "builtin:chatml"]).input(hi).ok();
    assert!(last(&server).ends_with("<|im_start|>assistant\n"));
    let without = format!(r#"{{"messages": {hi}, "add_generation_prompt": false}}"#);
    send(&server, &["--model", "builtin:chatml"]).input(&without).ok();
    assert!(last(&server).ends_with("Hi<|im_end|>\n"), "unless the document says no");
    let open = r#"[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Sure"}]"#;
    send(&server, &["--model", "builtin:chatml", "--continue-final-message"]).input(open).ok();
    assert!(last(&server).ends_with("assistant\nSure"));
}

#[test]
fn a_text_is_sent_as_it_is() {
    let server = generation(FakeGeneration::new());
    send(&server, &["--raw", "A HTTP POST request is used to "]).ok();
    assert_eq!(server.requests()[0].json()["inputs"], "A HTTP POST request is used to ");
    send(&server, &["--raw", "-"]).input("from a pipe\n").ok();
    assert_eq!(server.requests()[1].json()["inputs"], "from a pipe\n");
    send(&server, &["--raw", "x", "--model", "builtin:chatml"]).fails(2, &["--raw"]);
}

#[test]
fn tokens_are_streamed() {
    let server = generation(FakeGeneration::new());
    let out = send(&server, &["--model", "builtin:llama-3", "--stream", "examples/llama-cookbook.json"]).ok();
    assert_eq!(out, ANSWER);
    assert_eq!(server.requests()[0].path, "/generate_stream");
    let out = send(&server, &["--raw", "hi", "--stream", "--json"]).ok();
    assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON")["generated_text"], ANSWER);
}

#[test]
fn the_prompt_in_front_is_streamed_as_well() {
    for (server, dialect) in [
        (generation(FakeGeneration::new()), "tgi"),
        (generation(FakeGeneration::new()), "completions"),
        // A server that knows no streams.
        (
            Server::start(|_| Response::new(200).json(&json!({"generated_text": "Hi A llama in"})))
                .expect("a port"),
            "tgi",
        ),
    ] {
        let arguments = ["--raw", "Hi ", "--dialect", dialect, "--max-new-tokens", "3", "--return-full-text"];
        for more in [&[][..], &["--stream"]] {
            assert_eq!(
                send(&server, &[&arguments[..], more].concat()).ok(),
                "Hi A llama in",
                "{dialect} {more:?}"
            );
        }
    }
}

#[test]
fn other_dialects() {
    let completion = json!({"choices": [{"text": "ok", "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}});
    let reply =
        json!({"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]});
    let server = Server::start(move |request| match request.path.as_str() {
        "/v1/completions" => Response::new(200).json(&completion),
        "/v1/chat/completions" | "/together/v1/chat/completions" => Response::new(200).json(&reply),
        _ => Response::new(404),
    })
    .expect("a port");
    let arguments =
        ["--dialect", "completions", "--json", "--temperature", "0", "--extra", "min_p=0.1", "--raw", "hi"];
    let out: Value = serde_json::from_str(&send(&server, &arguments).ok()).expect("JSON");
    assert_eq!((&out["generated_text"], &out["prompt_tokens"]), (&json!("ok"), &json!(3)));
    assert_eq!(
        String::from_utf8_lossy(&server.requests()[0].body),
        r#"{"prompt":"hi","max_tokens":100,"temperature":0.0,"min_p":0.1}"#
    );
    send(&server, &["--dialect", "completions", "--top-k", "5", "--raw", "hi"])
        .fails(1, &["top_k", "completions", "extra"]);
    send(&server, &["--dialect", "nope", "--raw", "hi"]).fails(2, &["nope", "sglang"]);

    let request = r#"{"messages": [{"role": "user", "content": [{"type": "image"}]}], "tools": [{"type": "function"}]}"#;
    let chat = ["--chat", "--provider", "together", "--served-model", "a/b", "--image", "examples/llama.jpg"];
    assert_eq!(send(&server, &chat).input(request).ok(), "ok");
    let sent = server.requests().last().expect("a request").json();
    assert_eq!((&sent["model"], &sent["tools"]), (&json!("a/b"), &json!([{"type": "function"}])));
    let url = &sent["messages"][0]["content"][0]["image_url"]["url"];
    assert!(url.as_str().is_some_and(|url| url.starts_with("data:image/jpeg;base64,/9j/")), "{url}");
    send(&server, &["--chat"]).input(request).fails(1, &["0 image(s)", "1 part"]);
    send(&server, &["--chat"]).input(r#"{"messages": [], "documents": []}"#).fails(1, &["documents"]);
    rolecall(["send", "--endpoint", "https://api-inference.huggingface.co/models/a/b", "--raw", "hi"])
        .fails(1, &["410", "router.huggingface.co"]);
}

#[test]
fn an_image_is_sent_in_its_slot() {
    let server = generation(FakeGeneration::new());
    let model = ["--model", "builtin:idefics2", "examples/limerick.json"];
    send(&server, &[&model[..], &["--image", "examples/llama.jpg"]].concat()).ok();
    let inputs = server.requests()[0].json()["inputs"].as_str().expect("a text").to_owned();
    assert!(inputs.starts_with("User:![](data:image/jpeg;base64,/9j/"), "{inputs}");
    assert!(inputs.ends_with("<end_of_utterance>\nAssistant:"), "{inputs}");
    send(&server, &model).fails(1, &["1 image slot", "--image"]);
}

#[cfg(feature = "image")]
#[test]
fn a_large_image_is_made_smaller_if_that_is_allowed() {
    let server = generation(FakeGeneration::new());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("noise.png");
    let noise = |x: u32, y: u32| {
        (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).rotate_left(7)).to_be_bytes()
    };
    let pixels = image::RgbImage::from_fn(900, 900, |x, y| {
        let [red, green, blue, _] = noise(x * y + x, y * 7 + x);
        image::Rgb([red, green, blue])
    });
    pixels.save(&path).expect("writes");
    assert!(fs::metadata(&path).expect("a file").len() > 1_500_000);
    let path = path.to_str().expect("a path");
    let arguments = ["--model", "builtin:idefics2", "--image", path, "examples/limerick.json"];
    send(&server, &arguments).fails(1, &["2000000", "--downscale"]);
    assert!(server.requests().is_empty());
    send(&server, &[&arguments[..], &["--downscale"]].concat()).ok();
    let request = &server.requests()[0];
    assert!(request.body.len() < 2_000_000, "{}", request.body.len());
    assert!(
        request.json()["inputs"]
            .as_str()
            .is_some_and(|text| text.starts_with("User:![](data:image/jpeg;base64,/9j/"))
    );
}

#[test]
fn the_token() {
    let server = generation(FakeGeneration::new().require_token("hf_secret"));
    assert_eq!(send(&server, &["--raw", "hi"]).env("HF_TOKEN", "hf_secret\n").ok(), ANSWER);
    assert_eq!(
        send(&server, &["--raw", "hi", "--token", "hf_secret"]).env("HF_TOKEN", "hf_other").ok(),
        ANSWER
    );
    send(&server, &["--raw", "hi", "--token", ""])
        .env("HF_TOKEN", "hf_secret")
        .fails(2, &["--token is blank"]);
    let wrong = send(&server, &["--raw", "hi", "--token", "hf_wrong"]).end();
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("401") && wrong.err.contains("Check the token"), "{}", wrong.err);
    assert!(!wrong.err.contains("hf_wrong"), "{}", wrong.err);
    send(&server, &["--raw", "hi"]).fails(1, &["status 401", "--token"]);
    rolecall(["send", "--endpoint", "http://example.com", "--raw", "hi"]).fails(1, &["plain http"]);
}

#[test]
fn waiting_and_failing() {
    let server = generation(FakeGeneration::new().loading(2, 0.05));
    assert_eq!(send(&server, &["--raw", "hi", "--wait", "30"]).ok(), ANSWER);
    let server = generation(FakeGeneration::new().loading(1, 20.0));
    send(&server, &["--raw", "hi"]).fails(1, &["not ready", "currently loading", "--wait"]);
    let url = server.url();
    drop(server);
    rolecall(["send", "--endpoint", &url, "--raw", "hi"]).fails(1, &["cannot connect", &url]);
    let server = generation(FakeGeneration::new());
    send(&server, &["--raw", "hi", "--temperature", "0"]).fails(1, &["temperature", "greedy"]);
    send(&server, &["--raw", "hi", "--wait", "-5"]).fails(2, &["--wait"]);
    assert!(server.requests().is_empty());
    let hostile = generation(FakeGeneration::new().then(Response::new(500).text("a\u{1b}[2Jb")));
    let ended = send(&hostile, &["--raw", "hi"]).end();
    assert!(!ended.err.contains('\u{1b}'), "{}", ended.err);
}

struct Place {
    hub: Server,
    folder: TempDir,
}

impl Place {
    fn new(hub: FakeHub) -> Self {
        Self { hub: hub.start().expect("a port"), folder: tempfile::tempdir().expect("a folder") }
    }

    fn run(&self, arguments: &[&str]) -> common::Run {
        rolecall(arguments)
            .current_dir(self.folder.path())
            .env("HF_ENDPOINT", self.hub.url())
            .env("HF_HOME", self.folder.path().join("hf"))
    }
}

fn demo() -> Place {
    Place::new(demo_repos().into_iter().fold(FakeHub::new(), FakeHub::repo))
}

#[test]
fn a_model_is_fetched_pinned_and_used_without_a_network() {
    let place = demo();
    let out = place.run(&["fetch", "rolecall/demo-llama"]).ok();
    assert!(
        out.contains("chat_template.jinja") && out.contains("templates-cache/rolecall/demo-llama"),
        "{out}"
    );
    let lock =
        fs::read_to_string(place.folder.path().join("templates-cache/rolecall.lock")).expect("a lock file");
    let lock: Value = serde_json::from_str(&lock).expect("JSON");
    let pinned = &lock["models"]["rolecall/demo-llama"];
    assert_eq!(pinned["revision"], "main");
    assert_eq!(pinned["commit"].as_str().map(str::len), Some(40));
    assert_eq!(pinned["files"]["chat_template.jinja"]["sha256"].as_str().map(str::len), Some(64));

    let offline = |arguments: &[&str]| place.run(arguments).env("HF_ENDPOINT", "http://127.0.0.1:9");
    let hi = r#"[{"role": "user", "content": "Hi"}]"#;
    let render = ["render", "--model", "rolecall/demo-llama"];
    assert!(offline(&render).input(hi).ok().starts_with("<|begin_of_text|><|start_header_id|>user"));
    let rag = [&render[..], &["--template-name", "rag"]].concat();
    let document = r#"{"messages": [{"role": "user", "content": "Q"}], "documents": [{"text": "a"}]}"#;
    assert_eq!(offline(&rag).input(document).ok(), "1 documents for: Q");
    let inspected = offline(&["inspect", "rolecall/demo-llama"]).ok();
    assert!(inspected.contains("rag") && inspected.contains("<|begin_of_text|>"), "{inspected}");
    assert!(offline(&["fetch", "--locked"]).ok().starts_with("verified"));

    let template = place.folder.path().join("templates-cache/rolecall/demo-llama/chat_template.jinja");
    fs::write(&template, "changed").expect("writes");
    offline(&render).input(hi).fails(1, &["chat_template.jinja is not the file that was pinned", "fetch"]);
    place.run(&["fetch", "--locked"]).fails(1, &["chat_template.jinja", "SHA-256"]);
    fs::remove_file(&template).expect("removes");
    assert!(place.run(&["fetch", "--locked", "rolecall/demo-llama"]).ok().starts_with("restored"));
    assert!(offline(&["fetch", "--locked"]).ok().starts_with("verified"));
}

#[test]
fn fetching_what_is_not_there() {
    let place = demo();
    place.run(&["fetch", "rolecall/nope"]).fails(1, &["no repository rolecall/nope", "Check the name"]);
    place.run(&["fetch", "rolecall/demo-llama", "--revision", "v9"]).fails(1, &["\"v9\""]);
    place.run(&["fetch", "rolecall/demo-gated"]).fails(1, &["gated", "Ask for access"]);
    place.run(&["fetch", "rolecall/demo-gated"]).env("HF_TOKEN", "hf_demo").ok();
    place
        .run(&["fetch", "--locked", "rolecall/demo-llama"])
        .fails(1, &["not in the lock file", "rolecall fetch"]);
    place.run(&["fetch"]).fails(2, &["REPO"]);
    place.run(&["render", "--model", "rolecall/nope"]).input("[]").fails(1, &["no repository rolecall/nope"]);
    let offline = place.run(&["fetch", "rolecall/demo-llama"]).env("HF_HUB_OFFLINE", "1");
    offline.fails(1, &["HF_HUB_OFFLINE"]);
    let weights = Place::new(FakeHub::new().repo(Repo::new("a/b").file("model.safetensors", "x")));
    weights.run(&["fetch", "a/b"]).fails(1, &["none of the files"]);
}

#[test]
fn a_model_is_used_straight_from_the_hub() {
    let place = demo();
    let hi = r#"[{"role": "user", "content": "Hi"}]"#;
    let out = place.run(&["render", "--model", "rolecall/demo-llama@main"]).input(hi).ok();
    assert!(out.starts_with("<|begin_of_text|>"), "{out}");
    assert!(!place.folder.path().join("templates-cache").exists(), "only fetch pins");
}
