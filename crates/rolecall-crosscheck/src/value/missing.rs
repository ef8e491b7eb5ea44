//! Undefined values that know why they are.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::error::raise;

/// An undefined value: false, empty, printed as nothing, and an error wherever a real value is needed.
#[derive(Debug, Clone)]
pub(crate) struct Missing(Reason);

/// What an undefined value is the lack of.
#[derive(Debug, Clone)]
pub(crate) enum Reason {
    /// A variable.
    Name(Arc<str>),
    /// An attribute or key; of what, and which, as Jinja2 words it.
    Attribute { of: String, name: String },
    /// An element that is no text; the same.
    Element { of: String, key: String },
    /// An attribute that the sandbox hides.
    Unsafe { name: String, of: &'static str },
    /// Anything else, in the reference's words.
    Other(&'static str),
    /// A conditional expression without `else`, on this line.
    NoElse(usize),
    /// A parameter of a macro.
    Parameter(String),
}

impl Missing {
    pub(crate) fn value(reason: Reason) -> Value {
        Value::from_object(Self(reason))
    }

    /// The one of minijinja, which knows nothing.
    pub(super) fn anonymous() -> &'static Self {
        static ANONYMOUS: Missing = Missing(Reason::Other("an undefined value was used"));
        &ANONYMOUS
    }

    /// The error of using it.
    pub(crate) fn error(&self) -> Error {
        let message = match &self.0 {
            Reason::Name(name) => format!("'{name}' is undefined"),
            Reason::Attribute { of, name } => format!("'{of}' has no attribute {name}"),
            Reason::Element { of, key } => format!("{of} has no element {key}"),
            Reason::Unsafe { name, of } => {
                let message = format!("access to attribute '{name}' of '{of}' object is unsafe.");
                return raise(ErrorKind::Security, message);
            }
            Reason::Other(message) => (*message).to_owned(),
            Reason::NoElse(line) => format!(
                "the inline if-expression on line {line} evaluated to false and no else section was defined."
            ),
            Reason::Parameter(name) => format!("parameter '{name}' was not provided"),
        };
        raise(ErrorKind::Undefined, message)
    }
}

impl Object for Missing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Err(self.error())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, _: &str, _: &[Value]) -> Result<Value, Error> {
        Err(self.error())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|_| Ordering::Equal)
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
