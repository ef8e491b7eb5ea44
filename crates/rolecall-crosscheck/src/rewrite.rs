//! What is changed in a template before minijinja parses it, and what minijinja would take but Jinja2 does not.
//!
//! Only tokens are changed, never text that looks like one, and what moves is kept track of.

use rolecall_jinja::{Error, ErrorKind};

use crate::error::place;
use crate::literal;
use crate::places::Places;
use crate::scan::{Kind, Token};

/// Tags of the reference, and those of the same meaning in minijinja. A generation tag has a scope of its own.
const TAGS: [(&str, &str); 2] = [("generation", "with"), ("endgeneration", "endwith")];

/// The source for minijinja, and where its parts stand in the original.
pub(crate) fn rewritten(source: &str, tokens: &[Token]) -> Result<(String, Places), Error> {
    let mut rewriter =
        Rewriter { source, done: 0, closing: None, out: String::new(), places: Places::default() };
    let mut before: Option<&Token> = None;
    for (n, token) in tokens.iter().enumerate() {
        let after = tokens.get(n + 1..).unwrap_or_default();
        rewriter.token(before, token, after).map_err(|error| {
            let (line, column) = place(source, token.range.start);
            error.at(source, line, Some(column))
        })?;
        before = Some(token);
    }
    Ok(rewriter.finish())
}

struct Rewriter<'s> {
    source: &'s str,
    done: usize,
    /// Where a parenthesis that was opened is to be closed.
    closing: Option<usize>,
    out: String,
    places: Places,
}

