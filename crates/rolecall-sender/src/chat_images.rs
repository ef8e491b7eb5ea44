//! Images in conversations that a server renders.

use rolecall::Image;
use serde_json::{Value, json};

use crate::{Error, ErrorKind, Result};

/// Puts each image into the next part `{"type": "image"}` of the messages, in the form in which chat completions take
/// it: `{"type": "image_url", "image_url": {"url": "data:…"}}`.
///
/// # Errors
///
/// [`ErrorKind::Parameter`] where there are more images than such parts, or fewer; the messages are as they were.
///
/// ```
/// use rolecall::{Image, Message, Part};
/// use rolecall_sender::place_images;
///
/// let image = Image::from_bytes(*b"GIF89a", "dot.gif")?;
/// let mut messages = serde_json::to_value([Message::user([Part::image(), Part::text("What is this?")])])?;
/// place_images(&mut messages, &[image])?;
/// assert_eq!(messages[0]["content"][0]["image_url"]["url"], "data:image/gif;base64,R0lGODlh");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn place_images(messages: &mut Value, images: &[Image]) -> Result<()> {
    let contents =
        messages.as_array_mut().into_iter().flatten().filter_map(|message| message.get_mut("content"));
    let parts = contents.filter_map(Value::as_array_mut).flatten();
    let slots: Vec<&mut Value> =
        parts.filter(|part| part.get("type").and_then(Value::as_str) == Some("image")).collect();
    if slots.len() != images.len() {
        let message = format!(
            "{} image(s) given, but the messages have {} part(s) {{\"type\": \"image\"}}",
            images.len(),
            slots.len()
        );
        return Err(Error::new(ErrorKind::Parameter, message).help("Each needs the other"));
    }
    for (slot, image) in slots.into_iter().zip(images) {
        *slot = json!({"type": "image_url", "image_url": {"url": image.to_data_url()}});
    }
    Ok(())
}
