//! Charts and their numbers.

use super::{Animations, Geometry, Ticks};

/// Fields of a `chart` item.
///
/// `keepAspectRatio` is left out: it binds the handles of an editor, and a chart is
/// laid out anew for whatever box it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartItem {
    /// Type and numbers.
    pub data: ChartData,
    /// CSS colour of the first series; the others' are derived from it.
    pub theme_color: String,
    /// How long the marks grow, from the item's start; 0: they are there at once.
    pub growth: Ticks,
    /// Box.
    pub geometry: Geometry,
    /// In and out animation.
    pub animations: Animations,
}

/// Chart type with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum ChartData {
    /// A line a series over the rows.
    Line(ChartTable),
    /// A group of bars a row.
    Bar(ChartTable),
    /// Lines, filled down to zero.
    Area(ChartTable),
    /// A polygon a series over axes in a circle, one a row.
    Radar(ChartTable),
    /// Parts of a whole.
    Pie(Vec<ChartSlice>),
    /// Points, some a series.
    Scatter(Vec<ScatterSeries>),
}

/// Rows of numbers, by series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartTable {
    /// Labels of the rows.
    pub rows: Vec<String>,
    /// The series.
    pub series: Vec<ChartSeries>,
}

/// One series of a table. Of several with the same key the first has the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSeries {
    /// Words for the legend.
    pub label: String,
    /// Row and number, by row; a row without a number for this series is left out.
    pub values: Vec<(usize, f64)>,
}

/// One part of a pie.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSlice {
    /// Words for the legend.
    pub label: String,
    /// Its size, at least 0.
    pub value: f64,
}

/// One series of points. Points that name no series of the chart are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterSeries {
    /// Words for the legend.
    pub label: String,
    /// x and y.
    pub points: Vec<(f64, f64)>,
}
