//! What the reference's Jinja2 renders where minijinja alone renders something else.

use rolecall_crosscheck::Template;
use rolecall_jinja::{Clock, RenderOptions};
use serde_json::{Value, json};

fn rendered(source: &str, context: &Value) -> Result<String, String> {
    let clock = "2026-07-04T12:34:56".parse().ok().map(Clock::fixed);
    let options = RenderOptions { clock, ..RenderOptions::default() };
    let template = Template::new(source).and_then(|template| template.render_with(context, &options));
    template.map_err(|error| format!("{}: {}", error.kind().class_name(), error.message()))
}

fn check(context: &Value, rows: &[(&str, &str)]) {
    for (source, expected) in rows {
        let found = rendered(source, context).unwrap_or_else(|error| format!("!{error}"));
        assert_eq!(&found, expected, "{source}");
    }
}

#[test]
fn values_print_as_in_python() {
    let context = json!({"f": 1e16, "small": 1e-7, "s": "it's \u{200b}", "d": {"a": null, "b": [true, 1.0]}});
    check(
        &context,
        &[
            ("{{ f }} {{ small }} {{ 6 / 2 }} {{ 1e400 }}", "1e+16 1e-07 3.0 inf"),
            ("{{ d }} {{ [s] }}", "{'a': None, 'b': [True, 1.0]} [\"it's \\u200b\"]"),
            ("{{ (1,) }} {{ () }} {{ 1, 'a' }}", "(1,) () (1, 'a')"),
            ("{{ f ~ none ~ [small] }}", "1e+16None[1e-07]"),
            (
                "{{ range(1, 7, 2) }} {{ d.keys() }} {{ d.items() }}",
                "range(1, 7, 2) dict_keys(['a', 'b']) dict_items([('a', None), ('b', [True, 1.0])])",
            ),
            (
                "{{ namespace(b=1, a='x') }} {{ [nope] }}{{ nope }}",
                "<Namespace {'b': 1, 'a': 'x'}> [Undefined]",
            ),
            ("{{ {1: 'a', true: 'b', 1.0: 'c'} }}", "{1: 'c'}"),
            ("{{ '%05.1f|%-4d|%r|%s' % (3.14159, 7, 'q', [1]) }}", "003.1|7   |'q'|[1]"),
            (
                "{{ '{:>6}|{:,}|{0!r:_<5}'.format('x', 1234567) }}",
                "!ValueError: cannot switch from manual field specification to automatic field numbering",
            ),
            ("{{ '{1:>3}|{0!r}|{k[0]:05.2f}'.format('x', 2, k=[1.5]) }}", "  2|'x'|01.50"),
        ],
    );
}

