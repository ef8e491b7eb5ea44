//! Where printed text goes: into the output, or into the capture that is open.

#![allow(clippy::inline_always, reason = "printing is most of what a template does")]

use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::{Origin, Trace, offset, pieces_within};
use crate::value::Rope;
use crate::value::Value;
use crate::value::rope::{Piece, Pieces};

/// A part of the output that is all of one origin, and not the template's: what no span covers is that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawSpan {
    /// Where in the output it is.
    pub(crate) at: usize,
    pub(crate) end: usize,
    /// Where in the text of its origin a copied part begins; [`RawSpan::COMPUTED`] for others.
    pub(crate) start: usize,
    pub(crate) origin: Origin,
}

impl RawSpan {
    pub(crate) const COMPUTED: usize = usize::MAX;
    /// What stands in place of where it begins, where a loop went on to another item, or ended. Such a mark is no span:
    /// its `end` is how many loops were running, its origin the item. It is in the same list, which has room for it.
    pub(crate) const TURN: usize = usize::MAX - 1;

    pub(crate) fn is_turn(&self) -> bool {
        self.start == Self::TURN
    }
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
    /// How many pieces were in the capture.
    pieces: usize,
    /// How much of the output the reference had when the block began.
    reference: usize,
}

/// Where something began that may have to be taken back.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    text: usize,
    spans: usize,
    /// The pieces of the capture that is open.
    pieces: usize,
}

/// How many spans may be noted before they are counted.
const MOST_UNCOUNTED: usize = 256;

pub(crate) struct Output<'a> {
    pub(crate) text: String,
    pub(crate) spans: Vec<RawSpan>,
    pub(crate) generations: Vec<Range<usize>>,
    /// The same as the reference measures it: how many bytes were printed at the root of the template, and how many
    /// characters the block wrote.
    pub(crate) reference_generations: Vec<(usize, usize)>,
    has_turns: bool,
    captures: ArenaVec<'a, Pieces<'a>>,
    open: Vec<Open>,
    /// The places of captured generation blocks in the output, by their marks.
    captured: Vec<(u32, Range<usize>)>,
    /// How many notes of origins and blocks were made and not counted yet.
    noted: usize,
}

impl<'a> Output<'a> {
    pub(crate) fn new(bump: &'a Bump, capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), ..Self::none(bump) }
    }

    /// An output of which nothing is expected.
    pub(crate) fn none(bump: &'a Bump) -> Self {
        Self {
            text: String::new(),
            spans: Vec::new(),
            generations: Vec::new(),
            reference_generations: Vec::new(),
            has_turns: false,
            captures: ArenaVec::new_in(bump),
            open: Vec::new(),
            captured: Vec::new(),
            noted: 0,
        }
    }

    /// Prints a whole string of the caller's JSON.
    #[inline(always)]
    pub(crate) fn whole(&mut self, rt: &Runtime<'a>, origin: Origin, text: &'a str) -> Result<()> {
        if rt.trace.is_some()
            && origin != Origin::TEMPLATE
            && self.captures.is_empty()
            && self.open.is_empty()
            && !text.is_empty()
        {
            let at = self.text.len();
            self.append(rt, text)?;
            let start = if origin.is_place() { 0 } else { RawSpan::COMPUTED };
            self.spans.push(RawSpan { at, end: self.text.len(), start, origin });
            return Ok(());
        }
        self.str(rt, origin, text)
    }

    /// Prints a text of one origin.
    #[inline(always)]
    pub(crate) fn str(&mut self, rt: &Runtime<'a>, origin: Origin, text: &'a str) -> Result<()> {
        if !self.open.is_empty() {
            return self.piece(rt, Piece { text, origin, generation: 0 });
        }
        if let Some(capture) = self.captures.last_mut() {
            return capture.push(rt, origin, text);
        }
        let at = self.text.len();
        self.append(rt, text)?;
        match rt.trace {
            Some(trace) if origin != Origin::TEMPLATE => {
                self.note(trace, origin, text, at);
                self.count_notes(rt)
            }
            _ => Ok(()),
        }
    }

