//! Values that differ from run to run: known to be there and of a type, but not what they are.

use super::{Object, Value};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;

/// One of several values.
pub(crate) struct Unknown<'a> {
    /// Why this engine does not say which.
    why: &'static str,
    /// Those that it may be, or ones of which the same tests hold.
    candidates: &'a [Value<'a>],
}

impl<'a> Unknown<'a> {
    pub(crate) fn value(
        rt: &Runtime<'a>,
        why: &'static str,
        candidates: &'a [Value<'a>],
    ) -> Result<Value<'a>> {
        Ok(Value::Object(rt.alloc(Object::Unknown(Self { why, candidates }))?))
    }

    /// The error of asking for the value.
    #[cold]
    pub(crate) fn error(&self) -> Raised {
        Raised::unsupported(self.why)
    }

    /// The answer of a test, if it is the same whatever the value is.
    #[cold]
    pub(crate) fn test(&self, rt: &Runtime<'a>, test: impl Fn(Value<'a>) -> Result<bool>) -> Result<bool> {
        let mut answer = None;
        for candidate in self.candidates {
            rt.step(1)?;
            match test(*candidate) {
                Ok(holds) if answer.is_none_or(|before| before == holds) => answer = Some(holds),
                Err(error) if error.kind() == crate::ErrorKind::Limit => return Err(error),
                _ => return Err(self.error()),
            }
        }
        answer.ok_or_else(|| self.error())
    }
}

/// Refuses a value that is not known.
#[inline]
pub(crate) fn check(value: Value<'_>) -> Result<()> {
    match value {
        Value::Object(Object::Unknown(unknown)) => Err(unknown.error()),
        _ => Ok(()),
    }
}
