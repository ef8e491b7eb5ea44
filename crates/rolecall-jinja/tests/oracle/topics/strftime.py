"""The function `strftime_now`, at 2026-07-04 12:34:56."""

import string

from common import each, shown

CASES = [
    *(shown(f"'[' ~ strftime_now('%{letter}') ~ ']'") for letter in string.ascii_letters + string.digits + "%-_^#+.:é !@" ),
    *(shown(f"'[' ~ strftime_now('%{flag}{letter}') ~ ']'") for flag in ["-", "_", "0", "^", "#", "+", "E", "O", "10", "3", "-5", "_5", "05", "^10", "1"] for letter in "aAbBcdeHIjmMpSuwyYZDFTn"),
    *each("""
        strftime_now("%Y-%m-%d")
        strftime_now("%d %b %Y")
        strftime_now("%B %d, %Y")
        strftime_now("%A, %d %B %Y %H:%M:%S")
        strftime_now("")
        strftime_now("plain é 日本 😀")
        strftime_now("é%Yé")
        strftime_now("%")
        strftime_now("%%")
        strftime_now("%%%")
        strftime_now("%Y%")
        strftime_now("%Q")
        strftime_now("%E")
        strftime_now("%-")
        strftime_now("%10")
        strftime_now("%f")
        strftime_now("%z|%Z|%:z")
        strftime_now("%s") is string
        strftime_now("%-d/%-m")
        strftime_now("%e")
        strftime_now("%G-W%V-%u")
        strftime_now("%U %W")
        strftime_now("%c")
        strftime_now("%x %X")
        strftime_now("%p %P %I %l %k")
        strftime_now("%D %F %T %R %r")
        strftime_now("%h %C %g")
        strftime_now("%n|%t")
        strftime_now("%\\n")
        strftime_now()
        strftime_now(5)
        strftime_now(none)
        strftime_now(nope)
        strftime_now([])
        strftime_now("%Y", "%m")
        strftime_now(format="%Y")
        strftime_now(bad="%Y")
        strftime_now("%Y")|int + 1
        strftime_now("%Y").split("-")
        strftime_now("%d %B %Y")|upper
        [strftime_now("%Y")]
        strftime_now("%Y"|safe)
        strftime_now("%" ~ "Y")
        strftime_now(*["%Y"])
        strftime_now("%Y-%m-%d") if strftime_now is defined else "no"
        strftime_now("%1000Y")|length
        strftime_now("%500d")|length
        strftime_now("a\\x00b")|length
        strftime_now("%Y\\x00%m")|length
        strftime_now("%_m|%_d|%_H|%_j")
        strftime_now("%^a|%^B|%#Z|%#p|%#a")
        strftime_now("%Ey|%EY|%Od|%OH|%EC|%Ex")
        strftime_now("%:z|%::z")
        strftime_now("%+")
        strftime_now("%v")
        strftime_now("%N")
    """),
    "{% if strftime_now is defined %}{% set d = strftime_now('%d %b %Y') %}{% else %}{% set d = 'x' %}{% endif %}{{ d }}",
    "{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}{{ date_string }}",
]
