//! The functions and types that templates can call by name.

use std::cell::Cell;

use super::{Args, Signature};
use crate::ErrorKind;
use crate::builtins::args::unexpected;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::repr;
use crate::trace::Origin;
use crate::value::compare::Number;
use crate::value::dict::DictBuilder;
use crate::value::iter::{self, Iter};
use crate::value::object::{Cycler, Joiner, Namespace, Object};
use crate::value::{Range, Unknown, Value, names, operators};

/// The most items of a range that the sandbox allows.
const MAX_RANGE: usize = 100_000;

/// A function or type of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Function {
    Range,
    Dict,
    Namespace,
    Cycler,
    Joiner,
    Lipsum,
    RaiseException,
    StrftimeNow,
}

/// Checks the name of something that is put into a namespace.
pub(crate) fn check_namespace_name(name: &str) -> Result<()> {
    if !name.starts_with('_') {
        return Ok(());
    }
    let message = format!(
        "Chat templates cannot store underscore-prefixed attributes on a namespace, but got {}. Please rename the attribute.",
        crate::text::repr(name)
    );
    Err(Raised::new(crate::ErrorKind::Security, message))
}

impl Function {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "range" => Self::Range,
            "dict" => Self::Dict,
            "namespace" => Self::Namespace,
            "cycler" => Self::Cycler,
            "joiner" => Self::Joiner,
            "lipsum" => Self::Lipsum,
            "raise_exception" => Self::RaiseException,
            "strftime_now" => Self::StrftimeNow,
            _ => return None,
        })
    }

    /// The name of its type in Python.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Range | Self::Lipsum | Self::RaiseException | Self::StrftimeNow => "function",
            Self::Dict => "TemplateDict",
            Self::Namespace | Self::Cycler | Self::Joiner => "type",
        }
    }

    /// The full name of a class, which Python prints.
    pub(crate) fn class_path(self) -> Option<&'static str> {
        match self {
            Self::Namespace => Some(
                "transformers.utils.chat_template_utils._cached_compile_jinja_template.<locals>.TemplateNamespace",
            ),
            Self::Cycler => Some("jinja2.utils.Cycler"),
            Self::Joiner => Some("jinja2.utils.Joiner"),
            _ => None,
        }
    }

    pub(crate) fn call<'a>(self, rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
        if !matches!(self, Self::Dict | Self::Namespace | Self::Cycler | Self::Joiner) {
            args.check_known()?;
        }
        match self {
            Self::Range => range(rt, args),
            Self::Dict => dict(rt, args),
            Self::Namespace => namespace(rt, args),
            Self::Cycler => cycler(rt, args),
            Self::Joiner => joiner(rt, args),
            Self::Lipsum => lipsum(rt, args),
            Self::RaiseException => raise_exception(rt, args),
            Self::StrftimeNow => strftime_now(rt, args),
        }
    }
}

fn overflow(message: impl Into<String>) -> Raised {
    Raised::new(ErrorKind::Overflow, message)
}

fn range<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if let Some((name, _)) = args.named.first() {
        let message = format!("safe_range() got an unexpected keyword argument {}", repr(name));
        return Err(Raised::type_error(message));
    }
    let (start, stop, step) = match *args.positional {
        [] => return Err(Raised::type_error("range expected at least 1 argument, got 0")),
        [stop] => (Value::int(0), stop, Value::int(1)),
        [start, stop] => (start, stop, Value::int(1)),
        [start, stop, step] => (start, stop, step),
        _ => {
            let given = args.positional.len();
            return Err(Raised::type_error(format!("range expected at most 3 arguments, got {given}")));
        }
    };
    let (start, stop, step) = (integer(start)?, integer(stop)?, integer(step)?);
    if matches!(step, Number::Int(0)) {
        return Err(Raised::value_error("range() arg 3 must not be zero"));
    }
    let (Number::Int(start), Number::Int(stop), Number::Int(step)) = (start, stop, step) else {
        return Err(large_range(start, stop, step));
    };
    let range = Range { start, stop, step };
    check_length(range.len())?;
    Ok(Value::Range(rt.alloc(range)?))
}

