"""Writes tests/tables: what Python's repr makes of floats and of texts, and which characters it prints.

    python tables.py

Needs CPython 3.11, whose Unicode is 14.0.
"""

import math
import pathlib
import random
import struct
import sys
import unicodedata

TABLES = pathlib.Path(__file__).resolve().parent.parent / "tables"


def neighbours(value):
    return [value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)]


def floats():
    """Doubles at the borders of every rule, and random ones."""
    yield from [0.0, -0.0, 0.1, 0.5, 1.0, 1.5, 100.0, 1e22, 1e23, 5e-324, sys.float_info.max, sys.float_info.min]
    for power in range(-323, 309):
        # Where the exponent begins, and where the shortest digits change.
        yield from neighbours(float(f"1e{power}")) if -20 <= power <= 25 or power % 20 == 0 else []
    for power in range(-1074, 1024, 9):
        # The doubles above a power of two are twice as far apart as those below.
        yield from neighbours(2.0**power)
    generator = random.Random(20260704)
    for _ in range(500):
        value = struct.unpack("<d", struct.pack("<Q", generator.getrandbits(64)))[0]
        if math.isfinite(value):
            yield value
    for _ in range(500):
        yield generator.randrange(-(10**6), 10**6) / 10 ** generator.randrange(0, 12)
    for _ in range(300):
        # Beside two whole numbers, where two shortest spellings are equally near.
        yield float(generator.randrange(2**53, 2**63))


def texts():
    """Texts with what repr treats in its own way."""
    yield from ["", "'", '"', "'\"", "\\", "\\'", "it's", 'say "hi"', "\n\r\t", "\x00\x1f\x7f\x80\x9f\xa0\xad"]
    generator = random.Random(20260704)
    plain = "abc ABC 0'\"\\\n\t\r"
    for _ in range(400):
        pieces = []
        for _ in range(generator.randrange(1, 12)):
            point = generator.choice([0x100, 0x3000, 0x10000, 0x20000, 0x110000])
            character = chr(generator.randrange(point))
            usable = generator.random() < 0.5 and not 0xD800 <= ord(character) < 0xE000
            pieces.append(character if usable else generator.choice(plain))
        yield "".join(pieces)


def printable():
    """The first and last characters of each run of printable ones."""
    first = None
    for point in range(sys.maxunicode + 2):
        prints = point <= sys.maxunicode and chr(point).isprintable()
        if prints and first is None:
            first = point
        elif not prints and first is not None:
            yield f"{first:x} {point - 1:x}"
            first = None


def write(name, lines):
    (TABLES / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def main():
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"CPython 3.11 is needed, with Unicode 14.0: this one has {unicodedata.unidata_version}")
    TABLES.mkdir(exist_ok=True)
    bits = dict.fromkeys(struct.unpack("<Q", struct.pack("<d", value))[0] for value in floats())
    write("floats.txt", (f"{b:016x} {struct.unpack('<d', struct.pack('<Q', b))[0]!r}" for b in bits))
    # A text is written by the numbers of its characters: nothing has to be escaped to be read back.
    write("texts.txt", (" ".join(f"{ord(c):x}" for c in text) + " = " + repr(text) for text in texts()))
    write("printable.txt", printable())


if __name__ == "__main__":
    main()
