//! Integers of any size: from and to other numbers, and in other radices.

use std::cmp::Ordering;

use super::bigint::{BASE, BigInt};
use super::divide::multiply_add;

/// More decimal digits than any double has before its point.
const DIGITS_OF_DOUBLES: usize = 310;

impl BigInt {
    /// The integer of such digits (letters for those from ten on, no sign) in a radix from 2 to 36; none for any
    /// other text.
    pub(crate) fn from_radix(digits: &str, radix: u32) -> Option<Self> {
        if digits.is_empty() || !(2..=36).contains(&radix) {
            return None;
        }
        if radix == 10 {
            return Self::parse(digits).filter(|_| !digits.starts_with('-'));
        }
        let mut limbs = Vec::new();
        // As many digits at once as a limb holds.
        let (mut factor, mut chunk) = (1, 0);
        for c in digits.chars() {
            chunk = chunk * radix + c.to_digit(radix)?;
            factor *= radix;
            if factor >= BASE / 36 {
                multiply_add(&mut limbs, factor, chunk);
                (factor, chunk) = (1, 0);
            }
        }
        multiply_add(&mut limbs, factor, chunk);
        Some(Self::from_limbs_vec(false, limbs))
    }

    /// The integer part of a float, exactly. None for infinities and what is not a number.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // A finite double has an end, and without a precision for less Rust prints all of it.
        Self::parse(&format!("{:.0}", value.trunc()))
    }

    pub(crate) fn to_i64(&self) -> Option<i64> {
        if self.limbs().len() > 3 {
            return None;
        }
        let magnitude = i128::try_from(self.to_u128()?).ok()?;
        i64::try_from(if self.is_negative() { -magnitude } else { magnitude }).ok()
    }

    /// The absolute value, if it fits.
    pub(super) fn to_u128(&self) -> Option<u128> {
        let step = |value: u128, limb: &u32| value.checked_mul(BASE.into())?.checked_add((*limb).into());
        self.limbs().iter().rev().try_fold(0, step)
    }

    /// The nearest double, a tie to even. None where that is too large.
    pub(crate) fn to_f64(&self) -> Option<f64> {
        if self.digits() > DIGITS_OF_DOUBLES {
            return None;
        }
        self.to_string().parse::<f64>().ok().filter(|value| value.is_finite())
    }

    /// Compares with a float by value; none if that is not a number.
    pub(crate) fn partial_cmp_f64(&self, other: f64) -> Option<Ordering> {
        let Some(whole) = Self::from_f64(other) else {
            return 0.0.partial_cmp(&other);
        };
        // What was cut off is on the side of the sign.
        Some(self.cmp(&whole).then_with(|| 0.0.partial_cmp(&other.fract()).unwrap_or(Ordering::Equal)))
    }

    /// `int.bit_length()`: the bits of the absolute value.
    pub(crate) fn bit_length(&self) -> usize {
        let words = self.to_binary();
        let top = words.last().map_or(0, |word| 32 - word.leading_zeros());
        words.len().saturating_sub(1) * 32 + usize::try_from(top).unwrap_or_default()
    }

    /// The digits of the absolute value in radix 2, 8 or 16, small letters; decimal for any other.
    pub(crate) fn to_radix_string(&self, radix: u32) -> String {
        let bits = match radix {
            2 => 1,
            8 => 3,
            16 => 4,
            _ => return self.clone().abs().to_string(),
        };
        let words = self.to_binary();
        let bit = |at: usize| words.get(at / 32).is_some_and(|word| word >> (at % 32) & 1 == 1);
        let count = self.bit_length().div_ceil(bits).max(1);
        let digit = |n: usize| {
            let value = (0..bits).rev().fold(0, |value, k| value * 2 + u32::from(bit(n * bits + k)));
            char::from_digit(value, 16).unwrap_or_default()
        };
        (0..count).rev().map(digit).collect()
    }

    /// The absolute value in base 2³², the lowest first, without zeros at the end.
    fn to_binary(&self) -> Vec<u32> {
        let mut words: Vec<u32> = Vec::new();
        for limb in self.limbs().iter().rev() {
            let mut carry = u64::from(*limb);
            for word in &mut words {
                let value = u64::from(*word) * u64::from(BASE) + carry;
                *word = u32::try_from(value & 0xffff_ffff).unwrap_or_default();
                carry = value >> 32;
            }
            if carry > 0 {
                words.push(u32::try_from(carry).unwrap_or_default());
            }
        }
        words
    }
}
