//! The sender and each server that it may meet, as the testkit plays them: what they agree on, and what is told of the rest.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use rolecall::{Image, Model, Options, Token};
use rolecall_sender::blocking::{Hub, Sender};
use rolecall_sender::{
    Dialect, Endpoint, Error, ErrorKind, Event, ImageParameters, MediaFormat, Note, Parameters,
    SpeechParameters, TokenIds,
};
use rolecall_testkit::{Engine, FakeGeneration, FakeHub, Response, Server, refusals};
use serde_json::{Value, json};

const ANSWER: &str = "A llama in an apron reads its book and stirs.";

fn start(fake: FakeGeneration) -> Server {
    fake.start().expect("loopback has a port")
}

fn at(server: &Server) -> Endpoint {
    Endpoint::parse(&server.url()).expect("an address")
}

/// The body of the last request.
fn last(server: &Server) -> Value {
    server.requests().last().expect("a request").json()
}

/// The texts of a stream and its end.
fn collect(
    events: Result<impl Iterator<Item = Result<Event, Error>>, Error>,
) -> (String, Result<String, Error>) {
    let events = match events {
        Ok(events) => events,
        Err(error) => return (String::new(), Err(error)),
    };
    let (mut texts, mut end) = (String::new(), None);
    for event in events {
        match event {
            Ok(Event::Token { text }) => texts.push_str(&text),
            Ok(Event::End(answer)) => end = Some(Ok(answer.text)),
            Ok(_) => {}
            Err(error) => end = Some(Err(error)),
        }
    }
    (texts, end.expect("an end"))
}

/// Every way in which a server can be asked.
const WAYS: [(Engine, Dialect); 10] = [
    (Engine::Tgi, Dialect::Tgi),
    (Engine::Tgi, Dialect::Completions),
    (Engine::Tgi, Dialect::Chat),
    (Engine::Vllm, Dialect::Completions),
    (Engine::Vllm, Dialect::Chat),
    (Engine::LlamaCpp, Dialect::Completions),
    (Engine::LlamaCpp, Dialect::Chat),
    (Engine::Transformers, Dialect::Completions),
    (Engine::SgLang, Dialect::SgLang),
    (Engine::SgLang, Dialect::Completions),
];

fn messages() -> Value {
    json!([{"role": "user", "content": "Hi"}])
}

#[test]
fn every_server_answers_whole_and_in_a_stream() {
    for (engine, dialect) in WAYS {
        let what = format!("{dialect} of {engine:?}");
        let server = start(FakeGeneration::new().engine(engine).keep_alives().end_token("</s>"));
        let sender = Sender::new(at(&server)).dialect(dialect);
        let parameters = Parameters::new().max_new_tokens(100);
        let with_usage = match dialect {
            Dialect::Completions | Dialect::Chat => parameters.clone().include_usage(true),
            _ => parameters.clone().details(dialect == Dialect::Tgi),
        };
        let whole = match dialect {
            Dialect::Chat => sender.chat_completion(&messages(), &parameters),
            Dialect::Tgi => sender.generate("Hi you", &with_usage),
            _ => sender.generate("Hi you", &parameters),
        };
        let whole = whole.expect(&what);
        assert_eq!(whole.text, ANSWER, "{what}");
        let (texts, end) = collect(match dialect {
            Dialect::Chat => sender.chat_completion_stream(&messages(), &parameters),
            _ => sender.generate_stream("Hi you", &parameters),
        });
        assert_eq!((texts.as_str(), end.expect(&what).as_str()), (ANSWER, ANSWER), "{what}");
        let events = match dialect {
            Dialect::Chat => sender.chat_completion_stream(&messages(), &with_usage),
            _ => sender.generate_stream("Hi you", &with_usage),
        };
        let Some(Ok(Event::End(streamed))) = events.expect(&what).last() else { panic!("{what}: no end") };
        assert_eq!(streamed.finish_reason, whole.finish_reason, "{what}");
        assert_eq!(streamed.generated_tokens, whole.generated_tokens, "{what}");
        assert!(streamed.generated_tokens.is_some_and(|count| count >= 10), "{what}: {streamed:?}");
        assert!(streamed.prompt_tokens.is_some(), "{what}: {streamed:?}");
    }
}

