"""The filter `tojson` with all its arguments."""

from common import VALUES, each, shown

ARGUMENTS = ["", "true", "false", "2", "false, 2", "true, 1", "indent=2", "indent=0", "indent=-1", "indent=true", "indent=false", "indent=none", 'indent="--"', 'indent=""', "indent=1.5",
             "indent=[]", "indent=nope", 'separators=(",", ":")', 'separators=[",", ":"]', 'separators=(", ", ": ")', 'separators=(",",)', 'separators="ab"', "separators=5", "separators=none",
             "separators=(1, 2)", 'separators=(",", 2)', "sort_keys=true", "sort_keys=false", "ensure_ascii=true", "ensure_ascii=false", 'ensure_ascii="x"', "ensure_ascii=none",
             "indent=2, sort_keys=true", 'indent=2, separators=(",", ":")', 'false, none, (",", ":")', 'false, 2, none, true', "bad=1", "1, 2, 3, 4, 5", "indent=2, ensure_ascii=true", "**{'indent': 1}", "*[true]", "indent=3", "indent=100", "skipkeys=true", "cls=none"]

DATA = ["d", "users[0]", "mix", "u", "e", "ed", "nested", "{'b': [], 'a': {}}", "[[], [[]], {}]", "flat", "(1, (2,))", "{2: 'a', 10: 'b', 1: 'c'}", "1.5"]

CASES = [
    *(shown(f"{value}|tojson({arguments})") for arguments in ARGUMENTS for value in DATA),
    *(shown(f"{pattern.replace('@', value)}|tojson") for pattern in ["@", "[@]", '{"k": @}', "{@: 1}", "(@, 1)"] for value in VALUES.values()),
    *(("{{ x|tojson }}|{{ x|tojson(true) }}|{{ [x]|tojson }}|{{ {x: x}|tojson }}|{{ x|tojson|length }}", {"x": x})
      for x in ["", '"', "\\", "/", "\b\f\n\r\t", "\x00\x01\x1f", "\x7f\x80\xa0", "é", "日本", "😀", "\u2028\u2029", "\ufeff", "<script>&'\"</script>", "a\\nb", "\U0010ffff", "\ue000", "</s>", "it's"]),
    *(("{{ x|tojson }}|{{ [x]|tojson(indent=1) }}|{{ {x: 1}|tojson }}|{{ (x, x)|tojson }}", {"x": x})
      for x in [0, -0.0, 1.0, 1e-7, 1e16, 1e22, 123456789.123456789, 2**63, 2**64, -2**63, 10**40, 0.1, 5e-324, 1.7976931348623157e308, True, None, 100.0, 1e15, 12345678901234567890]),
    *each(r"""
        {none: 1, true: 2, 1.5: 3, 2: 4, "x": 5}|tojson
        {none: 1}|tojson(sort_keys=true)
        {none: 1, "a": 2}|tojson(sort_keys=true)
        {1: 1, "a": 2}|tojson(sort_keys=true)
        {2: 1, true: 2}|tojson(sort_keys=true)
        {false: 1, none: 2}|tojson
        {(1, 2): 3}|tojson
        {nope: 3}|tojson
        {1e16: 1, -0.0: 2, 1e400: 3}|tojson
        {"é": 1}|tojson(true)
        {"a": {"d": 1, "c": {"z": 1, "y": 2}}, "B": 2}|tojson(sort_keys=true)
        {"é": 1, "z": 2, "Z": 3, "a": 4}|tojson(sort_keys=true)
        {"\ue000": 1, "😀": 2}|tojson(sort_keys=true)
        1e400|tojson
        [1e400, "nan"|float]|tojson
        ("-inf"|float)|tojson
        {"a": nope}|tojson
        [range(2)]|tojson
        [d.items()]|tojson
        [namespace(a=1)]|tojson
        [m]|tojson
        [l.append]|tojson
        [s.upper]|tojson
        [dict]|tojson
        [cycler("a")]|tojson
        [joiner()]|tojson
        ("<b>"|safe)|tojson
        ["<b>"|safe]|tojson
        [{"<b>"|safe: "<"|e}]|tojson
        ["a"|tojson]
        "a"|tojson|tojson
        "<"|tojson ~ "<"
        "<"|tojson|safe
        ("<"|tojson)|upper
        d|tojson|length
        d|tojson|replace('"', "'")
        (d|tojson)[0]
        messages|tojson
        messages|tojson(indent=4)
        messages[3].content|tojson
        users|map("tojson")|join("\n")
        users|map("tojson", indent=1)|list|first
        users|map(attribute="home")|list|tojson
        users|tojson(indent=2, separators=(",", " : "))
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}, "required": []}}}|tojson
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}, "required": []}}}|tojson(indent=4)
        [1, 2, 3]|tojson(indent=2)
        []|tojson(indent=2)
        [[]]|tojson(indent=2)
        {"a": [1, {"b": []}]}|tojson(indent=1)
        "x"|tojson(indent=2)
        {"a": 1}|tojson(indent="\t")
        {"a": [1]}|tojson(indent="\n")
        {"a": 1}|tojson(indent="é")
        {"a": 1}|tojson(separators=("", ""))
        {"a": 1, "b": 2}|tojson(separators=("é", "<"))
        {"a": 1, "b": [1, 2]}|tojson(separators=(",", ":"), indent=0)
        {"a": 1}|tojson(separators=(",", ":", ";"))
        {"a": 1}|tojson(separators={",": 1, ":": 2})
        {"a": 1}|tojson(separators=range(2))
        {"a": 1}|tojson(separators=[none, none])
        5|tojson(separators=(1, 2))
        []|tojson(separators=(1, 2))
        [1]|tojson(separators=(1, 2))
        [1, 2]|tojson(separators=(1, 2))
        "a"|tojson(ensure_ascii=[])
        "é"|tojson(ensure_ascii=nope)
        "é"|tojson(1)
        "é"|tojson("")
        big|tojson
        (2 ** 100)|tojson
        -0.0|tojson
        true|tojson
        none|tojson
        tojson(1)
        [(1, "a"), ()]|tojson
        (users|groupby("name")|first)|tojson
        (users|groupby("age"))|tojson|length
        d.get("q")|tojson
        l|first|tojson
        e|first|tojson
        (l|map("string"))|tojson
        l|map("string")|list|tojson
    """),
    *(shown(f"{value}|tojson(indent={indent}, separators={separators})") for value in ["i", "f", "n", "s", "e", "ed", "l", "d", "nope", "range(3)", "namespace()"] for indent in ["2", "2.5", "''"] for separators in ["(1, 2)", "[none, none]", "(',', ': ')", "('', '')"]),
    *(shown(f"{value}|tojson(indent={indent}{more})") for value in ["['<', 1, '<']", "[['<', '<'], {'<': '<'}]", "{'a': ['<'], 'b': '<'}", "'<'", "[]", "['<']"] for indent in ["'<'|safe", "'<'", "2", "('&'|safe)"] for more in ["", ", separators=('<'|safe, ':')", ", separators=('<', ':'|safe)", ", separators=('<'|safe, '>'|safe)", ", separators=(1, 2)"]),
]
