//! Every filter, test, method and function with odd values for everything: none panics, and each ends soon.

#![allow(clippy::expect_used, reason = "helpers of tests, which fail by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use rolecall_jinja::{Clock, ErrorKind, Limits, RenderOptions, Template};
use serde_json::json;

const FILTERS: &str = "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float \
    forceescape format groupby indent int items join last length list lower map max min pprint random reject \
    rejectattr replace reverse round safe select selectattr slice sort string striptags sum title tojson trim \
    truncate unique upper urlencode urlize wordcount wordwrap xmlattr";
const TESTS: &str = "defined undefined none string mapping iterable sequence boolean true false number integer float \
    callable odd even lower upper escaped divisibleby in sameas filter test eq ne gt ge lt le";
const METHODS: &str = "append as_integer_ratio bit_count bit_length capitalize casefold center changed clear close \
    conjugate copy count cycle encode endswith escape expandtabs extend find format format_map from_bytes fromhex \
    fromkeys get hex index insert is_integer isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier \
    islower isnumeric isprintable isspace istitle isupper items join keys ljust lower lstrip maketrans next \
    partition pop popitem remove removeprefix removesuffix replace reset reverse rfind rindex rjust rpartition \
    rsplit rstrip send setdefault sort split splitlines startswith strip striptags swapcase throw title to_bytes \
    translate unescape update upper values zfill real imag numerator start stop step mapping";
const FUNCTIONS: &str =
    "range dict namespace cycler joiner lipsum raise_exception strftime_now loop m self.b";
/// What every argument is in turn; some are too much to be had, and a budget has to say so.
const ODD: [&str; 46] = [
    "none",
    "undefined_name",
    "undefined_name.x",
    "true",
    "0",
    "-1",
    "1",
    "3",
    "min",
    "max",
    "-max",
    "unsigned",
    "10 ** 40",
    "-(10 ** 400)",
    "0.0",
    "-0.0",
    "1.5",
    "1e308",
    "5e-324",
    "nan",
    "inf",
    "-inf",
    "''",
    "'a'",
    "'é😀\u{301}'",
    "'%s %(a)s %5.2f'",
    "'{} {0.a} {:>{}}'",
    "'<b>&amp;</b>'",
    "'a,b a\\nb'",
    "'%Y-%j%%'",
    "'1e999'",
    "'-0x_1f'",
    "' \\u2028\\x1c'",
    "'<i>'|safe",
    "[]",
    "[1, 'a', none, [2], 1.5]",
    "()",
    "(min, 'b')",
    "{}",
    "{'a': max, 1: 'b', none: [], (1, 2): 0.0}",
    "context",
    "range(3)",
    "context.items()",
    "['b', 'a']|map('upper')",
    "ns",
    "m",
];
/// More of them, for one argument at a time.
const ODDER: [&str; 14] = [
    "loop",
    "self",
    "self.b",
    "'a'.join",
    "range",
    "cycler(1, 'b')",
    "joiner('<')",
    "context.keys()",
    "[[1, 'a'], [1, 'b']]|groupby(0)",
    "long",
    "'x' ~ long",
    "context.list",
    "[ns, ns]",
    "range(100000)",
];
/// How long one call may take, in a debug build on a busy machine.
const SLOWEST: Duration = Duration::from_secs(4);

fn options() -> RenderOptions {
    let clock = "2026-07-04T12:34:56".parse().ok().map(Clock::fixed);
    // Enough for anything sensible.
    let limits =
        Limits { steps: 300_000, memory_bytes: 16 << 20, output_bytes: 16 << 20, ..Limits::default() };
    RenderOptions { clock, limits: Some(limits) }
}

