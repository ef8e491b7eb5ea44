//! Who wrote what, while a render runs.
//!
//! Every value carries an [`Origin`], the number of a node here. A piece of text knows more: it is a slice of the
//! text that its origin names, and *where* in it follows from the two addresses. So whatever cuts text keeps its
//! origin for free; only what makes new text has to say from what it was made.

use std::cell::{Cell, RefCell};

use crate::value::rope::Piece;

/// The number of a node of the trace; 0 is the template, and all there is in a plain render.
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
    pub(crate) const TEMPLATE: Origin = Origin(0);
    /// The object of variables itself.
    pub(crate) const ROOT: Origin = Origin(1);

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

#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Template,
    Root,
    /// The value of a key, and its text if it is a string.
    Member {
        parent: Origin,
        key: &'a str,
        text: &'a str,
    },
    /// An item of a list, and its text if it is a string.
    Item {
        parent: Origin,
        index: usize,
        text: &'a str,
    },
    /// A key of an object, which is named by the way to its value.
    Key {
        parent: Origin,
        key: &'a str,
    },
    /// A variable that the caller trusts, and all inside of it.
    Trusted {
        name: &'a str,
    },
    /// Text that was put together of pieces, none of which was itself put together.
    Pieces {
        text: &'a str,
        pieces: &'a [Piece<'a>],
        /// Where in the text each of them ends.
        ends: &'a [usize],
    },
    /// Something made from a value of another origin.
    Computed(Origin),
    /// Something made from two values.
    Joined(Origin, Origin),
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
    nodes: RefCell<Vec<Node<'a>>>,
    generations: RefCell<Vec<Generation>>,
    trusted: &'a [&'a str],
    last_computed: Cell<(Origin, Origin)>,
}

impl<'a> Trace<'a> {
    pub(crate) fn new(trusted: &'a [&'a str]) -> Self {
        Self {
            nodes: RefCell::new(vec![Node::Template, Node::Root]),
            generations: RefCell::new(vec![Generation { outer: 0, inner: 0 }]),
            trusted,
            last_computed: Cell::new((Origin::TEMPLATE, Origin::TEMPLATE)),
        }
    }

    fn add(&self, node: Node<'a>, flags: u32) -> Origin {
        let mut nodes = self.nodes.borrow_mut();
        match u32::try_from(nodes.len()) {
            Ok(number) if number < MOST_NODES => {
                nodes.push(node);
                Origin(number | flags)
            }
            _ => Origin::ROOT,
        }
    }

    /// Text that was put together of pieces.
    pub(crate) fn pieces(&self, text: &'a str, pieces: &'a [Piece<'a>], ends: &'a [usize]) -> Origin {
        self.add(Node::Pieces { text, pieces, ends }, DERIVED)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    #[inline]
    pub(crate) fn node(&self, origin: Origin) -> Node<'a> {
        self.nodes.borrow().get(origin.index()).copied().unwrap_or(Node::Root)
    }

    /// All nodes, in the order of their numbers.
    pub(crate) fn nodes(&self) -> std::cell::Ref<'_, Vec<Node<'a>>> {
        self.nodes.borrow()
    }

    /// A value inside of another that has an origin.
    #[inline]
    pub(crate) fn child(&self, parent: Origin, step: Step<'a>, text: &'a str) -> Origin {
        if parent.0 & (DERIVED | TRUSTED) != 0 {
            return if parent.0 & DERIVED != 0 { self.computed(parent) } else { parent };
        }
        match step {
            Step::Key(name) if parent == Origin::ROOT && self.trusted.contains(&name) => {
                self.add(Node::Trusted { name }, TRUSTED)
            }
            Step::Key(key) => self.add(Node::Member { parent, key, text }, 0),
            Step::Index(index) => self.add(Node::Item { parent, index, text }, 0),
        }
    }

    /// A key of an object that has an origin.
    pub(crate) fn key(&self, parent: Origin, key: &'a str) -> Origin {
        match parent.0 & (DERIVED | TRUSTED) {
            0 => self.add(Node::Key { parent, key }, 0),
            TRUSTED => parent,
            _ => self.computed(parent),
        }
    }

    pub(crate) fn computed(&self, from: Origin) -> Origin {
        if from == Origin::TEMPLATE
            || from.0 & DERIVED != 0 && matches!(self.node(from), Node::Computed(_) | Node::Joined(..))
        {
            return from;
        }
        let (last, computed) = self.last_computed.get();
        if last == from {
            return computed;
        }
        let computed = self.add(Node::Computed(from), DERIVED);
        self.last_computed.set((from, computed));
        computed
    }

    pub(crate) fn joined(&self, left: Origin, right: Origin) -> Origin {
        if left == right || right == Origin::TEMPLATE {
            return self.computed(left);
        }
        if left == Origin::TEMPLATE {
            return self.computed(right);
        }
        self.add(Node::Joined(left, right), DERIVED)
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
        let last = self.generations.borrow().last().copied();
        match last {
            Some(last) if last.outer == outer && last.inner == inner => {
                u32::try_from(self.generations.borrow().len() - 1).unwrap_or_default()
            }
            _ => self.add_generation(Generation { outer, inner }),
        }
    }

    fn add_generation(&self, generation: Generation) -> u32 {
        let mut generations = self.generations.borrow_mut();
        let number = u32::try_from(generations.len()).unwrap_or_default();
        generations.push(generation);
        number
    }

    /// The blocks that a mark stands for.
    pub(crate) fn generations(&self, mark: u32, blocks: &mut Vec<u32>) {
        let mut left = vec![mark];
        while let Some(mark) = left.pop() {
            let Some(generation) = self.generations.borrow().get(mark as usize).copied() else { continue };
            if mark == 0 {
                continue;
            }
            if generation.inner == 0 {
                if !blocks.contains(&mark) {
                    blocks.push(mark);
                }
            } else {
                left.push(generation.inner);
            }
            left.push(generation.outer);
        }
    }
}
