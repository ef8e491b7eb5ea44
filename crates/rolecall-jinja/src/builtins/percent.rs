//! `format % values`.

use super::filters::number::to_float;
use super::native;
use crate::ErrorKind;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::text::parse_number::{self, parse_int};
use crate::text::printf::{Conversion, Refusal};
use crate::text::spec;
use crate::trace::Origin;
use crate::value::compare::Number;
use crate::value::object::Object;
use crate::value::subscript::subscript;
use crate::value::writer::Writer;
use crate::value::{Value, names, operators, repr, unknown};

/// `format % values`, Markup if the format is.
pub(crate) fn format<'a>(rt: &Runtime<'a>, format: Value<'a>, values: Value<'a>) -> Result<Value<'a>> {
    let Some((origin, text)) = rt.flat(format)? else { return Ok(format) };
    let markup = matches!(format, Value::Markup(..));
    rt.step_bytes(text.len())?;
    let supply = match values.as_tuple() {
        Some(values) => Supply::Tuple(values),
        None => Supply::Single(Some(values)),
    };
    let mapping = is_mapping(values).then_some(values);
    let out = Writer::new(rt);
    let mut percent = Percent { rt, text, rest: text, supply, mapping, markup, out, refused: None };
    while let Some(at) = percent.rest.find('%') {
        let (literal, from) = percent.rest.split_at(at);
        percent.out.copied(origin, literal)?;
        percent.rest = from.get(1..).unwrap_or_default();
        percent.conversion(origin, from)?;
    }
    let literal = percent.rest;
    percent.out.copied(origin, literal)?;
    if mapping.is_none() && !percent.supply.is_empty() {
        return Err(Raised::type_error("not all arguments converted during string formatting"));
    }
    if let Some(error) = percent.refused {
        return Err(error);
    }
    let text = percent.out.finish()?;
    if markup { operators::markup(rt, text) } else { Ok(text) }
}

/// Whether Python takes the value for a mapping, and so does not mind if nothing is taken from it.
pub(crate) fn is_mapping(value: Value<'_>) -> bool {
    value.as_list().is_some()
        || value.as_dict().is_some()
        || value.as_bytes().is_some()
        || matches!(value, Value::Range(_) | Value::Undefined(_) | Value::Object(Object::Templates))
}

/// The values that are left.
enum Supply<'a> {
    Tuple(&'a [Value<'a>]),
    Single(Option<Value<'a>>),
}

impl<'a> Supply<'a> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Tuple(left) => left.is_empty(),
            Self::Single(left) => left.is_none(),
        }
    }

    fn next(&mut self) -> Result<Value<'a>> {
        let next = match self {
            Self::Tuple(left) => match left.split_first() {
                Some((first, rest)) => {
                    *left = rest;
                    Some(*first)
                }
                None => None,
            },
            Self::Single(left) => left.take(),
        };
        next.ok_or_else(|| Raised::type_error("not enough arguments for format string"))
    }
}

struct Percent<'r, 'a> {
    rt: &'r Runtime<'a>,
    text: &'a str,
    /// What is left of the format.
    rest: &'a str,
    supply: Supply<'a>,
    mapping: Option<Value<'a>>,
    /// Whether the values are escaped.
    markup: bool,
    out: Writer<'r, 'a>,
    /// The error of a value that cannot be written here.
    refused: Option<Raised>,
}

fn incomplete() -> Raised {
    Raised::value_error("incomplete format")
}

fn refused((kind, message): Refusal) -> Raised {
    Raised::new(kind, message)
}

