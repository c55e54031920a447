//! The pictures that a frame is drawn from: decoders opened when their item
//! comes into sight, closed when it has gone.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use darkroom_compositor::{Picture, RgbaFrame, Scene, YuvFrame};
use darkroom_editor_state::{EditorState, Item, ItemKind, TICKS_PER_SECOND, Ticks, frame_tick};
use darkroom_media::{PixelFormat, Raster, Tools, VideoDecoder, VideoRequest, decode_still};

use crate::error::RenderError;
use crate::media::{File, Media};

/// No document plays a source slower: `playbackRate`, editor-state.md.
const SLOWEST: f64 = 0.01;

/// Pictures of the frames from a first one on, in order.
pub(crate) struct Pictures<'a> {
    /// Items and parts of items, by id.
    items: HashMap<&'a str, &'a ItemKind>,
    media: &'a Media,
    tools: &'a Tools,
    fps: u32,
    stills: HashMap<String, Weak<RgbaFrame>>,
    running: HashMap<String, Running>,
    current: HashMap<String, Picture>,
}

/// A decoder and how far it has come.
struct Running {
    decoder: VideoDecoder,
    asset_id: String,
    /// Output frame that the next picture is for.
    next: u64,
    /// That picture, where it was asked for already.
    ahead: Option<Raster>,
    /// First tick that needs it no more.
    end: Ticks,
}

impl Running {
    /// The next picture; past the source's end there is none, and the last one stays.
    fn picture(&mut self) -> Result<Option<Raster>, RenderError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let picture = self.decoder.next_frame();
        let picture = picture.map_err(|cause| RenderError::of_asset(&self.asset_id, cause))?;
        if picture.is_none() {
            self.next = u64::MAX;
        }
        Ok(picture)
    }

    /// Whether the next frame has a picture of its own.
    fn replaces_next(&mut self) -> Result<bool, RenderError> {
        if self.next < u64::MAX && self.ahead.is_none() {
            self.ahead = self.picture()?;
        }
        Ok(self.ahead.is_some())
    }
}

impl<'a> Pictures<'a> {
    pub(crate) fn new(doc: &'a EditorState, media: &'a Media, tools: &'a Tools, fps: u32) -> Self {
        let pieces = doc.items.values().flat_map(Item::pieces);
        Self {
            items: pieces.map(|item| (item.id.as_str(), &item.kind)).collect(),
            media,
            tools,
            fps,
            stills: HashMap::new(),
            running: HashMap::new(),
            current: HashMap::new(),
        }
    }

    /// The pictures frame `n` needs, by item. Frames must be asked for in order.
    pub(crate) fn at(
        &mut self,
        scene: &Scene,
        n: u64,
    ) -> Result<&HashMap<String, Picture>, RenderError> {
        let tick = frame_tick(n, self.fps);
        let needs: Vec<(String, String)> = scene
            .media_at(tick)
            .into_iter()
            .map(|need| (need.item_id.to_owned(), need.asset_id.to_owned()))
            .collect();
        self.current
            .retain(|id, _| needs.iter().any(|(item, _)| item == id));
        self.running.retain(|_, running| tick < running.end);
        for (item, asset) in needs {
            let picture = match self.items.get(item.as_str()) {
                Some(ItemKind::Image(_)) => self.still(&item, &asset)?,
                Some(ItemKind::Lottie(_)) => Some(Picture::Vector(self.media.vector(&asset)?)),
                _ => self.moving(scene, &item, &asset, n)?,
            };
            let Some(picture) = picture else {
                continue;
            };
            let running = self.running.get(&item);
            let old = self.current.insert(item, picture).and_then(bytes);
            if let (Some(running), Some(old)) = (running, old) {
                running.decoder.reuse(old);
            }
        }
        Ok(&self.current)
    }

    fn still(&mut self, item: &str, asset: &str) -> Result<Option<Picture>, RenderError> {
        if self.current.contains_key(item) {
            return Ok(None);
        }
        if let Some(frame) = self.stills.get(asset).and_then(Weak::upgrade) {
            return Ok(Some(Picture::Rgba(frame)));
        }
        let frame = Arc::new(still(self.media, self.tools, asset)?);
        self.stills.insert(asset.to_owned(), Arc::downgrade(&frame));
        Ok(Some(Picture::Rgba(frame)))
    }

    /// The picture of a moving source; `None` keeps the one before.
    fn moving(
        &mut self,
        scene: &Scene,
        item: &str,
        asset: &str,
        n: u64,
    ) -> Result<Option<Picture>, RenderError> {
        if !self.running.contains_key(item) {
            let running = self.open(scene, item, asset, n)?;
            self.running.insert(item.to_owned(), running);
        }
        let Some(running) = self.running.get_mut(item) else {
            return Ok(None);
        };
        let mut newest = None;
        while running.next <= n {
            let Some(raster) = running.picture()? else {
                break;
            };
            newest = Some(raster);
            running.next += 1;
        }
        Ok(newest.map(picture_of))
    }

