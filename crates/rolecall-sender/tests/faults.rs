//! Streams of every dialect that are cut, split, garbled and delayed at every byte, over real connections: nothing panics,
//! nothing hangs past its limit, no token is lost or doubled.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall_sender::{
    Dialect, Endpoint, Error, ErrorKind, Event, EventReader, Frames, Parameters, Sender, TokenStream,
};
use rolecall_testkit::{Engine, FakeGeneration, Part, Request, Response, Server};
use serde_json::json;

const ANSWER: &str = "é😀 ok";

/// A stream as a server writes it, and what it gives.
struct Recorded {
    dialect: Dialect,
    engine: Engine,
    bytes: Arc<[u8]>,
}

/// One of each: the dialects, and the servers that write them differently.
fn recorded() -> Vec<Recorded> {
    [
        (Dialect::Tgi, Engine::Tgi),
        (Dialect::Completions, Engine::Tgi),
        (Dialect::Completions, Engine::Vllm),
        (Dialect::Completions, Engine::LlamaCpp),
        (Dialect::Completions, Engine::Transformers),
        (Dialect::SgLang, Engine::SgLang),
        (Dialect::Chat, Engine::Vllm),
    ]
    .map(|(dialect, engine)| {
        let fake =
            FakeGeneration::new().engine(engine).answer(ANSWER).keep_alives().model("m").end_token("</s>");
        let server = fake.start().expect("loopback has a port");
        Recorded { dialect, engine, bytes: body(&server, dialect).into() }
    })
    .into()
}

/// The bytes of a stream, without the chunks that they come in.
fn body(server: &Server, dialect: Dialect) -> Vec<u8> {
    let (path, body) = match dialect {
        Dialect::Tgi => ("/generate_stream", json!({"inputs": "x", "parameters": {"details": true}})),
        Dialect::SgLang => ("/generate", json!({"text": "x", "stream": true})),
        Dialect::Completions => ("/v1/completions", json!({"prompt": "x", "stream": true})),
        _ => (
            "/v1/chat/completions",
            json!({"messages": [{"role": "user", "content": "x"}], "stream": true, "stream_options": {"include_usage": true}}),
        ),
    };
    let body = body.to_string();
    let mut connection = TcpStream::connect(server.url().trim_start_matches("http://")).expect("connected");
    let head = format!(
        "POST {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all((head + &body).as_bytes()).expect("sent");
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).expect("a head");
    }
    let mut bytes = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).expect("a chunk's length");
        let length = usize::from_str_radix(line.trim(), 16).expect("a number");
        if length == 0 {
            return bytes;
        }
        let start = bytes.len();
        bytes.resize(start + length, 0);
        reader.read_exact(&mut bytes[start..]).expect("a chunk");
        line.clear();
        reader.read_line(&mut line).expect("its end");
    }
}

/// A server that writes a stream with a fault: which one is written in the header `x-fault`.
fn faulty(bytes: &Arc<[u8]>) -> Server {
    let bytes = Arc::clone(bytes);
    let answer = move |request: &Request| {
        let fault = request.header("x-fault").unwrap_or_default();
        let mut words = fault.split(' ');
        let kind = words.next().unwrap_or_default();
        let number: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let other: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let part = |bytes: &[u8]| Part::Bytes(bytes.to_vec());
        let (before, after) = bytes.split_at(number.min(bytes.len()));
        let events = |parts| Response::new(200).header("content-type", "text/event-stream").parts(parts);
        match kind {
            "cut" => events(vec![part(before), Part::Cut]),
            "end" => events(vec![part(before)]).until_close(),
            "split" => events(vec![part(before), part(after)]),
            "single" => events(vec![part(&bytes)]).in_pieces_of(1),
            "pause" => {
                let pause = Part::Pause(Duration::from_millis(other as u64));
                events(vec![part(before), pause, part(after)])
            }
            "comments" => {
                let comment = |_| [part(b":\n\n"), Part::Pause(Duration::from_millis(other as u64))];
                events((0..number).flat_map(comment).chain([part(&bytes)]).collect())
            }
            "late" => events(vec![part(&bytes)]).delayed(Duration::from_millis(other as u64)),
            _ => {
                let mut garbled = bytes.to_vec();
                garbled[number] = u8::try_from(other).unwrap_or_default();
                events(vec![part(&garbled)])
            }
        }
    };
    Server::start(answer).expect("loopback has a port")
}

