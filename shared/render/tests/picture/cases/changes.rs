//! Transitions by direction and by easing, effects and filters: each at its begin,
//! middle and end.

use std::ops::Range;

use darkroom_editor_state::names;
use serde_json::{Value, json};

use super::{Case, case};
use crate::film::{Item, effect, film, filter, image, solid, video};

const ALL: [f64; 4] = [0.0, 0.0, 160.0, 90.0];

/// Frames of a transition, and those that are drawn.
pub(super) const CUT: Range<u64> = 10..20;
const CUT_FRAMES: [u64; 5] = [9, 10, 13, 16, 19];

/// Frames of an effect or filter, and those that are drawn: before it, while it lasts,
/// and after it.
pub(super) const CHANGE: Range<u64> = 3..27;
const EFFECT_FRAMES: [u64; 7] = [2, 3, 5, 14, 24, 26, 27];
const FILTER_FRAMES: [u64; 5] = [2, 3, 15, 26, 27];

/// Every transition in each of its directions: a name, the type and the direction.
pub(crate) fn ways() -> Vec<(String, &'static str, Option<&'static str>)> {
    let of_kind = |kind: &names::Name| {
        let kind = kind.id;
        let directions = names::directions(kind).iter();
        let mut ways: Vec<_> = directions
            .map(|from| (format!("{kind}-{}", from.id), kind, Some(from.id)))
            .collect();
        if ways.is_empty() {
            ways.push((kind.to_owned(), kind, None));
        }
        ways
    };
    names::TRANSITIONS.iter().flat_map(of_kind).collect()
}

/// A picture that changes into another, smaller one over a plain background.
fn cut(name: String, kind: &str, direction: Option<&str>, easing: &str) -> Case {
    let film = film()
        .track([
            image("flag.png", ALL).at(0, 15),
            image("soft.png", [20.0, 10.0, 120.0, 70.0]).at(15, 15),
        ])
        .transition(kind, direction, 10, easing)
        .background(json!({ "type": "color", "color": "#406080", "gradient": null }));
    case(name, &CUT_FRAMES, film)
}

pub(super) fn transitions() -> Vec<Case> {
    let turned = ways()
        .into_iter()
        .map(|(name, kind, direction)| cut(name, kind, direction, "linear"));
    let eased = names::TRANSITIONS.iter().flat_map(|kind| {
        let last = names::directions(kind.id).last();
        names::EASINGS.iter().map(move |easing| {
            let name = format!("{}-{}", kind.id, easing.id);
            cut(name, kind.id, last.map(|last| last.id), easing.id)
        })
    });
    turned.chain(eased).collect()
}

/// A change of a film below, under a square that it leaves alone.
fn over(name: impl Into<String>, frames: &[u64], change: Item) -> Case {
    let lasts = (CHANGE.end - CHANGE.start) as i64;
    let film = film()
        .track([solid("rectangle", "#e09030", [130.0, 60.0, 20.0, 20.0])])
        .track([change.at(CHANGE.start as i64, lasts)])
        .track([video("clip.mp4", ALL)]);
    case(name, frames, film)
}

/// What an effect cannot do without.
fn params(effect: &str) -> Value {
    match effect {
        "flash-to-black" => json!({
            "brightTicks": 16000, "darkTicks": 8000, "tailDarkTicks": 16000, "maxOpacity": 0.75,
        }),
        _ => json!({}),
    }
}

pub(super) fn adjustments() -> Vec<Case> {
    let none = json!({});
    let effects = names::EFFECTS.iter().map(|kind| {
        let effect = effect(kind.id, 1.0, &params(kind.id));
        over(format!("effect-{}", kind.id), &EFFECT_FRAMES, effect)
    });
    let filters = names::FILTERS.iter().map(|look| {
        let filter = filter(look.id, 1.0, &none);
        over(format!("filter-{}", look.id), &FILTER_FRAMES, filter)
    });
    let blend = json!({ "blend": 0.5 });
    let others = [
        over("effect-blur-none", &[15], effect("blur", 0.0, &none)),
        over(
            "effect-fade-out-half",
            &EFFECT_FRAMES,
            effect("fade-out", 0.5, &none),
        ),
        over("filter-blend", &[15], filter("absolute-red", 1.0, &blend)),
    ];
    effects.chain(filters).chain(others).collect()
}
