//! Templates and contexts at random. Every template ends: loops run over what is small, and a macro calls only
//! those before it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Variables of a context, and names that templates set; some are never defined.
pub(crate) const NAMES: [&str; 10] = ["a", "b", "c", "items", "text", "n", "x", "y", "messages", "missing"];
/// Names that contexts nearly always define.
pub(crate) const DEFINED: [&str; 7] = ["a", "b", "items", "text", "n", "messages", "y"];
pub(crate) const KEYS: [&str; 8] = ["role", "content", "name", "a", "0", "items", "x", "type"];
pub(crate) const WORDS: [&str; 14] = [
    "",
    "a",
    "user",
    "Hello World",
    "  pad\\n",
    "<b>&\\'",
    "é😀",
    "1,2,3",
    "42",
    "3.7",
    "%s",
    "{}",
    "it\\'s",
    "a-b c",
];
pub(crate) const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "-1", "7", "1.5", "0.1", "1e3", "2.0", "10", "-2", "100", "1e16"];

pub(crate) const FILTERS: [&str; 58] = [
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "length",
    "first",
    "last",
    "list",
    "string",
    "int",
    "float",
    "abs",
    "round",
    "join",
    "join(', ')",
    "sort",
    "sort(reverse=true)",
    "reverse",
    "unique",
    "sum",
    "min",
    "max",
    "tojson",
    "tojson(indent=1)",
    "default('d')",
    "default('d', true)",
    "replace('a', 'b')",
    "indent(2)",
    "batch(2)",
    "slice(2)",
    "dictsort",
    "items",
    "map('string')",
    "map('upper')",
    "map(attribute='role')",
    "map(attribute='content')",
    "select",
    "reject",
    "select('string')",
    "reject('none')",
    "selectattr('role')",
    "selectattr('role', 'eq', 'user')",
    "rejectattr('a')",
    "groupby('role')",
    "e",
    "safe",
    "count",
    "wordcount",
    "truncate(5)",
    "center(7)",
    "pprint",
    "urlencode",
    "format(1)",
    "attr('upper')",
    "trim('a')",
    "striptags",
    "filesizeformat",
];
pub(crate) const TESTS: [&str; 24] = [
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "mapping",
    "sequence",
    "iterable",
    "boolean",
    "true",
    "false",
    "integer",
    "float",
    "odd",
    "even",
    "upper",
    "lower",
    "callable",
    "divisibleby(2)",
    "eq(1)",
    "in(['a', 1])",
    "gt(1)",
    "sameas(none)",
    "escaped",
];
pub(crate) const METHODS: [&str; 32] = [
    "upper()",
    "lower()",
    "strip()",
    "lstrip()",
    "rstrip('a')",
    "split()",
    "split(',')",
    "split('a', 1)",
    "startswith('a')",
    "endswith('b')",
    "replace('a', 'b')",
    "title()",
    "capitalize()",
    "items()",
    "keys()",
    "values()",
    "get('a')",
    "get('x', 1)",
    "count('a')",
    "index('a')",
    "find('a')",
    "join(['a', 'b'])",
    "splitlines()",
    "isdigit()",
    "format(1)",
    "copy()",
    "append(1)",
    "partition('a')",
    "zfill(4)",
    "center(5, '*')",
    "removeprefix('a')",
    "swapcase()",
];
pub(crate) const OPERATORS: [&str; 22] = [
    "+", "+", "-", "*", "/", "//", "%", "~", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and",
    "or", "and", "or", "==",
];
/// What fails for few values or for none.
pub(crate) const CALM_FILTERS: [&str; 22] = [
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "string",
    "default('d')",
    "default('d', true)",
    "replace('a', 'b')",
    "e",
    "safe",
    "wordcount",
    "truncate(5)",
    "center(7)",
    "trim('a')",
    "striptags",
    "string|list",
    "string|length",
    "pprint",
    "string|reverse",
    "forceescape",
    "default(1)|tojson",
];
pub(crate) const CALM_TESTS: [&str; 16] = [
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "mapping",
    "sequence",
    "iterable",
    "boolean",
    "true",
    "false",
    "integer",
    "float",
    "eq(1)",
    "sameas(none)",
    "in(['a', 1, none])",
];
pub(crate) const CALM_OPERATORS: [&str; 6] = ["~", "==", "!=", "and", "or", "~"];
pub(crate) const CALM_METHODS: [&str; 24] = [
    "upper()",
    "lower()",
    "strip()",
    "lstrip()",
    "rstrip('a')",
    "split()",
    "split(',')",
    "split('a', 1)",
    "startswith('a')",
    "endswith('b')",
    "replace('a', 'b')",
    "title()",
    "capitalize()",
    "count('a')",
    "find('a')",
    "splitlines()",
    "isdigit()",
    "partition('a')",
    "zfill(4)",
    "center(5, '*')",
    "removeprefix('a')",
    "swapcase()",
    "rsplit(none, 1)",
    "format_map({})[:0]",
];
pub(crate) const LISTS: [&str; 12] = [
    "items",
    "messages",
    "items|list",
    "messages|map(attribute='role')|list",
    "items[::-1]",
    "messages[1:]",
    "messages|selectattr('role', 'eq', 'user')|list",
    "items|map('string')|list",
    "items|select|list",
    "range(3)|list",
    "items|reject('none')|list",
    "messages|rejectattr('content')|list",
];
pub(crate) const LOOP: [&str; 13] = [
    "index",
    "index0",
    "first",
    "last",
    "length",
    "revindex",
    "revindex0",
    "previtem",
    "nextitem",
    "depth",
    "cycle('a', 'b')",
    "changed(x)",
    "nope",
];
pub(crate) const TEXTS: [&str; 12] =
    ["", " ", "\n", "text", "\n  ", "  \n", "<|user|>", "é", "\t", "a b\n", "\n\n", "}"];

