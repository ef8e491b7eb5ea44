//! `str.format` and `str.format_map` as the sandbox runs them: Python's `string.Formatter`, which differs from
//! `str.format` itself here and there, with attributes and items that the sandbox gives out.

use super::Args;
use crate::ErrorKind;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::class;
use crate::text::spec::{self, Layout, Refusal, Spec, Target};
use crate::trace::Origin;
use crate::value::compare::Number;
use crate::value::subscript::subscript;
use crate::value::writer::Writer;
use crate::value::{Value, access, names, operators, repr};

/// How deep specifications with fields may be inside of one another.
const DEEPEST: i32 = 2;

/// `format.format(…)`.
pub(crate) fn format<'a>(rt: &Runtime<'a>, format: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    Formatter { rt, positional: args.positional, named: Named::Args(args.named), markup: is_markup(format) }
        .run(format)
}

/// `format.format_map(mapping)`.
pub(crate) fn format_map<'a>(rt: &Runtime<'a>, format: Value<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
    if !args.named.is_empty() {
        return Err(Raised::type_error("format_map() takes no keyword arguments"));
    }
    let [mapping] = args.positional else {
        let given = args.positional.len();
        let message = format!("format_map() takes exactly one argument ({given} given)");
        return Err(Raised::type_error(message));
    };
    Formatter { rt, positional: &[], named: Named::Mapping(*mapping), markup: is_markup(format) }.run(format)
}

/// `format(value, spec)`, where the specification has an origin as well.
fn format_value<'a>(rt: &Runtime<'a>, value: Value<'a>, spec: (Origin, &str)) -> Result<Value<'a>> {
    let mut out = Writer::new(rt);
    write_value(&mut out, value, spec)?;
    out.finish()
}

fn is_markup(value: Value<'_>) -> bool {
    matches!(value, Value::Markup(..))
}

fn refused((kind, message): Refusal) -> Raised {
    Raised::new(kind, message)
}

/// Writes `format(value, spec)`. What it is filled up with is computed from the specification.
fn write_value<'a>(
    out: &mut Writer<'_, 'a>,
    value: Value<'a>,
    (spec_origin, spec): (Origin, &str),
) -> Result<()> {
    if spec.is_empty() {
        return repr::write_str(out, value);
    }
    let rt = out.rt;
    crate::value::unknown::check(value)?;
    let name = names::type_name(value);
    if let Some((origin, text)) = rt.flat(value)? {
        let spec = Spec::parse(spec, Target::Text, name).map_err(refused)?;
        rt.step_bytes(text.len())?;
        let Layout { before, text, after, fill } = spec::lay_out(&spec, text).map_err(refused)?;
        out.repeated(spec_origin, fill, before)?;
        out.copied(origin, text)?;
        return out.repeated(spec_origin, fill, after);
    }
    let Some(number) = Number::of(value) else {
        return Err(Raised::type_error(format!("unsupported format string passed to {name}.__format__")));
    };
    let target = if matches!(value, Value::Float(..)) { Target::Float } else { Target::Integer };
    let spec = Spec::parse(spec, target, name).map_err(refused)?;
    let bytes = spec.size().saturating_mul(4);
    if bytes > rt.memory_left() {
        rt.reserve(bytes)?;
    }
    rt.step_bytes(bytes)?;
    let text = match number {
        Number::Float(number) => spec::format_float(&spec, number),
        number => {
            let number = number.big().unwrap_or_default();
            rt.step_bytes(number.digits().saturating_mul(16))?;
            spec::format_integer(&spec, &number)
        }
    };
    let text = text.map_err(refused)?;
    out.computed(rt.joined(value.origin(), spec_origin))?.push_str(&text);
    out.count()
}

/// Where fields with names are looked up.
#[derive(Clone, Copy)]
enum Named<'s, 'a> {
    Args(&'s [(&'a str, Value<'a>)]),
    Mapping(Value<'a>),
}

/// How fields without a number are counted.
#[derive(Clone, Copy)]
enum Numbering {
    /// The number of the next one.
    Automatic(usize),
    /// There was a field with a number, so that there cannot be one without.
    Manual,
}

struct Formatter<'r, 's, 'a> {
    rt: &'r Runtime<'a>,
    positional: &'s [Value<'a>],
    named: Named<'s, 'a>,
    /// Whether values are escaped.
    markup: bool,
}

