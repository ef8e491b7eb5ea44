//! `rolecall chat` against servers on loopback, with piped input.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use std::fs;

use common::{Run, rolecall};
use rolecall_testkit::{FakeGeneration, Response, Server};
use serde_json::{Value, json};

fn generation(server: FakeGeneration) -> Server {
    server.start().expect("loopback has a port")
}

fn chat(server: &Server, arguments: &[&str]) -> Run {
    let url = server.url();
    rolecall(["chat", "--endpoint", &url].into_iter().chain(arguments.iter().copied()))
}

/// The prompts that were sent.
fn inputs(server: &Server) -> Vec<String> {
    let text = |request: &rolecall_testkit::Request| {
        request.json().get("inputs").and_then(Value::as_str).map(str::to_owned)
    };
    server.requests().iter().map(|request| text(request).expect("a prompt")).collect()
}

const CHATML: [&str; 2] = ["--model", "builtin:chatml"];

fn turn(role: &str, text: &str) -> String {
    format!("<|im_start|>{role}\n{text}<|im_end|>\n")
}

/// A server of chat completions that streams these frames, one list for each request, and then fails.
fn served(answers: Vec<Vec<Value>>) -> Server {
    let answers = std::sync::Mutex::new(answers.into_iter());
    Server::start(move |request| {
        assert_eq!(request.path, "/v1/chat/completions");
        let frames = answers.lock().expect("a lock").next();
        let Some(frames) = frames else { return Response::new(500).text("no more answers") };
        let events: Vec<String> = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
        let body = format!("{}data: [DONE]\n\n", events.concat());
        Response::new(200).header("content-type", "text/event-stream").body(body)
    })
    .expect("a port")
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"delta": delta, "finish_reason": null}]})
}

fn stop() -> Value {
    json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})
}

#[test]
fn the_history_is_kept() {
    let server = generation(FakeGeneration::new().answer("Sure."));
    let arguments = [&CHATML[..], &["--system", "Be brief.", "--max-new-tokens", "7"]].concat();
    let ended = chat(&server, &arguments).input("Hi\r\n\n//help\n  <- two spaces").end();
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "Sure.\nSure.\nSure.\n", ""));
    let system = turn("system", "Be brief.");
    let first = format!("{system}{}", turn("user", "Hi"));
    let second = format!("{first}{}{}", turn("assistant", "Sure."), turn("user", "/help"));
    let third = format!("{second}{}{}", turn("assistant", "Sure."), turn("user", "  <- two spaces"));
    let open = |prompt: String| format!("{prompt}<|im_start|>assistant\n");
    assert_eq!(inputs(&server), [open(first), open(second), open(third)]);
    let request = &server.requests()[0];
    assert_eq!(
        (request.path.as_str(), &request.json()["parameters"]["max_new_tokens"]),
        ("/generate_stream", &json!(7))
    );
}

#[test]
fn resetting_keeps_the_system_prompt() {
    let server = generation(FakeGeneration::new().answer("Sure."));
    let arguments = [&CHATML[..], &["--system", "Be brief."]].concat();
    let ended = chat(&server, &arguments).input("one\n/reset\ntwo\n/quit\nthree\n").end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "Sure.\nSure.\n"));
    let sent = inputs(&server);
    assert_eq!(sent.len(), 2, "nothing is sent behind /quit");
    assert!(
        sent[1].starts_with(&format!("{}{}", turn("system", "Be brief."), turn("user", "two"))),
        "{}",
        sent[1]
    );
}

