//! Hostile templates and inputs: each ends soon, on a small stack, with a result or an error that says why.

#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "tables of cases, and sources put together"
)]
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

mod containers;
mod input;
mod nesting;
mod settings;
mod strings;

use std::time::{Duration, Instant};

use rolecall_jinja::{Error, ErrorKind, Limits, RenderOptions, Template};
use serde_json::Value;

/// How long each may take: what does not end is found, and a loaded machine is not.
const SOON: Duration = Duration::from_secs(30);

/// What a thread has by default.
const STACK: usize = 2 << 20;

/// Runs something on a small stack and checks that it does not take long.
fn soon<T: Send>(what: &str, job: impl FnOnce() -> T + Send) -> T {
    let start = Instant::now();
    let result = std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, job).expect("a thread");
        thread.join().unwrap_or_else(|_| panic!("{what} panics"))
    });
    let time = start.elapsed();
    assert!(time < SOON, "{what} takes {time:?}");
    result
}

/// Budgets that a debug build uses up in time.
fn limits() -> Limits {
    Limits { steps: 200_000, memory_bytes: 16 << 20, output_bytes: 16 << 20, ..Limits::default() }
}

fn short(source: &str) -> String {
    source.chars().take(120).collect()
}

/// Renders with and without a trace; both have to end soon, and to give the same unless a budget is used up.
fn render_with(source: &str, context: &Value, limits: Limits) -> Result<String, Error> {
    let name = short(source);
    let options = RenderOptions { clock: None, limits: Some(limits) };
    let template = soon(&name, || Template::with_limits(source, limits))?;
    let plain = soon(&name, || template.render_with(context, &options));
    let traced = soon(&format!("traced: {name}"), || {
        template.render_traced_with(context, &options, &[]).map(|traced| {
            let mut end = 0;
            for span in traced.spans() {
                assert_eq!(span.range.start, end);
                end = span.range.end;
            }
            traced.into_text()
        })
    });
    let is_limit =
        |result: &Result<String, Error>| matches!(result, Err(error) if error.kind() == ErrorKind::Limit);
    if !is_limit(&plain) && !is_limit(&traced) {
        assert!(
            plain == traced,
            "{name}: the trace changes the result: {:?}",
            traced.map(|text| short(&text))
        );
    }
    plain
}

fn render(source: &str, context: &Value) -> Result<String, Error> {
    render_with(source, context, limits())
}

fn kind(source: &str, context: &Value) -> Option<ErrorKind> {
    render(source, context).err().map(|error| error.kind())
}

/// A budget has to be hit, and named.
fn hits(limit: &str, source: &str, context: &Value) {
    let error = render(source, context).expect_err(&short(source));
    assert_eq!(error.kind(), ErrorKind::Limit, "{}: {error}", short(source));
    assert!(error.message().contains(limit), "{}: {error}", short(source));
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    open.repeat(times) + inside + &close.repeat(times)
}

/// Repeats a step in nested loops, as no range is longer than 100,000.
fn repeated(times: usize, before: &str, step: &str, after: &str) -> String {
    if times <= 100_000 {
        return format!("{before}{{% for i in range({times}) %}}{step}{{% endfor %}}{after}");
    }
    let outer = times / 1000;
    format!(
        "{before}{{% for j in range({outer}) %}}{{% for i in range(1000) %}}{step}{{% endfor %}}{{% endfor %}}{after}"
    )
}