impl<'a> Formatter<'_, '_, 'a> {
    fn run(&self, format: Value<'a>) -> Result<Value<'a>> {
        let Some((origin, text)) = self.rt.flat(format)? else { return Ok(format) };
        let mut numbering = Numbering::Automatic(0);
        let made = self.fill(origin, text, DEEPEST, &mut numbering)?;
        if self.markup { operators::markup(self.rt, made) } else { Ok(made) }
    }

    /// The text with values in the place of its fields.
    fn fill(
        &self,
        origin: Origin,
        text: &'a str,
        depth: i32,
        numbering: &mut Numbering,
    ) -> Result<Value<'a>> {
        if depth < 0 {
            return Err(Raised::value_error("Max string recursion exceeded"));
        }
        self.rt.step_bytes(text.len())?;
        let mut out = Writer::new(self.rt);
        let mut parser = Parser { rest: text };
        while let Some((literal, field)) = parser.next()? {
            out.copied(origin, literal)?;
            if let Some(field) = field {
                self.rt.step(1)?;
                self.field(&mut out, origin, &field, depth, numbering)?;
            }
        }
        out.finish()
    }

    fn field(
        &self,
        out: &mut Writer<'_, 'a>,
        origin: Origin,
        field: &Field<'a>,
        depth: i32,
        numbering: &mut Numbering,
    ) -> Result<()> {
        let switched = || {
            Raised::value_error("cannot switch from manual field specification to automatic field numbering")
        };
        let mut automatic = None;
        if field.name.is_empty() {
            let Numbering::Automatic(number) = numbering else { return Err(switched()) };
            automatic = Some(*number);
            *number += 1;
        } else if class::is_digit(field.name) {
            if matches!(numbering, Numbering::Automatic(1..)) {
                return Err(switched());
            }
            *numbering = Numbering::Manual;
        }
        let value = match automatic {
            Some(number) => self.argument(number)?,
            None => self.lookup(field.name)?,
        };
        let value = match field.conversion {
            None => value,
            Some('s') => repr::str(self.rt, value)?,
            Some('r') => repr::repr(self.rt, value)?,
            Some('a') => repr::ascii(self.rt, value)?,
            Some(other) => {
                return Err(Raised::value_error(format!("Unknown conversion specifier {other}")));
            }
        };
        let spec = self.fill(origin, field.spec, depth - 1, numbering)?;
        let spec = self.rt.flat(spec)?.unwrap_or((Origin::TEMPLATE, ""));
        if !self.markup {
            return write_value(out, value, spec);
        }
        if is_markup(value) {
            if !spec.1.is_empty() {
                return Err(Raised::value_error("Unsupported format specification for Markup."));
            }
            return out.string(value);
        }
        let formatted = format_value(self.rt, value, spec)?;
        out.string(operators::escaped(self.rt, formatted)?)
    }

    fn argument(&self, number: usize) -> Result<Value<'a>> {
        match self.positional.get(number) {
            Some(value) => Ok(*value),
            None => Err(Raised::new(ErrorKind::Index, "tuple index out of range")),
        }
    }

    /// The value of a field such as `name.attribute[item]`.
    fn lookup(&self, field: &'a str) -> Result<Value<'a>> {
        if let Named::Args(named) = self.named {
            self.rt.step(named.len() / 8)?;
        }
        let (first, mut rest) = field.split_at(field.find(['.', '[']).unwrap_or(field.len()));
        let mut value = match number(first)? {
            Some(number) => self.argument(usize::try_from(number).unwrap_or(usize::MAX))?,
            None => match self.named {
                Named::Mapping(mapping) => subscript(self.rt, mapping, Value::text(first))?,
                Named::Args(named) => match named.iter().rev().find(|(name, _)| *name == first) {
                    Some((_, value)) => *value,
                    None => return Err(Raised::new(ErrorKind::Key, crate::text::repr(first))),
                },
            },
        };
        while let Some(mark) = rest.chars().next() {
            self.rt.step(1)?;
            rest = rest.get(mark.len_utf8()..).unwrap_or_default();
            let end = match mark {
                '.' => rest.find(['.', '[']).unwrap_or(rest.len()),
                '[' => match rest.find(']') {
                    Some(end) => end,
                    None => return Err(Raised::value_error("Missing ']' in format string")),
                },
                _ => {
                    return Err(Raised::value_error(
                        "Only '.' or '[' may follow ']' in format field specifier",
                    ));
                }
            };
            let (name, after) = rest.split_at(end);
            let item = if mark == '[' { number(name)? } else { None };
            if name.is_empty() {
                return Err(Raised::value_error("Empty attribute in format string"));
            }
            if mark == '[' {
                rest = after.get(1..).unwrap_or_default();
                value = access::item(self.rt, value, item.map_or(Value::text(name), Value::int))?;
            } else {
                rest = after;
                value = access::attribute(self.rt, value, name)?;
            }
        }
        Ok(value)
    }
}