fn name() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(&WORDS[..]).prop_map(|word| format!("'{word}'")),
        3 => select(&NUMBERS[..]).prop_map(str::to_owned),
        1 => select(&["true", "false", "none", "[]", "{}", "()"][..]).prop_map(str::to_owned),
    ]
}

/// An expression that fails for few values.
fn calm() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => select(&DEFINED[..]).prop_map(str::to_owned),
        3 => literal(),
        1 => select(&LOOP[..]).prop_map(|attribute| format!("(loop.{attribute} if loop else 'none')")),
        2 => select(&LISTS[..]).prop_map(|list| format!("({list})")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let bounds = select(&["0", "-1", "1:", ":-1", "::-1", ":2", "1:2", "5", "::2", "'a'"][..]);
        prop_oneof![
            3 => (inner.clone(), select(&CALM_OPERATORS[..]), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => (inner.clone(), select(&CALM_OPERATORS[..]), inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            3 => (inner.clone(), select(&CALM_FILTERS[..])).prop_map(|(a, filter)| format!("({a})|{filter}")),
            2 => (inner.clone(), any::<bool>(), select(&CALM_TESTS[..]))
                .prop_map(|(a, not, test)| format!("({a} is {}{test})", if not { "not " } else { "" })),
            2 => (inner.clone(), select(&CALM_METHODS[..])).prop_map(|(a, method)| format!("({a}|string).{method}")),
            2 => (select(&LISTS[..]), bounds.clone()).prop_map(|(a, bounds)| format!("({a})[{bounds}]")),
            1 => (inner.clone(), bounds).prop_map(|(a, bounds)| format!("({a}|string)[{bounds}]")),
            2 => (select(&DEFINED[..]), select(&KEYS[..])).prop_map(|(a, key)| format!("{a}.{key}|default('k')")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
            1 => inner.clone().prop_map(|a| format!("(not {a})")),
            1 => (0..9_i8, select(&["+", "-", "*", "//", "%", "/", "**", "<", ">="][..]), 1..5_i8).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            1 => (select(&LISTS[..]), select(&["+", "==", "!="][..]), inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} [{b}]")),
            1 => (inner.clone(), select(&["in", "not in"][..]), select(&LISTS[..])).prop_map(|(a, op, b)| format!("{a} {op} ({b})")),
            1 => (select(&["length", "first", "last", "join('-')", "unique|list", "batch(2)|list", "slice(2)|list", "string", "map('string')|sort"][..]), select(&LISTS[..]))
                .prop_map(|(filter, a)| format!("({a})|{filter}")),
            1 => vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => vec((select(&KEYS[..]), inner.clone()), 0..3).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, x)| format!("'{key}': {x}")).collect();
                format!("{{{}}}", members.join(", "))
            }),
            1 => (select(&["%s", "%r", "%5s|", "%-4s|"][..]), inner.clone()).prop_map(|(f, x)| format!("'{f}' % [{x}]")),
            1 => (select(&["{}", "{!r}", "{!s:>5}", "{0}"][..]), inner).prop_map(|(f, x)| format!("'{f}'.format({x})")),
        ]
    })
}

/// Mostly calm, so that templates reach their end.
fn expression() -> impl Strategy<Value = String> {
    prop_oneof![12 => calm(), 1 => wild()]
}

