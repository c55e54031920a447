//! The files behind a document's assets, probed and checked once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use darkroom_editor_state::{EditorState, Item, ItemKind};
use darkroom_media::{MediaError, Probe, Tools, check_still, probe};

use crate::error::RenderError;

/// A file that moves or sounds.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) probe: Probe,
}

/// Every asset that is drawn or heard, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Media {
    files: BTreeMap<String, File>,
    stills: BTreeMap<String, PathBuf>,
}

impl Media {
    pub(crate) fn probe(
        tools: &Tools,
        files: Vec<(String, Use, PathBuf)>,
    ) -> Result<Self, RenderError> {
        let mut media = Self::default();
        for (id, wanted, path) in files {
            let refused = |cause| RenderError::of_asset(&id, cause);
            if wanted.still {
                check_still(tools, &path).map_err(refused)?;
                media.stills.insert(id.clone(), path.clone());
            }
            if wanted.plays {
                let found = probe(tools, &path).map_err(refused)?;
                check(wanted, &found).map_err(refused)?;
                media.files.insert(id, File { path, probe: found });
            }
        }
        Ok(media)
    }

    pub(crate) fn get(&self, id: &str) -> Result<&File, RenderError> {
        self.files
            .get(id)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }

    pub(crate) fn still(&self, id: &str) -> Result<&Path, RenderError> {
        self.stills
            .get(id)
            .map(PathBuf::as_path)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }
}

/// What a document takes from an asset. The asset's own words about its type
/// are hints: what the file must have is what is taken from it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Use {
    /// An image item shows its (first) picture.
    still: bool,
    /// An item plays it, be it to show or to be heard.
    plays: bool,
    /// A video or gif item shows it.
    film: bool,
    /// An audio item is heard with it.
    sound: bool,
}

fn check(wanted: Use, found: &Probe) -> Result<(), MediaError> {
    if wanted.film && found.video.is_none() {
        return Err(MediaError::Missing("picture"));
    }
    if wanted.sound && found.audio.is_none() {
        return Err(MediaError::Missing("sound"));
    }
    Ok(())
}

/// The asset an item draws or plays.
pub(crate) fn asset_of(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Image(image) => Some(&image.asset_id),
        ItemKind::Video(video) => Some(&video.asset_id),
        ItemKind::Gif(gif) => Some(&gif.asset_id),
        ItemKind::Audio(audio) => Some(&audio.asset_id),
        ItemKind::Text(_)
        | ItemKind::Captions(_)
        | ItemKind::Solid(_)
        | ItemKind::Illustration(_)
        | ItemKind::Chart(_)
        | ItemKind::Effect(_)
        | ItemKind::Filter(_)
        | ItemKind::Unsupported(_) => None,
    }
}

/// Assets of items that are drawn or heard: a hidden, muted track needs none.
pub(crate) fn used_assets(doc: &EditorState) -> BTreeMap<&str, Use> {
    let mut used: BTreeMap<&str, Use> = BTreeMap::new();
    for track in &doc.tracks {
        for item in track.items.iter().filter_map(|id| doc.items.get(id)) {
            let audio = matches!(item.kind, ItemKind::Audio(_));
            let heard = (audio || matches!(item.kind, ItemKind::Video(_))) && !track.muted;
            let drawn = !audio && !track.hidden;
            if let (true, Some(asset)) = (heard || drawn, asset_of(item)) {
                let wanted = used.entry(asset).or_default();
                let still = matches!(item.kind, ItemKind::Image(_));
                wanted.still |= drawn && still;
                wanted.plays |= !still;
                wanted.film |= drawn && !still;
                wanted.sound |= audio;
            }
        }
    }
    used
}
