//! Random items, of every type, with numbers that documents really have and some that
//! only a fault or malice brings.

use darkroom_editor_state::MAX_TICKS;
use darkroom_editor_state::motion_graphics::built_in;
use darkroom_editor_state::names::{ANIMATIONS, CHARTS, EASINGS, ILLUSTRATIONS, Name, SHAPES};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::words::{captions_of_all, texts, words};
use crate::film::{
    FRAME, Item, Node, audio, chart, gif, graphic, illustration, image, solid, sticker, template,
    video,
};

/// Frames of each item, which are half of every random film.
pub(super) const FRAMES: i64 = 12;

/// Media that the films name: a still with and without alpha, with margins that are all
/// alpha, of nothing else, one that is turned as its EXIF says, films with and without
/// alpha, gifs that loop and that do not, stickers.
pub(super) const IMAGES: &[&str] = &[
    "flag.png",
    "soft.png",
    "waves.png",
    "island.png",
    "clear.png",
    "turned.jpg",
];
pub(super) const VIDEOS: &[&str] = &["clip.mp4", "alpha.webm", "hd.mp4"];
pub(super) const GIFS: &[&str] = &["spin.gif", "once-spin.gif"];
pub(super) const STICKERS: &[&str] = &["wheel.json", "badge.svg", "inline-parts.json"];

pub(super) fn number(usual: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => usual,
        1 => select(vec![0.0, -0.0, 1e-9, -1e-9, 0.5, -1.0]),
        1 => select(vec![1e4, -1e4, 1e7, -1e7, 1e15, -1e15, f64::MAX, f64::MIN]),
    ]
}

/// Ticks that an animation takes: some frames, and the least and the most that is valid.
pub(super) fn lengths() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (1..9_i64).prop_map(|frames| frames * FRAME),
        1 => select(vec![1, MAX_TICKS as i64]),
    ]
}

pub(super) fn one_of(names: &'static [Name]) -> impl Strategy<Value = &'static str> {
    select(names).prop_map(|name| name.id)
}

pub(super) fn color() -> impl Strategy<Value = &'static str> {
    select(vec![
        "#ff8800",
        "rgba(20, 90, 200, 0.4)",
        "transparent",
        "white",
        "no colour",
    ])
}

pub(super) fn place() -> impl Strategy<Value = [f64; 4]> {
    let (at, side) = (|| number(-60.0..140.0), || number(0.0..160.0));
    (at(), at(), side(), side()).prop_map(|(left, top, width, height)| [left, top, width, height])
}

/// A chart of any type, with data of its kind.
fn charts() -> impl Strategy<Value = Item> {
    let values = prop::collection::vec(number(-50.0..500.0), 1..5);
    (one_of(CHARTS), color(), values, place()).prop_map(|(kind, color, values, at)| {
        let series = json!([{ "key": "a", "label": "A" }]);
        let each = |make: &dyn Fn(f64) -> Value| values.iter().map(|v| make(*v)).collect();
        let data = match kind {
            "pie" => {
                let slices: Vec<Value> =
                    each(&|value| json!({ "label": "slice", "value": value.abs() }));
                json!({ "slices": slices })
            }
            "scatter" => {
                let points: Vec<Value> =
                    each(&|value| json!({ "seriesKey": "a", "x": -value / 2.0, "y": value }));
                json!({ "series": series, "points": points })
            }
            _ => {
                let rows: Vec<Value> =
                    each(&|value| json!({ "label": "row", "values": { "a": value } }));
                json!({ "series": series, "rows": rows })
            }
        };
        chart(kind, color, &data, 6, at)
    })
}

/// An item that shows a file, cut and rounded.
pub(super) fn media() -> impl Strategy<Value = Item> {
    let rate = select(vec![0.01, 0.5, 1.0, 2.5, 1e4, 1e9, 1e300]);
    let timed = move |item: Item, (rate, start): (f64, i64)| {
        let start = start * FRAME + 123;
        item.with("playbackRate", rate)
            .with("sourceStartTicks", start)
    };
    let source = (rate, 0..40_i64);
    let bare = prop_oneof![
        2 => (select(IMAGES), place()).prop_map(|(file, at)| image(file, at)),
        2 => (select(VIDEOS), place(), source.clone())
            .prop_map(move |(file, at, source)| timed(video(file, at), source)),
        1 => (select(GIFS), place(), source)
            .prop_map(move |(file, at, source)| timed(gif(file, at), source)),
    ];
    let edges = (number(0.0..0.6), number(0.0..0.6), number(0.0..0.6));
    (bare, edges, number(0.0..40.0)).prop_map(|(item, (left, top, right), radius)| {
        item.with("cropTop", top)
            .keys("cropLeft", 0.0, &[(FRAMES - 1, left)])
            .with("cropRight", right)
            .with("borderRadius", radius)
    })
}

