//! Repositories for trying the Hub's side of rolecall without an account.

use std::path::{Path, PathBuf};

use crate::Repo;

/// The folder of a model with a tokenizer: the Llama 3 format, with a vocabulary of 336 tokens made for rolecall. Its
/// tokenizer puts a BOS token before a text, and so does its template.
pub fn tiny_llama() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tiny-llama")
}

/// A public model, `rolecall/demo-llama`, one whose files are for holders of the token `hf_demo`,
/// `rolecall/demo-gated`, and one with a tokenizer, `rolecall/tiny-llama`, the model of [`tiny_llama`].
pub fn demo_repos() -> Vec<Repo> {
    let config = r#"{"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}"#;
    let template = "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n\
        {{ message.content | trim }}<|eot_id|>{% endfor %}\
        {% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{{ '' }}{% endif %}";
    let rag = "{{ documents | length }} documents for: {{ messages[-1].content }}";
    let repo = |name: &str| {
        Repo::new(name)
            .file("tokenizer_config.json", config)
            .file("chat_template.jinja", template)
            .file("README.md", "A model without weights, for trying rolecall.\n")
    };
    vec![
        repo("rolecall/demo-llama").file("additional_chat_templates/rag.jinja", rag),
        repo("rolecall/demo-gated").gated_for("hf_demo"),
        Repo::new("rolecall/tiny-llama")
            .file("tokenizer_config.json", include_str!("../models/tiny-llama/tokenizer_config.json"))
            .file("chat_template.jinja", include_str!("../models/tiny-llama/chat_template.jinja"))
            .file("tokenizer.json", include_str!("../models/tiny-llama/tokenizer.json")),
    ]
}
