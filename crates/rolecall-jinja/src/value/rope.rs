//! Strings in pieces: what concatenation, captures and joins make, until somebody looks inside.

use std::cell::{Cell, RefCell};

use bumpalo::collections::Vec as ArenaVec;

use super::Value;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::{Origin, Trace, offset, pieces_within};

/// A piece of text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) origin: Origin,
    /// The mark of the generation blocks that it was captured in; 0 for none.
    pub(crate) generation: u32,
}

/// Pieces in order. A value that is a string in pieces has a number of them, from the first on, so that a longer
/// string can share the pieces of a shorter one.
pub(crate) struct Rope<'a> {
    pieces: RefCell<ArenaVec<'a, Piece<'a>>>,
    /// The last flat text that was made, of so many pieces.
    flat: Cell<(u32, Origin, &'a str)>,
}

impl<'a> Rope<'a> {
    /// Calls `each` with the first so many pieces.
    pub(crate) fn for_each(&self, pieces: u32, mut each: impl FnMut(Piece<'a>) -> Result<()>) -> Result<()> {
        for piece in self.pieces.borrow().iter().take(pieces as usize) {
            each(*piece)?;
        }
        Ok(())
    }

    /// The number of bytes of the first so many pieces.
    pub(crate) fn bytes(&self, pieces: u32) -> usize {
        self.pieces
            .borrow()
            .iter()
            .take(pieces as usize)
            .fold(0_usize, |sum, piece| sum.saturating_add(piece.text.len()))
    }

    /// How many of the first so many pieces are empty before one that is not, and whether all are.
    pub(crate) fn leading_empty(&self, pieces: u32) -> (usize, bool) {
        let borrowed = self.pieces.borrow();
        let first = borrowed.iter().take(pieces as usize).position(|piece| !piece.text.is_empty());
        (first.unwrap_or(pieces as usize), first.is_none())
    }

    /// Whether there is no text in the first so many pieces.
    pub(crate) fn is_empty(&self, pieces: u32) -> bool {
        self.pieces.borrow().iter().take(pieces as usize).all(|piece| piece.text.is_empty())
    }

    /// Whether generation blocks wrote any of the first so many pieces.
    pub(crate) fn bears_generation(&self, trace: &Trace<'a>, pieces: u32) -> bool {
        let borrowed = self.pieces.borrow();
        let mut pieces = borrowed.iter().take(pieces as usize);
        pieces.any(|piece| piece.generation != 0 || trace.bears_generation(piece.origin))
    }

    /// All of it in one text.
    pub(crate) fn flat(&self, rt: &Runtime<'a>, pieces: u32) -> Result<(Origin, &'a str)> {
        let (made, origin, text) = self.flat.get();
        if made == pieces {
            return Ok((origin, text));
        }
        let bytes = self.bytes(pieces);
        rt.reserve(bytes)?;
        rt.step_bytes(bytes)?;
        let mut text = bumpalo::collections::String::with_capacity_in(bytes, rt.bump);
        for piece in self.pieces.borrow().iter().take(pieces as usize) {
            text.push_str(piece.text);
        }
        let text = text.into_bump_str();
        let origin = match rt.trace {
            None => Origin::TEMPLATE,
            Some(trace) => {
                let borrowed = self.pieces.borrow();
                let parts = borrowed.get(..pieces as usize).unwrap_or_default();
                if parts.iter().all(|part| part.origin == Origin::TEMPLATE && part.generation == 0) {
                    Origin::TEMPLATE
                } else {
                    made_of(rt, trace, text, parts)?
                }
            }
        };
        self.flat.set((pieces, origin, text));
        Ok((origin, text))
    }
}

/// The origin of a text that was put together of these parts.
fn made_of<'a>(rt: &Runtime<'a>, trace: &Trace<'a>, text: &'a str, parts: &[Piece<'a>]) -> Result<Origin> {
    let mut pieces = Pieces::with_capacity(rt, parts.len());
    for part in parts {
        // What was put together before counts as its own pieces: texts that are cut and put together again and again
        // would be a chain without end.
        let before = trace.parts(part.origin).zip(offset(trace.text(part.origin), part.text));
        let Some((before, at)) = before else {
            pieces.push_piece(rt, *part)?;
            continue;
        };
        for piece in pieces_within(before.pieces, before.ends, at, part.text.len()) {
            rt.step(1)?;
            let generation = trace.nested_generation(part.generation, piece.generation);
            pieces.push_piece(rt, Piece { generation, ..piece })?;
        }
    }
    let pieces: &'a [Piece<'a>] = pieces.pieces.into_bump_slice();
    rt.reserve(pieces.len() * size_of::<usize>())?;
    let mut end = 0;
    let ends: &'a [usize] = rt.bump.alloc_slice_fill_iter(pieces.iter().map(|piece| {
        end += piece.text.len();
        end
    }));
    Ok(trace.pieces(text, pieces, ends))
}

