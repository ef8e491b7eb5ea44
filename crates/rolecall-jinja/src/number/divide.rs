//! Integers of any size: quotients.

use super::bigint::{BASE, BigInt, compare, low};

impl BigInt {
    /// `divmod(self, divisor)`: the quotient rounded down, and a remainder with the sign of the divisor. None for
    /// division by zero.
    pub(crate) fn floor_div_mod(&self, divisor: &Self) -> Option<(Self, Self)> {
        if divisor.is_zero() {
            return None;
        }
        let (quotient, remainder) = divide(self.limbs(), divisor.limbs());
        let differ = self.is_negative() != divisor.is_negative();
        let quotient = Self::from_limbs_vec(differ, quotient);
        let remainder = Self::from_limbs_vec(self.is_negative(), remainder);
        if differ && !remainder.is_zero() {
            return Some((quotient.sub(&Self::from_i64(1)), remainder.add(divisor)));
        }
        Some((quotient, remainder))
    }

    /// `self / divisor`: the quotient, rounded once to the nearest double. None where that is too large, and for
    /// division by zero.
    pub(crate) fn true_div(&self, divisor: &Self) -> Option<f64> {
        /// Bits of the quotient that are computed: more than a double has, and not more than 64.
        const BITS: i64 = 60;
        /// The lowest bit of a double is worth 2^-1074; the quotient is not computed much beyond.
        const LOWEST: i64 = 1074;

        if divisor.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(if divisor.is_negative() { -0.0 } else { 0.0 });
        }
        let lengths = [self, divisor].map(|n| i64::try_from(n.bit_length()).unwrap_or(i64::MAX));
        let [length, divisor_length] = lengths;
        let difference = length - divisor_length;
        if difference > 1024 {
            return None;
        }
        let negative = self.is_negative() != divisor.is_negative();
        let signed = |value: f64| if negative { -value } else { value };
        if difference < -LOWEST - 2 {
            return Some(signed(0.0));
        }
        // The quotient is taken times 2^shift, so that it has `BITS` bits or its last bit is worth 2^-1076.
        let shift = (BITS - difference).min(LOWEST + 2);
        let power = BigInt::from_i64(2).pow(u32::try_from(shift.abs()).ok()?);
        let (dividend, divisor) = if shift >= 0 {
            (self.mul(&power), divisor.clone())
        } else {
            (self.clone(), divisor.mul(&power))
        };
        let (quotient, remainder) = dividend.abs().floor_div_mod(&divisor.abs())?;
        let quotient = quotient.to_u128()?;
        // What is left only matters against a tie.
        let quotient = (quotient << 1) | u128::from(!remainder.is_zero());
        let shift = shift + 1;
        let bits = i64::from(128 - quotient.leading_zeros());
        let keep = (bits - shift + LOWEST).clamp(0, 53);
        let drop = u32::try_from((bits - keep).max(0)).ok()?;
        let value = round_off(quotient, drop);
        // At most 2^53, and what the scaling gives is a double, or too large.
        let mut value = u64_to_f64(u64::try_from(value).ok()?);
        let mut scale = i64::from(drop) - shift;
        while scale != 0 {
            let step = scale.clamp(-1000, 1000);
            value *= 2f64.powi(i32::try_from(step).ok()?);
            scale -= step;
        }
        value.is_finite().then(|| signed(value))
    }
}

/// Drops bits at the end, rounding to the nearest and a tie to even.
fn round_off(value: u128, drop: u32) -> u128 {
    let (Some(kept), Some(half)) = (value.checked_shr(drop), 1u128.checked_shl(drop).map(|n| n >> 1)) else {
        return 0;
    };
    let rest = value & (half << 1).wrapping_sub(1);
    kept + u128::from(half > 0 && (rest > half || (rest == half && kept & 1 == 1)))
}

