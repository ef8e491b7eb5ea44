//! The arguments of calls, told apart as Python tells them.

use minijinja::value::Kwargs;
use minijinja::{Error, Value};
use rolecall_jinja::ErrorKind;

use crate::error::raise;
use crate::value::{Kind, kind, type_name};

/// Positional and keyword arguments of one call.
pub(crate) struct Args<'v> {
    positional: &'v [Value],
    named: Vec<(String, Value)>,
}

impl<'v> Args<'v> {
    pub(crate) fn new(args: &'v [Value]) -> Self {
        let Some((last, before)) = args.split_last() else {
            return Self { positional: args, named: Vec::new() };
        };
        if !last.is_kwargs() {
            return Self { positional: args, named: Vec::new() };
        }
        let named = Kwargs::try_from(last.clone()).map_or_else(
            |_| Vec::new(),
            |kwargs| {
                let value = |name: &str| last.get_attr(name).unwrap_or_default();
                kwargs.args().map(|name| (name.to_owned(), value(name))).collect()
            },
        );
        Self { positional: before, named }
    }

    pub(crate) fn positional(&self) -> &'v [Value] {
        self.positional
    }

    pub(crate) fn named(&self) -> &[(String, Value)] {
        &self.named
    }

    /// The arguments for the parameters `names` of a function, by place or by name; `required` of them must
    /// be there.
    pub(crate) fn bind<const N: usize>(
        &self,
        function: &str,
        names: [&str; N],
        required: usize,
    ) -> Result<[Option<Value>; N], Error> {
        let mut bound: [Option<Value>; N] = std::array::from_fn(|n| self.positional.get(n).cloned());
        let count = self.positional.len();
        if count > N {
            return Err(too_many(function, N, count));
        }
        for (name, value) in &self.named {
            let Some(place) = names.iter().position(|other| other == name) else {
                let message = format!("{function}() got an unexpected keyword argument '{name}'");
                return Err(raise(ErrorKind::Type, message));
            };
            let Some(bound @ None) = bound.get_mut(place) else {
                let message = format!("{function}() got multiple values for argument '{name}'");
                return Err(raise(ErrorKind::Type, message));
            };
            *bound = Some(value.clone());
        }
        let missing: Vec<&str> = names
            .iter()
            .zip(&bound)
            .take(required)
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| *name)
            .collect();
        if missing.is_empty() { Ok(bound) } else { Err(too_few(function, &missing)) }
    }

    /// The arguments of a method of `str`, `list` or `dict` that takes them by place alone.
    pub(crate) fn by_place<const N: usize>(
        &self,
        class: &str,
        method: &str,
        required: usize,
    ) -> Result<[Option<Value>; N], Error> {
        let count = self.positional.len();
        if !self.named.is_empty() {
            return Err(raise(ErrorKind::Type, format!("{class}.{method}() takes no keyword arguments")));
        }
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let message = if N == 0 && count > 0 {
            format!("{class}.{method}() takes no arguments ({count} given)")
        } else if N == 1 && required == 1 && count != 1 {
            format!("{class}.{method}() takes exactly one argument ({count} given)")
        } else if count < required {
            let least = if N == required { "" } else { "at least " };
            format!("{method} expected {least}{required} argument{}, got {count}", plural(required))
        } else if count > N {
            let most = if N == required { "" } else { "at most " };
            format!("{method} expected {most}{N} argument{}, got {count}", plural(N))
        } else {
            return Ok(std::array::from_fn(|n| self.positional.get(n).cloned()));
        };
        Err(raise(ErrorKind::Type, message))
    }
}

fn too_many(function: &str, most: usize, count: usize) -> Error {
    let message = format!("{function}() takes {most} positional arguments but {count} were given");
    raise(ErrorKind::Type, message)
}

fn too_few(function: &str, missing: &[&str]) -> Error {
    let plural = if missing.len() == 1 { "" } else { "s" };
    let names: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let names = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [first])) => format!("{first} and {last}"),
        Some((last, before)) => format!("{}, and {last}", before.join(", ")),
        None => String::new(),
    };
    let count = missing.len();
    raise(
        ErrorKind::Type,
        format!("{function}() missing {count} required positional argument{plural}: {names}"),
    )
}

/// Whether an argument is there and not `None`.
pub(crate) fn given(arg: Option<&Value>) -> Option<&Value> {
    arg.filter(|value| !value.is_none())
}

/// Whether an argument is true; `default` if it is not there.
pub(crate) fn truth(arg: Option<&Value>, default: bool) -> bool {
    arg.map_or(default, Value::is_true)
}

/// An integer, where Python takes anything that can stand for one.
pub(crate) fn integer(value: &Value) -> Result<i128, Error> {
    match kind(value) {
        Kind::Int(n) => Ok(n),
        Kind::Bool(b) => Ok(b.into()),
        _ => {
            let message = format!("'{}' object cannot be interpreted as an integer", type_name(value));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

/// A count of characters or items: an integer that is not negative, and not larger than could ever be.
pub(crate) fn count(value: &Value) -> Result<usize, Error> {
    Ok(usize::try_from(integer(value)?.max(0)).unwrap_or(usize::MAX))
}
