"""Whitespace control, comments, raw blocks, line endings."""

OPEN = ["", "-", "+"]
CLOSE = ["", "-", "+"]


def marked():
    for a in OPEN:
        for b in CLOSE:
            for lead in ["", " ", "\n", "\n  ", "x ", "x\n\t"]:
                for trail in ["", " ", "\n", "  \n", "\n\n  "]:
                    if (a, b) != ("+", "+") or (lead, trail) in (("\n  ", "\n"), (" ", " ")):
                        yield f"[{lead}{{%{a} if true {b}%}}{trail}y{lead}{{%{a} endif {b}%}}{trail}]"
    for a in OPEN:
        for b in CLOSE:
            for lead, trail in [("", ""), (" ", " "), ("\n", "\n"), ("\n  ", "  \n"), ("x\n ", "\n\n")]:
                yield f"[{lead}{{{{{a} 1 {b}}}}}{trail}]"
                yield f"[{lead}{{#{a} c {b}#}}{trail}]"
                yield f"[{lead}{{%{a} raw {b}%}}{trail}r {{{{ x }}}}{lead}{{%{a} endraw {b}%}}{trail}]"
                yield f"[{lead}{{%{a} set x = 1 {b}%}}{trail}]"
                yield f"[{lead}{{%{a} for q in [1, 2] {b}%}}{trail}{{{{ q }}}}{lead}{{%{a} endfor {b}%}}{trail}]"
                yield f"[{lead}{{%{a} set x {b}%}}{trail}a{lead}{{%{a} endset {b}%}}{trail}][{{{{ x }}}}]"
                yield f"[{lead}{{%{a} generation {b}%}}{trail}a{lead}{{%{a} endgeneration {b}%}}{trail}]"


