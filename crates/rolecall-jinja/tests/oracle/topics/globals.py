"""The functions of the language: range, cycler, joiner, lipsum, raise_exception; dict and namespace are with the containers."""

from common import VALUES, each, shown

CASES = [
    *(shown(f"range({value})") for value in VALUES.values()),
    *(shown(f"raise_exception({value})") for value in VALUES.values()),
    *(shown(f"{function}({value})") for function in ["dict", "namespace", "dict.fromkeys", "joiner", "cycler"] for value in VALUES.values()),
    *(shown(f"joiner({value})() ~ '|'") for value in VALUES.values()),
    *each("""
        range()
        range(0)
        range(5)|list
        range(1, 5)|list
        range(1, 10, 3)|list
        range(5, 1)|list
        range(5, 1, -1)|list
        range(-3)|list
        range(1, 2, 0)
        range(1, 2, 3, 4)
        range(1.5)
        range("3")
        range(none)
        range(true)|list
        range(stop=3)
        range(3, step=2)
        range(100000)|length
        range(100001)
        range(0, 200000, 2)|length
        range(0, 200002, 2)
        range(-100001, 0)
        range(10 ** 20)
        range(10 ** 20, 10 ** 20 + 3)|list
        range(*[1, 4])|list
        range(l|length)|list
        range(l)
        range(3)|string
        range(3).start
        range(3).stop
        range(3).step
        cycler("a", "b").next()
        cycler("a", "b").current
        cycler()
        cycler("a").next() ~ cycler("a").next()
        cycler("a").x
        cycler("a").x.y
        cycler("a").items
        cycler("a").pos
        cycler("a", "b").reset()
        cycler("a")()
        cycler("a").next(1)
        cycler("a").current()
        cycler(a=1)
        cycler(*l).next()
        joiner()()
        joiner()(1)
        joiner(",").sep
        joiner(",").used
        joiner(",", 2)
        joiner(sep="-")()
        joiner(bad=1)
        lipsum()|length > 100
        lipsum(n=2, html=false, min=1, max=3)|length > 1
        lipsum(0)
        lipsum(n=0, html=false)
        lipsum(bad=1)
        lipsum(n="a")
        raise_exception("boom")
        raise_exception()
        raise_exception("a", "b")
        raise_exception(message="named")
        raise_exception(bad=1)
        raise_exception("")
        raise_exception("é\\nnew line")
        raise_exception("%s" % [1])
        raise_exception("<b>"|safe)
        raise_exception(raise_exception("inner"))
        [1, raise_exception("in list")]
        raise_exception("x") if no else "fine"
        no and raise_exception("x")
        t or raise_exception("x")
        l|map(raise_exception)|list
        debug()
        debug
        url_for("x")
        gettext("x")
        _("x")
        len(l)
        str(1)
        int("1")
        list(l)
        dict
        print(1)
        max(1, 2)
        super()
        caller()
        now()
        zip(l, l)
        enumerate(l)
        sorted(l)
        isinstance(1, 2)
        range.x
        range["x"]
        range|length
        range|list
        range ~ ""|length
        range + 1
        range == range
        range < 1
        not range
        range and 1
        namespace.x
        dict.fromkeys|length
        dict.fromkeys ~ 1|length
        dict.x
        dict.x.y
        dict["fromkeys"](["a"])
        dict == dict
        lipsum.x
        raise_exception.x
        strftime_now.x
        strftime_now.__name__
        strftime_now("%Y").x
        joiner.x
        cycler.next
        cycler.next()
        joiner.used
    """),
    "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.next() }}{{ c.pos }}{{ c.items }}",
    "{% set c = cycler(1, none) %}{% for x in l %}{{ c.next() }}{% endfor %}{{ c.current }}",
    "{% set c = cycler('a') %}{{ c.pos }}{{ c.next() }}{{ c.pos }}{% set c.pos = 5 %}",
    "{% set j = joiner() %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}",
    "{% set j = joiner('|') %}{{ j() }}a{{ j() }}b{{ j() }}c{{ j.used }}{{ j.sep }}",
    "{% set j = joiner(5) %}{{ j() }}a{{ j() }}b",
    "{% set j = joiner() %}{% if j %}yes{% endif %}{{ j is callable }}{{ j|default('x') is callable }}",
    "{% set range = 5 %}{{ range }}",
    "{% set range = 5 %}{{ range(3) }}",
    "{% set dict = 1 %}{{ dict + 1 }}",
    "{% set namespace = none %}{{ namespace }}",
    "{% for range in l %}{{ range }}{% endfor %}{{ range(2)|list }}",
    "{% if false %}{% set range = 1 %}{% endif %}{{ range }}",
    "{% macro range(x) %}[{{ x }}]{% endmacro %}{{ range(3) }}",
    ("{{ range }}{{ dict }}{{ namespace }}{{ raise_exception }}{{ tojson }}", {"range": 1, "dict": 2, "namespace": 3, "raise_exception": 4, "tojson": 5}),
    ("{{ true }}{{ none }}{{ loop }}{{ self }}{{ caller }}{{ super }}{{ context }}{{ environment }}{{ l_0_x }}{{ resolve }}", {"true": 1, "none": 2, "loop": 3, "self": 4, "caller": 5, "super": 6, "context": 7, "environment": 8, "resolve": 9}),
    ("{{ class }}{{ def }}{{ lambda }}{{ None }}{{ import }}{{ for }}", {"class": 1, "def": 2, "lambda": 3, "import": 4}),
    ("{{ class }}{{ def }}{{ lambda }}{{ pass }}{{ while }}{{ return }}{{ yield }}{{ async }}{{ await }}", {"class": 1, "def": 2, "lambda": 3, "pass": 4, "while": 5, "return": 6, "yield": 7, "async": 8, "await": 9}),
    ("{% for class in [1] %}{{ class }}{% endfor %}{% set def = 2 %}{{ def }}{% macro f(lambda) %}{{ lambda }}{% endmacro %}{{ f(3) }}", {}),
    ("{% macro f(lambda) %}{{ lambda }}{% endmacro %}{{ f(lambda=3) }}", {}),
    ("{% macro f(class=4) %}{{ class }}{% endmacro %}{{ f(class=3) }}{{ f() }}{{ dict(class=1, **{'def': 2}) }}", {}),
    ("{% macro f() %}{{ kwargs }}{% endmacro %}{{ f(class=3, x=1) }}", {}),
    ("{{ é }}{{ naïve }}{{ 名 }}{{ _x }}{{ __y__ }}{{ x1 }}", {"é": 1, "naïve": 2, "名": 3, "_x": 4, "__y__": 5, "x1": 6}),
    ("{{ ﬁ }}{{ fi }}", {"ﬁ": 1, "fi": 2}),
    ("{% set ﬁ = 1 %}{{ ﬁ }}{{ fi }}", {}),
]
