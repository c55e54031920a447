//! Resizing: area average when shrinking, bilinear when enlarging.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use yuv::{YuvPlanarImage, YuvRange, YuvStandardMatrix};

use crate::bitmap::Bitmap;
use crate::error::CompositorError;
use crate::geometry::Rect;
use crate::picture::YuvFrame;

/// One picture plane or interleaved picture to resize.
struct Plane<'a> {
    data: &'a [u8],
    width: u32,
    height: u32,
}

/// Resizes with buffers that are kept between frames.
#[derive(Default)]
pub(crate) struct Scaler {
    resizer: Resizer,
    between: Vec<u8>,
}

impl Scaler {
    /// The part `crop` (bitmap pixels) of a premultiplied bitmap at another size.
    pub(crate) fn bitmap(
        &mut self,
        source: &Bitmap,
        crop: Rect,
        width: usize,
        height: usize,
    ) -> Result<Bitmap, CompositorError> {
        let mut data = vec![0; width * height * 4];
        let plane = Plane {
            data: &source.data,
            width: source.width as u32,
            height: source.height as u32,
        };
        self.plane::<U8x4>(&plane, crop, width as u32, height as u32, &mut data)?;
        Ok(Bitmap {
            width,
            height,
            data,
            opaque: source.opaque,
        })
    }

    /// The part `crop` (luma pixels) of a video picture at another size, plane by
    /// plane, into the planes of `target`.
    pub(crate) fn video(
        &mut self,
        source: &YuvFrame,
        crop: Rect,
        target: &mut YuvFrame,
    ) -> Result<(), CompositorError> {
        let half = Rect::new(crop.x0 / 2.0, crop.y0 / 2.0, crop.x1 / 2.0, crop.y1 / 2.0);
        let sizes = [
            (
                source.width,
                source.height,
                crop,
                target.width,
                target.height,
            ),
            (
                source.chroma_width(),
                source.chroma_height(),
                half,
                target.chroma_width(),
                target.chroma_height(),
            ),
        ];
        for (index, (from, to)) in source
            .planes()
            .into_iter()
            .zip(target.planes_mut())
            .enumerate()
        {
            let (width, height, crop, to_width, to_height) = sizes[index.min(1)];
            let plane = Plane {
                data: from,
                width,
                height,
            };
            self.plane::<U8>(&plane, crop, to_width, to_height, to)?;
        }
        Ok(())
    }

    /// One plane; where one side shrinks and the other grows, the shrinking is done
    /// first, so that each side gets its own filter.
    fn plane<P: PixelTrait>(
        &mut self,
        source: &Plane<'_>,
        crop: Rect,
        width: u32,
        height: u32,
        target: &mut [u8],
    ) -> Result<(), CompositorError> {
        let full = Rect::new(0.0, 0.0, f64::from(source.width), f64::from(source.height));
        let crop = crop.intersect(full);
        if crop.is_empty() || width == 0 || height == 0 {
            return Ok(());
        }
        let ratio = (
            crop.width() / f64::from(width),
            crop.height() / f64::from(height),
        );
        let mixed = (ratio.0 > 1.0 && ratio.1 < 1.0) || (ratio.0 < 1.0 && ratio.1 > 1.0);
        if !mixed {
            return resize::<P>(
                &mut self.resizer,
                source,
                crop,
                width,
                height,
                filter(ratio),
                target,
            );
        }
        let (middle, first) = if ratio.0 > 1.0 {
            ((width, whole(crop.height())), (ratio.0, 1.0))
        } else {
            ((whole(crop.width()), height), (1.0, ratio.1))
        };
        let mut between = std::mem::take(&mut self.between);
        between.clear();
        between.resize(middle.0 as usize * middle.1 as usize * size_of::<P>(), 0);
        resize::<P>(
            &mut self.resizer,
            source,
            crop,
            middle.0,
            middle.1,
            filter(first),
            &mut between,
        )?;
        let plane = Plane {
            data: &between,
            width: middle.0,
            height: middle.1,
        };
        let all = Rect::new(0.0, 0.0, f64::from(middle.0), f64::from(middle.1));
        resize::<P>(
            &mut self.resizer,
            &plane,
            all,
            width,
            height,
            FilterType::Bilinear,
            target,
        )?;
        self.between = between;
        Ok(())
    }
}

fn whole(side: f64) -> u32 {
    (side.round() as u32).max(1)
}

/// The filter for a source-to-target ratio along each axis. Whole ratios average
/// exactly the pixels that fall together; others use a kernel close to that average
/// which does not jump from pixel to pixel.
fn filter(ratio: (f64, f64)) -> FilterType {
    let whole = |ratio: f64| ratio >= 1.0 && (ratio - ratio.round()).abs() < 1e-9;
    if ratio.0 <= 1.0 && ratio.1 <= 1.0 {
        FilterType::Bilinear
    } else if whole(ratio.0) && whole(ratio.1) {
        FilterType::Box
    } else {
        FilterType::Hamming
    }
}

/// Of pixels that are known while compiling: the resizer for all kinds of them takes a
/// minute to compile, and most of what is built.
fn resize<P: PixelTrait>(
    resizer: &mut Resizer,
    source: &Plane<'_>,
    crop: Rect,
    width: u32,
    height: u32,
    filter: FilterType,
    target: &mut [u8],
) -> Result<(), CompositorError> {
    const STEP: &str = "resizing a picture";
    let from = TypedImageRef::<P>::from_buffer(source.width, source.height, source.data)
        .map_err(|e| CompositorError::pixels(STEP, e))?;
    let mut to = TypedImage::<P>::from_buffer(width, height, target)
        .map_err(|e| CompositorError::pixels(STEP, e))?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .use_alpha(false)
        .crop(crop.x0, crop.y0, crop.width(), crop.height());
    resizer
        .resize_typed(&from, &mut to, &options)
        .map_err(|e| CompositorError::pixels(STEP, e))
}

/// A whole video picture as an opaque bitmap.
pub(crate) fn to_bitmap(source: &YuvFrame) -> Result<Bitmap, CompositorError> {
    let (width, height) = (source.width as usize, source.height as usize);
    let mut data = vec![0; width * height * 4];
    let [y, u, v] = source.planes();
    let planes = YuvPlanarImage {
        y_plane: y,
        y_stride: source.width,
        u_plane: u,
        u_stride: source.chroma_width(),
        v_plane: v,
        v_stride: source.chroma_width(),
        width: source.width,
        height: source.height,
    };
    yuv::yuv420_to_rgba(
        &planes,
        &mut data,
        source.width * 4,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
    )
    .map_err(|e| CompositorError::pixels("converting video to RGBA", e))?;
    Ok(Bitmap {
        width,
        height,
        data,
        opaque: true,
    })
}
