//! Random films: every type of item, with numbers that documents really have and some
//! that only a fault or malice brings.

use darkroom_editor_state::Ratio;
use darkroom_editor_state::names::{
    ANIMATIONS, CAPTION_ANIMATIONS, EFFECTS, FILTERS, ILLUSTRATIONS, Name, SHAPES, TRANSITIONS,
    directions,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::film::{
    Film, Item, Node, captions, chart, effect, film, filter, gif, graphic, illustration, image,
    solid, sticker, template, text, video,
};

/// Frames of each half of every random film.
pub(super) const FRAMES: i64 = 12;

/// Media that the films name: a still with and without alpha, one that is turned as its
/// EXIF says, films with and without alpha, gifs that loop and that do not, stickers.
pub(super) const IMAGES: &[&str] = &["flag.png", "soft.png", "waves.png", "turned.jpg"];
pub(super) const VIDEOS: &[&str] = &["clip.mp4", "alpha.webm", "hd.mp4"];
pub(super) const GIFS: &[&str] = &["spin.gif", "once-spin.gif"];
pub(super) const STICKERS: &[&str] = &["wheel.json", "badge.svg", "inline-parts.json"];

fn number(usual: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => usual,
        1 => select(vec![0.0, -0.0, 1e-9, -1e-9, 0.5, -1.0]),
        1 => select(vec![1e4, -1e4, 1e7, -1e7, 1e15, -1e15, f64::MAX, f64::MIN]),
    ]
}

fn one_of(names: &'static [Name]) -> impl Strategy<Value = &'static str> {
    select(names).prop_map(|name| name.id)
}

fn color() -> impl Strategy<Value = &'static str> {
    select(vec![
        "#ff8800",
        "rgba(20, 90, 200, 0.4)",
        "transparent",
        "white",
        "no colour",
    ])
}

fn place() -> impl Strategy<Value = [f64; 4]> {
    let (at, side) = (|| number(-60.0..140.0), || number(0.0..160.0));
    (at(), at(), side(), side()).prop_map(|(left, top, width, height)| [left, top, width, height])
}

fn words() -> impl Strategy<Value = &'static str> {
    select(vec![
        "Darkroom",
        "",
        "\n\n\t",
        "שלום 123 مرحبا",
        "夜 👩‍👩‍👧‍👦 e\u{301}",
        "a\u{202e}b\u{0}c",
    ])
}

