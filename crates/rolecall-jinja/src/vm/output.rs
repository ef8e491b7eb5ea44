//! Where printed text goes: into the output, or into the capture that is open.

use std::ops::Range;

use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::{Node, Origin, Trace, offset, pieces_within};
use crate::value::Value;
use crate::value::rope::{Piece, Pieces};

/// A part of the output that is all of one origin, up to the byte `end`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawSpan {
    pub(crate) end: usize,
    pub(crate) origin: Origin,
    /// The number of the origin once the render is over.
    pub(crate) node: u32,
    /// Where in the text of its origin a copied part begins; computed parts have none.
    pub(crate) start: Option<usize>,
}

/// A generation block that is open.
#[derive(Clone, Copy)]
struct Open {
    /// How many captures are around it.
    level: usize,
    /// The mark of its text, if it is captured.
    mark: u32,
    /// Where it began in the output, if it is not.
    start: usize,
}

pub(crate) struct Output<'a> {
    pub(crate) text: String,
    pub(crate) spans: Vec<RawSpan>,
    pub(crate) generations: Vec<Range<usize>>,
    captures: Vec<Pieces<'a>>,
    open: Vec<Open>,
    /// The places of captured generation blocks in the output, by their marks.
    captured: Vec<(u32, Range<usize>)>,
    /// How many notes of origins and blocks were made and not counted yet.
    noted: usize,
}