/// What a stream gave, token by token, and its end.
#[derive(Debug)]
struct Outcome {
    tokens: Vec<String>,
    end: Result<String, Error>,
}

async fn outcome(sender: Sender, dialect: Dialect, fault: String) -> Outcome {
    let sender = sender.header("x-fault", &fault).expect("a header");
    let parameters = Parameters::new();
    let begun = if dialect == Dialect::Chat {
        sender.chat_completion_stream(&json!([{"role": "user", "content": "x"}]), &parameters).await
    } else {
        sender.generate_stream("x", &parameters).await
    };
    let mut stream: TokenStream = match begun {
        Ok(stream) => stream,
        Err(error) => return Outcome { tokens: Vec::new(), end: Err(error) },
    };
    let mut tokens = Vec::new();
    let end = loop {
        match stream.next().await.expect("a stream has an end") {
            Ok(Event::Token { text }) => tokens.push(text),
            Ok(Event::End(answer)) => break Ok(answer.text),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
    };
    assert!(stream.next().await.is_none(), "{fault}: nothing comes after the end");
    Outcome { tokens, end }
}

/// Sends a request for each fault, some at once, and looks at what each gives.
fn each(recorded: &Recorded, faults: impl Iterator<Item = String>, check: impl Fn(&str, Outcome)) {
    const LIMIT: Duration = Duration::from_secs(30);
    let server = faulty(&recorded.bytes);
    let endpoint = Endpoint::parse(&server.url()).expect("an address");
    let sender = Sender::new(endpoint)
        .dialect(recorded.dialect)
        .silence_timeout(Duration::from_secs(20))
        .connections(16);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let tasks: Vec<_> = faults
            .map(|fault| {
                let task = outcome(sender.clone(), recorded.dialect, fault.clone());
                (fault, tokio::spawn(task))
            })
            .collect();
        for (fault, task) in tasks {
            let outcome = tokio::time::timeout(LIMIT, task).await.expect("an end").expect("no panic");
            check(&format!("{} of {:?}, {fault}", recorded.dialect, recorded.engine), outcome);
        }
    });
}

/// The tokens of the events that are whole within these bytes.
fn tokens_in(dialect: Dialect, bytes: &[u8]) -> Vec<String> {
    let mut frames = Frames::new(dialect);
    let (events, _) = EventReader::default().push(bytes);
    let events = events.iter().flat_map(|event| frames.read(event).expect("a frame"));
    events
        .filter_map(|event| match event {
            Event::Token { text } => Some(text),
            _ => None,
        })
        .collect()
}

#[test]
fn a_cut_at_every_byte() {
    for recorded in recorded() {
        let cuts = (0..recorded.bytes.len()).flat_map(|at| [format!("cut {at}"), format!("end {at}")]);
        each(&recorded, cuts, |fault, outcome| {
            let at: usize = fault.rsplit(' ').next().and_then(|at| at.parse().ok()).expect("a place");
            let whole = tokens_in(recorded.dialect, &recorded.bytes[..at]);
            let (given, rest) = outcome.tokens.split_at(whole.len().min(outcome.tokens.len()));
            assert_eq!(given, whole, "{fault}: every token that came");
            // An event whose blank line is missing is one that came, if it is whole.
            assert!(rest.len() <= 1 && ANSWER.starts_with(&outcome.tokens.concat()), "{fault}: {outcome:?}");
            match &outcome.end {
                Ok(text) => {
                    assert_eq!(
                        (text.as_str(), outcome.tokens.concat().as_str()),
                        (ANSWER, ANSWER),
                        "{fault}"
                    );
                }
                Err(error) => {
                    let text = outcome.tokens.concat();
                    assert_eq!(*error.kind(), ErrorKind::Incomplete { text }, "{fault}: {error}");
                }
            }
        });
    }
}

#[test]
fn a_split_at_every_byte() {
    for recorded in recorded() {
        let splits = (1..recorded.bytes.len()).map(|at| format!("split {at}"));
        each(&recorded, splits.chain(["single".to_owned()]), |fault, outcome| {
            assert_eq!(outcome.tokens, ["é😀", " ok"], "{fault}");
            assert_eq!(outcome.end.expect(fault), ANSWER, "{fault}");
        });
    }
}

