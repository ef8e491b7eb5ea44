//! Answers that servers break off, in every form in which they say so: none of them may look like a whole one.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use rolecall_sender::blocking::Sender;
use rolecall_sender::{Dialect, Endpoint, Error, ErrorKind, Event, Parameters};
use rolecall_testkit::{Response, Server};
use serde_json::{Value, json};

/// The beginning of an answer in each dialect.
fn beginning(dialect: Dialect) -> String {
    let frame = match dialect {
        Dialect::Tgi => json!({"token": {"id": 1, "text": "A ll", "special": false}}),
        Dialect::SgLang => json!({"text": "A ll", "meta_info": {"finish_reason": null}}),
        Dialect::Completions => json!({"choices": [{"text": "A ll", "finish_reason": null}]}),
        _ => json!({"choices": [{"delta": {"content": "A ll"}, "finish_reason": null}]}),
    };
    format!("data: {frame}\n\n")
}

/// The text that came, and the error.
fn streamed(dialect: Dialect, rest: &str) -> (String, Error) {
    let body = format!("{}{rest}data: [DONE]\n\n", beginning(dialect));
    let server = Server::start(move |_| {
        Response::new(200).header("content-type", "text/event-stream").body(body.clone())
    });
    let server = server.expect("loopback has a port");
    let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address")).dialect(dialect);
    let parameters = Parameters::new();
    let events = if dialect == Dialect::Chat {
        sender.chat_completion_stream(&json!([{"role": "user", "content": "Hi"}]), &parameters)
    } else {
        sender.generate_stream("Hi", &parameters)
    };
    let mut text = String::new();
    for event in events.expect("a stream") {
        match event {
            Ok(Event::Token { text: piece }) => text.push_str(&piece),
            Ok(Event::End(answer)) => return (format!("{} (whole)", answer.text), no_error()),
            Ok(_) => {}
            Err(error) => return (text, error),
        }
    }
    (text, no_error())
}

fn no_error() -> Error {
    Endpoint::parse("").expect_err("no address")
}

#[test]
fn an_error_in_the_middle_is_told_whatever_its_form() {
    let said = [
        // TGI.
        "data: {\"error\":\"boom\",\"error_type\":\"generation\"}\n\n",
        "data: {\"error\":{\"message\":\"boom\",\"http_status_code\":422}}\n\n",
        // vLLM and SGLang, now and of old.
        "data: {\"error\":{\"message\":\"boom\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}}\n\n",
        "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"InternalServerError\",\"code\":500}\n\n",
        // llama.cpp, now and of old.
        "data: {\"error\":{\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}}\n\n",
        "error: {\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}\n\n",
        // Gateways.
        "event: error\ndata: {\"message\":\"boom\"}\n\n",
        "event: error\ndata: boom\n\n",
        "data: {\"detail\":\"boom\"}\n\n",
        "data: {\"message\":\"boom\",\"code\":500}\n\n",
    ];
    for dialect in Dialect::ALL {
        for frame in said {
            let (text, error) = streamed(dialect, frame);
            assert_eq!(text, "A ll", "{dialect} {frame}");
            assert_eq!(error.server_message(), Some("boom"), "{dialect} {frame} {error}");
            assert_eq!(error.text_so_far(), Some("A ll"), "{dialect} {frame}");
            assert!(!error.is_repeatable(), "{dialect} {frame}");
        }
    }
}

#[test]
fn a_reason_that_is_none_is_an_error() {
    for reason in ["abort", "error"] {
        let whole = [
            (Dialect::Completions, json!({"choices": [{"text": "A ll", "finish_reason": reason}]})),
            (Dialect::Chat, json!({"choices": [{"message": {"content": "A ll"}, "finish_reason": reason}]})),
            (Dialect::SgLang, json!({"text": "A ll", "meta_info": {"finish_reason": {"type": reason}}})),
            (Dialect::SgLang, json!({"text": "A ll", "meta_info": {"finish_reason": reason}})),
        ];
        for (dialect, answer) in whole {
            let error = dialect.answer(answer.to_string().as_bytes()).expect_err("broken off");
            assert_eq!(error.kind(), &ErrorKind::Incomplete { text: "A ll".to_owned() }, "{dialect}");
            assert!(error.to_string().contains(reason), "{error}");
        }
        let last = [
            (Dialect::Completions, json!({"choices": [{"text": "ama", "finish_reason": reason}]})),
            (Dialect::Chat, json!({"choices": [{"delta": {"content": "ama"}, "finish_reason": reason}]})),
            (
                Dialect::SgLang,
                json!({"text": "A llama", "meta_info": {"finish_reason": {"type": reason, "message": "gone"}}}),
            ),
        ];
        for (dialect, frame) in last {
            let (text, error) = streamed(dialect, &format!("data: {frame}\n\n"));
            assert_eq!((text.as_str(), error.text_so_far()), ("A llama", Some("A llama")), "{dialect}");
            let said = (dialect == Dialect::SgLang).then_some("gone");
            assert_eq!(error.server_message(), said, "{error}");
        }
    }
}

