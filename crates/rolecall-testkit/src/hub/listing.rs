//! What the Hub's API says about repositories, as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Deployed;
use super::repo::{Access, File, Files, Repo, git_id};
use crate::http::Request;

/// `api/models/ORG/NAME`: what is known of a repository at a revision.
pub(super) fn model(repo: &Repo, files: &Files, commit: &str, request: &Request) -> Value {
    let with_sizes = request.parameter("blobs").is_some_and(|value| is_true(&value));
    let siblings: Vec<Value> = files
        .iter()
        .map(|(path, file)| {
            let mut sibling = json!({"rfilename": path});
            if with_sizes && let Value::Object(sibling) = &mut sibling {
                sibling.insert("size".to_owned(), file.length().into());
                sibling.insert("blobId".to_owned(), blob(path, file).into());
                if file.is_large {
                    let lfs = json!({"sha256": file.id, "size": file.length(), "pointerSize": 134});
                    sibling.insert("lfs".to_owned(), lfs);
                }
            }
            sibling
        })
        .collect();
    json!({
        "_id": "0123456789abcdef01234567",
        "id": repo.name,
        "modelId": repo.name,
        "author": repo.name.split_once('/').map(|(author, _)| author),
        "sha": commit,
        "lastModified": "2026-01-01T00:00:00.000Z",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "private": matches!(repo.access, Access::Private(_)),
        "gated": if matches!(repo.access, Access::Gated(_)) { json!("manual") } else { json!(false) },
        "disabled": false,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "pipeline_tag": "text-generation",
        "siblings": siblings,
    })
}

/// `api/models?inference_provider=PROVIDER`: what a provider serves.
pub(super) fn deployed(all: &[Deployed], provider: &str) -> Value {
    let of_provider = all.iter().filter(|deployed| deployed.provider == provider);
    of_provider.map(|deployed| json!({"id": deployed.model, "pipeline_tag": deployed.task})).collect()
}

/// `api/models/ORG/NAME?expand=inferenceProviderMapping`: who serves a model.
pub(super) fn providers(all: &[Deployed], model: &str) -> Value {
    let mut mappings = serde_json::Map::new();
    for deployed in all.iter().filter(|deployed| deployed.model == model) {
        let mapping = json!({"status": "live", "providerId": model, "task": deployed.task});
        mappings.insert(deployed.provider.clone(), mapping);
    }
    json!({"id": model, "inferenceProviderMapping": mappings})
}

/// `…/refs`: the branches.
pub(super) fn refs(repo: &Repo) -> Value {
    let branches: Vec<Value> = repo
        .branches()
        .map(|(name, commit)| {
            json!({"name": name, "ref": format!("refs/heads/{name}"), "targetCommit": commit})
        })
        .collect();
    json!({"branches": branches, "converts": [], "tags": []})
}

/// `…/tree/REV/FOLDER`: what is in a folder; `None` if there is no such folder.
pub(super) fn tree(files: &Files, folder: &str, recursive: bool) -> Option<Value> {
    let folder = folder.trim_matches('/');
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut entries = BTreeMap::new();
    for (path, file) in files {
        let Some(inside) = path.strip_prefix(&prefix) else { continue };
        let folders = inside.match_indices('/').map(|(at, _)| prefix.len() + at);
        for at in folders.take(if recursive { usize::MAX } else { 1 }) {
            let below = path.get(..at).unwrap_or_default();
            entries.insert(below.to_owned(), directory(below));
        }
        if recursive || !inside.contains('/') {
            entries.insert(path.clone(), entry(path, file));
        }
    }
    (folder.is_empty() || !entries.is_empty()).then(|| entries.into_values().collect())
}

/// `…/paths-info/REV`: the files and folders among these paths.
pub(super) fn paths(files: &Files, paths: &[String]) -> Value {
    let about = |path: &String| {
        if let Some(file) = files.get(path) {
            return Some(entry(path, file));
        }
        let folder = path.trim_matches('/');
        let is_folder = files.keys().any(|file| {
            file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && !folder.is_empty())
        });
        is_folder.then(|| directory(folder))
    };
    paths.iter().filter_map(about).collect()
}

/// Whether a word of a query says yes; Python's clients spell it with a capital.
pub(super) fn is_true(word: &str) -> bool {
    word.eq_ignore_ascii_case("true") || word == "1"
}

fn entry(path: &str, file: &File) -> Value {
    let mut entry = json!({"type": "file", "oid": blob(path, file), "size": file.length(), "path": path});
    if file.is_large
        && let Value::Object(entry) = &mut entry
    {
        let lfs = json!({"oid": file.id, "size": file.length(), "pointerSize": 134});
        entry.insert("lfs".to_owned(), lfs);
    }
    entry
}

fn directory(path: &str) -> Value {
    json!({"type": "directory", "oid": git_id(path.as_bytes()), "size": 0, "path": path})
}

/// The id of what git has of a file: for a large one, that of the pointer.
fn blob(path: &str, file: &File) -> String {
    if file.is_large { git_id(format!("{path} {}", file.id).as_bytes()) } else { file.id.clone() }
}
