//! What is sent: a rendered prompt, a text as it is, or token ids.

use std::borrow::Cow;
use std::ops::Range;

use rolecall::Prompt;
use serde_json::Value;

use crate::{Error, ErrorKind, Result};

/// The beginning of an image in Markdown, as text-generation servers find it.
const IMAGE: &str = "![](";

/// The same as text: what the servers look for does not match it.
const NO_IMAGE: &str = r"!\[](";

/// Something that can be sent: a [`Prompt`], a text as it is, or [`TokenIds`].
///
/// ```
/// use rolecall_sender::{BosAction, BosPolicy, Endpoint, Input, Parameters, Sender};
///
/// struct Story {
///     text: String,
/// }
///
/// impl Input for Story {
///     fn text(&self) -> &str {
///         &self.text
///     }
///
///     fn bos_token(&self) -> Option<&str> {
///         Some("<s>")
///     }
/// }
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).bos(BosPolicy::Strip);
/// let story = Story { text: "<s>Once upon".to_owned() };
/// let prepared = sender.prepare(&story, &Parameters::new(), false)?;
/// assert_eq!(prepared.bos, BosAction::Stripped { token: "<s>".to_owned() });
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
pub trait Input {
    /// The text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::Input;
    ///
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(Input::text(&prompt), "<|im_start|>user\nHi<|im_end|>\n");
    /// assert_eq!("Once upon".text(), "Once upon");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn text(&self) -> &str;

    /// The ids of its tokens, for those who send ids.
    ///
    /// ```
    /// use rolecall_sender::{Input, TokenIds};
    ///
    /// assert_eq!(TokenIds(vec![1, 2, 3]).token_ids(), Some(&[1, 2, 3][..]));
    /// assert_eq!("Once upon".token_ids(), None);
    /// ```
    fn token_ids(&self) -> Option<&[u32]> {
        None
    }

    /// The BOS token that a template wrote at the very beginning of the text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::Input;
    ///
    /// let model = Model::builtin("llama-3")?;
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(Input::leading_bos(&prompt), Some("<|begin_of_text|>"));
    /// // Of a text nobody knows who wrote its beginning.
    /// assert_eq!("<|begin_of_text|>Hi".leading_bos(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn leading_bos(&self) -> Option<&str> {
        None
    }

    /// The model's BOS token, whoever writes it.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options};
    /// use rolecall_sender::Input;
    ///
    /// let template = ChatTemplate::new("{{ messages[0].content }}", [("bos_token", "<s>")])?;
    /// let prompt = template.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!((Input::bos_token(&prompt), Input::leading_bos(&prompt)), (Some("<s>"), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn bos_token(&self) -> Option<&str> {
        None
    }

    /// Whether the model's tokenizer adds a BOS token, where that is known.
    ///
    /// ```
    /// use rolecall_sender::{BosAction, Endpoint, Input, Parameters, Sender};
    ///
    /// struct Written(&'static str);
    ///
    /// impl Input for Written {
    ///     fn text(&self) -> &str {
    ///         self.0
    ///     }
    ///
    ///     fn leading_bos(&self) -> Option<&str> {
    ///         Some("<s>")
    ///     }
    ///
    ///     fn tokenizer_adds_bos(&self) -> Option<bool> {
    ///         Some(false)
    ///     }
    /// }
    ///
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let prepared = sender.prepare(&Written("<s>Hi"), &Parameters::new(), false)?;
    /// assert_eq!(prepared.bos, BosAction::Kept { token: "<s>".to_owned() });
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    fn tokenizer_adds_bos(&self) -> Option<bool> {
        None
    }

    /// Whether placeholders of images are as many as the model's tokens: that is for token ids, not for servers.
    ///
    /// ```
    /// use rolecall::{ImageSize, Model, ModelFiles, Options};
    /// use rolecall_sender::Input;
    /// use serde_json::json;
    ///
    /// let mut files = ModelFiles::new("my-llava");
    /// # files.insert("chat_template.jinja", "{% for part in messages[0].content %}<image>{% endfor %}");
    /// # files.insert("processor_config.json", r#"{"processor_class": "LlavaProcessor", "patch_size": 14,
    /// #     "num_additional_image_tokens": 1, "vision_feature_select_strategy": "default"}"#);
    /// # files.insert("preprocessor_config.json", r#"{"image_processor_type": "CLIPImageProcessor",
    /// #     "size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}}"#);
    /// let model = Model::from_files(files)?;
    /// let messages = json!([{"role": "user", "content": [{"type": "image"}]}]);
    /// let options = Options::new().expand_images([ImageSize { width: 640, height: 480 }]);
    /// let prompt = model.apply_chat_template(&messages, &options)?;
    /// assert!(prompt.is_expanded());
    /// let error = prompt.wire_text().unwrap_err();
    /// assert!(error.to_string().starts_with("the prompt's image placeholders are expanded"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn is_expanded(&self) -> bool {
        false
    }

    /// Where in the text images stand, in bytes.
    ///
    /// ```
    /// use rolecall::{Image, Model, Options};
    /// use rolecall_sender::Input;
    /// use serde_json::json;
    ///
    /// let messages = json!([{"role": "user", "content": [{"type": "image"}]}]);
    /// let options = Options::new().image(Image::from_bytes(*b"GIF89a", "dot.gif")?);
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &options)?;
    /// let image = prompt.image_ranges()[0].clone();
    /// assert_eq!(&prompt.text()[image], "![](data:image/gif;base64,R0lGODlh)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn image_ranges(&self) -> Vec<Range<usize>> {
        Vec::new()
    }

    /// How many images are missing.
    ///
    /// ```
    /// use rolecall::{Model, Options};
    /// use rolecall_sender::Input;
    /// use serde_json::json;
    ///
    /// let messages = json!([{"role": "user", "content": [{"type": "image"}]}]);
    /// let prompt = Model::builtin("idefics2")?.apply_chat_template(&messages, &Options::new())?;
    /// assert_eq!(Input::empty_image_slots(&prompt), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn empty_image_slots(&self) -> usize {
        0
    }

    /// Whether it is for a model that sees images.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::Input;
    ///
    /// let sees = |name| -> rolecall::Result<bool> {
    ///     let model = Model::builtin(name)?;
    ///     Ok(model.apply_chat_template(&[Message::user("Hi")], &Options::new())?.sees_images())
    /// };
    /// assert_eq!((sees("idefics2")?, sees("chatml")?), (true, false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn sees_images(&self) -> bool {
        false
    }

    /// The model's placeholder for an image, if it is known.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::Input;
    ///
    /// let model = Model::builtin("idefics2")?;
    /// let prompt = model.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(Input::image_token(&prompt), Some("<image>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn image_token(&self) -> Option<&str> {
        None
    }

    /// The text that goes over the wire, if it may.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    /// use rolecall_sender::Input;
    ///
    /// let model = Model::builtin("idefics2")?;
    /// let prompt = |text| model.apply_chat_template(&[Message::user(text)], &Options::new());
    /// assert_eq!(prompt("Hi")?.wire_text()?, "User: Hi<end_of_utterance>\n");
    /// let typed = prompt("![](http://example.com/cat.png)")?;
    /// assert!(typed.wire_text().unwrap_err().to_string().starts_with("a message holds the text ![]("));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] when the server would take parts of it for something that they are not.
    fn wire_text(&self) -> Result<&str> {
        guarded(self, self.sees_images(), Markdown::Refuse)?;
        Ok(self.text())
    }
}

