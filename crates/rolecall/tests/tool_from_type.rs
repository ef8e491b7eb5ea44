//! Tools from Rust types have the shape that the reference's `get_json_schema` gives.

#![cfg(feature = "schemars")]
#![allow(clippy::expect_used, reason = "a test says what it expects")]
#![allow(dead_code, reason = "the types are read, not used")]

use std::collections::HashMap;

use rolecall::{ErrorKind, Tool};
use schemars::JsonSchema;
use serde_json::{Value, json};

/// The parameters of the tool that such a type makes.
fn parameters<T: JsonSchema>() -> Value {
    let tool = Tool::from_type::<T>("f", "Does it.").expect("a tool");
    tool.get("function").and_then(|function| function.get("parameters")).expect("parameters").clone()
}

#[derive(JsonSchema)]
enum Plain {
    #[serde(rename = "celsius")]
    Celsius,
    #[serde(rename = "fahrenheit")]
    Fahrenheit,
}

/// What the type says of itself.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Documented {
    /// The first.
    A,
    /// The second.
    B,
}

#[derive(JsonSchema)]
#[serde(untagged)]
enum IntOrText {
    Text(String),
    Int(i64),
}

#[derive(JsonSchema)]
#[serde(untagged)]
enum ListOrText {
    List(Vec<i64>),
    Text(String),
}

/// This is the type's, not the tool's.
#[derive(JsonSchema)]
struct Everything {
    /// D
    city: String,
    /// D
    days: i32,
    /// D
    ratio: f64,
    /// D
    flag: bool,
    /// D
    unit: Plain,
    /// D
    opt: Option<String>,
    /// D
    optlit: Option<Documented>,
    /// D
    optunit: Option<Plain>,
    /// D
    #[serde(default)]
    tags: Vec<String>,
    /// D
    #[serde(default)]
    pair: (i64, String),
    /// D
    #[serde(default)]
    m: HashMap<String, i64>,
    /// D
    #[serde(default)]
    any: Value,
    /// D
    #[serde(default)]
    md: HashMap<String, Value>,
    /// D
    u: IntOrText,
    /// D
    ou: Option<IntOrText>,
    /// D
    #[serde(default)]
    lo: Vec<Option<i64>>,
    /// D
    ol: Option<Vec<i64>>,
    /// D
    nn: ListOrText,
    /// D
    onn: Option<ListOrText>,
}

/// Each line is what transformers 5.23.0 gives for the Python type that belongs to the field's.
#[test]
fn fields_have_the_schemas_of_the_reference() {
    let expected = [
        ("city", r#"{"type":"string","description":"D"}"#),
        ("days", r#"{"type":"integer","description":"D"}"#),
        ("ratio", r#"{"type":"number","description":"D"}"#),
        ("flag", r#"{"type":"boolean","description":"D"}"#),
        ("unit", r#"{"type":"string","enum":["celsius","fahrenheit"],"description":"D"}"#),
        ("opt", r#"{"type":"string","nullable":true,"description":"D"}"#),
        ("optlit", r#"{"type":"string","enum":["a","b"],"nullable":true,"description":"D"}"#),
        ("optunit", r#"{"type":"string","enum":["celsius","fahrenheit"],"nullable":true,"description":"D"}"#),
        ("tags", r#"{"type":"array","items":{"type":"string"},"description":"D"}"#),
        (
            "pair",
            r#"{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"description":"D"}"#,
        ),
        ("m", r#"{"type":"object","additionalProperties":{"type":"integer"},"description":"D"}"#),
        ("any", r#"{"description":"D"}"#),
        ("md", r#"{"type":"object","additionalProperties":{},"description":"D"}"#),
        ("u", r#"{"type":["integer","string"],"description":"D"}"#),
        ("ou", r#"{"type":["integer","string"],"nullable":true,"description":"D"}"#),
        ("lo", r#"{"type":"array","items":{"type":"integer","nullable":true},"description":"D"}"#),
        ("ol", r#"{"type":"array","items":{"type":"integer"},"nullable":true,"description":"D"}"#),
        (
            "nn",
            r#"{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"string"}],"description":"D"}"#,
        ),
        (
            "onn",
            r#"{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"string"}],"nullable":true,"description":"D"}"#,
        ),
    ];
    let parameters = parameters::<Everything>();
    let properties = parameters.get("properties").and_then(Value::as_object).expect("properties");
    let found: Vec<(&str, String)> =
        properties.iter().map(|(name, schema)| (name.as_str(), schema.to_string())).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, schema)| (*name, schema.as_str())).collect();
    assert_eq!(found, expected);
    let names: Vec<&String> = parameters.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["type", "properties", "required"]);
    assert_eq!(
        parameters.get("required"),
        Some(&json!(["city", "days", "ratio", "flag", "unit", "u", "nn"]))
    );
}

#[derive(JsonSchema)]
struct Nothing {}

#[derive(JsonSchema)]
struct Unit;

#[test]
fn without_fields_there_are_no_properties() {
    assert_eq!(parameters::<Nothing>().to_string(), r#"{"type":"object","properties":{}}"#);
    assert!(Tool::from_type::<Unit>("f", "").is_err());
}

/// A place.
#[derive(JsonSchema)]
struct Place {
    /// Degrees,
    /// north of the equator
    ///
    /// or south.
    latitude: f32,
    default: Option<u8>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trip {
    from: Place,
    /// Where it ends
    to: Option<Place>,
    stops: Vec<Place>,
}

#[test]
fn types_inside_stand_where_they_are_used() {
    let place = json!({
        "type": "object",
        "properties": {
            "latitude": {"type": "number", "description": "Degrees, north of the equator or south."},
            "default": {"type": "integer", "minimum": 0, "maximum": 255, "nullable": true},
        },
        "required": ["latitude"],
        "description": "A place.",
    });
    let mut to = place.as_object().expect("an object").clone();
    to.shift_remove("description");
    to.insert("nullable".to_owned(), json!(true));
    to.insert("description".to_owned(), json!("Where it ends"));
    let expected = json!({
        "type": "object",
        "properties": {"from": place, "to": to, "stops": {"type": "array", "items": place}},
        "required": ["from", "stops"],
        "additionalProperties": false,
    });
    assert_eq!(parameters::<Trip>().to_string(), expected.to_string());
}

#[derive(JsonSchema)]
struct Node {
    next: Option<Box<Node>>,
}

#[derive(JsonSchema)]
struct Tree {
    root: Node,
}

#[derive(JsonSchema)]
enum Choice {
    A { x: i32 },
    B { y: i32 },
}

#[test]
fn what_cannot_be_parameters_is_refused() {
    for (error, part) in [
        (Tool::from_type::<Node>("f", ""), "the type Node has a $ref in its JSON schema"),
        (Tool::from_type::<Tree>("f", ""), "the type Tree has a $ref in its JSON schema"),
        (Tool::from_type::<Choice>("f", ""), "the type Choice is not a struct with named fields"),
        (Tool::from_type::<i32>("f", ""), "the type int32 is not a struct"),
        (Tool::from_type::<Option<Place>>("f", ""), "is not a struct with named fields"),
        (Tool::from_type::<Value>("f", ""), "is not a struct with named fields"),
    ] {
        let error = error.expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Conversation);
        assert!(error.to_string().contains(part), "{error}");
    }
}
