"""Loops: the variable `loop`, unpacking, filters, else, break and continue, recursion."""

from common import MACRO, VALUES, each, shown

ATTRIBUTES = """index index0 revindex revindex0 first last length depth depth0 previtem nextitem cycle('a','b') changed(x) changed() changed(x,1)
nope nope.x __class__ _length _iterator cycle() cycle cycle(1)|string index.x index() changed(loop.first) _x iterable""".split()
ITERABLES = ["[1, 2, 3]", "[1]", "[]", "'ab'", "(1, 2)", "flat", "flat.items()", "range(3)", "l|map('string')", "[1, 1, 2]|unique", "l|reverse", "[1, 1, 2]"]

CASES = [
    *("{% for x in ITER %}{{ loop.ATTR }},{% else %}none{% endfor %}".replace("ITER", iterable).replace("ATTR", attribute) for attribute in ATTRIBUTES for iterable in ITERABLES),
    *((MACRO if value == "m" else "") + "{% for x in V %}{{ x }};{% else %}none{% endfor %}".replace("V", value) for value in VALUES.values()),
    *((MACRO if value == "m" else "") + "{% for x, y in V %}{{ x }}-{{ y }};{% else %}none{% endfor %}".replace("V", value) for value in VALUES.values()),
    *((MACRO if value == "m" else "") + "{% for x, y in [V] %}{{ x }}-{{ y }};{% else %}none{% endfor %}".replace("V", value) for value in VALUES.values()),
    *((MACRO if value == "m" else "") + "{% for x in V if x %}{{ x }}{{ loop.index }}{{ loop.last }};{% else %}none{% endfor %}".replace("V", value) for value in VALUES.values()),
    *((MACRO if value == "m" else "") + "{% for x in V recursive %}{{ x }}{% else %}none{% endfor %}".replace("V", value) for value in VALUES.values()),
    *(("{% for x in xs if COND %}{{ x }}:{{ loop.index }}/{{ loop.length }}{{ loop.first }}{{ loop.last }}{{ loop.previtem }}{{ loop.nextitem }};{% else %}none{% endfor %}".replace("COND", condition), {"xs": [1, 2, 3, 4, 5], "y": 3})
      for condition in ["x > 2", "x is odd", "x != y", "false", "true", "y", "nope", "x in [2, 4]", "not x == 3", "x and y", "loop.index > 1", "loop", "x > nope", "x == 'a'", "x < 'a'", "x|string == '3'", "(x if y else x)", "x > 1 and x < 4"]),
    *(source for source in """
{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in [1, 2, 3] %}{% break %}{% else %}none{% endfor %}
{% for x in [1, 2, 3] %}{% continue %}{% else %}none{% endfor %}
{% for x in [1, 2, 3] if x > 5 %}{{ x }}{% else %}none{% endfor %}
{% for x in [1, 2] %}{% for y in [1, 2] %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }}{% endfor %}{% endfor %}
{% for x in [1, 2] %}{% for y in [1, 2] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{{ y }}{% endfor %}{% endfor %}
{% for x in [1, 2] %}{% for y in [] %}{% else %}{% break %}{% endfor %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% for y in [] %}{% else %}{% continue %}{% endfor %}{{ x }}{% endfor %}
{% for x in [] %}{% else %}{% break %}{% endfor %}
{% for x in [] %}{% else %}{% continue %}{% endfor %}
{% break %}
{% continue %}
{% if true %}{% break %}{% endif %}
{% for x in [1, 2] %}{% with %}{% if x == 1 %}{% continue %}{% endif %}{% endwith %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% with y = x %}{% break %}{% endwith %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% set y %}{% break %}{% endset %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% set y %}a{% continue %}{% endset %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% filter upper %}a{% break %}{% endfilter %}{{ x }}{% endfor %}
{% for x in [1, 2] %}{% filter upper %}a{% continue %}{% endfilter %}{{ x }}{% endfor %}b
{% for x in [1, 2] %}{% call f() %}{% break %}{% endcall %}{% endfor %}
{% for x in [1, 2] %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
{% for x in [1, 2] %}{% generation %}{% continue %}{% endgeneration %}{% endfor %}
{% for x in [1, 2] %}{% block b %}{% break %}{% endblock %}{% endfor %}
{% for x in [1, 2] %}{% autoescape true %}{% break %}{% endautoescape %}{{ x }}{% endfor %}
{% for x in [1, 2, 3] %}{% if loop.index is odd %}{% continue %}{% endif %}{{ loop.index }}{{ loop.last }}{% endfor %}
{% for x in [1, 2, 3] %}{% if x == 1 %}{% set y = 1 %}{% continue %}{% endif %}{{ y }}{% endfor %}
{% for x in [1, 2, 3] recursive %}{{ x }}{% if x == 2 %}{% break %}{% endif %}{% endfor %}
{% for x in [[1, [2, 3]], [4]] recursive %}{{ x if x is number else '(' ~ loop(x) ~ ')' }}{% endfor %}
{% for x in [[1], [2]] recursive %}{{ loop.depth }}{{ loop.depth0 }}{% if x is sequence %}{{ loop(x) }}{% endif %}{% endfor %}
{% for x in [1] recursive %}{{ loop }}{% endfor %}
{% for x in [1] recursive %}{{ loop() }}{% endfor %}
{% for x in [1] recursive %}{{ loop(1) }}{% endfor %}
{% for x in [1] recursive %}{{ loop([]) }}{{ loop(nope) }}{% else %}E{% endfor %}
{% for x in [1] recursive %}{{ loop([2], 3) }}{% endfor %}
{% for x in [1] %}{{ loop([2]) }}{% endfor %}
{% for x in [1] %}{{ loop() }}{% endfor %}
{% for x in [1, 2] %}{{ loop }}{% endfor %}
{% for x in l|map('string') %}{{ loop }}{% endfor %}
{% for x in [1, 2] %}{{ [loop] }}{{ loop is callable }}{{ loop is iterable }}{{ loop is defined }}{{ loop|length }}{% endfor %}
{% for x in [1, 2, 3] %}{% for y in loop %}{{ y }}{% endfor %}|{% endfor %}
{% for x in [1, 2, 3] %}{{ loop|list }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop|tojson }}{% endfor %}
{% for x in [[1, 2], [3]] recursive %}{% if x is iterable %}[{{ loop(x) }}]{% else %}{{ x }}{{ loop.length }}{{ loop.first }}{{ loop.previtem is defined }}{% endif %}{% endfor %}
{% for x in [{'v': 1, 'c': [{'v': 2}]}, {'v': 3}] recursive %}<{{ x.v }}{% if x.c %}{{ loop(x.c) }}{% endif %}>{% endfor %}
{% for x in [{'v': 1, 'c': [{'v': 2}]}, {'v': 3}] recursive %}<{{ x.v }}{{ loop(x.c) }}>{% else %}-{% endfor %}
{% for x in [3, 1] if x > 0 recursive %}{{ x }}{% if x > 1 %}{{ loop([x - 1, 0]) }}{% endif %}{% endfor %}
{% for x in [[1, 2], [3]] recursive %}{% set y = x %}{{ loop(x) if x is sequence else x }}{{ y }}{% endfor %}
{% for x in [[1]] recursive %}{% for y in [5] %}{{ loop(x) }}{% endfor %}{% endfor %}
{% for x in [[1], 2] recursive %}{% set outer = loop %}{% for y in [5] %}{{ outer(x) if x is sequence else x }}{% endfor %}{% endfor %}
{% for x in [1, 2, 3] recursive if x > 1 %}{{ x }}{% endfor %}
{% for a, b in [[1, 2], [3, 4]] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [[1, 2], [3]] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [1] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [none] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in ['ab', 'cd'] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in ['abc'] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in {'ab': 1} %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [{'x': 1, 'y': 2}] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [range(2)] %}{{ a }}{{ b }}{% endfor %}
{% for (a, b) in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, in [[1]] %}{{ a }}{% endfor %}
{% for a, b, c in [[1, 2, 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, a in [[1, 2]] %}{{ a }}{% endfor %}
{% for [a, b] in [[1, 2]] %}{{ a }}{% endfor %}
{% for a.b in [1] %}{{ a }}{% endfor %}
{% for a[0] in [1] %}{{ a }}{% endfor %}
{% for 'a' in [1] %}{% endfor %}
{% for *a in [1] %}{% endfor %}
{% for x in 1, 2, 3 %}{{ x }}{% endfor %}
{% for x in (1, 2) %}{{ x }}{% endfor %}
{% for x in [1, 2] + [3] %}{{ x }}{% endfor %}
{% for x in [1, 2] if true else [3] %}{{ x }}{% endfor %}
{% for x in ([1, 2] if false else [3]) %}{{ x }}{% endfor %}
{% for x in l or [9] %}{{ x }}{% endfor %}
{% for x in nope or [9] %}{{ x }}{% endfor %}
{% for x in l[1:] %}{{ x }}{% endfor %}
{% for x in l|sort|reverse %}{{ x }}{% endfor %}
{% for x in l | sort %}{{ x }}{% endfor %}
{% for x in d.a.items() %}{{ x }}{% endfor %}
{% for x in d['nope'] %}{{ x }}{% endfor %}
{% for x in s.split() %}{{ x }}{{ '-' if not loop.last }}{% endfor %}
{% for x in range(3) %}{{ x }}{% endfor %}{{ x }}
{% for x in range(0) %}{{ x }}{% else %}empty{% endfor %}
{% for x in [] %}{{ x }}{% endfor %}
{% for x in '' %}{{ x }}{% else %}empty{% endfor %}
{% for x in {} %}{{ x }}{% else %}empty{% endfor %}
{% for x in 5 %}{{ x }}{% endfor %}
{% for x in true %}{{ x }}{% endfor %}
{% for x in 1.5 %}{{ x }}{% endfor %}
{% for x in none %}{{ x }}{% else %}empty{% endfor %}
{% for x in nope %}{{ x }}{% else %}empty{% endfor %}
{% for x in nope.y %}{{ x }}{% else %}empty{% endfor %}
{% for x in range %}{{ x }}{% endfor %}
{% for x in namespace(a=1) %}{{ x }}{% endfor %}
{% for x in l.append %}{{ x }}{% else %}empty{% endfor %}
{% for x in d.items %}{{ x }}{% endfor %}
{% for x in cycler('a') %}{{ x }}{% endfor %}
{% for x in self %}{{ x }}{% endfor %}
{% for x in %}{% endfor %}
{% for x %}{% endfor %}
{% for in [1] %}{% endfor %}
{% for x of [1] %}{% endfor %}
{% for x in [1] %}
{% for x in [1] %}{% endif %}
{% for x in [1] %}{% else %}{% else %}{% endfor %}
{% for x in [1] %}{% elif x %}{% endfor %}
{% endfor %}
{% for x in [1] if %}{% endfor %}
{% for x in [1] if x y %}{% endfor %}
{% for x in [1] x %}{% endfor %}
{% for x in [1] recursive recursive %}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.cycle(*['a', 'b']) }}{% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }},{% endfor %}
{% for x in [1, 1, 2] %}{% if loop.changed(x, loop.first) %}{{ x }}{% endif %}{% endfor %}
{% for x in [1, 1.0, true] %}{{ loop.changed(x) }},{% endfor %}
{% for x in [1, 2] %}{{ loop.changed(x=1) }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.previtem|default('-') }}{{ x }}{{ loop.nextitem|default('-') }};{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.previtem + x }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.nextitem + x }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.nextitem.y.z }}{% endfor %}
{% for x in [1, 2] %}{{ loop.previtem.y.z }}{% endfor %}
{% for x in messages %}{{ loop.previtem.role }}>{{ x.role }}>{{ loop.nextitem.role if loop.nextitem is defined }};{% endfor %}
{% for x in messages %}{% if loop.previtem and loop.previtem.role == 'user' %}{{ x.content }}{% endif %}{% endfor %}
{% for x in [1, 2] %}{% set loop.index = 5 %}{% endfor %}
{% for x in [1, 2] %}{{ loop['index'] }}{{ loop['nope'] }}{{ loop|attr('index') }}{% endfor %}
{% for x in [1, 2] %}{% set ns = namespace(l=loop) %}{{ ns.l.index }}{% endfor %}
{% set ns = namespace(l=none) %}{% for x in [1, 2, 3] %}{% set ns.l = loop %}{% endfor %}{{ ns.l.index }}{{ ns.l.last }}{{ ns.l.length }}{{ ns.l }}
{% set ns = namespace(l=none) %}{% for x in [1, 2, 3] %}{% set ns.l = loop %}{% break %}{% endfor %}{{ ns.l.index }}{{ ns.l|list }}{{ ns.l.index }}
{% for x in [1, 2, 3] %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{% for x in [1, 2, 3] -%}   {{ x }}   {%- endfor %}
{% for m in messages %}{% if m.role == 'user' and not loop.first %}{{ m.content }}{% endif %}{% endfor %}
{% for m in messages[::-1] %}{{ loop.index0 }}{{ m.role }}{% endfor %}
{% for m in messages if m.role != 'system' %}{{ loop.index }}{{ m.role }}{{ loop.length }}{% endfor %}
{% for k, v in users[0].items() %}{{ k }}={{ v }};{% endfor %}
{% for k in users[0] %}{{ k }}={{ users[0][k] }};{% endfor %}
{% for k, v in flat|dictsort %}{{ k }}{{ v }}{% endfor %}
{% for k, v in flat|dictsort(by='value') %}{{ k }}{{ v }}{% endfor %}
{% for i in range(l|length) %}{{ l[i] }}{% endfor %}
{% for i in range(l|length - 1, -1, -1) %}{{ l[i] }}{% endfor %}
{% for c in 'héllo😀' %}[{{ c }}]{% endfor %}
{% for x in [1, 2] %}{% for y in ['a', 'b'] %}{{ loop.index }}{{ x }}{{ y }}{{ loop.depth }}{% endfor %}{{ loop.depth }}{% endfor %}
{% for x in [1, 2] %}{{ x }}{% endfor %}{{ loop }}
{% for x in [1, 2] %}{% endfor %}{{ loop is defined }}
{% for x in [2, 1, 0] %}{{ 1 / x }},{% endfor %}
{% for x in range(100001) %}{% endfor %}
{% if l %}{% for x in l %}{{ x }}{% endfor %}{% endif %}
{% if a %}1{% elif b %}2{% elif l %}3{% else %}4{% endif %}
{% if a %}1{% elif b %}2{% else %}4{% endif %}
{% if a %}1{% else if b %}2{% endif %}
{% if a %}1{% elseif b %}2{% endif %}
{% if a %}1{% else %}2{% elif b %}3{% endif %}
{% if a %}1{% else %}2{% else %}3{% endif %}
{% if %}{% endif %}
{% if a b %}{% endif %}
{% if a, b %}yes{% endif %}
{% if (a, b) %}yes{% endif %}
{% if not a %}yes{% endif %}
{% if a %}
{% endif %}
{% if a %}{% endif a %}
{% if 1 if a else 2 %}x{% endif %}
{% if a is defined %}d{% elif a is not defined %}n{% endif %}
{% if '' %}1{% elif 0 %}2{% elif none %}3{% elif [] %}4{% elif {} %}5{% elif 0.0 %}6{% elif () %}7{% elif '0' %}8{% endif %}
{% if range(0) %}1{% elif namespace() %}2{% endif %}
""".strip().splitlines()),
    *("{% for x in [[]] recursive %}{{ loop(" + arguments + ") }}{% endfor %}" for arguments in ["", "1", "1, 2", "l, x=1", "x=1", "x=1, y=2", "[], iterable=[]", "iterable=[]", "[], [], x=1", "*[[]]", "**{'iterable': []}"]),
    *("{% for x in [[]] recursive %}{% call loop(" + arguments + ") %}{% endcall %}{% endfor %}" for arguments in ["", "1", "[], x=1"]),
    "{% for m in [1, 2, 3] %}{% for q in loop %}{{ loop }}{{ loop.length }}{{ loop.revindex }}{{ loop.last }}{{ q[0] }}{% endfor %}{% endfor %}",
    "{% for m in [1, 2, 3]|map('string') %}{% for q in loop %}{{ loop }}{{ loop.length }}{{ loop.revindex }}{{ loop.last }}{{ q[0] }}{% endfor %}{% endfor %}",
    "{% for m in [1, 2, 3, 4] %}{{ loop.length }}{% if loop.index == 2 %}{% for q, r in loop %}{{ loop.length }}{{ loop.nextitem is defined }}{{ r.index }}{% endfor %}{% endif %}{% endfor %}",
]
