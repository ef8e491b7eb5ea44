"""Every test over every type, and with arguments."""

from common import VALUES, each, shown

PLAIN = """boolean callable defined escaped even false float integer iterable lower mapping none number odd sequence string true
undefined upper filter test""".split()
WITH_ARGUMENT = "eq equalto ne lt lessthan le gt greaterthan ge in sameas divisibleby".split()

CASES = [
    *(shown(f"{value} is {test}") for value in [*VALUES.values(), "no", '""', "e", "0", "1.0", "dict", "range", "loop", "self", "(l|map('string'))", "l.append", "s.upper"] for test in PLAIN),
    *(shown(f"{value} is {test}({argument})") for value in VALUES.values() for test in WITH_ARGUMENT for argument in ["2", '"a"', "n", "nope", "l"]),
    *(shown(f"5 is {test}") for test in WITH_ARGUMENT),
    *(shown(f"5 is {test}(1, 2)") for test in PLAIN + WITH_ARGUMENT),
    *(shown(f"5 is {test}(1)") for test in PLAIN),
    *(shown(f"5 is {test}(bad=1)") for test in PLAIN + WITH_ARGUMENT),
    *each("""
        1 is odd
        2 is even
        0 is even
        -1 is odd
        1.0 is odd
        2.5 is even
        3.5 is odd
        true is odd
        false is even
        big is even
        "1" is odd
        "a" is even
        none is odd
        [] is even
        nope is odd
        6 is divisibleby 3
        6 is divisibleby(3)
        6 is divisibleby(num=4)
        6 is divisibleby 0
        6 is divisibleby "a"
        "a" is divisibleby 2
        "%s" is divisibleby 2
        6.0 is divisibleby 1.5
        6 is divisibleby
        6 is divisibleby nope
        6 is divisibleby none
        "ABC" is upper
        "abc" is lower
        "" is upper
        "1" is upper
        "1A" is upper
        5 is upper
        none is lower
        nope is upper
        ["A"] is upper
        1 is sameas 1
        1 is sameas 1.0
        1 is sameas true
        none is sameas none
        true is sameas true
        "a" is sameas "a"
        l is sameas l
        [] is sameas []
        {} is sameas {}
        () is sameas ()
        1 is eq 1.0
        1 is == 1
        1 is != 1
        1 is < 2
        1 is ne 2
        "a" is eq "a"
        "a" is lt "b"
        "a" is lt 1
        none is lt 1
        [1] is lt [2]
        1 is in [1, 2]
        1 is not in [1, 2]
        1 is in(l)
        "a" is in "abc"
        1 is in "abc"
        1 is in none
        1 is in 5
        "b" is in d
        [] is in d
        "upper" is filter
        "nope" is filter
        "tojson" is filter
        5 is filter
        [] is filter
        nope is filter
        "odd" is test
        "nope" is test
        5 is test
        {} is test
        "a"|e is escaped
        "a"|safe is escaped
        "a" is escaped
        5 is escaped
        ("a"|safe ~ "b") is escaped
        ("a"|safe + "b") is escaped
        true is number
        true is integer
        true is float
        true is boolean
        1 is boolean
        1 is true
        1 is false
        0 is false
        "" is false
        none is false
        1 is integer
        1.0 is integer
        1.0 is float
        1 is float
        big is integer
        "1" is number
        "a" is string
        "a"|safe is string
        5 is string
        [] is sequence
        () is sequence
        {} is sequence
        "" is sequence
        range(1) is sequence
        5 is sequence
        none is sequence
        {}.items() is sequence
        dict is sequence
        namespace() is sequence
        m is sequence
        [] is iterable
        5 is iterable
        none is iterable
        "a" is iterable
        {} is mapping
        namespace() is mapping
        dict(a=1) is mapping
        {}.items() is mapping
        range is callable
        dict is callable
        namespace is callable
        cycler is callable
        cycler("a") is callable
        joiner() is callable
        m is callable
        d.items is callable
        d.nope is callable
        "a" is callable
        raise_exception is callable
        l.append is callable
        x is defined
        d.q is defined
        d.q.r is defined
        d.b is defined
        d.items is defined
        none is defined
        x is undefined
        x is not defined
        not x is defined
        not x is not defined
        x is defined and true
        x is not defined or false
        x is defined == false
        d.b is number and d.a is mapping
        d.b is not string
        1 is odd is true
        1 is odd is even
        (1 is odd) is true
        1 is odd == true
        1 is nope
        1 is not nope
        1 is nope(1)
        1 is None
        none is None
        none is none
        none is not none
        True is true
        1 is True
        1 is 1
        1 is "a"
        1 is (2)
        1 is
        1 is not
        1 is not 1
        1 is divisibleby 1 + 1
        4 is divisibleby 2 and true
        4 is divisibleby 2 ~ "x"
        4 is divisibleby -2
        4 is divisibleby i
        4 is divisibleby (2)
        4 is divisibleby [2]
        4 is divisibleby {2: 1}
        4 is divisibleby l|length
        4 is divisibleby l.0
        4 is divisibleby l[2]
        4 is eq not 5
        4 is eq none
        4 is in [4] and 5
        4 is in l + [4]
        4 + 1 is odd
        4 is odd + 1
        -3 is odd
        - 3 is odd
        l|length is odd
        l|first is odd|string
        s.upper() is upper
        s is string is defined
        "a" is startingwith("a")
        "a" is endingwith("a")
        "a" is safe
        "a" is eq("a")|string
        1 is eq 1 if true else 2
        1 if 1 is eq 1 else 2
        [1 is odd, 2 is odd]
        {"a": 1 is odd}
        (1 is odd, 2 is odd)
        1 is odd, 2 is odd
        1 is eq(*[1])
        1 is eq(**{"b": 1})
        x.y is defined
        x.y.z is defined
        loop.index is defined
        s[0] is defined
        s[99] is defined
        1 is sameas
        1 is test
        1 is filter
        foo is foo.bar
        1 is odd.x
    """),
    "{% if x is defined and x is not none %}a{% else %}b{% endif %}",
    "{% if n is defined and n is not none %}a{% else %}b{% endif %}",
    "{% if x is nope %}{% endif %}",
    "{% if false %}{{ 1 is nope }}{% endif %}ok",
    "{% if true %}{{ 1 is nope }}{% endif %}ok",
    "{{ 1 if true else (2 is nope) }}",
    "{{ 1 if false else (2 is nope) }}",
    "{{ true or (1 is nope) }}",
    *(shown(f"s is {name}(**n)") for name in ["callable", "defined", "divisibleby", "eq", "equalto", "gt", "in", "ne", "odd", "sameas", "string", "upper"]),
    *(shown(f"s is {name}(x=1, **{{'x': 2}})") for name in ["callable", "eq", "in", "odd"]),
    *((f"{{% set q = 'user' %}}{{% set r = s %}}{{{{ ({left}) is sameas ({right}) }}}}", {"s": "user", "m": {"role": "user", "x": "user"}, "l": [1, 300]}) for left in ["s", "q", "'user'", "m.role", "s[:]", "s|trim", "'a'", "''", "1", "300"] for right in ["s", "r", "q", "'user'", "m.role", "m.x", "'a'", "''", "1", "300"] if "300" not in (left, right) or left == right),
]
