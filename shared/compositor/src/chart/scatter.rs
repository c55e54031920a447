//! Scatter charts: points over two axes of numbers, growing in place.

use std::collections::HashSet;

use darkroom_editor_state::ScatterSeries;

use super::colors::faded;
use super::scale::Scale;
use super::sheet::Sheet;
use super::thin;
use super::{path, range};
use crate::art::Mark;
use crate::shape::Spot;

/// Points that are drawn, over all series.
const MOST_POINTS: usize = 6000;
/// How opaque a point is: points that lie on each other show.
const OPACITY: f32 = 0.82;

/// Points in their full size.
pub(super) struct Scatter {
    series: Vec<(Vec<Spot>, [u8; 4])>,
    radius: f64,
}

impl Scatter {
    pub(super) fn new(series: &[ScatterSeries], sheet: &mut Sheet<'_>) -> Self {
        let series = thin::series(series);
        let points = || series.iter().flat_map(|series| &series.points);
        let (low, high) = range(points().map(|point| point.1));
        let (scale, labels_at) = sheet.values(low, high);
        let (left, right) = range(points().map(|point| point.0));
        let across = across(left, right, labels_at, sheet);
        let area = sheet.area;
        let radius = (sheet.em * 0.34).max(1.0);
        let place =
            |&(x, y): &(f64, f64)| (area.x0 + across.part(x) * area.width(), sheet.up(&scale, y));
        let most = MOST_POINTS / series.len().max(1);
        let series = series.iter().enumerate().map(|(index, series)| {
            let spots = distinct(series.points.iter().map(place), radius / 4.0, most);
            let color = faded(sheet.series(index), OPACITY).premultiplied();
            (spots, color)
        });
        Self {
            series: series.collect(),
            radius,
        }
    }

    pub(super) fn marks(&self, growth: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        if growth <= 0.0 {
            return marks;
        }
        for (spots, color) in &self.series {
            let circles = spots
                .iter()
                .filter_map(|spot| path::circle(*spot, self.radius * growth));
            marks.extend(circles.map(|path| Mark::Fill {
                path,
                color: *color,
            }));
        }
        marks
    }
}

/// One spot of all that would look the same, the first `most` of them.
fn distinct(spots: impl Iterator<Item = Spot>, grain: f64, most: usize) -> Vec<Spot> {
    let mut seen = HashSet::new();
    spots
        .filter(|spot| {
            let cell = |at: f64| (at / grain).round() as i64;
            seen.insert((cell(spot.0), cell(spot.1)))
        })
        .take(most)
        .collect()
}

/// The axis along the bottom: numbers below the area, lines up through it.
fn across(low: f64, high: f64, labels_at: f64, sheet: &mut Sheet<'_>) -> Scale {
    let (em, area) = (sheet.em, sheet.area);
    let steps = (area.width() / (4.5 * em)).clamp(2.0, 8.0) as usize;
    let scale = Scale::around(low, high, steps);
    let ticks = scale.ticks();
    let x = |tick: f64| area.x0 + scale.part(tick) * area.width();
    let half = (em * 0.035).max(0.25);
    for tick in &ticks {
        let corner = (x(*tick) - half, area.y0);
        let color = if *tick == 0.0 {
            sheet.ink.axis
        } else {
            sheet.ink.grid
        };
        let line = crate::shape::rounded_rect(corner, (2.0 * half, area.height()), 0.0);
        if let Some(line) = line {
            sheet.fill(line, color);
        }
    }
    let words: Vec<String> = ticks.iter().map(|tick| scale.write(*tick)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let step = area.width() / ticks.len().saturating_sub(1).max(1) as f64;
    sheet.rows(&words, labels_at, step, |tick| area.x0 + step * tick as f64);
    scale
}
