//! Who wrote the text that methods and formats give: parts of an input string stay copied from it.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write as _;

use rolecall_jinja::{Origin, Template};
use serde_json::json;

/// The rendered text in parts: what is copied is written as `{text}`, what is computed as `[text]`.
fn parts(source: &str) -> String {
    let context = json!({"s": " ab,cd ", "t": "x<y", "n": 7, "l": ["p", "q"], "d": {"k": "v"}});
    let template = Template::new(source).unwrap();
    let traced = template.render_traced(&context).unwrap();
    assert_eq!(traced.text(), template.render(&context).unwrap(), "{source}");
    let mut out = String::new();
    for span in traced.spans() {
        let text = traced.text().get(span.range.clone()).unwrap();
        let written = match span.origin {
            Origin::Copied { pointer, range } => {
                let of = context.pointer(&pointer.to_string()).unwrap().as_str().unwrap();
                assert_eq!(of.get(range), Some(text), "{source}");
                write!(out, "{{{text}}}")
            }
            Origin::CopiedKey { .. } => write!(out, "{{{text}}}"),
            Origin::Computed { .. } => write!(out, "[{text}]"),
            _ => write!(out, "{text}"),
        };
        written.unwrap();
    }
    out
}

#[test]
fn what_methods_cut_is_copied() {
    for (source, expected) in [
        ("{{ s.strip() }}", "{ab,cd}"),
        ("{{ s.strip(' a') }}", "{b,cd}"),
        ("{{ s.split(',')[1] }}-{{ s.split()[0] }}", "{cd }-{ab,cd}"),
        ("{{ s.rsplit(',', 1)|first }}|{{ s.splitlines()[0] }}", "{ ab}|{ ab,cd }"),
        ("{{ s.partition(',')|join('+') }}", "{ ab}+{,}+{cd }"),
        ("{{ s.removeprefix(' ').removesuffix('d ') }}", "{ab,c}"),
        ("{{ s.lower() }}", "{ ab,cd }"),
        ("{{ d.get('k') }}{% for k, v in d.items() %}{{ k }}={{ v }}{% endfor %}", "{v}{k}={v}"),
    ] {
        assert_eq!(parts(source), expected, "{source}");
    }
}

#[test]
fn what_methods_put_together_keeps_its_parts() {
    for (source, expected) in [
        ("{{ s.replace(',', ' and ') }}", "{ ab} and {cd }"),
        ("{{ 'a,b'.replace(',', t) }}", "a{x<y}b"),
        ("{{ ', '.join(l) }}", "{p}, {q}"),
        ("{{ t.join(['(', ')']) }}", "({x<y})"),
        ("{{ t.center(7, '*') }}|{{ t.ljust(5) }}", "**{x<y}**|{x<y}  "),
        ("{{ '-5'.zfill(4) }}{{ t.zfill(5) }}", "-00500{x<y}"),
        ("{{ (t ~ '\\t' ~ t).expandtabs(4) }}", "{x<y} {x<y}"),
        ("{{ t.translate({60: ' is below '}) }}", "{x} is below {y}"),
        ("{{ '<%s|%5.2s>' % (t, t) }}", "<{x<y}|   {x<}>"),
        ("{{ '%(k)s %(k)r' % d }}", "{v} ['v']"),
        ("{{ '%03d' % n }}", "[007]"),
        ("{{ '{}: {:>5}'.format(n, t) }}", "[7]:   {x<y}"),
        ("{{ '{0[k]}{x!r}'.format(d, x=t) }}", "{v}['x<y']"),
        ("{{ ('<b>'|safe) ~ ('%s'|safe) % t }}", "<b>[x&lt;y]"),
        ("{{ ('{}'|safe).format(l[0]) }}", "{p}"),
    ] {
        assert_eq!(parts(source), expected, "{source}");
    }
}

#[test]
fn what_methods_compute_says_from_what() {
    for (source, expected) in [
        ("{{ t.upper() }}|{{ t.title() }}", "[X<Y]|[X<Y]"),
        ("{{ s.find('b') }}|{{ s.count(',') }}", "[2]|[1]"),
        ("{{ t.startswith('x') }}|{{ t.isalpha() }}", "[True]|[False]"),
        ("{{ n.bit_length() }}", "[3]"),
    ] {
        assert_eq!(parts(source), expected, "{source}");
    }
}