/// The number that a name is, if it has digits only, of whatever script.
fn number(name: &str) -> Result<Option<i64>> {
    let mut number = None;
    for c in name.chars() {
        let Some(digit) = class::decimal_value(c) else { return Ok(None) };
        let digit = i64::from(digit);
        let so_far = number.unwrap_or(0_i64);
        if so_far > (i64::MAX - digit) / 10 {
            return Err(Raised::value_error("Too many decimal digits in format string"));
        }
        number = Some(so_far * 10 + digit);
    }
    Ok(number)
}

/// A field of a format: `{name!conversion:spec}`.
struct Field<'t> {
    name: &'t str,
    conversion: Option<char>,
    spec: &'t str,
}

/// Reads a format, part by part.
struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    /// The next literal text and the field after it. A doubled brace ends a text without a field.
    fn next(&mut self) -> Result<Option<(&'t str, Option<Field<'t>>)>> {
        let text = self.rest;
        if text.is_empty() {
            return Ok(None);
        }
        let Some(at) = text.find(['{', '}']) else {
            self.rest = "";
            return Ok(Some((text, None)));
        };
        let (literal, from) = text.split_at(at);
        let (brace, after) = from.split_at(1);
        if after.starts_with(brace) {
            self.rest = after.get(1..).unwrap_or_default();
            return Ok(Some((text.get(..=at).unwrap_or_default(), None)));
        }
        if brace == "}" || after.is_empty() {
            return Err(Raised::value_error(format!("Single '{brace}' encountered in format string")));
        }
        self.rest = after;
        let field = self.field()?;
        Ok(Some((literal, Some(field))))
    }

    /// The rest of a field whose brace is read.
    fn field(&mut self) -> Result<Field<'t>> {
        let text = self.rest;
        let mut in_brackets = false;
        let end = text.find(|c| match c {
            ']' => {
                in_brackets = false;
                false
            }
            _ if in_brackets => false,
            '[' => {
                in_brackets = true;
                false
            }
            _ => matches!(c, '{' | '}' | ':' | '!'),
        });
        let Some(end) = end else {
            return Err(Raised::value_error("expected '}' before end of string"));
        };
        let (name, from) = text.split_at(end);
        let (mark, after) = from.split_at(1);
        self.rest = after;
        let mut field = Field { name, conversion: None, spec: "" };
        match mark {
            "{" => return Err(Raised::value_error("unexpected '{' in field name")),
            "}" => return Ok(field),
            "!" => {
                let mut chars = after.chars();
                let Some(conversion) = chars.next() else {
                    return Err(Raised::value_error("end of string while looking for conversion specifier"));
                };
                field.conversion = Some(conversion).filter(|c| *c != '\0');
                let next = chars.next();
                self.rest = chars.as_str();
                match next {
                    Some('}') => return Ok(field),
                    Some(':') | None => {}
                    Some(_) => {
                        return Err(Raised::value_error("expected ':' after conversion specifier"));
                    }
                }
            }
            _ => {}
        }
        let mut depth = 1;
        let end = self.rest.find(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some(end) = end else { return Err(Raised::value_error("unmatched '{' in format spec")) };
        let (spec, after) = self.rest.split_at(end);
        field.spec = spec;
        self.rest = after.get(1..).unwrap_or_default();
        Ok(field)
    }
}
