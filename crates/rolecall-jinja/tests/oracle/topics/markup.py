"""Markup: strings that escape what they are combined with; autoescape blocks."""

from common import VALUES, each, shown

METHODS = ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "lstrip('a')", "rstrip('<')", "strip('<')", "split()", "split('<')", "split('<', 1)", "split(maxsplit=1)",
           "rsplit('<')", "splitlines()", "splitlines(true)", "partition('<')", "rpartition('b')", "replace('a', '<')", "replace('<', 'a')", "replace('a', '<', 1)", "replace('a'|safe, '<'|safe)",
           "join(['<', '>'])", "join(['<'|safe, '>'])", "join([1, none])", "join([])", "center(9, '<')", "center(9)", "ljust(9, '<')", "rjust(9)", "zfill(9)", "expandtabs()", "removeprefix('a')", "removesuffix('b')",
           "startswith('a<')", "endswith('b')", "find('<')", "rfind('b')", "index('<')", "count('<')", "isalpha()", "isdigit()", "encode()|length", "translate({97: '<'})", "format()", "format('<')", "format_map({})",
           "striptags()", "unescape()", "escape('<')", "__html__()", "isupper()", "islower()", "istitle()", "isspace()", "isprintable()", "maketrans('a', 'b')", "copy", "zfill('a')", "join(5)", "replace('a')", "split(1)"]

