//! `rolecall snapshot` and `rolecall diff`.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::rolecall;
use rolecall::cache::{Snapshot, TemplatesCache};
use tempfile::TempDir;

const TEMPLATE: &str = "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}";
const CONFIG: &str = r#"{"bos_token": "<s>"}"#;
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder of goldens with two conversations, and beside it a model.
struct Folder {
    root: TempDir,
}

impl Folder {
    fn new(manifest: &str) -> Self {
        let folder = Self { root: tempfile::tempdir().expect("a folder") };
        folder.write("model/chat_template.jinja", TEMPLATE);
        folder.write("model/tokenizer_config.json", CONFIG);
        folder.write("prompts/snapshots.json", manifest);
        folder.write("prompts/conversations/moo.json", r#"[{"role": "user", "content": "Moo? "}]"#);
        folder.write(
            "prompts/conversations/two.json",
            r#"{"messages": [{"role": "system", "content": "Hi"}, {"role": "user", "content": "<s>"}]}"#,
        );
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("writes");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("reads")
    }

    fn run(&self, arguments: &[&str]) -> common::Run {
        // No network that could be used by mistake.
        rolecall(arguments).current_dir(self.root.path()).env("HF_ENDPOINT", "http://127.0.0.1:9")
    }

    fn test(&self) -> common::Ended {
        self.run(&["snapshot", "test", "prompts"]).end()
    }

    fn update(&self) -> String {
        self.run(&["snapshot", "update", "prompts"]).ok()
    }
}

const ONE: &str = r#"{"models": ["../model"]}"#;

#[test]
fn what_is_accepted_is_tested() {
    let folder = Folder::new(ONE);
    let missing = folder.test();
    assert_eq!(missing.code, 1);
    assert!(missing.out.contains("missing   prompts/goldens/model/moo.prompt\n"), "{}", missing.out);
    assert!(missing.out.ends_with("goldens: 0 as they were, 0 drifted, 2 missing, 0 stale, 0 failed\n"));
    assert!(missing.err.contains("rolecall snapshot update prompts"), "{}", missing.err);

    let written = folder.update();
    assert!(written.contains("written   prompts/goldens/model/two.prompt\n"), "{written}");
    assert_eq!(folder.test().out, "goldens: 2 as they were, 0 drifted, 0 missing, 0 stale, 0 failed\n");
    assert_eq!(folder.test().code, 0);
    let golden = folder.read("prompts/goldens/model/moo.prompt");
    assert!(
        golden.starts_with("rolecall prompt 1\nmodel: ../model\nrevision: none\ntemplate: sha256 "),
        "{golden}"
    );
    assert!(golden.ends_with("--- prompt\n⟪<s>⟫[⟦0.role:user⟧] ⟦0:Moo?\\s⟧\n\n--- end\n"), "{golden}");
    assert_eq!(folder.update(), "goldens: 2 as they were, 0 changed, 0 failed\n");
}

#[test]
fn a_drift_is_shown_with_its_cause_until_it_is_accepted() {
    let folder = Folder::new(ONE);
    folder.update();
    folder.write("model/chat_template.jinja", &TEMPLATE.replace("] ", "]: "));
    let drift = folder.test();
    assert_eq!(drift.code, 1);
    for part in [
        "drift     prompts/goldens/model/moo.prompt\n  the template changed (",
        "\n  the file chat_template.jinja changed (",
        "\n  the prompt is another\n",
        "\n-⟪<s>⟫[⟦0.role:user⟧] ⟦0:Moo?\\s⟧\n+⟪<s>⟫[⟦0.role:user⟧]: ⟦0:Moo?\\s⟧\n",
        "0 as they were, 2 drifted",
    ] {
        assert!(drift.out.contains(part), "{part:?} is not in {}", drift.out);
    }
    let coloured = folder.run(&["snapshot", "test", "prompts", "--color", "always"]).end();
    assert!(coloured.out.contains("\x1b[31m-⟪<s>⟫"), "{}", coloured.out);
    assert!(folder.update().contains("rewritten prompts/goldens/model/moo.prompt\n"));
    assert_eq!(folder.test().code, 0);

    folder.write("model/tokenizer_config.json", r#"{"bos_token": "<s>", "a": 1}"#);
    let file = folder.test().out;
    assert!(file.contains("  the file tokenizer_config.json changed ("), "{file}");
    assert!(
        file.contains("\n  the prompt is the same\n") && !file.contains("the template changed"),
        "{file}"
    );

    folder.update();
    folder.write("prompts/conversations/moo.json", r#"[{"role": "user", "content": "Meow?"}]"#);
    let conversation = folder.test().out;
    assert!(conversation.contains("  the conversation changed (") && conversation.contains("1 drifted"));
}

#[test]
fn stale_and_broken_goldens_are_named() {
    let folder = Folder::new(ONE);
    folder.update();
    fs::remove_file(folder.path("prompts/conversations/two.json")).expect("removes");
    folder.write("prompts/goldens/gone/a.prompt", "x");
    folder.write("prompts/goldens/model/notes.txt", "not ours");
    fs::write(folder.path("prompts/goldens/model/moo.prompt"), b"hello\x1b[2J\xff\n").expect("writes");
    let ended = folder.test();
    assert_eq!(ended.code, 1);
    for part in [
        "stale     prompts/goldens/gone/a.prompt\n",
        "stale     prompts/goldens/model/two.prompt\n",
        "drift     prompts/goldens/model/moo.prompt\n  line 1 of the golden: it does not begin with",
        "\n-hello\\u001b[2J\u{fffd}\n",
        "1 drifted, 0 missing, 2 stale",
    ] {
        assert!(ended.out.contains(part), "{part:?} is not in {}", ended.out);
    }
    folder.update();
    assert!(!folder.path("prompts/goldens/gone/a.prompt").exists());
    assert_eq!(folder.read("prompts/goldens/model/notes.txt"), "not ours");
    assert_eq!(folder.test().code, 0);
}

#[test]
fn options_of_all_of_a_model_and_of_a_conversation() {
    let folder = Folder::new(
        r#"{
            "models": ["builtin:gemma", {"model": "builtin:chatml", "name": "open", "options": {"add_generation_prompt": false}}, "../model"],
            "options": {"add_generation_prompt": true},
            "now": "2026-07-04T12:34:56"
        }"#,
    );
    folder.write("model/chat_template.jinja", "{{ strftime_now('%Y') }}");
    folder.write(
        "prompts/conversations/open.json",
        r#"{"messages": [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}], "continue_final_message": true}"#,
    );
    // The error of a template is its result.
    folder.write(
        "prompts/conversations/refused.json",
        r#"[{"role": "user", "content": "A"}, {"role": "user", "content": "B"}]"#,
    );
    folder.update();
    let golden = |name: &str| folder.read(&format!("prompts/goldens/{name}.prompt"));
    assert!(golden("builtin-gemma/moo").contains("options: {\"add_generation_prompt\":true}\n"));
    assert!(golden("builtin-gemma/open").contains("options: {\"continue_final_message\":true}\n"));
    assert!(golden("builtin-gemma/refused").contains("\n--- error\nTemplateError: "));
    assert!(golden("open/moo").contains("options: {\"add_generation_prompt\":false}\n"));
    assert!(
        golden("model/moo").contains("clock: read, as given\n") && golden("model/moo").contains("\n2026\n")
    );
    assert_eq!(folder.test().code, 0);
}

#[test]
fn the_report_for_machines() {
    let folder = Folder::new(r#"{"models": ["../model", "builtin:chatml", "../gone"]}"#);
    folder.run(&["snapshot", "update", "prompts"]).fails(1, &[]);
    folder.write("model/chat_template.jinja", "<other>");
    let ended = folder.run(&["snapshot", "test", "prompts", "--junit", "report.xml"]).end();
    assert_eq!(ended.code, 1);
    assert_eq!(ended.out.matches("cannot read").count(), 1, "said once: {}", ended.out);
    let report = folder.read("report.xml");
    let mut reader = quick_xml::Reader::from_str(&report);
    while !matches!(reader.read_event().expect("well formed"), quick_xml::events::Event::Eof) {}
    for part in [
        "<testsuites name=\"rolecall snapshot\" tests=\"6\" failures=\"2\" errors=\"2\">",
        "<testsuite name=\"builtin-chatml\" tests=\"2\" failures=\"0\" errors=\"0\">",
        "<failure message=\"the template changed (",
        "+&lt;other&gt;",
        "<error message=\"",
    ] {
        assert!(report.contains(part), "{part:?} is not in {report}");
    }
    folder
        .run(&["snapshot", "test", "prompts", "--junit", "no/such/folder.xml"])
        .fails(1, &["cannot write no/such"]);
}

/// Pins the model under the name `org/name`.
fn pin(folder: &Folder) {
    let file = |name: &str| (name.to_owned(), folder.path("model").join(name));
    let names = ["chat_template.jinja", "tokenizer_config.json", "tokenizer.json"];
    let files = names.into_iter().filter(|name| folder.path("model").join(name).exists()).map(file).collect();
    let snapshot = Snapshot::new("org/name", "v1.0", COMMIT, files);
    TemplatesCache::new(folder.path("templates-cache")).store(&snapshot).expect("pins");
}

#[test]
fn pinned_models_need_no_network_and_a_changed_file_is_refused() {
    let pinned = r#"{"models": ["org/name", {"model": "org/name@v1.0", "name": "tag"}, {"model": "org/name@0123456", "name": "commit"}]}"#;
    let folder = Folder::new(pinned);
    folder.run(&["snapshot", "test", "prompts"]).end();
    let absent = folder.test();
    assert_eq!(absent.code, 1);
    assert!(
        absent.out.contains("org/name@v1.0 is not pinned in templates-cache")
            && absent.out.contains("rolecall fetch org/name@v1.0"),
        "{}",
        absent.out
    );

    pin(&folder);
    folder.update();
    assert_eq!(folder.test().code, 0);
    let golden = folder.read("prompts/goldens/tag/moo.prompt");
    assert!(golden.contains(&format!("model: org/name@v1.0\nrevision: {COMMIT}\n")), "{golden}");

    let file = "templates-cache/org/name/chat_template.jinja";
    folder.write(file, "changed");
    for action in ["test", "update"] {
        let refused = folder.run(&["snapshot", action, "prompts"]).end();
        assert_eq!(refused.code, 1);
        assert!(
            refused.out.contains("chat_template.jinja is not the file that was pinned"),
            "{}",
            refused.out
        );
        assert!(refused.out.contains("6 failed"), "{}", refused.out);
    }
    assert_eq!(folder.read("prompts/goldens/tag/moo.prompt"), golden, "nothing is accepted");

    fs::remove_file(folder.path(file)).expect("removes");
    assert!(folder.test().out.contains("is in the lock file but not in"));
    folder.write(file, TEMPLATE);
    assert_eq!(folder.test().code, 0);

    // That of the tokenizer is read for its special and control tokens only, and is no other than the pinned one either.
    let tokenizer = "templates-cache/org/name/tokenizer.json";
    folder.write(tokenizer, r#"{"added_tokens": [{"content": "[", "special": true}]}"#);
    assert!(folder.test().out.contains("tokenizer.json is in the folder but not in the lock file"));
    fs::remove_file(folder.path(tokenizer)).expect("removes");
    folder.write("model/tokenizer.json", r#"{"added_tokens": [{"content": "[", "special": true}]}"#);
    pin(&folder);
    let marks = folder.test().out;
    assert!(
        marks.contains("the file tokenizer.json changed (new: ") && marks.contains("+⟪<s>⟫⟪[⟫⟦0.role:user⟧]"),
        "{marks}"
    );
    folder.write(tokenizer, r#"{"added_tokens": []}"#);
    assert!(folder.test().out.contains("tokenizer.json is not the file that was pinned"));
    for arguments in [["diff", "org/name", "model"], ["diff", "model", "org/name@v1.0"]] {
        folder.run(&arguments).fails(1, &["tokenizer.json is not the file that was pinned"]);
    }
    folder.write("prompts/snapshots.json", r#"{"models": ["org/name@v2.0"]}"#);
    assert!(folder.test().out.contains("org/name@v2.0 is not pinned"));
}

#[test]
fn a_wrong_manifest_is_told() {
    let rows = [
        ("[]", "snapshots.json: "),
        (r#"{"models": []}"#, "\"models\" is empty"),
        (r#"{"models": ["builtin:chatml"], "mood": 1}"#, "unknown field `mood`"),
        (r#"{"models": [{"name": "x"}]}"#, "a model is a text, or an object"),
        (r#"{"models": ["builtin:chatml", "builtin-chatml"]}"#, "in the same folder"),
        (r#"{"models": [{"model": "builtin:chatml", "name": "../x"}]}"#, "can be no folder"),
        (r#"{"models": ["builtin:chatml"], "options": {"messages": []}}"#, "hold no \"messages\""),
        (r#"{"models": ["builtin:chatml"], "options": {"temperature": 1}}"#, "\"temperature\""),
        (r#"{"models": ["builtin:chatml"], "now": "noon"}"#, "\"now\" is \"noon\""),
        (
            r#"{"models": ["builtin:chatml"], "conversations": "../model/none"}"#,
            "cannot read the conversations",
        ),
        (r#"{"models": ["builtin:chatml"], "conversations": "../empty"}"#, "holds no conversations"),
    ];
    for (manifest, part) in rows {
        let folder = Folder::new(manifest);
        fs::create_dir(folder.path("empty")).expect("a folder");
        folder.run(&["snapshot", "test", "prompts"]).fails(1, &[part]);
    }
    let folder = Folder::new(ONE);
    folder
        .run(&["snapshot", "test", "nowhere"])
        .fails(1, &["cannot read nowhere/snapshots.json", "A manifest is like"]);
    folder.write("prompts/conversations/moo.json", r#"{"messages": 1, "x": 2}"#);
    folder.run(&["snapshot", "test", "prompts"]).fails(1, &["prompts/conversations/moo.json: ", "\"x\""]);
    let named = r#"{"models": [{"model": "builtin:chatml", "template_name": "rag"}]}"#;
    assert!(Folder::new(named).test().out.contains("has no template named \"rag\""));
}

#[test]
fn two_models_side_by_side() {
    let folder = Folder::new(ONE);
    folder.write("other/chat_template.jinja", &TEMPLATE.replace("{{ m.content }}", "{{ m.content|trim }}"));
    folder.write("other/tokenizer_config.json", CONFIG);
    let diff = |arguments: &[&str]| folder.run(&[&["diff", "model", "other"], arguments].concat());
    let moo = diff(&["prompts/conversations/moo.json"]).ok();
    for part in [
        "the template (",
        "the file chat_template.jinja (",
        "differs   moo\n@@ -1,2 +1,2 @@\n-⟪<s>⟫[⟦0.role:user⟧] ⟦0:Moo?\\s⟧\n+⟪<s>⟫[⟦0.role:user⟧] ⟦0:Moo?⟧\n",
        "conversations: 1 differ, 0 are the same, 0 failed\n",
    ] {
        assert!(moo.contains(part), "{part:?} is not in {moo}");
    }
    diff(&["prompts/conversations/moo.json", "--exit-code"]).fails(1, &[]);
    let both = diff(&["prompts/conversations"]).ok();
    assert!(both.contains("the same  two\nconversations: 1 differ, 1 are the same"), "{both}");
    let input = diff(&["-", "--exit-code"]).input(r#"[{"role": "user", "content": "Hi"}]"#).ok();
    assert!(input.contains("the same  -\n"), "{input}");
    let ours = diff(&[]).ok();
    assert!(ours.contains("differs   white-space\n") && ours.contains("conversations: "), "{ours}");
    let alike = folder.run(&["diff", "model", "model", "--exit-code"]).ok();
    assert!(alike.ends_with("conversations: 0 differ, 18 are the same, 0 failed\n"), "{alike}");
}

#[test]
fn two_revisions_of_a_repository() {
    use rolecall_testkit::{FakeHub, Repo};
    let folder = Folder::new(ONE);
    pin(&folder);
    let repo = Repo::new("org/name")
        .file("chat_template.jinja", "{{ messages[0].content }}!")
        .file("tokenizer_config.json", CONFIG);
    let hub = FakeHub::new().repo(repo).start().expect("loopback has a port");
    let run = folder
        .run(&["diff", "org/name@v1.0", "org/name@main", "prompts/conversations/moo.json"])
        .env("HF_ENDPOINT", hub.url())
        .env("HF_HOME", folder.path("home"));
    let out = run.ok();
    assert!(out.starts_with("the revision (0123456789ab… → ") && out.contains("+⟦0:Moo? ⟧!\n"), "{out}");
    assert!(!Path::new("home").exists());
    assert!(
        hub.requests().iter().all(|request| !request.path.contains("v1.0")),
        "what is pinned is not asked for"
    );
}

#[test]
fn the_guide_shows_the_example() {
    let read = |name: &str| fs::read_to_string(common::root().join(name)).expect("a document");
    let guide = read("docs/snapshots.md");
    let golden = read("examples/prompts/goldens/tiny-llama/typed-tokens.prompt");
    assert!(guide.contains(&golden), "the guide does not show {golden}");
    assert!(guide.contains(&read("examples/prompts/snapshots.json")));
}
