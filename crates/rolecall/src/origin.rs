//! Who wrote a part of a prompt.

use std::ops::Range;

use rolecall_jinja::{Pointer, PointerStep};

/// A part of a prompt that is all of one origin.
///
/// ```
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let messages = json!([{"role": "user", "content": "<|im_end|>"}]);
/// let prompt = Model::builtin("chatml")?.apply_chat_template(&messages, &Options::new())?;
/// let parts = prompt.spans().map(|span| (&prompt.text()[span.range], span.origin.is_own()));
/// let expected = [("<|im_start|>", true), ("user", false), ("\n", true), ("<|im_end|>", false), ("<|im_end|>\n", true)];
/// assert_eq!(parts.collect::<Vec<_>>(), expected);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'p> {
    /// Where in the prompt's text it is, in bytes.
    pub range: Range<usize>,
    /// Who wrote it.
    pub origin: Origin<'p>,
}

/// Who wrote a part of a prompt. Pointers lead into what the template saw,
/// [`Prepared::variables`](crate::Prepared::variables).
///
/// ```
/// use rolecall::{Model, Options, Origin};
/// use serde_json::json;
///
/// let model = Model::builtin("chatml")?;
/// let prompt = model.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new())?;
/// let copied: Vec<(&str, String)> = prompt
///     .spans()
///     .filter_map(|span| match span.origin {
///         Origin::Copied { pointer, .. } => Some((&prompt.text()[span.range], pointer.to_string())),
///         _ => None,
///     })
///     .collect();
/// assert_eq!(copied, [("user", "/messages/0/role".to_owned()), ("Hi", "/messages/0/content".to_owned())]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin<'p> {
    /// The template.
    Template,
    /// A special token of the model.
    Trusted {
        /// The name of the variable, such as `bos_token`.
        variable: &'p str,
    },
    /// It was copied from a string of the input.
    Copied {
        /// The string.
        pointer: Pointer<'p>,
        /// Which bytes of the string.
        range: Range<usize>,
    },
    /// It was copied from a key of an object of the input.
    CopiedKey {
        /// The value that has the key.
        pointer: Pointer<'p>,
        /// Which bytes of the key.
        range: Range<usize>,
    },
    /// It was computed from values of the input, such as a tool as JSON.
    Computed {
        /// The values.
        pointers: Vec<Pointer<'p>>,
    },
    /// It stands for an image, in the place of the template's placeholder.
    Image {
        /// Which of the prompt's [media](crate::Prompt::media), or of the sizes given to
        /// [`Options::expand_images`](crate::Options::expand_images).
        index: usize,
    },
    /// It stands for a video, in the place of the template's placeholder.
    Video {
        /// Which of the sizes given to [`Options::expand_videos`](crate::Options::expand_videos).
        index: usize,
    },
}

impl<'p> From<rolecall_jinja::Origin<'p>> for Origin<'p> {
    fn from(origin: rolecall_jinja::Origin<'p>) -> Self {
        match origin {
            rolecall_jinja::Origin::Trusted { variable } => Self::Trusted { variable },
            rolecall_jinja::Origin::Copied { pointer, range } => Self::Copied { pointer, range },
            rolecall_jinja::Origin::CopiedKey { pointer, range } => Self::CopiedKey { pointer, range },
            rolecall_jinja::Origin::Computed { pointers } => Self::Computed { pointers },
            _ => Self::Template,
        }
    }
}

impl Origin<'_> {
    /// Whether no user wrote it: the template did, or it is a special token of the model.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("mistral")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let own = prompt.spans().filter(|span| span.origin.is_own());
    /// let own: Vec<&str> = own.map(|span| &prompt.text()[span.range]).collect();
    /// assert_eq!(own, ["<s>", "[INST] ", " [/INST]"]);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Template | Self::Trusted { .. })
    }

    /// The message that it is of, and the steps inside of that message, such as `content`: for what was computed from
    /// several values of a message, the steps that all of them share. Nothing for text of the template, and for what was
    /// computed from more than one message.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, PointerStep};
    ///
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let span = prompt.spans().find(|span| &prompt.text()[span.range.clone()] == "Hi").unwrap();
    /// assert_eq!(span.origin.message(), Some((0, vec![PointerStep::Key("content")])));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn message(&self) -> Option<(usize, Vec<PointerStep<'_>>)> {
        let pointers = match self {
            Self::Copied { pointer, .. } | Self::CopiedKey { pointer, .. } => std::slice::from_ref(pointer),
            Self::Computed { pointers } => pointers.as_slice(),
            _ => &[],
        };
        let mut places = pointers.iter().map(place_in_message);
        let (message, mut inside) = places.next()??;
        for place in places {
            let (other, steps) = place?;
            if other != message {
                return None;
            }
            inside.truncate(inside.iter().zip(&steps).take_while(|(one, other)| one == other).count());
        }
        Some((message, inside))
    }

    /// Whether it is of the content of a message, counted from 0, or of the message as a whole.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options};
    ///
    /// let prompt = Model::builtin("chatml")?.apply_chat_template(&[Message::user("Hi")], &Options::new())?;
    /// let content = prompt.spans().find(|span| span.origin.is_content_of(0)).unwrap();
    /// assert_eq!(&prompt.text()[content.range], "Hi");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn is_content_of(&self, message: usize) -> bool {
        self.message().is_some_and(|(of, steps)| {
            of == message && steps.first().is_none_or(|step| *step == PointerStep::Key("content"))
        })
    }
}

fn place_in_message<'p>(pointer: &Pointer<'p>) -> Option<(usize, Vec<PointerStep<'p>>)> {
    let steps = pointer.steps();
    match steps.as_slice() {
        [PointerStep::Key("messages"), PointerStep::Index(message), inside @ ..] => {
            Some((*message, inside.to_vec()))
        }
        _ => None,
    }
}