/// Sound, which nothing is seen of.
pub(super) fn sounds() -> impl Strategy<Value = Item> {
    let rate = select(vec![0.5, 1.0, 2.0, 1e4, 1e9, 1e300]);
    (rate, number(-30.0..6.0), 0..3 * FRAME).prop_map(|(rate, decibels, fade)| {
        audio("tone.wav")
            .with("playbackRate", rate)
            .keys("decibelAdjustment", 0.0, &[(FRAMES - 1, decibels)])
            .with("audioFadeInDurationTicks", fade)
    })
}

fn stickers() -> impl Strategy<Value = Item> {
    let rate = select(vec![0.01, 1.0, 3.5, 1e4, 1e9, 1e300]);
    (select(STICKERS), place(), rate)
        .prop_map(|(file, at, rate)| sticker(file, at).with("playbackRate", rate))
}

/// A template: a picture and two texts.
fn templates() -> impl Strategy<Value = Item> {
    let moves = (one_of(ANIMATIONS), one_of(ANIMATIONS));
    (words(), words(), place(), place(), place(), moves).prop_map(
        |(one, two, at, first, second, (enter, leave))| {
            let picture = Node::image("wheel.json", [0.0, 0.0, 40.0, 40.0]);
            let picture = picture.animate(enter, leave);
            template(
                &[picture, Node::text(one, first), Node::text(two, second)],
                at,
            )
        },
    )
}

/// Each motion graphic that is built in, with what it cannot do without and more.
fn graphics() -> impl Strategy<Value = Item> {
    let ids: Vec<&str> = built_in()
        .iter()
        .map(|graphic| graphic.id.as_str())
        .collect();
    let numbers = (-1e6..1e6, 0.0..100.0);
    (
        select(ids),
        words(),
        words(),
        numbers,
        any::<bool>(),
        place(),
    )
        .prop_map(|(id, title, subtitle, (to, value), pictured, at)| {
            let logo = |slot: &str| {
                if pictured {
                    json!({ slot: "flag.png" })
                } else {
                    json!({})
                }
            };
            let (props, slots) = match id {
                "counter" => (json!({ "to": to, "decimals": 1 }), json!({})),
                "progress-bar" => (json!({ "value": value }), json!({})),
                "call-to-action" => (json!({ "text": title, "caption": subtitle }), logo("icon")),
                _ => (
                    json!({ "title": title, "subtitle": subtitle }),
                    logo("logo"),
                ),
            };
            graphic(id, &props, at).with("slots", slots)
        })
}

pub(super) fn illustrations() -> impl Strategy<Value = Item> {
    (one_of(ILLUSTRATIONS), color(), place())
        .prop_map(|(name, color, at)| illustration(name, color, at))
}

/// Boxed, here and elsewhere: what a strategy has chosen is a value of all its alternatives,
/// and these are more than a stack holds.
pub(super) fn drawn() -> impl Strategy<Value = Item> {
    prop_oneof![
        2 => (one_of(SHAPES), color(), place(), number(0.0..40.0)).prop_map(
            |(shape, color, at, radius)| { solid(shape, color, at).with("borderRadius", radius) }
        ).boxed(),
        3 => texts().boxed(),
        2 => captions_of_all().boxed(),
        2 => charts().boxed(),
        1 => illustrations().boxed(),
    ]
}

/// `bare` in its place, that moves, grows, turns, fades, comes and goes.
pub(super) fn placed(bare: impl Strategy<Value = Item>) -> impl Strategy<Value = Item> {
    let turns = (number(-2.0..3.0), number(-360.0..360.0), number(0.0..1.0));
    let moves = (number(-60.0..140.0), number(0.0..160.0));
    let side = || (one_of(ANIMATIONS), lengths(), one_of(EASINGS));
    // Some stay upright and as they are: they are drawn in other ways.
    let still = any::<bool>();
    (bare, turns, prop::option::of(moves), side(), side(), still).prop_map(
        |(item, (scale, turn, opacity), moves, enter, leave, still)| {
            if still {
                return item;
            }
            let item = match moves {
                // Out of order, as editors write them.
                Some((left, width)) => item
                    .keys("left", 10.0, &[(FRAMES - 1, left), (4, 20.0)])
                    .keys("width", 50.0, &[(FRAMES - 1, width)]),
                None => item,
            };
            item.keys("scaleX", 1.0, &[(FRAMES - 1, scale)])
                .keys("rotation", 0.0, &[(FRAMES - 1, turn)])
                .with("opacity", opacity)
                .animate_for("in", enter.0, enter.1, enter.2)
                .animate_for("out", leave.0, leave.1, leave.2)
        },
    )
}

pub(super) fn anything() -> impl Strategy<Value = Item> {
    placed(prop_oneof![
        5 => drawn().boxed(),
        4 => media().boxed(),
        1 => stickers().boxed(),
        1 => templates().boxed(),
        1 => graphics().boxed(),
    ])
}
