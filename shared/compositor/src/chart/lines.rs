//! Line and area charts, uncovered from left to right.

use darkroom_editor_state::ChartTable;

use super::colors::faded;
use super::path::{self, Curve};
use super::sheet::Sheet;
use super::thin;
use super::{path as outline, range};
use crate::art::Mark;
use crate::color::Color;
use crate::geometry::Rect;
use crate::shape::Pen;

/// Columns of a line that are told apart; of more, the least and greatest are drawn.
const MOST_COLUMNS: usize = 400;
/// Rows up to which each point has a dot.
const MOST_DOTS: usize = 24;
/// How opaque the fill of an area is.
const FILL: f32 = 0.26;
/// Part of the largest number within which a line's numbers must lie for its axis not
/// to begin at zero.
const LEVEL: f64 = 0.25;

/// Lines in their full length.
pub(super) struct Lines {
    series: Vec<Line>,
    area: Rect,
    /// Height of zero, down to which areas are filled.
    base: Option<f64>,
    em: f64,
    dots: bool,
}

/// A series: pieces without a gap in them.
struct Line {
    pieces: Vec<Curve>,
    color: Color,
}

impl Lines {
    pub(super) fn new(table: &ChartTable, filled: bool, sheet: &mut Sheet<'_>) -> Self {
        let series = thin::series(&table.series);
        let (low, high) = range(series.iter().flat_map(|series| &series.values).map(|v| v.1));
        let size = low.abs().max(high.abs());
        let level = !filled && low * high > 0.0 && high - low < size * LEVEL && high > low;
        let (from, to) = if level {
            (low, high)
        } else {
            (low.min(0.0), high.max(0.0))
        };
        let (scale, labels_at) = sheet.values(from, to);
        let area = sheet.area;
        let count = table.rows.len();
        let step = area.width() / count.saturating_sub(1).max(1) as f64;
        let x = |row: usize| {
            if count > 1 {
                area.x0 + step * row as f64
            } else {
                f64::midpoint(area.x0, area.x1)
            }
        };
        let labels: Vec<&str> = table.rows.iter().map(String::as_str).collect();
        sheet.rows(&labels, labels_at, step, x);
        let every = thin::every(count, MOST_COLUMNS);
        let lines = series.iter().enumerate().map(|(index, series)| {
            let values = thin::extremes(&series.values, every);
            let pieces = values
                .chunk_by(|one, two| two.0 - one.0 < every * 2)
                .map(|piece| piece.iter().map(|&(row, v)| (x(row), sheet.up(&scale, v))))
                .map(|piece| Curve::through(piece.collect()));
            Line {
                pieces: pieces.collect(),
                color: sheet.series(index),
            }
        });
        Self {
            series: lines.collect(),
            area,
            base: filled.then(|| sheet.up(&scale, 0.0)),
            em: sheet.em,
            dots: count <= MOST_DOTS && !filled,
        }
    }

    pub(super) fn marks(&self, growth: f64) -> Vec<Mark> {
        let until = if growth >= 1.0 {
            f64::INFINITY
        } else {
            self.area.x0 + (self.area.width() + self.em) * growth
        };
        let mut marks = Vec::new();
        for line in &self.series {
            for piece in &line.pieces {
                self.fill(piece, line.color, until, &mut marks);
            }
        }
        for line in &self.series {
            for piece in &line.pieces {
                self.line(piece, line.color, until, &mut marks);
            }
        }
        marks
    }

    fn fill(&self, piece: &Curve, color: Color, until: f64, marks: &mut Vec<Mark>) {
        let Some(base) = self.base else {
            return;
        };
        let mut pen = Pen::default();
        if let (Some(first), Some(last)) = (piece.spots.first(), piece.trace(&mut pen, until)) {
            pen.line((last.0, base));
            pen.line((first.0, base));
            pen.close();
            let color = faded(color, FILL).premultiplied();
            marks.extend(pen.finish().map(|path| Mark::Fill { path, color }));
        }
    }

    fn line(&self, piece: &Curve, color: Color, until: f64, marks: &mut Vec<Mark>) {
        let color = color.premultiplied();
        let mut pen = Pen::default();
        piece.trace(&mut pen, until);
        let line = pen
            .finish()
            .and_then(|path| path::stroke(&path, (self.em * 0.19).max(0.75)));
        marks.extend(line.map(|path| Mark::Fill { path, color }));
        let alone = piece.spots.len() == 1;
        for &spot in piece.spots.iter().filter(|_| self.dots || alone) {
            let grown = ((until - spot.0) / self.em).clamp(0.0, 1.0);
            let dot = outline::circle(spot, (self.em * 0.29).max(1.0) * grown);
            marks.extend(
                dot.filter(|_| grown > 0.0)
                    .map(|path| Mark::Fill { path, color }),
            );
        }
    }
}
