//! Pie charts: slices clockwise from twelve, with their shares.

use darkroom_editor_state::ChartSlice;

use super::colors::Ink;
use super::path;
use super::scale::bounded;
use super::sheet::{Anchor, Sheet, placed};
use crate::art::Mark;
use crate::color::Color;
use crate::shape::Spot;

/// Slices that are drawn; the smallest of more are one slice, "Other".
const MOST_SLICES: usize = 24;
/// Share from which a slice has room for its percentage.
const NAMED: f64 = 0.055;

/// Slices in their full size.
pub(super) struct Pie {
    slices: Vec<Slice>,
    centre: Spot,
    radius: f64,
    gap: f64,
}

struct Slice {
    /// End of the slice before, as a part of the whole.
    from: f64,
    to: f64,
    color: [u8; 4],
    share: Vec<Mark>,
}

/// A slice's label and its part of the whole, 0 where the whole is 0.
struct Share<'a> {
    label: &'a str,
    part: f64,
}

impl Pie {
    pub(super) fn new(slices: &[ChartSlice], sheet: &mut Sheet<'_>) -> Self {
        let shares = shares(slices);
        if sheet.has_words() {
            if sheet.area.width() > 1.25 * sheet.area.height() {
                legend_beside(&shares, sheet);
            } else {
                let entries: Vec<(&str, Color)> = shares
                    .iter()
                    .enumerate()
                    .map(|(index, share)| (share.label, sheet.series(index)))
                    .collect();
                sheet.legend(&entries);
            }
        }
        let area = sheet.area;
        let radius = area.width().min(area.height()).max(0.0) / 2.0;
        let centre = (
            f64::midpoint(area.x0, area.x1),
            f64::midpoint(area.y0, area.y1),
        );
        if shares.iter().all(|share| share.part <= 0.0)
            && let Some(path) = path::circle(centre, radius)
        {
            sheet.fill(path, sheet.ink.grid);
        }
        let mut from = 0.0;
        let mut drawn = Vec::new();
        for (index, share) in shares.iter().enumerate() {
            let color = sheet.series(index);
            let to = from + share.part;
            if share.part > 0.0 {
                drawn.push(Slice {
                    from,
                    to,
                    color: color.premultiplied(),
                    share: percentage(share.part, from, centre, radius, color, sheet),
                });
            }
            from = to;
        }
        let single = drawn.len() < 2;
        Self {
            slices: drawn,
            centre,
            radius,
            gap: if single { 0.0 } else { sheet.em * 0.09 },
        }
    }

    pub(super) fn marks(&self, growth: f64) -> Vec<Mark> {
        let turn = std::f64::consts::TAU;
        let mut marks = Vec::new();
        for slice in &self.slices {
            let to = slice.to.min(growth);
            let (from, to) = (slice.from * turn, to * turn);
            let path = path::sector(self.centre, self.radius, from, to, self.gap / 2.0);
            let color = slice.color;
            marks.extend(path.map(|path| Mark::Fill { path, color }));
        }
        let whole = |slice: &&Slice| growth >= slice.to.min(1.0);
        let named = self.slices.iter().filter(whole);
        marks.extend(named.flat_map(|slice| slice.share.iter().cloned()));
        marks
    }
}

/// Parts of the whole, in the document's order, the smallest gathered where there are
/// too many.
fn shares(slices: &[ChartSlice]) -> Vec<Share<'_>> {
    let largest = slices.iter().map(|s| bounded(s.value)).fold(0.0, f64::max);
    // Divided first, so that no sum overflows.
    let size = |slice: &ChartSlice| {
        if largest > 0.0 {
            bounded(slice.value).max(0.0) / largest
        } else {
            0.0
        }
    };
    let sum: f64 = slices.iter().map(size).sum();
    let mut shares: Vec<(usize, Share<'_>)> = slices
        .iter()
        .map(|slice| Share {
            label: &slice.label,
            part: if sum > 0.0 { size(slice) / sum } else { 0.0 },
        })
        .enumerate()
        .collect();
    if shares.len() <= MOST_SLICES {
        return shares.into_iter().map(|(_, share)| share).collect();
    }
    shares.sort_by(|one, two| two.1.part.total_cmp(&one.1.part));
    let rest = shares.split_off(MOST_SLICES - 1);
    shares.sort_by_key(|(index, _)| *index);
    let other = Share {
        label: "Other",
        part: rest.iter().map(|(_, share)| share.part).sum(),
    };
    let kept = shares.into_iter().map(|(_, share)| share);
    kept.chain(std::iter::once(other)).collect()
}

/// The legend to the right of the disc: swatch, label, percentage; as many lines as
/// there is room for.
fn legend_beside(shares: &[Share<'_>], sheet: &mut Sheet<'_>) {
    let (em, area) = (sheet.em, sheet.area);
    let line = 1.75 * em;
    let disc = area.height().min(area.width() * 0.5);
    let fitting = (area.height() / line).floor().max(1.0) as usize;
    let shown = if shares.len() > fitting {
        fitting - 1
    } else {
        shares.len()
    };
    let room = (area.width() - disc - 2.5 * em).max(0.0);
    let numbers = 3.6 * em;
    let labels: Vec<_> = shares
        .iter()
        .take(shown)
        .map(|share| sheet.label(share.label, room - 1.2 * em - numbers))
        .collect();
    let widest = labels.iter().map(|label| label.width).fold(0.0, f64::max);
    let width = 1.2 * em + widest + numbers;
    let lines = shown + usize::from(shown < shares.len());
    // Disc and legend stand together in the middle.
    let free = (area.width() - disc - 2.5 * em - width).max(0.0);
    let left = area.x0 + free / 2.0 + disc + 2.5 * em;
    let mut y = f64::midpoint(area.y0, area.y1) - line * (lines as f64 - 1.0) / 2.0;
    for (index, (share, label)) in shares.iter().zip(labels).enumerate() {
        let color = sheet.series(index);
        sheet.swatch((left, y), color);
        sheet.put(label, (left + 1.2 * em, y), Anchor::Start);
        let number = sheet.label(&percent(share.part), numbers);
        sheet.put(number, (left + width, y), Anchor::End);
        y += line;
    }
    if shown < shares.len() {
        let rest = sheet.label(&format!("+{}", shares.len() - shown), numbers);
        sheet.put(rest, (left + 1.2 * em, y), Anchor::Start);
    }
    sheet.area.x0 += free / 2.0;
    sheet.area.x1 = sheet.area.x0 + disc;
}

/// Whole percents, but no 0% for what is there.
fn percent(part: f64) -> String {
    if part > 0.0 && part < 0.01 {
        "<1%".to_owned()
    } else {
        format!("{:.0}%", part * 100.0)
    }
}

/// The percentage inside a slice, where it has room.
fn percentage(
    part: f64,
    from: f64,
    centre: Spot,
    radius: f64,
    color: Color,
    sheet: &mut Sheet<'_>,
) -> Vec<Mark> {
    if !sheet.has_words() || part < NAMED || radius < 4.5 * sheet.em {
        return Vec::new();
    }
    let reach = if part > 0.999 { 0.0 } else { radius * 0.68 };
    let (sin, cos) = ((from + part / 2.0) * std::f64::consts::TAU).sin_cos();
    let at = (centre.0 + reach * sin, centre.1 - reach * cos);
    let label = sheet.set(&percent(part), radius, Ink::inside(color), None);
    placed(label, at, Anchor::Middle, sheet.em)
}
