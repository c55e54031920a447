//! Boxes that show a picture: images, videos, gifs.

mod size;

use std::sync::Arc;

use darkroom_editor_state::{Frame, Ticks};

use crate::bitmap::Bitmap;
use crate::canvas::to_frame;
use crate::corners::round_off;
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Placement, Rect};
use crate::layer::{Image, Layer, Video};
use crate::picture::{Picture, RgbaFrame, YuvFrame};
use crate::scale::{Scaler, to_bitmap};
pub(crate) use size::most_pixels;
use size::{Size, fit, rounded};

/// The part of the box that crop leaves, as fractions of it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Crop(Rect);

impl Crop {
    fn at(frame: &Frame, local: Ticks) -> Self {
        let cut = |number: &darkroom_editor_state::AnimatedNumber| number.at(local).clamp(0.0, 1.0);
        Self(Rect::new(
            cut(&frame.crop_left),
            cut(&frame.crop_top),
            1.0 - cut(&frame.crop_right),
            1.0 - cut(&frame.crop_bottom),
        ))
    }

    /// That part of something `width x height` big.
    fn of(self, width: f64, height: f64) -> Rect {
        let part = self.0;
        Rect::new(
            part.x0 * width,
            part.y0 * height,
            part.x1 * width,
            part.y1 * height,
        )
    }
}

/// What crop leaves of a picture, in its pixels.
pub(crate) fn uncropped(frame: &Frame, local: Ticks, picture: &Picture) -> Rect {
    let (width, height) = picture.size();
    Crop::at(frame, local).of(f64::from(width), f64::from(height))
}

/// What a prepared still depends on besides its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    crop: Crop,
    size: Size,
}

/// What is kept of a still between frames.
#[derive(Default)]
pub(crate) struct MediaCache {
    source: Option<(Arc<RgbaFrame>, Arc<Bitmap>)>,
    prepared: Option<Prepared>,
}

/// A still as it was shown last.
struct Prepared {
    still: Arc<RgbaFrame>,
    key: Key,
    bitmap: Arc<Bitmap>,
    /// It has been shown before.
    stays: bool,
    /// The same as video, once that was asked for.
    yuv: Option<Arc<YuvFrame>>,
    /// What of it is not transparent, once that was asked for; empty where all of it is.
    visible: Option<Rect>,
}

impl MediaCache {
    /// The still as video, where it is opaque, of even sides, and stays as it is: made
    /// once, and not for every frame again.
    fn as_video(&mut self) -> Result<Option<Arc<YuvFrame>>, CompositorError> {
        let Some(last) = self.prepared.as_mut().filter(|last| last.stays) else {
            return Ok(None);
        };
        let bitmap = &last.bitmap;
        let even = bitmap.width.is_multiple_of(2) && bitmap.height.is_multiple_of(2);
        if last.yuv.is_none() && bitmap.opaque && even {
            last.yuv = Some(Arc::new(to_frame(bitmap)?));
        }
        Ok(last.yuv.clone())
    }

    /// `clip` without the transparent margins of the still: nothing of them would be
    /// seen. A pixel of the canvas and a texel are kept around what is seen, so that the
    /// new edges weigh nothing down. They go from the first frame on: video below stays
    /// as it is where nothing is blended onto it, so that a frame would tell otherwise
    /// how often the still has been shown.
    fn trimmed(&mut self, clip: Rect, lengths: (f64, f64)) -> Rect {
        let Some(last) = &mut self.prepared else {
            return clip;
        };
        let visible = *last.visible.get_or_insert_with(|| last.bitmap.visible());
        if visible.is_empty() {
            return visible;
        }
        let (along, down) = (1.0 + 1.0 / lengths.0, 1.0 + 1.0 / lengths.1);
        clip.intersect(Rect::new(
            visible.x0 - along,
            visible.y0 - down,
            visible.x1 + along,
            visible.y1 + down,
        ))
    }
}

