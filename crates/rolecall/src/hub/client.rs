//! Questions to the Hub: which commit a revision is, and which files it has.

use std::collections::BTreeMap;
use std::future::Future;

use futures_util::StreamExt;
use hf_hub::repository::{HFRepository, RepoTreeEntry, RepoTypeModel};
use hf_hub::{HFClient, HFError};

use super::failure::{Failure, explain, is_not_offered, too_slow};
use super::names::is_commit;
use super::request::Request;
use crate::files::{ADDITIONAL_TEMPLATES, TEMPLATE_FILES};
use crate::{Error, ErrorKind, Token};

/// The most entries of a folder that are looked through; the Hub advises to stay far below.
const MAX_ENTRIES: usize = 50_000;

/// The most files that are taken; models have a dozen.
const MAX_FILES: usize = 256;

const USER_AGENT: &str = concat!("rolecall/", env!("CARGO_PKG_VERSION"));

/// A repository on the Hub.
pub(super) struct Client<'a> {
    pub(super) repo: HFRepository<RepoTypeModel>,
    pub(super) request: &'a Request,
}

/// What the Hub lists about a file. A Hub that cannot list says nothing about it.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) size: Option<u64>,
    /// The name that Python gives to a file with this content.
    pub(super) etag: Option<String>,
    pub(super) sha256: Option<String>,
}

impl<'a> Client<'a> {
    pub(super) fn new(request: &'a Request) -> Result<Self, Failure> {
        let fail = |problem: String| {
            Error::new(ErrorKind::Hub, format!("cannot ask {:?}: {problem}", request.shown_endpoint()))
                .help("Check HF_ENDPOINT: it has to be an address such as https://huggingface.co")
        };
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(request.limits.silence)
            .read_timeout(request.limits.silence)
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let client = HFClient::builder()
            .client(http)
            .user_agent(USER_AGENT)
            .endpoint(&request.endpoint)
            .token(header_token(request)?)
            .cache_enabled(false)
            .retry_max_attempts(request.repetitions)
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let (owner, name) = hf_hub::split_id(&request.repo);
        Ok(Self { repo: client.model(owner, name), request })
    }

    /// Waits for an answer, but not forever.
    pub(super) async fn answer<T>(
        &self,
        question: impl Future<Output = Result<T, HFError>>,
    ) -> Result<Result<T, HFError>, Failure> {
        let answer = tokio::time::timeout(self.request.limits.answer, question).await;
        answer.map_err(|_| too_slow(self.request, self.request.limits.answer))
    }

    pub(super) fn explain(&self, error: &HFError) -> Failure {
        explain(error, self.request)
    }

    /// The commit that the revision is now.
    pub(super) async fn commit(&self) -> Result<String, Failure> {
        let Request { repo, revision, .. } = self.request;
        if is_commit(revision) {
            return Ok(revision.clone());
        }
        let commit = match self.answer(self.repo.info().revision(revision.as_str()).send()).await? {
            Ok(info) => info.sha.unwrap_or_default(),
            // Mirrors that have files only say it with each of them.
            Err(error) if is_not_offered(&error) => {
                self.commit_of_files().await?.ok_or_else(|| self.explain(&error))?
            }
            Err(error) => return Err(self.explain(&error)),
        };
        if is_commit(&commit) {
            return Ok(commit);
        }
        let endpoint = self.request.shown_endpoint();
        let problem = format!("{endpoint} does not say which commit {revision} of {repo} is");
        Err(Error::new(ErrorKind::Hub, problem).help("Check HF_ENDPOINT").into())
    }

    /// The commit that a file's answer names; `None` if there is none of the files.
    async fn commit_of_files(&self) -> Result<Option<String>, Failure> {
        for name in TEMPLATE_FILES {
            let file = self.repo.get_file_metadata().filepath(name).revision(&self.request.revision);
            match self.answer(file.send()).await? {
                Ok(found) => return Ok(Some(found.commit_hash)),
                Err(error) if is_not_offered(&error) => {}
                Err(error) => return Err(self.explain(&error)),
            }
        }
        Ok(None)
    }

    /// The wanted files of a commit. Where the Hub does not list files, those that may be there.
    pub(super) async fn list(&self, commit: &str) -> Result<BTreeMap<String, Listed>, Failure> {
        let mut found = BTreeMap::new();
        let has_folder = match self.answer(self.list_folder(commit, None, &mut found)).await? {
            Ok(has_folder) => has_folder,
            Err(error) if is_not_offered(&error) => {
                let names = self.request.wanted.names();
                return Ok(names.map(|name| (name.to_owned(), Listed::default())).collect());
            }
            Err(error) => return Err(self.explain(&error)),
        };
        if has_folder {
            let listed =
                self.answer(self.list_folder(commit, Some(ADDITIONAL_TEMPLATES), &mut found)).await?;
            listed.map_err(|error| self.explain(&error))?;
        }
        if found.len() > MAX_FILES {
            let problem = format!("{} has more than {MAX_FILES} templates", self.request.repo);
            return Err(Error::new(ErrorKind::Hub, problem)
                .help("Take the ones you need into a folder of your own")
                .into());
        }
        Ok(found)
    }

    /// Adds the wanted files of one folder; says whether the folder of additional templates is in it.
    async fn list_folder(
        &self,
        commit: &str,
        folder: Option<&str>,
        found: &mut BTreeMap<String, Listed>,
    ) -> Result<bool, HFError> {
        let mut has_folder = false;
        let entries =
            self.repo.list_tree().revision(commit).maybe_path_in_repo(folder).limit(MAX_ENTRIES).send()?;
        let mut entries = std::pin::pin!(entries);
        while let Some(entry) = entries.next().await {
            match entry? {
                RepoTreeEntry::File { oid, size, path, lfs, .. } if self.request.wanted.takes(&path) => {
                    // Small files go by the id of their object in git, large ones by the SHA-256 of their
                    // content. Hf-hub does not read the latter from listings; it is known after the download.
                    let (etag, sha256) = match lfs {
                        Some(lfs) => (lfs.sha256.clone(), lfs.sha256),
                        None => (Some(oid), None),
                    };
                    let etag = etag.filter(|etag| is_etag(etag));
                    found.insert(path, Listed { size: Some(size), etag, sha256 });
                }
                RepoTreeEntry::Directory { path, .. } => has_folder |= path == ADDITIONAL_TEMPLATES,
                RepoTreeEntry::File { .. } => {}
            }
        }
        Ok(has_folder)
    }
}

/// What makes hf-hub send our token, and none where there is none.
fn header_token(request: &Request) -> Result<&str, Error> {
    // Without a token hf-hub would look for one by rules of its own. One that cannot stand in a header is one
    // that it does not send.
    let Some(token) = request.token.as_ref().map(Token::reveal) else { return Ok("\n") };
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    Err(Error::new(
        ErrorKind::Unauthorised,
        "the access token is empty or holds characters that no token has",
    )
    .help("Check HF_TOKEN or the token file"))
}

/// An etag that can be the name of a file: servers write what they like.
fn is_etag(etag: &str) -> bool {
    (8..=128).contains(&etag.len()) && etag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
