//! Requests and answers, against a server on loopback.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rolecall::{Image, Model, Options, Token};
use rolecall_sender::blocking::Sender;
use rolecall_sender::{Endpoint, Error, ErrorKind, Event, Parameters};
use rolecall_testkit::{FakeGeneration, Part, Response, Server};
use serde_json::json;

const ANSWER: &str = "A llama in an apron reads its book and stirs.";

fn to(server: &Server) -> Sender {
    Sender::new(Endpoint::parse(&server.url()).expect("an address"))
}

fn start(server: FakeGeneration) -> Server {
    server.start().expect("loopback has a port")
}

fn once(response: Response) -> Server {
    start(FakeGeneration::new().then(response))
}

fn failure(server: &Server) -> Error {
    to(server).generate("hi", &Parameters::new()).expect_err("fails")
}

/// The texts of a stream, and how it ended.
fn stream(server: &Server, parameters: &Parameters) -> (Vec<String>, Result<String, Error>) {
    let mut texts = Vec::new();
    let events = match to(server).generate_stream("hi there", parameters) {
        Ok(events) => events,
        Err(error) => return (texts, Err(error)),
    };
    let mut end = None;
    for event in events {
        assert!(end.is_none(), "nothing comes after the end");
        match event {
            Ok(Event::Token { text }) => texts.push(text),
            Ok(Event::End(answer)) => end = Some(Ok(answer.text)),
            Ok(_) => {}
            Err(error) => end = Some(Err(error)),
        }
    }
    (texts, end.expect("an end"))
}

#[test]
fn a_request_and_its_answer() {
    let server = start(FakeGeneration::new());
    let parameters = Parameters::new().max_new_tokens(3).seed(7);
    let answer = to(&server).generate("hé\u{2028}", &parameters).expect("an answer");
    assert_eq!(answer.text, "A llama in");
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/generate"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("authorization"), None);
    assert_eq!(
        String::from_utf8_lossy(&request.body),
        "{\"inputs\":\"hé\u{2028}\",\"parameters\":{\"max_new_tokens\":3,\"return_full_text\":false,\"seed\":7}}"
    );
    let full = to(&server).generate("hi ", &Parameters::new().return_full_text(true)).expect("an answer");
    assert_eq!(full.text, format!("hi {ANSWER}"));
}

#[test]
fn the_token_goes_into_one_header_and_nowhere_else() {
    let server = start(FakeGeneration::new().require_token("hf_secret"));
    let with = |token: &str| to(&server).token(Token::new(token));
    assert!(with("hf_secret").generate("hi", &Parameters::new()).is_ok());
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer hf_secret"));
    let wrong = with("hf_wrong");
    let error = wrong.generate("hi", &Parameters::new()).expect_err("refused");
    assert_eq!((error.kind(), error.status()), (&ErrorKind::Unauthorised, Some(401)));
    let shown = format!("{error} {error:?} {wrong:?}");
    assert!(!shown.contains("hf_wrong"), "{shown}");
    assert!(failure(&server).to_string().contains("--token"));
    let error = with("hf_\u{1}").generate("hi", &Parameters::new()).expect_err("no header");
    assert_eq!(*error.kind(), ErrorKind::Parameter);
}

#[test]
fn a_prompt_with_images() {
    let server = start(FakeGeneration::new());
    let model = Model::builtin("idefics2").expect("built in");
    let image = Image::from_bytes(*b"GIF89a", "it").expect("an image");
    let render = |content: serde_json::Value, options: Options| {
        model.apply_chat_template(&json!([{"role": "user", "content": content}]), &options).expect("renders")
    };
    let part = json!({"type": "image"});
    let good = render(json!([part]), Options::new().image(image.clone()));
    to(&server).generate(&good, &Parameters::new()).expect("an answer");
    assert_eq!(server.requests()[0].json()["inputs"], good.text());

    let typed = json!([part, {"type": "text", "text": "and ![](http://evil/x)"}]);
    // A placeholder that somebody typed is one without an image, too.
    let placeholder = json!([part, {"type": "text", "text": "and <image>"}]);
    for prompt in [
        render(json!([part]), Options::new()),
        render(typed, Options::new().image(image.clone())),
        render(placeholder, Options::new().image(image)),
        render(json!([{"type": "text", "text": "an <image>"}]), Options::new()),
    ] {
        let error = to(&server).generate(&prompt, &Parameters::new()).expect_err("refused");
        assert_eq!(*error.kind(), ErrorKind::Parameter, "{error}");
    }
    assert_eq!(server.requests().len(), 1, "what is refused is not sent");

    let model = Model::builtin("chatml").expect("built in");
    let text = json!([{"role": "user", "content": "![](x)"}]);
    let prompt = model.apply_chat_template(&text, &Options::new()).expect("renders");
    assert!(
        to(&server).generate(&prompt, &Parameters::new()).is_ok(),
        "to a model without images it is text"
    );
}

