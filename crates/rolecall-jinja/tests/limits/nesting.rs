//! Templates that are deep or long: nesting, chains, recursion, and values inside of values.

use rolecall_jinja::ErrorKind;
use serde_json::json;

use super::{hits, kind, nested, render, repeated, short};

#[test]
fn nesting_is_limited() {
    for (open, inside, close) in [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{'a': ", "1", "}"),
        ("(1, ", "1", ")"),
        ("not ", "1", ""),
        ("-", "1", ""),
        ("+ ", "1", ""),
        ("x(", "", ")"),
        ("x[", "0", "]"),
        ("1 if ", "1", " else 2"),
        ("1 if 1 else ", "1", ""),
        ("1 ** ", "1", ""),
        ("x|default(", "1", ")"),
        ("x is eq(", "1", ")"),
        ("x.y(a=", "1", ")"),
        ("x.y(*", "[]", ")"),
        ("x[1:", "1", "]"),
        ("'a' ~ (", "1", ")"),
        ("1 and (", "1", ")"),
        ("1 < (", "1", ")"),
        ("not (", "1", ")"),
        ("x is not ", "none", ""),
    ] {
        for times in [60, 2_000, 30_000] {
            let expression = nested(open, inside, close, times);
            for source in [
                format!("{{{{ {expression} }}}}"),
                format!("{{% if {expression} %}}{{% endif %}}"),
                format!("{{% set x = {expression} %}}"),
                format!("{{% for x in {expression} %}}{{% endfor %}}"),
            ] {
                let result = render(&source, &json!({}));
                if times > 1000 {
                    let error = result.expect_err(&short(&source));
                    let expected = [ErrorKind::Limit, ErrorKind::Syntax];
                    assert!(expected.contains(&error.kind()), "{}: {error}", short(&source));
                }
            }
        }
        // Not closed at all.
        let _ = render(&format!("{{{{ {}", open.repeat(100_000)), &json!({}));
    }
}

#[test]
fn blocks_in_blocks_are_limited() {
    for (open, close) in [
        ("{% if 1 %}", "{% endif %}"),
        ("{% if 0 %}{% else %}", "{% endif %}"),
        ("{% for x in [1] %}", "{% endfor %}"),
        ("{% for x in [1] recursive %}", "{% endfor %}"),
        ("{% for x in [1] if x %}", "{% endfor %}"),
        ("{% macro m() %}", "{% endmacro %}{{ m() }}"),
        ("{% call m() %}", "{% endcall %}"),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% set x %}", "{% endset %}"),
        ("{% with x = 1 %}", "{% endwith %}"),
        ("{% autoescape true %}", "{% endautoescape %}"),
        ("{% generation %}", "{% endgeneration %}"),
    ] {
        let macros = "{% macro m() %}{{ caller() }}{% endmacro %}";
        for times in [70, 1_000, 10_000] {
            let source = format!("{macros}{}", nested(open, "x", close, times));
            let result = render(&source, &json!({}));
            if times > 100 {
                assert_eq!(result.expect_err(&short(&source)).kind(), ErrorKind::Limit, "{}", short(&source));
            } else if let Err(error) = result {
                assert_eq!(error.kind(), ErrorKind::Limit, "{}: {error}", short(&source));
            }
        }
        let _ = render(&open.repeat(20_000), &json!({}));
    }
    let blocks: String = (0..70).map(|n| format!("{{% block b{n} %}}")).collect();
    let _ = render(&format!("{blocks}x{}", "{% endblock %}".repeat(70)), &json!({}));
}

#[test]
fn chains_are_limited_or_flat() {
    let x = json!({"x": {"x": 1}, "l": [1]});
    for (first, link) in [
        ("1", " + 1"),
        ("1", " - 1"),
        ("1", " * 1"),
        ("1", " // 1"),
        ("1", " and 1"),
        ("1", " or 1"),
        ("1", " < 1"),
        ("1", " in l"),
        ("1", " ~ 1"),
        ("x", " ~ x"),
        ("x", ".x"),
        ("x", "['x']"),
        ("x", "[0]"),
        ("x", "[:]"),
        ("x", "()"),
        ("x", "|default(1)"),
        ("x", "|string"),
        ("x", "|list"),
        ("x", " is defined"),
        ("x", ".x()"),
        ("x", " if x else x"),
        ("'a'", " 'a'"),
    ] {
        for times in [300, 20_000] {
            let expression = first.to_owned() + &link.repeat(times);
            let _ = kind(&format!("{{{{ {expression} }}}}"), &x);
            let _ = kind(&format!("{{% if {expression} %}}{{% endif %}}"), &x);
            let _ =
                kind(&format!("{{% macro m() %}}{{{{ {expression} }}}}{{% endmacro %}}{{{{ m() }}}}"), &x);
        }
    }
    assert_eq!(render(&format!("{{{{ 1{} }}}}", " ~ 1".repeat(20_000)), &x).expect("text").len(), 20_001);
}