/// Renders every expression in a template of its own; gives what is wrong.
fn all(expressions: &[String]) -> String {
    let context = json!({
        "min": i64::MIN, "max": i64::MAX, "unsigned": u64::MAX, "long": "añ <&> ".repeat(1000),
        "context": {"a": "x", "list": [1, "é", null, {"a": -0.0}], "n": 1e300, "": {}, "b": "<"},
    });
    let mut text = context.to_string();
    text.insert_str(1, "\"nan\": NaN, \"inf\": Infinity, ");
    let options = options();
    let mut wrong = String::new();
    for expression in expressions {
        let source = format!(
            "{{% macro m(x=1, y=2) %}}{{{{ x }}}}{{% endmacro %}}{{% set ns = namespace(a=1, c=context) %}}{{% set ns.me = ns %}}\
             {{% for x in [1, 2] %}}{{% set y = {expression} %}}{{{{ y }}}}{{{{ y|list|tojson }}}}{{% endfor %}}{{% block b %}}{{% endblock %}}"
        );
        let start = Instant::now();
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            let template = Template::new(&source)?;
            let plain = template.render_json(&text, &options);
            if let Ok(plain) = &plain {
                match template.render_traced_with(&context, &options, &[]) {
                    Ok(traced) => {
                        // Without those two that no serde_json::Value can hold.
                        let same = traced.text() == plain
                            || expression.contains("nan")
                            || expression.contains("inf");
                        assert!(same, "traced: {:?}, plain: {plain:?}", traced.text());
                    }
                    Err(error) => assert!(
                        error.kind() == ErrorKind::Limit
                            || expression.contains("nan")
                            || expression.contains("inf"),
                        "fails where it is traced: {error}"
                    ),
                }
            }
            plain
        }));
        let time = start.elapsed();
        if let Err(payload) = outcome {
            let words = payload.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
            let _ = writeln!(wrong, "{expression}: {words}");
        }
        if time > SLOWEST {
            let _ = writeln!(wrong, "{expression}: took {time:?}");
        }
    }
    wrong
}

/// Runs on threads with as little stack as a test's.
fn check(expressions: BTreeSet<String>) {
    let expressions: Vec<String> = expressions.into_iter().collect();
    let halves: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = expressions
            .chunks(expressions.len().div_ceil(2).max(1))
            .map(|part| {
                std::thread::Builder::new()
                    .stack_size(2 << 20)
                    .spawn_scoped(scope, || all(part))
                    .expect("a thread")
            })
            .collect();
        parts.into_iter().map(|part| part.join().unwrap_or_else(|_| "a thread died".to_owned())).collect()
    });
    let wrong = halves.concat();
    assert!(wrong.is_empty(), "{} of {}:\n{wrong}", wrong.lines().count(), expressions.len());
}

/// All arguments of a call with 0 to 3 of them: each odd value at each place, the others being of the usual kinds.
fn arguments() -> Vec<String> {
    let mut all = vec![String::new()];
    for odd in ODD.iter().chain(&ODDER) {
        all.push((*odd).to_owned());
    }
    for odd in ODD {
        for usual in ["'a'", "1", "-1", "none"] {
            all.push(format!("{odd}, {usual}"));
            all.push(format!("{usual}, {odd}"));
        }
        for usual in ["'a', 'b'", "1, 2"] {
            all.push(format!("{usual}, {odd}"));
        }
    }
    all
}

/// Spread evenly, so that a debug build ends in time; `ROLECALL_ALL=1` tries all.
fn some(all: BTreeSet<String>, most: usize) -> BTreeSet<String> {
    if std::env::var_os("ROLECALL_ALL").is_some() {
        return all;
    }
    let every = all.len().div_ceil(most);
    all.into_iter().step_by(every).collect()
}

fn calls(names: &str, call: impl Fn(&str, &str, &str) -> String) -> BTreeSet<String> {
    let mut expressions = BTreeSet::new();
    let subjects = || ODD.iter().chain(&ODDER);
    for name in names.split_whitespace() {
        for subject in subjects() {
            for argument in ["", "max", "'a'", "1, 2", "context", "'a', 'b', min"] {
                expressions.insert(call(subject, name, argument));
            }
        }
        for argument in arguments() {
            for subject in ["'a b,c'", "[3, 1, 2]", "context", "max"] {
                expressions.insert(call(subject, name, &argument));
            }
        }
    }
    expressions
}

#[test]
fn filters_take_anything() {
    check(some(calls(FILTERS, |subject, name, arguments| format!("({subject})|{name}({arguments})")), 4_000));
}

#[test]
fn tests_take_anything() {
    check(some(
        calls(TESTS, |subject, name, arguments| format!("({subject}) is {name}({arguments})")),
        2_000,
    ));
}

#[test]
fn methods_take_anything() {
    check(some(calls(METHODS, |subject, name, arguments| format!("({subject}).{name}({arguments})")), 4_000));
}

