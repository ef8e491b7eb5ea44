//! The result of a traced render: the text, and who wrote each byte of it.

use std::fmt;
use std::ops::Range;

use crate::trace::{self, Node, Trace};
use crate::vm::RawSpan;
use crate::vm::fast::same_key;

/// A rendered text and the origin of every byte of it.
///
/// The spans are in order, without gaps, and cover the text. Cutting the copied ones out of the input at their
/// ranges gives the same bytes.
///
/// ```
/// use rolecall_jinja::{Origin, Template};
/// use serde_json::json;
///
/// let template = Template::new("<{{ user.name|trim }}> {{ user.name|upper }}")?;
/// let traced = template.render_traced(&json!({"user": {"name": " Ann "}}))?;
/// assert_eq!(traced.text(), "<Ann>  ANN ");
///
/// let spans: Vec<String> = traced
///     .spans()
///     .map(|span| match span.origin {
///         Origin::Template => "template".to_owned(),
///         Origin::Copied { pointer, range } => format!("{pointer} at {range:?}"),
///         Origin::Computed { pointers } => format!("from {}", pointers[0]),
///         other => format!("{other:?}"),
///     })
///     .collect();
/// assert_eq!(spans, ["template", "/user/name at 1..4", "template", "from /user/name"]);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Traced {
    text: String,
    spans: Vec<RawSpan>,
    generations: Vec<Range<usize>>,
    origins: Origins,
}

/// A part of a rendered text that is all of one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'t> {
    /// Where in the text it is, in bytes.
    pub range: Range<usize>,
    /// Where it came from.
    pub origin: Origin<'t>,
}

/// Where a part of a rendered text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin<'t> {
    /// The template wrote it: its text, its literals, and what it computed from nothing else.
    Template,
    /// It is of a variable that the caller trusts, such as a special token.
    Trusted {
        /// The name of the variable.
        variable: &'t str,
    },
    /// It was copied from a string of the input.
    Copied {
        /// The string.
        pointer: Pointer<'t>,
        /// Which bytes of the string.
        range: Range<usize>,
    },
    /// It was copied from a key of an object of the input.
    CopiedKey {
        /// The value that has the key.
        pointer: Pointer<'t>,
        /// Which bytes of the key.
        range: Range<usize>,
    },
    /// It was computed from values of the input: a number that was printed, an object as JSON, a string in capitals.
    Computed {
        /// The values, without repetition; the input as a whole once the lists of a render are millions long.
        pointers: Vec<Pointer<'t>>,
    },
}

/// A place in the input. It prints as a JSON pointer (RFC 6901), such as `/messages/0/content`.
#[derive(Clone, Copy)]
pub struct Pointer<'t> {
    origins: &'t Origins,
    node: u32,
}

/// A step of a [`Pointer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointerStep<'t> {
    /// To the value of a key of an object.
    Key(&'t str),
    /// To an item of an array.
    Index(usize),
}

/// What spans refer to: the nodes of the trace, by the same numbers, and keys in one text.
#[derive(Debug, Clone, Default)]
struct Origins {
    nodes: Vec<Owned>,
    keys: String,
}

#[derive(Debug, Clone)]
enum Owned {
    Template,
    Root,
    Member {
        parent: u32,
        key: Text,
    },
    Item {
        parent: u32,
        index: u32,
    },
    Key {
        parent: u32,
        key: Text,
    },
    Trusted {
        name: Text,
    },
    /// Made from other nodes.
    Derived(Box<[u32]>),
}

/// A part of the text of all keys.
#[derive(Debug, Clone, Copy, Default)]
struct Text {
    start: u32,
    length: u32,
}

impl Traced {
    /// Takes over what a render noted.
    pub(crate) fn new(
        text: String,
        spans: Vec<RawSpan>,
        generations: Vec<Range<usize>>,
        trace: &Trace<'_>,
    ) -> Self {
        Self { text, spans, generations, origins: Origins::new(trace) }
    }

    /// The text; the same as that of a render that is not traced.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, without a copy.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Who wrote what, in order.
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let mut start = 0;
        let mut work = MOST_WORK;
        self.spans.iter().map(move |span| {
            let range = start..span.end;
            start = span.end;
            Span { origin: self.origin(span, range.len(), &mut work), range }
        })
    }

    /// The byte ranges of the text that `{% generation %}` blocks wrote, in order, wherever they stand; a block in
    /// another has a range of its own.
    pub fn generations(&self) -> &[Range<usize>] {
        &self.generations
    }

    fn origin(&self, span: &RawSpan, length: usize, work: &mut usize) -> Origin<'_> {
        let origins = &self.origins;
        let node = number(span.origin);
        let pointer = |node| Pointer { origins, node };
        let range = || span.start..span.start + length;
        match origins.nodes.get(node as usize) {
            Some(Owned::Template) | None => Origin::Template,
            Some(Owned::Trusted { name }) => Origin::Trusted { variable: origins.text(*name) },
            Some(Owned::Derived(_)) => origins.derived(node, work),
            Some(Owned::Member { .. } | Owned::Item { .. }) if span.start != RawSpan::COMPUTED => {
                Origin::Copied { pointer: pointer(node), range: range() }
            }
            Some(Owned::Key { .. }) if span.start != RawSpan::COMPUTED => {
                Origin::CopiedKey { pointer: pointer(node), range: range() }
            }
            Some(Owned::Member { .. } | Owned::Item { .. } | Owned::Key { .. } | Owned::Root) => {
                Origin::Computed { pointers: vec![pointer(node)] }
            }
        }
    }
}

