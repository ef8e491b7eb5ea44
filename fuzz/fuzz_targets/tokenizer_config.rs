//! Any bytes as a model's `tokenizer_config.json`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::{Model, ModelFiles};
use rolecall_fuzz::{messages, options};

fuzz_target!(|config: &[u8]| {
    let mut files = ModelFiles::new("fuzzed");
    files.insert("tokenizer_config.json", config);
    let Ok(model) = Model::from_files(files) else { return };
    for (name, text) in model.special_tokens().iter() {
        assert_eq!(model.special_tokens().get(name), Some(text), "a token is listed under another's name");
    }
    if let Err(error) = model.apply_chat_template(&messages(), &options()) {
        assert!(
            error.to_string().contains("fuzzed") || error.reference().is_some(),
            "no word of which model: {error}"
        );
    }
});
