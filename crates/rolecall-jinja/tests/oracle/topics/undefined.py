"""Undefined in every position, and the words that say what is missing."""

from common import each, shown

MISSING = ["x", "d.q", "d['q']", "l[9]", "l['z']", "s.q", "s[99]", "n.q", "i.q", "t.q", "f['q']", "d[n]", "nested._q", "l.append", "(1 if no)", "e|first", "''|last",
           "e|max", "users[0].nope", "d|attr('b')", "range(2)[7]", "(1,)[3]", "flat.items()[0]", "namespace().q", "m.q", "namespace().q.r"]

USES = """@
[@]
@ ~ "a"
@ == 1
@ == @
@ != n
not @
@ or 1
@ and 1
1 in @
@ in l
@ in s
@ in d
@ + 1
1 + @
"a" + @
l + @
@ - 1
@ * 2
@ / 2
2 // @
@ % 2
"%s" % @
"%d" % @
@ ** 2
-@
+@
@ < 1
1 < @
@ >= @
@.y
@.y.z
@["y"]
@[0]
@[1:]
@[:]
@()
@(1)
@.y()
l[@]
d[@]
s[@:]
l[:@]
@|upper
@|trim
@|string
@|list
@|length
@|int
@|float
@|join(",")
@|first
@|last
@|sort
@|sum
@|abs
@|round
@|tojson
@|items
@|items|list
@|dictsort
@|map("upper")|list
@|map(attribute="a")|list
@|select|list
@|selectattr("a")|list
@|unique|list
@|min
@|max
@|default("z")
@|default("z", true)
@|d
@|replace("a", "b")
@|indent
@|title
@|capitalize
@|lower
@|safe
@|e
@|escape
@|forceescape
@|reverse
@|reverse|list
@|batch(2)|list
@|slice(2)|list
@|groupby("a")
@|format(1)
@|urlencode
@|wordcount
@|wordwrap
@|truncate
@|center
@|striptags
@|urlize
@|xmlattr
@|filesizeformat
@|pprint
@|attr("a")
@|count
@ is defined
@ is undefined
@ is none
@ is string
@ is number
@ is mapping
@ is sequence
@ is iterable
@ is callable
@ is true
@ is false
@ is odd
@ is even
@ is divisibleby 2
@ is upper
@ is lower
@ is sameas @
@ is in l
@ is eq 1
@ is lt 1
@ is escaped
@ is boolean
range(@)
dict(@)
namespace(@)
namespace(a=@).a
{"a": @}
{@: 1}
"{}".format(@)
"{:>5}".format(@)
"{!r}".format(@)
"{:d}".format(@)
"%r" % (@,)
s.replace(@, "a")
s.replace("l", @)
s.split(@)
s.startswith(@)
s.strip(@)
s.find(@)
s.join(@)
d.get(@)
d.get(@, @)
l.index(@)
l.count(@)
raise_exception(@)
strftime_now(@)
(@)
@ if @ else "no"
1 if @ else 2
@ is not defined
l|join(@)
l|map(@)|list
l|map(attribute=@)|list
l|select(@)|list
users|selectattr(@)|list
users|selectattr("name", @)|list
users|selectattr("name", "eq", @)|list
users|sort(attribute=@)
l|sort(@)
l|sort(reverse=@)
s|indent(@)
s|indent(2, @)
s|replace(@, "a")
s|replace("l", @)
s|replace("l", "a", @)
s|trim(@)
s|truncate(@)
s|center(@)
s|default(@)
nope|default(@)
42.5|round(@)
"7"|int(@)
"x"|int(@)
"x"|float(@)
l|batch(@)|list
l|slice(@)|list
l|sum(start=@)
d|tojson(indent=@)
d|tojson(sort_keys=@)
d|tojson(separators=@)
"%s"|format(@)
l[@] is defined
""".strip().splitlines()

STATEMENTS = [
    "{% for v in @ %}{{ v }}{% else %}none{% endfor %}",
    "{% for a, b in @ %}{{ a }}{% endfor %}",
    "{% for a, b in [@] %}{{ a }}{% endfor %}",
    "{% if @ %}yes{% else %}no{% endif %}",
    "{% if not @ %}yes{% endif %}",
    "{% set v = @ %}{{ v }}|{{ v is defined }}",
    "{% set v, w = @ %}{{ v }}",
    "{% set v = @ %}{{ v + 1 }}",
    "{% set ns = namespace(a=@) %}{{ ns.a + 1 }}",
    "{% with v = @ %}{{ v.w }}{% endwith %}",
    "{% macro f(v) %}{{ v.w }}{% endmacro %}{{ f(@) }}",
    "{% macro f(v=5) %}[{{ v }}]{% endmacro %}{{ f(@) }}",
    "{% macro f(v) %}[{{ v }}]{% endmacro %}{{ f(*@) }}",
    "{% macro f(v) %}[{{ v }}]{% endmacro %}{{ f(**@) }}",
    "{% filter upper %}a{{ @ }}{% endfilter %}",
    "{% for v in @.y %}{% endfor %}",
    "{% set @v = 1 %}",
    "{% call @() %}a{% endcall %}",
    "{% if @.y is defined %}yes{% endif %}",
    "{% for v in [1, 2] if @ %}{{ v }}{% else %}none{% endfor %}",
    "{% for v in range(2) %}{{ loop.changed(@) }}{{ loop.cycle(@, 1) }}{% endfor %}",
    "{% include @ %}",
    "{% extends @ %}",
]

