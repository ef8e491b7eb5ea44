//! `rolecall chat` on a terminal, which the command `script` of util-linux makes.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test says what it expects")]

mod common;

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_testkit::{FakeGeneration, Server};
use serde_json::{Value, json};

/// How long a text may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

const CTRL_C: &str = "\x03";

/// A program on a terminal, and what it has shown that nobody has waited for yet.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    /// A conversation with a server; nothing where no terminal can be made.
    fn chat(server: &Server) -> Option<Self> {
        let program = env!("CARGO_BIN_EXE_rolecall");
        // Without `exec` the shell would be told of Ctrl-C, too.
        let line = format!("exec '{program}' chat --endpoint {} --model builtin:chatml", server.url());
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
        command.current_dir(common::root()).env("SHELL", "/bin/sh").env_remove("HF_TOKEN");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else {
            eprintln!("there is no command `script`: the tests of a terminal are passed over");
            return None;
        };
        let keyboard = child.stdin.take().expect("its input is piped");
        let mut output = child.stdout.take().expect("its output is piped");
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                if sender.send(buffer.iter().take(read).copied().collect()).is_err() {
                    break;
                }
            }
        });
        Some(Self { child, keyboard, screen, shown: String::new() })
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal is there");
        self.keyboard.flush().expect("the terminal is there");
    }

    /// Waits for a text on the screen, and forgets what stands before its end.
    fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(error) => panic!("{text:?} is not on the screen ({error}): {:?}", self.shown),
            }
        }
    }

    /// The exit code.
    fn ended(mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.child.kill().expect("a child");
        panic!("the program does not end: {:?}", self.shown);
    }
}

#[test]
fn ctrl_c_ends_an_answer_and_the_conversation_goes_on() {
    let pause = Duration::from_millis(200);
    let server = FakeGeneration::new().frame_pause(pause).start().expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("saved.json");
    let Some(mut terminal) = Terminal::chat(&server) else { return };
    terminal.wait_for("/help lists the commands, /quit ends.");
    terminal.wait_for("> ");
    terminal.press("Hi\n");
    terminal.wait_for("A llama");
    terminal.press(CTRL_C);
    terminal.wait_for("The answer was stopped. What came of it stays in the conversation.");
    terminal.wait_for("> ");
    terminal.press(&format!("/save {}\n", saved.display()));
    terminal.wait_for("2 messages are in");
    terminal.wait_for("> ");
    terminal.press("/quit\n");
    assert_eq!(terminal.ended(), Some(0));

    let text = std::fs::read_to_string(saved).expect("it was written");
    let request: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(request["messages"][0], json!({"role": "user", "content": "Hi"}));
    let answer = request["messages"][1]["content"].as_str().expect("a text");
    assert!(answer.starts_with("A llama"), "{answer}");
    assert!(!answer.ends_with("stirs."), "all of the answer came: {answer}");
}

#[test]
fn ctrl_c_without_an_answer_ends_the_program() {
    let server = FakeGeneration::new().start().expect("a port");
    let Some(mut terminal) = Terminal::chat(&server) else { return };
    terminal.wait_for("> ");
    terminal.press(CTRL_C);
    assert_eq!(terminal.ended(), Some(130));
}

#[test]
fn the_end_of_input_ends_the_program() {
    let server = FakeGeneration::new().answer("Sure.").start().expect("a port");
    let Some(mut terminal) = Terminal::chat(&server) else { return };
    terminal.wait_for("> ");
    terminal.press("/nope\n");
    terminal.wait_for("no command /nope");
    terminal.wait_for("> ");
    terminal.press("Hi\n");
    terminal.wait_for("Sure.");
    terminal.wait_for("> ");
    terminal.press("\x04");
    // People have seen what went wrong.
    assert_eq!(terminal.ended(), Some(0));
    assert_eq!(server.requests().len(), 1);
}
