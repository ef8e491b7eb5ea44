"""Literals of numbers, and the filters and methods that work on them."""

from common import each, shown

LITERALS = """1 0 00 000 007 0_0 1_000 1__0 1_ _1 0x1f 0X1F 0x_f 0xg 0b101 0B1 0b2 0o17 0O17 0o8 1. .5 1.5 1.5e3 1e5 1E5 1e+5 1e-5
1.e5 1_2.3_4e5_6 1e 1e+ 1.5.5 1.2.3 0.5 00.5 01.5 1_0.0_1 1e1_0 0e0 0x 0b 12abc 1a 1j 1L 0xffffffffffffffffffff 1e308
1e309 123456789012345678901234567890 0.1e1 1.0e0 5.0 9e99""".split()

ROUNDED = "0.5 1.5 2.5 3.5 -0.5 -1.5 2.345 2.675 1.005 0.125 0.375 1234.5678 -1234.5678 1e15 1e22 0.1 1e-5 42 -7 12345 0 0.0 -0.0 2.5e-8".split()
TEXTS = ["42", " 42 ", "-42", "+42", "4_2", "4__2", "_42", "٤٢", "4.7", "-4.7", "1e5", "1E5", " 1.5 ", "x", "", " ", "0x1f", "0b11",
         "0o17", "inf", "-inf", "nan", "NaN", "Infinity", "1e400", "1,000", "4 2", "\t7\n", "1.", ".5", ".", "1e", "--1", "²", "½", "1_0.5",
         "123456789012345678901234567890", "12345678901234567890.5", "true", "None", "\u00a07", "7\u200b", "0", "-0", "-0.0", "ff", "z"]

INT_METHODS = """bit_length() bit_count() conjugate() real imag numerator denominator as_integer_ratio() is_integer()
bit_length(1) real() nope __class__ __add__ to_bytes from_bytes""".split()
FLOAT_METHODS = "is_integer() hex() as_integer_ratio() conjugate() real imag numerator fromhex('0x1p3') hex(1) is_integer(1) nope __class__".split()

