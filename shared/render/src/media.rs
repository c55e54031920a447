//! The files behind a document's assets, probed and checked once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use darkroom_editor_state::{Background, EditorState, Item, ItemKind};
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
    pub(crate) fn probe(
        tools: &Tools,
        files: Vec<(String, Use, PathBuf)>,
    ) -> Result<Self, RenderError> {
        let mut media = BTreeMap::new();
        for (id, wanted, path) in files {
            let refused = |cause| RenderError::of_asset(&id, cause);
            let found = probe(tools, &path).map_err(refused)?;
            check(wanted, &found).map_err(refused)?;
            media.insert(id, File { path, probe: found });
        }
        Ok(Self(media))
    }

    pub(crate) fn get(&self, id: &str) -> Result<&File, RenderError> {
        self.0
            .get(id)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }
}

/// What a document takes from an asset. The asset's own words about its type
/// are hints: what the file must have is what is taken from it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Use {
    /// It is drawn.
    picture: bool,
    /// An audio item plays it.
    sound: bool,
}

fn check(wanted: Use, found: &Probe) -> Result<(), MediaError> {
    if wanted.picture && found.video.is_none() {
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
        | ItemKind::Solid(_)
        | ItemKind::Effect(_)
        | ItemKind::Filter(_)
        | ItemKind::Unsupported(_) => None,
    }
}

/// Assets of items that are drawn or heard (a hidden, muted track needs none), and of
/// the background.
pub(crate) fn used_assets(doc: &EditorState) -> BTreeMap<&str, Use> {
    let mut used: BTreeMap<&str, Use> = BTreeMap::new();
    if let Background::Image { asset_id } = &doc.background {
        used.entry(asset_id).or_default().picture = true;
    }
    for track in &doc.tracks {
        for item in track.items.iter().filter_map(|id| doc.items.get(id)) {
            let audio = matches!(item.kind, ItemKind::Audio(_));
            let heard = (audio || matches!(item.kind, ItemKind::Video(_))) && !track.muted;
            let drawn = !audio && !track.hidden;
            if let (true, Some(asset)) = (heard || drawn, asset_of(item)) {
                let wanted = used.entry(asset).or_default();
                wanted.picture |= drawn;
                wanted.sound |= audio;
            }
        }
    }
    used
}
