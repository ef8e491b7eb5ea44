//! A method that was looked up but not called.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::type_name;
use crate::methods;

/// `"a".upper`, `d.items`: a method bound to a text, list, tuple or dict.
#[derive(Debug)]
pub(crate) struct Method {
    of: Value,
    name: String,
}

impl Method {
    pub(crate) fn make(of: Value, name: &str) -> Value {
        Value::from_object(Self { of, name: name.to_owned() })
    }
}

impl Object for Method {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        methods::call(state, &self.of, &self.name, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<built-in method {} of {} object>", self.name, type_name(&self.of))
    }
}
