//! Strings without end, and work on long ones.

use rolecall_jinja::{ErrorKind, Limits, RenderOptions, Template};
use serde_json::{Value, json};

use super::{limits, render, render_with, repeated, soon};

#[test]
fn strings_that_grow() {
    let context = json!({"a": "añ", "big": "x".repeat(1 << 20)});
    for step in [
        "n.s ~ n.s",
        "n.s + n.s",
        "n.s * 2",
        "n.s * 1000",
        "2 * n.s",
        "n.s|replace('a', n.s)",
        "n.s.replace('a', n.s)",
        "n.s|replace('', n.s)",
        "n.s.replace('', n.s)",
        "[n.s, n.s]|join",
        "[n.s, n.s]|join(n.s)",
        "n.s.join([n.s, n.s])",
        "n.s.join(n.s)",
        "'%s%s' % (n.s, n.s)",
        "'%s%s'|format(n.s, n.s)",
        "'{0}{0}'.format(n.s)",
        "'{0!r}{0!r}'.format(n.s)",
        "'%r%r' % (n.s, n.s)",
        "n.s|center(1000000000)",
        "n.s.center(100000000000)",
        "n.s.ljust(1000000000)",
        "n.s.rjust(9223372036854775807)",
        "n.s.zfill(9223372036854775807)",
        "n.s.expandtabs(1000000000) ~ '\\t'",
        "('\\t' ~ n.s).expandtabs(1000000000)",
        "(n.s ~ '\\n' ~ n.s)|indent(1000000000)",
        "(n.s ~ '\\n' ~ n.s)|indent(n.s)",
        "(n.s ~ n.s)|wordwrap(1, true, n.s)",
        "n.s|urlencode|urlencode ~ '%'",
        "(n.s ~ '<')|e|forceescape ~ n.s",
        "('<' ~ n.s ~ n.s)|forceescape",
        "n.s|tojson|tojson",
        "[n.s]|tojson(indent=1000000000)",
        "[[n.s]]|tojson(indent=n.s)",
        "[n.s, n.s]|string",
        "'%1000000000d' % 1",
        "'%.1000000000f' % 1",
        "'{:1000000000}'.format(n.s)",
        "'{:.1000000000f}'.format(1.5)",
        "'{:01000000000d}'.format(1)",
        "'{:>{}}'.format(n.s, 10 ** 15)",
        "n.s|truncate(10 ** 9, true, n.s, 0) ~ n.s",
        "n.s.translate({97: n.s})",
        "n.s.translate(n.s.maketrans({'a': n.s}))",
        "('http://a.b/' ~ n.s ~ ' ' ~ n.s)|urlize(target=n.s)",
        "{'a': n.s, 'b': n.s}|xmlattr",
        "[n.s, n.s]|pprint",
        "n.s.title() ~ n.s.upper()",
        "n.s|upper ~ 'ŉß' ~ n.s|upper",
        "(n.s|safe) + n.s",
        "(n.s|safe) % () ~ n.s",
        "n.s ~ big",
        "n.s[::-1] ~ n.s[::2] ~ n.s",
        "n.s.encode() ~ n.s",
    ] {
        for first in ["'a'", "a", "'ab' * 1000"] {
            let source = format!(
                "{{% set n = namespace(s={first}) %}}{{% for i in range(60) %}}{{% set n.s = {step} %}}{{% endfor %}}{{{{ n.s|length }}}}"
            );
            let _ = render(&source, &context);
        }
    }
    for source in [
        "{% set n = namespace(s='a') %}{% for i in range(60) %}{% set n.s %}{{ n.s }}{{ n.s }}{% endset %}{% endfor %}{{ n.s|length }}",
        "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}{% set n = namespace(s='a') %}{% for i in range(60) %}{% set n.s = m(n.s) %}{% endfor %}{{ n.s|length }}",
        "{% set n = namespace(s=a) %}{% for i in range(60) %}{% set n.s %}{% generation %}{{ n.s }}{{ n.s }}{% endgeneration %}{% endset %}{% endfor %}{{ n.s }}",
        "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call m() %}{% call m() %}{% call m() %}{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}{% endcall %}{% endcall %}{% endcall %}",
        "{% for i in range(1000) %}{{ big }}{% endfor %}",
        "{% for i in range(1000) %}{{ big|upper }}{% endfor %}",
        "{% set n = namespace(s='') %}{% for i in range(1000) %}{% set n.s = n.s ~ big %}{% endfor %}{{ n.s }}",
        "{% set n = namespace(s='') %}{% for i in range(1000) %}{% set n.s = n.s ~ big %}{% endfor %}{{ n.s|length }}",
    ] {
        let error = render(source, &context).expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Limit, "{source}: {error}");
    }
}

