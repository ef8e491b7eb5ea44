"""Every filter without arguments over every type, and with every form of argument."""

from common import VALUES, each, shown

NAMES = """abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format groupby indent
int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice
sort string striptags sum title tojson trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr""".split()

WRONG = ["1, 2, 3, 4, 5, 6, 7", "bad=1", "none", '"a"', "1", "1.5", "true", "[]", "nope", '"a", "b"', "none, none", "-1", "0", "*[1]", "**{'bad': 1}"]

CASES = [
    *(shown(f"{value}|{name}") for name in NAMES for value in VALUES.values()),
    *(shown(f"{value}|{name}|list") for name in ["reverse", "items", "unique", "select", "reject", "batch(2)", "slice(2)", "map('string')"] for value in VALUES.values()),
    *(shown(f"{value}|{name}({arguments})") for name in NAMES for arguments in WRONG for value in (["s", "l"] if name not in ("abs", "round", "int", "float", "filesizeformat") else ["s", "i"])),
    *each(r"""
        ["b", "A", "a", "B"]|sort
        ["b", "A", "a", "B"]|sort(case_sensitive=true)
        ["b", "A", "a", "B"]|sort(reverse=true)
        ["b", "A", "a", "B"]|sort(true)
        ["b", "A", "a", "B"]|sort(true, true)
        ["b", "A", "a", "B"]|sort(false, false)
        [3, 1.5, true, 2]|sort
        [3, "a"]|sort
        [3, none]|sort
        [none, none]|sort
        [none]|sort
        [nope]|sort
        [nope, 1]|sort
        [[2], [1, 5], [1]]|sort
        [[2], ["a"]]|sort
        [(2, "b"), (2, "a"), (1, "z")]|sort
        [{"a": 1}]|sort
        [{"a": 1}, {"a": 0}]|sort
        []|sort
        "hello"|sort
        d|sort
        flat|sort
        flat|sort(case_sensitive=true)
        range(3)|sort(reverse=true)
        ["é", "e", "f", "Z"]|sort
        ["ß", "SS", "ss"]|sort
        users|sort(attribute="name")|map(attribute="name")|list
        users|sort(attribute="name", case_sensitive=true)|map(attribute="name")|list
        users|sort(attribute="age")|map(attribute="name")|list
        users|sort(attribute="age,name")|map(attribute="name")|list
        users|sort(attribute="age,name", reverse=true)|map(attribute="name")|list
        users|sort(true, attribute="age")|map(attribute="name")|list
        users|sort(attribute="home.city")|map(attribute="name")|list
        users[:3]|sort(attribute="home.city")|map(attribute="name")|list
        users|sort(attribute="nope")|map(attribute="name")|list
        users|sort(attribute="admin")|map(attribute="name")|list
        users|sort(attribute="tags")|map(attribute="name")|list
        users|sort(attribute="")|list
        users|sort(attribute=1)|list
        [[1, "b"], [0, "a"]]|sort(attribute=1)
        [[1, "b"], [0, "a"]]|sort(attribute="1")
        [[1, "b"], [0, "a"]]|sort(attribute="0")
        [[1, "b"], [0, "a"]]|sort(attribute="0,1")
        [[1, "b"], [0, "a"]]|sort(attribute=5)
        [[1, "b"], [0, "a"]]|sort(attribute=none)
        [[1, "b"], [0, "a"]]|sort(attribute=[1])
        l|sort(l)
        5|sort
        none|sort
        flat|dictsort
        flat|dictsort(true)
        flat|dictsort(false, "value")
        flat|dictsort(by="value")
        flat|dictsort(by="value", reverse=true)
        flat|dictsort(by="key", reverse=true)
        flat|dictsort(case_sensitive=true, reverse=true)
        flat|dictsort(true, "key", true)
        flat|dictsort(by="x")
        flat|dictsort("value")
        {"b": 1, 2: 3}|dictsort
        {2: "b", 1: "a"}|dictsort
        {"a": none, "b": 1}|dictsort(by="value")
        {"a": "x", "b": 1}|dictsort(by="value")
        {"b": "Z", "a": "a"}|dictsort(by="value")
        {"b": "Z", "a": "a"}|dictsort(true, "value")
        {}|dictsort
        []|dictsort
        l|dictsort
        none|dictsort
        nope|dictsort
        flat|dictsort|first
        d|dictsort
        ["a", "A", "b"]|unique|list
        ["a", "A", "b"]|unique(true)|list
        ["a", "A", "b"]|unique(case_sensitive=true)|list
        [1, 1.0, true, "1"]|unique|list
        [[1], [1]]|unique|list
        [none, none, nope, nope]|unique|list
        users|unique(attribute="age")|map(attribute="name")|list
        users|unique(false, "age")|map(attribute="name")|list
        users|unique(attribute="nope")|map(attribute="name")|list
        users|unique(attribute="tags")|list
        users|unique(attribute="home.city")|map(attribute="name")|list
        "aAbB"|unique|join
        5|unique|list
        d|unique|list
        [3, 1, 2]|min
        [3, 1, 2]|max
        ["b", "A"]|min
        ["b", "A"]|min(case_sensitive=true)
        ["b", "A"]|max(true)
        ["a", "A"]|min
        ["A", "a"]|max
        [1, "a"]|min
        [none, 1]|max
        []|min
        []|max|default("z")
        {}|max
        "hello"|max
        users|max(attribute="age")
        (users|max(attribute="age")).name
        (users|min(attribute="age")).name
        (users|max(attribute="name")).name
        (users|max(attribute="nope")).name
        (users|max(false, "name")).name
        5|max
        nope|max
        [1.5, true, 2]|max
        [1, 1.0, true]|max
        users|groupby("age")
        users|groupby("age")|map("first")|list
        users|groupby("age")|map(attribute="grouper")|list
        users|groupby("age")|map(attribute="list")|map("length")|list
        users|groupby(attribute="age")|length
        users|groupby("nope")
        users|groupby("admin")
        users|groupby("admin", default=false)|map(attribute="grouper")|list
        users|groupby("admin", false)|map("first")|list
        users|groupby("name")|map("first")|list
        users|groupby("name", case_sensitive=true)|map("first")|list
        users|groupby("home.city")|map("first")|list
        users|groupby("home.city", default="none")|map("first")|list
        users|groupby("tags")|map("first")|list
        [{"a": "X"}, {"a": "x"}, {"a": "b"}]|groupby("a")
        [{"a": "x"}, {"a": "X"}]|groupby("a", case_sensitive=true)
        [[1, 2], [1, 3], [0, 4]]|groupby(0)
        [[1, 2], [1, 3]]|groupby("0")|first
        (users|groupby("age")|first).grouper
        (users|groupby("age")|first).list|length
        (users|groupby("age")|first)[0]
        (users|groupby("age")|first).nope
        (users|groupby("age")|first).index(4)
        (users|groupby("age")|first).count(4)
        (users|groupby("age")|first)._fields
        (users|groupby("age")|first)|length
        (users|groupby("age")|first)|list|length
        [(users|groupby("name")|first)[0]]
        {"a": users|groupby("age")}|string|length
        users|groupby()
        []|groupby("a")
        5|groupby("a")
        users|map(attribute="name")|list
        users|map(attribute="home.city")|list
        users|map(attribute="tags.0")|list
        users|map(attribute="nope")|list
        users|map(attribute="nope.x")|list
        users|map(attribute="nope", default="z")|list
        users|map(attribute="home.city", default="z")|list
        users|map(attribute="admin", default=none)|list
        users|map(attribute="")|list
        users|map(attribute=none)|list
        users|map(attribute=0)|list
        [[1, 2], [3]]|map(attribute=0)|list
        [[1, 2], [3]]|map(attribute=1)|list
        [[1, 2], [3]]|map(attribute="1")|list
        [[1, 2], [3]]|map(attribute=-1)|list
        [[1, 2], [3]]|map("first")|list
        [[1, 2], [3]]|map("sum")|list
        [[1, 2], [3]]|map("join", "-")|list
        [[1, 2], [3]]|map("join", d="-")|list
        ["a", "b"]|map("upper")|list
        ["a", "b"]|map("upper", 1)|list
        ["a", "b"]|map("upper", bad=1)|list
        ["a", "b"]|map("nope")|list
        ["a", "b"]|map("nope")
        []|map("nope")|list
        ["a"]|map()|list
        ["a"]|map
        ["a"]|map(1)|list
        ["a"]|map(none)|list
        ["a"]|map("replace", "a", "b")|list
        ["a"]|map("default", "x")|list
        [none, "", nope]|map("default", "x", true)|list
        [none, "", nope]|map("default", default_value="x", boolean=true)|list
        ["1", "2"]|map("int")|sum
        ["1", "x"]|map("int", default=5)|list
        ["1", "2"]|map("float")|list
        [1, 2]|map("string")|join("-")
        [1, 2]|map("tojson")|list
        [1.5, 2.5]|map("round")|list
        [1.55, 2.55]|map("round", 1, "floor")|list
        [{"a": 1}]|map("items")|list|length
        [{"a": 1}]|map("dictsort")|list
        ["a b"]|map("title")|first
        ["<"]|map("e")|list
        ["<"]|map("safe")|list
        [" a "]|map("trim")|list
        ["xax"]|map("trim", "x")|list
        ["a"]|map("map", "upper")|map("list")|list
        [[3, 1]]|map("sort", reverse=true)|list
        users|map(attribute="name", bad=1)|list
        users|map(attribute="name", default="x", bad=1)|list
        users|map("attr", "name")|list
        users|map(x=1)|list
        d|map("upper")|list
        flat|map("upper")|list
        "abc"|map("upper")|join
        5|map("upper")|list
        0|map("upper")|list
        ""|map("nope")|list
        none|map("nope")|list
        range(3)|map("string")|list
        [0, 1, "", "a", none, [], nope]|select|list
        [0, 1, "", "a", none, [], nope]|reject|list
        [0, 1, 2, 3]|select("odd")|list
        [0, 1, 2, 3]|reject("odd")|list
        [0, 1, 2, 3]|select("gt", 1)|list
        [0, 1, 2, 3]|select(">", 1)|list
        [0, 1, 2, 3]|select("==", 1)|list
        [0, 1, 2, 3]|select("!=", 1)|list
        [0, 1, 2, 3]|select("<=", 1)|list
        [0, 1, 2, 3]|select("<", 1)|list
        [0, 1, 2, 3]|select(">=", 2)|list
        [0, 1, 2, 3]|select("in", [1, 2])|list
        [0, 1, 2, 3]|reject("in", [1, 2])|list
        [0, 1, 2, 3]|select("divisibleby", 3)|list
        [0, 1, 2, 3]|select("divisibleby", num=3)|list
        [0, 1, 2, 3]|select("sameas", 1)|list
        [0, 1, 2, 3]|select("odd", 1)|list
        [0, 1, 2, 3]|select("gt")|list
        [0, 1, 2, 3]|select("nope")|list
        [0, 1, 2, 3]|select("nope")
        []|select("nope")|list
        [0, 1]|select(none)|list
        [0, 1]|select(1)|list
        [0, 1]|select(bad=1)|list
        ["a", 1, none]|select("string")|list
        ["a", 1, none]|reject("none")|list
        ["a", 1, none, nope]|select("defined")|list
        ["a", 1, true, 1.5]|select("number")|list
        ["a", [1], {"a": 1}]|select("mapping")|list
        ["a", "B"]|select("upper")|list
        ["a", none]|select("in", "abc")|list
        "aBc"|select("lower")|join
        d|select("eq", "a")|list
        users|selectattr("admin")|map(attribute="name")|list
        users|rejectattr("admin")|map(attribute="name")|list
        users|selectattr("admin", "defined")|map(attribute="name")|list
        users|selectattr("admin", "undefined")|map(attribute="name")|list
        users|rejectattr("admin", "defined")|map(attribute="name")|list
        users|selectattr("age", "gt", 20)|map(attribute="name")|list
        users|selectattr("age", "equalto", 30)|map(attribute="name")|list
        users|selectattr("age", "==", 30)|map(attribute="name")|list
        users|selectattr("age", "in", [4, 25])|map(attribute="name")|list
        users|selectattr("name", "eq", "Zoe")|list|length
        users|selectattr("home.city", "eq", "Rome")|map(attribute="name")|list
        users|selectattr("home.city")|map(attribute="name")|list
        users|selectattr("tags.0", "eq", "x")|map(attribute="name")|list
        users|selectattr("tags")|map(attribute="name")|list
        users|rejectattr("tags")|map(attribute="name")|list
        users|selectattr("nope.x")|list
        users|selectattr("nope", "nope")|list
        users|selectattr("name", "gt", 5)|list
        users|selectattr()|list
        users|selectattr(5)|list
        users|selectattr(none)|list
        users|selectattr("name", none)|list
        users|selectattr("name", "eq")|list
        users|selectattr("name", "eq", 1, 2)|list
        users|selectattr("name", bad=1)|list
        users|rejectattr("role", "equalto", "x")|list|length
        messages|selectattr("role", "equalto", "system")|list
        (messages|selectattr("role", "eq", "user")|list)[-1].content
        messages|rejectattr("role", "in", ["system", "user"])|map(attribute="content")|list
        messages|selectattr("content", "string")|list|length
        messages|selectattr("content", "mapping")|list|length
        messages|map(attribute="role")|unique|list
        messages|map(attribute="role")|join(", ")
        messages|groupby("role")|map("first")|list
        [[1, 2]]|selectattr(0)|list
        [[1, 2]]|selectattr("0", "eq", 1)|list
        ["a"]|selectattr("upper")|list
        5|selectattr("a")|list
        0|selectattr("a")|list
        range(7)|batch(3)|list
        range(7)|batch(3, "x")|list
        range(7)|batch(linecount=3, fill_with=0)|list
        range(7)|batch(3, none)|list
        range(6)|batch(3, "x")|list
        range(3)|batch(1)|list
        range(3)|batch(10)|list
        range(3)|batch(10, "x")|list
        range(3)|batch(0)|list
        range(3)|batch(-1)|list
        range(3)|batch("2")|list
        range(3)|batch(1.5)|list
        range(3)|batch(2.0)|list
        range(3)|batch
        "abcde"|batch(2)|list
        "abcde"|batch(2)|map("join")|list
        []|batch(2, "x")|list
        d|batch(1)|list
        range(7)|slice(3)|list
        range(7)|slice(3, "x")|list
        range(7)|slice(slices=3, fill_with="x")|list
        range(6)|slice(3, "x")|list
        range(2)|slice(5)|list
        range(2)|slice(5, "x")|list
        range(2)|slice(0)|list
        range(2)|slice(-1)|list
        range(2)|slice("2")|list
        range(2)|slice(1.5)|list
        range(2)|slice
        "abcde"|slice(2)|list
        []|slice(2)|list
        [1, 2, 3]|join
        [1, 2, 3]|join(", ")
        [1, 2, 3]|join(d="-")
        [1, none, 1.5, true, "a", [1], nope]|join("|")
        users|join(", ", attribute="name")
        users|join(", ", "name")
        users|join(attribute="name")
        users|join("-", attribute="home.city")
        users|join("-", attribute="nope")
        [[1, 2], [3]]|join("-", attribute=0)
        "abc"|join(",")
        d|join(",")
        d.values()|join(",")
        []|join(",")
        5|join(",")
        [1, 2]|join(5)
        [1, 2]|join(none)
        [1, 2]|join([])
        [1, 2]|join(1.5)
        [1, 2]|join(nope)
        ["<"|safe, "<"]|join
        ["<"|safe, "<"]|join("&")
        ["<"]|join("&"|safe)
        [["<"|safe, "<"]|join]
        [["<", "<"]|join("&"|safe)]
        [["a"|safe]|join]
        [1, 2]|join("a", "b", "c")
        "a b  c"|wordcount
        ""|wordcount
        "héllo wörld, it's_me 3.5"|wordcount
        none|wordcount
        5|wordcount
        "hello"|center
        "hello"|center(11) ~ "|"
        "hello"|center(12) ~ "|"
        "hello"|center(3)
        "hello"|center("9")
        "hello"|center(1.5)
        5|center(5) ~ "|"
        "hello"|center(width=9) ~ "|"
        "hello world"|truncate(5)
        "hello world"|truncate(8)
        "hello world"|truncate(8, true)
        "hello world"|truncate(8, false, "…")
        "hello world"|truncate(8, leeway=0)
        "hello world"|truncate(8, true, "...", 0)
        "hello world"|truncate(length=7, killwords=true, end="", leeway=0)
        "hello world"|truncate(2)
        "hello world"|truncate(2, leeway=0)
        "hello world"|truncate(11, leeway=0)
        "hello world"|truncate(10, leeway=0)
        "hello world"|truncate(-1)
        "hello world"|truncate("5")
        "hello world"|truncate(5, true, none)
        ("a" * 300)|truncate
        ("a" * 300)|truncate|length
        ("word " * 100)|truncate|length
        ("word " * 100)|truncate(50, end="[cut]")
        "foo bar baz qux"|truncate(9)
        "foo bar baz qux"|truncate(9, true)
        "foo bar baz qux"|truncate(11)
        "foo bar baz qux"|truncate(9, false, "xx", 3)
        "foo bar baz qux"|truncate(3, end="....", leeway=0)
        5|truncate(3)
        none|truncate(3)
        l|truncate(3)
        l|truncate(1, leeway=0)
        "hello"|truncate(3, leeway=none)
        "a b c d e f g h"|wordwrap(5)
        "a b c d e f g h"|wordwrap(width=5)
        "hello wonderful world"|wordwrap(8)
        "hello wonderful world"|wordwrap(8, false)
        "hello wonderful world"|wordwrap(8, true, "|")
        "hello wonderful world"|wordwrap(8, wrapstring="|")
        "hello won-der-ful world"|wordwrap(8)
        "hello won-der-ful world"|wordwrap(8, break_on_hyphens=false)
        "hello won-der-ful world"|wordwrap(8, true, none, false)
        "a\nb c\n\nd e f"|wordwrap(3)
        "  leading and   inner"|wordwrap(8, wrapstring="|")
        "tab\there and there"|wordwrap(8, wrapstring="|")
        "x" * 200|wordwrap
        ("x " * 100)|wordwrap(20, wrapstring="|")
        ("x" * 100)|wordwrap(20, wrapstring="|")
        "hello"|wordwrap(0)
        "hello"|wordwrap(-1)
        "hello"|wordwrap("5")
        "hello world"|wordwrap(5, wrapstring=5)
        5|wordwrap
        "a—b long—dash words"|wordwrap(7, wrapstring="|")
        "one two"|wordwrap(3, wrapstring="\n")
        "trailing   "|wordwrap(8, wrapstring="|")
        ""|wordwrap(5)
        "<p>Hello <b>big</b>\n  world</p>"|striptags
        "a <!-- c --> b"|striptags
        "a &lt; b &amp; c &#39; &eacute; &nope;"|striptags
        "<p>unclosed"|striptags
        "a < b > c"|striptags
        "<<b>>"|striptags
        "<!-- open"|striptags
        5|striptags
        none|striptags
        ("<b>x</b>"|safe)|striptags
        ["<b>x</b>"|striptags]
        "a b"|title
        "it's 3rd x-ray (foo) [bar] {baz} <qux>"|title
        "HELLO wORLD"|title
        "a_b c.d e/f"|title
        "  two  spaces "|title
        "éa ßb ǆc ﬁd"|title
        5|title
        none|title
        "hELLO wORLD"|capitalize
        "élan"|capitalize
        "ßa"|capitalize
        "ǆa"|capitalize
        "  x"|capitalize
        5.5|capitalize
        none|capitalize
        true|upper
        none|lower
        l|upper
        "aaa"|replace("a", "b")
        "aaa"|replace("a", "b", 2)
        "aaa"|replace("a", "b", count=1)
        "aaa"|replace(old="a", new="b")
        "aaa"|replace("a", "b", 0)
        "aaa"|replace("a", "b", none)
        "aaa"|replace("a", "b", -1)
        "aaa"|replace("a", 1)
        "a1a"|replace(1, 2)
        "aaa"|replace("", "-")
        "aaa"|replace("a")
        "aaa"|replace
        "aNonea"|replace(none, "b")
        "aaa"|replace("a", "b", "c")
        "aaa"|replace("a", "b", 1.5)
        112|replace(1, 3)
        none|replace("N", "n")
        l|replace("3", "x")
        "<"|replace("<", "&"|safe)
        ["<a"|replace("a", "<"|safe)]
        ["<a"|replace("a"|safe, "<")]
        ["a"|safe|replace("a", "<")]
        "<a"|replace("a", "<"|safe)
        ("<a"|safe)|replace("a", "<")
        ("<a"|safe)|replace("<", "x")
        "  a  "|trim ~ "|"
        "xxaxx"|trim("x")
        "xyaxy"|trim("yx")
        "xxaxx"|trim(chars="x")
        "xxaxx"|trim(none)
        "xxaxx"|trim("")
        "xxaxx"|trim(1)
        "\n a \t"|trim
        5|trim
        none|trim
        l|trim("[]")
        ("  a "|safe)|trim
        [("  a "|safe)|trim]
        "a\nb"|indent
        "a\nb"|indent(2)
        "a\nb"|indent(2, true)
        "a\n\nb"|indent(2, true, true)
        "a\n\nb"|indent(2, blank=true)
        "a\n\nb"|indent(2)
        "a\n\nb"|indent(first=true)
        "a\nb"|indent(width=3)
        "a\nb"|indent("> ")
        "a\n\nb"|indent("> ", true, true)
        "a\nb"|indent("")
        "a\nb"|indent(0)
        "a\nb"|indent(-2)
        "a\nb"|indent(1.5)
        "a\nb"|indent(none)
        "a\nb"|indent(true)
        "a\nb\n"|indent
        "\na\nb\n\n"|indent(2)
        "\na\nb\n\n"|indent(2, true)
        "\n"|indent(2)
        "\n\n"|indent(2, true, true)
        ""|indent
        ""|indent(2, true)
        "a\r\nb\rc"|indent(2)
        "a\x0bb\x0cc\x1cd\u2028e\x85f"|indent(2)
        lines|indent(2)
        lines|indent(2, true, true)
        5|indent
        none|indent
        l|indent
        ("a\n<b>"|safe)|indent(2)
        [("a\n<b>"|safe)|indent(2)]
        [("a\n<b>"|safe)|indent("<")]
        ["a\nb"|indent("<"|safe)]
        "a"|indent(indentfirst=true)
        "a"|indent(1, 2, 3, 4)
        "a b&c=d/é?"|urlencode
        "~-._+%20:;"|urlencode
        {"a b": 1, "c": "d&e"}|urlencode
        {"a": [1, 2]}|urlencode
        {"a": none, "b": true, "c": 1.5}|urlencode
        {"é": "/"}|urlencode
        [("a", 1), ("b", "x y")]|urlencode
        [["a", 1]]|urlencode
        ["ab", "cd"]|urlencode
        ["abc"]|urlencode
        [1]|urlencode
        flat.items()|urlencode
        5|urlencode
        1.5|urlencode
        none|urlencode
        true|urlencode
        ""|urlencode
        []|urlencode
        ("<b>"|safe)|urlencode
        "http://example.com/a?b=c and www.example.com, x@y.com"|urlize
        "see https://example.com."|urlize
        "(https://example.com)"|urlize
        "https://example.com/long/path/to/it"|urlize(20)
        "https://example.com/long"|urlize(trim_url_limit=10, nofollow=true)
        "https://example.com"|urlize(target="_blank")
        "https://example.com"|urlize(rel="me nofollow")
        "https://example.com"|urlize(none, false, "_top", "x")
        "example.org and example.nope"|urlize
        "mailto:x@y.com tel:123"|urlize
        "tel:123"|urlize(extra_schemes=["tel:"])
        "tel:123"|urlize(extra_schemes=["tel"])
        "<b>http://a.com</b>"|urlize
        "&lt;http://a.com&gt;"|urlize
        "plain text"|urlize
        5|urlize
        "HTTP://A.COM"|urlize
        "http://a.com/(x)"|urlize
        "foo@bar.c"|urlize
        "www.x.y"|urlize
        "user+tag@mail.example.co.uk!"|urlize
        {"class": "a b", "id": none, "x": nope, "n": 5, "v": "<>\"'"}|xmlattr
        {"class": "a"}|xmlattr(false)
        {"class": "a"}|xmlattr(autospace=false)
        {}|xmlattr
        {"a b": 1}|xmlattr
        {"a/b": 1}|xmlattr
        {"a>b": 1}|xmlattr
        {"a=b": 1}|xmlattr
        {1: 2}|xmlattr
        {"a": true, "b": false, "c": []}|xmlattr
        {"a": "<"|safe}|xmlattr
        [{"a": 1}|xmlattr]
        l|xmlattr
        none|xmlattr
        nope|xmlattr
        {"a": 1}|items|list
        {}|items|list
        flat|items|first
        flat|items|length
        l|items|list
        "a"|items|list
        none|items
        {"a": 1}|items(1)
        [1, 2, 3]|reverse|list
        "abc"|reverse
        {"a": 1, "b": 2}|reverse|list
        range(3)|reverse|list
        (1, 2)|reverse|list
        5|reverse
        none|reverse
        flat.items()|reverse|list
        (l|map("string"))|reverse|list
        (l|map("string")|list)|reverse|join
        [("ab"|safe)|reverse]
        [1, 2]|first
        []|first
        "abc"|first
        {"a": 1}|first
        (l|map("string"))|first
        5|first
        none|first
        [1, 2]|last
        []|last
        "abc"|last
        {"a": 1}|last
        5|last
        range(5)|last
        [1, 2]|length
        "abc"|length
        {"a": 1}|count
        5|length
        none|length
        1.5|length
        m|length
        namespace()|length
        dict|length
        (1, 2)|count
        [1, 2]|list
        "ab"|list
        {"a": 1}|list
        5|list
        none|list
        [1, 2]|string
        none|string
        1.0|string
        ["a"|string]
        ["a"|safe|string]
        "x"|default("y")
        ""|default("y")
        ""|default("y", true)
        0|default("y", boolean=true)
        none|default("y")
        none|default("y", true)
        none|default(boolean=true)
        nope|default
        nope|default()
        nope|default(none)
        nope|default(default_value="z")
        nope|default("y", false)
        nope|default("a", "b", "c")
        nope|default(x="a")
        nope|d("y")
        d.q|default(d.b)
        d.q|default([])|length
        "<&>\"'"|e
        "<&>\"'"|escape
        "<&>\"'"|forceescape
        "<"|e|e
        "<"|e|forceescape
        "<"|e|escape|length
        5|e
        none|e
        l|e
        ["<"]|e
        {"<": ">"}|e
        nope|e
        [5|e]
        ["<"|e]
        ["<"|safe|e]
        ["<"|safe|forceescape]
        "<"|safe|upper
        "<b>"|safe
        5|safe
        [5|safe]
        [none|safe]
        [l|safe]
        [("a"|safe)|safe]
        "abc"|random is string
        []|random
        5|random
        none|random
        [7]|random
        ["x"]|random ~ "y"
        l|tojson|length
        "a"|nope
        "a"|nope(1)
        "a"|upper|nope
        "a"|nope.x
        "a"|tojson.x
        "a"|str.upper
        "a"|split
        "a"|lines
        "a"|bool
        l|zip(l)
        l|chain(l)
        "{}"|fromjson
        "{}"|from_json
        "a"|"upper"
        "a"|1
        "a"|(upper)
        "a"|upper()
        "a"|upper(1)
        "a"|upper|lower|title|length
        "a" | upper
        "a"| upper |lower
        ("a"|upper)|lower
        (1 + 2)|string
        1 + 2|string
        [1, 2]|map("string")|join|int + 1
        "a"|replace("a", "b"|upper)
        "a"|replace(*["a", "b"])
        "a"|replace(**{"old": "a", "new": "b"})
        "a"|replace("a", **{"new": "b"})
        "a"|default(*[])
        "a"|replace("a", "b", bad=1)
        "a"|replace("a", old="b")
    """),
    *(shown(f"s|{name}(**{more})") for name in NAMES for more in ["n", "i", "{'x': 1}"]),
    *(shown(f"s|{name}(x=1, **{{'x': 2}})") for name in ["abs", "count", "e", "list", "safe", "string", "tojson", "upper"]),
    *each(r"""
        namespace|xmlattr
        cycler|dictsort
        joiner|wordwrap
        cycler("a", "b")|dictsort
        namespace(a=1)|dictsort
        loop|dictsort
        dict.fromkeys|dictsort
        s.upper|dictsort
        ["<a>", "b"|safe, 3]|sort
        ["<a>", "B"|safe, 3]|sort
        ["<a>", "B"|safe, 3]|sort(reverse=true)
        ["<a>", "B"|safe, 3]|max
        ["<a>", "b"|safe, 3]|min(case_sensitive=true)
        ["a", "A"|safe]|unique|list
        [{"a": "B"|safe}, {"a": 1}]|groupby("a")
        l|sum(attribute="a"|safe)
        l|max(attribute="a.b"|safe)
        users|groupby("nope"|safe)
        users|map(attribute="name"|safe)|list
        users|sort(attribute="age,nope"|safe)
    """),
]
