//! The background made of what is shown: the lowest image or video, covering the
//! canvas, blurred.
//!
//! - Lowest is by track, among items that show at the tick on tracks that are not
//!   hidden, whatever their opacity and place: a background that followed fades would
//!   flash. Gifs, stickers and everything else that is laid over a picture do not count.
//! - Its own crop counts, and nothing else of its box: neither place, rotation nor
//!   rounded corners. What is transparent is black.
//! - While a transition joins two such clips, their pictures dissolve along with it,
//!   whatever its type.
//! - Levels are Gaussians of [`Background::BLURS`].
//!
//! The blur is made on a picture shrunk so far that its standard deviation is still
//! [`FINEST`] pixels or more: enlarged again it shows no blocks, and costs little.

use std::sync::Arc;

use darkroom_editor_state::Background;

use crate::bitmap::Bitmap;
use crate::blur::Blurrer;
use crate::canvas::{blend, to_frame};
use crate::error::CompositorError;
use crate::geometry::{Pixels, Rect};
use crate::layer::{Layer, Video};
use crate::picture::{Picture, YuvFrame};
use crate::scale::Scaler;

/// Least standard deviation on the shrunk picture, its pixels.
const FINEST: f64 = 4.0;
/// Canvas pixels that one pixel of the shrunk picture stands for along a side.
const SHRINKS: [u32; 5] = [16, 8, 4, 2, 1];

/// One picture of the background.
#[derive(Clone)]
pub(crate) struct Part {
    pub picture: Picture,
    /// What of it is shown, picture pixels.
    pub crop: Rect,
    /// Its share of 255.
    pub weight: u8,
}

impl Part {
    fn is_same(&self, other: &Self) -> bool {
        let picture = match (&self.picture, &other.picture) {
            (Picture::Yuv(one), Picture::Yuv(two)) => Arc::ptr_eq(one, two),
            (Picture::Rgba(one), Picture::Rgba(two)) => Arc::ptr_eq(one, two),
            _ => false,
        };
        picture && self.crop == other.crop && self.weight == other.weight
    }
}

/// Makes the background of each frame; keeps the last one, which a still does not
/// change.
pub(crate) struct Blurred {
    /// Canvas size.
    size: (u32, u32),
    /// Canvas pixels.
    sigma: f64,
    last: Option<(Vec<Part>, Arc<YuvFrame>)>,
}

impl Blurred {
    /// For a canvas of `scale` pixels a composition pixel.
    pub(crate) fn new(level: u8, size: (u32, u32), scale: f64) -> Self {
        let sigma = Background::BLURS
            .get(usize::from(level))
            .copied()
            .unwrap_or_default();
        Self {
            size,
            sigma: sigma * scale,
            last: None,
        }
    }

    /// The layer below all others; `None` where no part shows anything.
    pub(crate) fn layer(
        &mut self,
        parts: Vec<Part>,
        scaler: &mut Scaler,
        blurrer: &mut Blurrer,
    ) -> Result<Option<Layer>, CompositorError> {
        let kept = self.last.take().filter(|(last, _)| {
            last.len() == parts.len() && last.iter().zip(&parts).all(|(one, two)| one.is_same(two))
        });
        let source = match kept {
            Some((_, frame)) => frame,
            None => match self.draw(&parts, scaler, blurrer)? {
                Some(frame) => Arc::new(frame),
                None => return Ok(None),
            },
        };
        self.last = Some((parts, Arc::clone(&source)));
        let (width, height) = (self.size.0 as i32, self.size.1 as i32);
        let target = Pixels {
            x0: 0,
            y0: 0,
            x1: width,
            y1: height,
        };
        Ok(Some(Layer::Video(Video {
            source,
            crop: target.to_rect(),
            target,
        })))
    }

    fn draw(
        &self,
        parts: &[Part],
        scaler: &mut Scaler,
        blurrer: &mut Blurrer,
    ) -> Result<Option<YuvFrame>, CompositorError> {
        let shrink = SHRINKS
            .into_iter()
            .find(|shrink| self.sigma >= FINEST * f64::from(*shrink))
            .unwrap_or(1);
        let side = |side: u32| side.div_ceil(shrink).next_multiple_of(2);
        let size = (side(self.size.0), side(self.size.1));
        let mut mixed: Option<YuvFrame> = None;
        for part in parts {
            let frame = cover(part, self.size, size, scaler)?;
            mixed = Some(match mixed {
                None => frame,
                Some(mut below) => {
                    let kept = below.data.clone();
                    blend::mix_row(&mut below.data, &kept, &frame.data, part.weight);
                    below
                }
            });
        }
        let Some(mut small) = mixed else {
            return Ok(None);
        };
        blurrer.frame(&mut small, self.sigma / f64::from(shrink));
        if size == self.size {
            return Ok(Some(small));
        }
        let mut frame = YuvFrame::new_black(self.size.0, self.size.1);
        let all = Rect::new(0.0, 0.0, f64::from(size.0), f64::from(size.1));
        scaler.video(&small, all, &mut frame)?;
        Ok(Some(frame))
    }
}