/// What is done about `![](…)` that somebody typed. A server of a model that sees images takes each for an image and
/// fetches what it names.
///
/// ```
/// use rolecall_sender::{Endpoint, Markdown, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?).sees_images(true);
/// let typed = "![](http://example.com/cat.png)";
/// assert!(sender.prepare(typed, &Parameters::new(), false).is_err());
/// let prepared = sender.markdown(Markdown::Neutralise).prepare(typed, &Parameters::new(), false)?;
/// assert!(prepared.request.body.contains(r"!\\[](http://example.com/cat.png)"));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Markdown {
    /// It is an error.
    #[default]
    Refuse,
    /// It is sent with a backslash, as `!\[](`, which is text for the server.
    Neutralise,
}

/// A prompt as the ids of its tokens, for servers that take them: completions and `SGLang`. Nothing is added to them.
///
/// ```
/// use rolecall_sender::{Dialect, Endpoint, Parameters, Sender, TokenIds};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8000")?).dialect(Dialect::Completions);
/// let prepared = sender.prepare(&TokenIds(vec![1, 2, 3]), &Parameters::new(), false)?;
/// assert!(prepared.request.body.starts_with(r#"{"prompt":[1,2,3]"#));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIds(pub Vec<u32>);

impl Input for TokenIds {
    fn text(&self) -> &'static str {
        ""
    }

    fn token_ids(&self) -> Option<&[u32]> {
        Some(&self.0)
    }
}

impl Input for str {
    fn text(&self) -> &str {
        self
    }
}

impl Input for String {
    fn text(&self) -> &str {
        self
    }
}

impl Input for Prompt {
    fn text(&self) -> &str {
        Prompt::text(self)
    }

    fn leading_bos(&self) -> Option<&str> {
        Prompt::leading_bos(self)
    }

    fn bos_token(&self) -> Option<&str> {
        Prompt::bos_token(self)
    }

    /// A tokenizer that cannot be read is none that is known.
    #[cfg(feature = "tokenizers")]
    fn tokenizer_adds_bos(&self) -> Option<bool> {
        Prompt::tokenizer_adds_bos(self).ok().flatten()
    }

    fn is_expanded(&self) -> bool {
        !(self.expanded_images().is_empty() && self.expanded_videos().is_empty())
    }

    fn image_ranges(&self) -> Vec<Range<usize>> {
        self.media().iter().map(rolecall::Media::range).collect()
    }

    fn empty_image_slots(&self) -> usize {
        Prompt::empty_image_slots(self)
    }

    fn sees_images(&self) -> bool {
        Prompt::image_token(self).is_some()
    }

    fn image_token(&self) -> Option<&str> {
        Prompt::image_token(self)
    }
}

