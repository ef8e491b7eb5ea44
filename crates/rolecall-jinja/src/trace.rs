//! Who wrote what, while a render runs.
//!
//! Every value carries an [`Origin`], the number of a node here. A piece of text knows more: it is a slice of the
//! text that its origin names, and *where* in it follows from the two addresses. So whatever cuts text keeps its
//! origin for free; only what makes new text has to say from what it was made.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::notes::Notes;
use crate::origins::{Owned, Text, Tree};
use crate::value::rope::Piece;
use crate::vm::RawSpan;
use crate::vm::fast::same_key;

/// The number of a node of the trace; 0 is the template, and all there is in a plain render.
///
/// What users see is [`crate::Origin`], which is made of this number and the tree when spans are read.
///
/// Two bits say what most want to know without a look at the node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) struct Origin(u32);

/// The node is not a place in the input, but made from such places.
const DERIVED: u32 = 1 << 31;
/// It is of a variable that the caller trusts.
const TRUSTED: u32 = 1 << 30;
/// More nodes than this are not kept apart.
const MOST_NODES: u32 = TRUSTED - 1;

impl Origin {
    pub(crate) const TEMPLATE: Origin = Origin(Tree::TEMPLATE);
    /// The object of variables itself.
    pub(crate) const ROOT: Origin = Origin(Tree::ROOT);

    /// Whether it is a place in the input, and nothing that was made of such places, nor trusted.
    pub(crate) fn is_place(self) -> bool {
        self.0 & (DERIVED | TRUSTED) == 0
    }

    /// Whether it stands for something that was made, not for a place in the input.
    #[inline]
    pub(crate) fn is_derived(self) -> bool {
        self.0 & DERIVED != 0
    }

    /// The number of the node.
    pub(crate) fn number(self) -> u32 {
        self.0 & MOST_NODES
    }

    pub(crate) fn index(self) -> usize {
        (self.0 & MOST_NODES) as usize
    }
}

/// A step from a value to one inside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The pieces of a text that `length` bytes from `offset` on were put together of.
pub(crate) fn pieces_within<'a>(
    pieces: &'a [Piece<'a>],
    ends: &'a [usize],
    offset: usize,
    length: usize,
) -> impl Iterator<Item = Piece<'a>> {
    let first = ends.partition_point(|end| *end <= offset);
    let start = first.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    let mut before = start;
    let pieces = pieces.get(first..).unwrap_or_default().iter().zip(ends.get(first..).unwrap_or_default());
    pieces
        .map(move |(piece, end)| (piece, std::mem::replace(&mut before, *end), *end))
        .take_while(move |(_, start, _)| *start < offset + length)
        // Generation blocks may be empty.
        .filter(|(_, start, end)| start < end)
        .map(move |(piece, start, end)| {
            let part = start.max(offset) - start..end.min(offset + length) - start;
            Piece { text: piece.text.get(part).unwrap_or_default(), ..*piece }
        })
}

/// Where `part` begins in `whole`, if it is a slice of it.
#[inline]
pub(crate) fn offset(whole: &str, part: &str) -> Option<usize> {
    let offset = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (offset + part.len() <= whole.len()).then_some(offset)
}

/// A generation block that captured text belongs to, and the one around both.
#[derive(Clone, Copy)]
pub(crate) struct Generation {
    pub(crate) outer: u32,
    pub(crate) inner: u32,
}

pub(crate) struct Trace<'a> {
    state: RefCell<State<'a>>,
    generations: RefCell<Vec<Generation>>,
    trusted: &'a [&'a str],
    last_computed: Cell<(Origin, Origin)>,
}

/// What a text was put together from: pieces, none of which was itself put together, and where each of them ends.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) pieces: &'a [Piece<'a>],
    pub(crate) ends: &'a [usize],
}