/// A chart of any type, with data of its kind.
fn charts() -> impl Strategy<Value = Item> {
    let kinds = select(vec!["line", "bar", "area", "radar", "pie", "scatter"]);
    let values = prop::collection::vec(number(-50.0..500.0), 1..5);
    (kinds, color(), values, place()).prop_map(|(kind, color, values, at)| {
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
fn media() -> impl Strategy<Value = Item> {
    let rate = select(vec![0.01, 0.5, 1.0, 2.5]);
    let timed = move |item: Item, (rate, start): (f64, i64)| {
        let start = start * crate::film::FRAME + 123;
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

fn stickers() -> impl Strategy<Value = Item> {
    let rate = select(vec![0.01, 1.0, 3.5]);
    (select(STICKERS), place(), rate)
        .prop_map(|(file, at, rate)| sticker(file, at).with("playbackRate", rate))
}

/// Items that are made of parts.
fn groups() -> impl Strategy<Value = Item> {
    let logo = prop_oneof![Just(json!({})), Just(json!({ "logo": "flag.png" }))];
    prop_oneof![
        (words(), words(), place(), place(), place()).prop_map(|(one, two, at, first, second)| {
            let picture = Node::image("wheel.json", [0.0, 0.0, 40.0, 40.0]);
            let picture = picture.animate("zoom-in", "slide-up");
            template(
                &[picture, Node::text(one, first), Node::text(two, second)],
                at,
            )
        }),
        (words(), words(), place(), logo).prop_map(|(title, subtitle, at, logo)| {
            let props = json!({ "title": title, "subtitle": subtitle });
            graphic("title-card", &props, at).with("slots", logo)
        }),
        (-1e6..1e6, place()).prop_map(|(to, at)| graphic(
            "counter",
            &json!({ "to": to, "decimals": 1 }),
            at
        )),
        (0.0..100.0, place()).prop_map(|(value, at)| graphic(
            "progress-bar",
            &json!({ "value": value }),
            at
        )),
    ]
}

fn drawn() -> impl Strategy<Value = Item> {
    prop_oneof![
        (one_of(SHAPES), color(), place(), number(0.0..40.0)).prop_map(
            |(shape, color, at, radius)| { solid(shape, color, at).with("borderRadius", radius) }
        ),
        (
            words(),
            place(),
            number(0.0..9.0),
            one_of(CAPTION_ANIMATIONS)
        )
            .prop_map(|(words, at, stroke, letters)| {
                text(words, at)
                    .with("strokeWidth", stroke.clamp(0.0, 1e4))
                    .letters("loop", letters, 5)
            }),
        (words(), words(), place(), select(vec!["word", "line"]))
            .prop_map(|(one, two, at, timing)| captions(timing, &[(one, 0, 5), (two, 5, 9)], at)),
        charts(),
        (one_of(ILLUSTRATIONS), color(), place())
            .prop_map(|(name, color, at)| illustration(name, color, at)),
    ]
}

/// `bare` in its place, that moves, turns, fades, comes and goes.
fn placed(bare: impl Strategy<Value = Item>) -> impl Strategy<Value = Item> {
    let moves = (number(-2.0..3.0), number(-360.0..360.0), number(0.0..1.0));
    let animations = (one_of(ANIMATIONS), one_of(ANIMATIONS), 1..9_i64);
    // Some stay upright and as they are: they are drawn in other ways.
    let still = any::<bool>();
    (bare, moves, animations, still).prop_map(
        |(item, (scale, turn, opacity), (enter, leave, frames), still)| {
            if still {
                return item;
            }
            item.keys("scaleX", 1.0, &[(FRAMES - 1, scale)])
                .keys("rotation", 0.0, &[(FRAMES - 1, turn)])
                .with("opacity", opacity)
                .animate("in", enter, frames, "ease-in-out")
                .animate("out", leave, frames, "linear")
        },
    )
}

fn anything() -> impl Strategy<Value = Item> {
    placed(prop_oneof![
        5 => drawn(),
        4 => media(),
        1 => stickers(),
        2 => groups(),
    ])
}

fn adjusted() -> impl Strategy<Value = Item> {
    let flash = json!({ "brightTicks": 9, "darkTicks": 9, "tailDarkTicks": 9, "maxOpacity": 0.5 });
    let intensity = || number(0.0..3.0).prop_map(f64::abs);
    prop_oneof![
        (one_of(FILTERS), intensity()).prop_map(|(look, intensity)| filter(
            look,
            intensity,
            &json!({})
        )),
        (one_of(EFFECTS), intensity()).prop_map(move |(kind, intensity)| {
            let params = if kind == "flash-to-black" {
                flash.clone()
            } else {
                json!({})
            };
            effect(kind, intensity, &params)
        }),
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
    let ratio = select(vec![
        Ratio::Custom,
        Ratio::Custom,
        Ratio::parse("1:1").unwrap(),
        Ratio::parse("9:16").unwrap(),
    ]);
    let scale = select(vec![0.6, 1.0, 1.0, 1.7]);
    (50_u32..90, ratio, scale).prop_map(|(height, ratio, scale)| ((96, height), ratio, scale))
}

/// Some tracks, the last with a transition between its two halves.
fn films_of(
    item: impl Strategy<Value = Item> + Clone + 'static,
    tracks: std::ops::Range<usize>,
) -> impl Strategy<Value = Film> {
    let cut = (one_of(TRANSITIONS), any::<Index>(), 1..FRAMES);
    let track = prop_oneof![4 => item.clone(), 1 => adjusted()];
    let tracks = prop::collection::vec(track, tracks);
    let halves = (item.clone(), item);
    (tracks, halves, cut, outputs(), backgrounds()).prop_map(
        |(tracks, (one, two), (kind, from, frames), (size, ratio, scale), background)| {
            let start = film()
                .size(size.0, size.1)
                .output(ratio, scale)
                .background(background);
            let all = tracks.into_iter().map(|item| item.at(0, FRAMES));
            let film = all.fold(start, |film, item| film.track([item]));
            let halves = [one.at(0, FRAMES), two.at(FRAMES, FRAMES)];
            let ways = directions(kind);
            let way = (!ways.is_empty()).then(|| from.get(ways).id);
            film.track(halves).transition(kind, way, frames, "ease-in")
        },
    )
}

/// Films of all items.
pub(super) fn films() -> impl Strategy<Value = Film> {
    films_of(anything().boxed(), 0..4)
}

/// Films of files: a decoder each.
pub(super) fn films_of_files() -> impl Strategy<Value = Film> {
    films_of(placed(media()).boxed(), 0..2)
}
