//! Where the RGBA pixels of a canvas are.

use super::{Surface, TILE_HEIGHT, convert};
use crate::bitmap::Bitmap;
use crate::error::CompositorError;
use crate::geometry::Pixels;
use crate::picture::YuvFrame;

/// The RGBA pixels of the canvas: of all of it or, once what is left is drawn band by band,
/// of the one that is drawn on. A band is little enough to stay in a processor's cache.
pub(super) struct Pane {
    whole: Bitmap,
    band: Bitmap,
    /// The band's first row, while there is one.
    top: Option<i32>,
}

impl Pane {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            whole: Bitmap::clear(width, height, Vec::new()),
            // The crate `yuv` wants a whole stride behind each row, wherever it begins.
            band: Bitmap::clear(width, TILE_HEIGHT as usize + 1, Vec::new()),
            top: None,
        }
    }

    pub(super) fn begin_all(&mut self) {
        self.top = None;
    }

    /// From here on it is of the band from this row on.
    pub(super) fn begin_band(&mut self, top: i32) {
        self.top = Some(top);
    }

    pub(super) fn is_of_a_band(&self) -> bool {
        self.top.is_some()
    }

    /// The pixels, and the canvas row that is their first.
    pub(super) fn parts(&mut self) -> (&mut Bitmap, i32) {
        match self.top {
            Some(top) => (&mut self.band, top),
            None => (&mut self.whole, 0),
        }
    }

    pub(super) fn surface(&mut self) -> Surface<'_> {
        let (bitmap, top) = self.parts();
        Surface::of(bitmap, 0, top)
    }

    /// The part `from` of a video picture, at a pixel of the canvas.
    pub(super) fn put(
        &mut self,
        source: &YuvFrame,
        from: Pixels,
        (x, y): (i32, i32),
    ) -> Result<(), CompositorError> {
        let (bitmap, top) = self.parts();
        convert::to_rgba(source, from, bitmap, (x, y - top))
    }
}
