//! What is not there, and why.

use super::Value;
use crate::runtime::Runtime;
use crate::text::repr;
use crate::{ErrorKind, raised::Raised};

/// Why a value is undefined: what its message says when something is done with it.
pub(crate) enum Undefined<'a> {
    /// A variable that is not set.
    Name(&'a str),
    /// An attribute or key of an object of a certain type.
    Attribute { owner: &'static str, name: &'a str },
    /// An element of an object, by something else than a name.
    Element { owner: &'static str, key: Value<'a> },
    /// Something else, in its own words.
    Hint(&'a str),
    /// An attribute that the sandbox keeps back.
    Unsafe { owner: &'static str, name: &'a str },
    /// The same under a key that is no plain string, as its `repr`.
    UnsafeKey { owner: &'static str, key: &'a str },
}

impl<'a> Undefined<'a> {
    /// The error of using it.
    #[cold]
    pub(crate) fn error(&self, rt: &Runtime<'a>) -> Raised {
        let message = match self {
            Self::Name(name) => format!("{} is undefined", repr(name)),
            Self::Attribute { owner, name } => format!("{} has no attribute {}", repr(owner), repr(name)),
            Self::Element { owner, key } => {
                format!("{owner} has no element {}", super::repr::short(rt, *key))
            }
            Self::Hint(hint) => (*hint).to_owned(),
            Self::Unsafe { owner, name } => return unsafe_access(owner, &repr(name)),
            Self::UnsafeKey { owner, key } => return unsafe_access(owner, key),
        };
        Raised::new(ErrorKind::Undefined, message)
    }
}

fn unsafe_access(owner: &str, attribute: &str) -> Raised {
    let message = format!("access to attribute {attribute} of {} object is unsafe.", repr(owner));
    Raised::new(ErrorKind::Security, message)
}
