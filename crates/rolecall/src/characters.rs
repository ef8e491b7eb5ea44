//! Python counts a text in characters, Rust in bytes.

/// Where the characters of a text begin.
pub(crate) struct Characters {
    starts: Vec<usize>,
}

impl Characters {
    pub(crate) fn of(text: &str) -> Self {
        Self { starts: text.char_indices().map(|(at, _)| at).collect() }
    }

    /// Where a character begins, in bytes; nothing beyond the last one.
    pub(crate) fn byte(&self, character: usize) -> Option<usize> {
        self.starts.get(character).copied()
    }

    /// How many characters begin before a byte.
    pub(crate) fn before(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start < byte)
    }
}
