//! Backgrounds of every variant, and the colours and gradients that editors are offered.

use std::ops::Range;

use darkroom_editor_state::capabilities::{BACKGROUND_COLORS, BACKGROUND_GRADIENTS};
use darkroom_editor_state::names;
use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{film, video};

/// Frames of each film.
pub(super) const SHOWN: Range<u64> = 0..30;
const FRAMES: [u64; 3] = [0, 15, 29];

/// A film in a film, crossing what is behind it.
fn before(name: String, background: Value) -> Case {
    let clip = video("clip.mp4", [4.0, 15.0, 90.0, 60.0]).keys("left", 4.0, &[(29, 66.0)]);
    case(name, &FRAMES, film().track([clip]).background(background))
}

/// What golden shows the offered colour or gradient of this place in its list.
pub(super) fn preset(kind: &str, place: usize) -> String {
    format!("background-preset-{kind}-{}", place + 1)
}

fn variant(name: &names::Name) -> Case {
    let background = match name.id {
        "none" => json!({ "type": "none" }),
        "color" => json!({ "type": "color", "color": "rebeccapurple", "gradient": null }),
        "blur" => json!({ "type": "blur", "level": 1 }),
        "image" => json!({
            "type": "image", "imageAssetId": "waves.png", "imageUrl": "unused", "source": "custom",
        }),
        other => panic!("no film has a background of type {other}"),
    };
    before(format!("background-{}", name.id), background)
}

pub(super) fn cases() -> Vec<Case> {
    let variants = names::BACKGROUNDS.iter().map(variant);
    let colors = BACKGROUND_COLORS.iter().enumerate().map(|(place, css)| {
        let background = json!({ "type": "color", "color": css, "gradient": null });
        before(preset("color", place), background)
    });
    let gradients = BACKGROUND_GRADIENTS.iter().enumerate().map(|(place, css)| {
        let background = json!({ "type": "color", "color": "#000000", "gradient": css });
        before(preset("gradient", place), background)
    });
    variants.chain(colors).chain(gradients).collect()
}
