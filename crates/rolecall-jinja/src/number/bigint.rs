//! Integers of any size: their limbs, comparison, sum, difference and product.

use std::cmp::Ordering;
use std::fmt;

/// What a limb counts up to. A power of ten, for integers are printed far more often than they are divided.
pub(super) const BASE: u32 = 1_000_000_000;

/// Decimal digits of a limb.
pub(super) const LIMB_DIGITS: usize = 9;

/// An integer of any size.
///
/// Time and memory are the caller's to limit: [`digits`](Self::digits) of the operands tells how large a result
/// gets. Multiplication, division and conversion to another radix are quadratic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct BigInt {
    /// Never for zero.
    negative: bool,
    /// Digits of base [`BASE`], the lowest first; the highest is not zero.
    limbs: Vec<u32>,
}

impl BigInt {
    pub(crate) fn from_i64(value: i64) -> Self {
        Self::from_i128(value.into())
    }

    pub(crate) fn from_i128(value: i128) -> Self {
        Self::from_sign(value < 0, value.unsigned_abs())
    }

    pub(crate) fn from_u128(value: u128) -> Self {
        Self::from_sign(false, value)
    }

    fn from_sign(negative: bool, mut magnitude: u128) -> Self {
        let mut limbs = Vec::with_capacity(3);
        while magnitude > 0 {
            limbs.push(low(magnitude));
            magnitude /= u128::from(BASE);
        }
        Self::from_limbs_vec(negative, limbs)
    }

    /// The integer of such limbs of base 10⁹, the lowest first. None if one of them is too large.
    pub(crate) fn from_limbs(negative: bool, limbs: &[u32]) -> Option<Self> {
        let fits = limbs.iter().all(|limb| *limb < BASE);
        fits.then(|| Self::from_limbs_vec(negative, limbs.to_vec()))
    }

    pub(super) fn from_limbs_vec(negative: bool, mut limbs: Vec<u32>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self { negative: negative && !limbs.is_empty(), limbs }
    }

    /// The integer of decimal digits after an optional minus sign; none for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let limb = |chunk: &[u8]| chunk.iter().fold(0, |limb, digit| limb * 10 + u32::from(digit - b'0'));
        let limbs = digits.as_bytes().rchunks(LIMB_DIGITS).map(limb).collect();
        Some(Self::from_limbs_vec(text.len() > digits.len(), limbs))
    }

    /// The limbs of the absolute value in base 10⁹, the lowest first, without zeros at the end.
    pub(crate) fn limbs(&self) -> &[u32] {
        &self.limbs
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.negative
    }

    pub(crate) fn is_odd(&self) -> bool {
        self.limbs.first().is_some_and(|limb| limb % 2 == 1)
    }

    /// How many decimal digits the absolute value has; zero has one. A product has at most as many as its factors
    /// together, a sum at most one more than the longer summand, a power at most as many as its base times the
    /// exponent.
    pub(crate) fn digits(&self) -> usize {
        let top = self.limbs.last().and_then(|limb| limb.checked_ilog10());
        let top = top.and_then(|log| usize::try_from(log).ok()).unwrap_or_default();
        self.limbs.len().saturating_sub(1).saturating_mul(LIMB_DIGITS).saturating_add(top + 1)
    }

    #[must_use]
    pub(crate) fn neg(mut self) -> Self {
        self.negative = !self.negative && !self.limbs.is_empty();
        self
    }

    #[must_use]
    pub(crate) fn abs(mut self) -> Self {
        self.negative = false;
        self
    }

    #[must_use]
    pub(crate) fn add(&self, other: &Self) -> Self {
        self.add_signed(other, other.negative)
    }

    #[must_use]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        self.add_signed(other, !other.negative)
    }

    /// The sum with a number of the absolute value of `other`.
    fn add_signed(&self, other: &Self, negative: bool) -> Self {
        if self.negative == negative {
            return Self::from_limbs_vec(negative, sum(&self.limbs, &other.limbs));
        }
        match compare(&self.limbs, &other.limbs) {
            Ordering::Less => Self::from_limbs_vec(negative, difference(&other.limbs, &self.limbs)),
            _ => Self::from_limbs_vec(self.negative, difference(&self.limbs, &other.limbs)),
        }
    }

    #[must_use]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let mut limbs = vec![0; self.limbs.len() + other.limbs.len()];
        for (shift, factor) in self.limbs.iter().enumerate() {
            let mut carry = 0;
            let target = limbs.get_mut(shift..).unwrap_or_default();
            for (n, limb) in target.iter_mut().enumerate() {
                let other = other.limbs.get(n).copied();
                if other.is_none() && carry == 0 {
                    break;
                }
                // (10⁹ − 1)² + 2·(10⁹ − 1) is below 2⁶⁴.
                let value =
                    u64::from(*limb) + carry + u64::from(*factor) * u64::from(other.unwrap_or_default());
                *limb = low(value.into());
                carry = value / u64::from(BASE);
            }
        }
        Self::from_limbs_vec(self.negative != other.negative, limbs)
    }

    /// `self ** exponent`.
    #[must_use]
    pub(crate) fn pow(&self, mut exponent: u32) -> Self {
        let mut power = Self::from_i64(1);
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = power.mul(&square);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = square.mul(&square);
            }
        }
        power
    }
}

/// The lowest limb of a value.
pub(super) fn low(value: u128) -> u32 {
    u32::try_from(value % u128::from(BASE)).unwrap_or_default()
}

/// Compares two absolute values.
pub(super) fn compare(left: &[u32], right: &[u32]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn sum(left: &[u32], right: &[u32]) -> Vec<u32> {
    let (long, short) = if left.len() < right.len() { (right, left) } else { (left, right) };
    let mut carry = 0;
    let mut out = Vec::with_capacity(long.len() + 1);
    for (n, limb) in long.iter().enumerate() {
        let value = limb + short.get(n).copied().unwrap_or_default() + carry;
        carry = value / BASE;
        out.push(value % BASE);
    }
    out.push(carry);
    out
}

/// The difference to a value that is not greater.
fn difference(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut borrowed = false;
    let step = |(n, limb): (usize, &u32)| {
        let (limb, less) = (*limb, right.get(n).copied().unwrap_or_default() + u32::from(borrowed));
        borrowed = limb < less;
        if borrowed { limb + BASE - less } else { limb - less }
    };
    left.iter().enumerate().map(step).collect()
}

impl Ord for BigInt {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => compare(&self.limbs, &other.limbs),
            (true, true) => compare(&other.limbs, &self.limbs),
        }
    }
}

impl PartialOrd for BigInt {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let mut limbs = self.limbs.iter().rev();
        write!(f, "{}", limbs.next().copied().unwrap_or_default())?;
        limbs.try_for_each(|limb| write!(f, "{limb:09}"))
    }
}
