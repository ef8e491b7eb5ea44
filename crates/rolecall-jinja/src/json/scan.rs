//! Where the plain part of a string ends.

/// Bytes that are looked at together.
const BLOCK: usize = 32;

/// Bytes of a word.
const WORD: usize = 8;

/// How many bytes at the start of `bytes` stand for themselves in a string: up to the next quote, backslash or
/// control character, or to the end.
///
/// `bytes` may go on after the string: only the last few of a text are looked at one by one.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        // Written so that compilers compare all bytes at once.
        let special: [u8; BLOCK] = block.map(|byte| if is_special(byte) { u8::MAX } else { 0 });
        if special != [0; BLOCK] {
            return at + first(&special);
        }
        at += BLOCK;
    }
    at + slowly(rest)
}

/// The place of the first byte that is not zero.
#[inline]
fn first(bytes: &[u8; BLOCK]) -> usize {
    let mut at = 0;
    for word in bytes.as_chunks::<WORD>().0 {
        let word = u64::from_le_bytes(*word);
        if word != 0 {
            return at + word.trailing_zeros() as usize / 8;
        }
        at += WORD;
    }
    at
}

fn slowly(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| is_special(*byte)).unwrap_or(bytes.len())
}

#[inline]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            for filler in [b'a', b'!', b']', b'#', 0x7f, 0x80, 0xff] {
                for length in 0..100 {
                    let mut bytes = vec![filler; length];
                    bytes.push(byte);
                    bytes.extend([filler, b'"', filler, filler, b'\\', 0, filler, filler, filler]);
                    let wanted = if is_special(byte) { length } else { length + 2 };
                    assert_eq!(plain(&bytes), wanted, "{byte} after {length} of {filler}");
                    bytes.truncate(length);
                    assert_eq!(plain(&bytes), length);
                }
            }
        }
    }
}