#[test]
fn commands_are_not_sent() {
    let server = generation(FakeGeneration::new());
    for (line, part) in [
        ("/nope x", "no command /nope"),
        ("/", "no command /"),
        ("/Reset", "no command /Reset"),
        ("/reset all", "\"all\""),
        ("/image", "/image FILE"),
        ("/image nothing.png", "nothing.png"),
        ("/save", "/save FILE"),
        ("/save /nonexistent/file", "/nonexistent/file"),
    ] {
        chat(&server, &CHATML).input(line).fails(1, &[part]);
    }
    let help = chat(&server, &CHATML).input("/help").end();
    assert_eq!((help.code, help.out.as_str()), (0, ""));
    for command in ["/image FILE", "/reset", "/save FILE", "/quit", "//TEXT"] {
        assert!(help.err.contains(command), "{}", help.err);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_failed_message_is_taken_back() {
    let cut = "data: {\"token\":{\"id\":1,\"text\":\"Half\",\"special\":false}}\n\n";
    let cut = Response::new(200).header("content-type", "text/event-stream").body(cut);
    let server = generation(
        FakeGeneration::new().answer("Sure.").then(Response::new(500).text("boom\u{1b}[2J")).then(cut),
    );
    let ended = chat(&server, &CHATML).input("one\ntwo\nthree\nfour\n").end();
    assert_eq!((ended.code, ended.out.as_str()), (1, "Half\nSure.\nSure.\n"));
    assert!(ended.err.contains("boom") && !ended.err.contains('\u{1b}'), "{}", ended.err);
    assert_eq!(ended.err.matches("taken back").count(), 2, "{}", ended.err);
    let last = inputs(&server).pop().expect("a prompt");
    let expected = [turn("user", "three"), turn("assistant", "Sure."), turn("user", "four")].concat();
    assert_eq!(last, format!("{expected}<|im_start|>assistant\n"));
}

#[test]
fn bytes_that_are_no_text_fail_their_line_alone() {
    use std::io::Write;
    let server = generation(FakeGeneration::new().answer("Sure."));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.args(["chat", "--endpoint", &server.url(), "--model", "builtin:chatml"]).env_clear();
    let pipe = std::process::Stdio::piped;
    let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(b"a\xff\nb\n").expect("writes");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stdout).as_ref()), (Some(1), "Sure.\n"));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("not UTF-8"));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_end_of_a_turn_is_not_kept_twice() {
    // TGI leaves a stop text at the end of the answer.
    let server = generation(FakeGeneration::new().answer("Well, sure.<|im_end|>"));
    let ended = chat(&server, &CHATML).input("one\ntwo\n").end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "Well, sure.\nWell, sure.\n"));
    let expected = [turn("user", "one"), turn("assistant", "Well, sure."), turn("user", "two")].concat();
    assert_eq!(inputs(&server)[1], format!("{expected}<|im_start|>assistant\n"));
}

#[test]
fn a_conversation_is_saved_and_gone_on_with() {
    let server = generation(FakeGeneration::new().answer("Sure."));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a chat.json");
    let path = path.to_str().expect("a path");
    let line = format!("Hi\n/save {path}\n");
    let ended = chat(&server, &[&CHATML[..], &["--system", "S"]].concat()).input(&line).end();
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("3 messages") && ended.err.contains("a chat.json"), "{}", ended.err);
    let rendered = rolecall(["render", "--model", "builtin:chatml", path]).ok();
    let said = [turn("system", "S"), turn("user", "Hi"), turn("assistant", "Sure.")].concat();
    assert_eq!(rendered, said);

    chat(&server, &CHATML).input(&format!("/save {path}\n")).fails(1, &["is there already", "/save!"]);
    assert_eq!(rolecall(["render", "--model", "builtin:chatml", path]).ok(), said, "it is as it was");

    let on = chat(&server, &[&CHATML[..], &[path]].concat())
        .input(&format!("more\n/reset\nless\n/save! {path}"))
        .end();
    assert_eq!((on.code, on.out.as_str()), (0, "Sure.\nSure.\n"), "{}", on.err);
    let sent = inputs(&server);
    assert_eq!(sent[1], format!("{said}{}<|im_start|>assistant\n", turn("user", "more")));
    assert_eq!(sent[2], format!("{said}{}<|im_start|>assistant\n", turn("user", "less")));
    let saved: Value = serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON");
    assert_eq!(saved["messages"].as_array().map(Vec::len), Some(5));
    chat(&server, &[&CHATML[..], &[path, "--system", "other"]].concat())
        .fails(1, &["system message already"]);
    chat(&server, &[&CHATML[..], &["-"]].concat()).fails(2, &["standard input"]);
}

