//! The parameters of a tool from a Rust type, in the shape that the reference gives them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::Tool;
use crate::{Error, ErrorKind, Result};

/// How schemars tells Rust's number types apart. JSON has no such types, and the reference's schemas do not
/// speak of them; `minimum` and `maximum` stay.
const NUMBER_FORMATS: [&str; 14] = [
    "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64", "uint128",
    "uint", "float", "double",
];

impl Tool {
    /// A function whose parameters are the fields of a Rust type that derives [`JsonSchema`] of schemars 1 (feature
    /// `schemars`).
    ///
    /// The JSON schema is the one that the reference's `get_json_schema` gives for a Python function with such
    /// parameters:
    ///
    /// - properties stand in the order of the fields, and `description`, a field's doc comment on one
    ///   line, is last in each;
    /// - an `Option` is `"nullable": true` and not required, as Python's `Optional` with the default `None`; a
    ///   field with `#[serde(default)]` is not required, and its default value is not told;
    /// - an enum without data is `"type": "string"` with the list `enum`; what its variants' doc comments say is
    ///   left out, for there is no place for it (where some variants have none, schemars puts those first);
    /// - a `HashMap` is an object with `additionalProperties`, a tuple an array with `prefixItems`, a
    ///   [`Value`] is `{}`, an untagged choice of plain types is a sorted `type` list;
    /// - types that are used inside stand where they are used: no `$ref`, no `$defs`, no `$schema`, no title.
    ///
    /// Where Rust says more than Python can, schemars' words stay: bounds of unsigned and small integers, the
    /// properties of structs inside, `anyOf` and `oneOf` for enums with data.
    ///
    /// ```
    /// use rolecall::Tool;
    /// use schemars::JsonSchema;
    /// use serde_json::json;
    ///
    /// #[derive(JsonSchema)]
    /// #[allow(dead_code)]
    /// struct GetWeather {
    ///     /// The city's name
    ///     city: String,
    ///     /// How many days to look ahead
    ///     days: Option<i32>,
    /// }
    ///
    /// let tool = Tool::from_type::<GetWeather>("get_weather", "The weather of a city.")?;
    /// let expected = json!({"type": "function", "function": {
    ///     "name": "get_weather",
    ///     "description": "The weather of a city.",
    ///     "parameters": {
    ///         "type": "object",
    ///         "properties": {
    ///             "city": {"type": "string", "description": "The city's name"},
    ///             "days": {"type": "integer", "nullable": true, "description": "How many days to look ahead"},
    ///         },
    ///         "required": ["city"],
    ///     },
    /// }});
    /// assert_eq!(json!(tool).to_string(), expected.to_string());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conversation`] when the type is not a struct with named fields (or a map), or when a type
    /// holds itself, because such a schema cannot stand in one place.
    pub fn from_type<T: JsonSchema>(name: impl Into<String>, description: impl Into<String>) -> Result<Self> {
        Ok(Self::function(name, description).parameters(parameters::<T>()?))
    }
}

fn parameters<T: JsonSchema>() -> Result<Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let refused = |problem: &str, help: &str| {
        Error::new(ErrorKind::Conversation, format!("the type {} {problem}", T::schema_name())).help(help)
    };
    let schema = Value::from(schema);
    if refers(&schema) {
        return Err(refused(
            "has a $ref in its JSON schema, as types have that hold themselves",
            "Describe the tool's parameters by a type without recursion, or use serde_json::Value inside",
        ));
    }
    let mut fields = match schema {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    // They are the type's; the tool has a name and a description of its own.
    fields.shift_remove("title");
    fields.shift_remove("description");
    let mut shaped = shaped(fields);
    if shaped.get("type") != Some(&json!("object")) || shaped.contains_key("nullable") {
        return Err(refused(
            "is not a struct with named fields, so that it cannot be the parameters of a tool",
            "Use a struct with one named field for each parameter",
        ));
    }
    if !shaped.contains_key("properties") {
        // The reference writes it for a function without parameters too.
        let second = shaped.len().min(1);
        shaped.shift_insert(second, "properties".to_owned(), json!({}));
    }
    Ok(Value::Object(shaped))
}

