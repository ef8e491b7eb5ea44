//! `format % values`.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::spec::{Align, Notation, float_digits, pad};
use super::{escape, repr};
use crate::budget::{self, Writer};
use crate::error::raise;
use crate::limits::WIDEST_FORMAT;
use crate::ops::{access, arithmetic};
use crate::value::{Kind, kind, text, type_name};

/// `format % values`, Markup if the format is.
pub(crate) fn format(
    state: &mut State<'_, '_>,
    format: &str,
    safe: bool,
    values: &Value,
) -> Result<Value, Error> {
    let mut formatter = Formatter::new(budget::writer(state), safe, values);
    formatter.run(format)?;
    Ok(text(formatter.out.finish(state)?, safe))
}

struct Formatter<'v> {
    out: Writer,
    /// Texts are escaped before they are put into Markup.
    escape: bool,
    values: &'v Value,
    /// The values one by one: those of a tuple, or the only one.
    left: std::slice::Iter<'v, Value>,
    mapping: bool,
}

/// A conversion as it is written.
#[derive(Default)]
struct Conversion<'f> {
    /// Any of `-`, `+`, blank, `#` and `0`.
    flags: &'f str,
    left: bool,
    width: usize,
    precision: Option<usize>,
}

impl Conversion<'_> {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }
}

impl<'v> Formatter<'v> {
    fn new(out: Writer, escape: bool, values: &'v Value) -> Self {
        let (left, mapping) = match kind(values) {
            Kind::Tuple(tuple) => (tuple.items().iter(), false),
            // Whatever could be indexed is taken for a mapping.
            Kind::Dict(_) | Kind::List(_) | Kind::Range(_) | Kind::Undefined(_) => {
                (std::slice::from_ref(values).iter(), true)
            }
            _ => (std::slice::from_ref(values).iter(), false),
        };
        Self { out, escape, values, left, mapping }
    }

    fn run(&mut self, format: &str) -> Result<(), Error> {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            self.out.str(rest.get(..at).unwrap_or_default())?;
            let directive = rest.get(at + 1..).unwrap_or_default();
            let used = self.directive(directive, format.len() - directive.len(), format)?;
            rest = directive.get(used..).unwrap_or_default();
        }
        self.out.str(rest)?;
        if self.left.next().is_some() && !self.mapping {
            return Err(raise(ErrorKind::Type, "not all arguments converted during string formatting"));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<&'v Value, Error> {
        self.left.next().ok_or_else(|| raise(ErrorKind::Type, "not enough arguments for format string"))
    }

    /// Writes the conversion at the start of `directive`, after its `%`; gives its length.
    fn directive(&mut self, directive: &str, at: usize, format: &str) -> Result<usize, Error> {
        let mut chars = directive.char_indices().peekable();
        let mut named = None;
        if chars.next_if(|(_, c)| *c == '(').is_some() {
            named = Some(self.named(&mut chars, directive)?);
        }
        let rest = directive.get(chars.peek().map_or(directive.len(), |(at, _)| *at)..).unwrap_or_default();
        let other = |c: char| !"-+ #0".contains(c);
        let flags = rest.get(..rest.find(other).unwrap_or(rest.len())).unwrap_or_default();
        while chars.next_if(|(_, c)| !other(*c)).is_some() {}
        let width = self.number(&mut chars)?.unwrap_or_default();
        let mut conversion = Conversion {
            flags,
            left: flags.contains('-') || width < 0,
            width: usize::try_from(width.abs()).unwrap_or_default(),
            precision: None,
        };
        if chars.next_if(|(_, c)| *c == '.').is_some() {
            let precision = self.number(&mut chars)?.unwrap_or_default();
            conversion.precision = Some(usize::try_from(precision).unwrap_or_default());
        }
        chars.next_if(|(_, c)| "hlL".contains(*c));
        let Some((offset, letter)) = chars.next() else {
            return Err(raise(ErrorKind::Value, "incomplete format"));
        };
        if letter == '%' {
            self.out.char('%')?;
        } else {
            let value = match named {
                Some(value) => value,
                None => self.next()?.clone(),
            };
            let place = format.get(..at + offset).unwrap_or_default().chars().count();
            self.convert(&conversion, letter, &value, place)?;
        }
        Ok(offset + letter.len_utf8())
    }

