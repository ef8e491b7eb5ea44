//! Bytes that choose variables and a template of a grammar: where our engine and minijinja both render it, they
//! render the same; and a traced render gives that text too, and its spans tell the truth.

#![no_main]

#[path = "../grammar.rs"]
mod grammar;

use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::{clock, limits, spans};
use rolecall_jinja::RenderOptions;

/// What the two engines are known to do differently, by a part of the template: minijinja computes all items of a
/// generator at once, so that it meets errors and side effects that Jinja2 never gets to; and it runs constant
/// expressions when Jinja2 folds them.
const KNOWN: [&str; 0] = [];

fuzz_target!(|bytes: &[u8]| {
    let mut choices = grammar::Choices::new(bytes);
    let context = choices.context();
    let source = choices.template();
    let options = RenderOptions { clock: Some(clock()), limits: limits() };
    let Ok(template) = rolecall_jinja::Template::new(&source) else { return };
    let Ok(ours) = template.render_with(&context, &options) else { return };
    match template.render_traced_with(&context, &options, &[]) {
        Ok(traced) => {
            assert_eq!(traced.text(), ours, "the text depends on whether it is traced\n{source}\n{context}");
            if let Err(error) = spans::check(&traced, &context) {
                panic!("{error}\n{source}\n{context}");
            }
        }
        Err(error) => panic!("fails where it is traced: {error}\n{source}\n{context}"),
    }
    if KNOWN.iter().any(|known| source.contains(known)) {
        return;
    }
    let Ok(other) = rolecall_crosscheck::Template::new(&source) else { return };
    if let Ok(theirs) = other.render_with(&context, &options) {
        assert_eq!(ours, theirs, "ours, and minijinja's, of\n{source}\n{context}");
    }
});
