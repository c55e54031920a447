//! Pictures that are drawn at the size they are shown in: SVG files and Lottie
//! animations. They fill their box as every picture does, of which an SVG with a view box
//! makes what its `preserveAspectRatio` says, as in a browser.

use std::sync::Arc;

use crate::bitmap::Bitmap;
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Placement, Rect};
use crate::layer::Image;
use crate::lottie::Animation;
use crate::svg::Svg;

/// Bytes of a file at most.
const MOST_BYTES: usize = 8 << 20;
/// Longest side of a bitmap, pixels.
const LONGEST: f64 = 8192.0;

/// A parsed SVG file or Lottie animation.
#[derive(Debug, Clone)]
pub struct Vector(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Svg(Box<Svg>),
    Lottie(Animation),
}

/// Why a file is none of the two: a sentence for whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VectorError(String);

impl Vector {
    /// Reads a file; what it holds decides which of the two it is.
    ///
    /// # Errors
    /// [`VectorError`] for a file that is none of them, or takes more than it may.
    pub fn parse(bytes: &[u8]) -> Result<Self, VectorError> {
        let refused = |cause: &str| Err(VectorError(cause.to_owned()));
        if bytes.len() > MOST_BYTES {
            return refused("it has more than 8 MiB");
        }
        if bytes.starts_with(b"PK") {
            return refused("it is a .lottie archive; upload the JSON file inside it");
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return refused("it is neither an SVG nor a Lottie JSON file");
        };
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('<') {
            return Svg::parse(text)
                .map(Box::new)
                .map(Kind::Svg)
                .map(Self)
                .map_err(VectorError);
        }
        match serde_json::from_str(text) {
            Ok(json) => Self::animation(Arc::new(json)),
            Err(cause) => refused(&format!("it is neither an SVG nor Lottie JSON: {cause}")),
        }
    }

    /// A Lottie animation that has been read as JSON.
    ///
    /// # Errors
    /// [`VectorError`] where it is none.
    pub fn animation(json: Arc<serde_json::Value>) -> Result<Self, VectorError> {
        let refused = |cause| VectorError(format!("it is no Lottie animation: {cause}"));
        let animation = Animation::new(json).map_err(refused)?;
        Ok(Self(Kind::Lottie(animation)))
    }

    /// What of it is not drawn, for people: `text layers`, for instance.
    pub fn gaps(&self) -> Vec<&'static str> {
        match &self.0 {
            Kind::Svg(svg) => svg.gaps().iter().copied().collect(),
            Kind::Lottie(animation) => animation.gaps().into_iter().collect(),
        }
    }

    /// Width and height in its own pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        match &self.0 {
            Kind::Svg(svg) => svg.size(),
            Kind::Lottie(animation) => animation.size(),
        }
    }

    /// The frame at a time: a Lottie's, 0 for what does not move.
    fn frame_at(&self, seconds: f64) -> f64 {
        match &self.0 {
            Kind::Svg(_) => 0.0,
            Kind::Lottie(animation) => animation.frame_at(seconds),
        }
    }

    fn draw(&self, key: Key) -> Result<Bitmap, &'static str> {
        match &self.0 {
            Kind::Svg(svg) => svg.draw(key.size, key.shown),
            Kind::Lottie(animation) => animation.draw(key.frame, key.size.0, key.size.1),
        }
    }
}

/// What a bitmap depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    frame: f64,
    size: (u32, u32),
    /// The box, which its item's scale stretches with what is in it.
    shown: (f64, f64),
}

/// The last bitmap of an item.
#[derive(Default)]
pub(crate) struct VectorCache {
    last: Option<(Arc<Vector>, Key, Arc<Bitmap>)>,
}

/// The layer that shows `vector` as it is after `seconds`; `None` where nothing shows.
pub(crate) fn layer(
    item: &str,
    vector: &Arc<Vector>,
    seconds: f64,
    placement: &Placement,
    clip: Pixels,
    cache: &mut VectorCache,
) -> Result<Option<Image>, CompositorError> {
    let shown = Rect::new(0.0, 0.0, placement.width, placement.height);
    let matrix = placement.matrix;
    if shown.is_empty() || matrix.inverse().is_none() {
        return Ok(None);
    }
    let whole = matrix
        .is_upright()
        .then(|| matrix.bounds(shown).snapped().whole())
        .flatten();
    let (along, down) = matrix.lengths();
    let sides = match whole {
        Some(whole) => (whole.width() as f64, whole.height() as f64),
        None => (shown.width() * along, shown.height() * down),
    };
    let size = bounded(sides, clip);
    let key = Key {
        frame: vector.frame_at(seconds),
        size,
        shown: (shown.width(), shown.height()),
    };
    let kept = cache.last.take();
    let kept = kept.filter(|(last, known, _)| Arc::ptr_eq(last, vector) && *known == key);
    let bitmap = match kept {
        Some((.., bitmap)) => bitmap,
        None => Arc::new(vector.draw(key).map_err(|cause| CompositorError::Vector {
            item: item.to_owned(),
            cause,
        })?),
    };
    cache.last = Some((Arc::clone(vector), key, Arc::clone(&bitmap)));
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let matrix = match whole {
        Some(whole) if (width, height) == sides => {
            Affine::translate(f64::from(whole.x0), f64::from(whole.y0))
        }
        _ => matrix.after(Affine::scale(
            shown.width() / width,
            shown.height() / height,
        )),
    };
    Ok(Some(Image {
        bitmap,
        matrix,
        clip: Rect::new(0.0, 0.0, width, height),
        opacity: (placement.opacity * 255.0).round() as u8,
        yuv: None,
    }))
}

/// A bitmap's size for a box that is shown that big: no larger than four canvases,
/// beyond which all but a part of it lies outside.
fn bounded((width, height): (f64, f64), clip: Pixels) -> (u32, u32) {
    let most = (4.0 * clip.width() as f64 * clip.height() as f64).max(1_000_000.0);
    let (width, height) = (width.min(LONGEST), height.min(LONGEST));
    let less = (most / (width * height)).sqrt().min(1.0);
    let pixels = |side: f64| ((side * less).round() as u32).max(1);
    (pixels(width), pixels(height))
}
