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

/// Exactly the rows of a rectangle, whole strides long: the crate `yuv` goes by the
/// length of its slices, not by the height it is told.
fn rows(plane: &[u8], stride: u32, (x, y): (i32, i32), count: usize) -> &[u8] {
    let length = count * stride as usize;
    tail(plane, stride, x, y).get(..length).unwrap_or_default()
}

fn rows_mut(plane: &mut [u8], stride: u32, (x, y): (i32, i32), count: usize) -> &mut [u8] {
    let length = count * stride as usize;
    tail_mut(plane, stride, x, y)
        .get_mut(..length)
        .unwrap_or_default()
}

/// Parts a rectangle whose last row is not followed by a whole stride: what lies above
/// its last two rows, and these two.
fn parted(area: Pixels, height: u32) -> (Pixels, Option<Pixels>) {
    if area.x0 == 0 || area.y1 < height as i32 {
        return (area, None);
    }
    let y = (area.y1 - 2).max(area.y0);
    (Pixels { y1: y, ..area }, Some(Pixels { y0: y, ..area }))
}

fn at_origin(area: Pixels) -> Pixels {
    Pixels {
        x0: 0,
        y0: 0,
        x1: area.width() as i32,
        y1: area.height() as i32,
    }
}

fn moved(area: Pixels, to: (i32, i32)) -> Pixels {
    Pixels {
        x0: to.0,
        y0: to.1,
        x1: to.0 + area.width() as i32,
        y1: to.1 + area.height() as i32,
    }
}

/// The rectangle `from` of a video picture, as RGBA at `at`.
pub(super) fn to_rgba(
    source: &YuvFrame,
    from: Pixels,
    target: &mut Bitmap,
    at: (i32, i32),
) -> Result<(), CompositorError> {
    let (mut above, mut last) = parted(from, source.height);
    if last.is_none() {
        let (_, tight) = parted(moved(from, at), target.height as u32);
        if let Some(tight) = tight {
            let y = from.y1 - tight.height() as i32;
            (above, last) = (Pixels { y1: y, ..from }, Some(Pixels { y0: y, ..from }));
        }
    }
    if !above.is_empty() {
        rows_to_rgba(source, above, target, at)?;
    }
    let Some(last) = last.filter(|last| !last.is_empty()) else {
        return Ok(());
    };
    let (width, height) = (last.width(), last.height());
    let mut planes = YuvFrame::new_black(width as u32, height as u32);
    copy(source, (last.x0, last.y0), &mut planes, at_origin(last));
    let mut pixels = Bitmap::clear(width, height, Vec::new());
    rows_to_rgba(&planes, at_origin(last), &mut pixels, (0, 0))?;
    let left = at.0.max(0) as usize * 4;
    for y in 0..height {
        let row = target.row_mut((at.1 + last.y0 - from.y0).max(0) as usize + y);
        if let Some(row) = row.get_mut(left..left + width * 4) {
            row.copy_from_slice(pixels.row(y));
        }
    }
    Ok(())
}

fn rows_to_rgba(
    source: &YuvFrame,
    from: Pixels,
    target: &mut Bitmap,
    at: (i32, i32),
) -> Result<(), CompositorError> {
    let [y, u, v] = source.planes();
    let (luma, chroma) = (source.width, source.chroma_width());
    let count = from.height();
    let corner = (from.x0 / 2, from.y0 / 2);
    let planes = YuvPlanarImage {
        y_plane: rows(y, luma, (from.x0, from.y0), count),
        y_stride: luma,
        u_plane: rows(u, chroma, corner, count.div_ceil(2)),
        u_stride: chroma,
        v_plane: rows(v, chroma, corner, count.div_ceil(2)),
        v_stride: chroma,
        width: from.width() as u32,
        height: from.height() as u32,
    };
    let stride = target.width as u32 * 4;
    let pixels = rows_mut(&mut target.data, stride, (at.0 * 4, at.1), count);
    yuv::yuv420_to_rgba(
        &planes,
        pixels,
        stride,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
    )
    .map_err(|e| CompositorError::pixels("converting video to RGBA", e))
}

/// A rectangle of RGBA, as video at the same place, where the source's first row is the
/// row `top` of the picture.
pub(super) fn to_yuv(
    source: &Bitmap,
    top: i32,
    target: &mut YuvFrame,
    area: Pixels,
) -> Result<(), CompositorError> {
    let (above, last) = parted(area, target.height);
    if !above.is_empty() {
        rows_to_yuv(source, top, target, above)?;
    }
    let Some(last) = last.filter(|last| !last.is_empty()) else {
        return Ok(());
    };
    let (width, height) = (last.width(), last.height());
    let mut pixels = Bitmap::clear(width, height, Vec::new());
    let left = last.x0 as usize * 4;
    for y in 0..height {
        let row = source.row((last.y0 - top).max(0) as usize + y);
        if let Some(row) = row.get(left..left + width * 4) {
            pixels.row_mut(y).copy_from_slice(row);
        }
    }
    let mut planes = YuvFrame::new_black(width as u32, height as u32);
    rows_to_yuv(&pixels, 0, &mut planes, at_origin(last))?;
    copy(&planes, (0, 0), target, last);
    Ok(())
}