#[test]
fn operators_are_python_s() {
    check(
        &json!({"n": null, "s": "abc", "l": [1, 2, 3], "big": 9_223_372_036_854_775_807_i64}),
        &[
            (
                "{{ 7 // -2 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ +1 }}",
                "-4 2 3.0 0.5 4 1",
            ),
            ("{{ -1.0 // -2.5 }} {{ 0.0 // -2.5 }} {{ 1.0 // -2.5 }} {{ 5.0 // 0.1 }}", "0.0 -0.0 -1.0 49.0"),
            ("{{ big + 1 }} {{ true + 1 }} {{ 1 == 1.0 == true }}", "9223372036854775808 2 True"),
            ("{{ l[::-1] }} {{ s[-2:] }} {{ l[5:] }} {{ 'héllo'[1] }}", "[3, 2, 1] bc [] é"),
            (
                "{{ 1 < 2 < 3 }} {{ 3 in l }} {{ 'b' not in s }} {{ (1, 2) == [1, 2] }}",
                "True True False False",
            ),
            ("{{ l + [4] }} {{ 'ab' * 2 }} {{ n or 'x' }} {{ nope and 1 }}|", "[1, 2, 3, 4] abab x |"),
            ("{{ s + 1 }}", "!TypeError: can only concatenate str (not \"int\") to str"),
            ("{{ 1 + s }}", "!TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
            ("{{ 1 < s }}", "!TypeError: '<' not supported between instances of 'int' and 'str'"),
            ("{{ 1 in s }}", "!TypeError: 'in <string>' requires string as left operand, not int"),
            ("{{ 1 in n }}", "!TypeError: argument of type 'NoneType' is not iterable"),
            ("{{ n[1:] }}", "!TypeError: 'NoneType' object is not subscriptable"),
            ("{{ 1 // 0 }}", "!ZeroDivisionError: integer division or modulo by zero"),
            ("{{ 2 ** 200 }}", "!UnsupportedError: minijinja has no integers of more than 127 bits"),
        ],
    );
}

#[test]
fn undefined_values_say_what_is_missing() {
    check(
        &json!({"d": {"n": null}, "l": [1]}),
        &[
            ("{{ x }}{{ d.q }}{{ l[5] }}{{ d.n.x }}|{{ x ~ 'a' }}|{{ x|length }}", "|a|0"),
            (
                "{{ x == y }} {{ x is defined }} {{ x|default('z') }} {{ x|list }} {% for i in x %}{% endfor %}",
                "True False z [] ",
            ),
            ("{{ x.y }}", "!UndefinedError: 'x' is undefined"),
            ("{{ x + 1 }}", "!UndefinedError: 'x' is undefined"),
            ("{{ 'a' + d.q }}", "!UndefinedError: 'dict object' has no attribute 'q'"),
            ("{{ d.q.r }}", "!UndefinedError: 'dict object' has no attribute 'q'"),
            ("{{ d['q']() }}", "!UndefinedError: 'dict object' has no attribute 'q'"),
            ("{{ l[5].x }}", "!UndefinedError: list object has no element 5"),
            ("{{ d.n.upper() }}", "!UndefinedError: 'None' has no attribute 'upper'"),
            ("{{ x(1) }}", "!UndefinedError: 'x' is undefined"),
            ("{{ x < 1 }}", "!UndefinedError: 'x' is undefined"),
            ("{{ x|int }}", "!UndefinedError: 'x' is undefined"),
            ("{{ {'a': x}|tojson }}", "!TypeError: Object of type Undefined is not JSON serializable"),
            (
                "{{ ('a' if false).x }}",
                "!UndefinedError: the inline if-expression on line 1 evaluated to false and no else section was defined.",
            ),
            (
                "{% macro m(a) %}{{ a }}{{ a.x }}{% endmacro %}{{ m() }}",
                "!UndefinedError: parameter 'a' was not provided",
            ),
            (
                "{% for i in l %}{{ loop.previtem.x }}{% endfor %}",
                "!UndefinedError: there is no previous item",
            ),
            ("{{ ([]|first).x }}", "!UndefinedError: No first item, sequence was empty."),
        ],
    );
}

#[test]
fn none_is_no_sequence() {
    check(
        &json!({"n": null}),
        &[
            (
                "{{ n is iterable }} {{ n is sequence }} {{ n|map('upper')|list }} {{ n|trim }}",
                "False False [] None",
            ),
            ("{% for i in n %}{% endfor %}", "!TypeError: 'NoneType' object is not iterable"),
            ("{{ n|list }}", "!TypeError: 'NoneType' object is not iterable"),
            ("{{ n|length }}", "!TypeError: object of type 'NoneType' has no len()"),
            ("{% for a, b in [n] %}{% endfor %}", "!TypeError: cannot unpack non-iterable NoneType object"),
            ("{% set a, b = [1] %}", "!ValueError: not enough values to unpack (expected 2, got 1)"),
            ("{% for a, b in ['xyz'] %}{% endfor %}", "!ValueError: too many values to unpack (expected 2)"),
            ("{% for a, (b, c) in [[1, 'xy']] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "1xy"),
        ],
    );
}

#[test]
fn methods_are_python_s() {
    check(
        &json!({"d": {"items": 1, "get": 2}, "l": [3, 1, 3]}),
        &[
            (
                "{{ ' a\u{1c}b  c '.split() }} {{ 'a,b,c'.split(sep=',', maxsplit=1) }}",
                "['a', 'b', 'c'] ['a', 'b,c']",
            ),
            (
                "{{ 'a.b.c'.rsplit('.', 1) }} {{ 'a-b'.partition('-') }} {{ 'x'.rpartition('-') }}",
                "['a.b', 'c'] ('a', '-', 'b') ('', '', 'x')",
            ),
            ("{{ \"it's\".title() }} {{ 'ABC'.removeprefix('A') }} {{ 'abcabc'.rfind('c') }}", "It'S BC 5"),
            ("{{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.find('c', -1) }} {{ '7'.zfill(3) }}", "True 2 007"),
            (
                "{{ d.items() }} {{ d.get('get') }} {{ d['items'] }} {{ d.get('q', 5) }}",
                "dict_items([('items', 1), ('get', 2)]) 2 1 5",
            ),
            (
                "{{ d.items is defined }} {{ d.items is mapping }} {{ l.index(1) }} {{ l.count(3) }}",
                "True False 1 2",
            ),
            (
                "{{ 'a'['upper']() }} {{ dict.fromkeys(['k'], 0) }} {{ dict([['a', 1]], b=2) }}",
                "A {'k': 0} {'a': 1, 'b': 2}",
            ),
            ("{{ 'a'.foo() }}", "!UndefinedError: 'str object' has no attribute 'foo'"),
            ("{{ 'a'.split('') }}", "!ValueError: empty separator"),
            ("{{ 'a'.index('z') }}", "!ValueError: substring not found"),
            ("{{ ','.join([1]) }}", "!TypeError: sequence item 0: expected str instance, int found"),
            ("{{ 'a'.upper(1) }}", "!TypeError: str.upper() takes no arguments (1 given)"),
            ("{{ 1() }}", "!TypeError: 'int' object is not callable"),
        ],
    );
}

#[test]
fn the_sandbox_refuses_by_name() {
    check(
        &json!({"l": [1], "d": {"_y": 1, "__class__": 2}}),
        &[
            ("{{ l.append }}{{ l.append is defined }} {{ d._y }} {{ d['__class__'] }}", "False 1 2"),
            ("{{ l.append(1) }}", "!SecurityError: access to attribute 'append' of 'list' object is unsafe."),
            ("{{ d.pop('_y') }}", "!SecurityError: access to attribute 'pop' of 'dict' object is unsafe."),
            (
                "{{ ''.__class__.x }}",
                "!SecurityError: access to attribute '__class__' of 'str' object is unsafe.",
            ),
            ("{{ '{0.__class__}'.format(1) }}", ""),
            (
                "{% set ns = namespace(_x=1) %}",
                "!SecurityError: Chat templates cannot store underscore-prefixed attributes on a namespace, but got '_x'. Please rename the attribute.",
            ),
            ("{% set d.a = 1 %}", "!TemplateRuntimeError: cannot assign attribute on non-namespace object"),
            (
                "{{ range(100001) }}",
                "!OverflowError: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
            ),
            ("{{ debug() }}", "!UndefinedError: 'debug' is undefined"),
        ],
    );
}

#[test]
fn lazy_filters_are_used_up() {
    check(
        &json!({"l": ["b", "A", "a"]}),
        &[
            ("{{ l|map('upper') == ['B', 'A', 'A'] }} {{ l|map('upper') != ['B', 'A', 'A'] }}", "False True"),
            (
                "{% set g = l|map('upper') %}{{ g == g }} {{ g == [] }} {{ g|list }}",
                "True False ['B', 'A', 'A']",
            ),
            (
                "{{ range(2) == [0, 1] }} {{ [0, 1] == range(2) }} {{ range(2) == range(2) }}",
                "False False True",
            ),
            ("{% set g = l|map('upper') %}{{ g|list }}{{ g|list }}{{ 'yes' if g }}", "['B', 'A', 'A'][]yes"),
            ("{{ l|map('upper')|length }}", "!TypeError: object of type 'generator' has no len()"),
            (
                "{{ (l|map('upper'))[0] is defined }} {{ l|sort }} {{ l|unique|join }}",
                "False ['A', 'a', 'b'] bA",
            ),
            ("{{ l|select('equalto', 'a')|first }} {{ l|reject('in', ['a'])|list }}", "a ['b', 'A']"),
            ("{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}{{ v }}{% endfor %}", "a2b1"),
            (
                "{% for g in [{'k': 'x', 'v': 1}, {'k': 'X', 'v': 2}]|groupby('k') %}{{ g.grouper }}{{ g.list|map(attribute='v')|list }}{% endfor %}",
                "x[1, 2]",
            ),
            ("{{ [1, 'a']|sort }}", "!TypeError: '<' not supported between instances of 'str' and 'int'"),
            ("{{ l|map('nope')|list }}", "!TemplateRuntimeError: No filter named 'nope'."),
        ],
    );
}

#[test]
fn tojson_has_python_s_arguments() {
    check(
        &json!({"d": {"b": "é<&'\"", "a": [1.0, null]}}),
        &[
            ("{{ d|tojson }}", "{\"b\": \"é<&'\\\"\", \"a\": [1.0, null]}"),
            ("{{ d|tojson(true) }}", "{\"b\": \"\\u00e9<&'\\\"\", \"a\": [1.0, null]}"),
            ("{{ d|tojson(indent=2) }}", "{\n  \"b\": \"é<&'\\\"\",\n  \"a\": [\n    1.0,\n    null\n  ]\n}"),
            ("{{ {'b': 1, 'a': []}|tojson(separators=(',', ':'), sort_keys=true) }}", "{\"a\":[],\"b\":1}"),
            (
                "{{ (1, 2e22, {none: true, 2: 1e400})|tojson }}",
                "[1, 2e+22, {\"null\": true, \"2\": Infinity}]",
            ),
            ("{{ range(2)|tojson }}", "!TypeError: Object of type range is not JSON serializable"),
            (
                "{{ d|tojson(foo=1) }}",
                "!TypeError: _cached_compile_jinja_template.<locals>.tojson() got an unexpected keyword argument 'foo'",
            ),
        ],
    );
}

#[test]
fn markup_escapes_what_it_meets() {
    check(
        &json!({"s": "<b>"}),
        &[
            ("{{ s|safe + '<c>' }} {{ '<' + s|safe }} {{ s|safe ~ '<c>' }}", "<b>&lt;c&gt; &lt;<b> <b><c>"),
            (
                "{{ [s|safe] }} {{ s|e }} {{ s|e|e }} {{ s|safe|forceescape }}",
                "[Markup('<b>')] &lt;b&gt; &lt;b&gt; &lt;b&gt;",
            ),
            (
                "{{ ('%s'|safe) % s }} {{ ('{}'|safe).format(s) }} {{ ('<'|safe).join([s]) }}",
                "&lt;b&gt; &lt;b&gt; &lt;b&gt;",
            ),
            ("{% autoescape true %}{{ s }}{{ s|safe }}{% endautoescape %}{{ s }}", "&lt;b&gt;<b><b>"),
        ],
    );
}

#[test]
fn scopes_are_python_s() {
    check(
        &json!({"x": 5}),
        &[
            ("{% set s %}{% set y = 1 %}a{% endset %}{{ s }}{{ y is defined }}", "aFalse"),
            ("{% generation %}{% set y = 1 %}{{ y }}{% endgeneration %}{{ y is defined }}", "1False"),
            ("{% with a = 1, b = a %}{{ b is defined }}{% endwith %}", "False"),
            ("{% macro f(a, b=a, c=b) %}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}{{ f(1, c=2) }}", "1112"),
            ("{% macro f(a=x) %}[{{ a }}]{% endmacro %}{{ f(nope) }}{{ f() }}", "[][5]"),
            (
                "{% macro f() %}{{ caller('y') }}{% endmacro %}{% call(a) f() %}{{ a }}{{ x }}{% endcall %}",
                "y5",
            ),
            (
                "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}",
                "!TypeError: macro 'f' takes not more than 1 argument(s)",
            ),
            (
                "{% macro f(a) %}{% endmacro %}{{ f(b=2) }}",
                "!TypeError: macro 'f' takes no keyword argument 'b'",
            ),
            (
                "{% for i in [1, 2, 3] if i != 2 %}{{ loop.index }}{{ i }}{% if loop.last %}!{% endif %}{% endfor %}",
                "1123!",
            ),
            (
                "{% for i in [[1, [2]], 3] recursive %}{{ loop(i) if i is sequence else i }}{% endfor %}",
                "123",
            ),
            (
                "{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% else %}e{% endfor %}",
                "13",
            ),
            (
                "{% set ns = namespace(a=1) %}{% for i in [1, 2] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}",
                "4",
            ),
        ],
    );
}

#[test]
fn white_space_and_literals_are_jinja2_s() {
    check(
        &json!({"x": true}),
        &[
            ("a\n  {% if x %}\n  b\n  {%- endif %}\nc\n", "a\n  bc"),
            ("{% raw %}\n{{ a }}{% endraw %}\nb", "\n{{ a }}b"),
            ("a\r\nb\rc{{ '\r\n' == '\n' }}{{ '\\r\\n'|length }}", "a\nb\ncTrue2"),
            ("{#- c -#}  {{- 1 }}\n{% generation %}\n x{%- endgeneration %}\n.", "1\n x."),
            (r"{{ 'a\/\x41' 'b\v' }}", "a\\/Ab\u{b}"),
            ("{ {{ '{%' }} {{ '}}' }} }", "{ {% }} }"),
            ("{{ strftime_now('%d %b %Y, %-H') }}", "04 Jul 2026, 12"),
        ],
    );
}

#[test]
fn unknown_names_are_told_when_the_reference_tells_them() {
    check(
        &json!({}),
        &[
            ("{{ 1|nope }}", "!TemplateAssertionError: No filter named 'nope'."),
            ("{{ 1|split }}", "!TemplateAssertionError: No filter named 'split'."),
            ("{{ 1 is safe }}", "!TemplateAssertionError: No test named 'safe'."),
            ("{% if false %}{{ 1|nope }}{% endif %}a{{ 1|nope if false else 2 }}", "a2"),
            ("{% if true %}{{ 1|nope }}{% endif %}", "!TemplateRuntimeError: No filter named 'nope' found."),
            (
                "{% if false %}{% for i in [] %}{{ 1|nope }}{% endfor %}{% endif %}",
                "!TemplateAssertionError: No filter named 'nope'.",
            ),
        ],
    );
}
