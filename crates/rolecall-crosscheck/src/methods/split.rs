//! `split`, `rsplit`, `splitlines`, `partition`.

use rolecall_jinja::text::is_space;

/// `text.split(separator, most)`; white space where there is no separator. `most` limits the cuts.
pub(crate) fn split<'t>(text: &'t str, separator: Option<&str>, most: usize) -> Vec<&'t str> {
    let Some(separator) = separator else { return words(text, most) };
    text.splitn(most.saturating_add(1), separator).collect()
}

/// The same from the right.
pub(crate) fn rsplit<'t>(text: &'t str, separator: Option<&str>, most: usize) -> Vec<&'t str> {
    let Some(separator) = separator else { return words_from_right(text, most) };
    let mut parts: Vec<&str> = text.rsplitn(most.saturating_add(1), separator).collect();
    parts.reverse();
    parts
}

fn words(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        if parts.len() == most {
            parts.push(rest);
            break;
        }
        let end = rest.find(is_space).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        parts.push(word);
        rest = after.trim_start_matches(is_space);
    }
    parts
}

fn words_from_right(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(is_space);
    while !rest.is_empty() {
        if parts.len() == most {
            parts.push(rest);
            break;
        }
        let start =
            rest.char_indices().rev().find(|(_, c)| is_space(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        let (before, word) = rest.split_at(start);
        parts.push(word);
        rest = before.trim_end_matches(is_space);
    }
    parts.reverse();
    parts
}

/// `text.splitlines(keep_ends)`.
pub(crate) fn lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let breaks = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| breaks(*c)) {
        let crlf = c == '\r' && rest.get(at + 1..).is_some_and(|after| after.starts_with('\n'));
        let end = at + c.len_utf8() + usize::from(crlf);
        parts.extend(rest.get(..if keep_ends { end } else { at }));
        rest = rest.get(end..).unwrap_or_default();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// `text.partition(separator)`, or from the right.
pub(crate) fn partition<'t>(text: &'t str, separator: &'t str, right: bool) -> [&'t str; 3] {
    let found = if right { text.rsplit_once(separator) } else { text.split_once(separator) };
    match found {
        Some((before, after)) => [before, separator, after],
        None if right => ["", "", text],
        None => [text, "", ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_as_in_python() {
        let all = usize::MAX;
        assert_eq!(split(" a\u{1c}b  c ", None, all), ["a", "b", "c"]);
        assert_eq!(split(" a b  c ", None, 1), ["a", "b  c "]);
        assert_eq!(rsplit(" a b  c ", None, 1), [" a b", "c"]);
        assert_eq!(rsplit(" a b  c ", None, 0), [" a b  c"]);
        assert_eq!(split("", None, all), [""; 0]);
        assert_eq!(split("", Some(","), all), [""]);
        assert_eq!(split("a,b,c", Some(","), 1), ["a", "b,c"]);
        assert_eq!(rsplit("a,b,c", Some(","), 1), ["a,b", "c"]);
        assert_eq!(rsplit("a::b:::c", Some("::"), all), ["a", "b:", "c"]);
        assert_eq!(lines("a\r\nb\u{b}c\u{85}\n", false), ["a", "b", "c", ""]);
        assert_eq!(lines("a\r\nb\r", true), ["a\r\n", "b\r"]);
        assert_eq!(partition("a-b-c", "-", true), ["a-b", "-", "c"]);
    }
}
