"""Generators, iterators and views: used up once, always true, without length."""

from common import each

MAKERS = ["l|map('string')", "l|select", "l|reject", "users|selectattr('admin')", "users|rejectattr('admin')", "l|batch(2)", "l|slice(2)", "l|unique", "flat|items", "l|reverse",
          "flat.items()", "flat.keys()", "flat.values()", "range(3)", "'abc'|reverse", "e|map('string')", "e|reverse", "flat|reverse"]

TEMPLATES = [
    "{% set g = @ %}{{ g|list }}{{ g|list }}",
    "{% set g = @ %}{% for x in g %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %},{% endif %}{% endfor %}|{% for x in g %}{{ x }}{% else %}none{% endfor %}",
    "{% set g = @ %}{{ g|first }}|{{ g|first }}|{{ g|list|length }}",
    "{% set g = @ %}{% if g %}yes{% else %}no{% endif %}{{ g is iterable }}{{ g is sequence }}{{ g is mapping }}{{ g is string }}{{ g is callable }}{{ g is none }}{{ g is defined }}{{ g is true }}",
    "{% set g = @ %}{{ g|length }}",
    "{% set g = @ %}{{ g|last }}",
    "{% set g = @ %}{{ g[0] }}",
    "{% set g = @ %}{{ g[0].x }}",
    "{% set g = @ %}{{ g[1:] }}",
    "{% set g = @ %}{{ g|tojson }}",
    "{% set g = @ %}{{ g + [1] }}",
    "{% set g = @ %}{{ [1] + g }}",
    "{% set g = @ %}{{ g|list + [1] }}",
    "{% set g = @ %}{{ '3' in g }}{{ '3' in g }}",
    "{% set g = @ %}{{ g == g }}{{ g == [1] }}{{ g != g }}",
    "{% set g = @ %}{{ g|join(',') }}|{{ g|join(',') }}",
    "{% set g = @ %}{{ g|sort|length }}{{ g|list|length }}",
    "{% set g = @ %}{{ g|map('string')|join('/') }}",
    "{% set g = @ %}{{ g|reverse|list }}",
    "{% set g = @ %}{{ g is lt 1 }}",
    "{% set g = @ %}{{ g * 2 }}",
    "{% set g = @ %}{{ g|max }}|{{ g|min }}",
    "{% set g = @ %}{{ g.nope }}{{ g.nope.x }}",
    "{% set g = @ %}{{ g() }}",
    "{% set g = @ %}{{ 'a' in g }}{{ g|list }}",
    "{% set a, b, c = @ %}{{ a }}{{ b }}{{ c }}",
    "{% set a, b = @ %}{{ a }}{{ b }}",
    "{% for x in @ %}{{ x }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }}{% if loop.index == 2 %}{% break %}{% endif %}{% endfor %}",
    "{% set g = @ %}{% for x in g %}{% break %}{% endfor %}{{ g|list }}",
    "{% set g = @ %}{% for x in g %}{{ loop.last }}{% break %}{% endfor %}{{ g|list }}",
    "{% set g = @ %}{% for x in g %}{{ loop.length }}{% break %}{% endfor %}{{ g|list }}",
    "{% set g = @ %}{% for x in g %}{{ loop.nextitem }}{% break %}{% endfor %}{{ g|list }}",
    "{% set g = @ %}{% for x in g if x %}{{ x }}{% endfor %}|{{ g|list }}",
    "{% set g = @ %}{% for x in g %}{% for y in g %}{{ y }}{% endfor %}|{% endfor %}",
    "{% macro f(x) %}{{ x|list }}{% endmacro %}{% set g = @ %}{{ f(g) }}{{ f(g) }}",
    "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(*@) }}",
    "{% set ns = namespace(g=@) %}{{ ns.g|list }}{{ ns.g|list }}",
    "{% set d2 = {'g': @} %}{{ d2.g|list }}{{ d2.g|list }}",
    "{% set g = @ %}{% set h = g %}{{ h|list }}{{ g|list }}",
    "{% set g = (@)|list %}{{ g|list }}{{ g|list }}{{ g[0] }}",
    "{{ dict(@) }}",
    "{{ (@)|string|length > 5 }}",
    "{{ '%s-%s-%s' % (@) }}",
    "{{ ','.join(@) }}",
    "{{ {@: 1}|length }}",
    "{{ 1 if @ else 2 }}",
    "{{ not (@) }}",
    "{{ (@) and 1 }}",
    "{{ (@)|groupby(0)|length }}",
]

