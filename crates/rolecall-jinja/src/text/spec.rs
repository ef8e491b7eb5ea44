//! `format(value, spec)`: the specification and what it makes of texts and numbers.

use super::class::decimal_value;
pub(crate) use super::digits::{Align, Refusal, check_width};
use super::digits::{Notation, are_zero, float_digits, grouped, integer_digits, margins, pad, prefix};
use crate::ErrorKind;
use crate::number::BigInt;

/// What kind of value is formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Text,
    /// An integer or a bool.
    Integer,
    Float,
}

/// A specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec<'t> {
    /// Python's name of the value's type, for messages.
    type_name: &'t str,
    fill: char,
    align: Align,
    sign: Option<char>,
    /// A number that rounds to zero has no minus.
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

fn value_error<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err((ErrorKind::Value, message.into()))
}

/// A character in a message.
fn shown(c: char) -> String {
    if ('!'..='\u{7f}').contains(&c) { c.to_string() } else { format!("\\x{:x}", u32::from(c)) }
}

impl<'t> Spec<'t> {
    /// Reads a specification for a value of a type of Python's.
    ///
    /// An empty one means `str(value)`, which for a bool is not what [`format_integer`] writes.
    pub(crate) fn parse(text: &str, target: Target, type_name: &'t str) -> Result<Self, Refusal> {
        let mut rest = Rest(text);
        let mut chars = text.chars();
        let (first, second) = (chars.next(), chars.next());
        let mut align = second.and_then(aligned);
        let mut fill = None;
        if align.is_some() {
            fill = first;
            rest.0 = chars.as_str();
        } else {
            align = first.and_then(aligned);
            rest.next_if(|c| aligned(c).is_some());
        }
        let sign = rest.next_if(|c| matches!(c, '+' | '-' | ' '));
        let no_negative_zero = rest.next_if(|c| c == 'z').is_some();
        let alternate = rest.next_if(|c| c == '#').is_some();
        if fill.is_none() && rest.next_if(|c| c == '0').is_some() {
            fill = Some('0');
            if target != Target::Text {
                align = align.or(Some(Align::AfterSign));
            }
        }
        let width = rest.number()?;
        let grouping = rest.grouping()?;
        let mut precision = None;
        if rest.next_if(|c| c == '.').is_some() {
            precision = rest.number()?;
            if precision.is_none() {
                return value_error("Format specifier missing precision");
            }
        }
        let kind = rest.next_if(|_| true);
        if !rest.0.is_empty() {
            let message = format!("Invalid format specifier '{text}' for object of type '{type_name}'");
            return value_error(message);
        }
        let default = match target {
            Target::Text => (Align::Left, Some('s')),
            Target::Integer => (Align::Right, Some('d')),
            Target::Float => (Align::Right, None),
        };
        let kind = kind.or(default.1);
        if let Some(separator) = grouping {
            match kind {
                None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => {}
                Some('b' | 'o' | 'x' | 'X') if separator == '_' => {}
                Some(kind) => {
                    return value_error(format!("Cannot specify '{separator}' with '{}'.", shown(kind)));
                }
            }
        }
        Ok(Self {
            type_name,
            fill: fill.unwrap_or(' '),
            align: align.unwrap_or(default.0),
            sign,
            no_negative_zero,
            alternate,
            width: width.unwrap_or_default(),
            grouping,
            precision,
            kind,
        })
    }

    /// The most characters that the specification can make of a number, but for the digits of the number itself.
    pub(crate) fn size(&self) -> usize {
        // A precision beyond Python's own limit is refused, whatever is formatted.
        let precision = self.precision.filter(|precision| i32::try_from(*precision).is_ok());
        self.width.saturating_add(precision.unwrap_or_default())
    }

    fn unknown_kind<T>(&self) -> Result<T, Refusal> {
        let kind = self.kind.map(shown).unwrap_or_default();
        value_error(format!("Unknown format code '{kind}' for object of type '{}'", self.type_name))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    /// A number from its parts: sign, prefix, digits to be grouped, and what follows them.
    fn number(
        &self,
        sign: &str,
        prefix: &str,
        digits: &str,
        size: usize,
        after: &str,
    ) -> Result<String, Refusal> {
        check_width(self.width)?;
        let sign = format!("{sign}{prefix}");
        let body = match self.grouping {
            Some(separator) if !digits.is_empty() => {
                let zeros = self.fill == '0' && self.align == Align::AfterSign;
                let others = sign.len() + after.len();
                let width = if zeros { self.width.saturating_sub(others) } else { 0 };
                grouped(digits, separator, size, width)
            }
            _ => digits.to_owned(),
        };
        pad(&sign, &(body + after), (self.align, self.fill), self.width)
    }
}

fn aligned(c: char) -> Option<Align> {
    match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

/// What is left of a specification.
struct Rest<'s>(&'s str);

impl Rest<'_> {
    fn next_if(&mut self, wanted: impl FnOnce(char) -> bool) -> Option<char> {
        let mut chars = self.0.chars();
        let c = chars.next().filter(|c| wanted(*c))?;
        self.0 = chars.as_str();
        Some(c)
    }

