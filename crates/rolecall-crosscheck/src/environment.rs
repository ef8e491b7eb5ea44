//! The environment of transformers' chat templates, as far as minijinja can have it.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, Error, Output, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::Args;
use crate::error::raise;
use crate::ops::arithmetic::{self, Operator};
use crate::ops::compare::{Order, compare};
use crate::ops::contains::{contains, hashable};
use crate::ops::equal::equal;
use crate::ops::{access, iterate, slice};
use crate::text::{escape, repr};
use crate::translate::PREFIX;
use crate::value::{Dict, Kind, List, Missing, Reason, kind};
use crate::{budget, filters, globals, methods, tests};

/// How the reference reads templates.
pub(crate) fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()
}

/// An environment for translated templates: without the reference's white space rules, which were followed
/// when the original was parsed.
pub(crate) fn environment() -> Result<Environment<'static>, Error> {
    let mut env = Environment::empty();
    env.set_debug(false);
    env.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_unknown_method_callback(methods::unknown);
    env.set_formatter(print);
    add_operators(&mut env);
    for (name, filter) in filters::FILTERS {
        let filter = move |state: &mut State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
            filter(state, value, &Args::new(&args.into_values()))
        };
        env.add_filter(format!("{PREFIX}f_{name}"), filter);
    }
    for (name, test) in tests::TESTS {
        let test = move |state: &mut State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>| {
            test(state, value, &Args::new(&args.into_values()))
        };
        env.add_filter(format!("{PREFIX}t_{name}"), test);
    }
    globals::add_to(&mut env);
    Ok(env)
}

fn add_operators(env: &mut Environment<'static>) {
    let name = |name: &str| format!("{PREFIX}{name}");
    for (operator, called) in [
        (Operator::Add, "add"),
        (Operator::Sub, "sub"),
        (Operator::Mul, "mul"),
        (Operator::Div, "div"),
        (Operator::FloorDiv, "floordiv"),
        (Operator::Rem, "mod"),
        (Operator::Pow, "pow"),
    ] {
        let calculate =
            move |state: &mut State<'_, '_>, a: &Value, b: &Value| arithmetic::binary(state, operator, a, b);
        env.add_filter(name(called), calculate);
    }
    for (order, called) in [
        (Order::Less, "lt"),
        (Order::LessOrEqual, "le"),
        (Order::Greater, "gt"),
        (Order::GreaterOrEqual, "ge"),
    ] {
        env.add_filter(name(called), move |state: &mut State<'_, '_>, a: &Value, b: &Value| {
            budget::compare(state, a, b)?;
            compare(order, a, b)
        });
    }
    for (wanted, called) in [(true, "eq"), (false, "ne")] {
        env.add_filter(name(called), move |state: &mut State<'_, '_>, a: &Value, b: &Value| {
            budget::compare(state, a, b)?;
            Ok::<_, Error>(equal(a, b) == wanted)
        });
    }
    env.add_filter(name("in"), |state: &mut State<'_, '_>, item: &Value, container: &Value| {
        budget::visit(state, container)?;
        contains(container, item)
    });
    env.add_filter(name("chain"), |state: &mut State<'_, '_>, first: &Value, others: Rest<Value>| {
        others.iter().try_for_each(|other| budget::visit(state, other))?;
        chain(first, &others)
    });
    env.add_filter(name("pos"), |value: &Value| arithmetic::positive(value));
    env.add_filter(name("neg"), |value: &Value| arithmetic::negative(value));
    env.add_filter(name("concat"), |state: &mut State<'_, '_>, first: Value, others: Rest<Value>| {
        let operands: Vec<Value> = std::iter::once(first).chain(others.iter().cloned()).collect();
        arithmetic::join(state, &operands)
    });
    env.add_filter(name("call"), |state: &mut State<'_, '_>, of: &Value, args: Rest<ValueOrKwargs>| {
        methods::call_value(state, of, &args.into_values())
    });
    env.add_filter(name("attr"), |of: &Value, name: &str| access::attribute(of, name));
    env.add_filter(name("item"), |of: &Value, key: &Value| access::item(of, key));
    env.add_filter(
        name("slice"),
        |state: &mut State<'_, '_>, of: &Value, start: &Value, stop: &Value, step: &Value| {
            let part = slice::slice(of, start, stop, step)?;
            budget::bytes(state, part.as_str().map_or(0, str::len))?;
            Ok::<_, Error>(part)
        },
    );
    env.add_filter(name("list"), |items: &Value| List::list(collected(items)?));
    env.add_filter(name("tuple"), |items: &Value| List::tuple(collected(items)?));
    env.add_filter(name("dict"), dict);
    env.add_filter(name("for"), |state: &mut State<'_, '_>, items: &Value, shape: Option<&str>| {
        iterate::for_loop(state, items, shape)
    });
    env.add_filter(name("unpack"), |state: &mut State<'_, '_>, value: &Value, shape: &str| {
        iterate::unpack(state, value, shape)
    });
    env.add_filter(name("setattr"), |state: &mut State<'_, '_>, of: &Value, name: &str, value: &Value| {
        access::set_attribute(state, of, name, value).map(|()| "")
    });
    env.add_filter(name("kept"), |value: &Value| {
        // What a list can hold, a loop can.
        List::list(vec![value.clone()]).map(|_| value.clone())
    });
    env.add_filter(name("given"), |value: &Value| !value.is_undefined());
    env.add_filter(name("parameter"), |name: &str| Missing::value(Reason::Parameter(name.to_owned())));
    env.add_filter(name("noelse"), |line: usize| Missing::value(Reason::NoElse(line)));
    env.add_filter(name("declared"), |state: &mut State<'_, '_>, _: &Value| {
        /// About what minijinja keeps for a macro and what it sees.
        const BYTES: usize = 1 << 10;
        budget::bytes(state, BYTES).map(|()| "")
    });
    env.add_filter(name("unknown"), |_: &Value, what: &str, name: &str| -> Result<Value, Error> {
        Err(raise(ErrorKind::Runtime, format!("No {what} named '{name}' found.")))
    });
}

