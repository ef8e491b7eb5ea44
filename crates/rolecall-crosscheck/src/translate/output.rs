//! The text of a translated template, and where its parts come from.

use crate::places::Places;

#[derive(Default)]
pub(super) struct Output {
    text: String,
    places: Places,
}

impl Output {
    /// What is written next comes from byte `offset` of the original.
    pub(super) fn place(&mut self, offset: u32) {
        self.places.push(self.text.len(), usize::try_from(offset).unwrap_or(usize::MAX));
    }

    pub(super) fn write(&mut self, code: &str) {
        self.text.push_str(code);
    }

    /// A string literal.
    pub(super) fn literal(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(c);
        }
        self.text.push('"');
    }

    /// Text that is printed as it is. In a capture it is printed as a value, so that its length is counted.
    pub(super) fn raw(&mut self, text: &str, captured: bool) {
        let looks_like_a_tag = ["{{", "{%", "{#"].iter().any(|tag| text.contains(tag)) || text.ends_with('{');
        if captured || looks_like_a_tag {
            self.text.push_str("{{");
            self.literal(text);
            self.text.push_str("}}");
        } else {
            self.text.push_str(text);
        }
    }

    pub(super) fn finish(self) -> (String, Places) {
        (self.text, self.places)
    }
}
