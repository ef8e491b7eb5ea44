//! Numbers as Python counts with them, where Rust's own do not suffice.

mod bigint;
mod convert;
mod divide;
#[cfg(test)]
mod tests;

pub(crate) use bigint::BigInt;

/// The most decimal digits that Python turns into text or reads from it.
pub(crate) const MOST_DIGITS: usize = 4300;

/// Why an integer of more than [`MOST_DIGITS`] digits has no text (a `ValueError`).
pub(crate) const TOO_LONG_FOR_TEXT: &str = "Exceeds the limit (4300 digits) for integer string conversion; use \
    sys.set_int_max_str_digits() to increase the limit";

/// The most digits of integers that are computed or read at all. Python has no such limit, but can print no more
/// than [`MOST_DIGITS`]; longer ones would only take time.
pub(crate) const LONGEST: usize = 50_000;
