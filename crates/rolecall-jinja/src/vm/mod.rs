//! The machine that runs a program: a stack of values, frames of variables, loops, and where output goes.
//!
//! Calls of macros do not nest in Rust: what to go back to is on a stack of the machine's own, so that no template
//! can exhaust the thread's.

mod calls;
pub(crate) mod fast;
mod lookup;
mod loops;
mod operands;
mod output;
mod printing;
mod step;

use std::cell::Cell;

use bumpalo::collections::Vec as ArenaVec;
use serde_json::{Map, Value as Json};

use output::Mark;
pub(crate) use output::{Output, RawSpan};
use printing::Parts;

use crate::program::{Pc, Program};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::iter::Iter;
use crate::value::object::{Frame, Loop, Recurse};
use crate::value::{DictRef, Value};

/// How often the machine may be started from inside of itself, by loops with filters.
const MAX_NESTED: u32 = 24;

/// How many levels of a value each of these takes as much stack as.
const LEVELS: u32 = 20;

/// The variables that a template is given.
#[derive(Clone, Copy)]
pub(crate) enum Variables<'a> {
    None,
    Json(&'a Map<String, Json>),
    Dict(DictRef<'a>),
}

/// What a call goes back to.
struct Caller<'a> {
    pc: Pc,
    frame: &'a Frame<'a>,
    loops: usize,
    prints: Prints,
    /// How much of the output there was.
    printed: usize,
}

/// What becomes of what a routine prints.
#[derive(Clone, Copy, PartialEq)]
enum Prints {
    /// It is kept for a value.
    Captured,
    /// It goes where the caller prints, as one part.
    Whole,
    /// It goes where the caller prints, in its parts: Jinja2 goes through what a block yields.
    Parts,
}

/// A loop that is running.
enum Running<'a> {
    Plain { iter: Iter<'a>, turned: bool },
    Extended { this: &'a Loop<'a>, turned: bool },
}

pub(crate) struct Machine<'r, 'a> {
    rt: &'r Runtime<'a>,
    program: &'a Program,
    stack: ArenaVec<'a, Value<'a>>,
    frame: &'a Frame<'a>,
    callers: ArenaVec<'a, Caller<'a>>,
    loops: ArenaVec<'a, Running<'a>>,
    out: Output<'a>,
    parts: Parts,
    /// The parts of what is around the macro or capture that is being printed.
    outer_parts: ArenaVec<'a, Parts>,
    /// The sums that are being printed, outermost first.
    chains: ArenaVec<'a, Mark>,
    /// What printing did before each block that says whether to escape.
    escapes: Vec<bool>,
    /// The depth of the recursive loop that is being called, and the loop.
    loop_depth: usize,
    recursing: Option<Recurse<'a>>,
}

impl<'a> Runtime<'a> {
    /// A frame of empty variables.
    pub(crate) fn frame(&self, slots: u32, parent: Option<&'a Frame<'a>>) -> Result<&'a Frame<'a>> {
        let slots = slots as usize;
        self.reserve(slots * size_of::<Value<'_>>() + size_of::<Frame<'_>>())?;
        let slots: &'a [Cell<Value<'a>>] =
            self.bump.alloc_slice_fill_with(slots, |_| Cell::new(Value::Missing));
        Ok(self.bump.alloc(Frame { slots, parent }))
    }
}

impl<'r, 'a> Machine<'r, 'a> {
    pub(crate) fn new(rt: &'r Runtime<'a>, frame: &'a Frame<'a>, out: Output<'a>) -> Self {
        Self {
            rt,
            program: rt.program,
            stack: ArenaVec::with_capacity_in(8, rt.bump),
            frame,
            callers: ArenaVec::new_in(rt.bump),
            loops: ArenaVec::new_in(rt.bump),
            out,
            parts: Parts::default(),
            outer_parts: ArenaVec::new_in(rt.bump),
            chains: ArenaVec::new_in(rt.bump),
            escapes: Vec::new(),
            loop_depth: 0,
            recursing: None,
        }
    }

    /// Runs the template.
    pub(crate) fn run(mut self) -> Result<Output<'a>> {
        self.run_from(0)?;
        Ok(self.out)
    }

    /// Runs an expression of a frame of its own, whose first slot is `argument`; gives whether it holds, and the
    /// value beside it.
    pub(crate) fn run_filter(
        rt: &'r Runtime<'a>,
        entry: Pc,
        slots: u32,
        parent: &'a Frame<'a>,
        argument: Value<'a>,
    ) -> Result<(bool, Value<'a>)> {
        let depth = rt.nested.get();
        if depth >= MAX_NESTED {
            return Err(Raised::limit(format!(
                "filters of loops are more than {MAX_NESTED} deep inside one another"
            )));
        }
        rt.nested.set(depth + 1);
        let frame = rt.frame(slots, Some(parent))?;
        if let Some(slot) = frame.slots.first() {
            slot.set(argument);
        }
        let mut machine = Machine::new(rt, frame, Output::none(rt.bump));
        let result = rt.deeper_by(LEVELS, "", || {
            machine.run_from(entry)?;
            let holds = machine.pop();
            Ok((crate::value::operators::truth(rt, holds)?, machine.pop()))
        });
        rt.nested.set(depth);
        result
    }

    #[inline]
    fn push(&mut self, value: Value<'a>) {
        self.stack.push(value);
    }

    #[inline]
    fn pop(&mut self) -> Value<'a> {
        self.stack.pop().unwrap_or(Value::NONE)
    }

    #[inline]
    fn set_slot(&self, slot: u32, value: Value<'a>) {
        if let Some(cell) = self.frame.slots.get(slot as usize) {
            cell.set(value);
        }
    }

    /// The frame so many levels up.
    fn frame_up(&self, up: u32) -> &'a Frame<'a> {
        let mut frame = self.frame;
        for _ in 0..up {
            if let Some(parent) = frame.parent {
                frame = parent;
            }
        }
        frame
    }
}