#[test]
fn strings_of_many_pieces() {
    let context = json!({"a": "añ", "b": "b"});
    for (step, end) in [
        ("{% set n.s = n.s ~ a %}", "{{ n.s|length }}"),
        ("{% set n.s = n.s ~ a %}", "{{ n.s }}"),
        ("{% set n.s = a ~ n.s %}", "{{ n.s|length }}"),
        ("{% set n.s = n.s + a %}{% if n.s %}{% endif %}", "{{ n.s|upper }}"),
        ("{% set n.s = n.s ~ a %}{% if n.s == b %}x{% endif %}", "{{ n.s }}"),
        ("{% set n.s = n.s ~ a %}{% if b in n.s %}x{% endif %}", "{{ n.s }}"),
        ("{% set n.s = (n.s ~ b)[:] %}", "{{ n.s }}"),
        ("{% set n.s = (n.s ~ b)[1:] %}", "{{ n.s }}"),
        ("{% set n.s = (n.s ~ b)|trim %}", "{{ n.s }}{{ n.s|upper }}"),
        ("{% set n.s = (n.s ~ b)[::-1] %}", "{{ n.s }}"),
        ("{% set n.s = n.s|replace(a, a ~ b) %}{% set n.s = n.s ~ b ~ a %}", "{{ n.s }}"),
        ("{% set n.s %}{{ n.s }}{{ a }}{% endset %}", "{{ n.s }}"),
        (
            "{% set n.s %}{% generation %}{{ n.s }}{{ a }}{% endgeneration %}{% endset %}",
            "{% for i in range(300) %}{{ n.s }}{% endfor %}",
        ),
        (
            "{% set n.s %}{% generation %}{% endgeneration %}{{ n.s }}{% endset %}{% if n.s %}{% endif %}",
            "{{ n.s }}",
        ),
        ("{% set n.s = n.s ~ a %}", "{% for c in n.s %}{{ c }}{% endfor %}"),
        ("{% set n.s = n.s ~ a %}", "{% for c in n.s %}{{ n.s[loop.index0] }}{% endfor %}"),
        ("{% set n.s = n.s ~ a %}", "{% for c in n.s.split('a') %}{{ c }}{% endfor %}"),
        (
            "{% set n.s = n.s ~ a %}",
            "{% set s = n.s|string %}{% for i in range(20000) %}{{ s|upper }}{% endfor %}",
        ),
        (
            "{% set n.s = n.s ~ a %}",
            "{% set s = n.s[1:] %}{% for i in range(20000) %}{{ s[:1] }}{{ s|first }}{{ s|last|upper }}{% endfor %}",
        ),
    ] {
        for times in [3_000, 100_000] {
            let _ = render(&repeated(times, "{% set n = namespace(s='') %}", step, end), &context);
        }
    }
    let _ = render(
        &repeated(1_000_000, "{% set n = namespace(s='') %}", "{% set n.s = n.s ~ a %}", "{{ n.s }}"),
        &context,
    );
}

#[test]
fn traces_of_sums_without_end() {
    let messages: Vec<Value> = (0..3000).map(|n| json!({"n": n, "c": format!("text {n}")})).collect();
    let context = json!({"m": messages});
    for source in [
        "{% set s = namespace(n=0) %}{% for x in m %}{% set s.n = s.n + x.n %}{{ s.n }},{% endfor %}",
        "{% set s = namespace(n=0) %}{% for j in range(30) %}{% for x in m %}{% set s.n = s.n + x.n %}{{ s.n }},{% endfor %}{% endfor %}",
        "{% set s = namespace(n='') %}{% for x in m %}{% set s.n = s.n ~ x.c %}{{ s.n|upper|length }},{% endfor %}",
        "{% set s = namespace(n='') %}{% for x in m %}{% set s.n = s.n ~ x.c %}{{ s.n|upper|last }},{% endfor %}",
        "{% set s = namespace(n=0) %}{% for j in range(100) %}{% for x in m %}{% set y = x.c %}{% endfor %}{% endfor %}",
        "{% for j in range(100) %}{% for x in m %}{{ x.n }}{% endfor %}{% endfor %}",
        "{% for j in range(100) %}{% for x in m %}{{ x.c ~ '-' }}{% endfor %}{% endfor %}",
        "{{ m|sum(attribute='n') }}{{ m|map(attribute='n')|sum }}{{ m|map(attribute='c')|join }}{{ m|tojson|length }}",
    ] {
        let _ = render(source, &context);
    }
}

