//! Any text as a template and any text as the JSON of its variables, with a line `-----` between them: both kinds of
//! input give the same, twice alike, within the budgets; a traced render gives that text too, and its spans cover
//! it and tell the truth.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::{OUTPUT_BYTES, check_spans, clock, limits, messages};
use rolecall_jinja::{Error, ErrorKind, RenderOptions, Template, json};
use serde_json::json;

fuzz_target!(|input: &str| {
    let (source, context) = match input.split_once("\n-----\n") {
        Some((source, context)) => (source, context.to_owned()),
        None => (input, json!({"messages": messages(), "bos_token": "<s>", "n": 3}).to_string()),
    };
    let Ok(template) = Template::with_limits(source, limits()) else { return };
    let options = RenderOptions { clock: Some(clock()), limits: Some(limits()) };
    let text = template.render_json(&context, &options);
    assert_eq!(text, template.render_json(&context, &options), "the same render gave two results");
    assert!(text.as_ref().map_or(0, String::len) <= OUTPUT_BYTES, "more output than allowed");

    // Numbers that a serde_json::Value cannot hold end it here.
    let Ok(context) = json::to_value(&context) else { return };
    if !context.is_object() {
        // The two name the types in other words.
        return;
    }
    let plain = template.render_with(&context, &options);
    if !is_limit(&text) && !is_limit(&plain) {
        assert_eq!(text, plain, "the text depends on how the variables are given");
    }
    let traced = template.render_traced_with(&context, &options, &["bos_token"]);
    if let Ok(traced) = &traced {
        assert!(traced.text().len() <= OUTPUT_BYTES, "more output than allowed");
        if let Err(error) = check_spans(traced, &context) {
            panic!("{error}");
        }
    }
    // Tracing takes memory of its own.
    let traced = traced.map(|traced| traced.into_text());
    if !is_limit(&traced) && !is_limit(&plain) {
        assert_eq!(traced, plain, "the text depends on whether it is traced");
    }
});

fn is_limit(result: &Result<String, Error>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::Limit)
}
