//! Brings a model's files into the download cache.

use std::io::Write;
use std::path::PathBuf;

use futures_util::{Stream, StreamExt};
use hf_hub::HFError;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::Progress;
use super::cache::RepoCache;
use super::client::{Client, Listed};
use super::failure::{Failure, interruption};
use super::request::Request;
use crate::cache::Snapshot;
use crate::files::MAX_FILE_BYTES;
use crate::{Error, ErrorKind};

/// The most bytes of all files of a model; real ones have some tens of megabytes.
const MAX_ALL_BYTES: u64 = 4 * MAX_FILE_BYTES;

/// Fetches all wanted files of a revision into the cache.
pub(super) async fn fetch(request: &Request, cache: &RepoCache) -> Result<Snapshot, Failure> {
    let client = Client::new(request)?;
    let commit = client.commit().await?;
    let mut files = Vec::new();
    let mut is_new = false;
    let mut left = MAX_ALL_BYTES;
    for (name, listed) in client.list(&commit).await? {
        let mut path = cache.file(&commit, &name);
        if path.is_none() {
            is_new = true;
            let left = &mut left;
            path =
                Download { client: &client, cache, commit: &commit, name: &name, listed, left }.run().await?;
        }
        files.extend(path.map(|path| (name, path)));
    }
    for name in request.wanted.names().filter(|name| files.iter().all(|(here, _)| here != name)) {
        cache.note_absence(&commit, name);
    }
    match cache.remember(&request.revision, &commit) {
        // A cache that cannot be written serves what it has.
        Err(error) if is_new => return Err(error.into()),
        _ => {}
    }
    Ok(Snapshot::new(&*request.repo, &*request.revision, commit, files))
}

/// One file on its way.
struct Download<'a> {
    client: &'a Client<'a>,
    cache: &'a RepoCache,
    commit: &'a str,
    name: &'a str,
    listed: Listed,
    /// How many bytes the model's files may still have.
    left: &'a mut u64,
}

