"""Arguments of methods as Python checks them, methods of Markup, numbers, ranges, views, generators, and odd formats."""

CONTEXT = {"d": {"a": 1, "b": [1, 2]}, "l": [1, 2, 3], "s": "abc", "n": 5, "f": 1.5}

SOURCES = r'''
{{ (s|safe).replace(old="a",new="b") }}
{{ (s|safe).replace("a",new="b") }}
{{ (s|safe).replace("a",new="b",k=1) }}
{{ (s|safe).strip("a",chars="b") }}
{{ (s|safe).strip(chars="b") }}
{{ (s|safe).ljust() }}
{{ (s|safe).ljust(fillchar="b") }}
{{ (s|safe).ljust(5,"<") }}
{{ (s|safe).ljust(5,1) }}
{{ (s|safe).ljust(5,nope) }}
{{ (s|safe).ljust(5,none) }}
{{ (s|safe).ljust(5,"xy") }}
{{ [(s|safe).ljust(5,"x")] }}
{{ (s|safe).removesuffix(suffix="c") }}
{{ (s|safe).removesuffix(prefix="c") }}
{{ [(s|safe).removesuffix("c"), (s|safe).removeprefix("a"), (s|safe).removeprefix("x")] }}
{{ [(s|safe).partition("b")] }}
{{ [(s|safe).rpartition("x")] }}
{{ ["abc".rpartition("x")] }}
{{ ["abc".partition("x"), "abc".partition("")] }}
{{ (s|safe).translate({97: "<", 98: none, 99: 100}) }}
{{ [(s|safe).translate({97: "<", 98: none, 99: 100})] }}
{{ [(s|safe).replace("a", "<"), (s|safe).replace("a", 1), (s|safe).replace("a", nope), (s|safe).replace("a", none)] }}
{{ [(s|safe).replace("<", "x")] }}
{{ ("<"|safe).replace("<", "x") }}
{{ [(s|safe).replace("a", "<"|safe)] }}
{{ [("-"|safe).join(["<", 1, none, "<"|safe, nope, [1,"<"]])] }}
{{ [("-"|safe).join("a<b")] }}
{{ [("-"|safe).join(d)] }}
{{ [("-"|safe).join(1)] }}
{{ ("-"|safe).join(nope) }}
{{ ["-".join(["a"|safe, "b"]), "".join(["a"|safe]), "-".join(["a"|safe])] }}
{{ [(s|safe).zfill(5), (s|safe).expandtabs(), (s|safe).center(7), (s|safe).swapcase(), (s|safe).title(), (s|safe).casefold()] }}
{{ [(s|safe).format(), (s|safe).format_map({}), ("{a}"|safe).format(a="<")] }}
{{ [("&lt;<b>x</b>"|safe).striptags(), ("&lt;"|safe).unescape(), ("x"|safe).escape("<"), ("x"|safe).escape(1), ("x"|safe).escape("<"|safe), ("x"|safe).escape(none)] }}
{{ ("x"|safe).escape(nope) }}|
{{ [("x"|safe).escape(nope)] }}|
{{ ("x"|safe).escape() }}
{{ ("x"|safe).escape(1,2) }}
{{ ("x"|safe).escape(s=1) }}
{{ ("x"|safe).striptags(1) }}
{{ ("x"|safe).unescape(k=1) }}
{{ [("abc"|safe).splitlines(), ("abc"|safe).rsplit("b", 1)] }}
{{ [("abc"|safe).maketrans("a", "b")] }}
{{ [("a"|safe).strip(), "a"|safe] }}
{{ [(s|safe).strip("a"|safe)] }}
{{ "abc".join(["x"]) }}{{ ["abc".strip("a"|safe), "abc".replace("a"|safe, "b"|safe), "abc".replace("z"|safe, "b"|safe)] }}
{{ [(s|safe).upper(), (s|safe).find("b"), (s|safe).count("b"), (s|safe).isalpha(), (s|safe).startswith("a")] }}
{{ (s|safe).find() }}
{{ (s|safe).startswith(k=1) }}
{{ (s|safe).isalnum(1) }}
{{ (s|safe).index("q") }}
{{ "abc".ljust(true) }}{{ "abc".ljust(-5) }}
{{ "abc".center(6, "é") }}|{{ "abc".center(8, "x") }}|{{ "abcd".center(7, "x") }}|{{ "abcd".center(9,"x") }}
{{ "-5".zfill(5) }}|{{ "+é".zfill(5) }}|{{ "é".zfill(5) }}|{{ "".zfill(3) }}|{{ "--1".zfill(6) }}
{{ "a\tb\n\tc\r\td".expandtabs() }}|{{ "a\tb".expandtabs(0) }}|{{ "a\tb".expandtabs(-1) }}|{{ "é\tb".expandtabs(4) }}
{{ "a\tb".expandtabs(2**31) }}
{{ "a\tb".expandtabs(-2**40) }}
{{ "abc".count("") }}|{{ "abc".count("", 5) }}|{{ "abc".count("",3) }}|{{ "abc".count("",1,2) }}|{{ "aaa".count("aa") }}
{{ "abc".find("") }}|{{ "abc".find("",3) }}|{{ "abc".find("",4) }}|{{ "abc".rfind("") }}|{{ "abc".rfind("",1,2) }}|{{"abc".find("c",-1)}}|{{"abc".find("",2,1)}}
{{ "abc".startswith("",3) }}|{{ "abc".startswith("",4) }}|{{ "abc".startswith(()) }}|{{ "abc".startswith("",2,1) }}|{{ "abc".endswith("",4) }}|{{ "abc".endswith("b",0,2) }}|{{ "abc".endswith("",3) }}
{{ "abc".startswith(("x", "a", 1)) }}|{{ "abc".endswith(("c","d")) }}
{{ "abc".startswith(("x", nope)) }}
{{ "abc".index("z") }}
{{ "abc".rindex("z") }}
{{ "abc".replace("", "-", 2) }}|{{ "".replace("", "-") }}|{{ "".replace("","-",0) }}|{{ "aaa".replace("a","b",-1) }}|{{ "aaa".replace("a","b",0) }}|{{ "abc".replace("b","") }}|{{ "é".replace("","-") }}
{{ "a,b,c".split(",", 0) }}|{{ "a,b,c".split(",", -5) }}|{{ "a b  c ".split(none, 1) }}|{{ " a b  c ".split(maxsplit=0) }}|{{ " a b ".rsplit(none,1) }}|{{ " a b c ".rsplit(maxsplit=0) }}|{{ "".rsplit(",") }}|{{ "a,b,c".rsplit(",",1) }}|{{ "aaaa".rsplit("aa") }}|{{"aaa".rsplit("aa")}}|{{"aaa".split("aa")}}|{{ "   ".split(none,0) }}
{{ "a".split("") }}
{{ "a".rsplit("") }}
{{ "a\nb\r\nc\r".splitlines() }}|{{ "a\n\nb".splitlines(true) }}|{{ "".splitlines() }}|{{ "\n".splitlines() }}|{{ "a\x0bb\x1cc\x85d\u2028e\r\nf".splitlines() }}
{{ "a".maketrans({"a": 1, 5: "x", "b": none}) }}
{{ "a".maketrans({"ab": 1}) }}
{{ "a".maketrans({1.5: 1}) }}
{{ "a".maketrans("ab", "c") }}
{{ "a".maketrans("ab", "cc", "a") }}
{{ "abc".translate({97: 1114112}) }}
{{ "abc".translate({97: 2**40}) }}
{{ "abc".translate({97: -1}) }}
{{ "abc".translate({97: 1.5}) }}
{{ "abc".translate({97: [1]}) }}
{{ "abc".translate({97: nope}) }}
{{ "abc".translate({97: true, 98:"xyz"}) }}
{{ "abc".translate({97: 55296}) }}
{{ "abc".translate({"a": "b"}) }}
{{ "\x00\x01".translate("xy") }}|{{ "\x00\x01\x02".translate(["x", none]) }}|{{ "\x01".translate(range(5))|length }}
{{ "abc".translate(d.keys()) }}
{{ "abc".translate(cycler) }}
{{ "abc".translate(cycler(1)) }}
{{ "abc".translate(true) }}
{{ "".translate(1) }}
{{ (2**70).bit_length() }}|{{ (-5).bit_count() }}|{{ true.bit_length() }}|{{ true.conjugate() }}|{{ (2**70).bit_count() }}|{{ true.as_integer_ratio() }}|{{ (-0.0).as_integer_ratio() }}|{{ 0.1.as_integer_ratio() }}|{{ 1e300.as_integer_ratio() }}
{{ (0.1).hex() }}|{{ (-0.0).hex() }}|{{ 5e-324.hex() }}|{{ 1e300.hex() }}|{{ (1e308*10).hex() }}|{{ (1e308*10 - 1e308*10).hex() }}|{{ 1.0.hex() }}
{{ (1e308*10).as_integer_ratio() }}
{{ (1e308*10-1e308*10).as_integer_ratio() }}
{{ (1e308*10).is_integer() }}|{{ 3.0.is_integer() }}
{{ 1.5.fromhex("0x1.8p3") }}|{{ 1.5.fromhex(" -0x.8P-2 ") }}|{{ 1.5.fromhex("inf") }}|{{ 1.5.fromhex("nan") }}|{{1.5.fromhex("-Infinity")}}|{{ 1.5.fromhex("0x1.fffffffffffff8p0") }}|{{ 1.5.fromhex("0x1p-1074") }}|{{ 1.5.fromhex("0x1p-1075") }}|{{ 1.5.fromhex("0x1.8p-1075") }}|{{ 1.5.fromhex("1.") }}|{{ 1.5.fromhex(".1") }}
{{ 1.5.fromhex("q") }}
{{ 1.5.fromhex("0x1p1024") }}
{{ 1.5.fromhex("0x1p99999999999999999999999") }}
{{ 1.5.fromhex("0x0p99999999999999999999999") }}
{{ 1.5.fromhex("") }}
{{ 1.5.fromhex(".") }}
{{ 1.5.fromhex("1p") }}
{{ 1.5.fromhex("0x") }}
{{ range(5).index(9) }}
{{ range(5).index("a") }}
{{ range(5).index(1.5) }}
{{ range(5).index(2.0) }}|{{ range(0,10,3).index(6) }}|{{ range(10,0,-3).index(4) }}|{{ range(5).count(2.0) }}|{{ range(5).count(true) }}|{{range(5).index(true)}}
{{ range(0,10,3).index(5) }}
{{ range(5).index(2**70) }}
{{ range(5).index(nope) }}
{{ range(5).index(1, 2) }}
{{ d.items().isdisjoint([("a", 1)]) }}|{{ d.items().isdisjoint([("a", 2)]) }}|{{ d.keys().isdisjoint(d.keys()) }}|{{ {}.keys().isdisjoint({}.keys()) }}
{{ d.items().isdisjoint([[1]]) }}
{{ d.items().isdisjoint([[1,2]]) }}
{% set g = l|map("string") %}{{ g.send(none) }}{{ g.send(1) }}{{ g.close() }}{{ g|list }}
{% set g = l|map("string") %}{{ g|list }}{{ g.send(none) }}
{% set g = l|map("string") %}{{ g|list }}{{ g.send(1) }}
{% set g = l|map("string") %}{{ g.throw(1) }}
{% set g = l|map("string") %}{{ g|list }}{{ g.throw(1) }}
{% set g = d|items %}{{ g.throw(1, none, none) }}
{{ d.fromkeys(l, 5) }}|{{ dict.fromkeys("ab") }}
{{ [].copy() }}|{{ d.copy() }}|{{ d.get("zz") }}|{{ d.get("zz", 5) }}|{{ d.get(nope, 7) }}
{{ d.get(d.keys()) }}
{{ d.get("a", key=1) }}
{{ "%%" % () }}
{{ "%5%|" % () }}
{{ "%5%|" % 1 }}
{{ "%5%|" % (1,) }}
{{ "%-5%|" % (1,) }}
{{ "%l%|" % () }}
{{ "%(a)%|" % d }}
{{ "%(zz)%|" % d }}
{{ "%.3%|" % () }}
{{ "a%%b%sc" % 1 }}
{{ "%%" % 1 }}
{{ "%%" % d }}
{{ "%d" % inf }}
{% set i = s|length * 1e308 %}{{ "%d" % i }}
{% set i = s|length * 1e308 %}{{ "%d" % (i*10) }}
{% set i = s|length * 1e308 %}{{ "%d" % (i*10-i*10) }}
{% set i = s|length * 1e308 %}{{ "%x" % (i*10-i*10) }}
{% set i = s|length * 1e308 %}{{ ("%d"|safe) % (i*10) }}
{% set i = s|length * 1e308 %}{{ (i*10).hex() }}|{{ (i*10-i*10).hex() }}|{{ (i*10).is_integer() }}
{% set i = s|length * 1e308 %}{{ (i*10).as_integer_ratio() }}
{% set i = s|length * 1e308 %}{{ (i*10-i*10).as_integer_ratio() }}
{{ (0.1).hex() }}|{{ (-0.0).hex() }}|{{ 5e-324.hex() }}|{{ 1e300.hex() }}|{{ 1.0.hex() }}|{{ 2.2250738585072014e-308.hex() }}|{{ 1e-310.hex() }}
{{ "%s" % ("x",)|length }}
{{ true.bit_length(1) }}
{{ (l|groupby("real"))[0].count() }}
{{ (l|groupby("real"))[0].count(1) }}|{{ (l|groupby("real"))[0].index(1) }}
{{ (l|groupby("real"))[0].index(k=1) }}
{{ "%s" % (l|groupby("real"))[0] }}
{{ "%s %s" % (l|groupby("real"))[0] }}
{{ "%d" % (true,) }}|{{ "%5.2s|%c" % ("abc", "é") }}
{{ "%(a)d" % {"a": 3.7} }}
{{ ("%d"|safe) % " 12 " }}|{{ ("%d"|safe) % "1_0" }}|{{ ("%f"|safe) % " 1e3 " }}
{{ ("%c"|safe) % nope }}
{{ ("%f"|safe) % nope }}
{{ ("%x"|safe) % nope }}
{{ ("%a"|safe) % nope }}|{{ ("%r"|safe) % nope }}
{{ ("%*d"|safe) % nope }}
{{ ("%d"|safe) % (nope,) }}
{{ ("%r"|safe) % ("<"|safe) }}|{{ ("%s"|safe) % ("<"|safe) }}
{{ ("%(a)r"|safe) % {"a": "<"} }}
{{ ("%s"|safe) % self }}
'''

