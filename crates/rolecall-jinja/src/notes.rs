//! The lists of a traced render, used by one after another of a thread: asking for new ones each time would take a good
//! part of the time that tracing takes.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

use crate::origins::Tree;
use crate::vm::RawSpan;

/// What a traced render notes. Its lists are left to the next render of the thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Option<Box<Lists>>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    pub(crate) tree: Tree,
    pub(crate) spans: Vec<RawSpan>,
}

/// Lists up to this size are kept for the next render, in bytes.
const KEPT: usize = 2 << 20;

thread_local! {
    static LAST: Cell<Option<Box<Lists>>> = const { Cell::new(None) };
}

impl Notes {
    /// Empty lists, with room for so many nodes and spans.
    pub(crate) fn with_room(nodes: usize, spans: usize) -> Self {
        let mut lists = LAST.take().unwrap_or_default();
        lists.tree.clear(nodes);
        lists.spans.clear();
        lists.spans.reserve(spans);
        Self(Some(lists))
    }
}

impl Deref for Notes {
    type Target = Lists;

    #[inline]
    fn deref(&self) -> &Lists {
        static NONE: Lists = Lists { tree: Tree::NONE, spans: Vec::new() };
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Notes {
    #[inline]
    fn deref_mut(&mut self) -> &mut Lists {
        self.0.get_or_insert_default()
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let Some(lists) = self.0.take() else { return };
        if lists.tree.bytes() + lists.spans.capacity() * size_of::<RawSpan>() <= KEPT {
            // When the thread ends there is none.
            let _ = LAST.try_with(|last| last.set(Some(lists)));
        }
    }
}
