//! The files behind a document's assets, probed and checked once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ScopedJoinHandle;

use darkroom_compositor::Vector;
use darkroom_editor_state::{
    Background, EditorState, Item, ItemKind, MAX_SUBTITLE_BYTES, TimedText, Timing,
};
use darkroom_media::{MediaError, Probe, Tools, WebpFilms, check_still, probe};
use tempfile::TempPath;

use crate::error::{AssetError, RenderError};

/// A file that moves or sounds.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) probe: Probe,
    #[expect(dead_code, reason = "keeps `path`, where it was made of the asset")]
    made: Option<Arc<TempPath>>,
}

/// A file with a picture.
#[derive(Debug, Clone)]
struct Still {
    path: PathBuf,
    pixels: u64,
}

/// Where an asset's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    File(PathBuf),
    /// A file of subtitles, and what its entries shall be.
    Subtitles(PathBuf, Timing),
    /// In the document.
    Animation(Arc<serde_json::Value>),
}

/// Every asset that is drawn or heard, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Media {
    files: BTreeMap<String, File>,
    stills: BTreeMap<String, Still>,
    vectors: BTreeMap<String, Arc<Vector>>,
    words: BTreeMap<String, Arc<TimedText>>,
}

/// Files that are looked at side by side: a look is a tenth of a second of starting
/// ffprobe.
const AT_ONCE: usize = 4;

/// What looking at all assets of a document shares.
struct Looking<'a> {
    tools: &'a Tools,
    films: WebpFilms,
    /// Bytes of files that are read whole.
    read: AtomicU64,
}

impl Media {
    /// Looks at all assets; what has to be made of one is made in `scratch`.
    pub(crate) fn probe(
        tools: &Tools,
        scratch: &Path,
        sources: Vec<(String, Roles, Source)>,
    ) -> Result<Self, RenderError> {
        let mut media = Self::default();
        let looking = Looking {
            tools,
            films: WebpFilms::new(scratch),
            read: AtomicU64::new(0),
        };
        let mut sources = sources.into_iter().peekable();
        while sources.peek().is_some() {
            let some: Vec<_> = sources.by_ref().take(AT_ONCE).collect();
            let found: Vec<_> = std::thread::scope(|threads| {
                let looks = some.into_iter().map(|(id, roles, source)| {
                    let looking = &looking;
                    threads.spawn(move || Self::look(looking, id, &roles, source))
                });
                let looks: Vec<_> = looks.collect();
                looks.into_iter().map(ScopedJoinHandle::join).collect()
            });
            for found in found {
                let died = |_| RenderError::Crashed("a thread died".to_owned());
                let found = found.map_err(died)??;
                media.files.extend(found.files);
                media.stills.extend(found.stills);
                media.vectors.extend(found.vectors);
                media.words.extend(found.words);
            }
        }
        Ok(media)
    }

    /// One asset alone.
    fn look(
        looking: &Looking<'_>,
        id: String,
        roles: &Roles,
        source: Source,
    ) -> Result<Self, RenderError> {
        let Looking { tools, films, read } = looking;
        let mut found = Self::default();
        let path = match source {
            Source::Subtitles(path, timing) => {
                let words = read_words(&id, &path, timing, read)?;
                found.words.insert(id, Arc::new(words));
                return Ok(found);
            }
            Source::File(path) if !roles.contains(&Role::Vector) => path,
            source => {
                let vector = Arc::new(read_vector(&id, source, read)?);
                found.vectors.insert(id, vector);
                return Ok(found);
            }
        };
        let refused = |cause| RenderError::of_asset(&id, cause);
        if roles.contains(&Role::Still) {
            let (width, height) = check_still(tools, &path).map_err(refused)?;
            let pixels = u64::from(width) * u64::from(height);
            let path = path.clone();
            found.stills.insert(id.clone(), Still { path, pixels });
        }
        if roles.iter().any(|role| *role != Role::Still) {
            let made = films.film_of(tools, &path).map_err(refused)?.map(Arc::new);
            let path = made.as_deref().map_or(path, |made| made.to_path_buf());
            let probe = probe(tools, &path).map_err(refused)?;
            check(roles, &probe).map_err(refused)?;
            found.files.insert(id, File { path, probe, made });
        }
        Ok(found)
    }

    /// What of the stickers is not drawn, a sentence each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let gaps = self.vectors.iter().map(|(id, vector)| (id, vector.gaps()));
        gaps.filter(|(_, gaps)| !gaps.is_empty())
            .map(|(id, gaps)| format!("asset \"{id}\": not drawn are its {}", gaps.join(", ")))
            .collect()
    }

    /// The document with what its files of subtitles say.
    pub(crate) fn with_words<'a>(&self, doc: &'a EditorState) -> Cow<'a, EditorState> {
        if self.words.is_empty() {
            return Cow::Borrowed(doc);
        }
        let mut doc = doc.clone();
        for item in doc.items.values_mut() {
            if let ItemKind::Captions(captions) = &mut item.kind
                && let Some(said) = captions.file.as_ref().and_then(|id| self.words.get(id))
            {
                captions.captions = Arc::clone(said);
            }
        }
        Cow::Owned(doc)
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
            .map(|still| still.path.as_path())
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }

    /// Pixels of an asset's (first) picture.
    pub(crate) fn still_pixels(&self, id: &str) -> Result<u64, RenderError> {
        let pixels = self.stills.get(id).map(|still| still.pixels);
        pixels.ok_or_else(|| RenderError::NoAsset(id.to_owned()))
    }

    /// Pixels of one of an asset's moving pictures.
    pub(crate) fn film_pixels(&self, id: &str) -> Result<u64, RenderError> {
        let stream = self.get(id)?.probe.video.as_ref();
        Ok(stream.map_or(0, |stream| {
            u64::from(stream.width) * u64::from(stream.height)
        }))
    }
}

