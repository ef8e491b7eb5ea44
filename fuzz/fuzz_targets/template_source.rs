//! Any text as a template: it compiles or not, renders or not, and does so within its budgets, twice alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::{ChatTemplate, Options, Prompt};
use rolecall_fuzz::{OUTPUT_BYTES, messages, options};

fuzz_target!(|source: &str| {
    let tokens = [("bos_token", "<s>"), ("eos_token", "</s>")];
    let Ok(template) = ChatTemplate::new(source, tokens) else { return };
    let render = |options: &Options| {
        template
            .apply_chat_template(&messages(), options)
            .map(Prompt::into_text)
            .map_err(|error| error.to_string())
    };
    let plain = render(&options());
    assert_eq!(plain, render(&options()), "the same render gave two results");
    assert!(plain.as_ref().map_or(0, String::len) <= OUTPUT_BYTES, "more output than allowed");
    // Looking for image slots changes nothing of the text.
    if let (Ok(plain), Ok(with_slots)) = (&plain, render(&options().image_token("<image>"))) {
        assert_eq!(*plain, with_slots, "the text depends on whether slots are looked for");
    }
});
