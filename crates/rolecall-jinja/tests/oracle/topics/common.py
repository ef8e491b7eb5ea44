"""Variables and values that the topics share."""

import re

CONTEXT = {
    "s": "hello world",
    "u": "héllo 😀 日本",
    "html": "<b>&'\"",
    "n": None,
    "t": True,
    "no": False,
    "i": 42,
    "k": -7,
    "f": 1.5,
    "g": -0.25,
    "zero": 0,
    "big": 123456789012345678901234567890,
    "l": [3, 1, 2],
    "w": ["b", "A", "c", "a"],
    "mix": [1, "two", None, True, 2.5, [], {"q": 1}],
    "d": {"b": 1, "a": {"x": "y"}},
    "flat": {"one": 1, "two": 2, "Three": 3},
    "e": [],
    "es": "",
    "ed": {},
    "nested": {"items": [1, 2], "keys": "K", "get": "G", "_p": "private", "a b": "space", "0": "zero"},
    "users": [
        {"name": "Zoe", "age": 30, "tags": ["x", "y"], "home": {"city": "Rome"}},
        {"name": "adam", "age": 25, "tags": [], "home": {"city": "oslo"}},
        {"name": "Bea", "age": 30, "tags": ["z"], "home": {"city": "Paris"}, "admin": True},
        {"name": "carl", "age": 4, "tags": ["x"], "home": None, "admin": False},
    ],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Hi!\n"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image"}]},
    ],
    "lines": "one\ntwo\r\nthree\n\nfive\n",
}

MACRO = "{% macro m(p, q=2) %}[{{ p }}]{% endmacro %}"

# One of each type, under a short name for it.
VALUES = {
    "undefined": "nope",
    "none": "n",
    "true": "t",
    "int": "i",
    "float": "f",
    "big": "big",
    "str": "s",
    "digits": '"12"',
    "markup": '("<b>"|safe)',
    "list": "l",
    "tuple": '(1, "a")',
    "dict": "d",
    "range": "range(3)",
    "generator": '(l|map("string"))',
    "view": "flat.items()",
    "namespace": "namespace(a=1)",
    "macro": "m",
}


def variables_of(source):
    """Those variables that a source names."""
    words = set(re.findall(r"\w+", source))
    return {name: value for name, value in CONTEXT.items() if name in words}


def shown(expression):
    """A template that prints an expression; one that uses the macro `m` defines it."""
    macro = MACRO if re.search(r"\bm\b", expression) else ""
    return macro + "{{ " + expression + " }}"


def each(expressions):
    """The lines of a text, each as a printed expression."""
    return [shown(line.strip()) for line in expressions.strip().splitlines() if line.strip()]


def over_values(*patterns):
    """Each pattern with every value in place of `@`."""
    return [shown(pattern.replace("@", value)) for pattern in patterns for value in VALUES.values()]
