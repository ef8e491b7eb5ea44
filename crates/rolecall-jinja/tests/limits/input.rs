//! Input that is deep or large.

use rolecall_jinja::{ErrorKind, Limits, RenderOptions, Template};
use serde_json::{Value, json};

use super::{render, short, soon};

/// A value nested so deep that dropping it would overflow the stack. It is never dropped.
fn deep(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
    let mut value = json!("bottom");
    for _ in 0..levels {
        value = wrap(value);
    }
    dict(value)
}

#[test]
fn deep_input() {
    for wrap in [list as fn(Value) -> Value, dict, both] {
        // Not dropped: serde_json's own drop is recursive.
        let context: &'static Value = Box::leak(Box::new(deep_on_a_large_stack(wrap)));
        for source in [
            "{{ x }}",
            "{{ x|tojson }}",
            "{{ x|pprint }}",
            "{{ x|string|length }}",
            "{{ x == x }}",
            "{{ [x] == [x] }}",
            "{{ x < x }}",
            "{{ x in [x] }}",
            "{{ [x, x]|unique|list|length }}",
            "{{ [x, x]|sort|length }}",
            "{{ {'a': x} == {'a': x} }}",
            "{{ '%s' % [x] }}",
            "{{ x|list|length }}",
            "{{ x|join|length }}",
            "{{ x|urlencode }}",
            "{{ x|xmlattr }}",
            "{{ [x]|groupby('x')|length }}",
            "{% set n = namespace(x=x) %}{% for i in range(99000) %}{% set n.x = n.x.x or n.x[0] or n.x[1] %}{% endfor %}{{ n.x|length }}",
            "{% set n = namespace(x=x) %}{% for i in range(100000) %}{% set n.x = n.x.x or n.x[0] %}{% endfor %}{{ n.x }}",
            "{% set n = namespace(x=x) %}{% for i in range(200000) %}{% set n.x = n.x.x or n.x[0] %}{% endfor %}{{ n.x }}",
            "{% for y in x recursive %}{{ loop(y) }}{% endfor %}",
            "{% for y in [1, 2] %}{{ loop.changed(x) }}{% endfor %}",
        ] {
            let _ = render(source, context);
        }
    }
    let template = Template::new("{{ x }}").expect("a template");
    for (open, close) in [("[", "]"), ("{\"x\":", "}")] {
        for times in [500, 100_000] {
            let text = format!("{{\"x\": {}1{}}}", open.repeat(times), close.repeat(times));
            let result = soon("deep JSON", || template.render_json(&text, &RenderOptions::default()));
            assert_eq!(result.is_ok(), times == 500, "{times} of {open}");
            let _ =
                soon("deep JSON", || template.render_json(&open.repeat(times), &RenderOptions::default()));
        }
    }
}

// `json!` would copy what is inside.
fn list(value: Value) -> Value {
    Value::Array(vec![value])
}

fn dict(value: Value) -> Value {
    Value::Object(serde_json::Map::from_iter([("x".to_owned(), value)]))
}

fn both(value: Value) -> Value {
    list(dict(value))
}

fn deep_on_a_large_stack(wrap: fn(Value) -> Value) -> Value {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(move || deep(100_000, wrap))
        .expect("a thread")
        .join()
        .expect("a value")
}

#[test]
fn large_json() {
    let options = RenderOptions::default();
    let template = Template::new("{{ d|length }}{{ d.k5 }}{{ d|dictsort|length }}").expect("a template");
    let keys: String = (0..100_000).map(|n| format!("\"k{n}\":{n},")).collect();
    let text = format!("{{\"d\": {{{keys}\"z\": 1}}}}");
    assert_eq!(soon("keys", || template.render_json(&text, &options)).expect("text"), "1000015100001");
    let template = Template::new("{{ d|length }}{{ d.k }}").expect("a template");
    let repeated = format!("{{\"d\": {{{}\"z\": 1}}}}", "\"k\":1,".repeat(300_000));
    assert_eq!(soon("repeated keys", || template.render_json(&repeated, &options)).expect("text"), "21");
    for text in [
        format!("{{\"d\": [{}1]}}", "1,".repeat(1_000_000)),
        format!("{{\"d\": {}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": 1e{}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": 0.{}}}", "9".repeat(1_000_000)),
        format!("{{\"d\": \"{}\"}}", "\\u00e9".repeat(300_000)),
        format!("{{\"d\": \"{}\"}}", "\\ud83d".repeat(300_000)),
        format!("{{\"{}\": 1}}", "k".repeat(3_000_000)),
        "\"".to_owned() + &"\\".repeat(3_000_000),
        " ".repeat(3_000_000),
        "[".repeat(3_000_000),
        "{\"d\":".repeat(1_000_000),
    ] {
        let _ = soon(&short(&text), || template.render_json(&text, &options));
    }
    // What is given counts, too.
    let little =
        RenderOptions { limits: Some(Limits { memory_bytes: 1 << 20, ..Limits::default() }), ..options };
    for text in [
        format!("{{\"d\": [{}1]}}", "1,".repeat(100_000)),
        format!("{{\"d\": [{}1]}}", "{},".repeat(100_000)),
    ] {
        let error = soon("a small budget", || template.render_json(&text, &little)).expect_err("too much");
        assert!(error.kind() == ErrorKind::Limit && error.message().contains("memory_bytes"), "{error}");
    }
}
