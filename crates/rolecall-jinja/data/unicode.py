#!/usr/bin/env python3
"""Writes unicode.bin: what `str`'s methods know about characters.

Run with the Python whose tables are wanted (3.11 has Unicode 14.0):

    python3.11 crates/rolecall-jinja/data/unicode.py

The file is a sequence of unsigned LEB128 numbers, which src/text/tables.rs reads in the same order:

- each property: how many runs, then their lengths; runs by turns lack the property and have it, the first
  of which lacks it and begins at U+0000;
- the zeros: how many, then the distance of each from the one before;
- each mapping of case: how many ranges, then for each the distance from the end of the one before, its length
  less one, twice, plus one if only every second character is meant, and how far they move (zigzag); then how
  many characters become several, and for each its distance from the one before, how many, and which.
"""

import pathlib
import unicodedata

assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version

CHARACTERS = [chr(code) for code in range(0x110000)]
OUT = bytearray()


def put(n):
    while n > 0x7F:
        OUT.append(n & 0x7F | 0x80)
        n >>= 7
    OUT.append(n)


def put_runs(holds):
    lengths, current, length = [], False, 0
    for c in CHARACTERS:
        if bool(holds(c)) != current:
            lengths.append(length)
            current, length = not current, 0
        length += 1
    if current:
        lengths.append(length)
    put(len(lengths))
    for length in lengths:
        put(length)


def put_zeros(value):
    zeros = [code for code, c in enumerate(CHARACTERS) if value(c) == 0]
    for zero in zeros:
        assert [value(chr(zero + n)) for n in range(10)] == list(range(10))
    assert sum(value(c) is not None for c in CHARACTERS) == 10 * len(zeros)
    put(len(zeros))
    for before, zero in zip([0] + zeros, zeros):
        put(zero - before)


def put_mapping(change, usual):
    """Where `change` differs from `usual`."""
    ranges, specials = [], []
    for code, c in enumerate(CHARACTERS):
        to = change(c)
        if to == usual(c):
            continue
        if len(to) != 1:
            specials.append((code, to))
            continue
        delta = ord(to) - code
        last = ranges[-1] if ranges else None
        step = code - last[1] if last else 0
        if last and last[3] == delta and (last[2] == step or (last[0] == last[1] and step <= 2)):
            last[1], last[2] = code, step
        else:
            ranges.append([code, code, 1, delta])
    put(len(ranges))
    before = 0
    for first, last, step, delta in ranges:
        put(first - before)
        put((last - first) * 2 + step - 1)
        put(delta * 2 if delta >= 0 else -delta * 2 - 1)
        before = last
    put(len(specials))
    before = 0
    for code, to in specials:
        put(code - before)
        put(len(to))
        for c in to:
            put(ord(c))
        before = code


def is_title(c):
    return c.istitle() and not c.isupper() and not c.islower()


def is_ignorable(c):
    """Whether the search for the letters around a sigma steps over the character."""
    return ("A" + c + "Σ").lower().endswith("ς") and not ("1" + c + "Σ").lower().endswith("ς")


put_runs(str.isprintable)
put_runs(str.isalpha)
put_runs(str.isdigit)
put_runs(str.isnumeric)
put_runs(str.isidentifier)
put_runs(lambda c: ("a" + c).isidentifier())
put_runs(str.isupper)
put_runs(str.islower)
put_runs(is_title)
put_runs(is_ignorable)
put_zeros(lambda c: unicodedata.decimal(c, None))
put_mapping(str.upper, lambda c: c)
put_mapping(str.lower, lambda c: c)
put_mapping(str.title, str.upper)
put_mapping(str.casefold, str.lower)
pathlib.Path(__file__).with_name("unicode.bin").write_bytes(OUT)
