//! In and out animations at their begin, middle and end, and their easings.

use std::ops::Range;

use darkroom_editor_state::names;

use super::{Case, case};
use crate::film::{Item, film, image, solid, text, video};

/// Frames of the `in` and of the `out` animation, of 30.
pub(super) const IN: Range<u64> = 0..10;
pub(super) const OUT: Range<u64> = 20..30;

/// Off the middle, so that no distance is like another.
const PLACE: [f64; 4] = [30.0, 10.0, 64.0, 48.0];

/// Begin, middle and end of each.
const FRAMES: [u64; 8] = [0, 5, 9, 10, 20, 21, 25, 29];

/// The same of what is eased.
const EASED: [u64; 6] = [1, 4, 8, 21, 25, 28];

fn both(item: Item, kind: &str) -> Item {
    item.animate("in", kind, 10, "linear")
        .animate("out", kind, 10, "linear")
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = kinds();
    cases.extend(eased());
    cases.extend(eased_kinds());
    cases.extend(others());
    cases
}

fn kinds() -> Vec<Case> {
    let kind = |kind: &names::Name| {
        let film = film().track([both(image("flag.png", PLACE), kind.id)]);
        case(format!("animation-{}", kind.id), &FRAMES, film)
    };
    names::ANIMATIONS.iter().map(kind).collect()
}

/// Every easing, on a movement and on a fade.
fn eased() -> Vec<Case> {
    let eased = |easing: &names::Name| {
        let item = image("flag.png", PLACE)
            .animate("in", "slide-left", 10, easing.id)
            .animate("out", "fade", 10, easing.id);
        case(
            format!("animation-{}", easing.id),
            &FRAMES,
            film().track([item]),
        )
    };
    names::EASINGS.iter().map(eased).collect()
}

/// Every kind with every easing.
fn eased_kinds() -> impl Iterator<Item = Case> {
    let pairs = names::ANIMATIONS.iter().flat_map(|kind| {
        names::EASINGS
            .iter()
            .map(move |easing| (kind.id, easing.id))
    });
    pairs.map(|(kind, easing)| {
        let item = image("flag.png", PLACE)
            .animate("in", kind, 10, easing)
            .animate("out", kind, 10, easing);
        let name = format!("animation-{kind}-{easing}");
        case(name, &EASED, film().track([item]))
    })
}

/// Both at once, and on boxes of other kinds.
fn others() -> Vec<Case> {
    vec![
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
