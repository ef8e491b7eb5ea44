//! What parses to what, and what does not. Each row was observed with jinja2 3.1.6.

use proptest::prelude::*;

use super::dump;
use crate::ErrorKind;
use crate::syntax::Source;

#[test]
fn trees() {
    let rows = [
        ("a{{ b }}c", "[(out (data 'a') b (data 'c'))]"),
        (
            "x\n{% if a %}\n  y\n  {% endif %}\nz\n",
            "[(out (data 'x\\n')) (if a [(out (data '  y\\n'))] []) (out (data 'z'))]",
        ),
        (
            "a {%- if b -%} c {%- endif +%}\nd",
            "[(out (data 'a')) (if b [(out (data 'c'))] []) (out (data '\\nd'))]",
        ),
        ("  {%+ if b %}{% endif %}", "[(out (data '  ')) (if b [] [])]"),
        ("a {#- c -#} b{# x #}\nc", "[(out (data 'a') (data 'b') (data 'c'))]"),
        ("{% raw %}\n{{ a }}{% endraw %}\nb", "[(out (data '\\n{{ a }}') (data 'b'))]"),
        ("a\r\nb\rc\n\n", "[(out (data 'a\\nb\\nc\\n'))]"),
        ("{# open at the end {#", "error"),
        ("text {#", "[(out (data 'text '))]"),
        (
            "{{ 1 ~ 2 + 3 * -4 ** 2 }}",
            "[(out (add (concat int:1 int:2) (mul int:3 (pow (neg int:4) int:2))))]",
        ),
        ("{{ -x|length }}", "[(out (filter (neg x) length [] [] - -))]"),
        ("{{ a if b else c if d }}", "[(out (cond b a (cond d c -)))]"),
        (
            "{{ not a in b and c not in d or e is not f }}",
            "[(out (or (and (not (compare a in b)) (compare c notin d)) (not (test e f [] [] - -))))]",
        ),
        ("{{ 1 < 2 <= 3 != 4 }}", "[(out (compare int:1 lt int:2 lteq int:3 ne int:4))]"),
        (
            "{{ a.b[0].1['c'][::-1, x:] }}",
            "[(out (item (item (item (item (attr a b) int:0) int:1) 'c') (tuple (slice - - (neg int:1)) (slice x - -))))]",
        ),
        ("{{ f(1, *b, c=2, **d,)(3) }}", "[(out (call (call f [int:1] [c=int:2] b d) [int:3] [] - -))]"),
        ("{{ x is divisibleby 3 is }}", "error"),
        (
            "{{ x is in [1] }}{{ x is eq(y) }}",
            "[(out (test x in [(list int:1)] [] - -) (test x eq [y] [] - -))]",
        ),
        ("{{ [1, (2,), (), {'a': b,},] }}", "[(out (list int:1 (tuple int:2) (tuple ) (dict 'a' b)))]"),
        ("{{ 'a' \"b\\n\\x41\\u00e9\\q\\é\\\nz\" }}", "[(out 'ab\\nAé\\\\q\\\\xe9z')]"),
        (
            "{{ 1_000 }}{{ 0x_fF }}{{ 1_2.3_4e5_6 }}{{ 1.5 }}",
            "[(out int:1000 int:0xfF float:4bc929c7d37d0d30 float:3ff8000000000000)]",
        ),
        ("{{ True }}{{ none }}{{ TRUE }}", "[(out True None TRUE)]"),
        (
            "{% for a, b in c if d recursive %}{% else %}x{% endfor %}",
            "[(for (tuple a b) c d true [] [(out (data 'x'))])]",
        ),
        (
            "{% if a %}1{% elif b %}2{% else %}3{% endif %}",
            "[(if a [(out (data '1'))] b [(out (data '2'))] [(out (data '3'))])]",
        ),
        (
            "{% set a, b.c = 1, 2 %}{% set x | upper %}y{% endset %}",
            "[(set (tuple a (ns b c)) (tuple int:1 int:2)) (setblock x (filter - upper [] [] - -) [(out (data 'y'))])]",
        ),
        (
            "{% macro m(a, b=1) %}{% endmacro %}{% call(u) m(1) %}{{ u }}{% endcall %}",
            "[(macro m (sig a,b [int:1]) []) (callblock (sig u []) (call m [int:1] [] - -) [(out u)])]",
        ),
        (
            "{% with a = 1, b = 2 %}{% endwith %}{% filter upper|trim('x') %}{% endfilter %}",
            "[(with a int:1 b int:2 []) (filterblock (filter (filter - upper [] [] - -) trim ['x'] [] - -) [])]",
        ),
        (
            "{% generation %}{{ a }}{% endgeneration %}{% break %}{% continue %}",
            "[(generation [(out a)]) (break) (continue)]",
        ),
        (
            "{% block b scoped %}{% endblock b %}{% print 1, 2 %}{% autoescape true %}{% endautoescape %}",
            "[(block b true false []) (out int:1 int:2) (autoescape True [])]",
        ),
        (
            "{% extends 'a' %}{% include 'b' ignore missing without context %}{% import 'c' as d %}{% from 'e' import f as g, h with context %}",
            "[(extends 'a') (include 'b' true false) (import 'c' d false) (from 'e' f:g,h: true)]",
        ),
    ];
    for (text, expected) in rows {
        let source = Source::new(text);
        let found = source.parse().map_or_else(|_| "error".to_owned(), |body| dump::body(&body));
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn errors_in_the_references_words() {
    let rows = [
        (
            "{% if a %}",
            1,
            "Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.",
        ),
        ("a\n{% foo %}", 2, "Encountered unknown tag 'foo'."),
        (
            "{% for a in b %}{% endif %}",
            1,
            "Encountered unknown tag 'endif'. Jinja was looking for the following tags: 'endfor' or 'else'. The innermost block that needs to be closed is 'for'.",
        ),
        (
            "{% if a %}{% for b in c %}{% endif %}",
            1,
            "Encountered unknown tag 'endif'. You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for 'endfor' or 'else'. The innermost block that needs to be closed is 'for'.",
        ),
        ("{{ }}", 1, "Expected an expression, got 'end of print statement'"),
        ("{{ a b }}", 1, "expected token 'end of print statement', got 'b'"),
        ("{{ a", 1, "unexpected end of template, expected 'end of print statement'."),
        ("\n\n{# x", 3, "Missing end of comment tag"),
        ("{% raw %}x", 1, "Missing end of raw directive"),
        ("{{ a $ }}", 1, "unexpected char '$' at 5"),
        ("{{ (a] }}", 1, "unexpected ']', expected ')'"),
        ("{{ a) }}", 1, "unexpected ')'"),
        ("{{ 'x }}", 1, "unexpected char \"'\" at 3"),
        ("{{ '\\x4' }}", 1, "truncated \\xXX escape"),
        ("{{ a is b is c }}", 1, "You cannot chain multiple tests with is"),
        ("{{ f(a=1, 2) }}", 1, "invalid syntax for function call expression"),
        ("{{ a.+ }}", 1, "expected name or number"),
        ("{% set 1 = 2 %}", 1, "can't assign to 'const'"),
        ("{% macro m(a=1, b) %}{% endmacro %}", 1, "non-default argument follows default argument"),
        ("{% call x %}{% endcall %}", 1, "expected call"),
        ("{% 1 %}", 1, "tag name expected"),
        ("{% if a %}{% else if b %}{% endif %}", 1, "expected token 'end of statement block', got 'if'"),
        ("{{ 007 }}", 1, "expected token 'end of print statement', got 'integer'"),
        ("{% do x %}", 1, "Encountered unknown tag 'do'."),
    ];
    for (text, line, message) in rows {
        let error = Source::new(text).parse().map(drop).expect_err(text);
        assert_eq!(
            (error.kind(), error.message(), error.line()),
            (ErrorKind::Syntax, message, Some(line)),
            "{text:?}"
        );
    }
}

#[test]
fn depth_is_refused_before_it_hurts() {
    let n = 20_000;
    let hostile = [
        format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n)),
        format!("{{{{ {} }}}}", "[".repeat(n)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(n)),
        format!("{{{{ a{} }}}}", ".b".repeat(n)),
        format!("{{{{ a{} }}}}", "|f".repeat(n)),
        format!("{{{{ a{} }}}}", "[0]".repeat(n)),
        format!("{{{{ {}a }}}}", "not ".repeat(n)),
        format!("{{{{ {}a }}}}", "-".repeat(n)),
        format!("{{{{ a{} }}}}", " if b else c".repeat(n)),
        "{% if a %}".repeat(n),
        "{% for a in b %}".repeat(n),
    ];
    for text in hostile {
        let source = Source::new(&text);
        let error = source.parse().expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::Limit, "{}", text.get(..20).unwrap_or_default());
    }
    let wide = [
        format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(n)),
        format!("{{{{ 1{} }}}}", " ~ 1".repeat(n)),
        format!("{{{{ [{}] }}}}", "1, ".repeat(n)),
    ];
    for text in wide {
        assert!(Source::new(&text).parse().is_ok(), "what is only long is fine");
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in r#"(\{%-?|-?%\}|\{\{|\}\}|\{#|#\}|if|for|in|set|raw|endraw|end|[\[\](){}|.,:=+'"\\~]|a|1|é|\n| ){0,40}"#) {
        let source = Source::new(&text);
        if let Err(error) = source.parse() {
            prop_assert!(error.line().is_some());
        }
    }
}
