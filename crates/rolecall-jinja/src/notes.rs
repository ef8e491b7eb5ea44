//! The lists of a traced render, used by one after another of a thread: asking for new ones each time would take a good
//! part of the time that tracing takes.

use std::cell::Cell;

use crate::origins::Tree;
use crate::vm::RawSpan;

/// What a traced render notes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    pub(crate) tree: Tree,
    pub(crate) spans: Vec<RawSpan>,
}

/// Lists up to this size are kept for the next render, in bytes.
const KEPT: usize = 2 << 20;

thread_local! {
    static LAST: Cell<Option<Notes>> = const { Cell::new(None) };
}

impl Notes {
    /// Empty lists, with room for so many nodes and spans.
    pub(crate) fn with_room(nodes: usize, spans: usize) -> Self {
        let mut notes = LAST.take().unwrap_or_default();
        notes.tree.clear(nodes);
        notes.spans.clear();
        notes.spans.reserve(spans);
        notes
    }

    /// Leaves the lists to the next render.
    pub(crate) fn leave(self) {
        if self.tree.bytes() + self.spans.capacity() * size_of::<RawSpan>() <= KEPT {
            // When the thread ends there is none.
            let _ = LAST.try_with(|last| last.set(Some(self)));
        }
    }
}
