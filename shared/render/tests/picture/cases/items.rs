//! One item of every type: before, while and after it shows.

use std::ops::Range;

use darkroom_editor_state::names;
use serde_json::json;

use super::{Case, case};
use crate::film::{
    Item, Node, audio, captions, chart, effect, film, filter, gif, graphic, illustration, image,
    solid, sticker, template, text, video,
};

/// Frames that the item shows on, of 30, and those that are drawn.
pub(super) const SHOWN: Range<u64> = 3..27;
const FRAMES: [u64; 5] = [2, 3, 15, 26, 27];

const PLACE: [f64; 4] = [10.0, 20.0, 72.0, 54.0];

/// Crosses the canvas, turning.
fn moving(item: Item) -> Item {
    item.keys("left", 10.0, &[(23, 80.0)])
        .keys("rotation", 0.0, &[(23, 30.0)])
}

fn item(kind: &str) -> Item {
    let none = json!({});
    match kind {
        "image" => moving(image("flag.png", PLACE)),
        "video" => moving(video("clip.mp4", PLACE)),
        "gif" => moving(gif("spin.gif", PLACE)),
        "audio" => audio("tone.wav"),
        "text" => moving(text("Words on their way", PLACE)),
        "solid" => moving(solid("rectangle", "#e09030", PLACE)),
        "lottie" => moving(sticker("wheel.json", PLACE)),
        "motion-graphic" => moving(graphic("counter", &json!({ "to": 12_500 }), PLACE)),
        "text-template" => moving(template(
            &[
                Node::image("wheel.json", [0.0, 12.0, 30.0, 30.0]),
                Node::text("Title", [32.0, 16.0, 40.0, 24.0]),
            ],
            PLACE,
        )),
        "captions" => {
            let words = [("Word", 0, 8), ("for", 8, 16), ("word", 16, 24)];
            moving(captions("word", &words, PLACE))
        }
        "illustration" => moving(illustration("IHello", "#4f6bed", PLACE)),
        "chart" => {
            let slices = json!({ "slices": [
                { "label": "One", "value": 3 }, { "label": "Two", "value": 5 },
            ] });
            moving(chart("pie", "#3b82f6", &slices, 12, PLACE))
        }
        "effect" => effect("blur", 0.5, &none),
        "filter" => filter("sunset-orange", 1.0, &none),
        other => panic!("no item of type {other} is drawn"),
    }
}

/// The item, before a floor that shows all the time.
fn life(kind: &names::Name) -> Case {
    let length = (SHOWN.end - SHOWN.start) as i64;
    let film = film()
        .track([item(kind.id).at(SHOWN.start as i64, length)])
        .track([solid("rectangle", "#2f7f78", [0.0, 60.0, 160.0, 30.0])]);
    case(format!("item-{}", kind.id), &FRAMES, film)
}

pub(super) fn cases() -> Vec<Case> {
    names::ITEMS.iter().map(life).collect()
}