struct State<'a> {
    /// The nodes, as they are kept after the render.
    notes: Notes,
    /// The text of each node that has one. Its memory goes with the arena.
    texts: ManuallyDrop<ArenaVec<'a, &'a str>>,
    /// The keys that were kept last: the objects of a conversation have the same few.
    recent: [(&'a str, Text); RECENT],
    /// Texts that were put together, by the numbers of their nodes.
    pieces: Vec<(u32, Parts<'a>)>,
}

/// How many keys are remembered.
const RECENT: usize = 8;

impl<'a> State<'a> {
    /// Keeps a key, most of them once.
    #[inline]
    fn key(&mut self, key: &'a str) -> Text {
        let place = (key.len() + usize::from(key.as_bytes().first().copied().unwrap_or_default())) % RECENT;
        if let Some((known, text)) = self.recent.get(place)
            && (std::ptr::eq(*known, key) || same_key(known, key))
        {
            return *text;
        }
        let text = self.notes.tree.key(key);
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = (key, text);
        }
        text
    }
}

impl<'a> Trace<'a> {
    /// A trace of which some `nodes` are expected.
    pub(crate) fn new(bump: &'a Bump, trusted: &'a [&'a str], nodes: usize) -> Self {
        let notes = Notes::with_room(nodes + 8, nodes + 8);
        let mut texts = ArenaVec::with_capacity_in(nodes + 8, bump);
        texts.extend(["", ""]);
        let state = State {
            notes,
            texts: ManuallyDrop::new(texts),
            recent: [("", Text::default()); RECENT],
            pieces: Vec::new(),
        };
        Self {
            state: RefCell::new(state),
            generations: RefCell::new(Vec::new()),
            trusted,
            last_computed: Cell::new((Origin::TEMPLATE, Origin::TEMPLATE)),
        }
    }

    /// An empty list for the spans.
    pub(crate) fn take_spans(&self) -> Vec<RawSpan> {
        std::mem::take(&mut self.state.borrow_mut().notes.spans)
    }

    /// What was noted, for those who read the result.
    pub(crate) fn take_notes(&self, spans: Vec<RawSpan>) -> Notes {
        let mut notes = std::mem::take(&mut self.state.borrow_mut().notes);
        notes.spans = spans;
        notes
    }

    /// The text that a node stands for: that of a string of the input, or one that was put together.
    #[inline]
    pub(crate) fn text(&self, origin: Origin) -> &'a str {
        self.state.borrow().texts.get(origin.index()).copied().unwrap_or_default()
    }

    /// What a text was put together from.
    pub(crate) fn parts(&self, origin: Origin) -> Option<Parts<'a>> {
        if origin.0 & DERIVED == 0 {
            return None;
        }
        let state = self.state.borrow();
        let number = origin.0 & MOST_NODES;
        let found = state.pieces.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        state.pieces.get(found).map(|(_, parts)| *parts)
    }

    /// Whether a text was put together from what generation blocks wrote.
    pub(crate) fn bears_generation(&self, origin: Origin) -> bool {
        self.parts(origin).is_some_and(|parts| parts.pieces.iter().any(|piece| piece.generation != 0))
    }

    #[inline]
    fn add(&self, flags: u32, text: &'a str, node: impl FnOnce(&mut State<'a>) -> Owned) -> Origin {
        let state = &mut *self.state.borrow_mut();
        match u32::try_from(state.texts.len()) {
            Ok(number) if number < MOST_NODES => {
                let node = node(state);
                state.notes.tree.nodes.push(node);
                state.texts.push(text);
                Origin(number | flags)
            }
            _ => Origin::ROOT,
        }
    }

    /// Text that was put together of pieces.
    pub(crate) fn pieces(&self, text: &'a str, pieces: &'a [Piece<'a>], ends: &'a [usize]) -> Origin {
        let from = pieces.iter().map(|piece| piece.origin.number()).collect();
        let origin = self.add(DERIVED, text, |state| state.notes.tree.derived(from));
        if origin != Origin::ROOT {
            self.state.borrow_mut().pieces.push((origin.0 & MOST_NODES, Parts { pieces, ends }));
        }
        origin
    }

    /// A value inside of another that has an origin, and its text if it is a string.
    #[inline]
    pub(crate) fn child(&self, parent: Origin, step: Step<'a>, text: &'a str) -> Origin {
        if !parent.is_place() || parent == Origin::ROOT {
            return self.child_of_other(parent, step, text);
        }
        let parent = parent.0;
        match step {
            Step::Key(key) => self.add(0, text, |state| Owned::Member { parent, key: state.key(key) }),
            Step::Index(index) => {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                self.add(0, text, |_| Owned::Item { parent, index })
            }
        }
    }

    /// The same for what is no place inside of the variables.
    #[cold]
    fn child_of_other(&self, parent: Origin, step: Step<'a>, text: &'a str) -> Origin {
        if parent.0 & DERIVED != 0 {
            return self.computed(parent);
        }
        if parent.0 & TRUSTED != 0 {
            return parent;
        }
        // It is the object of variables.
        let Step::Key(name) = step else { return parent };
        if self.trusted.contains(&name) {
            return self.add(TRUSTED, text, |state| Owned::Trusted { name: state.key(name) });
        }
        let parent = parent.0;
        self.add(0, text, |state| Owned::Member { parent, key: state.key(name) })
    }

    /// A key of an object that has an origin.
    pub(crate) fn key(&self, parent: Origin, key: &'a str) -> Origin {
        match parent.0 & (DERIVED | TRUSTED) {
            0 => self.add(0, key, |state| Owned::Key { parent: parent.0, key: state.key(key) }),
            TRUSTED => parent,
            _ => self.computed(parent),
        }
    }

    /// Something made from a value of an origin.
    pub(crate) fn computed(&self, from: Origin) -> Origin {
        if from == Origin::TEMPLATE || from.0 & DERIVED != 0 && self.parts(from).is_none() {
            return from;
        }
        let (last, computed) = self.last_computed.get();
        if last == from {
            return computed;
        }
        let computed = self.add(DERIVED, "", |state| state.notes.tree.derived(Box::new([from.number()])));
        self.last_computed.set((from, computed));
        computed
    }

    /// Something made from two values.
    pub(crate) fn joined(&self, left: Origin, right: Origin) -> Origin {
        if left == right || right == Origin::TEMPLATE {
            return self.computed(left);
        }
        if left == Origin::TEMPLATE {
            return self.computed(right);
        }
        self.add(DERIVED, "", |state| state.notes.tree.derived(Box::new([left.number(), right.number()])))
    }

    /// A number for a generation block whose text is captured inside of `outer`.
    pub(crate) fn begin_generation(&self, outer: u32) -> u32 {
        self.add_generation(Generation { outer, inner: 0 })
    }

    /// The mark of text that bears `inner` and is captured again inside of `outer`.
    pub(crate) fn nested_generation(&self, outer: u32, inner: u32) -> u32 {
        if outer == 0 || outer == inner {
            return inner;
        }
        if inner == 0 {
            return outer;
        }
        let (last, count) = {
            let generations = self.generations.borrow();
            (generations.last().copied(), generations.len())
        };
        match last {
            Some(last) if last.outer == outer && last.inner == inner => {
                u32::try_from(count).unwrap_or_default()
            }
            _ => self.add_generation(Generation { outer, inner }),
        }
    }

    /// Marks count from 1.
    fn add_generation(&self, generation: Generation) -> u32 {
        let mut generations = self.generations.borrow_mut();
        generations.push(generation);
        u32::try_from(generations.len()).unwrap_or_default()
    }

    /// The blocks that a mark stands for.
    pub(crate) fn generations(&self, mark: u32, blocks: &mut Vec<u32>) {
        let generations = self.generations.borrow();
        let mut left = vec![mark];
        let mut seen = std::collections::HashSet::new();
        while let Some(mark) = left.pop() {
            let place = (mark as usize).checked_sub(1);
            let Some(generation) = place.and_then(|place| generations.get(place)) else { continue };
            if !seen.insert(mark) {
                continue;
            }
            if generation.inner == 0 {
                blocks.push(mark);
            } else {
                left.push(generation.inner);
            }
            left.push(generation.outer);
        }
    }
}