    /// Draws frame `n`, for which [`Pictures::at`] was asked last, upon one of its
    /// pictures where that need not be kept, else as any other.
    pub(crate) fn draw(
        &mut self,
        scene: &mut Scene,
        n: u64,
        frame: &mut YuvFrame,
    ) -> Result<(), RenderError> {
        let tick = frame_tick(n, self.fps);
        if let Some(id) = scene.base(tick, &self.current)?
            && let Some(running) = self.running.get_mut(&id)
            && running.replaces_next()?
            && let Some(Picture::Yuv(picture)) = self.current.get_mut(&id)
            && let Some(picture) = Arc::get_mut(picture)
        {
            std::mem::swap(&mut picture.data, &mut frame.data);
            return Ok(scene.draw_upon(tick, &self.current, &id, frame)?);
        }
        Ok(scene.draw(tick, &self.current, frame)?)
    }

    fn open(&self, scene: &Scene, item: &str, asset: &str, n: u64) -> Result<Running, RenderError> {
        let file = self.media.get(asset)?;
        let (start, end) = scene
            .media_span(item)
            .unwrap_or((frame_tick(n, self.fps), frame_tick(n + 1, self.fps)));
        let request = self.request(scene, item, file, n, (start, end));
        let decoder = VideoDecoder::start(self.tools, &file.path, &file.probe, &request)
            .map_err(|cause| RenderError::of_asset(asset, cause))?;
        Ok(Running {
            decoder,
            asset_id: asset.to_owned(),
            next: n,
            ahead: None,
            end,
        })
    }

    /// Counts from the item's first frame whichever frame is asked for first,
    /// so that a frame drawn alone is the frame of the whole film.
    fn request(
        &self,
        scene: &Scene,
        item: &str,
        file: &File,
        n: u64,
        span: (Ticks, Ticks),
    ) -> VideoRequest {
        let ticks = (TICKS_PER_SECOND / i64::from(self.fps)).unsigned_abs();
        let first = span.0.0.max(0).unsigned_abs().div_ceil(ticks).min(n);
        let end = span.1.0.max(0).unsigned_abs().div_ceil(ticks).max(n + 1);
        let source_time = scene
            .media_at(frame_tick(first, self.fps))
            .into_iter()
            .find(|need| need.item_id == item)
            .map_or(Ticks(0), |need| need.source_time);
        let (mut rate, loops) = match self.items.get(item) {
            Some(ItemKind::Video(video)) => (video.source.playback_rate, false),
            Some(ItemKind::Gif(gif)) => (gif.source.playback_rate, gif.loops),
            _ => (1.0, false),
        };
        let stream = file.probe.video.as_ref();
        let alpha = stream.is_some_and(|stream| stream.has_alpha || stream.matrix == "rgb");
        let mut start_seconds = source_time.seconds();
        if let (true, Some(length @ 0.001..)) = (loops, file.probe.duration_seconds) {
            start_seconds = start_seconds.rem_euclid(length);
            rate = within_a_round(rate, length, self.fps);
        }
        VideoRequest {
            start_seconds,
            skip: n - first,
            rate,
            fps: self.fps,
            frames: end - n,
            loops,
            format: if alpha {
                PixelFormat::Rgba
            } else {
                PixelFormat::Yuv420
            },
            size: match (stream, scene.steady_size(item)) {
                (Some(stream), Some((width, height)))
                    if !alpha && width <= stream.width && height <= stream.height =>
                {
                    (width, height)
                }
                (Some(stream), _) => (stream.width, stream.height),
                (None, _) => (1, 1),
            },
        }
    }
}

/// The rate of hardly more than one round of a loop an output frame that shows the same
/// pictures: whole rounds lead back to the same picture, and would all be decoded.
fn within_a_round(rate: f64, length_seconds: f64, fps: u32) -> f64 {
    let round = length_seconds * f64::from(fps);
    match rate.rem_euclid(round) {
        rest if rest < SLOWEST.min(rate) => rest + round,
        rest => rest,
    }
}

/// An asset's (first) picture.
pub(crate) fn still(media: &Media, tools: &Tools, asset: &str) -> Result<RgbaFrame, RenderError> {
    let raster = decode_still(tools, media.still(asset)?)
        .map_err(|cause| RenderError::of_asset(asset, cause))?;
    Ok(RgbaFrame {
        width: raster.width,
        height: raster.height,
        data: raster.data,
    })
}

/// The bytes of a picture that nobody else holds.
fn bytes(picture: Picture) -> Option<Vec<u8>> {
    match picture {
        Picture::Yuv(frame) => Arc::into_inner(frame).map(|frame| frame.data),
        Picture::Rgba(frame) => Arc::into_inner(frame).map(|frame| frame.data),
        Picture::Vector(_) => None,
    }
}

fn picture_of(raster: Raster) -> Picture {
    let Raster {
        width,
        height,
        format,
        data,
    } = raster;
    match format {
        PixelFormat::Yuv420 => Picture::Yuv(Arc::new(YuvFrame {
            width,
            height,
            data,
        })),
        PixelFormat::Rgba => Picture::Rgba(Arc::new(RgbaFrame {
            width,
            height,
            data,
        })),
    }
}

#[cfg(test)]
mod tests;