/// Everything about a media box at one instant.
pub(crate) struct MediaBox<'a> {
    pub picture: &'a Picture,
    pub frame: &'a Frame,
    pub local: Ticks,
    pub placement: &'a Placement,
    /// Canvas pixels that items may touch.
    pub clip: Pixels,
}

impl MediaBox<'_> {
    /// The layer that shows it; `None` where nothing shows.
    pub(crate) fn layer(
        &self,
        scaler: &mut Scaler,
        cache: &mut MediaCache,
    ) -> Result<Option<Layer>, CompositorError> {
        let crop = Crop::at(self.frame, self.local);
        let matrix = self.placement.matrix;
        let shown = crop.of(self.placement.width, self.placement.height);
        let (width, height) = self.picture.size();
        let (width, height) = (f64::from(width), f64::from(height));
        let source = crop.of(width, height);
        if shown.is_empty() || source.is_empty() || matrix.inverse().is_none() {
            return Ok(None);
        }
        let opacity = (self.placement.opacity * 255.0).round() as u8;
        let radius = self.frame.border_radius.at(self.local).max(0.0);
        let radius = radius.min(shown.width() / 2.0).min(shown.height() / 2.0);
        let target = matrix.bounds(shown).snapped();
        if let Picture::Yuv(frame) = self.picture
            && opacity == 255
            && radius == 0.0
            && matrix.is_upright()
            && let Some(video) = passthrough(frame, source, target, self.clip)
        {
            return Ok(Some(Layer::Video(video)));
        }
        let most = most_pixels(self.clip);
        let whole = matrix.is_upright().then(|| target.whole()).flatten();
        let whole = whole.filter(|whole| whole.width() as f64 * whole.height() as f64 <= most);
        let size = match whole {
            Some(whole) => Size::Resized {
                width: whole.width(),
                height: whole.height(),
                radii: (0.0, 0.0),
            },
            None => fit(shown, source, matrix, radius, most),
        };
        let size = rounded(size, shown, radius);
        let bitmap = match self.picture {
            Picture::Yuv(frame) => prepare_video(frame, source, size, scaler)?,
            Picture::Rgba(frame) => {
                self.prepare_still(frame, Key { crop, size }, source, scaler, cache)?
            }
            Picture::Vector(_) => return Ok(None),
        };
        let yuv = match whole {
            Some(_) if opacity == 255 => cache.as_video()?,
            _ => None,
        };
        let (matrix, clip) = self.mapping(size, whole, shown, source);
        let clip = match (self.picture, whole) {
            (Picture::Rgba(_), None) => cache.trimmed(clip, matrix.lengths()),
            _ => clip,
        };
        if clip.is_empty() {
            return Ok(None);
        }
        Ok(Some(Layer::Image(Image {
            bitmap,
            matrix,
            clip,
            opacity,
            yuv,
        })))
    }

    /// From the pixels of a bitmap of this size to the canvas, and what is shown of them.
    fn mapping(
        &self,
        size: Size,
        whole: Option<Pixels>,
        shown: Rect,
        source: Rect,
    ) -> (Affine, Rect) {
        let matrix = self.placement.matrix;
        match (size, whole) {
            (Size::Resized { width, height, .. }, Some(whole)) => (
                Affine::translate(f64::from(whole.x0), f64::from(whole.y0)),
                Rect::new(0.0, 0.0, width as f64, height as f64),
            ),
            (Size::Resized { width, height, .. }, None) => {
                let (width, height) = (width as f64, height as f64);
                let pixel = Affine::scale(shown.width() / width, shown.height() / height);
                let corner = Affine::translate(shown.x0, shown.y0);
                let all = Rect::new(0.0, 0.0, width, height);
                (matrix.after(corner).after(pixel), all)
            }
            (Size::Source, _) => {
                let (width, height) = self.picture.size();
                let pixel = Affine::scale(
                    self.placement.width / f64::from(width),
                    self.placement.height / f64::from(height),
                );
                (matrix.after(pixel), source)
            }
        }
    }

    /// A still's bitmap, made when it is not the one of the last frame.
    fn prepare_still(
        &self,
        frame: &Arc<RgbaFrame>,
        key: Key,
        source: Rect,
        scaler: &mut Scaler,
        cache: &mut MediaCache,
    ) -> Result<Arc<Bitmap>, CompositorError> {
        if let Some(last) = &mut cache.prepared
            && Arc::ptr_eq(&last.still, frame)
            && last.key == key
        {
            last.stays = true;
            return Ok(Arc::clone(&last.bitmap));
        }
        let known = cache
            .source
            .as_ref()
            .filter(|(still, _)| Arc::ptr_eq(still, frame));
        let all = match known {
            Some((_, bitmap)) => Arc::clone(bitmap),
            None => Arc::new(Bitmap::premultiplied(frame)),
        };
        // A box that changes needs the source again for the next frame.
        let changes = self.placement.moving || !is_constant(self.frame);
        cache.source = changes.then(|| (Arc::clone(frame), Arc::clone(&all)));
        let bitmap = match key.size {
            Size::Source => all,
            Size::Resized {
                width,
                height,
                radii,
            } => {
                let same = source.whole().is_some_and(|crop| {
                    (crop.width(), crop.height()) == (all.width, all.height)
                        && (width, height) == (all.width, all.height)
                });
                let bitmap = if same {
                    all
                } else {
                    Arc::new(scaler.bitmap(&all, source, width, height)?)
                };
                round_off(bitmap, radii)
            }
        };
        cache.prepared = Some(Prepared {
            still: Arc::clone(frame),
            key,
            bitmap: Arc::clone(&bitmap),
            stays: false,
            yuv: None,
            visible: None,
        });
        Ok(bitmap)
    }
}

