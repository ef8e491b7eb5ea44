//! What the benchmarks work on.

use serde_json::{Value, json};

/// The chat template that the benchmarks render, and the special token that it needs.
pub const TEMPLATE: &str = include_str!("../templates-cache/builtin/llama-3/chat_template.jinja");

/// The text that a conversation begins with.
pub const BOS_TOKEN: &str = "<|begin_of_text|>";

/// Messages of some 250 bytes each, a system message first, then a user and an assistant in turns.
pub fn conversation(messages: usize) -> Value {
    (0..messages)
        .map(|number| {
            let role = match number {
                0 => "system",
                n if n % 2 == 1 => "user",
                _ => "assistant",
            };
            json!({"role": role, "content": text(number)})
        })
        .collect()
}

/// Some 250 bytes of text, mostly ASCII as conversations are, different for each number.
fn text(number: usize) -> String {
    const SENTENCES: [&str; 5] = [
        "A llama looks up how long lentils have to cook.",
        "Two spoons of oil, then the onions, and *no* hurry.",
        "The recipe says \"simmer\"; the pot says otherwise.",
        "Crème fraîche goes in at the very end, off the heat.",
        "for step in recipe { cook(&step)?; }",
    ];
    let mut text = format!("{number}.");
    let mut sentences = SENTENCES.iter().cycle().skip(number % SENTENCES.len());
    while text.len() < 250 - 40
        && let Some(sentence) = sentences.next()
    {
        text.push(' ');
        text.push_str(sentence);
    }
    text
}