/// An expression; parts are in parentheses where that does not change much, so that binding is tested too.
fn wild() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => name(),
        3 => literal(),
        1 => select(&LOOP[..]).prop_map(|attribute| format!("(loop.{attribute} if loop)")),
        1 => (0..4_u8).prop_map(|n| format!("range({n})")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let whole = prop_oneof![1 => inner.clone(), 1 => inner.clone().prop_map(|x| format!("({x})"))];
        let grouped = inner.clone().prop_map(|x| format!("({x})"));
        prop_oneof![
            3 => (whole.clone(), select(&OPERATORS[..]), whole.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            3 => (grouped.clone(), select(&FILTERS[..])).prop_map(|(a, filter)| format!("{a}|{filter}")),
            1 => (whole.clone(), select(&FILTERS[..])).prop_map(|(a, filter)| format!("{a}|{filter}")),
            2 => (name(), select(&FILTERS[..]), select(&FILTERS[..])).prop_map(|(a, f, g)| format!("{a}|{f}|{g}")),
            2 => (whole.clone(), any::<bool>(), select(&TESTS[..]))
                .prop_map(|(a, not, test)| format!("{a} is {}{test}", if not { "not " } else { "" })),
            2 => (grouped.clone(), select(&METHODS[..])).prop_map(|(a, method)| format!("{a}.{method}")),
            2 => (name(), select(&KEYS[..])).prop_map(|(a, key)| format!("{a}.{key}")),
            2 => (grouped.clone(), select(&KEYS[..])).prop_map(|(a, key)| format!("{a}['{key}']")),
            2 => (grouped.clone(), select(&["0", "-1", "1:", ":-1", "::-1", ":2", "1:2", "5", "::2"][..]))
                .prop_map(|(a, bounds)| format!("{a}[{bounds}]")),
            1 => (whole.clone(), inner.clone(), whole.clone()).prop_map(|(a, b, c)| format!("{a} if {b} else {c}")),
            1 => (whole.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} if {b}")),
            1 => (select(&["not ", "-", "+"][..]), whole).prop_map(|(sign, a)| format!("{sign}{a}")),
            1 => vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => vec(inner.clone(), 0..3).prop_map(|items| format!("({},)", items.join(", ")).replace("(,)", "()")),
            1 => vec((select(&KEYS[..]), inner.clone()), 0..3).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, x)| format!("'{key}': {x}")).collect();
                format!("{{{}}}", members.join(", "))
            }),
            1 => (select(&["%s", "%r", "%d", "%5s|", "%.2f", "%x"][..]), grouped).prop_map(|(f, x)| format!("'{f}' % {x}")),
            1 => (select(&["{}", "{!r}", "{:>5}", "{0}", "{:d}"][..]), inner.clone()).prop_map(|(f, x)| format!("'{f}'.format({x})")),
            1 => (select(&["m0", "m1"][..]), vec(inner, 0..3)).prop_map(|(m, x)| format!("{m}({})", x.join(", "))),
        ]
    })
}

fn open() -> impl Strategy<Value = &'static str> {
    select(&["{% ", "{% ", "{% ", "{%- ", "{%+ "][..])
}

fn close() -> impl Strategy<Value = &'static str> {
    select(&[" %}", " %}", " %}", " -%}", " +%}"][..])
}

/// A tag with whitespace control.
fn tag(inside: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (open(), inside, close()).prop_map(|(open, inside, close)| format!("{open}{inside}{close}"))
}

fn word(text: &'static str) -> impl Strategy<Value = String> {
    tag(Just(text.to_owned()))
}

fn between(
    start: impl Strategy<Value = String>,
    body: impl Strategy<Value = String>,
    end: &'static str,
) -> impl Strategy<Value = String> {
    (start, body, word(end)).prop_map(|(start, body, end)| start + &body + &end)
}

/// Something small to loop over.
fn iterable() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&["items", "messages", "items", "messages", "missing", "text|string"][..]).prop_map(str::to_owned),
        1 => select(&["a", "text", "n"][..]).prop_map(str::to_owned),
        2 => (0..4_u8).prop_map(|n| format!("range({n})")),
        1 => Just("[1, 2, 3]".to_owned()),
        1 => Just("messages|selectattr('role', 'eq', 'user')".to_owned()),
        1 => Just("items|map('string')".to_owned()),
        1 => Just("{'a': 1, 'b': [2]}.items()".to_owned()),
        1 => Just("messages[::-1]".to_owned()),
    ]
}

fn loop_head() -> impl Strategy<Value = String> {
    let target = select(&["x", "x", "x", "x", "x", "x", "y", "y", "y", "a", "x, y"][..]);
    let condition = proptest::option::weighted(0.2, expression());
    (target, iterable(), condition).prop_map(|(target, iterable, condition)| {
        let condition = condition.map_or_else(String::new, |x| format!(" if ({x})"));
        format!("for {target} in {iterable}{condition}")
    })
}

