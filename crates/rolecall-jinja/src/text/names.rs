//! The names of characters, for `"\N{BULLET}"`.
//!
//! All names of Unicode 14.0 that Python 3.11 knows, aliases included, are in a file of 150 kB, which
//! `data/names.py` writes and describes. It is unpacked when a name is first asked for.

use std::cmp::Ordering;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

static DATA: &[u8] = include_bytes!("../../data/names.bin");

/// The shapes that take one byte.
const SHORT_SHAPES: usize = 254;

/// The piece that stands for the character's number.
const NUMBER: &str = "-*";

/// The ideographs whose names are made of their numbers.
const IDEOGRAPHS: [RangeInclusive<u32>; 8] = [
    0x3400..=0x4dbf,
    0x4e00..=0x9fff,
    0x2_0000..=0x2_a6df,
    0x2_a700..=0x2_b738,
    0x2_b740..=0x2_b81d,
    0x2_b820..=0x2_cea1,
    0x2_ceb0..=0x2_ebe0,
    0x3_0000..=0x3_134a,
];

/// The letters of Hangul, in the order in which its syllables are counted.
const LEADS: &str = "G GG N D DD R M B BB S SS  J JJ C K T P H";
const VOWELS: &str = "A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I";
const TAILS: &str = " G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H";

/// The character of a name, in capitals or small letters.
pub(crate) fn character(name: &str) -> Option<char> {
    // Names by a rule are in capitals only.
    if let Some(number) = name.strip_prefix("CJK UNIFIED IDEOGRAPH-") {
        let digits = (4..=5).contains(&number.len()) && number.bytes().all(is_hex_digit);
        let code = u32::from_str_radix(number, 16).ok().filter(|_| digits)?;
        let known = IDEOGRAPHS.iter().any(|range| range.contains(&code));
        return char::from_u32(code).filter(|_| known);
    }
    if let Some(syllable) = name.strip_prefix("HANGUL SYLLABLE ") {
        return hangul(syllable);
    }
    names().find(&name.to_ascii_uppercase())
}

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| Names::read(&mut Reader(DATA)))
}

fn is_hex_digit(digit: u8) -> bool {
    matches!(digit, b'0'..=b'9' | b'A'..=b'F')
}

fn hangul(syllable: &str) -> Option<char> {
    /// The place of the longest letter at the start of a text, and the rest of it.
    fn longest<'t>(letters: &str, text: &'t str) -> Option<(u32, &'t str)> {
        let found = (0..).zip(letters.split(' ')).filter(|(_, letter)| text.starts_with(letter));
        let (n, letter) = found.max_by_key(|(_, letter)| letter.len())?;
        Some((n, text.get(letter.len()..)?))
    }
    let (lead, rest) = longest(LEADS, syllable)?;
    let (vowel, rest) = longest(VOWELS, rest)?;
    let (tail, rest) = longest(TAILS, rest)?;
    rest.is_empty().then(|| char::from_u32(0xac00 + (lead * 21 + vowel) * 28 + tail))?
}

/// A name's pieces are a part of [`Names::pieces`].
struct Entry {
    start: usize,
    end: usize,
    code: u32,
}

#[derive(Default)]
struct Names {
    /// The pieces of names, sorted.
    dictionary: Vec<String>,
    /// The pieces of all names, one name after the other, as their places in the dictionary.
    pieces: Vec<usize>,
    /// Sorted by pieces, and those with the same pieces by their numbers.
    entries: Vec<Entry>,
}

impl Names {
    fn read(file: &mut Reader) -> Self {
        let mut names = Self::default();
        let mut piece = String::new();
        for _ in 0..file.number() {
            let lengths = file.byte();
            piece.truncate(lengths >> 4);
            piece.extend(file.bytes((lengths & 15) + 1).iter().map(|byte| char::from(*byte)));
            names.dictionary.push(piece.clone());
        }
        let frequent = file.list(Reader::number);
        let shapes = file.list(|file| [file.number(), file.number(), file.number(), file.number()]);
        let (mut code, mut before) = (0, 0..0);
        for _ in 0..file.number() {
            let shape = file.code(SHORT_SHAPES).unwrap_or_else(|n| n + SHORT_SHAPES);
            let [distance, first, new, last] = shapes.get(shape).copied().unwrap_or_default();
            let start = names.pieces.len();
            let first = before.start..before.end.min(before.start + first);
            let last = before.end.saturating_sub(last).max(before.start)..before.end;
            names.pieces.extend_from_within(first);
            for _ in 0..new {
                let piece = file.code(frequent.len());
                let piece = piece.map(|n| frequent.get(n).copied().unwrap_or_default());
                names.pieces.push(piece.unwrap_or_else(|n| n));
            }
            names.pieces.extend_from_within(last);
            before = start..names.pieces.len();
            code += u32::try_from(distance).unwrap_or_default();
            names.entries.push(Entry { start, end: before.end, code });
        }
        let Self { pieces, entries, .. } = &mut names;
        entries.sort_by(|a, b| pieces_of(pieces, a).cmp(pieces_of(pieces, b)).then(a.code.cmp(&b.code)));
        names
    }

