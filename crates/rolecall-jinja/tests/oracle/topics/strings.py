"""The methods of strings, with every form of argument and CPython's words for wrong ones."""

from common import each, shown

SAMPLES = ["s", "u", "es", "html", '"it\'s 3RD x-ray"', '"  pad\\t\\n"', '"ǆ ǅ ﬁx ß ΑΣ"', '"123"', '"٣²½"', '"aXbXc"', '("a<b"|safe)']

PLAIN = """upper lower title capitalize swapcase casefold strip lstrip rstrip split rsplit splitlines isalpha isdigit isdecimal
isnumeric isalnum isspace isupper islower istitle isidentifier isprintable isascii expandtabs""".split()

# Methods that take no argument, one, two ...: called with the wrong number and the wrong type.
WRONG = [
    "1", '"a", "b"', '"a", 1, 2, 3', "bad=1", "none", "[]", "1.5", "true", "nope", '"a", none', '"a", "b", "c"', '("a", "b")', "**{}", "*[]",
    '*["a"]', "sep=1", "keepends=1",
]
METHODS = PLAIN + """startswith endswith find rfind index rindex count replace join partition rpartition removeprefix removesuffix
center ljust rjust zfill format format_map translate maketrans encode""".split()

CASES = [
    *(shown(f"{sample}.{method}()") for sample in SAMPLES for method in PLAIN),
    *(shown(f"s.{method}({arguments})") for method in METHODS for arguments in WRONG),
    *(shown(f"s.{method}()") for method in METHODS),
    *(("{{ [x.strip()] }}{{ [x.split()] }}{{ [x.lstrip()] }}{{ x.isspace() }}{{ [x|trim] }}{{ x.isprintable() }}{{ [x.splitlines()] }}", {"x": f"{c}a{c}b{c}"})
      for c in " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u2000\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\x00\x08"),
    *(("{{ [x.upper(), x.lower(), x.title(), x.capitalize(), x.swapcase(), x.casefold(), x|upper, x|lower, x|title, x|capitalize] }}", {"x": x})
      for x in ["straße", "ﬃ", "ŉ", "ǰ", "ΐ", "İstanbul", "ı", "ΑΣ ΣΑΣ Σ", "ὈΔΥΣΣΕΎΣ", "ǆǅǄ", "ᾳ ᾼ", "ა Ა", "ﬀﬁ", "ẞ", "ß", "ͅ", "ꭰ Ꭰ ᏸ",
                "𐐀𐐨", "ⅷ Ⅷ", "ⓐ", "o'neil's", "x1y2", "ªº", "mIXed cASE-word_under", "élan Été", "Ⓐⓑ", "İ", "i̇", "ŒUVRE œuvre", "Dž"]),
    *((f"{{{{ x.{method}() }}}}", {"x": x}) for method in "isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower istitle isidentifier isprintable isascii".split()
      for x in ["", "a", "A", "aB", "A1", "1", "²", "٣", "½", "Ⅷ", "四", " ", "\xa0", "_x", "1x", "é", "ª", "Aa Bb", "AA", "a b", "ǅ", "\u0301", "😀", "class", "·", "℘"]),
    *each(r"""
        "a,b,c".split(",")
        "a,b,c".split(",", 1)
        "a,b,c".split(",", 0)
        "a,b,c".split(",", -1)
        "a,b,c".split(sep=",")
        "a,b,c".split(maxsplit=1)
        "a b c".split(maxsplit=1)
        "a b c".split(none, 1)
        "  a  b  c  ".split(none, 1)
        "  a  b  c  ".split(" ", 2)
        "  a  b  c  ".split(none, 0)
        "  a  b  c  ".rsplit(none, 1)
        "  a  b  c  ".rsplit(none, 0)
        "a,b,c".split(sep=",", maxsplit=1)
        "a,b,c".split(",", maxsplit=1)
        "a,b,c".split(",", sep=",")
        "a,b,c".split(maxsplit=1, sep=",")
        "a,b,c".split(",", 1, 2)
        "a,b,c".split(",", "1")
        "a,b,c".split(",", 1.0)
        "a,b,c".split(",", none)
        "a,b,c".split(",", true)
        "a,b,c".split(",", big)
        "a,b,c".split(1)
        "a,b,c".split([","])
        "a,b,c".split("")
        "".split()
        "".split(",")
        "".split("")
        "aXXbXXc".split("XX")
        "aXXXb".split("XX")
        "a,b,c".rsplit(",")
        "a,b,c".rsplit(",", 1)
        "a,b,c".rsplit(sep=",", maxsplit=1)
        "a,b,c".rsplit("")
        "aXXXb".rsplit("XX", 1)
        "héllo".split("l")
        "<think>x</think>y".split("</think>")[-1]
        "<think>x</think>y".split("</think>")[0].split("<think>")[-1].strip("\n")
        "a\nb\r\nc\rd\n".splitlines()
        "a\nb\r\nc\rd\n".splitlines(true)
        "a\nb".splitlines(keepends=true)
        "a\nb".splitlines(keepends=0)
        "a\nb".splitlines(keepends="x")
        "a\nb".splitlines(none)
        "a\nb".splitlines(1, 2)
        "a\nb".splitlines(1.5)
        "\n\n".splitlines()
        "".splitlines()
        "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i".splitlines()
        ",".join(["a", "b"])
        ",".join(("a", "b"))
        ",".join("abc")
        ",".join([])
        ",".join({"a": 1, "b": 2})
        ",".join({"a": 1, "b": 2}.values())
        ",".join(l|map("string"))
        ",".join(["a", 1])
        ",".join(["a", none])
        ",".join(["a", nope])
        ",".join([1])
        ",".join(5)
        ",".join(none)
        ",".join(nope)
        ",".join(["<"|safe])
        ",".join("a", "b")
        ",".join()
        "abc".startswith("a")
        "abc".startswith("b", 1)
        "abc".startswith("b", 1, 2)
        "abc".startswith("b", -2)
        "abc".startswith("c", -1, none)
        "abc".startswith(("x", "a"))
        "abc".startswith(())
        "abc".startswith("")
        "abc".startswith("", 3)
        "abc".startswith("", 4)
        "abc".startswith(["a"])
        "abc".startswith(("a", 1))
        "abc".startswith((1, "a"))
        "abc".startswith(1)
        "abc".startswith(none)
        "abc".startswith(nope)
        "abc".startswith("a", "b")
        "abc".startswith("a", 1.5)
        "abc".startswith(prefix="a")
        "abc".startswith("a", 0, 1, 2)
        "abc".endswith("c")
        "abc".endswith(("x", "bc"))
        "abc".endswith("b", 0, 2)
        "abc".endswith("b", 0, -1)
        "abc".endswith("")
        "abc".endswith(["c"])
        "abc".endswith(1)
        "abc".endswith("c", none, none)
        "banana".find("a")
        "banana".find("a", 2)
        "banana".find("a", 2, 3)
        "banana".find("a", -2)
        "banana".find("z")
        "banana".find("")
        "banana".find("", 10)
        "banana".find("a", none, 2)
        "banana".find("a", none)
        "banana".find(1)
        "banana".find(none)
        "banana".find()
        "banana".find("a", "b")
        "banana".find("a", 1, 2, 3)
        "banana".find(sub="a")
        "banana".rfind("a")
        "banana".rfind("a", 0, 4)
        "banana".rfind("z")
        "banana".rfind("")
        "héllo😀x".find("x")
        "banana".index("n")
        "banana".index("z")
        "banana".index("a", 9)
        "banana".rindex("n")
        "banana".rindex("z")
        "banana".count("a")
        "banana".count("an")
        "banana".count("ana")
        "banana".count("")
        "banana".count("a", 2)
        "banana".count("a", 2, 4)
        "banana".count("a", -1)
        "banana".count(1)
        "banana".count()
        "".count("")
        "aaa".replace("a", "b")
        "aaa".replace("a", "b", 2)
        "aaa".replace("a", "b", -1)
        "aaa".replace("a", "b", 0)
        "abc".replace("", "-")
        "abc".replace("", "-", 2)
        "".replace("", "-")
        "abc".replace("b", "")
        "abc".replace("z", "y")
        "abc".replace("b")
        "abc".replace("b", 1)
        "abc".replace(1, "b")
        "abc".replace("b", none)
        "abc".replace("a", "b", "c")
        "abc".replace("a", "b", none)
        "abc".replace("a", "b", count=1)
        "abc".replace(old="a", new="b")
        "abc".replace("a", "b", 1, 2)
        "abc".replace(nope, "x")
        "a-b-c".partition("-")
        "a-b-c".rpartition("-")
        "abc".partition("-")
        "abc".rpartition("-")
        "abc".partition("")
        "abc".partition(1)
        "abc".rpartition(none)
        "abc".partition()
        "abc".removeprefix("a")
        "abc".removeprefix("b")
        "abc".removeprefix("")
        "abc".removesuffix("c")
        "abc".removesuffix("b")
        "abc".removesuffix("")
        "abc".removeprefix(1)
        "abc".removesuffix(none)
        "abc".removeprefix()
        "xxabcxx".strip("x")
        "xyabcyx".strip("yx")
        "xyabcyx".lstrip("yx")
        "xyabcyx".rstrip("yx")
        "abc".strip("")
        "abc".strip(none)
        "abc".strip(1)
        "abc".strip("a", "b")
        "abc".strip(chars="a")
        "éabcé".strip("é")
        "ab".center(7)
        "ab".center(7, "*")
        "ab".center(6, "*")
        "abc".center(6, "*")
        "abc".center(2)
        "ab".center(7, "**")
        "ab".center(7, "")
        "ab".center("7")
        "ab".center(7.0)
        "ab".center(7, 1)
        "ab".center(7, none)
        "ab".center(-5)
        "ab".center(width=5)
        "ab".center()
        "ab".ljust(5) ~ "|"
        "ab".ljust(5, ".")
        "ab".rjust(5)
        "ab".rjust(5, "é")
        "ab".rjust(5, "xy")
        "ab".ljust(none)
        "42".zfill(5)
        "-42".zfill(5)
        "+42".zfill(6)
        "--42".zfill(6)
        "".zfill(3)
        "abc".zfill(2)
        "abc".zfill("5")
        "abc".zfill(none)
        "abc".zfill()
        "a\tb".expandtabs()
        "a\tb".expandtabs(4)
        "a\tb".expandtabs(0)
        "a\tb".expandtabs(-1)
        "a\tb".expandtabs(tabsize=2)
        "a\tb\n\tc".expandtabs(3)
        "a\tb".expandtabs("x")
        "a\tb".expandtabs(1.5)
        "abc".translate({97: "x"})
        "abc".translate({97: none, 98: 66})
        "abc".translate({"a": "x"})
        "abc".translate([])
        "abc".translate("x")
        "abc".translate(none)
        "abc".translate(nope)
        "abc".translate({97: 1.5})
        "abc".translate({97: 99999999})
        "abc".maketrans("ab", "xy")
        "abc".maketrans("ab", "xy", "c")
        "abc".maketrans({"a": "b"})
        "abc".maketrans({"ab": "b"})
        "abc".maketrans("ab", "x")
        "abc".maketrans("ab")
        "abc".maketrans(1, 2)
        "abc".translate("abc".maketrans("ab", "xy", "c"))
        "abc".__len__()
        "abc".__class__
        "abc".nope
        "abc".nope()
        "abc".nope.x
        "abc"["nope"]
        "abc"["upper"]()
        "abc".upper
        "abc".upper is defined
        "abc".upper is callable
        "abc".nope is defined
        "abc".upper.x
        "abc".upper.__self__
        "abc".upper|length
        "abc".upper + 1
        "abc".upper()()
        "abc"()
        "abc" is callable
        "abc"[0]
        "abc"[-1]
        "abc"[3]
        "abc"[-4]
        "abc"[1.0]
        "abc"[none]
        "abc"[true]
        "abc"["x"]
        "abc"[nope]
        "abc"[big]
        "abc".0
        "abc".1.0
        "abc".5
        "abc"|first
        "abc"|last
        "abc"|list
        "abc"|reverse
        "abc"|length
        "abc"|sort
        "abc"|join("-")
        "abc"|unique|list
        "abc"|map("upper")|list
        "abc"|max
        "abc"|min
        "cab"|sort|join
        ""|first
        ""|last
        ""|reverse
        ""|length
        ""|list
        ("abc").upper().lower().title()
        "abc".upper(*[])
        "abc".replace(*["a", "b"])
        "abc".replace(*("a", "b"), **{})
        "abc".split(**{"sep": "b"})
        "abc".split(**{"bad": "b"})
        "abc".upper(**{"x": 1})
        "abc".replace(*"ab")
        "abc".replace(*5)
        "abc".split(**5)
        "abc".split(*nope)
        "abc".split(**nope)
        "abc".split(**{1: 2})
        "a"  "b"
        "a" 'b' ~ "c"
        ("a" "b").upper()
        "a" "b".upper()
        "x" * 3
        "ab"[::-1]
        "héllo"|length
        "😀"|length
        "e\u0301"|length
        "\U0001F600"[0]
        "%s"|length
        "a" in "abc"
        "A"|lower in "abc"
    """),
]