CASES = [
    *(template.replace("@", maker) for maker in MAKERS for template in TEMPLATES),
    # Errors appear where an item is asked for, after what has been done before.
    "{% for x in ['1', '2', n]|map('length') %}{{ x }}{% endfor %}",
    "{% set g = [1, 0]|map('nope') %}a{{ g|list }}",
    "{% set g = users|map(attribute='nope.x') %}a{{ g|first }}",
    "{% set g = ['a', 1]|map('upper') %}{{ g|first }}{{ g|first }}",
    "{% set g = [1, n, 2]|map('abs') %}{{ g|first }}{% for x in g %}{{ x }}{% endfor %}",
    "{% set g = [1, n]|map('abs') %}{% for x in g %}{{ x }}{% if loop.first %}{% break %}{% endif %}{% endfor %}",
    "{% set g = [1, n]|map('abs') %}{% for x in g %}{{ x }}{{ loop.last }}{% endfor %}",
    "{% set x = 5 %}{% set g = l|map('default', x) %}{% set x = 6 %}{{ g|list }}",
    "{% set ns = namespace(v=1) %}{% set g = [ns]|map(attribute='v') %}{% set ns.v = 2 %}{{ g|list }}",
    "{% set ns = namespace(v=2) %}{% set g = [ns]|selectattr('v', 'gt', 1) %}{% set ns.v = 0 %}{{ g|list }}",
    "{% set g = l|map('string') %}{% set h = g|map('int') %}{{ g|first }}{{ h|list }}",
    "{% set g = l|select('odd') %}{{ g|list|length }}{{ g|list|length }}",
    "{% set g = [1, 2, 3, 4]|select('odd') %}{{ g|first }}{% for x in g %}{{ x }}{{ loop.first }}{% endfor %}",
    "{% set g = range(5)|batch(2) %}{{ g|first }}{{ g|list }}",
    "{% set i = 0 %}{% for k, v in d|items %}{{ k }}{% endfor %}",
    "{% for k, v in d.items()|list %}{{ k }}{{ v }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for k in d.keys() %}{{ k }}{% endfor %}{% for v in d.values() %}{{ v }}{% endfor %}",
    "{% for g in users|groupby('age') %}{{ g.grouper }}:{{ g.list|map(attribute='name')|join(',') }};{% endfor %}",
    "{% for age, people in users|groupby('age') %}{{ age }}:{{ people|length }};{% endfor %}",
    "{% for row in range(7)|batch(3, '-') %}{{ row|join(' ') }}\n{% endfor %}",
    "{% for column in range(7)|slice(3) %}{{ loop.index }}:{{ column|join(',') }};{% endfor %}",
    "{% set g = messages|selectattr('role', 'eq', 'user') %}{{ (g|list)[-1].content }}",
    "{% set g = messages|selectattr('role', 'eq', 'user') %}{{ g[-1].content }}",
    "{% set g = messages|selectattr('role', 'eq', 'nope') %}{% if g %}{{ (g|first).content }}{% endif %}",
    "{% set g = messages|selectattr('role', 'eq', 'nope')|list %}{% if g %}x{% else %}none{% endif %}",
    "{% set g = messages|map(attribute='role') %}{{ 'system' in g }}{{ 'system' in g }}{{ g|list }}",
    *each("""
        (l|map("string"))|list|length
        (l|map("string"))|length
        (l|map("string")).x
        (l|map("string"))[0]
        (l|map("string"))[0] is defined
        (l|map("string"))|map("int")|sum
        l|map("int")|sort
        l|map("int")|list == l
        l|map("int") == l
        l|map("int") is iterable
        l|map("int") is sequence
        l|map("int") is mapping
        l|map("int")|first
        l|map("int")|last
        l|map("int")|max
        l|map("int")|unique|list
        l|map("int")|batch(2)|list
        l|map("int")|slice(2)|list
        l|map("int")|items
        l|map("int")|dictsort
        l|map("int")|reverse
        l|map("int")|random
        l|map("int")|count
        l|map("int")|tojson
        [l|map("int")]|tojson
        l|map("int")|abs
        l|map("int")|round
        l|map("int")|int
        l|map("int") + l
        l|map("int") ~ ""|length
        l|reverse|length
        l|reverse|last
        l|reverse|first
        l|reverse|tojson
        l|reverse is sequence
        l|reverse is iterable
        (l|reverse)[0]
        l|batch(2)|length
        l|unique|length
        d|items|length
        range(3)|reverse|first
        range(3)|tojson
        flat.items()|tojson
        flat.keys()|tojson
        [flat.values()]|tojson
        flat.items()|length
        flat.items()|last
        "one" in flat.keys()
        ("one", 1) in flat.items()
        ["one", 1] in flat.items()
        1 in flat.values()
        [] in flat.keys()
        ([], 1) in flat.items()
        flat.keys() == flat.keys()
        flat.keys() is iterable
        flat.keys() is sequence
        flat.keys() and 1
        {}.keys() and 1
        {}.items()|list
        not {}.values()
        range(0) and 1
        not range(0)
    """),
]
