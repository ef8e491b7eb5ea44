"""Literals, escapes, and what does not parse."""

from common import each, shown

EXPRESSIONS = r"""
    'a\nb\tc\rd\ae\bf\fg\vh'|length
    ['\n\t\r\a\b\f\v\0\\\'\"']
    ['\x41\x7f\xe9']
    ['\101\60\7\777\400']
    ['\u00e9\u4e2d\U0001F600']
    ['\N{BULLET}\N{LATIN SMALL LETTER E WITH ACUTE}']
    ['\N{NOPE}']
    ['\N']
    ['\N{']
    ['\q\/\ \.']
    ['\x4']
    ['\xzz']
    ['\u12']
    ['\u']
    ['\U0001']
    ['\U00110000']
    ['\8\9']
    ['\08\18']
    ['\é']
    ['\日']
    ['\😀']
    ['a\\nb']
    ['a\\\nb']
    'it\'s'
    "say \"hi\""
    'say "hi"'
    "it's"
    "a" "b"
    'a' "b" 'c' ~ "d"
    ("a"
    'a' 1
    'unclosed
    "unclosed
    'a"
    ''
    ""
    ''''
    '''a'''
    "a""b"
    b"a"
    r"a\n"
    f"a"
    u"a"
    `a`
    a?b
    a!b
    a!=b
    a ! b
    a$b
    a@b
    a & b
    a && b
    a || b
    a | b
    a ^ b
    a << 1
    ~a
    a ~~ b
    a <> b
    a === b
    a =! b
    a = b
    a := b
    a -> b
    a => b
    a;b
    a\b
    a#b
    a ? b : c
    a ?? b
    a..b
    a.b.
    .a
    a.
    a.'b'
    a.1b
    a.-1
    a.1
    a.01
    a. b
    a .b
    a . b
    a.b c
    a b
    a, b
    a,
    ,
    ,a
    (a, b)
    (a,)
    (,)
    ()
    ( )
    (a
    a)
    ((a)
    (a b)
    [
    []
    [ ]
    [1, 2,]
    [,]
    [1 2]
    [1, 2
    [1,, 2]
    1]
    {
    {}
    {1}
    {1: }
    {: 1}
    {1: 2,}
    {1: 2, 3}
    {1: 2 3: 4}
    {1: 2,, 3: 4}
    {a: 1}
    {'a' 'b': 1}
    {'a': 1, **{'b': 2}}
    {1, 2}
    {(1, 2): 3}
    {1: 2}[1]
    {'a': 1}.a
    {'a': 1}['a']
    [1][0]
    [1, 2].0
    (1, 2).0
    'abc'[0]
    'abc'.0
    "%s" % 1
    1.0.real
    1 .real
    1..real
    1.real
    a[
    a[]
    a[1
    a[1,]
    a[1:2,]
    a[:]
    a[::]
    a[:::]
    a[1][
    a()
    a(
    a(1
    a(,)
    a(1,)
    a(1, , 2)
    a(b=)
    a(=1)
    a(b=1, 2)
    a(b=1, b=2)
    a(*b, 1)
    a(*b, *c)
    a(**b, **c)
    a(**b, c=1)
    a(**b, *c)
    a(*b, c=1)
    a(*, 1)
    a('b'=1)
    a(1=1)
    a(b.c=1)
    a(b==1)
    a(for x in b)
    a(lambda: 1)
    lambda: 1
    a if
    a if b
    a if b else
    if b else c
    a else b
    a if b else c if d
    a if b if c
    (a if b) if c else d
    not
    not not
    a not
    a not b
    a not in
    a in
    in a
    a is
    a is not
    is a
    a is b is c
    a is (b)
    a is not not b
    not a is b
    a not is b
    a and
    and a
    a or
    or
    a and or b
    a ==
    == a
    a == == b
    a +
    + a
    a + + b
    a * * b
    a ** b
    a ** * b
    a // b
    a /// b
    a %
    % a
    a ~
    ~ a
    a |
    | a
    a | | b
    a | 1
    a | 'b'
    a | (b)
    a |upper|
    a|upper()
    a|upper(
    a|upper.b
    a|a.b.c
    a|nope
    a|upper|nope
    a|nope()
    (a|nope)
    -
    --
    - -a
    1 -
    1 - - 1
    + + 1
    1 2
    1 'a'
    1 a
    'a' a
    a 'b'
    true false
    true
    True
    TRUE
    tRue
    none
    None
    NONE
    false.x
    none()
    true|string
    and
    or
    if
    else
    for
    in
    is
    import
    class
    é
    naïve
    名前
    ª
    ²
    x²
    a·
    _
    __
    _1
    1_
    a-b
    a--b
    a - b
    a-1
    -a-b
    a.b-c.d
    #
    a # b
    #}
    %}
    }
    }}
    {{ a }}
    {% a %}
    {# a #}
    a {# b #} c
    "a
    'a\'
    "\
    '\'
    1.5.
    1e
    1e+
    0x
    0b2
    0o9
    1__0
    1_.0
    0_1
    01
    00
    00.5
    1.e5
    .5
    5.
    1,000
    1 000
    1k
    1e5x
    0xg
    0X1G
    99999999999999999999
    *a
    **a
    *a, b
    [*a]
    [*a, 1]
    {**a}
    (*a, 1)
    a[*b]
    print 1
    return a
    a.b = 1
    a += 1
    a++
    await a
    yield a
    a is in b
    a is in [1]
    a is in
    a is not in b
    a is divisibleby
    a is divisibleby 2 3
    a is divisibleby(2)(3)
    a is defined()
    a is defined and
    a is nope.b
    a is a.b
    a is 1
    a is true
    a is none
    a is None
    a is not none
    a is if
    a is else
    a.if
    a.for
    a.not
    a.none
    a.true
    a.class
    a.import
    a['if']
    a.is defined
    a.in
    ...
    a[...]
    a.b().c[0].d|upper ~ e
    (((((1)))))
    [[[[[1]]]]]
    ((1, 2), (3))
    a[b[c[d]]]
    a(b(c(d)))
""".strip("\n").splitlines()

