//! Between 4:2:0 planes and RGBA, rectangle by rectangle. Corners are even.

use yuv::{
    BufferStoreMut, YuvConversionMode, YuvPlanarImage, YuvPlanarImageMut, YuvRange,
    YuvStandardMatrix,
};

use crate::bitmap::Bitmap;
use crate::error::CompositorError;
use crate::geometry::Pixels;
use crate::picture::YuvFrame;

/// What follows a pixel in a plane.
fn tail(plane: &[u8], stride: u32, x: i32, y: i32) -> &[u8] {
    let at = y.max(0) as usize * stride as usize + x.max(0) as usize;
    plane.get(at..).unwrap_or_default()
}

fn tail_mut(plane: &mut [u8], stride: u32, x: i32, y: i32) -> &mut [u8] {
    let at = y.max(0) as usize * stride as usize + x.max(0) as usize;
    plane.get_mut(at..).unwrap_or_default()
}

/// The rectangle `from` of a video picture, as RGBA at `at`.
pub(super) fn to_rgba(
    source: &YuvFrame,
    from: Pixels,
    target: &mut Bitmap,
    at: (i32, i32),
) -> Result<(), CompositorError> {
    let [y, u, v] = source.planes();
    let (luma, chroma) = (source.width, source.chroma_width());
    let (cx, cy) = (from.x0 / 2, from.y0 / 2);
    let planes = YuvPlanarImage {
        y_plane: tail(y, luma, from.x0, from.y0),
        y_stride: luma,
        u_plane: tail(u, chroma, cx, cy),
        u_stride: chroma,
        v_plane: tail(v, chroma, cx, cy),
        v_stride: chroma,
        width: from.width() as u32,
        height: from.height() as u32,
    };
    let stride = target.width as u32 * 4;
    let pixels = tail_mut(&mut target.data, stride, at.0 * 4, at.1);
    yuv::yuv420_to_rgba(
        &planes,
        pixels,
        stride,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
    )
    .map_err(|e| CompositorError::pixels("converting video to RGBA", e))
}

/// A rectangle of RGBA, as video at the same place.
pub(super) fn to_yuv(
    source: &Bitmap,
    target: &mut YuvFrame,
    area: Pixels,
) -> Result<(), CompositorError> {
    let (luma, chroma) = (target.width, target.chroma_width());
    let (cx, cy) = (area.x0 / 2, area.y0 / 2);
    let [y, u, v] = target.planes_mut();
    let mut planes = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(tail_mut(y, luma, area.x0, area.y0)),
        y_stride: luma,
        u_plane: BufferStoreMut::Borrowed(tail_mut(u, chroma, cx, cy)),
        u_stride: chroma,
        v_plane: BufferStoreMut::Borrowed(tail_mut(v, chroma, cx, cy)),
        v_stride: chroma,
        width: area.width() as u32,
        height: area.height() as u32,
    };
    let stride = source.width as u32 * 4;
    yuv::rgba_to_yuv420(
        &mut planes,
        tail(&source.data, stride, area.x0 * 4, area.y0),
        stride,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
        YuvConversionMode::Balanced,
    )
    .map_err(|e| CompositorError::pixels("converting RGBA to video", e))
}

/// One opaque colour as video.
pub(crate) fn color_to_yuv(rgba: [u8; 4]) -> Result<[u8; 3], CompositorError> {
    let pixels = Bitmap {
        width: 2,
        height: 2,
        data: rgba.repeat(4),
        opaque: true,
    };
    let mut frame = YuvFrame::new_black(2, 2);
    let all = Pixels {
        x0: 0,
        y0: 0,
        x1: 2,
        y1: 2,
    };
    to_yuv(&pixels, &mut frame, all)?;
    let [y, u, v] = frame.planes();
    let first = |plane: &[u8]| plane.first().copied().unwrap_or_default();
    Ok([first(y), first(u), first(v)])
}

/// The rectangle and row stride of each plane that a rectangle of pixels has.
fn plane_areas(area: Pixels) -> [Pixels; 3] {
    let chroma = Pixels {
        x0: area.x0 / 2,
        y0: area.y0 / 2,
        x1: (area.x1 + 1) / 2,
        y1: (area.y1 + 1) / 2,
    };
    [area, chroma, chroma]
}

/// Fills a rectangle of the planes.
pub(super) fn paint(target: &mut YuvFrame, area: Pixels, yuv: [u8; 3]) {
    let strides = [target.width, target.chroma_width(), target.chroma_width()];
    let areas = plane_areas(area);
    for (((plane, stride), area), value) in target
        .planes_mut()
        .into_iter()
        .zip(strides)
        .zip(areas)
        .zip(yuv)
    {
        for y in area.y0..area.y1 {
            let row = tail_mut(plane, stride, area.x0, y);
            if let Some(row) = row.get_mut(..area.width()) {
                row.fill(value);
            }
        }
    }
}

/// Copies planes: from (`x`, `y`) of the source onto `area`.
pub(super) fn copy(source: &YuvFrame, (x, y): (i32, i32), target: &mut YuvFrame, area: Pixels) {
    let from_strides = [source.width, source.chroma_width(), source.chroma_width()];
    let to_strides = [target.width, target.chroma_width(), target.chroma_width()];
    let corners = [(x, y), (x / 2, y / 2), (x / 2, y / 2)];
    let areas = plane_areas(area);
    let planes = source.planes().into_iter().zip(target.planes_mut());
    for (index, (from, to)) in planes.enumerate() {
        let (Some(&area), Some(&(x, y))) = (areas.get(index), corners.get(index)) else {
            continue;
        };
        let strides = (from_strides.get(index), to_strides.get(index));
        let (Some(&from_stride), Some(&to_stride)) = strides else {
            continue;
        };
        for row in 0..area.height() as i32 {
            let from = tail(from, from_stride, x, y + row).get(..area.width());
            let to = tail_mut(to, to_stride, area.x0, area.y0 + row).get_mut(..area.width());
            if let (Some(from), Some(to)) = (from, to) {
                to.copy_from_slice(from);
            }
        }
    }
}