impl<'a> Output<'a> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), ..Self::none() }
    }

    /// An output of which nothing is expected.
    pub(crate) fn none() -> Self {
        Self {
            text: String::new(),
            spans: Vec::new(),
            generations: Vec::new(),
            captures: Vec::new(),
            open: Vec::new(),
            captured: Vec::new(),
            noted: 0,
        }
    }

    /// Prints a text of one origin.
    #[inline]
    pub(crate) fn str(&mut self, rt: &Runtime<'a>, origin: Origin, text: &'a str) -> Result<()> {
        if self.captures.is_empty() && rt.trace.is_none() {
            return self.append(rt, text);
        }
        self.piece(rt, Piece { text, origin, generation: 0 })
    }

    #[inline]
    fn append(&mut self, rt: &Runtime<'a>, text: &str) -> Result<()> {
        if text.len() > rt.limits.output_bytes.saturating_sub(self.text.len()) {
            return Err(too_long(rt));
        }
        rt.step_bytes(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// Prints a piece of text.
    fn piece(&mut self, rt: &Runtime<'a>, piece: Piece<'a>) -> Result<()> {
        let mark = match (self.open.last(), rt.trace) {
            (Some(open), Some(trace)) if open.level == self.captures.len() => {
                trace.nested_generation(open.mark, piece.generation)
            }
            _ => piece.generation,
        };
        let piece = Piece { generation: mark, ..piece };
        if let Some(capture) = self.captures.last_mut() {
            return capture.push_piece(rt, piece);
        }
        let start = self.text.len();
        self.append(rt, piece.text)?;
        if let Some(trace) = rt.trace {
            self.trace(trace, piece, start);
            let noted = std::mem::take(&mut self.noted);
            rt.step(noted.saturating_sub(1))?;
            rt.charge(noted.saturating_mul(size_of::<RawSpan>()));
        }
        Ok(())
    }

    /// Prints a string.
    #[inline]
    pub(crate) fn value(&mut self, rt: &Runtime<'a>, value: Value<'a>) -> Result<()> {
        match value {
            Value::Str(origin, text) | Value::Markup(origin, text) => self.str(rt, origin, text),
            Value::Rope(pieces, rope) => {
                if self.captures.is_empty() && rt.trace.is_none() {
                    return rope.for_each(pieces, |piece| self.append(rt, piece.text));
                }
                rope.for_each(pieces, |piece| self.piece(rt, piece))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn start_capture(&mut self, rt: &Runtime<'a>) {
        self.captures.push(Pieces::new(rt));
    }

    pub(crate) fn end_capture(&mut self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        match self.captures.pop() {
            Some(capture) => capture.finish(rt),
            None => Ok(Value::EMPTY),
        }
    }

    pub(crate) fn captures(&self) -> usize {
        self.captures.len()
    }

    pub(crate) fn start_generation(&mut self, rt: &Runtime<'a>) -> Result<()> {
        let Some(trace) = rt.trace else { return Ok(()) };
        let level = self.captures.len();
        let outer = self.open.last().filter(|open| open.level == level).map_or(0, |open| open.mark);
        let mark = if level == 0 { 0 } else { trace.begin_generation(outer) };
        self.open.push(Open { level, mark, start: self.text.len() });
        if let Some(capture) = self.captures.last_mut() {
            // It may stay empty.
            capture.push_piece(rt, Piece { text: "", origin: Origin::TEMPLATE, generation: mark })?;
        }
        Ok(())
    }

    pub(crate) fn end_generation(&mut self) {
        if let Some(open) = self.open.pop()
            && open.level == 0
        {
            self.generations.push(open.start..self.text.len());
        }
    }

    /// Notes where a printed piece came from.
    fn trace(&mut self, trace: &Trace<'a>, piece: Piece<'a>, start: usize) {
        if piece.generation != 0 {
            self.mark(trace, piece.generation, start, self.text.len());
        }
        self.note(trace, piece.origin, piece.text, start);
    }

    fn note(&mut self, trace: &Trace<'a>, origin: Origin, text: &'a str, at: usize) {
        if text.is_empty() {
            return;
        }
        let end = at + text.len();
        let span = match trace.node(origin) {
            Node::Template => RawSpan { end, origin: Origin::TEMPLATE, node: 0, start: None },
            Node::Child { text: whole, .. } => RawSpan { end, origin, node: 0, start: offset(whole, text) },
            Node::Key { key, .. } => RawSpan { end, origin, node: 0, start: offset(key, text) },
            Node::Pieces { text: whole, pieces, ends } => match offset(whole, text) {
                Some(offset) => {
                    let mut at = at;
                    for piece in pieces_within(pieces, ends, offset, text.len()) {
                        let start = at;
                        at += piece.text.len();
                        self.note(trace, piece.origin, piece.text, start);
                        if piece.generation != 0 {
                            self.mark(trace, piece.generation, start, at);
                        }
                    }
                    return;
                }
                None => RawSpan { end, origin, node: 0, start: None },
            },
            Node::Trusted { .. } | Node::Root | Node::Computed(_) | Node::Joined(..) => {
                RawSpan { end, origin, node: 0, start: None }
            }
        };
        if let Some(last) = self.spans.last_mut()
            && last.origin == origin
            && last.start.is_none()
            && span.start.is_none()
        {
            last.end = end;
            return;
        }
        self.noted += 1;
        self.spans.push(span);
    }

    /// Notes that a part of the output is of generation blocks that were captured.
    fn mark(&mut self, trace: &Trace<'a>, mark: u32, start: usize, end: usize) {
        let mut blocks = Vec::new();
        trace.generations(mark, &mut blocks);
        self.noted += blocks.len();
        for block in blocks {
            let last = self.captured.iter_mut().rev().take(64).find(|(known, _)| *known == block);
            match last {
                Some((_, range)) if range.end == start => range.end = end,
                _ => self.captured.push((block, start..end)),
            }
        }
    }

    /// All generation blocks, in order.
    pub(crate) fn take_generations(&mut self) -> Vec<Range<usize>> {
        let mut all = std::mem::take(&mut self.generations);
        all.extend(self.captured.drain(..).map(|(_, range)| range));
        all.sort_by_key(|range| (range.start, range.end));
        all
    }
}

#[cold]
fn too_long(rt: &Runtime<'_>) -> Raised {
    Raised::limit(format!("the output has more than {} bytes (limit `output_bytes`)", rt.limits.output_bytes))
}
