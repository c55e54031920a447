//! Premultiplied pictures.

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
