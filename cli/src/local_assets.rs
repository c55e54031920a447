//! Finds a document's media on this machine: `render` and `frame` without the service.
//!
//! With `--assets DIR` an asset is looked for there by its `remoteKey`, the
//! last part of that key, its `filename` and its id. Without a file there, its
//! `remoteUrl` is fetched by the same guarded fetcher that the service uses.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use darkroom_editor_state::Asset;
use darkroom_media::Fetcher;
use darkroom_render::{AssetError, AssetSource, BoxFuture};
use tokio::sync::Mutex;

/// Local files first, then guarded fetches, each once.
pub(crate) struct LocalAssets {
    dir: Option<PathBuf>,
    fetcher: Fetcher,
    scratch: PathBuf,
    fetched: Mutex<HashMap<String, PathBuf>>,
}

impl LocalAssets {
    pub(crate) fn new(dir: Option<PathBuf>, fetcher: Fetcher, scratch: PathBuf) -> Self {
        Self {
            dir,
            fetcher,
            scratch,
            fetched: Mutex::default(),
        }
    }

    fn on_disk(&self, asset: &Asset) -> Option<PathBuf> {
        let dir = self.dir.as_ref()?;
        let key = asset.remote_key.as_deref();
        let names = [
            key,
            key.and_then(|key| key.rsplit('/').next()),
            Some(asset.filename.as_str()),
            Some(asset.id.as_str()),
        ];
        names
            .into_iter()
            .flatten()
            .filter(|name| !name.is_empty() && stays_inside(Path::new(name)))
            .map(|name| dir.join(name))
            .find(|path| path.is_file())
    }
}

impl AssetSource for LocalAssets {
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>> {
        Box::pin(async move {
            if let Some(path) = self.on_disk(asset) {
                return Ok(path);
            }
            let Some(url) = &asset.remote_url else {
                return Err(AssetError::refused(match &self.dir {
                    Some(dir) => format!(
                        "{} holds neither its remoteKey nor `{}`, and it has no remoteUrl",
                        dir.display(),
                        asset.filename
                    ),
                    None => "it has no remoteUrl; name the folder that holds it with --assets DIR"
                        .to_owned(),
                }));
            };
            // Held over the fetch: two that need one asset fetch it once.
            let mut fetched = self.fetched.lock().await;
            if let Some(path) = fetched.get(&asset.id) {
                return Ok(path.clone());
            }
            let path = self.scratch.join(format!("asset-{}", fetched.len()));
            self.fetcher
                .fetch(url, &path, ASSET_LIMIT_BYTES)
                .await
                .map_err(|error| AssetError::refused(error.to_string()))?;
            fetched.insert(asset.id.clone(), path.clone());
            Ok(path)
        })
    }
}

/// The largest asset fetched, as the service has it.
const ASSET_LIMIT_BYTES: u64 = 800 * 1024 * 1024;

/// A document must not reach outside the directory it was given.
fn stays_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Gives a finished temporary file its name, readable as the user's own files are.
pub(crate) fn publish(part: tempfile::NamedTempFile, output: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let write = || format!("cannot write {}", output.display());
    part.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))
        .with_context(write)?;
    part.persist(output).with_context(write)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_directory_are_not_looked_up() {
        assert!(stays_inside(Path::new("a/b.png")));
        assert!(!stays_inside(Path::new("../b.png")));
        assert!(!stays_inside(Path::new("/etc/passwd")));
    }
}
