//! `rolecall render` and `rolecall inspect`, as a person runs them.

mod common;

use std::fs;

use common::{rolecall, root};
use serde_json::{Value, json};

const HI: &str = r#"[{"role": "user", "content": "Hi"}]"#;

#[test]
fn the_first_command_of_the_readme() {
    let out = rolecall(["render", "--model", "builtin:llama-3", "examples/llama-cookbook.json"]).ok();
    assert_eq!(
        out,
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou write prompts for an image generator, \
         vividly and in one sentence.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nA llama that cooks from a \
         book. Answer with the prompt alone.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    );
}

#[test]
fn built_in_formats() {
    let chat = r#"[{"role": "system", "content": "S"}, {"role": "user", "content": " U "},
        {"role": "assistant", "content": "A"}, {"role": "user", "content": "V"}]"#;
    let rows = [
        (
            "chatml",
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n U <|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n\
             <|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "gemma",
            "<bos><start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n\
             <start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n",
        ),
        ("mistral", "<s>[INST] S\n\n U  [/INST] A</s>[INST] V [/INST]"),
        (
            "idefics2",
            "System: S<end_of_utterance>\nUser:  U <end_of_utterance>\nAssistant: A<end_of_utterance>\n\
             User: V<end_of_utterance>\nAssistant:",
        ),
    ];
    for (name, expected) in rows {
        let run = rolecall(["render", "--model", &format!("builtin:{name}"), "--add-generation-prompt"]);
        assert_eq!(run.input(chat).ok(), expected, "{name}");
    }
}

#[test]
fn the_generation_prompt_comes_only_when_asked_for() {
    let run = || rolecall(["render", "--model", "builtin:chatml"]);
    assert!(!run().input(HI).ok().contains("assistant"));
    let asked = format!(r#"{{"messages": {HI}, "add_generation_prompt": true}}"#);
    assert!(run().input(&asked).ok().ends_with("<|im_start|>assistant\n"));
}

#[test]
fn the_final_message_is_continued() {
    let chat = r#"[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Sure, "}]"#;
    let out = rolecall(["render", "--model", "builtin:chatml", "--continue-final-message"]).input(chat).ok();
    assert!(out.ends_with("<|im_start|>assistant\nSure, "), "{out}");
}

#[test]
fn variables_and_the_clock_reach_the_template() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = folder.path().join("t.jinja");
    fs::write(&template, "{{ bos_token }}{{ strftime_now('%d %b %Y') }} {{ n + 1 }} {{ s }}")
        .expect("writes");
    let tokens = folder.path().join("tokens.json");
    fs::write(&tokens, r#"{"bos_token": "<s>"}"#).expect("writes");
    let arguments = [
        "render".as_ref(),
        "--template".as_ref(),
        template.as_os_str(),
        "--special-tokens".as_ref(),
        tokens.as_os_str(),
        "--now".as_ref(),
        "2026-07-04T12:34:56".as_ref(),
        "--var".as_ref(),
        "n=41".as_ref(),
        "--var".as_ref(),
        "s=a b".as_ref(),
    ];
    assert_eq!(rolecall(arguments).input(HI).ok(), "<s>04 Jul 2026 42 a b");
}

#[test]
fn a_variable_is_exact_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = folder.path().join("t.jinja");
    fs::write(&template, "{{ n }} {{ n is string }}").expect("writes");
    let run = |value: &str| {
        let arguments = ["render".as_ref(), "--template".as_ref(), template.as_os_str(), "--var".as_ref()];
        rolecall(arguments.into_iter().chain([format!("n={value}").as_ref()])).input(HI)
    };
    for (value, expected) in [
        ("18446744073709551615", "18446744073709551615 False"),
        ("1e16", "1e+16 False"),
        (r#"{"a": 1, "a": -0}"#, "{'a': 0} False"),
        ("[1,", "[1, True"),
        ("", " True"),
    ] {
        assert_eq!(run(value).ok(), expected);
    }
    run("[123456789012345678901]").fails(2, &["--var", "cannot be kept exactly"]);
    run("1e999").fails(2, &["--var", "cannot be kept exactly"]);
    let twice = [
        "render".as_ref(),
        "--template".as_ref(),
        template.as_os_str(),
        "--var=n=1".as_ref(),
        "--var=n=2".as_ref(),
    ];
    rolecall(twice).input(HI).fails(2, &["--var gives n more than once"]);
}

#[test]
fn an_image_token_alone_does_nothing_and_is_refused() {
    let run = |more: &[&str]| {
        let arguments = ["render", "--model", "builtin:chatml", "--image-token", "Hi"];
        rolecall(arguments.iter().chain(more)).input(HI)
    };
    run(&[]).fails(2, &["--image-token", "--image "]);
    assert!(
        run(&["--json"]).ok().contains("\"empty_image_slots\": 0"),
        "what a user typed is no place for one"
    );
}

#[test]
fn images_go_where_the_template_put_them() {
    let image = "examples/llama.jpg";
    let run = || rolecall(["render", "--model", "builtin:idefics2", "--image", image]);
    let out = run().current_dir(&root()).end();
    assert_eq!(out.code, 1, "no input: {out:?}");

    let typed = r#"{"messages": [{"role": "user", "content": [
        {"type": "text", "text": "Not <image>, not ![](http://x/y.png), but "},
        {"type": "image"}, {"type": "text", "text": " and <ima"}, {"type": "text", "text": "ge>."}]}]}"#;
    let out = run().input(typed).ok();
    let (before, rest) = out.split_once("![](data:image/jpeg;base64,").expect("the image");
    let (data, after) = rest.split_once(')').expect("its end");
    assert_eq!(before, "User: Not <image>, not ![](http://x/y.png), but ");
    assert_eq!(after, " and <image>.<end_of_utterance>\n");
    assert!(
        data.starts_with("/9j/") && data.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    );

    let out = rolecall(["render", "--model", "builtin:idefics2", "examples/limerick.json"]).ok();
    assert!(out.starts_with("User:<image>Compose"), "without an image the placeholder stays: {out}");
}