CASES = [
    *(shown(use.replace("@", "x")) for use in USES),
    *(shown(use.replace("@", missing)) for missing in ["d.q", "l.append"] for use in USES[::2]),
    *(shown(use.replace("@", missing)) for missing in MISSING for use in ["@", "@.y", "@ + 1", "@()", "@|default('z')", "@ is defined", "@|tojson", "@ < 1", "@|int", "'a' ~ @", "@['y']"]),
    *(statement.replace("@", missing) for missing in ["x", "d.q", "l.append"] for statement in STATEMENTS),
    *each("""
        x.y
        x.y.z
        x["y"]
        x[0]
        x[n]
        d.q.r
        d["q"].r
        d["it's"].r
        d[5].r
        d[1.5].r
        d[n].r
        d[t].r
        d[(1, 2)].r
        d["q"]["r"]["s"]
        d.a.z.y
        d.b.z.y
        users[0].nope.x
        users[9].name
        users[-9].name
        users["a"].name
        users.name.x
        s.q.r
        s[99].r
        i.q.r
        f.q.r
        t.q.r
        n.q.r
        big.q.r
        range(3).q.r
        range(3)[9].r
        (1, 2).q.r
        (1, 2)[9].r
        flat.items().q.r
        (l|map("int")).q.r
        m.q.r
        namespace(a=1).q.r
        dict.q.r
        range.q.r
        cycler("a").q.r
        joiner().q.r
        s.upper.q.r
        self.q.r
        self.q()
        l.append.q
        d.update()
        l["append"].q
        ("<b>"|safe).q.r
        (e|first).x
        (e|last).x
        (e|max).x
        (e|min).x
        (e|random).x
        ([]|map("int")|first).x
        (""|first).x
        (1 if no).x
        (1 if no)
        (1 if no) is defined
        (1 if no)|default("z")
        (1 if no)|length
        [1 if no]
        {"a": 1 if no}.a.b
        (1 if no)()
        d.q()
        d.a.q()
        d["q"]()
        x()
        x.y()
        d.b()
        d.a.x()
        n()
        i()
        s()
        l()
        d()
        t()
        "abc"()
        5()
        (1, 2)()
        range(3)()
        namespace()()
        m()()
        x|default(y)
        x|default(y.z)
        d.q.r|default("z")
        x.y is defined
        x is defined and x.y
        x is defined and x.y is defined
        (x or d).b
        (x or {}).b
        (x or {}).get("b", 5)
        x|length > 0
        x|list == []
        x ~ y
        x == y
        x != y
        x is sameas y
        x is sameas x
        [x] == [y]
        x in [y]
        {"a": x} == {"a": y}
        x|string == ""
        x|join == ""
        x.y.z is undefined
        not x.y
        missing_function(1, 2)
        missing.method(1)
        raise_exception(x)
        raise_exception("a" ~ x)
        raise_exception("a" + x)
    """),
    "{{ x }}{% set x = 1 %}{{ x }}",
    "{% if x is defined %}a{% elif y %}b{% else %}c{% endif %}",
    "{% if x.y %}{% endif %}",
    "{% if x is defined and x.y %}a{% else %}b{% endif %}",
    "{% if x == 'a' %}a{% endif %}b",
    "{% if x > 1 %}a{% endif %}b",
    "{% set a = x %}{% set b = a %}{{ b.c }}",
    "{% set a = d.q %}{{ a.c }}",
    "{% for u in users %}{{ u.admin }}{% endfor %}",
    "{% for u in users %}{{ u.admin.x }}{% endfor %}",
    "{% for u in users %}{{ u.nope.x }}{% endfor %}",
    "{% macro f(a) %}{{ a }}|{{ a is defined }}|{{ a.b }}{% endmacro %}{{ f() }}",
    "{% macro f(a, b) %}{{ b.c }}{% endmacro %}{{ f(1) }}",
    "{% macro f(a) %}{{ a ~ 'x' }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ varargs[3].x }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{{ kwargs.a.b }}{% endmacro %}{{ f(b=1) }}",
    "{% macro f() %}{{ caller }}{{ caller is defined }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
    "{{ loop }}",
    "{{ loop.index }}",
    "{{ caller() }}",
    "{{ varargs }}{{ kwargs }}",
    "{{ varargs.x }}",
    "{{ self.x }}",
    "{{ super() }}",
    *(f"{{{{ ({value}|attr('{name}')){use} }}}}" for value in ["nope", "nope.x", "[].append", "([]|first)"] for name in ["__x__", "__name__", "__class__", "__call__", "__", "_x", "x", "__x"] for use in ["", " is defined", " ~ 'a'", ".y", "()"]),
]
