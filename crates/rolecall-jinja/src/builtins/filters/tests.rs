use crate::{ErrorKind, Limits, RenderOptions, Template};

fn render(source: &str) -> Result<String, crate::Error> {
    let context =
        serde_json::json!({ "long": "a b-c <".repeat(200_000), "many": vec![3; 20_000], "word": "nan" });
    Template::new(source)?.render_with(&context, &RenderOptions::default())
}

#[test]
fn what_would_be_huge_is_refused_before_it_is_made() {
    for source in [
        "{{ 'x'|center(10 ** 12) }}",
        "{{ 'x'|indent(10 ** 12, true) }}",
        "{{ long|replace('', 'x' * 10000) }}",
        "{{ [1]|batch(10 ** 12, 'x')|list }}",
        "{{ [1]|slice(10 ** 12, 'x')|list }}",
        "{{ [1]|tojson(indent=10 ** 12) }}",
        "{{ 'a\n'|indent('x' * 1000000)|length }}{{ ('a\n' * 1000)|indent('x' * 1000000) }}",
        "{{ [many]|map('batch', 10 ** 8, 0)|map('list')|list }}",
        "{{ many|join('x' * 100000) }}",
        "{{ long|list|map('center', 10000)|list }}",
        "{{ long|wordwrap(1, wrapstring='x' * 10000) }}",
        "{{ ([[1] * 10000] * 10000)|sum(start=[]) }}",
    ] {
        assert_eq!(render(source).map_err(|error| error.kind()), Err(ErrorKind::Limit), "{source}");
    }
}

#[test]
fn long_texts_and_lists_take_a_moment_at_most() {
    for source in [
        "{{ long|wordwrap(1)|length }}",
        "{{ ('a' * 1000000)|wordwrap(1)|length }}",
        "{{ ('-' * 1000000)|wordwrap(7)|length }}",
        "{{ ('-' * 1000000 ~ 'a')|wordwrap(1000)|length }}",
        "{{ long|title|upper|lower|capitalize|length }}",
        "{{ long|urlize|length }}",
        "{{ ('(' * 100000 ~ ')' * 100000)|urlize|length }}",
        "{{ ('a.' * 100000)|urlize|length }}",
        "{{ long|striptags|length }}",
        "{{ long|pprint|length }}",
        "{{ long|wordcount }}",
        "{{ many|sort|unique|list }}",
        "{{ ('1' * 1000000)|int }}",
        "{{ ('z' * 4000)|int(base=36) > 0 }}",
        "{{ 5.5|round(10 ** 9) }}{{ 5|round(-10 ** 9 + 1) }}",
    ] {
        let result = render(source);
        assert!(result.is_ok(), "{source}: {result:?}");
    }
}

#[test]
fn sorting_stops_at_what_has_no_order_and_bears_what_has_none() {
    assert_eq!(
        render("{{ (many + ['x'])|sort }}").map_err(|error| error.message().to_owned()),
        Err("'<' not supported between instances of 'str' and 'int'".to_owned())
    );
    let nan = "{% set nan = word|float %}";
    let source = format!("{nan}{{{{ ([3, nan, 1, 2.5] * 50)|sort|length }}}}");
    assert_eq!(render(&source).ok().as_deref(), Some("200"));
}

#[test]
fn steps_are_counted() {
    let limits = Limits { steps: 10_000, ..Limits::default() };
    let options = RenderOptions { limits: Some(limits), ..RenderOptions::default() };
    let context = serde_json::json!({ "many": vec![3; 20_000] });
    for filter in
        ["sort", "join", "sum", "max", "unique|list", "map('abs')|list", "reject|list", "groupby(0)"]
    {
        let template = Template::new(&format!("{{{{ many|{filter} }}}}")).unwrap();
        let error = template.render_with(&context, &options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit), "{filter}: {error}");
    }
}
