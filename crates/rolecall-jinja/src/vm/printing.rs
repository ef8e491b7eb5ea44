//! Printing values, and the parts that Jinja2 counts while it does.

use super::Machine;
use crate::raised::{Raised, Result};
use crate::value::{Value, operators, repr};

/// What Jinja2 joins into one string in the end: how many parts there are so far, and the first that is no string.
///
/// That one is an error, but only when all other parts are there.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) count: usize,
    pub(super) wrong: Option<(usize, &'static str)>,
}

impl Parts {
    pub(super) fn check(self) -> Result<()> {
        match self.wrong {
            None => Ok(()),
            Some((at, found)) => {
                let message = format!("sequence item {at}: expected str instance, {found} found");
                Err(Raised::type_error(message))
            }
        }
    }
}

impl<'a> Machine<'_, 'a> {
    /// `{{ value }}`, where nothing is escaped.
    #[inline]
    pub(super) fn print(&mut self, value: Value<'a>) -> Result<()> {
        self.parts.count += 1;
        let text = match value {
            Value::Str(..) | Value::Rope(..) | Value::Markup(..) => value,
            other => repr::str(self.rt, other)?,
        };
        self.out.value(self.rt, text)
    }

    /// Whether an operand of a sum can be printed before it is known that all others are strings too. What a generation
    /// block wrote is not: its range would have to be taken back.
    pub(super) fn prints_in_a_sum(&self, value: Value<'a>) -> bool {
        match (value, self.rt.trace) {
            (Value::Str(..) | Value::Rope(..), None) => true,
            (Value::Str(origin, _), Some(trace)) => !trace.bears_generation(origin),
            (Value::Rope(pieces, rope), Some(trace)) => !rope.bears_generation(trace, pieces),
            _ => false,
        }
    }

    /// Goes on with a sum of strings that is not only one of strings: takes back what was printed, and leaves the sum
    /// up to here on the stack.
    #[cold]
    pub(super) fn chain_next_other(&mut self, value: Value<'a>) -> Result<()> {
        let Some(mark) = self.chains.pop() else { return Ok(()) };
        let printed = self.out.take_back(self.rt, &mark)?;
        let sum = operators::add(self.rt, printed, value)?;
        self.push(sum);
        Ok(())
    }

    /// Begins to count the parts of another string.
    pub(super) fn start_parts(&mut self) {
        self.outer_parts.push(std::mem::take(&mut self.parts));
    }

    /// Goes back to the string around it; an error if a part of the inner one was no string.
    pub(super) fn end_parts(&mut self) -> Result<()> {
        let inner = std::mem::replace(&mut self.parts, self.outer_parts.pop().unwrap_or_default());
        inner.check()
    }
}
