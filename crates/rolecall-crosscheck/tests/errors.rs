//! Errors: the reference's class and words, and the place in the template.

use rolecall_crosscheck::Template;
use rolecall_jinja::{Error, ErrorKind, RenderOptions};
use serde_json::{Value, json};

fn error(source: &str) -> Error {
    let rendered = Template::new(source).and_then(|template| template.render(&json!({"l": [1, 2]})));
    rendered
        .map_or_else(|error| error, |text| Error::new(ErrorKind::Unsupported, format!("it gave {text:?}")))
}

#[test]
fn a_raised_message_is_kept_exactly() {
    let raised = error("a\n  {{ raise_exception('Roles must alternate: \"x\"\\n<é>') }}");
    assert_eq!(raised.kind(), ErrorKind::Template);
    assert_eq!(raised.message(), "Roles must alternate: \"x\"\n<é>");
    assert_eq!((raised.line(), raised.column()), (Some(2), Some(6)));
}

#[test]
fn places_are_those_of_the_template_as_it_was_written() {
    for (source, line, column) in [
        ("{{ x.y }}", 1, 4),
        ("é\n{% generation %}{% endgeneration %}{{ '\\/\\x41' }}{{ x.y }}", 2, 53),
        ("{% raw %}\n{% endraw %}\n{{ 1, +2, x.y }}", 3, 11),
        ("\r\n\r\n{{ 'a' + 1 }}", 3, 4),
        ("{% macro m(a, b=1) %}\n{{ a + '' }}{% endmacro %}\n{{ m(1) }}", 2, 4),
        ("{% for i in l %}\n{% set a, b = i %}{% endfor %}", 2, 4),
        ("a\n{% if true %}b", 2, 15),
        ("a\n{{ 1 | nope }}", 2, 8),
    ] {
        let error = error(source);
        assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{error}");
    }
}

#[test]
fn the_loop_around_is_not_seen_in_a_loops_condition() {
    // Of [1, 2] the reference keeps all in the first turn of the loop around, and nothing in the second.
    let source = "{% for x in l %}{% for y in l if loop.first %}{{ loop.index }}{% endfor %}{% endfor %}";
    let error = error(source);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!((error.line(), error.column()), (Some(1), Some(34)), "{error}");
    assert!(error.message().contains("another loop"), "{error}");
}

#[test]
fn the_text_of_a_method_is_refused() {
    for source in ["{{ ('a'|e).upper }}", "{{ [l.index] }}", "{{ {}.items ~ '' }}", "{{ 'a'.upper|string }}"]
    {
        let error = error(source);
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("the text of a method"), "{error}");
    }
}

#[test]
fn syntax_errors_are_in_jinja2_s_words() {
    for (source, message) in [
        ("{% foo %}", "Encountered unknown tag 'foo'."),
        ("{% do f() %}", "Encountered unknown tag 'do'."),
        ("{{ 1 2 }}", "expected token 'end of print statement', got 'integer'"),
        ("{{ }}", "Expected an expression, got 'end of print statement'"),
        ("{{ 1 + }}", "unexpected 'end of print statement'"),
        ("{{ (1 }}", "unexpected '}', expected ')'"),
        ("{{ a", "unexpected end of template, expected 'end of print statement'."),
        ("{{ 'a }}", "unexpected char \"'\" at 3"),
        ("{{ a & b }}", "unexpected char '&' at 5"),
        ("{# a", "Missing end of comment tag"),
        ("{% raw %}a", "Missing end of raw directive"),
        ("{{ a is b is c }}", "You cannot chain multiple tests with is"),
        ("{{ f(a=1, 2) }}", "invalid syntax for function call expression"),
        ("{% break %}", "'break' outside loop"),
        (
            "{% for i in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
            "'break' outside loop",
        ),
        (
            "{% if a %}{% endfor %}",
            "Encountered unknown tag 'endfor'. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. \
             The innermost block that needs to be closed is 'if'.",
        ),
        (
            "{% for i in l %}{% if a %}{% endfor %}",
            "Encountered unknown tag 'endfor'. You probably made a nesting mistake. Jinja is expecting this tag, but \
             currently looking for 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.",
        ),
        (
            "{% generation %}a",
            "Unexpected end of template. Jinja was looking for the following tags: 'endgeneration'. The innermost \
             block that needs to be closed is 'generation'.",
        ),
    ] {
        let error = error(source);
        assert_eq!((error.kind(), error.message()), (ErrorKind::Syntax, message), "{source}");
    }
}

#[test]
fn what_minijinja_cannot_do_is_refused_by_name() {
    for (source, named) in [
        ("{{ [1]|random }}", "'random'"),
        ("{{ lipsum() }}", "lipsum"),
        ("{{ strftime_now('%Y') }}", "clock"),
        ("{% block a %}{% endblock %}", "blocks"),
        ("{% for i in l %}{% with %}{% break %}{% endwith %}{% endfor %}", "with block"),
        ("{{ 99999999999999999999999999999999999999 * 10 }}", "127 bits"),
        ("{{ '\\N{BULLET}' }}", "\\N"),
        ("{% for i in l %}{% set ns = namespace(l=loop) %}{% endfor %}", "`loop`"),
        ("{% for i in l %}{{ loop.changed(i, loop) }}{% endfor %}", "`loop`"),
    ] {
        let error = error(source);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.message().contains(named), "{error}");
    }
}

#[test]
fn a_context_is_an_object() {
    let template = Template::new("{{ x }}").unwrap();
    for (context, named) in [(json!([]), "an array"), (Value::Null, "null"), (json!("x"), "a string")] {
        let error = template.render(&context).unwrap_err();
        assert!(error.message().contains(named), "{error}");
    }
    for (text, named) in [("[]", "list"), ("{", "line 1, column 2"), ("{\"x\": \"\\ud800\"}", "surrogate")] {
        let error = template.render_json(text, &RenderOptions::default()).unwrap_err();
        assert!(error.message().contains(named), "{error}");
    }
}

#[test]
fn json_text_keeps_what_json_values_cannot() {
    let template = Template::new("{{ x }} {{ x + 1 }} {{ y }} {{ z|tojson }}").unwrap();
    let text = "{\"x\": 12345678901234567890123, \"y\": [1E400, -0, -0.0], \"z\": NaN}";
    let rendered = template.render_json(text, &RenderOptions::default()).unwrap();
    assert_eq!(rendered, "12345678901234567890123 12345678901234567890124 [inf, 0, -0.0] NaN");
}
