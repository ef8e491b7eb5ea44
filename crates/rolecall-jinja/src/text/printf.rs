//! `format % values`: what one conversion makes of a text or a number.

pub(crate) use super::digits::Refusal;
use super::digits::{Align, Notation, check_width, float_digits, integer_digits, pad, prefix};
use crate::number::BigInt;

/// The flags, the width and the precision of a conversion such as `%-05.2f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a character of the format, and all are independent"
)]
pub(crate) struct Conversion {
    /// `-`, which a negative width also means.
    pub(crate) left: bool,
    /// `+`
    pub(crate) plus: bool,
    /// A blank.
    pub(crate) blank: bool,
    /// `#`
    pub(crate) alternate: bool,
    /// `0`
    pub(crate) zero: bool,
    pub(crate) width: usize,
    pub(crate) precision: Option<usize>,
}

impl Conversion {
    /// Takes note of a flag; says whether it is one.
    pub(crate) fn flag(&mut self, c: char) -> bool {
        match c {
            '-' => self.left = true,
            '+' => self.plus = true,
            ' ' => self.blank = true,
            '#' => self.alternate = true,
            '0' => self.zero = true,
            _ => return false,
        }
        true
    }

    /// `%c`, which has no use for a precision.
    pub(crate) fn character(&self, c: char) -> Result<String, Refusal> {
        self.padded("", c.encode_utf8(&mut [0; 4]), false)
    }

    /// `%d`, `%i`, `%u`, `%o`, `%x` and `%X`, of which the precision is the fewest digits.
    pub(crate) fn integer(&self, kind: char, value: &BigInt) -> Result<String, Refusal> {
        let precision = self.precision.unwrap_or_default();
        check_width(precision)?;
        let digits = integer_digits(value, kind)?;
        // Rust's own padding is not made for more than 65,535 characters, and panics.
        let digits = "0".repeat(precision.saturating_sub(digits.len())) + &digits;
        let prefix = if self.alternate { prefix(kind) } else { "" };
        let sign = format!("{}{prefix}", self.sign(value.is_negative()));
        self.padded(&sign, &digits, true)
    }

    /// `%e`, `%f`, `%g` and their capitals.
    pub(crate) fn float(&self, kind: char, value: f64) -> Result<String, Refusal> {
        let notation = match kind.to_ascii_lowercase() {
            'e' => Notation::Exponent,
            'f' => Notation::Fixed,
            _ => Notation::General,
        };
        let mut digits = float_digits(value, notation, self.precision.unwrap_or(6), self.alternate)?;
        if kind.is_ascii_uppercase() {
            digits.make_ascii_uppercase();
        }
        self.padded(self.sign(value.is_sign_negative() && !value.is_nan()), &digits, true)
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.blank) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    fn padded(&self, sign: &str, body: &str, number: bool) -> Result<String, Refusal> {
        let alignment = match (self.left, self.zero && number) {
            (true, _) => (Align::Left, ' '),
            (false, true) => (Align::AfterSign, '0'),
            (false, false) => (Align::Right, ' '),
        };
        pad(sign, body, alignment, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A conversion from its flags, width and precision.
    fn conversion(flags: &str, width: usize, precision: Option<usize>) -> Conversion {
        let mut conversion = Conversion { width, precision, ..Conversion::default() };
        assert!(flags.chars().all(|c| conversion.flag(c)));
        conversion
    }

    #[test]
    fn values_are_converted_as_in_python() {
        let integer = |flags, width, precision, kind, value| {
            conversion(flags, width, precision).integer(kind, &BigInt::from_i64(value)).unwrap()
        };
        assert_eq!(integer("0", 5, None, 'd', -42), "-0042");
        assert_eq!(integer("-0", 5, None, 'i', 42), "42   ");
        assert_eq!(integer("+#0", 10, Some(3), 'x', 10), "+0x000000a");
        assert_eq!(integer("#", 0, None, 'X', -255), "-0XFF");
        assert_eq!(integer(" ", 6, Some(4), 'u', 7), "  0007");
        assert_eq!(integer("", 80_000, Some(70_000), 'd', 7).len(), 80_000);
        let float = |flags, width, precision, kind, value| {
            conversion(flags, width, precision).float(kind, value).unwrap()
        };
        assert_eq!(float("0", 5, Some(2), 'f', 2.71999), "02.72");
        assert_eq!(float("#", 0, None, 'g', 1.0), "1.00000");
        assert_eq!(float("", 12, Some(1), 'E', -0.025), "    -2.5E-02");
        assert_eq!(float("0+", 6, None, 'f', f64::INFINITY), "+00inf");
        assert_eq!(conversion("-", 3, None).character('é').unwrap(), "é  ");
        let wide = conversion("", usize::MAX, None).character('a');
        assert_eq!(wide.unwrap_err().0, crate::ErrorKind::Limit);
    }
}
