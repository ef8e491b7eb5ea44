//! A part of a message's content.

use serde_json::{Map, Value, json};

use super::object::json_object;

/// A part of a message's content: a text, an image, a video, a sound.
///
/// In JSON it is an object with a `type`. Templates decide what they make of it; most write a placeholder for
/// an image and know nothing of where it comes from. Whatever the [`url`](Self::url), [`path`](Self::path) or
/// [`base64`](Self::base64) says, nothing is loaded: the images for a prompt are given with
/// [`Options::image`](crate::Options::image).
///
/// ```
/// use rolecall::Part;
/// use serde_json::json;
///
/// assert_eq!(json!(Part::text("What is it?")), json!({"type": "text", "text": "What is it?"}));
/// assert_eq!(json!(Part::image()), json!({"type": "image"}));
/// assert_eq!(
///     json!(Part::video().path("cat.mp4").field("fps", 2)),
///     json!({"type": "video", "path": "cat.mp4", "fps": 2})
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Part(Map<String, Value>);

json_object!(
    Part,
    "a part of a message's content",
    Part::image().url("https://example.org/cow.png"), "type": "image", ["type", "url"],
    r#"{"type": "text", "text": "Hi"}"#
);

impl Part {
    /// A part of any type: `{"type": …}`.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// let part = Part::new("audio_url").field("audio_url", json!({"url": "https://example.org/moo.ogg"}));
    /// assert_eq!(part.kind(), Some("audio_url"));
    /// ```
    pub fn new(kind: impl Into<String>) -> Self {
        Self(Map::new()).field("type", kind.into())
    }

    /// A text: `{"type": "text", "text": …}`.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Part::text("What is it?")), json!({"type": "text", "text": "What is it?"}));
    /// ```
    pub fn text(text: impl Into<String>) -> Self {
        Self::new("text").field("text", text.into())
    }

    /// An image: `{"type": "image"}`.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// let part = Part::image().url("https://example.org/cat.jpg");
    /// assert_eq!(json!(part), json!({"type": "image", "url": "https://example.org/cat.jpg"}));
    /// ```
    pub fn image() -> Self {
        Self::new("image")
    }

    /// An image as OpenAI's servers take it: `{"type": "image_url", "image_url": {"url": …}}`. Not every template
    /// that takes images knows this form; [`image`](Self::image) with a [`url`](Self::url) is what most know.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(
    ///     json!(Part::image_url("https://example.org/cat.jpg")),
    ///     json!({"type": "image_url", "image_url": {"url": "https://example.org/cat.jpg"}})
    /// );
    /// ```
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::new("image_url").field("image_url", json!({"url": url.into()}))
    }

    /// A video: `{"type": "video"}`.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Part::video().path("cow.mp4")), json!({"type": "video", "path": "cow.mp4"}));
    /// ```
    pub fn video() -> Self {
        Self::new("video")
    }

    /// A sound: `{"type": "audio"}`.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Part::audio().path("moo.ogg")), json!({"type": "audio", "path": "moo.ogg"}));
    /// ```
    pub fn audio() -> Self {
        Self::new("audio")
    }

    /// Where an image, a video or a sound is found: `"url": …`.
    ///
    /// ```
    /// use rolecall::Part;
    ///
    /// let part = Part::audio().url("https://example.org/moo.ogg");
    /// assert_eq!(part.get("url").and_then(|url| url.as_str()), Some("https://example.org/moo.ogg"));
    /// ```
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        self.field("url", url.into())
    }

    /// The file of an image, a video or a sound: `"path": …`.
    ///
    /// ```
    /// use rolecall::{Message, Part, media_references};
    ///
    /// let found = media_references(&[Message::user(Part::image().path("cow.png"))])?;
    /// assert_eq!((found[0].key, found[0].value.as_str()), ("path", Some("cow.png")));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        self.field("path", path.into())
    }

    /// An image's bytes in base64: `"base64": …`. The reference knows it for images only.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Part::image().base64("R0lGODlh")), json!({"type": "image", "base64": "R0lGODlh"}));
    /// ```
    #[must_use]
    pub fn base64(self, base64: impl Into<String>) -> Self {
        self.field("base64", base64.into())
    }

    /// Any other field. One that is there already gets the value and keeps its place.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// let part = Part::video().path("cow.mp4").field("fps", 2).field("path", "calf.mp4");
    /// assert_eq!(json!(part).to_string(), r#"{"type":"video","path":"calf.mp4","fps":2}"#);
    /// ```
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The part's `type`, where it is a text.
    ///
    /// ```
    /// use rolecall::Part;
    /// use serde_json::json;
    ///
    /// assert_eq!(Part::image().kind(), Some("image"));
    /// assert_eq!(Part::try_from(json!({"text": "Hi"}))?.kind(), None);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn kind(&self) -> Option<&str> {
        self.get("type")?.as_str()
    }

    /// The text of a part of type `text`.
    ///
    /// ```
    /// use rolecall::Part;
    ///
    /// assert_eq!(Part::text("Hi").as_text(), Some("Hi"));
    /// assert_eq!(Part::image().as_text(), None);
    /// ```
    pub fn as_text(&self) -> Option<&str> {
        if self.kind() == Some("text") { self.get("text")?.as_str() } else { None }
    }
}