CASES = [
    *each("\n".join(EXPRESSIONS)),
    *("{% if " + expression.strip() + " %}yes{% endif %}" for expression in EXPRESSIONS[::3]),
    *("{% set v = " + expression.strip() + " %}{{ v }}" for expression in EXPRESSIONS[::4]),
    *("{% for v in " + expression.strip() + " %}{{ v }}{% endfor %}" for expression in EXPRESSIONS[1::5]),
    *("line\n{{ " + expression.strip() + " }}\n{{ (" + expression.strip() + ") }}" for expression in EXPRESSIONS[2::6]),
    "{{ 'a\nb' }}", "{{ 'a\\\nb' }}", "{{ 'tab\there' }}", "{{ \"multi\nline\n\" \"joined\" }}", "{{ 'a' \n 'b' }}", "{{ 'é' }}{{ '😀'|length }}", "{{ '\ud7ff\ue000' }}",
    "{% if true %}a{% endif %}{% if false %}b{% endif %}", "{% if (true) %}a{% endif %}", "{% if(true)%}a{% endif %}", "{% if true%}a{%endif%}", "{% ifx %}", "{% iftrue %}a{% endif %}", "{% fo x in y %}", "{% set x=1%}{{x}}", "{%set x=1%}{{x}}",
    "{{ a }}{% if %}{{ b }", "{{ 'a }}", "{% set x = ' %}", "{{ a.b.c.d.e.f.g }}", "{{ (1 }}", "{{ [1 }}", "{{ {1:2 }}", "{{ (1] }}", "{{ [1) }}", "{{ {1) }}", "{{ (1}} }}", "{{ a) }}", "{{ a] }}", "{% if (a %}x{% endif %}", "{% if a) %}x{% endif %}",
    *((f"{{{{ {number} }}}}", {"l": [1, 2, 3, 4]}) for number in ["1٣", "11٣", "1_٣", "1٣_٣", "0x٣", "0xa٣", "0b1٣", "0٣", "٣", "٣e5", "٣.٥", "1٣.5", "1.٥", "1e٣", "1e-٣", "1e5٣", "1٣_x", "l.1٣", "l.٣", "1٣`", "1٣€", "1²"]),
]