#[test]
fn stops_and_limits() {
    for (engine, dialect) in WAYS.into_iter().filter(|(_, dialect)| *dialect != Dialect::Chat) {
        let what = format!("{dialect} of {engine:?}");
        let server = start(FakeGeneration::new().engine(engine));
        let sender = Sender::new(at(&server)).dialect(dialect);
        let generate = |parameters: Parameters| {
            let whole = sender.generate("Hi", &parameters).expect(&what);
            let streamed = collect(sender.generate_stream("Hi", &parameters)).1.expect(&what);
            assert_eq!(streamed, whole.text, "{what}");
            whole
        };
        assert_eq!(generate(Parameters::new().max_new_tokens(3)).text, "A llama in", "{what}");
        let stopped = generate(Parameters::new().max_new_tokens(100).stop(" apron"));
        // TGI leaves the text that stopped it, the others take it away.
        let expected = if engine == Engine::Tgi { "A llama in an apron" } else { "A llama in an" };
        assert_eq!(stopped.text, expected, "{what}");
        // Servers differ in what they give unasked, so that a number is always asked for.
        generate(Parameters::new());
        let body = last(&server);
        let asked = [&body["max_tokens"], &body["sampling_params"]["max_new_tokens"]];
        assert_eq!(asked.iter().any(|count| **count == json!(100)), dialect != Dialect::Tgi, "{body}");
    }
}

#[test]
fn failures_in_the_middle() {
    for (engine, dialect) in WAYS {
        let what = format!("{dialect} of {engine:?}");
        let server =
            start(FakeGeneration::new().engine(engine).breaks_after(3, "Server error: CUDA out of memory"));
        let sender = Sender::new(at(&server)).dialect(dialect);
        let parameters = Parameters::new();
        let (texts, end) = collect(match dialect {
            Dialect::Chat => sender.chat_completion_stream(&messages(), &parameters),
            _ => sender.generate_stream("Hi", &parameters),
        });
        let error = end.expect_err(&what);
        assert_eq!((texts.as_str(), error.text_so_far()), ("A llama in", Some("A llama in")), "{what}");
        assert!(error.to_string().contains("CUDA out of memory"), "{what}: {error}");
        assert!(!error.is_repeatable(), "{what}");
        if engine == Engine::Tgi {
            assert_eq!(*error.kind(), ErrorKind::Generation, "{what}");
        }
        let error = match dialect {
            Dialect::Chat => sender.chat_completion(&messages(), &parameters),
            _ => sender.generate("Hi", &parameters),
        };
        let error = error.expect_err(&what);
        assert!(error.to_string().contains("CUDA out of memory"), "{what}: {error}");
        if dialect == Dialect::Tgi {
            assert_eq!((error.kind(), error.status()), (&ErrorKind::Generation, Some(424)));
        }
    }
}