impl Download<'_> {
    /// Gives the path in the cache; `None` if the commit has no such file.
    async fn run(self) -> Result<Option<PathBuf>, Failure> {
        let Self { cache, commit, name, .. } = self;
        if let Some(etag) = self.listed.etag.as_deref().filter(|etag| cache.has_blob(etag, self.listed.size))
        {
            return Ok(Some(cache.link(commit, name, etag)?));
        }
        if let Some(size) = self.listed.size {
            self.check_size(size)?;
        }
        let stream = self.client.repo.download_file_stream().filename(name).revision(commit).send();
        let (length, stream) = match self.client.answer(stream).await? {
            Ok(stream) => stream,
            Err(error) => match self.client.explain(&error) {
                // Where nothing was listed, this is how it turns out.
                failure if failure.error.kind() == ErrorKind::FileNotFound && self.listed.size.is_none() => {
                    return Ok(None);
                }
                failure => return Err(failure),
            },
        };
        let total = self.listed.size.or(length);
        let mut blob = cache.new_blob()?;
        let limit = self.client.request.limits.file;
        let received = tokio::time::timeout(limit, self.receive(stream, total, &mut blob)).await;
        let (size, sha256) = received.unwrap_or_else(|_| {
            Err(self.damaged(&format!("it took more than {} seconds", limit.as_secs())))
        })?;
        if let Some(total) = total.filter(|total| *total != size) {
            return Err(self.damaged(&format!("{size} of {total} bytes came")));
        }
        if let Some(expected) = self.listed.sha256.as_ref().filter(|expected| **expected != sha256) {
            return Err(self.damaged(&format!("its SHA-256 is {sha256}, the Hub says {expected}")));
        }
        *self.left = self.left.saturating_sub(size);
        let etag = self.listed.etag.unwrap_or(sha256);
        cache.keep_blob(blob, &etag)?;
        Ok(Some(cache.link(commit, name, &etag)?))
    }

    /// Writes what comes; gives the number of bytes and their SHA-256.
    async fn receive(
        &self,
        mut stream: impl Stream<Item = Result<impl AsRef<[u8]>, HFError>> + Unpin,
        total: Option<u64>,
        blob: &mut NamedTempFile,
    ) -> Result<(u64, String), Failure> {
        let mut hasher = Sha256::new();
        let mut done = 0;
        self.report(done, total);
        while let Some(part) = stream.next().await {
            let part = part.map_err(|error| self.damaged(&interruption(&error, self.client.request)))?;
            let part = part.as_ref();
            done += part.len() as u64;
            match total {
                Some(total) if done > total => {
                    return Err(self.damaged(&format!("more than its {total} bytes came")));
                }
                _ => self.check_size(done)?,
            }
            hasher.update(part);
            blob.write_all(part).map_err(|error| {
                Error::new(ErrorKind::File, format!("cannot write in the download cache: {error}"))
                    .help("Check the free space, or choose another folder with HF_HUB_CACHE")
            })?;
            self.report(done, total);
        }
        Ok((done, crate::cache::hex(&hasher.finalize())))
    }

    fn report(&self, done: u64, total: Option<u64>) {
        if let Some(report) = &self.client.request.on_progress {
            report(Progress { file: self.name, done, total });
        }
    }

    fn check_size(&self, size: u64) -> Result<(), Failure> {
        let limit = MAX_FILE_BYTES.min(*self.left);
        if size <= limit {
            return Ok(());
        }
        let Self { name, client, .. } = self;
        let problem = format!("{name} of {} has more than {limit} bytes", client.request.repo);
        Err(Error::new(ErrorKind::Hub, problem)
            .help("No model's file for prompts is that large: check that it is the right repository")
            .into())
    }

    /// A file of which not everything came, or not what was announced.
    fn damaged(&self, problem: &str) -> Failure {
        let Self { name, client, .. } = self;
        Error::new(
            ErrorKind::Hub,
            format!("{name} of {} did not arrive whole: {problem}", client.request.repo),
        )
        .help("Try again")
        .into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use rolecall_testkit::{FakeHub, Part, Repo, Response};

    use super::*;
    use crate::hub::names::Wanted;
    use crate::hub::request::Limits;

    const TEMPLATE: &str = "a template of some length";

    /// Something every few milliseconds, for ten seconds.
    fn drip() -> Response {
        let drop = [Part::Bytes(b" ".to_vec()), Part::Pause(Duration::from_millis(20))];
        Response::new(200).parts(drop.into_iter().cycle().take(1000).collect())
    }

    fn fetch_from(hub: FakeHub) -> Failure {
        let server = hub.repo(Repo::new("org/name").file("config.json", TEMPLATE)).start().expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        let limit = Duration::from_millis(300);
        let request = Request {
            endpoint: server.url(),
            token: None,
            repo: "org/name".to_owned(),
            revision: "main".to_owned(),
            wanted: Wanted::Rendering,
            limits: Limits { silence: Duration::from_secs(60), answer: limit, file: limit },
            repetitions: 0,
            on_progress: None,
        };
        let cache = RepoCache::new(folder.path(), "org/name");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let start = Instant::now();
        let failure = runtime.block_on(fetch(&request, &cache)).expect_err("takes too long");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        failure
    }

    /// A server that keeps sending never falls silent.
    #[test]
    fn what_comes_in_drops_has_an_end_too() {
        for path in ["/revision/", "/tree/"] {
            assert!(fetch_from(FakeHub::new().once(path, drip())).is_passing, "{path}");
        }
        let question = Response::new(200).body(TEMPLATE);
        let failure = fetch_from(FakeHub::new().once("/resolve/", question).once("/resolve/", drip()));
        assert!(
            failure.error.message().contains("config.json of org/name did not arrive whole"),
            "{failure:?}"
        );
    }
}
