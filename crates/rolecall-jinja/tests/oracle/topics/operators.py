"""Every operator over all pairs of types, and how operators bind."""

from common import MACRO, VALUES, each, shown

# One side more than types: with a constant, pairs of constants are folded before a render.
LEFT = VALUES | {"constant": "2"}
RIGHT = VALUES

NEVER_FAIL = "{{ A == B }} {{ A != B }} {{ A ~ '|' ~ 1 }} {{ (A and B) is defined }} {{ (A or B) is none }}"
ORDERING = ["<", "<=", ">", ">="]


def pairs():
    for number, (left_name, left) in enumerate(LEFT.items()):
        for index, (right_name, right) in enumerate(RIGHT.items()):
            macro = MACRO if "m" in (left, right) else ""
            yield macro + NEVER_FAIL.replace("A", left).replace("B", right)
            ordering = ORDERING[(number + index) % 4]
            for operator in ["+", "-", "*", "/", "//", "%", "**", ordering, "in"]:
                if operator == "**" and "big" in (left_name, right_name):
                    continue
                yield shown(f"{left} {operator} {right}")


CASES = [
    *pairs(),
    *(shown(f"{sign}{value}") for sign in ["-", "+", "not "] for value in LEFT.values()),
    *(shown(f"{value} not in {container}") for value in LEFT.values() for container in ["l", "s", "d", "n", "mix"]),
    *each("""
        1 + 2 * 3
        (1 + 2) * 3
        2 * 3 ** 2
        -2 ** 2
        2 ** -1
        2 ** 3 ** 2
        -i ** 2
        1 - 2 - 3
        100 / 10 / 2
        7 // 2 * 2
        7 % 4 % 2
        7 * 2 // 3
        1 ~ 2 ~ 3
        1 ~ 2 + 3
        1 + 2 ~ 3
        1 ~ -2
        1 ~ 2 * 3
        2 * 3 ~ 1
        "a" ~ 1 == "a1"
        not 1 == 2
        not true and false
        not (true and false)
        not not l
        not i in l
        not i not in l
        1 == 1 == 1
        1 == 1.0 == true
        1 < 2 < 3
        1 < 3 < 2
        3 > 2 > 1
        1 < 2 == true
        1 in [1] == true
        1 in [1, 2] in [[1, 2]]
        1 < nope
        1 < 2 < nope
        2 < 1 < nope
        1 if true else 2
        1 if false else 2
        1 if false
        (1 if false) ~ "x"
        (1 if false).x
        (1 if false) + 1
        1 if t if no else n else 3
        1 if nope else 2
        1 if no else 2 if t else 3
        "a" if t else nope.x
        true or nope.x
        false and nope.x
        nope or nope
        (nope or nope).x
        n or es or e or ed or 0 or 0.0 or "last"
        l and d and s
        0 or ""
        es or n
        i and nope
        nope and i
        true and true and 0
        l|length + 1
        1 + l|length
        i|string * 2
        -1|abs
        -i|abs
        (-i)|abs
        -l|length
        - -i
        -+i
        +-i
        not l|length
        l|length > 2 and d
        l|first == 3
        l|first in l|list
        s|upper ~ "!"
        s ~ "!"|upper
        s.upper() ~ s|length
        1 if i is odd else 2
        i is odd and t
        i is even and nope.x
        not i is even
        i is not even
        i is not odd or t
        i is defined == true
        i + 1 is even
        i == 42 is true
        l is sequence and l|length
        s in "hello world!" and s not in ["x"]
        "wor" in s
        "" in s
        "x" not in s
        3 in l and 4 not in l
        "b" in d
        "x" in d.a
        "b" in d.keys()
        1 in d.values()
        ("b", 1) in d.items()
        2 in range(3)
        5 in range(0, 10, 2)
        4.0 in range(5)
        "a" in range(5)
        n in mix
        true in [1]
        1.0 in [1]
        [] in mix
        {"q": 1} in mix
        l == [3, 1, 2]
        l == (3, 1, 2)
        (1, 2) == (1, 2.0)
        d == {"a": {"x": "y"}, "b": 1}
        d != {"b": 1}
        range(3) == range(0, 3, 1)
        range(0) == range(5, 5)
        range(3) == [0, 1, 2]
        flat.keys() == flat.keys()
        flat.values() == flat.values()
        flat.items() == flat.items()
        flat.keys() == ["one", "two", "Three"]
        n == none
        n == false
        es == none
        0 == false
        "" == false
        "1" == 1
        nope == nope
        nope == none
        nope == other_nope
        d.q == nope
        namespace() == namespace()
        [1, 2] < [1, 3]
        [1, 2] < [1, 2, 0]
        [1, "a"] < [1, 2]
        [1, n] < [2, n]
        [n] < [n]
        [n] <= [n]
        (1, 2) < (2,)
        (1, 2) < [1, 3]
        "a" < "b"
        "a" < "B"
        "Z" < "a"
        "é" > "z"
        "ab" < "abc"
        true < 2
        false < true
        1.5 < 2
        big > 1e20
        big < 1e300
        9007199254740993 == 9007199254740993.0
        9007199254740993 > 9007199254740992.0
        l + l
        l + [n]
        l + (1,)
        l + "a"
        (1,) + (2,)
        (1,) + [2]
        l + range(3)
        l + l|map("string")
        l + flat.keys()
        l + nope
        l + n
        d + d
        s + s
        s + n
        s + 1
        s + 1.5
        s + l
        s + t
        s + nope
        n + s
        1 + s
        1.5 + s
        nope + s
        n + n
        t + t
        t + 1.5
        range(2) + range(2)
        l * 2
        2 * l
        l * 0
        l * -1
        l * t
        l * 1.5
        l * l
        s * 2
        s * 0
        s * -1
        s * no
        s * 2.0
        s * s
        (1, 2) * 2
        e * 5
        s - s
        l - l
        d - d
        s / 2
        l // 2
        s // s
        5 - "1"
        5 * "1"
        5 / "1"
        5 // "1"
        5 % "1"
        5 ** "1"
        n * 2
        2 * n
        n ** n
        s ** 2
        flat.keys() - flat.keys()
        flat.keys() - ["one"]
        big * big
        big + 1
        big - big
        big // 7
        big % 7
        -big // 7
        -big % 7
        big // -7
        big % -7
        big / 7
        big / big
        big * 0
        big * 1.5
        big + 0.5
        big ** 2
        big ** 0
        2 ** 64
        2 ** 100
        (-2) ** 63
        9223372036854775807 + 1
        -9223372036854775808 - 1
        9223372036854775807 * 2
        4294967296 * 4294967296
        18446744073709551616 // 4294967296
        18446744073709551616 % 10
        10 ** 18 + 1
        10 ** 30 // 10 ** 20
        10 ** 400 / 10 ** 399
        10 ** 400 * 1.0
        1.0 * 10 ** 400
        10 ** 400 / 1
        10 ** 400 > 1.5
        10 ** 400 == 1e308
        1e308 * 10 > 1
        f + big
        2 ** 0.5
        4 ** 0.5
        (-8) ** 2
        2.0 ** 3
        2.0 ** -3
        0 ** 0
        0.0 ** 0
        0 ** -1
        0.0 ** -1
        0 ** -1.5
        zero ** -2
        10.0 ** 400
        f ** 10000
        1e200 * 1e200
        1e-200 * 1e-200
        7 / 2
        6 / 2
        7 // 2
        -7 // 2
        7 // -2
        -7 // -2
        7 % 3
        -7 % 3
        7 % -3
        -7 % -3
        7.5 // 2
        -7.5 // 2
        7.5 % 2
        -7.5 % 2
        7.5 % -2
        -0.0 % 5
        0.0 % -5
        5 % 2.5
        1e20 // 3
        1e20 % 3
        5.5 // 0.1
        1 / 3
        2 / 3
        1e16 / 3
        1 // 0
        1 % 0
        1 / 0
        1.0 // 0
        1.0 % 0
        1.0 / 0
        1 // 0.0
        1 % 0.0
        1 / 0.0
        i // zero
        i % zero
        i / zero
        f // zero
        f % zero
        f / zero
        big // zero
        big % zero
        big / zero
        zero // 5
        zero % 5
        zero / 5
        t / 2
        t // 2
        t % 2
        t ** 3
        2 ** t
        t - no
        -t
        +t
        -n
        +n
        -s
        +s
        -l
        -d
        -nope
        +nope
        -f
        +f
        -big
        --5
        0.1 + 0.2
        1e16 + 1
        0.1 * 3
        1.1 * 1.1
        3 * 0.1
        1 - 0.9
        100 * 1.1
        -0.0
        0 * -1
        0.0 * -1
        0.0 == -0.0
        1_000 + 1
        0x10 + 0b11 + 0o17
        i != i
        i == 42
        i == "42"
        i > 41 and i < 43
        i >= 42 <= 43
        s == "hello world"
        s != n
        n is none and n == none
        l != e
        e == []
        e == ()
        ed == {}
        es == ""
        html == "<b>&'\\""
        range(3) < range(4)
        d < d
        d <= d
        flat.keys() < flat.keys()
        flat.keys() <= flat.keys()
        flat.keys() >= ["one"]
        flat.items() > flat.items()
        n < 1
        n > n
        nope < 1
        1 < nope
        nope < nope
        nope <= 1
        1 >= nope
        namespace() < 1
        namespace(a=1) == namespace(a=1)
        l < 1
        l < s
        s < l
        1 < s
        s < 1
        d < 1
        t < s
        i in i
        i in n
        i in s
        n in s
        l in s
        l in d
        d in d
        i in t
        i in f
        i in nope
        nope in l
        nope in s
        nope in d
        nope in nope
        s in nope
        i in namespace()
        i in l|map("int")
        1 in l|map("int")
        s in [s]
        i not in n
        i not in s
        i not in nope
    """),
    *each(r"""
        1 in self
        "b" not in self
        self[1:]
        self[:"a"]
        namespace[1:]
        cycler[1]
        cycler[::2]
    """),
]
