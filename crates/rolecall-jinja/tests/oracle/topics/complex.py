"""Complex numbers, which powers of negative numbers give."""

from common import each

CASES = each(r"""
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
