//! Numbers read from text, as Python's `int(text)` and `float(text)` read them.

use super::class::decimal_value;
use super::{is_space, repr};
use crate::ErrorKind;
use crate::number::MOST_DIGITS;
use crate::number::{BigInt, LONGEST};

/// An exception and its message.
type Refusal = (ErrorKind, String);

/// The longest text that the message of `int` shows, in characters of its `repr`.
pub(crate) const SHOWN: usize = 200;

/// `int(text, base)`, where base 0 reads the base from the text's prefix.
pub(crate) fn parse_int(text: &str, base: i64) -> Result<BigInt, Refusal> {
    let radix = u32::try_from(base).ok().filter(|base| *base == 0 || (2..=36).contains(base));
    let Some(radix) = radix else {
        return Err((ErrorKind::Value, "int() base must be >= 2 and <= 36, or 0".to_owned()));
    };
    let digits = ascii(text);
    match int_of(digits.as_deref().unwrap_or(text), radix) {
        Ok(value) => Ok(value),
        Err(Fault::TooManyDigits(count)) => Err((ErrorKind::Value, too_many_digits(count))),
        Err(Fault::TooLong) => Err((ErrorKind::Limit, format!("an integer has more than {LONGEST} digits"))),
        Err(Fault::Invalid) => {
            let shown: String = repr(text).chars().take(SHOWN).collect();
            Err((ErrorKind::Value, format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

/// The message for more decimal digits than Python reads.
pub(crate) fn too_many_digits(count: usize) -> String {
    format!(
        "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion: value has {count} digits; use \
         sys.set_int_max_str_digits() to increase the limit"
    )
}

/// Why a text is no integer.
enum Fault {
    Invalid,
    /// More than Python reads, and how many.
    TooManyDigits(usize),
    /// More than are read here.
    TooLong,
}

/// The integer of a text of ASCII.
fn int_of(text: &str, base: u32) -> Result<BigInt, Fault> {
    let text = text.trim_matches(is_ascii_space);
    let negative = text.starts_with('-');
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let marked = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    // Digits after a zero without a mark were octal numbers once; now only zeros may follow.
    let only_zeros = base == 0 && marked == 0 && text.starts_with('0');
    let radix = match (base, marked) {
        (0, 0) => 10,
        (0, marked) => marked,
        (base, _) => base,
    };
    let digits = if marked == radix {
        let digits = text.get(2..).unwrap_or_default();
        digits.strip_prefix('_').unwrap_or(digits)
    } else {
        text
    };
    let end = digits.find(|c: char| c != '_' && !c.is_digit(radix)).unwrap_or(digits.len());
    let (run, rest) = digits.split_at(end);
    if run.is_empty() || run.starts_with('_') || run.ends_with('_') || run.contains("__") {
        return Err(Fault::Invalid);
    }
    let run = run.replace('_', "");
    // Python complains of the length before it sees what follows.
    if run.len() > MOST_DIGITS && !radix.is_power_of_two() {
        return Err(Fault::TooManyDigits(run.len()));
    }
    if !rest.is_empty() {
        return Err(Fault::Invalid);
    }
    if run.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    let value = BigInt::from_radix(&run, radix).ok_or(Fault::Invalid)?;
    if only_zeros && !value.is_zero() {
        return Err(Fault::Invalid);
    }
    Ok(if negative { value.neg() } else { value })
}

/// `float(text)`.
pub(crate) fn parse_float(text: &str) -> Result<f64, Refusal> {
    let digits = ascii(text);
    float_of(digits.as_deref().unwrap_or(text)).ok_or_else(|| {
        let message = format!("could not convert string to float: {}", repr(text));
        (ErrorKind::Value, message)
    })
}

/// The float of a text of ASCII.
fn float_of(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_ascii_space);
    if !text.contains('_') {
        // Rust's own reading takes the same texts and rounds the same way.
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let between = |(at, _): (usize, &str)| is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
    text.match_indices('_').all(between).then(|| text.replace('_', ""))?.parse().ok()
}

/// The white space around numbers: of ASCII's, U+001C to U+001F do not count.
fn is_ascii_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// The text with digits and white space of all scripts as those of ASCII, unless it is of ASCII already.
fn ascii(text: &str) -> Option<String> {
    let simple = |c: char| match c {
        c if c.is_ascii() => c,
        c if is_space(c) => ' ',
        c => decimal_value(c).and_then(|value| char::from_digit(value, 10)).unwrap_or('?'),
    };
    (!text.is_ascii()).then(|| text.chars().map(simple).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_in_python() {
        for (text, base, expected) in [
            (" 1_000\n", 10, "1000"),
            ("\u{a0}-٣９\u{2003}", 10, "-39"),
            ("0x_Ff", 16, "255"),
            ("-0XfF", 0, "-255"),
            ("0b1", 16, "177"),
            ("00_0", 0, "0"),
            ("zz", 36, "1295"),
            ("123456789012345678901234567890", 10, "123456789012345678901234567890"),
        ] {
            assert_eq!(parse_int(text, base).unwrap().to_string(), expected, "{text}");
        }
        for (text, base) in [
            ("", 10),
            ("_1", 10),
            ("1_", 10),
            ("1__0", 10),
            ("+ 1", 10),
            ("--1", 10),
            ("1.0", 10),
            ("\u{1c}1", 10),
            ("0x", 16),
            ("0x__1", 16),
            ("01", 0),
            ("²", 10),
            ("2", 2),
            ("1\0", 10),
            ("0x1", 10),
        ] {
            let expected = format!("invalid literal for int() with base {base}: {}", repr(text));
            assert_eq!(parse_int(text, base).unwrap_err(), (ErrorKind::Value, expected));
        }
        assert_eq!(parse_int(&"x".repeat(300), 10).unwrap_err().1.len(), 240);
        assert_eq!(parse_int(&"1".repeat(4301), 10).unwrap_err().1, too_many_digits(4301));
        assert!(parse_int(&"1".repeat(4300), 10).is_ok() && parse_int(&"1".repeat(4301), 32).is_ok());
        assert_eq!(parse_int(&"1".repeat(LONGEST + 1), 16).unwrap_err().0, ErrorKind::Limit);
        assert_eq!(parse_int("1", 1).unwrap_err().1, "int() base must be >= 2 and <= 36, or 0");
    }

    #[test]
    fn floats_are_read_as_in_python() {
        for (text, expected) in [
            ("1_0.5_0e1_0", 1.05e11),
            ("\u{3000}٣.٥ ", 3.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e400", f64::INFINITY),
            ("-iNfiNity", f64::NEG_INFINITY),
            ("+inf", f64::INFINITY),
        ] {
            assert_eq!(parse_float(text), Ok(expected), "{text}");
        }
        assert!(parse_float("-nAn").unwrap().is_nan());
        for text in [
            "",
            ".",
            "1e",
            "1__0",
            "1_.0",
            "1._0",
            "1e_5",
            "_1",
            "in_f",
            "0x1",
            "\u{1c}1",
            "1 1",
            "1\u{200b}",
        ] {
            let expected = format!("could not convert string to float: {}", repr(text));
            assert_eq!(parse_float(text), Err((ErrorKind::Value, expected)));
        }
    }
}
