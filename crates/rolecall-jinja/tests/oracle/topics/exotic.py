"""Values that a chat template has no use for but can make: bytes and complex numbers."""

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
    (-8) ** 0.5
    (-8) ** (1/3)
    (-1) ** 0.5
    ((-8) ** 0.5).real
    ((-8) ** 0.5).imag
    ((-8) ** 0.5).conjugate()
    ((-8) ** 0.5)|abs
    ((-8) ** 0.5)|int
    ((-8) ** 0.5)|float
    ((-8) ** 0.5)|round
    ((-8) ** 0.5) is number
    ((-8) ** 0.5) is float
    ((-8) ** 0.5) < 1
    ((-8) ** 0.5) == 1
    ((-8) ** 0.5) + 1
    ((-8) ** 0.5) * 2
    ((-8) ** 0.5) // 2
    ((-8) ** 0.5)|tojson
    ((-8) ** 0.5)|string
    "%d" % ((-8) ** 0.5)
    -(-8) ** 0.5
""")