    /// Digits of any script.
    fn number(&mut self) -> Result<Option<usize>, Refusal> {
        let mut number = None;
        while let Some(digit) = self.next_if(|c| decimal_value(c).is_some()).and_then(decimal_value) {
            // The limit is that of Python's sizes.
            let next = number.unwrap_or(0i64).checked_mul(10).and_then(|n| n.checked_add(digit.into()));
            if next.is_none() {
                return value_error("Too many decimal digits in format string");
            }
            number = next;
        }
        Ok(number.map(|n| usize::try_from(n).unwrap_or(usize::MAX)))
    }

    fn grouping(&mut self) -> Result<Option<char>, Refusal> {
        let comma = self.next_if(|c| c == ',');
        let underscore = self.next_if(|c| c == '_');
        // A second comma is taken for the type.
        if underscore.is_some() && (comma.is_some() || self.0.starts_with(',')) {
            return value_error("Cannot specify both ',' and '_'.");
        }
        Ok(comma.or(underscore))
    }
}

/// A text in its width: so many times the fill, the part that is left of the text, and again the fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout<'x> {
    pub(crate) before: usize,
    pub(crate) text: &'x str,
    pub(crate) after: usize,
    pub(crate) fill: char,
}

/// `format(text, spec)`, in its parts.
pub(crate) fn lay_out<'x>(spec: &Spec<'_>, text: &'x str) -> Result<Layout<'x>, Refusal> {
    if spec.kind != Some('s') {
        return spec.unknown_kind();
    }
    match spec.sign {
        Some(' ') => return value_error("Space not allowed in string format specifier"),
        Some(_) => return value_error("Sign not allowed in string format specifier"),
        None => {}
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in string format specifier");
    }
    if spec.alternate {
        return value_error("Alternate form (#) not allowed in string format specifier");
    }
    if spec.align == Align::AfterSign {
        return value_error("'=' alignment not allowed in string format specifier");
    }
    let end = spec.precision.and_then(|precision| text.char_indices().nth(precision));
    let cut = text.get(..end.map_or(text.len(), |(at, _)| at)).unwrap_or_default();
    check_width(spec.width)?;
    let missing = match spec.width {
        0 => 0,
        width => width.saturating_sub(cut.chars().count()),
    };
    let (before, _, after) = margins(spec.align, missing);
    Ok(Layout { before, text: cut, after, fill: spec.fill })
}

/// `format(value, spec)` for an integer.
pub(crate) fn format_integer(spec: &Spec<'_>, value: &BigInt) -> Result<String, Refusal> {
    let kind = match spec.kind {
        Some(kind @ ('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n')) => kind,
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let Some(value) = value.to_f64() else {
                return Err((ErrorKind::Overflow, "int too large to convert to float".to_owned()));
            };
            return format_float(spec, value);
        }
        _ => return spec.unknown_kind(),
    };
    if spec.precision.is_some() {
        return value_error("Precision not allowed in integer format specifier");
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in integer format specifier");
    }
    if kind == 'c' {
        if spec.sign.is_some() {
            return value_error("Sign not allowed with integer format specifier 'c'");
        }
        if spec.alternate {
            return value_error("Alternate form (#) not allowed with integer format specifier 'c'");
        }
        return spec.number("", "", "", 3, &character(value)?.to_string());
    }
    let prefix = if spec.alternate { prefix(kind) } else { "" };
    let size = if matches!(kind, 'd' | 'n') { 3 } else { 4 };
    spec.number(spec.sign(value.is_negative()), prefix, &integer_digits(value, kind)?, size, "")
}

/// The character of a number, for `c` in both kinds of formats.
pub(crate) fn character(value: &BigInt) -> Result<char, Refusal> {
    let Some(number) = value.to_i64() else {
        return Err((ErrorKind::Overflow, "Python int too large to convert to C long".to_owned()));
    };
    match u32::try_from(number).ok().filter(|number| *number < 0x11_0000) {
        Some(number) => char::from_u32(number).ok_or_else(|| {
            let message = format!("U+{number:04X} is half of a surrogate pair, which no text here can hold");
            (ErrorKind::Unsupported, message)
        }),
        None => Err((ErrorKind::Overflow, "%c arg not in range(0x110000)".to_owned())),
    }
}

