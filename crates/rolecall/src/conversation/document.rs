//! A document for templates with retrieval.

use serde_json::{Map, Value};

use super::object::json_object;

/// A document that the model may answer from: `{"title": …, "text": …}`.
///
/// ```
/// use rolecall::{ChatTemplate, Document, Message, Options, SpecialTokens};
///
/// let source = "{% for d in documents %}{{ d.title }}: {{ d.text }}\n{% endfor %}{{ messages[0].content }}";
/// let template = ChatTemplate::new(source, SpecialTokens::default())?;
/// let options = Options::new().documents([Document::new("Cows", "They say moo.").field("page", 3)]);
/// let prompt = template.apply_chat_template(&[Message::user("Who says moo?")], &options)?;
/// assert_eq!(prompt.text(), "Cows: They say moo.\nWho says moo?");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Map<String, Value>);

json_object!(
    Document,
    "a document",
    Document::new("Cows", "They moo."), "title": "Cows", ["title", "text"],
    r#"{"title": "Cows", "text": "They say moo."}"#
);

impl Document {
    /// A document with its title.
    ///
    /// ```
    /// use rolecall::Document;
    /// use serde_json::json;
    ///
    /// assert_eq!(json!(Document::new("Cows", "They moo.")), json!({"title": "Cows", "text": "They moo."}));
    /// ```
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Map::new()).field("title", title.into()).field("text", text.into())
    }

    /// Any other field. One that is there already gets the value and keeps its place.
    ///
    /// ```
    /// use rolecall::Document;
    /// use serde_json::json;
    ///
    /// let document = Document::new("Cows", "They moo.").field("page", 3);
    /// assert_eq!(json!(document), json!({"title": "Cows", "text": "They moo.", "page": 3}));
    /// ```
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}
