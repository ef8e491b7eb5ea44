//! Filters that give generators by a filter, a test or an attribute: `map`, `select` and their like.

use std::cell::{Cell, RefCell};

use super::open;
use super::path::Path;
use crate::ErrorKind;
use crate::builtins::args::unexpected;
use crate::builtins::{Args, Filter, FilterDef, Test, tests};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::repr;
use crate::value::generator::{Generator, Lazy};
use crate::value::iter::Iter;
use crate::value::{Value, dict, operators};

pub(super) static MAP: FilterDef = open("map", true, map);
pub(super) static SELECT: FilterDef = open("select", true, |rt, value, args| {
    select(rt, value, args, Choice { keeps: true, by_attribute: false })
});
pub(super) static REJECT: FilterDef = open("reject", true, |rt, value, args| {
    select(rt, value, args, Choice { keeps: false, by_attribute: false })
});
pub(super) static SELECTATTR: FilterDef = open("selectattr", true, |rt, value, args| {
    select(rt, value, args, Choice { keeps: true, by_attribute: true })
});
pub(super) static REJECTATTR: FilterDef = open("rejectattr", true, |rt, value, args| {
    select(rt, value, args, Choice { keeps: false, by_attribute: true })
});

/// What is done with every item. A generator reads its arguments only when its first item is asked for.
struct Source<'a, F> {
    value: Value<'a>,
    positional: &'a [Value<'a>],
    named: &'a [(&'a str, Value<'a>)],
    running: RefCell<Option<(Iter<'a>, F)>>,
}

impl<'a, F> Source<'a, F> {
    fn new(rt: &Runtime<'a>, function: &str, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Self> {
        const FILLED: [&str; 2] = ["context", "value"];
        if let Some((name, _)) = args.named.iter().find(|(name, _)| FILLED.contains(name)) {
            return Err(unexpected(function, &FILLED, name));
        }
        rt.reserve(size_of_val(args.named))?;
        Ok(Self {
            value,
            positional: rt.alloc_slice(args.positional)?,
            named: rt.bump.alloc_slice_copy(args.named),
            running: RefCell::new(None),
        })
    }

    /// Runs a step with the items and what is done with them, which is made first if need be. There are no items
    /// in anything false, whatever it is.
    fn with<T>(
        &self,
        rt: &Runtime<'a>,
        prepare: impl FnOnce() -> Result<F>,
        step: impl FnOnce(&mut Iter<'a>, &F) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let Ok(mut running) = self.running.try_borrow_mut() else {
            return Err(Raised::value_error("generator already executing"));
        };
        if running.is_none() {
            if !operators::truth(rt, self.value)? {
                return Ok(None);
            }
            let function = prepare()?;
            *running = Some((Iter::new(rt, self.value)?, function));
        }
        match running.as_mut() {
            Some((items, function)) => step(items, function),
            None => Ok(None),
        }
    }
}

/// What `map` does with an item.
#[derive(Clone, Copy)]
enum Mapping<'a> {
    Attribute(Path<'a>, Option<Value<'a>>),
    Filter(Value<'a>),
}

struct Map<'a> {
    source: Source<'a, Mapping<'a>>,
    filter: Cell<Option<Filter>>,
}

fn map<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    Generator::value(
        rt,
        Map { source: Source::new(rt, "sync_do_map", value, args)?, filter: Cell::new(None) },
    )
}

