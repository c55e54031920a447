//! How alike two pictures are: all of them, and where something is drawn.
//!
//! Most of a picture with a line of text is the colour behind it, which is right whatever
//! the letters are: over the whole picture another weight is off by less than a good
//! gradient may be.

use std::fmt;
use std::ops::Range;

use super::ssim::{WINDOW, ssim};
use crate::stage::Rgb;

/// How far a pixel of what is drawn is from the colour behind it, in levels of 255.
const APART: u8 = 8;
/// Pixels around what is drawn that count as well, so that every pixel of it is in a window.
const MARGIN: usize = WINDOW;

/// How alike two pictures are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    /// Structural similarity of luma, 1 for the same.
    pub(super) similarity: f64,
    /// Mean distance of red, green and blue, in levels of 255.
    pub(super) color: f64,
}

/// How alike two pictures must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Least similarity.
    pub(super) least: f64,
    /// How far colours may be off, in levels of 255.
    pub(super) color: f64,
}

/// How alike two pictures are, and how alike what is drawn in them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scores {
    pub(super) whole: Score,
    pub(super) inside: Score,
}

impl Limits {
    pub(super) fn hold(self, score: Score) -> bool {
        score.similarity >= self.least && score.color <= self.color
    }
}

impl Scores {
    /// Compares ours and theirs, of one size, each as luma and as sRGB.
    pub(super) fn of(luma: [&[u8]; 2], pictures: [&Rgb; 2]) -> Self {
        let areas = [Area::whole(pictures[1]), Area::drawn(pictures)];
        let [whole, inside] = areas.map(|area| area.score(luma, pictures));
        Self { whole, inside }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} {:.2}", self.similarity, self.color)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at least {}, at most {}", self.least, self.color)
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, inside {}", self.whole, self.inside)
    }
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq)]
struct Area {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Area {
    fn whole(picture: &Rgb) -> Self {
        Self {
            columns: 0..picture.width,
            rows: 0..picture.height,
        }
    }

    /// The smallest one that has every pixel of either picture that is not of the colour
    /// that theirs begins with, and a margin; all where there is none.
    fn drawn(pictures: [&Rgb; 2]) -> Self {
        let (width, height) = (pictures[1].width, pictures[1].height);
        let behind = pictures[1].at(0, 0);
        let is_drawn = |pixel: &[u8]| {
            let mut channels = pixel.iter().zip(&behind);
            channels.any(|(channel, behind)| channel.abs_diff(*behind) > APART)
        };
        let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
        for picture in pictures {
            for (index, pixel) in picture.data.chunks_exact(3).enumerate() {
                if is_drawn(pixel) {
                    let (x, y) = (index % width, index / width);
                    (left, right) = (left.min(x), right.max(x + 1));
                    (top, bottom) = (top.min(y), bottom.max(y + 1));
                }
            }
        }
        if right == 0 {
            return Self::whole(pictures[1]);
        }
        Self {
            columns: left.saturating_sub(MARGIN)..(right + MARGIN).min(width),
            rows: top.saturating_sub(MARGIN)..(bottom + MARGIN).min(height),
        }
    }

    fn score(&self, luma: [&[u8]; 2], pictures: [&Rgb; 2]) -> Score {
        let width = pictures[1].width;
        let [ours, theirs] = luma.map(|plane| self.cut(plane, width, 1));
        let similarity = ssim(&ours, &theirs, self.columns.len());
        let [ours, theirs] = pictures.map(|picture| self.cut(&picture.data, width, 3));
        let pairs = ours.iter().zip(&theirs);
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        Score {
            similarity,
            color: sum as f64 / ours.len() as f64,
        }
    }

    /// Its part of samples that are so many a pixel.
    fn cut(&self, samples: &[u8], width: usize, channels: usize) -> Vec<u8> {
        let part = self.columns.start * channels..self.columns.end * channels;
        let rows = samples.chunks_exact(width * channels);
        let rows = rows.skip(self.rows.start).take(self.rows.len());
        rows.flat_map(|row| &row[part.clone()]).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (96, 64);

    /// A grey picture with brighter pixels.
    fn grey(bright: &[(usize, usize, u8)]) -> Rgb {
        let (width, height) = SIZE;
        let mut data = vec![48; width * height * 3];
        for &(x, y, level) in bright {
            let at = (y * width + x) * 3;
            data[at..at + 3].fill(level);
        }
        Rgb {
            width,
            height,
            data,
        }
    }

    fn scores(ours: &Rgb, theirs: &Rgb) -> Scores {
        let luma = [ours, theirs].map(|picture| -> Vec<u8> {
            let pixels = picture.data.chunks_exact(3);
            pixels.map(|pixel| pixel[0]).collect()
        });
        Scores::of([&luma[0], &luma[1]], [ours, theirs])
    }

    #[test]
    fn what_either_draws_is_looked_at_and_a_margin() {
        let ours = grey(&[(20, 30, 255)]);
        let theirs = grey(&[(40, 25, 48 - 9), (60, 60, 48 + 8)]);
        let drawn = Area::drawn([&ours, &theirs]);
        let (columns, rows) = (12..49, 17..39);
        assert_eq!(drawn, Area { columns, rows });
        let flat = grey(&[]);
        assert_eq!(Area::drawn([&flat, &flat]), Area::whole(&flat));
        let corner = grey(&[(95, 63, 255)]);
        let (columns, rows) = (87..96, 55..64);
        assert_eq!(Area::drawn([&flat, &corner]), Area { columns, rows });
    }

    #[test]
    fn what_is_drawn_counts_whatever_is_empty_around_it() {
        let line = |levels: [u8; 2]| {
            let stripe = |x: usize| (32 + x, 32, levels[x % 2]);
            grey(&(0..16).map(stripe).collect::<Vec<_>>())
        };
        let (right, wrong) = (line([255, 48]), line([48, 255]));
        let Scores { whole, inside } = scores(&wrong, &right);
        // 16 pixels are off by 207, of 96 x 64 and of the 32 x 17 that are drawn on.
        let off = 16.0 * 207.0;
        assert!((whole.color - off / (96.0 * 64.0)).abs() < 1e-9, "{whole}");
        assert!(
            (inside.color - off / (32.0 * 17.0)).abs() < 1e-9,
            "{inside}"
        );
        assert!(inside.similarity < whole.similarity, "{whole}, {inside}");
        let same = scores(&right, &right);
        assert!(same.inside.similarity > 1.0 - 1e-12 && same.inside.color == 0.0);
        let limits = |least, color| Limits { least, color };
        assert!(limits(whole.similarity, whole.color).hold(whole));
        assert!(!limits(whole.similarity + 1e-9, 255.0).hold(whole));
        assert!(!limits(-1.0, whole.color - 1e-9).hold(whole));
    }
}
