"""Blocks of template inheritance, and what fails without a loader."""

CASES = """
{% block b %}x{% endblock %}
{% block b %}x{% endblock b %}
{% block b %}x{% endblock c %}
{% block b %}{{ x }}{% endblock %}
{% block b %}x{% endblock %}{% block b %}y{% endblock %}
{% block b %}x{% endblock %}{{ self.b() }}
{{ self.b() }}{% block b %}x{% endblock %}
{% block b %}x{% endblock %}{{ self.b() ~ 'y' }}{{ [self.b()] }}{{ self.b()|upper }}{{ self.b() + '<' }}
{% block b %}x{% endblock %}{{ self.b is defined }}{{ self.c is defined }}{{ self.b is callable }}
{% block b %}x{% endblock %}{{ self.c() }}
{% block b %}x{% endblock %}{{ self.b(1) }}
{% block b %}x{% endblock %}{{ self }}
{% block b %}x{% endblock %}{{ self['b']() }}
{% block b %}x{% endblock %}{{ self.b.super }}
{% block b %}x{% endblock %}{{ self.b|length }}
{% block a %}1{% block b %}2{% endblock %}3{% endblock %}{{ self.b() }}{{ self.a() }}
{% block a %}1{{ self.b() }}{% endblock %}{% block b %}2{% endblock %}
{% block a %}{{ super() }}{% endblock %}
{% block a %}{{ super }}{% endblock %}
{% set x = 1 %}{% block b %}{{ x }}{% endblock %}
{% set x = 1 %}{% block b %}{% set x = 2 %}{{ x }}{% endblock %}{{ x }}
{% block b %}{{ x }}{% endblock %}{% set x = 1 %}{{ self.b() }}
{% for x in [1, 2] %}{% block b %}{{ x }}{% endblock %}{% endfor %}
{% for x in [1, 2] %}{% block b scoped %}{{ x }}{% endblock %}{% endfor %}
{% for x in [1, 2] %}{% block b scoped %}{{ x }}{{ loop.index }}{% endblock %}{% endfor %}
{% for x in [1, 2] %}{% block b %}{{ loop is defined }}{% endblock %}{% endfor %}
{% for x in [1, 2] %}{{ self.b() }}{% endfor %}{% block b %}b{{ x }}{% endblock %}
{% with x = 1 %}{% block b %}{{ x }}{% endblock %}{% endwith %}
{% with x = 1 %}{% block b scoped %}{{ x }}{% endblock %}{% endwith %}
{% if false %}{% block b %}x{% endblock %}{% endif %}{{ self.b() }}
{% if true %}{% set x = 1 %}{% block b %}{{ x }}{% endblock %}{% endif %}
{% macro f() %}m{% endmacro %}{% block b %}{{ f() }}{% endblock %}
{% block b %}{% macro f() %}m{% endmacro %}{{ f() }}{% endblock %}{{ f is defined }}
{% block b %}{{ f() }}{% endblock %}{% macro f() %}m{% endmacro %}
{% macro f() %}{% block b %}x{% endblock %}{% endmacro %}{{ f() }}
{% macro f(x) %}{% block b scoped %}{{ x }}{% endblock %}{% endmacro %}{{ f(1) }}
{% set y %}{% block b %}x{% endblock %}{% endset %}[{{ y }}]
{% filter upper %}{% block b %}x{% endblock %}{% endfilter %}
{% block b required %}{% endblock %}
{% block b required %}x{% endblock %}
{% block b required %} {# c #} {% endblock %}
{% block b scoped required %}{% endblock %}
{% block b required scoped %}{% endblock %}
{% block b scoped %}x{% endblock %}
{% block b-c %}x{% endblock %}
{% block 'b' %}x{% endblock %}
{% block %}x{% endblock %}
{% block b.c %}x{% endblock %}
{% block b c %}x{% endblock %}
{% block b x %}
{% block b %}x
{% endblock %}
{% block _b %}x{% endblock %}{{ self._b() }}
{% block upper %}x{% endblock %}{{ self.upper() }}
{% block b %}{{ nope.x }}{% endblock %}
{% block b %}{{ 'x'|nope }}{% endblock %}
{% if false %}{% block b %}{{ 'x'|nope }}{% endblock %}{% endif %}
{% block b %}{% set ns.x = 1 %}{% endblock %}
{% set ns = namespace(x=0) %}{% block b %}{% set ns.x = 1 %}{{ ns.x }}{% endblock %}{{ ns.x }}
{% block b %}{% generation %}x{% endgeneration %}{% endblock %}
{% block b %}{% include 'x' %}{% endblock %}
{% block class %}x{% endblock %}{{ self.class() }}
{% extends 'base' %}
{% extends nope %}
{% extends none %}
{% extends 5 %}
{% extends ['a', 'b'] %}
{% extends 'a' 'b' %}
{% extends 'a' if true %}
{% extends %}
text{% extends 'base' %}
{{ x }}{% extends 'base' %}
{{ nope.x }}{% extends 'base' %}
{% if false %}{% extends 'base' %}{% endif %}ok
{% if true %}{% extends 'base' %}{% endif %}ok
{% if false %}{% extends 'base' %}{% endif %}{% block b %}x{% endblock %}
{% extends 'base' %}{% extends 'base' %}
{% extends 'base' %}{% block b %}x{% endblock %}
{% for x in [1] %}{% extends 'base' %}{% endfor %}
{% include 'x' %}
{% include 'x' ignore missing %}
{% include 'x' ignore missing with context %}
{% include 'x' without context %}
{% include ['x', 'y'] %}
{% include ['x', 'y'] ignore missing %}
{% include [] %}
{% include [] ignore missing %}ok
{% include nope %}
{% include nope ignore missing %}ok
{% include none %}
{% include none ignore missing %}
{% include 5 %}
{% include %}
{% include 'x' with %}
{% include 'x' ignore %}
{% include 'x' y %}
{% include ('x', 'y') %}
{% include 'x' if false %}
{% include 'x' ~ y %}
{% if false %}{% include 'x' %}{% endif %}ok
{% for x in [] %}{% include 'x' %}{% endfor %}ok
{% import 'x' as y %}
{% import 'x' %}
{% import 'x' as y with context %}
{% import nope as y %}
{% if false %}{% import 'x' as y %}{% endif %}ok{{ y }}
{% from 'x' import y %}
{% from 'x' import y as z, w %}
{% from 'x' import y with context %}
{% from 'x' import _y %}
{% from 'x' import %}
{% from 'x' import y, %}
{% from 'x' %}
{% from 'x' import 'y' %}
{% if false %}{% from 'x' import y %}{% endif %}ok{{ y }}
{% do x %}
{% do x.append(1) %}
{% debug %}
{% trans %}x{% endtrans %}
{% pluralize %}
{% foo %}
{% endfoo %}
{% foo bar %}x{% endfoo %}
{% Block b %}
{% IF true %}
{% If true %}{% endif %}
{% %}
{%%}
{% 5 %}
{% "x" %}
{% (x) %}
{% x = 1 %}
{% x %}
{% - if true %}
{% else %}
{% elif x %}
{% endif %}
{% endset %}
{% endmacro %}
{% endcall %}
{% endfilter %}
{% endwith %}
{% endraw %}
{% endgeneration %}
{% endautoescape %}
{% if x %}{% endfor %}
{% for x in y %}{% endif %}
{% if x %}{% for y in z %}{% endif %}{% endfor %}
{% macro f() %}{% if x %}{% endmacro %}{% endif %}
{% set x %}{% if y %}{% endset %}
{% if x %}
{% if x %}{% else %}
{% if x %}{% elif y %}
{% for x in y %}
{% for x in y %}{% else %}
{% macro f() %}
{% call f() %}
{% filter upper %}
{% with %}
{% set x %}
{% autoescape true %}
{% generation %}
{% raw %}
{% block b %}
{% if x %}{% for y in z %}
{% if x %}{% generation %}
{% foo %}{% if x %}
{% if x %}{% foo %}{% endif %}
{% if x %}{% endgeneration %}
{% for x in [1] %}{% block a scoped %}{% block b scoped %}{{ x }}{% endblock %}{% endblock %}{% endfor %}
{% for x in [1] %}{% block a scoped %}{% block b %}{{ x }}{% endblock %}{% endblock %}{% endfor %}
{% set y = 1 %}{% macro m() %}M{% endmacro %}{% block a %}{% block b scoped %}{{ y }}{{ m() }}{% endblock %}{% endblock %}
{% set y = 1 %}{% block a %}{% set y = 2 %}{% block b scoped %}{{ y }}{% endblock %}{% block c %}{{ y }}{% endblock %}{% endblock %}
{% set y = 1 %}{% block a %}{% block b scoped %}{{ y }}{% endblock %}{% set y = 2 %}{% endblock %}
{% set y = 1 %}{% block a %}{% block b scoped %}{{ y }}{{ self.c() }}{% endblock %}{% set y = 2 %}{% endblock %}{% block c %}{{ y }}{% endblock %}
{% for loop in [1] %}{% endfor %}{% block a %}{% endblock %}{% block a %}{% endblock %}
{% for x in [1] %}{% else %}{% block q scoped %}{{ loop }}{% endblock %}{% endfor %}
{% for x in [1] %}{% block q scoped %}{{ loop.index }}{% block r scoped %}{{ loop.last }}{% endblock %}{% endblock %}{% endfor %}
{% block a %}{% for x in [1] %}{% block q scoped %}{{ x }}{% block r %}{{ x }}{{ y }}{% endblock %}{% endblock %}{% endfor %}{% endblock %}
{% call caller2() %}{% block a %}{% block b %}x{% endblock %}{% endblock %}{% endcall %}
{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{% block a %}{% block b %}x{% endblock %}{% endblock %}{% endcall %}
{% macro m(z) %}{% block a scoped %}{{ z }}{% block b %}{{ z }}{% block c scoped %}{{ z }}{% endblock %}{% endblock %}{% endblock %}{% endmacro %}{{ m(1) }}{{ m(2) }}
{% block a %}{% macro m(z) %}{% block b scoped %}{{ z }}{{ q }}{% endblock %}{% endmacro %}{% set q = 3 %}{{ m(1) }}{% endblock %}
x{% block a %}y{% block b %}z{% filter list %}b{% endfilter %}{% endblock %}{% endblock %}
{% macro m() %}a{% block a %}y{{ l }}z{% filter list %}b{% endfilter %}{% endblock %}{% endmacro %}{{ m() }}
{% macro m() %}{% block a %}{% block b %}x{% endblock %}{% endblock %}{% endmacro %}{{ m() }}
x{% block a %}{% endblock %}{% filter list %}b{% endfilter %}
{% for x in [1, 2] %}{% with y = x %}{% block a scoped %}{% set z = y %}{% block b scoped %}{{ x }}{{ y }}{{ z }}{% block c %}{{ x }}{{ z }}{% endblock %}{% endblock %}{% endblock %}{% endwith %}{% endfor %}
{% for x in [1] %}{% block a scoped %}{% for x in [2] if x %}{% block b scoped %}{{ x }}{{ loop.index }}{% endblock %}{% endfor %}{% endblock %}{% endfor %}
""".strip().splitlines()