SNIPPETS = r"""
    ("<b>"|safe) + "<c>"
    "<c>" + ("<b>"|safe)
    ("<b>"|safe) + ("<c>"|safe)
    ("<b>"|safe) + 1
    1 + ("<b>"|safe)
    ("<b>"|safe) + none
    none + ("<b>"|safe)
    ("<b>"|safe) + nope
    ("<b>"|safe) + ["<"]
    ["<"] + ("<b>"|safe)
    ("<b>"|safe) * 2
    2 * ("<b>"|safe)
    ("<b>"|safe) * "a"
    ("<b>"|safe) - 1
    ("<b>"|safe) ~ "<c>"
    "<c>" ~ ("<b>"|safe)
    [("<b>"|safe) ~ "<c>"]
    [("<b>"|safe) ~ ("<c>"|safe)]
    [("<b>"|safe) ~ 1]
    ["<b>"|safe, "<"]|join
    ["<b>"|safe, "<"]|join("<")
    [["<b>"|safe, "<"]|join("<")]
    ["<"]|join("<"|safe)
    ("<b>"|safe)|upper
    [("<b>"|safe)|upper]
    [("<b>"|safe)|lower]
    [("<b>"|safe)|title]
    [("<b>"|safe)|capitalize]
    [("<b>"|safe)|trim]
    [("<b>"|safe)|trim("<")]
    [("<b>"|safe)|string]
    [("<b>"|safe)|list]
    [("<b>"|safe)|first]
    [("<b>"|safe)|last]
    [("<b>"|safe)|reverse]
    [("<b>"|safe)|replace("b", "<")]
    [("<b>"|safe)|replace("<", "b")]
    ["b"|replace("b", "<"|safe)]
    ["<b"|replace("b", "<"|safe)]
    ["<b"|replace("b"|safe, "<")]
    [("a\n<b>"|safe)|indent]
    [("a\n<b>"|safe)|indent("<")]
    [("a\n<b>"|safe)|indent(2, true)]
    [("<b> <c>"|safe)|truncate(3, true, "<", 0)]
    ["<b> <c>"|truncate(3, true, "<"|safe, 0)]
    [("<b> <c>"|safe)|wordwrap(3)]
    [("<b>"|safe)|center(9)]
    [("<b>"|safe)|wordcount]
    [("<b>"|safe)|striptags]
    [("<b>"|safe)|urlencode]
    [("<b>"|safe)|tojson]
    [("<b>"|safe)|e]
    [("<b>"|safe)|escape]
    [("<b>"|safe)|forceescape]
    [("<b>"|safe)|safe]
    [("<b>"|safe)|default("x")]
    [""|safe|default("x", true)]
    [nope|default("<"|safe)]
    [("%s"|safe)|format("<")]
    [("<b>"|safe)|pprint]
    [("<b>"|safe)|length]
    [("<b>"|safe)|unique|list]
    [("<b>"|safe)|batch(2)|list]
    [("<b>"|safe)|sort]
    ["<b>"|safe, "<b>"]|unique|list
    [("<b>"|safe)|map("upper")|list]
    [("12"|safe)|int]
    [("<b>"|safe)[0]]
    [("<b>"|safe)[1:]]
    [("<b>"|safe)[::-1]]
    ("<b>"|safe) == "<b>"
    ("<b>"|safe) != "<b>"
    ("<b>"|safe) < "<c>"
    ("<b>"|safe) in ["<b>"]
    "<" in ("<b>"|safe)
    ("<"|safe) in "<b>"
    {"<b>"|safe: 1}["<b>"]
    {"<b>": 1}["<b>"|safe]
    {"<b>"|safe: 1, "<b>": 2}
    ("<b>"|safe) is string
    ("<b>"|safe) is escaped
    ("<b>"|safe) is sequence
    ("<b>"|safe) is callable
    ("B"|safe) is upper
    ("<b>"|safe) is sameas ("<b>"|safe)
    ("<b>"|safe) and 1
    (""|safe) and 1
    not (""|safe)
    ("%s"|safe) % "<"
    [("%s"|safe) % "<"]
    [("%s"|safe) % ("<"|safe)]
    ("%s %s"|safe) % ("<", ">")
    ("%(a)s"|safe) % {"a": "<"}
    ("%d"|safe) % 5
    ("%d"|safe) % "x"
    ("%s"|safe) % nope
    ("%s"|safe) % ["<"]
    ("%s"|safe) % none
    ("%r"|safe) % "<"
    ("%5s|"|safe) % "<"
    ("%c"|safe) % 60
    ("%x"|safe) % 255
    ("%.1f"|safe) % 1.25
    ("%s"|safe) % ()
    ("abc"|safe) % 1
    "%s" % ("<"|safe)
    ["%s" % ("<"|safe)]
    ("{}"|safe).format("<")
    [("{}"|safe).format("<")]
    ("{a}"|safe).format(a="<")
    ("{0}{1}"|safe).format("<", ">"|safe)
    ("{:>4}"|safe).format("<")
    ("{:>4}"|safe).format("<"|safe)
    ("{!r}"|safe).format("<")
    ("{0[a]}"|safe).format({"a": "<"})
    ("{}"|safe).format(["<"])
    ("{}"|safe).format(none)
    ("{:d}"|safe).format(5)
    ("{:5.1f}|"|safe).format(1.25)
    ("{}"|safe).format()
    ("{0.__class__}"|safe).format(1)
    ("{a}"|safe).format_map({"a": "<"})
    "{}".format("<"|safe)
    ["{}".format("<"|safe)]
    ("<"|safe).join(["<", "b"])
    ("<"|safe).join(["<"|safe, 1])
    "<".join(["<"|safe])
    ["<".join(["<"|safe])]
    "a".replace("a", "<"|safe)
    ["a".replace("a", "<"|safe)]
    ["a<".strip("<"|safe)]
    ["a<b".split("<"|safe)]
    "a<b".startswith("a<"|safe)
    "<&>'\""|e
    ["<&>'\""|e]
    ["<"|e + "<"]
    ["<" + "<"|e]
    ("<"|e) ~ "<"
    "<"|e|e
    "<"|forceescape|forceescape
    "&amp;"|e
    5|e
    [5|e, none|e, nope|e, 1.5|e, true|e, ["<"]|e]
    [5|safe, none|safe, nope|safe, ["<"]|safe]
    (5|safe) + 5
    (5|safe) ~ 5
    ("5"|safe)|int + 1
    {"a": "<b>"|safe}
    ("<b>"|safe, "<c>")
    {"a": "<b>"|safe}.a
    {"a": "<b>"|safe}|tojson
    html
    html|e
    html|safe
    [html|e]
    html|e|length
    html|length
    html|e ~ html
    html|safe + html
    html + html|safe
    ("&lt;b&gt;"|safe).unescape()
    [("&lt;b&gt; &eacute; &#39; &nope; &amp"|safe).unescape()]
    ("<b>x</b>  y"|safe).striptags()
    ("<"|safe).escape("<")
    [("<"|safe).escape("<")]
    [("<"|safe).__html__()]
    ("a"|safe).upper
    ("a"|safe).nope
    ("a"|safe).nope.x
    ("a"|safe)()
    ("a"|safe).__class__
    m("<")
    [m("<")]
    [m("<") ~ ""]
    [m("<"|safe)]
    m("<"|safe) + "<"
    m("<")|e
    namespace(a="<"|safe).a + "<"
    ("a"|safe)|replace("a", "<", 1)
    ("aa"|safe)|replace("a", "<", 1)
    "<"|safe if true else "<"
    ["<"|safe][0] + "<"
    (["<"|safe]|first) + "<"
    (["<", "b"|safe]|last) + "<"
    (["<"|safe]|join) + "<"
    (["<"|safe, "<"]|sort)
    (["<"|safe, "a"]|max) + "<"
    ["a"|safe, "b"]|sum(start="")
    ["a", "<"|safe]|sum(start="<")
    ["<"]|sum(start="a"|safe)
    {"a": "<"}|xmlattr
    [{"a": "<"}|xmlattr]
    ["http://a.com"|urlize]
    ["x"|tojson]
    ["a b"|urlencode]
    ("<" ~ ("b"|safe))|e
    s|safe|replace("o", "<")
    s|e|upper
    [s|e]
    [s|e|upper|lower]
    [s|safe|split]
    raise_exception("<b>"|safe)
    strftime_now("%Y"|safe)
    [strftime_now("%Y"|safe)]
    range(3)|safe
    [range(3)|safe]
    l|safe
    d|safe|length
""".strip().splitlines()

