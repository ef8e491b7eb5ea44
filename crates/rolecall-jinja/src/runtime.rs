//! What all of one render shares: the arena, the budgets, the clock and the trace.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::number::BigInt;
use crate::program::Program;
use crate::raised::{Raised, Result};
use crate::trace::{Origin, Trace};
use crate::value::dict::Distinct;
use crate::value::{Big, Rope, Value};
use crate::vm::Variables;
use crate::{Clock, Limits};

/// How many bytes a node of the trace takes.
const NODE_BYTES: usize = 32;

/// How many bytes of text count as one step.
const BYTES_A_STEP: usize = 64;

/// How deep values may be walked: printed, compared, drawn from generators inside of generators.
pub(crate) const MAX_VALUE_DEPTH: u32 = 600;

pub(crate) struct Runtime<'a> {
    pub(crate) bump: &'a Bump,
    pub(crate) program: &'a Program,
    pub(crate) limits: Limits,
    pub(crate) clock: Option<&'a Clock>,
    /// Who wrote what; absent in a plain render.
    pub(crate) trace: Option<&'a Trace<'a>>,
    /// Whether printing escapes for HTML.
    pub(crate) autoescape: Cell<bool>,
    /// The variables that the template is given, and those that it has asked for so far.
    pub(crate) variables: Variables<'a>,
    pub(crate) context: &'a [Cell<Value<'a>>],
    /// Constants of several values, as soon as they were made.
    pub(crate) compounds: &'a [Cell<Value<'a>>],
    /// How many machines run inside of one another.
    pub(crate) nested: Cell<u32>,
    steps: Cell<u64>,
    memory: Cell<usize>,
    depth: Cell<u32>,
    /// Where names of arguments came from that were given by `**`, by their places in memory; only in a trace.
    names: RefCell<HashMap<(*const u8, usize), Origin>>,
    /// What generators have seen; here because nothing in the arena is dropped.
    distinct: RefCell<Vec<Distinct<'a>>>,
}

impl<'a> Runtime<'a> {
    pub(crate) fn new(
        bump: &'a Bump,
        program: &'a Program,
        variables: Variables<'a>,
        limits: Limits,
        clock: Option<&'a Clock>,
        trace: Option<&'a Trace<'a>>,
    ) -> Self {
        Self {
            bump,
            program,
            limits,
            clock,
            trace,
            autoescape: Cell::new(false),
            variables,
            context: bump.alloc_slice_fill_with(program.context.len(), |_| Cell::new(Value::Missing)),
            compounds: bump.alloc_slice_fill_with(program.compounds as usize, |_| Cell::new(Value::Missing)),
            nested: Cell::new(0),
            steps: Cell::new(limits.steps),
            memory: Cell::new(limits.memory_bytes),
            depth: Cell::new(0),
            names: RefCell::new(HashMap::new()),
            distinct: RefCell::new(Vec::new()),
        }
    }

    /// The number of a block of the template.
    pub(crate) fn block(&self, name: &str) -> Option<u32> {
        let at = self.program.blocks.iter().position(|block| block.by_name && block.name == name)?;
        u32::try_from(at).ok()
    }