#[test]
fn many_of_everything() {
    let many = |part: &dyn Fn(usize) -> String, count: usize| (0..count).map(part).collect::<String>();
    let context = json!({"x": 1});
    for source in [
        format!("{{% if 0 %}}{}{{% endif %}}", many(&|n| format!("{{% elif x == {n} %}}{n}"), 8_000)),
        many(&|n| format!("{{% macro m{n}(a, b=1) %}}{{{{ a }}}}{{% endmacro %}}"), 15_000),
        many(&|n| format!("{{% macro m{n}() %}}{{{{ m{} }}}}{{% endmacro %}}", n + 1), 15_000),
        many(&|n| format!("{{% set v{n} = x %}}"), 20_000),
        many(&|n| format!("{{% set v{n} %}}{n}{{% endset %}}"), 20_000),
        many(&|n| format!("{{{{ v{n} }}}}"), 50_000),
        many(&|_| "{% if x %}{% set x = 1 %}{% endif %}".to_owned(), 20_000),
        many(&|n| format!("{{% if x %}}{{% set v{n} = 1 %}}{{% endif %}}{{{{ v{n} }}}}"), 10_000),
        many(
            &|n| format!("{{% for i in [1] %}}{{% set v{n} = i %}}{{{{ v{} }}}}{{% endfor %}}", n / 2),
            10_000,
        ),
        many(&|n| format!("{{% block b{n} %}}{{{{ x }}}}{{% endblock %}}"), 15_000),
        many(&|n| format!("{{% set v{n} = x %}}{{% block b{n} %}}{{{{ v{n} }}}}{{% endblock %}}"), 8_000),
        many(&|_| "{% with %}{% endwith %}".to_owned(), 30_000),
        many(&|_| "{#".to_owned(), 300_000),
        many(&|_| "{% raw %}".to_owned(), 100_000),
        many(&|_| "{{".to_owned(), 300_000),
        many(&|_| "{%".to_owned(), 300_000),
        many(&|_| "{{ 1 }}\n".to_owned(), 100_000),
        many(&|_| " \n\t{%- if 1 -%} \n".to_owned(), 70) + &"{% endif %}".repeat(70),
        " ".repeat(1 << 20),
        "\n".repeat(1 << 20),
        "\r".repeat(1 << 20),
        "{{ ' ".to_owned() + &"\\".repeat(1_000_000),
        "{{ '".to_owned() + &"\\n".repeat(500_000) + "' }}",
        "{{ '".to_owned() + &"\\N{DASH".repeat(100_000) + "' }}",
        "{{ ".to_owned() + &"a".repeat(1_000_000) + " }}",
        "{{ x.".to_owned() + &"a".repeat(1_000_000) + " }}",
        "{{ x|".to_owned() + &"a".repeat(1_000_000) + " }}",
        "{{ x is ".to_owned() + &"a".repeat(1_000_000) + " }}",
        "{% ".to_owned() + &"a".repeat(1_000_000) + " %}",
        "{{ ".to_owned() + &"9".repeat(1_000_000) + " }}",
        "{{ 0x".to_owned() + &"f".repeat(1_000_000) + " }}",
        "{{ 0b".to_owned() + &"1".repeat(1_000_000) + " + 1 }}",
        "{{ 1.".to_owned() + &"9".repeat(1_000_000) + " }}",
        "{{ 1e".to_owned() + &"9".repeat(1_000_000) + " }}",
        "{{ ".to_owned() + &"1_".repeat(500_000) + "1 }}",
        format!("{{{{ [{}] }}}}", "1,".repeat(100_000)),
        format!("{{{{ [{}]|length }}}}", "x,".repeat(100_000)),
        format!("{{{{ ({}) }}}}", "[],".repeat(100_000)),
        format!("{{{{ {{{}}} }}}}", many(&|n| format!("{n}: 1,"), 50_000)),
        format!("{{{{ {{{}}} }}}}", many(&|n| format!("'{n}': x,"), 50_000)),
        format!("{{{{ {{{}}} }}}}", many(&|_| "'a': x,".to_owned(), 50_000)),
        format!("{{{{ m({}) }}}}", "1,".repeat(100_000)),
        format!("{{{{ dict({}) }}}}", many(&|n| format!("a{n}=1,"), 80_000)),
        format!("{{{{ dict(if=1, {}) }}}}", many(&|n| format!("a{n}=1,"), 80_000)),
        format!("{{{{ 'a'|format({}) }}}}", many(&|n| format!("a{n}=1,"), 80_000)),
        format!("{{% macro m({}) %}}{{% endmacro %}}{{{{ m() }}}}", many(&|n| format!("a{n},"), 20_000)),
        format!(
            "{{% macro m({}) %}}{{% endmacro %}}{{{{ m({}) }}}}",
            many(&|n| format!("a{n}=1,"), 15_000),
            many(&|n| format!("a{n}=2,"), 15_000)
        ),
        format!(
            "{{% macro m() %}}{{{{ kwargs }}}}{{% endmacro %}}{{{{ m({}) }}}}",
            many(&|n| format!("a{n}=2,"), 20_000)
        ),
        format!("{{% set {} = [] %}}", many(&|n| format!("a{n},"), 30_000)),
        format!("{{% for {} in [] %}}{{% endfor %}}", many(&|n| format!("a{n},"), 30_000)),
        format!("{{{{ x == 1{} }}}}", " == 1".repeat(50_000)),
        format!("{{{{ '{}' }}}}", "%s".repeat(200_000)),
        format!("{{{{ '{}' % (1,) }}}}", "%s".repeat(200_000)),
        format!("{{{{ '{}'.format(1) }}}}", "{0}".repeat(200_000)),
        format!("{{{{ '{}'.format(1) }}}}", "{".repeat(400_000)),
        format!("{{{{ '{}'.format(1) }}}}", "{0:".repeat(200_000)),
        format!("{{{{ '{{0{}}}'.format(1) }}}}", "[0]".repeat(200_000)),
        format!("{{{{ '{{0{}}}'.format(x) }}}}", ".real".repeat(100_000)),
        format!("{{{{ x|map(attribute='{}')|list }}}}", "a.".repeat(100_000)),
        format!("{{{{ [x, x]|sort(attribute='{}') }}}}", "a,".repeat(100_000)),
        format!("{{{{ [x, x]|sort(attribute='{}') }}}}", "real,".repeat(100_000)),
        format!("{{% include [{}] %}}", "'a',".repeat(100_000)),
        "{% extends 'a' %}".repeat(10_000),
    ] {
        assert!(source.len() <= 1 << 20, "{} has {} bytes", short(&source), source.len());
        let _ = render(&source, &context);
    }
    let error = render(&" ".repeat((1 << 20) + 1), &context).expect_err("too long");
    assert!(error.message().contains("source_bytes"), "{error}");
}

