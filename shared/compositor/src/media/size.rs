//! How large pictures are made before they are drawn.

use crate::geometry::{Affine, Pixels, Rect};

/// Longest side of a resized picture in pixels.
const LONGEST: f64 = 32_768.0;

/// Pixels a resized picture has at most: beyond them all but a part lies outside of
/// the canvas, and resampling while drawing serves as well.
pub(crate) fn most_pixels(clip: Pixels) -> f64 {
    (4.0 * clip.width() as f64 * clip.height() as f64).max(1_000_000.0)
}

/// How a picture is brought to the size it is shown in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size {
    /// Not at all: all of it is kept and resampled while drawing.
    Source,
    /// What crop leaves is resized to this many pixels; corners get these radii.
    Resized {
        width: usize,
        height: usize,
        radii: (f64, f64),
    },
}

/// The size for a box that is not on whole pixels: shrunk sides in the size they are
/// shown in, others as they are.
pub(super) fn fit(shown: Rect, source: Rect, matrix: Affine, radius: f64, most: f64) -> Size {
    let (along, down) = matrix.lengths();
    let (width, height) = (shown.width() * along, shown.height() * down);
    let shrinks = (width < source.width(), height < source.height());
    if shrinks == (false, false) && radius == 0.0 {
        return Size::Source;
    }
    let side = |shown: f64, source: f64, resize: bool| {
        let side = if resize || radius > 0.0 {
            shown
        } else {
            source
        };
        side.min(LONGEST)
    };
    let width = side(width, source.width(), shrinks.0);
    let height = side(height, source.height(), shrinks.1);
    let less = (most / (width * height)).sqrt().min(1.0);
    let pixels = |side: f64| ((side * less).round() as usize).max(1);
    Size::Resized {
        width: pixels(width),
        height: pixels(height),
        radii: (0.0, 0.0),
    }
}

/// Adds the radii, in bitmap pixels.
pub(super) fn rounded(size: Size, shown: Rect, radius: f64) -> Size {
    match size {
        Size::Resized { width, height, .. } => Size::Resized {
            width,
            height,
            radii: (
                radius * width as f64 / shown.width(),
                radius * height as f64 / shown.height(),
            ),
        },
        Size::Source => Size::Source,
    }
}
