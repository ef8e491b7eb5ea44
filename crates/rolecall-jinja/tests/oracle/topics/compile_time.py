"""What is found while compiling: folded constants, unknown filters and tests inside and outside of branches."""

PLACES = ["{{ X }}", "{% if true %}{{ X }}{% endif %}ok", "{% if false %}{{ X }}{% endif %}ok", "{% if X %}{% endif %}ok", "{% if false %}{% elif X %}{% endif %}ok", "{% if true %}a{% elif X %}{% endif %}ok", "{% if false %}a{% else %}{{ X }}{% endif %}ok", "{% if true %}a{% else %}{{ X }}{% endif %}ok",
          "{% for q in [] %}{{ X }}{% endfor %}ok", "{% for q in [] %}{% if true %}{{ X }}{% endif %}{% endfor %}ok", "{% if false %}{% for q in [] %}{{ X }}{% endfor %}{% endif %}ok", "{% if false %}{% for q in X %}{% endfor %}{% endif %}ok", "{% if false %}{% for q in [] if X %}{% endfor %}{% endif %}ok", "{% if false %}{% for q in [] %}{% else %}{{ X }}{% endfor %}{% endif %}ok",
          "{% macro f() %}{{ X }}{% endmacro %}ok", "{% macro f(a=X) %}{% endmacro %}ok", "{% if false %}{% macro f() %}{{ X }}{% endmacro %}{% endif %}ok", "{% macro f() %}{% if false %}{{ X }}{% endif %}{% endmacro %}{{ f() }}ok", "{% if false %}{% macro f(a=X) %}{% endmacro %}{% endif %}ok",
          "{% set v = X %}ok", "{% if false %}{% set v = X %}{% endif %}ok", "{% if false %}{% set v %}{{ X }}{% endset %}{% endif %}ok", "{% set v %}{% if false %}{{ X }}{% endif %}{% endset %}ok", "{% with v = X %}{% endwith %}ok", "{% if false %}{% with v = X %}{% endwith %}{% endif %}ok", "{% if false %}{% with %}{{ X }}{% endwith %}{% endif %}ok",
          "{{ X if false else 'ok' }}", "{{ 'ok' if true else X }}", "{{ 1 if X else 2 }}", "{{ X if true else 'ok' }}", "{{ (X if x else 1) if false else 'ok' }}", "{{ [1, X if false] }}", "{{ f(X) if false }}ok", "{{ true or X }}", "{{ false and X }}", "{{ [X] if false }}ok", "{{ (1 if false else X)|upper }}",
          "{% filter upper %}{{ X }}{% endfilter %}", "{% if false %}{% filter upper %}{{ X }}{% endfilter %}{% endif %}ok", "{% if false %}{% call f() %}{{ X }}{% endcall %}{% endif %}ok", "{% if false %}{% call f(X) %}{% endcall %}{% endif %}ok", "{% if false %}{% generation %}{{ X }}{% endgeneration %}{% endif %}ok", "{% if false %}{% autoescape X %}{% endautoescape %}{% endif %}ok", "{% if false %}{% autoescape true %}{{ X }}{% endautoescape %}{% endif %}ok",
          "{% if false %}{% include X %}{% endif %}ok", "{% block b %}{{ X }}{% endblock %}ok", "{% if false %}{% block b %}{{ X }}{% endblock %}{% endif %}ok", "{% block b %}{% if false %}{{ X }}{% endif %}{% endblock %}ok", "{% if false %}{% print X %}{% endif %}ok", "{% if false %}{% if true %}{{ X }}{% endif %}{% endif %}ok", "{% if false %}{% set ns.x = X %}{% endif %}ok", "{{ {'a': X if false else 1} }}", "{{ range(X) if false else 1 }}"]

UNKNOWN = ["'a'|nope", "x|nope", "x|upper|nope", "x|nope|upper", "x|nope(1)", "x is nope", "x is not nope", "'a' is nope(1)", "x|default(y|nope)", "x|map('nope')", "x is eq(y|nope)", "(x|nope).y", "x[y|nope]", "l|map('upper')|nope", "x|nope.bar"]

