//! What instructions take from the stack: the operands of comparisons, conditions and tests, the items of lists and
//! dicts, and values that are taken apart.

#![allow(clippy::inline_always, reason = "these are parts of the loop of instructions")]

use super::Machine;
use crate::ErrorKind;
use crate::builtins::{Args, Test};
use crate::raised::{Raised, Result};
use crate::value::compare::equal;
use crate::value::{Object, Value, dict, iter, names, operators};

impl<'a> Machine<'_, 'a> {
    /// Whether what is on top of the stack equals a text of the template; takes it.
    #[inline(always)]
    pub(super) fn equal_text(&mut self, number: u32) -> Result<bool> {
        let text = self.text(number);
        if let Some((_, left)) = self.top_str() {
            self.drop_top();
            return Ok(left == text);
        }
        self.equal_other(Value::text(text))
    }

    /// Whether what is on top of the stack equals an integer of the template; takes it.
    #[inline(always)]
    pub(super) fn equal_int(&mut self, value: i32) -> Result<bool> {
        if let Some(Value::Int(_, left)) = self.stack.last() {
            let left = *left;
            self.drop_top();
            return Ok(left == i64::from(value));
        }
        self.equal_other(Value::int(i64::from(value)))
    }

    #[inline(never)]
    fn equal_other(&mut self, right: Value<'a>) -> Result<bool> {
        let left = self.pop();
        equal(self.rt, left, right)
    }

    /// Whether what is on top of the stack is true; takes it.
    #[inline(always)]
    pub(super) fn pop_truth(&mut self) -> Result<bool> {
        if let Some(Value::Bool(_, value)) = self.stack.last() {
            let value = *value;
            self.drop_top();
            return Ok(value);
        }
        self.pop_truth_of_other()
    }

    #[inline(never)]
    fn pop_truth_of_other(&mut self) -> Result<bool> {
        let truth = self.top_truth();
        self.drop_top();
        truth
    }

    /// Whether what is on top of the stack is true.
    #[inline(always)]
    pub(super) fn top_truth(&self) -> Result<bool> {
        match self.stack.last() {
            Some(Value::Bool(_, value)) => Ok(*value),
            Some(Value::Undefined(_) | Value::None(_)) | None => Ok(false),
            Some(Value::Str(_, text)) => Ok(!text.is_empty()),
            Some(Value::JsonList(_, items)) => Ok(!items.is_empty()),
            Some(Value::JsonDict(_, map)) => Ok(!map.is_empty()),
            Some(other) => operators::truth(self.rt, *other),
        }
    }

    #[inline]
    pub(super) fn test(&self, test: Test, value: Value<'a>) -> Result<bool> {
        match test.plain {
            Some(plain) => plain(self.rt, value),
            None => test.apply(self.rt, value, &Args::none()),
        }
    }

    /// The values on top of the stack.
    pub(super) fn take(&mut self, count: u32) -> Result<&'a [Value<'a>]> {
        let from = self.stack.len().saturating_sub(count as usize);
        let items = self.rt.alloc_slice(self.stack.get(from..).unwrap_or_default())?;
        self.stack.truncate(from);
        Ok(items)
    }

    pub(super) fn make_dict(&mut self, count: u32) -> Result<()> {
        let from = self.stack.len().saturating_sub(2 * count as usize);
        let mut entries = dict::DictBuilder::new();
        for pair in self.stack.get(from..).unwrap_or_default().chunks(2) {
            if let [key, value] = pair {
                entries.insert(self.rt, *key, *value)?;
            }
        }
        self.stack.truncate(from);
        let dict = entries.finish(self.rt)?;
        self.push(dict);
        Ok(())
    }

    /// Takes a value apart; its first item is on top in the end.
    pub(super) fn unpack(&mut self, count: u32) -> Result<()> {
        let value = self.pop();
        let wanted = count as usize;
        if let Some(items) = value.as_tuple()
            && items.len() == wanted
        {
            self.stack.extend(items.iter().rev().copied());
            return Ok(());
        }
        let mut items = iter::Iter::new(self.rt, value).map_err(|error| match error.kind() {
            ErrorKind::Type => {
                let message = format!("cannot unpack non-iterable {} object", names::type_name(value));
                Raised::type_error(message)
            }
            _ => error,
        })?;
        let mut found = Vec::with_capacity(wanted.min(16));
        while let Some(item) = items.next(self.rt)? {
            if found.len() == wanted {
                return Err(Raised::value_error(format!("too many values to unpack (expected {wanted})")));
            }
            found.push(item);
        }
        if found.len() < wanted {
            let message = format!("not enough values to unpack (expected {wanted}, got {})", found.len());
            return Err(Raised::value_error(message));
        }
        self.stack.extend(found.into_iter().rev());
        Ok(())
    }

    pub(super) fn store_namespace(&mut self, name: u32) -> Result<()> {
        let (namespace, value) = (self.pop(), self.pop());
        let Value::Object(Object::Namespace(namespace)) = namespace else {
            return Err(no_item_assignment(namespace));
        };
        let Some(name) = self.program.names.get(name as usize) else { return Ok(()) };
        crate::builtins::globals::check_namespace_name(&name.text)?;
        namespace.set(self.rt, &name.text, value)
    }
}

/// The error of `{% set a.b = … %}` where `a` is no namespace.
pub(super) fn not_a_namespace() -> Raised {
    Raised::new(ErrorKind::Runtime, "cannot assign attribute on non-namespace object")
}

/// Jinja2 checks what a `set` sets an attribute of, but not what a set block does: it does what Python does for
/// `value["name"] = …`. A dict takes the item, which dicts here cannot.
#[cold]
fn no_item_assignment(value: Value<'_>) -> Raised {
    let name = match value {
        Value::Dict(..) | Value::JsonDict(..) => {
            return Raised::unsupported("a set block that changes a dict is not supported");
        }
        Value::List(..) | Value::JsonList(..) => {
            return Raised::type_error("list indices must be integers or slices, not str");
        }
        Value::Object(Object::Unknown(unknown)) => return unknown.error(),
        // A variable is looked at as it is, and not as the undefined value that it stands for.
        Value::Missing => "_MissingType",
        other => names::type_name(other),
    };
    Raised::type_error(format!("'{name}' object does not support item assignment"))
}
