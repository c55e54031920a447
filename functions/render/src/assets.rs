//! A task's media: from our bucket, or from the web through the guarded
//! fetcher; each once a task, streamed to scratch space with a size limit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use darkroom_editor_state::Asset;
use darkroom_media::FetchError;
use darkroom_render::{AssetError, AssetSource, BoxFuture};
use darkroom_store::StoreError;
use tokio::sync::OnceCell;

use crate::config::Worker;
use crate::control::Control;

/// Where one asset goes, and whether it is there.
struct Slot {
    path: PathBuf,
    there: OnceCell<()>,
}

pub(crate) struct TaskAssets {
    worker: Worker,
    user: String,
    scratch: PathBuf,
    control: Arc<Control>,
    /// One cell an asset: whoever asks second waits for the first.
    fetched: Mutex<HashMap<String, Arc<Slot>>>,
}

impl TaskAssets {
    pub(crate) fn new(worker: &Worker, user: &str, scratch: &Path, control: Arc<Control>) -> Self {
        Self {
            worker: worker.clone(),
            user: user.to_owned(),
            scratch: scratch.to_owned(),
            control,
            fetched: Mutex::default(),
        }
    }

    /// The asset's slot; file names are numbers, because an id is the caller's text.
    fn slot(&self, id: &str) -> Option<Arc<Slot>> {
        let mut fetched = self.fetched.lock().ok()?;
        let number = fetched.len();
        let slot = fetched.entry(id.to_owned()).or_insert_with(|| {
            let path = self.scratch.join(format!("asset-{number}"));
            Arc::new(Slot {
                path,
                there: OnceCell::new(),
            })
        });
        Some(Arc::clone(slot))
    }

    async fn bring(&self, asset: &Asset, path: &Path) -> Result<(), AssetError> {
        tokio::select! {
            fetched = self.worker.bring(&self.user, asset, path) => fetched,
            _ = self.control.stopped() => Err(AssetError::unavailable("the task was stopped")),
        }
    }
}

impl Worker {
    /// Streams an asset of a user's document into the file `into`: the user's own file in
    /// the bucket, or what the guarded fetcher gets from the web.
    ///
    /// # Errors
    /// Where the asset is at fault, or the bucket or the disk.
    pub async fn bring(&self, user: &str, asset: &Asset, into: &Path) -> Result<(), AssetError> {
        let limit = self.config().asset_limit_bytes;
        let brought = if let Some(key) = &asset.remote_key {
            let download = self.store().download_asset(user, key, into, limit);
            download.await.map_err(|error| from_bucket(&error))
        } else if let Some(url) = &asset.remote_url {
            let fetch = self.fetcher().fetch(url, into, limit);
            fetch.await.map_err(|error| from_web(&error))
        } else {
            let sentence = "it has neither a remoteKey nor a remoteUrl";
            Err(AssetError::refused(sentence))
        };
        brought.map(|_| ())
    }
}

impl AssetSource for TaskAssets {
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>> {
        Box::pin(async move {
            let slot = self
                .slot(&asset.id)
                .ok_or_else(|| AssetError::unavailable("the worker is broken"))?;
            slot.there
                .get_or_try_init(|| self.bring(asset, &slot.path))
                .await?;
            Ok(slot.path.clone())
        })
    }
}

fn from_bucket(error: &StoreError) -> AssetError {
    if error.is_callers_fault() {
        AssetError::refused(error.to_string())
    } else {
        AssetError::unavailable(error.to_string())
    }
}

fn from_web(error: &FetchError) -> AssetError {
    if error.is_callers_fault() {
        AssetError::refused(error.to_string())
    } else {
        AssetError::unavailable(error.to_string())
    }
}
