//! The example `notebook` from its first step to its last, against servers on loopback: what it prints, and what they
//! received.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolecall_testkit::{FakeGeneration, FakeHub, Request, Server};
use serde_json::{Value, json};

const ANSWER: &str = "A llama in an apron reads its book and stirs.";
const LLAMA: &str = "meta-llama/Meta-Llama-3-8B-Instruct";
const IMAGES: &str = "stabilityai/stable-diffusion-xl-base-1.0";

/// The program, which `cargo test` builds with the tests, except where it is told of single targets.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let folder = test.ancestors().nth(2).expect("it is in deps");
    let program = folder.join("examples").join(format!("notebook{}", std::env::consts::EXE_SUFFIX));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/notebook.rs");
    let changed = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
    assert!(
        changed(&program) >= changed(&source),
        "build the program first: cargo build -p rolecall-sender --example notebook"
    );
    program
}

fn run(arguments: &[&str], hub: &Server, folder: &Path, dialect: Option<&str>) -> Output {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .env_clear()
        .env("HF_ENDPOINT", hub.url())
        .env("HF_HOME", folder)
        .env("HF_TOKEN", "hf_notebook")
        .env("NOTEBOOK_FOLDER", folder);
    if let Some(dialect) = dialect {
        command.env("NOTEBOOK_DIALECT", dialect);
    }
    command.output().expect("the program starts")
}

fn servers() -> (FakeGeneration, Server) {
    let generation =
        FakeGeneration::new().image_model(IMAGES).speech_model("suno/bark").require_token("hf_notebook");
    let hub = FakeHub::new()
        .deployed("hf-inference", LLAMA, "text-generation")
        .deployed("hf-inference", IMAGES, "text-to-image")
        .deployed("together", "a/b", "text-generation")
        .start();
    (generation, hub.expect("loopback has a port"))
}

/// A folder for this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("rolecall-notebook-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The requests to a model, without those about the server.
fn to<'a>(requests: &'a [Request], path: &str) -> Vec<&'a Request> {
    requests.iter().filter(|request| request.path == path).collect()
}

/// What was printed under a step's name.
fn lines<'a>(printed: &'a str, step: &str) -> Vec<&'a str> {
    let mut lines = printed.lines().skip_while(|line| *line != step);
    assert!(lines.next().is_some(), "no step {step:?} in:\n{printed}");
    lines.take_while(|line| line.starts_with(' ')).map(str::trim).collect()
}

