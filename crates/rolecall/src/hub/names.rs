//! Names of repositories, revisions and the files that are wanted of them.

use crate::files::{ADDITIONAL_TEMPLATES, TEMPLATE_FILES, TOKENIZER_FILES};
use crate::{Error, ErrorKind, Result};

/// What a model's files are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Rendering,
    /// And rendering.
    Tokenising,
}

impl Wanted {
    pub(super) fn takes(self, name: &str) -> bool {
        let additional = name.strip_prefix(ADDITIONAL_TEMPLATES).and_then(|name| name.strip_prefix('/'));
        self.names().any(|known| known == name)
            || additional
                .and_then(|name| name.strip_suffix(".jinja"))
                .is_some_and(|name| !name.contains(['/', '\\']))
    }

    /// The files that have fixed names.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        let tokenizer: &[&str] = match self {
            Self::Rendering => &[],
            Self::Tokenising => &TOKENIZER_FILES,
        };
        TEMPLATE_FILES.iter().chain(tokenizer).copied()
    }
}

/// The rules of `huggingface_hub` for names of repositories.
pub(super) fn check_repo(repo: &str) -> Result<()> {
    let part = |part: &str| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        part.len() <= 96
            && part.starts_with(word)
            && part.ends_with(word)
            && part.chars().all(|c| word(c) || c == '-' || c == '.')
    };
    let valid = repo.split('/').count() <= 2
        && repo.split('/').all(part)
        && !repo.contains("--")
        && !repo.contains("..")
        && repo.strip_suffix(".git").is_none();
    if valid {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::RepositoryNotFound,
        format!("{repo:?} is neither a folder here nor the name of a repository"),
    )
    .help("A folder has to exist; a repository's name looks like org/name"))
}

/// Whatever can be a branch, tag or commit, and a path below the folder of revisions.
pub(super) fn check_revision(revision: &str) -> Result<()> {
    let bad = revision.split('/').any(|part| part.is_empty() || part.starts_with('.'))
        || revision.contains(|c: char| c.is_control() || c == '\\' || c == ' ');
    if bad {
        return Err(Error::new(
            ErrorKind::RevisionNotFound,
            format!("{revision:?} is not the name of a branch, tag or commit"),
        )
        .help("Leave it out for the default branch"));
    }
    Ok(())
}

/// Whether the revision is a whole commit id.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each was observed with `validate_repo_id` in Python.
    #[test]
    fn names_of_repositories() {
        let long = "x".repeat(96);
        for good in
            ["gpt2", "org/name", "a.b/c-d_e.f", "01-ai/Yi", "_a/_b", "_", "A.git/b", "a-.b", "a/b.GIT", &long]
        {
            assert!(check_repo(good).is_ok(), "{good}");
        }
        assert!(check_repo(&format!("{long}/{long}")).is_ok());
        let too_long = [format!("{long}x"), format!("{long}x/a")];
        let bad = [
            "", "/", "a/", "/a", "a/b/c", "../x", "a/..", "-a/b", "a/b-", "a/-", "a./b", ".a", "a.", "a..b",
            "a--b/c", "a/b.git", ".git", "a b", "a/é", "a\n", "a/b\n",
        ];
        for bad in bad.into_iter().chain(too_long.iter().map(String::as_str)) {
            assert!(check_repo(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_of_revisions() {
        for bad in ["", "../main", "/main", "main/", "a//b", "a/./b", "a\u{0}", "a b", "a\\b"] {
            assert!(check_revision(bad).is_err(), "{bad}");
        }
        for good in ["main", "refs/pr/1", "v1.0+x", "0123abc"] {
            assert!(check_revision(good).is_ok(), "{good}");
        }
        assert!(is_commit("0123456789abcdef0123456789abcdef01234567"));
        assert!(!is_commit("0123456789ABCDEF0123456789ABCDEF01234567"));
        assert!(!is_commit("0123456"));
    }

    #[test]
    fn files_that_are_wanted() {
        for name in [
            "chat_template.jinja",
            "additional_chat_templates/rag.jinja",
            "additional_chat_templates/.x.jinja",
        ] {
            assert!(Wanted::Rendering.takes(name), "{name}");
        }
        assert!(Wanted::Tokenising.takes("tokenizer.json"));
        for other in [
            "additional_chat_templates/a/b.jinja",
            "additional_chat_templates/../../x.jinja",
            "additional_chat_templates/..\\x.jinja",
            "additional_chat_templates/x.txt",
            "additional_chat_templates.jinja",
            "sub/chat_template.jinja",
            "model.safetensors",
            "tokenizer.json",
        ] {
            assert!(!Wanted::Rendering.takes(other), "{other}");
        }
    }
}
