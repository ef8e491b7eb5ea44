//! Filters, tests, functions and methods.

pub(crate) mod args;
pub(crate) mod filters;
pub(crate) mod format;
pub(crate) mod globals;
pub(crate) mod methods;
pub(crate) mod native;
pub(crate) mod percent;
pub(crate) mod sort;
pub(crate) mod tests;

use std::fmt;

pub(crate) use args::{Args, Bound, Signature};

use crate::raised::Result;
use crate::runtime::Runtime;
use crate::value::{Object, Value, unknown};

/// A filter.
pub(crate) type Filter = &'static FilterDef;

/// A test.
pub(crate) type Test = &'static TestDef;

/// What a filter does. Its parameters are filled; the first one is the filtered value.
pub(crate) type FilterFunction = for<'r, 'a> fn(&'r Runtime<'a>, &Bound<'a>) -> Result<Value<'a>>;

/// A filter that takes any arguments, such as `map`.
pub(crate) type OpenFilter =
    for<'r, 's, 'a> fn(&'r Runtime<'a>, Value<'a>, &Args<'s, 'a>) -> Result<Value<'a>>;

pub(crate) struct FilterDef {
    pub(crate) name: &'static str,
    pub(crate) does: FilterKind,
    /// Whether Jinja2 leaves it alone when it computes constants beforehand.
    pub(crate) needs_context: bool,
    /// The same for a string of which it keeps a part.
    pub(crate) cut: Option<fn(&str) -> &str>,
    /// The same for a filter that counts.
    pub(crate) count: Option<for<'r, 'v, 'a> fn(&'r Runtime<'a>, &'v Value<'a>) -> Result<usize>>,
    /// The same for nothing but a value: no parameters have to be filled.
    pub(crate) quick: Option<for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>) -> Result<Value<'a>>>,
}

pub(crate) enum FilterKind {
    Plain(Signature, FilterFunction),
    Open(OpenFilter),
}

impl fmt::Debug for FilterDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FilterDef {
    pub(crate) fn apply<'a>(
        &self,
        rt: &Runtime<'a>,
        value: Value<'a>,
        args: &Args<'_, 'a>,
    ) -> Result<Value<'a>> {
        // `default` hands on what it is given; whether a value is defined is known of every value.
        if let Err(error) = unknown::check(value).and_then(|()| args.check_known())
            && self.name != "default"
        {
            return Err(error);
        }
        match &self.does {
            FilterKind::Plain(signature, function) => function(rt, &signature.bind(&[value], args)?),
            FilterKind::Open(function) => function(rt, value, args),
        }
    }
}

/// What a test does. Its parameters are filled; the first one is the tested value.
pub(crate) type TestFunction = for<'r, 'a> fn(&'r Runtime<'a>, &Bound<'a>) -> Result<bool>;

/// A test that looks at its arguments itself.
pub(crate) type OpenTest = for<'r, 's, 'a> fn(&'r Runtime<'a>, Value<'a>, &Args<'s, 'a>) -> Result<bool>;

pub(crate) struct TestDef {
    pub(crate) name: &'static str,
    pub(crate) does: TestKind,
    /// The same without arguments, where that is all it takes: no parameters have to be filled.
    pub(crate) plain: Option<for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>) -> Result<bool>>,
}

pub(crate) enum TestKind {
    Plain(Signature, TestFunction),
    Open(OpenTest),
}

impl fmt::Debug for TestDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl TestDef {
    pub(crate) fn apply<'a>(&self, rt: &Runtime<'a>, value: Value<'a>, args: &Args<'_, 'a>) -> Result<bool> {
        args.check_known()?;
        if let Value::Object(Object::Unknown(unknown)) = value {
            return unknown.test(rt, |value| self.apply(rt, value, args));
        }
        match &self.does {
            TestKind::Plain(signature, function) => function(rt, &signature.bind(&[value], args)?),
            TestKind::Open(function) => function(rt, value, args),
        }
    }
}