#[test]
fn a_stream_of_another_dialect_says_so() {
    let chat = beginning(Dialect::Chat);
    for dialect in [Dialect::Tgi, Dialect::SgLang] {
        let mut frames = rolecall_sender::Frames::new(dialect);
        let data = chat.trim().trim_start_matches("data: ");
        assert_eq!(frames.read(data).expect("a frame that says nothing"), []);
        let error = frames.finish().expect_err("no answer");
        assert_eq!(*error.kind(), ErrorKind::Protocol);
        assert!(error.to_string().contains("--dialect"), "{error}");
    }
}

#[test]
fn an_answer_that_is_compressed_is_refused_by_name() {
    for (status, kind) in [(200, ErrorKind::Protocol), (500, ErrorKind::Server)] {
        let server = Server::start(move |_| {
            Response::new(status).header("content-encoding", "gzip").body(b"\x1f\x8b\x08garbage".to_vec())
        });
        let server = server.expect("loopback has a port");
        let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address"));
        let error = sender.generate("Hi", &Parameters::new()).expect_err("unreadable");
        assert_eq!(*error.kind(), kind);
        assert_eq!(error.to_string().contains("gzip"), status == 200, "{error}");
        assert!(!error.to_string().contains("garbage"), "{error}");
        assert_eq!(
            server.requests().first().and_then(|request| request.header("accept-encoding")),
            Some("identity")
        );
    }
}

/// TGI refuses in the first event what it refuses with a status of its own elsewhere.
#[test]
fn a_stream_that_is_refused_is_waited_for() {
    let refusal = "data: {\"error\":\"Model is overloaded\",\"error_type\":\"overloaded\"}\n\n";
    let begun = format!("{}{refusal}", beginning(Dialect::Tgi));
    let thought = "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\n";
    let thought =
        format!("{thought}data: {{\"error\":{{\"message\":\"full\",\"type\":\"rate_limit_error\"}}}}\n\n");
    for (first, dialect, wait, requests) in [
        (refusal, Dialect::Tgi, 60, 2),
        (refusal, Dialect::Tgi, 0, 1),
        // Something was generated.
        (&begun, Dialect::Tgi, 60, 1),
        (&thought, Dialect::Chat, 60, 1),
    ] {
        let first = first.to_owned();
        let count = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::start(move |_| {
            let is_first = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            let whole = "data: {\"token\":{\"text\":\"A\"},\"generated_text\":\"A\"}\n\n";
            let body = if is_first { first.clone() } else { whole.to_owned() };
            Response::new(200).header("content-type", "text/event-stream").body(body)
        });
        let server = server.expect("loopback has a port");
        let sender = Sender::new(Endpoint::parse(&server.url()).expect("an address"));
        let sender = sender.dialect(dialect).wait(std::time::Duration::from_secs(wait));
        let parameters = Parameters::new();
        let events = if dialect == Dialect::Chat {
            sender.chat_completion_stream(&json!([{"role": "user", "content": "Hi"}]), &parameters)
        } else {
            sender.generate_stream("Hi", &parameters)
        };
        let ends = |event| match event {
            Ok(Event::End(answer)) => Some(Ok(answer)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        let answer = events.and_then(|mut events| events.find_map(ends).expect("an end"));
        assert_eq!(server.requests().len(), requests, "{dialect} {wait}");
        match answer {
            Ok(answer) => assert_eq!((answer.text.as_str(), requests), ("A", 2)),
            Err(error) => {
                assert_eq!((error.kind(), requests), (&ErrorKind::Overloaded, 1));
                assert_eq!(error.is_repeatable(), wait == 0, "{error}");
            }
        }
    }
}

#[test]
fn events_without_data_keep_a_connection_alive() {
    let whole: Value = json!({"token": {"text": "ama"}, "generated_text": "A llama"});
    let mut frames = rolecall_sender::Frames::new(Dialect::Tgi);
    assert_eq!(frames.read("").expect("nothing"), []);
    assert_eq!(frames.read(" ").expect("nothing"), []);
    assert!(matches!(frames.finish(), Err(error) if matches!(error.kind(), ErrorKind::Incomplete { .. })));
    assert_eq!(frames.read(&whole.to_string()).expect("the end").len(), 2);
}
