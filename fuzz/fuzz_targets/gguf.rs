//! Any bytes as a GGUF file: its metadata is read and renders, or the file is refused with its name.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall::Model;
use rolecall_fuzz::{messages, options};

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("rolecall-fuzz-{}.gguf", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    fs::write(FILE.as_path(), bytes).expect("a file");
    match Model::from_gguf(FILE.as_path()) {
        Ok(model) => {
            let _ = model.apply_chat_template(&messages(), &options());
        }
        Err(error) => assert!(error.to_string().contains(".gguf"), "no word of which file: {error}"),
    }
});