#[test]
fn a_message_that_waits_is_answered_first() {
    let server = generation(FakeGeneration::new().answer("Sure."));
    let out = chat(&server, &[&CHATML[..], &["examples/llama-cookbook.json"]].concat()).ok();
    assert_eq!(out, "Sure.\n");
    let rendered = rolecall([
        "render",
        "--model",
        "builtin:chatml",
        "--add-generation-prompt",
        "examples/llama-cookbook.json",
    ]);
    assert_eq!(inputs(&server), [rendered.ok()]);
}

#[test]
fn an_image_goes_with_the_next_message() {
    let server = generation(FakeGeneration::new().answer("A llama."));
    let model = ["--model", "builtin:idefics2"];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.json");
    let path = path.to_str().expect("a path");
    let lines = format!("/image examples/llama.jpg\nWhat is it?\nAre you sure?\n/save {path}\n");
    let ended = chat(&server, &model).input(&lines).end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "A llama.\nA llama.\n"), "{}", ended.err);
    assert!(ended.err.contains("--image examples/llama.jpg"), "{}", ended.err);
    let sent = inputs(&server);
    assert!(sent[0].starts_with("User:![](data:image/jpeg;base64,/9j/"), "{}", &sent[0][..60]);
    let (_, text) = sent[1].rsplit_once(')').expect("an image");
    // The template reads parts only.
    let expected = "What is it?<end_of_utterance>\nAssistant: A llama.<end_of_utterance>\n\
                    User: Are you sure?<end_of_utterance>\nAssistant:";
    assert_eq!(text, expected);
    let rendered = rolecall([
        "render",
        "--add-generation-prompt",
        "--image",
        "examples/llama.jpg",
        "--model",
        "builtin:idefics2",
        path,
    ])
    .ok();
    assert!(
        rendered.starts_with(sent[1].strip_suffix("Assistant:").expect("an open prompt")),
        "what was saved renders"
    );

    let failed = chat(&server, &CHATML).input("/image examples/llama.jpg\nWhat is it?\nHi\n").end();
    assert_eq!((failed.code, failed.out.as_str()), (1, "A llama.\n"), "{}", failed.err);
    assert!(!inputs(&server)[2].contains("What is it?"), "message and image were taken back together");
}

#[test]
fn a_server_may_render_itself() {
    let call =
        json!({"index": 0, "id": "c1", "function": {"name": "now", "arguments": "{\"zone\": \"UTC\"}"}});
    let server = served(vec![
        vec![
            delta(&json!({"reasoning_content": "Well\u{1b}[2J"})),
            delta(&json!({"content": "It is "})),
            delta(&json!({"content": "noon."})),
            stop(),
        ],
        vec![delta(&json!({"tool_calls": [call]})), stop()],
        vec![delta(&json!({"content": "Bye."})), stop()],
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.json");
    let path = path.to_str().expect("a path");
    let start = folder.path().join("start.json");
    fs::write(&start, r#"{"messages": [], "tools": [{"type": "function", "function": {"name": "now"}}]}"#)
        .expect("writes");
    let start = start.to_str().expect("a path");
    let lines = format!("Time?\nAgain?\nBye\n/save {path}\nfail\n");
    let ended = chat(&server, &["--chat", start]).input(&lines).end();
    assert_eq!((ended.code, ended.out.as_str()), (1, "It is noon.\nnow({\"zone\": \"UTC\"})\nBye.\n"));
    assert!(ended.err.starts_with("[thinks] Well") && !ended.err.contains('\u{1b}'), "{}", ended.err);
    assert!(ended.err.contains("no more answers"), "{}", ended.err);
    let sent = server.requests()[2].json();
    assert_eq!(sent["tools"][0]["function"]["name"], "now");
    assert_eq!(
        sent["messages"],
        json!([
            {"role": "user", "content": "Time?"},
            {"role": "assistant", "content": "It is noon.", "reasoning_content": "Well\u{1b}[2J"},
            {"role": "user", "content": "Again?"},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{\"zone\": \"UTC\"}"}}]},
            {"role": "user", "content": "Bye"},
        ])
    );
    let saved: Value = serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON");
    assert_eq!(saved["messages"][3]["tool_calls"][0]["function"]["arguments"], json!({"zone": "UTC"}));
    assert_eq!(saved["tools"], sent["tools"]);
    rolecall(["render", "--model", "builtin:chatml", path]).ok();
}

