//! The result of a traced render: the text, and who wrote each byte of it.

use std::fmt;
use std::ops::Range;

use crate::notes::Notes;
use crate::origins::{Owned, Tree};
use crate::trace::Trace;
use crate::vm::{Output, RawSpan};

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
    notes: Notes,
    generations: Vec<Range<usize>>,
    reference_generations: Vec<(usize, usize)>,
}

/// A part of a rendered text that was written while a loop was at an item of the input.
///
/// ```
/// use rolecall_jinja::Template;
/// use serde_json::json;
///
/// let template = Template::new("# {% for m in messages %}<{{ m }}>{% endfor %}")?;
/// let traced = template.render_traced(&json!({"messages": ["a"]}))?;
/// let turn = &traced.turns()[0];
/// assert_eq!(&traced.text()[turn.range.clone()], "<a>");
/// assert_eq!(turn.item.to_string(), "/messages/0");
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopTurn<'t> {
    /// Where in the text it is, in bytes.
    pub range: Range<usize>,
    /// The item.
    pub item: Pointer<'t>,
}

/// A part of a rendered text that is all of one origin.
///
/// ```
/// use rolecall_jinja::{Origin, Span, Template};
/// use serde_json::json;
///
/// let traced = Template::new("Hi {{ name }}")?.render_traced(&json!({"name": "Ann"}))?;
/// assert_eq!(traced.spans().next(), Some(Span { range: 0..3, origin: Origin::Template }));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'t> {
    /// Where in the text it is, in bytes.
    pub range: Range<usize>,
    /// Where it came from.
    pub origin: Origin<'t>,
}

/// Where a part of a rendered text came from.
///
/// Text that is cut keeps its origin: `trim`, `split`, slices. Text that is joined has that of each part: `~`, `+`,
/// `join`, `{% set %}` blocks, macros. Whatever makes new text of a value is computed from it.
///
/// A condition leaves no origin: in `{{ 'yes' if flag }}` the template wrote `yes`, whatever decided that it did.
///
/// ```
/// use rolecall_jinja::{Origin, RenderOptions, Template};
/// use serde_json::json;
///
/// let template = Template::new("{{ bos }}{{ text[:2] }}{{ tool|first }}{{ tool|tojson }}")?;
/// let context = json!({"bos": "<s>", "text": "Hello", "tool": {"name": "f"}});
/// let traced = template.render_traced_with(&context, &RenderOptions::default(), &["bos"])?;
/// assert_eq!(traced.text(), "<s>Hename{\"name\": \"f\"}");
///
/// let mut spans = traced.spans().map(|span| span.origin);
/// assert_eq!(spans.next(), Some(Origin::Trusted { variable: "bos" }));
/// assert!(matches!(spans.next(), Some(Origin::Copied { pointer, range }) if pointer == "/text" && range == (0..2)));
/// assert!(matches!(spans.next(), Some(Origin::CopiedKey { pointer, .. }) if pointer == "/tool/name"));
/// assert!(matches!(spans.next(), Some(Origin::Computed { pointers }) if pointers == ["/tool"]));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
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
        /// The way to the value of the key; its last step is the key itself. The object is one step above.
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
///
/// ```
/// use rolecall_jinja::{Origin, PointerStep, Template};
/// use serde_json::json;
///
/// let context = json!({"messages": [{"content": "Hi"}]});
/// let traced = Template::new("{{ messages[0].content }}")?.render_traced(&context)?;
/// let Some(Origin::Copied { pointer, .. }) = traced.spans().next().map(|span| span.origin) else { panic!() };
///
/// // Which message it is, without reading text.
/// let [PointerStep::Key("messages"), PointerStep::Index(message), ..] = pointer.steps()[..] else { panic!() };
/// assert_eq!(message, 0);
/// // And the value itself.
/// assert_eq!(context.pointer(&pointer.to_string()), Some(&json!("Hi")));
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Pointer<'t> {
    tree: &'t Tree,
    node: u32,
}

/// A step of a [`Pointer`].
///
/// ```
/// use rolecall_jinja::{Origin, PointerStep, Template};
/// use serde_json::json;
///
/// let traced = Template::new("{{ tags[1] }}")?.render_traced(&json!({"tags": ["a", "b"]}))?;
/// let Origin::Copied { pointer, .. } = traced.spans().next().unwrap().origin else { panic!() };
/// assert_eq!(pointer.steps(), [PointerStep::Key("tags"), PointerStep::Index(1)]);
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointerStep<'t> {
    /// To the value of a key of an object.
    Key(&'t str),
    /// To an item of an array.
    Index(usize),
}