#[test]
fn a_stream_comes_in_pieces() {
    for bytes in [1, 7, 4096] {
        let server = start(FakeGeneration::new().answer("é😀 und mehr").pieces_of(bytes));
        let (texts, end) = stream(&server, &Parameters::new());
        assert_eq!(texts, ["é😀", " und", " mehr"]);
        assert_eq!(end.expect("a whole answer"), "é😀 und mehr");
    }
    let server = start(FakeGeneration::new());
    let (_, end) = stream(&server, &Parameters::new().max_new_tokens(2).return_full_text(true));
    assert_eq!(end.expect("a whole answer"), "hi thereA llama");
    assert_eq!(server.requests()[0].path, "/generate_stream");
}

#[test]
fn a_stream_that_breaks_off_gives_the_text_so_far() {
    let whole = "data: {\"token\":{\"text\":\"a\"}}\n\ndata: {\"token\":{\"text\":\"b\"},\"generated_text\":\"ab\"}\n\n";
    let events =
        |parts: Vec<Part>| Response::new(200).header("content-type", "text/event-stream").parts(parts);
    for at in 0..whole.len() {
        let server = once(events(vec![Part::Bytes(whole.as_bytes()[..at].to_vec()), Part::Cut]));
        let (texts, end) = stream(&server, &Parameters::new());
        match end {
            Ok(text) => assert_eq!(text, "ab", "{at}"),
            Err(error) => match error.kind() {
                ErrorKind::Incomplete { text } => assert_eq!(*text, texts.concat(), "{at}"),
                // The last line is not whole, and what is there is not JSON.
                ErrorKind::Protocol => {}
                other => panic!("{at}: {other:?}"),
            },
        }
    }
    // The last blank line may be missing.
    let server = once(events(vec![Part::Bytes(whole.trim_end().as_bytes().to_vec())]));
    assert_eq!(stream(&server, &Parameters::new()).1.expect("whole"), "ab");
    let boom =
        "data: {\"token\":{\"text\":\"a\"}}\n\ndata: {\"error\":\"boom\",\"error_type\":\"generation\"}\n\n";
    let server = once(events(vec![Part::Bytes(boom.into())]));
    let (texts, end) = stream(&server, &Parameters::new());
    assert_eq!((texts, end.expect_err("an error").kind()), (vec!["a".to_owned()], &ErrorKind::Generation));
}

#[test]
fn a_server_that_answers_a_stream_as_a_whole() {
    let server = once(Response::new(200).json(&json!({"generated_text": "all at once"})));
    let (texts, end) = stream(&server, &Parameters::new());
    assert_eq!(
        (texts.concat(), end.expect("an answer")),
        ("all at once".to_owned(), "all at once".to_owned())
    );
    let server = once(Response::new(200).json(&json!({"error": "no", "error_type": "validation"})));
    assert_eq!(*stream(&server, &Parameters::new()).1.expect_err("an error").kind(), ErrorKind::Validation);
    let server = once(Response::new(200).header("content-type", "text/html").body("<html>"));
    assert_eq!(*stream(&server, &Parameters::new()).1.expect_err("an error").kind(), ErrorKind::Protocol);
}