#[test]
fn images_and_slots_have_to_match() {
    let arguments = ["render", "--model", "builtin:idefics2", "--image", "examples/llama.jpg"];
    let two =
        rolecall(arguments.into_iter().chain(["--image", "examples/llama.jpg", "examples/limerick.json"]));
    two.fails(1, &["2 images were given", "1 image slot"]);
    let typed = r#"[{"role": "user", "content": "look: <image>"}]"#;
    rolecall(arguments).input(typed).fails(1, &["1 image was given", "0 image slots"]);
    let none = rolecall(["render", "--model", "builtin:chatml", "--image", "examples/llama.jpg"]);
    none.input(HI).fails(1, &["image"]);
    let wrong =
        rolecall(["render", "--model", "builtin:idefics2", "--image", "README.md", "examples/limerick.json"]);
    wrong.fails(1, &["README.md is not a JPEG, PNG, WebP, GIF or TIFF image"]);
    let missing =
        rolecall(["render", "--model", "builtin:idefics2", "--image", "no.jpg", "examples/limerick.json"]);
    missing.fails(1, &["no.jpg", "Check the path"]);
}

#[test]
fn every_failure_says_what_to_do() {
    let model = |name: &'static str| rolecall(["render", "--model", name]).input(HI);
    rolecall(["render", "--model", "builtin:chatml", "no.json"]).fails(1, &["no.json", "Check the path"]);
    rolecall(["render", "--model", "builtin:chatml", "examples"]).fails(1, &["examples", "folder"]);
    rolecall(["render", "--model", "builtin:chatml"])
        .input("[{\"role\": \"user\",\n  \"content\": }]")
        .fails(1, &["standard input", "line 2, column 14"]);
    rolecall(["render", "--model", "builtin:chatml"])
        .input("[12345678901234567890123]")
        .fails(1, &["12345678901234567890123", "exactly"]);
    model("builtin:nope").fails(1, &["\"nope\"", "llama-3"]);
    model("llama-3").fails(1, &["builtin:llama-3"]);
    model("./nowhere").fails(1, &["./nowhere", "Check the path"]);
    rolecall(["render"]).input(HI).fails(2, &["--model", "builtin:llama-3"]);
    rolecall(["render", "--model", "builtin:llama-3"])
        .input(r#"[{"content": "no role"}]"#)
        .fails(1, &["Message 1 has no \"role\""]);
    rolecall(["render", "--model", "builtin:gemma"])
        .input(r#"[{"role": "assistant", "content": "first"}]"#)
        .fails(1, &["user and assistant have to take turns"]);
    rolecall(["render", "--model", "builtin:chatml"]).input("[]").fails(1, &["Provide at least one message"]);
    rolecall(["render", "--model", "builtin:chatml"]).input("[\"hi\"]").fails(1, &["has to be an object"]);
    rolecall(["render", "--model", "builtin:chatml", "--template-name", "rag"])
        .input(HI)
        .fails(1, &["\"rag\"", "default"]);

    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("chat_template.jinja"), "line one\n{% if %}").expect("writes");
    rolecall(["render".as_ref(), "--model".as_ref(), folder.path().as_os_str()])
        .input(HI)
        .fails(1, &["TemplateSyntaxError", "line 2", "{% if %}"]);
}

#[test]
fn a_folder_without_a_model_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    rolecall(["inspect".as_ref(), folder.path().as_os_str()]).fails(1, &["holds no model files"]);
    fs::write(folder.path().join("tokenizer_config.json"), "{\"bos_token\": \"<s>\",\n}").expect("writes");
    rolecall(["inspect".as_ref(), folder.path().as_os_str()]).fails(1, &["tokenizer_config.json", "line 2"]);
    fs::write(folder.path().join("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}").expect("writes");
    rolecall(["render".as_ref(), "--model".as_ref(), folder.path().as_os_str()])
        .input(HI)
        .fails(1, &["tokenizer.chat_template is not set"]);
}

#[test]
fn json_for_programs() {
    let out = rolecall([
        "render",
        "--json",
        "--model",
        "builtin:idefics2",
        "--image",
        "examples/llama.jpg",
        "examples/limerick.json",
    ])
    .ok();
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let prompt = document["prompt"].as_str().expect("a prompt");
    let media = &document["media"][0];
    let at = |key: &str| usize::try_from(media[key].as_u64().expect("a number")).expect("fits");
    assert!(prompt[at("start")..at("end")].starts_with("![](data:image/jpeg;base64,"));
    assert_eq!(media["type"], "image/jpeg");

    let out = rolecall(["inspect", "--json", "builtin:llama-3"]).ok();
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        document["special_tokens"],
        json!({"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"})
    );
    assert_eq!(
        document["templates"][0]["variables"],
        json!(["add_generation_prompt", "bos_token", "messages"])
    );
}

