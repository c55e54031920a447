//! The media of the document whose frames are looked at. They stay on disk from one frame
//! to the next, so that a scrubber need not wait for them again.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use darkroom_editor_state::Asset;
use darkroom_render::{AssetError, AssetSource, BoxFuture};
use darkroom_worker::Worker;
use tempfile::TempPath;
use tokio::sync::Mutex;

/// A file is brought again after so long, as what an address names may have changed.
const FRESH: Duration = Duration::from_mins(5);

/// Whose file it is, and where it comes from.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Source {
    user: String,
    remote_key: Option<String>,
    remote_url: Option<String>,
}

impl Source {
    fn of(user: &str, asset: &Asset) -> Self {
        Self {
            user: user.to_owned(),
            remote_key: asset.remote_key.clone(),
            remote_url: asset.remote_url.clone(),
        }
    }
}

/// A file on disk, removed when dropped.
struct Brought {
    path: TempPath,
    at: Instant,
}

/// The files of one document: as much space as a render of it takes.
pub(super) struct Media {
    folder: PathBuf,
    files: HashMap<Source, Brought>,
}

impl Media {
    /// Keeps files in `folder`, which is made anew: what a killed service left in it goes.
    pub(super) fn new(folder: PathBuf) -> anyhow::Result<Self> {
        let cannot = || format!("cannot empty {}", folder.display());
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(cannot);
            }
            _ => {}
        }
        std::fs::create_dir_all(&folder).with_context(cannot)?;
        Ok(Self {
            folder,
            files: HashMap::new(),
        })
    }

    /// Removes what a user's document with these assets does not use, and what is old.
    pub(super) fn keep<'a>(&mut self, user: &str, assets: impl Iterator<Item = &'a Asset>) {
        let used: HashSet<Source> = assets.map(|asset| Source::of(user, asset)).collect();
        self.files
            .retain(|source, file| used.contains(source) && file.at.elapsed() < FRESH);
    }

    async fn file(
        &mut self,
        worker: &Worker,
        user: &str,
        asset: &Asset,
    ) -> Result<PathBuf, AssetError> {
        let source = Source::of(user, asset);
        if let Some(file) = self.files.get(&source) {
            return Ok(file.path.to_path_buf());
        }
        let path = tempfile::NamedTempFile::new_in(&self.folder)
            .map_err(|error| AssetError::unavailable(format!("there is no room for it: {error}")))?
            .into_temp_path();
        worker.bring(user, asset, &path).await?;
        let found = path.to_path_buf();
        let at = Instant::now();
        self.files.insert(source, Brought { path, at });
        Ok(found)
    }
}

/// Brings what is not there yet, in the name of a user.
pub(super) struct Bringer<'a> {
    pub(super) worker: &'a Worker,
    pub(super) user: &'a str,
    pub(super) media: Mutex<&'a mut Media>,
}

impl AssetSource for Bringer<'_> {
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>> {
        Box::pin(async move {
            let mut media = self.media.lock().await;
            media.file(self.worker, self.user, asset).await
        })
    }
}
