//! Motion graphics of the library.

use std::ops::Range;

use darkroom_editor_state::Ratio;
use serde_json::json;

use super::{Case, case};
use crate::film::{Film, Item, film, graphic, solid};

/// Frames of each film.
pub(super) const SHOWN: Range<u64> = 0..75;

/// A film of two seconds and a half, its colours unlike any in the library.
fn stage(item: Item) -> Film {
    film()
        .size(320, 180)
        .track([item.at(0, SHOWN.end as i64)])
        .background(json!({
            "type": "color", "color": "#000",
            "gradient": "linear-gradient(120deg, #23405c, #6b4a6e)",
        }))
}

/// While it comes, is there, and goes.
const FRAMES: [u64; 8] = [0, 6, 12, 20, 30, 60, 68, 73];

pub(super) fn cases() -> Vec<Case> {
    let lower_third = || {
        let props = json!({ "title": "Ada Lovelace", "subtitle": "Mathematician, London" });
        graphic("lower-third", &props, [16.0, 120.0, 225.0, 45.0])
    };
    let logo = json!({ "logo": "flag.png" });
    let title = json!({ "title": "Northern Lights", "subtitle": "A film in three parts" });
    let counter = json!({ "to": 12_500, "prefix": "$", "label": "raised so far" });
    let progress = json!({ "value": 72, "label": "Storage used" });
    let action = json!({ "text": "Subscribe now", "caption": "New films every Friday" });
    let colors = json!({
        "title": "Bare", "showBackground": false, "accentColor": "#ff5060", "textColor": "#ffe080",
    });
    let all = [0.0, 0.0, 320.0, 180.0];
    let card = [20.0, 50.0, 280.0, 96.0];
    vec![
        case("graphic-lower-third", &FRAMES, stage(lower_third())),
        case(
            "graphic-lower-third-logo",
            &[40],
            stage(lower_third().with("slots", logo.clone())),
        ),
        case(
            "graphic-title-card",
            &FRAMES,
            stage(graphic("title-card", &title, all)),
        ),
        case(
            "graphic-title-card-logo",
            &[40],
            stage(graphic("title-card", &title, all).with("slots", logo)),
        ),
        case(
            "graphic-title-card-bare",
            &[40],
            stage(graphic("title-card", &colors, all)),
        ),
        case(
            "graphic-counter",
            &FRAMES,
            stage(graphic("counter", &counter, [60.0, 40.0, 200.0, 100.0])),
        ),
        case(
            "graphic-progress-bar",
            &FRAMES,
            stage(graphic(
                "progress-bar",
                &progress,
                [40.0, 70.0, 240.0, 45.0],
            )),
        ),
        case(
            "graphic-call-to-action",
            &FRAMES,
            stage(graphic("call-to-action", &action, card)),
        ),
        case(
            "graphic-turned-and-faded-as-one",
            &[6, 40],
            stage(lower_third().with("rotation", -12).with("opacity", 0.5)),
        ),
        case(
            "graphic-stretched",
            &[40],
            stage(graphic(
                "call-to-action",
                &action,
                [100.0, 10.0, 120.0, 160.0],
            )),
        ),
        case(
            "graphic-scale-2",
            &[40],
            film()
                .track([graphic("progress-bar", &progress, [20.0, 30.0, 120.0, 30.0]).at(0, 75)])
                .track([solid("circle", "#803090", [50.0, 10.0, 70.0, 70.0]).at(0, 75)])
                .output(Ratio::Custom, 2.0),
        ),
    ]
}
