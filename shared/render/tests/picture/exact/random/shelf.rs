//! What the media of random films show, decoded once a run: sixty films of two hundred
//! scenes would start a thousand decoders.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use darkroom_compositor::{MediaNeed, Picture, RgbaFrame, Scene, Vector, YuvFrame};
use darkroom_editor_state::Ticks;
use darkroom_media::{PixelFormat, Tools, VideoDecoder, VideoRequest, decode_still, probe};

use super::items::{GIFS, IMAGES, STICKERS, VIDEOS};
use crate::stage::media_dir;
use crate::{media, stickers};

/// Frames a second of what is kept.
const FPS: u32 = 30;
/// More frames than any of the films has.
const FRAMES: u64 = 60;

/// Pictures by the name of their file.
pub(super) struct Shelf {
    stills: HashMap<&'static str, Arc<RgbaFrame>>,
    films: HashMap<&'static str, Vec<Picture>>,
    stickers: HashMap<&'static str, Arc<Vector>>,
}

pub(super) fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(|| {
        let tools = Tools::discover().unwrap();
        let file = |name: &str| media::file(media_dir(), name);
        let stills = IMAGES
            .iter()
            .map(|name| (*name, still(&tools, &file(name))));
        let films = VIDEOS.iter().chain(GIFS);
        let films = films.map(|name| (*name, film(&tools, &file(name))));
        let stickers = STICKERS.iter().map(|name| (*name, sticker(name)));
        Shelf {
            stills: stills.collect(),
            films: films.collect(),
            stickers: stickers.collect(),
        }
    })
}

impl Shelf {
    pub(super) fn still(&self, name: &str) -> &RgbaFrame {
        &self.stills[name]
    }

    /// All that drawing a tick needs.
    pub(super) fn pictures(&self, scene: &Scene, tick: Ticks) -> HashMap<String, Picture> {
        let needs = scene.media_at(tick).into_iter();
        needs
            .map(|need| (need.item_id.to_owned(), self.picture(&need)))
            .collect()
    }

    fn picture(&self, need: &MediaNeed<'_>) -> Picture {
        if let Some(still) = self.stills.get(need.asset_id) {
            return Picture::Rgba(Arc::clone(still));
        }
        // A template's own sticker stands under its place in the document.
        let Some(film) = self.films.get(need.asset_id) else {
            let sticker = self.stickers.get(need.asset_id);
            return Picture::Vector(Arc::clone(sticker.unwrap_or(&self.stickers["wheel.json"])));
        };
        let frame = (need.source_time.seconds() * f64::from(FPS)).floor() as i64;
        let count = film.len() as i64;
        let frame = if need.loops {
            frame.rem_euclid(count)
        } else {
            frame.clamp(0, count - 1)
        };
        film[frame as usize].clone()
    }
}

fn still(tools: &Tools, path: &Path) -> Arc<RgbaFrame> {
    let raster = decode_still(tools, path).unwrap();
    Arc::new(RgbaFrame {
        width: raster.width,
        height: raster.height,
        data: raster.data,
    })
}

fn film(tools: &Tools, path: &Path) -> Vec<Picture> {
    let found = probe(tools, path).unwrap();
    let stream = found.video.as_ref().unwrap();
    let format = if stream.has_alpha || stream.matrix == "rgb" {
        PixelFormat::Rgba
    } else {
        PixelFormat::Yuv420
    };
    let request = VideoRequest {
        start_seconds: 0.0,
        skip: 0,
        rate: 1.0,
        fps: FPS,
        frames: FRAMES,
        loops: false,
        format,
        size: (stream.width, stream.height),
    };
    let mut decoder = VideoDecoder::start(tools, path, &found, &request).unwrap();
    let mut pictures = Vec::new();
    while let Some(raster) = decoder.next_frame().unwrap() {
        let (width, height, data) = (raster.width, raster.height, raster.data);
        pictures.push(match format {
            PixelFormat::Rgba => Picture::Rgba(Arc::new(RgbaFrame {
                width,
                height,
                data,
            })),
            PixelFormat::Yuv420 => Picture::Yuv(Arc::new(YuvFrame {
                width,
                height,
                data,
            })),
        });
    }
    assert!(!pictures.is_empty());
    pictures
}

fn sticker(name: &str) -> Arc<Vector> {
    let name = name.strip_prefix("inline-").unwrap_or(name);
    let file = stickers::file(name).unwrap();
    Arc::new(Vector::parse(file.as_bytes()).unwrap())
}
