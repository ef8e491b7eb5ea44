//! The result of a traced render: the text, and who wrote each byte of it.

use std::fmt;
use std::ops::Range;

use crate::trace::{self, Node, Trace};
use crate::vm::RawSpan;

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
        /// The values, without repetition. Where a render computes from so many that their lists would be millions
        /// long, the input as a whole.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointerStep<'t> {
    /// To the value of a key of an object.
    Key(&'t str),
    /// To an item of an array.
    Index(usize),
}

/// What spans refer to: places in the input, as a tree, and keys in one text.
#[derive(Debug, Clone, Default)]
struct Origins {
    nodes: Vec<Owned>,
    keys: String,
}

#[derive(Debug, Clone)]
enum Owned {
    Template,
    Root,
    Child { parent: u32, step: OwnedStep },
    Key { parent: u32, key: Range<usize> },
    Trusted { name: Range<usize> },
    Computed(Vec<u32>),
}

#[derive(Debug, Clone)]
enum OwnedStep {
    Key(Range<usize>),
    Index(usize),
}

const TEMPLATE: u32 = 0;
const ROOT: u32 = 1;

impl Traced {
    /// Takes over what a render noted.
    pub(crate) fn new(
        text: String,
        mut spans: Vec<RawSpan>,
        generations: Vec<Range<usize>>,
        trace: &Trace<'_>,
    ) -> Self {
        let mut builder = Builder {
            origins: Origins { nodes: vec![Owned::Template, Owned::Root], keys: String::new() },
            known: vec![u32::MAX; trace.len()],
            last_key: ("", 0..0),
            work: MOST_WORK,
        };
        for span in &mut spans {
            span.node = builder.origin(trace, span.origin);
        }
        Self { text, spans, generations, origins: builder.origins }
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
        self.spans.iter().map(move |span| {
            let range = start..span.end;
            start = span.end;
            Span { origin: self.origin(span, range.len()), range }
        })
    }

    /// The byte ranges of the text that `{% generation %}` blocks wrote, in order, wherever they stand; a block in
    /// another has a range of its own.
    pub fn generations(&self) -> &[Range<usize>] {
        &self.generations
    }

    fn origin(&self, span: &RawSpan, length: usize) -> Origin<'_> {
        let origins = &self.origins;
        let pointer = |node| Pointer { origins, node };
        let copied = |start: usize| start..start + length;
        match (origins.nodes.get(span.node as usize), span.start) {
            (Some(Owned::Child { .. }), Some(start)) => {
                Origin::Copied { pointer: pointer(span.node), range: copied(start) }
            }
            (Some(Owned::Key { .. }), Some(start)) => {
                Origin::CopiedKey { pointer: pointer(span.node), range: copied(start) }
            }
            (Some(Owned::Trusted { name }), _) => {
                Origin::Trusted { variable: origins.keys.get(name.clone()).unwrap_or_default() }
            }
            (Some(Owned::Computed(from)), _) => {
                Origin::Computed { pointers: from.iter().map(|node| pointer(*node)).collect() }
            }
            (Some(Owned::Child { .. } | Owned::Key { .. } | Owned::Root), _) => {
                Origin::Computed { pointers: vec![pointer(span.node)] }
            }
            (Some(Owned::Template) | None, _) => Origin::Template,
        }
    }
}

/// Makes the nodes that spans refer to, each once.
struct Builder<'a> {
    origins: Origins,
    /// The number here of each node of the trace; `u32::MAX` if it has none yet.
    known: Vec<u32>,
    last_key: (&'a str, Range<usize>),
    /// How many more nodes may be looked at for what was computed.
    work: usize,
}

/// How many nodes of a trace are looked at for what was computed from many values. Sums that are printed again and
/// again as they grow would need a list of all summands each; beyond this they count as computed from all of the
/// input.
const MOST_WORK: usize = 4_000_000;

impl<'a> Builder<'a> {
    fn origin(&mut self, trace: &Trace<'a>, origin: trace::Origin) -> u32 {
        match origin {
            trace::Origin::TEMPLATE => return TEMPLATE,
            trace::Origin::ROOT => return ROOT,
            _ => {}
        }
        if let Some(known) = self.known.get(origin.index())
            && *known != u32::MAX
        {
            return *known;
        }
        let owned = match trace.node(origin) {
            Node::Template => return TEMPLATE,
            Node::Root => return ROOT,
            Node::Child { .. } | Node::Key { .. } => return self.place(trace, origin),
            Node::Trusted { name, .. } => Owned::Trusted { name: self.key(name) },
            Node::Pieces { .. } | Node::Computed(_) | Node::Joined(..) => {
                return self.computed(trace, origin);
            }
        };
        self.add(origin, owned)
    }

