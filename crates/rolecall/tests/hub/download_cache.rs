//! The folder of downloaded files, which Python's `huggingface_hub` uses too.

use std::fs;
#[cfg(unix)]
use std::path::Path;

use rolecall::hub::{self, HubOptions};
use rolecall::{ErrorKind, ModelFiles};
use rolecall_testkit::{Repo, Response};
use serde_json::json;

use crate::{FakeHub, TEMPLATE, asked, environment, failure, folder, options, repo, start};

#[cfg(unix)]
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Puts files there as Python does: contents under their etags, links to them, the commit of a branch.
#[cfg(unix)]
fn as_python(cache: &Path, files: &[(&str, &str)]) {
    let root = cache.join("models--org--name");
    for (number, (name, content)) in files.iter().enumerate() {
        let etag = format!("{number:040}");
        fs::create_dir_all(root.join("blobs")).expect("creates");
        fs::write(root.join("blobs").join(&etag), content).expect("writes");
        let link = root.join("snapshots").join(COMMIT).join(name);
        let up = "../".repeat(name.matches('/').count() + 2);
        fs::create_dir_all(link.parent().expect("a parent")).expect("creates");
        std::os::unix::fs::symlink(format!("{up}blobs/{etag}"), link).expect("links");
    }
    fs::create_dir_all(root.join("refs/pr")).expect("creates");
    fs::write(root.join("refs/main"), COMMIT).expect("writes");
    fs::write(root.join("refs/pr/2"), COMMIT).expect("writes");
}

fn content<'a>(files: &'a ModelFiles, name: &str) -> Option<&'a str> {
    files.get(name).map(|content| std::str::from_utf8(content).expect("UTF-8"))
}

#[test]
fn what_is_here_is_not_fetched_again() {
    let (server, home) = (start(crate::hub()), folder());
    let options = options(&server, &home);
    hub::load("org/name", &options).expect("loads");
    let downloads = || asked(&server).iter().filter(|path| path.contains("/resolve/")).count();
    let before = downloads();
    hub::load("org/name", &options).expect("loads again");
    assert_eq!(downloads(), before);
    hub::download("org/name", &options).expect("downloads");
    assert!(asked(&server).iter().skip(before).all(|path| !path.ends_with("resolve/chat_template.jinja")));
    assert!(downloads() > before, "the tokenizer's file was missing");
}

#[cfg(unix)]
#[test]
fn the_layout_is_pythons() {
    let (server, home) = (start(crate::hub()), folder());
    hub::load("org/name", &options(&server, &home).revision("pr/2")).expect("loads");
    hub::load("org/name", &options(&server, &home)).expect("loads");
    let root = home.path().join("hub/models--org--name");
    let commit = fs::read_to_string(root.join("refs/main")).expect("the branch");
    assert_eq!(commit, repo().commit());
    assert_eq!(fs::read_to_string(root.join("refs/pr/2")).expect("the branch").len(), 40);
    let link = root.join("snapshots").join(&commit).join("additional_chat_templates/rag.jinja");
    let target = fs::read_link(&link).expect("a link");
    assert!(target.starts_with("../../../blobs"), "{}", target.display());
    assert_eq!(fs::read_to_string(link).expect("reads"), "rag");
    let left: Vec<_> = fs::read_dir(root.join("blobs"))
        .expect("reads")
        .map(|entry| entry.expect("reads").file_name().into_string().expect("UTF-8"))
        .collect();
    assert!(
        left.iter().all(|name| name.len() == 40),
        "contents under their etags and nothing else: {left:?}"
    );
}

#[cfg(unix)]
#[test]
fn what_python_fetched_is_used() {
    let (server, home) = (start(FakeHub::new()), folder());
    as_python(
        &home.path().join("hub"),
        &[
            ("chat_template.jinja", TEMPLATE),
            ("additional_chat_templates/rag.jinja", "rag"),
            ("model.safetensors", "0"),
        ],
    );
    let offline = environment(&server, home.path(), &[("TRANSFORMERS_OFFLINE", "true")]);
    let options = HubOptions::from_environment(offline);
    for revision in ["main", "pr/2", COMMIT] {
        let files = hub::load("org/name", &options.clone().revision(revision)).expect(revision);
        assert_eq!(files.revision(), Some(COMMIT));
        assert_eq!(
            files.names().collect::<Vec<_>>(),
            ["additional_chat_templates/rag.jinja", "chat_template.jinja"]
        );
        assert_eq!(content(&files, "chat_template.jinja"), Some(TEMPLATE));
    }
    assert!(server.requests().is_empty());
}