#[test]
fn long_strings_in_loops() {
    let (long, same) = ("x".repeat(10_000_000), "x".repeat(10_000_000));
    let wide = "ñ".repeat(2_000_000);
    let lines = "a b\n".repeat(500_000);
    let keyed: Value = serde_json::Map::from_iter([(long.clone(), json!(1))]).into();
    let context = json!({"long": long, "same": same, "wide": wide, "lines": lines, "keyed": keyed, "aaab": "aaab".repeat(50_000)});
    for step in [
        "long == same",
        "long != same",
        "long < same",
        "long in same",
        "long is eq(same)",
        "[long] == [same]",
        "long in [same]",
        "long is sameas(same)",
        "keyed[long]",
        "keyed[same]",
        "keyed.get(same)",
        "same in keyed",
        "{long: 1}[same]",
        "{long: 1}",
        "{long: 1} == {same: 1}",
        "[long, same]|unique|list|length",
        "[long, same]|sort|length",
        "[long, same]|max|length",
        "[{'a': long}, {'a': same}]|groupby('a')|length",
        "loop.changed(long)",
        "loop.changed(long if loop.index % 2 else same)",
        "long[1:]",
        "long[:-1]",
        "long[5:6]",
        "long[::2]",
        "long[::-1][0]",
        "wide[1:]",
        "wide[1000000]",
        "wide[-1]",
        "wide[::-1][0]",
        "wide[1000:1001]",
        "wide|length",
        "wide|first",
        "wide|last",
        "wide|reverse|first",
        "long|length",
        "long|first",
        "long|list|length",
        "long|string|length",
        "long|trim|length",
        "long.strip()|length",
        "long.strip('x')",
        "long.lstrip('x')",
        "long|trim('x')",
        "long.upper()|length",
        "long.lower()|length",
        "long|lower|length",
        "long|title|length",
        "long.isalpha()",
        "long.isdigit()",
        "long.isascii()",
        "long.islower()",
        "wide.isalpha()",
        "wide.isspace()",
        "wide is lower",
        "wide is upper",
        "long.startswith(same)",
        "long.endswith(same)",
        "long.startswith('a', 5)",
        "wide.startswith('a', 100000)",
        "long.removeprefix(same)",
        "long.removesuffix(same)",
        "long.find('y')",
        "long.rfind('y')",
        "long.count('y')",
        "long.count('x')",
        "long.count('')",
        "wide.find('y', 5, 7)",
        "wide.find('', -1)",
        "long.split('y')|length",
        "long.split()|length",
        "long.rsplit('y')|length",
        "long.partition('y')|length",
        "long.rpartition('y')|length",
        "lines.splitlines()|length",
        "lines.split()|length",
        "lines|wordcount",
        "lines|indent|length",
        "lines|wordwrap(3)|length",
        "lines|striptags|length",
        "lines|urlize|length",
        "long|urlize|length",
        "long|striptags|length",
        "long|wordwrap(79)|length",
        "long|wordcount",
        "long|truncate(5)",
        "wide|truncate(5)",
        "long|truncate(99999999)|length",
        "long|center(5)|length",
        "wide.center(5)|length",
        "wide.ljust(5)|length",
        "wide.zfill(5)|length",
        "wide.expandtabs()|length",
        "long|e|length",
        "long|forceescape|length",
        "long|safe|length",
        "(long|safe).unescape()|length",
        "(long|safe).striptags()|length",
        "(long|safe) == (same|safe)",
        "long|urlencode|length",
        "long|tojson|length",
        "long|pprint|length",
        "long|replace('y', 'z')|length",
        "long.replace('y', 'z')|length",
        "long|replace('x', '')|length",
        "long.replace('x', '')|length",
        "long|int",
        "long|float",
        "long|int(base=36)",
        "('1' * 10000000)|int",
        "('1' * 10000000)|float",
        "('f' * 10000000)|int(base=16)",
        "('1_' * 1000000 ~ '1')|int",
        "('9' * 4300)|int",
        "long|abs",
        "long|filesizeformat",
        "long|round",
        "long|items",
        "long|map('upper')|first",
        "long|batch(10000000)|first|length",
        "long|slice(2)|first|length",
        "long|select|first",
        "long|unique|list",
        "long|min",
        "long|max",
        "long|sum",
        "long|sort|length",
        "long|join|length",
        "long|dictsort",
        "long|xmlattr",
        "long|attr(same)",
        "long|attr('upper')",
        "{}[long]",
        "{}|attr(long)",
        "none[long]",
        "long.format()|length",
        "long.format_map({})|length",
        "(long ~ '%s') % 1 == 1",
        "long % {}",
        "long|format|length",
        "'%s' % long == 1",
        "'%.3s' % long",
        "'%.3s' % wide",
        "'%r' % long == 1",
        "'%c' % long",
        "'{:.3}'.format(long)",
        "'{:.3}'.format(wide)",
        "'{:>5}'.format(wide)|length",
        "'{!r:.3}'.format(wide)",
        "'{!a:.3}'.format(wide)",
        "long.translate({120: 'y'})|length",
        "long.maketrans(long, same)|length",
        "long.casefold()|length",
        "long.swapcase()|length",
        "long.capitalize()|length",
        "long.isidentifier()",
        "long.isprintable()",
        "long.istitle()",
        "long is filter",
        "long is test",
        "range(3)[long]",
        "aaab.count('aaaa')",
        "aaab.replace('aaaab', 'x')|length",
        "aaab.split('aaaaab')|length",
        "aaab.find('aaab' * 1000 ~ 'b')",
        "('a' * 1000000).find('a' * 500000 ~ 'b')",
        "('a' * 1000000).count('a' * 500000 ~ 'b')",
        "('a' * 1000000).rfind('b' ~ 'a' * 500000)",
        "('a' * 1000000)|replace('a' * 500000 ~ 'b', '')|length",
        "('a' * 1000000).rsplit('b' ~ 'a' * 500000)|length",
        "('<' * 1000000)|striptags|length",
        "('<!--' * 200000)|striptags|length",
        "('&' * 1000000 ~ ';')|striptags|length",
        "('&#' * 500000)|striptags|length",
        "('&' * 300000)|safe|striptags|length",
        "('www.' * 100000)|urlize|length",
        "('http://' * 100000)|urlize|length",
        "('a@' * 100000)|urlize|length",
        "('(' * 100000)|urlize|length",
        "('(' * 100000 ~ ')' * 100000)|urlize|length",
        "('http://a.b/' ~ '(' * 100000 ~ ')' * 100000)|urlize|length",
        "(' ' * 1000000)|wordwrap(1)|length",
        "('a-' * 300000)|wordwrap(5)|length",
        "('- ' * 300000)|wordwrap(1000000)|length",
        "('\\n' * 1000000)|wordwrap(5)|length",
        "('\\t' * 300000).expandtabs()|length",
        "('{' * 1000000).format()",
        "('{}' * 300000).format(1)",
        "('{{' * 300000).format()|length",
        "('%%' * 300000) % ()",
        "('%(' * 300000) % {}",
        "('%(a)s' * 100000) % {'a': 1} == 1",
        "('%' ~ '0' * 1000000 ~ 'd') % 1",
        "('%' ~ '9' * 1000000 ~ 'd') % 1",
        "('{:' ~ '9' * 1000000 ~ 'd}').format(1)",
        "('{' ~ '9' * 1000000 ~ '}').format(1)",
        "('{0' ~ '[' * 100000 ~ '}').format(1)",
        "('{0' ~ '.a' * 100000 ~ '}').format({})",
        "('{:' ~ '{' * 100000 ~ '}').format(1)",
    ] {
        let source = format!("{{% for i in range(100000) %}}{{% set x = {step} %}}{{% endfor %}}");
        let _ = render(&source, &context);
    }
    for source in [
        "{% for i in range(100000) %}{% for c in long %}{{ loop.index }}{% break %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for c in wide %}{% if loop.last %}{% endif %}{% break %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for c in wide %}{{ loop.length }}{% break %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for c in long|list %}{% break %}{% endfor %}{% endfor %}",
        "{% autoescape true %}{% for i in range(100000) %}{% set x %}{{ long }}{% endset %}{% endfor %}{% endautoescape %}",
        "{% for i in range(100000) %}{% set x %}{{ long }}{{ wide }}{% endset %}{% if x == same %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% filter upper %}{{ long }}{% endfilter %}{% endfor %}",
        "{% for i in range(100000) %}{% if long == same and same == long %}{% endif %}{% endfor %}",
    ] {
        let _ = render(source, &context);
    }
}

