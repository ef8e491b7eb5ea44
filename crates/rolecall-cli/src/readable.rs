//! Contents in the form that a template reads. Some templates want parts, and write nothing of a content that is a text.

use rolecall::Prompt;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};

/// Gives the last message, and those before it, contents of parts where the template wrote nothing of a text. A last
/// message of which nothing is written at all is an error.
pub(crate) fn adapt(messages: &mut [Value], render: impl Fn(&Value) -> Outcome<Prompt>) -> Outcome {
    let is_written = |prompt: &Prompt, at: usize| prompt.spans().any(|span| span.origin.is_content_of(at));
    let prompt = render(&Value::Array(messages.to_vec()))?;
    let unwritten: Vec<usize> = (0..messages.len())
        .filter(|at| messages.get(*at).is_some_and(has_text) && !is_written(&prompt, *at))
        .collect();
    if unwritten.is_empty() {
        return Ok(());
    }
    let in_parts: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(at, message)| if unwritten.contains(&at) { with_parts(message) } else { message.clone() })
        .collect();
    if let Ok(prompt) = render(&Value::Array(in_parts.clone())) {
        for (at, (message, other)) in messages.iter_mut().zip(in_parts).enumerate() {
            if unwritten.contains(&at) && is_written(&prompt, at) {
                *message = other;
            }
        }
    }
    if messages.last().is_some_and(has_text) && unwritten.contains(&(messages.len() - 1)) {
        return Err(Failure::job(
            "the template writes nothing of the message into the prompt: nothing was sent.",
        ));
    }
    Ok(())
}

fn has_text(message: &Value) -> bool {
    text_of(message).is_some_and(|text| !text.trim().is_empty())
}

fn text_of(message: &Value) -> Option<&str> {
    message.get("content").and_then(Value::as_str)
}

/// A message whose text is a part of its content.
pub(crate) fn with_parts(message: &Value) -> Value {
    let mut message = message.clone();
    let parts = text_of(&message).map(|text| json!([{"type": "text", "text": text}]));
    if let (Some(parts), Some(content)) = (parts, message.get_mut("content")) {
        *content = parts;
    }
    message
}

#[cfg(test)]
mod tests {
    use rolecall::{ChatTemplate, Options, SpecialTokens};

    use super::*;

    fn adapted(template: &str, messages: &Value) -> Result<Value, String> {
        let template = ChatTemplate::new(template, SpecialTokens::default()).expect("a template");
        let mut list = messages.as_array().expect("a list").clone();
        let adapted =
            adapt(&mut list, |messages| Ok(template.apply_chat_template(messages, &Options::new())?));
        match adapted {
            Ok(()) => Ok(Value::Array(list)),
            Err(Failure::Job(message)) => Err(message),
            Err(_) => Err("another failure".to_owned()),
        }
    }

    #[test]
    fn each_content_is_in_the_form_that_is_read() {
        let system = json!({"role": "system", "content": "s"});
        let text = json!({"role": "user", "content": "a"});
        let parts = json!({"role": "user", "content": [{"type": "text", "text": "a"}]});
        let given = json!([system, text]);
        let reads_texts = "{% for m in messages %}{{ m.role ~ m.content }}{% endfor %}";
        assert_eq!(adapted(reads_texts, &given), Ok(given.clone()));
        let reads_parts = "{{ messages[0].content }}{% for m in messages[1:] %}{{ m.role }}{% for p in m.content %}\
            {% if p.type == 'text' %}{{ p.text }}{% endif %}{% endfor %}{% endfor %}";
        assert_eq!(adapted(reads_parts, &given), Ok(json!([system, parts])));
        let drops_system = "{{ messages[1].content | trim }}";
        assert_eq!(adapted(drops_system, &given), Ok(given.clone()));
        let drops_all = "{{ messages[1].role }}";
        assert!(adapted(drops_all, &given).is_err_and(|error| error.contains("nothing was sent")));
    }
}