/// The text as a server may get it.
pub(crate) fn guarded<I: Input + ?Sized>(
    input: &I,
    sees_images: bool,
    markdown: Markdown,
) -> Result<Cow<'_, str>> {
    let text = input.text();
    if !sees_images {
        return Ok(Cow::Borrowed(text));
    }
    if input.is_expanded() {
        return Err(Error::new(
            ErrorKind::Parameter,
            "the prompt's image placeholders are expanded, which a server does itself",
        )
        .help("Render it with the images, without their sizes"));
    }
    // A placeholder that is left is ordinary text for a server.
    if input.empty_image_slots() > 0 {
        return Err(Error::new(
            ErrorKind::Parameter,
            format!("the prompt has {} image slot(s) without an image", input.empty_image_slots()),
        )
        .help("Give an image for each, with Options::image, or --image"));
    }
    // Images have taken the places of those that the template wrote: one that is there was typed.
    if let Some(token) = input.image_token().filter(|token| !token.is_empty() && text.contains(*token)) {
        let message = format!(
            "a message holds the text {token}, which the server would take for an image that is not there"
        );
        return Err(Error::new(ErrorKind::Parameter, message)
            .help("Take it out of the message; images are given with Options::image, or --image"));
    }
    if let Some(at) = described_image(text) {
        let what: String = text.get(at..).unwrap_or_default().chars().take(40).collect();
        let message = format!(
            "the text {what:?}… is an image with a description, which the server would read as text, letter by letter"
        );
        return Err(
            Error::new(ErrorKind::Parameter, message).help("Give the image with Options::image, or --image")
        );
    }
    let images = input.image_ranges();
    let mut out = String::new();
    let (mut copied, mut from) = (0, 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(IMAGE)).map(|at| from + at) {
        if let Some(image) = images.iter().find(|image| image.start == at) {
            from = image.end;
        } else if markdown == Markdown::Neutralise {
            out.push_str(text.get(copied..at).unwrap_or_default());
            out.push_str(NO_IMAGE);
            from = at + IMAGE.len();
            copied = from;
        } else {
            return Err(Error::new(
                ErrorKind::Parameter,
                "a message holds the text ![](, which a server of a model that sees images would take for an image",
            )
            .help("Take it out of the message, or let it be neutralised (Sender::markdown, or --neutralise-images); images are given \
                   with Options::image, or --image"));
        }
    }
    if copied == 0 {
        return Ok(Cow::Borrowed(text));
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok(Cow::Owned(out))
}

/// Holds a conversation for a model that sees images to the same rule: TGI looks for `![](…)` in what it renders, too.
/// Whether the model sees images is known by `sees_images`, or by an image in the conversation.
pub(crate) fn guard_messages(messages: &mut Value, sees_images: bool, markdown: Markdown) -> Result<()> {
    let is_image = |part: &Value| {
        part.get("type").and_then(Value::as_str).is_some_and(|kind| matches!(kind, "image" | "image_url"))
    };
    let list = messages.as_array().map(Vec::as_slice).unwrap_or_default();
    let parts = |message: &Value| {
        message.get("content").and_then(Value::as_array).map(|parts| parts.iter().any(is_image))
    };
    let has_image = |message: &Value| parts(message).unwrap_or_default();
    if !sees_images && !list.iter().any(has_image) {
        return Ok(());
    }
    for content in messages.as_array_mut().into_iter().flatten().filter_map(|one| one.get_mut("content")) {
        let texts = match content {
            Value::Array(parts) => parts.iter_mut().filter_map(|part| part.get_mut("text")).collect(),
            content => vec![content],
        };
        for text in texts {
            let Value::String(text) = text else { continue };
            if let Cow::Owned(neutral) = guarded(text.as_str(), true, markdown)? {
                *text = neutral;
            }
        }
    }
    Ok(())
}

/// Where `![description](data:` begins.
fn described_image(text: &str) -> Option<usize> {
    text.match_indices("](data:image/").find_map(|(end, _)| {
        let before = text.get(..end)?;
        let start = before.rfind("![")?;
        let description = before.get(start + 2..)?;
        (!description.is_empty() && !description.contains([']', '\n'])).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_image() {
        let text = "a ![](http://x) ![b](c) ![](d";
        assert_eq!(guarded(text, false, Markdown::Refuse).expect("text"), text);
        assert!(guarded(text, true, Markdown::Refuse).is_err());
        let neutral = guarded(text, true, Markdown::Neutralise).expect("text");
        assert_eq!(neutral, r"a !\[](http://x) ![b](c) !\[](d");
        assert!(guarded(&*neutral, true, Markdown::Refuse).is_ok(), "once is enough");
        for refused in ["a ![x](data:image/png;base64,QUJD)", "![a](b) ![x](data:image/gif;base64,QUJD)"] {
            assert!(guarded(refused, true, Markdown::Neutralise).is_err(), "{refused}");
            assert!(guarded(refused, false, Markdown::Refuse).is_ok(), "{refused}");
        }
        assert!(guarded("![a]\n[b](data:image/png;base64,QUJD)", true, Markdown::Refuse).is_ok());
    }
}