impl<'a> Percent<'_, 'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, c: char) {
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
    }

    /// One conversion, of which the `%` is read already. `from` is the format from there on.
    fn conversion(&mut self, origin: Origin, from: &'a str) -> Result<()> {
        self.rt.step(1)?;
        if self.peek() == Some('%') {
            self.skip('%');
            return self.out.copied(origin, from.get(..1).unwrap_or_default());
        }
        if self.peek() == Some('(') {
            self.key(origin)?;
        }
        let mut conversion = Conversion::default();
        while let Some(flag) = self.peek().filter(|c| conversion.flag(*c)) {
            self.skip(flag);
        }
        self.width(&mut conversion)?;
        self.precision(&mut conversion)?;
        if let Some(size @ ('h' | 'l' | 'L')) = self.peek() {
            self.skip(size);
        }
        let Some(kind) = self.peek() else { return Err(incomplete()) };
        let at = self.text.len() - self.rest.len();
        self.skip(kind);
        let value = self.supply.next()?;
        unknown::check(value)?;
        match kind {
            's' | 'r' | 'a' => match self.text_conversion(conversion, kind, value) {
                // What else is wrong comes first: Python can print it.
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    self.refused.get_or_insert(error);
                    Ok(())
                }
                done => done,
            },
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
                let number = self.integer(kind, value)?;
                self.sized(conversion, number.digits())?;
                self.number(value, conversion.integer(kind, &number))
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let number = self.float(value)?;
                self.sized(conversion, 0)?;
                self.number(value, conversion.float(kind, number))
            }
            'c' => {
                let c = self.character(value)?;
                self.sized(conversion, 0)?;
                self.number(value, conversion.character(c))
            }
            _ => {
                let shown = if (' '..'\u{7f}').contains(&kind) { kind } else { '?' };
                let at = self.text.get(..at).unwrap_or_default().chars().count();
                let code = u32::from(kind);
                let message = format!("unsupported format character '{shown}' ({code:#x}) at index {at}");
                Err(Raised::value_error(message))
            }
        }
    }

    /// `(key)`, in which parentheses may stand in pairs.
    fn key(&mut self, origin: Origin) -> Result<()> {
        let Some(mapping) = self.mapping else {
            return Err(Raised::type_error("format requires a mapping"));
        };
        let inner = self.rest.get(1..).unwrap_or_default();
        let mut depth = 1;
        let end = inner.find(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some(end) = end else { return Err(Raised::value_error("incomplete format key")) };
        let key = Value::Str(origin, inner.get(..end).unwrap_or_default());
        self.rest = inner.get(end + 1..).unwrap_or_default();
        self.supply = Supply::Single(Some(match mapping {
            // There is no such block.
            Value::Object(Object::Templates) => {
                return Err(Raised::new(ErrorKind::Key, repr::short(self.rt, key)));
            }
            _ => subscript(self.rt, mapping, key)?,
        }));
        Ok(())
    }

    /// A value for `*`.
    fn star(&mut self) -> Result<Value<'a>> {
        self.skip('*');
        match self.supply.next()? {
            value @ (Value::Int(..) | Value::Bool(..) | Value::Big(..)) if !self.markup => Ok(value),
            value => {
                unknown::check(value)?;
                Err(Raised::type_error("* wants int"))
            }
        }
    }

    fn width(&mut self, conversion: &mut Conversion) -> Result<()> {
        if self.peek() == Some('*') {
            let value = self.star()?;
            let width = native::size(value)?.unwrap_or_default();
            conversion.left |= width < 0;
            conversion.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        } else if let Some(width) = self.digits(i64::MAX, "width too big")? {
            conversion.width = width;
        }
        Ok(())
    }

    fn precision(&mut self, conversion: &mut Conversion) -> Result<()> {
        if self.peek() != Some('.') {
            return Ok(());
        }
        self.skip('.');
        let precision = if self.peek() == Some('*') {
            let value = self.star()?;
            usize::try_from(native::int(value)?.unwrap_or_default()).unwrap_or_default()
        } else {
            self.digits(i64::from(i32::MAX), "precision too big")?.unwrap_or_default()
        };
        conversion.precision = Some(precision);
        Ok(())
    }

    fn digits(&mut self, most: i64, too_big: &'static str) -> Result<Option<usize>> {
        let mut number = None;
        while let Some((c, digit)) = self.peek().and_then(|c| Some((c, c.to_digit(10)?))) {
            self.skip(c);
            let digit = i64::from(digit);
            let so_far = number.unwrap_or(0_i64);
            if so_far > (most - digit) / 10 {
                return Err(Raised::value_error(too_big));
            }
            number = Some(so_far * 10 + digit);
        }
        Ok(number.map(|number| usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// Counts what a conversion of a number writes, before it does.
    fn sized(&self, conversion: Conversion, digits: usize) -> Result<()> {
        let size = conversion.width.saturating_add(conversion.precision.unwrap_or_default());
        if size > self.rt.memory_left() {
            self.rt.reserve(size)?;
        }
        self.rt.step_bytes(size.saturating_add(digits.saturating_mul(16)))
    }

    /// Writes what a number became.
    fn number(&mut self, value: Value<'a>, text: std::result::Result<String, Refusal>) -> Result<()> {
        let text = text.map_err(refused)?;
        self.out.computed(value.origin())?.push_str(&text);
        self.out.count()
    }

    /// `%s`, `%r` and `%a`.
    fn text_conversion(&mut self, conversion: Conversion, kind: char, value: Value<'a>) -> Result<()> {
        let rt = self.rt;
        let text = match kind {
            's' if self.markup => operators::escaped(rt, value)?,
            's' if conversion.width == 0 && conversion.precision.is_none() => {
                return repr::write_str(&mut self.out, value);
            }
            's' => repr::str(rt, value)?,
            'a' if !self.markup => repr::ascii(rt, value)?,
            _ => {
                let text = repr::repr(rt, value)?;
                if self.markup { operators::escaped(rt, text)? } else { text }
            }
        };
        let text = if kind == 'a' && self.markup { repr::escape_non_ascii(rt, text)? } else { text };
        if conversion.width == 0 && conversion.precision.is_none() {
            return self.out.string(text);
        }
        let Some((origin, flat)) = rt.flat(text)? else { return Ok(()) };
        rt.step_bytes(flat.len())?;
        let end = conversion.precision.and_then(|precision| flat.char_indices().nth(precision));
        let cut = flat.get(..end.map_or(flat.len(), |(at, _)| at)).unwrap_or_default();
        let missing = conversion.width.saturating_sub(cut.chars().count());
        let (before, after) = if conversion.left { (0, missing) } else { (missing, 0) };
        spec::check_width(missing).map_err(refused)?;
        self.out.repeated(Origin::TEMPLATE, ' ', before)?;
        self.out.copied(origin, cut)?;
        self.out.repeated(Origin::TEMPLATE, ' ', after)
    }

    fn not_a_number(&self, message: &str, value: Value<'a>) -> Raised {
        // Markup wraps its values.
        let found = if self.markup { "_MarkupEscapeHelper" } else { names::type_name(value) };
        Raised::type_error(format!("{message}, not {found}"))
    }

    fn integer(&self, kind: char, value: Value<'a>) -> Result<BigInt> {
        if matches!(kind, 'o' | 'x' | 'X') {
            return match Number::of(value).and_then(Number::big) {
                Some(number) if !self.markup => Ok(number),
                _ => Err(self.not_a_number(&format!("%{kind} format: an integer is required"), value)),
            };
        }
        match value {
            Value::Int(..) | Value::Bool(..) | Value::Big(..) => {
                Ok(Number::of(value).and_then(Number::big).unwrap_or_default())
            }
            Value::Float(_, number) => BigInt::from_f64(number.trunc()).ok_or_else(|| {
                if number.is_nan() {
                    Raised::value_error("cannot convert float NaN to integer")
                } else {
                    Raised::new(ErrorKind::Overflow, "cannot convert float infinity to integer")
                }
            }),
            Value::Undefined(undefined) => Err(undefined.error(self.rt)),
            _ if self.markup && (value.is_str() || value.as_bytes().is_some()) => self.parsed(value),
            _ => Err(self.not_a_number(&format!("%{kind} format: a real number is required"), value)),
        }
    }

    /// `int(text)`, also of bytes.
    fn parsed(&self, value: Value<'a>) -> Result<BigInt> {
        let text = match value.as_bytes() {
            Some(bytes) => bytes.text(),
            None => self.rt.flat(value)?.map_or("", |(_, text)| text).into(),
        };
        self.rt.step_bytes(text.len().saturating_mul(8))?;
        parse_int(&text, 10).map_err(|(kind, message)| match message.split_once("base 10: ") {
            Some((before, _)) => {
                let shown = repr::short(self.rt, value).chars().take(parse_number::SHOWN).collect::<String>();
                Raised::new(kind, format!("{before}base 10: {shown}"))
            }
            None => refused((kind, message)),
        })
    }

    fn float(&self, value: Value<'a>) -> Result<f64> {
        // Markup wraps its values, and the wrapping calls `float`.
        if self.markup {
            return to_float(self.rt, value);
        }
        if let Some(number) = Number::of(value) {
            return operators::to_float(number);
        }
        match value {
            Value::Undefined(undefined) => Err(undefined.error(self.rt)),
            _ => Err(Raised::type_error(format!("must be real number, not {}", names::type_name(value)))),
        }
    }

    fn character(&self, value: Value<'a>) -> Result<char> {
        let wrong = || Raised::type_error("%c requires int or char");
        if self.markup {
            return Err(wrong());
        }
        if let Some((_, text)) = self.rt.flat(value)? {
            let mut chars = text.chars();
            return match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(c),
                _ => Err(wrong()),
            };
        }
        match Number::of(value).and_then(Number::big) {
            Some(number) if number.to_i64().is_some() => spec::character(&number).map_err(refused),
            Some(_) => Err(Raised::new(ErrorKind::Overflow, "%c arg not in range(0x110000)")),
            None => Err(wrong()),
        }
    }
}
