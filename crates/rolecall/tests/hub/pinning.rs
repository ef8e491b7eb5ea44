//! From the Hub into `templates-cache/` and back.

use std::fs;

use rolecall::cache::TemplatesCache;
use rolecall::hub;
use rolecall::{ErrorKind, Model};

use crate::{folder, options, repo, start};

#[test]
fn a_model_is_pinned_and_put_back() {
    let (server, home, folder) = (start(crate::hub()), folder(), folder());
    let snapshot = hub::download("org/name", &options(&server, &home)).expect("downloads");
    assert!(!snapshot.from_cache);
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
    assert_eq!(cache.verify_all().expect("verifies"), [("org/name".to_owned(), pinned)]);
    assert_eq!(Model::from_cache(cache.dir(), "org/name").expect("loads").origin(), "org/name");

    fs::remove_dir_all(cache.dir().join("org")).expect("removes");
    let commit = cache.locked_model("org/name").expect("is pinned").commit;
    let again = hub::download("org/name", &options(&server, &home).revision(commit)).expect("downloads");
    cache.restore(&again).expect("restores");
    cache.verify("org/name").expect("verifies");

    let other = hub::download("org/name", &options(&server, &home).revision("v1")).expect("downloads");
    let error = cache.restore(&other).expect_err("another commit's files");
    assert_eq!(error.kind(), ErrorKind::Lock);
    cache.verify("org/name").expect("nothing has changed");
}