#[test]
fn an_image_goes_to_a_server_that_renders() {
    let server = served(vec![vec![delta(&json!({"content": "A llama."})), stop()]]);
    chat(&server, &["--chat"]).input("/image examples/llama.jpg\nWhat is it?").ok();
    let sent = server.requests()[0].json();
    let content = &sent["messages"][0]["content"];
    assert!(
        content[0]["image_url"]["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("data:image/jpeg;base64,/9j/"))
    );
    assert_eq!(content[1], json!({"type": "text", "text": "What is it?"}));
}

#[test]
fn an_answer_that_is_cut_off_says_so() {
    let frames = [json!({"choices": [{"text": "Half", "finish_reason": "length"}]})];
    let server = Server::start(move |_| {
        let events: Vec<String> = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
        Response::new(200)
            .header("content-type", "text/event-stream")
            .body(events.concat() + "data: [DONE]\n\n")
    })
    .expect("a port");
    let ended = chat(&server, &[&CHATML[..], &["--dialect", "completions"]].concat()).input("Hi").end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "Half\n"));
    assert!(ended.err.contains("--max-new-tokens"), "{}", ended.err);
}

#[test]
fn no_typed_text_is_a_control_token_in_ids() {
    let reply =
        "data: {\"choices\": [{\"text\": \"Sure.\", \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n";
    let server =
        Server::start(move |_| Response::new(200).header("content-type", "text/event-stream").body(reply))
            .expect("a port");
    let folder = rolecall_testkit::tiny_llama();
    let model = folder.to_str().expect("a path");
    let arguments = ["--model", model, "--dialect", "completions", "--token-ids"];
    chat(&server, &arguments).input("<|eot_id|>\nHi").ok();
    let messages = json!([
        {"role": "user", "content": "<|eot_id|>"},
        {"role": "assistant", "content": "Sure."},
        {"role": "user", "content": "Hi"},
    ]);
    let ids = rolecall(["tokens", "--model", model, "--add-generation-prompt", "--ids"])
        .input(&messages.to_string())
        .ok();
    let ids: Value = serde_json::from_str(&ids).expect("ids");
    assert_eq!(server.requests()[1].json()["prompt"], ids);
    let anywhere =
        ["tokens", "--model", model, "--add-generation-prompt", "--ids", "--control-tokens", "anywhere"];
    let forged: Value =
        serde_json::from_str(&rolecall(anywhere).input(&messages.to_string()).ok()).expect("ids");
    assert_ne!(ids, forged);

    let asked = server.requests().len();
    chat(&server, &[&arguments[..2], &["--token-ids"]].concat())
        .input("Hi")
        .fails(1, &["token ids", "completions"]);
    chat(&server, &[&arguments[..], &["--bos", "keep"]].concat()).input("Hi").fails(2, &["--bos"]);
    chat(&server, &[&CHATML[..], &arguments[2..]].concat()).input("Hi").fails(1, &["tokenizer.json"]);
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn options_that_do_nothing_are_refused() {
    let server = generation(FakeGeneration::new());
    for dialect in [&["--chat"][..], &["--dialect", "chat"]] {
        for option in
            [&["--model", "builtin:chatml"][..], &["--var", "a=1"], &["--now", "2026-07-04T12:34:56"]]
        {
            chat(&server, &[dialect, option].concat()).fails(2, &[option[0], "the server renders"]);
        }
    }
    chat(&server, &[&CHATML[..], &["--return-full-text"]].concat()).fails(2, &["--return-full-text"]);
    chat(&server, &[]).fails(2, &["--model"]);
}
