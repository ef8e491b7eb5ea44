//! Any bytes as the lock file of a folder of pinned models: it is read, or refused with its name.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall::cache::TemplatesCache;

/// A folder with one model, of which each input pins other files.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("rolecall-fuzz-lock-{}", std::process::id()));
    let model = folder.join("org/name");
    fs::create_dir_all(&model).expect("a folder");
    fs::write(model.join("chat_template.jinja"), "{{ messages[0].content }}").expect("a file");
    folder
});

fuzz_target!(|lock: &[u8]| {
    fs::write(FOLDER.join("rolecall.lock"), lock).expect("a file");
    let cache = TemplatesCache::new(FOLDER.as_path());
    match cache.locked() {
        Ok(models) => {
            for (name, _) in models {
                let _ = cache.load(&name);
            }
        }
        Err(error) => assert!(error.to_string().contains("rolecall.lock"), "no word of which file: {error}"),
    }
    let _ = cache.load("org/name");
});
