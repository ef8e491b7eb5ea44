"""`%`, `.format` and the filter `format`."""

from common import VALUES, each, shown

PERCENT = ["%s", "%r", "%a", "%d", "%i", "%u", "%f", "%F", "%e", "%E", "%g", "%G", "%x", "%X", "%o", "%c", "%%", "%5s", "%-5s|", "%05d", "%+d", "% d", "%.2f", "%8.3f|",
           "%-8.2f|", "%+.1e", "%#x", "%#o", "%#.3g", "%.3s", "%.0f", "%5.1f", "%05.1f", "%.10g", "%03x", "%ld", "%hd", "%5%", "%b", "%y", "%", "%(a)s", "%*d", "%.*f"]

SPECS = ["", "s", "d", "n", "b", "o", "x", "X", "c", "e", "E", "f", "F", "g", "G", "%", "5", "<5", ">5", "^5", "=5", "*^7", "05", "+", "-", " ", "+d", "+.2f", ",", "_", ",.2f", ",d",
         "_x", "#x", "#b", "#o", "08.3f", ".3", ".0f", ".2%", "10.4g", ".3s", "é>5", "<<5", "{<5", "z", "q", "5.5.5", ".", "0", "00", "-5", "300", ",s", "_,", "+s", "=s", "^", "<", "<10d",
         "^+9.2f", "#.3g", "z.1f", "09,d", ",b", "#X", "c<3", ".300", "99999999999999999999", "5!r", "d5", "%5", "é"]

