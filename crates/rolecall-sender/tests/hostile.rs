//! Servers that mean no good, or know no better: what they repeat, how slowly they speak, where they point.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use rolecall::Token;
use rolecall_sender::blocking::{Hub, Sender};
use rolecall_sender::{BosAction, Dialect, Endpoint, ErrorKind, ImageParameters, Parameters, TokenIds};
use rolecall_testkit::{Part, Request, Response, Server};
use serde_json::json;

const SECRET: &str = "hf_abcdefghij";

fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Server {
    Server::start(handler).expect("loopback has a port")
}

fn to(server: &Server) -> Sender {
    Sender::new(Endpoint::parse(&server.url()).expect("an address")).token(Token::new(SECRET))
}

/// Whatever a server repeats, and wherever the words are cut.
#[test]
fn no_answer_shows_the_token() {
    let bodies = [
        (200, format!("no JSON: {SECRET}")),
        (200, format!("no JSON: {} {SECRET} and more", "x".repeat(485))),
        (200, format!(r#"{{"unexpected": "{SECRET}"}}"#)),
        (200, format!(r#"{{"error": {{"message": "{SECRET}"}}}}"#)),
        (400, format!("{}{SECRET}{}", "x".repeat(495), "y".repeat(30))),
        (401, format!(r#"{{"error": ["Bearer {SECRET}"]}}"#)),
        (500, format!("<html><title>{SECRET}</title>")),
    ];
    for (status, body) in bodies {
        let answer = body.clone();
        let server = start(move |_| {
            Response::new(status).header("x-request-id", SECRET).header("x-hf-warning", SECRET).text(&answer)
        });
        let notes: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&notes);
        let sender =
            to(&server).on_note(move |note| kept.lock().expect("notes").push(format!("{note} {note:?}")));
        let hub =
            Hub::new(Endpoint::parse(&server.url()).expect("an address")).token(Token::new(SECRET), "a test");
        let errors = [
            sender.generate("hi", &Parameters::new()).expect_err("no answer"),
            sender.generate_stream("hi", &Parameters::new()).expect_err("no stream"),
            sender.text_to_image("hi", &ImageParameters::new()).expect_err("no image"),
            hub.whoami().expect_err("nobody"),
            hub.deployed("x").expect_err("no list"),
        ];
        let mut shown: Vec<String> = errors.iter().map(|error| format!("{error} {error:?}")).collect();
        // Some of these bodies are documents, which are given out as they are.
        shown.extend(sender.info().err().map(|error| format!("{error} {error:?}")));
        shown.push(format!("{:?} {hub:?} {:?}", sender, sender.status().map(|status| status.health)));
        shown.append(&mut notes.lock().expect("notes"));
        for text in shown {
            assert!(!text.contains("hf_ab"), "{status} {body}: {text}");
        }
    }
}

/// The body of an error comes byte by byte; its status has said what there is to know.
#[test]
fn the_words_of_an_error_are_not_waited_for_without_end() {
    let drip = |_: &Request| {
        let parts =
            (0..400).flat_map(|_| [Part::Bytes(b"x".to_vec()), Part::Pause(Duration::from_millis(50))]);
        Response::new(500).parts(parts.collect())
    };
    let server = start(drip);
    let begun = Instant::now();
    let sender = to(&server).silence_timeout(Duration::from_millis(400));
    let error = sender.generate("hi", &Parameters::new()).expect_err("an error");
    assert_eq!((error.kind(), error.status()), (&ErrorKind::Server, Some(500)));
    assert!(error.server_message().is_some_and(|words| words.starts_with('x')), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// No answer makes the sender ask computers that only it can reach.
#[test]
fn no_answer_leads_into_the_own_network() {
    for address in [
        "https://[fd00::1]/x.png",
        "https://[::ffff:7f00:1]/x.png",
        "https://192.168.0.1/x.png",
        "https://0xa.1/x.png",
        "https://3232235521/x.png",
        "http://example.com/x.png",
    ] {
        let server = start(move |_| Response::new(200).json(&json!({"output": address})));
        let sender = to(&server).connect_timeout(Duration::from_millis(500));
        let error = sender.text_to_image("hi", &ImageParameters::new()).expect_err("no image");
        assert_eq!(error.kind(), &ErrorKind::Protocol, "{address}: {error}");
    }
}

/// Where the data of an answer cannot be had, that place is named, and not the server's.
#[test]
fn data_that_cannot_be_fetched_are_told_apart_from_the_server() {
    let server = start(|_| Response::new(200).json(&json!({"output": "http://localhost:9/x.png"})));
    let error = to(&server).text_to_image("hi", &ImageParameters::new()).expect_err("no image");
    assert!(error.to_string().contains("cannot be fetched from localhost"), "{error}");
}

/// Whatever comes instead of an answer, the error says what to do.
#[test]
fn every_failure_has_advice() {
    let stream = |bytes: &[u8]| Response::new(200).header("content-type", "text/event-stream").body(bytes);
    let huge = [b"data: ".to_vec(), vec![b'x'; 17 << 20]].concat();
    let answers = [
        Response::new(200).text("<html><head><title>Log in</title></head>"),
        Response::new(200).text(""),
        Response::new(200).json(&json!({"error": "boo"})),
        Response::new(204),
        Response::new(206).json(&json!({"generated_text": "x"})),
        Response::new(200).body(vec![b'x'; 2 << 20]),
        stream(b"data: {\"error\": \"boo\"}\n\n"),
        stream(b"data: {\"error\": \"bo\"o\"}\n\n"),
        stream(b"data: <html>\n\ndata: x\n\n"),
        stream(b"data: \xff\n\n"),
        stream(b"data: x"),
        stream(&huge),
        Response::hang_up(),
        Response::raw("nonsense"),
    ];
    for answer in answers {
        let server = start(move |_| answer.clone());
        let sender = to(&server).max_answer(1 << 20);
        let whole = sender.generate("hi", &Parameters::new()).expect_err("no answer");
        let streamed =
            sender.generate_stream("hi", &Parameters::new()).map(|mut events| events.find_map(Result::err));
        let streamed = streamed.unwrap_or_else(Some).expect("no stream");
        for error in [whole, streamed] {
            assert!(error.advice().is_some(), "{error}");
        }
    }
    let server = start(|_| Response::new(200).text("<html><head><title>Log in</title></head>"));
    let error = to(&server).generate("hi", &Parameters::new()).expect_err("a page");
    assert_eq!(error.server_message(), Some("Log in"), "{error}");
}

/// A limit is told without the digits of a computer's clock.
#[test]
fn limits_are_told_in_short() {
    let server = start(|_| Response::new(200).delayed(Duration::from_secs(2)).json(&json!({})));
    let sender = to(&server).deadline(Duration::from_millis(300));
    let error = sender.generate("hi", &Parameters::new()).expect_err("too slow");
    assert!(error.to_string().contains("within 0.3 seconds"), "{error}");
}

/// An answer that nobody wants any more ends with its connection, though the server has said nothing yet.
#[test]
fn a_dropped_stream_ends_before_its_first_byte() {
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (events, is_over) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes);
            let _ = stream.write_all(head.as_bytes());
            let _ = events.send("asked");
            while stream.read(&mut bytes).is_ok_and(|count| count > 0) {}
            let _ = events.send("over");
        });
        let sender = Sender::new(Endpoint::parse(&url).expect("an address"));
        let prepared = sender.prepare("hi", &Parameters::new(), true).expect("a request");
        let stream = sender.begin_stream(prepared).expect("begins");
        let next = || is_over.recv_timeout(Duration::from_secs(5));
        assert_eq!(next(), Ok("asked"));
        drop(stream);
        assert_eq!(next(), Ok("over"), "{head:?}");
    }
}

/// Nobody says of ids that they begin with no BOS token: they may.
#[test]
fn what_is_said_of_bos_is_true_of_ids() {
    let sender = Sender::new(Endpoint::parse("http://127.0.0.1:9").expect("an address"));
    let sender = sender.dialect(Dialect::Completions);
    let prepared = sender.prepare(&TokenIds(vec![1, 2]), &Parameters::new(), false).expect("a request");
    assert_eq!(prepared.bos, BosAction::TokenIds);
    assert!(prepared.bos.to_string().contains("token ids"), "{}", prepared.bos);
}

/// A token that is no text any more is not sent as something else.
#[test]
fn a_token_of_other_characters_is_not_sent() {
    let server = start(|_| Response::new(200).json(&json!({"generated_text": "x"})));
    for token in ["hf_\u{fffd}", "hf_é", "hf_\u{1}"] {
        let error = to(&server).token(Token::new(token)).generate("hi", &Parameters::new()).expect_err(token);
        assert_eq!(error.kind(), &ErrorKind::Parameter);
        assert!(!format!("{error} {error:?}").contains("hf_"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn no_prompt_is_in_what_is_logged_of_a_request() {
    let sender = Sender::new(Endpoint::parse("http://127.0.0.1:9").expect("an address"));
    let sender = sender.dialect(Dialect::Completions);
    let parameters = Parameters::new().return_full_text(true);
    let prepared = sender.prepare("sesame", &parameters, false).expect("a request");
    assert!(!format!("{prepared:?}").contains("sesame"), "{prepared:?}");
}

/// What a server speaks is the same a second later: it is not asked again.
#[test]
fn a_server_that_speaks_no_https_is_not_waited_for() {
    let server = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = format!("https://{}", server.local_addr().expect("an address"));
    let asked = std::thread::spawn(move || {
        let (mut client, _) = server.accept().expect("a client");
        let mut hello = [0; 512];
        let _ = client.read(&mut hello);
        let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let sender = Sender::new(Endpoint::parse(&address).expect("an address")).wait(Duration::from_secs(60));
    let begin = Instant::now();
    let error = sender.generate("Hi", &Parameters::new()).expect_err("no https");
    assert_eq!((error.kind(), error.is_repeatable()), (&ErrorKind::Connection, false));
    assert_eq!(error.advice(), Some("Check the address: the server does not speak https"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(20));
    asked.join().expect("the server ends");
}