STRING_METHODS = (
    "center count endswith expandtabs find isalnum join lstrip maketrans partition removeprefix removesuffix replace rindex "
    "rsplit split splitlines startswith strip title translate zfill"
).split()
ARGUMENTS = [
    "1", "none", "nope", "1.5", '"b", 1', '"b", 1.5', '1, "b"', '"b", "c", "d"', '"b", "c", "d", "e"', '"b", none', "k=1", '"b", k=1', 'sep="b"', '"b", sep="b"',
    "maxsplit=1, sep='b'", "2**70", '"b", 2**70', '"b", "c", 2**70', '["b"]', '("b", 1)', '5, "xx"', "5, 1", 'suffix="c"', 'chars="c"', 'old="a", new="b"', "**{'1': 2}",
]
OTHER_METHODS = [
    "[1, 2, 1].count", "[1, 2, 1].index", "[1].copy", "(1, 2, 1).index", "d.get", "d.items", "d.fromkeys", "dict.fromkeys", "n.bit_length", "true.conjugate", "f.hex",
    "f.fromhex", "range(5).count", "range(5).index", "d.keys().isdisjoint", "(l|map('int')).send", "(l|map('int')).throw", "(l|map('int')).close", "cycler(1, 2).next",
    "cycler(1, 2).reset",
]
OTHER_ARGUMENTS = ["", "1", "none", "nope", "1, 1", "1, 1.5", "1, 1, 2", "1, 2, 3, 4", "1, 2**70", "k=1", '"a", k=1', '"a"', "[1]", "([1],)", "l, 0"]

CASES = [
    *((source, CONTEXT) for source in SOURCES.strip().split("\n")),
    *(("{{ " + f"{value}.{method}({arguments})" + " }}", CONTEXT) for method in STRING_METHODS for value in ["s", "(s|safe)"] for arguments in ARGUMENTS),
    *(("{{ " + f"{method}({arguments})" + " }}", CONTEXT) for method in OTHER_METHODS for arguments in OTHER_ARGUMENTS),
]
