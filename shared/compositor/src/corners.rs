//! Rounded corners of bitmaps.

use std::sync::Arc;

use crate::bitmap::{Bitmap, div255};

/// Cuts the corners of a bitmap to quarter ellipses.
pub(crate) fn round_off(bitmap: Arc<Bitmap>, (rx, ry): (f64, f64)) -> Arc<Bitmap> {
    if rx <= 0.0 || ry <= 0.0 {
        return bitmap;
    }
    let mut bitmap = Arc::unwrap_or_clone(bitmap);
    let (width, height) = (bitmap.width, bitmap.height);
    for y in 0..(ry.ceil() as usize).min(height) {
        let coverage = corner_row(y, rx, ry);
        for y in [y, height - 1 - y] {
            let row = bitmap.row_mut(y);
            for (x, &coverage) in coverage.iter().enumerate().take(width) {
                for x in [x, width - 1 - x] {
                    weigh(row, x, coverage);
                }
            }
            // The two rows are one where the bitmap is a single row high.
            if height == 1 {
                break;
            }
        }
    }
    bitmap.opaque = false;
    Arc::new(bitmap)
}

fn weigh(row: &mut [u8], x: usize, coverage: u8) {
    if let Some(pixel) = row.get_mut(x * 4..x * 4 + 4) {
        for channel in pixel {
            *channel = div255(u32::from(*channel) * u32::from(coverage)) as u8;
        }
    }
}

/// Coverage of the first pixels of row `y` under a quarter ellipse: exact along x,
/// sampled finely along y.
fn corner_row(y: usize, rx: f64, ry: f64) -> Vec<u8> {
    const STEPS: u32 = 32;
    let mut covered = vec![0.0; rx.ceil() as usize];
    for step in 0..STEPS {
        let y = y as f64 + (f64::from(step) + 0.5) / f64::from(STEPS);
        let rise = ((ry - y) / ry).max(0.0);
        let start = rx * (1.0 - (1.0 - rise * rise).max(0.0).sqrt());
        for (x, covered) in covered.iter_mut().enumerate() {
            *covered += (x as f64 + 1.0 - start).clamp(0.0, 1.0);
        }
    }
    covered
        .iter()
        .map(|sum| (sum * 255.0 / f64::from(STEPS)).round() as u8)
        .collect()
}
