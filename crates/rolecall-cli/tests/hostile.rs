//! What `rolecall send`, `chat` and `status` refuse, hide and keep apart.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use common::{Run, rolecall};
use rolecall_testkit::{FakeGeneration, Response, Server};
use serde_json::json;

fn ask(command: &str, server: &Server, arguments: &[&str]) -> Run {
    let url = server.url();
    rolecall([command, "--endpoint", &url].into_iter().chain(arguments.iter().copied()))
}

#[test]
fn an_option_that_would_do_nothing_is_refused() {
    let server = FakeGeneration::new().start().expect("a port");
    let input = "examples/llama-cookbook.json";
    let model = ["--model", "builtin:llama-3"];
    for (arguments, part) in [
        (&["--chat", "--bos", "strip", input][..], "--bos"),
        (&["--chat", "--downscale", input], "--downscale"),
        (&["--chat", "--dialect", "completions", input], "--chat"),
        (&["--raw", "hi", "--dialect", "sglang", "--downscale"], "--downscale"),
        (&["--raw", "hi", "--repeat-everything"], "--repeat-everything"),
        (&["--raw", "hi", "--details"], "--json"),
        (&["--raw", "hi", "--top-n-tokens", "2"], "--json"),
    ] {
        ask("send", &server, arguments).fails(2, &[part]);
    }
    for (arguments, part) in [
        (&["--chat", "--bos", "keep"][..], "--bos"),
        (&["--chat", "--downscale"], "--downscale"),
        (&[model[0], model[1], "--repeat-everything"], "--repeat-everything"),
    ] {
        ask("chat", &server, arguments).input("").fails(2, &[part]);
    }
    assert!(server.requests().is_empty());
}

/// Who asks for it gets it, whatever is known of the server's model.
#[test]
fn typed_images_are_neutralised_wherever_that_is_asked_for() {
    let server = FakeGeneration::new().start().expect("a port");
    let typed = "see ![](http://127.0.0.1/x)";
    ask("send", &server, &["--raw", typed, "--neutralise-images"]).ok();
    let model = ["--model", "builtin:chatml", "--neutralise-images"];
    ask("chat", &server, &model).input(typed).ok();
    ask("chat", &server, &["--chat", "--neutralise-images"]).input(typed).ok();
    for request in server.requests() {
        let body = request.json().to_string();
        assert!(body.contains(r"see !\\[](http") && !body.contains("see ![]("), "{body}");
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_address_with_a_key_is_not_shown() {
    for command in ["send", "chat", "status"] {
        let shown = rolecall([command, "--help"])
            .env("ROLECALL_ENDPOINT", "http://127.0.0.1/?key=sesame")
            .env("ROLECALL_TOKEN", "sesame")
            .ok();
        assert!(shown.contains("ROLECALL_ENDPOINT") && !shown.contains("sesame"), "{shown}");
    }
}

#[test]
fn function_calls_have_lines_of_their_own() {
    let call = |name: &str| json!({"id": name, "function": {"name": name, "arguments": "{}"}});
    let document = json!({"choices": [{
        "message": {"content": "Let me see.", "tool_calls": [call("f"), call("g")]}, "finish_reason": "tool_calls",
    }]});
    let chunk = json!({"choices": [{
        "delta": {"content": "Let me see.", "tool_calls": [call("f"), call("g")]}, "finish_reason": "tool_calls",
    }]});
    let stream = format!("data: {chunk}\n\ndata: [DONE]\n\n");
    let server = Server::start(move |request| {
        if request.json()["stream"] == true {
            return Response::new(200).header("content-type", "text/event-stream").body(stream.as_str());
        }
        Response::new(200).json(&document)
    })
    .expect("a port");
    let input = "examples/llama-cookbook.json";
    for arguments in [&["--chat", input][..], &["--chat", "--stream", input]] {
        assert_eq!(ask("send", &server, arguments).ok(), "Let me see.\nf({})\ng({})", "{arguments:?}");
    }
}

/// A page to log in answers everything with 200.
#[test]
fn a_page_for_people_is_no_healthy_server() {
    let server =
        Server::start(|_| Response::new(200).text("<!doctype html><title>Log in</title>")).expect("a port");
    ask("status", &server, &[]).fails(1, &["a page for people", "Log in"]);
}

/// Sentences have their stops, whoever wrote them.
#[test]
fn what_chat_tells_is_made_of_sentences() {
    let url = FakeGeneration::new().start().expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json").display().to_string();
    let model = ["--model", "builtin:chatml", "--system", "be kind"];
    let ended = ask("chat", &url, &model).input(&format!("/save {path}\n")).end();
    assert_eq!(ended.err, format!("1 message is in {path}.\n"));
    let page = Server::start(|_| Response::new(200).json(&json!({"error": "boo"}))).expect("a port");
    let ended = ask("chat", &page, &model).input("hi\n").end();
    assert!(
        ended.err.contains(". The message was taken back") && !ended.err.contains(".. "),
        "{}",
        ended.err
    );
}
