//! `text.format(...)`, with the sandbox's guard on attributes.

use minijinja::{Error, State, Value};
use rolecall_jinja::ErrorKind;

use super::spec::{Align, Notation, float_digits, grouped, pad};
use super::{escape, float, repr};
use crate::budget::{self, Writer};
use crate::error::raise;
use crate::limits::WIDEST_FORMAT;
use crate::ops::{access, arithmetic};
use crate::value::{Kind, kind, text, type_name};

/// The arguments of a call of `format`.
pub(crate) struct Arguments<'v> {
    pub(crate) positional: &'v [Value],
    pub(crate) named: &'v dyn Fn(&str) -> Option<Value>,
}

/// `format.format(...)`, Markup if the format is.
pub(crate) fn format(
    state: &mut State<'_, '_>,
    format: &str,
    safe: bool,
    arguments: &Arguments<'_>,
) -> Result<Value, Error> {
    let mut formatter = Formatter { arguments, escape: safe, next: Next::Unknown };
    let mut out = budget::writer(state);
    formatter.run(&mut out, format, 3)?;
    Ok(text(out.finish(state)?, safe))
}

/// How the fields without a name are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Unknown,
    Automatic(usize),
    Manual,
}

struct Formatter<'a> {
    arguments: &'a Arguments<'a>,
    escape: bool,
    next: Next,
}

impl Formatter<'_> {
    fn run(&mut self, out: &mut Writer, format: &str, levels: u8) -> Result<(), Error> {
        if levels == 0 {
            return Err(raise(ErrorKind::Value, "Max string recursion exceeded"));
        }
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            out.str(rest.get(..at).unwrap_or_default())?;
            let brace = rest.get(at..=at).unwrap_or_default();
            rest = rest.get(at + 1..).unwrap_or_default();
            if rest.starts_with(brace) {
                out.str(brace)?;
                rest = rest.get(1..).unwrap_or_default();
            } else if brace == "}" {
                return Err(raise(ErrorKind::Value, "Single '}' encountered in format string"));
            } else if rest.is_empty() {
                return Err(raise(ErrorKind::Value, "Single '{' encountered in format string"));
            } else {
                let end = field_end(rest)
                    .ok_or_else(|| raise(ErrorKind::Value, "expected '}' before end of string"))?;
                self.field(out, rest.get(..end).unwrap_or_default(), levels)?;
                rest = rest.get(end + 1..).unwrap_or_default();
            }
        }
        out.str(rest)
    }

    fn field(&mut self, out: &mut Writer, field: &str, levels: u8) -> Result<(), Error> {
        let (name, conversion, spec) = split_field(field)?;
        let value = self.value(name)?;
        let mut written_spec = Writer::new(WIDEST_FORMAT);
        self.run(&mut written_spec, spec, levels - 1)?;
        let spec = written_spec.into_text();
        let value = match conversion {
            None => value,
            Some(conversion) => {
                let mut written = Writer::new(out.room());
                match conversion {
                    's' => repr::write_str(&mut written, &value)?,
                    'r' | 'a' => repr::write_repr(&mut written, &value)?,
                    other => {
                        let message = format!("Unknown conversion specifier {other}");
                        return Err(raise(ErrorKind::Value, message));
                    }
                }
                Value::from(written.into_text())
            }
        };
        if !self.escape || value.is_safe() {
            return format_value(out, &value, &spec);
        }
        let mut written = Writer::new(out.room());
        format_value(&mut written, &value, &spec)?;
        out.str(&escape::escaped(written.text()))
    }

    /// The value of a field's name, with its attributes and items.
    fn value(&mut self, name: &str) -> Result<Value, Error> {
        let first = name.find(['.', '[']).unwrap_or(name.len());
        let (base, mut path) = name.split_at(first);
        let mut value = if let Ok(n) = base.parse::<usize>() {
            self.count(false)?;
            self.positional(n)?
        } else if base.is_empty() {
            let n = self.count(true)?;
            self.positional(n)?
        } else {
            let named = (self.arguments.named)(base);
            named.ok_or_else(|| raise(ErrorKind::Key, repr::short(&Value::from(base))))?
        };
        while !path.is_empty() {
            if let Some(attribute) = path.strip_prefix('.') {
                let end = attribute.find(['.', '[']).unwrap_or(attribute.len());
                let (attribute, rest) = attribute.split_at(end);
                value = access::attribute(&value, attribute)?;
                path = rest;
            } else if let Some((key, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
                let key = key.parse::<i64>().map_or_else(|_| Value::from(key), Value::from);
                value = access::item(&value, &key)?;
                path = rest;
            } else {
                return Err(raise(ErrorKind::Value, "Missing ']' in format string"));
            }
        }
        Ok(value)
    }

    fn positional(&self, n: usize) -> Result<Value, Error> {
        let value = self.arguments.positional.get(n).cloned();
        value.ok_or_else(|| raise(ErrorKind::Index, "tuple index out of range"))
    }

    fn count(&mut self, automatic: bool) -> Result<usize, Error> {
        let (next, n) = match (self.next, automatic) {
            // The sandbox's formatter has one message for both.
            (Next::Manual, true) | (Next::Automatic(_), false) => {
                let message = "cannot switch from manual field specification to automatic field numbering";
                return Err(raise(ErrorKind::Value, message));
            }
            (Next::Automatic(n), true) => (Next::Automatic(n + 1), n),
            (Next::Unknown, true) => (Next::Automatic(1), 0),
            (_, false) => (Next::Manual, 0),
        };
        self.next = next;
        Ok(n)
    }
}