/// What the sender refuses TGI refuses, too, and what it sends is taken.
#[test]
fn tgi_and_the_sender_agree_about_parameters() {
    let server = start(FakeGeneration::new());
    let raw = |parameters: &Value, route: &str| {
        let body = json!({"inputs": "Hi", "parameters": parameters}).to_string();
        post(&server, route, &body)
    };
    let new = Parameters::new;
    let rows: Vec<(Parameters, Value, bool)> = vec![
        (new(), json!({}), true),
        (new().temperature(0.0), json!({"temperature": 0.0}), false),
        (new().temperature(-1.0), json!({"temperature": -1.0}), false),
        (new().temperature(0.8), json!({"temperature": 0.8}), true),
        (new().top_p(1.0), json!({"top_p": 1.0}), false),
        (new().top_p(0.0), json!({"top_p": 0.0}), false),
        (new().top_p(0.5), json!({"top_p": 0.5}), true),
        (new().typical_p(1.0), json!({"typical_p": 1.0}), false),
        (new().typical_p(0.5), json!({"typical_p": 0.5}), true),
        (new().top_k(0), json!({"top_k": 0}), false),
        (new().top_k(1), json!({"top_k": 1}), true),
        (new().repetition_penalty(0.0), json!({"repetition_penalty": 0.0}), false),
        (new().repetition_penalty(1.2), json!({"repetition_penalty": 1.2}), true),
        (new().frequency_penalty(3.0), json!({"frequency_penalty": 3.0}), false),
        (new().frequency_penalty(-2.0), json!({"frequency_penalty": -2.0}), true),
        (new().best_of(3).do_sample(true), json!({"best_of": 3, "do_sample": true}), false),
        (new().best_of(2), json!({"best_of": 2}), false),
        (
            new().best_of(2).do_sample(true).seed(1),
            json!({"best_of": 2, "do_sample": true, "seed": 1}),
            false,
        ),
        (new().best_of(2).do_sample(true), json!({"best_of": 2, "do_sample": true}), true),
        (new().best_of(2).top_k(3), json!({"best_of": 2, "top_k": 3}), true),
        (new().max_new_tokens(0), json!({"max_new_tokens": 0}), false),
        (new().max_new_tokens(1000), json!({"max_new_tokens": 1000}), true),
        (
            ["a", "b", "c", "d", "e"].into_iter().fold(new(), Parameters::stop),
            json!({"stop": ["a", "b", "c", "d", "e"]}),
            false,
        ),
        (
            ["a", "b", "c", "d"].into_iter().fold(new(), Parameters::stop),
            json!({"stop": ["a", "b", "c", "d"]}),
            true,
        ),
        (new().top_n_tokens(9), json!({"top_n_tokens": 9}), false),
        (new().top_n_tokens(5), json!({"top_n_tokens": 5}), true),
        (new().truncate(0), json!({"truncate": 0}), false),
        (new().truncate(999), json!({"truncate": 999}), true),
        (new().seed(u64::MAX), json!({"seed": u64::MAX}), true),
        (
            new().json_schema(json!({"type": "object"})),
            json!({"grammar": {"type": "json", "value": {"type": "object"}}}),
            false,
        ),
        (
            new().json_schema(json!({"properties": {}})),
            json!({"grammar": {"type": "json", "value": {"properties": {}}}}),
            true,
        ),
        (new().watermark(true), json!({"watermark": true}), true),
    ];
    for (parameters, wire, is_fine) in rows {
        assert_eq!(raw(&wire, "/generate"), if is_fine { 200 } else { 422 }, "{wire}");
        let sent = Sender::new(at(&server)).generate("Hi", &parameters);
        match sent {
            Ok(_) => assert!(is_fine, "{wire}"),
            Err(error) => assert!(!is_fine && *error.kind() == ErrorKind::Parameter, "{wire}: {error}"),
        }
        let body = String::from_utf8(server.requests().last().expect("a request").body.clone());
        assert!(!body.expect("UTF-8").contains("null"), "nothing is null on the wire");
    }
    // What only the server knows is said in its words.
    let sender = Sender::new(at(&server));
    for error in [
        sender.generate("Hi", &new().max_new_tokens(5000)).expect_err("refused"),
        collect(sender.generate_stream("Hi", &new().max_new_tokens(5000))).1.expect_err("refused"),
        sender.generate(&"hi ".repeat(2004), &new()).expect_err("refused"),
        sender.generate("Hi", &new().truncate(5000)).expect_err("refused"),
    ] {
        assert_eq!(*error.kind(), ErrorKind::Validation, "{error}");
        assert!(
            error.server_message().is_some_and(|said| said.starts_with("Input validation error")),
            "{error}"
        );
    }
    // What nobody would send: their words for it are text.
    for (body, status) in [("{\"inputs\":\"x\",\"parameters\":null}", 422), ("{", 400)] {
        assert_eq!(post(&server, "/generate", body), status);
    }
}