#[test]
fn recursion_is_limited() {
    let context = json!({"l": [[[]]]});
    for source in [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% set x = m() %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ caller() if caller }}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
        "{% set ns = namespace(l=[1]) %}{% set ns.l = [ns] %}{% for x in ns.l recursive %}{{ loop(x.l) }}{% endfor %}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% for x in [1] recursive %}{% set y = loop([1]) %}{% endfor %}",
        "{% for x in [1] recursive %}{% for y in [1] if loop %}{% endfor %}{{ loop([1, 2]) }}{% endfor %}",
        "{% block b %}{{ self.b() }}{% endblock %}",
        "{% block b %}{% set x = self.b() %}{{ self.b() }}{% endblock %}",
        "{% macro m() %}{% for x in [1] if m() %}{% endfor %}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m() %}{% filter upper %}{{ m() }}{% endfilter %}{% endmacro %}{{ m() }}",
    ] {
        let error = render(source, &context).expect_err(source);
        let expected = [ErrorKind::Limit, ErrorKind::Recursion];
        assert!(expected.contains(&error.kind()), "{source}: {error}");
    }
    // Calls that end but are very many.
    let calls: String = (0..150)
        .map(|n| format!("{{% macro m{0}() %}}{{{{ m{n}() }}}}{{{{ m{n}() }}}}{{% endmacro %}}", n + 1))
        .collect();
    hits("steps", &format!("{{% macro m0() %}}{{% endmacro %}}{calls}{{{{ m150() }}}}"), &context);
}

