//! What is loaded, and how it is asked for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rolecall::hub::{self, HubOptions};
use rolecall::{Environment, Model, Options, Token};
use rolecall_testkit::{Part, Repo, Response};
use serde_json::json;

use crate::{FakeHub, TEMPLATE, asked, environment, folder, options, repo, start};

#[test]
fn a_model_is_loaded_and_rendered() {
    let (server, home) = (start(crate::hub()), folder());
    let files = hub::load("org/name", &options(&server, &home)).expect("loads");
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
    assert!(
        !asked(&server).iter().any(|path| path.contains("safetensors") || path.contains("tokenizer.json")),
        "{:?}",
        asked(&server)
    );
}

#[test]
fn a_model_without_an_owner() {
    let server = start(FakeHub::new().repo(Repo::new("gpt").file("chat_template.jinja", "x")));
    let files = hub::load("gpt", &options(&server, &folder())).expect("loads");
    assert_eq!(files.names().collect::<Vec<_>>(), ["chat_template.jinja"]);
}

#[test]
fn revisions() {
    let (server, home) = (start(crate::hub()), folder());
    for (revision, expected) in [("v1", "one"), ("pr/2", "two")] {
        let files = hub::load("org/name", &options(&server, &home).revision(revision)).expect(revision);
        assert_eq!(files.get("chat_template.jinja"), Some(expected.as_bytes()));
        let commit = files.revision().expect("a commit").to_owned();
        let again = hub::load("org/name", &options(&server, &home).revision(&commit)).expect("by commit");
        assert_eq!(again.get("chat_template.jinja"), Some(expected.as_bytes()));
    }
}

#[test]
fn options_win_over_the_environment() {
    let (server, home, other) = (start(crate::hub()), folder(), folder());
    let nowhere = Environment::from_lookup(|name| match name {
        "HF_ENDPOINT" => Some("http://127.0.0.1:9".to_owned()),
        "HF_HUB_OFFLINE" => Some("1".to_owned()),
        "HF_TOKEN" => Some("hf_env".to_owned()),
        _ => None,
    });
    let options = HubOptions::from_environment(nowhere)
        .endpoint(format!("{}/", server.url()))
        .offline(false)
        .token(Token::new("hf_given"))
        .cache_dir(home.path());
    hub::load("org/name", &options).expect("loads");
    assert!(home.path().join("models--org--name").is_dir());
    assert!(server.requests().iter().all(|request| request.bearer() == Some("hf_given")));
    let asked = server.requests().len();
    let offline = crate::options(&server, &other).cache_dir(home.path()).offline(true);
    hub::load("org/name", &offline).expect("loads from the cache");
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn a_token_is_sent_only_if_there_is_one() {
    let (server, home) = (start(crate::hub()), folder());
    hub::load("org/name", &options(&server, &home)).expect("loads");
    let switched_off = [("HF_TOKEN", "hf_env"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")];
    let switched_off = HubOptions::from_environment(environment(&server, home.path(), &switched_off));
    hub::load("org/name", &switched_off.revision("pr/2")).expect("loads");
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    let before = server.requests().len();
    let with_token = environment(&server, home.path(), &[("HF_TOKEN", " hf_env\n")]);
    hub::load("org/name", &HubOptions::from_environment(with_token).revision("v1")).expect("loads");
    let requests = server.requests();
    assert!(requests.iter().skip(before).all(|request| request.bearer() == Some("hf_env")));
    assert!(requests.len() > before);
}

#[test]
fn a_mirror_that_has_files_only() {
    let server = start(crate::hub().once("api/", Response::new(404)).once("api/", Response::new(404)));
    let files = hub::load("org/name", &options(&server, &folder())).expect("loads");
    assert_eq!(files.revision(), Some(repo().commit().as_str()));
    assert_eq!(files.names().collect::<Vec<_>>(), ["chat_template.jinja", "tokenizer_config.json"]);
}

#[test]
fn what_fails_in_passing_is_tried_again() {
    let server = start(crate::hub().once("api/", Response::new(503)).once("resolve/", Response::new(500)));
    hub::load("org/name", &options(&server, &folder())).expect("loads");
}

#[test]
fn progress_is_reported() {
    let slow =
        Response::new(200).body(TEMPLATE).in_pieces_of(10).first(Part::Pause(Duration::from_millis(10)));
    let server = start(
        FakeHub::new()
            .repo(Repo::new("org/name").file("chat_template.jinja", TEMPLATE))
            .once("resolve/", Response::new(200).body(TEMPLATE))
            .once("resolve/", slow),
    );
    let seen: Arc<Mutex<Vec<_>>> = Arc::default();
    let options = options(&server, &folder()).on_progress({
        let seen = Arc::clone(&seen);
        move |progress| {
            assert_eq!(progress.file, "chat_template.jinja");
            seen.lock().expect("not poisoned").push((progress.done, progress.total));
        }
    });
    hub::load("org/name", &options).expect("loads");
    let total = TEMPLATE.len() as u64;
    let seen = seen.lock().expect("not poisoned");
    assert_eq!(seen.first(), Some(&(0, Some(total))));
    assert_eq!(seen.last(), Some(&(total, Some(total))));
}

#[test]
fn may_be_called_from_async_code() {
    let (server, home) = (start(crate::hub()), folder());
    let options = options(&server, &home);
    let one = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(one.block_on(async { hub::load("org/name", &options) }).is_ok());
    assert!(one.block_on(async { hub::load("org/nope", &options) }).is_err());
    let many = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    assert!(many.block_on(async { hub::load("org/name", &options) }).is_ok());
    assert!(
        many.block_on(many.spawn(async move { hub::download("org/name", &options) }))
            .expect("no panic")
            .is_ok()
    );
}

#[test]
fn a_callback_that_panics_is_an_error() {
    let server = start(crate::hub());
    let options = options(&server, &folder()).on_progress(|_| panic!("on purpose"));
    let error = crate::failure("org/name", &options).to_string();
    assert!(error.contains("thread broke off"), "{error}");
}

#[test]
fn files_for_tokenising_are_fetched_when_they_are_wanted() {
    let (server, home) = (start(crate::hub()), folder());
    let has = |files: &rolecall::ModelFiles| files.names().any(|name| name == "tokenizer.json");
    let without = hub::load("org/name", &options(&server, &home)).expect("loads");
    assert!(!has(&without) && without.read("tokenizer.json").expect("reads").is_none());
    let with = hub::load("org/name", &options(&server, &home).tokenizer(true)).expect("loads");
    assert!(has(&with) && with.get("tokenizer.json").is_none(), "it is read when it is needed");
    assert_eq!(with.read("tokenizer.json").expect("reads").as_deref(), Some(b"{}".as_slice()));
    // It is known of from then on.
    assert!(has(&hub::load("org/name", &options(&server, &home)).expect("loads")));
    assert!(has(&hub::load("org/name", &options(&server, &home).offline(true)).expect("loads")));
}
