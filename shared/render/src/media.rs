//! The files behind a document's assets, probed and checked once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use darkroom_editor_state::{Asset, AssetKind, EditorState, Item, ItemKind};
use darkroom_media::{MediaError, Probe, Tools, probe};

use crate::error::RenderError;

/// One asset's file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) probe: Probe,
}

/// Every asset that is drawn or heard, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Media(BTreeMap<String, File>);

impl Media {
    pub(crate) fn probe(tools: &Tools, files: Vec<(Asset, PathBuf)>) -> Result<Self, RenderError> {
        let mut media = BTreeMap::new();
        for (asset, path) in files {
            let refused = |cause| RenderError::AssetMedia {
                id: asset.id.clone(),
                cause,
            };
            let found = probe(tools, &path).map_err(refused)?;
            check(&asset, &found).map_err(refused)?;
            media.insert(asset.id, File { path, probe: found });
        }
        Ok(Self(media))
    }

    pub(crate) fn get(&self, id: &str) -> Result<&File, RenderError> {
        self.0
            .get(id)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }
}

/// The declared type says what must be there; probing says what is.
fn check(asset: &Asset, found: &Probe) -> Result<(), MediaError> {
    match asset.kind {
        AssetKind::Image | AssetKind::Video | AssetKind::Gif if found.video.is_none() => {
            Err(MediaError::Missing("picture"))
        }
        AssetKind::Audio if found.audio.is_none() => Err(MediaError::Missing("sound")),
        _ => Ok(()),
    }
}

/// The asset an item draws or plays.
pub(crate) fn asset_of(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Image(image) => Some(&image.asset_id),
        ItemKind::Video(video) => Some(&video.asset_id),
        ItemKind::Gif(gif) => Some(&gif.asset_id),
        ItemKind::Audio(audio) => Some(&audio.asset_id),
        ItemKind::Text(_)
        | ItemKind::Solid(_)
        | ItemKind::Effect(_)
        | ItemKind::Filter(_)
        | ItemKind::Unsupported(_) => None,
    }
}

/// Assets of items that are drawn or heard: a hidden, muted track needs none.
pub(crate) fn used_assets(doc: &EditorState) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for track in &doc.tracks {
        for item in track.items.iter().filter_map(|id| doc.items.get(id)) {
            let heard =
                matches!(item.kind, ItemKind::Video(_) | ItemKind::Audio(_)) && !track.muted;
            let drawn = !matches!(item.kind, ItemKind::Audio(_)) && !track.hidden;
            if heard || drawn {
                used.extend(asset_of(item));
            }
        }
    }
    used
}
