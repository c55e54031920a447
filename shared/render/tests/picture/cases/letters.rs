//! Animations of letters: in at its begin, middle and end, out, and loop.

use std::ops::Range;

use darkroom_editor_state::names;
use serde_json::json;

use super::{Case, case};
use crate::film::{Film, Item, film, text};

/// Frames of the `in` and of the `out` animation, of 30, and of one round of a loop.
pub(super) const IN: Range<u64> = 0..9;
pub(super) const OUT: Range<u64> = 21..30;
pub(super) const ROUND: Range<u64> = 0..20;

/// The box, on a canvas of 200x80.
const PLACE: [f64; 4] = [10.0, 10.0, 180.0, 60.0];

/// Nine frames in, nine out, of 30.
const SIDES: i64 = 9;
/// In, then out.
const IN_OUT: [u64; 8] = [1, 3, 5, 8, 22, 24, 26, 28];
/// The same of what is eased, its begin, middle and end alone.
const EASED: [u64; 6] = [1, 4, 7, 22, 25, 28];
const EASED_ROUND: [u64; 5] = [2, 6, 10, 14, 18];
/// One round and the begin of the next.
const ROUND_FRAMES: [u64; 8] = [0, 3, 6, 9, 12, 15, 18, 21];

fn words(text_of_two_lines: &str) -> Item {
    text(text_of_two_lines, PLACE)
        .with("fontSize", 24)
        .with("align", "center")
        .with("fontFamily", "Roboto")
        .with("fontStyle", json!({ "variant": "normal", "weight": "700" }))
}

fn on_stage(item: Item) -> Film {
    film().size(200, 80).track([item])
}

fn both(kind: &str, item: Item) -> Film {
    on_stage(item.letters("in", kind, SIDES).letters("out", kind, SIDES))
}

fn sides(kind: &names::Name) -> Case {
    let film = both(kind.id, words("Letters that move all over"));
    case(format!("letters-{}", kind.id), &IN_OUT, film)
}

fn round(kind: &names::Name) -> Case {
    let item = words("Letters that move all over").letters("loop", kind.id, 20);
    let name = format!("letters-{}-loop", kind.id);
    case(name, &ROUND_FRAMES, on_stage(item))
}

/// Every type, at both sides and in between.
fn kinds() -> impl Iterator<Item = Case> {
    let kinds = names::CAPTION_ANIMATIONS.iter();
    kinds.flat_map(|kind| [sides(kind), round(kind)])
}

/// Every type with every easing.
fn eased() -> impl Iterator<Item = Case> {
    let pairs = names::CAPTION_ANIMATIONS.iter().flat_map(|kind| {
        names::EASINGS
            .iter()
            .map(move |easing| (kind.id, easing.id))
    });
    pairs.flat_map(|(kind, easing)| {
        let item = || words("Letters that move all over");
        let sides = item()
            .eased_letters("in", kind, SIDES, easing)
            .eased_letters("out", kind, SIDES, easing);
        let round = item().eased_letters("loop", kind, 20, easing);
        [
            case(format!("letters-{kind}-{easing}"), &EASED, on_stage(sides)),
            case(
                format!("letters-loop-{kind}-{easing}"),
                &EASED_ROUND,
                on_stage(round),
            ),
        ]
    })
}

pub(super) fn cases() -> Vec<Case> {
    kinds().chain(eased()).chain(others()).collect()
}

/// Plates, strokes, scripts, and one animation beside another.
fn others() -> Vec<Case> {
    let plated = |words: Item| {
        words.with(
            "background",
            json!({ "color": "#1d5fd0", "horizontalPadding": 8, "borderRadius": 6 }),
        )
    };
    vec![
        case(
            "letters-background",
            &[1, 4, 7, 24, 26, 28],
            both("typewriter", plated(words("Letters on plates"))),
        ),
        case(
            "letters-background-fades",
            &[1, 3, 5, 24, 26, 28],
            both("lay-down", plated(words("Letters on plates"))),
        ),
        case(
            "letters-background-sweep",
            &[1, 4, 7, 23, 25, 28],
            both(
                "sweep-shine",
                plated(words("Letters on plates")).with("color", "#ff5060"),
            ),
        ),
        case(
            "letters-stroke-emoji",
            &[1, 3, 6, 10, 24, 27],
            both(
                "elastic-pop",
                words("Stroke 🚀 it")
                    .with("strokeWidth", 5)
                    .with("strokeColor", "#c03030c0"),
            ),
        ),
        case(
            "letters-arabic",
            &[1, 3, 5, 7],
            both("lay-down", words("مرحبا بالعالم").with("direction", "rtl")),
        ),
        case(
            "letters-turned-loop-between",
            &[4, 9, 12, 18, 21, 26],
            both(
                "curtain-close",
                words("In, loop and out")
                    .with("rotation", -12)
                    .letters("loop", "rainbow", 30),
            ),
        ),
    ]
}
