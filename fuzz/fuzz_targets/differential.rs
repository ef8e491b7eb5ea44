//! Bytes that choose variables and a template of a grammar: where our engine and minijinja both render it, they
//! render the same; and a traced render gives that text too, and its spans tell the truth.

#![no_main]

#[path = "../grammar.rs"]
mod grammar;

use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::{check_spans, clock, limits};
use rolecall_jinja::{ErrorKind, RenderOptions};
use serde_json::Value;

/// Whether the two engines are known to do differently what is in the template:
///
/// - What a macro or filter block gives where printing escapes is Markup in Jinja2, which is not escaped; minijinja
///   escapes it once more.
/// - A variable that is set after a loop or block that reads it, or by a block that reads it, is undefined there in Jinja2, even if the context has
///   it; minijinja finds the context's.
/// - A method that is not called, such as `d.items`, and a generator print with an address; minijinja's text of them
///   has fewer words, which `wordcount` counts.
/// - `loop.previtem` and `loop.nextitem` of a loop that takes its items apart are the items; minijinja gives the parts.
fn is_known(source: &str, context: &Value) -> bool {
    let is_set_late = |name: &str| {
        let is_block = |open: &str| source.contains(&format!("set {name} {open}"));
        let set = source.rfind(&format!("set {name} "));
        ["%}", "-%}", "+%}"].into_iter().any(is_block)
            || set.and_then(|at| source.get(..at)).is_some_and(|before| before.contains(name))
    };
    source.contains("autoescape true")
        || source.contains("wordcount")
        || source.contains("for x, y")
            && (source.contains("loop.previtem") || source.contains("loop.nextitem"))
        || context.as_object().is_some_and(|context| context.keys().any(|name| is_set_late(name)))
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = grammar::Choices::new(bytes);
    let context = choices.context();
    let source = choices.template();
    let options = RenderOptions { clock: Some(clock()), limits: Some(limits()) };
    let Ok(template) = rolecall_jinja::Template::new(&source) else { return };
    let Ok(ours) = template.render_with(&context, &options) else { return };
    match template.render_traced_with(&context, &options, &[]) {
        Ok(traced) => {
            assert_eq!(traced.text(), ours, "the text depends on whether it is traced\n{source}\n{context}");
            if let Err(error) = check_spans(&traced, &context) {
                panic!("{error}\n{source}\n{context}");
            }
        }
        // Tracing takes steps and memory of its own.
        Err(error) if error.kind() == ErrorKind::Limit => {}
        Err(error) => panic!("fails where it is traced: {error}\n{source}\n{context}"),
    }
    if is_known(&source, &context) {
        return;
    }
    let Ok(other) = rolecall_crosscheck::Template::new(&source) else { return };
    if let Ok(theirs) = other.render_with(&context, &options) {
        assert_eq!(ours, theirs, "ours, and minijinja's, of\n{source}\n{context}");
    }
});
