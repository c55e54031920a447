//! Premultiplied pictures.

use crate::geometry::Rect;
use crate::picture::RgbaFrame;

/// Interleaved RGBA, premultiplied, sRGB-encoded, rows packed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bitmap {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
    /// Every alpha is 255.
    pub opaque: bool,
}

impl Bitmap {
    /// Nothing at all, that big, in the buffer given.
    pub(crate) fn clear(width: usize, height: usize, mut data: Vec<u8>) -> Self {
        data.clear();
        data.resize(width * height * 4, 0);
        Self {
            width,
            height,
            data,
            opaque: false,
        }
    }

    /// A decoded picture, premultiplied.
    pub(crate) fn premultiplied(frame: &RgbaFrame) -> Self {
        let mut data = frame.data.clone();
        let opaque = premultiply(&mut data);
        Self {
            width: frame.width as usize,
            height: frame.height as usize,
            data,
            opaque,
        }
    }

    /// The same in front of black.
    pub(crate) fn over_black(mut self) -> Self {
        for pixel in self.data.chunks_exact_mut(4) {
            pixel[3] = 255;
        }
        self.opaque = true;
        self
    }

    /// The smallest rectangle that holds every pixel with some alpha; an empty one where
    /// there is none.
    pub(crate) fn visible(&self) -> Rect {
        let rows = || (0..self.height).map(|y| self.row(y));
        let shows = |row: &[u8]| row.chunks_exact(4).any(|pixel| pixel[3] != 0);
        let Some(top) = rows().position(shows) else {
            return Rect::new(0.0, 0.0, 0.0, 0.0);
        };
        let bottom = rows().rposition(shows).map_or(top, |row| row + 1);
        let (mut left, mut right) = (self.width, 0);
        for row in rows().take(bottom).skip(top) {
            let shows = |pixel: &[u8]| pixel[3] != 0;
            if let Some(first) = row.chunks_exact(4).take(left).position(shows) {
                left = first;
            }
            if let Some(last) = row.chunks_exact(4).skip(right).rposition(shows) {
                right += last + 1;
            }
        }
        let [left, top, right, bottom] = [left, top, right, bottom].map(|at| at as f64);
        Rect::new(left, top, right, bottom)
    }

    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let start = y * self.width * 4;
        self.data
            .get(start..start + self.width * 4)
            .unwrap_or_default()
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [u8] {
        let start = y * self.width * 4;
        self.data
            .get_mut(start..start + self.width * 4)
            .unwrap_or_default()
    }
}

/// Exactly `round(x / 255)` for `x <= 255 * 255`.
pub(crate) const fn div255(x: u32) -> u32 {
    let x = x + 128;
    (x + (x >> 8)) >> 8
}

/// Multiplies colour by alpha in place; tells whether all of it was opaque.
fn premultiply(data: &mut [u8]) -> bool {
    if data.chunks_exact(4).all(|pixel| pixel[3] == 255) {
        return true;
    }
    for pixel in data.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        for channel in &mut pixel[..3] {
            *channel = div255(u32::from(*channel) * alpha) as u8;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_of_a_bitmap_is_where_its_alpha_is() {
        let mut bitmap = Bitmap::clear(7, 5, Vec::new());
        assert!(bitmap.visible().is_empty());
        for (x, y) in [(4, 1), (2, 3)] {
            bitmap.row_mut(y)[x * 4 + 3] = 1;
        }
        assert_eq!(bitmap.visible(), Rect::new(2.0, 1.0, 5.0, 4.0));
        bitmap.row_mut(4)[27] = 255;
        bitmap.row_mut(0)[3] = 255;
        assert_eq!(bitmap.visible(), Rect::new(0.0, 0.0, 7.0, 5.0));
    }
}
