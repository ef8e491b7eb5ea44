//! Models that are on this computer, and stay as they are: nothing here asks the Hub.

use std::path::Path;

use rolecall::cache::TemplatesCache;
use rolecall::{Model, ModelSource};

use crate::failure::{Failure, Outcome};

/// How much of a commit has to be named.
const SHORT_COMMIT: usize = 7;

/// A repository at a revision, if the lock file pins it there.
pub(crate) fn at_revision(cache: &Path, repo: &str, revision: &str) -> Outcome<Option<Model>> {
    let models = TemplatesCache::new(cache).locked()?;
    let Some((_, locked)) = models.into_iter().find(|(name, _)| name == repo) else { return Ok(None) };
    let is_commit = revision.len() >= SHORT_COMMIT && locked.commit.starts_with(revision);
    if !is_commit && locked.revision != revision {
        return Ok(None);
    }
    Ok(Some(Model::from_cache(cache, repo)?))
}

/// A model by its name in a manifest: what may not be fetched has to be pinned.
pub(crate) fn load(name: &str, folder: &Path, cache: &Path) -> Outcome<Model> {
    let here = folder.join(name);
    let is_path = name.starts_with("./") || name.starts_with("../") || matches!(name, "." | "..");
    // A name that says that it is a path is one, also where nothing is.
    let name = if !name.is_empty() && (is_path || here.symlink_metadata().is_ok()) {
        let Some(path) = here.to_str() else {
            return Err(Failure::Job(format!("{}: the path is not UTF-8. Rename it.", here.display())));
        };
        if here.is_absolute() { path.to_owned() } else { format!("./{path}") }
    } else {
        name.to_owned()
    };
    match ModelSource::parse(&name, cache)? {
        ModelSource::Hub { repo, revision } => {
            let pinned = match &revision {
                Some(revision) => at_revision(cache, &repo, revision)?,
                None => None,
            };
            pinned.ok_or_else(|| {
                Failure::Job(format!(
                    "{name} is not pinned in {}, and goldens are compared with nothing else. Pin it with: rolecall \
                     fetch {name}",
                    cache.display()
                ))
            })
        }
        source => Ok(source.load()?),
    }
}
