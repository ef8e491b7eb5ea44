//! Whose limits a render has, and what it says when it hits one.

use rolecall_jinja::{ErrorKind, Limits, RenderOptions, Template};
use serde_json::json;

#[test]
fn each_limit_says_its_name() {
    let context = json!({"s": "x".repeat(1000)});
    let small = |limits: Limits, source: &str| {
        let options = RenderOptions { clock: None, limits: Some(limits) };
        let error = Template::new(source)
            .and_then(|template| template.render_with(&context, &options))
            .expect_err(source);
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        error.message().to_owned()
    };
    let all = Limits::default();
    let steps = small(Limits { steps: 10, ..all }, "{% for i in range(99) %}{% endfor %}");
    assert!(steps.contains("`steps`"), "{steps}");
    let output = small(Limits { output_bytes: 999, ..all }, "{{ s }}");
    assert!(output.contains("`output_bytes`"), "{output}");
    let memory = small(Limits { memory_bytes: 999, ..all }, "{{ s|upper|lower }}");
    assert!(memory.contains("`memory_bytes`"), "{memory}");
    let recursion = small(Limits { recursion: 3, ..all }, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
    assert!(recursion.contains("`recursion`"), "{recursion}");
}

#[test]
fn the_default_limits_hold() {
    // A debug build takes longer than a moment for all steps of the default, but it ends.
    let template =
        Template::new("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")
            .expect("a template");
    let error = template.render(&json!({})).expect_err("no end");
    assert!(error.message().contains("50000000"), "{error}");
}

#[test]
fn a_render_has_the_limits_of_its_template_unless_it_is_given_others() {
    let few = Limits { output_bytes: 3, ..Limits::default() };
    let template = Template::with_limits("{{ 'four' }}", few).unwrap();
    let render = |limits| template.render_with(&json!({}), &RenderOptions { clock: None, limits });
    assert_eq!(render(None).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(template.render_json("{}", &RenderOptions::default()).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(render(Some(Limits::default())).unwrap(), "four");
    let error = render(Some(Limits { source_bytes: 11, ..Limits::default() })).unwrap_err();
    assert_eq!(error.message(), "the template has 12 bytes; at most 11 are allowed (limit `source_bytes`)");
}
