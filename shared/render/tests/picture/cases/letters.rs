//! Animations of letters: in at its begin, middle and end, out, and loop.

use serde_json::json;

use super::{Case, case};
use crate::film::{Film, Item, film, text};

/// The box, on a canvas of 200x80.
const PLACE: [f64; 4] = [10.0, 10.0, 180.0, 60.0];

/// Nine frames in, nine out, of 30.
const SIDES: i64 = 9;
/// In, then out.
const IN_OUT: [u64; 8] = [1, 3, 5, 8, 22, 24, 26, 28];
/// One round and the begin of the next.
const ROUND: [u64; 8] = [0, 3, 6, 9, 12, 15, 18, 21];

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

fn sides(name: &'static str, kind: &str) -> Case {
    case(
        name,
        &IN_OUT,
        both(kind, words("Letters that move all over")),
    )
}

fn round(name: &'static str, kind: &str) -> Case {
    let item = words("Letters that move all over").letters("loop", kind, 20);
    case(name, &ROUND, on_stage(item))
}

pub(super) fn cases() -> Vec<Case> {
    let plated = |words: Item| {
        words.with(
            "background",
            json!({ "color": "#1d5fd0", "horizontalPadding": 8, "borderRadius": 6 }),
        )
    };
    vec![
        sides("letters-converge", "converge"),
        round("letters-converge-loop", "converge"),
        sides("letters-elastic-pop", "elastic-pop"),
        round("letters-elastic-pop-loop", "elastic-pop"),
        sides("letters-typewriter", "typewriter"),
        round("letters-typewriter-loop", "typewriter"),
        sides("letters-lay-down", "lay-down"),
        round("letters-lay-down-loop", "lay-down"),
        sides("letters-center-type-out", "center-type-out"),
        round("letters-center-type-out-loop", "center-type-out"),
        sides("letters-curtain-close", "curtain-close"),
        round("letters-curtain-close-loop", "curtain-close"),
        sides("letters-jitter", "jitter"),
        round("letters-jitter-loop", "jitter"),
        sides("letters-rainbow", "rainbow"),
        round("letters-rainbow-loop", "rainbow"),
        sides("letters-sweep-shine", "sweep-shine"),
        round("letters-sweep-shine-loop", "sweep-shine"),
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
