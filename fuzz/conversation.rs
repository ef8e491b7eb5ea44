//! What fuzzed templates are rendered with.

#[path = "../crates/rolecall-jinja/tests/support/spans.rs"]
mod spans;

use rolecall::{Clock, Limits, Options};
use rolecall_jinja::Traced;
use serde_json::{Value, json};

/// Checks that the spans of a traced render of `context` tell the truth.
pub fn check_spans(traced: &Traced, context: &Value) -> Result<(), String> {
    spans::check(traced, context)
}

/// The most bytes that a fuzzed render may put out.
pub const OUTPUT_BYTES: usize = 1 << 20;

/// Messages of every kind that templates meet: text, parts, tool calls, reasoning.
pub fn messages() -> Value {
    json!([
        {"role": "system", "content": " Answer in one word.\n"},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it? <image>"}]},
        {"role": "assistant", "reasoning_content": "Wool, ears.", "content": null, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "look", "arguments": {"n": 1.5, "deep": [true]}}}
        ]},
        {"role": "tool", "name": "look", "tool_call_id": "1", "content": "{\"animal\": \"llama 🦙\"}"},
        {"role": "assistant", "content": "Llama"}
    ])
}

/// Options with budgets that make an endless render fail in a moment.
pub fn options() -> Options {
    Options::new()
        .add_generation_prompt(true)
        .tools(json!([{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]))
        .clock(clock())
        .limits(limits())
}

/// Budgets that make an endless render fail in a moment.
pub fn limits() -> Limits {
    Limits {
        source_bytes: 1 << 16,
        steps: 200_000,
        output_bytes: OUTPUT_BYTES,
        memory_bytes: 64 << 20,
        recursion: 100,
    }
}

/// The moment at which fuzzed templates are rendered.
pub fn clock() -> Clock {
    Clock::fixed("2026-07-04T12:34:56".parse().expect("a time"))
}
