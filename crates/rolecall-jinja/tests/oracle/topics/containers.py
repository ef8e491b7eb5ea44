"""Methods, items and constructors of lists, tuples, dicts, ranges, views and namespaces; the sandbox's refusals."""

from common import MACRO, VALUES, each, shown

ALLOWED = {
    "l": ["index(1)", "index(9)", "index(1, 2)", "index(1, 0, 1)", "index()", "index(1, 'a')", "index(x=1)", "count(1)", "count(9)", "count()",
          "count(1, 2)", "count('a')", "copy()", "copy(1)", "nope", "nope()", "__len__()", "__class__", "x.y", "items()"],
    '(1, "a", 1)': ["index(1)", "index(9)", "index('a')", "index(1, 1)", "index()", "count(1)", "count()", "copy()", "append(1)", "nope", "nope()"],
    "d": ["get('b')", "get('q')", "get('q', 5)", "get()", "get('b', 1, 2)", "get(key='b')", "get([])", "get(n)", "get(nope)", "keys()", "keys(1)", "values()",
          "values(x=1)", "items()", "items(1)", "copy()", "copy(1)", "fromkeys(['a', 'b'])", "fromkeys('ab', 1)", "fromkeys()", "fromkeys(5)", "nope",
          "nope()", "nope.x", "a.x", "a.z", "a.z.w", "a.get('x')", "a.get('z').y", "b.c", "b()", "a()", "__class__", "__len__()", "has_key('a')",
          "items().x", "keys()|list", "values()|list", "items()|list", "items()|length", "keys()|first", "values()|last", "items()|last"],
    "nested": ["items", "items()", "keys", "keys()", "get", "get('get')", "_p", "a b", "values()", "0", "items is defined", "keys|length",
               "items is mapping", "items is callable", "items|list", "copy is defined", "copy"],
    "range(3)": ["index(1)", "index(9)", "index('a')", "index()", "count(1)", "count(9)", "start", "stop", "step", "nope", "0", "5", "index(1, 2)"],
    "flat.items()": ["mapping", "isdisjoint([])", "isdisjoint(5)", "isdisjoint()", "nope", "0", "index(1)"],
    "flat.keys()": ["isdisjoint(['one'])", "isdisjoint(['x'])", "mapping", "0"],
    "flat.values()": ["mapping", "isdisjoint([])"],
    "namespace(a=1)": ["a", "b", "b.c", "a()", "get('a')", "items()", "__class__", "_x", "__init__", "a.real"],
    "n": ["x", "x.y", "x()", "upper()", "__class__"],
    "t": ["x", "real", "bit_length()", "x()"],
    "nope": ["x", "x.y", "x()", "upper()", "__class__", "_x"],
    "(l|map('string'))": ["x", "send", "close", "close()", "send(none)", "__next__()", "gi_frame", "gi_code", "gi_running", "gi_yieldfrom", "throw", "0"],
    "m": ["name", "arguments", "catch_kwargs", "catch_varargs", "caller", "explicit_caller", "x", "x()", "__call__", "_func", "_environment", "name.upper()"],
    '("<b>"|safe)': ["striptags()", "unescape()", "escape('<')", "format", "x", "__html__", "__html__()", "upper()"],
}

REFUSED = {
    "l": ["append(4)", "extend([1])", "insert(0, 1)", "pop()", "remove(1)", "clear()", "sort()", "reverse()"],
    "d": ["clear()", "pop('b')", "popitem()", "setdefault('z', 1)", "update({'z': 1})"],
}

ITEMS = ["0", "-1", "5", '"a"', '"upper"', '"get"', "n", "t", "1.0", "f", "nope", "[]", "(0, 1)", "big", "-9", '"0"', '"__class__"', '"_p"', "{}", '"b"', '"name"', '"start"']

