"""The tag `generation`: scope, whitespace, and the spans it marks."""

CHAT = [{"role": "user", "content": "Hi é😀"}, {"role": "assistant", "content": "Hello ö"}, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": ""}]

SOURCES = """
{% generation %}a{% endgeneration %}
a{% generation %}b{% endgeneration %}c
é😀{% generation %}ö{% endgeneration %}c{% generation %}d{% endgeneration %}
{% generation %}{% endgeneration %}
{% generation %}{% generation %}a{% endgeneration %}b{% endgeneration %}
x{% generation %}a{% generation %}b{% endgeneration %}c{% endgeneration %}y
{% for m in messages %}{{ m.role }}:{% generation %}{{ m.content }}{% endgeneration %};{% endfor %}
{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}
{% for m in messages %}{% generation %}{{ loop.index }}{{ loop.last }}{{ m.role }}{% endgeneration %}{% endfor %}
{% set x = 1 %}{% generation %}{{ x }}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}
{% generation %}{% set x = 2 %}{% endgeneration %}{{ x is defined }}
{% set ns = namespace(x=1) %}{% generation %}{% set ns.x = 2 %}{% endgeneration %}{{ ns.x }}
{% macro f() %}{% generation %}a{% endgeneration %}{% endmacro %}xx{{ f() }}{{ f() }}
{% macro f() %}yy{% generation %}a{% endgeneration %}{% endmacro %}xx{{ f() }}
{% set x %}{% generation %}a{% endgeneration %}{% endset %}b{{ x }}{{ x }}
{% set x %}zz{% generation %}a{% endgeneration %}{% endset %}b{{ x }}{{ x }}
{% filter upper %}q{% generation %}a{% endgeneration %}{% endfilter %}
{% if true %}{% generation %}a{% endgeneration %}{% endif %}
{% if false %}{% generation %}a{% endgeneration %}{% endif %}b
{% if false %}{% generation %}{{ 'a'|nope }}{% endgeneration %}{% endif %}b
{% if true %}{{ 'a'|nope }}{% endif %}
{% generation %}{{ caller }}{{ caller is defined }}{{ varargs }}{{ kwargs }}{% endgeneration %}
{% generation %}{{ self }}{{ loop is defined }}{% endgeneration %}
{% generation %}{{ '<' }}{{ ['<'] }}{% endgeneration %}
{% generation %}{% macro f() %}m{% endmacro %}{{ f() }}{% endgeneration %}{{ f is defined }}
{% macro f() %}m{% endmacro %}{% generation %}{{ f() }}{% endgeneration %}
{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}{% generation %}a{% endgeneration %}{% endcall %}
{% macro f() %}[{% generation %}{{ caller() }}{% endgeneration %}]{% endmacro %}{% call f() %}a{% endcall %}
{% generation %}{% for x in [1, 2] %}{{ x }}{% endfor %}{% endgeneration %}
{% generation %}{% for x in [1, 2] %}{% break %}{% endfor %}{% endgeneration %}
{% for x in [1, 2] %}{% generation %}{% if x == 1 %}{% continue %}{% endif %}{% endgeneration %}{% endfor %}
{% generation %}{% with a = 1 %}{{ a }}{% endwith %}{% endgeneration %}
{% generation %}{{ nope.x }}{% endgeneration %}
{% generation %}{{ raise_exception('r') }}{% endgeneration %}
{% generation x %}a{% endgeneration %}
{% generation %}a{% endgeneration x %}
{% generation() %}a{% endgeneration %}
{% generation %}a
{% endgeneration %}
{% generation %}{% if true %}{% endgeneration %}{% endif %}
{%- generation -%} a {%- endgeneration -%} b
{%- generation %} a {% endgeneration -%} b
{%+ generation +%} a {%+ endgeneration +%} b
{%generation%}a{%endgeneration%}
{% set generation = 5 %}{{ generation }}
{{ generation }}{{ endgeneration }}
{% generation %}{% block b %}x{% endblock %}{% endgeneration %}{{ self.b() }}
{% block b %}pre{% generation %}x{% endgeneration %}{% endblock %}
{% generation %}{% include 'x' %}{% endgeneration %}
{% generation %}{% set x %}{{ messages[0].content }}{% endset %}{{ x }}{% endgeneration %}
{% for m in messages if m.role == 'assistant' %}{% generation %}{{ m.content|trim }}{% endgeneration %}{% else %}none{% endfor %}
{% for m in [[1], [2]] recursive %}{% generation %}{{ loop(m) if m is sequence else m }}{% endgeneration %}{% endfor %}
{% for m in messages %}{% generation %}{% set last = m.role %}{% endgeneration %}{{ last }}{% endfor %}
{{ 'x'.upper() }}{{ 5 }}{{ none }}{% generation %}{{ 1.5 }}{{ [1] }}{% endgeneration %}
{# {% generation %} #}{{ '{% generation %}' }}{% raw %}{% generation %}{% endraw %}
""".strip().splitlines()

LINES = [
    "{% for m in messages %}\n  {% if m.role == 'assistant' %}\n    {% generation %}\n    {{ m.content }}\n    {% endgeneration %}\n  {% endif %}\n{% endfor %}\n",
    "a\n{% generation %}\nb\n{% endgeneration %}\nc\n",
    "a\n  {% generation %}  \n b\n  {% endgeneration %}  \nc\n",
    "a\n{%- generation -%}\nb\n{%- endgeneration -%}\nc\n",
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "{% for m in messages %}\n{{- '<' ~ m.role ~ '>' }}\n{%- if m.role == 'assistant' %}\n{%- generation %}\n{{- m.content }}\n{%- endgeneration %}\n{%- else %}\n{{- m.content }}\n{%- endif %}\n{%- endfor %}",
    "x\r\n{% generation %}\r\na\r\n{% endgeneration %}\r\ny",
]

CASES = [(source, {"messages": CHAT, "add_generation_prompt": True} if "messages" in source else {}) for source in SOURCES + LINES]
