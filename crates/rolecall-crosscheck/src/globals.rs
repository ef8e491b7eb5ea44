//! The functions that every template can call.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::{Args, integer};
use crate::budget;
use crate::error::raise;
use crate::methods::from_keys;
use crate::ops::access::safe_name;
use crate::ops::contains::hashable;
use crate::ops::iterate;
use crate::text::repr;
use crate::value::{Cycler, Dict, Joiner, Kind, Namespace, Range, kind, type_name};

/// The most elements of a range that the sandbox allows.
const MAX_RANGE: i128 = 100_000;

pub(crate) fn add_to(env: &mut Environment<'static>) {
    add(env, "range", range);
    add(env, "namespace", namespace);
    add(env, "cycler", cycler);
    add(env, "joiner", joiner);
    add(env, "lipsum", |_, _| {
        Err(raise(ErrorKind::Unsupported, "lipsum() makes random text, which no prompt can rely on"))
    });
    add(env, "raise_exception", raise_exception);
    add(env, "strftime_now", strftime_now);
    env.add_global("dict", Value::from_object(DictClass));
}

type Function = fn(&mut State<'_, '_>, &Args<'_>) -> Result<Value, Error>;

fn add(env: &mut Environment<'static>, name: &'static str, function: Function) {
    env.add_function(name, move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| {
        function(state, &Args::new(&args.into_values()))
    });
}

fn raise_exception(state: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    const NAME: &str = "_cached_compile_jinja_template.<locals>.raise_exception";
    let [message] = args.bind(NAME, ["message"], 1)?;
    let mut out = budget::writer(state);
    repr::write_str(&mut out, &message.unwrap_or_default())?;
    Err(raise(ErrorKind::Template, out.into_text()))
}

fn strftime_now(state: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    const NAME: &str = "_cached_compile_jinja_template.<locals>.strftime_now";
    let [format] = args.bind(NAME, ["format"], 1)?;
    let format = format.unwrap_or_default();
    let Some(format) = format.as_str() else {
        let message = format!("strftime() argument 1 must be str, not {}", type_name(&format));
        return Err(raise(ErrorKind::Type, message));
    };
    let account = budget::account(state)?;
    let Some(clock) = &account.clock else {
        return Err(raise(
            ErrorKind::Unsupported,
            "this template asks for the current time (strftime_now), but the render was given no clock; pass one in \
             its options",
        ));
    };
    let text = clock.now().strftime(format);
    budget::bytes(state, text.len())?;
    Ok(Value::from(text))
}

fn range(_: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    if let Some((_, _)) = args.named().first() {
        return Err(raise(ErrorKind::Type, "range() takes no keyword arguments"));
    }
    let numbers: Result<Vec<i128>, Error> = args.positional().iter().map(integer).collect();
    let (start, stop, step) = match numbers?.as_slice() {
        [] => return Err(raise(ErrorKind::Type, "range expected at least 1 argument, got 0")),
        [stop] => (0, *stop, 1),
        [start, stop] => (*start, *stop, 1),
        [_, _, 0] => return Err(raise(ErrorKind::Value, "range() arg 3 must not be zero")),
        [start, stop, step] => (*start, *stop, *step),
        more => {
            let message = format!("range expected at most 3 arguments, got {}", more.len());
            return Err(raise(ErrorKind::Type, message));
        }
    };
    let range = Range { start, stop, step };
    if range.len() > MAX_RANGE {
        let message =
            format!("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MAX_RANGE}).");
        return Err(raise(ErrorKind::Overflow, message));
    }
    Ok(Value::from_object(range))
}

/// The entries that `dict(...)` and `namespace(...)` are made of.
fn entries(state: &mut State<'_, '_>, args: &Args<'_>, name: &str) -> Result<Vec<(Value, Value)>, Error> {
    let mut entries = Vec::new();
    match args.positional() {
        [] => {}
        [from] => match kind(from) {
            Kind::Dict(dict) => entries.extend(dict.entries().iter().cloned()),
            _ => {
                for (n, pair) in iterate::items(state, from)?.iter().enumerate() {
                    let pair = iterate::items(state, pair).map_err(|_| {
                        let message =
                            format!("cannot convert dictionary update sequence element #{n} to a sequence");
                        raise(ErrorKind::Type, message)
                    })?;
                    let [key, value] = pair.as_slice() else {
                        let length = pair.len();
                        let message = format!(
                            "dictionary update sequence element #{n} has length {length}; 2 is required"
                        );
                        return Err(raise(ErrorKind::Value, message));
                    };
                    entries.push((hashable(key)?.clone(), value.clone()));
                }
            }
        },
        more => {
            let message = format!("{name} expected at most 1 argument, got {}", more.len());
            return Err(raise(ErrorKind::Type, message));
        }
    }
    entries.extend(args.named().iter().map(|(name, value)| (Value::from(name.as_str()), value.clone())));
    budget::list(state, entries.len().saturating_mul(3))?;
    Ok(entries)
}

fn namespace(state: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    let entries = entries(state, args, "namespace")?;
    budget::bytes(state, 200)?;
    let namespace: Arc<Namespace> = budget::account(state)?.namespace();
    for (name, value) in entries {
        let name = name.as_str().unwrap_or_default();
        safe_name(name)?;
        namespace.set(name, value)?;
    }
    Ok(Value::from_dyn_object(namespace))
}

/// The class `dict`, of which templates can use the call and `fromkeys`.
#[derive(Debug)]
pub(crate) struct DictClass;

impl Object for DictClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        Dict::make(entries(state, &Args::new(args), "dict")?)
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "fromkeys" => from_keys(state, &Args::new(args)),
            _ => Err(Error::from(minijinja::ErrorKind::UnknownMethod)),
        }
    }
}

fn cycler(_: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    if args.positional().is_empty() {
        return Err(raise(ErrorKind::Runtime, "at least one item has to be provided"));
    }
    Cycler::make(args.positional().to_vec())
}

fn joiner(_: &mut State<'_, '_>, args: &Args<'_>) -> Result<Value, Error> {
    let [separator] = args.bind("Joiner.__init__", ["sep"], 0)?;
    Joiner::make(separator.unwrap_or_else(|| Value::from(", ")))
}