CASES = [
    *(shown(f'"[{percent}]" % {value}') for percent in PERCENT for value in ["i", "f", "k", "s", "n", "t"]),
    *(shown(f'"[{percent}]" % ({value},)') for percent in PERCENT[::2] for value in ["big", "l", "d", "nope", '("<b>"|safe)', '"é"', "zero", '"7"']),
    *(shown(f'"[{{:{spec}}}]".format({value})') for spec in SPECS for value in ["i", "f", "s", "k", "t"]),
    *(shown(f'"[{{:{spec}}}]".format({value})') for spec in SPECS[::3] for value in ["n", "l", "big", "d", "nope", '("<b>"|safe)', "zero", "range(3)", "(1, 2)", "namespace(a=1)", "m"]),
    *(("{{ '{:X}'.format(x) }}|{{ '%X' % x }}".replace("X", spec, 1).replace("X", percent), {"x": x})
      for x in [0.0, -0.0, 1.0, 1234567.891, 1e16, 1e-5, 123456789.0, 0.5, 1.5, 2.5, 2.675, 1e300, -0.0004, 99999.95]
      for spec, percent in [("", "s"), (".2f", ".2f"), ("e", "e"), ("g", "g"), (".3g", ".3g"), (",.1f", ".1f"), (".0f", ".0f"), ("%", "G"), ("#.0f", "#.0f"), ("#g", "#g"), ("010.2e", "010.2e")]),
    *each(r"""
        "%s" % "a"
        "%s %s" % ("a", "b")
        "%s %s" % ["a", "b"]
        "%s" % ["a", "b"]
        "%s" % (1, 2)
        "%s %s" % 1
        "%s %s" % (1,)
        "%s" % ()
        "abc" % ()
        "abc" % []
        "abc" % {}
        "abc" % 1
        "abc" % "x"
        "abc" % (1,)
        "abc" % n
        "abc" % nope
        "abc" % l
        "abc" % d
        "%(b)s" % d
        "%(b)s %(a)s" % d
        "%(q)s" % d
        "%(b)05d|%(b)-5d|" % d
        "%(a)r" % {"a": "x"}
        "%(a.b)s" % {"a.b": 1}
        "%((a))s" % {"(a)": 1}
        "%(a" % {"a": 1}
        "%()s" % {"": 1}
        "%(a)s %s" % {"a": 1}
        "%s %(a)s" % {"a": 1}
        "%s" % {"a": 1}
        "%(1)s" % {1: 2}
        "%(a)s" % [1]
        "%(a)s" % 1
        "%*d" % (5, 42)
        "%-*d|" % (5, 42)
        "%*d|" % (-5, 42)
        "%.*f" % (2, 3.14159)
        "%*.*f" % (8, 2, 3.14159)
        "%*d" % ("a", 42)
        "%.*f" % ("a", 1)
        "%*(a)d" % {"a": 1}
        "%d%%" % 50
        "100%" % ()
        "100% " % ()
        "100%" % 1
        "%d" % "7"
        "%d" % 3.9
        "%d" % -3.9
        "%d" % 1e22
        "%d" % n
        "%d" % true
        "%d" % "inf"|float
        "%d" % ("inf"|float)
        "%d" % ("nan"|float)
        "%f" % ("inf"|float)
        "%05f" % ("-inf"|float)
        "%f" % "1"
        "%f" % big
        "%e" % big
        "%x" % 255
        "%x" % -255
        "%#X" % 255
        "%x" % 1.5
        "%o" % "8"
        "%x" % big
        "%c" % 65
        "%c" % "A"
        "%c" % "AB"
        "%c" % ""
        "%c" % 128512
        "%c" % 1114112
        "%c" % -1
        "%c" % 1.5
        "%c" % n
        "%5c|%-5c|" % ("a", "b")
        "%s" % "é"
        "%a" % "é😀"
        "%r" % "it's"
        "%10.3s|" % "abcdef"
        "%+s" % "a"
        "%05s" % "a"
        "% s" % "a"
        "%#s" % "a"
        "%+d % d" % (5, 5)
        "%+05d|% 05d|%-05d|" % (5, 5, 5)
        "%.3d" % 5
        "%8.3d|" % -5
        "%.50f" % 0.1
        "%.100f" % 1.5
        "%500d" % 5
        "%.0e" % 12345.0
        "%g" % 100000.0
        "%g" % 1000000.0
        "%g" % 0.0001
        "%g" % 0.00001
        "%#g" % 1.0
        "%g" % 1e100
        "%G" % 1e-10
        "%.0g" % 15.0
        "%.17g" % 0.1
        "%y" % 1
        "%é" % 1
        "%s%y" % 1
        "%l" % 1
        "%lld" % 1
        "%99999999999d" % 1
        "%.99999999999f" % 1
        ("%s"|safe) % "<b>"
        ["%s"|safe % "<b>"]
        "%s" % ("<b>"|safe)
        ["%s" % ("<b>"|safe)]
        ("%d"|safe) % 5
        ("%r"|safe) % "<b>"
        ("%(a)s"|safe) % {"a": "<b>"}
        ("%s %s"|safe) % ("<", 1)
        ("%s"|safe) % ["<b>"]
        ("%.2f"|safe) % 3.14159
        1 % "s"
        l % 2
        n % 1
        "%s" % m
        "%s" % range(3)
        "%s" % namespace(a=1)
        "%s"|format("a")
        "%s %s"|format("a", "b")
        "%s"|format()
        "abc"|format(1)
        "abc"|format()
        "%(a)s"|format(a=1)
        "%(a)s"|format(1, a=1)
        "%s"|format(["a"])
        "%s"|format(("a",))
        "%s %s"|format(*["a", "b"])
        "%(a)s"|format(**{"a": 5})
        "%d"|format("x")
        1|format(1)
        n|format
        ["%s"]|format(1)
        ("%s"|safe)|format("<b>")
        "%s"|format("<b>"|safe)
        "{}".format(1)
        "{} {}".format(1, "x")
        "{0} {1} {0}".format("a", "b")
        "{a} {b}".format(a=1, b=2)
        "{} {a}".format(1, a=2)
        "{0} {}".format(1)
        "{} {0}".format(1)
        "{}".format()
        "{} {}".format(1)
        "{1}".format(1)
        "{a}".format()
        "{a}".format(b=1)
        "{a}".format(1)
        "{5}".format(*l)
        "{}".format(*l)
        "{b}".format(**d)
        "{{}}".format()
        "{{{}}}".format(1)
        "{".format()
        "}".format()
        "{}}".format(1)
        "{a".format(a=1)
        "{a{}".format(a=1)
        "{!r}".format("x")
        "{!s}".format("x")
        "{!a}".format("é")
        "{!x}".format("x")
        "{!}".format("x")
        "{!rr}".format("x")
        "{!r:>5}".format("x")
        "{0!r:>5}".format("x")
        "{a!r}".format(a=n)
        "{:>{w}}".format("a", w=4)
        "{:>{}}".format("a", 4)
        "{0:>{1}}".format("a", 4)
        "{:{f}{a}{w}}".format("x", f="*", a="^", w=5)
        "{:{:{}}}".format(1, 2, 3)
        "{:{{}}}".format(1)
        "{[0]}".format([1, 2])
        "{0[0]}".format([1, 2])
        "{0[5]}".format([1, 2])
        "{0[a]}".format({"a": 1})
        "{0[b]}".format({"a": 1})
        "{0[a][0]}".format({"a": [5]})
        "{0[a].b}".format({"a": 1})
        "{0[-1]}".format([1, 2])
        "{0[0}".format([1, 2])
        "{0[]}".format([1, 2])
        "{0[0]x}".format([1, 2])
        "{0.a}".format({"a": 1})
        "{0.real}".format(5)
        "{0.nope}".format(5)
        "{0.upper}".format("a") is string
        "{0.__class__}".format(1)
        "{0.__class__.__mro__}".format(1)
        "{0._x}".format(1)
        "{0.append}".format([1])
        "{0.}".format(1)
        "{.real}".format(5)
        "{a.real}".format(a=5)
        "{a.b.c}".format(a=namespace(b=namespace(c=1)))
        "{a[b][c]}".format(a={"b": {"c": 3}})
        "{x.y}".format(x=nope)
        "{x}".format(x=nope)
        "{x!r}".format(x=nope)
        "{x:5}".format(x=nope)
        "{}".format(nope)
        "{:5}|".format(none)
        "{}".format(none)
        "{:5}|".format(true)
        "{:d}".format(true)
        "{:>5}".format([1])
        "{}".format([1, "a"])
        "{}".format({"a": 1})
        "{:s}".format(1)
        "{:d}".format("a")
        "{:d}".format(1.5)
        "{:.2f}".format("a")
        "{:.2}".format("abc")
        "{:.2f}".format(3)
        "{:.2}".format(3)
        "{:c}".format(65)
        "{:c}".format(-1)
        "{:x}".format(255)
        "{:#x}".format(255)
        "{:x}".format(1.5)
        "{:,}".format(1234567)
        "{:_}".format(1234567)
        "{:_x}".format(1234567)
        "{:,}".format(1234567.891)
        "{:,}".format("a")
        "{:,.2f}".format(1234567.891)
        "{:%}".format(0.5)
        "{:.1%}".format(0.1234)
        "{:%}".format(1)
        "{:e}".format(12345)
        "{:g}".format(1e20)
        "{:n}".format(1234567)
        "{:05}".format(-5)
        "{:<05}|".format(-5)
        "{:=+5}".format(5)
        "{:=5}".format("a")
        "{:05}".format("a")
        "{:+}".format("a")
        "{: }".format(5)
        "{:1}".format(1.0)
        "{:10}|".format(1.5)
        "{:10}|".format("a")
        "{:10}|".format(1)
        "{:^10}|".format("ab")
        "{:é^10}|".format("ab")
        "{:}".format("x")
        "{0:}".format("x")
        "{:,}".format(big)
        "{:e}".format(big)
        "{:f}".format(big)
        "{:b}".format(-5)
        "{:#o}".format(8)
        "{:.3}".format(1.23456)
        "{:.0}".format(1.5)
        "{}".format(1e16)
        "{:}".format(1e16)
        "{:f}".format("inf"|float)
        "{:05}".format("nan"|float)
        "{:F}".format("inf"|float)
        "{:d}".format("inf"|float)
        "{:z.1f}".format(-0.01)
        "{a}{b}".format(**{"a": 1, "b": 2})
        "{0}{1}".format(*"ab")
        "{}".format("<b>"|safe)
        ["{}".format("<b>"|safe)]
        ("{}"|safe).format("<b>")
        [("{}"|safe).format("<b>")]
        ("{!r}"|safe).format("<b>")
        ("{:>5}"|safe).format("<")
        ("{:s}"|safe).format("<")
        ("{a}"|safe).format(a="<")
        ("{0.a}"|safe).format(namespace(a="<"))
        ("{:d}"|safe).format(5)
        ("{}"|safe).format(nope)
        ("{}"|safe).format(["<"])
        ("{:>5}"|safe).format("<"|safe)
        ("{}"|safe).format("<"|safe)
        "{a}".format_map({"a": 1})
        "{a}".format_map({"b": 1})
        "{}".format_map({"a": 1})
        "{0}".format_map({"a": 1})
        "{a.real}".format_map({"a": 1})
        "{a.__class__}".format_map({"a": 1})
        "{a}".format_map(5)
        "{a}".format_map()
        "{a}".format_map({}, 1)
        "{a}".format_map(a=1)
        "{a}".format_map(nope)
        "a".format_map(nope)
        ("{a}"|safe).format_map({"a": "<"})
        "{}"["format"](5)
        ("{}"|attr("format"))(5)
        "{0.__class__}"["format"](5)
        "{}".format
        "{}".format is callable
        "{}".format.__self__
        "{0[__class__]}".format({"__class__": 1})
        "{0[_a]}".format({"_a": 1})
        "{0._a}".format({"_a": 1})
        "{a[0][b].real}".format(a=[{"b": 2}])
        "{0.name}".format(users[0])
        "{0[name]} is {0[age]:>4}".format(users[0])
        "{:{}}|".format("x", "")
        "{:{w}.{p}f}".format(3.14159, w=8, p=2)
        "{!r:{w}}|".format("x", w=6)
    """),
    *(shown(f"'{{}} {{!r}}'.format({value}, {value})") for value in VALUES.values()),
]
