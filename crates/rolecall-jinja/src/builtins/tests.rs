//! Tests.

use super::args::{Args, Signature};
use super::{Bound, Test, TestDef, TestFunction, TestKind, filters};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::syntax::BinaryOperator;
use crate::text::case;
use crate::value::compare::{self, Order};
use crate::value::iter::Iter;
use crate::value::{Object, Value, dict, operators, repr};

/// The test of a name.
pub(crate) fn find(name: &str) -> Option<Test> {
    Some(match name {
        "defined" => &DEFINED,
        "undefined" => &UNDEFINED,
        "none" => &NONE,
        "string" => &STRING,
        "mapping" => &MAPPING,
        "iterable" => &ITERABLE,
        "sequence" => &SEQUENCE,
        "boolean" => &BOOLEAN,
        "true" => &TRUE,
        "false" => &FALSE,
        "number" => &NUMBER,
        "integer" => &INTEGER,
        "float" => &FLOAT,
        "callable" => &CALLABLE,
        "odd" => &ODD,
        "even" => &EVEN,
        "lower" => &LOWER,
        "upper" => &UPPER,
        "escaped" => &ESCAPED,
        "divisibleby" => &DIVISIBLEBY,
        "in" => &IN,
        "sameas" => &SAMEAS,
        "filter" => &FILTER,
        "test" => &TEST,
        "==" | "eq" | "equalto" => &EQ,
        "!=" | "ne" => &NE,
        ">" | "gt" | "greaterthan" => &GT,
        ">=" | "ge" => &GE,
        "<" | "lt" | "lessthan" => &LT,
        "<=" | "le" => &LE,
        _ => return None,
    })
}

/// A test that takes nothing but the value.
macro_rules! simple {
    ($($static:ident $name:literal $function:literal $does:expr;)*) => {
        $(static $static: TestDef = TestDef {
            name: $name,
            does: TestKind::Plain(
                Signature { function: $function, hidden: "", parameters: &["value"], required: 1 },
                |rt, args| {
                    let does: for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>) -> Result<bool> = $does;
                    does(rt, args[0])
                },
            ),
            plain: Some(|rt, value| {
                let does: for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>) -> Result<bool> = $does;
                match value {
                    Value::Object(Object::Unknown(unknown)) => unknown.test(rt, |value| does(rt, value)),
                    _ => does(rt, value),
                }
            }),
        };)*
    };
}

simple! {
    DEFINED "defined" "test_defined" |_, value| Ok(!value.is_undefined());
    UNDEFINED "undefined" "test_undefined" |_, value| Ok(value.is_undefined());
    NONE "none" "test_none" |_, value| Ok(value.is_none());
    STRING "string" "test_string" |_, value| Ok(value.is_str());
    MAPPING "mapping" "test_mapping" |_, value| Ok(matches!(value, Value::Dict(..) | Value::JsonDict(..)));
    ITERABLE "iterable" "test_iterable" |_, value| Ok(is_iterable(value));
    SEQUENCE "sequence" "test_sequence" |_, value| Ok(is_sequence(value));
    BOOLEAN "boolean" "test_boolean" |_, value| Ok(matches!(value, Value::Bool(..)));
    TRUE "true" "test_true" |_, value| Ok(matches!(value, Value::Bool(_, true)));
    FALSE "false" "test_false" |_, value| Ok(matches!(value, Value::Bool(_, false)));
    NUMBER "number" "test_number" |_, value| Ok(compare::Number::of(value).is_some());
    INTEGER "integer" "test_integer" |_, value| Ok(matches!(value, Value::Int(..) | Value::Big(..)));
    FLOAT "float" "test_float" |_, value| Ok(matches!(value, Value::Float(..)));
    ODD "odd" "test_odd" |rt, value| rest_is(rt, value, Value::int(2), 1);
    EVEN "even" "test_even" |rt, value| rest_is(rt, value, Value::int(2), 0);
    LOWER "lower" "test_lower" |rt, value| cased(rt, value, case::is_lower);
    UPPER "upper" "test_upper" |rt, value| cased(rt, value, case::is_upper);
    ESCAPED "escaped" "test_escaped" |_, value| Ok(matches!(value, Value::Markup(..)));
}

static CALLABLE: TestDef = TestDef {
    name: "callable",
    does: TestKind::Open(|_, value, args| {
        filters::only_value("callable", args)?;
        Ok(is_callable(value))
    }),
    plain: Some(|rt, value| match value {
        Value::Object(Object::Unknown(unknown)) => unknown.test(rt, |value| Ok(is_callable(value))),
        _ => Ok(is_callable(value)),
    }),
};

const fn python(
    name: &'static str,
    function: (&'static str, &'static str),
    parameters: &'static [&'static str],
    does: TestFunction,
) -> TestDef {
    let (function, hidden) = function;
    let signature = Signature { function, hidden, parameters, required: parameters.len() };
    TestDef { name, does: TestKind::Plain(signature, does), plain: None }
}

static DIVISIBLEBY: TestDef =
    python("divisibleby", ("test_divisibleby", ""), &["value", "num"], |rt, args: &Bound<'_>| {
        rest_is(rt, args[0], args[1], 0)
    });
static IN: TestDef = python("in", ("test_in", ""), &["value", "seq"], |rt, args: &Bound<'_>| {
    compare::contains(rt, args[1], args[0])
});
static SAMEAS: TestDef =
    python("sameas", ("test_sameas", ""), &["value", "other"], |rt, args: &Bound<'_>| {
        compare::is_same(rt, args[0], args[1])
    });
