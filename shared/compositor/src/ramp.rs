//! Colours that change along a line.

use crate::bitmap::{Bitmap, div255};
use crate::geometry::Affine;

/// A linear gradient in the coordinates of the box it is used in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ramp {
    /// Where the ramp is at 0.
    pub origin: (f64, f64),
    /// How much further the ramp is for every pixel along x and y.
    pub along: (f64, f64),
    /// Place and premultiplied colour, places rising. The first and the last colour go
    /// on for ever.
    pub stops: Vec<(f64, [f64; 4])>,
    /// After 1 it begins again at 0.
    pub repeats: bool,
}

impl Ramp {
    /// Premultiplied colour at a place of the ramp.
    fn at(&self, place: f64) -> [f64; 4] {
        let place = if self.repeats {
            place.rem_euclid(1.0)
        } else {
            place
        };
        let next = self.stops.partition_point(|stop| stop.0 <= place);
        let before = self.stops.get(next.wrapping_sub(1));
        match (before, self.stops.get(next)) {
            (Some(before), Some(after)) => {
                let done = (place - before.0) / (after.0 - before.0);
                blend(before.1, after.1, done)
            }
            (Some(end), None) | (None, Some(end)) => end.1,
            (None, None) => [0.0; 4],
        }
    }

    /// The place of the ramp at a canvas pixel's centre, and its change from pixel to
    /// pixel along x; `None` where `matrix`, from box to canvas, flattens the box.
    fn line(&self, matrix: Affine, (x, y): (i32, i32)) -> Option<(f64, f64)> {
        let back = matrix.inverse()?;
        let spot = back.apply((f64::from(x) + 0.5, f64::from(y) + 0.5));
        let place =
            (spot.0 - self.origin.0) * self.along.0 + (spot.1 - self.origin.1) * self.along.1;
        Some((place, back.a * self.along.0 + back.b * self.along.1))
    }

    /// A row of pixels from `at` on, each weighed by its coverage.
    pub(crate) fn row(&self, matrix: Affine, at: (i32, i32), coverage: &[u8]) -> Vec<u8> {
        let Some((start, step)) = self.line(matrix, at) else {
            return Vec::new();
        };
        let mut row = Vec::with_capacity(coverage.len() * 4);
        for (index, &coverage) in coverage.iter().enumerate() {
            let color = if coverage == 0 {
                [0.0; 4]
            } else {
                self.at(start + step * index as f64)
            };
            row.extend(color.map(|channel| (channel * f64::from(coverage)).round() as u8));
        }
        row
    }

    /// Weighs a picture that begins at canvas pixel `at` by the ramp's alpha.
    pub(crate) fn weigh(&self, matrix: Affine, (x, y): (i32, i32), picture: &mut Bitmap) {
        for down in 0..picture.height {
            let Some((start, step)) = self.line(matrix, (x, y + down as i32)) else {
                return;
            };
            let row = picture.row_mut(down).chunks_exact_mut(4);
            for (index, pixel) in row.enumerate() {
                let [.., alpha] = self.at(start + step * index as f64);
                let alpha = (alpha * 255.0).round() as u32;
                for channel in pixel {
                    *channel = div255(u32::from(*channel) * alpha) as u8;
                }
            }
        }
    }
}

/// The colour `part` of the way from one to another.
pub(crate) fn blend(from: [f64; 4], to: [f64; 4], part: f64) -> [f64; 4] {
    let mut mixed = from;
    for (channel, to) in mixed.iter_mut().zip(to) {
        *channel += (to - *channel) * part;
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: [f64; 4] = [0.0; 4];
    const WHITE: [f64; 4] = [1.0; 4];

    fn ramp(repeats: bool) -> Ramp {
        Ramp {
            origin: (10.0, 0.0),
            along: (0.1, 0.0),
            stops: vec![(0.0, CLEAR), (1.0, WHITE)],
            repeats,
        }
    }

    #[test]
    fn colours_lie_between_their_stops() {
        for (repeats, place, expected) in [
            (false, -3.0, 0.0),
            (false, 0.25, 0.25),
            (false, 7.0, 1.0),
            (true, 1.25, 0.25),
            (true, -0.5, 0.5),
        ] {
            let off = ramp(repeats).at(place).map(|channel| channel - expected);
            assert!(off.iter().all(|off| off.abs() < 1e-9), "{place}");
        }
    }

    #[test]
    fn places_are_those_of_pixel_centres_in_the_box() {
        // Twice as large on the canvas: pixel 29 has its centre at 14.75 in the box.
        let row = ramp(false).row(Affine::scale(2.0, 2.0), (29, 3), &[255, 0, 128]);
        assert_eq!(row, [[121; 4], [0; 4], [74; 4]].concat());
    }
}
