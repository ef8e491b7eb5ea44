//! Where the commands of a document run: a folder like a checkout, and servers like those that the document names.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use rolecall_testkit::{Engine, FakeGeneration, FakeHub, Repo, Server, demo_repos};
use tempfile::TempDir;

use crate::common::root;

pub(crate) struct Place {
    folder: TempDir,
    /// The address that documents name, and the server that is there in its place.
    servers: [(&'static str, Server); 3],
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = |name: &str| folder.path().join(name);
        for name in ["README.md", "conformance", "crates", "docs", "examples"] {
            symlink(root().join(name).canonicalize().expect("it is there"), inside(name)).expect("a link");
        }
        for name in ["bin", "home/.local/share/bash-completion/completions", "templates-cache"] {
            fs::create_dir_all(inside(name)).expect("a folder");
        }
        let built_in = root().join("templates-cache/builtin").canonicalize().expect("they are there");
        symlink(built_in, inside("templates-cache/builtin")).expect("a link");
        symlink(env!("CARGO_BIN_EXE_rolecall"), inside("bin/rolecall")).expect("a link");

        let hub = demo_repos().into_iter().fold(FakeHub::new(), FakeHub::repo).repo(two_revisions());
        let servers = [
            ("http://127.0.0.1:8090", hub.start()),
            ("http://127.0.0.1:8091", FakeGeneration::new().start()),
            ("http://127.0.0.1:8000", FakeGeneration::new().engine(Engine::Vllm).start()),
        ];
        Self { folder, servers: servers.map(|(address, server)| (address, server.expect("a port"))) }
    }

    /// Runs a command in a shell: how it ended, and what it printed on both of its outputs.
    pub(crate) fn run(&self, command: &str) -> (Option<i32>, String) {
        let mut command = command.replace("cargo run --release --", "rolecall");
        for (address, server) in &self.servers {
            command = command.replace(address, &server.url());
        }
        let path = format!("{}/bin:/usr/local/bin:/usr/bin:/bin", self.folder.path().display());
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path().join("home"))
            .env("HF_ENDPOINT", self.servers[0].1.url())
            .stdin(Stdio::null())
            .output()
            .expect("there is a shell");
        let mut printed = String::from_utf8(output.stdout).expect("output is UTF-8");
        for (address, server) in &self.servers {
            printed = printed.replace(&server.url(), address);
        }
        (output.status.code(), printed)
    }
}

/// A model whose template was changed after its first version.
fn two_revisions() -> Repo {
    let config = r#"{"bos_token": "<s>"}"#;
    let template = |end: &str| {
        format!(
            "{{{{ bos_token }}}}{{% for m in messages %}}{{{{ m.role }}}}: {{{{ m.content }}}}{end}{{% endfor %}}"
        )
    };
    let files = [("tokenizer_config.json", config.to_owned()), ("chat_template.jinja", template("\n"))];
    Repo::new("org/name")
        .file("tokenizer_config.json", config)
        .file("chat_template.jinja", template("</s>\n"))
        .revision("v1.0", files)
}