static FILTER: TestDef = python("filter", ("test_filter", "env"), &["value"], |rt, args: &Bound<'_>| {
    is_name(rt, args[0], |name| filters::find(name).is_some())
});
static TEST: TestDef = python("test", ("test_test", "env"), &["value"], |rt, args: &Bound<'_>| {
    is_name(rt, args[0], |name| find(name).is_some())
});

macro_rules! operators {
    ($($static:ident $name:literal $does:expr;)*) => {
        $(static $static: TestDef = TestDef {
            name: $name,
            does: TestKind::Open(|rt, value, args| {
                let does: for<'r, 'a> fn(&'r Runtime<'a>, Value<'a>, Value<'a>) -> Result<bool> = $does;
                does(rt, value, operand($name, args)?)
            }),
            plain: None,
        };)*
    };
}

operators! {
    EQ "eq" |rt, a, b| compare::equal(rt, a, b);
    NE "ne" |rt, a, b| Ok(!compare::equal(rt, a, b)?);
    GT "gt" |rt, a, b| compare::ordered(rt, Order::Gt, a, b);
    GE "ge" |rt, a, b| compare::ordered(rt, Order::GtEq, a, b);
    LT "lt" |rt, a, b| compare::ordered(rt, Order::Lt, a, b);
    LE "le" |rt, a, b| compare::ordered(rt, Order::LtEq, a, b);
}

/// The second operand of an operator that is called as a test.
fn operand<'a>(name: &str, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if !args.named.is_empty() {
        return Err(Raised::type_error(format!("_operator.{name}() takes no keyword arguments")));
    }
    match args.positional {
        [other] => Ok(*other),
        others => {
            let given = others.len() + 1;
            Err(Raised::type_error(format!("{name} expected 2 arguments, got {given}")))
        }
    }
}

/// `value % divisor == rest`.
fn rest_is<'a>(rt: &Runtime<'a>, value: Value<'a>, divisor: Value<'a>, rest: i64) -> Result<bool> {
    let found = operators::binary(rt, BinaryOperator::Mod, value, divisor)?;
    compare::equal(rt, found, Value::int(rest))
}

fn cased<'a>(rt: &Runtime<'a>, value: Value<'a>, is: fn(&str) -> bool) -> Result<bool> {
    let Some((_, text)) = rt.flat(repr::str_with_any_address(rt, value)?)? else { return Ok(false) };
    rt.step_bytes(text.len().saturating_mul(if text.is_ascii() { 1 } else { 8 }))?;
    Ok(is(text))
}

/// Whether a value is a name of something; a name has to be hashable.
fn is_name<'a>(rt: &Runtime<'a>, value: Value<'a>, known: impl Fn(&str) -> bool) -> Result<bool> {
    match rt.flat(value)? {
        Some((_, name)) => Ok(known(name)),
        None => dict::check_hashable(rt, value).map(|()| false),
    }
}

/// Whether `iter(value)` works.
fn is_iterable(value: Value<'_>) -> bool {
    match value {
        Value::Missing
        | Value::None(_)
        | Value::Bool(..)
        | Value::Int(..)
        | Value::Big(..)
        | Value::Float(..) => false,
        // Blocks are items of `self`.
        Value::Object(object) => {
            matches!(object, Object::Loop(_) | Object::Group(_) | Object::Templates | Object::Bytes(_))
        }
        _ => true,
    }
}

/// Whether a value has a length and items.
fn is_sequence(value: Value<'_>) -> bool {
    match value {
        Value::Str(..)
        | Value::Rope(..)
        | Value::Markup(..)
        | Value::List(..)
        | Value::JsonList(..)
        | Value::Tuple(..)
        | Value::Dict(..)
        | Value::JsonDict(..)
        | Value::Range(_)
        | Value::Undefined(_) => true,
        Value::Object(object) => matches!(object, Object::Group(_) | Object::Bytes(_)),
        _ => false,
    }
}

fn is_callable(value: Value<'_>) -> bool {
    match value {
        Value::Undefined(_) => true,
        Value::Object(object) => match object {
            Object::Macro(_)
            | Object::Loop(_)
            | Object::Joiner(_)
            | Object::Method(_)
            | Object::Function(_)
            | Object::Block(_) => true,
            Object::Namespace(_)
            | Object::Cycler(_)
            | Object::Templates
            | Object::Group(_)
            | Object::Bytes(_)
            | Object::Unknown(_) => false,
        },
        _ => false,
    }
}

/// `len(value)`, if it has a length.
pub(crate) fn len<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Option<usize>> {
    Ok(match value {
        Value::Rope(pieces, rope) => {
            let mut chars = 0_usize;
            rope.for_each(pieces, |piece| {
                rt.step_bytes(piece.text.len())?;
                chars += piece.text.chars().count();
                Ok(())
            })?;
            Some(chars)
        }
        Value::Str(_, text) | Value::Markup(_, text) => {
            rt.step_bytes(text.len())?;
            Some(text.chars().count())
        }
        Value::Object(Object::Loop(this)) => Some(this.length(rt)?),
        Value::Object(Object::Group(items)) => Some(items.len()),
        Value::Object(Object::Bytes(bytes)) => Some(bytes.data.len()),
        Value::Object(Object::Unknown(unknown)) => return Err(unknown.error()),
        Value::Object(_) | Value::Generator(_) => None,
        _ if is_iterable(value) => Iter::new(rt, value)?.remaining(),
        _ => None,
    })
}
