//! Radar charts: polygons over axes in a circle, growing from the centre.

use darkroom_editor_state::ChartTable;
use tiny_skia_path::Path;

use super::colors::faded;
use super::scale::Scale;
use super::sheet::{Anchor, Sheet};
use super::thin;
use super::{path, range};
use crate::art::Mark;
use crate::color::Color;
use crate::shape::{Pen, Spot};

/// Axes that are drawn; of more, neighbours share one, which shows the number
/// farthest from 0.
const MOST_AXES: usize = 48;
/// How opaque the fill of a series is.
const FILL: f32 = 0.2;

/// Polygons in their full size.
pub(super) struct Radar {
    centre: Spot,
    polygons: Vec<(Vec<Spot>, Color)>,
    em: f64,
}

impl Radar {
    pub(super) fn new(table: &ChartTable, sheet: &mut Sheet<'_>) -> Self {
        let series = thin::series(&table.series);
        let (low, high) = range(series.iter().flat_map(|series| &series.values).map(|v| v.1));
        let every = thin::every(table.rows.len(), MOST_AXES);
        let labels = thin::labels(&table.rows, every);
        let axes = labels.len();
        let (em, area) = (sheet.em, sheet.area);
        let centre = (
            f64::midpoint(area.x0, area.x1),
            f64::midpoint(area.y0, area.y1),
        );
        let rim = if sheet.has_words() { 1.7 * em } else { 0.0 };
        let tall = area.height() / 2.0 - rim;
        let wide = area.width() / 2.0 - if rim > 0.0 { 4.0 * em } else { 0.0 };
        let radius = tall.min(wide).max(0.0);
        let steps = (radius / (1.6 * em)).clamp(2.0, 5.0) as usize;
        let scale = Scale::around(low.min(0.0), high.max(0.0), steps);
        let spoke = |axis: usize, reach: f64| {
            let (sin, cos) = (axis as f64 / axes as f64 * std::f64::consts::TAU).sin_cos();
            (centre.0 + reach * sin, centre.1 - reach * cos)
        };
        let ring = |reach: f64| (0..axes).map(|axis| spoke(axis, reach)).collect::<Vec<_>>();
        web(&scale, radius, centre, ring, sheet);
        if sheet.has_words() {
            names(&labels, radius + 0.9 * em, centre, spoke, sheet);
            rings(&scale, radius, centre, sheet);
        }
        let zero = scale.part(0.0) * radius;
        let polygons = series.iter().enumerate().map(|(index, series)| {
            let mut reaches = vec![zero; axes];
            for (axis, value) in thin::farthest(&series.values, every) {
                if let Some(reach) = reaches.get_mut(axis) {
                    *reach = scale.part(value) * radius;
                }
            }
            let spots = reaches
                .iter()
                .enumerate()
                .map(|(axis, reach)| spoke(axis, *reach));
            (spots.collect(), sheet.series(index))
        });
        Self {
            centre,
            polygons: polygons.collect(),
            em,
        }
    }

    pub(super) fn marks(&self, growth: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        if growth <= 0.0 {
            return marks;
        }
        let (x, y) = self.centre;
        let grown = |spot: &Spot| (x + (spot.0 - x) * growth, y + (spot.1 - y) * growth);
        for (spots, color) in &self.polygons {
            let spots: Vec<Spot> = spots.iter().map(grown).collect();
            let Some(outline) = closed(&spots) else {
                continue;
            };
            let rim = path::stroke(&outline, (self.em * 0.17).max(0.75));
            let dots = (self.em * 0.26).max(0.9);
            let dots = spots.iter().filter_map(|spot| path::circle(*spot, dots));
            marks.push(Mark::Fill {
                path: outline,
                color: faded(*color, FILL).premultiplied(),
            });
            let color = color.premultiplied();
            let all = rim.into_iter().chain(dots);
            marks.extend(all.map(|path| Mark::Fill { path, color }));
        }
        marks
    }
}

fn closed(spots: &[Spot]) -> Option<Path> {
    let mut pen = Pen::default();
    pen.polygon(spots);
    pen.finish()
}

/// The grid: a polygon a tick and a line an axis.
fn web(
    scale: &Scale,
    radius: f64,
    centre: Spot,
    ring: impl Fn(f64) -> Vec<Spot>,
    sheet: &mut Sheet<'_>,
) {
    let width = (sheet.em * 0.07).max(0.5);
    let mut paths: Vec<Option<Path>> = Vec::new();
    for tick in scale.ticks() {
        let reach = scale.part(tick) * radius;
        if reach > 0.0 {
            paths.push(closed(&ring(reach)));
        }
    }
    for end in ring(radius) {
        let mut pen = Pen::default();
        pen.start(centre);
        pen.line(end);
        paths.push(pen.finish());
    }
    for path in paths.into_iter().flatten() {
        if let Some(path) = path::stroke(&path, width) {
            sheet.fill(path, sheet.ink.grid);
        }
    }
}

/// The axes' names around the circle, as many as have room.
fn names(
    labels: &[&str],
    reach: f64,
    centre: Spot,
    spoke: impl Fn(usize, f64) -> Spot,
    sheet: &mut Sheet<'_>,
) {
    let area = sheet.area;
    let around = std::f64::consts::TAU * reach;
    let every = thin::every(labels.len(), (around / (2.6 * sheet.em)) as usize);
    for (axis, text) in labels.iter().enumerate().step_by(every) {
        // The last stands beside the first.
        if axis > 0 && labels.len() - axis < every {
            break;
        }
        let (x, y) = spoke(axis, reach);
        let aside = x - centre.0;
        let (anchor, room) = if aside.abs() < reach * 0.12 {
            (Anchor::Middle, area.width() * 0.5)
        } else if aside > 0.0 {
            (Anchor::Start, area.x1 - x)
        } else {
            (Anchor::End, x - area.x0)
        };
        let label = sheet.label(text, room);
        sheet.put(label, (x, y), anchor);
    }
}

/// Numbers along the axis that points up, but the last, where the axis' name stands.
fn rings(scale: &Scale, radius: f64, centre: Spot, sheet: &mut Sheet<'_>) {
    let em = sheet.em;
    let small = em;
    sheet.em = (em * 0.8).max(6.0);
    for tick in scale.ticks().into_iter().filter(|tick| *tick < scale.high) {
        let y = centre.1 - scale.part(tick) * radius;
        let label = sheet.label(&scale.write(tick), radius);
        sheet.put(label, (centre.0 - 0.3 * small, y), Anchor::End);
    }
    sheet.em = em;
}