#[test]
#[allow(clippy::too_many_lines, reason = "nine steps")]
fn from_the_first_step_to_the_last() {
    let (generation, hub) = servers();
    // The first model has to be waited for.
    let server = generation.loading(2, 0.05).start().expect("loopback has a port");
    let folder = folder("all");
    let output = run(&[&server.url(), "hf-inference"], &hub, &folder, None);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}");
    assert!(!printed.contains("hf_notebook"), "the token is secret:\n{printed}");
    assert!(printed.ends_with("9 of 9 steps done\n"), "{printed}");

    let steps: Vec<&str> = printed.lines().filter(|line| !line.starts_with(' ')).collect();
    let expected = [
        "text generation",
        "a conversation by its template",
        "a conversation by the server",
        "text to image",
        "an image inside of a prompt",
        "text to speech",
        "whose token it is",
        "what is deployed",
        "how the endpoint is",
        "9 of 9 steps done",
    ];
    assert_eq!(steps, expected);
    let requests = server.requests();
    for request in requests.iter().filter(|request| request.method == "POST") {
        assert_eq!(request.bearer(), Some("hf_notebook"), "{request:?}");
        assert_eq!(request.header("content-type"), Some("application/json"), "{request:?}");
    }
    let route = |model: &str| format!("/hf-inference/models/{model}");

    let said = lines(&printed, "text generation");
    assert!(said[0].contains("currently loading") && said[1].contains("currently loading"), "{said:?}");
    assert_eq!(said[2], format!("A HTTP POST request is used to {ANSWER}"));
    let sent = to(&requests, "/hf-inference/models/codellama/CodeLlama-7b-hf");
    let body = r#"{"inputs":"A HTTP POST request is used to ","parameters":{"max_new_tokens":50,"return_full_text":true,"seed":42,"temperature":0.8}}"#;
    let waits: Vec<_> = sent.iter().map(|request| request.header("x-wait-for-model")).collect();
    assert_eq!(waits, [None, Some("1"), Some("1")]);
    assert!(sent.iter().all(|request| request.body == body.as_bytes()), "{sent:?}");

    let prompt = concat!(
        "<|start_header_id|>system<|end_header_id|>\n\nYou are a llama that cooks.<|eot_id|>",
        "<|start_header_id|>user<|end_header_id|>\n\nWhat is for dinner?<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    );
    let said = lines(&printed, "a conversation by its template");
    assert!(said.iter().any(|line| line.contains("took <|begin_of_text|>")), "{said:?}");
    assert_eq!(said.last(), Some(&ANSWER));
    let sent = to(&requests, &route(LLAMA));
    assert_eq!(
        sent[0].json(),
        json!({"inputs": prompt,
            "parameters": {"max_new_tokens": 250, "return_full_text": false, "seed": 42}, "stream": true}),
        "one BOS, which the server adds"
    );
    assert_eq!(sent[0].header("accept"), Some("text/event-stream"));

    assert_eq!(lines(&printed, "a conversation by the server"), [&format!("{ANSWER} [stop]"), ANSWER]);
    let sent = to(&requests, "/hf-inference/models/meta-llama/Meta-Llama-3-8B-Instruct/v1/chat/completions");
    let body = |stream: bool| {
        format!(
            r#"{{"model":"{LLAMA}","messages":[{{"role":"system","content":"You are a llama that cooks."}},{{"role":"user","content":"What is for dinner?"}}],"max_tokens":250,"seed":42,"stream":{stream}}}"#
        )
    };
    let bodies: Vec<_> = sent.iter().map(|request| String::from_utf8_lossy(&request.body)).collect();
    assert_eq!(bodies, [body(false), body(true)]);

    let image = std::fs::read(folder.join("llama.jpg")).expect("an image was saved");
    let read = image::load_from_memory(&image).expect("a real image");
    assert_eq!((read.width(), read.height()), (64, 48));
    assert_eq!(
        lines(&printed, "text to image"),
        [
            &format!(
                "image/jpeg, Some((64, 48)) pixels, {} bytes, {}",
                image.len(),
                folder.join("llama.jpg").display()
            ),
            "the same once more: true",
            "the same without the cache: false",
        ]
    );
    let sent = to(&requests, &route(IMAGES));
    for request in &sent {
        let body = br#"{"inputs":"llama","parameters":{"guidance_scale":8,"seed":42}}"#;
        assert_eq!((request.body.as_slice(), request.header("accept")), (&body[..], Some("image/png")));
    }
    let caches: Vec<_> = sent.iter().map(|request| request.header("x-use-cache")).collect();
    assert_eq!(caches, [None, None, Some("0")]);

    assert_eq!(lines(&printed, "an image inside of a prompt"), [ANSWER]);
    let sent = to(&requests, "/hf-inference/models/HuggingFaceM4/idefics2-8b-chatty");
    let inputs = sent[0].json();
    let inputs = inputs["inputs"].as_str().expect("a text");
    let (before, rest) = inputs.split_once("![](data:image/gif;base64,").expect("an image");
    let (encoded, after) = rest.split_once(')').expect("its end");
    assert_eq!(
        (before, after),
        ("User:", "Write a limerick about this.<end_of_utterance>\nAssistant:"),
        "an image first"
    );
    assert!(encoded.starts_with("R0lGODlh") && encoded.len() % 4 == 0, "{encoded}");

    let sound = std::fs::read(folder.join("limerick.wav")).expect("a sound was saved");
    assert!(sound.starts_with(b"RIFF"));
    assert!(lines(&printed, "text to speech")[0].starts_with(&format!("audio/wav, {} bytes", sound.len())));
    let sent = to(&requests, "/hf-inference/models/suno/bark");
    assert_eq!(sent[0].json(), json!({"inputs": "limerick", "parameters": {}}));

    assert_eq!(lines(&printed, "whose token it is"), ["somebody (user), a token to read"]);
    let deployed = ["2 models", &format!("{LLAMA} (text-generation)"), &format!("{IMAGES} (text-to-image)")];
    assert_eq!(lines(&printed, "what is deployed"), deployed);
    let asked: Vec<String> =
        hub.requests().iter().map(|request| format!("{}?{}", request.path, request.query)).collect();
    assert_eq!(asked, ["/api/whoami-v2?", "/api/models?inference_provider=hf-inference"]);
    assert!(hub.requests().iter().all(|request| request.bearer() == Some("hf_notebook")));

    let known =
        ["well: true".to_owned(), "models: rolecall/fake".to_owned(), format!("{LLAMA}, up to 1024 tokens")];
    assert_eq!(lines(&printed, "how the endpoint is"), known);
    for route in ["health", "info", "v1/models"] {
        let path = format!("/hf-inference/models/{LLAMA}/{route}");
        assert_eq!(to(&requests, &path).len(), 1, "{path}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn text_by_completions() {
    let (generation, hub) = servers();
    let server = generation.start().expect("loopback has a port");
    let folder = folder("completions");
    let output = run(&[&server.url(), "hf-inference"], &hub, &folder, Some("completions"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}");
    assert_eq!(lines(&printed, "text generation"), [format!("A HTTP POST request is used to {ANSWER}")]);
    let requests = server.requests();
    let sent = to(&requests, "/hf-inference/models/codellama/CodeLlama-7b-hf/v1/completions");
    let body = r#"{"model":"codellama/CodeLlama-7b-hf","prompt":"A HTTP POST request is used to ","max_tokens":50,"seed":42,"temperature":0.8}"#;
    assert_eq!(String::from_utf8_lossy(&sent[0].body), body);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[test]
fn a_step_that_fails_is_told_of_and_the_rest_goes_on() {
    let (generation, hub) = servers();
    let server = generation.then(rolecall_testkit::refusals::gated("codellama/x")).start();
    let server = server.expect("loopback has a port");
    let folder = folder("failing");
    let output = run(&[&server.url(), "hf-inference"], &hub, &folder, None);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    let said = lines(&printed, "text generation");
    assert!(said[0].starts_with("failed: access to this model has to be granted"), "{said:?}");
    assert!(printed.ends_with("8 of 9 steps done\n"), "{printed}");
    assert!(server.requests().iter().all(|request| request.json() != Value::Null || request.method == "GET"));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}