CASES = [
    *marked(),
    "", "\n", "\n\n", "a\n", "a\n\n", "\r\n", "a\r\n", "a\r", "a\r\n\r\n", "a\n\r", "a\rb\r\nc\n", "a\r\r\n", " \n", "\ta\n", "a \n ",
    "{{ 1 }}\n", "{{ 1 }}\n\n", "{% if true %}\n", "{% if true %}{% endif %}\n", "{% if true %}{% endif %}\n\n", "{# c #}\n", "{# c #}\n\n", "a{# c #}\nb", "a\n{# c #}\nb", "a\n  {# c #}  \nb", "a {# c #} b",
    "{{ 1 }}\r\n{{ 2 }}\r\n", "{% if true %}\r\na\r\n{% endif %}\r\nb\r\n", "{% if true %}\ra\r{% endif %}\rb\r", "{# c #}\r\nx", "{{ 'a\r\nb' }}", "{{ 'a\rb' }}", "{{ 'a\nb' }}", "{{ 'a\\r\\nb' }}",
    "{{ 'a\r\nb'|length }}", "{{ ['a\rb'] }}", "{% raw %}a\r\nb\rc{% endraw %}", "{% set x %}a\r\nb{% endset %}{{ [x] }}", "{%- if true -%}\r\n a \r\n{%- endif -%}\r\n b",
    "a\u2028{% if true %}\u2028b{% endif %}\u2028", "a\x0b{% if true %}\x0bb{% endif %}\x0bc", "a\x0c{% if true %}\x0cb{% endif %}", "a\x85{%- if true -%}\x85b{% endif %}", "a\xa0{%- if true -%}\xa0b{% endif %}",
    "\u3000{%- if true %}a{% endif %}", "\u200b{%- if true %}a{% endif %}", "\x1c{%- if true %}a{% endif %}", "\ufeff{% if true %}a{% endif %}", "\xa0{% if true %}a{% endif %}", "\n\xa0{% if true %}a{% endif %}", "\n\x0b{% if true %}a{% endif %}",
    "\n\t {% if true %}a{% endif %}", "\r\n  {% if true %}a{% endif %}", "\r  {% if true %}a{% endif %}",
    "  {{ 1 }}\n  {{ 2 }}", "  {%- if true %}a{% endif %}", "x  {% if true %}a{% endif %}  y", "{{ 1 }}  {% if true %}a{% endif %}", "{{ 1 }}\n  {% if true %}a{% endif %}", "{{ '\n' }}  {% if true %}a{% endif %}",
    "{% if true %}  {% if true %}a{% endif %}  {% endif %}", "{% if true %}\n  {% if true %}\n  a\n  {% endif %}\n{% endif %}\n", "{% if true %} \n a{% endif %}", "{% if true %}\n\n a{% endif %}",
    "  {# a #}  {% if true %}b{% endif %}", "  {# a #}{# b #}\nc", "  {% if true %}{% endif %}  {# c #}\nd", "\n  {# a #}\n  {# b #}\nc", "{#- a -#}\n x", "a \n{#- b #} c", "a {#+ b +#}\n c", "a {# b -#} \n c", "  {#+ b #}\nc",
    "{# multi\nline\ncomment #}x", "{# {{ x }} {% if %} #}x", "{# {# nested #} #}", "{# 'a #}' #}", "{##}x", "{#-#}x", "{#--#}x", "{# #}x", "{# unclosed", "{# unclosed }", "{#", "a {# b", "{# a #} {#", "#}", "x #} y", "## a\nb", "# a\nb", "# for x in y\nb",
    "{{ 1 }", "{{ 1", "{{", "{{ ", "{{ }}", "{{}}", "{{ 1 }}}", "{{{ 1 }}}", "{{{1: 2}}}", "{{ {1: 2} }}", "{{ {1: {2: 3}} }}", "{{ {1: {2: 3}}}}", "{{{}}}", "}}", "%}", "a }} b", "a %} b", "{ { 1 } }", "{ {% if true %}a{% endif %} }", "{", "}", "{x}", "{ %", "{%", "{% ", "{% if", "{% if true", "{% if true %", "{% if true }",
    "{%if true%}a{%endif%}", "{%if(true)%}a{%endif%}", "{%\nif\ntrue\n%}a{%\nendif\n%}", "{{\n1\n+\n2\n}}", "{{\t1\t}}", "{{1}}{{2}}", "{{1-}}  x", "x  {{-1}}", "x  {{- 1}}", "x  {{--1}}", "x  {{- -1}}", "{{1--}}", "{{+1}}", "x {{+ 1 }}", "{{ 1 -}}  x", "{{ 1 +}} x", "{{ 1 - }}", "{%-if true-%} a {%-endif-%}", "{%--if true %}", "{%+if true+%} a {%+endif+%}",
    "{% if true -%} \n\n a {%- endif %}", "a\n\n{%- if true %}\nb\n{%- endif %}\nc", "a {{- ' b ' -}} c", "a {{ ' b ' }} c", "{{ 'a' -}}\n{{- 'b' }}", "{{ 'a' -}}\n\n\n{{ 'b' }}", "{% for x in [1, 2] -%}\n {{ x }}\n{%- endfor %}", "{% for x in [1, 2] %}\n{{ x }}\n{% endfor %}\n",
    "{% raw %}{{ x }}{% endraw %}", "{% raw %}{% if %}{# c #}{% endraw %}", "{% raw %}\na\n{% endraw %}\nb", "{%- raw %} {% endraw -%}", " {%- raw -%} a {%- endraw -%} b", "a\n  {% raw %}  x  {% endraw %}  \nb", "{% raw -%} a{% endraw %}", "{% raw %}a {%- endraw %}", "{% raw %}{% raw %}{% endraw %}", "{% raw %}", "{% raw %}a", "{% raw %}{% endraw", "{% endraw %}", "{% raw x %}a{% endraw %}", "{% raw %}a{% endraw x %}", "{%raw%}a{%endraw%}", "{% raw +%}\na{% endraw %}", "{%+ raw %}a{% endraw %}", "  {%+ raw %}a{%+ endraw %}", "{% raw %}a{% endraw +%}\nb", "{% raw\n%}a{%\nendraw %}", "{% raw %}{%endraw%}x", "{% raw %}é😀{% endraw %}", "{% raw %}\n{% endraw %}", "{% raw %}\n\n{% endraw %}\n", "{% raw %}  {%- endraw %}x",
    "{% if true %}{% raw %}{{ a }}{% endraw %}{% endif %}", "{% set x %}{% raw %}{{ a }}{% endraw %}{% endset %}{{ x }}", "{% macro f() %}{% raw %}%}{% endraw %}{% endmacro %}{{ f() }}",
    "{{ '{{ x }}' }}", "{{ '{% if %}' }}", "{{ '#}' }}{{ '}}' }}{{ '%}' }}", "{{ \"}}\" }}", "{% set x = '%}' %}{{ x }}", "{% set x = \"{%\" %}{{ x }}", "{{ '{#' }}", "{# '#}' }}", "{{ '-}}' }}  x",
    "\\{{ 1 }}", "{\\{ 1 }}", "\\n{{ '\\n' }}", "$${{ 1 }}", "<% if %>", "{{ 1 }}\n{{ 2 }}\n\n{{ 3 }}\n", "a\\\nb", "\x00{{ 1 }}\x00", "é{{ 'é' }}é", "😀{% if true %}😀{% endif %}😀",
    "{% set x = 1 %}\n{% set y = 2 %}\n{{ x }}{{ y }}\n", "{% macro f() %}\nx\n{% endmacro %}\n{{ f() }}\n", "{% if x %}\na\n{% elif y %}\nb\n{% else %}\nc\n{% endif %}\nd\n", "  {% if x %}\n  a\n  {% else %}\n  c\n  {% endif %}\n  d\n", "{% if x -%}\n  a\n{%- else -%}\n  c\n{%- endif %}\n  d\n",
    "\n\n{% if true %}\n\na\n\n{% endif %}\n\n", "{% if true %}a\n{% endif %}\n{% if true %}b\n{% endif %}\n", "{{ 1 }} {% if true %}\n{% endif %} {{ 2 }}", "{%- set x = 1 -%}\n\n a", "{% set x = 1 -%}\n\n{%- set y = 2 -%}\n b", "{{- '' }}\n a", " \n {{- 'a' }}", " \n {{ 'a' }}",
    "x\n{%- for i in [1, 2] %}\n  {{- i }}\n{%- endfor %}\ny", "x\n{% for i in [1, 2] -%}\n  {{ i }}\n{% endfor -%}\ny", "{% for i in [1,2] %}  {{ i }}  {% endfor %}", "{% for i in [1,2] %}\n  {{ i }}\n  {% if i == 1 %}\n  x\n  {% endif %}\n{% endfor %}",
]
