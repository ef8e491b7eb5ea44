"""What Jinja2 writes as Python code, and what Python takes that for: signs of constants, names of arguments."""

NEGATIVE = ["-2", "-2.5", "-0.0", "(1 - 3)", "[-2][0]", "-2|int", "-2**3", "-9223372036854775808", "-2**64", "-true", "(-1 if true else x)"]
POWERS = ["{} ** x", "{} ** y ** x", "{} ** (x / 4)", "{} ** s", "{} ** nope", "x ** {}", "{} ** 2", "{} ** 2 ** x", "2 * {} ** x + 1", "[{} ** x]", "{} ** x == 4", "1 - {} ** x ~ 'a'"]

NAMED = [
    "if=1, if=2", "a=1, a=2, if=3", "if=1, **{'if': 2}", "if=1, **{'a': 2}", "if=1, **x", "if=1, **nope", "if=1, **{1: 2}", "if=1, a=2, **{'b': 3, 'a': 4}",
    "a=x/0, *s.foo.bar", "if=x/0, *s.foo.bar", "if=x/0, *x", "if=x/0, **s.foo.bar", "None=1, True=2, class=3", "if=1, caller=2", "caller=2", "_loop_vars=1, a=2", "_block_vars=1",
    "**{'_loop_vars': 1}", "self=1", "*[], if=1", "1, if=2", "print=1, print2=2, async=3",
]
CALLS = [
    "{{ dict(X) }}", "{% macro f() %}{{ kwargs }}{{ varargs }}{% endmacro %}{{ f(X) }}",
    "{% macro f() %}{{ kwargs }}{{ caller() }}{% endmacro %}{% call f(X) %}x{% endcall %}",
    "{% macro f(class=4, a=5) %}{{ class }}{{ a }}{{ kwargs }}{% endmacro %}{{ f(X) }}",
    "{{ s|replace('a', X) }}", "{{ s is eq(X) }}", "{{ 'abc'.split(X) }}", "{{ joiner(X) }}", "{{ cycler(X) }}", "{{ range(X) }}",
]

FOLDED = """
{{ 'abc'|replace('a', new='x', new='y') }}
{{ 'abc'|replace('a', new='x', **{'new': 'y'}) }}
{{ 'abc'|replace('a', **[('new', 'y')]) }}
{{ 'abc'|replace('a', **['ab']) }}
{{ 'abc'|replace(*['a', 'b']) }}
{{ 'abc'|replace(*'ab') }}
{{ 'abc'|replace(*1) }}
{{ 'abc'|replace('a', *none) }}
{{ 'abc'|replace('a', 'b', **{1: 2}) }}
{{ 'abc'|replace('a', 'b', **1) }}
{{ 3 is divisibleby(num=2, num=3) }}
{{ 3 is divisibleby(**{'num': 3}) }}
{{ 3.7|round(method='floor', **{'method': 'ceil'}) }}
{{ s|replace('a', new='x', **{'new': 'y'}) }}
{{ s|replace('a', **[('new', 'y')]) }}
""".strip().splitlines()

FILLED = """
l|map(value=1)|list
l|map(context=1)|list
l|map('string', value=1)|list
l|select(value=1)|list
l|select('eq', context=1)|list
l|reject(value=1)|list
l|reject('eq', args=1)|list
l|selectattr(value=1)|list
l|rejectattr('x', 'eq', value=1)|list
s|format(value=1)
'%(value)s'|format(value=1)
'%(a)s'|format(1, value=1)
l|batch(value=1)
l|join(eval_ctx=1)
l|join(value=1)
l|first(environment=1)
l|first(seq=1)
l|groupby(environment=1)
l|sum(environment=1)
s|truncate(env=1)
s|replace(eval_ctx=1)
d|xmlattr(eval_ctx=1)
s|urlize(eval_ctx=1)
s|wordwrap(environment=1)
x is filter(env=1)
x is in(seq=1, value=2)
l|tojson(x=1)
cycler(1).next(self=1)
joiner()(self=1)
joiner()(1)
namespace(self=1).self
s.format(self=1)
'{self}'.format(self=1)
""".strip().splitlines()

OBJECTS = """
{% for i in l %}{{ loop.cycle(self=1) }}{% endfor %}
{% for i in l %}{{ loop.changed(self=1) }}{% endfor %}
{% for i in l recursive %}{{ loop(self=1) }}{% endfor %}
{% block b %}{{ self.b(self=1) }}{% endblock %}
{% macro m(a) %}{{ a }}{{ kwargs }}{% endmacro %}{{ m(self=1) }}
{{ (1).from_bytes(a=1) }}
{{ dict(l|map('batch', 2)) }}
""".strip().splitlines()

CONTEXT = {"x": 2, "y": 3, "s": "ab", "l": [1, 2], "d": {"a": 1}}
CASES = [
    *(("{{ " + power.format(number) + " }}", CONTEXT) for power in POWERS for number in NEGATIVE),
    *(("{% autoescape x %}{{ " + number + " ** x }}{% endautoescape %}", CONTEXT) for number in NEGATIVE),
    *((call.replace("X", named), CONTEXT) for call in CALLS for named in NAMED),
    *((source, CONTEXT) for source in FOLDED),
    *(("{{ " + expression + " }}", CONTEXT) for expression in FILLED),
    *((source, CONTEXT) for source in OBJECTS),
]