    #[inline(always)]
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
            self.count_notes(rt)?;
        }
        Ok(())
    }

    /// Prints a string.
    #[inline]
    pub(crate) fn value(&mut self, rt: &Runtime<'a>, value: Value<'a>) -> Result<()> {
        match value {
            Value::Str(origin, text) | Value::Markup(origin, text) => self.str(rt, origin, text),
            Value::Rope(pieces, rope) => self.rope(rt, pieces, rope),
            _ => Ok(()),
        }
    }

    /// Prints a string in pieces.
    pub(crate) fn rope(&mut self, rt: &Runtime<'a>, pieces: u32, rope: &'a Rope<'a>) -> Result<()> {
        if !self.captures.is_empty() || !self.open.is_empty() {
            return rope.for_each(pieces, |piece| self.piece(rt, piece));
        }
        let before = self.text.len();
        rope.for_each(pieces, |piece| {
            let at = self.text.len();
            if piece.text.len() > rt.limits.output_bytes.saturating_sub(at) {
                return Err(too_long(rt));
            }
            self.text.push_str(piece.text);
            match rt.trace {
                Some(trace) if piece.origin != Origin::TEMPLATE || piece.generation != 0 => {
                    self.trace(trace, piece, at);
                    self.count_notes(rt)
                }
                _ => Ok(()),
            }
        })?;
        rt.step_bytes(self.text.len() - before)
    }

    /// Begins something that may have to be taken back.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            spans: self.spans.len(),
            pieces: self.captures.last().map_or(0, Pieces::len),
        }
    }

    /// Takes back what was printed since a mark, as one string.
    #[cold]
    pub(crate) fn take_back(&mut self, rt: &Runtime<'a>, mark: &Mark) -> Result<Value<'a>> {
        let mut taken = Pieces::new(rt);
        if let Some(capture) = self.captures.last_mut() {
            for piece in capture.split_off(mark.pieces) {
                taken.push_piece(rt, piece)?;
            }
            return taken.finish(rt);
        }
        let text = self.text.split_off(mark.text);
        let Some(trace) = rt.trace else { return Ok(Value::text(rt.alloc_str(&text)?)) };
        // The last span before may have grown over the mark.
        let first = mark.spans.saturating_sub(1);
        let mut from = mark.text;
        let printed = |from: usize, to: usize| text.get(from - mark.text..to - mark.text).unwrap_or_default();
        for span in self.spans.get(first..).unwrap_or_default() {
            if span.is_turn() || span.end <= from {
                continue;
            }
            let at = span.at.max(mark.text);
            taken.push(rt, Origin::TEMPLATE, rt.alloc_str(printed(from, at))?)?;
            let part = match span.start {
                RawSpan::COMPUTED => None,
                start => trace.text(span.origin).get(start..start + (span.end - at)),
            };
            let part = match part {
                Some(part) => part,
                None => rt.alloc_str(printed(at, span.end))?,
            };
            taken.push(rt, span.origin, part)?;
            from = span.end;
        }
        taken.push(rt, Origin::TEMPLATE, rt.alloc_str(printed(from, mark.text + text.len()))?)?;
        self.spans.truncate(mark.spans);
        if let Some(last) = self.spans.last_mut().filter(|last| !last.is_turn()) {
            last.end = last.end.min(mark.text);
        }
        taken.finish(rt)
    }

    pub(crate) fn start_capture(&mut self, rt: &Runtime<'a>) {
        self.captures.push(Pieces::with_capacity(rt, 8));
    }

    pub(crate) fn end_capture(&mut self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        match self.captures.pop() {
            Some(capture) => capture.finish(rt),
            None => Ok(Value::EMPTY),
        }
    }

    /// Notes that a loop, of so many that are running, goes on to an item.
    #[inline]
    pub(crate) fn turn(&mut self, depth: usize, item: Origin) {
        // Where captured text will be printed is not known yet.
        if !self.captures.is_empty() || item == Origin::TEMPLATE && !self.has_turns {
            return;
        }
        self.has_turns = true;
        self.spans.push(RawSpan { at: self.text.len(), end: depth, start: RawSpan::TURN, origin: item });
    }

    /// Begins a generation block; `before` is how much there was of the output before the outermost call that is running.
    pub(crate) fn start_generation(&mut self, rt: &Runtime<'a>, before: Option<usize>) -> Result<()> {
        let Some(trace) = rt.trace else { return Ok(()) };
        let level = self.captures.len();
        let outer = self.open.last().filter(|open| open.level == level).map_or(0, |open| open.mark);
        let mark = if level == 0 { 0 } else { trace.begin_generation(outer) };
        let start = self.text.len();
        // A block gives what it wrote to the root when it ends, and so does a call.
        let outermost = self.open.first().map(|open| open.reference);
        let reference = outermost.or(before).unwrap_or(start).min(start);
        let pieces = self.captures.last().map_or(0, Pieces::len);
        self.open.push(Open { level, mark, start, pieces, reference });
        if let Some(capture) = self.captures.last_mut() {
            // It may stay empty.
            capture.push_piece(rt, Piece { text: "", origin: Origin::TEMPLATE, generation: mark })?;
        }
        Ok(())
    }

    pub(crate) fn end_generation(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let length = match self.captures.last() {
            Some(capture) if open.level > 0 => capture.characters_from(open.pieces),
            _ => self.text.get(open.start..).unwrap_or_default().chars().count(),
        };
        self.reference_generations.push((open.reference, length));
        if open.level == 0 {
            self.generations.push(open.start..self.text.len());
        }
    }

    /// Notes where a printed piece came from.
    fn trace(&mut self, trace: &Trace<'a>, piece: Piece<'a>, start: usize) {
        if piece.generation != 0 {
            self.note_generation(trace, piece.generation, start, start + piece.text.len());
        }
        self.note(trace, piece.origin, piece.text, start);
    }

    /// Notes where a text came from that was printed at a place.
    fn note(&mut self, trace: &Trace<'a>, origin: Origin, text: &'a str, at: usize) {
        if text.is_empty() || origin == Origin::TEMPLATE {
            return;
        }
        let end = at + text.len();
        let start = offset(trace.text(origin), text).unwrap_or(RawSpan::COMPUTED);
        if start != RawSpan::COMPUTED
            && let Some(parts) = trace.parts(origin)
        {
            return self.note_pieces(trace, pieces_within(parts.pieces, parts.ends, start, text.len()), at);
        }
        if start == RawSpan::COMPUTED
            && let Some(last) = self.spans.last_mut()
            && (last.origin, last.start, last.end) == (origin, start, at)
        {
            last.end = end;
            return;
        }
        self.noted += 1;
        self.spans.push(RawSpan { at, end, start, origin });
    }

    /// Counts the notes that were made since the last time.
    #[inline]
    fn count_notes(&mut self, rt: &Runtime<'a>) -> Result<()> {
        if self.noted < MOST_UNCOUNTED {
            return Ok(());
        }
        let noted = std::mem::take(&mut self.noted);
        rt.charge(noted.saturating_mul(size_of::<RawSpan>()));
        rt.step(noted.saturating_sub(1))
    }

    /// Notes a text that was put together of these pieces.
    fn note_pieces(&mut self, trace: &Trace<'a>, pieces: impl Iterator<Item = Piece<'a>>, at: usize) {
        let mut at = at;
        for piece in pieces {
            let start = at;
            at += piece.text.len();
            self.note(trace, piece.origin, piece.text, start);
            if piece.generation != 0 {
                self.note_generation(trace, piece.generation, start, at);
            }
        }
    }

    /// Notes that a part of the output is of generation blocks that were captured.
    fn note_generation(&mut self, trace: &Trace<'a>, mark: u32, start: usize, end: usize) {
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