/// Where the field at the start of `rest` ends.
fn field_end(rest: &str) -> Option<usize> {
    let mut open = 1;
    rest.char_indices().find_map(|(at, c)| {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}

/// Name, conversion and format of a field.
fn split_field(field: &str) -> Result<(&str, Option<char>, &str), Error> {
    let mut inside = false;
    let end = field.char_indices().find(|(_, c)| {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        !inside && matches!(c, '!' | ':')
    });
    let Some((at, mark)) = end else { return Ok((field, None, "")) };
    let (name, rest) = (field.get(..at).unwrap_or_default(), field.get(at + 1..).unwrap_or_default());
    if mark == ':' {
        return Ok((name, None, rest));
    }
    let mut chars = rest.chars();
    let Some(conversion) = chars.next() else {
        return Err(raise(ErrorKind::Value, "end of string while looking for conversion specifier"));
    };
    match chars.as_str() {
        "" => Ok((name, Some(conversion), "")),
        rest => match rest.strip_prefix(':') {
            Some(spec) => Ok((name, Some(conversion), spec)),
            None => Err(raise(ErrorKind::Value, "expected ':' after conversion specifier")),
        },
    }
}

/// A format specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
struct Spec {
    fill: Option<char>,
    align: Option<Align>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    letter: Option<char>,
}

impl Spec {
    fn parse(spec: &str, of: &str) -> Result<Self, Error> {
        let invalid = || {
            raise(ErrorKind::Value, format!("Invalid format specifier '{spec}' for object of type '{of}'"))
        };
        let align = |c: char| match c {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            '=' => Some(Align::AfterSign),
            _ => None,
        };
        let mut chars = spec.chars().peekable();
        let mut second = spec.chars().skip(1);
        let mut parsed = Self {
            fill: None,
            align: None,
            sign: None,
            alternate: false,
            zero: false,
            width: 0,
            grouping: None,
            precision: None,
            letter: None,
        };
        if let Some(align) = second.next().and_then(align) {
            parsed.fill = chars.next();
            parsed.align = Some(align);
            chars.next();
        } else if let Some(align) = chars.peek().copied().and_then(align) {
            parsed.align = Some(align);
            chars.next();
        }
        parsed.sign = chars.next_if(|c| "+- ".contains(*c));
        parsed.alternate = chars.next_if_eq(&'#').is_some();
        parsed.zero = chars.next_if_eq(&'0').is_some();
        parsed.width = number(&mut chars)?.unwrap_or_default();
        parsed.grouping = chars.next_if(|c| ",_".contains(*c));
        if chars.next_if_eq(&'.').is_some() {
            let precision = number(&mut chars)?;
            parsed.precision =
                Some(precision.ok_or_else(|| raise(ErrorKind::Value, "Format specifier missing precision"))?);
        }
        parsed.letter = chars.next();
        if chars.next().is_some() {
            return Err(invalid());
        }
        Ok(parsed)
    }

    fn pad(&self, out: &mut Writer, sign: &str, body: &str, default: Align) -> Result<(), Error> {
        let zero_align = if default == Align::Right { Align::AfterSign } else { Align::Left };
        let align = self.align.unwrap_or(if self.zero { zero_align } else { default });
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        pad(out, sign, body, align, fill, self.width)
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    fn unknown(&self, of: &str) -> Error {
        let letter = self.letter.unwrap_or_default();
        raise(ErrorKind::Value, format!("Unknown format code '{letter}' for object of type '{of}'"))
    }
}

fn number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, Error> {
    let mut number = None;
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        let digit = digit.to_digit(10).unwrap_or_default() as usize;
        let sum = number.unwrap_or(0_usize) * 10 + digit;
        if sum > WIDEST_FORMAT {
            return Err(raise(ErrorKind::Limit, "a field of a format is too wide"));
        }
        number = Some(sum);
    }
    Ok(number)
}

/// `format(value, spec)`.
pub(crate) fn format_value(out: &mut Writer, value: &Value, spec: &str) -> Result<(), Error> {
    if spec.is_empty() {
        return repr::write_str(out, value);
    }
    match kind(value) {
        Kind::Text(text) => format_text(out, text, &Spec::parse(spec, type_name(value))?, type_name(value)),
        Kind::Int(n) => format_int(out, n, &Spec::parse(spec, "int")?, "int"),
        Kind::Bool(b) => format_int(out, b.into(), &Spec::parse(spec, "bool")?, "bool"),
        Kind::Float(f) => format_float(out, f, &Spec::parse(spec, "float")?, "float"),
        _ => {
            let message = format!("unsupported format string passed to {}.__format__", type_name(value));
            Err(raise(ErrorKind::Type, message))
        }
    }
}

fn format_text(out: &mut Writer, text: &str, spec: &Spec, of: &str) -> Result<(), Error> {
    let refuse =
        |what: &str| raise(ErrorKind::Value, format!("{what} not allowed in string format specifier"));
    match spec {
        Spec { letter: Some(letter), .. } if *letter != 's' => return Err(spec.unknown(of)),
        Spec { sign: Some(' '), .. } => return Err(refuse("Space")),
        Spec { sign: Some(_), .. } => return Err(refuse("Sign")),
        Spec { alternate: true, .. } => return Err(refuse("Alternate form (#)")),
        Spec { align: Some(Align::AfterSign), .. } => return Err(refuse("'=' alignment")),
        Spec { grouping: Some(c), .. } => {
            return Err(raise(ErrorKind::Value, format!("Cannot specify '{c}' with 's'.")));
        }
        _ => {}
    }
    let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
    spec.pad(out, "", &cut, Align::Left)
}

fn format_int(out: &mut Writer, n: i128, spec: &Spec, of: &str) -> Result<(), Error> {
    let magnitude = n.unsigned_abs();
    let (prefix, digits, group) = match spec.letter {
        None | Some('d' | 'n') => ("", magnitude.to_string(), 3),
        Some('b') => ("0b", format!("{magnitude:b}"), 4),
        Some('o') => ("0o", format!("{magnitude:o}"), 4),
        Some('x') => ("0x", format!("{magnitude:x}"), 4),
        Some('X') => ("0X", format!("{magnitude:X}"), 4),
        Some('c') => {
            let c = u32::try_from(n).ok().and_then(char::from_u32);
            let c = c.ok_or_else(|| raise(ErrorKind::Overflow, "%c arg not in range(0x110000)"))?;
            return spec.pad(out, "", &c.to_string(), Align::Left);
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            return format_float(out, arithmetic::float(n), spec, of);
        }
        Some(_) => return Err(spec.unknown(of)),
    };
    if spec.precision.is_some() {
        return Err(raise(ErrorKind::Value, "Precision not allowed in integer format specifier"));
    }
    let sign = format!("{}{}", spec.sign(n < 0), if spec.alternate { prefix } else { "" });
    let digits = group_digits(spec, &digits, "", group, sign.len());
    spec.pad(out, &sign, &digits, Align::Right)
}

/// The digits before the point in groups, with the zeros that fill the width among them.
fn group_digits(spec: &Spec, whole: &str, rest: &str, group: usize, sign: usize) -> String {
    let Some(separator) = spec.grouping else { return format!("{whole}{rest}") };
    let mut length = whole.len();
    if spec.zero && spec.align.is_none() {
        let room = spec.width.saturating_sub(sign + rest.len());
        while length + (length - 1) / group < room {
            length += 1;
        }
    }
    let zeros = "0".repeat(length - whole.len());
    grouped(&(zeros + whole), separator, group) + rest
}

fn format_float(out: &mut Writer, value: f64, spec: &Spec, of: &str) -> Result<(), Error> {
    let digits = match spec.letter {
        None if spec.precision.is_none() => float::repr(value.abs()),
        None => {
            // Like `g`, but a number is told from an integer.
            let digits = float_digits(value, Notation::General, spec.precision.unwrap_or(6), spec.alternate)?;
            let plain = digits.bytes().all(|b| b.is_ascii_digit());
            if plain { digits + ".0" } else { digits }
        }
        Some('e' | 'E') => {
            float_digits(value, Notation::Exponent, spec.precision.unwrap_or(6), spec.alternate)?
        }
        Some('f' | 'F') => float_digits(value, Notation::Fixed, spec.precision.unwrap_or(6), spec.alternate)?,
        Some('g' | 'G' | 'n') => {
            float_digits(value, Notation::General, spec.precision.unwrap_or(6), spec.alternate)?
        }
        Some('%') => {
            float_digits(value * 100.0, Notation::Fixed, spec.precision.unwrap_or(6), spec.alternate)? + "%"
        }
        Some(_) => return Err(spec.unknown(of)),
    };
    let digits =
        if matches!(spec.letter, Some('E' | 'F' | 'G')) { digits.to_ascii_uppercase() } else { digits };
    let sign = spec.sign(value.is_sign_negative() && !value.is_nan());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let body = if whole.is_empty() { digits.clone() } else { group_digits(spec, whole, rest, 3, sign.len()) };
    spec.pad(out, sign, &body, Align::Right)
}