TEXTS = [
    "{% set x = '<b>'|safe %}{{ x + '<' }}{{ [x] }}",
    "{% set x %}<b>{% endset %}{{ x + '<' }}{{ [x] }}",
    "{% set x %}<b>{{ '<c>'|safe }}{% endset %}{{ x + '<' }}{{ [x] }}",
    "{% set x | upper %}<b>{% endset %}{{ x + '<' }}{{ [x] }}",
    "{% set x | safe %}<b>{% endset %}{{ x + '<' }}{{ [x] }}",
    "{% set x | e %}<b>{% endset %}{{ x + '<' }}{{ [x] }}",
    "{% filter e %}<b>{{ '<'|safe }}{% endfilter %}",
    "{% filter upper %}<b>{{ '<'|e }}{% endfilter %}",
    "{% filter replace('b', '<'|safe) %}<b>{% endfilter %}",
    "{% macro f() %}<b>{% endmacro %}{{ f() + '<' }}{{ [f()] }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}<b>{% endcall %}",
    "{% macro f() %}{{ [caller()] }}{% endmacro %}{% call f() %}<b>{% endcall %}",
    "{% macro f(x='<'|safe) %}{{ x + '<' }}{% endmacro %}{{ f() }}",
    "{% for x in ['<'|safe, '<'] %}{{ x + '<' }}{% endfor %}",
    "{% for c in '<b>'|safe %}{{ [c] }}{% endfor %}",
    "{% set x, y = ('ab'|safe) %}{{ [x, y] }}",
    "{{ '<' }}{{ html }}{{ html|e }}{{ html|safe }}",
    "{% if '<'|safe == '<' %}same{% endif %}",
]

AUTOESCAPED = ["'<b>'", "html", "html|safe", "html|e", "'<b>'|safe", "['<']", "d", "1", "none", "nope", "1.5", "'<' ~ '>'", "'<' ~ ('>'|safe)", "('<'|safe) ~ '>'", "'<' + '>'", "html|upper", "html|e|upper",
               "html|replace('<', '>')", "html|replace('<', '>'|safe)", "['<', '>'|safe]|join", "['<', '>']|join('&')", "['<', '>'|safe]|join('&'|safe)", "['<']|join", "m('<')", "[m('<')]", "m('<'|safe)", "m('<') ~ '<'", "m('<') + '<'",
               "html|tojson", "['<']|tojson", "'%s'|format('<')", "'%s' % '<'", "'{}'.format('<')", "html|title", "html|trim", "html|indent", "html|first", "html|list", "html|reverse", "html|truncate(2, true, '…', 0)", "html|wordwrap(2)",
               "html|center(10)", "html|striptags", "html|urlize", "'http://a.com <b>'|urlize", "{'a': '<'}|xmlattr", "[{'a': '<'}|xmlattr]", "html|forceescape", "html|default('x')", "nope|default('<')", "html|string", "[html|string]", "html|pprint", "d.items()",
               "html|length", "html == '&lt;'", "html is escaped", "'<' is escaped", "('<' ~ '')|length", "['<' ~ '>']", "users|map(attribute='name')|join('<')", "['<b>', '<c>']|map('upper')|join", "namespace(a='<').a", "range(2)", "(1, '<')", "html[0]", "'<' * 2",
               "html if t else '<'", "lipsum(n=1)|length > 1", "loop", "cycler('<').next()", "joiner('<')()", "strftime_now('<%Y')", "caller", "html|capitalize", "html|lower", "html|urlencode", "html|batch(2)|list", "html|unique|join", "'a\n<'|indent('<')", "['<']|sum(start='')"]