    /// The value of a `(key)`.
    fn named(
        &self,
        chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
        directive: &str,
    ) -> Result<Value, Error> {
        if !self.mapping {
            return Err(raise(ErrorKind::Type, "format requires a mapping"));
        }
        let mut open = 1;
        let end = chars.find(|(_, c)| {
            open += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            open == 0
        });
        let Some((end, _)) = end else {
            return Err(raise(ErrorKind::Value, "incomplete format key"));
        };
        if let Kind::List(_) = kind(self.values) {
            return Err(raise(ErrorKind::Type, "list indices must be integers or slices, not str"));
        }
        let key = Value::from(directive.get(1..end).unwrap_or_default());
        let value = access::item(self.values, &key)?;
        if crate::value::is_undefined(&value) {
            return Err(raise(ErrorKind::Key, repr::short(&key)));
        }
        Ok(value)
    }

    /// A width or precision: digits, or `*` for the next value.
    fn number(
        &mut self,
        chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    ) -> Result<Option<i64>, Error> {
        if chars.next_if(|(_, c)| *c == '*').is_some() {
            let value = self.next()?;
            return match kind(value) {
                Kind::Int(n) => Ok(Some(fits(n)?)),
                Kind::Bool(b) => Ok(Some(b.into())),
                _ => Err(raise(ErrorKind::Type, "* wants int")),
            };
        }
        let mut number = None;
        while let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
            let digit = i128::from(digit.to_digit(10).unwrap_or_default());
            number = Some(fits(i128::from(number.unwrap_or(0)) * 10 + digit)?);
        }
        Ok(number)
    }

    fn convert(
        &mut self,
        conversion: &Conversion<'_>,
        letter: char,
        value: &Value,
        at: usize,
    ) -> Result<(), Error> {
        if let Kind::Undefined(missing) = kind(value)
            && "diueEfFgG".contains(letter)
        {
            return Err(missing.error());
        }
        match letter {
            's' | 'r' | 'a' => self.text(conversion, letter, value),
            'c' => self.character(conversion, value),
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => self.integer(conversion, letter, value),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => self.float(conversion, letter, value),
            _ => {
                let code = u32::from(letter);
                let shown = if (31..127).contains(&code) { letter } else { '?' };
                let message = format!("unsupported format character '{shown}' (0x{code:x}) at index {at}");
                Err(raise(ErrorKind::Value, message))
            }
        }
    }

    fn text(&mut self, conversion: &Conversion<'_>, letter: char, value: &Value) -> Result<(), Error> {
        let mut written = Writer::new(self.out.room());
        match letter {
            's' => repr::write_str(&mut written, value)?,
            _ => repr::write_repr(&mut written, value)?,
        }
        let mut written = written.into_text();
        if letter == 'a' {
            written = ascii(&written);
        }
        if self.escape {
            written = escape::unless_safe(if letter == 's' { value } else { &Value::UNDEFINED }, &written);
        }
        let cut: String = match conversion.precision {
            Some(precision) => written.chars().take(precision).collect(),
            None => written,
        };
        self.padded(conversion, "", &cut, false)
    }

    fn character(&mut self, conversion: &Conversion<'_>, value: &Value) -> Result<(), Error> {
        let c = match kind(value) {
            Kind::Text(text) => {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none())
            }
            Kind::Int(n) => match u32::try_from(n).ok().filter(|n| *n < 0x11_0000) {
                Some(n) => char::from_u32(n),
                None => return Err(raise(ErrorKind::Overflow, "%c arg not in range(0x110000)")),
            },
            Kind::Bool(b) => Some(char::from(u8::from(b))),
            _ => None,
        };
        let c = c.ok_or_else(|| raise(ErrorKind::Type, "%c requires int or char"))?;
        self.padded(conversion, "", &c.to_string(), false)
    }

    fn integer(&mut self, conversion: &Conversion<'_>, letter: char, value: &Value) -> Result<(), Error> {
        let decimal = matches!(letter, 'd' | 'i' | 'u');
        let number = match kind(value) {
            Kind::Int(n) => n,
            Kind::Bool(b) => b.into(),
            Kind::HugeInt => return Err(arithmetic::too_large()),
            Kind::Float(f) if decimal => truncated(f)?,
            _ => {
                let wanted = if decimal { "a real number" } else { "an integer" };
                let message = format!("%{letter} format: {wanted} is required, not {}", type_name(value));
                return Err(raise(ErrorKind::Type, message));
            }
        };
        let magnitude = number.unsigned_abs();
        let (prefix, digits) = match letter {
            'x' => ("0x", format!("{magnitude:x}")),
            'X' => ("0X", format!("{magnitude:X}")),
            'o' => ("0o", format!("{magnitude:o}")),
            _ => ("", magnitude.to_string()),
        };
        let missing = conversion.precision.unwrap_or_default().saturating_sub(digits.len());
        let digits = "0".repeat(missing) + &digits;
        let prefix = if conversion.has('#') { prefix } else { "" };
        let sign = format!("{}{prefix}", sign(conversion, number < 0));
        self.padded(conversion, &sign, &digits, true)
    }

    fn float(&mut self, conversion: &Conversion<'_>, letter: char, value: &Value) -> Result<(), Error> {
        let number = match kind(value) {
            Kind::Float(f) => f,
            Kind::Int(n) => arithmetic::float(n),
            Kind::Bool(b) => f64::from(u8::from(b)),
            _ => {
                let message = format!("must be real number, not {}", type_name(value));
                return Err(raise(ErrorKind::Type, message));
            }
        };
        let notation = match letter.to_ascii_lowercase() {
            'e' => Notation::Exponent,
            'f' => Notation::Fixed,
            _ => Notation::General,
        };
        let mut digits =
            float_digits(number, notation, conversion.precision.unwrap_or(6), conversion.has('#'))?;
        if letter.is_ascii_uppercase() {
            digits.make_ascii_uppercase();
        }
        let sign = sign(conversion, number.is_sign_negative() && !number.is_nan());
        self.padded(conversion, sign, &digits, true)
    }

    fn padded(
        &mut self,
        conversion: &Conversion<'_>,
        sign: &str,
        body: &str,
        number: bool,
    ) -> Result<(), Error> {
        let (align, fill) = match (conversion.left, conversion.has('0') && number) {
            (true, _) => (Align::Left, ' '),
            (false, true) => (Align::AfterSign, '0'),
            (false, false) => (Align::Right, ' '),
        };
        pad(&mut self.out, sign, body, align, fill, conversion.width)
    }
}

fn sign(conversion: &Conversion<'_>, negative: bool) -> &'static str {
    match (negative, conversion.has('+'), conversion.has(' ')) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

/// A width or precision that is not too large.
fn fits(n: i128) -> Result<i64, Error> {
    let fits = i64::try_from(n).ok().filter(|n| usize::try_from(n.abs()).is_ok_and(|n| n <= WIDEST_FORMAT));
    fits.ok_or_else(|| raise(ErrorKind::Limit, "a field of a format is too wide"))
}

/// The integer part of a float.
pub(crate) fn truncated(value: f64) -> Result<i128, Error> {
    if value.is_nan() {
        return Err(raise(ErrorKind::Value, "cannot convert float NaN to integer"));
    }
    if value.is_infinite() {
        return Err(raise(ErrorKind::Overflow, "cannot convert float infinity to integer"));
    }
    // Every finite double is a sum of powers of two, which its decimal digits tell exactly.
    format!("{:.0}", value.trunc()).parse().map_err(|_| arithmetic::too_large())
}

/// `ascii(value)` of a `repr`.
fn ascii(repr: &str) -> String {
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { repr::escape(c) };
    repr.chars().map(escaped).collect()
}
