//! What a sender does around the dialects: BOS, headers, media, the Hub, limits, secrets. Against servers on loopback.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rolecall::{Image, Model, Options, Token};
use rolecall_sender::blocking::{Hub, Sender};
use rolecall_sender::{
    BosPolicy, Dialect, Endpoint, ErrorKind, Event, ImageParameters, Markdown, MediaFormat, Note, Parameters,
    SpeechParameters, TGI_PAYLOAD_LIMIT, TokenIds,
};
use rolecall_testkit::{Part, Request, Response, Server};
use serde_json::{Value, json};

fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Server {
    Server::start(handler).expect("loopback has a port")
}

fn at(server: &Server) -> Endpoint {
    Endpoint::parse(&server.url()).expect("an address")
}

fn echo() -> Server {
    start(|request| match request.path.as_str() {
        "/v1/completions" => {
            Response::new(200).json(&json!({"choices": [{"text": "ok", "finish_reason": "stop"}]}))
        }
        "/v1/chat/completions" => Response::new(200)
            .json(&json!({"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]})),
        _ => Response::new(200).json(&json!({"generated_text": "ok", "text": "ok"})),
    })
}

fn last(server: &Server) -> Value {
    server.requests().last().expect("a request").json()
}

#[test]
fn one_bos_token_and_not_two() {
    let server = echo();
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let sender = || {
        let notes = Arc::clone(&notes);
        Sender::new(at(&server)).on_note(move |note| {
            if let Note::Bos(action) = note {
                notes.lock().expect("not poisoned").push(action.to_string());
            }
        })
    };
    let model = Model::builtin("llama-3").expect("built in");
    let prompt = |text: &str| {
        let messages = json!([{"role": "user", "content": text}]);
        model.apply_chat_template(&messages, &Options::new()).expect("renders")
    };
    let parameters = Parameters::new().max_new_tokens(3);
    let hi = prompt("hi");
    let stripped = hi.text().strip_prefix("<|begin_of_text|>").expect("BOS");
    sender().generate(&hi, &parameters).expect("an answer");
    assert_eq!(last(&server)["inputs"], stripped);
    sender().server_adds_bos(false).generate(&hi, &parameters).expect("an answer");
    assert_eq!(last(&server)["inputs"], hi.text());
    sender().bos(BosPolicy::Keep).generate(&hi, &parameters).expect("an answer");
    assert_eq!(last(&server)["inputs"], hi.text());
    let completions = sender().dialect(Dialect::Completions);
    completions.generate(&hi, &parameters).expect("an answer");
    assert_eq!(last(&server)["prompt"], stripped);
    completions.clone().bos(BosPolicy::NoSpecialTokens).generate(&hi, &parameters).expect("an answer");
    assert_eq!(
        (&last(&server)["prompt"], &last(&server)["add_special_tokens"]),
        (&json!(hi.text()), &json!(false))
    );
    sender().dialect(Dialect::SgLang).generate(&hi, &parameters).expect("an answer");
    assert_eq!(last(&server)["text"], stripped);
    // What a user typed stays, also where it looks like BOS.
    sender().generate(&prompt("<|begin_of_text|>x"), &parameters).expect("an answer");
    assert!(last(&server)["inputs"].as_str().is_some_and(|text| text.contains("<|begin_of_text|>x")));
    sender().generate("<|begin_of_text|>x", &parameters).expect("an answer");
    assert_eq!(last(&server)["inputs"], "<|begin_of_text|>x", "a text is sent as it is");
    completions.generate(&TokenIds(vec![1, 2, 3]), &parameters).expect("an answer");
    assert_eq!(last(&server)["prompt"], json!([1, 2, 3]));
    let notes = notes.lock().expect("not poisoned");
    assert!(notes[0].starts_with("took <|begin_of_text|>") && notes[1].starts_with("left"), "{notes:?}");
}

#[test]
fn the_prompt_comes_in_front_of_every_dialect() {
    let server = echo();
    let parameters = Parameters::new().return_full_text(true).max_new_tokens(1);
    for dialect in [Dialect::Completions, Dialect::SgLang] {
        let sender = Sender::new(at(&server)).dialect(dialect);
        assert_eq!(sender.generate("hi ", &parameters).expect("an answer").text, "hi ok", "{dialect}");
        let events: Vec<_> = sender.generate_stream("hi ", &parameters).expect("begins").collect();
        assert!(
            matches!(events.last(), Some(Ok(Event::End(answer))) if answer.text == "hi ok"),
            "{events:?}"
        );
    }
}

#[test]
fn headers() {
    let server = echo();
    let sender = Sender::new(at(&server)).token(Token::new("hf_secret")).use_cache(false).wait_for_model();
    let sender = sender.bill_to("my-org").expect("fine").header("X-Scale-Up-Timeout", "60").expect("fine");
    sender.generate("hi", &Parameters::new()).expect("an answer");
    let request = &server.requests()[0];
    for (name, value) in [
        ("authorization", "Bearer hf_secret"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("x-use-cache", "0"),
        ("x-wait-for-model", "1"),
        ("x-hf-bill-to", "my-org"),
        ("x-scale-up-timeout", "60"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    for (name, value) in [("a b", "x"), ("x", "a\nb"), ("Authorization", "Bearer x")] {
        assert!(Sender::new(at(&server)).header(name, value).is_err(), "{name}");
    }
}

#[test]
fn a_server_that_repeats_the_token_does_not_make_it_shown() {
    let server = start(|request| {
        let token = request.bearer().unwrap_or_default().to_owned();
        // Without a last blank line, too.
        let end = if request.json()["inputs"] == "hi" { "\n\n" } else { "" };
        let events = format!("data: {{\"error\":\"bad {token}\"}}{end}");
        match request.path.as_str() {
            "/generate" => {
                Response::new(400).header("x-request-id", token.clone()).text(&format!("bad {token}"))
            }
            _ => Response::new(200).header("content-type", "text/event-stream").body(events),
        }
    });
    let sender = Sender::new(at(&server)).token(Token::new("hf_secret"));
    let whole = sender.generate("hi", &Parameters::new()).expect_err("refused");
    let stream = sender.generate_stream("hi", &Parameters::new()).expect_err("refused");
    let end = sender.generate_stream("ho", &Parameters::new()).expect_err("refused");
    for error in [whole, stream, end] {
        assert!(!format!("{error} {error:?}").contains("hf_secret"), "{error:?}");
        assert!(error.to_string().contains("bad (hidden)"), "{error}");
    }
}

#[test]
fn what_is_too_large_is_not_sent() {
    let server = echo();
    let model = Model::builtin("idefics2").expect("built in");
    let image = Image::from_bytes([b"GIF89a".to_vec(), vec![7; 1_600_000]].concat(), "it").expect("an image");
    let messages = json!([{"role": "user", "content": [{"type": "image"}]}]);
    let prompt = model.apply_chat_template(&messages, &Options::new().image(image)).expect("renders");
    let sender = Sender::new(at(&server));
    let error = sender.generate(&prompt, &Parameters::new()).expect_err("too large");
    assert_eq!(*error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("2000000"), "{error}");
    assert!(server.requests().is_empty());
    sender.clone().payload_limit(4_000_000).generate(&prompt, &Parameters::new()).expect("an answer");
    let error = sender.payload_limit(TGI_PAYLOAD_LIMIT * 2).generate(&prompt, &Parameters::new().truncate(5));
    assert!(error.expect_err("refused").to_string().contains("truncate"));
}

#[test]
fn what_is_typed_is_no_image() {
    let server = echo();
    let sender = Sender::new(at(&server));
    let text = "see ![](http://evil/x)";
    sender.generate(text, &Parameters::new()).expect("text to a model without images");
    let sees = sender.clone().sees_images(true);
    assert_eq!(*sees.generate(text, &Parameters::new()).expect_err("refused").kind(), ErrorKind::Parameter);
    sees.clone().markdown(Markdown::Neutralise).generate(text, &Parameters::new()).expect("an answer");
    assert_eq!(last(&server)["inputs"], r"see !\[](http://evil/x)");
    // A conversation that the server renders holds it, too.
    let chat = |sender: &Sender, content: Value| {
        sender.chat_completion(&json!([{"role": "user", "content": content}]), &Parameters::new())
    };
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lGODlh"}});
    let parts = json!([image, {"type": "text", "text": text}]);
    chat(&sender, json!(text)).expect("text to a model without images");
    for error in [chat(&sees, json!(text)), chat(&sender, parts.clone())] {
        assert_eq!(*error.expect_err("refused").kind(), ErrorKind::Parameter);
    }
    chat(&sender.clone().markdown(Markdown::Neutralise), parts).expect("an answer");
    assert_eq!(
        last(&server)["messages"][0]["content"],
        json!([image, {"type": "text", "text": r"see !\[](http://evil/x)"}])
    );
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn images_and_speech() {
    let gif = b"GIF89a\x10\0\x20\0".to_vec();
    let server = start(move |request| match request.path.as_str() {
        "/hf-inference/models/a/image" => {
            Response::new(200).header("content-type", "image/png").body(gif.clone())
        }
        "/hf-inference/models/a/speech" => {
            Response::new(200).header("content-type", "audio/flac").body("fLaC...")
        }
        "/hf-inference/models/a/page" => Response::new(200).body("<html>"),
        "/hf-inference/models/a/broken" => Response::new(500).json(&json!({"error": "CUDA out of memory"})),
        "/together/v1/images/generations" => {
            Response::new(200).json(&json!({"data": [{"b64_json": "R0lGODlhEAAgAA=="}]}))
        }
        "/elsewhere.gif" => Response::new(200).body(gif.clone()),
        _ => {
            let host = request.header("host").unwrap_or_default();
            Response::new(200).json(&json!({"output": [format!("http://{host}/elsewhere.gif")]}))
        }
    });
    let sender = |provider: &str, model: &str| {
        Sender::new(at(&server).provider(provider).model(model)).token(Token::new("hf_secret"))
    };
    let parameters = ImageParameters::new().guidance_scale(8.0).seed(42);
    for (provider, model, body) in [
        ("hf-inference", "a/image", r#"{"inputs":"llama","parameters":{"guidance_scale":8,"seed":42}}"#),
        (
            "together",
            "a/b",
            r#"{"model":"a/b","prompt":"llama","response_format":"base64","guidance_scale":8,"seed":42}"#,
        ),
    ] {
        let image = sender(provider, model).text_to_image("llama", &parameters).expect("an image");
        assert_eq!((image.format(), image.dimensions()), (Some(MediaFormat::Gif), Some((16, 32))));
        assert_eq!(String::from_utf8_lossy(&server.requests().last().expect("a request").body), body);
    }
    let fetched = sender("hf-inference", "a/url").text_to_image("llama", &parameters).expect("an image");
    assert_eq!(fetched.format(), Some(MediaFormat::Gif));
    let fetch = server.requests().last().cloned().expect("a request");
    assert_eq!(
        (fetch.path.as_str(), fetch.header("authorization")),
        ("/elsewhere.gif", None),
        "without the token"
    );
    let sound = sender("hf-inference", "a/speech").text_to_speech("limerick", &SpeechParameters::new());
    assert_eq!(sound.expect("a sound").media_type(), Some("audio/flac"));
    assert_eq!(
        String::from_utf8_lossy(&server.requests().last().expect("a request").body),
        r#"{"inputs":"limerick","parameters":{}}"#
    );
    for (model, part) in
        [("a/page", "no image"), ("a/broken", "CUDA out of memory"), ("a/speech", "no image")]
    {
        let error = sender("hf-inference", model).text_to_image("llama", &parameters).expect_err(model);
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(sender("fal-ai", "a/b").text_to_image("llama", &parameters).is_err());
}

#[test]
fn what_a_server_and_the_hub_tell() {
    let server = start(|request| match (request.path.as_str(), request.bearer()) {
        ("/info", _) => Response::new(200).json(&json!({"model_id": "a/b", "max_stop_sequences": 4})),
        ("/health", _) => Response::new(200),
        ("/v1/models", _) => Response::new(200).json(&json!({"data": [{"id": "tiny"}]})),
        ("/api/whoami-v2", Some("hf_good")) => Response::new(200)
            .json(&json!({"type": "user", "name": "alice",
            "orgs": [{"name": "org1", "roleInOrg": "write"}], "auth": {"accessToken": {"role": "read"}}})),
        ("/api/whoami-v2", _) => Response::new(401).json(&json!({"error": "Invalid user token."})),
        ("/api/models", _) => {
            Response::new(200).json(&json!([{"id": "a/b", "pipeline_tag": "text-generation"}]))
        }
        ("/api/models/a/b", _) => Response::new(200).json(&json!({"inferenceProviderMapping":
            {"together": {"status": "live", "providerId": "A/B", "task": "conversational"}}})),
        _ => Response::new(503).json(&json!({"error": "unhealthy", "error_type": "healthcheck"})),
    });
    let sender = Sender::new(at(&server));
    assert_eq!(sender.info().expect("info").model_id.as_deref(), Some("a/b"));
    assert!(sender.health().expect("health"));
    let status = sender.status().expect("a status");
    assert_eq!((status.health.is_ok(), status.models), (true, vec!["tiny".to_owned()]));
    let ill = Sender::new(Endpoint::parse(&format!("{}/ill", server.url())).expect("an address"));
    assert!(!ill.health().expect("an answer"));

    let hub = Hub::new(at(&server)).token(Token::new("hf_good"), "--token");
    let identity = hub.whoami().expect("known");
    assert_eq!((identity.name.as_str(), identity.token_role.as_deref()), ("alice", Some("read")));
    let asked = server.requests().len();
    hub.clone().whoami().expect("known");
    assert_eq!(server.requests().len(), asked, "the answer is kept");
    let error = Hub::new(at(&server)).token(Token::new("hf_bad"), "HF_TOKEN").whoami().expect_err("unknown");
    assert_eq!(*error.kind(), ErrorKind::Unauthorised);
    assert!(error.to_string().contains("HF_TOKEN") && !error.to_string().contains("hf_bad"), "{error}");
    assert_eq!(*Hub::new(at(&server)).whoami().expect_err("no token").kind(), ErrorKind::Unauthorised);
    let url = server.url();
    let environment = |offline: bool| {
        let url = url.clone();
        rolecall::Environment::from_lookup(move |name| match name {
            "HF_ENDPOINT" => Some(url.clone()),
            "HF_TOKEN" => Some("hf_bad\n".to_owned()),
            "HF_HUB_OFFLINE" => offline.then(|| "1".to_owned()),
            _ => None,
        })
    };
    let error = Hub::from_environment(&environment(false)).expect("fine").whoami().expect_err("unknown");
    assert!(error.to_string().contains("the environment variable HF_TOKEN"), "{error}");
    assert!(Hub::from_environment(&environment(true)).is_err());
    assert_eq!(hub.deployed("hf-inference").expect("a list")[0].id, "a/b");
    assert_eq!(
        server.requests().last().and_then(|asked| asked.parameter("inference_provider")).as_deref(),
        Some("hf-inference")
    );
    assert_eq!(hub.providers("a/b").expect("a list")[0].provider_id.as_deref(), Some("A/B"));
    assert!(hub.providers("../x").is_err());
}

#[test]
fn limits_of_time_and_size() {
    let slow = start(|request| match request.path.as_str() {
        "/generate" => Response::new(200).delayed(Duration::from_secs(5)),
        _ => Response::new(200).header("content-type", "text/event-stream").parts(
            (0..100)
                .flat_map(|_| {
                    [
                        Part::Bytes(b"data: {\"token\":{\"text\":\"a\"}}\n\n".to_vec()),
                        Part::Bytes(b":\n\n".to_vec()),
                        Part::Pause(Duration::from_millis(40)),
                    ]
                })
                .collect(),
        ),
    });
    let sender = Sender::new(at(&slow)).deadline(Duration::from_millis(300)).wait(Duration::from_secs(60));
    let begun = Instant::now();
    let error = sender.generate("hi", &Parameters::new()).expect_err("too slow");
    assert_eq!(*error.kind(), ErrorKind::Timeout, "{error}");
    let last = sender.generate_stream("hi", &Parameters::new()).expect("begins").last().expect("an end");
    assert!(
        matches!(last.expect_err("cut").kind(), ErrorKind::Incomplete { text } if text.starts_with("aa"))
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
    let small = Sender::new(at(&slow)).max_answer(100);
    let last = small.generate_stream("hi", &Parameters::new()).expect("begins").last().expect("an end");
    assert!(matches!(last.expect_err("cut").kind(), ErrorKind::Incomplete { .. }));
}

#[test]
fn what_may_be_repeated_by_choice() {
    let tries = |sender: &dyn Fn(Sender) -> Sender, status: u16| {
        let server = start(move |request| {
            let _ = request;
            Response::new(status).header("retry-after", "0").text("boom")
        });
        let sender = sender(Sender::new(at(&server)).wait(Duration::from_millis(700)));
        assert!(sender.generate("hi", &Parameters::new()).is_err());
        server.requests().len()
    };
    assert_eq!(tries(&|sender| sender, 500), 1);
    assert!(tries(&|sender| sender.repeat_everything(true), 500) > 1);
    assert!(tries(&|sender| sender, 429) > 1);
    for status in [401, 413, 422] {
        assert_eq!(tries(&|sender| sender.repeat_everything(true), status), 1);
    }
}

#[test]
fn connections_are_used_again_and_bounded() {
    let event = |text: &str, reason: &str| {
        format!("data: {{\"choices\":[{{\"text\":\"{text}\",\"finish_reason\":{reason}}}]}}\n\n")
    };
    let body = [event("a", "null"), event("b", "\"stop\""), "data: [DONE]\n\n".to_owned()].concat();
    let server = start(move |_| {
        Response::new(200)
            .header("content-type", "text/event-stream")
            .parts(vec![Part::Bytes(body.clone().into())])
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sender = rolecall_sender::Sender::new(at(&server)).dialect(Dialect::Completions).connections(4);
        let tasks: Vec<_> = (0..40)
            .map(|_| {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let stream = sender.generate_stream("hi", &Parameters::new()).await?;
                    stream.into_answer().await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("no panic").expect("an answer").text, "ab");
        }
    });
    assert_eq!(server.requests().len(), 40);
}

#[cfg(feature = "image")]
#[test]
fn images_are_made_smaller() {
    let pixels = image::RgbaImage::from_fn(300, 200, |x, y| {
        let noise = u8::try_from((x * 7919 + y * 104_729 + x * y) % 251).unwrap_or_default();
        image::Rgba([noise, noise.wrapping_mul(3), noise.wrapping_add(91), 128])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
    let large = Image::from_bytes(bytes.into_inner(), "it").expect("an image");
    for limit in [20_000, 8_000, 2_000] {
        let small = rolecall_sender::downscale(&large, limit).expect("fits");
        assert!(
            small.bytes().len() <= limit && small.bytes().len() * 3 > limit,
            "{} of {limit}",
            small.bytes().len()
        );
        assert_eq!(small.format(), rolecall::ImageFormat::Jpeg);
    }
    assert_eq!(rolecall_sender::downscale(&large, 10 << 20).expect("as it is"), large);
    assert!(rolecall_sender::downscale(&large, 10).is_err());
    let broken = Image::from_bytes(b"\x89PNG\r\n\x1a\nxxxx".to_vec(), "it").expect("by its name");
    assert!(
        rolecall_sender::downscale(&broken, 5).expect_err("broken").to_string().contains("cannot be read")
    );
}
