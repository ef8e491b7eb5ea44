//! The methods of `list` and `tuple`.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use crate::args::{Args, integer};
use crate::budget;
use crate::error::raise;
use crate::ops::equal::equal;
use crate::text::repr;
use crate::value::List;

pub(super) const METHODS: [&str; 3] = ["copy", "count", "index"];
pub(super) const TUPLE_METHODS: [&str; 2] = ["count", "index"];
pub(super) const UNSAFE: [&str; 8] =
    ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];

pub(super) fn call(
    state: &mut State<'_, '_>,
    of: &List,
    name: &str,
    args: &Args<'_>,
) -> Result<Value, Error> {
    let class = if of.is_tuple() { "tuple" } else { "list" };
    of.items().iter().try_for_each(|item| budget::visit(state, item))?;
    match name {
        "copy" => {
            args.by_place::<0>(class, name, 0)?;
            budget::list(state, of.items().len())?;
            List::list(of.items().to_vec())
        }
        "count" => {
            let [item] = args.by_place(class, name, 1)?;
            let item = item.unwrap_or_default();
            Ok(Value::from(of.items().iter().filter(|other| equal(other, &item)).count()))
        }
        _ => {
            let [item, start, stop] = args.by_place(class, name, 1)?;
            let item = item.unwrap_or_default();
            let length = i128::try_from(of.items().len()).unwrap_or(i128::MAX);
            let bound = |arg: Option<Value>, default: i128| -> Result<i128, Error> {
                let n = arg.map_or(Ok(default), |arg| integer(&arg))?;
                Ok(if n < 0 { n.saturating_add(length).max(0) } else { n })
            };
            let (start, stop) = (bound(start, 0)?, bound(stop, i128::MAX)?);
            let found =
                (0..).zip(of.items()).find(|(n, other)| (start..stop).contains(n) && equal(other, &item));
            match found {
                Some((n, _)) => Ok(crate::ops::arithmetic::int(n)),
                None if of.is_tuple() => Err(raise(ErrorKind::Value, "tuple.index(x): x not in tuple")),
                None => Err(raise(ErrorKind::Value, format!("{} is not in list", repr::short(&item)))),
            }
        }
    }
}