/// Whatever byte comes: what was before it arrives, and the end is an answer or an error that says how far it went.
#[test]
fn a_wrong_byte_at_every_place() {
    for recorded in recorded() {
        // A line's end, a quote, a byte that is no UTF-8.
        for wrong in [b'\n', b'"', 0xff] {
            let faults = (0..recorded.bytes.len()).filter(|at| recorded.bytes[*at] != wrong);
            let faults = faults.map(|at| format!("garble {at} {wrong}"));
            each(&recorded, faults, |fault, outcome| {
                let at: usize = fault.rsplit(' ').nth(1).and_then(|at| at.parse().ok()).expect("a place");
                let before = tokens_in(recorded.dialect, &recorded.bytes[..at]);
                assert!(outcome.tokens.starts_with(&before), "{fault}: {outcome:?}");
                match &outcome.end {
                    // TGI's last event has the whole text once more, and that counts.
                    Ok(text) if recorded.dialect != Dialect::Tgi => {
                        assert_eq!(*text, outcome.tokens.concat(), "{fault}");
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let known =
                            matches!(error.kind(), ErrorKind::Incomplete { .. } | ErrorKind::Protocol);
                        assert!(known, "{fault}: {error}");
                        let so_far = error.text_so_far().unwrap_or_default();
                        assert_eq!(so_far, outcome.tokens.concat(), "{fault}: {error}");
                    }
                }
            });
        }
    }
}

/// Each pause takes its time, so that many streams wait at once.
#[test]
fn a_pause_at_every_byte() {
    let all = recorded();
    std::thread::scope(|threads| {
        for recorded in &all {
            threads.spawn(|| pauses(recorded));
        }
    });
}

fn pauses(recorded: &Recorded) {
    const LIMIT: Duration = Duration::from_millis(600);
    let server = faulty(&recorded.bytes);
    let endpoint = Endpoint::parse(&server.url()).expect("an address");
    let sender = Sender::new(endpoint)
        .dialect(recorded.dialect)
        .silence_timeout(LIMIT)
        .first_byte_timeout(Duration::from_secs(20));
    let places = 0..recorded.bytes.len();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let run = |sender: &Sender, fault: String| {
            let task = outcome(sender.clone(), recorded.dialect, fault);
            tokio::spawn(async move {
                let start = Instant::now();
                (task.await, start.elapsed())
            })
        };
        let some_at_once = sender.clone().connections(32);
        let pause = |at: usize, time: u32| (at, run(&some_at_once, format!("pause {at} {time}")));
        let long: Vec<_> = places.clone().map(|at| pause(at, 2000)).collect();
        let short: Vec<_> = places.map(|at| pause(at, 30)).collect();
        let late =
            run(&sender.clone().first_byte_timeout(Duration::from_millis(900)), "late 0 8000".to_owned());
        // Twice the limit, but never silent.
        let comments = run(&sender, "comments 12 100".to_owned());
        for (at, task) in long {
            let (outcome, _) = task.await.expect("no panic");
            let given = tokens_in(recorded.dialect, &recorded.bytes[..at]);
            assert_eq!(outcome.tokens, given, "{} at {at}", recorded.dialect);
            match outcome.end {
                // The server had said that it was done.
                Ok(text) => assert_eq!((text.as_str(), given.concat().as_str()), (ANSWER, ANSWER)),
                Err(error) => {
                    let text = given.concat();
                    assert_eq!(*error.kind(), ErrorKind::Incomplete { text }, "{error}");
                }
            }
        }
        for (at, task) in short {
            let (outcome, _) = task.await.expect("no panic");
            assert_eq!(outcome.end.expect("an answer"), ANSWER, "{} at {at}", recorded.dialect);
        }
        let (outcome, time) = comments.await.expect("no panic");
        assert_eq!(outcome.end.expect("an answer"), ANSWER, "{}", recorded.dialect);
        assert!(time > LIMIT * 2, "{time:?}");
        let (outcome, time) = late.await.expect("no panic");
        assert_eq!(*outcome.end.expect_err("too late").kind(), ErrorKind::Timeout);
        assert!(time < Duration::from_secs(5), "{time:?}");
    });
}
