//! Templates that would panic, hang, overflow the stack or exhaust the memory.

use rolecall_crosscheck::Template;
use rolecall_jinja::{ErrorKind, Limits, RenderOptions};
use serde_json::{Value, json};

/// Limits that are reached soon.
fn small() -> RenderOptions {
    let limits = Limits { steps: 200_000, output_bytes: 1 << 20, ..Limits::default() };
    RenderOptions { limits: Some(limits), ..RenderOptions::default() }
}

fn kind(source: &str) -> Result<String, ErrorKind> {
    let context = json!({"s": "ab".repeat(1000), "l": (0..1000).collect::<Vec<_>>()});
    let rendered = Template::new(source).and_then(|template| template.render_with(&context, &small()));
    rendered.map_err(|error| error.kind())
}

#[test]
fn work_without_end_is_stopped() {
    for source in [
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% if l == l %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% if -1 in l %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% if 'c' in s %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = (l|sort)[0] %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = l|min %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = s.count('b') %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = s|upper is upper %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}",
        "{% set ns = namespace(x=(1,)) %}{% for i in range(40) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
    ] {
        assert_eq!(kind(source), Err(ErrorKind::Limit), "{source}");
    }
}

#[test]
fn text_without_end_is_stopped() {
    for source in [
        "{% for i in range(100000) %}{{ s }}{% endfor %}",
        "{% for i in range(100000) %}a text that is written again and again and again{% endfor %}",
        "{% set x %}{% for i in range(100000) %}{{ s }}{% endfor %}{% endset %}",
        "{% set x %}{% for i in range(100000) %}a text that is written again and again and again{% endfor %}{% endset %}",
        "{% macro m() %}{% for i in range(100000) %}a text that is written again{% endfor %}{% endmacro %}{% set x = m() %}",
        "{% set ns = namespace(x='x') %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='x') %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
        "{% for i in range(100000) %}{% macro m() %}{{ i }}{% endmacro %}{% endfor %}",
        "{{ 'a' * 100000000000 }}",
        "{{ [1] * 100000000000 }}",
        "{{ s.center(100000000000) }}",
        "{{ s.replace('', s) }}",
        "{{ ([s] * 10000)|join }}",
        "{{ (s * 1000).join(s) }}",
        "{{ '%99999999999d' % 1 }}",
        "{{ '%.99999999f' % 1.5 }}",
        "{{ '{:>99999999999}'.format(1) }}",
        "{{ '{:.{p}f}'.format(1.5, p=9999999999) }}",
        "{{ '{:,}'.format(1)|indent(99999999999) }}",
        "{{ l|tojson(indent=100000) }}",
        "{{ l|batch(3, 'x')|list|tojson(indent='a' * 100000) }}",
        "{{ ('\t' * 1000).expandtabs(100000) }}",
        "{{ s|slice(100000000)|list }}",
        "{{ [1]|batch(100000000, 1)|list }}",
    ] {
        assert_eq!(kind(source), Err(ErrorKind::Limit), "{source}");
    }
}