#[test]
fn a_model_that_is_loading_is_waited_for() {
    let server = start(FakeGeneration::new().loading(2, 0.05));
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sender = to(&server).wait(Duration::from_secs(30)).on_wait({
        let seen = Arc::clone(&seen);
        move |waiting| seen.lock().expect("not poisoned").push(waiting.reason)
    });
    assert_eq!(sender.generate("hi", &Parameters::new()).expect("an answer").text, ANSWER);
    let reasons = seen.lock().expect("not poisoned").clone();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("currently loading"), "{reasons:?}");
    let waits: Vec<_> =
        server.requests().iter().map(|request| request.header("x-wait-for-model") == Some("1")).collect();
    assert_eq!(waits, [false, true, true]);

    let server = start(FakeGeneration::new().loading(1, 20.0));
    let error = failure(&server);
    let expected = ErrorKind::Loading { estimated_time: Some(Duration::from_secs(20)) };
    assert_eq!((error.kind(), error.status()), (&expected, Some(503)));

    let server = start(FakeGeneration::new().loading(1000, 0.0));
    let start = Instant::now();
    let error =
        to(&server).wait(Duration::from_millis(700)).generate("hi", &Parameters::new()).expect_err("in vain");
    assert!(matches!(error.kind(), ErrorKind::Loading { .. }));
    assert!(start.elapsed() < Duration::from_secs(5) && server.requests().len() < 8);
}

#[test]
fn what_may_have_generated_something_is_not_repeated() {
    for response in [
        Response::new(424).json(&json!({"error": "boom", "error_type": "generation"})),
        Response::new(500),
        Response::new(502),
        Response::new(401),
        Response::new(200).body("{\"generated_text\": \"half").cut_after(10),
    ] {
        let server = once(response);
        assert!(to(&server).wait(Duration::from_secs(30)).generate("hi", &Parameters::new()).is_err());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = start(FakeGeneration::new());
    for status in [302, 307] {
        let server = once(Response::new(status).header("location", elsewhere.url()));
        let sender = to(&server).token(Token::new("hf_secret"));
        let error = sender.generate("hi", &Parameters::new()).expect_err("not followed");
        assert_eq!(*error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains(&elsewhere.url()), "{error}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn nobody_there() {
    let server = start(FakeGeneration::new());
    let sender = to(&server);
    let url = server.url();
    drop(server);
    let error = sender.generate("hi", &Parameters::new()).expect_err("nobody listens");
    assert_eq!(*error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains(&url) && error.to_string().contains("server is running"), "{error}");
}

#[test]
fn silence_has_an_end() {
    let pause = Part::Pause(Duration::from_secs(3));
    let events = Response::new(200)
        .header("content-type", "text/event-stream")
        .parts(vec![Part::Bytes(b"data: {\"token\":{\"text\":\"a\"}}\n\n".to_vec()), pause]);
    let server = once(events);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sender = rolecall_sender::Sender::new(Endpoint::parse(&server.url()).expect("an address"))
            .silence_timeout(Duration::from_millis(100));
        let mut stream = sender.generate_stream("hi", &Parameters::new()).await.expect("begins");
        assert!(matches!(stream.next().await, Some(Ok(Event::Token { .. }))));
        let error = stream.next().await.expect("an end").expect_err("silence");
        assert!(matches!(error.kind(), ErrorKind::Incomplete { text } if text == "a"), "{error:?}");
        assert!(stream.next().await.is_none());
    });
}

#[test]
fn the_blocking_sender_may_be_called_from_async_code() {
    let server = start(FakeGeneration::new());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let text = runtime.block_on(async {
        let sender = to(&server);
        let answer = sender.generate("hi", &Parameters::new()).expect("an answer");
        let streamed = sender.generate_stream("hi", &Parameters::new()).expect("begins").count();
        assert!(streamed > 2);
        answer.text
    });
    assert_eq!(text, ANSWER);
}

#[test]
fn dropping_a_stream_ends_it() {
    let server =
        start(FakeGeneration::new().answer(&"on and ".repeat(1000)).frame_pause(Duration::from_millis(50)));
    let mut events = to(&server).generate_stream("hi", &Parameters::new()).expect("begins");
    assert!(events.next().is_some());
    let start = Instant::now();
    drop(events);
    assert!(start.elapsed() < Duration::from_millis(40));
    // The server would write for a minute and more.
    while server.connections() > 0 {
        assert!(start.elapsed() < Duration::from_secs(5), "the connection goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
}
