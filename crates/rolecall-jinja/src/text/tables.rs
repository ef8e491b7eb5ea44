//! The character tables of Unicode 14.0, as Python 3.11 has them.
//!
//! Rust's own are those of whatever Unicode its release has, and later versions of Unicode also change letters
//! that are there already. `data/unicode.py` writes the file and describes it.

use std::sync::OnceLock;

static DATA: &[u8] = include_bytes!("../../data/unicode.bin");

/// A property of characters: the ends of runs that by turns lack it and have it.
pub(super) struct Property(Vec<u32>);

impl Property {
    pub(super) fn holds(&self, c: char) -> bool {
        self.0.partition_point(|end| *end <= u32::from(c)) & 1 == 1
    }
}

/// Characters that move by the same distance, all of a range or every second.
struct Shift {
    first: u32,
    last: u32,
    alternate: bool,
    delta: i32,
}

/// What a change of case makes of a character.
pub(super) enum Changed<'t> {
    One(char),
    Several(&'t [char]),
}

/// A change of case.
pub(super) struct Mapping {
    shifts: Vec<Shift>,
    several: Vec<(u32, Vec<char>)>,
}

impl Mapping {
    /// What becomes of the character, unless the mapping does not touch it.
    pub(super) fn get(&self, c: char) -> Option<Changed<'_>> {
        let code = u32::from(c);
        let shift = self.shifts.get(self.shifts.partition_point(|shift| shift.last < code));
        if let Some(shift) = shift
            && shift.first <= code
            && !(shift.alternate && (code - shift.first) % 2 == 1)
        {
            return code.checked_add_signed(shift.delta).and_then(char::from_u32).map(Changed::One);
        }
        let at = self.several.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        self.several.get(at).map(|(_, to)| Changed::Several(to))
    }
}

/// All that the file holds.
pub(super) struct Tables {
    pub(super) printable: Property,
    pub(super) alphabetic: Property,
    pub(super) digit: Property,
    pub(super) numeric: Property,
    pub(super) identifier_start: Property,
    pub(super) identifier_continue: Property,
    pub(super) uppercase: Property,
    pub(super) lowercase: Property,
    pub(super) titlecase: Property,
    /// What stands inside of a word without being a letter of it.
    pub(super) case_ignorable: Property,
    /// The zeros of all scripts; the other nine digits follow each of them.
    pub(super) zeros: Vec<u32>,
    pub(super) upper: Mapping,
    pub(super) lower: Mapping,
    /// Where title case is not upper case.
    pub(super) title: Mapping,
    /// Where folded case is not lower case.
    pub(super) fold: Mapping,
}

/// The tables, which are read when they are first asked for.
pub(super) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut file = Reader(DATA);
        // The order is the file's.
        Tables {
            printable: file.property(),
            alphabetic: file.property(),
            digit: file.property(),
            numeric: file.property(),
            identifier_start: file.property(),
            identifier_continue: file.property(),
            uppercase: file.property(),
            lowercase: file.property(),
            titlecase: file.property(),
            case_ignorable: file.property(),
            zeros: file.sums(),
            upper: file.mapping(),
            lower: file.mapping(),
            title: file.mapping(),
            fold: file.mapping(),
        }
    })
}

struct Reader(&'static [u8]);

impl Reader {
    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift > 28 {
                break;
            }
        }
        number
    }

    /// How many numbers there are, and then the distance of each from the one before.
    fn sums(&mut self) -> Vec<u32> {
        let mut sum = 0u32;
        let count = self.number();
        (0..count)
            .map(|_| {
                sum = sum.wrapping_add(self.number());
                sum
            })
            .collect()
    }

    fn property(&mut self) -> Property {
        Property(self.sums())
    }

    fn mapping(&mut self) -> Mapping {
        let mut at = 0u32;
        let shifts = self.number();
        let shifts = (0..shifts).map(|_| {
            let first = at.wrapping_add(self.number());
            let extent = self.number();
            let delta = self.number();
            let delta = (delta >> 1).cast_signed() ^ -(delta & 1).cast_signed();
            at = first.wrapping_add(extent >> 1);
            Shift { first, last: at, alternate: extent & 1 == 1, delta }
        });
        let shifts = shifts.collect();
        let mut at = 0u32;
        let several = self.number();
        let several = (0..several).map(|_| {
            at = at.wrapping_add(self.number());
            let length = self.number();
            (at, (0..length).filter_map(|_| char::from_u32(self.number())).collect())
        });
        Mapping { shifts, several: several.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_to_its_end() {
        let tables = tables();
        assert_eq!(tables.zeros.len(), 66);
        let several = [&tables.upper, &tables.lower, &tables.title, &tables.fold].map(|m| m.several.len());
        assert_eq!(several, [102, 1, 23, 103]);
        assert!(tables.fold.several.iter().all(|(_, to)| (2..4).contains(&to.len())));
    }
}