/// A string that is being made of pieces.
pub(crate) struct Pieces<'a> {
    pieces: ArenaVec<'a, Piece<'a>>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(rt: &Runtime<'a>) -> Self {
        Self { pieces: ArenaVec::new_in(rt.bump) }
    }

    pub(crate) fn with_capacity(rt: &Runtime<'a>, capacity: usize) -> Self {
        Self { pieces: ArenaVec::with_capacity_in(capacity, rt.bump) }
    }

    #[inline]
    pub(crate) fn push_piece(&mut self, rt: &Runtime<'a>, piece: Piece<'a>) -> Result<()> {
        // An empty piece can still be an empty generation block.
        if piece.text.is_empty() && piece.generation == 0 {
            return Ok(());
        }
        rt.reserve(size_of::<Piece<'_>>())?;
        self.pieces.push(piece);
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The number of characters of the pieces from a place on.
    pub(crate) fn characters_from(&self, at: usize) -> usize {
        let pieces = self.pieces.get(at..).unwrap_or_default().iter();
        pieces.map(|piece| piece.text.chars().count()).sum()
    }

    /// Takes away all pieces from a place on.
    pub(crate) fn split_off(&mut self, at: usize) -> Vec<Piece<'a>> {
        let tail = self.pieces.get(at..).unwrap_or_default().to_vec();
        self.pieces.truncate(at);
        tail
    }

    #[inline]
    pub(crate) fn push(&mut self, rt: &Runtime<'a>, origin: Origin, text: &'a str) -> Result<()> {
        self.push_piece(rt, Piece { text, origin, generation: 0 })
    }

    /// Adds a string.
    pub(crate) fn push_value(&mut self, rt: &Runtime<'a>, value: Value<'a>) -> Result<()> {
        match value {
            Value::Str(origin, text) | Value::Markup(origin, text) => self.push(rt, origin, text),
            Value::Rope(pieces, rope) => {
                rt.step(pieces as usize)?;
                let borrowed = rope.pieces.borrow();
                let pieces = borrowed.get(..pieces as usize).unwrap_or_default();
                rt.reserve(size_of_val(pieces))?;
                self.pieces.extend_from_slice_copy(pieces);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn finish(self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        match self.pieces.as_slice() {
            [] => Ok(Value::EMPTY),
            [piece] if piece.generation == 0 => Ok(Value::Str(piece.origin, piece.text)),
            _ => {
                let pieces = u32::try_from(self.pieces.len()).unwrap_or(u32::MAX);
                let rope = Rope {
                    pieces: RefCell::new(self.pieces),
                    flat: Cell::new((u32::MAX, Origin::TEMPLATE, "")),
                };
                rt.reserve(size_of::<Rope<'_>>())?;
                Ok(Value::Rope(pieces, rt.bump.alloc(rope)))
            }
        }
    }
}

/// `left + right` for two strings that are not Markup. The pieces of `left` are shared where nobody went on from
/// them yet.
pub(crate) fn concat<'a>(rt: &Runtime<'a>, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>> {
    match (left, right) {
        (Value::Str(_, ""), other) | (other, Value::Str(_, "")) => return Ok(other),
        (Value::Rope(pieces, rope), _) => {
            let owner = rope.pieces.try_borrow_mut();
            if let Ok(mut owner) = owner
                && owner.len() == pieces as usize
                && pieces < u32::MAX / 2
            {
                match right {
                    Value::Str(origin, text) => {
                        rt.reserve(size_of::<Piece<'_>>())?;
                        owner.push(Piece { text, origin, generation: 0 });
                        return Ok(Value::Rope(pieces + 1, rope));
                    }
                    // The same rope twice is copied below.
                    Value::Rope(more, other) if !std::ptr::eq(rope, other) => {
                        rt.reserve(size_of::<Piece<'_>>().saturating_mul(more as usize))?;
                        rt.step(more as usize)?;
                        let Some(both) = pieces.checked_add(more) else {
                            return Err(Raised::limit("a string of more than 4 billion pieces"));
                        };
                        owner.extend(other.pieces.borrow().iter().take(more as usize));
                        return Ok(Value::Rope(both, rope));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    let mut both = Pieces::with_capacity(rt, 8);
    both.push_value(rt, left)?;
    both.push_value(rt, right)?;
    both.finish(rt)
}