#[test]
fn nothing_overflows_the_stack() {
    let chain = |head: &str, link: &str, tail: &str| format!("{head}{}{tail}", link.repeat(30_000));
    for source in [
        chain("{{ 1", " + 1", " }}"),
        chain("{{ 1", " ~ 1", " }}"),
        chain("{{ ", "not ", "1 }}"),
        chain("{{ ", "- ", "1 }}"),
        chain("{{ ", "(", "1 }}"),
        chain("{{ ", "[", "1 }}"),
        chain("{{ x", "|upper", " }}"),
        chain("{{ x", ".y", " }}"),
        chain("{{ x", "[0]", " }}"),
        chain("{{ x", "()", " }}"),
        chain("{{ ", "1 if x else ", "2 }}"),
        chain("{% if x %}", "{% elif x %}\n", "{% endif %}"),
        chain("", "{% if x %}\n", ""),
        chain("", "{% set x %}\n", ""),
        chain("", "{% for i in x %}\n", ""),
    ] {
        let error = Template::new(&source).unwrap_err();
        let expected = [ErrorKind::Limit, ErrorKind::Syntax, ErrorKind::Recursion];
        assert!(expected.contains(&error.kind()), "{}: {error}", &source[..40]);
    }
    for source in [
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% macro m(n) %}{{ caller() }}{% call m(n) %}{% endcall %}{% endmacro %}{% call m(0) %}{% endcall %}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    ] {
        assert_eq!(kind(source), Err(ErrorKind::Recursion), "{source}");
    }
    for source in [
        "{% set ns = namespace(x=[]) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% endfor %}",
        "{% set ns = namespace(x=1) %}{% for i in range(9000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
        "{% set ns = namespace(x=1) %}{% for i in range(9000) %}{% set ns.x = cycler(ns.x) %}{% endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9000) %}{% set ns.x = ns.x|batch(1)|list %}{% if not ns.x %}{% set ns.x = [1] %}{% endif %}{% endfor %}",
    ] {
        assert_eq!(kind(source), Err(ErrorKind::Limit), "{source}");
    }
    let chained = "{% set ns = namespace() %}{% for i in range(9000) %}{% set n = namespace(p=ns.p) %}{% set ns.p = n %}{% endfor %}x";
    assert_eq!(kind(chained), Ok("x".to_owned()));
}

#[test]
fn the_deepest_templates_and_values_are_handled() {
    let deep = |n: usize| (0..n).fold(json!(1), |inner, _| json!([inner]));
    let source =
        "{{ x|tojson|length }} {{ x|string|length }} {{ x == [x][0] }} {{ x|tojson(indent=1)|length > 9 }}";
    let rendered = Template::new(source).unwrap().render(&json!({"x": deep(500)})).unwrap();
    assert_eq!(rendered, "1001 1001 True True");
    let error = Template::new("").unwrap().render(&json!({"x": deep(600)})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    for source in [
        format!("{{{{ 0{} }}}}", " + 1".repeat(900)),
        format!("{{{{ ''{} }}}}", " ~ 1".repeat(900)),
        format!("{{{{ ''{} }}}}", ".strip()".repeat(60)),
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}\n".repeat(900)),
        format!("{}{}", "{% if 1 %}".repeat(100), "{% endif %}".repeat(100)),
    ] {
        let template = Template::new(&source).unwrap_or_else(|error| panic!("{}: {error}", &source[..30]));
        assert!(template.render(&json!({})).is_ok(), "{}", &source[..30]);
    }
}

#[test]
fn limits_are_those_of_the_caller() {
    let limits = Limits { source_bytes: 10, ..Limits::default() };
    assert_eq!(Template::with_limits("12345678901", limits).unwrap_err().kind(), ErrorKind::Limit);
    assert!(Template::with_limits("1234567890", limits).is_ok());

    let template = Template::new("12345678901").unwrap();
    let limited = |output_bytes, steps| {
        let limits = Limits { output_bytes, steps, ..Limits::default() };
        template.render_with(
            &Value::Object(serde_json::Map::new()),
            &RenderOptions { clock: None, limits: Some(limits) },
        )
    };
    assert_eq!(limited(10, 1000).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(limited(11, 1000).as_deref(), Ok("12345678901"));
    assert_eq!(limited(11, 0).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_template_serves_many_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    let template = Template::new(
        "{% set ns = namespace(n=0) %}{% for i in range(x) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    )
    .unwrap();
    std::thread::scope(|scope| {
        for x in 0..8_u32 {
            let template = &template;
            scope.spawn(move || {
                for _ in 0..20 {
                    let expected = (x * x.saturating_sub(1) / 2).to_string();
                    assert_eq!(template.render(&json!({"x": x})), Ok(expected));
                }
            });
        }
    });
}