/// The middle of a picture that has a canvas' proportions, `size` pixels big.
fn cover(
    part: &Part,
    canvas: (u32, u32),
    size: (u32, u32),
    scaler: &mut Scaler,
) -> Result<YuvFrame, CompositorError> {
    let crop = covering(part.crop, canvas);
    match &part.picture {
        Picture::Yuv(source) => {
            let mut frame = YuvFrame::new_black(size.0, size.1);
            scaler.video(source, crop, &mut frame)?;
            Ok(frame)
        }
        Picture::Rgba(source) => {
            let all = Bitmap::premultiplied(source);
            let (width, height) = (size.0 as usize, size.1 as usize);
            let bitmap = scaler.bitmap(&all, crop, width, height)?;
            to_frame(&bitmap.over_black())
        }
        Picture::Vector(_) => Ok(YuvFrame::new_black(size.0, size.1)),
    }
}

/// The largest rectangle of a canvas' proportions in the middle of another: CSS
/// `object-fit: cover`.
pub(super) fn covering(crop: Rect, canvas: (u32, u32)) -> Rect {
    let (width, height) = (f64::from(canvas.0), f64::from(canvas.1));
    let scale = (width / crop.width()).max(height / crop.height());
    let (width, height) = (width / scale, height / scale);
    let x0 = crop.x0 + (crop.width() - width) / 2.0;
    let y0 = crop.y0 + (crop.height() - height) / 2.0;
    Rect::new(x0, y0, x0 + width, y0 + height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering_keeps_the_middle() {
        let wide = Rect::new(0.0, 0.0, 400.0, 100.0);
        let square = Rect::new(150.0, 0.0, 250.0, 100.0);
        assert_eq!(covering(wide, (50, 50)), square);
        let tall = Rect::new(10.0, 20.0, 110.0, 320.0);
        let band = Rect::new(10.0, 145.0, 110.0, 195.0);
        assert_eq!(covering(tall, (160, 80)), band);
    }

    #[test]
    fn a_still_is_blurred_once() {
        let still = |level: u8| {
            let data = [level; 4 * 4 * 4].to_vec();
            Picture::Rgba(Arc::new(crate::picture::RgbaFrame {
                width: 4,
                height: 4,
                data,
            }))
        };
        let (one, two) = (still(200), still(90));
        let mut blurred = Blurred::new(1, (64, 32), 1.0);
        let mut layer = |picture: &Picture| {
            let part = Part {
                picture: picture.clone(),
                crop: Rect::new(0.0, 0.0, 4.0, 4.0),
                weight: 255,
            };
            let (mut scaler, mut blurrer) = (Scaler::default(), Blurrer::default());
            match blurred.layer(vec![part], &mut scaler, &mut blurrer) {
                Ok(Some(Layer::Video(video))) => video.source,
                _ => panic!("no background"),
            }
        };
        let first = layer(&one);
        assert!(Arc::ptr_eq(&first, &layer(&one)));
        assert_ne!(first, layer(&two));
    }

    #[test]
    fn every_shrink_blurs_an_edge_alike() {
        let (width, height) = (640, 64);
        let mut source = YuvFrame::new_black(width, height);
        for (x, luma) in source.planes_mut()[0].iter_mut().enumerate() {
            *luma = if x % 640 < 320 { 16 } else { 235 };
        }
        let part = Part {
            picture: Picture::Yuv(Arc::new(source.clone())),
            crop: Rect::new(0.0, 0.0, 640.0, 64.0),
            weight: 255,
        };
        for sigma in [4.0, 9.0, 20.0, 40.0, 70.0] {
            let blurred = Blurred {
                size: (width, height),
                sigma,
                last: None,
            };
            let (mut scaler, mut blurrer) = (Scaler::default(), Blurrer::default());
            let parts = [part.clone()];
            let shrunk = blurred.draw(&parts, &mut scaler, &mut blurrer).unwrap();
            let shrunk = shrunk.unwrap();
            let mut whole = source.clone();
            blurrer.frame(&mut whole, sigma);
            let apart = shrunk.y().iter().zip(whole.y());
            let most = apart.map(|(one, two)| one.abs_diff(*two)).max();
            assert!(most <= Some(6), "sigma {sigma}: off by {most:?}");
        }
    }
}