#[test]
fn namespaces_that_contain_themselves() {
    let start = "{% set ns = namespace(a=1) %}{% set ns.me = ns %}{% set ns.l = [ns, ns] %}{% set ns.d = {'k': ns} %}\
                 {% set other = namespace(a=1) %}{% set other.me = other %}{% set other.l = [ns, other] %}";
    for end in [
        "{{ ns }}",
        "{{ ns.l }}",
        "{{ ns == other }}",
        "{{ ns.l == other.l }}",
        "{{ ns in ns.l }}{{ ns in other.l }}",
        "{{ ns|tojson }}",
        "{{ ns.l|tojson }}",
        "{{ ns|pprint }}",
        "{{ ns.d|pprint }}",
        "{{ '%s' % ns.l }}",
        "{{ '{}'.format(ns) }}",
        "{{ ns ~ '' }}",
        "{{ ns|string }}",
        "{{ [ns]|join }}",
        "{{ ns.l|sort }}",
        "{{ ns.l|unique|list|length }}",
        "{{ {ns: 1}[ns] }}",
        "{{ {(ns, ns): 1}[(ns, ns)] }}",
        "{{ ns.l|sum(attribute='me') }}",
        "{{ ns.l|map(attribute='me.me.me.l.0.me')|list|length }}",
        "{{ ns.nothing.x }}",
        "{{ ns[ns.l] }}",
        "{{ ns.d|xmlattr }}",
        "{{ ns.d|urlencode }}",
        "{{ 'x'.translate(ns.d) }}",
        "{{ raise_exception(ns.l) }}",
        "{{ ns.l|batch(ns) }}",
        "{{ 1 + ns.l }}",
        "{{ ns|int }}{{ ns.l|float }}",
        "{{ 'a'|truncate(ns) }}",
    ] {
        let _ = render(&format!("{start}{end}"), &json!({}));
    }
    assert!(matches!(
        kind(&format!("{start}{{{{ ns }}}}"), &json!({})),
        Some(ErrorKind::Recursion | ErrorKind::Limit)
    ));
}