fn integer(value: Value<'_>) -> Result<Number<'_>> {
    match Number::of(value) {
        Some(Number::Float(_)) | None => {
            let message = format!("'{}' object cannot be interpreted as an integer", names::type_name(value));
            Err(Raised::type_error(message))
        }
        Some(number) => Ok(number),
    }
}

fn check_length(length: usize) -> Result<()> {
    if i64::try_from(length).is_err() {
        return Err(overflow("Python int too large to convert to C ssize_t"));
    }
    if length > MAX_RANGE {
        return Err(overflow(format!(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MAX_RANGE})."
        )));
    }
    Ok(())
}

/// The error for a range whose bounds are large, which is Python's where it refuses the length.
fn large_range(start: Number<'_>, stop: Number<'_>, step: Number<'_>) -> Raised {
    let big = |number: Number<'_>| number.big().unwrap_or_default();
    let (start, stop, step) = (big(start), big(stop), big(step));
    let (distance, step) =
        if step.is_negative() { (start.sub(&stop), step.abs()) } else { (stop.sub(&start), step) };
    let length = distance.add(&step).sub(&BigInt::from_i64(1)).floor_div_mod(&step);
    let length = length.map(|(length, _)| length).filter(|length| !length.is_negative()).unwrap_or_default();
    let length = length.to_i64().and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
    check_length(length)
        .err()
        .unwrap_or_else(|| Raised::unsupported("a range whose bounds do not fit in 64 bits is not supported"))
}

fn dict<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if args.named("self").is_some() {
        return Err(Raised::type_error(
            "_cached_compile_jinja_template.<locals>.TemplateDict.__call__() got multiple values for argument 'self'",
        ));
    }
    build_dict(rt, args)?.finish(rt)
}

/// What Python's `dict(…)` makes.
fn build_dict<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<DictBuilder<'a>> {
    let mut entries = DictBuilder::new();
    match *args.positional {
        [] => {}
        [from] => match from.as_dict() {
            Some(from) => entries.extend(rt, from)?,
            None => insert_pairs(rt, &mut entries, from)?,
        },
        _ => {
            let given = args.positional.len();
            return Err(Raised::type_error(format!("dict expected at most 1 argument, got {given}")));
        }
    }
    for (name, value) in args.named {
        entries.insert(rt, rt.name_value(name), *value)?;
    }
    Ok(entries)
}

/// The entries of `dict(value)`.
pub(crate) fn dict_of<'a>(rt: &Runtime<'a>, value: Value<'a>) -> Result<Vec<(Value<'a>, Value<'a>)>> {
    Ok(build_dict(rt, &Args { positional: &[value], named: &[] })?.into_entries())
}

fn insert_pairs<'a>(rt: &Runtime<'a>, entries: &mut DictBuilder<'a>, from: Value<'a>) -> Result<()> {
    if let Value::Undefined(undefined) = from {
        return Err(undefined.error(rt));
    }
    let mut pairs = Iter::new(rt, from)?;
    let mut at = 0_usize;
    while let Some(pair) = pairs.next(rt)? {
        rt.step(1)?;
        let items = match Iter::new(rt, pair).and_then(|mut items| iter::drain(rt, &mut items)) {
            Ok(items) => items,
            Err(error) if error.kind() == ErrorKind::Type => {
                return Err(Raised::type_error(format!(
                    "cannot convert dictionary update sequence element #{at} to a sequence"
                )));
            }
            Err(error) => return Err(error),
        };
        let [key, value] = items else {
            let length = items.len();
            return Err(Raised::value_error(format!(
                "dictionary update sequence element #{at} has length {length}; 2 is required"
            )));
        };
        entries.insert(rt, *key, *value)?;
        at += 1;
    }
    Ok(())
}

