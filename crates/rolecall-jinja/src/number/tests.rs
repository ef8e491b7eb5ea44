//! Integers against the crate num-bigint, and cases from Python.

use std::cmp::Ordering;

use num_bigint::{BigInt as Reference, Sign};
use proptest::prelude::*;

use super::BigInt;

fn big(text: &str) -> BigInt {
    BigInt::parse(text).unwrap()
}

/// Integers of up to some 400 digits, with many nines and zeros: those make carries.
fn integers() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}",
        "-?[1-9][0-9]{0,400}",
        "-?(9|0{1,9}|9{1,9}|[0-9]){1,80}",
        "-?(1|5)0{0,100}(0|1)?",
        "-?(000000000|999999999|499999999|500000000|000000001){1,12}",
    ]
}

proptest! {
    #[test]
    fn integers_count_as_num_bigint_s(left in integers(), right in integers()) {
        let (a, b) = (big(&left), big(&right));
        let (x, y): (Reference, Reference) = (left.parse().unwrap(), right.parse().unwrap());
        prop_assert_eq!(a.to_string(), x.to_string());
        prop_assert_eq!(a.add(&b).to_string(), (&x + &y).to_string());
        prop_assert_eq!(a.sub(&b).to_string(), (&x - &y).to_string());
        prop_assert_eq!(a.mul(&b).to_string(), (&x * &y).to_string());
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        prop_assert_eq!(a == b, x == y);
        prop_assert_eq!(a.bit_length() as u64, x.bits());
        prop_assert_eq!(a.digits(), x.magnitude().to_string().len());
        prop_assert_eq!(a.is_odd(), x.bit(0));
        prop_assert_eq!(a.is_negative(), x.sign() == Sign::Minus);
        prop_assert_eq!(a.to_i64(), i64::try_from(&x).ok());
        for radix in [2, 8, 16] {
            prop_assert_eq!(a.to_radix_string(radix), x.magnitude().to_str_radix(radix));
        }
        for radix in 2..=36 {
            let text = x.magnitude().to_str_radix(radix);
            prop_assert_eq!(BigInt::from_radix(&text, radix).unwrap(), a.clone().abs());
        }
        prop_assert_eq!(BigInt::from_limbs(a.is_negative(), a.limbs()).unwrap(), a.clone());
        match a.floor_div_mod(&b) {
            None => prop_assert!(b.is_zero()),
            Some((quotient, remainder)) => {
                prop_assert_eq!(quotient.mul(&b).add(&remainder), a);
                prop_assert!(remainder.is_zero() || remainder.is_negative() == b.is_negative());
                prop_assert_eq!(remainder.abs().cmp(&b.abs()), Ordering::Less);
            }
        }
    }

    #[test]
    fn small_integers_are_rust_s(left: i64, right: i64, exponent in 0u32..40) {
        let (a, b) = (BigInt::from_i64(left), BigInt::from_i64(right));
        prop_assert_eq!(&a, &big(&left.to_string()));
        prop_assert_eq!(a.to_i64(), Some(left));
        prop_assert_eq!(a.mul(&b), BigInt::from_i128(i128::from(left) * i128::from(right)));
        prop_assert_eq!(a.pow(exponent).to_string(), Reference::from(left).pow(exponent).to_string());
        #[allow(clippy::cast_precision_loss)]
        let float = left as f64;
        prop_assert_eq!(a.to_f64(), Some(float));
    }

    #[test]
    fn floats_come_and_go(bits: u64) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let whole = BigInt::from_f64(value).unwrap();
        prop_assert_eq!(whole.to_f64(), Some(value.trunc() + 0.0));
        let order = if value.fract() == 0.0 { Ordering::Equal } else { 0.0f64.total_cmp(&value) };
        prop_assert_eq!(whole.partial_cmp_f64(value), Some(order));
    }

    #[test]
    fn quotients_of_doubles_are_rust_s(left in -(1i64 << 53)..1 << 53, right in 1i64..1 << 53) {
        #[allow(clippy::cast_precision_loss)]
        let expected = left as f64 / right as f64;
        prop_assert_eq!(BigInt::from_i64(left).true_div(&BigInt::from_i64(right)), Some(expected));
    }
}

#[test]
fn integers_have_ends_as_floats() {
    let most = BigInt::from_f64(f64::MAX).unwrap();
    assert_eq!(most.to_f64(), Some(f64::MAX));
    // Half a unit in the last place is the first that rounds to infinity.
    let half = BigInt::from_i64(2).pow(970);
    assert_eq!(most.add(&half).to_f64(), None);
    assert_eq!(most.add(&half).sub(&BigInt::from_i64(1)).to_f64(), Some(f64::MAX));
    assert_eq!(BigInt::from_i64(10).pow(400).to_f64(), None);
    assert_eq!(BigInt::from_f64(f64::INFINITY), None);
    assert_eq!(big("0").partial_cmp_f64(f64::NEG_INFINITY), Some(Ordering::Greater));
    assert_eq!(big("-0"), BigInt::default());
    assert_eq!([BigInt::parse(""), BigInt::parse("-"), BigInt::parse("1x")], [None, None, None]);
}

#[test]
fn quotients_are_rounded_once() {
    let power = |n| BigInt::from_i64(10).pow(n);
    assert_eq!(power(400).true_div(&power(400)), Some(1.0));
    assert_eq!(power(400).true_div(&power(91)), None);
    assert_eq!(power(400).true_div(&power(92)), Some(1e308));
    assert_eq!(power(0).true_div(&power(308)), Some(1e-308));
    assert_eq!(power(0).true_div(&power(323)), Some(1e-323));
    assert_eq!(power(0).true_div(&power(400)), Some(0.0));
    assert_eq!(big("9007199254740993").true_div(&power(0)), Some(9_007_199_254_740_992.0));
    assert_eq!(big("-9007199254740995").true_div(&power(0)), Some(-9_007_199_254_740_996.0));
    assert_eq!(power(0).true_div(&big("0")), None);
}
