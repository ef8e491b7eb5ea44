//! Where the plain part of a string ends.

/// Bytes of a word, which are looked at together at first.
const WORD: usize = 8;

/// So many words of a string are looked at before it counts as long.
const WORDS: usize = 2;

/// Bytes that are looked at together in a long string.
const BLOCK: usize = 32;

/// How many bytes at the start of `bytes` stand for themselves in a string: up to the next quote, backslash or
/// control character, or to the end.
///
/// `bytes` may go on after the string: only the last few of a text are looked at one by one.
#[inline]
pub(crate) fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        if let Some(found) = special_in_word(u64::from_le_bytes(*word)) {
            return at + found;
        }
        at += WORD;
        if at == WORDS * WORD {
            return at + in_blocks(bytes.get(at..).unwrap_or_default());
        }
    }
    at + slowly(bytes.get(at..).unwrap_or_default())
}

/// The place of the first byte of a word that does not stand for itself.
#[inline]
fn special_in_word(word: u64) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A subtraction sets the highest bit of each byte that is below, up to the first such byte at least.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    let found = (below(word, b' ') | quote | backslash) & (ONES << 7);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

fn in_blocks(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        // Written so that compilers compare all bytes at once.
        let mut marks = [0; BLOCK];
        for (mark, byte) in marks.iter_mut().zip(block) {
            *mark = special(*byte);
        }
        if marks != [0; BLOCK] {
            return at + first(&marks);
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

fn is_special(byte: u8) -> bool {
    special(byte) != 0
}

/// 1 for a byte that does not stand for itself, otherwise 0.
#[inline]
fn special(byte: u8) -> u8 {
    u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < b' ')
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
