//! Random films: items of every type on some tracks, the last with a transition.

use darkroom_editor_state::Ratio;
use darkroom_editor_state::names::{EASINGS, EFFECTS, FILTERS, RATIOS, TRANSITIONS, directions};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::items::{FRAMES, IMAGES, anything, drawn, media, number, one_of, placed, sounds};
use crate::film::{FRAME, Film, Item, effect, film, filter};

fn adjusted() -> impl Strategy<Value = Item> {
    let flash = json!({ "brightTicks": 9, "darkTicks": 9, "tailDarkTicks": 9, "maxOpacity": 0.5 });
    let intensity = || number(0.0..3.0).prop_map(f64::abs);
    let blend = select(vec![json!({}), json!({ "blend": 0.3 })]);
    prop_oneof![
        (one_of(FILTERS), intensity(), blend)
            .prop_map(|(look, intensity, params)| filter(look, intensity, &params)),
        (one_of(EFFECTS), intensity(), number(0.0..40.0)).prop_map(
            move |(kind, intensity, most)| {
                let params = match kind {
                    "flash-to-black" => flash.clone(),
                    "blurred-opening" => json!({ "maxBlurPx": most }),
                    _ => json!({}),
                };
                effect(kind, intensity, &params)
            }
        ),
    ]
}

fn backgrounds() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "type": "none" })),
        Just(json!({ "type": "color", "color": "#303030", "gradient": null })),
        Just(json!({
            "type": "color", "color": "red", "gradient": "linear-gradient(40deg, #123456, gold)",
        })),
        (0..5).prop_map(|level| json!({ "type": "blur", "level": level })),
        select(IMAGES).prop_map(|file| json!({
            "type": "image", "imageAssetId": file, "imageUrl": "unused", "source": "custom",
        })),
    ]
}

/// Size, ratio and scale of the output.
fn outputs() -> impl Strategy<Value = ((u32, u32), Ratio, f64)> {
    let ratio = prop_oneof![
        Just(Ratio::Custom),
        one_of(RATIOS).prop_map(|ratio| Ratio::parse(ratio).unwrap()),
    ];
    let scale = select(vec![0.6, 1.0, 1.0, 1.7]);
    (50_u32..90, ratio, scale).prop_map(|(height, ratio, scale)| ((96, height), ratio, scale))
}

/// An item of half a film, from any tick on, or a part of a frame; some are hidden.
fn alone(item: BoxedStrategy<Item>) -> impl Strategy<Value = (Item, bool)> {
    let item = prop_oneof![8 => item, 2 => adjusted().boxed(), 1 => sounds().boxed()];
    let long = (item, 0..FRAMES * FRAME);
    let brief = (drawn(), 0..FRAMES * FRAME, 1..FRAME);
    let timed = prop_oneof![
        10 => long.prop_map(|(item, start)| item.at(0, FRAMES).with("startTicks", start)).boxed(),
        1 => brief.prop_map(|(item, start, ticks)| {
            item.with("startTicks", start).with("durationTicks", ticks)
        }).boxed(),
    ];
    (timed, prop::bool::weighted(0.1))
}

/// Some tracks, the last with a transition between its two halves.
fn films_of(
    item: BoxedStrategy<Item>,
    tracks: std::ops::Range<usize>,
) -> impl Strategy<Value = Film> {
    let cut = (
        one_of(TRANSITIONS),
        any::<Index>(),
        1..FRAMES,
        one_of(EASINGS),
    );
    let tracks = prop::collection::vec(alone(item.clone()).boxed(), tracks);
    let halves = (item.clone(), item);
    (tracks, halves, cut, outputs(), backgrounds()).prop_map(
        |(tracks, (one, two), (kind, from, frames, easing), (size, ratio, scale), background)| {
            let start = film()
                .size(size.0, size.1)
                .output(ratio, scale)
                .background(background);
            let film = tracks.into_iter().fold(start, |film, (item, hidden)| {
                if hidden {
                    film.hidden_track([item])
                } else {
                    film.track([item])
                }
            });
            let halves = [one.at(0, FRAMES), two.at(FRAMES, FRAMES)];
            let ways = directions(kind);
            let way = (!ways.is_empty()).then(|| from.get(ways).id);
            film.track(halves).transition(kind, way, frames, easing)
        },
    )
}

/// Films of all items.
pub(super) fn films() -> impl Strategy<Value = Film> {
    films_of(anything().boxed(), 0..4)
}

/// Films that are exported: most items are files, each of which is decoded.
pub(super) fn films_to_export() -> impl Strategy<Value = Film> {
    films_of(
        prop_oneof![3 => placed(media()).boxed(), 2 => anything().boxed()].boxed(),
        0..3,
    )
}
