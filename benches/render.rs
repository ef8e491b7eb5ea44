//! Rendering conversations of several lengths: rolecall beside minijinja and beside Rust written by hand.
//!
//! rolecall is measured as it is called: a conversation as JSON in, the prompt out. minijinja is used as one
//! would by hand, for this one template, with the conversation converted to its values beforehand. The
//! handwritten function pushes the same strings; no engine can be faster.

#![allow(clippy::expect_used, reason = "a benchmark that cannot start has nothing better to do")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use rolecall::{ChatTemplate, Options};
use rolecall_benches::{BOS_TOKEN, TEMPLATE, conversation};
use serde_json::Value;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    render(&mut criterion);
    criterion.final_summary();
}

fn render(criterion: &mut Criterion) {
    let rolecall = ChatTemplate::new(TEMPLATE, [("bos_token", BOS_TOKEN)]).expect("the template compiles");
    let options = Options::new().add_generation_prompt(true);
    let minijinja = minijinja();
    let minijinja = minijinja.template_from_str(TEMPLATE).expect("the template compiles");

    let mut group = criterion.benchmark_group("render");
    for length in [2, 20, 200, 2000] {
        let messages = conversation(length);
        let converted = context! {
            messages => minijinja::Value::from(Serde(&messages)),
            bos_token => BOS_TOKEN,
            add_generation_prompt => true,
        };
        let by_rolecall = || rolecall.apply_chat_template(&messages, &options).expect("renders").into_text();
        let by_minijinja = || minijinja.render(converted.clone()).expect("renders");
        let by_hand = || handwritten(&messages).expect("a conversation");
        let expected = by_hand();
        assert_eq!(by_rolecall(), expected, "rolecall, {length} messages");
        assert_eq!(by_minijinja(), expected, "minijinja, {length} messages");

        group.throughput(Throughput::Bytes(expected.len() as u64));
        group.bench_function(BenchmarkId::new("rolecall", length), |b| b.iter(|| black_box(by_rolecall())));
        group.bench_function(BenchmarkId::new("minijinja", length), |b| b.iter(|| black_box(by_minijinja())));
        group.bench_function(BenchmarkId::new("handwritten", length), |b| b.iter(|| black_box(by_hand())));
    }
    group.finish();
}

/// An environment with the whitespace rules of chat templates.
fn minijinja() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment
}

/// What the template says, as a function.
fn handwritten(messages: &Value) -> Option<String> {
    let mut prompt = String::from(BOS_TOKEN);
    for message in messages.as_array()? {
        prompt.push_str("<|start_header_id|>");
        prompt.push_str(message.get("role")?.as_str()?);
        prompt.push_str("<|end_header_id|>\n\n");
        prompt.push_str(message.get("content")?.as_str()?.trim());
        prompt.push_str("<|eot_id|>");
    }
    prompt.push_str("<|start_header_id|>assistant<|end_header_id|>\n\n");
    Some(prompt)
}
