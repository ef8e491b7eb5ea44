//! Methods of bytes, and those of integers that have to do with bytes.

use super::{Method, string};
use crate::ErrorKind;
use crate::builtins::Args;
use crate::builtins::native::{self, Style};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;
use crate::value::bytes;
use crate::value::compare::Number;
use crate::value::{Bytes, Value, iter, names, operators};

/// `bytes.method(…)`.
pub(super) fn call<'a>(
    rt: &Runtime<'a>,
    method: Method,
    this: Bytes<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    if method != Method::Decode {
        return Err(Raised::unsupported(format!("bytes.{}() is not supported", method.name())));
    }
    let [encoding, errors, _] = Style::Named(&["encoding", "errors"]).bind("bytes", "decode", args)?;
    let (encoding, errors) = string::codec(rt, "decode", encoding, errors)?;
    rt.step_bytes(this.data.len().saturating_mul(4))?;
    let text = encoding.decode(this.data, errors)?;
    Ok(Value::Str(rt.computed(this.origin), rt.alloc_str(&text)?))
}

/// The two arguments of a method of `int` and its option `signed`, which is given by name only.
fn bind<'a>(
    rt: &Runtime<'a>,
    name: &str,
    first: &str,
    args: &Args<'_, 'a>,
) -> Result<(Value<'a>, Option<&'a str>, bool)> {
    let given = args.positional.len();
    let all = given + args.named.len();
    if all > 3 {
        return Err(Raised::type_error(format!("{name}() takes at most 3 arguments ({all} given)")));
    }
    if given > 2 {
        return Err(Raised::type_error(format!(
            "{name}() takes at most 2 positional arguments ({given} given)"
        )));
    }
    if name == "from_bytes" && given == 0 && args.named.iter().all(|(key, _)| *key != first) {
        return Err(Raised::type_error("from_bytes() missing required argument 'bytes' (pos 1)"));
    }
    let mut bound = [Value::Missing; 3];
    for (slot, value) in bound.iter_mut().zip(args.positional) {
        *slot = *value;
    }
    for (key, value) in args.named {
        let Some(at) = [first, "byteorder", "signed"].iter().position(|parameter| parameter == key) else {
            return Err(Raised::type_error(format!("'{key}' is an invalid keyword argument for {name}()")));
        };
        if at < given {
            return Err(Raised::type_error(format!(
                "argument for {name}() given by name ('{key}') and position ({})",
                at + 1
            )));
        }
        if let Some(slot) = bound.get_mut(at) {
            *slot = *value;
        }
    }
    let [first, order, signed] = bound;
    // Python reads the arguments in their order; bytes are only looked at afterwards.
    if name == "to_bytes" {
        native::size(first)?;
    }
    let order = match order {
        Value::Missing => None,
        order => Some(native::string(rt, &format!("{name}() argument 'byteorder'"), order)?),
    };
    Ok((first, order, !signed.is_missing() && operators::truth(rt, signed)?))
}

/// Whether the first byte counts least.
fn is_little(order: Option<&str>) -> Result<bool> {
    match order {
        None | Some("big") => Ok(false),
        Some("little") => Ok(true),
        Some(_) => Err(Raised::value_error("byteorder must be either 'little' or 'big'")),
    }
}

/// `int.to_bytes(length=1, byteorder='big', *, signed=False)`.
pub(super) fn of_integer<'a>(rt: &Runtime<'a>, of: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let overflow = |message: &str| Err(Raised::new(ErrorKind::Overflow, message));
    let (length, order, signed) = {
        let (length, order, signed) = bind(rt, "to_bytes", "length", args)?;
        (native::size(length)?.unwrap_or(1), order, signed)
    };
    let little = is_little(order)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(Raised::value_error("length argument must be non-negative"));
    };
    let value = Number::of(of).and_then(Number::big).unwrap_or_default();
    if value.is_negative() && !signed {
        return overflow("can't convert negative int to unsigned");
    }
    rt.reserve(length)?;
    rt.step_bytes(length.saturating_mul(4).saturating_add(value.digits().saturating_mul(16)))?;
    match bytes::of_integer(&value, length, signed) {
        Some(mut data) => {
            if !little {
                data.reverse();
            }
            Bytes::value(rt, rt.computed(of.origin()), &data)
        }
        None => overflow("int too big to convert"),
    }
}

/// `int.from_bytes(bytes, byteorder='big', *, signed=False)`, which `bool` has, too.
pub(super) fn to_integer<'a>(rt: &Runtime<'a>, of: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let (from, order, signed) = bind(rt, "from_bytes", "bytes", args)?;
    let little = is_little(order)?;
    let mut data = Vec::new();
    let mut origin = Origin::TEMPLATE;
    if let Some(bytes) = from.as_bytes() {
        rt.reserve(bytes.data.len())?;
        data.extend_from_slice(bytes.data);
        origin = bytes.origin;
    } else {
        let items = if from.is_str() { None } else { iter::Iter::new(rt, from).ok() };
        let Some(mut items) = items else {
            let name = names::type_name(from);
            return Err(Raised::type_error(format!("cannot convert '{name}' object to bytes")));
        };
        while let Some(item) = items.next(rt)? {
            rt.step(1)?;
            rt.reserve(1)?;
            data.push(bytes::byte_of(item)?);
            origin = rt.joined(origin, item.origin());
        }
    }
    if little {
        data.reverse();
    }
    let words = data.len() / 4 + 1;
    rt.step(words.saturating_mul(words))?;
    let value = bytes::to_integer(&data, signed);
    if matches!(of, Value::Bool(..)) {
        return Ok(Value::Bool(rt.computed(origin), !value.is_zero()));
    }
    rt.integer(rt.computed(origin), &value)
}