    /// A place in the input, after all places around it.
    fn place(&mut self, trace: &Trace<'a>, origin: trace::Origin) -> u32 {
        let mut inside = Vec::new();
        let mut around = origin;
        let mut parent = loop {
            match (self.known.get(around.index()), trace.node(around)) {
                (Some(known), _) if *known != u32::MAX => break *known,
                (_, Node::Child { parent, .. } | Node::Key { parent, .. }) => {
                    inside.push(around);
                    around = parent;
                }
                _ => break self.origin(trace, around),
            }
        };
        for origin in inside.into_iter().rev() {
            let owned = match trace.node(origin) {
                Node::Child { step: trace::Step::Index(index), .. } => {
                    Owned::Child { parent, step: OwnedStep::Index(index) }
                }
                Node::Child { step: trace::Step::Key(key), .. } => {
                    Owned::Child { parent, step: OwnedStep::Key(self.key(key)) }
                }
                Node::Key { key, .. } => Owned::Key { parent, key: self.key(key) },
                _ => continue,
            };
            parent = self.add(origin, owned);
        }
        parent
    }

    fn add(&mut self, origin: trace::Origin, owned: Owned) -> u32 {
        let number = u32::try_from(self.origins.nodes.len()).unwrap_or(ROOT);
        self.origins.nodes.push(owned);
        if let Some(known) = self.known.get_mut(origin.index()) {
            *known = number;
        }
        number
    }

    fn key(&mut self, key: &'a str) -> Range<usize> {
        if !std::ptr::eq(key, self.last_key.0) {
            let start = self.origins.keys.len();
            self.origins.keys.push_str(key);
            self.last_key = (key, start..self.origins.keys.len());
        }
        self.last_key.1.clone()
    }

    /// The values of the input that something was computed from.
    fn computed(&mut self, trace: &Trace<'a>, origin: trace::Origin) -> u32 {
        let mut from: Vec<u32> = Vec::new();
        let mut trusted = None;
        let mut left = vec![origin];
        let mut seen = std::collections::HashSet::new();
        let mut known = std::collections::HashSet::new();
        while let Some(origin) = left.pop() {
            if !seen.insert(origin) {
                continue;
            }
            if self.work == 0 {
                return self.add(origin, Owned::Computed(vec![ROOT]));
            }
            self.work -= 1;
            match trace.node(origin) {
                Node::Template => {}
                Node::Computed(inner) => left.push(inner),
                Node::Joined(first, second) => left.extend([second, first]),
                Node::Pieces { pieces, .. } => {
                    self.work = self.work.saturating_sub(pieces.len());
                    left.extend(pieces.iter().rev().map(|piece| piece.origin));
                }
                Node::Trusted { .. } => trusted = Some(self.origin(trace, origin)),
                Node::Root | Node::Child { .. } | Node::Key { .. } => {
                    let node = self.origin(trace, origin);
                    if known.insert(node) {
                        from.push(node);
                    }
                }
            }
        }
        match (from.is_empty(), trusted) {
            (true, Some(trusted)) => trusted,
            (true, None) => TEMPLATE,
            (false, _) => self.add(origin, Owned::Computed(from)),
        }
    }
}

impl<'t> Pointer<'t> {
    /// The steps to the place, from the outermost on.
    pub fn steps(&self) -> Vec<PointerStep<'t>> {
        let mut steps = Vec::new();
        let mut node = self.node;
        let key = |range: &Range<usize>| self.origins.keys.get(range.clone()).unwrap_or_default();
        loop {
            node = match self.origins.nodes.get(node as usize) {
                Some(Owned::Child { parent, step }) => {
                    steps.push(match step {
                        OwnedStep::Key(range) => PointerStep::Key(key(range)),
                        OwnedStep::Index(index) => PointerStep::Index(*index),
                    });
                    *parent
                }
                Some(Owned::Key { parent, key: range }) => {
                    steps.push(PointerStep::Key(key(range)));
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
