//! Who wrote each byte: what has to hold of the spans of any template with any input.
//!
//! The strong check is that the input is marked: every string and some keys of it have characters of their own, which
//! the template cannot write. Each of them in the output has to be attributed to where it came from.

#![allow(clippy::too_many_lines, reason = "tables of cases, and sources put together")]

#[path = "support/generate.rs"]
#[allow(dead_code, reason = "fuzzing uses the words as well")]
mod generate;
#[path = "support/spans.rs"]
mod spans;

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use rolecall_jinja::{ErrorKind, Limits, Origin, Pointer, RenderOptions, Template};
use serde_json::{Map, Value};

/// The first character of the private alphabet.
const FIRST: u32 = 0xe000;

/// Marks strings and keys, and notes which character is whose: a JSON pointer.
#[derive(Default)]
struct Marks {
    sources: HashMap<char, String>,
}

impl Marks {
    fn new_mark(&mut self, pointer: &str) -> char {
        let next = FIRST + u32::try_from(self.sources.len()).unwrap_or_default();
        let mark = char::from_u32(next).unwrap_or('\u{f8ff}');
        self.sources.insert(mark, pointer.to_owned());
        mark
    }

    /// Half of the strings are marked in the middle, so that conditions still hold for others.
    fn value(&mut self, value: Value, pointer: &str) -> Value {
        match value {
            Value::String(text) => {
                let mark = self.new_mark(pointer);
                Value::String(match self.sources.len() % 4 {
                    0 => text,
                    1 => format!("{text}{mark}"),
                    2 => format!("{mark}{text} {mark}"),
                    _ => format!(" <{mark}>{text}"),
                })
            }
            Value::Array(items) => items
                .into_iter()
                .enumerate()
                .map(|(at, item)| self.value(item, &format!("{pointer}/{at}")))
                .collect(),
            Value::Object(members) => {
                let mut marked = Map::new();
                for (key, value) in members {
                    let value = self.value(value, &format!("{pointer}/{key}"));
                    marked.insert(key, value);
                }
                if !pointer.is_empty() {
                    // Templates ask for the other keys by name.
                    let key = format!(
                        "k{}",
                        char::from_u32(FIRST + u32::try_from(self.sources.len()).unwrap_or_default())
                            .unwrap_or('x')
                    );
                    self.new_mark(&format!("{pointer}/{key}"));
                    let value = self.value("v".into(), &format!("{pointer}/{key}"));
                    marked.insert(key, value);
                }
                Value::Object(marked)
            }
            other => other,
        }
    }
}

/// Whether what a pointer leads to has the source in it.
fn covers(pointer: &Pointer<'_>, source: &str) -> bool {
    let pointer = pointer.to_string();
    source == pointer || source.strip_prefix(&pointer).is_some_and(|rest| rest.starts_with('/'))
}

