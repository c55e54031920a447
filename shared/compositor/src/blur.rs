//! A Gaussian blur as three box blurs in a row, which browsers draw as well (W3C
//! Filter Effects, `feGaussianBlur`): its cost does not grow with its width. Pixels
//! beyond the edge are as the edge.

use crate::picture::YuvFrame;

/// Passes of a box that together are close to a Gaussian.
const PASSES: usize = 3;

/// Whether a standard deviation (pixels) makes a difference.
pub(crate) fn is_visible(sigma: f64) -> bool {
    radii(sigma).iter().any(|&radius| radius > 0)
}

/// Half-widths of the boxes for a standard deviation. A box of width `w` has the
/// variance `(w * w - 1) / 12`, and variances add: as many boxes as come closest to the
/// wanted one are a step wider than the others.
fn radii(sigma: f64) -> [usize; PASSES] {
    let wanted = 12.0 * sigma * sigma;
    let narrow = ((((wanted / PASSES as f64 + 1.0).sqrt()) - 1.0) / 2.0).max(0.0);
    let narrow = narrow.floor();
    let missing = wanted - PASSES as f64 * 4.0 * narrow * (narrow + 1.0);
    let wider = (missing / (8.0 * (narrow + 1.0))).round() as usize;
    std::array::from_fn(|pass| narrow as usize + usize::from(pass < wider))
}

/// Blurs; keeps its buffers.
#[derive(Default)]
pub(crate) struct Blurrer {
    line: Vec<u8>,
    sums: Vec<u32>,
    turned: Vec<u8>,
}

impl Blurrer {
    /// Blurs a picture by a standard deviation in its pixels.
    pub(crate) fn frame(&mut self, frame: &mut YuvFrame, sigma: f64) {
        let sizes = [
            (frame.width, frame.height, sigma),
            (frame.chroma_width(), frame.chroma_height(), sigma / 2.0),
            (frame.chroma_width(), frame.chroma_height(), sigma / 2.0),
        ];
        for (plane, (width, height, sigma)) in frame.planes_mut().into_iter().zip(sizes) {
            self.plane(plane, width as usize, height as usize, radii(sigma));
        }
    }

    fn plane(&mut self, plane: &mut [u8], width: usize, height: usize, radii: [usize; PASSES]) {
        let radii = radii.into_iter().filter(|&radius| radius > 0);
        if width == 0 || height == 0 {
            return;
        }
        for row in plane.chunks_exact_mut(width) {
            for radius in radii.clone() {
                self.line.clear();
                self.line.extend_from_slice(row);
                along(&self.line, row, radius);
            }
        }
        for radius in radii.clone() {
            self.turned.clear();
            self.turned.extend_from_slice(plane);
            self.down(plane, width, height, radius);
        }
    }

    /// One box pass over all columns at once, row by row.
    fn down(&mut self, target: &mut [u8], width: usize, height: usize, radius: usize) {
        let source = &self.turned;
        let row = |y: usize| {
            let start = y.min(height - 1) * width;
            source.get(start..start + width).unwrap_or_default()
        };
        let box_width = 2 * radius + 1;
        self.sums.clear();
        self.sums
            .extend(row(0).iter().map(|v| u32::from(*v) * (radius as u32 + 1)));
        for y in 1..=radius {
            for (sum, value) in self.sums.iter_mut().zip(row(y)) {
                *sum += u32::from(*value);
            }
        }
        let share = Share::of(box_width);
        for (y, out) in target.chunks_exact_mut(width).enumerate() {
            for (out, sum) in out.iter_mut().zip(&self.sums) {
                *out = share.mean(*sum);
            }
            let (comes, goes) = (row(y + radius + 1), row(y.saturating_sub(radius)));
            for ((sum, comes), goes) in self.sums.iter_mut().zip(comes).zip(goes) {
                *sum = *sum + u32::from(*comes) - u32::from(*goes);
            }
        }
    }
}

/// Division by a box's width, rounded, as a multiplication.
#[derive(Clone, Copy)]
struct Share {
    factor: u64,
    half: u32,
}

impl Share {
    fn of(width: usize) -> Self {
        Self {
            factor: (1_u64 << 32).div_ceil(width as u64),
            half: width as u32 / 2,
        }
    }

    fn mean(self, sum: u32) -> u8 {
        ((u64::from(sum + self.half) * self.factor) >> 32).min(255) as u8
    }
}

/// One box pass along a row.
fn along(source: &[u8], target: &mut [u8], radius: usize) {
    let last = source.len().saturating_sub(1);
    let at = |x: usize| u32::from(source.get(x.min(last)).copied().unwrap_or_default());
    let mut sum = at(0) * (radius as u32 + 1) + (1..=radius).map(at).sum::<u32>();
    let share = Share::of(2 * radius + 1);
    for (x, out) in target.iter_mut().enumerate() {
        *out = share.mean(sum);
        sum = sum + at(x + radius + 1) - at(x.saturating_sub(radius));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_pictures_stay_flat() {
        let mut frame = YuvFrame::new_black(30, 20);
        let before = frame.clone();
        Blurrer::default().frame(&mut frame, 9.0);
        assert_eq!(frame, before);
    }

    #[test]
    fn an_edge_becomes_the_gaussians_integral() {
        let (width, sigma) = (400, 10.0);
        let mut frame = YuvFrame::new_black(width, 2);
        for (x, luma) in frame.planes_mut()[0].iter_mut().enumerate() {
            *luma = if x % 400 < 200 { 0 } else { 255 };
        }
        Blurrer::default().frame(&mut frame, sigma);
        // Half a pixel, one and two standard deviations from the edge, at pixel centres.
        for (x, expected) in [(200, 0.520), (210, 0.853), (220, 0.980), (190, 0.171)] {
            let luma = f64::from(frame.y()[x]) / 255.0;
            assert!((luma - expected).abs() < 0.025, "{x}: {luma} {expected}");
        }
    }

    #[test]
    fn the_boxes_vary_as_much_as_the_gaussian() {
        for tenths in 10..400 {
            let sigma = f64::from(tenths) / 10.0;
            let variance = |radius: usize| ((2 * radius + 1).pow(2) - 1) as f64 / 12.0;
            let found = radii(sigma).map(variance).iter().sum::<f64>().sqrt();
            assert!((found - sigma).abs() < 0.2, "{sigma}: {found}");
        }
    }

    #[test]
    fn tiny_pictures_survive_wide_blurs() {
        let mut frame = YuvFrame::new_black(2, 2);
        frame.planes_mut()[0].copy_from_slice(&[0, 255, 255, 0]);
        Blurrer::default().frame(&mut frame, 100.0);
        assert!(
            frame.y().iter().all(|luma| luma.abs_diff(128) < 10),
            "{:?}",
            frame.y()
        );
    }
}
