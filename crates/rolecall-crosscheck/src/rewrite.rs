//! What is changed in a template before minijinja compiles it.
//!
//! minijinja has no generation tag: `{% generation %}` becomes a `with` block, which like it has a scope of its
//! own. Only tokens are changed, and only in place, so that positions in the two sources are the same.

use crate::scan::{Kind, Token};

/// A tag of the reference, and the tag of the same meaning in minijinja, which is never longer.
const TAGS: [(&str, &str); 2] = [("generation", "with"), ("endgeneration", "endwith")];

/// The source for minijinja.
pub(crate) fn rewritten(source: &str, tokens: &[Token]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    for tag in tokens.windows(3) {
        let [begin, name, end] = tag else { continue };
        if (begin.kind, name.kind, end.kind) != (Kind::BlockBegin, Kind::Name, Kind::BlockEnd) {
            continue;
        }
        let Some((tag, other)) = TAGS.iter().find(|(tag, _)| name.text(source) == *tag) else { continue };
        out.push_str(source.get(done..name.range.start).unwrap_or_default());
        out.push_str(other);
        out.extend(std::iter::repeat_n(' ', tag.len() - other.len()));
        done = name.range.end;
    }
    out.push_str(source.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    #[test]
    fn only_generation_tags_are_rewritten_and_nothing_moves() {
        for (source, expected) in [
            ("{%-generation-%}a{%+ endgeneration %}", "{%-with      -%}a{%+ endwith       %}"),
            ("{{ '{% generation %}' }}", "{{ '{% generation %}' }}"),
            ("{# {% generation %} #}", "{# {% generation %} #}"),
            ("{% raw %}{% generation %}{% endraw %}", "{% raw %}{% generation %}{% endraw %}"),
            ("{% set generation = 1 %}{{ generation }}", "{% set generation = 1 %}{{ generation }}"),
            ("generation {% if generation %}", "generation {% if generation %}"),
        ] {
            assert_eq!(rewritten(source, &tokens(source)), expected);
        }
    }
}
