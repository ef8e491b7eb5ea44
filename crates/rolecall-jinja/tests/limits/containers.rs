//! Lists, dicts and integers without end.

use rolecall_jinja::{ErrorKind, Limits};
use serde_json::{Value, json};

use super::{hits, render, render_with, repeated};

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
