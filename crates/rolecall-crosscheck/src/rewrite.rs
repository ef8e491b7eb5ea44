//! What is changed in a template before minijinja parses it.
//!
//! Only tokens are changed, never text that looks like one, and what moves is kept track of.

use crate::places::Places;
use crate::scan::{Kind, Token};

/// Tags of the reference, and those of the same meaning in minijinja. A generation tag has a scope of its own.
const TAGS: [(&str, &str); 2] = [("generation", "with"), ("endgeneration", "endwith")];

/// The source for minijinja, and where its parts stand in the original.
pub(crate) fn rewritten(source: &str, tokens: &[Token]) -> (String, Places) {
    let mut rewriter =
        Rewriter { source, done: 0, out: String::with_capacity(source.len()), places: Places::default() };
    for (n, token) in tokens.iter().enumerate() {
        if let [begin, name, end, ..] = tokens.get(n..).unwrap_or_default()
            && (begin.kind, name.kind, end.kind) == (Kind::BlockBegin, Kind::Name, Kind::BlockEnd)
            && let Some((_, other)) = TAGS.iter().find(|(tag, _)| name.text(source) == *tag)
        {
            rewriter.replace(name, other);
        }
        if token.kind == Kind::Raw {
            rewriter.raw(token);
        }
    }
    rewriter.finish()
}

struct Rewriter<'s> {
    source: &'s str,
    done: usize,
    out: String,
    places: Places,
}

impl Rewriter<'_> {
    fn replace(&mut self, token: &Token, other: &str) {
        self.out.push_str(self.source.get(self.done..token.range.start).unwrap_or_default());
        self.places.push(self.out.len(), token.range.start);
        self.out.push_str(other);
        self.places.push(self.out.len(), token.range.end);
        self.done = token.range.end;
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

    fn finish(mut self) -> (String, Places) {
        self.out.push_str(self.source.get(self.done..).unwrap_or_default());
        (self.out, self.places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    #[test]
    fn only_tags_are_rewritten() {
        for (source, expected) in [
            ("{%-generation-%}a{%+ endgeneration %}", "{%-with-%}a{%+ endwith %}"),
            ("{{ '{% generation %}' }}", "{{ '{% generation %}' }}"),
            ("{# {% generation %} #}", "{# {% generation %} #}"),
            ("{% raw %}{% generation %}{% endraw %}", "{% raw +%}{% generation %}{% endraw %}"),
            ("{% set generation = 1 %}{{ generation }}", "{% set generation = 1 %}{{ generation }}"),
            ("generation {% if generation %}", "generation {% if generation %}"),
            ("{%- raw -%} a {% endraw -%}", "{%- raw -%} a {% endraw -%}"),
        ] {
            assert_eq!(rewritten(source, &tokens(source)).0, expected);
        }
    }

    #[test]
    fn what_moves_is_found_again() {
        let source = "a{% generation %}b{% endgeneration %}{{ c }}";
        let (rewritten, places) = rewritten(source, &tokens(source));
        for what in ["a", "b", "c }}"] {
            let here = rewritten.find(what).unwrap();
            assert_eq!(places.origin(here), source.find(what).unwrap(), "{what}");
        }
    }
}