/// What was fetched for rendering does not stand in for a download, unless it is known to be all there is.
#[cfg(unix)]
#[test]
fn copies_for_a_download() {
    let (server, home) = (start(FakeHub::new()), folder());
    let offline = options(&server, &home).offline(true);
    let cache = home.path().join("hub");
    let root = cache.join("models--org--name");
    let refused = |why: &str| {
        let error = hub::download("org/name", &offline).expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Offline);
        assert!(error.to_string().contains("tokenizer"), "{error}");
    };
    as_python(&cache, &[("chat_template.jinja", TEMPLATE)]);
    refused("nobody knows whether there is a tokenizer");
    let tree = |files: &str| {
        fs::create_dir_all(root.join("trees")).expect("creates");
        let listing = format!(r#"{{"format_version": 1, "files": {files}}}"#);
        fs::write(root.join("trees").join(format!("{COMMIT}.json")), listing).expect("writes");
    };
    tree(r#"{"tokenizer.json": {}}"#);
    refused("there is one");
    tree(r#"{"chat_template.jinja": {}}"#);
    assert!(hub::download("org/name", &offline).expect("there is none").from_cache);
    fs::remove_dir_all(root.join("trees")).expect("removes");
    as_python(&cache, &[("tokenizer.json", "{}")]);
    let snapshot = hub::download("org/name", &offline).expect("it is here");
    assert_eq!((snapshot.commit.as_str(), snapshot.files.len()), (COMMIT, 2));

    // The same of what we fetched ourselves.
    let (server, home) = (start(crate::hub()), folder());
    let options = options(&server, &home);
    for revision in ["main", "v1"] {
        hub::load("org/name", &options.clone().revision(revision)).expect("loads");
        assert!(hub::download("org/name", &options.clone().revision(revision).offline(true)).is_err());
        hub::download("org/name", &options.clone().revision(revision)).expect("downloads");
        hub::download("org/name", &options.clone().revision(revision).offline(true))
            .expect("is all there is");
    }
}

#[test]
fn offline_asks_nobody() {
    let (server, home) = (start(crate::hub()), folder());
    let offline =
        HubOptions::from_environment(environment(&server, home.path(), &[("HF_HUB_OFFLINE", "yes")]));
    let error = failure("org/name", &offline);
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(error.to_string().contains("HF_HUB_OFFLINE"), "{error}");
    assert_eq!(failure("org/name", &offline.revision("v1")).kind(), ErrorKind::Offline);
    assert!(server.requests().is_empty());
}

#[test]
fn without_a_network_the_copy_serves() {
    let (server, home) = (start(crate::hub()), folder());
    let options = options(&server, &home);
    hub::download("org/name", &options).expect("downloads");
    drop(server);
    let files = hub::load("org/name", &options).expect("loads from the cache");
    assert_eq!(content(&files, "chat_template.jinja"), Some(TEMPLATE));
    assert!(hub::download("org/name", &options).expect("the same").from_cache);
    let error = failure("org/other", &options);
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

/// Being out of order is like being out of reach; a refusal is an answer.
#[test]
fn a_copy_stands_in_for_a_hub_that_fails_but_not_for_one_that_refuses() {
    let home = folder();
    hub::load("org/name", &options(&start(crate::hub()), &home)).expect("loads");
    for status in [429, 500, 503] {
        let server = start(crate::hub().once("api/", Response::new(status)));
        assert!(hub::load("org/name", &options(&server, &home)).is_ok(), "{status}");
        assert_eq!(server.requests().len(), 1, "there is no need to insist");
    }
    let gone = start(FakeHub::new());
    assert_eq!(failure("org/name", &options(&gone, &home)).kind(), ErrorKind::RepositoryNotFound);
    let gated = start(FakeHub::new().repo(repo().file("config.json", "{}").gated()));
    assert_eq!(failure("org/name", &options(&gated, &home)).kind(), ErrorKind::Gated);
    let portal = start(crate::hub().once("api/", Response::new(200).text("<html>Please log in</html>")));
    assert_eq!(failure("org/name", &options(&portal, &home)).kind(), ErrorKind::Hub);
}

/// Large files are filed under the SHA-256 of their content, as they are in Python.
#[test]
fn large_files() {
    let listing = json!([{
        "type": "file",
        "oid": "00000000000000000000000000000000000000aa",
        "size": 1,
        "path": "chat_template.jinja",
        "lfs": {"oid": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "size": 1, "pointerSize": 127},
    }]);
    let server = start(
        FakeHub::new()
            .repo(Repo::new("org/name").file("chat_template.jinja", "x"))
            .once("/tree/", Response::new(200).json(&listing)),
    );
    let home = folder();
    hub::load("org/name", &options(&server, &home)).expect("loads");
    let blobs = home.path().join("hub/models--org--name/blobs");
    let named = blobs.join("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
    assert_eq!(fs::read_to_string(named).expect("under its SHA-256"), "x");
}

#[test]
fn a_cache_that_cannot_be_written() {
    let (server, home) = (start(crate::hub()), folder());
    let options = options(&server, &home);
    hub::load("org/name", &options).expect("loads");
    let refs = home.path().join("hub/models--org--name/refs");
    fs::remove_dir_all(&refs).expect("removes");
    fs::write(&refs, "a file where a folder should be").expect("writes");
    assert!(hub::load("org/name", &options).is_ok(), "all of it is here");
    assert_eq!(failure("org/name", &options.clone().revision("v1")).kind(), ErrorKind::File);

    let file = home.path().join("file");
    fs::write(&file, "").expect("writes");
    let error = failure("org/name", &options.cache_dir(file));
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("HF_HUB_CACHE"), "{error}");
}
