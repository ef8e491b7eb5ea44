//! The names under which templates look for an assistant's reasoning.

use serde_json::{Map, Value};

/// The names, in the order in which the first that is set wins.
pub(crate) const FIELDS: [&str; 3] = ["reasoning_content", "thinking", "reasoning"];

/// The names of a message's fields that hold one and the same reasoning value.
pub(crate) type Shared = Vec<&'static str>;

/// Copies a message's reasoning to the names that templates read: `thinking` comes first in the message,
/// with a value of its own if it has one; `reasoning_content` takes the value in place or comes last.
pub(crate) fn alias(message: &mut Map<String, Value>) -> Shared {
    // Most messages have none, and comparing their few keys takes less time than a look at each name.
    if !message.keys().any(|key| FIELDS.contains(&key.as_str())) {
        return Vec::new();
    }
    let set = FIELDS.into_iter().find_map(|name| {
        let value = message.get(name).filter(|value| !value.is_null())?;
        Some((name, value.clone()))
    });
    let Some((winner, value)) = set else { return Vec::new() };
    let mut shared = vec![winner];
    let own = message.shift_remove("thinking");
    if own.is_none() {
        shared.push("thinking");
    }
    message.shift_insert(0, "thinking".to_owned(), own.unwrap_or_else(|| value.clone()));
    message.insert("reasoning_content".to_owned(), value);
    if winner != "reasoning_content" {
        shared.push("reasoning_content");
    }
    shared
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_values_and_order() {
        let rows = [
            (
                json!({"role": "assistant", "reasoning": "r", "content": "c"}),
                json!({"thinking": "r", "role": "assistant", "reasoning": "r", "content": "c", "reasoning_content": "r"}),
            ),
            (
                json!({"thinking": "t", "reasoning": "r", "reasoning_content": "w", "content": "c"}),
                json!({"thinking": "t", "reasoning": "r", "reasoning_content": "w", "content": "c"}),
            ),
            (
                json!({"reasoning_content": "", "thinking": "t"}),
                json!({"thinking": "t", "reasoning_content": ""}),
            ),
            (
                json!({"role": "x", "thinking": "t"}),
                json!({"thinking": "t", "role": "x", "reasoning_content": "t"}),
            ),
            (
                json!({"role": "x", "thinking": "a", "reasoning_content": "b"}),
                json!({"thinking": "a", "role": "x", "reasoning_content": "b"}),
            ),
            (json!({"content": "c"}), json!({"content": "c"})),
        ];
        for (before, after) in rows {
            let mut message = before.as_object().expect("an object").clone();
            alias(&mut message);
            let text = serde_json::to_string(&message).expect("JSON");
            assert_eq!(text, after.to_string(), "{before}");
        }
    }
}
