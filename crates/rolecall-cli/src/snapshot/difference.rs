//! How two texts differ, line by line.

use similar::{ChangeTag, TextDiff};

use crate::color::{Style, revealed};

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// The changes from one text to another in the unified form, in colour if wanted.
pub(crate) fn unified(before: &str, after: &str, in_color: bool) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        paint(&mut out, Style::OTHER, &hunk.header().to_string(), in_color);
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', Some(Style::REMOVED)),
                ChangeTag::Insert => ('+', Some(Style::ADDED)),
                ChangeTag::Equal => (' ', None),
            };
            let line = format!("{sign}{}", change.value().trim_end_matches('\n'));
            match style {
                Some(style) => paint(&mut out, style, &line, in_color),
                None => out.extend([&*revealed(&line, false), "\n"]),
            }
        }
    }
    out
}

fn paint(out: &mut String, style: Style, line: &str, in_color: bool) {
    if in_color {
        style.paint(out, line, false);
    } else {
        out.push_str(&revealed(line, false));
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_colour_and_without() {
        assert_eq!(unified("a\nb\n", "a\nc\n", false), "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert!(unified("a\nb\n", "a\nc\n", true).ends_with(" a\n\x1b[31m-b\x1b[0m\n\x1b[32m+c\x1b[0m\n"));
        assert_eq!(unified("a\x1b\n", "a\x1b\n", true), "");
        assert!(unified("a\x1b[2J\nb", "a\x1b[2J\nc", false).contains(" a\\u001b[2J\n-b\n+c\n"));
    }
}
