//! Documents, bent: whatever is valid of what needs no files is laid out and drawn, and
//! whatever is valid of an animation is drawn or refused with a sentence.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use darkroom_compositor::{Fonts, Picture, Scene, Vector, YuvFrame};
use darkroom_editor_state::{EditorState, Library, Ratio, frame_tick, output_layout, read};
use darkroom_test_fuzz::{bent_bytes, bent_json, corpus, each};
use serde_json::{Value, json};

use crate::film::{
    Node, captions, chart, effect, film, filter, graphic, illustration, solid, sticker, template,
    text,
};
use crate::stage::fonts;
use crate::stickers;

const PLACE: [f64; 4] = [4.0, 4.0, 150.0, 80.0];

fn kept(folder: &str) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/picture/corpus");
    corpus.join(folder)
}

/// Frames that are drawn: one while the item comes, and one when it is there.
const FRAMES: [u64; 2] = [3, 20];

fn scene(state: &EditorState, fonts: Fonts) -> (Scene, YuvFrame) {
    let size = (state.composition_width, state.composition_height);
    let layout = output_layout(size, Ratio::Custom, 1.0);
    let scene = Scene::new(state, layout, fonts, None).unwrap();
    (scene, YuvFrame::new_black(layout.width, layout.height))
}

fn draw(state: &EditorState, fonts: Fonts) {
    let (mut scene, mut frame) = scene(state, fonts);
    for n in FRAMES {
        let drawn = scene.draw(frame_tick(n, 30), &HashMap::new(), &mut frame);
        drawn.unwrap();
    }
}

fn charts() -> Vec<Value> {
    let series = json!([{ "key": "a", "label": "Alpha" }, { "key": "b", "label": "Beta" }]);
    let row = |label: &str, a: f64, b: f64| json!({ "label": label, "values": { "a": a, "b": b } });
    let rows = [
        row("One", 3.0, -4.0),
        row("Two", 5.5, 0.0),
        row("Three", 1e6, 2.0),
    ];
    let table = json!({ "series": series, "rows": rows });
    let slices = json!({ "slices": [
        { "label": "One", "value": 3 }, { "label": "Two", "value": 0 }, { "label": "Three", "value": 9.5 },
    ] });
    let points = json!({ "series": series, "points": [
        { "seriesKey": "a", "x": 1, "y": -1 }, { "seriesKey": "b", "x": 2.5, "y": 8 },
    ] });
    let tables = ["line", "bar", "area", "radar"].map(|kind| (kind, &table));
    let all = tables
        .into_iter()
        .chain([("pie", &slices), ("scatter", &points)]);
    all.map(|(kind, data)| {
        let item = chart(kind, "#3b82f6", data, 10, PLACE).at(0, 30);
        film().track([item]).json()
    })
    .collect()
}

fn texts() -> Vec<Value> {
    let words = text("Darkroom, שלום\n夜明け", PLACE).with("strokeWidth", 2.0);
    let moving = words.clone().letters("in", "converge", 10);
    let said = captions("word", &[("One ", 0, 10), ("two", 10, 30)], PLACE);
    let items = [words, moving, said];
    items
        .map(|item| film().track([item.at(0, 30)]).json())
        .into()
}

/// Every other item that needs no file, changes of what lies below, and a transition.
fn shapes() -> Vec<Value> {
    let moving = solid("star", "#e09030", PLACE)
        .keys("rotation", 0.0, &[(10, 40.0)])
        .animate("in", "zoom-in", 10, "ease-in")
        .animate("out", "slide-left", 10, "ease-out");
    let drawing = illustration("IHello", "#3060e0", PLACE);
    let card = graphic("title-card", &json!({ "title": "One" }), PLACE);
    let nodes = [
        Node::image("badge", [0.0, 0.0, 40.0, 40.0]),
        Node::text("Two", [40.0, 0.0, 90.0, 40.0]),
    ];
    let halves = [
        solid("circle", "#20a0a0", PLACE).at(0, 15),
        template(&nodes, PLACE).at(15, 15),
    ];
    let alone = [moving, drawing, card].map(|item| film().track([item.at(0, 30)]).json());
    let changed = film()
        .track([effect("blur", 0.5, &json!({})).at(0, 15)])
        .track([filter("lemon-cyan", 0.5, &json!({ "blend": 0.5 })).at(2, 20)])
        .track(halves)
        .transition("wipe", Some("from-top-left"), 10, "ease-in-out");
    alone.into_iter().chain([changed.json()]).collect()
}

fn draw_what_is_valid(cases: u32, seeds: &[Value]) {
    let (library, fonts) = (Library::default(), fonts());
    each(cases, seeds, &bent_json(seeds), |document| {
        // What became too large to be drawn by a test is the limits' to refuse.
        if let Ok(document) = read(document, &library) {
            draw(&document.state, fonts.clone());
        }
    });
}

#[test]
fn charts_and_texts_that_are_valid_are_drawn() {
    let files = corpus(&kept("documents")).into_iter();
    let files = files.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let seeds: Vec<Value> = charts().into_iter().chain(texts()).chain(files).collect();
    draw_what_is_valid(300, &seeds);
}

#[test]
fn shapes_and_what_changes_them_that_are_valid_are_drawn() {
    draw_what_is_valid(150, &shapes());
}

#[test]
fn animations_that_are_valid_are_drawn_or_refused_with_a_sentence() {
    const NAME: &str = "inline-wheel.json";
    let (library, fonts) = (Library::default(), fonts());
    let document = film().track([sticker(NAME, PLACE).at(0, 30)]).json();
    let seeds = ["wheel.json", "parts.json", "veil.json"];
    let seeds = seeds.map(|name| stickers::animation(name).unwrap());
    each(150, &seeds, &bent_json(&seeds), |json| {
        let mut document = document.clone();
        document["assets"][NAME]["resourceJson"] = json;
        let Ok(document) = read(document, &library) else {
            return;
        };
        // What is valid is an animation for the renderer, too.
        let json = document.state.assets[NAME].animation.clone().unwrap();
        let vector = Arc::new(Vector::animation(json).unwrap());
        let pictures = HashMap::from([("0-0".to_owned(), Picture::Vector(vector))]);
        let (mut scene, mut frame) = scene(&document.state, fonts.clone());
        for n in FRAMES {
            if let Err(error) = scene.draw(frame_tick(n, 30), &pictures, &mut frame) {
                assert!(error.is_callers_fault(), "{error}");
                assert!(error.to_string().starts_with("item \"0-0\""), "{error}");
            }
        }
    });
}

#[test]
fn any_letters_are_laid_out() {
    let fonts = fonts();
    let seeds = corpus(&kept("texts"));
    each(200, &seeds, &bent_bytes(&seeds), |bytes| {
        let words = String::from_utf8_lossy(&bytes);
        for wraps in [true, false] {
            let item = text(&words, PLACE).with("resizeOnEdit", !wraps);
            let state = film().track([item.at(0, 30)]).state();
            draw(&state, fonts.clone());
        }
    });
}