#[test]
fn formats_of_time() {
    let clock = "2026-07-04T12:34:56".parse().ok().map(rolecall_jinja::Clock::fixed);
    let options = RenderOptions { clock, limits: Some(limits()) };
    for format in [
        "'%A' * 1000000",
        "'%c' * 50000",
        "'%' * 1000000",
        "'%1000000Y' * 1000",
        "'%1000000000d'",
        "'%99999999999999999999Y'",
        "'%-' * 500000",
        "'%' ~ '_' * 1000000 ~ 'd'",
        "'%' ~ '0' * 1000000 ~ 'd'",
        "'%E' * 500000",
        "'%f%z%Z%s%G%V%u' * 100000",
        "'\\0%é'",
    ] {
        let source = format!("{{{{ strftime_now({format})|length }}}}");
        let template = Template::new(&source).expect("a template");
        let _ = soon(&source, || template.render_with(&json!({}), &options));
        let source =
            format!("{{% for i in range(100000) %}}{{% set x = strftime_now({format}) %}}{{% endfor %}}");
        let template = Template::new(&source).expect("a template");
        let _ = soon(&source, || template.render_with(&json!({}), &options));
    }
}

#[test]
fn characters_are_never_cut() {
    let context =
        json!({"s": "aé😀\u{301}ß\u{10ffff}\u{0}\u{85}\u{2028}İ", "t": "\u{fb01}\u{1f1e9}\u{1f1ea}"});
    let bounds = ["", "-9", "-3", "-2", "-1", "0", "1", "2", "3", "4", "5", "9", "99"];
    let mut source = String::new();
    for start in bounds {
        for stop in bounds {
            for step in ["", ":2", ":-1", ":-3"] {
                source +=
                    &format!("{{{{ s[{start}:{stop}{step}] }}}}{{{{ t[{start}:{stop}{step}]|e|upper }}}}");
            }
            if !start.is_empty() && !stop.is_empty() {
                source += &format!(
                    "{{{{ s.find('ß', {start}, {stop}) }}}}{{{{ s.count('', {start}, {stop}) }}}}{{{{ s.startswith('é', {start}, {stop}) }}}}\
                     {{{{ s.rfind('', {start}, {stop}) }}}}{{{{ s.endswith('', {start}, {stop}) }}}}"
                );
            }
        }
        if !start.is_empty() {
            source += &format!(
                "{{{{ s[{start}] }}}}{{{{ s|truncate({start}, true, '', 0) if {start} >= 0 }}}}{{{{ '%.{0}s' % s }}}}{{{{ s.ljust({start}, 'é') }}}}\
                 {{{{ s.center({start}, '😀') }}}}{{{{ s.split('', 1) if false }}}}{{{{ s.rsplit(none, {start}) }}}}{{{{ s.split('é', {start}) }}}}\
                 {{{{ s|wordwrap({start}) if {start} > 0 }}}}{{{{ s.expandtabs({start}) }}}}{{{{ s|replace('', '-', {start}) }}}}\
                 {{{{ '{{:é<{0}.{0}}}'.format(s) }}}}",
                start.trim_start_matches('-'),
            );
        }
    }
    source += "{{ s|title }}{{ s|capitalize }}{{ s.swapcase() }}{{ s.casefold() }}{{ s|list }}{{ s|reverse }}{{ s|urlencode }}\
               {{ s.splitlines(true) }}{{ s.partition('😀') }}{{ s.strip('aİ') }}{{ s.translate({233: none, 97: 'é', 223: 8364}) }}";
    render_with(&source, &context, Limits::default()).expect("text");
}
