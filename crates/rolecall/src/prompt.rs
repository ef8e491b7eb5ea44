//! A rendered prompt and what is known about it.

use std::ops::Range;
use std::sync::Arc;

use rolecall_jinja::Traced;

use crate::engine::Engine;
use crate::{Error, ErrorKind, Image, Origin, Result, Span};

/// The text a model was trained to see, and what is known about it.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What the template wrote, all of it.
    traced: Arc<Traced>,
    /// Where a continued message ends in that.
    end: usize,
    /// The text with images in the slots that the template wrote for them; nothing where it is the template's.
    placed: Option<String>,
    media: Vec<Media>,
    empty_slots: usize,
    image_token: Option<String>,
    clock_read: bool,
    engine: Arc<Engine>,
    roles: Vec<Option<Box<str>>>,
}

/// An image in a prompt.
#[derive(Debug, Clone)]
pub struct Media {
    range: Range<usize>,
    /// The template's placeholder, in what the template wrote.
    slot: Range<usize>,
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
    pub(crate) traced: Traced,
    /// Where a continued message ends.
    pub(crate) end: usize,
    /// Where the template wrote image placeholders, in order.
    pub(crate) slots: Vec<Range<usize>>,
    pub(crate) image_token: Option<String>,
    pub(crate) clock_read: bool,
    pub(crate) engine: Arc<Engine>,
    /// The role of each message, where it is a text.
    pub(crate) roles: Vec<Option<Box<str>>>,
}

impl Prompt {
    /// Puts each image into the slot that the template wrote for it. Without images the slots stay as the
    /// template wrote them.
    pub(crate) fn place(rendered: Rendered, images: &[Image]) -> Result<Self> {
        let Rendered { traced, end, slots, image_token, clock_read, engine, roles } = rendered;
        let (mut placed, mut media, mut empty_slots) = (None, Vec::with_capacity(images.len()), slots.len());
        if !images.is_empty() {
            if slots.len() != images.len() {
                return Err(mismatch(images.len(), slots.len(), image_token.as_deref().unwrap_or_default()));
            }
            empty_slots = 0;
            let text = traced.text().get(..end).unwrap_or_default();
            let pieces: Vec<String> = images.iter().map(Image::to_markdown).collect();
            let mut out = String::with_capacity(text.len() + pieces.iter().map(String::len).sum::<usize>());
            let mut copied = 0;
            for ((slot, piece), image) in slots.into_iter().zip(&pieces).zip(images) {
                out.push_str(text.get(copied..slot.start).unwrap_or_default());
                let start = out.len();
                out.push_str(piece);
                copied = slot.end;
                media.push(Media { range: start..out.len(), slot, image: image.clone() });
            }
            out.push_str(text.get(copied..).unwrap_or_default());
            placed = Some(out);
        }
        let traced = Arc::new(traced);
        Ok(Self { traced, end, placed, media, empty_slots, image_token, clock_read, engine, roles })
    }

    /// The prompt's text.
    pub fn text(&self) -> &str {
        match &self.placed {
            Some(text) => text,
            None => self.traced.text().get(..self.end).unwrap_or_default(),
        }
    }

    /// The prompt's text, without a copy where that is possible.
    pub fn into_text(self) -> String {
        if let Some(text) = self.placed {
            return text;
        }
        let mut text = match Arc::try_unwrap(self.traced) {
            Ok(traced) => traced.into_text(),
            Err(shared) => shared.text().to_owned(),
        };
        text.truncate(self.end);
        text
    }

    /// Who wrote what, in order: the spans cover the text without gaps.
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let mut spans = self.traced.spans();
        let mut media = self.media.iter().enumerate().peekable();
        // How much further on a place is in the prompt than in what the template wrote.
        let mut moved = 0_isize;
        let mut current: Option<rolecall_jinja::Span<'_>> = None;
        std::iter::from_fn(move || {
            loop {
                let span = match current.take() {
                    Some(span) => span,
                    None => spans.next().filter(|span| span.range.start < self.end)?,
                };
                let start = span.range.start;
                let end = span.range.end.min(self.end);
                let part = |range: Range<usize>| part_of(&span.origin, range.start - start, range.len());
                let slot = media.peek().map(|(_, image)| image.slot.clone()).filter(|slot| slot.start < end);
                let Some(slot) = slot else {
                    return Some(Span { range: shifted(start..end, moved), origin: part(start..end).into() });
                };
                let rest = |from: usize| rolecall_jinja::Span { range: from..end, origin: part(from..end) };
                if start < slot.start {
                    current = Some(rest(slot.start));
                    let before = start..slot.start;
                    return Some(Span { range: shifted(before.clone(), moved), origin: part(before).into() });
                }
                if end < slot.end {
                    // A placeholder of several spans: all of it is the image.
                    continue;
                }
                if slot.end < end {
                    current = Some(rest(slot.end));
                }
                let (index, image) = media.next()?;
                moved = image.range.end.cast_signed() - slot.end.cast_signed();
                return Some(Span { range: image.range.clone(), origin: Origin::Image { index } });
            }
        })
    }

    /// The byte ranges of the text that the template's `{% generation %}` blocks wrote: what an assistant said, for
    /// training. A template without such blocks has none.
    pub fn generations(&self) -> Vec<Range<usize>> {
        let ranges = self.traced.generations().iter().filter(|range| range.start < self.end);
        ranges.map(|range| self.place_of(range.start)..self.place_of(range.end.min(self.end))).collect()
    }

    /// Whether the template has `{% generation %}` blocks.
    #[cfg(feature = "tokenizers")]
    pub(crate) fn has_generation_blocks(&self) -> bool {
        self.engine.has_generation_blocks()
    }

    /// Where in the prompt a place is of what the template wrote; inside of a placeholder, the end of its image.
    fn place_of(&self, at: usize) -> usize {
        let mut moved = 0;
        for image in &self.media {
            if at <= image.slot.start {
                break;
            }
            if at < image.slot.end {
                return image.range.end;
            }
            moved = image.range.end.cast_signed() - image.slot.end.cast_signed();
        }
        at.saturating_add_signed(moved)
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

    /// The template's text.
    pub fn template(&self) -> &str {
        self.engine.source()
    }

    /// The role of each message.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.roles.iter().map(Option::as_deref)
    }
}

fn shifted(range: Range<usize>, by: isize) -> Range<usize> {
    range.start.saturating_add_signed(by)..range.end.saturating_add_signed(by)
}

/// The origin of some bytes of a span.
fn part_of<'t>(
    origin: &rolecall_jinja::Origin<'t>,
    from: usize,
    length: usize,
) -> rolecall_jinja::Origin<'t> {
    use rolecall_jinja::Origin::{Copied, CopiedKey};
    let part = |range: &Range<usize>| range.start + from..range.start + from + length;
    match origin {
        Copied { pointer, range } => Copied { pointer: *pointer, range: part(range) },
        CopiedKey { pointer, range } => CopiedKey { pointer: *pointer, range: part(range) },
        other => other.clone(),
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