/// The items of a literal.
fn collected(literal: &Value) -> Result<Vec<Value>, Error> {
    Ok(literal.try_iter()?.collect())
}

/// A dict literal, given as its keys and values by turns.
fn dict(literal: &Value) -> Result<Value, Error> {
    let items = collected(literal)?;
    let entry = |pair: &[Value]| match pair {
        [key, value] => Ok((hashable(key)?.clone(), value.clone())),
        _ => Err(raise(ErrorKind::Type, "a dict literal has a key without a value")),
    };
    let entries: Result<Vec<(Value, Value)>, Error> = items.chunks(2).map(entry).collect();
    Dict::make(entries?)
}

/// `a < b < c`, given as `a`, `"<"`, `b`, `"<"`, `c`.
fn chain(first: &Value, others: &[Value]) -> Result<bool, Error> {
    let mut left = first;
    for pair in others.chunks(2) {
        let [operator, right] = pair else { break };
        let holds = match operator.as_str().unwrap_or_default() {
            "==" => equal(left, right),
            "!=" => !equal(left, right),
            "<" => compare(Order::Less, left, right)?,
            "<=" => compare(Order::LessOrEqual, left, right)?,
            ">" => compare(Order::Greater, left, right)?,
            ">=" => compare(Order::GreaterOrEqual, left, right)?,
            "in" => contains(right, left)?,
            _ => !contains(right, left)?,
        };
        if !holds {
            return Ok(false);
        }
        left = right;
    }
    Ok(true)
}

/// Prints a value, as `str` shows it.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let escapes = !matches!(state.auto_escape(), AutoEscape::None) && !value.is_safe();
    if let (Kind::Text(text), false) = (kind(value), escapes) {
        budget::bytes(state, text.len())?;
        return out.write_str(text).map_err(Error::from);
    }
    let mut written = budget::writer(state);
    repr::write_str(&mut written, value)?;
    let text = written.finish(state)?;
    let text = if escapes { escape::escaped(&text) } else { text };
    out.write_str(&text).map_err(Error::from)
}
