//! A bitmap on the canvas.

use std::sync::Arc;

use crate::bitmap::Bitmap;
use crate::canvas::{Canvas, Op, Still, Surface, Touch};
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Rect};
use crate::picture::YuvFrame;
use crate::sample::{self, Sampled};

/// A bitmap and where it goes.
#[derive(Clone)]
pub(crate) struct Image {
    pub bitmap: Arc<Bitmap>,
    /// Bitmap pixels to canvas pixels.
    pub matrix: Affine,
    /// What is shown of the bitmap, in bitmap pixels.
    pub clip: Rect,
    pub opacity: u8,
    /// The same as video, where it is opaque, of even sides, and stays as it is.
    pub yuv: Option<Arc<YuvFrame>>,
}

impl Image {
    /// The whole pixels it is copied to one by one, if it is.
    fn blit(&self) -> Option<Pixels> {
        let all = Rect::new(
            0.0,
            0.0,
            self.bitmap.width as f64,
            self.bitmap.height as f64,
        );
        let unit = Affine {
            e: 0.0,
            f: 0.0,
            ..self.matrix
        } == Affine::IDENTITY;
        if unit && self.clip == all {
            self.matrix.bounds(all).whole()
        } else {
            None
        }
    }

    pub(super) fn bounds(&self) -> Pixels {
        self.matrix.bounds(self.clip).outside()
    }

    /// The whole pixels that it replaces entirely.
    pub(super) fn opaque_blit(&self) -> Option<Pixels> {
        (self.bitmap.opaque && self.opacity == 255)
            .then(|| self.blit())
            .flatten()
    }

    /// It with its place, if it need not be drawn pixel by pixel.
    fn still(&self) -> Option<(Still, Pixels)> {
        let at = self.opaque_blit()?;
        let even = at.x0 % 2 == 0 && at.y0 % 2 == 0;
        let still = Still {
            rgba: Arc::clone(&self.bitmap),
            yuv: self.yuv.clone().filter(|_| even)?,
            at: (at.x0, at.y0),
        };
        Some((still, at))
    }

    /// Puts it on the canvas without drawing it where it is a still; whether it was one.
    pub(super) fn put(
        &self,
        canvas: &mut Canvas,
        frame: &YuvFrame,
        clip: Pixels,
    ) -> Result<bool, CompositorError> {
        let Some((still, at)) = self.still() else {
            return Ok(false);
        };
        let region = at.intersect(clip);
        let done = canvas.put_still(still, region);
        for rest in region.around(done) {
            let touch = |area| Touch::replacing(rest.contains(area));
            let mut surface = canvas.surface(frame, rest, touch)?;
            self.draw(&mut surface, rest, 255, Op::Over);
        }
        Ok(true)
    }

    pub(super) fn draw(&self, surface: &mut Surface<'_>, region: Pixels, opacity: u8, op: Op) {
        if let Some(at) = self.blit() {
            surface.blit(&self.bitmap, (at.x0, at.y0), region, opacity, op);
        } else {
            let source = Sampled {
                bitmap: &self.bitmap,
                matrix: self.matrix,
                clip: self.clip,
            };
            sample::draw(surface, &source, region, opacity, op);
        }
    }

    /// Whether it can show inside a rectangle at all: turned boxes leave the corners
    /// of the rectangle around them free.
    pub(super) fn meets(&self, area: Pixels) -> bool {
        let Some(back) = self.matrix.inverse() else {
            return false;
        };
        let seen = back.bounds(area.to_rect());
        let (u, v) = self.matrix.lengths();
        let (u, v) = (1.0 / u, 1.0 / v);
        seen.x1 > self.clip.x0 - u
            && seen.x0 < self.clip.x1 + u
            && seen.y1 > self.clip.y0 - v
            && seen.y0 < self.clip.y1 + v
    }
}