/// `format(value, spec)` for a float.
pub(crate) fn format_float(spec: &Spec<'_>, value: f64) -> Result<String, Refusal> {
    let notation = match spec.kind {
        None if spec.precision.is_none() => Notation::Shortest,
        None => Notation::GeneralFloat,
        Some('e' | 'E') => Notation::Exponent,
        Some('f' | 'F' | '%') => Notation::Fixed,
        Some('g' | 'G' | 'n') => Notation::General,
        Some(_) => return spec.unknown_kind(),
    };
    let percent = spec.kind == Some('%');
    let value = if percent { value * 100.0 } else { value };
    let mut digits = float_digits(value, notation, spec.precision.unwrap_or(6), spec.alternate)?;
    let zero = spec.no_negative_zero && are_zero(&digits);
    let sign = spec.sign(value.is_sign_negative() && !value.is_nan() && !zero);
    if matches!(spec.kind, Some('E' | 'F' | 'G')) {
        digits.make_ascii_uppercase();
    }
    if percent {
        digits.push('%');
    }
    // Only the digits before the point are grouped.
    let whole = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, after) = digits.split_at(whole);
    spec.number(sign, "", whole, 3, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `format(value, spec)` for a value as Python writes it: a number, or else a text.
    fn format(value: &str, spec: &str) -> Result<String, String> {
        let result = if let Some(value) = BigInt::parse(value) {
            Spec::parse(spec, Target::Integer, "int").and_then(|spec| format_integer(&spec, &value))
        } else if let Ok(value) = value.parse() {
            Spec::parse(spec, Target::Float, "float").and_then(|spec| format_float(&spec, value))
        } else {
            let spec = Spec::parse(spec, Target::Text, "str");
            spec.and_then(|spec| {
                let Layout { before, text, after, fill } = lay_out(&spec, value)?;
                let repeat = |count| fill.to_string().repeat(count);
                Ok(format!("{}{text}{}", repeat(before), repeat(after)))
            })
        };
        result.map_err(|(kind, message)| format!("{}: {message}", kind.class_name()))
    }

    #[test]
    fn values_are_formatted_as_in_python() {
        for (value, spec, expected) in [
            ("a", ">5", "    a"),
            ("abc", "é^06.2", "ééabéé"),
            ("abc", "05.2s", "ab000"),
            ("1234567", ",", "1,234,567"),
            ("1234", "08,", "0,001,234"),
            ("1234", "09,", "0,001,234"),
            ("-1234", "+#_x", "-0x4d2"),
            ("1234", "#018_b", "0b0_0100_1101_0010"),
            ("955", "*^#9X", "**0X3BB**"),
            ("3", "05c", "0000\u{3}"),
            ("12", "\u{661}\u{660}d", "        12"),
            ("7", "%", "700.000000%"),
            ("3.14159", "05.2f", "03.14"),
            ("100.0", ".3", "1e+02"),
            ("100.0", ".4", "100.0"),
            ("-0.001", "z.1f", "0.0"),
            ("1234.5", "+015,.2f", "+000,001,234.50"),
            ("1e16", "#", "1.e+16"),
            ("1.5", "#.5g", "1.5000"),
            ("inf", "010,F", "0000000INF"),
            ("nan", "+", "+nan"),
        ] {
            assert_eq!(format(value, spec).as_deref(), Ok(expected), "{value} {spec}");
        }
    }

    #[test]
    fn wide_fields_are_written() {
        for spec in [">70000", "070000,", ".70000f", ".70000e", "#.70000g"] {
            assert!(format("1.5", spec).unwrap().len() >= 70_000, "{spec}");
        }
        assert_eq!(format("a", ">70000").unwrap().len(), 70_000);
        assert_eq!(format("-5e-324", ".1100e").unwrap().len(), "-4.e-324".len() + 1100);
    }

    #[test]
    fn what_does_not_fit_is_refused_in_python_s_words() {
        for (value, spec, expected) in [
            ("a", "d", "ValueError: Unknown format code 'd' for object of type 'str'"),
            ("a", "xx", "ValueError: Invalid format specifier 'xx' for object of type 'str'"),
            ("a", "+", "ValueError: Sign not allowed in string format specifier"),
            ("a", ",", "ValueError: Cannot specify ',' with 's'."),
            ("a", "=5", "ValueError: '=' alignment not allowed in string format specifier"),
            ("1", "€", "ValueError: Unknown format code '\\x20ac' for object of type 'int'"),
            ("1", ".2", "ValueError: Precision not allowed in integer format specifier"),
            ("1", "_,", "ValueError: Cannot specify both ',' and '_'."),
            ("1", ",,", "ValueError: Cannot specify ',' with ','."),
            ("1.0", ".", "ValueError: Format specifier missing precision"),
            ("1.0", ".99999999999", "ValueError: precision too big"),
            ("1.0", "99999999999999999999", "ValueError: Too many decimal digits in format string"),
            ("-1", "c", "OverflowError: %c arg not in range(0x110000)"),
            ("1", "20000000", "LimitError: a field of a format is wider than 16777216 characters"),
        ] {
            assert_eq!(format(value, spec).unwrap_err(), expected, "{value} {spec}");
        }
    }
}
