//! A rendered prompt and what is known about it.

use std::ops::Range;

use crate::{Error, ErrorKind, Image, Result};

/// The text a model was trained to see, and what is known about it.
#[derive(Debug, Clone)]
pub struct Prompt {
    text: String,
    media: Vec<Media>,
    empty_slots: usize,
    image_token: Option<String>,
    clock_read: bool,
}

/// An image in a prompt.
#[derive(Debug, Clone)]
pub struct Media {
    range: Range<usize>,
    image: Image,
}

impl Media {
    /// Where in the prompt's text it stands, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The image.
    pub fn image(&self) -> &Image {
        &self.image
    }
}

/// What a render gave, before images are placed.
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Where the template wrote image placeholders, in order.
    pub(crate) slots: Vec<Range<usize>>,
    pub(crate) image_token: Option<String>,
    pub(crate) clock_read: bool,
}

impl Prompt {
    /// Puts each image into the slot that the template wrote for it. Without images the slots stay as the
    /// template wrote them.
    pub(crate) fn place(rendered: Rendered, images: &[Image]) -> Result<Self> {
        let Rendered { text, slots, image_token, clock_read } = rendered;
        if images.is_empty() {
            let empty_slots = slots.len();
            return Ok(Self { text, media: Vec::new(), empty_slots, image_token, clock_read });
        }
        if slots.len() != images.len() {
            return Err(mismatch(images.len(), slots.len(), image_token.as_deref().unwrap_or_default()));
        }
        let pieces: Vec<String> = images.iter().map(Image::to_markdown).collect();
        let mut out = String::with_capacity(text.len() + pieces.iter().map(String::len).sum::<usize>());
        let mut media = Vec::with_capacity(images.len());
        let mut copied = 0;
        for ((slot, piece), image) in slots.iter().zip(&pieces).zip(images) {
            out.push_str(text.get(copied..slot.start).unwrap_or_default());
            let start = out.len();
            out.push_str(piece);
            media.push(Media { range: start..out.len(), image: image.clone() });
            copied = slot.end;
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Ok(Self { text: out, media, empty_slots: 0, image_token, clock_read })
    }

    /// The prompt's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The prompt's text, without a copy.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The images in the prompt, in order.
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// How many image placeholders the template wrote for which no image was given. A server takes them
    /// for ordinary text.
    pub fn empty_image_slots(&self) -> usize {
        self.empty_slots
    }

    /// The placeholder for an image, if the model's files name one: a sign of a model that sees images.
    pub fn image_token(&self) -> Option<&str> {
        self.image_token.as_deref()
    }

    /// Whether the template asked for the time, so that the prompt differs from day to day.
    pub fn clock_read(&self) -> bool {
        self.clock_read
    }
}

fn mismatch(images: usize, slots: usize, token: &str) -> Error {
    let count = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    Error::new(
        ErrorKind::Media,
        format!(
            "{} given, but the template wrote {} ({token})",
            if images == 1 { "1 image was".to_owned() } else { format!("{images} images were") },
            count(slots, "image slot"),
        ),
    )
    .help(r#"Each image needs a part {"type": "image"} in the messages, and each such part an image; a placeholder typed in a text is not a slot"#)
}
