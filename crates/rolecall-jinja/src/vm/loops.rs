//! Loops.

use std::cell::{Cell, RefCell};

use super::{Machine, Running};
use crate::program::Pc;
use crate::raised::Result;
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::generator::{Generator, Lazy};
use crate::value::iter::Iter;
use crate::value::object::{Frame, Loop, Recurse};
use crate::value::{Object, Value};

impl<'a> Machine<'_, 'a> {
    pub(super) fn loop_start(&mut self) -> Result<()> {
        let value = self.pop();
        let iter = Iter::new(self.rt, value)?;
        self.loops.push(Running::Plain { iter, turned: false });
        Ok(())
    }

    pub(super) fn loop_start_extended(&mut self, slot: u32) -> Result<()> {
        self.start_with_loop(slot, 0, None)
    }

    /// A loop whose body can be called for inner lists: it begins again at this instruction's frame.
    pub(super) fn loop_start_recursive(&mut self, slot: u32) -> Result<()> {
        let (depth, recurse) = (self.loop_depth, self.recursing);
        self.start_with_loop(slot, depth, recurse)
    }

    fn start_with_loop(&mut self, slot: u32, depth0: usize, recurse: Option<Recurse<'a>>) -> Result<()> {
        let value = self.pop();
        let iter = Iter::new(self.rt, value)?;
        let length = if let Value::Generator(_) = value {
            None
        } else {
            if let Iter::Text(_, text) = &iter {
                self.rt.step(text.len() / 64)?;
            }
            iter.remaining()
        };
        let object = self.rt.alloc(Object::Loop(Loop::new(iter, length, depth0, recurse)))?;
        self.set_slot(slot, Value::Object(object));
        if let Object::Loop(this) = object {
            self.loops.push(Running::Extended { this, turned: false });
        }
        Ok(())
    }

    #[inline]
    pub(super) fn loop_next(&mut self) -> Result<Option<Value<'a>>> {
        let item = match self.loops.last_mut() {
            Some(Running::Plain { iter, .. }) => iter.next(self.rt)?,
            Some(Running::Extended { this, .. }) => this.next(self.rt)?,
            None => None,
        };
        if self.rt.trace.is_some()
            && let Some(item) = item
        {
            self.out.turn(self.loops.len(), item.origin());
        }
        Ok(item)
    }

    #[inline]
    pub(super) fn loop_turned(&mut self) {
        match self.loops.last_mut() {
            Some(Running::Plain { turned, .. } | Running::Extended { turned, .. }) => *turned = true,
            None => {}
        }
    }

    /// Ends a loop; gives whether its body was ever run to its end.
    #[inline]
    pub(super) fn loop_end(&mut self) -> bool {
        if self.rt.trace.is_some() {
            self.out.turn(self.loops.len(), Origin::TEMPLATE);
        }
        match self.loops.pop() {
            Some(Running::Plain { turned, .. } | Running::Extended { turned, .. }) => turned,
            None => false,
        }
    }

    /// Puts a filter between a loop and what it goes through.
    pub(super) fn loop_filter(&mut self, entry: Pc, slots: u32) -> Result<()> {
        let value = self.pop();
        let source = RefCell::new(Iter::new(self.rt, value)?);
        let filtered = Filtered { source, entry, slots, frame: self.frame, done: Cell::new(false) };
        let generator = Generator::value(self.rt, filtered)?;
        self.push(generator);
        Ok(())
    }
}

/// The items that the condition of a loop lets through.
struct Filtered<'a> {
    source: RefCell<Iter<'a>>,
    entry: Pc,
    slots: u32,
    frame: &'a Frame<'a>,
    done: Cell<bool>,
}

impl<'a> Lazy<'a> for Filtered<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        while !self.done.get() {
            let item = match self.source.try_borrow_mut() {
                Ok(mut source) => source.next(rt)?,
                Err(_) => None,
            };
            let Some(item) = item else {
                self.done.set(true);
                break;
            };
            rt.step(8)?;
            let (holds, item) = Machine::run_filter(rt, self.entry, self.slots, self.frame, item)?;
            if holds {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}
