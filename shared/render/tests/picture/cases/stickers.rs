//! Lottie animations and SVG files.

use super::{Case, case};
use crate::film::{FRAME, Item, film, image, solid, sticker};
use darkroom_editor_state::Ratio;

const MIDDLE: [f64; 4] = [44.0, 9.0, 72.0, 72.0];

pub(super) fn cases() -> Vec<Case> {
    let one = |item: Item| film().track([item]);
    let wheel = || sticker("wheel.json", MIDDLE);
    let badge = || sticker("badge.svg", MIDDLE);
    vec![
        case("lottie-plays", &[0, 8, 15, 22, 29], one(wheel())),
        case(
            "lottie-in-the-document",
            &[15],
            one(sticker("inline-wheel.json", MIDDLE)),
        ),
        case(
            "lottie-parts",
            &[0, 15, 29],
            film()
                .size(160, 120)
                .track([sticker("parts.json", [0.0, 0.0, 160.0, 120.0])])
                .output(Ratio::Custom, 2.0),
        ),
        case(
            "lottie-rate-2",
            &[0, 4, 11, 20],
            one(wheel().with("playbackRate", 2)),
        ),
        case(
            "lottie-rate-half",
            &[0, 16, 29],
            one(wheel().with("playbackRate", 0.5)),
        ),
        case(
            "lottie-past-its-end",
            &[28, 29, 30, 59],
            one(wheel().at(0, 60)),
        ),
        case(
            "lottie-starts-later",
            &[0, 10, 14, 25],
            one(wheel().with("sourceStartTicks", 15 * FRAME)),
        ),
        case(
            "lottie-past-its-end-at-once",
            &[0],
            one(wheel().with("sourceStartTicks", 100 * FRAME)),
        ),
        case(
            "lottie-fills-its-box",
            &[15],
            one(sticker("wheel.json", [10.0, 20.0, 140.0, 50.0]).with("keepAspectRatio", true)),
        ),
        case(
            "lottie-grows",
            &[0, 10, 29],
            one(wheel()
                .keys("scaleX", 0.2, &[(29, 2.0)])
                .keys("scaleY", 0.2, &[(29, 2.0)])),
        ),
        case("lottie-turned", &[15], one(wheel().with("rotation", 30))),
        case("lottie-mirrored", &[8], one(wheel().with("scaleX", -1))),
        case(
            "lottie-subpixel",
            &[15],
            one(sticker("wheel.json", [44.5, 9.25, 72.0, 72.0])),
        ),
        case(
            "lottie-scale-2",
            &[15],
            one(wheel()).output(Ratio::Custom, 2.0),
        ),
        case(
            "lottie-fades-as-one",
            &[0, 15, 24],
            one(sticker("veil.json", MIDDLE)),
        ),
        case(
            "lottie-half-transparent",
            &[0],
            film()
                .track([sticker("veil.json", MIDDLE).with("opacity", 0.5)])
                .track([solid("rectangle", "#c0c040", [0.0, 45.0, 160.0, 45.0])]),
        ),
        case(
            "lottie-comes-in",
            &[2, 8],
            one(wheel().animate("in", "zoom-in", 10, "ease-out")),
        ),
        case(
            "lottie-dissolves",
            &[12, 15, 18],
            film()
                .track([wheel().at(0, 15), image("flag.png", MIDDLE).at(15, 15)])
                .dissolve(10, "linear"),
        ),
        case(
            "svg-own-size",
            &[0],
            one(sticker("badge.svg", [48.0, 13.0, 64.0, 64.0])),
        ),
        case("svg-turned", &[0], one(badge().with("rotation", 20))),
        case(
            "svg-enlarged",
            &[0],
            one(badge().with("scaleX", 2.5).with("scaleY", 2.5)),
        ),
        case(
            "svg-small",
            &[0],
            one(sticker("badge.svg", [70.0, 35.0, 20.0, 20.0])),
        ),
    ]
}
