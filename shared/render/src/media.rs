//! The files behind a document's assets, probed and checked once.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use darkroom_compositor::Vector;
use darkroom_editor_state::{Background, EditorState, Item, ItemKind};
use darkroom_media::{MediaError, Probe, Tools, check_still, probe};

use crate::error::{AssetError, RenderError};

/// A file that moves or sounds.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) probe: Probe,
}

/// Where an asset's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    File(PathBuf),
    /// In the document.
    Animation(Arc<serde_json::Value>),
}

/// Every asset that is drawn or heard, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Media {
    files: BTreeMap<String, File>,
    stills: BTreeMap<String, PathBuf>,
    vectors: BTreeMap<String, Arc<Vector>>,
}

impl Media {
    pub(crate) fn probe(
        tools: &Tools,
        sources: Vec<(String, Use, Source)>,
    ) -> Result<Self, RenderError> {
        let mut media = Self::default();
        for (id, wanted, source) in sources {
            let path = match source {
                Source::File(path) if !wanted.vector => path,
                source => {
                    let vector = Arc::new(read_vector(&id, source)?);
                    media.vectors.insert(id, vector);
                    continue;
                }
            };
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

    /// What of the stickers is not drawn, a sentence each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let gaps = self.vectors.iter().map(|(id, vector)| (id, vector.gaps()));
        gaps.filter(|(_, gaps)| !gaps.is_empty())
            .map(|(id, gaps)| format!("asset \"{id}\": not drawn are its {}", gaps.join(", ")))
            .collect()
    }

    /// A sticker's asset.
    pub(crate) fn vector(&self, id: &str) -> Result<Arc<Vector>, RenderError> {
        let vector = self.vectors.get(id).map(Arc::clone);
        vector.ok_or_else(|| RenderError::NoAsset(id.to_owned()))
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
    /// A sticker is made of it.
    vector: bool,
}

/// Bytes of a sticker's file at most.
const MOST_BYTES: u64 = 8 << 20;

fn read_vector(id: &str, source: Source) -> Result<Vector, RenderError> {
    let refused = |cause: String| RenderError::Asset {
        id: id.to_owned(),
        cause: AssetError::refused(cause),
    };
    let read = match source {
        Source::Animation(json) => Vector::animation(json),
        Source::File(path) => {
            let gone = |cause: std::io::Error| RenderError::Asset {
                id: id.to_owned(),
                cause: AssetError::unavailable(cause.to_string()),
            };
            let mut bytes = Vec::new();
            let file = std::fs::File::open(path).map_err(gone)?;
            file.take(MOST_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(gone)?;
            Vector::parse(&bytes)
        }
    };
    read.map_err(|error| refused(error.to_string()))
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

/// The asset an item, or a part of one, draws or plays.
pub(crate) fn asset_of(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Image(image) => Some(&image.asset_id),
        ItemKind::Video(video) => Some(&video.asset_id),
        ItemKind::Gif(gif) => Some(&gif.asset_id),
        ItemKind::Lottie(lottie) => Some(&lottie.asset_id),
        ItemKind::Audio(audio) => Some(&audio.asset_id),
        ItemKind::Text(_)
        | ItemKind::Captions(_)
        | ItemKind::Solid(_)
        | ItemKind::Illustration(_)
        | ItemKind::Chart(_)
        | ItemKind::Group(_)
        | ItemKind::Effect(_)
        | ItemKind::Filter(_) => None,
    }
}

/// Assets of items that are drawn or heard (a hidden, muted track needs none), and of
/// the background.
pub(crate) fn used_assets(doc: &EditorState) -> BTreeMap<&str, Use> {
    let mut used: BTreeMap<&str, Use> = BTreeMap::new();
    if let Background::Image { asset_id } = &doc.background {
        used.entry(asset_id).or_default().still = true;
    }
    for track in &doc.tracks {
        let items = track.items.iter().filter_map(|id| doc.items.get(id));
        for item in items.flat_map(Item::pieces) {
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
                wanted.vector |= matches!(item.kind, ItemKind::Lottie(_));
            }
        }
    }
    used
}