CASES = [
    *(shown(literal) for literal in LITERALS),
    *(shown("-" + literal) for literal in LITERALS[:12]),
    *(f"{{{{ {x}|round }}}} {{{{ {x}|round(1) }}}} {{{{ {x}|round(2) }}}} {{{{ {x}|round(-1) }}}} {{{{ {x}|round(0) }}}}" for x in ROUNDED),
    *(f"{{{{ {x}|round(1, 'ceil') }}}} {{{{ {x}|round(method='floor') }}}} {{{{ {x}|round(method='ceil') }}}} {{{{ {x}|round(-2, 'floor') }}}}" for x in ROUNDED),
    *(f"{{{{ {x}|int }}}} {{{{ {x}|float }}}} {{{{ {x}|abs }}}} {{{{ {x}|string }}}} {{{{ {x} is integer }}}} {{{{ {x} is float }}}}" for x in ROUNDED),
    *((f"{{{{ x|{call} }}}}", {"x": text}) for text in TEXTS for call in ["int", "float", "int(7)", "int(base=16)", "int(0, 2)", "float('d')", "int(base=0)"]),
    *(shown(f"({x}).{method}") for x in ["5", "-3", "0", "true", "i", "big"] for method in INT_METHODS),
    *(shown(f"({x}).{method}") for x in ["5.0", "-2.5", "0.1", "f", "1e22"] for method in FLOAT_METHODS),
    *each("""
        42|round(1, "bad")
        42.5|round(1, "bad")
        42.5|round("a")
        42.5|round(none)
        42|round(none)
        42.5|round(1.5)
        42.5|round(precision=1)
        42.5|round(1, method="common")
        42.5|round(1, "common", 2)
        42.5|round(x=1)
        "a"|round
        none|round
        nope|round
        []|round
        true|round
        big|round
        big|round(2)
        123456.789|round(-3)
        123456|round(-3)
        150|round(-2)
        250|round(-2)
        1.5|round(400)
        1.5|round(-400)
        5e-324|round(300)
        1e400|round
        "inf"|float|round
        "nan"|float|round
        "nan"|float|round(method="ceil")
        "inf"|float|round(method="floor")
        "inf"|float|int
        "nan"|float|int
        1e400|int
        1e400 > i
        i < 1e400
        -1e400|string
        [1e400, 1]
        1e400 + 1
        -5|abs
        5.5|abs
        "a"|abs
        none|abs
        nope|abs
        []|abs
        true|abs
        (-big)|abs
        -0.0|abs
        5|abs(1)
        none|int
        none|int(5)
        none|float
        none|float(5)
        []|int
        []|int("d")
        {}|float
        true|int
        true|float
        4.9|int
        -4.9|int
        1e22|int
        big|float
        big|int
        (10 ** 400)|float
        (10 ** 400)|int
        (10 ** 400)|string|length
        "1" * 400|int
        ("9" * 400)|int
        ("9" * 400)|float
        ("9" * 4301)|int
        ("9" * 4300)|int|string|length
        2 ** 14000
        (2 ** 15000)|string
        (2 ** 15000) ~ ""
        [2 ** 15000]
        "%d" % (2 ** 15000)
        (2 ** 15000)|tojson
        (2 ** 15000) % 1000
        (2 ** 15000) // (2 ** 14990)
        10 ** 4299 > 1
        (10 ** 4299)|string|length
        10 ** 4300
        42|int(base=16)
        "z"|int(base=36)
        "z"|int(base=37)
        "z"|int(base=1)
        "z"|int(base="x")
        "z"|int(base=none)
        "10"|int(base=-2)
        "0x1f"|int(base=16)
        "0x1f"|int(0, 16)
        "1f"|int(default=-1)
        "1f"|int(default=-1, base=16)
        "7"|int(1, 10, 3)
        "7"|int(x=1)
        "7"|float(1, 2)
        "7"|float(default=1)
        "x"|float(default="y")
        range(3)|int
        nope|int
        nope|float
        nope|int(1)
        m|int
        namespace()|float
        ("7"|safe)|int
        ("7.5"|safe)|float
        (1, 2)|int
        1.real
        1.5.real
        (1).real
        i.real
        i.bit_length()
        (255).bit_length()
        (-1).bit_length()
        (0).bit_length()
        (2 ** 200).bit_length()
        f.is_integer()
        (2.0).is_integer()
        (0.75).as_integer_ratio()
        (1e300).as_integer_ratio()
        (0.1).as_integer_ratio()
        "inf"|float is float
        ("inf"|float).is_integer()
        ("inf"|float).as_integer_ratio()
        ("nan"|float).as_integer_ratio()
        (0.1).hex()
        (1.0).hex()
        (-0.0).hex()
        (5e-324).hex()
        ("inf"|float).hex()
        (1.5).fromhex("0x1.8p1")
        (1.5).fromhex("zz")
        (5).from_bytes("a", "big")
        (5).as_integer_ratio()
        true.real
        true.bit_length()
        true.numerator
        i.x
        f.x
        i.__class__
        i.__add__
        i()
        f()
        t()
        big()
        i[0]
        f["x"]
        i["real"]
        i["x"]
        i.0
        t.x
        n.x
        n[0]
        n()
        1|filesizeformat
        0|filesizeformat
        100|filesizeformat
        999|filesizeformat
        1000|filesizeformat
        1024|filesizeformat
        1000000|filesizeformat
        1024|filesizeformat(true)
        1048576|filesizeformat(binary=true)
        13000|filesizeformat
        1300000000|filesizeformat
        1e30|filesizeformat
        -5|filesizeformat
        "1000"|filesizeformat
        "x"|filesizeformat
        none|filesizeformat
        nope|filesizeformat
        1.5|filesizeformat
        300|filesizeformat(false)
        3000000000000|filesizeformat
        3000000000000|filesizeformat(true)
        [1, 2, 3]|sum
        [1.5, 2]|sum
        [0.1] * 10|sum
        ([0.1] * 10)|sum
        [1, 2]|sum(start=10)
        [1, 2]|sum(none, 10)
        ["a"]|sum
        ["a", "b"]|sum(start="")
        [[1], [2]]|sum(start=[])
        [true, true]|sum
        users|sum(attribute="age")
        users|sum("age")
        users|sum("age", 0.5)
        users|sum("name")
        users|sum("nope")
        [none]|sum
        [nope]|sum
        none|sum
        5|sum
        nope|sum
        "ab"|sum
        {}|sum
        {1: 2, 3: 4}|sum
        [big, 1]|sum
        l|sum(1, 2, 3)
        l|sum(bad=1)
    """),
]