/// Whether crop and corners are the same at every time.
fn is_constant(frame: &Frame) -> bool {
    [
        &frame.border_radius,
        &frame.crop_left,
        &frame.crop_top,
        &frame.crop_right,
        &frame.crop_bottom,
    ]
    .iter()
    .all(|number| number.is_constant())
}

/// The video layer for an upright opaque box whose visible part lies on even pixels.
fn passthrough(frame: &Arc<YuvFrame>, source: Rect, target: Rect, clip: Pixels) -> Option<Video> {
    let seen = target.intersect(clip.to_rect()).whole()?;
    let even = [seen.x0, seen.y0, seen.x1, seen.y1]
        .iter()
        .all(|x| x % 2 == 0);
    if seen.is_empty() || !even {
        return None;
    }
    let part = seen.to_rect();
    let along = |x: f64| source.x0 + (x - target.x0) * source.width() / target.width();
    let down = |y: f64| source.y0 + (y - target.y0) * source.height() / target.height();
    let crop = Rect::new(along(part.x0), down(part.y0), along(part.x1), down(part.y1));
    // Of a box of any size the canvas may show less than a thousandth of a pixel.
    let snapped = Some(crop.snapped()).filter(|snapped| !snapped.is_empty());
    let crop = snapped.unwrap_or(crop);
    (!crop.is_empty()).then(|| Video {
        source: Arc::clone(frame),
        crop,
        target: seen,
    })
}

/// A video picture's bitmap: planes resized first, as they are fewer bytes.
fn prepare_video(
    frame: &YuvFrame,
    source: Rect,
    size: Size,
    scaler: &mut Scaler,
) -> Result<Arc<Bitmap>, CompositorError> {
    let Size::Resized {
        width,
        height,
        radii,
    } = size
    else {
        return Ok(Arc::new(to_bitmap(frame)?));
    };
    let (width, height) = (width as u32, height as u32);
    let mut resized = YuvFrame {
        width,
        height,
        data: vec![0; YuvFrame::bytes(width, height)],
    };
    scaler.video(frame, source, &mut resized)?;
    Ok(round_off(Arc::new(to_bitmap(&resized)?), radii))
}