/// Exact up to 2^53, and that is all that is asked for.
fn u64_to_f64(value: u64) -> f64 {
    let [high, low] = [value >> 32, value & 0xffff_ffff].map(|n| u32::try_from(n).unwrap_or_default());
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// Divides by a number below [`BASE`] in place; gives the remainder.
pub(super) fn divide_small(limbs: &mut [u32], divisor: u32) -> u32 {
    let mut rest = 0;
    for limb in limbs.iter_mut().rev() {
        let value = u64::from(rest) * u64::from(BASE) + u64::from(*limb);
        *limb = u32::try_from(value / u64::from(divisor)).unwrap_or_default();
        rest = u32::try_from(value % u64::from(divisor)).unwrap_or_default();
    }
    rest
}

/// Multiplies by a small number and adds one.
pub(super) fn multiply_add(limbs: &mut Vec<u32>, factor: u32, summand: u32) {
    let mut carry = u64::from(summand);
    for limb in limbs.iter_mut() {
        let value = u64::from(*limb) * u64::from(factor) + carry;
        *limb = low(value.into());
        carry = value / u64::from(BASE);
    }
    while carry > 0 {
        limbs.push(low(carry.into()));
        carry /= u64::from(BASE);
    }
}

/// Quotient and remainder of two absolute values, the second of which is not zero.
fn divide(dividend: &[u32], divisor: &[u32]) -> (Vec<u32>, Vec<u32>) {
    if compare(dividend, divisor).is_lt() {
        return (Vec::new(), dividend.to_vec());
    }
    if let [divisor] = divisor {
        let mut quotient = dividend.to_vec();
        let rest = divide_small(&mut quotient, *divisor);
        return (quotient, vec![rest]);
    }
    // Long division as on paper (Knuth's algorithm D). Both numbers are first multiplied so that the divisor's
    // top limb is at least half the base: then the guess from the top limbs is at most two too large.
    let factor = BASE / (divisor.last().copied().unwrap_or_default() + 1);
    let scaled = |limbs: &[u32]| {
        let mut limbs = limbs.to_vec();
        multiply_add(&mut limbs, factor, 0);
        limbs
    };
    let divisor = scaled(divisor);
    let mut rest = scaled(dividend);
    rest.resize(dividend.len() + 1, 0);
    let count = rest.len() - divisor.len();
    let mut quotient = vec![0; count];
    for place in (0..count).rev() {
        let window = rest.get_mut(place..=place + divisor.len()).unwrap_or_default();
        let mut guess = guess(window, &divisor);
        while subtract_product(window, &divisor, guess) {
            // Too much was taken: give it all back, and take one less.
            add_product(window, &divisor, guess);
            guess = guess.saturating_sub(1);
        }
        if let Some(limb) = quotient.get_mut(place) {
            *limb = guess;
        }
    }
    divide_small(&mut rest, factor);
    (quotient, rest)
}

/// How often the divisor goes into the window, or one more.
fn guess(window: &[u32], divisor: &[u32]) -> u32 {
    let from_top = |limbs: &[u32], n: usize| {
        let at = limbs.len().checked_sub(n + 1);
        u128::from(at.and_then(|at| limbs.get(at)).copied().unwrap_or_default())
    };
    let base = u128::from(BASE);
    let top = (from_top(window, 0) * base + from_top(window, 1)) * base + from_top(window, 2);
    let guess = top / (from_top(divisor, 0) * base + from_top(divisor, 1)).max(1);
    u32::try_from(guess.min(base - 1)).unwrap_or_default()
}

/// Takes `factor` times the divisor from the window; says whether that was more than there is.
fn subtract_product(window: &mut [u32], divisor: &[u32], factor: u32) -> bool {
    let base = i64::from(BASE);
    let mut borrow = 0;
    for (n, limb) in window.iter_mut().enumerate() {
        let taken = i64::from(factor) * i64::from(divisor.get(n).copied().unwrap_or_default());
        let value = i64::from(*limb) - taken - borrow;
        *limb = u32::try_from(value.rem_euclid(base)).unwrap_or_default();
        borrow = -value.div_euclid(base);
    }
    borrow > 0
}

/// Undoes [`subtract_product`].
fn add_product(window: &mut [u32], divisor: &[u32], factor: u32) {
    let mut carry = 0;
    for (n, limb) in window.iter_mut().enumerate() {
        let other = divisor.get(n).copied().unwrap_or_default();
        let value = u64::from(*limb) + u64::from(factor) * u64::from(other) + carry;
        *limb = low(value.into());
        carry = value / u64::from(BASE);
    }
}
