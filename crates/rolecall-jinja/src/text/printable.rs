//! What `str.isprintable` accepts.

use super::tables::tables;

/// Whether a character is printed as itself in a `repr`: in Unicode 14.0 all but controls, separators other than
/// the blank, format characters, private ones and those of no meaning.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_control() } else { tables().printable.holds(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_is_what_python_prints() {
        for c in [' ', 'é', '🦙', '\u{fe0f}', '\u{301}', '你', '\u{a1}', '\u{e0100}', '\u{1fae6}'] {
            assert!(is_printable(c), "{c:?}");
        }
        // The last two were assigned after Unicode 14.0.
        let not = ['\0', '\u{7f}', '\u{a0}', '\u{ad}', '\u{200d}', '\u{2028}', '\u{e000}', '\u{378}'];
        for c in not.into_iter().chain(['\u{e0041}', '\u{10ffff}', '\u{1fae8}', '\u{31350}']) {
            assert!(!is_printable(c), "{c:?}");
        }
    }
}
