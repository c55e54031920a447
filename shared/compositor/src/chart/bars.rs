//! Bar charts: a group of bars a row, growing from zero.

use darkroom_editor_state::ChartTable;

use super::sheet::Sheet;
use super::thin;
use super::{path, range};
use crate::art::Mark;

/// Part of a row's room that its group of bars takes.
const GROUP: f64 = 0.72;

/// Bars in their full size.
pub(super) struct Bars {
    all: Vec<Bar>,
    base: f64,
    radius: f64,
}

struct Bar {
    left: f64,
    right: f64,
    tip: f64,
    color: [u8; 4],
}

impl Bars {
    pub(super) fn new(table: &ChartTable, sheet: &mut Sheet<'_>) -> Self {
        let series = thin::series(&table.series);
        let (low, high) = range(series.iter().flat_map(|series| &series.values).map(|v| v.1));
        let (scale, labels_at) = sheet.values(low.min(0.0), high.max(0.0));
        let area = sheet.area;
        // A bar thinner than this is not seen as one.
        let most = area.width() / (sheet.em * 0.2 * series.len().max(1) as f64);
        let every = thin::every(table.rows.len(), most.clamp(1.0, 1000.0) as usize);
        let groups = table.rows.len().div_ceil(every).max(1);
        let step = area.width() / groups as f64;
        let labels = thin::labels(&table.rows, every);
        let centre = |group: usize| area.x0 + step * (group as f64 + 0.5);
        sheet.rows(&labels, labels_at, step, centre);
        let count = series.len().max(1) as f64;
        let slot = (step * GROUP / count).min(5.0 * sheet.em);
        let gap = if count > 1.0 { slot * 0.12 } else { 0.0 };
        let mut bars = Vec::new();
        for (index, series) in series.iter().enumerate() {
            let color = sheet.series(index).premultiplied();
            for (group, value) in thin::farthest(&series.values, every) {
                let left = centre(group) + slot * (index as f64 - count / 2.0);
                bars.push(Bar {
                    left: left + gap / 2.0,
                    right: left + slot - gap / 2.0,
                    tip: sheet.up(&scale, value),
                    color,
                });
            }
        }
        Self {
            all: bars,
            base: sheet.up(&scale, 0.0),
            radius: (slot * 0.2).min(sheet.em * 0.45),
        }
    }

    pub(super) fn marks(&self, growth: f64) -> Vec<Mark> {
        let grown = self.all.iter().filter_map(|bar| {
            let tip = self.base + (bar.tip - self.base) * growth;
            let path = path::bar(bar.left, bar.right, self.base, tip, self.radius)?;
            Some(Mark::Fill {
                path,
                color: bar.color,
            })
        });
        grown.collect()
    }
}
