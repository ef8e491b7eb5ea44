//! Arguments of filters, tests, functions and methods, and the parameters that they fill.

use std::collections::HashMap;

use crate::raised::{Raised, Result};
use crate::text::repr;
use crate::value::{Value, unknown};

/// What a call is given.
#[derive(Clone, Copy)]
pub(crate) struct Args<'s, 'a> {
    pub(crate) positional: &'s [Value<'a>],
    pub(crate) named: &'s [(&'a str, Value<'a>)],
}

/// The most parameters of anything here.
pub(crate) const MAX_PARAMETERS: usize = 8;

/// The values of the parameters, in order; [`Value::Missing`] where the default counts.
pub(crate) type Bound<'a> = [Value<'a>; MAX_PARAMETERS];

/// The parameters of a function that is written in Python, for binding and for the messages of its errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature {
    /// The name of the function in Python.
    pub(crate) function: &'static str,
    /// A parameter that is filled behind the scenes and counts in messages, such as `self`; empty if there is none.
    pub(crate) hidden: &'static str,
    /// The names of all others; the first ones have to be given.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) required: usize,
}

/// The error for a name that no parameter has, or only one that is filled already.
#[cold]
pub(crate) fn unexpected(function: &str, filled: &[&str], name: &str) -> Raised {
    let what = if filled.contains(&name) { "multiple values for" } else { "an unexpected keyword" };
    Raised::type_error(format!("{function}() got {what} argument {}", repr(name)))
}

/// Named arguments as a dict of Python keeps them: each name once, at its first place, with its last value.
pub(crate) fn merged<'a>(named: Vec<(&'a str, Value<'a>)>) -> Vec<(&'a str, Value<'a>)> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(named.len());
    let mut merged: Vec<(&'a str, Value<'a>)> = Vec::with_capacity(named.len());
    for (name, value) in named {
        let place = *places.entry(name).or_insert(merged.len());
        match merged.get_mut(place) {
            Some((_, known)) => *known = value,
            None => merged.push((name, value)),
        }
    }
    merged
}

impl<'a> Args<'_, 'a> {
    /// No arguments.
    pub(crate) fn none() -> Self {
        Self { positional: &[], named: &[] }
    }

    /// Refuses values that are not known.
    pub(crate) fn check_known(&self) -> Result<()> {
        self.positional.iter().try_for_each(|value| unknown::check(*value))?;
        self.named.iter().try_for_each(|(_, value)| unknown::check(*value))
    }

    /// The argument of a name.
    pub(crate) fn named(&self, name: &str) -> Option<Value<'a>> {
        self.named.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

impl Signature {
    /// Fills the parameters as Python does. `first` are values before the arguments, such as the value of a filter.
    pub(crate) fn bind<'a>(&self, first: &[Value<'a>], args: &Args<'_, 'a>) -> Result<Bound<'a>> {
        let mut bound = [Value::Missing; MAX_PARAMETERS];
        let given = first.len() + args.positional.len();
        for (slot, value) in
            bound.iter_mut().take(self.parameters.len()).zip(first.iter().chain(args.positional))
        {
            *slot = *value;
        }
        for (name, value) in args.named {
            let Some(at) = self.parameters.iter().position(|parameter| parameter == name) else {
                return Err(unexpected(self.function, &[self.hidden], name));
            };
            match bound.get_mut(at) {
                Some(slot) if slot.is_missing() => *slot = *value,
                _ => return Err(unexpected(self.function, &[name], name)),
            }
        }
        if given > self.parameters.len() {
            return Err(self.too_many(given));
        }
        let missing: Vec<&str> = self
            .parameters
            .iter()
            .zip(&bound)
            .take(self.required)
            .filter(|(_, value)| value.is_missing())
            .map(|(name, _)| *name)
            .collect();
        if missing.is_empty() { Ok(bound) } else { Err(self.missing(&missing)) }
    }

    #[cold]
    fn too_many(&self, given: usize) -> Raised {
        let hidden = usize::from(!self.hidden.is_empty());
        let most = self.parameters.len() + hidden;
        let least = self.required + hidden;
        let takes = if least == most { most.to_string() } else { format!("from {least} to {most}") };
        let arguments = if most == 1 { "argument" } else { "arguments" };
        let given = given + hidden;
        let were = if given == 1 { "was" } else { "were" };
        Raised::type_error(format!(
            "{}() takes {takes} positional {arguments} but {given} {were} given",
            self.function
        ))
    }

    #[cold]
    fn missing(&self, names: &[&str]) -> Raised {
        let quoted: Vec<String> = names.iter().map(|name| repr(name)).collect();
        let list = match quoted.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
            [] => String::new(),
        };
        let arguments = if names.len() == 1 { "argument" } else { "arguments" };
        Raised::type_error(format!(
            "{}() missing {} required positional {arguments}: {list}",
            self.function,
            names.len()
        ))
    }
}
