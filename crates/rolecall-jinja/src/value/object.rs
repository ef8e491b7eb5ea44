//! Objects that are no plain data: namespaces, macros, loops, functions and methods.

use std::cell::{Cell, RefCell};

use bumpalo::collections::Vec as ArenaVec;
use serde_json::Value as Json;

use super::iter::Iter;
use super::{Bytes, Seq, Unknown, Value, compare};
use crate::builtins::globals::Function;
use crate::builtins::methods::Method;
use crate::program::MacroDecl;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

pub(crate) enum Object<'a> {
    Namespace(Namespace<'a>),
    Macro(Macro<'a>),
    Loop(Loop<'a>),
    Cycler(Cycler<'a>),
    Joiner(Joiner<'a>),
    /// A method and the value it belongs to.
    Method(Bound<'a>),
    /// A function or type of the language.
    Function(Function),
    /// `self`: the blocks of the template.
    Templates,
    /// One of them, by its number.
    Block(u32),
    /// A pair of `groupby`: the grouper and the list.
    Group(&'a [Value<'a>]),
    Bytes(Bytes<'a>),
    /// What differs from run to run.
    Unknown(Unknown<'a>),
}

impl<'a> Object<'a> {
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Namespace(_) => "TemplateNamespace",
            Self::Macro(_) => "Macro",
            Self::Loop(_) => "LoopContext",
            Self::Cycler(_) => "Cycler",
            Self::Joiner(_) => "Joiner",
            // The global `dict` is an object of Python's, with a method of its own.
            Self::Method(Bound { of: Value::Object(Self::Function(Function::Dict)), .. }) => "method",
            Self::Method(bound) => bound.method.type_name(bound.of),
            Self::Function(function) => function.type_name(),
            Self::Templates => "TemplateReference",
            Self::Block(_) => "BlockReference",
            Self::Group(_) => "_GroupTuple",
            Self::Bytes(_) => "bytes",
            Self::Unknown(_) => "unknown",
        }
    }

    /// What two objects share that are the same though they are apart here.
    pub(crate) fn identity(&self) -> Option<usize> {
        match self {
            Self::Function(function) => Some(*function as usize),
            _ => None,
        }
    }

    /// Equality of Python's objects: of methods by what they belong to, else by identity.
    pub(crate) fn same(&self, rt: &Runtime<'a>, other: &Self) -> Result<bool> {
        match (self, other) {
            (Self::Function(a), Self::Function(b)) => Ok(a == b),
            (Self::Method(a), Self::Method(b)) => {
                Ok(a.method == b.method && compare::is_same(rt, a.of, b.of)?)
            }
            (Self::Bytes(a), Self::Bytes(b)) => Ok(a.data == b.data),
            (Self::Unknown(unknown), _) | (_, Self::Unknown(unknown)) => Err(unknown.error()),
            (Self::Group(a), Self::Group(b)) => compare::equal_items(rt, a, b),
            _ => Ok(std::ptr::eq(self, other)),
        }
    }
}

/// Variables of one function of the template: of its main part, a macro, a block. They live as long as the render,
/// because macros look into the frames around them.
pub(crate) struct Frame<'a> {
    pub(crate) slots: &'a [Cell<Value<'a>>],
    pub(crate) parent: Option<&'a Frame<'a>>,
}

/// `{% macro %}` or the body of `{% call %}`, and where it was defined.
pub(crate) struct Macro<'a> {
    pub(crate) decl: &'a MacroDecl,
    pub(crate) frame: &'a Frame<'a>,
}

pub(crate) struct Bound<'a> {
    pub(crate) method: Method,
    pub(crate) of: Value<'a>,
}

/// `namespace(…)`: names that can be set.
pub(crate) struct Namespace<'a> {
    entries: RefCell<ArenaVec<'a, (Value<'a>, Value<'a>)>>,
}

impl<'a> Namespace<'a> {
    pub(crate) fn new(rt: &Runtime<'a>, entries: &[(Value<'a>, Value<'a>)]) -> Result<Self> {
        rt.reserve(size_of_val(entries))?;
        let mut own = ArenaVec::new_in(rt.bump);
        own.extend_from_slice(entries);
        Ok(Self { entries: RefCell::new(own) })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        self.entries.borrow().iter().find(|(key, _)| is_name(*key, name)).map(|(_, value)| *value)
    }

