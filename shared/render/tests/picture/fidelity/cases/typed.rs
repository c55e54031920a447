//! Animations of letters at an instant.

use super::words::{WORDS, roboto};
use super::{Case, letters, one};
use crate::film::{Item, text};

/// Of each letter, in ems: 1233 of 2048 units.
const DEJAVU_MONO_ADVANCE: f64 = 1233.0 / 2048.0;

/// Letters that are all as wide: 22 pixels, as a browser gives each letter that is a box of
/// its own whole ones. Their descent of 8.6 is rounded up: where it is rounded down,
/// Chromium draws a line one pixel higher on Linux, and on other systems it does not.
fn mono(words: &str) -> Item {
    text(words, [20.0, 20.0, 280.0, 140.0])
        .with("fontFamily", "DejaVu Sans Mono")
        .with("fontSize", 22.0 / DEJAVU_MONO_ADVANCE)
}

pub(super) fn cases() -> Vec<Case> {
    let over = |item: Item, side, kind| one(item.eased_letters(side, kind, 20, "linear"));
    let lines = mono("Center-out\ntyped").with("align", "center");
    // As wide as its words.
    let curtain = roboto("Curtain")
        .with("fontSize", 64)
        .with("resizeOnEdit", true);
    vec![
        letters(
            "letters-typewriter",
            11,
            over(mono("Typewriter"), "in", "typewriter"),
        ),
        letters(
            "letters-center-type-out",
            12,
            over(lines, "in", "center-type-out"),
        ),
        letters(
            "letters-curtain-close",
            8,
            over(curtain, "in", "curtain-close"),
        ),
        letters("letters-rainbow", 7, over(roboto(WORDS), "loop", "rainbow")),
    ]
}