CASES = [
    *each("\n".join(SNIPPETS)),
    *TEXTS,
    *(shown(f"[('a<b'|safe).{method}]") for method in METHODS),
    *(shown(f"('a<b'|safe).{method} + '<'") for method in METHODS[:45]),
    *(shown(f"[('<'|safe) + {value}]") for value in VALUES.values()),
    *(shown(f"[{value} + ('<'|safe)]") for value in VALUES.values()),
    *(shown(f"[('<%s'|safe) % {value}]") for value in VALUES.values()),
    *(shown(f"[('<{{}}'|safe).format({value})]") for value in VALUES.values()),
    *(shown(f"[({value}|safe), ({value}|e)]") for value in VALUES.values()),
    *("{% macro m(p) %}[{{ p }}]{% endmacro %}{% autoescape true %}{% autoescape false %}{{ X }}{% endautoescape %}|{{ X }}{% endautoescape %}".replace("X", value) for value in AUTOESCAPED),
    *("{% autoescape true %}{% macro m(p) %}[{{ p }}]{% endmacro %}{{ X }}{% endautoescape %}|{{ X }}".replace("X", value) for value in AUTOESCAPED if "m(" in value),
    *("{% autoescape t %}" + text + "{% endautoescape %}" for text in TEXTS),
    *("{% autoescape true %}" + text + "{% endautoescape %}" for text in TEXTS),
    "{% autoescape true %}{% set x %}<b>{{ '<' }}{% endset %}{{ x }}{{ [x] }}{% endautoescape %}",
    "{% autoescape true %}{% set x = '<' %}{{ x }}{% endautoescape %}{{ x }}",
    "{% set x = '<' %}{% autoescape true %}{% set x = '>' %}{{ x }}{% endautoescape %}{{ x }}",
    "{% autoescape true %}{% filter upper %}<b>{{ '<' }}{% endfilter %}{% endautoescape %}",
    "{% autoescape true %}{% for x in ['<', '>'|safe] %}{{ x }}{% endfor %}{% endautoescape %}",
    "{% autoescape true %}{% if true %}{{ '<' }}{% endif %}{% endautoescape %}",
    "{% autoescape nope %}{{ '<' }}{% endautoescape %}",
    "{% autoescape 'x' %}{{ '<' }}{% endautoescape %}",
    "{% autoescape n %}{{ html }}{% endautoescape %}",
    "{% autoescape %}{{ '<' }}{% endautoescape %}",
    "{% autoescape true %}{{ '<' }}",
    "{% autoescape true, false %}{{ '<' }}{% endautoescape %}",
    "{% macro f() %}{{ html }}{% endmacro %}{% autoescape true %}{{ f() }}{% endautoescape %}{{ f() }}",
    "{% autoescape true %}{% macro f() %}{{ html }}{% endmacro %}{{ f() }}{% endautoescape %}{{ f is defined }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% autoescape true %}{% call f() %}{{ html }}{% endcall %}{% endautoescape %}",
    "{% autoescape true %}{% generation %}{{ html }}{% endgeneration %}{% endautoescape %}",
    "{% autoescape true %}{% block b %}{{ html }}{% endblock %}{% endautoescape %}{{ self.b() }}",
    "{% block b scoped %}{% autoescape true %}{{ html }}{% endautoescape %}{% endblock %}",
    "{% set ns = namespace(a='') %}{% autoescape true %}{% set ns.a = ns.a ~ '<' %}{{ ns.a }}{% endautoescape %}{{ ns.a }}",
    "{% set ns = namespace(a='') %}{% autoescape true %}{% set ns.a = html ~ '<' %}{{ ns.a }}{% endautoescape %}{{ [ns.a] }}",
    "{% autoescape true %}{% include html %}{% endautoescape %}",
    *(f"{{% autoescape {outer} %}}{{% autoescape {middle} %}}{{{{ '<' }}}}{{{{ '<' ~ 1 }}}}{{{{ '<'|upper }}}}{{{{ html }}}}{{% set b %}}{{{{ '>' }}}}{{% endset %}}{{{{ b }}}}{{% autoescape {inner} %}}{{{{ '<' }}}}{{% endautoescape %}}{{{{ '<' }}}}{{% endautoescape %}}{{{{ '<' }}}}{{% endautoescape %}}" for outer in ["true", "false", "i"] for middle in ["i", "n", "true"] for inner in ["true", "false", "i", "n"]),
    *(f"{{{{ ('{conversion}'|safe) % ({value},) }}}}" for conversion in ["%d", "%f", "%g", "%x", "%c", "%i"] for value in ["'a<'", "('a<'|safe)", "('1'|safe)", "html", "'1'.encode()", "n", "l", "nope"]),
]
