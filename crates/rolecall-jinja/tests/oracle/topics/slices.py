"""Slices with all kinds of bounds, of all kinds of values."""

from common import VALUES, each, shown

BOUNDS = ["", "0", "1", "-1", "2", "-2", "9", "-9"]
STEPS = ["", "1", "2", "-1", "-2"]

CASES = [
    *("{{ l[A:B:C] }} {{ s[A:B:C] }} {{ (1, 2, 3, 4)[A:B:C] }} {{ range(5)[A:B:C] }}".replace("A", a).replace("B", b).replace("C", c)
      for a in BOUNDS for b in BOUNDS for c in STEPS),
    *(shown(f"{value}[{bounds}]") for value in VALUES.values() for bounds in [":", "1:", ":1", "::-1", "0:1", "::0", "'a':"]),
    *each("""
        l[1:2]
        l[1:2:]
        l[::]
        l[::0]
        s[::0]
        range(3)[::0]
        l["a":]
        l[:"a"]
        l[::"a"]
        l[1.0:]
        l[n:]
        l[n:n:n]
        l[none:none]
        l[t:]
        l[no:t]
        l[big:]
        l[:big]
        l[-big:]
        l[::big]
        l[::-big]
        l[nope:]
        l[[]:]
        l[d:]
        s[n:3]
        s[1.5:]
        s["a":]
        s[big:]
        s[::-1]|upper
        "héllo😀"[1:3]
        "héllo😀"[-1:]
        "héllo😀"[::-1]
        ""[::-1]
        [][::-1]
        ()[::-1]
        messages[1:]|length
        messages[1:][0].role
        messages[:-1]|map(attribute="role")|list
        messages[-1:][0].role
        messages[::-1]|map(attribute="role")|join(",")
        messages[1:3][0]["role"]
        l[1:][0]
        l[1:][5]
        l[1:][5].x
        l[:2][::-1]
        l[0:1] + l[1:]
        (1, 2, 3)[:2]
        (1, 2, 3)[::-1]
        (1,)[:1]
        range(10)[1:8:2]
        range(10)[::-3]
        range(10)[20:]
        range(10)[-3:]
        range(0, 10, 3)[1:]
        range(10)[2:5]|list
        ("<b>"|safe)[1:]
        [("<b>"|safe)[1:]]
        ("<b>"|safe)[::-1]
        d["a":"b"]
        d[:]
        d.items()[:1]
        n[:1]
        i[:1]
        f[::2]
        t[:]
        nope[:]
        nope[1:].x
        d.q[:1]
        (l|map("int"))[:1]
        namespace()[:1]
        m[:1]
        l[1, 2]
        l[1:2, 3]
        l[:, 1]
        l[...]
        l[]
        l[1:2:3:4]
        l[1 2]
        s[l|length - 4:]
        s[l[1]:l[0]]
        s[-3:] == "rld"
        s[:5] ~ s[5:] == s
        s[0:][1:][2:]
        s[i:]
        s[k:]
        s[:k]
        l[1:] is sequence
        l[1:2] in [[1]]
        s.split(" ")[1:]
        s.split(" ")[::-1]|join(" ")
        l|list[1:]
        (l|list)[1:]
        (l|sort)[1:]
    """),
    *each(r"""
        range(10)[::10 ** 20]
        range(10)[::10 ** 20]|list
        range(0, 10, 2)[::2 ** 62]
        range(10)[10 ** 20::-1]
        range(10)[:10 ** 20:3]
    """),
]