    pub(crate) fn set(&self, rt: &Runtime<'a>, name: &'a str, value: Value<'a>) -> Result<()> {
        let mut entries = self.entries.borrow_mut();
        rt.step(entries.len() / 8)?;
        if let Some(entry) = entries.iter_mut().find(|(key, _)| is_name(*key, name)) {
            entry.1 = value;
            return Ok(());
        }
        rt.reserve(size_of::<(Value<'_>, Value<'_>)>())?;
        entries.push((Value::text(name), value));
        Ok(())
    }

    pub(crate) fn entries(&self) -> Vec<(Value<'a>, Value<'a>)> {
        self.entries.borrow().to_vec()
    }
}

fn is_name(key: Value<'_>, name: &str) -> bool {
    matches!(key, Value::Str(_, key) if key == name)
}

/// `loop`.
pub(crate) struct Loop<'a> {
    iter: RefCell<Iter<'a>>,
    /// Whether its items have places from the first on, so that none has to be remembered.
    indexed: bool,
    /// The length of what is gone through, once it is known.
    length: Cell<Option<usize>>,
    /// How many items were given out.
    count: Cell<usize>,
    /// An item that was looked at before its turn; missing at the end.
    after: Cell<Option<Value<'a>>>,
    before: Cell<Value<'a>>,
    current: Cell<Value<'a>>,
    changed: Cell<Option<&'a [Value<'a>]>>,
    pub(crate) depth0: usize,
    /// The body, if it can be called for inner lists.
    pub(crate) recurse: Option<Recurse<'a>>,
}

/// How a recursive loop goes on with an inner list.
#[derive(Clone, Copy)]
pub(crate) struct Recurse<'a> {
    pub(crate) entry: u32,
    pub(crate) slots: u32,
    pub(crate) frame: &'a Frame<'a>,
}

impl<'a> Loop<'a> {
    pub(crate) fn new(
        iter: Iter<'a>,
        length: Option<usize>,
        depth0: usize,
        recurse: Option<Recurse<'a>>,
    ) -> Self {
        Self {
            indexed: matches!(iter, Iter::Seq(..)),
            iter: RefCell::new(iter),
            length: Cell::new(length),
            count: Cell::new(0),
            after: Cell::new(None),
            before: Cell::new(Value::Missing),
            current: Cell::new(Value::Missing),
            changed: Cell::new(None),
            depth0,
            recurse,
        }
    }

    fn pull(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        match self.iter.try_borrow_mut() {
            Ok(mut iter) => iter.next(rt),
            Err(_) => Err(Raised::value_error("generator already executing")),
        }
    }