CONSTANTS = ["1/0", "1//0", "1%0", "'a' + 1", "1 + 'a'", "-'a'", "none + 1", "[1] + (2,)", "'a' * 'b'", "1 < 'a'", "[] < 1", "none < none", "1 in 'a'", "1 in 5", "'a'|int + 'b'", "'a'|abs", "5|length", "none|list", "5|join", "'%d' % 'a'", "'%d' % 1.5", "'{}'.format()",
             "'{}'.format(1)", "'a'.nope", "'a'.nope.x", "'a'.upper()", "[1, 2][5]", "[1, 2][5].x", "{'a': 1}.b", "{'a': 1}.b.c", "{'a': 1}.b()", "5()", "'a'()", "none.x", "none.x.y", "1.5.x", "[1].append(2)", "[].append", "'a'.__class__", "'a'['x']", "{}['x']", "{[]: 1}", "{1: 2}[[]]", "(1, 2)[1:]", "5[1:]", "'abc'[::0]", "2 ** -1", "0 ** -1",
             "1e400", "-1e400", "1e400 + 1", "[1e400]", "1e400 ~ ''", "1e400|string", "1e400|int", "1e400|float", "1e400 > 1", "1e400 == 1e400", "1e400 == x", "1e400 > x", "(1e400, x)", "{'a': 1e400}", "{'a': 1e400, 'b': x}", "[1e400, x]", "x == 1e400", "1e400 if true else x", "1e400 if x else 2", "1e400 and x", "1e400 or x", "not 1e400", "-(1e400)", "1e400 - 1e400", "(1e400 - 1e400) == 1", "'inf'|float", "('inf'|float) + x|default(1)",
             "1e308 * 10", "x|default(1e400)", "f(1e400)", "range(1e400)", "'%s' % 1e400", "'%f' % 1e400", "'{}'.format(1e400)", "[1e400][0]", "[1e400, 2][1]", "1e400 is number", "1e400 is defined", "1e400|tojson", "[1e400]|tojson", "1e400|default(x)", "1e400|round", "1e400|abs", "1e400|e", "namespace(a=1e400)", "dict(a=1e400)", "[1e400]|join", "x ~ 1e400", "1e400 ~ x", "1e400 in [1e400]", "1e400 in l",
             "'<'|safe", "'<'|e", "'<'|safe + '<'", "['<'|safe, 1]", "'<'|safe ~ x", "'a'|upper", "'a'|upper ~ x", "[3, 1]|sort", "[3, 1]|sort + l|default([])", "[1, 2]|map('string')|list", "[1, 2]|first", "[]|first", "[]|first|default(5)", "([]|first).x", "'abc'|random is string", "[1, 2]|sum", "{'b': 1, 'a': 2}|dictsort", "'a b'|wordcount", "'x'|tojson", "[1, 'x']|tojson", "5|string + 'x'", "not 5", "not ''", "1 < 2 < 3", "1 < 2 < 'a'", "3 < 2 < 'a'", "1 and 1/0", "0 and 1/0", "1 or 1/0", "0 or 1/0", "1 if true else 1/0", "1/0 if false else 1", "[1/0]", "(1/0, 2)", "{'a': 1/0}", "x or 1/0", "1/0 or x", "true and 'a' + 1",
             "2 ** 200", "2 ** 20000", "[2 ** 20000]", "2 ** 20000 > 1", "2 ** 20000 > x|default(1)", "(2 ** 20000)|string", "'a' * 10", "[0] * 10", "'a' * 0", "10 ** 20", "5 // 2 * 1.0", "-7 // 2", "-7 % 3", "true + true", "'a' in 'abc'", "'a' 'b'", "[1, 2, 3][1:]", "'abc'[1]", "'abc'[-1]", "'abc'|length", "'a,b'.split(',')", "1 ~ 2", "none ~ true", "1.0 ~ ''", "[1] ~ ''", "1|filesizeformat", "'a'|attr('upper')", "'a'|default('b')", "5 is odd", "'a' is odd", "5 is divisibleby 0", "5 is in 5", "5 is eq", "'A' is upper", "'x'|replace('x')", "'x'|upper(1)", "'x'|indent('a', 'b', 'c', 'd')", "''|default", "1|round(method='x')", "'a'|center(5)", "'a'|truncate(1, true, 'xxxx')"]

FOLDED = ["{{ X }}", "{% if false %}{{ X }}{% endif %}ok", "{% set v = X %}{{ v }}", "{% for q in [1] %}{{ X }}{% endfor %}", "a{{ b }}{{ X }}c", "{% if X %}yes{% else %}no{% endif %}", "{{ [X, x] }}", "{{ x|default(X) }}", "{% macro f(v=X) %}{{ v }}{% endmacro %}{{ f() }}"]