fn number(origin: trace::Origin) -> u32 {
    u32::try_from(origin.index()).unwrap_or(ROOT)
}

/// The number of the object of variables.
const ROOT: u32 = 1;

/// How many nodes are looked at for what was computed from many values. A sum that is printed again and again as it
/// grows has a list of all summands each time; beyond this they count as computed from all of the input.
const MOST_WORK: usize = 4_000_000;

impl Origins {
    fn new(trace: &Trace<'_>) -> Self {
        let nodes = trace.nodes();
        let mut keys = Keys { text: String::new(), recent: [("", Text::default()); RECENT] };
        let owned = nodes.iter().map(|node| match *node {
            Node::Template => Owned::Template,
            Node::Root => Owned::Root,
            Node::Member { parent, key, .. } => Owned::Member { parent: number(parent), key: keys.add(key) },
            Node::Item { parent, index, .. } => {
                Owned::Item { parent: number(parent), index: u32::try_from(index).unwrap_or(u32::MAX) }
            }
            Node::Key { parent, key } => Owned::Key { parent: number(parent), key: keys.add(key) },
            Node::Trusted { name } => Owned::Trusted { name: keys.add(name) },
            Node::Computed(from) => Owned::Derived(Box::new([number(from)])),
            Node::Joined(left, right) => Owned::Derived(Box::new([number(left), number(right)])),
            Node::Pieces { pieces, .. } => {
                Owned::Derived(pieces.iter().map(|piece| number(piece.origin)).collect())
            }
        });
        let nodes = owned.collect();
        Self { nodes, keys: keys.text }
    }

    fn text(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.keys.get(start..start + text.length as usize).unwrap_or_default()
    }

    /// The values of the input that something was computed from.
    fn derived(&self, node: u32, work: &mut usize) -> Origin<'_> {
        let whole = || Origin::Computed { pointers: vec![Pointer { origins: self, node: ROOT }] };
        let mut pointers: Vec<Pointer<'_>> = Vec::new();
        let mut trusted = None;
        let mut left = vec![node];
        let mut seen = std::collections::HashSet::new();
        while let Some(node) = left.pop() {
            if !seen.insert(node) {
                continue;
            }
            let Some(left_of_it) = work.checked_sub(1) else { return whole() };
            *work = left_of_it;
            match self.nodes.get(node as usize) {
                None | Some(Owned::Template) => {}
                Some(Owned::Derived(from)) => {
                    *work = work.saturating_sub(from.len());
                    left.extend(from.iter().rev());
                }
                Some(Owned::Trusted { name }) => trusted = Some(self.text(*name)),
                Some(_) => pointers.push(Pointer { origins: self, node }),
            }
        }
        match (pointers.is_empty(), trusted) {
            (false, _) => {
                let mut distinct: Vec<Pointer<'_>> = Vec::new();
                let mut places = std::collections::HashSet::new();
                for pointer in pointers {
                    let place = pointer.steps();
                    let Some(left_of_it) = work.checked_sub(place.len()) else { return whole() };
                    *work = left_of_it;
                    if places.insert(place) {
                        distinct.push(pointer);
                    }
                }
                Origin::Computed { pointers: distinct }
            }
            (true, Some(variable)) => Origin::Trusted { variable },
            (true, None) => Origin::Template,
        }
    }
}

/// How many keys are remembered: the objects of a conversation have the same few.
const RECENT: usize = 8;

/// Keys that are put into one text, most of them once.
struct Keys<'a> {
    text: String,
    recent: [(&'a str, Text); RECENT],
}

impl<'a> Keys<'a> {
    fn add(&mut self, key: &'a str) -> Text {
        let place = (key.len() + usize::from(key.as_bytes().first().copied().unwrap_or_default())) % RECENT;
        let recent = self.recent.get_mut(place);
        if let Some((known, text)) = &recent
            && same_key(known, key)
        {
            return *text;
        }
        let part = Text {
            start: u32::try_from(self.text.len()).unwrap_or_default(),
            length: u32::try_from(key.len()).unwrap_or_default(),
        };
        self.text.push_str(key);
        if let Some(recent) = recent {
            *recent = (key, part);
        }
        part
    }
}

impl<'t> Pointer<'t> {
    /// The steps to the place, from the outermost on.
    pub fn steps(&self) -> Vec<PointerStep<'t>> {
        let mut steps = Vec::new();
        let mut node = self.node;
        loop {
            node = match self.origins.nodes.get(node as usize) {
                Some(Owned::Member { parent, key } | Owned::Key { parent, key }) => {
                    steps.push(PointerStep::Key(self.origins.text(*key)));
                    *parent
                }
                Some(Owned::Item { parent, index }) => {
                    steps.push(PointerStep::Index(*index as usize));
                    *parent
                }
                _ => break,
            };
        }
        steps.reverse();
        steps
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.steps() {
            match step {
                PointerStep::Index(index) => write!(f, "/{index}")?,
                PointerStep::Key(key) => {
                    f.write_str("/")?;
                    for c in key.chars() {
                        match c {
                            '~' => f.write_str("~0")?,
                            '/' => f.write_str("~1")?,
                            c => write!(f, "{c}")?,
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pointer({self})")
    }
}

impl PartialEq for Pointer<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.origins, other.origins) && self.node == other.node || self.steps() == other.steps()
    }
}

impl Eq for Pointer<'_> {}

impl PartialEq<str> for Pointer<'_> {
    fn eq(&self, other: &str) -> bool {
        self.to_string() == other
    }
}

impl PartialEq<&str> for Pointer<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
