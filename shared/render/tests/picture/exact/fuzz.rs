//! Charts and texts, bent: whatever is valid of them is laid out and drawn.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use darkroom_compositor::{Fonts, Scene, YuvFrame};
use darkroom_editor_state::{EditorState, Library, Ratio, frame_tick, output_layout, read};
use darkroom_test_fuzz::{bent_bytes, bent_json, corpus, each};
use serde_json::{Value, json};

use crate::film::{captions, chart, film, text};
use crate::stage::fonts;

const PLACE: [f64; 4] = [4.0, 4.0, 150.0, 80.0];

fn kept(folder: &str) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/picture/corpus");
    corpus.join(folder)
}

/// Draws a frame while the item comes, and one when it is there.
fn draw(state: &EditorState, fonts: Fonts) {
    let size = (state.composition_width, state.composition_height);
    let layout = output_layout(size, Ratio::Custom, 1.0);
    let mut scene = Scene::new(state, layout, fonts, None).unwrap();
    let mut frame = YuvFrame::new_black(layout.width, layout.height);
    for n in [3, 20] {
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

#[test]
fn charts_and_texts_that_are_valid_are_drawn() {
    let (library, fonts) = (Library::default(), fonts());
    let files = corpus(&kept("documents")).into_iter();
    let files = files.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let seeds: Vec<Value> = charts().into_iter().chain(texts()).chain(files).collect();
    each(300, &seeds, &bent_json(&seeds), |document| {
        // What became too large to be drawn by a test is the limits' to refuse.
        if let Ok(document) = read(document, &library) {
            draw(&document.state, fonts.clone());
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