impl Rewriter<'_> {
    fn token(&mut self, before: Option<&Token>, token: &Token, after: &[Token]) -> Result<(), Error> {
        let text = token.text(self.source);
        if self.closing.take_if(|at| *at == token.range.start).is_some() {
            self.write(token.range.start, ")");
        }
        match token.kind {
            Kind::Raw => self.raw(token),
            Kind::Text => return self.literal(token),
            Kind::Number => return number(self.source, text, after.first()),
            Kind::Operator
                if text == "+" && !before.is_some_and(|before| is_operand(self.source, before)) =>
            {
                // minijinja has no unary plus; two minus signs do the same.
                self.replace(token, "--");
            }
            Kind::BlockBegin => {
                if let [name, end, ..] = after
                    && (name.kind, end.kind) == (Kind::Name, Kind::BlockEnd)
                    && let Some((_, other)) = TAGS.iter().find(|(tag, _)| name.text(self.source) == *tag)
                {
                    self.replace(name, other);
                }
                return statement(self.source, after.first());
            }
            Kind::Name if text == "is" => return single_test(self.source, after),
            Kind::VariableBegin => self.bare_tuple(after, Kind::VariableEnd),
            Kind::Name if text == "set" && before.is_some_and(|before| before.kind == Kind::BlockBegin) => {
                let equals = |token: &Token| token.kind == Kind::BlockEnd || token.text(self.source) == "=";
                if let Some(value) = after.iter().position(equals).and_then(|at| after.get(at + 1..)) {
                    self.bare_tuple(value, Kind::BlockEnd);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn replace(&mut self, token: &Token, other: &str) {
        self.write(token.range.start, other);
        self.done = token.range.end;
        self.places.push(self.out.len(), token.range.end);
    }

    /// Writes `code` at byte `at` of the source.
    fn write(&mut self, at: usize, code: &str) {
        self.out.push_str(self.source.get(self.done..at).unwrap_or_default());
        self.places.push(self.out.len(), at);
        self.out.push_str(code);
        self.done = at;
        self.places.push(self.out.len(), at);
    }

    /// Unlike minijinja, Jinja2 keeps the newline after `{% raw %}`.
    fn raw(&mut self, token: &Token) {
        let tag = token.text(self.source);
        if let Some(begin) = tag.strip_suffix("%}")
            && begin.trim_end().ends_with("raw")
            && !begin.contains("endraw")
        {
            self.replace(token, &format!("{begin}+%}}"));
        }
    }

    /// Escapes mean what they mean in Python.
    fn literal(&mut self, token: &Token) -> Result<(), Error> {
        let text = token.text(self.source);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains('\\') {
            return Ok(());
        }
        let quote = text.get(..1).unwrap_or_default();
        let decoded = literal::decoded(inner)?;
        let escaped = decoded.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
        self.replace(token, &format!("{quote}{escaped}{quote}"));
        Ok(())
    }

    /// A tuple without parentheses, which minijinja does not take as a value.
    fn bare_tuple(&mut self, tokens: &[Token], end: Kind) {
        let mut depth = 0_usize;
        let mut comma = false;
        for token in tokens {
            match token.text(self.source) {
                _ if token.kind == end => {
                    if let (true, Some(first)) = (comma, tokens.first()) {
                        self.write(first.range.start, "(");
                        self.closing = Some(token.range.start);
                    }
                    return;
                }
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," => comma |= depth == 0,
                _ => {}
            }
        }
    }

    fn finish(mut self) -> (String, Places) {
        self.out.push_str(self.source.get(self.done..).unwrap_or_default());
        (self.out, self.places)
    }
}

/// Whether a token ends an operand, so that a plus after it is between two of them.
fn is_operand(source: &str, token: &Token) -> bool {
    match token.kind {
        Kind::Number | Kind::Text => true,
        Kind::Name => !matches!(
            token.text(source),
            "and" | "or" | "not" | "in" | "is" | "if" | "else" | "elif" | "set" | "for" | "print"
        ),
        Kind::Operator => matches!(token.text(source), ")" | "]" | "}"),
        _ => false,
    }
}

/// Refuses the numbers that minijinja reads otherwise than Jinja2.
fn number(source: &str, text: &str, after: Option<&Token>) -> Result<(), Error> {
    let syntax = |message: &str| Err(Error::new(ErrorKind::Syntax, message));
    let digits = text.find(['.', 'e', 'E']).unwrap_or(text.len());
    let whole = text.get(..digits).unwrap_or_default();
    let prefix = whole.get(..2).unwrap_or_default().to_ascii_lowercase();
    let base = [("0b", 2), ("0o", 8), ("0x", 16)].into_iter().find(|(other, _)| *other == prefix);
    if let Some((_, base)) = base {
        let valid = text.chars().skip(2).all(|c| c == '_' || c.is_digit(base));
        let rest = text.get(1..).unwrap_or_default();
        let message = format!("expected token 'end of print statement', got '{rest}'");
        return if valid { Ok(()) } else { syntax(&message) };
    }
    let leading_zero = whole.starts_with('0') && whole.bytes().any(|b| !matches!(b, b'0' | b'_'));
    if leading_zero && digits == text.len() && whole.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return syntax("expected token 'end of print statement', got 'integer'");
    }
    if let Some(tail) = text.find("__").or_else(|| text.strip_suffix('_').map(str::len)) {
        let tail = text.get(tail..).unwrap_or_default();
        return syntax(&format!("expected token 'end of print statement', got '{tail}'"));
    }
    match after {
        Some(point) if point.text(source) == "." && digits == text.len() => {
            let next = source.get(point.range.end..).and_then(|rest| rest.chars().next());
            let named = next.is_some_and(|c| c == '_' || c.is_alphanumeric());
            if named { Ok(()) } else { syntax("expected name or number") }
        }
        _ => Ok(()),
    }
}

/// Refuses a test of a test, as in `x is string is true`.
fn single_test(source: &str, after: &[Token]) -> Result<(), Error> {
    let names: Vec<&str> = after.iter().take(3).map(|token| token.text(source)).collect();
    match names.as_slice() {
        ["not", _, "is"] | [_, "is", ..] => {
            Err(Error::new(ErrorKind::Syntax, "You cannot chain multiple tests with is"))
        }
        _ => Ok(()),
    }
}

/// Refuses what needs other templates.
fn statement(source: &str, name: Option<&Token>) -> Result<(), Error> {
    match name.map_or("", |name| name.text(source)) {
        "include" | "extends" | "import" | "from" => {
            Err(Error::new(ErrorKind::Type, "no loader for this environment specified"))
        }
        "block" => Err(Error::new(ErrorKind::Unsupported, "blocks are not available on minijinja")),
        "print" => Err(Error::new(ErrorKind::Unsupported, "the tag 'print' is not available on minijinja")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    #[test]
    fn only_tokens_are_rewritten() {
        for (source, expected) in [
            ("{%-generation-%}a{%+ endgeneration %}", "{%-with-%}a{%+ endwith %}"),
            ("{{ '{% generation %}' }}", "{{ '{% generation %}' }}"),
            ("{# {% generation %} #}", "{# {% generation %} #}"),
            ("{% raw %}{% generation %}{% endraw %}", "{% raw +%}{% generation %}{% endraw %}"),
            ("{% set generation = 1 %}{{ generation }}", "{% set generation = 1 %}{{ generation }}"),
            ("generation {% if generation %}", "generation {% if generation %}"),
            ("{%- raw -%} a {% endraw -%}", "{%- raw -%} a {% endraw -%}"),
            (r#"{{ 'a\/\x41\'' ~ "\v" }}"#, "{{ 'a\\\\/A\\'' ~ \"\u{b}\" }}"),
            ("{{ +1 + +x - -y }}", "{{ --1 + --x - -y }}"),
            ("{{ 1, '\\a' }}{% set x = (1, 2) %}", "{{ (1, '\u{7}' )}}{% set x = (1, 2) %}"),
            ("{% set x, y = 1, [2, 3] -%}", "{% set x, y = (1, [2, 3] )-%}"),
        ] {
            assert_eq!(rewritten(source, &tokens(source)).unwrap().0, expected, "{source}");
        }
    }

    #[test]
    fn what_moves_is_found_again() {
        let source = "a{% generation %}b{% endgeneration %}{{ c, '\\n', d }}";
        let (rewritten, places) = rewritten(source, &tokens(source)).unwrap();
        for what in ["a", "b", "c,", "d "] {
            let here = rewritten.find(what).unwrap();
            assert_eq!(places.origin(here), source.find(what).unwrap(), "{what}");
        }
    }

    #[test]
    fn what_jinja2_does_not_take_is_refused() {
        for (source, message) in [
            ("{{ 007 }}", "expected token 'end of print statement', got 'integer'"),
            ("{{ 1__0 }}", "expected token 'end of print statement', got '__0'"),
            ("{{ 0b2 }}", "expected token 'end of print statement', got 'b2'"),
            ("{{ 1. }}", "expected name or number"),
            ("{{ x is string is true }}", "You cannot chain multiple tests with is"),
            ("{{ '\\x1' }}", "truncated \\xXX escape"),
            ("{% include 'x' %}", "no loader for this environment specified"),
        ] {
            assert_eq!(rewritten(source, &tokens(source)).unwrap_err().message(), message, "{source}");
        }
        for fine in
            ["{{ 0 }}{{ 0x1F }}{{ 1_000 }}{{ 0.5 }}{{ 1e5 }}{{ x.0.1 }}{{ 00 }}", "{{ x is a(1) is b }}"]
        {
            assert!(rewritten(fine, &tokens(fine)).is_ok(), "{fine}");
        }
    }
}
