//! `templates-cache/`: storing, verifying and putting back, without a network.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use rolecall::cache::{Snapshot, TemplatesCache};
use rolecall::{Error, ErrorKind};
use tempfile::TempDir;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A cache, and a folder for what was downloaded.
struct Place {
    folder: TempDir,
    cache: TemplatesCache,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = TemplatesCache::new(folder.path().join("templates-cache"));
        Self { folder, cache }
    }

    fn snapshot(&self, repo: &str, files: &[(&str, &str)]) -> Snapshot {
        let files = files.iter().enumerate().map(|(number, (name, content))| {
            let path = self.folder.path().join(format!("{}-{number}", repo.replace('/', "-")));
            fs::write(&path, content).expect("writes");
            ((*name).to_owned(), path)
        });
        Snapshot::new(repo, "main", COMMIT, files.collect())
    }

    fn store(&self, files: &[(&str, &str)]) {
        self.cache.store(&self.snapshot("org/name", files)).expect("stores");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.cache.dir().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
        fs::write(path, content).expect("writes");
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path("rolecall.lock")).expect("a lock file")
    }

    /// What loading and verifying both refuse.
    fn refused(&self, parts: &[&str]) {
        for error in [self.cache.load("org/name").map(drop), self.cache.verify("org/name").map(drop)] {
            says(&error.expect_err("is not as it was pinned"), ErrorKind::Lock, parts);
        }
    }
}

fn says(error: &Error, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{part:?} should be in: {error}");
    }
}

/// All names below a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("reads")
        .map(|entry| entry.expect("reads").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

const FILES: [(&str, &str); 3] =
    [("chat_template.jinja", "x"), ("additional_chat_templates/.rag.jinja", "y"), ("tokenizer.json", "{}")];

#[test]
fn the_lock_file() {
    let place = Place::new();
    place.store(&FILES[..1]);
    place.cache.store(&place.snapshot("gpt", &FILES[..1])).expect("stores");
    let entry = |name: &str| {
        format!(
            r#"    "{name}": {{
      "revision": "main",
      "commit": "{COMMIT}",
      "files": {{
        "chat_template.jinja": {{
          "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
          "size": 1
        }}
      }}
    }}"#
        )
    };
    let expected = format!(
        "{{\n  \"version\": 1,\n  \"models\": {{\n{},\n{}\n  }}\n}}\n",
        entry("gpt"),
        entry("org/name")
    );
    assert_eq!(place.lock(), expected);
    assert_eq!(names(place.cache.dir()), ["gpt", "org", "rolecall.lock"]);
}

#[test]
fn what_is_pinned_is_loaded() {
    let place = Place::new();
    place.store(&FILES);
    let files = place.cache.load("org/name").expect("loads");
    assert_eq!((files.origin(), files.revision()), ("org/name", Some(COMMIT)));
    assert_eq!(
        files.names().collect::<Vec<_>>(),
        ["additional_chat_templates/.rag.jinja", "chat_template.jinja", "tokenizer.json"]
    );
    assert_eq!(files.get("tokenizer.json"), None, "rendering does not need it");
    assert_eq!(place.cache.verify("org/name").expect("verifies").files.len(), 3);
}

#[test]
fn what_is_not_as_it_was_pinned_is_refused() {
    let place = Place::new();
    place.store(&FILES);
    place.write("org/name/chat_template.jinja", "z");
    let (expected, found) = ("2d711642b726b044", "594e519ae499312b");
    place.refused(&["chat_template.jinja", expected, found, "git checkout", "rolecall fetch org/name"]);
    fs::remove_file(place.path("org/name/chat_template.jinja")).expect("removes");
    place.refused(&["chat_template.jinja", "not in", "rolecall fetch --locked org/name"]);
    fs::remove_dir_all(place.path("org/name")).expect("removes");
    place.refused(&["rolecall fetch --locked org/name"]);
    assert!(!place.cache.is_complete("org/name").expect("is pinned"));
    place.store(&FILES);
    for extra in ["additional_chat_templates/new.jinja", "config.json", "tekken.json"] {
        place.write(&format!("org/name/{extra}"), "{}");
        place.refused(&[extra, "not in the lock file", "Remove it"]);
        fs::remove_file(place.path("org/name").join(extra)).expect("removes");
    }
    // The tokenizer's file is only verified when asked for: it may be large.
    place.write("org/name/tokenizer.json", "[]");
    let files = place.cache.load("org/name").expect("loads");
    says(
        &files.read("tokenizer.json").expect_err("is changed"),
        ErrorKind::Lock,
        &["tokenizer.json", "git checkout"],
    );
    let error = place.cache.verify_all().expect_err("is changed");
    says(&error, ErrorKind::Lock, &["tokenizer.json"]);
}

