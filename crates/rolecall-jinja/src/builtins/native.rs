//! Arguments of the functions that Python has in C. They are taken in one of a few ways, each with messages of its
//! own, and never by the rules of [`Signature`](super::Signature).

use super::Args;
use crate::ErrorKind;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::{Value, names};

/// The values of the parameters, of which no function here has more; [`Value::Missing`] where the default counts.
pub(crate) type Given<'a> = [Value<'a>; 3];

/// How a function takes its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// None at all: `str.upper()`.
    Nothing,
    /// Exactly one: `str.join(iterable)`.
    One,
    /// At least and at most so many: `str.replace(old, new[, count])`.
    Between(usize, usize),
    /// The same with the messages of older functions: `str.find(sub[, start[, end]])`.
    Parsed(usize, usize),
    /// Any, also by name: `str.split(sep, maxsplit)`.
    Named(&'static [&'static str]),
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "argument" } else { "arguments" }
}

impl Style {
    /// Fills the parameters of a method of a type.
    #[inline]
    pub(crate) fn bind<'a>(self, owner: &str, name: &str, args: &Args<'_, 'a>) -> Result<Given<'a>> {
        let given = args.positional.len();
        let fits = match self {
            Self::Nothing => given == 0,
            Self::One => given == 1,
            Self::Between(least, most) | Self::Parsed(least, most) => (least..=most).contains(&given),
            Self::Named(parameters) => given + args.named.len() <= parameters.len(),
        };
        let mut bound = [Value::Missing; 3];
        for (slot, value) in bound.iter_mut().zip(args.positional) {
            *slot = *value;
        }
        if args.named.is_empty() && fits {
            return Ok(bound);
        }
        let Self::Named(parameters) = self else { return Err(self.mismatch(owner, name, args)) };
        if !fits {
            let by_name = if given == 0 { "keyword " } else { "" };
            return Err(Raised::type_error(format!(
                "{name}() takes at most {} {by_name}{} ({} given)",
                parameters.len(),
                plural(parameters.len()),
                given + args.named.len()
            )));
        }
        for (key, value) in args.named {
            let Some(at) = parameters.iter().position(|parameter| parameter == key) else {
                let message = format!("'{key}' is an invalid keyword argument for {name}()");
                return Err(Raised::type_error(message));
            };
            match bound.get_mut(at) {
                Some(slot) if slot.is_missing() => *slot = *value,
                _ => {
                    let message =
                        format!("argument for {name}() given by name ('{key}') and position ({})", at + 1);
                    return Err(Raised::type_error(message));
                }
            }
        }
        Ok(bound)
    }

    #[cold]
    fn mismatch(self, owner: &str, name: &str, args: &Args<'_, '_>) -> Raised {
        let given = args.positional.len();
        let by_name = !args.named.is_empty();
        Raised::type_error(match self {
            Self::Parsed(..) if by_name => format!("{name}() takes no keyword arguments"),
            _ if by_name => format!("{owner}.{name}() takes no keyword arguments"),
            Self::Nothing | Self::Named(_) => format!("{owner}.{name}() takes no arguments ({given} given)"),
            Self::One => format!("{owner}.{name}() takes exactly one argument ({given} given)"),
            Self::Between(least, most) => {
                let (bound, limit) = if given < least { ("least", least) } else { ("most", most) };
                let bound = if least == most { String::new() } else { format!("at {bound} ") };
                format!("{name} expected {bound}{limit} {}, got {given}", plural(limit))
            }
            Self::Parsed(least, most) => {
                let (bound, limit) = if given < least { ("least", least) } else { ("most", most) };
                format!("{name}() takes at {bound} {limit} {} ({given} given)", plural(limit))
            }
        })
    }
}

/// An integer where Python has a size; none where the argument was not given.
pub(crate) fn size(value: Value<'_>) -> Result<Option<i64>> {
    integer(value, "ssize_t")
}

/// An integer where Python has an `int` of C.
pub(crate) fn int(value: Value<'_>) -> Result<Option<i32>> {
    match integer(value, "int")? {
        None => Ok(None),
        Some(value) => i32::try_from(value).map(Some).map_err(|_| too_large("int")),
    }
}

fn integer(value: Value<'_>, c_type: &str) -> Result<Option<i64>> {
    match value {
        Value::Missing => Ok(None),
        Value::Int(_, value) => Ok(Some(value)),
        Value::Bool(_, value) => Ok(Some(i64::from(value))),
        Value::Big(..) => Err(too_large(c_type)),
        _ => {
            let name = names::type_name(value);
            Err(Raised::type_error(format!("'{name}' object cannot be interpreted as an integer")))
        }
    }
}

#[cold]
fn too_large(c_type: &str) -> Raised {
    Raised::new(ErrorKind::Overflow, format!("Python int too large to convert to C {c_type}"))
}

/// A string; `what` names the argument in the message about others.
pub(crate) fn string<'a>(rt: &Runtime<'a>, what: &str, value: Value<'a>) -> Result<&'a str> {
    if let Some((_, text)) = rt.flat(value)? {
        return Ok(text);
    }
    // `None` is itself in these messages.
    let found = if value.is_none() { "None" } else { names::type_name(value) };
    Err(Raised::type_error(format!("{what} must be str, not {found}")))
}
