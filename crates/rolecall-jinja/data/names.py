#!/usr/bin/env python3
"""Writes names.bin: the names of characters, for `\\N{BULLET}` in string literals.

Run with the Python whose names are wanted (3.11 has Unicode 14.0):

    python3.11 crates/rolecall-jinja/data/names.py

aliases.txt beside it has the formal aliases, which Python knows but does not list: a number and a name a line.
Names that follow from the number by a rule of Unicode's are left out: those of Hangul syllables and of unified
ideographs.

A name is a sequence of pieces. A piece goes to the next hyphen or blank; it keeps a hyphen before it, and a
hyphen after a blank keeps the blank, too; the blank between pieces is not written. `-*` is a hyphen and the
character's number in hexadecimal.

The file has, in this order (numbers are unsigned LEB128):

- the pieces: how many, and for each, in the order of their bytes, a byte with the length that it shares with the
  one before (high half) and the length less one of its own bytes (low half), and those bytes;
- the frequent pieces: how many, and the place of each among the pieces;
- the shapes: how many, and for each how far the number is from that of the name before, how many pieces are
  shared with the beginning of the name before, how many are new, how many are shared with its end;
- the names: how many, and for each its shape and the new pieces.

A shape is a byte below 254, or 254 or 255 and a byte: (first - 254) * 256 + second + 254. A piece is a byte n for
the nth of the F frequent ones, or likewise a byte of at least F and a byte: (first - F) * 256 + second.
"""

import collections
import pathlib
import unicodedata

FREQUENT = 206
SHORT_SHAPES = 254
HERE = pathlib.Path(__file__).parent
OUT = bytearray()


def put(n):
    while n > 0x7F:
        OUT.append(n & 0x7F | 0x80)
        n >>= 7
    OUT.append(n)


def pieces(code, name):
    found = []
    for word in name.split(" "):
        if word.startswith("-"):
            found.append(" " + word)
            continue
        first, *others = word.split("-")
        found += [first] + ["-" + other for other in others]
    return ["-*" if piece == f"-{code:04X}" else piece for piece in found]


def common(left, right):
    length = 0
    while length < min(len(left), len(right)) and left[length] == right[length]:
        length += 1
    return length


def read_names():
    assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version
    for code in range(0x110000):
        name = unicodedata.name(chr(code), "")
        if name and not name.startswith(("HANGUL SYLLABLE ", "CJK UNIFIED IDEOGRAPH-")):
            yield code, name
    for line in (HERE / "aliases.txt").read_text().splitlines():
        code, name = line.split(" ", 1)
        # `unicodedata.lookup` would do if it took the aliases of controls in all versions.
        assert eval(f'"\\N{{{name}}}"') == chr(int(code, 16)), line
        yield int(code, 16), name


entries, before, last = [], [], 0
for code, name in sorted(read_names()):
    now = pieces(code, name)
    start = common(before, now)
    end = common(before[start:][::-1], now[start:][::-1])
    new = now[start : len(now) - end]
    entries.append(((code - last, start, len(new), end), new))
    before, last = now, code

counts = collections.Counter(piece for _, new in entries for piece in new)
dictionary = sorted(counts)
put(len(dictionary))
last = ""
for piece in dictionary:
    shared = min(common(last, piece), 15)
    own = piece[shared:].encode("ascii")
    OUT.append(shared << 4 | len(own) - 1)
    OUT.extend(own)
    last = piece

place = {piece: n for n, piece in enumerate(dictionary)}
frequent = [piece for piece, _ in counts.most_common(FREQUENT)]
put(len(frequent))
for piece in frequent:
    put(place[piece])
assert len(dictionary) <= (256 - FREQUENT) * 256
code_of = {piece: divmod(n, 256) for piece, n in place.items()}
code_of = {piece: bytes([high + FREQUENT, low]) for piece, (high, low) in code_of.items()}
code_of.update((piece, bytes([n])) for n, piece in enumerate(frequent))

shapes = [shape for shape, _ in collections.Counter(shape for shape, _ in entries).most_common()]
put(len(shapes))
for shape in shapes:
    for n in shape:
        put(n)

put(len(entries))
shape_of = {shape: n for n, shape in enumerate(shapes)}
for shape, new in entries:
    n = shape_of[shape]
    if n < SHORT_SHAPES:
        OUT.append(n)
    else:
        high, low = divmod(n - SHORT_SHAPES, 256)
        OUT += bytes([high + SHORT_SHAPES, low])
    for piece in new:
        OUT += code_of[piece]

(HERE / "names.bin").write_bytes(OUT)
