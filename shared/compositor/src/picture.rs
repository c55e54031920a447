//! The frames that go in and out.

use std::sync::Arc;

use crate::vector::Vector;

/// Planar 4:2:0 picture, BT.709, limited range. Chroma planes measure
/// `ceil(width / 2) x ceil(height / 2)`; planes are packed without padding,
/// Y then U then V, in one buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YuvFrame {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The three planes, one after the other.
    pub data: Vec<u8>,
}

/// Luma of black in limited range.
pub(crate) const BLACK: u8 = 16;
/// Chroma of every grey.
pub(crate) const GREY: u8 = 128;

impl YuvFrame {
    /// A black picture.
    pub fn new_black(width: u32, height: u32) -> Self {
        let luma = width as usize * height as usize;
        let mut data = vec![GREY; Self::bytes(width, height)];
        if let Some(plane) = data.get_mut(..luma) {
            plane.fill(BLACK);
        }
        Self {
            width,
            height,
            data,
        }
    }

    /// Bytes a picture of this size takes.
    pub fn bytes(width: u32, height: u32) -> usize {
        let chroma = width.div_ceil(2) as usize * height.div_ceil(2) as usize;
        width as usize * height as usize + 2 * chroma
    }

    /// Width of the chroma planes.
    pub(crate) fn chroma_width(&self) -> u32 {
        self.width.div_ceil(2)
    }

    /// Height of the chroma planes.
    pub(crate) fn chroma_height(&self) -> u32 {
        self.height.div_ceil(2)
    }

    /// The planes; shorter ones where the buffer is too short.
    pub(crate) fn planes(&self) -> [&[u8]; 3] {
        let luma = self.width as usize * self.height as usize;
        let chroma = self.chroma_width() as usize * self.chroma_height() as usize;
        let (y, rest) = self.data.split_at(luma.min(self.data.len()));
        let (u, v) = rest.split_at(chroma.min(rest.len()));
        [y, u, v]
    }

    /// The planes, to write on.
    pub(crate) fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let luma = self.width as usize * self.height as usize;
        let chroma = self.chroma_width() as usize * self.chroma_height() as usize;
        let length = self.data.len();
        let (y, rest) = self.data.split_at_mut(luma.min(length));
        let length = rest.len();
        let (u, v) = rest.split_at_mut(chroma.min(length));
        [y, u, v]
    }

    /// Luma, `width x height` bytes.
    pub fn y(&self) -> &[u8] {
        self.planes()[0]
    }

    /// Blue difference, `ceil(width / 2) x ceil(height / 2)` bytes.
    pub fn u(&self) -> &[u8] {
        self.planes()[1]
    }

    /// Red difference, `ceil(width / 2) x ceil(height / 2)` bytes.
    pub fn v(&self) -> &[u8] {
        self.planes()[2]
    }

    /// The picture as sRGB, three bytes a pixel, for a PNG or a test.
    /// Chroma is repeated over its two by two pixels.
    pub fn to_rgb(&self) -> Vec<u8> {
        let [y, u, v] = self.planes();
        let (width, chroma) = (self.width as usize, self.chroma_width() as usize);
        let mut rgb = Vec::with_capacity(width * self.height as usize * 3);
        for (i, &luma) in y.iter().enumerate() {
            let at = (i / width / 2) * chroma + (i % width) / 2;
            let (u, v) = (
                u.get(at).copied().unwrap_or(GREY),
                v.get(at).copied().unwrap_or(GREY),
            );
            rgb.extend(rgb_of(luma, u, v));
        }
        rgb
    }
}

/// One pixel from BT.709 limited range to sRGB.
fn rgb_of(y: u8, u: u8, v: u8) -> [u8; 3] {
    let y = (f64::from(y) - 16.0) * (255.0 / 219.0);
    let u = (f64::from(u) - 128.0) * (255.0 / 224.0);
    let v = (f64::from(v) - 128.0) * (255.0 / 224.0);
    [
        y + 1.5748 * v,
        y - 0.187_324 * u - 0.468_124 * v,
        y + 1.8556 * u,
    ]
    .map(|channel| channel.round().clamp(0.0, 255.0) as u8)
}

/// Interleaved picture, sRGB-encoded, straight alpha: what ffmpeg calls `rgba`.
/// The compositor premultiplies it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbaFrame {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Four bytes a pixel, rows packed without padding.
    pub data: Vec<u8>,
}

/// What an item shows at one instant. Cheap to clone.
///
/// A still keeps one and the same `Arc` over its life: the scene prepares it once
/// and knows it again by its address.
#[derive(Debug, Clone)]
pub enum Picture {
    /// Opaque video.
    Yuv(Arc<YuvFrame>),
    /// Stills, and video with alpha.
    Rgba(Arc<RgbaFrame>),
    /// A sticker, drawn at whatever size and instant it is shown.
    Vector(Arc<Vector>),
}

impl Picture {
    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        match self {
            Self::Yuv(frame) => (frame.width, frame.height),
            Self::Rgba(frame) => (frame.width, frame.height),
            Self::Vector(vector) => {
                let (width, height) = vector.size();
                (width.ceil() as u32, height.ceil() as u32)
            }
        }
    }
}