# What is found first, what is evaluated first, and what is written down by the code that Jinja2 makes.
ORDER = '''
{% if l %}{% break %}{% endif %}{% for loop in l %}{% endfor %}
{% block a %}{{ x|nope }}{% endblock %}{% for loop in l %}{% endfor %}
{% extends 'a' %}{{ x|nope }}
{% extends 'a' %}{% for q in l %}{{ x|nope }}{% endfor %}
{% extends 'a' %}{% for loop in l %}{{ x|nope }}{% endfor %}
{{ x|nope }}{% extends 'a' %}
{{ 1e400 if l }}
{{ 1e400 if l else 2 }}
{{ nope.upper(1e400) }}
{{ range(a=nope.x, *n) }}
{{ range(*l, a=nope.x) }}
{{ (1 == 2 in w)[1:] }}
{{ (1 == 2 in w) }}
{{ (1 == 2 in w) ~ 'a' }}
{% for x in 10**25 ** 1000 %}{% endfor %}
{% set q = nope %}{% set q.v %}A{% endset %}
{% set q = nope %}{% set q.v = 1 %}
{% set q.v %}A{% endset %}
{% for q.v in l %}A{% endfor %}
x{% generation %}x{% filter list %}b{% endfilter %}{% endgeneration %}
{{ 1 }}{% set x %}{% filter list %}b{% endfilter %}{% endset %}
{{ (3).to_bytes('a', 1.5) }}
{{ (3).to_bytes(1, 1.5) }}
{{ x|nope|nope2 }}
{% filter nope|nope2 %}a{% endfilter %}
{% for x in l|nope if x is nope2 %}{% endfor %}
{{ range(a=x|nope, *(y|nope2)) }}
{{ x is nope2(y|nope) }}
{% set s.q|nope %}a{{ x|nope2 }}{% endset %}
{% if l %}{% break %}{% endif %}{% set s|replace('x', y) %}{% endset %}
{% macro m(a, a) %}{% endmacro %}{{ l|nope }}
{{ range(a=1, a=2) }}{{ l|nope }}
{% set q = nope %}{% block a %}{% set q.v %}A{% endset %}{% endblock %}
{% set q = nope %}{% for x in l %}{% set q.v %}A{% endset %}{% endfor %}
{% set q = nope %}{% macro m() %}{% set q.v %}A{% endset %}{% endmacro %}{{ m() }}
{% macro m(q) %}{% set q.v %}A{% endset %}{% endmacro %}{{ m() }}
{% for x in l %}{% set q.v %}A{% endset %}{% set q = nope %}{% endfor %}
{% for x in l %}{% set q = nope %}{% set q.v %}A{% endset %}{% endfor %}
{% if n %}{% set q = 1 %}{% endif %}{% set q.v %}A{% endset %}
{% set q.v %}A{% endset %}{% set q = 1 %}
{% set n.v %}A{% endset %}
{{ (false[1:]) if l }}
{{ (false[1:]) ~ l }}
{{ (false[1:]) + l }}
{{ [1e400] if l }}
{{ (1e400 if l) ~ 'a' }}
{{ 'a' ~ 1e400 }}
{{ (1 if l else 1e400) }}
{{ nope.upper(-1e400) }}
{{ nope.upper([1]) }}
{{ nope.upper(a=1e400) }}
{{ nope(1e400) }}
{{ nope|upper(1e400) }}
{{ nope.x.upper(1e400) }}
{{ n.upper(l.x.y) }}
{% for x in (10**25 ** 1000)|string %}{% endfor %}
{% for x in -(10**25 ** 1000) %}{% endfor %}
{% for x in [10**25 ** 1000] %}{% endfor %}
{% for x in 10**25 ** 1000 + 1 %}{% endfor %}
{% for x in (10**25 ** 1000) > 1 %}{% endfor %}
{% for x in 10**5000 %}{% endfor %}
{% for x in 10**25000 %}{% endfor %}
{% set x = 10**25 ** 1000 %}
{% set x = 7 ** 100000 %}
{% set x = 7 ** 100000 % 10 %}{{ x }}
{{ range(*1e400, a=nope.x) }}
{{ range(*(l|map('nope')), a=nope.x) }}
{{ l|join(*n, d=nope.x) }}
{{ l is eq(*n, d=nope.x) }}
{{ range(*n, **nope.x) }}
{{ range(a=nope.x, **n) }}
x{% generation %}x{% endgeneration %}{% filter list %}b{% endfilter %}
x{% for i in [1,2] %}{{ i }}{% endfor %}{% filter list %}b{% endfilter %}
x{{ 1 }}{% for i in [1,2] recursive %}{{ i }}{% endfor %}{% filter list %}b{% endfilter %}
{% extends 'a' %}{% extends 'b' %}{% for loop in l %}{% endfor %}
{% extends 'a' %}{{ 10**5000 }}
{% if l %}{% extends 'a' %}{% endif %}{{ x|nope }}
{% if n %}{% extends 'a' %}{% endif %}a{{ l }}
{% block a %}{% block b %}{% block c %}{{ l|nope }}{% endblock %}{% endblock %}{{ l|nope2 }}{% endblock %}
{% block b %}{% block c %}{{ l|nope }}{% endblock %}{% endblock %}{% block a %}{{ l|nope2 }}{% endblock %}
'''.strip().splitlines()

CASES = [
    *((place.replace("X", unknown), {}) for place in PLACES for unknown in ["'a'|nope", "x|nope", "x is nope"]),
    *((place.replace("X", unknown), {}) for place in PLACES[:5] for unknown in UNKNOWN),
    *((folded.replace("X", constant), {}) for folded in FOLDED[:4] for constant in CONSTANTS),
    *((folded.replace("X", constant), {}) for folded in FOLDED[4:] for constant in CONSTANTS[::2]),
    *((place.replace("X", constant), {}) for place in PLACES for constant in ["1/0", "1e400", "[1e400, x]"]),
    *((source, {"l": [1], "w": ["b"], "n": None}) for source in ORDER),
]