#[test]
fn a_folder_that_nobody_pinned_is_a_folder() {
    let place = Place::new();
    place.write("org/name/chat_template.jinja", "x");
    place.write("builtin/llama/chat_template.jinja", "x");
    for name in ["org/name", "builtin/llama"] {
        assert_eq!(place.cache.load(name).expect("loads").revision(), None);
        assert!(place.cache.contains(name));
        says(&place.cache.verify(name).expect_err("is not pinned"), ErrorKind::Lock, &["rolecall fetch"]);
    }
    assert_eq!(place.cache.verify_all().expect("nothing is pinned"), []);
    // It is somebody's work, and not replaced.
    let snapshot = place.snapshot("org/name", &FILES);
    let error = place.cache.store(&snapshot).expect_err("would lose a file");
    says(&error, ErrorKind::Lock, &["chat_template.jinja", "would be lost", "Move it"]);
    assert_eq!(names(place.cache.dir()), ["builtin", "org"]);
}

#[test]
fn a_model_fetched_again_is_as_it_is_upstream() {
    let place = Place::new();
    place.store(&FILES);
    place.write("org/name/chat_template.jinja", "changed here");
    place.store(&[("chat_template.jinja", "new")]);
    assert_eq!(names(&place.path("org/name")), ["chat_template.jinja"]);
    assert_eq!(names(&place.path("org")), ["name"], "nothing temporary is left");
    assert_eq!(place.cache.verify("org/name").expect("verifies").files.len(), 1);
    place.write("org/name/notes/mine.txt", "mine");
    let snapshot = place.snapshot("org/name", &FILES);
    says(&place.cache.store(&snapshot).expect_err("would lose it"), ErrorKind::Lock, &["mine.txt"]);
    says(&place.cache.restore(&snapshot).expect_err("would lose it"), ErrorKind::Lock, &["mine.txt"]);
}

#[test]
fn an_interrupted_fetch_leaves_the_old_state() {
    let place = Place::new();
    place.store(&FILES);
    let lock = place.lock();
    let mut broken = place.snapshot("org/name", &[("chat_template.jinja", "new")]);
    broken.files.push(("config.json".to_owned(), place.folder.path().join("not there")));
    says(&place.cache.store(&broken).expect_err("a file is missing"), ErrorKind::File, &["not there"]);
    assert_eq!(place.lock(), lock);
    place.cache.verify("org/name").expect("is as before");
    assert_eq!(names(&place.path("org")), ["name"]);

    // Killed while it swapped the folders, or while it filled one: the next one clears up.
    fs::rename(place.path("org/name"), place.path("org/.name.old")).expect("renames");
    place.write("org/.name.new/chat_template.jinja", "half");
    says(&place.cache.store(&broken).expect_err("a file is missing"), ErrorKind::File, &["not there"]);
    place.cache.verify("org/name").expect("is back");
    place.write("org/.name.old/chat_template.jinja", "old");
    place.store(&FILES[..1]);
    assert_eq!(names(&place.path("org")), ["name"]);
}

#[test]
fn putting_back() {
    let place = Place::new();
    place.store(&FILES);
    let lock = place.lock();
    let mut snapshot = place.snapshot("org/name", &FILES);
    fs::remove_dir_all(place.path("org")).expect("removes");
    place.cache.restore(&snapshot).expect("restores");
    place.cache.verify("org/name").expect("verifies");
    assert_eq!(place.lock(), lock);

    let error = place.cache.restore(&place.snapshot("org/name", &FILES[..2])).expect_err("is missing");
    says(&error, ErrorKind::Lock, &["tokenizer.json", "no such file", "rolecall fetch org/name"]);
    snapshot.files.pop();
    snapshot.from_cache = true;
    let error = place.cache.restore(&snapshot).expect_err("is missing");
    says(&error, ErrorKind::Lock, &["tokenizer.json", "download cache", "reached"]);
    let other = [("chat_template.jinja", "z"), FILES[1], FILES[2]];
    let error = place.cache.restore(&place.snapshot("org/name", &other)).expect_err("is another");
    says(&error, ErrorKind::Lock, &["chat_template.jinja", "2d711642b726b044", "594e519ae499312b"]);
    place.cache.verify("org/name").expect("is as before");
    let error = place.cache.restore(&place.snapshot("org/other", &FILES)).expect_err("is not pinned");
    says(&error, ErrorKind::Lock, &["org/other", "rolecall fetch"]);
}

