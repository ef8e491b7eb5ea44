//! The requests: which commit a revision is, which files it has, and the files.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use hf_hub::repository::{HFRepository, RepoTreeEntry, RepoTypeModel};
use hf_hub::{HFClient, HFError};
use sha2::{Digest, Sha256};

use super::cache::{RepoCache, is_commit};
use super::failure::{explain, is_not_offered};
use super::{OnProgress, Progress};
use crate::cache::Snapshot;
use crate::files::{ADDITIONAL_TEMPLATES, MAX_FILE_BYTES, TEMPLATE_FILES, TOKENIZER_FILES};
use crate::{Error, ErrorKind, Result, Token};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the server may send nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// How often a request that failed for a passing reason is repeated, with growing pauses of a second in all.
const TRIES: usize = 3;

/// What a download asks for.
pub(super) struct Request {
    pub(super) endpoint: String,
    pub(super) token: Option<Token>,
    pub(super) repo: String,
    pub(super) revision: String,
    pub(super) wanted: fn(&str) -> bool,
    pub(super) on_progress: Option<Arc<OnProgress>>,
}

/// What the Hub lists about a file. A Hub that cannot list says nothing about it.
#[derive(Default)]
struct Listed {
    size: Option<u64>,
    etag: Option<String>,
    sha256: Option<String>,
}

/// Fetches all wanted files of a revision into the cache.
pub(super) async fn fetch(request: &Request, cache: &RepoCache) -> Result<Snapshot> {
    let repo = repository(request)?;
    let commit = commit(&repo, request).await?;
    let mut files = Vec::new();
    for (name, listed) in list(&repo, request, &commit).await? {
        let path = match cache.file(&commit, &name) {
            Some(path) => Some(path),
            None => file(&repo, request, cache, &commit, &name, listed).await?,
        };
        files.extend(path.map(|path| (name, path)));
    }
    cache.remember(&request.revision, &commit)?;
    Ok(Snapshot::new(&*request.repo, &*request.revision, commit, files))
}

fn repository(request: &Request) -> Result<HFRepository<RepoTypeModel>> {
    let fail = |problem: String| {
        Error::new(ErrorKind::Hub, format!("cannot ask {:?}: {problem}", request.endpoint))
            .help("Check HF_ENDPOINT: it has to be an address such as https://huggingface.co")
    };
    let http = reqwest::Client::builder()
        .user_agent(concat!("rolecall/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .build()
        .map_err(|error| fail(error.to_string()))?;
    // Without a token hf-hub would look for one by rules of its own. A token that cannot stand in a header
    // is one that it does not send.
    let token = request.token.as_ref().map_or("\n", Token::reveal);
    if request.token.is_some() && !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::new(
            ErrorKind::Unauthorised,
            "the access token holds characters that no token has",
        )
        .help("Check HF_TOKEN or the token file"));
    }
    let client = HFClient::builder()
        .client(http)
        .endpoint(&request.endpoint)
        .token(token)
        .cache_enabled(false)
        .retry_max_attempts(TRIES)
        .build()
        .map_err(|error| fail(error.to_string()))?;
    let (owner, name) = hf_hub::split_id(&request.repo);
    Ok(client.model(owner, name))
}

/// The commit that a revision is now.
async fn commit(repo: &HFRepository<RepoTypeModel>, request: &Request) -> Result<String> {
    let commit = match repo.info().revision(request.revision.as_str()).send().await {
        Ok(info) => info.sha.unwrap_or_default(),
        // Mirrors that have files only say it with each of them.
        Err(error) if is_not_offered(&error) => {
            commit_of_files(repo, request).await?.ok_or_else(|| explain(&error, request))?
        }
        Err(error) => return Err(explain(&error, request)),
    };
    if is_commit(&commit) {
        return Ok(commit);
    }
    Err(Error::new(
        ErrorKind::Hub,
        format!("{} does not say which commit {} of {} is", request.endpoint, request.revision, request.repo),
    )
    .help("Check HF_ENDPOINT"))
}

/// The commit that a file's answer names; `None` if there is none of the files.
async fn commit_of_files(repo: &HFRepository<RepoTypeModel>, request: &Request) -> Result<Option<String>> {
    for name in TEMPLATE_FILES {
        match repo.get_file_metadata().filepath(name).revision(&request.revision).send().await {
            Ok(found) => return Ok(Some(found.commit_hash)),
            Err(error) if is_not_offered(&error) => {}
            Err(error) => return Err(explain(&error, request)),
        }
    }
    Ok(None)
}

