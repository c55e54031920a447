//! A task's media: from our bucket, or from the web through the guarded
//! fetcher; each once a task, streamed to scratch space with a size limit, and all of a
//! task within one budget of bytes and of time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use darkroom_editor_state::Asset;
use darkroom_media::FetchError;
use darkroom_render::{AssetError, AssetSource, BoxFuture};
use darkroom_store::StoreError;
use tokio::sync::OnceCell;

use crate::config::Worker;
use crate::control::Control;
use crate::scratch;

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
    /// Held while a file comes, so that no two spend the same.
    budget: tokio::sync::Mutex<Budget>,
    /// One cell an asset: whoever asks second waits for the first.
    fetched: Mutex<HashMap<String, Arc<Slot>>>,
}

impl TaskAssets {
    /// Brings a task's files into `scratch`, as many bytes of them as there is room for.
    ///
    /// # Errors
    /// Where the file system does not say how much that is.
    pub(crate) fn new(
        worker: &Worker,
        user: &str,
        scratch: &Path,
        control: Arc<Control>,
    ) -> std::io::Result<Self> {
        let config = worker.config();
        let bytes = scratch::room(scratch)?.min(config.all_assets_limit_bytes);
        Ok(Self {
            worker: worker.clone(),
            user: user.to_owned(),
            scratch: scratch.to_owned(),
            control,
            budget: Budget::new(bytes, config.fetch_time).into(),
            fetched: Mutex::default(),
        })
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
        let mut budget = self.budget.lock().await;
        let bring = self
            .worker
            .bring_within(&self.user, asset, path, &mut budget);
        tokio::select! {
            fetched = Box::pin(bring) => fetched,
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
        let config = self.config();
        let mut budget = Budget::new(config.asset_limit_bytes, config.fetch_time);
        Box::pin(self.bring_within(user, asset, into, &mut budget)).await
    }

    /// The same, of a budget that it takes from.
    async fn bring_within(
        &self,
        user: &str,
        asset: &Asset,
        into: &Path,
        budget: &mut Budget,
    ) -> Result<(), AssetError> {
        let limit = self.config().asset_limit_bytes;
        let most = limit.min(budget.left_bytes);
        let brought = if let Some(key) = &asset.remote_key {
            let download = self.store().download_asset(user, key, into, most);
            download.await.map_err(|error| match error {
                StoreError::TooLarge { .. } if most < limit => budget.too_many_bytes(),
                error => from_bucket(&error),
            })
        } else if let Some(url) = &asset.remote_url {
            let began = Instant::now();
            let fetch = Box::pin(self.fetcher().fetch(url, into, most));
            let fetched = tokio::time::timeout(budget.left_time, fetch).await;
            budget.left_time = budget.left_time.saturating_sub(began.elapsed());
            match fetched {
                Ok(Err(FetchError::TooLarge { .. })) if most < limit => {
                    Err(budget.too_many_bytes())
                }
                Ok(fetched) => fetched.map_err(|error| from_web(&error)),
                Err(_) => Err(budget.too_slow()),
            }
        } else {
            let sentence = "it has neither a remoteKey nor a remoteUrl";
            Err(AssetError::refused(sentence))
        };
        budget.left_bytes = budget.left_bytes.saturating_sub(brought?);
        Ok(())
    }
}

/// What all files of one task may take together.
struct Budget {
    bytes: u64,
    left_bytes: u64,
    /// Of fetches from the web: how slow the bucket is, is not its caller's doing.
    time: Duration,
    left_time: Duration,
}

impl Budget {
    const fn new(bytes: u64, time: Duration) -> Self {
        Self {
            bytes,
            left_bytes: bytes,
            time,
            left_time: time,
        }
    }

    fn too_many_bytes(&self) -> AssetError {
        AssetError::refused(format!(
            "with it the files of this export have more than {} bytes in all; use fewer or \
             smaller ones",
            self.bytes
        ))
    }

    fn too_slow(&self) -> AssetError {
        AssetError::refused(format!(
            "its server is too slow: with it the files that this export names by remoteUrl \
             are not complete within {} s in all; upload them, or use fewer or smaller ones",
            self.time.as_secs()
        ))
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
