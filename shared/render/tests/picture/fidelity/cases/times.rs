//! Keyframes and animations at an instant.

use darkroom_editor_state::names;

use super::words::{WORDS, roboto};
use super::{Case, MIDDLE, boxes, letters, one};
use crate::film::image;

pub(super) fn cases() -> Vec<Case> {
    let flag = || image("flag.png", MIDDLE);
    let moving = || {
        flag()
            .keys("left", 0.0, &[(10, 180.0), (20, 60.0)])
            .keys("rotation", 0.0, &[(29, 90.0)])
            .keys("scaleX", 0.5, &[(20, 1.5)])
            .keys("opacity", 0.2, &[(15, 1.0)])
            .keys("borderRadius", 0.0, &[(29, 40.0)])
            .keys("cropBottom", 0.5, &[(20, 0.0)])
    };
    let mut cases = vec![
        boxes("keyframes-early", 4, one(moving())),
        boxes("keyframes-between", 13, one(moving())),
        boxes("keyframes-after", 27, one(moving())),
        letters(
            "fade-of-text",
            10,
            one(roboto(WORDS).animate("in", "fade", 20, "ease-in")),
        ),
        // Chromium moves letters to whole pixels.
        letters(
            "slide-of-text",
            10,
            one(roboto(WORDS).animate("in", "slide-left", 20, "linear")),
        )
        .inside(0.94, 8.8),
        zoom(),
    ];
    cases.extend(animations());
    cases
}

/// A text halfway through a zoom. The browser is given it in that size: it may paint
/// what it animates in another one, and scale the letters.
fn zoom() -> Case {
    let film = one(roboto(WORDS).animate("in", "zoom-in", 20, "linear"));
    let halfway = roboto(WORDS)
        .with("scaleX", 0.75)
        .with("scaleY", 0.75)
        .with("opacity", 0.5);
    letters("zoom-of-text", 10, film)
        .beside(one(halfway))
        .inside(0.97, 2.6)
}

/// Every animation at both sides, by the easings in turn.
fn animations() -> impl Iterator<Item = Case> {
    let easings = names::EASINGS.iter().cycle();
    let sides = names::ANIMATIONS
        .iter()
        .flat_map(|kind| [(kind.id, "in", 8), (kind.id, "out", 20)]);
    sides.zip(easings).map(|((kind, side, frame), easing)| {
        let item = image("flag.png", MIDDLE).animate(side, kind, 20, easing.id);
        boxes(format!("{kind}-{side}"), frame, one(item))
    })
}
