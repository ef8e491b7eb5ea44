//! Methods of generators, of `loop` and of cyclers.

use super::Method;
use crate::builtins::args::unexpected;
use crate::builtins::native::Style;
use crate::builtins::{Args, Signature};
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::object::{Cycler, Loop};
use crate::value::{Generator, Object, Undefined, Value, names};

/// `generator.close()`, `send(value)` and `throw(…)`.
pub(super) fn call_generator<'a>(
    rt: &Runtime<'a>,
    method: Method,
    generator: &'a Generator<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    let style = match method {
        Method::Close => Style::Nothing,
        Method::Send => Style::One,
        _ => Style::Between(1, 3),
    };
    let [first, _, traceback] = style.bind("generator", method.name(), args)?;
    match method {
        Method::Close => {
            generator.close()?;
            Ok(Value::NONE)
        }
        Method::Send => {
            if !first.is_none() && generator.is_fresh() {
                return Err(Raised::type_error("can't send non-None value to a just-started generator"));
            }
            if let Some(item) = generator.next(rt)? {
                return Ok(item);
            }
            let hint = "value was undefined because a callable raised a StopIteration exception";
            Ok(Value::Undefined(rt.alloc(Undefined::Hint(hint))?))
        }
        _ if !(traceback.is_missing() || traceback.is_none()) => {
            Err(Raised::type_error("throw() third argument must be a traceback object"))
        }
        // No value of a template is an exception.
        _ => Err(Raised::type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            names::type_name(first)
        ))),
    }
}

/// `loop.cycle(…)` and `loop.changed(…)`.
pub(super) fn call_loop<'a>(
    rt: &Runtime<'a>,
    method: Method,
    this: &'a Loop<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    if let Some((name, _)) = args.named.first() {
        return Err(unexpected(&format!("LoopContext.{}", method.name()), &["self"], name));
    }
    if method == Method::Changed {
        return this.changed(rt, args.positional).map(Value::bool);
    }
    let Some(last) = args.positional.len().checked_sub(1) else {
        return Err(Raised::type_error("no items for cycling given"));
    };
    // Before the first turn the index is -1, which means the last one.
    let at = match this.index() {
        0 => last,
        index => (index - 1) % args.positional.len(),
    };
    Ok(args.positional.get(at).copied().unwrap_or(Value::NONE))
}

/// `Cycler.next(cycler)` and `Cycler.reset(cycler)`, of the class.
pub(super) fn call_cycler_type<'a>(method: Method, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let (function, uses) =
        if method == Method::Next { ("Cycler.next", "current") } else { ("Cycler.reset", "pos") };
    let [this, ..] =
        Signature { function, hidden: "", parameters: &["self"], required: 1 }.bind(&[], args)?;
    if let Value::Object(Object::Cycler(cycler)) = this {
        return call_cycler(method, cycler, &Args::none());
    }
    let message = format!("'{}' object has no attribute '{uses}'", names::type_name(this));
    Err(Raised::new(crate::ErrorKind::Attribute, message))
}

/// `cycler.next()` and `cycler.reset()`.
pub(super) fn call_cycler<'a>(
    method: Method,
    cycler: &'a Cycler<'a>,
    args: &Args<'_, 'a>,
) -> Result<Value<'a>> {
    let function = if method == Method::Next { "Cycler.next" } else { "Cycler.reset" };
    Signature { function, hidden: "self", parameters: &[], required: 0 }.bind(&[], args)?;
    if method == Method::Next {
        return Ok(cycler.next());
    }
    cycler.position.set(0);
    Ok(Value::NONE)
}
