//! Whatever is valid is drawn: without a panic, within the canvas and a bounded memory,
//! and the same frame whoever asks for it, in whatever order, on however many threads and
//! from whichever frame on.

use std::collections::HashMap;

use darkroom_compositor::{Scene, YuvFrame};
use darkroom_editor_state::names::{
    ANIMATIONS, CAPTION_ANIMATIONS, EFFECTS, FILTERS, ILLUSTRATIONS, Name, SHAPES, TRANSITIONS,
    directions,
};
use darkroom_editor_state::{EditorState, frame_tick, output_layout};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::film::{Film, Item, captions, chart, effect, film, filter, illustration, solid, text};
use crate::stage::fonts;

/// Frames of every random film.
const FRAMES: i64 = 12;

/// Numbers that documents really have, and those that only a fault or malice brings.
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

fn numbers() -> impl Strategy<Value = Value> {
    prop::collection::vec(number(-50.0..500.0), 1..5).prop_map(|values| {
        let rows: Vec<Value> = values
            .iter()
            .map(|value| json!({ "label": "row", "values": { "a": value } }))
            .collect();
        json!({ "series": [{ "key": "a", "label": "A" }], "rows": rows })
    })
}

fn bare() -> impl Strategy<Value = Item> {
    let bars = select(vec!["line", "bar", "area", "radar"]);
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
        (bars, color(), numbers(), place())
            .prop_map(|(kind, color, data, at)| chart(kind, color, &data, 6, at)),
        (one_of(ILLUSTRATIONS), color(), place())
            .prop_map(|(name, color, at)| illustration(name, color, at)),
    ]
}

fn placed() -> impl Strategy<Value = Item> {
    let moves = (number(-2.0..3.0), number(-360.0..360.0), number(0.0..1.0));
    let animations = (one_of(ANIMATIONS), one_of(ANIMATIONS), 1..9_i64);
    (bare(), moves, animations).prop_map(
        |(item, (scale, turn, opacity), (enter, leave, frames))| {
            item.keys("scaleX", 1.0, &[(FRAMES - 1, scale)])
                .keys("rotation", 0.0, &[(FRAMES - 1, turn)])
                .with("opacity", opacity)
                .animate("in", enter, frames, "ease-in-out")
                .animate("out", leave, frames, "linear")
        },
    )
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

/// Some tracks, the last with a transition between its two halves.
fn films() -> impl Strategy<Value = Film> {
    let cut = (one_of(TRANSITIONS), any::<Index>(), 1..FRAMES);
    let tracks = prop::collection::vec(prop_oneof![4 => placed(), 1 => adjusted()], 0..4);
    (tracks, placed(), placed(), cut, 16_u32..90).prop_map(
        |(tracks, one, two, (kind, from, frames), height)| {
            let all = tracks.into_iter().map(|item| item.at(0, FRAMES));
            let film = all.fold(film().size(96, height.max(50)), |film, item| {
                film.track([item])
            });
            let halves = [one.at(0, FRAMES), two.at(FRAMES, FRAMES)];
            let ways = directions(kind);
            let way = (!ways.is_empty()).then(|| from.get(ways).id);
            film.track(halves).transition(kind, way, frames, "ease-in")
        },
    )
}

fn scene(state: &EditorState, film: &Film) -> (Scene, YuvFrame) {
    let layout = output_layout(film.size, film.ratio, film.scale);
    let scene = Scene::new(state, layout, fonts(), None).unwrap();
    (scene, YuvFrame::new_black(layout.width, layout.height))
}

/// One frame of its own scene, unlike any other's memory.
fn alone(state: &EditorState, film: &Film, n: u64) -> Vec<u8> {
    let (mut scene, mut frame) = scene(state, film);
    scene
        .draw(frame_tick(n, 30), &HashMap::new(), &mut frame)
        .unwrap();
    frame.data
}

/// Most memory that drawing 60 films one after the other and four at once takes.
const MOST_KIBIBYTES: u64 = 1 << 20;

/// The most memory that this process has had, in KiB.
fn peak_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_frame_is_the_same_in_order_alone_on_many_threads_and_after_a_split(
        film in films(),
        split in 1..2 * FRAMES as u64,
    ) {
        let state = film.state();
        let (mut scene, mut frame) = scene(&state, &film);
        let (mut second_half, mut later) = self::scene(&state, &film);
        let chosen = [3, 11, 13, 20];
        let alone: Vec<Vec<u8>> = std::thread::scope(|threads| {
            let threads = chosen.map(|n| threads.spawn({
                let (state, film) = (&state, &film);
                move || alone(state, film, n)
            }));
            threads.map(|thread| thread.join().unwrap()).into()
        });
        for n in 0..2 * FRAMES as u64 {
            scene.draw(frame_tick(n, 30), &HashMap::new(), &mut frame).unwrap();
            if let Some(at) = chosen.iter().position(|chosen| *chosen == n) {
                prop_assert!(frame.data == alone[at], "frame {} differs", n);
            }
            if n >= split {
                second_half.draw(frame_tick(n, 30), &HashMap::new(), &mut later).unwrap();
                prop_assert!(frame.data == later.data, "frame {} differs from {} on", n, split);
            }
        }
        prop_assert!(peak_kibibytes() < MOST_KIBIBYTES, "{} KiB", peak_kibibytes());
    }
}

#[test]
fn a_hairline_of_any_length_takes_little_memory() {
    for shape in ["circle", "rectangle"] {
        let line = solid(shape, "white", [0.0, 20.0, 1e15, 1e-9]);
        let turning = line.clone().keys("rotation", 0.0, &[(FRAMES - 1, 25.0)]);
        for item in [turning, line.animate("in", "slide-left", 9, "linear")] {
            let film = film().track([item]);
            alone(&film.state(), &film, 4);
        }
    }
    assert!(
        peak_kibibytes() < MOST_KIBIBYTES,
        "{} KiB",
        peak_kibibytes()
    );
}
