"""How values print: str, repr, and inside containers."""

from common import CONTEXT, VALUES, each, over_values, shown

FLOATS = """0.0 -0.0 1.0 100.0 0.1 0.5 1.5 -2.5 3.14159 1e3 1e15 1e16 1e17 1e21 1e22 1e23 123456789.123456789
1234567890123456.0 12345678901234567.0 123456789012345678.0 0.001 0.0001 0.00001 0.000123 0.0000123 1e-4 1e-5 1e-7
5e-324 2.2250738585072014e-308 1.7976931348623157e308 1e100 1e-100 9.999999999999999e22 4.35 2.675 1.005 1e400
0.30000000000000004 1000000000000000.2 9007199254740993.0 1.1e-10 5e22 8.41e21 2.5e-5""".split()

INTEGERS = """0 1 -1 -0 255 1000000 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 18446744073709551615 18446744073709551616 340282366920938463463374607431768211455
340282366920938463463374607431768211456 99999999999999999999999999999999999999999999999999""".split()

STRINGS = [
    "", "plain", "it's", 'say "hi"', "it's \"both\"", "back\\slash", "tab\tnewline\ncr\r", "\x00\x01\x1f\x7f",
    "\x80\x9f\xa0\xad", "é", "日本", "😀", "\u200b\u200d\ufeff", "\u2028\u2029", "\u0378", "\ue000", "\U000e0001",
    "\u0301", "a\u0301", "\u202e", "\u3000", "\U0001f9ff", "\U0001fae8", "\U00010ffff"[0:1], "ǅ", "ß", "\u1680",
    "\u180e", "\u2000", "\u2060", "\u2066", "\ufff9", "\ufffd", "\ufffe", "\U0001f1e9\U0001f1ea", "\U000f0000",
    "\u0890", "\u0870", "\u1c89", "\ua7cb", "\U0001171a", "\U00011f00", "\U0001dfff", "\U0002ebf0", "\x1c\x1d\x1e",
    "\x85", "'", '"', "\\", "\\n", "%s", "{}", "</s>", "a\u00a0b", "\ufdd0", "\u0600", "\u061c", "\U0001bca0",
]

PATTERNS = [
    "@", "[@]", "(@,)", '{"k": @}', "[[@], @]", "@ ~ @", "@|string", "[@|string]", '"%s" % (@,)', '"%r" % (@,)', '"%a" % (@,)',
    '"{}".format(@)', '"{!r}".format(@)', '"{!s}".format(@)', '"{!a}".format(@)', '"{:>9}".format(@)', '"%s"|format(@)',
    "[@, @]|join('-')", "@|pprint", "[@]|pprint", "@|e", "[@|e]", "@|safe", "[@|safe]", "@|upper", "@|default('z')", "@|tojson",
    "[@]|tojson", "(@ if true else 1)", "[@][0]", "namespace(a=@)", "namespace(a=@).a", "{@: 1}", "[@]|list|first",
]

CASES = [
    *over_values(*PATTERNS),
    *("{{ V }} {{ [V] }} {{ V|string }} {{ V ~ '' }} {{ V|tojson }}".replace("V", value) for value in FLOATS + INTEGERS),
    *(("{{ x }} {{ [x] }} {{ x|tojson }} {{ -x }} {{ [x, -x] }} {{ x|int }} {{ x|string|float }}", {"x": float(value)})
      for value in FLOATS if value != "1e400"),
    *(("{{ x }} {{ [x] }} {{ x|tojson }} {{ -x }} {{ x|float }} {{ x + 0 }} {{ x ~ '' }} {{ '%d' % x }}", {"x": int(value)})
      for value in INTEGERS),
    *(("{{ x }}|{{ [x] }}|{{ x|tojson }}|{{ x|tojson(true) }}|{{ [x|safe] }}|{{ '%r' % x }}|{{ '%a' % x }}|{{ x|length }}", {"x": value})
      for value in STRINGS),
    *(("{{ x }}|{{ [x] }}|{{ (x, 1) }}|{{ {'k': x} }}|{{ x|tojson }}|{{ x|pprint }}", {"x": value}) for value in CONTEXT.values()),
    *each("""
        true, false, none
        True, False, None
        TRUE
        1, 2
        1,
        ()
        (1,)
        (1)
        ((1, 2), [3, (4,)], {"a": (5, 6)})
        [1, [2, [3, [4, [5]]]]]
        {"a": {"b": {"c": [1, {"d": none}]}}}
        {1: 2, none: 4, true: 5}
        {1: "a", 1.0: "b", true: "c"}
        {"a": 1, "a": 2}
        {(1, 2): 3}
        {1.5: 1, -1: 2, "": 3}
        {[1]: 2}
        {{}: 2}
        {l: 2}
        {nope: 1}
        {d.items(): 1}
        {range(2): 1}
        [nope, d.q, l[9]]
        (nope,)
        {"a": nope}
        range(3)
        range(1, 5)
        range(1, 10, 2)
        range(0, 9, 1)
        range(5, 0, -1)
        [range(2)]
        d.keys()
        d.values()
        d.items()
        {}.items()
        {}.keys()
        [d.items()]
        flat|items|list
        flat|dictsort
        flat|list
        namespace()
        namespace(a=1, b="x", c=[1])
        [namespace(a=namespace(b=1))]
        namespace
        self
        [self]
        loop
        m
        [m]
        m ~ ""
        m|string
        m.name
        "a" "b" 'c'
        "<b>"|safe
        ["<b>"|safe]
        ["it's"|safe]
        {"k": "x"|e}
        users
        users|pprint
        mix|pprint
        nested|pprint
        {"b": 1, "a": 2}|pprint
        {"b": 1, "a": 2, 1: 3}|pprint
        [["x" * 50, "y" * 50], {"z": "w" * 70}]|pprint
        ("word " * 30)|pprint
        ["word " * 30]|pprint
        [1] * 50|pprint
        ([1] * 50)|pprint
        (range(60)|list)|pprint
        {"key" * 10: "value" * 10, "other" * 5: ["item"] * 20}|pprint
        {"a": {"b": {"c": {"d": "x" * 60}}}}|pprint
        (1,)|pprint
        ()|pprint
        ("a" * 90,)|pprint
        [("a" * 30, "b" * 30), ("c" * 30,)]|pprint
        [[], {}, (), "", none]|pprint
        ("line one\\nline two\\n" * 6)|pprint
        ["line one\\nline two\\n" * 6]|pprint
        {"text": "some words that go on and on until the line is full and then go on even more " * 2}|pprint
        ("<b>" * 40)|safe|pprint
        nope|pprint
        [nope]|pprint
        range(3)|pprint
        d.items()|pprint
        {"b": 1, "a": 2}.items()|pprint
        (l|map("string"))|pprint
        1.0|pprint
        123456789012345678901234567890|pprint
        "%s" % 1.0
        "%s" % true
        "%s" % none
        "%s" % [1, "a"]
        "%s" % {"a": 1.5}
        "%s %s" % (1, [2])
        [1.0, 2.5e-8, 1e22]
        [true, false, none]
        1e400
        -1e400
        [1e400]
        1e400 - 1e400
        1e400 ~ ""
        (1e400)|string
        "nan"|float
        "inf"|float
        "-inf"|float
        ["nan"|float, "inf"|float]
        "nan"|float == "nan"|float
        "nan"|float|string
        loop is defined
        caller is defined
        varargs
        range
        dict
        lipsum is defined
        cycler is defined
        joiner is defined
        raise_exception is defined
        strftime_now is defined
        messages is defined
    """),
    *(shown(value) + "{{ " + value + " is defined }}" for value in VALUES.values()),
]
