//! Captions: pages, and what is being spoken.

use std::ops::Range;

use darkroom_editor_state::names;
use serde_json::json;

use super::{Case, case};
use crate::film::{FRAME, Film, Item, captions, film, solid};

/// Frames of the `in` and of the `out` animation of the first page, and of one round of
/// its loop.
pub(super) const IN: Range<u64> = 0..9;
pub(super) const OUT: Range<u64> = 11..20;
pub(super) const ROUND: Range<u64> = 0..20;
/// The first page comes and goes; the second one, shorter, does both faster.
const IN_OUT: [u64; 8] = [1, 4, 8, 12, 15, 18, 22, 27];
/// A round on the first page and the begin of one on the second.
const ROUND_FRAMES: [u64; 8] = [0, 3, 6, 9, 12, 15, 18, 21];

/// The first page's begin, middle and end of what is eased.
const EASED: [u64; 6] = [1, 4, 7, 12, 15, 18];
const EASED_ROUND: [u64; 5] = [2, 6, 10, 14, 18];

/// The box, on a canvas of 240x90; a faint rectangle shows it.
const PLACE: [f64; 4] = [20.0, 10.0, 200.0, 60.0];

/// Words as Whisper has them: with the spaces before them, and words in pieces.
const WORDS: [(&str, i64, i64); 9] = [
    (" The", 0, 4),
    (" quick", 4, 8),
    (" brown", 8, 12),
    (" fox", 12, 16),
    (" didn", 16, 18),
    ("'t", 18, 20),
    (" jump", 20, 24),
    (" over", 26, 28),
    (" it.", 28, 30),
];

const LINES: [(&str, i64, i64); 3] = [
    ("First line", 0, 10),
    ("and a second", 10, 18),
    ("Another page", 20, 30),
];

fn on_box(item: Item) -> Film {
    film()
        .size(240, 90)
        .track([item])
        .track([solid("rectangle", "#404850", PLACE)])
}

fn plate() -> serde_json::Value {
    json!({ "color": "#b02a4a", "horizontalPadding": 6, "borderRadius": 5 })
}

/// Two pages, the first twice as long as the second.
fn two_pages() -> Item {
    let lines = [
        ("Letters on the", 0, 10),
        ("first page", 10, 20),
        ("Another page", 20, 30),
    ];
    captions("line", &lines, PLACE).with("fontSize", 24)
}

/// Every animation of letters on two pages.
fn animated() -> impl Iterator<Item = Case> {
    let item = two_pages;
    names::CAPTION_ANIMATIONS.iter().flat_map(move |kind| {
        let kind = kind.id;
        let sides = item().letters("in", kind, 9).letters("out", kind, 9);
        let round = item().letters("loop", kind, 20);
        [
            case(format!("captions-{kind}"), &IN_OUT, on_box(sides)),
            case(
                format!("captions-{kind}-loop"),
                &ROUND_FRAMES,
                on_box(round),
            ),
        ]
    })
}

/// Every easing; that each type follows it is seen on texts.
fn eased() -> impl Iterator<Item = Case> {
    names::EASINGS.iter().flat_map(|easing| {
        let easing = easing.id;
        let sides = two_pages()
            .eased_letters("in", "converge", 9, easing)
            .eased_letters("out", "curtain-close", 9, easing);
        let round = two_pages().eased_letters("loop", "sweep-shine", 20, easing);
        [
            case(format!("captions-{easing}"), &EASED, on_box(sides)),
            case(
                format!("captions-loop-{easing}"),
                &EASED_ROUND,
                on_box(round),
            ),
        ]
    })
}

pub(super) fn cases() -> Vec<Case> {
    let cases = pages().into_iter().chain(animated());
    cases.chain(eased()).collect()
}

/// How entries share pages.
fn pages() -> Vec<Case> {
    let words = || captions("word", &WORDS, PLACE).with("fontSize", 24);
    let lines = || captions("line", &LINES, PLACE).with("fontSize", 24);
    vec![
        case("captions-words", &[0, 6, 17, 19], on_box(words())),
        case(
            "captions-words-pages",
            &[3, 11, 12, 22, 25, 29],
            on_box(words().with("maxLines", 1)),
        ),
        case(
            "captions-words-short-pages",
            &[0, 7, 8, 15, 16, 24],
            on_box(words().with("pageDurationTicks", 8 * FRAME)),
        ),
        case(
            "captions-words-styled",
            &[6, 22],
            on_box(
                words()
                    .with("align", "center")
                    .with("background", plate())
                    .with("strokeWidth", 4)
                    .with("strokeColor", "#000000c0"),
            ),
        ),
        case("captions-lines", &[4, 14, 19, 24], on_box(lines())),
        case(
            "captions-lines-right",
            &[4, 24],
            on_box(lines().with("align", "right").with("background", plate())),
        ),
        case(
            "captions-line-too-long",
            &[0, 14, 29],
            on_box(
                captions(
                    "line",
                    &[(
                        "One entry of far too many words for one line of the box.",
                        0,
                        30,
                    )],
                    PLACE,
                )
                .with("maxLines", 1)
                .with("fontSize", 20),
            ),
        ),
        case(
            "captions-rtl-words",
            &[2, 12, 22],
            on_box(
                captions(
                    "word",
                    &[("مرحبا", 0, 10), ("بالعالم", 10, 20), ("اليوم!", 20, 30)],
                    PLACE,
                )
                .with("direction", "rtl")
                .with("align", "right")
                .with("fontSize", 24),
            ),
        ),
        case(
            "captions-cjk-words",
            &[2, 8, 14],
            on_box(
                captions(
                    "word",
                    &[
                        ("今日", 0, 6),
                        ("は", 6, 12),
                        ("晴れ", 12, 18),
                        ("です。", 18, 24),
                        ("散歩", 24, 27),
                        ("しよう", 27, 30),
                    ],
                    PLACE,
                )
                .with("align", "center")
                .with("fontSize", 28),
            ),
        ),
        case(
            "captions-turn-and-slide",
            &[0, 4, 14, 27],
            on_box(
                lines()
                    .with("rotation", -8)
                    .animate("in", "slide-up", 8, "ease-out")
                    .animate("out", "zoom-out", 6, "linear"),
            ),
        ),
        case(
            "captions-cut",
            &[0, 9, 10],
            on_box(
                words()
                    .with("maxLines", 1)
                    .with("contentStartOffsetTicks", 10 * FRAME),
            ),
        ),
        case(
            "captions-animated-pages",
            &[2, 8, 17, 20, 23],
            on_box(
                lines()
                    .with("background", plate())
                    .letters("in", "typewriter", 6)
                    .letters("out", "converge", 5),
            ),
        ),
    ]
}
