//! Images go where the template put a placeholder, whatever users type.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use proptest::prelude::*;
use rolecall::{ErrorKind, Image, Model, Options};
use serde_json::{Value, json};

/// A part of a message: a text, or an image.
fn part() -> impl Strategy<Value = Option<String>> {
    let fragment = prop_oneof![
        Just("<image>"),
        Just("<"),
        Just(">"),
        Just("<ima"),
        Just("ge>"),
        Just("![](data:image/gif;base64,x)"),
        Just("<end_of_utterance>"),
        Just("䷀ é "),
    ];
    let text = proptest::collection::vec(fragment, 0..4).prop_map(|fragments| Some(fragments.concat()));
    prop_oneof![text, Just(None)]
}

proptest! {
    #[test]
    fn what_is_typed_is_never_a_slot(parts in proptest::collection::vec(part(), 1..6)) {
        let image = Image::from_bytes(*b"GIF89a", "it").expect("an image");
        let mut content = Vec::new();
        let mut expected = String::from("User:");
        let mut options = Options::new();
        for (at, part) in parts.iter().enumerate() {
            if let Some(text) = part {
                content.push(json!({"type": "text", "text": text}));
                expected.push_str(if at == 0 { " " } else { "" });
                expected.push_str(text);
            } else {
                content.push(json!({"type": "image"}));
                expected.push_str(&image.to_markdown());
                options = options.image(image.clone());
            }
        }
        expected.push_str("<end_of_utterance>\n");
        let images = parts.iter().filter(|part| part.is_none()).count();
        let messages = json!([{"role": "user", "content": content}]);
        let model = Model::builtin("idefics2").expect("built in");
        let prompt = model.apply_chat_template(&messages, &options).expect("renders");
        if images > 0 {
            prop_assert_eq!(prompt.text(), expected);
        }
        prop_assert_eq!(prompt.media().len(), images);
        for media in prompt.media() {
            prop_assert_eq!(&prompt.text()[media.range()], image.to_markdown());
        }
        let one_more = model.apply_chat_template(&messages, &options.image(image));
        let error = one_more.expect_err("an image without a slot");
        prop_assert_eq!(error.kind(), ErrorKind::Media);
    }
}

#[test]
fn a_prompt_without_images_says_which_slots_are_empty() {
    let model = Model::builtin("idefics2").expect("built in");
    let render = |content: Value| {
        let messages = json!([{"role": "user", "content": content}]);
        model.apply_chat_template(&messages, &Options::new()).expect("renders")
    };
    let typed = render(json!([{"type": "text", "text": "my <image>"}]));
    assert_eq!((typed.text(), typed.empty_image_slots()), ("User: my <image><end_of_utterance>\n", 0));
    let slot = render(json!([{"type": "image"}, {"type": "text", "text": "<image>"}]));
    assert_eq!((slot.text(), slot.empty_image_slots()), ("User:<image><image><end_of_utterance>\n", 1));
}
