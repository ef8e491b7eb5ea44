//! Jinja2's tests.

use minijinja::{Error, State, Value};

use crate::args::Args;
use crate::budget;
use crate::filters;
use crate::ops::arithmetic::{Operator, binary};
use crate::ops::compare::{Order, compare};
use crate::ops::contains::contains;
use crate::ops::equal::equal;
use crate::text::{case, repr};
use crate::value::{Kind, is_loop, is_macro, is_undefined, kind};

/// A test: what is tested, and its other arguments.
pub(crate) type Test = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Result<bool, Error>;

/// The test of a name.
pub(crate) fn find(name: &str) -> Option<Test> {
    TESTS.iter().find(|(other, _)| *other == name).map(|(_, test)| *test)
}

/// All tests of Jinja2.
pub(crate) const TESTS: [(&str, Test); 39] = [
    ("!=", |state, a, args| Ok(!equal(a, &compared(state, a, args)?))),
    ("<", |state, a, args| compare(Order::Less, a, &compared(state, a, args)?)),
    ("<=", |state, a, args| compare(Order::LessOrEqual, a, &compared(state, a, args)?)),
    ("==", |state, a, args| Ok(equal(a, &compared(state, a, args)?))),
    (">", |state, a, args| compare(Order::Greater, a, &compared(state, a, args)?)),
    (">=", |state, a, args| compare(Order::GreaterOrEqual, a, &compared(state, a, args)?)),
    ("boolean", |_, value, args| alone(args, matches!(kind(value), Kind::Bool(_)))),
    ("callable", |_, value, args| alone(args, is_callable(value))),
    ("defined", |_, value, args| alone(args, !is_undefined(value))),
    ("divisibleby", |state, value, args| {
        let rest = binary(state, Operator::Rem, value, &other(args)?)?;
        Ok(equal(&rest, &Value::from(0)))
    }),
    ("eq", |state, a, args| Ok(equal(a, &compared(state, a, args)?))),
    ("equalto", |state, a, args| Ok(equal(a, &compared(state, a, args)?))),
    ("escaped", |_, value, args| alone(args, value.is_safe())),
    ("even", |state, value, args| parity(state, value, args, 0)),
    ("false", |_, value, args| alone(args, matches!(kind(value), Kind::Bool(false)))),
    ("filter", |_, value, args| {
        alone(args, value.as_str().is_some_and(|name| filters::find(name).is_some()))
    }),
    ("float", |_, value, args| alone(args, matches!(kind(value), Kind::Float(_)))),
    ("ge", |state, a, args| compare(Order::GreaterOrEqual, a, &compared(state, a, args)?)),
    ("greaterthan", |state, a, args| compare(Order::Greater, a, &compared(state, a, args)?)),
    ("gt", |state, a, args| compare(Order::Greater, a, &compared(state, a, args)?)),
    ("in", |state, a, args| {
        let container = other(args)?;
        budget::visit(state, &container)?;
        contains(&container, a)
    }),
    ("integer", |_, value, args| alone(args, matches!(kind(value), Kind::Int(_) | Kind::HugeInt))),
    ("iterable", |_, value, args| alone(args, is_iterable(value))),
    ("le", |state, a, args| compare(Order::LessOrEqual, a, &compared(state, a, args)?)),
    ("lessthan", |state, a, args| compare(Order::Less, a, &compared(state, a, args)?)),
    ("lower", |state, value, args| letters(state, value, args, case::is_lower)),
    ("lt", |state, a, args| compare(Order::Less, a, &compared(state, a, args)?)),
    ("mapping", |_, value, args| alone(args, matches!(kind(value), Kind::Dict(_)))),
    ("ne", |state, a, args| Ok(!equal(a, &compared(state, a, args)?))),
    ("none", |_, value, args| alone(args, value.is_none())),
    ("number", |_, value, args| {
        alone(args, matches!(kind(value), Kind::Bool(_) | Kind::Int(_) | Kind::HugeInt | Kind::Float(_)))
    }),
    ("odd", |state, value, args| parity(state, value, args, 1)),
    ("sameas", |_, value, args| Ok(same(value, &other(args)?))),
    ("sequence", |_, value, args| alone(args, is_sequence(value))),
    ("string", |_, value, args| alone(args, matches!(kind(value), Kind::Text(_)))),
    ("test", |_, value, args| alone(args, value.as_str().is_some_and(|name| find(name).is_some()))),
    ("true", |_, value, args| alone(args, matches!(kind(value), Kind::Bool(true)))),
    ("undefined", |_, value, args| alone(args, is_undefined(value))),
    ("upper", |state, value, args| letters(state, value, args, case::is_upper)),
];

/// The result of a test that takes no argument.
fn alone(args: &Args<'_>, result: bool) -> Result<bool, Error> {
    args.bind::<0>("test", [], 0).map(|[]| result)
}

/// The one argument of a test.
fn other(args: &Args<'_>) -> Result<Value, Error> {
    let [other] = args.bind("test", ["other"], 1)?;
    Ok(other.unwrap_or_default())
}

/// The one argument of a test, which `value` is compared with.
fn compared(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    let other = other(args)?;
    budget::compare(state, value, &other)?;
    Ok(other)
}

fn parity(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>, rest: i64) -> Result<bool, Error> {
    let remainder = binary(state, Operator::Rem, value, &Value::from(2))?;
    alone(args, equal(&remainder, &Value::from(rest)))
}

fn letters(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &Args<'_>,
    test: fn(&str) -> bool,
) -> Result<bool, Error> {
    let mut out = budget::writer(state);
    repr::write_str(&mut out, value)?;
    alone(args, test(&out.finish(state)?))
}

/// `a is b`, where objects cannot be told apart but by their values.
fn same(a: &Value, b: &Value) -> bool {
    match (kind(a), kind(b)) {
        (Kind::None, Kind::None) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Int(a), Kind::Int(b)) => a == b,
        (Kind::Text(a), Kind::Text(b)) => a == b,
        (Kind::Float(a), Kind::Float(b)) => a.to_bits() == b.to_bits(),
        (Kind::List(a), Kind::List(b)) | (Kind::Tuple(a), Kind::Tuple(b)) => std::ptr::eq(a, b),
        (Kind::Dict(a), Kind::Dict(b)) => std::ptr::eq(a, b),
        (Kind::Namespace(a), Kind::Namespace(b)) => std::ptr::eq(a, b),
        (Kind::Undefined(a), Kind::Undefined(b)) => std::ptr::eq(a, b),
        _ => false,
    }
}

/// Whether a value has a length and items.
fn is_sequence(value: &Value) -> bool {
    matches!(
        kind(value),
        Kind::Undefined(_) | Kind::Text(_) | Kind::List(_) | Kind::Tuple(_) | Kind::Dict(_) | Kind::Range(_)
    )
}

fn is_iterable(value: &Value) -> bool {
    is_sequence(value) || matches!(kind(value), Kind::View(_) | Kind::Generator(_)) || is_loop(value)
}

fn is_callable(value: &Value) -> bool {
    match kind(value) {
        Kind::Undefined(_) => true,
        Kind::Other => is_macro(value) || value.as_object().is_some(),
        _ => false,
    }
}
