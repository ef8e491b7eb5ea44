//! Character references of HTML: `&eacute;`, `&#233;`, `&#xe9`.

use std::sync::OnceLock;

use super::parse_number::too_many_digits;
use crate::ErrorKind;
use crate::number::MOST_DIGITS;

/// The longest name, without its semicolon.
const LONGEST_NAME: usize = 32;

/// What the numbers 128 to 159 mean: the characters of Windows' code page 1252.
const CODE_PAGE_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// `html.unescape(text)`: with characters in the place of references. A decimal reference of more digits than
/// Python reads is an error.
pub(crate) fn unescape(text: &str) -> Result<String, (ErrorKind, String)> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let body = from.get(1..).unwrap_or_default();
        let used = match body.strip_prefix('#') {
            Some(number) => push_number(&mut out, number)?.map(|used| used + 1),
            None => push_named(&mut out, body),
        };
        if used.is_none() {
            out.push('&');
        }
        rest = body.get(used.unwrap_or_default()..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Appends the character of a number after `#`; gives the length of the reference, if it is one.
fn push_number(out: &mut String, text: &str) -> Result<Option<usize>, (ErrorKind, String)> {
    let (mark, radix) = if text.starts_with(['x', 'X']) { (1, 16) } else { (0, 10) };
    let digits = text.get(mark..).unwrap_or_default();
    let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if length == 0 {
        return Ok(None);
    }
    if radix == 10 && length > MOST_DIGITS {
        return Err((ErrorKind::Value, too_many_digits(length)));
    }
    let digits = digits.get(..length).unwrap_or_default();
    let number = digits.chars().fold(0u32, |number, c| {
        number.saturating_mul(radix).saturating_add(c.to_digit(radix).unwrap_or_default())
    });
    out.extend(numbered(number));
    let end = mark + length;
    Ok(Some(end + usize::from(text.as_bytes().get(end) == Some(&b';'))))
}

/// The character that a number refers to; none for controls and for numbers of no character.
fn numbered(number: u32) -> Option<char> {
    match number {
        0 => Some('\u{fffd}'),
        0x80..=0x9f => CODE_PAGE_1252.chars().nth(usize::try_from(number - 0x80).unwrap_or_default()),
        1..=8 | 0xb | 0xe..=0x1f | 0x7f | 0xfdd0..=0xfdef => None,
        _ if number & 0xfffe == 0xfffe && number < 0x11_0000 => None,
        _ => Some(char::from_u32(number).unwrap_or('\u{fffd}')),
    }
}

/// Appends the characters of a name at the start of `text`; gives the length of the reference, if it is one.
fn push_named(out: &mut String, text: &str) -> Option<usize> {
    let ends = |c: char| matches!(c, '\t' | '\n' | '\u{c}' | ' ' | '<' | '&' | '#' | ';');
    let end = text.char_indices().take(LONGEST_NAME).find(|(_, c)| ends(*c)).map(|(at, _)| at);
    let longest = || text.char_indices().nth(LONGEST_NAME).map_or(text.len(), |(at, _)| at);
    let name = text.get(..end.unwrap_or_else(longest)).unwrap_or_default();
    let after = text.as_bytes().get(name.len());
    if after == Some(&b';')
        && let Some(entity) = find(name)
    {
        out.extend(entity.characters());
        return Some(name.len() + 1);
    }
    // Without its semicolon a name can go over into other text. All such names are of two letters or more.
    (2..=name.len()).rev().find_map(|length| {
        let entity = find(name.get(..length)?).filter(|entity| entity.bare)?;
        out.extend(entity.characters());
        Some(length)
    })
}

/// A named reference.
struct Entity {
    name: &'static str,
    /// Whether it needs no semicolon.
    bare: bool,
    codes: &'static str,
}

impl Entity {
    fn characters(&self) -> impl Iterator<Item = char> {
        let number = |code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        self.codes.split(' ').filter_map(number)
    }
}

fn find(name: &str) -> Option<&'static Entity> {
    static ENTITIES: OnceLock<Vec<Entity>> = OnceLock::new();
    let entities = ENTITIES.get_or_init(|| {
        let lines = include_str!("../../data/entities.txt").lines();
        let read = |line: &'static str| {
            let (name, codes) = line.split_once(' ')?;
            let bare = name.strip_suffix(';');
            Some(Entity { name: bare.unwrap_or(name), bare: bare.is_none(), codes })
        };
        lines.filter_map(read).collect()
    });
    entities.get(entities.binary_search_by(|entity| entity.name.cmp(name)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_python_does() {
        for (text, expected) in [
            ("a &amp; b &eacute;&eacute &notit; &notin; &bne;", "a & b éé ¬it; ∉ =\u{20e5}"),
            ("&#233;&#xe9;&#XE9 &#128;&#0;&#1;&#xD800;&#x110000;&#xffff;", "ééé €\u{fffd}\u{fffd}\u{fffd}"),
            (
                "& &; &# &#; &#x; &#xg &x &hellip &CounterClockwiseContourIntegral;",
                "& &; &# &#; &#x; &#xg &x &hellip ∳",
            ),
            ("&amp&amp;amp;&AMP", "&&amp;&"),
        ] {
            assert_eq!(unescape(text).unwrap(), expected);
        }
        assert!(unescape(&format!("&#{};", "0".repeat(4301))).is_err());
    }
}
