//! Repositories for trying the Hub's side of rolecall without an account.

use crate::Repo;

/// A public model, `rolecall/demo-llama`, and one whose files are for holders of the token `hf_demo`,
/// `rolecall/demo-gated`.
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
    ]
}
