#!/usr/bin/env python3
"""Writes entities.txt: the named character references of HTML, as Python's `html.unescape` knows them.

    python3.11 crates/rolecall-jinja/data/entities.py

A line is a name and the numbers of its characters. A name that is also known without its semicolon is written
without it. The lines are sorted by their bytes without the semicolon.
"""

import html.entities
import pathlib

names = html.entities.html5
lines = []
for name in sorted({name.rstrip(";") for name in names}, key=str.encode):
    assert name not in names or names[name] == names[name + ";"]
    semicolon = "" if name in names else ";"
    lines.append(name + semicolon + " " + " ".join(f"{ord(c):x}" for c in names[name + ";"]) + "\n")
pathlib.Path(__file__).with_name("entities.txt").write_text("".join(lines), encoding="ascii")
