//! Images in conversations that a server renders.

use rolecall::Image;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};

/// Puts each image into the next part `{"type": "image"}`, in the form in which chat completions take it.
pub(crate) fn place_images(messages: &mut Value, images: &[Image]) -> Outcome {
    let mut left = images.iter();
    let contents =
        messages.as_array_mut().into_iter().flatten().filter_map(|message| message.get_mut("content"));
    let mut slots = 0;
    for part in contents.filter_map(Value::as_array_mut).flatten() {
        if part.get("type").and_then(Value::as_str) == Some("image") {
            slots += 1;
            if let Some(image) = left.next() {
                *part = json!({"type": "image_url", "image_url": {"url": image.to_data_url()}});
            }
        }
    }
    if slots == images.len() {
        return Ok(());
    }
    Err(Failure::Job(format!(
        "{} image(s) given, but the messages have {slots} part(s) {{\"type\": \"image\"}}. Each needs the other.",
        images.len()
    )))
}
