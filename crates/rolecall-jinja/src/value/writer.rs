//! Text that is being written from values: printed, formatted, as JSON. Each part remembers where it came from.

use super::Value;
use super::rope::Pieces;
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::trace::Origin;

/// How many bytes may be written before they are counted.
const UNCOUNTED: usize = 512;

pub(crate) struct Writer<'r, 'a> {
    pub(crate) rt: &'r Runtime<'a>,
    /// What was written last, all of one origin.
    text: String,
    origin: Origin,
    /// The origin of a container that is being written: all inside of it counts as computed from it.
    cover: Origin,
    /// What was written before; only where a render is traced.
    pieces: Pieces<'a>,
    counted: usize,
    /// Whether objects are written with an address that is not theirs.
    pub(super) any_address: bool,
}

impl<'r, 'a> Writer<'r, 'a> {
    pub(crate) fn new(rt: &'r Runtime<'a>) -> Self {
        Self {
            rt,
            text: String::new(),
            origin: Origin::TEMPLATE,
            cover: Origin::TEMPLATE,
            pieces: Pieces::new(rt),
            counted: 0,
            any_address: false,
        }
    }

    /// Writes what the template says.
    pub(crate) fn str(&mut self, text: &str) -> Result<()> {
        self.computed(Origin::TEMPLATE)?.push_str(text);
        self.count()
    }

    /// Writes a character again and again, which is computed from a value of this origin.
    pub(crate) fn repeated(&mut self, origin: Origin, c: char, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let bytes = c.len_utf8().saturating_mul(count);
        // Counted in the end; but not even begun if it cannot be.
        if bytes > self.rt.memory_left() {
            self.rt.reserve(bytes)?;
        }
        self.computed(origin)?.extend(std::iter::repeat_n(c, count));
        self.count()
    }

    /// Where to write what is computed from a value of this origin; [`count`](Self::count) it afterwards.
    #[inline]
    pub(crate) fn computed(&mut self, origin: Origin) -> Result<&mut String> {
        if self.rt.trace.is_some() {
            let origin = if self.cover == Origin::TEMPLATE { self.rt.computed(origin) } else { self.cover };
            self.switch(origin)?;
        }
        Ok(&mut self.text)
    }

    /// Writes a part of an input string as it is.
    pub(crate) fn copied(&mut self, origin: Origin, text: &'a str) -> Result<()> {
        if self.rt.trace.is_some() && origin != Origin::TEMPLATE {
            self.flush()?;
            return self.pieces.push(self.rt, origin, text);
        }
        self.str(text)
    }

    /// Writes a string value as it is.
    pub(crate) fn string(&mut self, value: Value<'a>) -> Result<()> {
        if self.rt.trace.is_some() {
            self.flush()?;
            return self.pieces.push_value(self.rt, value);
        }
        match value {
            Value::Rope(pieces, rope) => {
                let rt = self.rt;
                rope.for_each(pieces, |piece| {
                    self.text.push_str(piece.text);
                    if self.text.len() - self.counted > UNCOUNTED {
                        let grown = self.text.len() - self.counted;
                        self.counted = self.text.len();
                        rt.reserve(grown)?;
                        rt.step_bytes(grown)?;
                    }
                    Ok(())
                })
            }
            Value::Str(_, text) | Value::Markup(_, text) => {
                self.rt.reserve(text.len())?;
                self.rt.step_bytes(text.len())?;
                self.text.push_str(text);
                self.counted += text.len();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Begins a container of this origin: all inside of it is computed from the whole. Gives what to
    /// [`uncover`](Self::uncover) with at its end.
    pub(crate) fn cover(&mut self, origin: Origin) -> Origin {
        let outer = self.cover;
        if outer == Origin::TEMPLATE {
            self.cover = self.rt.computed(origin);
        }
        outer
    }

    pub(crate) fn uncover(&mut self, outer: Origin) {
        self.cover = outer;
    }

    /// Writes a container of this origin.
    pub(crate) fn covered(
        &mut self,
        origin: Origin,
        inside: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let outer = self.cover(origin);
        let result = inside(self);
        self.uncover(outer);
        result
    }

    fn switch(&mut self, origin: Origin) -> Result<()> {
        if origin != self.origin {
            self.flush()?;
            self.origin = origin;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.text.is_empty() {
            let text: &'a str = self.rt.bump.alloc_str(&self.text);
            self.rt.reserve(text.len().saturating_sub(self.counted))?;
            self.pieces.push(self.rt, self.origin, text)?;
            self.text.clear();
            self.counted = 0;
        }
        Ok(())
    }

    /// Counts what was written against the budgets.
    #[inline]
    pub(crate) fn count(&mut self) -> Result<()> {
        let grown = self.text.len().saturating_sub(self.counted);
        if grown < UNCOUNTED {
            return Ok(());
        }
        self.counted = self.text.len();
        self.rt.reserve(grown)?;
        self.rt.step_bytes(grown)
    }

    /// The text as a string.
    pub(crate) fn finish(mut self) -> Result<Value<'a>> {
        self.flush()?;
        self.pieces.finish(self.rt)
    }
}