impl Traced {
    /// Takes over what a render noted.
    pub(crate) fn new(out: Output<'_>, generations: Vec<Range<usize>>, trace: &Trace<'_>) -> Self {
        Self {
            text: out.text,
            notes: trace.take_notes(out.spans),
            generations,
            reference_generations: out.reference_generations,
        }
    }

    /// The text; that of a render that is not traced.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let traced = Template::new("Hi {{ name }}")?.render_traced(&json!({"name": "Ann"}))?;
    /// assert_eq!(traced.text(), "Hi Ann");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, without a copy.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let traced = Template::new("Hi {{ name }}")?.render_traced(&json!({"name": "Ann"}))?;
    /// let text: String = traced.into_text();
    /// assert_eq!(text, "Hi Ann");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn into_text(self) -> String {
        self.text
    }

    /// Who wrote what, in order.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let traced = Template::new("Hi {{ name }}")?.render_traced(&json!({"name": "Ann"}))?;
    /// let ranges: Vec<_> = traced.spans().map(|span| span.range).collect();
    /// assert_eq!(ranges, [0..3, 3..6]);
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let mut spans = self.notes.spans.iter().filter(|span| !span.is_turn()).peekable();
        let mut at = 0;
        let mut work = MOST_WORK;
        std::iter::from_fn(move || {
            // What no span was noted for is the template's.
            let next = spans.peek().map_or(self.text.len(), |span| span.at);
            if at < next {
                let range = at..next;
                at = next;
                return Some(Span { range, origin: Origin::Template });
            }
            let span = spans.next()?;
            at = span.end;
            let range = span.at..span.end;
            Some(Span { origin: self.origin(span, range.len(), &mut work), range })
        })
    }

    /// The byte ranges of the text that `{% generation %}` blocks wrote, in order, wherever they stand; a block in
    /// another has a range of its own.
    ///
    /// They are the assistant's text, for the loss masks of training. A block that is captured and printed twice has a
    /// range for each, or one for both where nothing stands between them; what a filter such as `upper` makes of it is
    /// no longer the block's.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let template = Template::new("A: {% generation %}{{ answer }}<end>{% endgeneration %}\n")?;
    /// let traced = template.render_traced(&json!({"answer": "Moo"}))?;
    /// assert_eq!(traced.generations(), [3..11]);
    /// assert_eq!(&traced.text()[3..11], "Moo<end>");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn generations(&self) -> &[Range<usize>] {
        &self.generations
    }

    /// The ranges of generation blocks as the reference measures them, in *characters* and in the order in which the
    /// blocks end: from what was printed at the root of the template by then, and as long as what the block wrote. For
    /// blocks inside of others, of macros and of captures these are not the places where the text is, and they may go
    /// beyond its end.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let traced = Template::new("é {% generation %}Moo{% endgeneration %}")?.render_traced(&json!({}))?;
    /// assert_eq!(traced.reference_generations(), [2..5]);
    /// assert_eq!(traced.generations(), [3..6]);
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn reference_generations(&self) -> Vec<Range<usize>> {
        let (mut bytes, mut characters) = (0, 0);
        let mut start_of = |place: usize| {
            // Places go forward, but for blocks inside of others.
            if place < bytes {
                (bytes, characters) = (0, 0);
            }
            characters += self.text.get(bytes..place).unwrap_or_default().chars().count();
            bytes = place;
            characters
        };
        let ranges = self.reference_generations.iter();
        ranges
            .map(|(place, length)| {
                let start = start_of(*place);
                start..start + length
            })
            .collect()
    }

    /// What was written while a loop was at an item of the input, a list or an object's: for each message of a chat, the
    /// text around it too. In order of their beginnings; loops inside of loops have ranges inside of ranges. A loop whose
    /// text is captured has none.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    /// use serde_json::json;
    ///
    /// let template = Template::new("# {% for m in messages %}<{{ m.text }}>{% endfor %}")?;
    /// let traced = template.render_traced(&json!({"messages": [{"text": "a"}, {"text": "b"}]}))?;
    /// let turns = traced.turns();
    /// assert_eq!((turns[1].range.clone(), turns[1].item.to_string()), (5..8, "/messages/1".to_owned()));
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn turns(&self) -> Vec<LoopTurn<'_>> {
        let mut turns = Vec::new();
        let mut open: Vec<&RawSpan> = Vec::new();
        let mut close = |open: &mut Vec<&RawSpan>, depth: usize, at: usize| {
            while let Some(turn) = open.pop_if(|turn| turn.end >= depth) {
                if turn.at < at {
                    let item = Pointer { tree: &self.notes.tree, node: turn.origin.number() };
                    turns.push(LoopTurn { range: turn.at..at, item });
                }
            }
        };
        for turn in self.notes.spans.iter().filter(|span| span.is_turn()) {
            close(&mut open, turn.end, turn.at);
            if turn.origin.is_place() && turn.origin != crate::trace::Origin::TEMPLATE {
                open.push(turn);
            }
        }
        close(&mut open, 0, self.text.len());
        turns.sort_by_key(|turn| (turn.range.start, std::cmp::Reverse(turn.range.end)));
        turns
    }

    fn origin(&self, span: &RawSpan, length: usize, work: &mut usize) -> Origin<'_> {
        let tree = &self.notes.tree;
        let node = span.origin.number();
        let pointer = || Pointer { tree, node };
        let range = || span.start..span.start + length;
        match tree.nodes.get(node as usize) {
            Some(Owned::Template) | None => Origin::Template,
            Some(Owned::Trusted { name }) => Origin::Trusted { variable: tree.text(*name) },
            Some(Owned::Derived(_)) => tree.origin_of_derived(node, work),
            Some(Owned::Member { .. } | Owned::Item { .. }) if span.start != RawSpan::COMPUTED => {
                Origin::Copied { pointer: pointer(), range: range() }
            }
            Some(Owned::Key { .. }) if span.start != RawSpan::COMPUTED => {
                Origin::CopiedKey { pointer: pointer(), range: range() }
            }
            Some(Owned::Member { .. } | Owned::Item { .. } | Owned::Key { .. } | Owned::Root) => {
                Origin::Computed { pointers: vec![pointer()] }
            }
        }
    }
}

