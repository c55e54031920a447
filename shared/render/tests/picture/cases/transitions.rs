//! The `fade` transition of everything that there is to join.

use super::{Case, case};
use crate::film::{film, image, solid, text, video};

const MIDDLE: [f64; 4] = [48.0, 21.0, 64.0, 48.0];
const ALL: [f64; 4] = [0.0, 0.0, 160.0, 90.0];
/// A dissolve over frames 10 to 20, the cut at 15.
const FRAMES: [u64; 8] = [9, 10, 11, 15, 18, 19, 20, 29];

pub(super) fn cases() -> Vec<Case> {
    let pair = |one: crate::film::Item, two: crate::film::Item| {
        film().track([one.at(0, 15), two.at(15, 15)])
    };
    vec![
        case(
            "fade-images",
            &FRAMES,
            pair(image("flag.png", MIDDLE), image("white.png", MIDDLE)).dissolve(10, "linear"),
        ),
        case(
            "fade-images-apart",
            &[10, 15, 19],
            pair(
                image("flag.png", [10.0, 5.0, 64.0, 48.0]),
                image("white.png", [60.0, 30.0, 80.5, 48.0]),
            )
            .dissolve(10, "linear"),
        ),
        case(
            "fade-videos",
            &FRAMES,
            pair(video("clip.mp4", ALL), video("brick.mp4", ALL)).dissolve(10, "linear"),
        ),
        case(
            "fade-videos-apart",
            &[10, 15, 19],
            pair(
                video("clip.mp4", [0.0, 0.0, 96.0, 64.0]),
                video("clip.mp4", [64.0, 26.0, 96.0, 64.0]),
            )
            .dissolve(10, "linear"),
        ),
        case(
            "fade-alpha",
            &[10, 15, 19],
            pair(image("flag.png", MIDDLE), image("soft.png", MIDDLE)).dissolve(10, "linear"),
        ),
        case(
            "fade-text",
            &[10, 15, 19],
            pair(
                text("One", MIDDLE).with("fontSize", 30),
                text("Two", MIDDLE).with("fontSize", 30),
            )
            .dissolve(10, "linear"),
        ),
        case(
            "fade-text-to-video",
            &[10, 15, 19],
            pair(
                text("One", MIDDLE).with("fontSize", 30),
                video("clip.mp4", MIDDLE),
            )
            .dissolve(10, "linear"),
        ),
        case(
            "fade-equal-pictures-stay",
            &[9, 15, 20],
            pair(
                image("flag.png", MIDDLE).with("opacity", 0.5),
                image("flag.png", MIDDLE).with("opacity", 0.5),
            )
            .dissolve(10, "linear"),
        ),
        case(
            "fade-over-other-track",
            &[9, 15, 20],
            pair(image("flag.png", MIDDLE), image("soft.png", MIDDLE))
                .dissolve(10, "linear")
                .track([solid("rectangle", "#20a0a0", [0.0, 45.0, 160.0, 45.0])]),
        ),
        case(
            "fade-shortened-to-clip",
            &[9, 10, 14, 15, 20],
            film()
                .track([
                    image("flag.png", MIDDLE).at(0, 15),
                    image("white.png", MIDDLE).at(15, 10),
                ])
                .dissolve(100, "linear"),
        ),
        case(
            "fade-solids",
            &[10, 15, 19],
            pair(
                solid("rectangle", "#e09030", MIDDLE),
                solid("rectangle", "#3060e0", [48.5, 21.5, 64.0, 48.0]),
            )
            .dissolve(10, "linear"),
        ),
    ]
}
