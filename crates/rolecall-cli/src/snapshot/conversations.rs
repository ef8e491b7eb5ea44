//! Conversations: those of a folder, and a set for those who have none of their own.

use std::fs;
use std::path::Path;

use rolecall::ChatRequest;

use crate::failure::{Failure, Outcome};
use crate::input;

/// A conversation and what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub(crate) name: String,
    pub(crate) request: ChatRequest,
}

macro_rules! ours {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../conversations/", $name, ".json")))),*]
    };
}

const OURS: [(&str, &str); 18] = ours![
    "one-turn",
    "system",
    "turns",
    "finished",
    "continued",
    "white-space",
    "scripts",
    "typed-control-tokens",
    "parts",
    "image",
    "tools",
    "tool-call",
    "reasoning",
    "thinking-off",
    "documents",
    "two-users",
    "assistant-first",
    "late-system",
];

/// A set that touches what templates are known to treat each in its own way.
pub(crate) fn ours() -> Outcome<Vec<Conversation>> {
    OURS.iter().map(|(name, text)| conversation(name, text)).collect()
}

/// A file with a chat request.
pub(crate) fn of_file(path: &str) -> Outcome<Conversation> {
    let name = Path::new(path).file_stem().map_or(path.into(), |name| name.to_string_lossy());
    conversation(&name, &input::text(path)?)
        .map_err(|failure| failure.about(if path == "-" { "standard input" } else { path }))
}

/// The files `NAME.json` of a folder, by name.
pub(crate) fn of_folder(folder: &Path) -> Outcome<Vec<Conversation>> {
    let failed = |error: std::io::Error| {
        Failure::Job(format!(
            "cannot read the conversations in {}: {error}. Check the path.",
            folder.display()
        ))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::Job(format!(
            "{} holds no conversations. Put chat requests there, each a file NAME.json.",
            folder.display()
        )));
    }
    let of_path = |path: &std::path::PathBuf| match path.to_str() {
        Some(path) => of_file(path),
        None => Err(Failure::Job(format!("{}: the path is not UTF-8. Rename it.", path.display()))),
    };
    paths.iter().map(of_path).collect()
}

fn conversation(name: &str, text: &str) -> Outcome<Conversation> {
    Ok(Conversation { name: name.to_owned(), request: ChatRequest::from_json(text)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_ours_are_chat_requests() {
        let Ok(ours) = ours() else { panic!("one is not read") };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations");
        let Ok(there) = of_folder(&folder) else { panic!("one is not read") };
        let names = |of: &[Conversation]| {
            let mut names: Vec<String> = of.iter().map(|one| one.name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&ours), names(&there));
    }
}
