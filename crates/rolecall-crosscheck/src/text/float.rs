//! Floats as Python spells them.

/// `repr(value)`: the shortest digits that read back as the same double, with an exponent where the decimal
/// point would be far away.
pub(crate) fn repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let Scientific { negative, digits, exponent } = Scientific::shortest(value);
    let sign = if negative { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    if !(-4..16).contains(&exponent) {
        let point = if rest.is_empty() { "" } else { "." };
        let (exponent_sign, exponent) = (if exponent < 0 { '-' } else { '+' }, exponent.abs());
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{exponent:02}");
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if exponent < 0 {
        format!("{sign}0.{}{digits}", zeros(-exponent - 1))
    } else if length <= exponent + 1 {
        format!("{sign}{digits}{}.0", zeros(exponent + 1 - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or_default());
        format!("{sign}{whole}.{fraction}")
    }
}

/// A finite number as its digits, the first of which is before the point.
pub(crate) struct Scientific {
    pub(crate) negative: bool,
    pub(crate) digits: String,
    pub(crate) exponent: i32,
}

impl Scientific {
    /// The shortest digits that read back as the same double.
    pub(crate) fn shortest(value: f64) -> Self {
        let shortest = Self::parse(&format!("{value:e}"));
        // Of two that are equally near Python takes the even one.
        let rounded = format!("{value:.*e}", shortest.digits.len() - 1);
        if rounded.parse() == Ok(value) { Self::parse(&rounded) } else { shortest }
    }

    /// So many digits, rounded to the nearest and half to even.
    pub(crate) fn rounded(value: f64, digits: usize) -> Self {
        Self::parse(&format!("{value:.*e}", digits.saturating_sub(1)))
    }

    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Self {
            negative: mantissa.starts_with('-'),
            digits: mantissa.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_spelled_as_in_python() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (100.0, "100.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.5e-7, "-1.5e-07"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (123_456_789.123_456_79, "123456789.12345679"),
            (1e15 + 0.25, "1000000000000000.2"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(repr(value), expected);
        }
    }
}
