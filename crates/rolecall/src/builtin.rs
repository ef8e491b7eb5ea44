//! Models that come with rolecall: templates written for it from published prompt formats.

use crate::ModelFiles;

/// A model folder that is part of the program.
struct Builtin {
    name: &'static str,
    config: &'static str,
    template: &'static str,
}

macro_rules! builtin {
    ($name:literal) => {
        Builtin {
            name: $name,
            config: include_str!(concat!("../builtin/", $name, "/tokenizer_config.json")),
            template: include_str!(concat!("../builtin/", $name, "/chat_template.jinja")),
        }
    };
}

const BUILTINS: [Builtin; 5] =
    [builtin!("chatml"), builtin!("gemma"), builtin!("idefics2"), builtin!("llama-3"), builtin!("mistral")];

/// The names of the built-in models.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|builtin| builtin.name)
}

/// The files of a built-in model.
pub(crate) fn files(name: &str) -> Option<ModelFiles> {
    let builtin = BUILTINS.iter().find(|builtin| builtin.name == name)?;
    let mut files = ModelFiles::new(format!("builtin:{name}"));
    files.insert("tokenizer_config.json", builtin.config);
    files.insert("chat_template.jinja", builtin.template);
    Some(files)
}
