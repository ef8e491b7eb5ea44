//! Any bytes as two of a model's files: what is before a line `-----` is its `chat_template.json`, the rest its
//! `processor_config.json`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::{ImageSize, Loader, Model, ModelFiles};
use rolecall_fuzz::{messages, options};

fuzz_target!(|input: &[u8]| {
    const LINE: &[u8] = b"\n-----\n";
    let at = input.windows(LINE.len()).position(|window| window == LINE);
    let (template, config) = at.map_or((input, &b"{}"[..]), |at| (&input[..at], &input[at + LINE.len()..]));
    let mut files = ModelFiles::new("fuzzed");
    files.insert("chat_template.json", template);
    files.insert("processor_config.json", config);
    files.insert("preprocessor_config.json", config);
    let Ok(model) = Model::from_files(files) else { return };
    for options in [options(), options().expand_images([ImageSize { width: 640, height: 480 }])] {
        let _ = model.apply_chat_template(&messages(), &options.loader(Loader::Processor));
    }
});
