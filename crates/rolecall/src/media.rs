//! Which images, videos and audio files a conversation names.

use rolecall_jinja::ErrorKind as Class;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::{self, refused};
use crate::python::{is_true, item, type_name};
use crate::{Error, ErrorKind, Result};

/// What a part of a message is beside text.
///
/// ```
/// use rolecall::{MediaKind, Message, Part, media_references};
///
/// let parts = [Part::audio().path("moo.ogg"), Part::image_url("https://example.org/cow.png")];
/// let messages = [Message::user(parts)];
/// let kinds: Vec<MediaKind> = media_references(&messages)?.into_iter().map(|media| media.kind).collect();
/// assert_eq!(kinds, [MediaKind::Audio, MediaKind::Image]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// A part of the type `image` or `image_url`.
    Image,
    /// A part of the type `video`.
    Video,
    /// A part of the type `audio`.
    Audio,
}

impl MediaKind {
    /// The kind of a part, by its `type`.
    fn of(part: &Value) -> Option<Self> {
        match part.as_str() {
            Some("image") => Some(Self::Image),
            Some("video") => Some(Self::Video),
            Some("audio") => Some(Self::Audio),
            _ => None,
        }
    }

    /// The keys under which a part may name its source, in the order in which they are taken.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Image => &["image", "url", "path", "base64"],
            Self::Video => &["video", "url", "path"],
            Self::Audio => &["audio", "url", "path"],
        }
    }
}

/// An image, a video or an audio file that a conversation names.
///
/// ```
/// use rolecall::{Message, Part, media_references};
///
/// let messages = [Message::user("Hi"), Message::user([Part::text("It?"), Part::video().path("cow.mp4")])];
/// let media = &media_references(&messages)?[0];
/// assert_eq!((media.message, media.part, media.key), (1, 1, "path"));
/// assert_eq!(media.value, "cow.mp4");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MediaReference {
    /// Which message, counted from 0.
    pub message: usize,
    /// Which part of its content.
    pub part: usize,
    /// What it is.
    pub kind: MediaKind,
    /// The key under which it is named; `url` for a part of the type `image_url`.
    pub key: &'static str,
    /// What stands there: a URL, a path, base64, or anything else that a program may have put there.
    pub value: Value,
}

impl MediaReference {
    /// The JSON pointer of the part, such as `/0/content/1`, in the list of messages.
    ///
    /// ```
    /// use rolecall::media_references;
    /// use serde_json::json;
    ///
    /// let part = json!({"type": "image", "path": "cow.png", "alt": "A cow"});
    /// let messages = json!([{"role": "user", "content": [&part]}]);
    /// let pointer = media_references(&messages)?[0].pointer();
    /// assert_eq!(pointer, "/0/content/0");
    /// assert_eq!(messages.pointer(&pointer), Some(&part));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn pointer(&self) -> String {
        format!("/{}/content/{}", self.message, self.part)
    }
}

/// The images, videos and audio files that a conversation names, in the order in which the reference's processors take
/// them. Nothing is opened, decoded or fetched.
///
/// A part that names several sources, such as a `url` and a `path`, counts once for each. A part
/// `{"type": "image_url", "image_url": {"url": …}}` is an image with a `url`; a part `{"type": "image"}` names nothing.
///
/// ```
/// use rolecall::{MediaKind, media_references};
/// use serde_json::json;
///
/// let messages = json!([{"role": "user", "content": [
///     {"type": "text", "text": "What differs?"},
///     {"type": "image", "path": "before.png"},
///     {"type": "image_url", "image_url": {"url": "https://example.com/after.png"}},
/// ]}]);
/// let found = media_references(&messages)?;
/// assert_eq!(found.len(), 2);
/// assert_eq!((found[0].kind, found[0].key, found[0].pointer()), (MediaKind::Image, "path", "/0/content/1".to_owned()));
/// assert_eq!((found[1].key, found[1].value.as_str()), ("url", Some("https://example.com/after.png")));
/// # Ok::<(), rolecall::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Conversation`] where the reference fails, such as its `KeyError` for a part without a `type`.
pub fn media_references<M>(messages: &M) -> Result<Vec<MediaReference>>
where
    M: Serialize + ?Sized,
{
    let messages = crate::chat_template::to_json(messages)?;
    let mut conversation = contract::processor_messages(messages)?;
    rewrite_image_urls(&mut conversation);
    collect(&conversation)
}

