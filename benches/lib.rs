//! What the benchmarks work on, the engines that rolecall is compared with, and how time is taken.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a benchmark that cannot start has nothing better to do"
)]

pub mod cases;
pub mod conversations;
pub mod engines;
pub mod events;
pub mod job;
pub mod machine;
pub mod peers;
pub mod plot;
pub mod table;
pub mod timing;

use serde_json::{Value, json};

/// The built-in template of the Llama 3 format.
pub const TEMPLATE: &str = include_str!("../templates-cache/builtin/llama-3/chat_template.jinja");

/// The same format, written in the style of the template that came with the first Llama 3 models: it joins each
/// message to one string, with the special token of the first, and keeps it in a variable before it prints it.
pub const META_STYLE: &str = include_str!("meta_style.jinja");

/// The text that a conversation begins with.
pub const BOS_TOKEN: &str = "<|begin_of_text|>";

/// The built-in templates by name.
pub const BUILTIN: [(&str, &str); 5] = [
    ("chatml", include_str!("../templates-cache/builtin/chatml/chat_template.jinja")),
    ("gemma", include_str!("../templates-cache/builtin/gemma/chat_template.jinja")),
    ("idefics2", include_str!("../templates-cache/builtin/idefics2/chat_template.jinja")),
    ("llama-3", TEMPLATE),
    ("mistral", include_str!("../templates-cache/builtin/mistral/chat_template.jinja")),
];

/// The variables of a render of the Llama 3 templates.
pub fn context(messages: usize) -> Value {
    json!({"messages": conversation(messages), "bos_token": BOS_TOKEN, "add_generation_prompt": true})
}

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

/// A template of `bytes` bytes in the manner of the longest real ones: macros, branches for each role and kind of
/// part, tool schemas walked key by key, and texts of instructions in between.
pub fn long_template(bytes: usize) -> String {
    let mut template = String::from("{%- set ns = namespace(tools=false, last=-1) -%}\n");
    let mut number = 0;
    while template.len() + LONG_PART.len() < bytes {
        template.push_str(&LONG_PART.replace("NUMBER", &number.to_string()));
        number += 1;
    }
    template.push_str("{#- ");
    let rest = bytes.saturating_sub(template.len() + " -#}".len());
    template.extend(std::iter::repeat_n('.', rest));
    template.push_str(" -#}");
    template
}

const LONG_PART: &str = include_str!("long_part.jinja");