fn statement() -> impl Strategy<Value = String> {
    let text = select(&TEXTS[..]).prop_map(str::to_owned);
    let print = (select(&["{{ ", "{{ ", "{{- "][..]), expression(), select(&[" }}", " }}", " -}}"][..]))
        .prop_map(|(open, x, close)| format!("{open}{x}{close}"));
    let set = tag((name(), expression()).prop_map(|(name, x)| format!("set {name} = {x}")));
    let on_namespace =
        tag((select(&KEYS[..4]), expression()).prop_map(|(key, x)| format!("set ns.{key} = {x}")));
    let leaf = prop_oneof![
        4 => text,
        6 => print,
        2 => set,
        1 => on_namespace,
        1 => Just("{{ ns }}".to_owned()),
        1 => Just("{# comment #}".to_owned()),
        1 => Just("{% raw %}{{ x }}\n{% endraw %}".to_owned()),
    ];
    leaf.prop_recursive(3, 32, 4, |inner| {
        let body = vec(inner, 0..4).prop_map(|parts| parts.concat());
        let orelse =
            proptest::option::weighted(0.3, (word("else"), body.clone()).prop_map(|(tag, body)| tag + &body));
        let orelse = orelse.prop_map(Option::unwrap_or_default).boxed();
        let leave = select(
            &[
                "",
                "",
                "{% if x == 2 %}{% break %}{% endif %}",
                "{% if loop.index == 2 %}{% continue %}{% endif %}",
            ][..],
        );
        let condition = tag(expression().prop_map(|x| format!("if ({x})")));
        let branches = (body.clone(), orelse.clone()).prop_map(|(body, orelse)| body + &orelse);
        let turns = (leave, body.clone(), orelse)
            .prop_map(|(leave, body, orelse)| leave.to_owned() + &body + &orelse);
        let with = tag((name(), expression()).prop_map(|(name, x)| format!("with {name} = {x}")));
        let filter = tag(select(&["upper", "trim", "indent(1)", "replace('a', 'b')"][..])
            .prop_map(|f| format!("filter {f}")));
        let call = tag((select(&["m2"][..]), expression()).prop_map(|(m, x)| format!("call {m}({x})")));
        prop_oneof![
            4 => between(condition, branches, "endif"),
            4 => between(tag(loop_head()), turns, "endfor"),
            1 => between(with, body.clone(), "endwith"),
            1 => between(tag(name().prop_map(|name| format!("set {name}"))), body.clone(), "endset"),
            1 => between(filter, body.clone(), "endfilter"),
            1 => between(word("generation"), body.clone(), "endgeneration"),
            1 => between(word("autoescape true"), body.clone(), "endautoescape"),
            1 => between(call, body, "endcall"),
        ]
    })
}

/// A template.
pub(crate) fn template() -> impl Strategy<Value = String> {
    let parameters = select(&["", "x", "x, y=1", "x=a, y=x"][..]);
    let print = expression().prop_map(|x| format!("{{{{ {x} }}}}"));
    (parameters, print, vec(statement(), 1..6)).prop_map(|(parameters, print, parts)| {
        // Bodies of macros are kept from calling macros, so that none calls itself.
        let quiet = |text: &str| text.replace("m0(", "(").replace("m1(", "(").replace("m2(", "(");
        let macros = format!(
            "{{% macro m0({parameters}) %}}{}{{% endmacro %}}\
                     {{% macro m1(x, y='d') %}}[{{{{ x }}}}|{{{{ y }}}}{{{{ varargs }}}}]{{% endmacro %}}\
                     {{% macro m2(x) %}}<{{{{ caller() }}}}{{{{ x }}}}>{{% endmacro %}}",
            quiet(&print)
        );
        format!("{macros}{{% set ns = namespace(a=0) %}}{}", parts.concat())
    })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5..20_i64).prop_map(Value::from),
        select(&[0.5, 1.0, -2.5, 1e16, 1e-7, 100.0][..]).prop_map(Value::from),
        select(&["", "a", "b", "User", "hello world", " x\n", "<b>", "é", "12", "it's"][..])
            .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((select(&KEYS[..]), inner), 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// A context: some variables, of which `messages` is a conversation.
pub(crate) fn context() -> impl Strategy<Value = Value> {
    let message = (select(&["system", "user", "assistant"][..]), value())
        .prop_map(|(role, content)| json!({"role": role, "content": content}));
    let all = ["a", "b", "c", "text", "n", "y"];
    let variables = proptest::sample::subsequence(all.to_vec(), 5..=6);
    let variables = (variables, vec(value(), 6)).prop_map(|(names, values)| names.into_iter().zip(values));
    (variables, vec(scalar(), 0..4), vec(message, 0..4)).prop_map(|(variables, items, messages)| {
        let mut context: Map<String, Value> =
            variables.map(|(name, value)| (name.to_owned(), value)).collect();
        context.insert("items".to_owned(), Value::from(items));
        context.insert("messages".to_owned(), Value::from(messages));
        Value::Object(context)
    })
}