    /// The character of a name in capitals.
    fn find(&self, name: &str) -> Option<char> {
        let pieces = pieces(name);
        let (last, _) = pieces.split_last()?;
        // A number at the end of a name can be the character's or one of the name's own pieces.
        let number = last.strip_prefix('-').filter(|digits| digits.bytes().all(is_hex_digit));
        let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let numbered = number.filter(|number| *last == format!("-{number:04X}")).and_then(|number| {
            let mut pieces = pieces.clone();
            pieces.pop();
            pieces.push(NUMBER);
            self.find_pieces(&pieces, Some(number))
        });
        // No name has the star itself.
        numbered.or_else(|| self.find_pieces(&pieces, None).filter(|_| *last != NUMBER))
    }

    fn find_pieces(&self, pieces: &[&str], code: Option<u32>) -> Option<char> {
        let place = |piece: &&str| self.dictionary.binary_search_by(|known| known.as_str().cmp(piece)).ok();
        let pieces: Vec<usize> = pieces.iter().map(place).collect::<Option<_>>()?;
        let order = |entry: &Entry| {
            let by_code = code.map_or(Ordering::Equal, |code| entry.code.cmp(&code));
            pieces_of(&self.pieces, entry).cmp(&pieces).then(by_code)
        };
        let found = self.entries.get(self.entries.binary_search_by(order).ok()?)?;
        char::from_u32(found.code)
    }
}

fn pieces_of<'p>(pieces: &'p [usize], entry: &Entry) -> &'p [usize] {
    pieces.get(entry.start..entry.end).unwrap_or_default()
}

/// The pieces of a name: see `data/names.py`.
fn pieces(name: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in name.char_indices() {
        let inside = name.get(start..at).unwrap_or_default();
        match c {
            ' ' => {
                pieces.push(inside);
                // The blank is kept before a hyphen.
                start =
                    if name.get(at + 1..).is_some_and(|rest| rest.starts_with('-')) { at } else { at + 1 };
            }
            // The hyphen after a blank that is kept is a part of its piece, and so are others in that word.
            '-' if at > start && !inside.starts_with(' ') => {
                pieces.push(inside);
                start = at;
            }
            _ => {}
        }
    }
    pieces.push(name.get(start..).unwrap_or_default());
    pieces
}

/// What is left of the file. At its end it gives zeros.
struct Reader(&'static [u8]);

impl Reader {
    fn byte(&mut self) -> usize {
        self.bytes(1).first().copied().unwrap_or_default().into()
    }

    fn bytes(&mut self, count: usize) -> &'static [u8] {
        let (bytes, rest) = self.0.split_at_checked(count).unwrap_or((self.0, &[]));
        self.0 = rest;
        bytes
    }

    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= (byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift > 21 {
                return number;
            }
        }
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.number()).map(|_| item(self)).collect()
    }

    /// A byte below `short`, or else the number of two bytes.
    fn code(&mut self, short: usize) -> Result<usize, usize> {
        let first = self.byte();
        if first < short { Ok(first) } else { Err((first - short) * 256 + self.byte()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_python_s() {
        for (name, expected) in [
            ("BULLET", '•'),
            ("bullet operator", '∙'),
            ("Latin Small Letter E with Acute", 'é'),
            ("LATIN SMALL LETTER GHA", 'ƣ'),
            ("NULL", '\0'),
            ("BELL", '🔔'),
            ("VS256", '\u{e01ef}'),
            ("TIBETAN MARK BKA- SHOG GI MGO RGYAN", '\u{fd0}'),
            ("TIBETAN LETTER -A", '\u{f60}'),
            ("CJK UNIFIED IDEOGRAPH-04E00", '一'),
            ("cjk compatibility ideograph-f900", '\u{f900}'),
            ("HANGUL SYLLABLE GGAGG", '깎'),
            ("HANGUL SYLLABLE I", '이'),
            ("MELTING FACE", '\u{1fae0}'),
            ("BRAILLE PATTERN DOTS-12345678", '⣿'),
        ] {
            assert_eq!(character(name), Some(expected), "{name}");
        }
        for name in [
            "",
            " ",
            "-",
            " BULLET",
            "BULLET ",
            "BULLET  OPERATOR",
            "BULLET-OPERATOR",
            "é",
            "KEYCAP DIGIT ONE",
            "hangul syllable ga",
            "HANGUL SYLLABLE GAX",
            "HANGUL SYLLABLE é",
            "CJK UNIFIED IDEOGRAPH-4e00",
            "CJK UNIFIED IDEOGRAPH-2B739",
            "CJK COMPATIBILITY IDEOGRAPH-0F900",
            "CJK COMPATIBILITY IDEOGRAPH-*",
            "SHAKING FACE",
        ] {
            assert_eq!(character(name), None, "{name}");
        }
    }
}