/// Makes the parts of chat servers, `{"type": "image_url", "image_url": …}`, image parts. Their other keys are lost.
pub(crate) fn rewrite_image_urls(messages: &mut [Map<String, Value>]) {
    for message in messages {
        let Some(Value::Array(parts)) = message.get_mut("content") else { continue };
        for part in parts {
            if part.get("type").and_then(Value::as_str) != Some("image_url") {
                continue;
            }
            let Some(named) = part.get_mut("image_url").map(Value::take) else { continue };
            let url = match named {
                Value::Object(mut named) => named.remove("url").unwrap_or_else(|| Value::from("")),
                other => other,
            };
            let mut image = Map::new();
            image.insert("type".to_owned(), Value::from("image"));
            image.insert("url".to_owned(), url);
            *part = Value::Object(image);
        }
    }
}

/// The media of a conversation whose image URLs are rewritten.
pub(crate) fn collect(messages: &[Map<String, Value>]) -> Result<Vec<MediaReference>> {
    let mut found = Vec::new();
    for (message, fields) in messages.iter().enumerate() {
        let parts = match fields.get("content") {
            Some(Value::Array(parts)) => parts,
            Some(Value::Object(content)) if !content.is_empty() => {
                return Err(refused(Class::Type, "unhashable type: 'slice'"));
            }
            Some(content @ (Value::Bool(_) | Value::Number(_))) if is_true(content) => {
                let message = format!("'{}' object is not subscriptable", type_name(content));
                return Err(refused(Class::Type, message));
            }
            _ => continue,
        };
        for (part, fields) in parts.iter().enumerate() {
            let Some(kind) = MediaKind::of(part_type(fields)?) else { continue };
            for key in kind.keys() {
                if let Some(value) = fields.get(key) {
                    found.push(MediaReference { message, part, kind, key, value: value.clone() });
                }
            }
        }
    }
    Ok(found)
}

/// `part["type"]`.
fn part_type(part: &Value) -> Result<&Value> {
    item(part, "type").map_err(|error| {
        let lacks_it = error.kind() == Class::Key;
        let error = Error::from_reference(ErrorKind::Conversation, error);
        if !lacks_it {
            return error;
        }
        error.help(r#"Each part of a content needs a type, as in {"type": "text", "text": "Hi"}"#)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(messages: &Value) -> Vec<(usize, usize, &'static str, Value)> {
        let found = media_references(messages).expect("a conversation");
        found.into_iter().map(|media| (media.message, media.part, media.key, media.value)).collect()
    }

    /// Observed with the reference's own traversal.
    #[test]
    fn media_in_the_references_order() {
        let messages = json!([
            {"role": "user", "content": "text"},
            {"role": "user", "content": null},
            {"role": "user", "content": [
                {"type": "image", "base64": "B", "url": "U", "image": "I", "note": 1},
                {"type": "text", "text": "t", "url": "no"},
                {"type": "image_url", "image_url": "S", "image": "lost"},
                {"type": "image_url", "image_url": {"detail": "low"}},
                {"type": "image_url", "url": "kept as it is"},
                {"type": "audio", "path": "P", "audio": "A"},
                {"type": "video", "base64": "no", "path": null},
                {"type": "image"},
            ]},
        ]);
        assert_eq!(
            named(&messages),
            [
                (2, 0, "image", json!("I")),
                (2, 0, "url", json!("U")),
                (2, 0, "base64", json!("B")),
                (2, 2, "url", json!("S")),
                (2, 3, "url", json!("")),
                (2, 5, "audio", json!("A")),
                (2, 5, "path", json!("P")),
                (2, 6, "path", json!(null)),
            ]
        );
    }

    #[test]
    fn errors_of_parts() {
        let rows = [
            (json!([{"content": [{"text": "t"}]}]), "KeyError: 'type'"),
            (json!([{"content": ["t"]}]), "TypeError: string indices must be integers, not 'str'"),
            (json!([{"content": [null]}]), "TypeError: 'NoneType' object is not subscriptable"),
            (json!([{"content": [[1]]}]), "TypeError: list indices must be integers or slices, not str"),
            (json!([{"content": 5}]), "TypeError: 'int' object is not subscriptable"),
            (json!([{"content": {"type": "text"}}]), "TypeError: unhashable type: 'slice'"),
            (json!([]), "IndexError: list index out of range"),
            (json!(["x"]), "AttributeError: 'str' object has no attribute 'items'"),
        ];
        for (messages, expected) in rows {
            let error = media_references(&messages).expect_err("no conversation");
            assert_eq!(error.reference().expect("the reference's").to_string(), expected, "{messages}");
        }
    }
}
