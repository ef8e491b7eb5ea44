//! What a message says.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Part;

/// What a message says: a text, or parts.
///
/// Where a content is asked for, a text, a list of [`Part`]s or a [`Value`] will do:
///
/// ```
/// use rolecall::{Content, Part};
/// use serde_json::json;
///
/// assert_eq!(Content::from("Hi"), Content::Text("Hi".to_owned()));
/// assert_eq!(json!(Content::from("Hi")), json!("Hi"));
/// assert_eq!(
///     json!(Content::from([Part::image(), Part::text("What is it?")])),
///     json!([{"type": "image"}, {"type": "text", "text": "What is it?"}])
/// );
/// assert_eq!(Content::from(json!(["a", "b"])), Content::Json(json!(["a", "b"])));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// In JSON a string.
    Text(String),
    /// In JSON a list of objects.
    Parts(Vec<Part>),
    /// Other JSON. Templates may have a use for it, and `null` is how some servers say that an assistant only
    /// called tools.
    Json(Value),
}

impl Content {
    /// The text of a content that is one.
    ///
    /// ```
    /// use rolecall::{Content, Part};
    ///
    /// assert_eq!(Content::from("Hi").as_text(), Some("Hi"));
    /// assert_eq!(Content::from(Part::text("Hi")).as_text(), None);
    /// ```
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Parts(_) | Self::Json(_) => None,
        }
    }

    /// The parts; of a content without parts there are none.
    ///
    /// ```
    /// use rolecall::{Content, Part};
    ///
    /// let content = Content::from([Part::image(), Part::text("a"), Part::text("b")]);
    /// let text: String = content.parts().iter().filter_map(Part::as_text).collect();
    /// assert_eq!(text, "ab");
    /// ```
    pub fn parts(&self) -> &[Part] {
        match self {
            Self::Parts(parts) => parts,
            Self::Text(_) | Self::Json(_) => &[],
        }
    }

    /// The same with a text or parts in [`Content::Json`] told as what they are.
    pub(crate) fn normal(self) -> Self {
        match self {
            Self::Json(value) => Self::from(value),
            other => other,
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Part> for Content {
    fn from(part: Part) -> Self {
        Self::Parts(vec![part])
    }
}

impl From<Vec<Part>> for Content {
    fn from(parts: Vec<Part>) -> Self {
        Self::Parts(parts)
    }
}

impl<const N: usize> From<[Part; N]> for Content {
    fn from(parts: [Part; N]) -> Self {
        Self::Parts(parts.into())
    }
}

impl From<Value> for Content {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Array(items) => match list_of(items) {
                Ok(parts) => Self::Parts(parts),
                Err(items) => Self::Json(Value::Array(items)),
            },
            other => Self::Json(other),
        }
    }
}

impl From<Content> for Value {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::String(text),
            Content::Parts(parts) => parts.into(),
            Content::Json(value) => value,
        }
    }
}

/// A list whose items are all objects, as a list of the type that such an object is; any other as it was.
pub(crate) fn list_of<T: TryFrom<Value>>(items: Vec<Value>) -> Result<Vec<T>, Vec<Value>> {
    if items.iter().all(Value::is_object) {
        // None is left out: each of them is an object.
        Ok(items.into_iter().filter_map(|item| T::try_from(item).ok()).collect())
    } else {
        Err(items)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Parts(parts) => parts.serialize(serializer),
            Self::Json(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}
