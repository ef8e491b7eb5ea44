//! Servers that lie.

use std::fs;

use rolecall::ErrorKind;
use rolecall::hub;
use rolecall_testkit::{Repo, Response};
use serde_json::{Value, json};

use crate::{FakeHub, TEMPLATE, failure, folder, options, start};

/// A hub with one file, whose answers to the question for it and for its content are these.
fn with_content(content: Response) -> FakeHub {
    FakeHub::new()
        .repo(Repo::new("org/name").file("chat_template.jinja", TEMPLATE))
        .once("resolve/", Response::new(200).body(TEMPLATE))
        .once("resolve/", content)
}

fn listing(entries: &Value) -> FakeHub {
    crate::hub().once("/tree/", Response::new(200).json(entries))
}

#[test]
fn contents_that_are_cut_or_longer_than_announced() {
    let cut = || Response::new(200).body(TEMPLATE).cut_after(5);
    let short = Response::new(200).body("{{");
    let long = Response::new(200).body(format!("{TEMPLATE}more"));
    for lie in [cut(), short, long] {
        let home = folder();
        let error = failure("org/name", &options(&start(with_content(lie)), &home));
        assert_eq!(error.kind(), ErrorKind::Hub);
        assert!(
            error.to_string().contains("chat_template.jinja of org/name did not arrive whole"),
            "{error}"
        );
        let blobs = home.path().join("hub/models--org--name/blobs");
        assert_eq!(fs::read_dir(blobs).map_or(0, Iterator::count), 0, "nothing half is left behind");
    }
    // What was cut once comes whole the next time.
    let server = start(with_content(cut()));
    let (home, again) = (folder(), "comes whole");
    assert!(hub::load("org/name", &options(&server, &home)).is_err());
    let files = hub::load("org/name", &options(&server, &home)).expect(again);
    assert_eq!(files.get("chat_template.jinja"), Some(TEMPLATE.as_bytes()));
}

#[test]
fn contents_without_end() {
    let large = json!([{"type": "file", "oid": "0123456789", "size": 1_u64 << 40, "path": "config.json"}]);
    let error = failure("org/name", &options(&start(listing(&large)), &folder()));
    assert!(error.kind() == ErrorKind::Hub && error.message().contains("config.json"), "{error}");
    let many: Vec<Value> = (0..1000)
        .map(|number| {
            let path = format!("additional_chat_templates/{number}.jinja");
            json!({"type": "file", "oid": "0123456789", "size": 1, "path": path})
        })
        .collect();
    let error = failure("org/name", &options(&start(listing(&many.into())), &folder()));
    assert!(error.message().contains("more than 256"), "{error}");
}

/// Names and ids that would lead out of the cache are not followed.
#[test]
fn names_that_lead_elsewhere() {
    let evil = json!([
        {"type": "file", "oid": "../../../../evil", "size": TEMPLATE.len(), "path": "chat_template.jinja"},
        {"type": "file", "oid": "0123456789", "size": 1, "path": "../../evil.jinja"},
        {"type": "file", "oid": "0123456789", "size": 1, "path": "additional_chat_templates/../../evil.jinja"},
    ]);
    let home = folder();
    let files = hub::load("org/name", &options(&start(listing(&evil)), &home)).expect("loads");
    assert_eq!(files.names().collect::<Vec<_>>(), ["chat_template.jinja"]);
    assert!(!home.path().join("evil").exists());
    for sha in [json!("../../x"), json!(null), json!("0123")] {
        let info = json!({"id": "org/name", "sha": sha});
        let server = start(crate::hub().once("api/models", Response::new(200).json(&info)));
        assert_eq!(failure("org/name", &options(&server, &folder())).kind(), ErrorKind::Hub, "{sha}");
    }
}

#[test]
fn words_that_would_drive_a_terminal() {
    let said = format!("a\u{1b}[2Jb\u{202e} {}", "long ".repeat(1000));
    let server = start(FakeHub::new().once("api/models", Response::new(400).json(&json!({"error": said}))));
    let error = failure("org/name", &options(&server, &folder())).to_string();
    assert!(error.contains(r"a\u{1b}[2Jb\u{202e} long"), "{error}");
    assert!(error.chars().count() < 600 && !error.contains(char::is_control), "{error}");
}
