//! Models from the Hub, against a fake one.

#![cfg(feature = "hub")]
#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod download_cache;
mod failures;
mod hostile;
mod loading;
mod pinning;

use std::collections::HashMap;
use std::path::Path;

use rolecall::hub::{self, HubOptions};
use rolecall::{Environment, Error};
use rolecall_testkit::{FakeHub, Repo, Server};
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

fn start(hub: FakeHub) -> Server {
    hub.start().expect("loopback has a port")
}

fn hub() -> FakeHub {
    FakeHub::new().repo(repo())
}

/// An environment with a cache of its own and nothing of this computer's.
fn environment(server: &Server, home: &Path, more: &[(&str, &str)]) -> Environment {
    let mut variables: HashMap<String, String> =
        more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    variables.insert("HF_ENDPOINT".to_owned(), server.url());
    variables.insert("HF_HOME".to_owned(), home.display().to_string());
    Environment::from_lookup(move |name| variables.get(name).cloned())
}

fn options(server: &Server, home: &TempDir) -> HubOptions {
    HubOptions::from_environment(environment(server, home.path(), &[]))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn failure(repo: &str, options: &HubOptions) -> Error {
    hub::load(repo, options).expect_err("fails")
}

/// The paths that were asked for.
fn asked(server: &Server) -> Vec<String> {
    server.requests().into_iter().map(|request| request.path).collect()
}