#[test]
fn values_inside_of_values_without_end() {
    for (first, step) in [
        ("[]", "[n.x]"),
        ("[]", "(n.x,)"),
        ("[]", "{'a': n.x}"),
        ("[]", "{'a': n.x, 'b': n.x}"),
        ("[1]", "[n.x, n.x]"),
        ("(1, 2)", "(n.x, n.x)"),
        ("(1, 2)", "{n.x: n.x}.items()|list|first"),
        ("[1]", "n.x|map('string')"),
        ("[1]", "n.x|select"),
        ("[1]", "n.x|reject('none')"),
        ("[1]", "n.x|map('upper')|map('lower')"),
        ("[1]", "n.x|batch(2)"),
        ("[1]", "n.x|slice(2)"),
        ("[1]", "n.x|unique"),
        ("[1]", "[n.x]|map('join')"),
        ("[1]", "[n.x]|map('list')"),
        ("[1]", "[n.x]|map('first')"),
        ("[1]", "[n.x]|map('sum', start=[])"),
        ("[1]", "[n.x]|map('map', 'string')"),
        ("[1]", "[n.x]|map('sort')"),
        ("[1]", "[n.x]|map('length')"),
        ("[1]", "[n.x]|selectattr('0')"),
        ("[1]", "n.x|reverse"),
        ("[1]", "n.x|list|reverse"),
        ("{}", "n.x|items"),
        ("'a'", "n.x.upper"),
        ("'a'", "[n.x].count"),
        ("'a'", "cycler(n.x)"),
        ("'a'", "joiner(n.x)"),
        ("'a'", "namespace(x=n.x)"),
        ("{'a': 1}", "{'a': n.x}.items()"),
        ("{'a': 1}", "{'a': n.x}.values()"),
        ("{'a': 1}", "[{'g': n.x}]|groupby('g')"),
        ("none.x", "none[n.x]"),
    ] {
        for times in [600, 20_000] {
            let before = format!("{{% set n = namespace(x={first}, y={first}) %}}");
            let step = format!("{{% set n.x = {step} %}}");
            for end in [
                "{{ n.x }}",
                "{{ n.x|tojson }}",
                "{{ n.x|pprint }}",
                "{{ n.x|list }}",
                "{{ n.x|first|first|first }}",
                "{{ n.x == n.y }}",
                "{{ n.x == n.x }}",
                "{{ n.x < n.y }}",
                "{{ n.x in n.y }}{{ n.y in n.x }}",
                "{{ {n.x: 1} }}",
                "{{ [n.x, n.x]|unique|list|length }}",
                "{{ [n.x, n.x]|sort|length }}",
                "{{ n.x|join }}",
                "{{ n.x|string|length }}",
                "{{ '%r' % [n.x] }}",
                "{{ n.x|length }}",
                "{{ n.x.x }}",
                "{{ n.x() }}",
                "{% for x in n.x %}{{ loop.length }}{% endfor %}",
                "{% for x in n.x if x %}{{ x }}{% endfor %}",
            ] {
                if times == 600
                    || matches!(end, "{{ n.x }}" | "{{ n.x|list }}" | "{{ n.x == n.y }}" | "{{ {n.x: 1} }}")
                {
                    let _ = render(&repeated(times, &before, &step, end), &json!({}));
                }
            }
        }
    }
    // Two that are equal but not the same, doubled.
    let twins = "{% set n = namespace(x=(1,), y=(1,)) %}{% for i in range(60) %}{% set n.x = (n.x, n.x) %}\
                 {% set n.y = (n.y, n.y) %}{% endfor %}";
    for end in
        ["{{ n.x == n.y }}", "{{ n.x < n.y }}", "{{ {n.x: 1} }}", "{{ {n.x: 1}[n.y] }}", "{{ n.x|tojson }}"]
    {
        let source = format!("{twins}{end}");
        assert_eq!(render(&source, &json!({})).expect_err(end).kind(), ErrorKind::Limit, "{end}");
    }
}

#[test]
fn loops_with_filters_inside_of_one_another() {
    let context = json!({"l": [1]});
    for depth in [10, 40] {
        let open: String = (0..depth).map(|n| format!("{{% for x{} in [1] if x{n} %}}", n + 1)).collect();
        let _ = render(&format!("{{% set x0 = 1 %}}{open}{}", "{% endfor %}".repeat(depth)), &context);
    }
    // A filter that goes through a loop that has a filter, and so on.
    let mut macros = "{% macro m0() %}x{% endmacro %}".to_owned();
    for n in 1..200 {
        macros +=
            &format!("{{% macro m{n}() %}}{{% for x in l if m{}() %}}y{{% endfor %}}{{% endmacro %}}", n - 1);
    }
    let error = render(&format!("{macros}{{{{ m199() }}}}"), &context).expect_err("too deep");
    assert!([ErrorKind::Limit, ErrorKind::Recursion].contains(&error.kind()), "{error}");
    // Each of them at the bottom of as many lists and generators as there may be.
    let deep = "{% set n = namespace(x=[1]) %}{% for i in range(650) %}{% set n.x = n.x|map('string') %}{% endfor %}";
    let _ =
        render(&format!("{macros}{deep}{{% for x in n.x if m20() %}}{{{{ x }}}}{{% endfor %}}"), &context);
    let mut generators = String::new();
    for n in 1..23 {
        generators += &format!(
            "{{% macro g{n}() %}}{{% set n = namespace(x=l) %}}{{% for i in range(30) %}}{{% set n.x = [n.x]|map('join') %}}{{% endfor %}}\
             {{% for x in n.x if g{}() %}}y{{% endfor %}}{{% endmacro %}}",
            n - 1
        );
    }
    let _ = render(&format!("{{% macro g0() %}}x{{% endmacro %}}{generators}{{{{ g22() }}}}"), &context);
}
