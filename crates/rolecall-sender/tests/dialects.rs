//! Requests out, answers and frames in, of every dialect: no I/O.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use rolecall_sender::{
    Dialect, Endpoint, Error, ErrorKind, Event, Frames, Generation, Grammar, Info, Parameters, Payload,
    Request, ServerLimits,
};
use serde_json::{Value, json};

fn local() -> Endpoint {
    Endpoint::parse("http://127.0.0.1:8080").expect("an address")
}

fn inference(model: &str) -> Endpoint {
    Endpoint::hugging_face().provider("hf-inference").model(model)
}

fn request(
    dialect: Dialect,
    endpoint: &Endpoint,
    text: &str,
    parameters: &Parameters,
    stream: bool,
) -> Request {
    dialect.request(endpoint, Payload::Text(text), parameters, stream).expect("a request")
}

fn chat(endpoint: &Endpoint, messages: &Value, parameters: &Parameters, stream: bool) -> String {
    Dialect::Chat.request(endpoint, Payload::Messages(messages), parameters, stream).expect("a request").body
}

fn schema() -> Value {
    json!({"properties": {"a": {"type": "string"}}})
}

#[test]
fn bodies_of_tgi() {
    let notebook = Parameters::new().max_new_tokens(50).return_full_text(true).seed(42).temperature(0.8);
    let sent =
        request(Dialect::Tgi, &inference("codellama/x"), "A HTTP POST request is used to ", &notebook, false);
    assert_eq!(
        sent.body,
        r#"{"inputs":"A HTTP POST request is used to ","parameters":{"max_new_tokens":50,"return_full_text":true,"seed":42,"temperature":0.8}}"#
    );
    assert_eq!((sent.method, sent.url.path()), ("POST", "/hf-inference/models/codellama/x"));
    let all = Parameters::new()
        .adapter_id("ad")
        .best_of(2)
        .decoder_input_details(true)
        .details(true)
        .do_sample(true)
        .frequency_penalty(0.1)
        .json_schema(schema())
        .max_new_tokens(7)
        .repetition_penalty(1.1)
        .stop("\n")
        .temperature(0.5)
        .top_k(5)
        .top_n_tokens(2)
        .top_p(0.9)
        .truncate(99)
        .typical_p(0.8)
        .watermark(true);
    assert_eq!(
        request(Dialect::Tgi, &local(), "hé\u{2028}😀 </s>", &all, false).body,
        concat!(
            "{\"inputs\":\"hé\u{2028}😀 </s>\",\"parameters\":",
            r#"{"adapter_id":"ad","best_of":2,"decoder_input_details":true,"details":true,"do_sample":true,"frequency_penalty":0.1,"#,
            r#""grammar":{"type":"json","value":{"properties":{"a":{"type":"string"}}}},"max_new_tokens":7,"repetition_penalty":1.1,"#,
            r#""return_full_text":false,"stop":["\n"],"temperature":0.5,"top_k":5,"top_n_tokens":2,"top_p":0.9,"truncate":99,"#,
            r#""typical_p":0.8,"watermark":true}}"#
        )
    );
    let regex = Parameters::new().grammar(Grammar::Regex("[a-z]+".to_owned()));
    let body = request(Dialect::Tgi, &local(), "x", &regex, false).body;
    assert!(body.contains(r#""grammar":{"type":"regex","value":"[a-z]+"}"#), "{body}");
    // Only a model's own route reads the field.
    let new = Parameters::new();
    assert!(!request(Dialect::Tgi, &local(), "x", &new, true).body.contains("stream"));
    let body = request(Dialect::Tgi, &inference("a/b"), "x", &new, true).body;
    assert_eq!(body, r#"{"inputs":"x","parameters":{"return_full_text":false},"stream":true}"#);
}

#[test]
fn bodies_of_completions_and_sglang() {
    let parameters =
        Parameters::new().temperature(0.0).seed(7).stop("\n").presence_penalty(0.5).top_n_tokens(3);
    let sent = request(Dialect::Completions, &local().model("m"), "x", &parameters, true);
    assert_eq!(
        sent.body,
        r#"{"model":"m","prompt":"x","logprobs":3,"max_tokens":100,"presence_penalty":0.5,"seed":7,"stop":["\n"],"temperature":0.0,"stream":true}"#
    );
    assert_eq!(sent.headers[1], ("accept", "text/event-stream".to_owned()));
    let ids = Dialect::Completions.request(
        &local(),
        Payload::Ids(&[1, 2]),
        &Parameters::new().max_new_tokens(3),
        false,
    );
    assert_eq!(ids.expect("a request").body, r#"{"prompt":[1,2],"max_tokens":3}"#);
    let greedy = Parameters::new().do_sample(false).max_new_tokens(3);
    let body = request(Dialect::Completions, &local(), "x", &greedy, false).body;
    assert_eq!(body, r#"{"prompt":"x","max_tokens":3,"temperature":0.0}"#);

    let all = Parameters::new()
        .max_new_tokens(3)
        .temperature(0.5)
        .top_k(5)
        .top_p(1.0)
        .repetition_penalty(1.1)
        .stop("a")
        .json_schema(schema());
    assert_eq!(
        request(Dialect::SgLang, &local(), "x", &all, true).body,
        concat!(
            r#"{"text":"x","sampling_params":{"json_schema":"{\"properties\":{\"a\":{\"type\":\"string\"}}}","#,
            r#""max_new_tokens":3,"repetition_penalty":1.1,"stop":["a"],"temperature":0.5,"top_k":5,"top_p":1.0},"stream":true}"#
        )
    );
    let ids = Dialect::SgLang
        .request(&local(), Payload::Ids(&[1, 2]), &Parameters::new(), false)
        .expect("a request");
    assert_eq!(ids.body, r#"{"input_ids":[1,2],"sampling_params":{"max_new_tokens":100}}"#);
}

#[test]
fn bodies_of_chat() {
    let messages = json!([{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]);
    let router = inference("meta-llama/Meta-Llama-3-8B-Instruct");
    assert_eq!(
        chat(&router, &messages, &Parameters::new().max_new_tokens(250).seed(42), true),
        r#"{"model":"meta-llama/Meta-Llama-3-8B-Instruct","messages":[{"role":"system","content":"S"},{"role":"user","content":"U"}],"max_tokens":250,"seed":42,"stream":true}"#
    );
    assert_eq!(
        chat(&local(), &messages, &Parameters::new(), false),
        r#"{"model":"dummy","messages":[{"role":"system","content":"S"},{"role":"user","content":"U"}],"stream":false}"#
    );
    let tool = json!([{"type": "function", "function": {"name": "f", "description": "d",
        "parameters": {"type": "object", "properties": {}}}}]);
    let all = Parameters::new()
        .frequency_penalty(0.1)
        .logit_bias(json!({"5": 1}))
        .logprobs(true)
        .max_new_tokens(9)
        .n(1)
        .presence_penalty(0.2)
        .response_format(json!({"type": "json", "value": schema()}))
        .seed(5)
        .stop("a")
        .temperature(0.3)
        .tool_choice("auto")
        .tool_prompt("tp")
        .tools(tool)
        .top_n_tokens(2)
        .top_p(0.9)
        .include_usage(true)
        .extra("repetition_penalty", 1.1);
    assert_eq!(
        chat(&local().model("m"), &json!([{"role": "user", "content": "U"}]), &all, true),
        concat!(
            r#"{"model":"m","messages":[{"role":"user","content":"U"}],"frequency_penalty":0.1,"logit_bias":{"5":1},"logprobs":true,"#,
            r#""max_tokens":9,"n":1,"presence_penalty":0.2,"response_format":{"type":"json","value":{"properties":{"a":{"type":"string"}}}},"#,
            r#""seed":5,"stop":["a"],"temperature":0.3,"tool_choice":"auto","tool_prompt":"tp","tools":[{"type":"function","function":"#,
            r#"{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}],"top_logprobs":2,"top_p":0.9,"stream":true,"#,
            r#""stream_options":{"include_usage":true},"repetition_penalty":1.1}"#
        )
    );
    let typed = Parameters::new().json_schema(schema());
    let body = chat(&router, &messages, &typed, false);
    assert!(body.contains(r#""response_format":{"type":"json_object","value":{"properties""#), "{body}");
    let body = chat(&local(), &messages, &typed, false);
    assert!(
        body.contains(
            r#""response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"properties""#
        ),
        "{body}"
    );
    let format = json!({"type": "json_schema", "json_schema": {"name": "n", "schema": schema()}});
    let body = chat(&router, &messages, &Parameters::new().response_format(format), false);
    assert!(body.contains(r#""response_format":{"type":"json_object","value":{"properties""#), "{body}");
}

fn refused(dialect: Dialect, parameters: &Parameters, stream: bool) -> Error {
    let messages = json!([]);
    let payload = if dialect == Dialect::Chat { Payload::Messages(&messages) } else { Payload::Text("x") };
    let error = dialect.request(&local(), payload, parameters, stream).expect_err("refused");
    assert_eq!(*error.kind(), ErrorKind::Parameter);
    assert!(error.advice().is_some(), "{error}");
    error
}

#[test]
fn what_servers_refuse_is_refused_before_sending() {
    let new = Parameters::new;
    let five = ["a", "b", "c", "d", "e"].into_iter().fold(new(), Parameters::stop);
    for (parameters, name) in [
        (new().max_new_tokens(0), "max_new_tokens"),
        (new().temperature(0.0), "temperature"),
        (new().temperature(-1.0), "temperature"),
        (new().temperature(f64::NAN), "temperature"),
        (new().temperature(0.5).do_sample(false), "temperature"),
        (new().top_p(1.0), "top_p"),
        (new().top_p(0.0), "top_p"),
        (new().top_k(0), "top_k"),
        (new().typical_p(1.0), "typical_p"),
        (new().repetition_penalty(0.0), "repetition_penalty"),
        (new().repetition_penalty(f64::INFINITY), "repetition_penalty"),
        (new().frequency_penalty(3.0), "frequency_penalty"),
        (new().best_of(3).do_sample(true), "best_of"),
        (new().best_of(2), "best_of"),
        (new().best_of(2).do_sample(true).seed(1), "best_of"),
        (new().best_of(0), "best_of"),
        (five.clone(), "stop"),
        (new().stop(""), "stop"),
        (new().top_n_tokens(9), "top_n_tokens"),
        (new().truncate(0), "truncate"),
        (new().json_schema(json!({"type": "object"})), "grammar"),
        (new().decoder_input_details(true), "decoder_input_details"),
    ] {
        let error = refused(Dialect::Tgi, &parameters, false).to_string();
        assert!(error.starts_with(name), "{error}");
    }
    for parameters in [new().best_of(2).do_sample(true), new().details(true).decoder_input_details(true)] {
        refused(Dialect::Tgi, &parameters, true);
    }
    refused(Dialect::Chat, &new().n(2), true);
    // What only TGI refuses.
    request(Dialect::Completions, &local(), "x", &new().top_n_tokens(9).best_of(3).temperature(0.5), false);
    for dialect in [Dialect::Completions, Dialect::SgLang] {
        request(dialect, &local(), "x", &new().temperature(0.0).top_p(1.0), false);
        request(dialect, &local(), "x", &five, false);
        refused(dialect, &new().temperature(-0.1), false);
        refused(dialect, &new().top_p(1.1), false);
    }
}

#[test]
fn a_server_may_have_other_limits() {
    let info = Info::from(json!({"max_stop_sequences": 5, "max_best_of": 3}));
    let limits = ServerLimits::from(&info);
    let stops =
        |count: usize| (0..count).fold(Parameters::new().limits(limits), |p, at| p.stop(at.to_string()));
    request(Dialect::Tgi, &local(), "x", &stops(5), false);
    let error = refused(Dialect::Tgi, &stops(6), false).to_string();
    assert!(error.contains("up to 5 sequences") && error.contains("Parameters::limits"), "{error}");
    let best_of = |count| Parameters::new().limits(limits).best_of(count).do_sample(true);
    request(Dialect::Tgi, &local(), "x", &best_of(3), false);
    refused(Dialect::Tgi, &best_of(4), false);
    refused(Dialect::Completions, &stops(6), false);
    // What the server does not tell stays.
    refused(Dialect::Tgi, &Parameters::new().limits(limits).top_n_tokens(6), false);
}

#[test]
fn a_parameter_without_a_place_is_an_error() {
    use Dialect::{Chat, Completions, SgLang, Tgi};
    let new = Parameters::new;
    let rows: [(&str, Parameters, &[Dialect]); 22] = [
        ("adapter_id", new().adapter_id("x"), &[Completions, SgLang, Chat]),
        ("add_special_tokens", new().add_special_tokens(false), &[Tgi, SgLang, Chat]),
        ("best_of", new().best_of(2).temperature(0.5), &[SgLang, Chat]),
        ("details", new().details(true), &[Completions, SgLang, Chat]),
        ("do_sample", new().do_sample(true), &[Completions, SgLang, Chat]),
        ("grammar", new().json_schema(schema()), &[Completions]),
        ("grammar", new().grammar(Grammar::Regex("a".to_owned())), &[Completions, Chat]),
        ("logit_bias", new().logit_bias(json!({})), &[Tgi, Completions, SgLang]),
        ("logprobs", new().logprobs(true), &[Tgi, Completions, SgLang]),
        ("n", new().n(2), &[Tgi, SgLang]),
        ("presence_penalty", new().presence_penalty(1.0), &[Tgi]),
        ("repetition_penalty", new().repetition_penalty(1.1), &[Completions, Chat]),
        ("response_format", new().response_format(json!({})), &[Tgi, Completions, SgLang]),
        ("return_full_text", new().return_full_text(true), &[Chat]),
        ("seed", new().seed(1), &[SgLang]),
        ("tool_choice", new().tool_choice("auto"), &[Tgi, Completions, SgLang]),
        ("tools", new().tools(json!([])), &[Tgi, Completions, SgLang]),
        ("top_k", new().top_k(5), &[Completions, Chat]),
        ("top_n_tokens", new().top_n_tokens(2), &[SgLang]),
        ("truncate", new().truncate(5), &[Completions, SgLang, Chat]),
        ("typical_p", new().typical_p(0.5), &[Completions, SgLang, Chat]),
        ("watermark", new().watermark(true), &[Completions, SgLang, Chat]),
    ];
    for (name, parameters, dialects) in rows {
        for dialect in dialects {
            let error = refused(*dialect, &parameters, false).to_string();
            assert!(error.contains(name) && error.contains(dialect.name()), "{error}");
        }
    }
    let messages = json!([]);
    for (dialect, payload) in [
        (Tgi, Payload::Ids(&[1])),
        (Tgi, Payload::Messages(&messages)),
        (Completions, Payload::Messages(&messages)),
        (SgLang, Payload::Messages(&messages)),
        (Chat, Payload::Text("x")),
        (Chat, Payload::Ids(&[1])),
        (Tgi, Payload::Text("")),
        (Completions, Payload::Ids(&[])),
    ] {
        let error = dialect.request(&local(), payload, &new(), false).expect_err("refused");
        assert_eq!(*error.kind(), ErrorKind::Parameter, "{error}");
    }
}

#[test]
fn answers() {
    for body in [r#"{"generated_text":"Hi"}"#, r#"[{"generated_text":"Hi"}]"#] {
        assert_eq!(Dialect::Tgi.answer(body.as_bytes()).expect(body).text, "Hi");
    }
    let details = br#"{"generated_text":"Hi","details":{"finish_reason":"length","generated_tokens":3,"seed":42,
        "prefill":[{"id":1,"text":"<s>","logprob":null}],"tokens":[{"id":5,"text":" x","logprob":-0.5,"special":false}],
        "top_tokens":[[{"id":5,"text":" x","logprob":-0.5,"special":false}]],
        "best_of_sequences":[{"generated_text":"Ho","finish_reason":"length","generated_tokens":3,"seed":null,"prefill":[],"tokens":[]}]}}"#;
    let answer = Dialect::Tgi.answer(details).expect("an answer");
    assert_eq!((answer.finish_reason.as_deref(), answer.generated_tokens), (Some("length"), Some(3)));
    assert_eq!((answer.seed, answer.tokens[0].id, answer.tokens[0].logprob), (Some(42), Some(5), Some(-0.5)));
    assert_eq!((answer.prefill[0].logprob, answer.top_tokens[0].len()), (None, 1));
    assert_eq!(answer.others[0].text, "Ho");

    let answer = Dialect::Completions.answer(
        br#"{"object":"text_completion","model":"m","choices":[{"index":1,"text":"b","finish_reason":"stop"},{"index":0,"text":"a","finish_reason":"length"}],"usage":{"prompt_tokens":6,"completion_tokens":1}}"#,
    );
    let answer = answer.expect("an answer");
    assert_eq!((answer.text.as_str(), answer.others[0].text.as_str()), ("a", "b"), "by their index");
    assert_eq!((answer.prompt_tokens, answer.generated_tokens), (Some(6), Some(1)));

    let answer = Dialect::SgLang.answer(
        br#"{"text":"a","output_ids":[4],"meta_info":{"id":"x","finish_reason":{"type":"length","length":3},"prompt_tokens":2,"completion_tokens":3}}"#,
    );
    let answer = answer.expect("an answer");
    assert_eq!((answer.finish_reason.as_deref(), answer.prompt_tokens), (Some("length"), Some(2)));
    assert_eq!(answer.token_ids, [4]);

    let answer = Dialect::Chat.answer(
        br#"{"choices":[{"message":{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":{"a":1}}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
    );
    let answer = answer.expect("an answer");
    assert_eq!((answer.text.as_str(), answer.reasoning.as_deref()), ("", Some("hm")));
    assert_eq!(
        (answer.tool_calls[0].name.as_str(), answer.tool_calls[0].arguments.as_str()),
        ("f", r#"{"a":1}"#)
    );

    for dialect in Dialect::ALL {
        for body in [
            "",
            "[]",
            "{}",
            "null",
            "<html></html>",
            r#"{"generated_text":5,"text":5,"choices":5}"#,
            r#"{"choices":[]}"#,
        ] {
            assert_eq!(
                *dialect.answer(body.as_bytes()).expect_err(body).kind(),
                ErrorKind::Protocol,
                "{body}"
            );
        }
        let error = dialect.answer(br#"{"error":"no","error_type":"validation"}"#).expect_err("an error");
        assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Validation, Some("no")));
    }
}

/// What the frames give: the pieces of the text, and the end.
fn read(dialect: Dialect, stream: &[&str]) -> (Vec<String>, Result<Generation, Error>) {
    let mut frames = Frames::new(dialect);
    let mut texts = Vec::new();
    let mut end = None;
    let take = |events: Vec<Event>, texts: &mut Vec<String>, end: &mut Option<Generation>| {
        for event in events {
            match event {
                Event::Token { text } => texts.push(text),
                Event::End(answer) => assert!(end.replace(answer).is_none(), "one end"),
                _ => {}
            }
        }
    };
    for frame in stream {
        match frames.read(frame) {
            Ok(events) => take(events, &mut texts, &mut end),
            Err(error) => return (texts, Err(error)),
        }
    }
    match frames.finish() {
        Ok(events) => take(events, &mut texts, &mut end),
        Err(error) => return (texts, Err(error)),
    }
    (texts, Ok(end.expect("an end")))
}

#[test]
fn streams_of_tgi() {
    let first = r#"{"index":1,"token":{"id":100,"text":"Hel","logprob":-0.5,"special":false},"top_tokens":[{"id":100,"text":"Hel","logprob":-0.5,"special":false}],"generated_text":null,"details":null}"#;
    let last = r#"{"index":2,"token":{"id":2,"text":"</s>","logprob":0,"special":true},"generated_text":"Hel lo","details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null,"input_length":6}}"#;
    let (texts, end) = read(Dialect::Tgi, &[first, last, "[DONE]"]);
    let end = end.expect("an answer");
    assert_eq!((texts, end.text.as_str()), (vec!["Hel".to_owned()], "Hel lo"), "the last frame's text wins");
    assert_eq!((end.prompt_tokens, end.generated_tokens), (Some(6), Some(2)));
    assert_eq!((end.tokens.len(), end.top_tokens.len()), (2, 1));
    let (_, end) = read(Dialect::Tgi, &[first]);
    assert!(matches!(end.expect_err("too early").kind(), ErrorKind::Incomplete { text } if text == "Hel"));
    let (texts, end) = read(Dialect::Tgi, &[first, r#"{"error":"boom","error_type":"generation"}"#]);
    let error = end.expect_err("an error");
    assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Generation, Some("boom")));
    assert_eq!(texts, ["Hel"]);
}

#[test]
fn streams_of_completions() {
    let chunk = |text: &str, reason: &str| {
        format!(
            r#"{{"object":"text_completion","choices":[{{"index":0,"text":{text:?},"finish_reason":{reason}}}]}}"#
        )
    };
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":6,"completion_tokens":2}}"#;
    for reason in ["\"\"", "null"] {
        let (a, b, end) = (chunk("Hel", reason), chunk("lo", reason), chunk("", "\"length\""));
        for tail in [&["[DONE]"][..], &[usage, "[DONE]"], &[usage], &[]] {
            let stream: Vec<&str> = [a.as_str(), &b, &end].into_iter().chain(tail.iter().copied()).collect();
            let (texts, answer) = read(Dialect::Completions, &stream);
            let answer = answer.expect("an answer");
            assert_eq!((texts.concat(), answer.text.as_str()), ("Hello".to_owned(), "Hello"));
            assert_eq!(answer.finish_reason.as_deref(), Some("length"));
            assert_eq!(answer.prompt_tokens, tail.contains(&usage).then_some(6));
        }
        let (_, cut) = read(Dialect::Completions, &[&a, &b]);
        assert!(matches!(cut.expect_err("cut").kind(), ErrorKind::Incomplete { text } if text == "Hello"));
    }
    let (_, end) =
        read(Dialect::Completions, &[r#"{"error":{"message":"x","http_status_code":422}}"#, "[DONE]"]);
    assert_eq!(end.expect_err("an error").server_message(), Some("x"));
    // transformers serve writes what went wrong without escapes.
    let (_, end) = read(Dialect::Completions, &[r#"{"error": "no "such" thing"}"#]);
    let error = end.expect_err("an error");
    assert_eq!((error.kind(), error.server_message()), (&ErrorKind::Server, Some("no \"such\" thing")));
    let (_, end) = read(Dialect::Completions, &["[DONE]"]);
    assert_eq!(*end.expect_err("nothing").kind(), ErrorKind::Protocol);
}

#[test]
fn the_text_of_sglang_is_cumulative() {
    let frame = |text: &str, reason: &str| {
        format!(
            r#"{{"text":{text:?},"meta_info":{{"finish_reason":{reason},"prompt_tokens":2,"completion_tokens":3}}}}"#
        )
    };
    let end = r#"{"type":"stop"}"#;
    // A character whose bytes have not all come ends in a replacement character.
    let frames = [frame("A", "null"), frame("A ", "null"), frame("A \u{fffd}", "null"), frame("A 😀b", end)];
    let frames: Vec<&str> = frames.iter().map(String::as_str).chain(["[DONE]"]).collect();
    let (texts, answer) = read(Dialect::SgLang, &frames);
    let answer = answer.expect("an answer");
    assert_eq!(
        (texts, answer.text.as_str()),
        (vec!["A".to_owned(), " ".to_owned(), "😀b".to_owned()], "A 😀b")
    );
    assert_eq!((answer.finish_reason.as_deref(), answer.generated_tokens), (Some("stop"), Some(3)));
    let (_, error) = read(Dialect::SgLang, &[&frame("abc", "null"), &frame("abd", "null")]);
    assert_eq!(*error.expect_err("taken back").kind(), ErrorKind::Protocol);
    // A stop text had begun to come when it showed that it is one.
    let matched = |stop: &str| format!(r#"{{"type":"stop","matched":{stop}}}"#);
    for (came, stop, fits) in [
        ("a\nOb", r#""\nObs""#, true),
        ("a\nObs.", r#""\nObs""#, true),
        ("abc", r#""\nObs""#, false),
        ("ab", "2", false),
    ] {
        let (texts, end) = read(Dialect::SgLang, &[&frame(came, "null"), &frame("a", &matched(stop))]);
        assert_eq!(texts, [came]);
        assert_eq!(end.map(|answer| answer.text).ok().as_deref(), fits.then_some("a"), "{came} {stop}");
    }
}

#[test]
fn streams_of_chat() {
    let delta = |delta: Value, reason: Value| {
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": null}).to_string()
    };
    let frames = [
        delta(json!({"role": "assistant", "content": ""}), Value::Null),
        delta(json!({"reasoning_content": "hm"}), Value::Null),
        delta(json!({"content": "A"}), Value::Null),
        delta(
            json!({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": ""}}]}),
            Value::Null,
        ),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"a\""}}]}), Value::Null),
        delta(
            json!({"tool_calls": [{"index": 1, "id": "2", "function": {"name": "g", "arguments": "{}"}}]}),
            Value::Null,
        ),
        delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}), Value::Null),
        delta(json!({}), json!("tool_calls")),
        r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}"#.to_owned(),
        "[DONE]".to_owned(),
    ];
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    let (texts, answer) = read(Dialect::Chat, &frames);
    let answer = answer.expect("an answer");
    assert_eq!((texts, answer.text.as_str()), (vec!["A".to_owned()], "A"));
    assert_eq!(answer.reasoning.as_deref(), Some("hm"));
    let calls: Vec<_> =
        answer.tool_calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
    assert_eq!(calls, [("f", r#"{"a":1}"#), ("g", "{}")]);
    assert_eq!((answer.prompt_tokens, answer.finish_reason.as_deref()), (Some(3), Some("tool_calls")));

    let whole =
        json!({"choices": [{"message": {"role": "assistant", "content": "A"}, "finish_reason": "stop"}]});
    let (texts, _) = read(Dialect::Chat, &[&whole.to_string(), "[DONE]"]);
    assert_eq!(texts, ["A"], "a message in the place of deltas");
}