/// What a document takes from an asset. The asset's own words about its type
/// are hints: what the file must have is what is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Its (first) picture.
    Still,
    /// A sticker.
    Vector,
    /// What is said in captions.
    Words,
    /// Its moving pictures.
    Film,
    /// The sound of a film, if it has any.
    Voice,
    /// Its sound.
    Sound,
}

/// Everything that a document takes from an asset.
pub(crate) type Roles = BTreeSet<Role>;

/// Bytes of a sticker's file at most.
const MOST_BYTES: u64 = 8 << 20;
/// Bytes of all files of stickers and subtitles at most: read, they take some ten times
/// as much, for as long as the export lasts.
const MOST_BYTES_IN_ALL: u64 = 64 << 20;

fn read_vector(id: &str, source: Source, read: &AtomicU64) -> Result<Vector, RenderError> {
    let vector = match source {
        Source::Animation(json) => Vector::animation(json),
        Source::File(path) | Source::Subtitles(path, _) => {
            Vector::parse(&read_file(id, &path, MOST_BYTES, read)?)
        }
    };
    vector.map_err(|error| refused(id, &error))
}

fn read_words(
    id: &str,
    path: &Path,
    timing: Timing,
    read: &AtomicU64,
) -> Result<TimedText, RenderError> {
    let bytes = read_file(id, path, MAX_SUBTITLE_BYTES as u64, read)?;
    TimedText::of_subtitles(&bytes, timing).map_err(|error| refused(id, &error))
}

fn refused(id: &str, error: &dyn std::error::Error) -> RenderError {
    RenderError::Asset {
        id: id.to_owned(),
        cause: AssetError::refused(error.to_string()),
    }
}

/// A file, or one byte more than `most` of it, which its reader refuses.
fn read_file(id: &str, path: &Path, most: u64, read: &AtomicU64) -> Result<Vec<u8>, RenderError> {
    let gone = |cause: std::io::Error| RenderError::Asset {
        id: id.to_owned(),
        cause: AssetError::unavailable(cause.to_string()),
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(gone)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(gone)?;
    let length = bytes.len() as u64;
    if read.fetch_add(length, Ordering::Relaxed) + length > MOST_BYTES_IN_ALL {
        let cause = AssetError::refused(format!(
            "with it the files of stickers and subtitles have more than {MOST_BYTES_IN_ALL} \
             bytes in all; use fewer or smaller ones"
        ));
        return Err(RenderError::Asset {
            id: id.to_owned(),
            cause,
        });
    }
    Ok(bytes)
}

fn check(roles: &Roles, found: &Probe) -> Result<(), MediaError> {
    if roles.contains(&Role::Film) && found.video.is_none() {
        return Err(MediaError::Missing("picture"));
    }
    if roles.contains(&Role::Sound) && found.audio.is_none() {
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
        ItemKind::Captions(captions) => captions.file.as_deref(),
        ItemKind::Text(_)
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
pub(crate) fn used_assets(doc: &EditorState) -> BTreeMap<&str, Roles> {
    let mut used: BTreeMap<&str, Roles> = BTreeMap::new();
    if let Background::Image { asset_id } = &doc.background {
        used.entry(asset_id).or_default().insert(Role::Still);
    }
    for track in &doc.tracks {
        let items = track.items.iter().filter_map(|id| doc.items.get(id));
        for item in items.flat_map(Item::pieces) {
            let (seen, heard) = match item.kind {
                ItemKind::Image(_) => (Some(Role::Still), None),
                ItemKind::Lottie(_) => (Some(Role::Vector), None),
                ItemKind::Captions(_) => (Some(Role::Words), None),
                ItemKind::Video(_) => (Some(Role::Film), Some(Role::Voice)),
                ItemKind::Audio(_) => (None, Some(Role::Sound)),
                _ => (Some(Role::Film), None),
            };
            let seen = seen.filter(|_| !track.hidden);
            let roles: Roles = seen
                .into_iter()
                .chain(heard.filter(|_| !track.muted))
                .collect();
            if let (false, Some(asset)) = (roles.is_empty(), asset_of(item)) {
                used.entry(asset).or_default().extend(roles);
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_read_whole_have_a_bound_in_all() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "0123456789").unwrap();
        let read = AtomicU64::new(MOST_BYTES_IN_ALL - 20);
        let next = || read_file("a", file.path(), MOST_BYTES, &read);
        assert_eq!(next().unwrap().len(), 10);
        assert_eq!(next().unwrap().len(), 10);
        let error = next().unwrap_err();
        assert!(
            error.is_callers_fault() && error.to_string().contains("`a`"),
            "{error}"
        );
    }
}