/// Whether a schema, or one in it, stands somewhere else.
fn refers(schema: &Value) -> bool {
    match schema {
        // A field may have the name too, but no schema is a string.
        Value::Object(fields) => {
            fields.get("$ref").is_some_and(Value::is_string) || fields.values().any(refers)
        }
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

/// A schema, and the schemas in it, in the shape of the reference.
fn shaped(mut schema: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut schema {
        match name.as_str() {
            "properties" | "patternProperties" => {
                if let Value::Object(schemas) = value {
                    schemas.values_mut().for_each(shape);
                }
            }
            "items" | "additionalProperties" | "contains" | "not" | "propertyNames" => shape(value),
            "prefixItems" | "anyOf" | "oneOf" | "allOf" => {
                if let Value::Array(schemas) = value {
                    schemas.iter_mut().for_each(shape);
                }
            }
            _ => {}
        }
    }
    schema.shift_remove("default");
    let rust = |format: &Value| format.as_str().is_some_and(|format| NUMBER_FORMATS.contains(&format));
    if schema.get("format").is_some_and(rust) {
        schema.shift_remove("format");
    }
    tuple(&mut schema);
    variants(&mut schema);
    let nullable = without_null(&mut schema);
    plain_types(&mut schema);
    let moved = ["properties", "required"].map(|name| schema.shift_remove_entry(name));
    let after_type = schema.keys().position(|name| name == "type").map_or(0, |at| at + 1);
    for (place, (name, value)) in (after_type..).zip(moved.into_iter().flatten()) {
        schema.shift_insert(place, name, value);
    }
    if nullable {
        schema.insert("nullable".to_owned(), Value::Bool(true));
    }
    if let Some(description) = schema.shift_remove("description") {
        let description = match description {
            Value::String(text) => Value::String(one_line(&text)),
            other => other,
        };
        schema.insert("description".to_owned(), description);
    }
    schema
}

fn shape(schema: &mut Value) {
    *schema = match schema.take() {
        Value::Object(fields) => Value::Object(shaped(fields)),
        // Anything at all, as the reference writes it.
        Value::Bool(true) => json!({}),
        other => other,
    };
}

/// The lines of a doc comment as one: where it wraps is the source file's affair.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A tuple's length: the reference leaves it to the list of its items.
fn tuple(schema: &mut Map<String, Value>) {
    let Some(length) = schema.get("prefixItems").and_then(Value::as_array).map(Vec::len) else { return };
    if ["minItems", "maxItems"].iter().all(|name| schema.get(*name) == Some(&json!(length))) {
        schema.shift_remove("minItems");
        schema.shift_remove("maxItems");
    }
}

/// An enum whose variants have doc comments is a choice of constants: makes a list of it.
fn variants(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else { return };
    let mut names = Vec::new();
    for choice in choices {
        let only = |fields: &Map<String, Value>| {
            fields.keys().all(|name| matches!(name.as_str(), "type" | "const" | "enum" | "description"))
        };
        let Some(choice) = choice.as_object().filter(|fields| only(fields)) else { return };
        match (choice.get("const"), choice.get("enum").and_then(Value::as_array)) {
            (Some(name), None) => names.push(name.clone()),
            (None, Some(more)) => names.extend(more.iter().cloned()),
            _ => return,
        }
    }
    if !names.iter().all(Value::is_string) {
        return;
    }
    schema.shift_remove("oneOf");
    schema.shift_insert(0, "type".to_owned(), json!("string"));
    schema.shift_insert(1, "enum".to_owned(), Value::Array(names));
}

/// Takes `null` out of what a schema allows, and tells whether it was there.
fn without_null(schema: &mut Map<String, Value>) -> bool {
    let mut nullable = false;
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        let before = types.len();
        types.retain(|name| name != "null");
        nullable = types.len() < before;
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum").filter(|_| nullable) {
        values.retain(|value| !value.is_null());
    }
    for name in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(name) else { continue };
        let before = choices.len();
        choices.retain(|choice| *choice != json!({"type": "null"}));
        if choices.len() == before {
            continue;
        }
        nullable = true;
        let only = match choices.as_slice() {
            [Value::Object(only)] => only.clone(),
            _ => continue,
        };
        // What a field's doc comment says goes before what its type's says.
        if only.keys().any(|key| key != "description" && key != name && schema.contains_key(key)) {
            continue;
        }
        schema.shift_remove(name);
        let outer = std::mem::replace(schema, only);
        schema.extend(outer);
    }
    nullable
}

/// A choice of plain types is a sorted list of their names.
fn plain_types(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("anyOf").filter(|_| !schema.contains_key("type")) else {
        return;
    };
    let mut names = Vec::new();
    for choice in choices {
        match choice.get("type").and_then(Value::as_str) {
            Some(name) if choice.as_object().is_some_and(|fields| fields.len() == 1) => names.push(name),
            _ => return,
        }
    }
    names.sort_unstable();
    names.dedup();
    let types = json!(names);
    schema.shift_remove("anyOf");
    schema.shift_insert(0, "type".to_owned(), types);
}