#[test]
fn fetches_at_the_same_time_lose_nothing() {
    let place = Place::new();
    thread::scope(|scope| {
        for number in 0..8 {
            let place = &place;
            let name = format!("org{}/name{number}", number % 2);
            scope.spawn(move || place.cache.store(&place.snapshot(&name, &FILES)).expect("stores"));
        }
    });
    assert_eq!(place.cache.verify_all().expect("verifies").len(), 8);
}

#[test]
fn lock_files_that_cannot_be_trusted() {
    let place = Place::new();
    place.store(&FILES);
    let good = place.lock();
    let twice = good.replace(
        "\"models\": {",
        "\"models\": {\"org/name\": {\"revision\": \"\", \"commit\": \"\", \"files\": {}},",
    );
    for (lock, parts) in [
        ("{\n  x", &["damaged", "line 2 column 3", "version control"][..]),
        ("<<<<<<< ours\n{}", &["damaged", "line 1 column 1"]),
        ("", &["damaged"]),
        (r#"{"models": {}}"#, &["damaged", "version"]),
        (r#"{"version": 1, "models": {"a": {"revision": 1}}}"#, &["damaged", "line 1"]),
        (&twice, &["damaged", "\"org/name\" is there twice", "line"]),
        (r#"{"version": 1, "models": {}, "more": 1}"#, &["damaged", "more"]),
        (r#"{"version": 2, "models": [], "more": 1}"#, &["version 2", "newer rolecall"]),
        (r#"{"version": 0, "models": {}}"#, &["version 0"]),
    ] {
        place.write("rolecall.lock", lock);
        says(&place.cache.load("org/name").expect_err(lock), ErrorKind::Lock, parts);
        says(&place.cache.verify_all().expect_err(lock), ErrorKind::Lock, parts);
        let error = place.cache.store(&place.snapshot("org/name", &FILES)).expect_err(lock);
        says(&error, ErrorKind::Lock, parts);
        assert_eq!(place.lock(), lock, "is not overwritten");
    }
    let evil = good.replace("tokenizer.json", "../../../evil");
    place.write("rolecall.lock", &evil);
    place.refused(&["../../../evil", "lock file"]);
    place.write("rolecall.lock", &good);
    place.cache.verify("org/name").expect("is well again");
}

/// A name that reads otherwise than the lock file's would be loaded unverified.
#[test]
fn names_that_are_none() {
    let place = Place::new();
    place.store(&FILES);
    place.write("org/name/chat_template.jinja", "changed");
    let bad = [
        "../x",
        "/etc",
        "a/b/c",
        "a/../b",
        ".hidden/x",
        "org/.name",
        "",
        "org/",
        "/name",
        "org//name",
        "org/./name",
        "./org/name",
        "org/name/",
        "org/name/.",
        "org\\name",
        "a:b",
        "a\0b",
    ];
    for name in bad {
        says(&place.cache.load(name).expect_err(name), ErrorKind::Model, &["not the name of a model"]);
        assert!(place.cache.store(&place.snapshot("org/name", &FILES)).is_ok());
        let mut snapshot = place.snapshot("org/name", &FILES);
        snapshot.repo = name.to_owned();
        says(&place.cache.store(&snapshot).expect_err(name), ErrorKind::Model, &[]);
        assert!(!place.cache.contains(name));
    }
    let mut snapshot = place.snapshot("org/name", &FILES);
    for (file, _) in [("../evil", ""), ("/evil", ""), ("a//b", ""), ("a\\..\\b", "")] {
        snapshot.files = vec![(file.to_owned(), place.path("rolecall.lock"))];
        says(&place.cache.store(&snapshot).expect_err(file), ErrorKind::Hub, &["not a name"]);
    }
    assert_eq!(names(place.folder.path()), ["org-name-0", "org-name-1", "org-name-2", "templates-cache"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_links() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let elsewhere = place.folder.path().join("elsewhere");
    fs::create_dir_all(elsewhere.join("name")).expect("creates");
    fs::create_dir_all(place.cache.dir()).expect("creates");
    symlink(&elsewhere, place.path("org")).expect("links");
    fs::create_dir(place.path("org2")).expect("creates");
    symlink(&elsewhere, place.path("org2/name")).expect("links");
    for repo in ["org/name", "org2/name"] {
        let error = place.cache.store(&place.snapshot(repo, &FILES)).expect_err("is a link");
        says(&error, ErrorKind::File, &["symbolic link"]);
    }
    fs::remove_file(place.path("org2/name")).expect("removes");
    symlink(&elsewhere, place.path("org2/.name.new")).expect("links");
    place.cache.store(&place.snapshot("org2/name", &FILES)).expect("the link is removed, not followed");
    assert_eq!(names(&elsewhere), ["name"]);
    assert_eq!(names(&elsewhere.join("name")), Vec::<String>::new());
}
