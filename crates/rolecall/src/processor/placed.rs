//! A prompt's text in which placeholders gave way to what they stand for, and where each part of it is from.

use std::ops::Range;

/// What a part of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    /// What the template wrote.
    Copied,
    /// What stands for an image, in the order of the images.
    Image(usize),
    /// What stands for a video, in the order of the videos.
    Video(usize),
    /// What the processor put there.
    Added,
}

/// A part of the text.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Where in the text it is.
    pub(crate) out: Range<usize>,
    /// Which part of the template's text it was; empty for what was put between.
    pub(crate) from: Range<usize>,
    pub(crate) kind: PartKind,
}

/// What takes a place of the template's text.
pub(crate) struct Replacement {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
    pub(crate) kind: PartKind,
}

/// A text with replacements.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    text: String,
    parts: Vec<Part>,
}

impl Placed {
    /// Replaces parts of a text. The replacements are in order and do not overlap.
    pub(crate) fn new(source: &str, replacements: Vec<Replacement>) -> Self {
        let more: usize = replacements.iter().map(|replacement| replacement.text.len()).sum();
        let mut text = String::with_capacity(source.len() + more);
        let mut parts = Vec::with_capacity(2 * replacements.len() + 1);
        let mut done = 0;
        let copy = |text: &mut String, parts: &mut Vec<Part>, from: Range<usize>| {
            if !from.is_empty() {
                let start = text.len();
                text.push_str(source.get(from.clone()).unwrap_or_default());
                parts.push(Part { out: start..text.len(), from, kind: PartKind::Copied });
            }
        };
        for Replacement { range, text: piece, kind } in replacements {
            copy(&mut text, &mut parts, done..range.start);
            let start = text.len();
            text.push_str(&piece);
            done = range.end;
            parts.push(Part { out: start..text.len(), from: range, kind });
        }
        copy(&mut text, &mut parts, done..source.len());
        Self { text, parts }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Takes bytes out of the text, and puts texts in: the edits are in order and do not overlap. What is put in belongs
    /// to what stands before it, but for text of the template.
    pub(crate) fn edited(self, edits: &[(Range<usize>, &str)]) -> Self {
        if edits.is_empty() {
            return self;
        }
        let mut new = Self { text: String::with_capacity(self.text.len()), parts: Vec::new() };
        let mut edits = edits.iter().peekable();
        for part in &self.parts {
            let start = new.text.len();
            // Where the rest of the part begins: in this text, and in the template's.
            let (mut at, mut from) = (part.out.start, part.from.start);
            let is_copied = part.kind == PartKind::Copied;
            let push = |new: &mut Self, out: Range<usize>, from: &mut usize| {
                let start = new.text.len();
                new.text.push_str(self.text.get(out.clone()).unwrap_or_default());
                if is_copied && !out.is_empty() {
                    let range = *from..*from + out.len();
                    *from = range.end;
                    new.parts.push(Part { out: start..new.text.len(), from: range, kind: part.kind });
                }
            };
            while let Some((range, insert)) = edits.peek() {
                if range.start > part.out.end || (range.start == part.out.end && !range.is_empty()) {
                    break;
                }
                push(&mut new, at..range.start.max(at), &mut from);
                at = range.end.min(part.out.end).max(at);
                from += if is_copied { at - range.start.max(part.out.start) } else { 0 };
                if range.end > part.out.end {
                    break;
                }
                let start = new.text.len();
                new.text.push_str(insert);
                if is_copied && !insert.is_empty() {
                    new.parts.push(Part {
                        out: start..new.text.len(),
                        from: from..from,
                        kind: PartKind::Added,
                    });
                }
                edits.next();
            }
            push(&mut new, at..part.out.end, &mut from);
            if !is_copied {
                let out = start..new.text.len();
                new.parts.push(Part { out, from: part.from.clone(), kind: part.kind });
            }
        }
        new
    }

    /// The parts of the text that no user wrote, given those of the template's text.
    pub(crate) fn own(&self, own: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut add = |range: Range<usize>| match found.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ if range.is_empty() => {}
            _ => found.push(range),
        };
        for part in &self.parts {
            if part.kind != PartKind::Copied {
                add(part.out.clone());
                continue;
            }
            let first = own.partition_point(|own| own.end <= part.from.start);
            for own in own.iter().skip(first).take_while(|own| own.start < part.from.end) {
                let shift = |at: usize| part.out.start + (at - part.from.start);
                add(shift(own.start.max(part.from.start))..shift(own.end.min(part.from.end)));
            }
        }
        found
    }

    /// Where in the text a place of the template's text is; inside of what was replaced, the end of what took its place.
    pub(crate) fn place_of(&self, at: usize) -> usize {
        let first = self.parts.partition_point(|part| part.from.end < at);
        match self.parts.get(first) {
            None => self.text.len(),
            Some(part) if at <= part.from.start => part.out.start,
            Some(part) if part.kind == PartKind::Copied => part.out.start + (at - part.from.start),
            Some(part) => part.out.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(range: Range<usize>, text: &str, index: usize) -> Replacement {
        Replacement { range, text: text.to_owned(), kind: PartKind::Image(index) }
    }

    fn shown(placed: &Placed) -> Vec<(&str, Range<usize>)> {
        placed.parts.iter().map(|part| (&placed.text[part.out.clone()], part.from.clone())).collect()
    }

    #[test]
    fn edits_keep_where_parts_are_from() {
        // a|I|J|bc
        let placed = Placed::new("aIJbc", vec![image(1..2, "<i>", 0), image(2..3, "<j>", 1)]);
        assert_eq!(placed.text(), "a<i><j>bc");
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| placed.place_of(at)), [0, 1, 4, 7, 8, 9]);
        assert_eq!(placed.own(std::slice::from_ref(&(0..4))), std::slice::from_ref(&(0..8)));

        // Out go "a", the end of one image with the beginning of the next, and "b"; in go two texts.
        let edited = placed.edited(&[(0..1, ""), (3..5, ""), (7..7, "+"), (7..8, "-")]);
        assert_eq!(edited.text(), "<ij>+-c");
        assert_eq!(shown(&edited), [("<i", 1..2), ("j>+", 2..3), ("-", 4..4), ("c", 4..5)]);
        assert_eq!([0, 1, 2, 3, 5].map(|at| edited.place_of(at)), [0, 0, 2, 5, 7]);
    }

    #[test]
    fn what_is_put_in_behind_the_templates_text_is_a_part_of_its_own() {
        let placed = Placed::new("ab", Vec::new()).edited(&[(1..1, " "), (2..2, "!")]);
        assert_eq!(shown(&placed), [("a", 0..1), (" ", 1..1), ("b", 1..2), ("!", 2..2)]);
        assert_eq!(placed.text(), "a b!");
    }
}