    /// The item of the next turn.
    #[inline]
    pub(crate) fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        // What can be looked at by its index needs no memory of items.
        if self.indexed
            && let Ok(mut iter) = self.iter.try_borrow_mut()
            && let Iter::Seq(seq, at) = &mut *iter
        {
            let item = super::iter::item(rt, *seq, *at)?;
            if item.is_some() {
                *at += 1;
                self.count.set(self.count.get() + 1);
            }
            return Ok(item);
        }
        let item = match self.after.take() {
            Some(Value::Missing) => None,
            Some(item) => Some(item),
            None => self.pull(rt)?,
        };
        if let Some(item) = item {
            self.count.set(self.count.get() + 1);
            self.before.set(self.current.get());
            self.current.set(item);
        }
        Ok(item)
    }

    /// What is gone through and the place of the next item, where items have places.
    fn indexed(&self) -> Option<(Seq<'a>, usize)> {
        match self.iter.try_borrow().as_deref() {
            Ok(Iter::Seq(seq, at)) if self.indexed => Some((*seq, *at)),
            _ => None,
        }
    }

    /// `loop.index`; 0 before the first turn.
    pub(crate) fn index(&self) -> usize {
        self.count.get()
    }

    pub(crate) fn is_first(&self) -> bool {
        self.count.get() == 1
    }

    fn peek(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        if let Some((seq, next)) = self.indexed() {
            return super::iter::item(rt, seq, next);
        }
        let after = match self.after.get() {
            Some(Value::Missing) | None => {
                let after = self.pull(rt)?.unwrap_or(Value::Missing);
                self.after.set(Some(after));
                after
            }
            Some(after) => after,
        };
        Ok((!after.is_missing()).then_some(after))
    }

    /// Whether this is the last turn, where that needs no looking ahead.
    #[inline]
    pub(crate) fn indexed_last(&self) -> Option<bool> {
        match self.iter.try_borrow().as_deref() {
            Ok(Iter::Seq(seq, at)) if self.indexed => Some(*at >= seq.len()),
            _ => None,
        }
    }

    /// Goes on by one turn where items are those of the caller's JSON: gives the list and the place in it.
    #[inline]
    pub(crate) fn step_json(&self) -> Option<(Origin, &'a Vec<Json>, usize)> {
        let mut iter = self.iter.try_borrow_mut().ok()?;
        let Iter::Seq(Seq::Json(origin, items), at) = &mut *iter else { return None };
        if !self.indexed {
            return None;
        }
        let this = *at;
        if this < items.len() {
            *at += 1;
            self.count.set(self.count.get() + 1);
        }
        Some((*origin, *items, this))
    }

    pub(crate) fn is_last(&self, rt: &Runtime<'a>) -> Result<bool> {
        if let Some(last) = self.indexed_last() {
            return Ok(last);
        }
        Ok(self.peek(rt)?.is_none())
    }

    pub(crate) fn length(&self, rt: &Runtime<'a>) -> Result<usize> {
        if let Some(length) = self.length.get() {
            return Ok(length);
        }
        // A loop has the length of what it goes through, wherever it is.
        let outer = match self.iter.try_borrow().as_deref() {
            Ok(Iter::Loop(Object::Loop(outer))) => Some(outer),
            _ => None,
        };
        if let Some(outer) = outer {
            let length = outer.length(rt)?;
            self.length.set(Some(length));
            return Ok(length);
        }
        let rest = match self.iter.try_borrow_mut() {
            Ok(mut iter) => super::iter::drain(rt, &mut iter)?,
            Err(_) => return Err(Raised::value_error("generator already executing")),
        };
        if let Ok(mut iter) = self.iter.try_borrow_mut() {
            *iter = Iter::Seq(super::Seq::Values(crate::trace::Origin::TEMPLATE, rest), 0);
        }
        let looked_at = usize::from(matches!(self.after.get(), Some(after) if !after.is_missing()));
        let length = rest.len() + self.index() + looked_at;
        self.length.set(Some(length));
        Ok(length)
    }

    /// `loop.previtem`.
    pub(crate) fn before(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        if self.is_first() {
            return Ok(None);
        }
        if let Some((seq, next)) = self.indexed() {
            return next.checked_sub(2).map_or(Ok(None), |before| super::iter::item(rt, seq, before));
        }
        Ok(Some(self.before.get()).filter(|value| !value.is_missing()))
    }

    /// `loop.nextitem`.
    pub(crate) fn after(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        self.peek(rt)
    }

    /// `loop.changed(…)`.
    pub(crate) fn changed(&self, rt: &Runtime<'a>, values: &[Value<'a>]) -> Result<bool> {
        if let Some(last) = self.changed.get()
            && compare::equal_items(rt, last, values)?
        {
            return Ok(false);
        }
        self.changed.set(Some(rt.alloc_slice(values)?));
        Ok(true)
    }
}

/// `cycler(…)`.
pub(crate) struct Cycler<'a> {
    pub(crate) items: &'a [Value<'a>],
    pub(crate) position: Cell<usize>,
}

impl<'a> Cycler<'a> {
    pub(crate) fn current(&self) -> Value<'a> {
        self.items.get(self.position.get()).copied().unwrap_or(Value::NONE)
    }

    pub(crate) fn next(&self) -> Value<'a> {
        let current = self.current();
        self.position.set((self.position.get() + 1) % self.items.len().max(1));
        current
    }
}

/// `joiner(…)`.
pub(crate) struct Joiner<'a> {
    pub(crate) separator: Value<'a>,
    pub(crate) used: Cell<bool>,
}