fn check(source: &str, context: Value) -> Result<(), String> {
    let mut marks = Marks::default();
    let context = marks.value(context, "");
    let options = RenderOptions {
        clock: None,
        limits: Some(Limits { steps: 2_000_000, memory_bytes: 64 << 20, ..Limits::default() }),
    };
    let Ok(template) = Template::new(source) else { return Ok(()) };
    let plain = template.render_with(&context, &options);
    let traced = match (template.render_traced_with(&context, &options, &[]), &plain) {
        (Ok(traced), Ok(plain)) if traced.text() == plain => traced,
        (Ok(traced), plain) => return Err(format!("traced: {:?}, plain: {plain:?}", traced.text())),
        (Err(error), Ok(_)) if error.kind() != ErrorKind::Limit => {
            return Err(format!("fails traced: {error}"));
        }
        (Err(_), _) => return Ok(()),
    };
    spans::check(&traced, &context)?;
    for span in traced.spans() {
        let part = traced.text().get(span.range.clone()).unwrap_or_default();
        for c in part.chars() {
            let Some(from) = marks.sources.get(&c) else { continue };
            let known = match &span.origin {
                // A copy is of the string itself.
                Origin::Copied { pointer, .. } | Origin::CopiedKey { pointer, .. } => {
                    pointer == from.as_str()
                }
                Origin::Computed { pointers } => pointers.iter().any(|pointer| covers(pointer, from)),
                _ => false,
            };
            if !known {
                return Err(format!("{part:?} has {c:?} of {from}, but is said to be {:?}", span.origin));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_byte_of_the_input_is_attributed(source in generate::template(), context in generate::context()) {
        if let Err(error) = check(&source, context.clone()) {
            prop_assert!(false, "{}\n{}\n{}", error, source, context);
        }
    }
}

#[test]
fn what_random_templates_rarely_do() {
    let context = serde_json::json!({
        "a": "añb", "d": {"k": "v", "l": ["x", "y", {"z": "w"}]}, "list": ["b", "a", "c"], "n": 5, "html": "<b>&amp;'",
        "messages": [{"role": "user", "content": "hi there"}, {"role": "tool", "content": ["t", {"text": "u"}]}],
    });
    let mut wrong = Vec::new();
    for expression in [
        "a[::-1]",
        "a[1:]",
        "a|list",
        "a|first",
        "a|last",
        "a|reverse",
        "a|reverse|list",
        "a.partition('ñ')",
        "a.split('ñ')",
        "a.rsplit('ñ', 1)",
        "a.splitlines()",
        "a.center(20, '*')",
        "a.ljust(9)",
        "a.zfill(9)",
        "a.expandtabs()",
        "a.translate({97: 'z'})",
        "a.join(list)",
        "'-'.join(list)",
        "list|join(a)",
        "a|replace('a', html)",
        "a.replace('ñ', html)",
        "html|replace('b', a)",
        "a.removeprefix('a')",
        "a.swapcase()",
        "a.title()",
        "a|title",
        "a|capitalize",
        "a|upper|lower",
        "a|center(20)",
        "a|indent(2, true)",
        "a|indent(html)",
        "(a ~ '\\n' ~ html)|indent",
        "a|wordwrap(2)",
        "a|wordwrap(2, true, html)",
        "a|truncate(3)",
        "a|truncate(4, true, html)",
        "a|trim",
        "a|trim('a')",
        "a|format",
        "'%s|%5s|%-5.2s' % (a, a, a)",
        "'%r' % [a]",
        "'%(k)s' % d",
        "'{} {0}'.format(a) if 0 else '{0} {0!r:>30}'.format(a)",
        "'{x.k} {x[l]}'.format(x=d)",
        "'{:>{}}'.format(a, n)",
        "'{k}'.format_map(d)",
        "a % () if 0 else ''",
        "html|e",
        "html|forceescape",
        "html|safe ~ a",
        "(html|safe) + a",
        "(html|safe).join(list)",
        "html|striptags",
        "a|urlize",
        "('http://a.b/' ~ a)|urlize",
        "a|urlencode",
        "d|urlencode",
        "d|xmlattr",
        "d|tojson",
        "d|tojson(indent=2)",
        "a|tojson",
        "[1, {'k': 2}]|tojson(indent=a)",
        "d|tojson(indent=a)",
        "[1, {'k': 2}]|tojson(separators=(a, html))",
        "d|tojson(separators=(a, html))",
        "'{:{}>9}'.format('x', a[-1])",
        "'{:{}^9}'.format(7, a[-1])",
        "('{:' ~ a[-1] ~ '^9}').format(n)",
        "('{:' ~ a[-1] ~ '^9}').format(true)",
        "('{:' ~ a[-1] ~ '<9}').format(a)",
        "('{:' ~ a[-1] ~ '<9}')|safe|string",
        "'xyz'.translate(a.maketrans('xy', a[-2:]))",
        "a.translate(a.maketrans(a[-2:], html[-2:]))",
        "d|pprint",
        "d|string",
        "d",
        "d.items()|list",
        "d|items|list",
        "d|dictsort",
        "d|dictsort(by='key', reverse=true)|first",
        "d.keys()|list",
        "d.values()|list",
        "d|list",
        "d|first",
        "d|join",
        "d|length",
        "dict(d)",
        "dict(d, q=a)",
        "dict(**d)",
        "'%s'|format(**d)",
        "dict(d).items()|list",
        "namespace(**d)",
        "namespace(x=a).x",
        "{'a': a}",
        "{a: 1}",
        "{a: 1}|items|list|first|first",
        "[a, [a]]",
        "(a,)",
        "list|sort",
        "list|sort|first",
        "list|min",
        "list|max",
        "list|unique|list",
        "list|batch(2)|list|first",
        "list|slice(2)|list",
        "list|map('upper')|list",
        "list|map('replace', 'a', html)|join",
        "list + list",
        "list * 2",
        "a * 2",
        "list|sum(start='') if 0 else list[0] + list[1]",
        "messages|groupby('role')|list",
        "messages|groupby('role')|map('first')|list",
        "messages|map(attribute='role')|join(', ')",
        "messages|map(attribute='content')|list",
        "messages|selectattr('role', 'eq', 'x')|list",
        "messages|map(attribute='nope', default=a)|list",
        "messages|tojson",
        "messages[::-1]",
        "messages[1:]",
        "messages|last",
        "messages|sum(attribute='content', start='') if 0",
        "nope|default(a)",
        "a or html",
        "a and html",
        "a if n else html",
        "d['k']",
        "d.get('k')",
        "d.get('q', a)",
        "d|attr('k')",
        "d.l[2].z",
        "cycler(a, html).next()",
        "joiner(a)",
        "range(n)|list",
        "a.upper().lower().strip()",
        "a ~ html ~ n",
        "(a ~ html)[2:5]",
        "(a ~ html)|upper",
        "(a ~ html).split('b')",
        "n + 1",
        "n|string",
        "a.find('b')",
        "a is string",
        "a == html",
        "a|int",
        "a|wordcount",
        "a|length",
        "a.encode() if 0",
        "d.copy()",
        "dict.fromkeys(list, a)",
        "(d|tojson)[3:9]",
        "(d|string)|replace('k', a)",
        "([a]|string)[1:]",
        "(list|join('-'))[1:]",
        "(list|join('-')).split('-')",
    ] {
        for template in [
            "{{ X }}",
            "{% for x in [1] %}{{ X }}{% endfor %}",
            "{% set x %}[{{ X }}]{% endset %}{{ x }}{{ x[1:] }}{{ x|upper }}",
            "{% for x in (X) %}{{ x }}{{ loop.nextitem }}{{ loop.previtem }}{% endfor %}",
            "{% macro m(x) %}<{{ x }}{{ caller() if caller }}>{% endmacro %}{{ m(X) }}{{ m(X)[1:] }}{% call m(1) %}{{ X }}{% endcall %}",
            "{% autoescape true %}{{ X }}{{ (X) ~ '<' }}{{ '<' ~ (X) }}{% endautoescape %}",
            "{% macro m() %}{{ kwargs }}{% for k in kwargs %}{{ k }}{% endfor %}{% endmacro %}{{ m(**d) }}{{ m(**(X)) if (X) is mapping }}",
            "{% filter upper %}{{ X }}{% endfilter %}{% filter trim %}{{ X }}{% endfilter %}",
            "{% generation %}{{ X }}{% set y %}{% generation %}{{ X }}{% endgeneration %}{% endset %}{{ y }}{{ y[1:] }}{% endgeneration %}",
            "{% set y %}{% generation %}{{ X }}{% endgeneration %}{% endset %}{{ '1' + y + (X)|e }}{{ y + (X)|string|e }}{{ 'b' + y[1:] + a|e }}",
            "{% set ns = namespace(x=X) %}{{ ns.x }}{{ ns }}{{ [X, X]|tojson }}{{ [X]|join }}{{ '%s' % [X] }}",
            "{% set x = X %}{{ x ~ x }}{{ (x ~ x)|list }}{{ (x|string)[::-1] }}{{ (x|string)[::2] }}{{ x|string|replace('a', 'b') }}",
        ] {
            let source = template.replace('X', expression);
            if let Err(error) = check(&source, context.clone()) {
                wrong.push(format!("{source}: {error}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.concat());
}

#[test]
fn markup_may_follow_what_a_generation_block_wrote() {
    let source =
        "{% set block %}{% generation %}a<{% endgeneration %}{% endset %}{{ '[' + block + '<'|e + ']' }}";
    let template = Template::new(source).unwrap();
    let traced = template.render_traced(&serde_json::json!({})).unwrap();
    assert_eq!(traced.text(), template.render(&serde_json::json!({})).unwrap());
    assert_eq!(traced.text(), "[a&lt;&lt;]");
}
