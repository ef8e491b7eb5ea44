//! Hostile templates and inputs: each ends soon, on a small stack, with a result or an error that says why.

#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "tables of cases, and sources put together"
)]
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

use std::time::{Duration, Instant};

use rolecall_jinja::{Error, ErrorKind, Limits, RenderOptions, Template};
use serde_json::{Value, json};

/// How long each may take: what does not end is found, and a loaded machine is not.
const SOON: Duration = Duration::from_secs(30);
/// What a thread has by default.
const STACK: usize = 2 << 20;

/// Runs something on a small stack and checks that it does not take long.
fn soon<T: Send>(what: &str, job: impl FnOnce() -> T + Send) -> T {
    let start = Instant::now();
    let result = std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, job).expect("a thread");
        thread.join().unwrap_or_else(|_| panic!("{what} panics"))
    });
    let time = start.elapsed();
    assert!(time < SOON, "{what} takes {time:?}");
    result
}

/// Budgets that a debug build uses up in time.
fn limits() -> Limits {
    Limits { steps: 200_000, memory_bytes: 16 << 20, output_bytes: 16 << 20, ..Limits::default() }
}

fn short(source: &str) -> String {
    source.chars().take(120).collect()
}

/// Renders with and without a trace; both have to end soon, and to give the same unless a budget is used up.
fn render_with(source: &str, context: &Value, limits: Limits) -> Result<String, Error> {
    let name = short(source);
    let options = RenderOptions { clock: None, limits: Some(limits) };
    let template = soon(&name, || Template::with_limits(source, limits))?;
    let plain = soon(&name, || template.render_with(context, &options));
    let traced = soon(&format!("traced: {name}"), || {
        template.render_traced_with(context, &options, &[]).map(|traced| {
            let mut end = 0;
            for span in traced.spans() {
                assert_eq!(span.range.start, end);
                end = span.range.end;
            }
            traced.into_text()
        })
    });
    let is_limit =
        |result: &Result<String, Error>| matches!(result, Err(error) if error.kind() == ErrorKind::Limit);
    if !is_limit(&plain) && !is_limit(&traced) {
        assert!(
            plain == traced,
            "{name}: the trace changes the result: {:?}",
            traced.map(|text| short(&text))
        );
    }
    plain
}

fn render(source: &str, context: &Value) -> Result<String, Error> {
    render_with(source, context, limits())
}

fn kind(source: &str, context: &Value) -> Option<ErrorKind> {
    render(source, context).err().map(|error| error.kind())
}

/// A budget has to be hit, and named.
fn hits(limit: &str, source: &str, context: &Value) {
    let error = render(source, context).expect_err(&short(source));
    assert_eq!(error.kind(), ErrorKind::Limit, "{}: {error}", short(source));
    assert!(error.message().contains(limit), "{}: {error}", short(source));
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    open.repeat(times) + inside + &close.repeat(times)
}

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
        format!("{{{{ dict({}) }}}}", many(&|n| format!("a{n}=1,"), 30_000)),
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

