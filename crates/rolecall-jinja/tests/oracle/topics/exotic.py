"""Values that a chat template has no use for but can make: bytes, and what differs from run to run."""

from common import each

CASES = each(r"""
    "abc".encode()
    "é".encode()
    "é".encode("latin-1")
    "é".encode("ascii")
    "é".encode("ascii", "ignore")
    "é".encode("ascii", "replace")
    "é".encode("ascii", "backslashreplace")
    "é".encode("ascii", errors="xmlcharrefreplace")
    "é".encode("bad")
    "é".encode(1)
    "é".encode("utf-16")
    "abc".encode()|length
    "abc".encode()[0]
    "abc".encode()[1:]
    "abc".encode().decode()
    "abc".encode().upper()
    "abc".encode().hex()
    "abc".encode() == "abc"
    "abc".encode() + "abc"
    "abc".encode() is string
    "abc".encode() is sequence
    "abc".encode() is iterable
    "abc".encode() is mapping
    "abc".encode()|list
    "abc".encode()|string
    "abc".encode()|tojson
    "abc".encode()|upper
    "it's\n\x00é".encode()
    "abc".encode()|e
    "abc".encode()|urlencode
    "é/ ".encode()|urlencode
    "abc".encode() ~ "x"
    "a" in "abc".encode()
    97 in "abc".encode()
    "%s" % "abc".encode()
    "abc".encode() % 1
    (258).to_bytes(2, "big")
    (258).to_bytes(2, "little")
    (258).to_bytes()
    (5).to_bytes()
    (-1).to_bytes(1, "big")
    (-1).to_bytes(1, "big", signed=true)
    (5).to_bytes(1, "x")
    (5).from_bytes("ab".encode(), "big")
    (5).from_bytes([1, 2], "little")
""")

