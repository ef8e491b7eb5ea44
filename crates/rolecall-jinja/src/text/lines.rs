//! The lines of a text, as `str.splitlines` finds them.

/// Lines and what ends them. The last line may have no end; after an end at the end of the text there is no line.
pub(crate) struct Lines<'t>(&'t str);

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self(text)
    }
}

fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

impl<'t> Iterator for Lines<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (line, from) = self.0.split_at(self.0.find(ends_line).unwrap_or(self.0.len()));
        let width = match from.chars().next() {
            Some('\r') if from.starts_with("\r\n") => 2,
            Some(c) => c.len_utf8(),
            None => 0,
        };
        let (end, rest) = from.split_at(width);
        self.0 = rest;
        Some((line, end))
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_end_as_in_python() {
        let lines: Vec<&str> =
            Lines::new("a\x0bb\x1cc\u{85}d\u{2028}e\r\n\rf\n").map(|(line, _)| line).collect();
        assert_eq!(lines, ["a", "b", "c", "d", "e", "", "f"]);
        assert_eq!(Lines::new("").count(), 0);
    }
}