/// How many nodes are looked at for what was computed from many values. A sum that is printed again and again as it
/// grows has a list of all summands each time; beyond this they count as computed from all of the input.
const MOST_WORK: usize = 4_000_000;

impl Tree {
    /// The values of the input that something was computed from.
    fn origin_of_derived(&self, node: u32, work: &mut usize) -> Origin<'_> {
        self.sources_of_derived(node, work)
            .unwrap_or_else(|| Origin::Computed { pointers: vec![Pointer { tree: self, node: Tree::ROOT }] })
    }

    fn sources_of_derived(&self, node: u32, work: &mut usize) -> Option<Origin<'_>> {
        let mut pointers: Vec<Pointer<'_>> = Vec::new();
        let mut places = std::collections::HashSet::new();
        let mut trusted = None;
        for node in self.sources(node, work)? {
            if let Some(Owned::Trusted { name }) = self.nodes.get(node as usize) {
                trusted = Some(self.text(*name));
                continue;
            }
            // The same value may have been looked up several times.
            let pointer = Pointer { tree: self, node };
            let place = pointer.steps();
            *work = work.checked_sub(place.len())?;
            if places.insert(place) {
                pointers.push(pointer);
            }
        }
        Some(match (pointers.is_empty(), trusted) {
            (false, _) => Origin::Computed { pointers },
            (true, Some(variable)) => Origin::Trusted { variable },
            (true, None) => Origin::Template,
        })
    }
}

impl<'t> Pointer<'t> {
    /// The steps to the place, from the outermost on.
    ///
    /// ```
    /// use rolecall_jinja::{Origin, PointerStep, Template};
    /// use serde_json::json;
    ///
    /// let traced = Template::new("{{ user.name }}")?.render_traced(&json!({"user": {"name": "Ann"}}))?;
    /// let Origin::Copied { pointer, .. } = traced.spans().next().unwrap().origin else { panic!() };
    /// assert_eq!(pointer.steps(), [PointerStep::Key("user"), PointerStep::Key("name")]);
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn steps(&self) -> Vec<PointerStep<'t>> {
        let mut steps = Vec::new();
        let mut node = self.node;
        loop {
            node = match self.tree.nodes.get(node as usize) {
                Some(Owned::Member { parent, key } | Owned::Key { parent, key }) => {
                    steps.push(PointerStep::Key(self.tree.text(*key)));
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
        std::ptr::eq(self.tree, other.tree) && self.node == other.node || self.steps() == other.steps()
    }
}

impl Eq for Pointer<'_> {}

impl PartialEq<str> for Pointer<'_> {
    fn eq(&self, other: &str) -> bool {
        let spelled = self.to_string();
        spelled == other
    }
}

impl PartialEq<&str> for Pointer<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