CASES += r"""
{{ "é".encode("bad","x") }}
{{ "abc".encode("bad","x") }}
{{ "abc".encode("utf-8","x") }}
{{ "é".encode("ascii","x") }}
{{ "éèx".encode("ascii") }}
{{ "aé€x".encode("latin-1") }}
{{ "a€𝄞x".encode("ascii") }}
{{ "a€𝄞x".encode("latin-1","backslashreplace") }}
{{ "a€𝄞x".encode("ascii","xmlcharrefreplace") }}
{{ "a€𝄞x".encode("ascii","surrogateescape") }}
{{ "a€𝄞x".encode("ascii","surrogatepass") }}
{{ "a".encode("UTF8") }}{{ "a".encode("U8") }}{{ "a".encode("utf_8") }}{{ "a".encode("utf 8") }}{{ "a".encode("cp65001") }}
{{ "a".encode("") }}
{{ "é".encode("l1") }}{{ "é".encode("iso-8859-1") }}{{ "é".encode("iso8859_1") }}{{ "é".encode("LATIN1") }}{{ "é".encode("8859") }}{{ "é".encode("cp819") }}{{ "é".encode("iso8859") }}
{{ "a".encode("us-ascii") }}{{ "a".encode("646") }}
{{ "€€".encode("latin1") }}
{{ "€".encode("latin_1") }}
{{ "€".encode("iso-8859-1") }}
{{ "€".encode("us-ascii") }}
{{ "a".encode("rot13") }}
{{ "a".encode("hex") }}
{{ "a".encode("utf\x00") }}
{{ "é".encode("latin1").decode() }}
{{ "é".encode("latin1").decode("ascii") }}
{{ "aéb".encode("latin1").decode("utf-8","replace") }}
{{ "aéb".encode("latin1").decode("utf-8","ignore") }}
{{ "aéb".encode("latin1").decode("utf-8","backslashreplace") }}
{{ "aéb".encode("latin1").decode("ascii","backslashreplace") }}
{{ "aéb".encode("latin1").decode("ascii","replace") }}
{{ "aéb".encode("latin1").decode("ascii","xmlcharrefreplace") }}
{{ "aéb".encode("latin1").decode("latin1") }}
{{ "€".encode()[:2].decode() }}
{{ "€".encode()[:1].decode() }}
{{ "€x".encode()[1:].decode() }}
{{ ("€".encode()[:2] ~ "x") }}
{{ (("€".encode()[:2]) + "x".encode()).decode() }}
{{ (5).from_bytes([255,255,65],"big").to_bytes(3).decode() }}
{{ (5).from_bytes([65,237,160,128],"big").to_bytes(4).decode() }}
{{ (5).from_bytes([65,237,160,128],"big").to_bytes(4).decode("utf-8","replace") }}
{{ (5).from_bytes([65,240,144,128],"big").to_bytes(4).decode("utf-8") }}
{{ (5).from_bytes([65,240,144,128,66],"big").to_bytes(5).decode("utf-8","replace") }}
{{ (5).from_bytes([65,240,144,128,66],"big").to_bytes(5).decode("utf-8") }}
{{ (5).from_bytes([65,240,128,128,66],"big").to_bytes(5).decode("utf-8","replace") }}
{{ (5).from_bytes([65,240,128,128,66],"big").to_bytes(5).decode("utf-8","backslashreplace") }}
{{ "a".encode().decode(1) }}
{{ "a".encode().decode("utf-8", 1) }}
{{ "a".encode().decode("utf-8", "strict", 1) }}
{{ "a".encode().decode(x=1) }}
{{ "a".encode().decode(encoding="ascii") }}
{{ "a".encode().decode("nope") }}
{{ "a".encode() + 1 }}
{{ "a".encode() + none }}
{{ "a".encode() + nope }}
{{ 1 + "a".encode() }}
{{ "a" + "a".encode() }}
{{ [1] + "a".encode() }}
{{ "a".encode() * "a" }}
{{ "a".encode() * 3 }}{{ 2 * "ab".encode() }}{{ "a".encode() * -1 }}
{{ "a".encode() * 1.5 }}
{{ "a".encode() - 1 }}
{{ "a".encode() < "b" }}
{{ "a".encode() < "b".encode() }}{{ "a".encode() >= "b".encode() }}
{{ "a".encode() < 1 }}
{{ "a".encode() == "a".encode() }}
{{ {"a".encode(): 1}["a".encode()] }}{{ {"a".encode(): 1, "a": 2} }}
{{ "ab".encode()[5] }}|
{{ "ab".encode()[-1] }}|{{ "ab".encode()["x"] }}|{{ "ab".encode().foo }}
{{ "ab".encode()[none].x }}
{{ "ab".encode().foo.x }}
{{ "abcdef".encode()[::-2] }}{{ "abcdef".encode()[1:4] }}
{{ 300 in "ab".encode() }}
{{ -1 in "ab".encode() }}
{{ none in "ab".encode() }}
{{ 1.5 in "ab".encode() }}
{{ "b".encode() in "ab".encode() }}
{{ true in "ab".encode() }}
{{ "ab".encode() in "ab" }}
{{ "ab".encode() in ["ab"] }}
{{ not "".encode() }}
{{ "ab".encode()() }}
{{ "ab".encode()|reverse|list }}
{{ "ab".encode()|sum }}{{ "ab".encode()|max }}{{ "ab".encode()|sort }}{{ "ab".encode()|join("-") }}
{{ "ab".encode()|int }}
{{ "12".encode()|int }}
{{ "12".encode()|float }}
{{ "1.5x".encode()|float }}{{ "zz".encode()|int }}
{{ "12".encode()|int(base=16) }}
{{ "12".encode()|abs }}
{{ "12".encode()|round }}
{{ "12".encode()|trim }}|{{ "12".encode()|title }}|{{ "Ab".encode()|lower }}|{{ "ab".encode()|capitalize }}
{{ "12".encode()|replace("1","x") }}
{{ "12".encode()|truncate }}
{{ "12".encode()|wordcount }}
{{ "12".encode()|center(10) }}
{{ "12".encode()|indent }}
{{ "12".encode()|wordwrap }}
{{ "12".encode()|striptags }}
{{ "12".encode()|format(1) }}
{{ "12".encode()|urlize }}
{{ "12".encode()|filesizeformat }}
{{ "12".encode()|dictsort }}
{{ "12".encode()|items|list }}
{{ "12".encode()|random is number }}
{{ "12".encode()|batch(1)|list }}{{ "12".encode()|slice(2)|list }}
{{ "12".encode()|unique|list }}
{{ "12".encode()|xmlattr }}
{{ "12".encode()|pprint }}
{{ ["12".encode()]|pprint }}
{{ ["12".encode()]|tojson }}
{{ {"12".encode():1}|tojson }}
{{ "%d" % "12".encode() }}
{{ "%c" % "1".encode() }}
{{ "%s %r %a" % ("1".encode(), "1".encode(), "1".encode()) }}
{{ "%(a)s" % "1".encode() }}
{{ "abc" % "1".encode() }}
{{ "{}".format("1".encode()) }}
{{ "{:>5}".format("1".encode()) }}
{{ "{0[0]}".format("1".encode()) }}
{{ "{0[9]}".format("1".encode()) }}
{{ "{0[a]}".format("1".encode()) }}
{{ "a".join(["b".encode()]) }}
{{ "a".join("b".encode()) }}
{{ "ab".replace("a".encode(), "b") }}
{{ "ab".startswith("a".encode()) }}
{{ "ab".split("a".encode()) }}
{{ "ab".find("a".encode()) }}
{{ "ab".count("a".encode()) }}
{{ "ab".strip("a".encode()) }}
{{ range("a".encode()) }}
{{ dict("a".encode()) }}
{{ dict(["ab".encode()]) }}
{{ ("<"|safe) + "a".encode() }}
{{ "a".encode() + ("<"|safe) }}
{{ ("%s"|safe) % "'".encode() }}
{% for c in "ab".encode() %}{{ c }}{{ loop.last }}{{ loop.length }},{% endfor %}
{{ "a".encode() is number }}{{ "a".encode() is callable }}{{ "a".encode() is sameas "a".encode() }}{{ "a".encode() is upper }}{{ "a".encode() is lower }}{{ "a".encode() is escaped }}{{ "a".encode() is in ["a"] }}
{{ "a".encode() is odd }}
{{ "a".encode() is filter }}
{{ -("a".encode()) }}
{{ "%s" % ("a".encode()) ~ "b" }}
{{ "a".encode() % 1 }}
{{ "a".encode() % () }}
{{ raise_exception("a".encode()) }}
{{ l["a".encode()] }}
{{ "abc"["a".encode()] }}
{{ d["a".encode()].x }}
{{ d["a".encode()] }}
{{ l|map("a".encode())|list }}
{{ l|map(attribute="a".encode())|list }}
{{ l|attr("a".encode()) }}
{{ l|groupby("a".encode()) }}
{{ l["a".encode():] }}
{{ strftime_now("a".encode()) }}
{{ namespace("a".encode()) }}
{{ 1 if "a".encode() else 2 }}
{{ f(*"ab".encode()) }}
{{ range(*"ab".encode())|list }}
{{ dict(**"ab".encode()) }}
{% set a, b = "ab".encode() %}{{ a }}{{ b }}
{% set a, b = "abc".encode() %}{{ a }}{{ b }}
{{ "a".encode().__class__ }}
{{ "a".encode().foo is defined }}{{ "a".encode().upper is defined }}
{{ "a".encode().decode is callable }}
{{ (5).to_bytes(1,"big",1) }}
{{ (5).to_bytes(1,"big",true,1) }}
{{ (5).to_bytes("a") }}
{{ (5).to_bytes(1, 2) }}
{{ (5).to_bytes(1, none) }}
{{ (5).to_bytes(-1) }}
{{ (5).to_bytes(0) }}
{{ (0).to_bytes(0) }}
{{ (0).to_bytes(2) }}
{{ (127).to_bytes(1,signed=true) }}
{{ (128).to_bytes(1,signed=true) }}
{{ (-128).to_bytes(1,signed=true) }}
{{ (-129).to_bytes(1,signed=true) }}
{{ (-129).to_bytes(2,signed=true) }}{{ (-129).to_bytes(3,"little",signed=true) }}
{{ (5).to_bytes(length=2,byteorder="little") }}
{{ (5).to_bytes(lengt=2) }}
{{ (5).to_bytes(2, length=2) }}
{{ (2**70).to_bytes(9) }}{{ (2**70).to_bytes(10,"little") }}
{{ (2**70).to_bytes(8) }}
{{ (5).to_bytes(2**70) }}
{{ (5).to_bytes(1.5) }}
{{ true.to_bytes(2) }}
{{ (5).to_bytes(2,"big",signed="x") }}
{{ (5).to_bytes(2,"big",signed=nope) }}
{{ (5).to_bytes(2,"big".encode()) }}
{{ (5).from_bytes() }}
{{ (5).from_bytes([1,2]) }}
{{ (5).from_bytes([1,2],"big",signed=true) }}{{ (5).from_bytes([255,2],"big",signed=true) }}{{ (5).from_bytes([255],"little",signed=true) }}
{{ (5).from_bytes([256]) }}
{{ (5).from_bytes([-1]) }}
{{ (5).from_bytes(["a"]) }}
{{ (5).from_bytes(5) }}
{{ (5).from_bytes(1.5) }}
{{ (5).from_bytes(none) }}
{{ (5).from_bytes(nope) }}
{{ (5).from_bytes({1:2}) }}
{{ (5).from_bytes((1,2)) }}
{{ (5).from_bytes(range(3)) }}
{{ (5).from_bytes([1,2]|map("int")) }}
{{ (5).from_bytes("a") }}
{{ (5).from_bytes("a"|safe) }}
{{ (5).from_bytes("".encode()) }}
{{ (5).from_bytes("abcdefghijklm".encode()) }}
{{ (5).from_bytes([1,2], "x") }}
{{ (5).from_bytes([1,2], 5) }}
{{ (5).from_bytes([1,2], "big", true) }}
{{ (5).from_bytes(bytes=[1,2], byteorder="little") }}
{{ (5).from_bytes([1,2], byteorder="big", sign=1) }}
{{ (5).from_bytes([1.5]) }}
{{ (5).from_bytes([2**70]) }}
{{ (5).from_bytes([true, nope]) }}
{{ true.from_bytes([1]) }}{{ true.from_bytes([0]) }}
{{ (5).from_bytes(dict) }}
{{ (5).from_bytes([none]) }}
{{ cycler.next() }}
{{ cycler.reset() }}
{{ cycler.next(1) }}
{{ cycler.next(cycler(1,2)) }}
{{ joiner.x }}
{{ namespace.x }}
{{ 1.5 is sameas 1.5 }}
{{ f is sameas f }}
{{ l|list is sameas l }}
{{ [1]|list is sameas [1] }}
{% set a = [1] %}{{ a|list is sameas a }}{{ a is sameas a }}{{ a[:] is sameas a }}{{ a + [] is sameas a }}{{ (1,2)[:] is sameas (1,2) }}
{{ d|attr(["b"]) }}
{{ d|attr({"b":1}) }}
{{ l|attr([1]) }}
{{ [1,2,3]|random is defined }}
{{ {1:2}|random }}
{{ (l|map('string')) is lower }}{{ (l|map('string')) is upper }}
{{ (l|reverse) is lower }}
{{ dict is lower }}
{{ range is lower }}
{{ lipsum is lower }}{{ raise_exception is lower }}
{{ cycler(1) is lower }}{{ joiner() is lower }}
{{ s.upper is lower }}
{{ s.format is lower }}
{{ dict.fromkeys is lower }}
{{ d.items is lower }}{{ d.get is lower }}{{ l.index is lower }}{{ (5).bit_length is lower }}
{{ (s|safe).upper is lower }}
{{ [s.upper] is lower }}
{{ cycler(1).next is lower }}
{{ (l|map('string')).send is lower }}
{{ d.keys().isdisjoint is lower }}
{{ range(3).index is lower }}
{{ [range] is lower }}
{{ {'A': range} is lower }}
{% block x %}{% endblock %}{{ self.x is lower }}
{{ strftime_now is lower }}
{{ nope - d.items() }}
{{ nope * ("<b>"|safe) }}
{{ ("<b>"|safe) * nope }}
{{ {d.values(): 1}|length }}
{{ {d.keys(): 1}|length }}
{{ {d.items(): 1}|length }}
{{ d.values() in {d.values(): 1} }}
{{ (d.values(),)|unique|list|length }}
{{ (l|map('string'))|striptags }}
{{ (l|map('string'))|wordcount }}
{{ s.upper|wordcount }}
{{ s.upper|striptags }}
{{ range|wordcount }}
{{ s.format|wordcount }}
{{ dict.fromkeys|wordcount }}
{{ dict|wordcount }}
{{ '%s-%s' % (l|map('string')) }}
{{ 'a %s %d' % (l|map('string')) }}
{{ 'ab' is sameas 'ab' }}{{ 'a' is sameas 'a' }}{{ 1 is sameas 1 }}{{ 1000 is sameas 1000 }}{{ 1.5 is sameas f }}{{ () is sameas () }}
{% set a = [1] %}{{ a|list is sameas a }},{{ a is sameas a }},{{ a[:] is sameas a }}{% set t = (1,2) %}{{ t[:] is sameas t }}
{{ ("x"|safe).format is lower }}{{ ("x"|safe).format|wordcount }}
{{ x ~ 1e400 }}
{{ [x, 1e400] }}
{{ x or 1e400 }}
{{ 2**20000 > x|default(1) }}
{{ 2**20000 > x }}
{{ x > 2**20000 }}
{{ [2**20000, x]|length }}
{% if false %}{{ 2**14300 }}{% endif %}
{% if 2**20000 %}yes{% endif %}
{% if false %}{{ (2**20000)|string }}{% endif %}ok
{% if false %}{{ 2**20000 }}{% endif %}ok
{% set v = 2**20000 %}ok
{{ -(2**20000) > x }}
{{ ["a", 2**20000]|last > x|default(1) }}
{{ (2**20000)|abs > x|default(1) }}
{{ d[2**20000] }}
{{ [1, 3]|random is odd }}
{{ [1, 2]|random is number }}
{{ "ab"|random is lower }}
{{ "ab"|random is upper }}
{{ [1, 2]|random is callable }}
{{ [[], {}]|random is iterable }}
{{ [7]|random }}
{{ []|random }}|
{{ [1, 2]|random|default("x") is number }}
{% set x = [1, 2]|random %}{{ x is defined and x is not undefined }}
{{ lipsum() is string }}{{ lipsum() is escaped }}{{ lipsum(html=false) is escaped }}{{ lipsum() is lower }}{{ lipsum() is upper }}
{{ d.keys()|random }}
{{ range(5)|random is integer }}
{{ {0: 5}|random }}
{{ {1: 5}|random }}
""".strip().split("\n")

# Attributes with underscores: the sandbox keeps back those that an object has.
OBJECTS = """range dict namespace cycler joiner "a".upper ("a"|safe).upper dict.fromkeys cycler(1).next cycler(1) joiner() self self.b
    {}.keys() {}.values() {}.items() ([]|map("e")) ([]|reverse) (range(2)|reverse) ({}|reverse) ([{"a":1}]|groupby("a")|first) namespace(a=1)
    "a".encode() nope""".split()
HIDDEN = """__call__ __code__ __contains__ __dict__ __func__ __getitem__ __globals__ __iter__ __len__ __length_hint__ __module__ __mro__
    __name__ __next__ __or__ __self__ __setitem__ __setstate__ __weakref__ _check_name _context _fields _undefined_message
    _TemplateReference__context __nope__ _nope""".split()
CASES += (
    "{% block b %}{% endblock %}{{ " + f"({of}).{name}" + ".x }}" for of in OBJECTS for name in HIDDEN
)
