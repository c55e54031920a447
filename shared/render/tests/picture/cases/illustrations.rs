//! Illustrations: all of them, and how they are tinted and fitted.

use std::ops::Range;

use darkroom_editor_state::names::{ILLUSTRATIONS, Name};
use serde_json::json;

use super::{Case, case};
use crate::film::{Film, Item, film, illustration};

/// Drawings on a sheet: columns and rows.
const SHEET: (usize, usize) = (8, 6);
/// Size of each on a sheet, pixels.
const CELL: (usize, usize) = (96, 72);

fn on(color: &str, items: Vec<Item>) -> Film {
    let film = film().background(json!({ "type": "color", "color": color, "gradient": null }));
    items
        .into_iter()
        .fold(film, |film, item| film.track([item]))
}

/// Frames over which the drawings of a sheet grow.
pub(super) const GROWTH: Range<u64> = 0..30;

/// What golden shows the illustration of this place in the vocabulary.
pub(super) fn sheet_of(place: usize) -> String {
    format!("illustrations-{}", place / (SHEET.0 * SHEET.1) + 1)
}

/// Some drawings, each in the next of some colours, as they grow into their cells.
fn sheet(name: String, shown: &[Name]) -> Case {
    const COLORS: [&str; 5] = ["#4f6bed", "#e0592a", "#0f9d76", "#b4308c", "#334155"];
    let (columns, rows) = SHEET;
    let items = shown.iter().enumerate().map(|(place, name)| {
        let left = place % columns * CELL.0;
        let top = place / columns * CELL.1;
        let place_of = [left as f64, top as f64, CELL.0 as f64, CELL.1 as f64];
        illustration(name.id, COLORS[place % COLORS.len()], place_of)
            .keys("scaleX", 0.3, &[(29, 1.0)])
            .keys("scaleY", 0.3, &[(29, 1.0)])
    });
    let size = ((columns * CELL.0) as u32, (rows * CELL.1) as u32);
    let film = on("#f5f5f7", items.collect()).size(size.0, size.1);
    case(name, &[0, 15, 29], film)
}

/// All drawings, as many sheets as they take.
fn sheets() -> impl Iterator<Item = Case> {
    let size = SHEET.0 * SHEET.1;
    let sheets = ILLUSTRATIONS.chunks(size).enumerate();
    sheets.map(move |(index, shown)| sheet(sheet_of(index * size), shown))
}

pub(super) fn cases() -> Vec<Case> {
    sheets().chain(others()).collect()
}

/// How drawings are tinted, fitted and moved.
fn others() -> Vec<Case> {
    let hello = |color: &str, place| illustration("IHello", color, place);
    let whole = [0.0, 0.0, 160.0, 90.0];
    vec![
        case(
            "illustration-fits-or-fills",
            &[0],
            on(
                "#ffffff",
                vec![
                    hello("#4f6bed", [0.0, 0.0, 80.0, 90.0]),
                    hello("#4f6bed", [80.0, 0.0, 80.0, 90.0]).with("keepAspectRatio", false),
                ],
            ),
        ),
        case(
            "illustration-tints",
            &[0],
            on(
                "#9ca3af",
                vec![
                    hello("#000000", [0.0, 0.0, 80.0, 45.0]),
                    hello("white", [80.0, 0.0, 80.0, 45.0]),
                    hello("#ffd60a", [0.0, 45.0, 80.0, 45.0]),
                    hello("rgba(220, 40, 60, 0.5)", [80.0, 45.0, 80.0, 45.0]),
                ],
            ),
        ),
        case(
            "illustration-moves",
            &[0, 4, 9, 20],
            on(
                "#ffffff",
                vec![
                    illustration("ILaunchDay", "#4f6bed", whole)
                        .animate("in", "slide-up", 10, "ease-out"),
                ],
            ),
        ),
        case(
            "illustration-grows-turns",
            &[0, 15, 29],
            on(
                "#101418",
                vec![
                    illustration("IGoal", "#f59e0b", whole)
                        .keys("width", 20.0, &[(29, 160.0)])
                        .keys("rotation", 0.0, &[(29, 20.0)]),
                ],
            ),
        ),
        case(
            "illustration-mirrored-faded",
            &[0],
            on(
                "#ffffff",
                vec![
                    illustration("IMegaphone", "#e0592a", whole)
                        .with("scaleX", -1)
                        .with("opacity", 0.6),
                ],
            ),
        ),
        case(
            "illustration-box-empty",
            &[0],
            on("#ffffff", vec![hello("#4f6bed", [10.0, 10.0, 60.0, 0.0])]),
        ),
    ]
}
