//! `assert_prompt_snapshot!`, as people who test their prompts use it.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::{env, fs};

use proptest::prelude::*;
use rolecall::snapshot::{Golden, insta};
use rolecall::{Message, Model, Options, assert_prompt_snapshot};
use serde_json::json;

fn moo() -> [Message; 2] {
    [Message::system("Answer in one word. "), Message::user("Which animal says moo?\nAnd <|eot_id|>?")]
}

#[test]
fn a_prompt_is_as_it_was() {
    let model = Model::builtin("llama-3").expect("built in");
    let options = Options::new().add_generation_prompt(true);
    assert_prompt_snapshot!(model, moo(), options);
    // By reference, from behind a pointer, and with a name.
    assert_prompt_snapshot!("named", &Arc::new(model), json!([{"role": "user", "content": "Hi"}]), &options);
}

#[test]
fn a_refusal_is_as_it_was() {
    let model = Model::builtin("gemma").expect("built in");
    assert_prompt_snapshot!("refused", model, [Message::user("Hi"), Message::user("Ho")], Options::new());
}

proptest! {
    /// Whatever is said, a golden has the exact prompt, also after it was a file.
    #[test]
    fn a_golden_has_the_exact_prompt(
        said in prop::collection::vec("(?:\\PC|[ \t\r\n\\\\⟦⟧⟪⟫]|<\\|im_end\\|>|\u{2028}){0,10}", 1..5),
        is_open in any::<bool>(),
    ) {
        let role = |at: usize| ["user", "assistant"][at % 2];
        let message = |(at, text): (usize, &String)| json!({"role": role(at), "content": text});
        let messages: Vec<_> = said.iter().enumerate().map(message).collect();
        let options = Options::new().add_generation_prompt(is_open);
        for name in Model::builtin_names() {
            let model = Model::builtin(name).expect("built in");
            let golden = Golden::record(&model, &messages, &options).expect("a golden");
            let prompt = model.apply_chat_template(&messages, &options).ok();
            prop_assert_eq!(golden.prompt(), prompt.map(rolecall::Prompt::into_text));
            prop_assert_eq!(golden.to_string().parse::<Golden>().expect("a golden"), golden);
        }
    }
}

#[test]
fn an_image_is_kept_with_its_data() {
    let model = Model::builtin("idefics2").expect("built in");
    let image =
        rolecall::Image::from_bytes(include_bytes!("../../../examples/llama.jpg").to_vec(), "llama.jpg");
    let options = Options::new().image(image.expect("an image"));
    let messages =
        json!([{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}]);
    let golden = Golden::record(&model, &messages, &options).expect("a golden");
    let prompt = model.apply_chat_template(&messages, &options).expect("a prompt");
    assert_eq!(golden.prompt().as_deref(), Some(prompt.text()));
    assert!(
        golden.body_text().contains("⟦image 0:![](data:image/jpeg;base64,")
            && golden.to_string().contains("\"images\":[\"")
    );
}

#[test]
fn drift_fails_and_another_version_alone_does_not() {
    // Who accepts whatever comes sees no drift.
    if ["INSTA_UPDATE", "INSTA_FORCE_PASS", "INSTA_FORCE_UPDATE"]
        .into_iter()
        .any(|name| env::var_os(name).is_some())
    {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.path());
    settings.set_prepend_module_to_snapshot(false);
    let _bound = settings.bind_to_scope();
    let model = Model::builtin("chatml").expect("built in");
    let passes = |options: &Options| {
        catch_unwind(AssertUnwindSafe(|| assert_prompt_snapshot!("moo", model, moo(), options))).is_ok()
    };
    let options = Options::new();
    assert!(!passes(&options), "nothing has been accepted");

    let golden = Golden::record(&model, &moo(), &options).expect("a golden").to_string();
    let version = format!("rolecall: {}\n", env!("CARGO_PKG_VERSION"));
    assert!(golden.contains(&version));
    for accepted in [golden.clone(), golden.replace(&version, "rolecall: 0.0.1\n")] {
        fs::write(folder.path().join("moo.snap"), format!("---\nsource: t.rs\n---\n{accepted}"))
            .expect("writes");
        assert!(passes(&options));
        assert!(!passes(&Options::new().add_generation_prompt(true)));
    }
    let other = golden.replace("moo?", "meow?");
    fs::write(folder.path().join("moo.snap"), format!("---\nsource: t.rs\n---\n{other}")).expect("writes");
    assert!(!passes(&options));
}
