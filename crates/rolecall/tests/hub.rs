//! Models from the Hub, against a fake one.

#![cfg(feature = "hub")]
#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rolecall::cache::TemplatesCache;
use rolecall::hub::{self, HubOptions};
use rolecall::{Environment, Error, ErrorKind, Model, Options, Token};
use rolecall_testkit::{FakeHub, Part, Repo, Response, Server};
use serde_json::json;
use tempfile::TempDir;

const TEMPLATE: &str = "{{ bos_token }}{{ messages[0].content }}";

fn repo() -> Repo {
    Repo::new("org/name")
        .file("tokenizer_config.json", r#"{"bos_token": "<s>"}"#)
        .file("chat_template.jinja", TEMPLATE)
        .file("additional_chat_templates/rag.jinja", "rag")
        .file("additional_chat_templates/deep/er.jinja", "not looked for")
        .file("tokenizer.json", "{}")
        .file("model.safetensors", vec![0; 100_000])
        .revision("v1", [("chat_template.jinja", "one")])
        .revision("pr/2", [("chat_template.jinja", "two")])
}

fn start(repo: Repo) -> Server {
    FakeHub::new().repo(repo).start().expect("loopback has a port")
}

/// An environment with a cache of its own and nothing of this computer's.
fn environment(server: &Server, cache: &Path, more: &[(&str, &str)]) -> Environment {
    let mut variables: HashMap<String, String> =
        more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    variables.insert("HF_ENDPOINT".to_owned(), server.url());
    variables.insert("HF_HOME".to_owned(), cache.display().to_string());
    Environment::from_lookup(move |name| variables.get(name).cloned())
}

fn options(server: &Server, cache: &TempDir) -> HubOptions {
    HubOptions::from_environment(environment(server, cache.path(), &[]))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn failure(repo: &str, options: &HubOptions) -> Error {
    hub::load(repo, options).expect_err("fails")
}

#[test]
fn a_model_is_loaded_and_rendered() {
    let (server, cache) = (start(repo()), folder());
    let files = hub::load("org/name", &options(&server, &cache)).expect("loads");
    assert_eq!(files.revision(), Some(repo().commit().as_str()));
    let names: Vec<&str> = files.names().collect();
    assert_eq!(
        names,
        ["additional_chat_templates/rag.jinja", "chat_template.jinja", "tokenizer_config.json"]
    );
    let model = Model::from_files(files).expect("a model");
    let messages = json!([{"role": "user", "content": "Hi"}]);
    let prompt = model.apply_chat_template(&messages, &Options::new()).expect("renders");
    assert_eq!(prompt.text(), "<s>Hi");
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert!(
        !asked.iter().any(|path| path.contains("safetensors") || path.contains("tokenizer.json")),
        "{asked:?}"
    );
}

#[test]
fn what_is_in_the_cache_is_not_fetched_again() {
    let (server, cache) = (start(repo()), folder());
    let options = options(&server, &cache);
    hub::load("org/name", &options).expect("loads");
    let downloads = |server: &Server| {
        server.requests().iter().filter(|request| request.path.contains("/resolve/")).count()
    };
    let before = downloads(&server);
    hub::load("org/name", &options).expect("loads again");
    assert_eq!(downloads(&server), before);
}

#[test]
fn the_cache_has_pythons_layout() {
    let (server, cache) = (start(repo()), folder());
    hub::load("org/name", &options(&server, &cache)).expect("loads");
    let root = cache.path().join("hub/models--org--name");
    let commit = fs::read_to_string(root.join("refs/main")).expect("the branch");
    assert_eq!(commit, repo().commit());
    let link = root.join("snapshots").join(&commit).join("additional_chat_templates/rag.jinja");
    let target = fs::read_link(&link).expect("a link");
    assert!(target.starts_with("../../../blobs"), "{}", target.display());
    assert_eq!(fs::read_to_string(link).expect("reads"), "rag");

    // What Python would have put there is found without a network.
    let snapshot = root.join("snapshots").join(&commit).join("chat_template.jinja");
    fs::remove_file(&snapshot).expect("removes");
    fs::write(&snapshot, "from elsewhere").expect("writes");
    let offline = environment(&server, cache.path(), &[("HF_HUB_OFFLINE", "1")]);
    let files = hub::load("org/name", &HubOptions::from_environment(offline)).expect("loads");
    assert_eq!(files.get("chat_template.jinja"), Some(&b"from elsewhere"[..]));
}

#[test]
fn revisions() {
    let (server, cache) = (start(repo()), folder());
    for (revision, expected) in [("v1", "one"), ("pr/2", "two")] {
        let files = hub::load("org/name", &options(&server, &cache).revision(revision)).expect(revision);
        assert_eq!(files.get("chat_template.jinja"), Some(expected.as_bytes()));
        let commit = files.revision().expect("a commit").to_owned();
        let again = hub::load("org/name", &options(&server, &cache).revision(&commit)).expect("by commit");
        assert_eq!(again.get("chat_template.jinja"), Some(expected.as_bytes()));
    }
    let error = failure("org/name", &options(&server, &cache).revision("v9"));
    assert_eq!(error.kind(), ErrorKind::RevisionNotFound);
    assert!(error.to_string().contains("\"v9\""), "{error}");
}

#[test]
fn failures_are_told_apart() {
    let cache = folder();
    let gated = start(repo().gated_for("hf_yes"));
    let with = |token: &str| options(&gated, &cache).token(Token::new(token));
    for options in [options(&gated, &cache), with("hf_no")] {
        let error = failure("org/name", &options);
        assert_eq!(error.kind(), ErrorKind::Gated);
        assert!(
            error.to_string().contains("Ask for access") && !error.to_string().contains("hf_no"),
            "{error}"
        );
    }
    assert!(hub::load("org/name", &with("hf_yes")).is_ok());

    let missing = failure("org/nope", &options(&gated, &cache));
    assert_eq!(missing.kind(), ErrorKind::RepositoryNotFound);
    let private = start(repo().private("hf_mine"));
    assert_eq!(failure("org/name", &options(&private, &folder())).kind(), ErrorKind::RepositoryNotFound);
    assert!(hub::load("org/name", &options(&private, &folder()).token(Token::new("hf_mine"))).is_ok());

    let refusing = FakeHub::new().repo(repo()).refuse_token("hf_old").start().expect("a port");
    let error = failure("org/name", &options(&refusing, &folder()).token(Token::new("hf_old")));
    assert_eq!(error.kind(), ErrorKind::Unauthorised);
    assert!(!format!("{error} {error:?}").contains("hf_old"), "{error:?}");

    for bad in ["../etc", "a/b/c", "a--b/c", ""] {
        assert_eq!(failure(bad, &options(&gated, &cache)).kind(), ErrorKind::RepositoryNotFound, "{bad}");
    }
}

#[test]
fn a_token_is_sent_only_if_there_is_one() {
    let (server, cache) = (start(repo()), folder());
    hub::load("org/name", &options(&server, &cache)).expect("loads");
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    let with_token = environment(&server, folder().path(), &[("HF_TOKEN", "hf_env")]);
    hub::load("org/name", &HubOptions::from_environment(with_token).revision("v1")).expect("loads");
    let tokens: Vec<Option<String>> =
        server.requests().iter().map(|request| request.bearer().map(str::to_owned)).collect();
    assert_eq!(tokens.last(), Some(&Some("hf_env".to_owned())));
}

#[test]
fn without_a_network_the_cache_serves() {
    let cache = folder();
    let server = start(repo());
    let options = options(&server, &cache);
    hub::load("org/name", &options).expect("loads");
    drop(server);
    let files = hub::load("org/name", &options).expect("loads from the cache");
    assert_eq!(files.get("chat_template.jinja"), Some(TEMPLATE.as_bytes()));
    assert_eq!(failure("org/other", &options).kind(), ErrorKind::Offline);
}

#[test]
fn offline_asks_nobody() {
    let (server, cache) = (start(repo()), folder());
    let offline = environment(&server, cache.path(), &[("HF_HUB_OFFLINE", "yes")]);
    let error = failure("org/name", &HubOptions::from_environment(offline));
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(error.to_string().contains("HF_HUB_OFFLINE"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn servers_that_lie() {
    // A file that is cut, and one that is longer than listed, are not taken.
    let cut = Response::new(200).body(TEMPLATE).cut_after(5);
    let long = Response::new(200).body(format!("{TEMPLATE}more"));
    for lie in [cut, long] {
        let cache = folder();
        // The first request of a file asks for its size, the second for its content.
        let server = FakeHub::new()
            .repo(repo())
            .once("resolve/", Response::new(200).header("etag", "\"../../../../evil\""))
            .once("resolve/", lie)
            .start()
            .expect("a port");
        let error = failure("org/name", &options(&server, &cache));
        assert!(error.to_string().contains("did not arrive whole"), "{error}");
        let blobs = cache.path().join("hub/models--org--name/blobs");
        assert_eq!(fs::read_dir(blobs).map_or(0, Iterator::count), 0, "nothing half is left behind");
    }
    // Names and ids that would lead out of the cache are not followed.
    let evil = json!([
        {"type": "file", "oid": "../../../../evil", "size": TEMPLATE.len(), "path": "chat_template.jinja"},
        {"type": "file", "oid": "0123456789", "size": 1, "path": "../../evil.jinja"},
    ]);
    let cache = folder();
    let server =
        FakeHub::new().repo(repo()).once("/tree/", Response::new(200).json(&evil)).start().expect("a port");
    let files = hub::load("org/name", &options(&server, &cache)).expect("loads");
    assert_eq!(files.names().collect::<Vec<_>>(), ["chat_template.jinja"]);
    assert!(!cache.path().join("evil").exists());
    // A commit that is none.
    let server = FakeHub::new()
        .repo(repo())
        .once("api/models", Response::new(200).json(&json!({"id": "org/name", "sha": "../../x"})))
        .start()
        .expect("a port");
    assert_eq!(failure("org/name", &options(&server, &folder())).kind(), ErrorKind::Hub);
    // Words that would drive a terminal.
    let server = FakeHub::new()
        .once("api/models", Response::new(400).json(&json!({"error": "a\u{1b}[2Jb"})))
        .start()
        .expect("a port");
    let error = failure("org/name", &options(&server, &folder()));
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
}

#[test]
fn a_mirror_that_has_files_only() {
    let cache = folder();
    let server = FakeHub::new()
        .repo(repo())
        .once("api/", Response::new(404))
        .once("api/", Response::new(404))
        .start()
        .expect("a port");
    let files = hub::load("org/name", &options(&server, &cache)).expect("loads");
    assert_eq!(files.revision(), Some(repo().commit().as_str()));
    assert_eq!(files.names().collect::<Vec<_>>(), ["chat_template.jinja", "tokenizer_config.json"]);
}

#[test]
fn progress_is_reported() {
    let slow =
        Response::new(200).body(TEMPLATE).in_pieces_of(10).first(Part::Pause(Duration::from_millis(10)));
    let server = FakeHub::new()
        .repo(Repo::new("org/name").file("chat_template.jinja", TEMPLATE))
        .once("resolve/", Response::new(200).body(TEMPLATE))
        .once("resolve/", slow)
        .start()
        .expect("a port");
    let cache = folder();
    let seen: Arc<Mutex<Vec<_>>> = Arc::default();
    let options = options(&server, &cache).on_progress({
        let seen = Arc::clone(&seen);
        move |progress| seen.lock().expect("not poisoned").push((progress.done, progress.total))
    });
    hub::load("org/name", &options).expect("loads");
    let total = TEMPLATE.len() as u64;
    assert_eq!(seen.lock().expect("not poisoned").last(), Some(&(total, Some(total))));
}

#[test]
fn may_be_called_from_async_code() {
    let (server, cache) = (start(repo()), folder());
    let options = options(&server, &cache);
    let one = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(one.block_on(async { hub::load("org/name", &options) }).is_ok());
    let many = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    assert!(many.block_on(async { hub::load("org/name", &options) }).is_ok());
}

#[test]
fn a_pinned_model() {
    let (server, downloads, folder) = (start(repo()), folder(), folder());
    let snapshot = hub::download("org/name", &options(&server, &downloads)).expect("downloads");
    let cache = TemplatesCache::new(folder.path().join("templates-cache"));
    let pinned = cache.store(&snapshot).expect("stores");
    assert_eq!(pinned.commit, repo().commit());
    let names: Vec<&str> = pinned.files.keys().map(String::as_str).collect();
    let all = [
        "additional_chat_templates/rag.jinja",
        "chat_template.jinja",
        "tokenizer.json",
        "tokenizer_config.json",
    ];
    assert_eq!(names, all);
    assert_eq!(cache.verify("org/name").expect("verifies"), pinned);
    let model = Model::from_cache(cache.dir(), "org/name").expect("loads");
    assert_eq!(model.origin(), "org/name");

    let lock_error = |cache: &TemplatesCache, part: &str| {
        for error in [cache.load("org/name").map(drop), cache.verify("org/name").map(drop)] {
            let error = error.expect_err(part);
            assert_eq!(error.kind(), ErrorKind::Lock);
            assert!(
                error.to_string().contains(part) && error.to_string().contains("rolecall fetch"),
                "{error}"
            );
        }
    };
    let template = cache.dir().join("org/name/chat_template.jinja");
    fs::write(&template, "changed").expect("writes");
    lock_error(&cache, "chat_template.jinja is not the file that was pinned");
    fs::remove_file(&template).expect("removes");
    lock_error(&cache, "chat_template.jinja is in the lock file but not in the folder");
    cache.restore(&snapshot).expect("restores");
    cache.verify("org/name").expect("verifies");
    let extra = cache.dir().join("org/name/additional_chat_templates/new.jinja");
    fs::write(&extra, "x").expect("writes");
    lock_error(&cache, "new.jinja is in the folder but not in the lock file");

    // Nothing of the user's is lost by fetching again.
    let error = cache.store(&snapshot).expect_err("would lose a file");
    assert!(error.to_string().contains("new.jinja"), "{error}");
    fs::remove_file(&extra).expect("removes");

    // What upstream removed goes, and only then.
    let smaller = hub::download("org/name", &options(&server, &downloads).revision("v1")).expect("downloads");
    cache.store(&smaller).expect("stores");
    assert!(!cache.dir().join("org/name/tokenizer.json").exists());
    assert_eq!(cache.verify("org/name").expect("verifies").revision, "v1");
    let error = cache.restore(&snapshot).expect_err("another commit's file");
    assert_eq!(error.kind(), ErrorKind::Lock);
}

#[test]
fn lock_files_that_cannot_be_trusted() {
    let folder = folder();
    let cache = TemplatesCache::new(folder.path());
    fs::create_dir_all(folder.path().join("org/name")).expect("creates");
    fs::write(folder.path().join("org/name/chat_template.jinja"), "x").expect("writes");
    assert!(cache.load("org/name").is_ok(), "a folder that nobody pinned is a folder");
    let entry = r#"{"version": 1, "models": {"org/name": {"revision": "main", "commit": "c", "files":
        {"../../x": {"sha256": "0", "size": 1}}}}}"#;
    for (lock, part) in [
        ("{", "damaged"),
        (r#"{"version": 1, "models": {"a": {"revision": 1}}}"#, "damaged"),
        (r#"{"version": 2, "models": {}, "more": 1}"#, "version 2"),
        (entry, "lock file"),
    ] {
        fs::write(folder.path().join("rolecall.lock"), lock).expect("writes");
        let error = cache.load("org/name").expect_err(lock);
        assert_eq!(error.kind(), ErrorKind::Lock, "{lock}");
        assert!(error.to_string().contains(part), "{error}");
    }
    for name in ["../x", "/etc", "a/b/c", "a/../b", ".hidden/x", ""] {
        assert!(cache.load(name).is_err(), "{name}");
    }
}
