//! Vector pictures: paths and small bitmaps in a box's own coordinates, rasterised at
//! the size they are shown in.

use std::sync::Arc;

use tiny_skia_path::Path;

use crate::bitmap::Bitmap;
use crate::canvas::{Op, Surface, blend};
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Placement, Rect};
use crate::layer::Image;
use crate::ramp::Ramp;
use crate::raster;
use crate::sample::{self, Sampled};
use crate::scale::Scaler;

/// Pixels above which a bitmap is cut to the canvas instead of kept whole, on any canvas.
const LARGEST: f64 = 16_000_000.0;

/// The same on this one: as pictures have it, four canvases, beyond which all but a part
/// of it lies outside.
fn most_pixels(clip: Pixels) -> f64 {
    crate::media::most_pixels(clip).min(LARGEST)
}

/// One thing to paint.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// The inside of a path (non-zero), in a premultiplied colour.
    Fill { path: Path, color: [u8; 4] },
    /// A bitmap (a colour emoji), its pixels mapped into the box.
    Picture { bitmap: Arc<Bitmap>, matrix: Affine },
    /// The inside of a path, in colours that change along a ramp.
    Shaded { path: Path, ramp: Ramp },
    /// Marks painted as one picture, which is then weighed by `opacity` and by the
    /// alpha of `mask`.
    Group {
        marks: Vec<Mark>,
        opacity: u8,
        mask: Option<Ramp>,
    },
}

/// Marks, the first painted first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Art {
    pub marks: Vec<Mark>,
}

/// What a rasterised bitmap depends on besides the art itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    matrix: Affine,
    clip: Option<Pixels>,
    /// Whatever of the item changes the art.
    variant: [f64; 4],
}

/// A bitmap and the pixel it begins at.
type Placed = (Arc<Bitmap>, (i32, i32));

/// The last rasterised bitmap of an item.
#[derive(Default)]
pub(crate) struct ArtCache {
    last: Option<(Key, Option<Placed>)>,
}

impl Art {
    /// What the marks cover.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        self.marks.iter().map(Mark::bounds).reduce(Rect::union)
    }

    /// Everything mapped by `matrix` onto a bitmap, which begins at the returned
    /// pixel and leaves a transparent rim; `clip` limits it.
    fn rasterise(
        &self,
        matrix: Affine,
        clip: Option<Pixels>,
        scaler: &mut Scaler,
    ) -> Result<Option<Placed>, CompositorError> {
        let Some(bounds) = self.bounds() else {
            return Ok(None);
        };
        let around = grown(matrix.bounds(bounds).outside());
        let around = clip.map_or(around, |clip| around.intersect(clip));
        if around.is_empty() {
            return Ok(None);
        }
        let mut bitmap = Bitmap::clear(around.width(), around.height(), Vec::new());
        let mut surface = Surface::of(&mut bitmap, around.x0, around.y0);
        for mark in &self.marks {
            mark.paint(&mut surface, matrix, scaler)?;
        }
        Ok(Some((Arc::new(bitmap), (around.x0, around.y0))))
    }
}

impl Mark {
    fn bounds(&self) -> Rect {
        match self {
            Self::Fill { path, .. } | Self::Shaded { path, .. } => {
                let bounds = path.bounds();
                Rect::new(
                    f64::from(bounds.left()),
                    f64::from(bounds.top()),
                    f64::from(bounds.right()),
                    f64::from(bounds.bottom()),
                )
            }
            Self::Picture { bitmap, matrix } => matrix.bounds(Rect::new(
                0.0,
                0.0,
                bitmap.width as f64,
                bitmap.height as f64,
            )),
            Self::Group { marks, .. } => {
                let bounds = marks.iter().map(Self::bounds).reduce(Rect::union);
                bounds.unwrap_or(Rect::new(0.0, 0.0, 0.0, 0.0))
            }
        }
    }