impl<'a> Map<'a> {
    fn prepare(&self, rt: &Runtime<'a>) -> Result<Mapping<'a>> {
        let args = Args { positional: self.source.positional, named: self.source.named };
        let argument_error = |message: String| Raised::new(ErrorKind::FilterArgument, message);
        if let Some(name) = args.positional.first() {
            return Ok(Mapping::Filter(*name));
        }
        let Some(attribute) = args.named("attribute") else {
            return Err(argument_error("map requires a filter argument".to_owned()));
        };
        if let Some((name, _)) = args.named.iter().find(|(name, _)| !matches!(*name, "attribute" | "default"))
        {
            return Err(argument_error(format!("Unexpected keyword argument {}", repr(name))));
        }
        let default = args.named("default").filter(|default| !default.is_none());
        Ok(Mapping::Attribute(Path::new(rt, attribute)?, default))
    }

    fn apply(&self, rt: &Runtime<'a>, mapping: Mapping<'a>, item: Value<'a>) -> Result<Value<'a>> {
        match mapping {
            Mapping::Attribute(path, default) => path.get_or(rt, item, default),
            Mapping::Filter(name) => {
                let filter = match self.filter.get() {
                    Some(filter) => filter,
                    None => by_name(rt, name, "filter", super::find)?,
                };
                self.filter.set(Some(filter));
                let positional = self.source.positional.get(1..).unwrap_or_default();
                filter.apply(rt, item, &Args { positional, named: self.source.named })
            }
        }
    }
}

impl<'a> Lazy<'a> for Map<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let prepare = || self.prepare(rt);
        self.source.with(rt, prepare, |items, mapping| match items.next(rt)? {
            Some(item) => self.apply(rt, *mapping, item).map(Some),
            None => Ok(None),
        })
    }
}

/// The filter or test that a value names.
fn by_name<'a, T>(
    rt: &Runtime<'a>,
    name: Value<'a>,
    kind: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    if let Some((_, text)) = rt.flat(name)? {
        if let Some(found) = find(text) {
            return Ok(found);
        }
        let name = crate::value::repr::short(rt, name);
        return Err(Raised::new(ErrorKind::Runtime, format!("No {kind} named {name}.")));
    }
    dict::check_hashable(rt, name)?;
    let mut message = format!("No {kind} named {}.", crate::value::repr::short(rt, name));
    if let Value::Undefined(undefined) = name {
        let why = undefined.error(rt);
        message.extend([" (", why.message(), "; did you forget to quote the callable name?)"]);
    }
    Err(Raised::new(ErrorKind::Runtime, message))
}

/// Which items are given.
#[derive(Clone, Copy)]
struct Choice {
    /// Those that pass, or those that don't.
    keeps: bool,
    /// Whether an attribute is tested, which the first argument names.
    by_attribute: bool,
}

struct Select<'a> {
    source: Source<'a, Path<'a>>,
    choice: Choice,
    test: Cell<Option<Test>>,
}

fn select<'a>(rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>, choice: Choice) -> Result<Value<'a>> {
    let function = match (choice.by_attribute, choice.keeps) {
        (false, true) => "sync_do_select",
        (false, false) => "sync_do_reject",
        (true, true) => "sync_do_selectattr",
        (true, false) => "sync_do_rejectattr",
    };
    Generator::value(
        rt,
        Select { source: Source::new(rt, function, value, args)?, choice, test: Cell::new(None) },
    )
}

impl<'a> Select<'a> {
    fn prepare(&self, rt: &Runtime<'a>) -> Result<Path<'a>> {
        if !self.choice.by_attribute {
            return Path::new(rt, Value::NONE);
        }
        let Some(attribute) = self.source.positional.first() else {
            return Err(Raised::new(ErrorKind::FilterArgument, "Missing parameter for attribute name"));
        };
        Path::new(rt, *attribute)
    }

    fn passes(&self, rt: &Runtime<'a>, value: Value<'a>) -> Result<bool> {
        let rest = self.source.positional.get(usize::from(self.choice.by_attribute)..).unwrap_or_default();
        let Some((name, positional)) = rest.split_first() else { return operators::truth(rt, value) };
        let test = match self.test.get() {
            Some(test) => test,
            None => by_name(rt, *name, "test", tests::find)?,
        };
        self.test.set(Some(test));
        match test.plain {
            Some(plain) if positional.is_empty() && self.source.named.is_empty() => plain(rt, value),
            _ => test.apply(rt, value, &Args { positional, named: self.source.named }),
        }
    }
}

impl<'a> Lazy<'a> for Select<'a> {
    fn next(&self, rt: &Runtime<'a>) -> Result<Option<Value<'a>>> {
        let prepare = || self.prepare(rt);
        self.source.with(rt, prepare, |items, path| {
            while let Some(item) = items.next(rt)? {
                rt.step(1)?;
                if self.passes(rt, path.get(rt, item)?)? == self.choice.keeps {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        })
    }
}
