//! Typed conversations and the JSON that they are: the same, in both directions.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use proptest::prelude::*;
use rolecall::{
    ChatTemplate, Content, Document, ErrorKind, Message, Model, Options, Part, Prompt, Result, SpecialTokens,
    Tool, ToolCall,
};
use serde_json::{Map, Value, json};

/// Typed conversations, and the same as Python's users write them.
fn conversations() -> Vec<(Vec<Message>, Value)> {
    vec![
        (
            vec![
                Message::system("Be brief."),
                Message::user(" Who says moo? "),
                Message::assistant("A cow."),
            ],
            json!([
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": " Who says moo? "},
                {"role": "assistant", "content": "A cow."},
            ]),
        ),
        (
            vec![Message::user([
                Part::image(),
                Part::text("<image> and "),
                Part::image().url("https://example.org/a.png"),
                Part::image().path("a.png"),
                Part::image().base64("R0lGODlh"),
            ])],
            json!([{"role": "user", "content": [
                {"type": "image"},
                {"type": "text", "text": "<image> and "},
                {"type": "image", "url": "https://example.org/a.png"},
                {"type": "image", "path": "a.png"},
                {"type": "image", "base64": "R0lGODlh"},
            ]}]),
        ),
        (
            vec![Message::user(vec![
                Part::video().url("https://example.org/a.mp4"),
                Part::audio().path("a.ogg"),
                Part::image_url("https://example.org/a.png").field("detail", "low"),
            ])],
            json!([{"role": "user", "content": [
                {"type": "video", "url": "https://example.org/a.mp4"},
                {"type": "audio", "path": "a.ogg"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}, "detail": "low"},
            ]}]),
        ),
        (
            vec![
                Message::user("Weather in Paris and Rome?"),
                Message::assistant("I'll look.")
                    .reasoning("Two calls.")
                    .tool_call(
                        ToolCall::function("get_weather", json!({"city": "Paris", "days": 2})).id("call_1"),
                    )
                    .tool_call(ToolCall::function("get_weather", r#"{"city": "Rome"}"#).id("call_2")),
                Message::tool("call_1", "rain"),
                Message::tool("call_2", json!({"sky": "blue"})).name("get_weather"),
                Message::with_role("assistant").tool_call(ToolCall::function("now", json!({}))),
                Message::new("tool", "12:34"),
                Message::new("critic", Value::Null).field("weight", 0.5).field("tags", json!(["a", null])),
            ],
            json!([
                {"role": "user", "content": "Weather in Paris and Rome?"},
                {"role": "assistant", "content": "I'll look.", "reasoning_content": "Two calls.", "tool_calls": [
                    {"id": "call_1", "type": "function",
                     "function": {"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}},
                    {"id": "call_2", "type": "function",
                     "function": {"name": "get_weather", "arguments": "{\"city\": \"Rome\"}"}},
                ]},
                {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
                {"role": "tool", "tool_call_id": "call_2", "name": "get_weather", "content": {"sky": "blue"}},
                {"role": "assistant", "tool_calls": [
                    {"type": "function", "function": {"name": "now", "arguments": {}}},
                ]},
                {"role": "tool", "content": "12:34"},
                {"role": "critic", "content": null, "weight": 0.5, "tags": ["a", null]},
            ]),
        ),
    ]
}

/// Prints everything, in order: what differs in the messages differs here.
const WHOLE: &str = "{{ tools|tojson }}{{ documents|tojson }}{% for m in messages %}{{ m|tojson }}{{ m }}\
    {% for c in m.tool_calls %}{{ c.function.name }}({{ c.function.arguments|tojson }}){% endfor %}{% endfor %}";

/// The prompt's text, or what the error says.
fn text(prompt: Result<Prompt>) -> std::result::Result<String, String> {
    prompt.map(|prompt| prompt.text().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn typed_messages_are_written_as_python_writes_them() {
    for (typed, json) in conversations() {
        assert_eq!(json!(typed).to_string(), json.to_string());
        assert_eq!(Value::from(typed.clone()).to_string(), json.to_string());
        assert_eq!(Message::list_from_value(json).expect("a conversation"), typed);
    }
}

#[test]
fn typed_messages_give_the_prompt_of_their_json() {
    let tool = Tool::function("now", "The time.").parameter("zone", json!({"type": "string"}));
    let typed_options =
        Options::new().tools([tool]).documents([Document::new("Cows", "They say moo.").field("page", 1)]);
    let options = Options::new()
        .tools(json!([{"type": "function", "function": {"name": "now", "description": "The time.", "parameters": {
            "type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"],
        }}}]))
        .documents(json!([{"title": "Cows", "text": "They say moo.", "page": 1}]));
    let whole = ChatTemplate::new(WHOLE, SpecialTokens::default()).expect("compiles");
    let models: Vec<Model> =
        Model::builtin_names().map(|name| Model::builtin(name).expect("built in")).collect();
    let mut rendered = 0;
    for (typed, json) in conversations() {
        for model in &models {
            let one = text(model.apply_chat_template(typed.as_slice(), &typed_options));
            assert_eq!(one, text(model.apply_chat_template(&json, &options)), "{}", model.origin());
            rendered += usize::from(one.is_ok());
        }
        let one = text(whole.apply_chat_template(&typed, &typed_options));
        assert_eq!(one, text(whole.apply_chat_template(&json, &options)));
        assert!(one.is_ok(), "{one:?}");
    }
    assert!(rendered > models.len(), "most of the built-in templates should render something");
}

#[test]
fn fields_are_found_again() {
    let (typed, _) = conversations().pop().expect("conversations");
    let message = typed.get(1).expect("a message");
    assert_eq!(message.role(), Some("assistant"));
    assert_eq!(message.content().and_then(Content::as_text), Some("I'll look."));
    assert_eq!(message.names().collect::<Vec<_>>(), ["role", "content", "reasoning_content", "tool_calls"]);
    let calls: Vec<_> = message.tool_calls().iter().map(ToolCall::name).collect();
    assert_eq!(calls, [Some("get_weather"), Some("get_weather")]);
    for name in message.names() {
        assert_eq!(message.get(name).as_ref(), json!(message).get(name));
    }
}

#[test]
fn a_field_that_is_given_again_keeps_its_place() {
    let call = || ToolCall::function("now", json!({}));
    let message = Message::assistant("a").tool_call(call()).reasoning("r").field("content", json!([]));
    let message = message.reasoning("s").tool_call(call()).name("n").name("m");
    let expected = json!({
        "role": "assistant", "name": "m", "content": [], "tool_calls": [call(), call()], "reasoning_content": "s",
    });
    assert_eq!(json!(message).to_string(), expected.to_string());

    let without = Message::with_role("assistant").field("tool_calls", Value::Null);
    assert_eq!(json!(without).to_string(), r#"{"role":"assistant","tool_calls":null}"#);
    assert_eq!(without.tool_calls(), []);
    assert_eq!(without.tool_call(call()).tool_calls(), [call()]);
    let gone = Message::with_role("assistant").tool_call(call()).field("tool_calls", "none");
    assert_eq!(json!(gone), json!({"role": "assistant", "tool_calls": "none"}));
}

#[test]
fn what_is_no_conversation_is_refused() {
    for (value, parts) in [
        (json!({"role": "user"}), ["a conversation is a list of messages, not dict", r#"[{"role": "user""#]),
        (
            json!([{"role": "user"}, ["Hi"]]),
            ["message 2: a message is a JSON object, not list", r#"{"role": "user""#],
        ),
        (json!([null]), ["message 1: a message is a JSON object, not NoneType", r#"{"role": "user""#]),
    ] {
        let error = Message::list_from_value(value).expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Conversation);
        for part in parts {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    let error = serde_json::from_str::<Message>("3").expect_err("is refused").to_string();
    assert!(error.starts_with("a message is a JSON object, not int. Write it as {\"role\""), "{error}");
    let error = serde_json::from_str::<Tool>("[]").expect_err("is refused").to_string();
    assert!(error.starts_with("a tool is a JSON object, not list. Write it as {\"type\""), "{error}");
    let error = Message::list_from_json("[{\"role\": \"user\",\n \"n\": 1e]").expect_err("is refused");
    assert_eq!(error.kind(), ErrorKind::Json);
    assert!(error.to_string().contains("line 2"), "{error}");
}

/// Any JSON, with names that mean something more often than by chance.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        Just(json!("text")),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let items = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array);
        prop_oneof![items, object(inner)]
    })
}

fn object(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        3 => proptest::sample::select(vec![
            "role", "content", "tool_calls", "type", "text", "function", "name", "arguments", "id",
        ]).prop_map(str::to_owned),
        1 => ".{0,4}",
    ];
    proptest::collection::vec((name, value), 0..6)
        .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()))
}

/// An object that is a message, or nearly one.
fn message_value() -> impl Strategy<Value = Value> {
    let list = proptest::collection::vec(object(json_value()), 0..3).prop_map(Value::Array);
    object(prop_oneof![json_value(), list])
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        ".{0,8}".prop_map(Part::text),
        Just(Part::image()),
        ".{0,8}".prop_map(Part::image_url),
        ".{0,8}".prop_map(|at| Part::video().url(at)),
        (".{0,4}", ".{0,4}", json_value()).prop_map(|(kind, name, value)| Part::new(kind).field(name, value)),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        ".{0,8}".prop_map(Content::from),
        proptest::collection::vec(part(), 0..4).prop_map(Content::from),
        json_value().prop_map(Content::Json),
    ]
}

/// What is said of a message after it was made.
#[derive(Debug, Clone)]
enum Change {
    Reasoning(String),
    Name(String),
    Call(String, Value),
    Fields(Value),
}

impl Change {
    fn apply(&self, message: Message) -> Message {
        match self {
            Self::Reasoning(text) => message.reasoning(text),
            Self::Name(name) => message.name(name),
            Self::Call(name, arguments) => {
                message.tool_call(ToolCall::function(name, arguments.clone()).id("call_1"))
            }
            Self::Fields(fields) => fields
                .as_object()
                .into_iter()
                .flatten()
                .fold(message, |message, (name, value)| message.field(name, value.clone())),
        }
    }
}

fn message() -> impl Strategy<Value = Message> {
    let change = prop_oneof![
        ".{0,8}".prop_map(Change::Reasoning),
        ".{0,8}".prop_map(Change::Name),
        (".{0,4}", json_value()).prop_map(|(name, arguments)| Change::Call(name, arguments)),
        message_value().prop_map(Change::Fields),
    ];
    (".{0,5}", content(), proptest::collection::vec(change, 0..4)).prop_map(|(role, content, changes)| {
        changes.iter().fold(Message::new(role, content), |message, change| change.apply(message))
    })
}

proptest! {
    #[test]
    fn a_message_survives_json(message in message()) {
        let value = serde_json::to_value(&message).expect("JSON");
        prop_assert_eq!(serde_json::from_value::<Message>(value.clone()).expect("a message"), message.clone());
        let text = serde_json::to_string(&message).expect("JSON");
        prop_assert_eq!(&text, &value.to_string());
        prop_assert_eq!(serde_json::from_str::<Message>(&text).expect("a message"), message.clone());
        prop_assert_eq!(&text, &Value::from(message).to_string());
    }

    #[test]
    fn json_survives_a_message(value in message_value()) {
        let message = Message::try_from(value.clone()).expect("a message");
        prop_assert_eq!(serde_json::to_string(&message).expect("JSON"), value.to_string());
        prop_assert_eq!(Value::from(message).to_string(), value.to_string());
    }

    #[test]
    fn json_is_kept_or_refused(value in json_value()) {
        let content = Content::from(value.clone());
        prop_assert_eq!(serde_json::to_string(&content).expect("JSON"), value.to_string());
        match (&value, serde_json::from_value::<Part>(value.clone())) {
            (Value::Object(_), Ok(part)) => prop_assert_eq!(json!(part).to_string(), value.to_string()),
            (Value::Object(_), Err(error)) => prop_assert!(false, "{}", error),
            (_, part) => prop_assert!(part.is_err()),
        }
    }
}
