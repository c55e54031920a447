//! Charts as vector marks.
//!
//! A chart is laid out once a box size ([`Chart::new`]): legend, axes with round
//! ticks, labels, and the marks in their full size. [`Chart::art`] is the picture at
//! one stage of growth; from the end of growth on it is always the same.
//!
//! Rules that the editor-state reference leaves open:
//!
//! - Growth runs over `animationDurationTicks` from the item's start, along CSS
//!   `ease-out`; 0 shows all at once. Bars grow from zero, lines and areas are
//!   uncovered from the left, pies turn open clockwise from twelve, radar polygons
//!   grow from the centre, scatter points in place. Axes, labels and legend stand
//!   from the start.
//! - Colours are derived from `themeColor` in `colors`. Text and grid are light on
//!   dark and dark on light backgrounds, where the background is the topmost solid
//!   below the chart that holds its centre, else the global background; over pictures
//!   they are light. Text has a thin rim of the opposite tone.
//! - Bars and areas count from zero; lines too, unless all numbers lie within a
//!   quarter of the largest. A row without a number leaves a gap in a line, no bar, and
//!   a corner at zero in a radar.
//! - A pie whose sum is 0 is an empty disc.
//! - Every length follows from the box (`sheet`); labels that have no room are cut,
//!   thinned or left out, never laid over each other or outside the box.
//! - What is drawn is bounded (`thin`): 24 series or slices, and no more rows or points
//!   than can be told apart.

mod bars;
mod colors;
mod lines;
mod path;
mod pie;
mod radar;
mod scale;
mod scatter;
mod sheet;
mod thin;

use darkroom_editor_state::{ChartData, ChartItem, Easing, Ticks};
use parley::FontContext;

use crate::art::{Art, Mark};
use crate::color::Color;
use crate::text::Fonts;
use sheet::Sheet;
use thin::MOST_SERIES;

pub(crate) use colors::Ink;

/// Longest side that a chart is laid out in, composition pixels.
const LONGEST_SIDE: f64 = 100_000.0;

/// A chart in a box of one size.
pub(crate) struct Chart {
    still: Vec<Mark>,
    plot: Plot,
}

/// The marks that grow.
enum Plot {
    Bars(bars::Bars),
    Lines(lines::Lines),
    Pie(pie::Pie),
    Radar(radar::Radar),
    Scatter(scatter::Scatter),
}

impl Chart {
    /// Lays a chart out; `None` in a box without an inside.
    pub(crate) fn new(
        item: &ChartItem,
        (width, height): (f64, f64),
        ink: Ink,
        fonts: &Fonts,
        context: &mut FontContext,
    ) -> Option<Self> {
        let inside = |side: f64| side > 0.0 && side <= LONGEST_SIDE;
        if !inside(width) || !inside(height) {
            return None;
        }
        let theme = Color::parse(&item.theme_color).unwrap_or(Color::BLACK);
        let mut sheet = Sheet::new((width, height), theme, ink, fonts, context);
        let labels = series(&item.data);
        let entries: Vec<(&str, Color)> = labels
            .into_iter()
            .take(MOST_SERIES)
            .enumerate()
            .map(|(index, label)| (label, sheet.series(index)))
            .collect();
        if !entries.is_empty() {
            sheet.legend(&entries);
        }
        let plot = match &item.data {
            ChartData::Bar(table) => Plot::Bars(bars::Bars::new(table, &mut sheet)),
            ChartData::Line(table) => Plot::Lines(lines::Lines::new(table, false, &mut sheet)),
            ChartData::Area(table) => Plot::Lines(lines::Lines::new(table, true, &mut sheet)),
            ChartData::Pie(slices) => Plot::Pie(pie::Pie::new(slices, &mut sheet)),
            ChartData::Radar(table) => Plot::Radar(radar::Radar::new(table, &mut sheet)),
            ChartData::Scatter(series) => Plot::Scatter(scatter::Scatter::new(series, &mut sheet)),
        };
        Some(Self {
            still: sheet.marks,
            plot,
        })
    }

    /// The picture at a stage of growth, 0..=1.
    pub(crate) fn art(&self, growth: f64) -> Art {
        let mut marks = self.still.clone();
        marks.append(&mut match &self.plot {
            Plot::Bars(bars) => bars.marks(growth),
            Plot::Lines(lines) => lines.marks(growth),
            Plot::Pie(pie) => pie.marks(growth),
            Plot::Radar(radar) => radar.marks(growth),
            Plot::Scatter(scatter) => scatter.marks(growth),
        });
        Art { marks }
    }
}

/// How far a chart has grown, 0..=1, at a time counted from its item's start.
pub(crate) fn growth(item: &ChartItem, local: Ticks) -> f64 {
    if item.growth.0 <= 0 {
        return 1.0;
    }
    Easing::EaseOut.at(local.0 as f64 / item.growth.0 as f64)
}

/// What of a chart is not drawn as the document says, one sentence each.
pub(crate) fn warnings(item: &ChartItem, place: &str, warnings: &mut Vec<String>) {
    Color::parse_or(&item.theme_color, Color::BLACK, place, warnings);
    let count = series(&item.data).len();
    if count > MOST_SERIES {
        warnings.push(format!(
            "{place}: of the chart's {count} series the first {MOST_SERIES} are drawn"
        ));
    }
}

/// Labels of the series; a pie has none.
fn series(data: &ChartData) -> Vec<&str> {
    match data {
        ChartData::Line(table)
        | ChartData::Bar(table)
        | ChartData::Area(table)
        | ChartData::Radar(table) => table.series.iter().map(|s| s.label.as_str()).collect(),
        ChartData::Scatter(series) => series.iter().map(|s| s.label.as_str()).collect(),
        ChartData::Pie(_) => Vec::new(),
    }
}

/// The least and the greatest of some numbers, (0, 0) of none.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .map(scale::bounded)
        .map(|value| (value, value))
        .reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))
        .unwrap_or((0.0, 0.0))
}
