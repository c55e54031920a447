//! In and out animations at their begin, middle and end, and their easings.

use super::{Case, case};
use crate::film::{Item, film, image, solid, text, video};

/// Off the middle, so that no distance is like another.
const PLACE: [f64; 4] = [30.0, 10.0, 64.0, 48.0];

/// In over frames 0 to 10, out over frames 20 to 30: begin, middle and end of each.
const FRAMES: [u64; 8] = [0, 5, 9, 10, 20, 21, 25, 29];

fn both(item: Item, kind: &str) -> Item {
    item.animate("in", kind, 10, "linear")
        .animate("out", kind, 10, "linear")
}

pub(super) fn cases() -> Vec<Case> {
    let flag = |kind| film().track([both(image("flag.png", PLACE), kind)]);
    let eased = |easing: &str| {
        film().track([image("flag.png", PLACE)
            .animate("in", "slide-left", 10, easing)
            .animate("out", "fade", 10, easing)])
    };
    vec![
        case("animation-fade", &FRAMES, flag("fade")),
        case("animation-slide-up", &FRAMES, flag("slide-up")),
        case("animation-slide-down", &FRAMES, flag("slide-down")),
        case("animation-slide-left", &FRAMES, flag("slide-left")),
        case("animation-slide-right", &FRAMES, flag("slide-right")),
        case("animation-zoom-in", &FRAMES, flag("zoom-in")),
        case("animation-zoom-out", &FRAMES, flag("zoom-out")),
        case("animation-ease-in", &[2, 5, 8, 25], eased("ease-in")),
        case("animation-ease-out", &[2, 5, 8, 25], eased("ease-out")),
        case(
            "animation-ease-in-out",
            &[2, 5, 8, 25],
            eased("ease-in-out"),
        ),
        case(
            "animation-in-and-out-overlap",
            &[5, 15, 25],
            film().track([image("flag.png", PLACE)
                .animate("in", "slide-down", 20, "linear")
                .animate("out", "zoom-out", 20, "linear")]),
        ),
        case(
            "animation-of-turned-box",
            &[3, 10, 25],
            film().track([both(
                image("flag.png", PLACE)
                    .with("rotation", 30)
                    .with("borderRadius", 8),
                "slide-right",
            )]),
        ),
        case(
            "animation-of-text",
            &[2, 10, 25],
            film().track([both(text("Moving", PLACE), "zoom-in")]),
        ),
        case(
            "animation-of-solid",
            &[5, 10, 25],
            film().track([both(solid("star", "#e09030", PLACE), "slide-up")]),
        ),
        case(
            "animation-of-video",
            &[5, 10, 25],
            film().track([both(video("clip.mp4", PLACE), "zoom-out")]),
        ),
    ]
}