/// The status of an answer to a body that no sender would write.
fn post(server: &Server, route: &str, body: &str) -> u16 {
    use std::io::{Read, Write};
    let address = server.url();
    let mut connection =
        std::net::TcpStream::connect(address.trim_start_matches("http://")).expect("connected");
    let head = format!(
        "POST {route} HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all((head + body).as_bytes()).expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[test]
fn the_oldest_route_would_put_the_prompt_in_front() {
    let server = start(FakeGeneration::new());
    let sender = Sender::new(at(&server).provider("hf-inference").model("a/b"));
    let plain = sender.generate("Hi ", &Parameters::new()).expect("an answer");
    assert_eq!(plain.text, ANSWER);
    assert_eq!(last(&server), json!({"inputs": "Hi ", "parameters": {"return_full_text": false}}));
    let full = sender.generate("Hi ", &Parameters::new().return_full_text(true)).expect("an answer");
    assert_eq!(full.text, format!("Hi {ANSWER}"));
    let (texts, end) = collect(sender.generate_stream("Hi ", &Parameters::new().return_full_text(true)));
    assert_eq!((texts.as_str(), end.expect("an answer")), (ANSWER, format!("Hi {ANSWER}")));
}

#[test]
fn tools() {
    let tool = json!({"type": "function", "function": {"name": "cook", "parameters": {"type": "object"}}});
    for engine in [Engine::Tgi, Engine::Vllm, Engine::LlamaCpp] {
        let server = start(FakeGeneration::new().engine(engine));
        let sender = Sender::new(at(&server));
        let parameters = Parameters::new().tools(json!([tool]));
        let whole = sender.chat_completion(&messages(), &parameters).expect("an answer");
        assert_eq!(last(&server)["tools"], json!([tool]));
        let events: Vec<_> =
            sender.chat_completion_stream(&messages(), &parameters).expect("begins").collect();
        let Some(Ok(Event::End(streamed))) = events.last() else { panic!("no end: {events:?}") };
        for answer in [&whole, streamed] {
            assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
            let call = &answer.tool_calls[0];
            assert_eq!((call.name.as_str(), call.arguments.as_str()), ("cook", r#"{"dish":"soup"}"#));
            assert_eq!((call.id.as_deref(), answer.tool_calls.len()), (Some("call-1"), 1));
        }
        let none = parameters.clone().tool_choice("none");
        assert_eq!(sender.chat_completion(&messages(), &none).expect("an answer").text, ANSWER);
    }
    let server = start(FakeGeneration::new());
    let both = Parameters::new().tools(json!([tool])).response_format(json!({"type": "json_object"}));
    let whole = Sender::new(at(&server)).chat_completion(&messages(), &both).expect_err("refused");
    assert_eq!((whole.kind(), whole.status()), (&ErrorKind::Validation, Some(422)), "{whole}");
    let (_, streamed) = collect(Sender::new(at(&server)).chat_completion_stream(&messages(), &both));
    let streamed = streamed.expect_err("refused");
    assert_eq!(*streamed.kind(), ErrorKind::Validation, "in the stream, too");
    assert!(streamed.to_string().contains("mutually exclusive"), "{streamed}");
}

#[test]
fn what_the_servers_of_completions_refuse() {
    let server = start(FakeGeneration::new().engine(Engine::Transformers).model("org/tiny"));
    let sender = |model: &str| Sender::new(at(&server).model(model)).dialect(Dialect::Completions);
    let parameters = Parameters::new().max_new_tokens(3);
    sender("org/tiny").generate("Hi", &parameters).expect("an answer");
    let error = sender("org/other").generate("Hi", &parameters).expect_err("another model");
    assert!(error.to_string().contains("org/other"), "{error}");
    let error =
        sender("org/tiny").generate("Hi", &parameters.clone().extra("top_k", 5)).expect_err("unknown");
    assert_eq!(*error.kind(), ErrorKind::Validation);
    assert!(error.server_message().is_some_and(|said| said.contains("'top_k'")), "{error}");
    sender("org/tiny").generate(&TokenIds(vec![1, 2]), &parameters).expect_err("a text is wanted");

    for (engine, dialect, name) in [
        (Engine::Vllm, Dialect::Completions, "prompt"),
        (Engine::LlamaCpp, Dialect::Completions, "prompt"),
        (Engine::SgLang, Dialect::SgLang, "input_ids"),
    ] {
        let server = start(FakeGeneration::new().engine(engine));
        // SGLang's own route has no place for the name of a model.
        let endpoint = if dialect == Dialect::SgLang { at(&server) } else { at(&server).model("any") };
        let sender = Sender::new(endpoint).dialect(dialect);
        let answer = sender.generate(&TokenIds(vec![1, 2, 3]), &parameters).expect("an answer");
        assert_eq!((answer.prompt_tokens, &last(&server)[name]), (Some(3), &json!([1, 2, 3])));
    }
    let server = start(FakeGeneration::new().engine(Engine::LlamaCpp).require_token("key").loading(1, 0.0));
    let sender = Sender::new(at(&server)).dialect(Dialect::Completions);
    let error = sender.generate("Hi", &parameters).expect_err("no key");
    assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Unauthorised, Some("Invalid API Key")));
    let sender = sender.token(Token::new("key"));
    let error = sender.generate("Hi", &parameters).expect_err("loads");
    assert_eq!(error.server_message(), Some("Loading model"));
    assert!(matches!(error.kind(), ErrorKind::Loading { estimated_time: None }), "{error}");
    sender.generate("Hi", &parameters).expect("an answer");
}

#[test]
fn servers_that_ask_for_patience_are_given_it() {
    let soon = SystemTime::now() + Duration::from_secs(2);
    let rows: [(Response, f64); 4] = [
        (refusals::rate_limited("1"), 1.0),
        // Dates have whole seconds.
        (refusals::rate_limited_until(soon), 0.2),
        (refusals::rate_limited_for(1), 1.0),
        (refusals::overloaded(), 0.5),
    ];
    let threads = rows.map(|(refusal, least)| {
        std::thread::spawn(move || {
            let server = start(FakeGeneration::new().then(refusal.clone()));
            let error = Sender::new(at(&server)).generate("Hi", &Parameters::new()).expect_err("refused");
            assert_eq!((error.kind(), error.status()), (&ErrorKind::Overloaded, Some(429)));
            let server = start(FakeGeneration::new().then(refusal));
            let pauses: Arc<Mutex<Vec<f64>>> = Arc::default();
            let sender = Sender::new(at(&server)).wait(Duration::from_secs(30)).on_wait({
                let pauses = Arc::clone(&pauses);
                move |waiting| pauses.lock().expect("not poisoned").push(waiting.pause.as_secs_f64())
            });
            let begun = Instant::now();
            assert_eq!(sender.generate("Hi", &Parameters::new()).expect("an answer").text, ANSWER);
            let pauses = pauses.lock().expect("not poisoned").clone();
            assert!(pauses.len() == 1 && pauses[0] >= least && pauses[0] <= 2.0, "{pauses:?}");
            assert!(begun.elapsed().as_secs_f64() >= pauses[0]);
        })
    });
    for thread in threads {
        thread.join().expect("no panic");
    }
    // Longer than there is time: not tried at all.
    let server = start(FakeGeneration::new().then(refusals::rate_limited("60")));
    let sender = Sender::new(at(&server)).wait(Duration::from_secs(5));
    let begun = Instant::now();
    sender.generate("Hi", &Parameters::new()).expect_err("too long");
    assert!(begun.elapsed() < Duration::from_secs(3) && server.requests().len() == 1);
}

#[test]
fn images_and_sounds_are_waited_for_too() {
    let server =
        start(FakeGeneration::new().image_model("a/image").speech_model("a/speech").loading(2, 0.01));
    let sender = |model: &str| {
        Sender::new(at(&server).provider("hf-inference").model(model)).wait(Duration::from_secs(30))
    };
    let image = sender("a/image").text_to_image("llama", &ImageParameters::new()).expect("an image");
    assert_eq!((image.format(), image.dimensions()), (Some(MediaFormat::Jpeg), Some((64, 48))));
    let requests = server.requests();
    let waits: Vec<_> = requests.iter().map(|request| request.header("x-wait-for-model")).collect();
    assert_eq!(waits, [None, Some("1"), Some("1")]);
    assert!(requests.iter().all(|request| request.body == br#"{"inputs":"llama","parameters":{}}"#));
    let sound =
        sender("a/speech").text_to_speech("limerick", &SpeechParameters::new().set("do_sample", true));
    assert_eq!(sound.expect("a sound").format(), Some(MediaFormat::Wav));
    assert_eq!(last(&server), json!({"inputs": "limerick", "parameters": {"do_sample": true}}));
}

#[test]
fn refusals_and_what_helps() {
    let rows: [(Response, ErrorKind, &str); 10] = [
        (refusals::gone(), ErrorKind::Gone, "router.huggingface.co"),
        (refusals::no_credit(), ErrorKind::Payment, "monthly included credits"),
        (refusals::gated("a/b"), ErrorKind::Gated, "Ask for access"),
        (refusals::not_supported("a/b"), ErrorKind::Validation, "Choose a provider"),
        (refusals::too_large(), ErrorKind::TooLarge, "length limit exceeded"),
        (refusals::page(502, "Bad Gateway"), ErrorKind::Server, "Bad Gateway"),
        (refusals::page(504, "Gateway Time-out"), ErrorKind::Timeout, "Gateway Time-out"),
        (refusals::generation_failed("boom"), ErrorKind::Generation, "boom"),
        (refusals::unhealthy(), ErrorKind::Server, "unhealthy"),
        (
            Response::new(500).json(&json!({"error": {"code": 500, "type": "server_error",
                "message": "The output does not match the expected Content-only format"}})),
            ErrorKind::Server,
            "Content-only format",
        ),
    ];
    for (refusal, kind, part) in rows {
        let server = start(FakeGeneration::new().then(refusal.clone()).then(refusal));
        let sender = Sender::new(at(&server)).wait(Duration::from_secs(5));
        for error in [
            sender.generate("Hi", &Parameters::new()).expect_err(part),
            collect(sender.generate_stream("Hi", &Parameters::new())).1.expect_err(part),
        ] {
            assert_eq!(*error.kind(), kind, "{error}");
            assert!(error.to_string().contains(part) && error.advice().is_some(), "{error}");
        }
        assert_eq!(server.requests().len(), 2, "{part}: it is not asked again");
    }
    // The server's limit, where the sender was told of another.
    let server = start(FakeGeneration::new());
    let long = "x".repeat(2_000_001);
    let error = Sender::new(at(&server)).generate(&long, &Parameters::new()).expect_err("too large");
    assert_eq!((error.kind(), error.status()), (&ErrorKind::TooLarge, None));
    let around = Sender::new(at(&server)).prepare("x", &Parameters::new(), false).expect("a request");
    let most = "x".repeat(2_000_001 - around.request.body.len());
    let one_more = format!("{most}x");
    Sender::new(at(&server)).generate(&most, &Parameters::new()).expect("just as much as the server takes");
    Sender::new(at(&server)).generate(&one_more, &Parameters::new()).expect_err("one byte too many");
    let sender = Sender::new(at(&server)).payload_limit(4_000_000);
    let error = sender.generate(&long, &Parameters::new()).expect_err("too large");
    assert_eq!((error.kind(), error.status()), (&ErrorKind::TooLarge, Some(413)));
}

#[test]
fn the_cache_and_warnings_are_told_of() {
    let server = start(FakeGeneration::new());
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let sender = Sender::new(at(&server).provider("hf-inference").model("a/b")).on_note({
        let notes = Arc::clone(&notes);
        move |note| {
            if let Note::ComputeType(kind) | Note::Warning(kind) = note {
                notes.lock().expect("not poisoned").push(kind.clone());
            }
        }
    });
    for sender in [sender.clone(), sender.clone(), sender.use_cache(false)] {
        sender.generate("Hi", &Parameters::new()).expect("an answer");
    }
    assert_eq!(*notes.lock().expect("not poisoned"), ["gpu+optimized", "cache", "gpu+optimized"]);
    notes.lock().expect("not poisoned").clear();
    let warned = Response::new(200)
        .header("x-hf-warning", "unauthenticated; log in")
        .json(&json!([{"generated_text": "x"}]));
    let server = start(FakeGeneration::new().then(warned));
    let sender = Sender::new(at(&server)).on_note({
        let notes = Arc::clone(&notes);
        move |note| {
            if let Note::Warning(text) = note {
                notes.lock().expect("not poisoned").push(text.clone());
            }
        }
    });
    sender.generate("Hi", &Parameters::new()).expect("an answer");
    assert_eq!(*notes.lock().expect("not poisoned"), ["unauthenticated; log in"]);
}

/// An image goes as `![](data:TYPE;base64,…)`: its type told by its bytes, its base64 padded and in one line.
#[test]
fn images_in_prompts_are_written_as_tgi_reads_them() {
    let server = start(FakeGeneration::new());
    let model = Model::builtin("idefics2").expect("built in");
    let mut webp = b"RIFF\x04\0\0\0WEBPVP8 ".to_vec();
    webp.extend([0; 61]);
    for (bytes, kind) in [
        (b"\xff\xd8\xff\xe0 a name may say PNG".to_vec(), "jpeg"),
        (b"\x89PNG\r\n\x1a\n".repeat(20), "png"),
        (b"GIF89a\xfb\xff\xfe".to_vec(), "gif"),
        (webp, "webp"),
        (b"II*\0\x08\0\0\0".to_vec(), "tiff"),
    ] {
        let length = bytes.len();
        let image = Image::from_bytes(bytes, "it").expect(kind);
        let messages = json!([{"role": "user", "content": [{"type": "text", "text": "See"}, {"type": "image"}, {"type": "text", "text": "this"}]}]);
        let prompt = model.apply_chat_template(&messages, &Options::new().image(image)).expect("renders");
        Sender::new(at(&server)).generate(&prompt, &Parameters::new()).expect("an answer");
        let sent = last(&server);
        let text = sent["inputs"].as_str().expect("a text");
        let start = format!("User: See![](data:image/{kind};base64,");
        let rest = text.strip_prefix(start.as_str()).expect(kind);
        let (encoded, rest) = rest.split_once(')').expect("its end");
        assert!(rest.starts_with("this"), "{rest}");
        assert_eq!(encoded.len(), length.div_ceil(3) * 4, "{kind}: padded, in one line");
        assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)), "{kind}");
    }
    for broken in [&b""[..], b"not an image"] {
        assert!(Image::from_bytes(broken.to_vec(), "it").is_err());
    }
    // One that breaks off is for the server to find out: nothing is decoded here.
    let said = "Input validation error: invalid image: unexpected end of file";
    let refusal = json!({"error": said, "error_type": "validation"});
    let server = Server::start(move |_| Response::new(422).json(&refusal)).expect("loopback has a port");
    let image = Image::from_bytes(*b"\xff\xd8\xff\xe0", "it").expect("the beginning of one");
    let messages = json!([{"role": "user", "content": [{"type": "image"}]}]);
    let prompt = model.apply_chat_template(&messages, &Options::new().image(image)).expect("renders");
    let error = Sender::new(at(&server)).generate(&prompt, &Parameters::new()).expect_err("refused");
    assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Validation, Some(said)));
}

