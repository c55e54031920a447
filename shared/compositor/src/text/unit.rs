//! What an animation moves by itself: a grapheme cluster, or a whole word where letters
//! join.

use std::ops::Range;
use std::sync::Arc;

use parley::layout::Line as Broken;
use tiny_skia_path::{Path, PathBuilder};

use super::look::Stance;
use super::outline::{Face, Shape};
use super::pictures::Pictures;
use super::stray::Stray;
use crate::art::Mark;
use crate::bitmap::Bitmap;
use crate::geometry::Affine;

/// What an animation moves by itself.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Index of its line.
    pub line: usize,
    pub left: f64,
    pub right: f64,
    /// Part of what comes before it: the rest of a ligature.
    continues: bool,
    pub outline: Option<Path>,
    /// The outline's stroke.
    pub rim: Option<Path>,
    pictures: Vec<(Arc<Bitmap>, Affine)>,
}

impl Unit {
    pub(super) fn span(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// Whether it begins in one of some ranges, which rise and do not overlap.
    pub(super) fn is_in(&self, ranges: &[Range<usize>]) -> bool {
        let after = ranges.partition_point(|range| range.start <= self.range.start);
        let before = ranges.get(after.wrapping_sub(1));
        before.is_some_and(|range| self.range.start < range.end)
    }

    pub(super) fn marks(&self, stance: Stance) -> impl Iterator<Item = Mark> {
        let moved = stance.map.unwrap_or(Affine::IDENTITY);
        self.pictures
            .iter()
            .map(move |(bitmap, matrix)| Mark::Picture {
                bitmap: Arc::clone(bitmap),
                matrix: moved.after(*matrix),
            })
    }

    /// Becomes one with the unit that is read after it.
    fn absorb(&mut self, next: Self) {
        self.range.end = self.range.end.max(next.range.end);
        self.left = self.left.min(next.left);
        self.right = self.right.max(next.right);
        self.pictures.extend(next.pictures);
        let mut both = PathBuilder::new();
        push(&mut both, self.outline.take());
        push(&mut both, next.outline);
        self.outline = both.finish();
    }
}

pub(super) fn push(builder: &mut PathBuilder, path: Option<Path>) {
    if let Some(path) = path {
        builder.push_path(&path);
    }
}

/// The units of a line that has been moved by `at`, in reading order.
pub(super) fn units(
    line: &Broken<'_, [u8; 4]>,
    text: &str,
    at: (f32, f32),
    stray: Option<Stray>,
    pictures: &Pictures,
) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut x = line.metrics().offset;
    for run in line.runs() {
        let coords = run.normalized_coords().iter().map(|coord| coord.to_bits());
        let face = Face::new(run.font(), run.font_size(), coords, run.synthesis());
        for cluster in run.visual_clusters() {
            let (left, right) = (x, x + cluster.advance());
            x = right;
            let shift = |x: f32| x + stray.map_or(0.0, |stray| stray.shift(x)) + at.0;
            let mut unit = Unit {
                range: cluster.text_range(),
                line: 0,
                left: f64::from(shift(left)),
                right: f64::from(shift(left) + right - left),
                continues: cluster.is_ligature_continuation(),
                outline: None,
                rim: None,
                pictures: Vec::new(),
            };
            // The glyphs of a ligature that reads leftwards begin left of its first
            // cluster, which holds them.
            let wide: f32 = cluster.glyphs().map(|glyph| glyph.advance).sum();
            let mut pen = if run.is_rtl() { right - wide } else { left };
            let mut outlines = PathBuilder::new();
            for glyph in cluster.glyphs() {
                let spot = pen + glyph.x;
                pen += glyph.advance;
                let shape = face
                    .as_ref()
                    .map(|face| face.glyph(glyph.id, shift(spot), glyph.y + at.1, pictures));
                match shape {
                    Some(Shape::Outline(path)) => outlines.push_path(&path),
                    Some(Shape::Picture(bitmap, matrix)) => unit.pictures.push((bitmap, matrix)),
                    Some(Shape::Empty) | None => {}
                }
            }
            unit.outline = outlines.finish();
            units.push(unit);
        }
    }
    units.sort_by_key(|unit: &Unit| unit.range.start);
    joined(units, text)
}

/// Scripts whose letters hang together: Arabic and its kin, the scripts of India,
/// Mongolian, and the Arabic presentation forms.
const JOINING: [(char, char); 5] = [
    ('\u{600}', '\u{8ff}'),
    ('\u{900}', '\u{dff}'),
    ('\u{1800}', '\u{18af}'),
    ('\u{fb50}', '\u{fdff}'),
    ('\u{fe70}', '\u{feff}'),
];

fn joins(ch: char) -> bool {
    JOINING.iter().any(|&(from, to)| (from..=to).contains(&ch))
}

/// The clusters of a line, in reading order, as units: ligatures, and words of joined
/// letters, are one.
fn joined(clusters: Vec<Unit>, text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        let (before, after) = text
            .split_at_checked(cluster.range.start)
            .unwrap_or_default();
        let within = before.chars().next_back().is_some_and(joins)
            && after.chars().next().is_some_and(joins);
        match units.last_mut() {
            Some(last) if within || cluster.continues => last.absorb(cluster),
            _ => units.push(cluster),
        }
    }
    units
}
