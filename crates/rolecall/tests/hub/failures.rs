//! Failures are told apart, and say what to do.

use std::time::{Duration, Instant};

use rolecall::hub::HubOptions;
use rolecall::{ErrorKind, Token};
use rolecall_testkit::{Part, Repo, Response};

use crate::{FakeHub, environment, failure, folder, options, repo, start};

#[test]
fn gated() {
    let (server, home) = (start(FakeHub::new().repo(repo().gated_for("hf_yes"))), folder());
    let with = |token: &str| options(&server, &home).token(Token::new(token));
    for options in [options(&server, &home), with("hf_no")] {
        let error = failure("org/name", &options);
        assert_eq!(error.kind(), ErrorKind::Gated);
        assert!(
            error.to_string().contains("Ask for access at http://") && !error.to_string().contains("hf_no"),
            "{error}"
        );
    }
    assert!(rolecall::hub::load("org/name", &with("hf_yes")).is_ok());
}

#[test]
fn missing_or_private() {
    let server = start(crate::hub().repo(Repo::new("org/mine").file("config.json", "{}").private("hf_mine")));
    let home = folder();
    for name in ["org/nope", "org/mine"] {
        let error = failure(name, &options(&server, &home));
        assert_eq!(error.kind(), ErrorKind::RepositoryNotFound);
        assert!(error.to_string().contains("HF_TOKEN"), "{error}");
        let error = failure(name, &options(&server, &home).token(Token::new("hf_no")));
        assert_eq!(error.kind(), ErrorKind::RepositoryNotFound);
        assert!(!error.to_string().contains("hf_no"), "{error}");
    }
    let by_commit = options(&server, &home).revision(repo().commit());
    assert_eq!(failure("org/nope", &by_commit).kind(), ErrorKind::RepositoryNotFound);
    let mine = options(&server, &home).token(Token::new("hf_mine"));
    assert!(rolecall::hub::load("org/mine", &mine).is_ok());
    for bad in ["../etc", "a/b/c", "a--b/c", ""] {
        let asked = server.requests().len();
        assert_eq!(failure(bad, &options(&server, &home)).kind(), ErrorKind::RepositoryNotFound, "{bad}");
        assert_eq!(server.requests().len(), asked);
    }
}

#[test]
fn missing_revisions() {
    let (server, home) = (start(crate::hub()), folder());
    for revision in ["v9", "../main", "0123456789abcdef0123456789abcdef01234567"] {
        let error = failure("org/name", &options(&server, &home).revision(revision));
        assert_eq!(error.kind(), ErrorKind::RevisionNotFound);
        assert!(error.to_string().contains(&format!("{revision:?}")), "{error}");
    }
}

#[test]
fn tokens_that_are_refused() {
    let server = start(crate::hub().refuse_token("hf_old"));
    let error = failure("org/name", &options(&server, &folder()).token(Token::new("hf_old")));
    assert_eq!(error.kind(), ErrorKind::Unauthorised);
    assert!(!format!("{error} {error:?}").contains("hf_old"), "{error:?}");
    // What would break a header, or be none, is not sent.
    let asked = server.requests().len();
    for bad in ["", "hf_a\r\nHost: evil", "hf_ü"] {
        let error = failure("org/name", &options(&server, &folder()).token(Token::new(bad)));
        assert_eq!(error.kind(), ErrorKind::Unauthorised);
        assert!(!error.to_string().contains("evil"), "{error}");
    }
    assert_eq!(server.requests().len(), asked);
    let echo = Response::new(403).header("x-error-message", "hf_scoped may not do that");
    let server = start(crate::hub().once("api/", echo));
    let error = failure("org/name", &options(&server, &folder()).token(Token::new("hf_scoped")));
    assert_eq!(error.kind(), ErrorKind::Unauthorised);
    assert!(
        error.message().contains("may not do that") && !format!("{error:?}").contains("hf_scoped"),
        "{error:?}"
    );
}

#[test]
fn models_without_the_files() {
    let server = start(FakeHub::new().repo(Repo::new("org/data").file("data.parquet", "x")));
    let error = failure("org/data", &options(&server, &folder()));
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.to_string().contains("none of the files"), "{error}");
}

#[test]
fn hubs_that_are_none() {
    for endpoint in ["", "huggingface.co", "ftp://127.0.0.1", "mailto:somebody"] {
        let server = start(crate::hub());
        let error = failure("org/name", &options(&server, &folder()).endpoint(endpoint));
        assert_eq!(error.kind(), ErrorKind::Hub, "{error}");
        assert!(error.to_string().contains("HF_ENDPOINT"), "{error}");
    }
    let server = start(crate::hub().once("api/", Response::new(418).text("no")));
    let error = failure("org/name", &options(&server, &folder()));
    assert!(error.kind() == ErrorKind::Hub && error.message().contains("418"), "{error}");
    // The user and password in an address are secrets too.
    let server = start(FakeHub::new());
    let address = server.url().replace("http://", "http://me:secret@");
    let error = failure("org/name", &options(&server, &folder()).endpoint(address));
    assert!(error.message().contains(&server.url()) && !format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn silence_has_an_end() {
    let forever = || Part::Pause(Duration::from_secs(30));
    let question = crate::hub().once("api/", Response::new(200).body("{}").first(forever()));
    let answer = crate::hub()
        .once("resolve/", Response::new(200).body(crate::TEMPLATE))
        .once("resolve/", Response::new(200).body(crate::TEMPLATE).first(forever()));
    for (hub, kind, part) in
        [(question, ErrorKind::Offline, "silence"), (answer, ErrorKind::Hub, "did not arrive whole")]
    {
        let (server, home) = (start(hub), folder());
        let impatient = environment(&server, home.path(), &[("HF_HUB_DOWNLOAD_TIMEOUT", "1")]);
        let start = Instant::now();
        let error = failure("org/name", &HubOptions::from_environment(impatient));
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        assert!(error.kind() == kind && error.message().contains(part), "{error}");
    }
    let nonsense = environment(&start(crate::hub()), folder().path(), &[("HF_HUB_DOWNLOAD_TIMEOUT", "soon")]);
    let error = failure("org/name", &HubOptions::from_environment(nonsense));
    assert!(error.to_string().contains("HF_HUB_DOWNLOAD_TIMEOUT"), "{error}");
}