fn rows_to_yuv(
    source: &Bitmap,
    top: i32,
    target: &mut YuvFrame,
    area: Pixels,
) -> Result<(), CompositorError> {
    let (luma, chroma) = (target.width, target.chroma_width());
    let count = area.height();
    let corner = (area.x0 / 2, area.y0 / 2);
    let [y, u, v] = target.planes_mut();
    let mut planes = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(rows_mut(y, luma, (area.x0, area.y0), count)),
        y_stride: luma,
        u_plane: BufferStoreMut::Borrowed(rows_mut(u, chroma, corner, count.div_ceil(2))),
        u_stride: chroma,
        v_plane: BufferStoreMut::Borrowed(rows_mut(v, chroma, corner, count.div_ceil(2))),
        v_stride: chroma,
        width: area.width() as u32,
        height: area.height() as u32,
    };
    let stride = source.width as u32 * 4;
    yuv::rgba_to_yuv420(
        &mut planes,
        rows(&source.data, stride, (area.x0 * 4, area.y0 - top), count),
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
    to_yuv(&pixels, 0, &mut frame, all)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: i32 = 96;
    const HEIGHT: i32 = 48;

    /// A middle, a right and a bottom rectangle, the whole, and one row pair.
    const AREAS: [[i32; 4]; 5] = [
        [32, 16, 64, 32],
        [64, 0, 96, 48],
        [32, 32, 64, 48],
        [0, 0, WIDTH, HEIGHT],
        [2, 46, 4, 48],
    ];

    fn area([x0, y0, x1, y1]: [i32; 4]) -> Pixels {
        Pixels { x0, y0, x1, y1 }
    }

    fn inside(area: Pixels, x: i32, y: i32) -> bool {
        (area.x0..area.x1).contains(&x) && (area.y0..area.y1).contains(&y)
    }

    fn flat(rgba: [u8; 4]) -> Bitmap {
        Bitmap {
            width: WIDTH as usize,
            height: HEIGHT as usize,
            data: rgba.repeat((WIDTH * HEIGHT) as usize),
            opaque: true,
        }
    }

    #[test]
    fn rgba_becomes_video_in_its_rectangle_alone() {
        let white = flat([255; 4]);
        for area in AREAS.map(area) {
            let mut frame = YuvFrame::new_black(WIDTH as u32, HEIGHT as u32);
            to_yuv(&white, 0, &mut frame, area).unwrap();
            for (at, &luma) in frame.planes()[0].iter().enumerate() {
                let (x, y) = (at as i32 % WIDTH, at as i32 / WIDTH);
                let wanted = if inside(area, x, y) { 235 } else { 16 };
                assert_eq!(luma, wanted, "({x}, {y}) of {area:?}");
            }
        }
    }

    #[test]
    fn chroma_becomes_video_in_its_rectangle_alone() {
        let blue = flat([0, 0, 255, 255]);
        for area in AREAS.map(area) {
            let mut frame = YuvFrame::new_black(WIDTH as u32, HEIGHT as u32);
            to_yuv(&blue, 0, &mut frame, area).unwrap();
            for (at, &chroma) in frame.planes()[1].iter().enumerate() {
                let (x, y) = (at as i32 % (WIDTH / 2) * 2, at as i32 / (WIDTH / 2) * 2);
                let wanted = if inside(area, x, y) { 240 } else { 128 };
                assert_eq!(chroma, wanted, "({x}, {y}) of {area:?}");
            }
        }
    }

    #[test]
    fn video_becomes_rgba_in_its_rectangle_alone() {
        let mut white = YuvFrame::new_black(WIDTH as u32, HEIGHT as u32);
        white.planes_mut()[0].fill(235);
        for area in AREAS.map(area) {
            for from in [area, at_origin(area)] {
                let mut pixels = flat([0, 0, 0, 255]);
                to_rgba(&white, from, &mut pixels, (area.x0, area.y0)).unwrap();
                for (at, pixel) in pixels.data.chunks_exact(4).enumerate() {
                    let (x, y) = (at as i32 % WIDTH, at as i32 / WIDTH);
                    let wanted = if inside(area, x, y) { 255 } else { 0 };
                    assert_eq!(pixel[0], wanted, "({x}, {y}) of {area:?} from {from:?}");
                }
            }
        }
    }
}
