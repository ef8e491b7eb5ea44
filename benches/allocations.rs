//! How often a warm render asks the heap for memory: once for its output, and not for each message.

#![allow(clippy::expect_used, reason = "a benchmark that cannot start has nothing better to do")]
#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::alloc::System;
use std::hint::black_box;

use rolecall_benches::{META_STYLE, TEMPLATE, context, peers};
use rolecall_jinja::Template;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    for (name, source) in [("built-in", TEMPLATE), ("meta-style", META_STYLE)] {
        let template = Template::new(source).expect("the template compiles");
        let mut minijinja = peers::minijinja();
        minijinja.add_template("chat", source).expect("the template compiles");
        let minijinja = minijinja.get_template("chat").expect("it was added");
        println!("{name}: heap allocations (of them growing what there was), bytes asked for, bytes of text");
        for length in [2, 20, 200, 2000] {
            let context = context(length);
            let converted = peers::converted(&context);
            count("render", length, || template.render(&context).expect("renders"));
            count("render_traced", length, || template.render_traced(&context).expect("renders").into_text());
            count("minijinja", length, || minijinja.render(converted.clone()).expect("renders"));
        }
    }
}

/// Counts what the third of three renders asks for.
fn count(name: &str, length: usize, render: impl Fn() -> String) {
    black_box(render());
    black_box(render());
    let region = Region::new(ALLOCATOR);
    let text = black_box(render());
    let change = region.change();
    println!(
        "  {name:<14} {length:>5} messages: {:>6} ({:>4}), {:>9} bytes for {:>7} of text",
        change.allocations + change.reallocations,
        change.reallocations,
        change.bytes_allocated,
        text.len()
    );
}
