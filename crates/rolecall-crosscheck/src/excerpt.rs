//! Texts on one line, for a terminal: two texts around the place where they part, or the beginning of one.

/// How many characters are shown before the place and after it.
const BEFORE: usize = 30;
const AFTER: usize = 50;

/// Where two texts part and what stands there.
///
/// ```
/// use rolecall_crosscheck::excerpt::Parting;
///
/// let parting = Parting::new("Hello,\nworld", "Hello,\nword\u{1b}[2J");
/// assert_eq!((parting.line, parting.column), (2, 4));
/// assert_eq!(parting.one, r"Hello,\nwor⟦ld⟧");
/// assert_eq!(parting.other, r"Hello,\nwor⟦d\u{1b}[2J⟧");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The first text around the place, on one line.
    pub one: String,
    /// The second text around the place, on one line.
    pub other: String,
}

impl Parting {
    /// Compares two texts.
    pub fn new(one: &str, other: &str) -> Self {
        let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
        let at: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let common = one.get(..at).unwrap_or_default();
        let line_start = common.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: common.matches('\n').count() + 1,
            column: common.get(line_start..).unwrap_or_default().chars().count() + 1,
            one: around(one, at),
            other: around(other, at),
        }
    }
}

fn around(text: &str, at: usize) -> String {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let from = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(index, _)| index);
    let to = after.char_indices().nth(AFTER).map_or(after.len(), |(index, _)| index);
    let mut out = String::new();
    out.push_str(if from > 0 { "…" } else { "" });
    escape_into(before.get(from..).unwrap_or_default(), &mut out);
    out.push('⟦');
    escape_into(after.get(..to).unwrap_or_default(), &mut out);
    out.push_str(if to < after.len() { "…" } else { "⟧" });
    out
}

/// A text on one line, with what a terminal would not show spelled out, cut when it is long.
pub fn on_one_line(text: &str, most: usize) -> String {
    let to = text.char_indices().nth(most).map_or(text.len(), |(index, _)| index);
    let mut out = String::new();
    escape_into(text.get(..to).unwrap_or_default(), &mut out);
    if to < text.len() {
        out.push('…');
    }
    out
}

/// Control characters, unusual blanks and invisible characters are spelled out.
fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            ' ' => out.push(c),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() || c.is_whitespace() => out.extend(c.escape_default()),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {
                out.extend(c.escape_default());
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_part_where_their_characters_differ() {
        for (one, other, line, column, shown) in [
            ("a\nbé\u{1b}", "a\nbè", 2, 2, ["a\\nb⟦é\\u{1b}⟧", "a\\nb⟦è⟧"]),
            ("abc", "ab", 1, 3, ["ab⟦c⟧", "ab⟦⟧"]),
            ("", "x", 1, 1, ["⟦⟧", "⟦x⟧"]),
        ] {
            let parting = Parting::new(one, other);
            assert_eq!((parting.line, parting.column), (line, column), "{one:?}");
            assert_eq!([parting.one.as_str(), parting.other.as_str()], shown);
        }
    }

    #[test]
    fn long_texts_are_cut_on_both_sides() {
        let long = |middle: &str| format!("{}{middle}{}", "é".repeat(1000), "ü".repeat(1000));
        let parting = Parting::new(&long("x"), &long("y"));
        assert_eq!(parting.column, 1001);
        assert_eq!(parting.one, format!("…{}⟦x{}…", "é".repeat(BEFORE), "ü".repeat(AFTER - 1)));
    }
}