#[test]
fn a_provider_s_images() {
    let image = json!({"data": [{"b64_json": "R0lGODlhEAAgAA=="}]});
    let server = Server::start(move |_| Response::new(200).json(&image)).expect("loopback has a port");
    let sender = Sender::new(at(&server).provider("nscale").model("a/b"));
    let parameters = ImageParameters::new().num_inference_steps(4);
    let made = sender.text_to_image("llama", &parameters).expect("an image");
    assert_eq!((made.format(), made.dimensions()), (Some(MediaFormat::Gif), Some((16, 32))));
    let request = &server.requests()[0];
    assert_eq!(request.path, "/nscale/v1/images/generations");
    assert_eq!(
        String::from_utf8_lossy(&request.body),
        r#"{"model":"a/b","prompt":"llama","response_format":"b64_json","steps":4}"#
    );
}

#[test]
fn whose_token_it_is_and_why_that_is_not_told() {
    let rows = [
        (
            Response::new(401).json(&json!({"error": "Invalid username or password."})),
            ErrorKind::Unauthorised,
            "HF_TOKEN",
        ),
        (
            Response::new(403).json(&json!({"error": "not sufficient permissions"})),
            ErrorKind::Forbidden,
            "permissions",
        ),
        (refusals::rate_limited_for(7), ErrorKind::Overloaded, "limited on purpose"),
    ];
    for (refusal, kind, part) in rows {
        let server = FakeHub::new().once("whoami", refusal).start().expect("loopback has a port");
        let hub = Hub::new(at(&server)).token(Token::new("hf_x"), "the environment variable HF_TOKEN");
        let error = hub.whoami().expect_err(part);
        assert_eq!(*error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        let identity = hub.whoami().expect("known now: a refusal is not kept");
        assert_eq!((identity.name.as_str(), identity.kind.as_str()), ("somebody", "user"));
    }
    let server = FakeHub::new().deployed("together", "a/b", "text-generation").start();
    let server = server.expect("loopback has a port");
    let hub = Hub::new(at(&server));
    assert_eq!(hub.deployed("together").expect("a list")[0].task.as_deref(), Some("text-generation"));
    assert!(hub.deployed("hf-inference").expect("a list").is_empty());
    let providers = hub.providers("a/b").expect("a list");
    assert_eq!((providers[0].provider.as_str(), providers[0].status.as_deref()), ("together", Some("live")));
}

#[test]
fn what_a_server_of_each_kind_tells_about_itself() {
    for engine in [Engine::Tgi, Engine::Vllm, Engine::LlamaCpp, Engine::Transformers, Engine::SgLang] {
        let server = start(FakeGeneration::new().engine(engine).require_token("secret"));
        let status = Sender::new(at(&server)).status().expect("a status");
        assert!(status.health.is_ok(), "{engine:?} is asked without a key");
        assert_eq!(status.models, ["rolecall/fake"]);
        let info = status.info.map(|info| (info.max_total_tokens, info.max_stop_sequences, info.max_best_of));
        let expected = (engine == Engine::Tgi).then_some((Some(1024), Some(4), Some(2)));
        assert_eq!(info, expected, "{engine:?}");
    }
}