#[cfg(feature = "cross-check")]
#[test]
fn a_second_engine_is_asked() {
    let run = |more: &[&str]| {
        let arguments = ["render", "--model", "builtin:llama-3", "--cross-check"];
        rolecall(arguments.into_iter().chain(more.iter().copied())).input(HI).end()
    };
    let prompt = rolecall(["render", "--model", "builtin:llama-3"]).input(HI).ok();
    for (more, err) in [(&[][..], ""), (&["--verbose"], "cross-check: minijinja gives the same.\n")] {
        let ended = run(more);
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, prompt.as_str(), err));
    }
    let document: Value = serde_json::from_str(&run(&["--json"]).out).expect("JSON");
    assert_eq!(document["cross_check"], json!({"result": "same"}));
    // What comes after the template, the cut and the images, is no business of the second engine.
    let chat = r#"[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Sure,"}]"#;
    let more = ["--continue-final-message", "--verbose"];
    let run = rolecall(["render", "--model", "builtin:llama-3", "--cross-check"].into_iter().chain(more));
    let ended = run.input(chat).end();
    assert!(ended.out.ends_with("Sure,") && ended.err.contains("the same"), "{ended:?}");
    let image = ["--image", "examples/llama.jpg", "examples/limerick.json", "--verbose"];
    let ended =
        rolecall(["render", "--model", "builtin:idefics2", "--cross-check"].into_iter().chain(image)).end();
    assert!(ended.out.contains("![](data:") && ended.err.contains("the same"), "{ended:?}");
    rolecall(["render", "--model", "builtin:llama-3", "--verbose"]).fails(2, &["--cross-check"]);
}

#[cfg(feature = "cross-check")]
#[test]
fn a_difference_of_the_second_engine_is_shown_harmlessly() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = folder.path().join("t.jinja");
    let run = |source: &str| {
        fs::write(&template, source).expect("writes");
        let arguments = ["render".as_ref(), "--cross-check".as_ref(), "--template".as_ref()];
        rolecall(arguments.into_iter().chain([template.as_os_str()]))
            .input(r#"[{"role": "user", "content": "Hi\u001b[2J"}]"#)
    };
    // minijinja is known to drop this blank.
    let different = "{{ messages[0].content }}\n{%- raw %} {% endraw -%}\nx";
    assert_eq!(run(different).end().out, "");
    assert!(!run(different).end().err.contains('\u{1b}'));
    let shown =
        [r"rolecall:  Hi\u{1b}[2J⟦ x⟧", r"minijinja: Hi\u{1b}[2J⟦x⟧", "line 1, column 7", "report it"];
    run(different).fails(1, &shown);

    let ended = run("{% block a %}{{ messages[0].role }}{% endblock %}").end();
    assert_eq!((ended.code, ended.out.as_str()), (0, "user"));
    assert!(ended.err.starts_with("cross-check: minijinja has no opinion: blocks"), "{ended:?}");

    run("{{ messages[0].role + 1 }}").fails(1, &["error: TypeError: can only concatenate str"]);
}

#[test]
fn inspect_shows_hostile_files_harmlessly() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("tokenizer_config.json"),
        r#"{"bos_token": "\u001b[2J", "chat_template": "{% x %}"}"#,
    )
    .expect("writes");
    let out = rolecall(["inspect".as_ref(), folder.path().as_os_str()]).ok();
    assert!(!out.contains('\u{1b}'), "{out}");
    assert!(out.contains("does not compile: TemplateSyntaxError"), "{out}");
}

#[test]
fn help_has_an_example_for_each_command() {
    for command in ["render", "tokens", "send", "fetch", "inspect"] {
        let out = rolecall([command, "--help"]).ok();
        assert!(out.contains("Example") && out.contains(&format!("rolecall {command}")), "{command}: {out}");
    }
    rolecall(["rendre"]).fails(2, &["rendre"]);
}
