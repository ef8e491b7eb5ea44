//! `rolecall status` and `rolecall whoami` against a small server.

#![allow(clippy::expect_used, reason = "a test that cannot run has failed")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

/// A server that answers these paths, and 404 to others.
fn server(answers: &'static [(&'static str, u16, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let head =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let head: Vec<String> = head.collect();
            let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
            let (_, status, body) = answers.iter().find(|(at, ..)| *at == path).unwrap_or(&("", 404, "{}"));
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
    });
    address
}

fn rolecall(args: &[&str], hub: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.args(args).env("HF_ENDPOINT", hub).env_remove("HF_HUB_OFFLINE");
    command.output().expect("the command runs")
}

#[test]
fn a_server_tells_about_itself() {
    let url = server(&[("/health", 200, ""), ("/info", 200, r#"{"model_id":"m\u001b"}"#)]);
    let ended = rolecall(&["status", "--endpoint", &url], &url);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "health: ok\nmodel_id: \"m\\u001b\"\n");
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
fn a_server_that_is_not_well_fails_the_command() {
    let url = server(&[("/health", 500, r#"{"error":"unhealthy"}"#)]);
    let ended = rolecall(&["status", "--endpoint", &url], &url);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "health: not well\n");
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn the_hub_tells_whose_token_it_is() {
    let url = server(&[("/api/whoami-v2", 200, r#"{"name":"ada","orgs":[{"name":"lab"}]}"#)]);
    let ended = rolecall(&["whoami", "--token", "hf_secret"], &url);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "ada\norganisation: lab\n");
}
