//! A real llama-server with a tiny model: what we render and send is what the server itself makes of a conversation.
//!
//! `ROLECALL_LLAMA_SERVER` names the program; without it nothing is tried.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test says what it expects, and that it was passed over"
)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rolecall::{Model, Options, Token};
use rolecall_sender::blocking::Sender;
use rolecall_sender::{Dialect, Endpoint, ErrorKind, Event, Parameters};
use serde_json::{Value, json};

/// A server that ends with the test.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts one; nothing where there is no program.
    fn start(arguments: &[&str]) -> Option<Self> {
        let Some(program) = std::env::var_os("ROLECALL_LLAMA_SERVER").map(PathBuf::from) else {
            eprintln!("passed over: ROLECALL_LLAMA_SERVER does not name a llama-server");
            return None;
        };
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let libraries = program.parent().unwrap_or(Path::new("."));
        let process = Command::new(&program)
            .arg("-m")
            .arg(model_folder().join("tiny.gguf"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "-ngl", "0", "--no-warmup"])
            .args(arguments)
            .env("LD_LIBRARY_PATH", libraries)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("llama-server starts");
        let mut server = Self { process, port };
        let start = Instant::now();
        while !server.sender().health().unwrap_or(false) {
            assert!(start.elapsed() < Duration::from_secs(60), "llama-server does not get well");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Another program may have taken the port in the meantime, and would answer in its place.
        let ended = server.process.try_wait().expect("it is asked");
        assert!(ended.is_none(), "llama-server ended: {ended:?}");
        Some(server)
    }

    fn sender(&self) -> Sender {
        let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{}", self.port)).expect("an address");
        Sender::new(endpoint).dialect(Dialect::Completions)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn model_folder() -> PathBuf {
    rolecall_testkit::tiny_llama()
}

/// Greedy, and without the server's cache, with which the same prompt may get another answer.
fn greedy() -> Parameters {
    Parameters::new().max_new_tokens(16).extra("top_k", 1).extra("cache_prompt", false)
}

fn conversations() -> Vec<Value> {
    let user = |text: &str| json!({"role": "user", "content": text});
    let assistant = |text: &str| json!({"role": "assistant", "content": text});
    let system = |text: &str| json!({"role": "system", "content": text});
    vec![
        json!([user("Hi")]),
        json!([user("Which animal says moo?")]),
        json!([system("Answer in one word."), user("Which animal says moo?")]),
        json!([user("Hi"), assistant("Hello!"), user("How are you?")]),
        json!([system("Be brief."), user("a"), assistant("b"), user("c"), assistant("d"), user("e")]),
        json!([user("  white space  \n\n")]),
        json!([user("Grüße, 世界 🦙")]),
        json!([user("1 + 1 = ?"), assistant("2"), user("2 + 2 = ?")]),
        json!([user("{\"a\": [1, 2]}")]),
        json!([system(""), user("x".repeat(100).as_str())]),
    ]
}

#[test]
fn our_prompt_is_the_servers() {
    let Some(server) = Server::start(&[]) else { return };
    let sender = server.sender();
    let model = Model::from_dir(model_folder()).expect("the model");
    let all = conversations();
    assert_eq!(all.len(), 10);
    for messages in all {
        let prompt = model.apply_chat_template(&messages, &Options::new().add_generation_prompt(true));
        let prompt = prompt.expect("a prompt");
        let ours = sender.generate(&prompt, &greedy()).expect("an answer");
        let theirs = sender.chat_completion(&messages, &greedy()).expect("an answer");
        assert_eq!((&ours.text, ours.prompt_tokens), (&theirs.text, theirs.prompt_tokens), "{messages}");
        assert!(ours.prompt_tokens.is_some());

        let mut streamed = String::new();
        let mut end = None;
        for event in sender.generate_stream(&prompt, &greedy()).expect("a stream") {
            match event.expect("an event") {
                Event::Token { text } => streamed.push_str(&text),
                Event::End(answer) => end = Some(answer.text),
                _ => {}
            }
        }
        assert_eq!((&streamed, end.as_ref()), (&ours.text, Some(&ours.text)), "{messages}");
    }
}

#[test]
fn stops_and_errors() {
    let Some(server) = Server::start(&["-c", "256"]) else { return };
    let sender = server.sender();
    let whole = sender.generate("Hi", &greedy()).expect("an answer").text;
    let stop: String = whole.chars().skip(3).take(2).collect();
    let cut = sender.generate("Hi", &greedy().stop(stop.clone())).expect("an answer");
    assert_eq!(cut.text, whole[..whole.find(&stop).expect("it is there")], "llama.cpp cuts the stop text");
    assert_eq!(cut.finish_reason.as_deref(), Some("stop"));

    let error = sender.generate(&"long ".repeat(1000), &greedy()).expect_err("too long");
    assert_eq!(*error.kind(), ErrorKind::Validation, "{error}");
    assert!(error.server_message().is_some(), "{error}");
}

#[test]
fn a_key_is_wanted() {
    let Some(server) = Server::start(&["--api-key", "secret-key"]) else { return };
    let error = server.sender().generate("Hi", &greedy()).expect_err("no key");
    assert_eq!(*error.kind(), ErrorKind::Unauthorised, "{error}");
    let wrong = server.sender().token(Token::new("wrong-key"));
    let error = wrong.generate("Hi", &greedy()).expect_err("a wrong key");
    assert!(*error.kind() == ErrorKind::Unauthorised && !error.to_string().contains("wrong-key"), "{error}");
    let right = server.sender().token(Token::new("secret-key"));
    assert!(!right.generate("Hi", &greedy()).expect("an answer").text.is_empty());
}
