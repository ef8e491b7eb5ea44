//! A template's tokens, split as Jinja2's lexer splits them.
//!
//! This is no parser: it knows strings, comments, raw blocks and the marks of whitespace control, so that
//! what is done to a tag is never done to text that only looks like one.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text outside of tags, and the inside of a raw block.
    Data,
    /// A whole comment.
    Comment,
    /// A whole `{% raw %}` or `{% endraw %}`.
    Raw,
    /// `{%` or `{{`, with a mark of whitespace control.
    BlockBegin,
    VariableBegin,
    /// `%}` or `}}`, with a mark of whitespace control.
    BlockEnd,
    VariableEnd,
    Name,
    Number,
    Text,
    Operator,
    /// A character that is part of no token.
    Stray,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

impl Token {
    /// The token as it stands in the source.
    pub(crate) fn text<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.range.clone()).unwrap_or_default()
    }
}

/// All tokens of a template. Something that is not closed ends with the source.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut scanner = Scanner { source, at: 0, tokens: Vec::new() };
    while !scanner.rest().is_empty() {
        scanner.outside();
    }
    scanner.tokens
}

/// The longest first, where one begins another.
const OPERATORS: [&str; 26] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
    "=", ".", ":", "|", ",", ";",
];

struct Scanner<'s> {
    source: &'s str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'s> Scanner<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let end = self.at + length;
        if length > 0 {
            self.tokens.push(Token { kind, range: self.at..end });
        }
        self.at = end;
    }

    /// Text up to the next tag or comment, and what opens there.
    fn outside(&mut self) {
        let rest = self.rest();
        let opening = |n: &usize| matches!(rest.as_bytes().get(n + 1), Some(b'{' | b'%' | b'#'));
        let begin = rest.match_indices('{').map(|(n, _)| n).find(opening);
        self.push(Kind::Data, begin.unwrap_or(rest.len()));
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("{#") {
            let length = comment.find("#}").map_or(rest.len(), |end| end + 4);
            self.push(Kind::Comment, length);
        } else if let Some(length) = raw_begin(rest) {
            self.push(Kind::Raw, length);
            let rest = self.rest();
            let end = rest.match_indices("{%").find_map(|(n, _)| Some((n, raw_end(rest.get(n..)?)?)));
            let (body, close) = end.unwrap_or((rest.len(), 0));
            self.push(Kind::Data, body);
            self.push(Kind::Raw, close);
        } else if let Some(tag) = rest.strip_prefix("{%") {
            self.push(Kind::BlockBegin, 2 + mark(tag));
            self.inside(Kind::BlockEnd, &["-%}", "+%}", "%}"]);
        } else if let Some(tag) = rest.strip_prefix("{{") {
            self.push(Kind::VariableBegin, 2 + mark(tag));
            self.inside(Kind::VariableEnd, &["-}}", "}}"]);
        }
    }

    /// The tokens of a tag, up to its end.
    fn inside(&mut self, end: Kind, ends: &[&str]) {
        let mut open = 0_usize;
        loop {
            let rest = self.rest();
            let space = rest.len() - rest.trim_start().len();
            self.at += space;
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { return };
            if open == 0
                && let Some(found) = ends.iter().find(|end| rest.starts_with(**end))
            {
                return self.push(end, found.len());
            }
            if first.is_ascii_digit() {
                let after_point = self.source.as_bytes().get(..self.at).and_then(<[u8]>::last) == Some(&b'.');
                self.push(Kind::Number, number(rest, after_point));
            } else if is_word(first) {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                self.push(Kind::Name, length);
            } else if first == '"' || first == '\'' {
                self.push(Kind::Text, text(rest, first).unwrap_or(rest.len()));
            } else if let Some(operator) = OPERATORS.iter().find(|op| rest.starts_with(**op)) {
                match *operator {
                    "(" | "[" | "{" => open += 1,
                    ")" | "]" | "}" => open = open.saturating_sub(1),
                    _ => {}
                }
                self.push(Kind::Operator, operator.len());
            } else {
                self.push(Kind::Stray, first.len_utf8());
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of a mark of whitespace control at the start of a tag.
fn mark(tag: &str) -> usize {
    usize::from(tag.starts_with(['-', '+']))
}

/// The length of a `{% raw %}` at the start of `text`. Unlike other tags it takes no `+` at its end.
fn raw_begin(text: &str) -> Option<usize> {
    let tag = text.strip_prefix("{%")?;
    let name = tag.get(mark(tag)..)?.trim_start().strip_prefix("raw")?.trim_start();
    let after = name.strip_prefix('-').unwrap_or(name).strip_prefix("%}")?;
    Some(text.len() - after.len())
}

/// The length of an `{% endraw %}` at the start of `text`.
fn raw_end(text: &str) -> Option<usize> {
    let tag = text.strip_prefix("{%")?;
    let name = tag.get(mark(tag)..)?.trim_start().strip_prefix("endraw")?.trim_start();
    let after = name.strip_prefix(['-', '+']).unwrap_or(name).strip_prefix("%}")?;
    Some(text.len() - after.len())
}

/// The length of a string literal with its quotes; `None` if it is not closed.
fn text(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().skip(1).find_map(|(n, c)| {
        let closes = !escaped && c == quote;
        escaped = !escaped && c == '\\';
        closes.then_some(n + 1)
    })
}

/// The length of a number. After a point it is an index, which has no fraction: `x.0.1`.
fn number(rest: &str, after_point: bool) -> usize {
    let bytes = rest.as_bytes();
    let run = |from: usize| {
        let digit = |b: &&u8| b.is_ascii_digit() || **b == b'_';
        bytes.get(from..).unwrap_or_default().iter().take_while(digit).count()
    };
    if let [b'0', b'b' | b'B' | b'o' | b'O' | b'x' | b'X', ..] = bytes {
        let radix = |b: &&u8| b.is_ascii_hexdigit() || **b == b'_';
        return 2 + bytes.iter().skip(2).take_while(radix).count();
    }
    let mut length = run(0);
    if after_point {
        return length;
    }
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
        length += 1 + run(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        if bytes.get(length + 1 + sign).is_some_and(u8::is_ascii_digit) {
            length += 1 + sign + run(length + 1 + sign);
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<(Kind, &str)> {
        let tokens = tokens(source);
        let mut end = 0;
        for token in &tokens {
            assert!(token.range.start >= end, "{source:?}");
            end = token.range.end;
        }
        tokens.iter().map(|token| (token.kind, token.text(source))).collect()
    }

    #[test]
    fn tags_are_told_from_what_looks_like_them() {
        use Kind::*;
        assert_eq!(
            told("a{# {% if %} #}{%- raw %}{% b %}{%+ endraw -%}{{ '%}}}' }}"),
            [
                (Data, "a"),
                (Comment, "{# {% if %} #}"),
                (Raw, "{%- raw %}"),
                (Data, "{% b %}"),
                (Raw, "{%+ endraw -%}"),
                (VariableBegin, "{{"),
                (Text, "'%}}}'"),
                (VariableEnd, "}}"),
            ]
        );
        assert_eq!(
            told(r#"{%- set x={'a':{}}-%}{{-x.0.1+1.5e-3|f("\"")}}{ {"#),
            [
                (BlockBegin, "{%-"),
                (Name, "set"),
                (Name, "x"),
                (Operator, "="),
                (Operator, "{"),
                (Text, "'a'"),
                (Operator, ":"),
                (Operator, "{"),
                (Operator, "}"),
                (Operator, "}"),
                (BlockEnd, "-%}"),
                (VariableBegin, "{{-"),
                (Name, "x"),
                (Operator, "."),
                (Number, "0"),
                (Operator, "."),
                (Number, "1"),
                (Operator, "+"),
                (Number, "1.5e-3"),
                (Operator, "|"),
                (Name, "f"),
                (Operator, "("),
                (Text, "\"\\\"\""),
                (Operator, ")"),
                (VariableEnd, "}}"),
                (Data, "{ {"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_with_the_source() {
        for source in
            ["{", "{{", "{%", "{#", "{% raw %}{{", "{{ 'é", "{{ é", "{% raw +%}", "{{ [ }}", "{%-", "{{ 1e"]
        {
            let tokens = tokens(source);
            assert_eq!(tokens.last().map(|token| token.range.end), Some(source.len()), "{source}");
        }
    }
}
