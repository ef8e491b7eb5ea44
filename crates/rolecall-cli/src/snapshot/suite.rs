//! All goldens of a folder: what should be there, what is there, and what is rendered now.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rolecall::Model;
use rolecall::snapshot::Golden;

use super::conversations::{self, Conversation};
use super::manifest::{Entry, Manifest};
use crate::failure::{Failure, Outcome};

/// The folder of the goldens, a folder for each model in it.
const GOLDENS: &str = "goldens";
const ENDING: &str = "prompt";

/// A golden, and what became of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The folder of its model.
    pub(crate) model: String,
    pub(crate) conversation: String,
    pub(crate) path: PathBuf,
    pub(crate) verdict: Verdict,
}

#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is as it was.
    Same,
    /// It is not as it was: in words, then the text of the golden as kept and as it is now.
    Drift { how: String, kept: String, now: String },
    /// There is no golden.
    Missing { now: String },
    /// There is a golden, and no conversation or model of the manifest that it is of.
    Stale,
    /// It could not be rendered or read.
    Failed(String),
}

/// Compares all conversations with all models of a folder.
pub(crate) fn judge(folder: &Path, cache: &Path) -> Outcome<Vec<Case>> {
    let manifest = Manifest::read(folder, cache)?;
    let conversations = conversations::of_folder(&manifest.conversations)?;
    let goldens = folder.join(GOLDENS);
    let mut cases = Vec::new();
    for entry in &manifest.models {
        // One that cannot be loaded leaves the others alone.
        let model = match manifest.load(entry) {
            Ok(model) => Ok(model),
            Err(Failure::Job(message)) => Err(message),
            Err(other) => return Err(other),
        };
        for conversation in &conversations {
            let path = goldens.join(&entry.name).join(format!("{}.{ENDING}", conversation.name));
            let now = match &model {
                Ok(model) => record(&manifest, entry, model, conversation).map_err(|error| error.to_string()),
                Err(message) => Err(message.clone()),
            };
            let verdict = match now {
                Ok(now) => compare(&path, &now),
                Err(message) => Verdict::Failed(message),
            };
            let (model, conversation) = (entry.name.clone(), conversation.name.clone());
            cases.push(Case { model, conversation, path, verdict });
        }
    }
    let known: BTreeSet<PathBuf> = cases.iter().map(|case| case.path.clone()).collect();
    cases.extend(stale(&goldens, &known)?);
    Ok(cases)
}

fn record(
    manifest: &Manifest,
    entry: &Entry,
    model: &Model,
    conversation: &Conversation,
) -> rolecall::Result<Golden> {
    let request = conversation.request.clone();
    let options = request.options.or(&entry.options).or(&manifest.options);
    Ok(Golden::record(model, &request.messages, &options)?.named(&entry.model))
}

fn compare(path: &Path, now: &Golden) -> Verdict {
    let kept = match read(path) {
        // What is no text is no golden either, and is shown as far as it is text.
        Ok(kept) => String::from_utf8_lossy(&kept).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Verdict::Missing { now: now.to_string() };
        }
        Err(error) => return Verdict::Failed(format!("the golden cannot be read: {error}. Take it away.")),
    };
    let how = match kept.parse::<Golden>() {
        Ok(golden) => match golden.drift(now) {
            Some(drift) => drift.to_string(),
            None => return Verdict::Same,
        },
        Err(error) => error.to_string(),
    };
    Verdict::Drift { how, kept, now: now.to_string() }
}

/// The content of a file; of a pipe it might never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    fs::read(path)
}

/// Goldens that are of no case.
fn stale(goldens: &Path, known: &BTreeSet<PathBuf>) -> Outcome<Vec<Case>> {
    let mut found = Vec::new();
    for folder in entries(goldens)? {
        if !folder.is_dir() {
            continue;
        }
        for path in entries(&folder)? {
            let is_golden = path.extension().is_some_and(|ending| ending == ENDING);
            if is_golden && !known.contains(&path) {
                let name =
                    |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
                found.push(Case {
                    model: name(folder.file_name()),
                    conversation: name(path.file_stem()),
                    path,
                    verdict: Verdict::Stale,
                });
            }
        }
    }
    Ok(found)
}

/// What is in a folder, by name; nothing if there is no such folder.
fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let failed = |error: io::Error| {
        Failure::Job(format!("cannot read {}: {error}. Check its permissions.", folder.display()))
    };
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(failed)?,
    };
    let mut paths: Vec<PathBuf> =
        read.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

impl Case {
    /// Makes the golden what is rendered now: writes it, or removes it where there is nothing to render.
    pub(crate) fn accept(&self) -> Outcome {
        let failed = |action: &str, error: &io::Error| {
            let path = self.path.display();
            Failure::Job(format!(
                "cannot {action} {path}: {error}. Check the permissions and the free space."
            ))
        };
        match &self.verdict {
            Verdict::Same | Verdict::Failed(_) => Ok(()),
            Verdict::Drift { now, .. } | Verdict::Missing { now } => {
                // Whole or not at all.
                let new = self.path.with_extension("prompt.new");
                let folder = self.path.parent().unwrap_or(Path::new(""));
                fs::create_dir_all(folder)
                    .and_then(|()| fs::write(&new, now))
                    .and_then(|()| fs::rename(&new, &self.path))
                    .map_err(|error| failed("write", &error))
            }
            Verdict::Stale => fs::remove_file(&self.path).map_err(|error| failed("remove", &error)),
        }
    }
}