    pub(crate) fn block_name(&self, number: u32) -> Option<&'a str> {
        self.program.blocks.get(number as usize).map(|block| block.name.as_str())
    }

    /// Counts steps.
    #[inline]
    pub(crate) fn step(&self, steps: usize) -> Result<()> {
        match self.steps.get().checked_sub(steps as u64) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(self.out_of_steps()),
        }
    }

    /// Counts the steps of looking at so many bytes.
    #[inline]
    pub(crate) fn step_bytes(&self, bytes: usize) -> Result<()> {
        self.step(1 + bytes / BYTES_A_STEP)
    }

    #[cold]
    fn out_of_steps(&self) -> Raised {
        self.steps.set(0);
        Raised::limit(format!("the template takes more than {} steps (limit `steps`)", self.limits.steps))
    }

    /// Takes memory from the budget before it is taken from the machine.
    #[inline]
    pub(crate) fn reserve(&self, bytes: usize) -> Result<()> {
        match self.memory.get().checked_sub(bytes) {
            Some(left) => {
                self.memory.set(left);
                Ok(())
            }
            None => Err(self.out_of_memory()),
        }
    }

    #[cold]
    fn out_of_memory(&self) -> Raised {
        Raised::limit(format!(
            "the template makes more than {} bytes of strings and lists (limit `memory_bytes`)",
            self.limits.memory_bytes
        ))
    }

    /// What is left of the budget of steps.
    pub(crate) fn steps_left(&self) -> u64 {
        self.steps.get()
    }

    /// Takes what is used already; what is reserved next fails if it was too much.
    #[inline]
    pub(crate) fn charge(&self, bytes: usize) {
        self.memory.set(self.memory.get().saturating_sub(bytes));
    }

    /// Notes something in the trace, which takes memory as everything else: a node at most.
    #[inline]
    pub(crate) fn noted<T>(&self, trace: &Trace<'a>, note: impl FnOnce(&Trace<'a>) -> T) -> T {
        self.charge(NODE_BYTES);
        note(trace)
    }

    /// What is left of the memory budget.
    pub(crate) fn memory_left(&self) -> usize {
        self.memory.get()
    }

    /// Goes so many levels deeper into a value; [`leave`](Self::leave) goes back.
    pub(crate) fn enter(&self, levels: u32, what: &str) -> Result<()> {
        let depth = self.depth.get();
        if depth + levels > MAX_VALUE_DEPTH {
            return Err(too_deep(what));
        }
        self.depth.set(depth + levels);
        Ok(())
    }

    pub(crate) fn leave(&self, levels: u32) {
        self.depth.set(self.depth.get().saturating_sub(levels));
    }

    /// Runs something that goes one level deeper into a value.
    #[inline]
    pub(crate) fn deeper<T>(&self, what: &str, inside: impl FnOnce() -> Result<T>) -> Result<T> {
        self.enter(1, what)?;
        let result = inside();
        self.leave(1);
        result
    }

    /// Runs something that takes as much stack as so many levels of a value.
    pub(crate) fn deeper_by<T>(
        &self,
        levels: u32,
        what: &str,
        inside: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.enter(levels, what)?;
        let result = inside();
        self.leave(levels);
        result
    }

    /// Notes where the name of an argument came from.
    pub(crate) fn note_name(&self, origin: Origin, name: &'a str) {
        if self.trace.is_some() && origin != Origin::TEMPLATE {
            self.charge(64);
            self.names.borrow_mut().insert((name.as_ptr(), name.len()), origin);
        }
    }

    /// The name of an argument as a string.
    pub(crate) fn name_value(&self, name: &'a str) -> Value<'a> {
        let origin = match self.trace {
            Some(_) => self.names.borrow().get(&(name.as_ptr(), name.len())).copied(),
            None => None,
        };
        Value::Str(origin.unwrap_or(Origin::TEMPLATE), name)
    }

    /// The number of a new set of values.
    pub(crate) fn new_distinct(&self) -> usize {
        let mut sets = self.distinct.borrow_mut();
        sets.push(Distinct::new());
        sets.len() - 1
    }

    /// Whether a value was not in the set of that number yet. It is from now on.
    pub(crate) fn is_distinct(&self, set: usize, value: Value<'a>) -> Result<bool> {
        match self.distinct.borrow_mut().get_mut(set) {
            Some(set) => set.insert(self, value),
            None => Ok(true),
        }
    }

    /// A value in the arena.
    pub(crate) fn alloc<T>(&self, value: T) -> Result<&'a T> {
        self.reserve(size_of::<T>())?;
        Ok(self.bump.alloc(value))
    }

    /// A copy of a text in the arena.
    pub(crate) fn alloc_str(&self, text: &str) -> Result<&'a str> {
        self.reserve(text.len())?;
        self.step_bytes(text.len())?;
        Ok(self.bump.alloc_str(text))
    }

    /// A copy of some values in the arena.
    pub(crate) fn alloc_slice(&self, values: &[Value<'a>]) -> Result<&'a [Value<'a>]> {
        self.reserve(size_of_val(values))?;
        self.step(values.len() / 4)?;
        Ok(self.bump.alloc_slice_copy(values))
    }

    /// A growing list of values in the arena.
    pub(crate) fn list(&self) -> List<'_, 'a> {
        List { rt: self, items: ArenaVec::new_in(self.bump) }
    }

    /// An integer of any size.
    pub(crate) fn integer(&self, origin: Origin, value: &BigInt) -> Result<Value<'a>> {
        if let Some(small) = value.to_i64() {
            return Ok(Value::Int(origin, small));
        }
        let limbs = value.limbs();
        self.reserve(limbs.len() * 4 + size_of::<Big<'_>>())?;
        let limbs = self.bump.alloc_slice_copy(limbs);
        Ok(Value::Big(origin, self.bump.alloc(Big { negative: value.is_negative(), limbs })))
    }

    /// The text of a string, in one piece, with its origin.
    #[inline]
    pub(crate) fn flat(&self, value: Value<'a>) -> Result<Option<(Origin, &'a str)>> {
        match value {
            Value::Str(origin, text) | Value::Markup(origin, text) => Ok(Some((origin, text))),
            Value::Rope(pieces, rope) => self.flat_rope(pieces, rope).map(Some),
            _ => Ok(None),
        }
    }

    fn flat_rope(&self, pieces: u32, rope: &'a Rope<'a>) -> Result<(Origin, &'a str)> {
        rope.flat(self, pieces)
    }

    /// The origin of something that was computed from a value of this origin.
    #[inline]
    pub(crate) fn computed(&self, origin: Origin) -> Origin {
        match self.trace {
            Some(trace) if origin != Origin::TEMPLATE => self.noted(trace, |trace| trace.computed(origin)),
            _ => Origin::TEMPLATE,
        }
    }

    /// The origin of something that was computed from two values.
    #[inline]
    pub(crate) fn joined(&self, left: Origin, right: Origin) -> Origin {
        match self.trace {
            Some(trace) => self.noted(trace, |trace| trace.joined(left, right)),
            None => Origin::TEMPLATE,
        }
    }
}

#[cold]
fn too_deep(what: &str) -> Raised {
    Raised::new(crate::ErrorKind::Recursion, format!("maximum recursion depth exceeded{what}"))
}

/// A list that is being made. Its growth is counted.
pub(crate) struct List<'r, 'a> {
    rt: &'r Runtime<'a>,
    items: ArenaVec<'a, Value<'a>>,
}

impl<'a> List<'_, 'a> {
    pub(crate) fn push(&mut self, value: Value<'a>) -> Result<()> {
        self.rt.reserve(size_of::<Value<'_>>())?;
        self.rt.step(1)?;
        self.items.push(value);
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn items(&self) -> &[Value<'a>] {
        &self.items
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Value<'a>] {
        &mut self.items
    }

    pub(crate) fn finish(self) -> &'a [Value<'a>] {
        self.items.into_bump_slice()
    }
}
