//! Who wrote what in a prompt, with images placed and messages continued.

#![allow(clippy::unwrap_used, reason = "a test")]

use rolecall::{ChatTemplate, Image, Options, Origin, Prompt};
use serde_json::{Value, json};

const TEMPLATE: &str = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{% if m.content is string %}{{ m.content|trim }}\
    {% else %}{% for p in m.content %}{{ '<image>' if p.type == 'image' else p.text }}{% endfor %}{% endif %}</>{% endfor %}";

fn prompt(messages: &Value, options: &Options) -> Prompt {
    ChatTemplate::new(TEMPLATE, [("bos_token", "<s>")])
        .unwrap()
        .apply_chat_template(messages, options)
        .unwrap()
}

fn described(prompt: &Prompt) -> Vec<(String, String)> {
    let mut end = 0;
    let mut parts = Vec::new();
    for span in prompt.spans() {
        assert_eq!(span.range.start, end, "spans have no gaps");
        end = span.range.end;
        let from = match span.origin {
            Origin::Template => "template".to_owned(),
            Origin::Trusted { variable } => variable.to_owned(),
            Origin::Copied { pointer, range } => format!("{pointer} {range:?}"),
            Origin::Image { index } => format!("image {index}"),
            other => format!("{other:?}"),
        };
        parts.push((prompt.text()[span.range].to_owned(), from));
    }
    assert_eq!(end, prompt.text().len(), "spans cover the text");
    parts
}

#[test]
fn spans_cover_the_text() {
    let prompt = prompt(&json!([{"role": "user", "content": " Hi "}]), &Options::new());
    let found = described(&prompt);
    let found: Vec<(&str, &str)> = found.iter().map(|(text, from)| (text.as_str(), from.as_str())).collect();
    assert_eq!(
        found,
        [
            ("<s>", "bos_token"),
            ("<", "template"),
            ("user", "/messages/0/role 0..4"),
            (">", "template"),
            ("Hi", "/messages/0/content 1..3"),
            ("</>", "template"),
        ]
    );
}

#[test]
fn a_continued_message_ends_the_spans() {
    let options = Options::new().continue_final_message(true);
    let prompt = prompt(&json!([{"role": "assistant", "content": "Once upon"}]), &options);
    assert_eq!(prompt.text(), "<s><assistant>Once upon");
    let last = described(&prompt).pop().unwrap();
    assert_eq!(last, ("Once upon".to_owned(), "/messages/0/content 0..9".to_owned()));
}

#[test]
fn images_have_spans_of_their_own() {
    let png = Image::from_bytes(*b"GIF89a", "it").unwrap();
    let parts = json!([
        {"role": "user", "content": [
            {"type": "text", "text": "a <image> "}, {"type": "image"}, {"type": "image"}, {"type": "text", "text": "b"},
        ]},
    ]);
    let prompt = prompt(&parts, &Options::new().image_token("<image>").image(png.clone()).image(png));
    let found = described(&prompt);
    let from: Vec<&str> = found.iter().map(|(_, from)| from.as_str()).collect();
    assert_eq!(
        from,
        [
            "bos_token",
            "template",
            "/messages/0/role 0..4",
            "template",
            "/messages/0/content/0/text 0..10",
            "image 0",
            "image 1",
            "/messages/0/content/3/text 0..1",
            "template",
        ]
    );
    assert_eq!(found[4].0, "a <image> ");
    for media in prompt.media() {
        assert!(prompt.text()[media.range()].starts_with("!["), "{}", prompt.text());
    }
}