/// Repeats a step in nested loops, as no range is longer than 100,000.
fn repeated(times: usize, before: &str, step: &str, after: &str) -> String {
    if times <= 100_000 {
        return format!("{before}{{% for i in range({times}) %}}{step}{{% endfor %}}{after}");
    }
    let outer = times / 1000;
    format!(
        "{before}{{% for j in range({outer}) %}}{{% for i in range(1000) %}}{step}{{% endfor %}}{{% endfor %}}{after}"
    )
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
fn lists_and_dicts_that_grow() {
    let context = json!({"big": vec![1; 1000]});
    for step in [
        "n.l + n.l",
        "n.l * 2",
        "n.l * 100000000",
        "n.l|list + n.l",
        "(n.l ~ n.l)|list",
        "n.l|batch(1)|list + n.l",
        "n.l|batch(1000000000, 1)|list",
        "n.l|batch(9223372036854775807, 'x')|list",
        "n.l|slice(1000000000)|list",
        "n.l|slice(9223372036854775807, 'x')|list",
        "(n.l ~ '').split('1')",
        "n.l|map('string')|list + n.l",
        "range(100000)|list + n.l",
        "n.l|sort + n.l|unique|list + n.l",
        "[n.l, n.l]|sum(start=[])",
        "dict(n.l|groupby(0)).items()|list + n.l",
        "(range(99999)|map('string')|join).split('1')",
        "dict.fromkeys(range(100000), n.l).items()|list",
        "n.l|tojson|list",
    ] {
        let source = format!(
            "{{% set n = namespace(l=[1]) %}}{{% for i in range(60) %}}{{% set n.l = {step} %}}{{% endfor %}}{{{{ n.l|length }}}}"
        );
        let _ = render(&source, &context);
    }
    hits(
        "steps",
        "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}",
        &context,
    );
    let little = Limits { memory_bytes: 1 << 20, ..Limits::default() };
    let source =
        "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}";
    let error = render_with(source, &context, little).expect_err("no end");
    assert!(error.kind() == ErrorKind::Limit && error.message().contains("memory_bytes"), "{error}");
    for step in [
        "dict(n.d, **{'k' ~ i: i})",
        "dict(n.d.items()|list + [(i, i)])",
        "dict(n.d.items()|list + [((i, i % 7), i)])",
        "dict(n.d.items()|list + [(i * 1.0, i), (i, 2), (true, 3), (i|string, 3)])",
        "{'a': n.d, i: i}",
        "namespace(**dict(a=n.d))",
        "{n.d.items()|list|length: n.d}",
    ] {
        let source = repeated(
            3_000,
            "{% set n = namespace(d={}) %}",
            &format!("{{% set n.d = {step} %}}"),
            "{{ n.d|length }}",
        );
        let _ = render(&source, &context);
    }
    // Names as arguments, and in a namespace.
    let wide: Value =
        (0..20_000).map(|n| (format!("key{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let context = json!({"d": wide});
    for source in [
        "{{ dict(**d)|length }}",
        "{{ namespace(**d).key19999 }}",
        "{% set n = namespace(**d) %}{% for i in range(50000) %}{{ n.key19999 }}{% endfor %}",
        "{% set n = namespace(**d) %}{% for i in range(50000) %}{{ n.nope }}{% endfor %}",
        "{% set n = namespace(**d) %}{% for i in range(50000) %}{% set n.nope = i %}{% endfor %}",
        "{% macro m() %}{{ kwargs|length }}{% endmacro %}{{ m(**d) }}",
        "{% macro m(key1, key2) %}{{ kwargs|length }}{% endmacro %}{% for i in range(1000) %}{{ m(**d) }}{% endfor %}",
        "{{ '{key19999}'.format(**d) }}",
        "{{ ('{key0}' * 20000).format(**d) }}",
        "{{ ('%(key19999)s' * 20000) % d }}",
        "{{ '%(key1)s'|format(**d) }}",
        "{% for k in d %}{{ d[k] }}{% endfor %}",
        "{% for k in d %}{{ d.items()|list|length }}{% endfor %}",
        "{% for k in d %}{{ (k, 1) in d.items() }}{{ k in d.keys() }}{% endfor %}",
        "{% for i in range(1000) %}{{ d == d }}{{ d.keys() == d.keys() }}{% endfor %}",
        "{{ d|dictsort|length }}{{ d|items|list|length }}{{ d|xmlattr|length }}{{ d|urlencode|length }}{{ d|tojson|length }}{{ d|pprint|length }}",
        "{{ dict(d, **d) == d }}{{ {1: d} == {1: dict(d)} }}",
        "{{ 'x'|replace(**d) }}",
        "{{ [1]|map('default', **d)|list }}",
        "{{ range(**d) }}",
    ] {
        let _ = render(source, &context);
    }
}

#[test]
fn tuples_as_keys() {
    for source in [
        "{% set t = (1, 2) * 20000 %}{% for i in range(20000) %}{% set x = {t: 1}[t] %}{% endfor %}",
        "{% set t = (1, 2) * 20000 %}{% set d = {t: 1} %}{% for i in range(20000) %}{{ d[t] }}{{ t in d }}{{ d.get(t) }}{% endfor %}",
        "{% set t = (1, 2) * 20000 %}{% for i in range(20000) %}{% set x = {}[t] %}{% endfor %}",
        "{% set t = (1, 2) * 20000 %}{{ ([t] * 5000)|unique|list|length }}",
        "{% set t = ('a' * 20000,) * 50 %}{% set d = dict([(t, 1), (t + (1,), 2)]) %}{% for i in range(20000) %}{{ d[t] }}{% endfor %}",
    ] {
        let _ = render(source, &json!({}));
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
fn large_lists() {
    let numbers: Vec<Value> =
        (0..100_000_i64).map(|n| json!({"n": n * 7919 % 100_003, "s": (n % 10).to_string()})).collect();
    let context = json!({"l": numbers, "flat": (0..100_000).collect::<Vec<i64>>()});
    for expression in [
        "l|sort(attribute='n')|length",
        "l|sort(attribute='s,n')|length",
        "flat|sort(reverse=true)|first",
        "flat|unique|list|length",
        "l|unique(attribute='s')|list|length",
        "l|groupby('n')|length",
        "l|groupby('s')|length",
        "l|sum(attribute='n')",
        "l|min(attribute='n')",
        "l|max(attribute='n')",
        "l|map(attribute='n')|list|length",
        "l|selectattr('n', 'gt', 5)|list|length",
        "l|tojson|length",
        "l|string|length",
        "l == l",
        "l in [l]",
        "flat + flat == flat",
        "flat[::-1] == flat",
        "flat|join(',')|length",
        "flat|reverse|list|length",
        "flat|batch(3)|list|length",
        "(flat|map('string')|list)|sort|length",
        "flat.index(99999)",
        "flat.count(1)",
        "99999 in flat",
        "flat|last",
    ] {
        let _ = render(&format!("{{{{ {expression} }}}}"), &context);
        let _ = render(
            &format!("{{% for i in range(100000) %}}{{% set x = {expression} %}}{{% endfor %}}"),
            &context,
        );
    }
    hits(
        "steps",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        &context,
    );
    hits(
        "steps",
        "{% for i in range(100000) %}{% if 99999 in range(100000) %}{% endif %}{% endfor %}",
        &context,
    );
    hits("steps", "{% for i in range(100000) %}{% if 'x' in flat %}{% endif %}{% endfor %}", &context);
}

#[test]
fn large_integers() {
    let context = json!({"n": u64::MAX});
    for source in [
        "{{ 2 ** 10 ** 9 }}",
        "{{ 2 ** 2 ** 2 ** 2 ** 2 ** 2 }}",
        "{{ n ** n }}",
        "{{ -n ** n }}",
        "{{ 1.5 ** n }}",
        "{{ n ** 0.5 }}",
        "{{ 10 ** 4299 }}",
        "{{ 10 ** 5000 }}",
        "{{ (10 ** 90000) ** 2 }}",
        "{% set s = namespace(x=3) %}{% for i in range(60) %}{% set s.x = s.x * s.x %}{% endfor %}{{ s.x }}",
        "{% set s = namespace(x=3) %}{% for i in range(100000) %}{% set s.x = s.x * n %}{% endfor %}{{ s.x }}",
        "{% set s = namespace(x=3) %}{% for i in range(100000) %}{% set s.x = s.x + s.x %}{% endfor %}{{ s.x }}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = x + i %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = x // 7 %}{% set z = x % (10 ** 40000 + 3) %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = x == x %}{% set z = x > x - 1 %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% if x == 1.5 %}{% endif %}{% if 1e308 < x %}{% endif %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% if -x == +x %}{% endif %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = x|abs %}{% set y = x|int %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = {x: 1}[x] %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{{ [x] * 100000 == [x] * 100000 }}{{ ([x] * 100000)|sort|length }}{{ ([x] * 100000)|unique|list|length }}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{{ x is odd }}{{ x is divisibleby(3) }}{{ x is even }}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{{ x.bit_length() }}{% endfor %}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{{ x.bit_count() }}{% endfor %}",
        "{% set x = 10 ** 90000 %}{{ x|round(-5) == x }}{{ x|round(-100000) }}",
        "{% set x = 10 ** 90000 %}{{ x|filesizeformat }}",
        "{% set x = 10 ** 90000 %}{{ '%x' % x }}",
        "{% set x = 10 ** 90000 %}{{ '%d' % x }}",
        "{% set x = 10 ** 90000 %}{{ '{:b}'.format(x) }}",
        "{% set x = 10 ** 90000 %}{{ '{:e}'.format(x) }}",
        "{% set x = 10 ** 90000 %}{{ x|float }}",
        "{% set x = 10 ** 90000 %}{{ x / 3 }}{{ 3 / x }}{{ x / (x - 1) }}",
        "{% set x = 10 ** 90000 %}{% for i in range(100000) %}{% set y = x / (x - 1) %}{% endfor %}",
        "{% set x = 10 ** 90000 %}{{ x|tojson }}",
        "{% set x = 10 ** 90000 %}{{ [x, {x: x}]|string }}",
        "{% set x = 10 ** 4000 %}{% for i in range(100000) %}{% set y = x|string %}{% endfor %}",
        "{% set x = 10 ** 4000 %}{% for i in range(100000) %}{% set y = x|string|int %}{% endfor %}",
        "{% set x = 10 ** 4000 %}{% for i in range(100000) %}{% set y = '%x' % x %}{% endfor %}",
        "{{ ('7' * 5000)|int }}",
        "{{ ('f' * 100000)|int(base=16) }}",
        "{{ ('f' * 70000)|int(base=16) > 1 }}",
        "{{ 1|round(10 ** 9) }}{{ 1.5|round(10 ** 9) }}{{ 1|round(-10 ** 9) }}",
        "{{ 1.5|round(10 ** 30) }}",
        "{{ 1|round(-999999999) }}",
        "{{ 1.5|round(400, 'ceil') }}{{ 1.5|round(-400, 'floor') }}",
        "{{ range(n) }}{{ range(-n, n) }}",
        "{{ range(9223372036854775807, -9223372036854775807, -9223372036854775807)|list }}",
        "{{ range(9223372036854775806, 9223372036854775807)[5:] }}{{ range(9)[::9223372036854775807] }}{{ range(9)[::-9223372036854775807]|list }}",
        "{{ 'abc'[n:] }}{{ 'abc'[-n:] }}{{ 'abc'[::n] }}{{ 'abc'[::-n] }}{{ 'abc'[n] }}",
        "{{ 'abc'[9223372036854775807:-9223372036854775807:-9223372036854775807] }}",
    ] {
        let _ = render(source, &context);
    }
}

/// A value nested so deep that dropping it would overflow the stack. It is never dropped.
fn deep(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
    let mut value = json!("bottom");
    for _ in 0..levels {
        value = wrap(value);
    }
    dict(value)
}

#[test]
fn deep_input() {
    for wrap in [list as fn(Value) -> Value, dict, both] {
        // Not dropped: serde_json's own drop is recursive.
        let context: &'static Value = Box::leak(Box::new(deep_on_a_large_stack(wrap)));
        for source in [
            "{{ x }}",
            "{{ x|tojson }}",
            "{{ x|pprint }}",
            "{{ x|string|length }}",
            "{{ x == x }}",
            "{{ [x] == [x] }}",
            "{{ x < x }}",
            "{{ x in [x] }}",
            "{{ [x, x]|unique|list|length }}",
            "{{ [x, x]|sort|length }}",
            "{{ {'a': x} == {'a': x} }}",
            "{{ '%s' % [x] }}",
            "{{ x|list|length }}",
            "{{ x|join|length }}",
            "{{ x|urlencode }}",
            "{{ x|xmlattr }}",
            "{{ [x]|groupby('x')|length }}",
            "{% set n = namespace(x=x) %}{% for i in range(99000) %}{% set n.x = n.x.x or n.x[0] or n.x[1] %}{% endfor %}{{ n.x|length }}",
            "{% set n = namespace(x=x) %}{% for i in range(100000) %}{% set n.x = n.x.x or n.x[0] %}{% endfor %}{{ n.x }}",
            "{% set n = namespace(x=x) %}{% for i in range(200000) %}{% set n.x = n.x.x or n.x[0] %}{% endfor %}{{ n.x }}",
            "{% for y in x recursive %}{{ loop(y) }}{% endfor %}",
            "{% for y in [1, 2] %}{{ loop.changed(x) }}{% endfor %}",
        ] {
            let _ = render(source, context);
        }
    }
    let template = Template::new("{{ x }}").expect("a template");
    for (open, close) in [("[", "]"), ("{\"x\":", "}")] {
        for times in [500, 100_000] {
            let text = format!("{{\"x\": {}1{}}}", open.repeat(times), close.repeat(times));
            let result = soon("deep JSON", || template.render_json(&text, &RenderOptions::default()));
            assert_eq!(result.is_ok(), times == 500, "{times} of {open}");
            let _ =
                soon("deep JSON", || template.render_json(&open.repeat(times), &RenderOptions::default()));
        }
    }
}

// `json!` would copy what is inside.
fn list(value: Value) -> Value {
    Value::Array(vec![value])
}

fn dict(value: Value) -> Value {
    Value::Object(serde_json::Map::from_iter([("x".to_owned(), value)]))
}

fn both(value: Value) -> Value {
    list(dict(value))
}

fn deep_on_a_large_stack(wrap: fn(Value) -> Value) -> Value {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(move || deep(100_000, wrap))
        .expect("a thread")
        .join()
        .expect("a value")
}

#[test]
fn large_json() {
    let options = RenderOptions::default();
    let template = Template::new("{{ d|length }}{{ d.k5 }}{{ d|dictsort|length }}").expect("a template");
    let keys: String = (0..100_000).map(|n| format!("\"k{n}\":{n},")).collect();
    let text = format!("{{\"d\": {{{keys}\"z\": 1}}}}");
    assert_eq!(soon("keys", || template.render_json(&text, &options)).expect("text"), "1000015100001");
    let template = Template::new("{{ d|length }}{{ d.k }}").expect("a template");
    let repeated = format!("{{\"d\": {{{}\"z\": 1}}}}", "\"k\":1,".repeat(300_000));
    assert_eq!(soon("repeated keys", || template.render_json(&repeated, &options)).expect("text"), "21");
    for text in [
        format!("{{\"d\": [{}1]}}", "1,".repeat(1_000_000)),
        format!("{{\"d\": {}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": 1e{}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": 0.{}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": \"{}\"}}", "\\u00e9".repeat(300_000)),
        format!("{{\"d\": \"{}\"}}", "\\ud83d".repeat(300_000)),
        format!("{{\"{}\": 1}}", "k".repeat(3_000_000)),
        "\"".to_owned() + &"\\".repeat(3_000_000),
        " ".repeat(3_000_000),
        "[".repeat(3_000_000),
        "{\"d\":".repeat(1_000_000),
    ] {
        let _ = soon(&short(&text), || template.render_json(&text, &options));
    }
    // What is given counts, too.
    let little =
        RenderOptions { limits: Some(Limits { memory_bytes: 1 << 20, ..Limits::default() }), ..options };
    for text in [
        format!("{{\"d\": [{}1]}}", "1,".repeat(100_000)),
        format!("{{\"d\": [{}1]}}", "{},".repeat(100_000)),
    ] {
        let error = soon("a small budget", || template.render_json(&text, &little)).expect_err("too much");
        assert!(error.kind() == ErrorKind::Limit && error.message().contains("memory_bytes"), "{error}");
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

#[test]
fn each_limit_says_its_name() {
    let context = json!({"s": "x".repeat(1000)});
    let small = |limits: Limits, source: &str| {
        let options = RenderOptions { clock: None, limits: Some(limits) };
        let error = Template::new(source)
            .and_then(|template| template.render_with(&context, &options))
            .expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        error.message().to_owned()
    };
    let all = Limits::default();
    let steps = small(Limits { steps: 10, ..all }, "{% for i in range(99) %}{% endfor %}");
    assert!(steps.contains("`steps`"), "{steps}");
    let output = small(Limits { output_bytes: 999, ..all }, "{{ s }}");
    assert!(output.contains("`output_bytes`"), "{output}");
    let memory = small(Limits { memory_bytes: 999, ..all }, "{{ s|upper|lower }}");
    assert!(memory.contains("`memory_bytes`"), "{memory}");
    let recursion = small(Limits { recursion: 3, ..all }, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
    assert!(recursion.contains("`recursion`"), "{recursion}");
}

#[test]
fn the_default_limits_hold() {
    // A debug build takes longer than a moment for all steps of the default, but it ends.
    let template =
        Template::new("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")
            .expect("a template");
    let error = template.render(&json!({})).expect_err("no end");
    assert!(error.message().contains("50000000"), "{error}");
}

#[test]
fn a_render_has_the_limits_of_its_template_unless_it_is_given_others() {
    let few = Limits { output_bytes: 3, ..Limits::default() };
    let template = Template::with_limits("{{ 'four' }}", few).unwrap();
    let render = |limits| template.render_with(&json!({}), &RenderOptions { clock: None, limits });
    assert_eq!(render(None).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(template.render_json("{}", &RenderOptions::default()).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(render(Some(Limits::default())).unwrap(), "four");
    let error = render(Some(Limits { source_bytes: 11, ..Limits::default() })).unwrap_err();
    assert_eq!(error.message(), "the template has 12 bytes; at most 11 are allowed (limit `source_bytes`)");
}

#[test]
fn what_is_refused_is_refused_wherever_it_is_taken_apart() {
    let template = Template::new("{% set a, b = [1, 2]|random %}").unwrap();
    assert_eq!(template.render(&json!({})).unwrap_err().kind(), ErrorKind::Unsupported);
}
