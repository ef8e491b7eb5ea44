//! `rolecall fetch`: pins a model's files in `templates-cache/`.

use rolecall::cache::{LockedModel, TemplatesCache};
use serde_json::json;

use crate::args::FetchArgs;
use crate::failure::{Failure, Outcome};
use crate::output;

pub(crate) fn run(args: &FetchArgs) -> Outcome {
    let cache = TemplatesCache::new(&args.templates_cache);
    let (repo, revision) = match args.repo.as_deref().map(|repo| repo.split_once('@').unwrap_or((repo, ""))) {
        Some((repo, in_name)) if !in_name.is_empty() => {
            if args.revision.is_some() || args.locked {
                return Err(Failure::Usage(format!("{repo}@{in_name} names a revision already")));
            }
            (Some(repo), Some(in_name))
        }
        Some((repo, _)) => (Some(repo), args.revision.as_deref()),
        None => (None, None),
    };
    let mut done = Vec::new();
    match repo {
        Some(repo) if args.locked => done.push(pinned(&cache, repo)?),
        Some(repo) => done.push(Fetched {
            model: download(&cache, repo, revision)?,
            repo: repo.to_owned(),
            action: "fetched",
        }),
        None => {
            for (repo, _) in cache.locked()? {
                done.push(pinned(&cache, &repo)?);
            }
        }
    }
    if args.json {
        let documents = done.iter().map(|fetched| {
            json!({
                "model": fetched.repo,
                "action": fetched.action,
                "revision": fetched.model.revision,
                "commit": fetched.model.commit,
                "files": fetched.model.files,
            })
        });
        return output::json(&documents.collect::<Vec<_>>());
    }
    if done.is_empty() {
        return output::text(&format!("{} names no models\n", cache.dir().join("rolecall.lock").display()));
    }
    output::text(&done.iter().map(|fetched| fetched.page(&cache)).collect::<String>())
}

/// What was done for one model.
struct Fetched {
    repo: String,
    model: LockedModel,
    action: &'static str,
}

impl Fetched {
    fn page(&self, cache: &TemplatesCache) -> String {
        let commit = self.model.commit.get(..12).unwrap_or(&self.model.commit);
        let folder = cache.dir().join(&self.repo);
        let mut page = format!("{} {} at {commit} into {}\n", self.action, self.repo, folder.display());
        if self.action == "verified" {
            page = format!("verified {} at {commit} in {}\n", self.repo, folder.display());
        }
        for (name, file) in &self.model.files {
            let hash = file.sha256.get(..12).unwrap_or(&file.sha256);
            page.push_str(&output::visible(&format!("  {hash}  {:>9}  {name}", file.size)));
            page.push('\n');
        }
        page
    }
}

/// Makes what is here what the lock file says; downloads only what is missing.
fn pinned(cache: &TemplatesCache, repo: &str) -> Outcome<Fetched> {
    if cache.is_complete(repo)? {
        return Ok(Fetched { model: cache.verify(repo)?, repo: repo.to_owned(), action: "verified" });
    }
    Ok(Fetched { model: restore(cache, repo)?, repo: repo.to_owned(), action: "restored" })
}

#[cfg(feature = "hub")]
fn download(cache: &TemplatesCache, repo: &str, revision: Option<&str>) -> Outcome<LockedModel> {
    let mut options = rolecall::hub::HubOptions::from_env();
    if let Some(revision) = revision {
        options = options.revision(revision);
    }
    let snapshot = rolecall::hub::download(repo, &crate::progress::shown(options))?;
    if snapshot.from_cache {
        output::note("The Hub was not asked or not reached: this is the copy in the download cache.");
    }
    Ok(cache.store(&snapshot)?)
}

#[cfg(feature = "hub")]
fn restore(cache: &TemplatesCache, repo: &str) -> Outcome<LockedModel> {
    let commit = cache.locked_model(repo)?.commit;
    let options = rolecall::hub::HubOptions::from_env().revision(commit);
    let snapshot = rolecall::hub::download(repo, &crate::progress::shown(options))?;
    Ok(cache.restore(&snapshot)?)
}

#[cfg(not(feature = "hub"))]
fn download(_cache: &TemplatesCache, repo: &str, _revision: Option<&str>) -> Outcome<LockedModel> {
    Err(without_hub(repo))
}

#[cfg(not(feature = "hub"))]
fn restore(_cache: &TemplatesCache, repo: &str) -> Outcome<LockedModel> {
    Err(without_hub(repo))
}

#[cfg(not(feature = "hub"))]
fn without_hub(repo: &str) -> Failure {
    Failure::Job(format!(
        "{repo} is on the Hub, and this program is built without it. Build with the feature hub."
    ))
}
