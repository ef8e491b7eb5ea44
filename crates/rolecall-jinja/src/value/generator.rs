//! Lazy sequences: what `map`, `select`, `items` and the like give. They are used up once.

use std::cell::Cell;

use super::Value;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;

/// How many levels of a value an item takes as much stack as.
const LEVELS: u32 = 4;

/// Where a generator's items come from.
pub(crate) trait Lazy<'a> {
    /// The next item. It is not asked again after the last one or an error.
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>>;
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Not asked for anything yet.
    Fresh,
    Waiting,
    Running,
    Done,
}

/// A lazy sequence.
pub(crate) struct Generator<'a> {
    source: &'a dyn Lazy<'a>,
    type_name: &'static str,
    state: Cell<State>,
}

impl<'a> Generator<'a> {
    /// A generator of Python.
    pub(crate) fn value(rt: &Runtime<'a>, source: impl Lazy<'a> + 'a) -> Result<Value<'a>> {
        Self::named(rt, "generator", source)
    }

    /// An iterator of another type.
    pub(crate) fn named(
        rt: &Runtime<'a>,
        type_name: &'static str,
        source: impl Lazy<'a> + 'a,
    ) -> Result<Value<'a>> {
        let source = rt.alloc(source)?;
        Ok(Value::Generator(rt.alloc(Self { source, type_name, state: Cell::new(State::Fresh) })?))
    }

    pub(crate) fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The next item; nothing after the last one or an error.
    pub(crate) fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        match self.state.get() {
            State::Done => return Ok(None),
            State::Running => return Err(Raised::value_error("generator already executing")),
            State::Fresh | State::Waiting => {}
        }
        rt.step(1)?;
        self.state.set(State::Running);
        let item = rt.deeper_by(LEVELS, "", || self.source.next(rt));
        self.state.set(if matches!(item, Ok(Some(_))) { State::Waiting } else { State::Done });
        item
    }

    /// Whether it was not asked for anything yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.state.get() == State::Fresh
    }

    /// Ends it: nothing comes any more.
    pub(crate) fn close(&self) -> Result<()> {
        if self.state.get() == State::Running {
            return Err(Raised::value_error("generator already executing"));
        }
        self.state.set(State::Done);
        Ok(())
    }
}