/// The wanted files of a commit. Where the Hub does not list files, those that may be there.
async fn list(
    repo: &HFRepository<RepoTypeModel>,
    request: &Request,
    commit: &str,
) -> Result<BTreeMap<String, Listed>> {
    let mut found = BTreeMap::new();
    let has_folder = match list_folder(repo, request, commit, None, &mut found).await {
        Ok(folders) => folders.iter().any(|folder| folder == ADDITIONAL_TEMPLATES),
        Err(error) if is_not_offered(&error) => {
            let names =
                TEMPLATE_FILES.into_iter().chain(TOKENIZER_FILES).filter(|name| (request.wanted)(name));
            return Ok(names.map(|name| (name.to_owned(), Listed::default())).collect());
        }
        Err(error) => return Err(explain(&error, request)),
    };
    if has_folder {
        let listed = list_folder(repo, request, commit, Some(ADDITIONAL_TEMPLATES), &mut found).await;
        listed.map_err(|error| explain(&error, request))?;
    }
    Ok(found)
}

/// Adds the wanted files of one folder; gives the folders in it.
async fn list_folder(
    repo: &HFRepository<RepoTypeModel>,
    request: &Request,
    commit: &str,
    folder: Option<&str>,
    found: &mut BTreeMap<String, Listed>,
) -> std::result::Result<Vec<String>, HFError> {
    let mut folders = Vec::new();
    let entries = repo.list_tree().revision(commit).maybe_path_in_repo(folder).send()?;
    let mut entries = std::pin::pin!(entries);
    while let Some(entry) = entries.next().await {
        match entry? {
            RepoTreeEntry::File { oid, size, path, lfs, .. } if (request.wanted)(&path) => {
                let sha256 = lfs.and_then(|lfs| lfs.sha256);
                // Python files a content under the etag: the object's id, or the SHA-256 of a large file.
                let etag = Some(sha256.clone().unwrap_or(oid)).filter(|etag| is_etag(etag));
                found.insert(path, Listed { size: Some(size), etag, sha256 });
            }
            RepoTreeEntry::Directory { path, .. } => folders.push(path),
            RepoTreeEntry::File { .. } => {}
        }
    }
    Ok(folders)
}

/// An etag that can be the name of a file: servers write what they like.
fn is_etag(etag: &str) -> bool {
    (8..=128).contains(&etag.len()) && etag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Brings one file into the cache; `None` if the commit has no such file.
async fn file(
    repo: &HFRepository<RepoTypeModel>,
    request: &Request,
    cache: &RepoCache,
    commit: &str,
    name: &str,
    listed: Listed,
) -> Result<Option<PathBuf>> {
    if let Some(etag) = listed.etag.as_deref().filter(|etag| cache.has_blob(etag, listed.size)) {
        return cache.link(commit, name, etag).map(Some);
    }
    let stream = repo.download_file_stream().filename(name).revision(commit).send().await;
    let (length, mut stream) = match stream {
        Ok(stream) => stream,
        Err(error) => match explain(&error, request) {
            error if error.kind() == ErrorKind::FileNotFound && listed.size.is_none() => return Ok(None),
            error => return Err(error),
        },
    };
    let damaged = |problem: String| {
        Error::new(ErrorKind::Hub, format!("{name} of {} did not arrive whole: {problem}", request.repo))
            .help("Try again")
    };
    let total = listed.size.or(length);
    if total.is_some_and(|total| total > MAX_FILE_BYTES) {
        return Err(damaged(format!("it has more than {} MiB", MAX_FILE_BYTES >> 20)));
    }
    let mut blob = cache.new_blob()?;
    let mut hasher = Sha256::new();
    let mut done = 0;
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| match explain(&error, request) {
            error if error.kind() == ErrorKind::Offline => damaged(error.message().to_owned()),
            error => error,
        })?;
        done += part.len() as u64;
        if done > MAX_FILE_BYTES {
            return Err(damaged(format!("it has more than {} MiB", MAX_FILE_BYTES >> 20)));
        }
        hasher.update(&part);
        blob.write_all(&part).map_err(|error| {
            Error::new(ErrorKind::File, format!("cannot write the download cache: {error}"))
                .help("Check the free space")
        })?;
        if let Some(report) = &request.on_progress {
            report(Progress { file: name, done, total });
        }
    }
    if let Some(total) = total.filter(|total| *total != done) {
        return Err(damaged(format!("{done} of {total} bytes came")));
    }
    let sha256 = crate::cache::hex(&hasher.finalize());
    if let Some(expected) = listed.sha256.filter(|expected| *expected != sha256) {
        return Err(damaged(format!("its SHA-256 is {sha256}, the Hub says {expected}")));
    }
    let etag = listed.etag.unwrap_or(sha256);
    cache.keep_blob(blob, &etag)?;
    cache.link(commit, name, &etag).map(Some)
}