CASES = [
    *(shown(f"{value}.{access}") for value, accesses in ALLOWED.items() for access in accesses),
    *(shown(f"{value}.{access}") for value, accesses in REFUSED.items() for access in accesses),
    *(shown(f"{value}.{access.split('(')[0]}{rest}") for value, accesses in REFUSED.items() for access in accesses
      for rest in ["", " is defined", "|string", " ~ 'x'"]),
    *("[{{ VALUE.append }}]{{ VALUE.append is defined }}{{ VALUE.pop|default('x') }}".replace("VALUE", value) for value in ["l", "d", "s", "(1, 2)", "n", "nested"]),
    *(shown(f"{value}[{item}]") for value in VALUES.values() for item in ITEMS),
    *((MACRO if value == "m" else "") + "{{ [V.__class__] }}{{ V.__class__ is defined }}{{ V['__class__'] is defined }}{{ V._x is defined }}{{ V|attr('__class__') is defined }}".replace("V", value) for value in VALUES.values()),
    *(shown(f"{value}{rest}") for value in VALUES.values() for rest in [".__class__", ".__class__.__mro__", ".__class__()", "|attr('__init__')", "|attr('nope')", "|attr('a')", "|attr('upper')",
                                                                        "|attr('real')", ".nope", ".nope()", "()", "(1)", ".0", "['nope'].x"]),
    *each("""
        l.append
        l.append.x
        l.append()
        l.append + 1
        l.append ~ "x"
        l.append|length
        l.append|list
        l.append|upper
        l.append == nope
        l.append is undefined
        l.append is callable
        l.append and 1
        l.append or 1
        l["append"]
        l["append"](1)
        l|attr("append")
        (l|attr("append"))(1)
        [l.append]
        d.update
        d["update"]
        d["update"]({})
        d|attr("update")
        {"append": 1}.append
        {"update": 1}.update
        {"update": 1}["update"]
        {"pop": 1}.pop
        {"_a": 1}._a
        {"_a": 1}["_a"]
        {"__class__": 1}.__class__
        {"__class__": 1}["__class__"]
        {"_a": 1}|attr("_a")
        nested._p
        nested["_p"]
        nested._q
        nested["a b"]
        nested.0
        nested["0"]
        nested[0]
        [[1]][0].append(2)
        [].append
        [].append(1)
        ().append
        {}.pop("a")
        {}.update
        s.format.__globals__
        s.format_map
        s.__class__.__mro__[1]
        m.__globals__
        m.__call__
        range.__class__
        namespace.__init__
        cycler.__init__.__globals__
        joiner.__class__
        dict.__class__
        dict.fromkeys
        dict.mro
        self.__class__
        self._TemplateReference__context
        self.x
        lipsum.__globals__
        raise_exception.__globals__
        strftime_now.__code__
        strftime_now.__name__
        ().__class__.__bases__
        1.__class__
        n.__class__
        true.__class__
        l|attr("copy") is defined
        (l|attr("index"))(1)
        l|attr(nope)
        l|attr(1)
        l|attr(none)
        l|attr()
        l|attr(name="copy") is defined
        d|attr("b")
        d|attr("get") is callable
        d|attr(["b"])
        n|attr("x")
        nope|attr("x")
        nope|attr("__class__")
        users|map(attribute="__class__")|list
        users|map(attribute="_x")|list
        users|map(attribute="pop")|list
        users|map(attribute="name.__class__")|list
        users|map("attr", "__class__")|list
        users|map("attr", "keys")|list|length
        users|selectattr("__class__")|list
        users|groupby("__class__")|list
        users|sort(attribute="__class__")
        [1, 2][0]
        [1, 2][-1]
        [1, 2][2]
        [1, 2][true]
        [1, 2][1.0]
        [1, 2]["a"]
        [1, 2][none]
        [1, 2].0
        [1, 2].2
        [[1, 2], [3]].0.1
        [[1, 2], [3]].1.0
        [[1, 2], [3]].0.5
        (1, 2)[0]
        (1, 2).1
        {1: "a"}[1]
        {1: "a"}[1.0]
        {1: "a"}[true]
        {1: "a"}.1
        {true: "a"}[1]
        {none: "a"}[none]
        {none: "a"}.none
        {"1": "a"}.1
        {"1": "a"}[1]
        {(1, 2): "a"}[(1, 2)]
        {(1, 2): "a"}[1, 2]
        l[0, 1]
        l[0][0]
        l[5].x
        l[5][0]
        l[5] is defined
        l["x"] is defined
        d.a["x"]
        d["a"].x
        d["a"]["x"]
        d["a"]["x"]["y"]
        d["a"]["x"].upper()
        d["z"]["x"]
        d.z.x
        d.a.x.upper
        d.a.x.nope
        d.a.x.nope.more
        d.b.real
        d[d]
        d[l]
        d[nope]
        d[(l,)]
        s[d]
        range(3)[1]
        range(3)[-1]
        range(3)[5]
        range(3)["a"]
        range(10)[2:8:3]
        range(10)[::-1]
        range(3)|length
        range(3)|first
        range(3)|last
        range(3)|list
        range(3)|reverse|list
        range(3).__len__()
        range(2, 2)|list
        range(5, 1)|list
        range(5, 1, -2)|list
        range(0)|length
        range(3) + [1]
        range(big)
        flat.keys()[0]
        flat.items()[0]
        flat.values()[0]
        flat.items()|first
        flat.items()|list|last
        flat.keys()|join(",")
        flat.keys()|sort
        flat.keys()|reverse|list
        flat.items()|reverse|list
        flat.values()|sum
        flat.values()|max
        flat.keys()|length
        flat.items().__len__()
        flat|length
        flat|list
        flat|first
        flat|last
        flat|join(",")
        flat|sort
        flat|reverse|list
        flat|max
        flat|unique|list
        flat.get("one").bit_length()
        d == d.copy()
        l == l.copy()
        l.copy() is sameas l
        d.copy().get("b")
        {"a": 1}.get("a") + 1
        {"get": 1}.get
        {"get": 1}.get("get")
        {"items": [1]}.items()
        {"items": [1]}["items"]
        {"keys": 1}.keys()|list
        namespace(a=1).a
        namespace(a=1)["a"]
        namespace(a=1)["b"]
        namespace(a=1).b
        namespace(a=1).b.c
        namespace(a=1)|length
        namespace(a=1)|list
        namespace(a=1)|string
        namespace(a=1)|tojson
        namespace(a=1) is mapping
        namespace(a=1) is iterable
        namespace(a=1) is sequence
        namespace() and 1
        namespace(a=1)["__class__"]
        namespace(items=1).items
        namespace(get=1).get
        namespace(l=[1]).l[0]
        namespace({"a": 1}, b=2)
        namespace([("a", 1)])
        namespace([["a", 1], ["b", 2]]).b
        namespace([1])
        namespace(5)
        namespace("ab")
        namespace(none)
        namespace(nope)
        namespace({1: 2})
        namespace({1: 2})[1]
        namespace({}, {})
        namespace(_a=1)
        namespace(__class__=1)
        namespace({"_a": 1})
        namespace({"__init__": 1})
        namespace(self=1)
        namespace(**{"a": 1})
        namespace(**{"_a": 1})
        namespace(a=1, a=2)
        dict(a=1)
        dict()
        dict({"a": 1}, b=2)
        dict([("a", 1), ("b", 2)])
        dict([["a", 1]], a=2)
        dict(["ab", "cd"])
        dict([1])
        dict(["abc"])
        dict([("a",)])
        dict(5)
        dict("ab")
        dict(none)
        dict(nope)
        dict(d, e=1)
        dict(d.items())
        dict(flat.items(), one=5)
        dict(l|map("list"))
        dict({}, {})
        dict(**{"a": 1})
        dict(**{"a b": 1})
        dict(namespace(a=1))
        dict([([], 1)])
        dict.fromkeys(["a", "b"])
        dict.fromkeys(["a", "b"], 0)
        dict.fromkeys("ab", [])
        dict.fromkeys()
        dict.fromkeys(5)
        dict.fromkeys([[]])
        dict.fromkeys(["a"], 1, 2)
        dict.nope
        dict.copy
        dict is callable
        dict is mapping
        dict["a"]
        dict|list
        dict|length
        ((1, 2), 3).0.1
        (1, 2)|first
        (1, 2) + (3,)
        (1, 2) * 2
        (1, 2)|list
        (1, 2)|length
        ()|length
        (1, 2) is sequence
        [1, 2, 3].index(2)
        [1, 2, 3].index(5)
        ["a", "b"].index("c")
        [1.5, none].index(2.5)
        [[1]].index([2])
        (1, 2, 3).index(2)
        (1, 2, 3).index(5)
        [1, 1.0, true, "1"].count(1)
        [nope].count(nope)
        [nope].index(nope)
        range(10).index(4)
        range(10).index(40)
        range(10).count(4)
        range(10).index("a")
        range(10).count(4.0)
        range(10).index(4.0)
    """),
    # Refused where the value is first used, not where it is read.
    "{% set a = l.append %}{{ a }}{% if a %}x{% else %}y{% endif %}{% for x in a %}z{% endfor %}",
    "{% set a = l.append %}{{ a(1) }}",
    "{% do l.append(1) %}",
    "{% set _ = l.append(1) %}{{ l }}",
    "{% if l.append(1) %}{% endif %}",
    "{% for x in l.append(1) %}{% endfor %}",
    "{% set ns = namespace(l=[]) %}{% set ns.l = ns.l + [1] %}{{ ns.l }}{{ ns.l.append(2) }}",
    "{% set ns = namespace() %}{% set ns._x = 1 %}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.b = ns.a + 1 %}{{ ns }}{{ ns.a }}{{ ns['b'] }}",
    "{% set d.b = 1 %}",
    "{% set nope.b = 1 %}",
    "{% set l.x = 1 %}",
    "{% set n.x = 1 %}",
    "{% set ns = {} %}{% set ns.x = 1 %}",
    "{% set ns = namespace(a={}) %}{% set ns.a.b = 1 %}{{ ns }}",
    "{% set ns = namespace(a=1) %}{% set ns['a'] = 2 %}{{ ns }}",
    "{% set ns = namespace(a=1) %}{% set ns.a, ns.b = 2, 3 %}{{ ns }}",
    "{% set ns = namespace(a=1) %}{% set ns.a, x = 2, 3 %}{{ ns }}{{ x }}",
    "{% set ns = namespace(a=1) %}{% set ns.a %}text{% endset %}{{ ns }}",
    "{% set ns = namespace(a=1) %}{% set ns.a | upper %}text{% endset %}{{ ns }}",
    "{% set ns = namespace(a=1) %}{% for ns.a in [1, 2] %}{{ ns.a }}{% endfor %}",
    "{% set ns = namespace(a=1) %}{% with ns.a = 3 %}{{ ns.a }}{% endwith %}",
    "{% set ns = namespace(a=1) %}{% set other = ns %}{% set other.a = 2 %}{{ ns.a }}{{ ns == other }}",
    "{% set ns = namespace(a=[1]) %}{% set x = ns.a %}{% set ns.a = ns.a + [2] %}{{ x }}{{ ns.a }}",
    "{% macro f(ns) %}{% set ns.a = ns.a + 1 %}{% endmacro %}{% set ns = namespace(a=1) %}{{ f(ns) }}{{ f(ns) }}{{ ns.a }}",
    "{% set ns = namespace(a=1) %}{% for i in range(3) %}{% set ns.a = ns.a * 2 %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=1) %}{% if true %}{% set ns.a = 2 %}{% endif %}{{ ns.a }}",
    *each(r"""
        i["x"|safe].y
        n["x'"|safe].y
        d["x"|safe].y
        d["b"|safe]
        s["<"|e].y
        s["__class__"|safe].y
        d["__len__"|safe].y
        s["upper"|safe]()
        nope["x"|safe]
        d|attr("x"|safe) is defined
    """),
]
