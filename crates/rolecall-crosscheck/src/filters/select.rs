//! `map`, `select`, `reject` and their kin. None of them looks at a value that is false, whatever it is.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::attributes::Getter;
use crate::args::Args;
use crate::error::raise;
use crate::filters;
use crate::ops::iterate;
use crate::tests;
use crate::text::repr;
use crate::value::Generator;

/// The arguments of a filter or test that is called for each item.
fn passed_on(args: &Args<'_>, skipped: usize) -> Vec<Value> {
    let mut passed = args.positional().get(skipped..).unwrap_or_default().to_vec();
    if !args.named().is_empty() {
        passed.push(Value::from(args.named().iter().cloned().collect::<minijinja::value::Kwargs>()));
    }
    passed
}

pub(super) fn map(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    if !value.is_true() {
        return Generator::make(Vec::new());
    }
    let named =
        |name: &str| args.named().iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    let mapped: Result<Vec<Value>, Error> = if let Some(name) = args.positional().first() {
        let name = name.as_str().unwrap_or_default();
        let filter = filters::find(name)
            .ok_or_else(|| raise(ErrorKind::Runtime, format!("No filter named '{name}'.")))?;
        let passed = passed_on(args, 1);
        let args = Args::new(&passed);
        iterate::items(state, value)?.iter().map(|item| filter(state, item, &args)).collect()
    } else {
        let Some(attribute) = named("attribute") else {
            return Err(raise(ErrorKind::FilterArgument, "map requires a filter argument"));
        };
        if let Some((other, _)) = args.named().iter().find(|(n, _)| n != "attribute" && n != "default") {
            let name = repr::short(&Value::from(other.as_str()));
            return Err(raise(ErrorKind::FilterArgument, format!("Unexpected keyword argument {name}")));
        }
        let getter = Getter::new(Some(&attribute), false).with_default(named("default"));
        iterate::items(state, value)?.iter().map(|item| getter.get(item)).collect()
    };
    Generator::make(mapped?)
}

pub(super) fn select(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    choose(state, value, args, true, false)
}

pub(super) fn reject(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    choose(state, value, args, false, false)
}

pub(super) fn selectattr(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    choose(state, value, args, true, true)
}

pub(super) fn rejectattr(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Result<Value, Error> {
    choose(state, value, args, false, true)
}

/// The items for which a test, or their truth, is `wanted`; of the items themselves or an attribute.
fn choose(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &Args<'_>,
    wanted: bool,
    by_attribute: bool,
) -> Result<Value, Error> {
    if !value.is_true() {
        return Generator::make(Vec::new());
    }
    let mut names = args.positional().iter();
    let attribute = if by_attribute { names.next() } else { None };
    if by_attribute && attribute.is_none() {
        return Err(raise(ErrorKind::FilterArgument, "Missing parameter for attribute name"));
    }
    let getter = Getter::new(attribute, false);
    let test = match names.next() {
        None => None,
        Some(name) => {
            let name = name.as_str().unwrap_or_default();
            let found = tests::find(name);
            Some(found.ok_or_else(|| raise(ErrorKind::Runtime, format!("No test named '{name}'.")))?)
        }
    };
    let passed = passed_on(args, 1 + usize::from(by_attribute));
    let passed = Args::new(&passed);
    let mut chosen = Vec::new();
    for item in iterate::items(state, value)? {
        let seen = getter.get(&item)?;
        let holds = match test {
            None => seen.is_true(),
            Some(test) => test(state, &seen, &passed)?,
        };
        if holds == wanted {
            chosen.push(item);
        }
    }
    Generator::make(chosen)
}