    fn paint(
        &self,
        surface: &mut Surface<'_>,
        matrix: Affine,
        scaler: &mut Scaler,
    ) -> Result<(), CompositorError> {
        match self {
            Self::Fill { path, color } => {
                if let Some(mask) = raster::fill(path, matrix, surface.area) {
                    for y in mask.bounds.y0..mask.bounds.y1 {
                        let target = surface.span(y, mask.bounds.x0, mask.bounds.x1);
                        blend::cover_row(target, *color, mask.row(y));
                    }
                }
            }
            Self::Shaded { path, ramp } => {
                if let Some(mask) = raster::fill(path, matrix, surface.area) {
                    for y in mask.bounds.y0..mask.bounds.y1 {
                        let x = mask.bounds.x0;
                        let row = ramp.row(matrix, (x, y), mask.row(y));
                        let target = surface.span(y, x, mask.bounds.x1);
                        blend::row(target, &row, 255, Op::Over);
                    }
                }
            }
            Self::Group {
                marks,
                opacity,
                mask,
            } => {
                let around = matrix.bounds(self.bounds()).outside();
                let area = grown(around).intersect(surface.area);
                if area.is_empty() {
                    return Ok(());
                }
                let mut group = Bitmap::clear(area.width(), area.height(), Vec::new());
                for mark in marks {
                    let mut inner = Surface::of(&mut group, area.x0, area.y0);
                    mark.paint(&mut inner, matrix, scaler)?;
                }
                if let Some(mask) = mask {
                    mask.weigh(matrix, (area.x0, area.y0), &mut group);
                }
                surface.blit(&group, (area.x0, area.y0), area, *opacity, Op::Over);
            }
            Self::Picture {
                bitmap,
                matrix: inner,
            } => {
                let around = grown(matrix.bounds(self.bounds()).outside());
                if !around.intersect(surface.area).is_empty() {
                    paint_picture(bitmap, matrix.after(*inner), surface, scaler)?;
                }
            }
        }
        Ok(())
    }
}

fn paint_picture(
    bitmap: &Bitmap,
    matrix: Affine,
    surface: &mut Surface<'_>,
    scaler: &mut Scaler,
) -> Result<(), CompositorError> {
    let (along, down) = matrix.lengths();
    let size = (bitmap.width as f64, bitmap.height as f64);
    let fitted = |length: f64, size: f64| (size * length.min(1.0)).round().max(1.0);
    let small = (fitted(along, size.0), fitted(down, size.1));
    let crop = Rect::new(0.0, 0.0, size.0, size.1);
    let bitmap = scaler.bitmap(bitmap, crop, small.0 as usize, small.1 as usize)?;
    let source = Sampled {
        matrix: matrix.after(Affine::scale(size.0 / small.0, size.1 / small.1)),
        clip: Rect::new(0.0, 0.0, small.0, small.1),
        bitmap: &bitmap,
    };
    let area = surface.area;
    sample::draw(surface, &source, area, 255, Op::Over);
    Ok(())
}

/// With a rim of one pixel.
fn grown(around: Pixels) -> Pixels {
    Pixels {
        x0: around.x0 - 1,
        y0: around.y0 - 1,
        x1: around.x1 + 1,
        y1: around.y1 + 1,
    }
}

/// Splits the way to the canvas in what is rasterised and what is left to
/// resampling. At rest all of it is rasterised; what moves keeps one bitmap and is
/// shifted; what turns keeps its upright bitmap.
fn split(placement: &Placement) -> (Affine, Affine) {
    let matrix = placement.matrix;
    if placement.turning {
        let (along, down) = matrix.lengths();
        let raster = Affine::scale(along, down);
        let left = raster
            .inverse()
            .map_or(Affine::IDENTITY, |back| matrix.after(back));
        (raster, left)
    } else if placement.moving {
        let raster = Affine {
            e: 0.0,
            f: 0.0,
            ..matrix
        };
        (raster, Affine::translate(matrix.e, matrix.f))
    } else {
        (matrix, Affine::IDENTITY)
    }
}

/// The layer that shows `art` in its box. `variant` names whatever changes the art
/// over the item's life.
pub(crate) fn layer(
    art: &Art,
    variant: [f64; 4],
    placement: &Placement,
    clip: Pixels,
    scaler: &mut Scaler,
    cache: &mut ArtCache,
) -> Result<Option<Image>, CompositorError> {
    let (mut raster, mut left) = split(placement);
    let size = art.bounds().map(|bounds| raster.bounds(bounds));
    // With its rim: what is thinner than a pixel takes whole ones.
    let size = size.map_or(0.0, |size| (size.width() + 4.0) * (size.height() + 4.0));
    let mut within = None;
    if left == Affine::IDENTITY || size.is_nan() || size > most_pixels(clip) {
        (raster, left) = (placement.matrix, Affine::IDENTITY);
        within = Some(clip);
    }
    let key = Key {
        matrix: raster,
        clip: within,
        variant,
    };
    let kept = cache.last.as_ref().filter(|(last, _)| *last == key);
    let bitmap = if let Some((_, bitmap)) = kept {
        bitmap.clone()
    } else {
        let fresh = art.rasterise(raster, within, scaler)?;
        cache.last = Some((key, fresh.clone()));
        fresh
    };
    Ok(bitmap.map(|(bitmap, at)| {
        let clip = Rect::new(0.0, 0.0, bitmap.width as f64, bitmap.height as f64);
        Image {
            bitmap,
            matrix: left.after(Affine::translate(f64::from(at.0), f64::from(at.1))),
            clip,
            opacity: (placement.opacity * 255.0).round() as u8,
            yuv: None,
        }
    }))
}