fn namespace<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    let mut entries = build_dict(rt, args)?.into_entries();
    for (key, _) in &mut entries {
        if let Some((origin, name)) = rt.flat(*key)? {
            check_namespace_name(name)?;
            *key = Value::Str(origin, name);
        }
    }
    Ok(Value::Object(rt.alloc(Object::Namespace(Namespace::new(rt, &entries)?))?))
}

fn cycler<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if let Some((name, _)) = args.named.first() {
        return Err(unexpected("Cycler.__init__", &["self"], name));
    }
    if args.positional.is_empty() {
        return Err(Raised::new(ErrorKind::PythonRuntime, "at least one item has to be provided"));
    }
    let cycler = Cycler { items: rt.alloc_slice(args.positional)?, position: Cell::new(0) };
    Ok(Value::Object(rt.alloc(Object::Cycler(cycler))?))
}

fn joiner<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    const JOINER: Signature =
        Signature { function: "Joiner.__init__", hidden: "self", parameters: &["sep"], required: 0 };
    let [separator, ..] = JOINER.bind(&[], args)?;
    let separator = if separator.is_missing() { Value::text(", ") } else { separator };
    Ok(Value::Object(rt.alloc(Object::Joiner(Joiner { separator, used: Cell::new(false) }))?))
}

const LIPSUM_IS_RANDOM: &str = "the function `lipsum` is not supported: its result is not reproducible";

/// Invents no text: a render gives the same text every time.
fn lipsum<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    const LIPSUM: Signature = Signature {
        function: "generate_lorem_ipsum",
        hidden: "",
        parameters: &["n", "html", "min", "max"],
        required: 0,
    };
    let [paragraphs, html, min, max, ..] = LIPSUM.bind(&[], args)?;
    let none = !paragraphs.is_missing() && super::filters::index(paragraphs)? <= 0;
    let html = html.is_missing() || operators::truth(rt, html)?;
    if none {
        return Ok(if html { Value::Markup(Origin::TEMPLATE, "") } else { Value::EMPTY });
    }
    let bound = |value: Value<'_>, default: i64| match value {
        Value::Missing => Some(default),
        Value::Int(_, value) => Some(value),
        _ => None,
    };
    match (bound(min, 20), bound(max, 100)) {
        // It has words, whichever they are.
        (Some(min), Some(max)) if 0 < min && min < max => {
            let text = "<p>Lorem ipsum.</p>";
            let text = if html { Value::Markup(Origin::TEMPLATE, text) } else { Value::text("Lorem ipsum.") };
            Unknown::value(rt, LIPSUM_IS_RANDOM, rt.alloc_slice(&[text])?)
        }
        _ => Err(Raised::unsupported(LIPSUM_IS_RANDOM)),
    }
}

fn raise_exception<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    const RAISE_EXCEPTION: Signature = Signature {
        function: "_cached_compile_jinja_template.<locals>.raise_exception",
        hidden: "",
        parameters: &["message"],
        required: 1,
    };
    let [message, ..] = RAISE_EXCEPTION.bind(&[], args)?;
    let message = rt.flat(crate::value::repr::str(rt, message)?)?;
    Err(Raised::new(ErrorKind::Template, message.map_or("", |(_, text)| text)))
}

fn strftime_now<'a>(rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    const STRFTIME_NOW: Signature = Signature {
        function: "_cached_compile_jinja_template.<locals>.strftime_now",
        hidden: "",
        parameters: &["format"],
        required: 1,
    };
    let [format, ..] = STRFTIME_NOW.bind(&[], args)?;
    let Some((origin, format)) = rt.flat(format)? else {
        let name = if format.is_none() { "None" } else { names::type_name(format) };
        return Err(Raised::type_error(format!("strftime() argument 1 must be str, not {name}")));
    };
    let Some(clock) = rt.clock else {
        return Err(Raised::unsupported("the template asks for the time, but the render was given no clock"));
    };
    // Widths make texts of some hundred times the format, which are then given up if they are longer than that.
    rt.step_bytes(format.len().saturating_mul(512))?;
    let text = clock.now().strftime(format);
    Ok(Value::Str(rt.computed(origin), rt.alloc_str(&text)?))
}
