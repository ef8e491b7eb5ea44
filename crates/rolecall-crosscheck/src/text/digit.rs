//! Digits of all scripts.

/// The value of a decimal digit of any script (`str.isdecimal`).
pub(crate) fn decimal(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let zero = ZEROS.partition_point(|zero| *zero <= u32::from(c)).checked_sub(1)?;
    Some(u32::from(c) - ZEROS.get(zero)?).filter(|value| *value < 10)
}

/// Whether a character is a decimal digit, or one that is raised, lowered or in a circle (`str.isdigit`).
pub(crate) fn is_digit(c: char) -> bool {
    decimal(c).is_some()
        || matches!(c, '\u{b2}'..='\u{b3}' | '\u{b9}' | '\u{1369}'..='\u{1371}' | '\u{19da}' | '\u{2070}' | '\u{2074}'..='\u{2079}' | '\u{2080}'..='\u{2089}' | '\u{2460}'..='\u{2468}' | '\u{2474}'..='\u{247c}' | '\u{2488}'..='\u{2490}' | '\u{24ea}' | '\u{24f5}'..='\u{24fd}' | '\u{24ff}' | '\u{2776}'..='\u{277e}' | '\u{2780}'..='\u{2788}' | '\u{278a}'..='\u{2792}' | '\u{10a40}'..='\u{10a43}' | '\u{10e60}'..='\u{10e68}' | '\u{11052}'..='\u{1105a}' | '\u{1f100}'..='\u{1f10a}')
}

/// The digits zero after ASCII; the nine others follow each of them.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1_04a0, 0x1_0d30, 0x1_1066, 0x1_10f0,
    0x1_1136, 0x1_11d0, 0x1_12f0, 0x1_1450, 0x1_14d0, 0x1_1650, 0x1_16c0, 0x1_1730, 0x1_18e0, 0x1_1950,
    0x1_1c50, 0x1_1d50, 0x1_1da0, 0x1_6a60, 0x1_6ac0, 0x1_6b50, 0x1_d7ce, 0x1_d7d8, 0x1_d7e2, 0x1_d7ec,
    0x1_d7f6, 0x1_e140, 0x1_e2f0, 0x1_e950, 0x1_fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_python_s() {
        assert_eq!(
            ['7', '٣', '９', '𝟡', '²', 'x', 'Ⅷ'].map(decimal),
            [Some(7), Some(3), Some(9), Some(9), None, None, None]
        );
        assert!(is_digit('²') && is_digit('③') && !is_digit('½') && !is_digit('Ⅷ'));
    }
}