#[test]
fn functions_take_anything() {
    let mut expressions = BTreeSet::new();
    for name in FUNCTIONS.split_whitespace() {
        for argument in arguments() {
            expressions.insert(format!("{name}({argument})"));
            for part in argument.split(", ").filter(|part| !part.is_empty()) {
                expressions.insert(format!("{name}(*[{part}])"));
                expressions.insert(format!("{name}(**{{'a': {part}}})"));
            }
        }
    }
    check(some(expressions, 4_000));
}

#[test]
fn filters_take_any_keyword() {
    let keywords = [
        "linecount",
        "fill_with",
        "default_value",
        "boolean",
        "case_sensitive",
        "by",
        "reverse",
        "binary",
        "default",
        "attribute",
        "width",
        "first",
        "blank",
        "base",
        "d",
        "old",
        "new",
        "count",
        "precision",
        "method",
        "slices",
        "start",
        "indent",
        "ensure_ascii",
        "sort_keys",
        "separators",
        "chars",
        "length",
        "killwords",
        "end",
        "leeway",
        "trim_url_limit",
        "nofollow",
        "target",
        "rel",
        "break_long_words",
        "wrapstring",
        "break_on_hyphens",
        "autospace",
        "name",
    ];
    let mut expressions = BTreeSet::new();
    for name in FILTERS.split_whitespace() {
        for keyword in keywords {
            for odd in ODD {
                expressions.insert(format!("'a b http://x.y <c>\\n'|{name}({keyword}={odd})"));
                expressions.insert(format!("[3, 1, 2]|{name}(1, {keyword}={odd})"));
            }
        }
    }
    check(some(expressions, 4_000));
}

#[test]
fn operators_take_anything() {
    let mut expressions = BTreeSet::new();
    let operators =
        ["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", ">=", "in", "not in", "and", "is sameas"];
    for left in ODD.iter().chain(&ODDER) {
        for right in ODD.iter().chain(&ODDER) {
            for operator in operators {
                expressions.insert(format!("({left}) {operator} ({right})"));
            }
            expressions.insert(format!("({left})[{right}]"));
            for subject in
                ["'aé😀b'", "[1, 2, 3]", "(1, 2)", "range(9)", "context.list", "'<a>'|safe", "long"]
            {
                expressions.insert(format!("({subject})[{left}:{right}]"));
                expressions.insert(format!("({subject})[{left}::{right}]"));
            }
        }
        for unary in ["not ", "-", "+"] {
            expressions.insert(format!("{unary}({left})"));
        }
    }
    check(some(expressions, 6_000));
}

#[test]
fn formats_take_anything() {
    let mut expressions = BTreeSet::new();
    let sizes = ["", "5", "05", "-5", "+", " ", "#", "99999999999999999999", "1000000000", "2147483647", "0"];
    let precisions = ["", ".0", ".3", ".1000000000", ".99999999999999999999", ".2147483647"];
    for odd in ODD.iter().chain(&["long"]) {
        for kind in ["s", "r", "a", "d", "i", "u", "x", "X", "o", "e", "f", "F", "g", "G", "c", "%", "z"] {
            for size in sizes {
                for precision in precisions {
                    expressions.insert(format!("'%{size}{precision}{kind}' % ({odd},)"));
                }
            }
            expressions.insert(format!("'%*.*{kind}' % (max, 3, {odd})"));
            expressions.insert(format!("'%*.*{kind}' % (3, min, {odd})"));
            expressions.insert(format!("'%(a){kind}' % {odd}"));
        }
        for kind in
            ["", "s", "d", "x", "b", "o", "c", "e", "f", "g", "n", "%", ",", "_d", ",.3f", "=10d", "z.2f"]
        {
            for size in ["", "5", "<5", "é^07", "=+9", "99999999999999999999", "1000000000", "#", "+"] {
                expressions.insert(format!("'{{:{size}{kind}}}'.format({odd})"));
            }
            for precision in precisions {
                expressions.insert(format!("'{{0:{precision}{kind}}}'.format({odd})"));
            }
        }
    }
    check(some(expressions, 6_000));
}

#[test]
fn what_is_refused_is_refused_wherever_it_is_taken_apart() {
    for source in ["{% set a, b = [[1, 2], [3, 4]]|random %}", "{{ 1 in [[1], [2]]|random }}"] {
        let template = Template::new(source).unwrap();
        assert_eq!(template.render(&json!({})).unwrap_err().kind(), ErrorKind::Unsupported, "{source}");
    }
}
