//! Sizes and times without end are refused, or drawn within the limits.

use serde_json::json;

use crate::{Hostile, SCHEMA, body_of, changed, refused, state, taken};

/// Everything that places a square.
const PLACES: [&str; 7] = [
    "left", "top", "width", "height", "scaleX", "scaleY", "rotation",
];

fn output(size: u32, scale: f64, seconds: f64) -> String {
    let mut body = body_of(state(size, size, seconds));
    body["scale"] = json!(scale);
    body.to_string()
}

pub(crate) fn all() -> Vec<Hostile> {
    let code = "EXPORT_OUTPUT_TOO_LARGE";
    let pixels = "the output would be 15360 x 15360 pixels";
    let mut all = vec![
        refused(
            "scale 8 of 1920 x 1920",
            output(1920, 8.0, 1.0),
            422,
            code,
            pixels,
        ),
        refused(
            "a billion seconds",
            output(50, 1.0, 1e9),
            422,
            "EXPORT_TOO_LONG",
            "shorten the timeline",
        ),
    ];
    let last = changed(|state| {
        state["items"]["square"]["durationTicks"] = json!(9_007_199_254_740_993_u64);
    });
    let says = "past the last one";
    all.push(refused("2^53 + 1 ticks", last, 422, SCHEMA, says));
    for (field, value) in [
        ("compositionWidth", json!(1_000_000_000)),
        ("compositionHeight", json!(0)),
        ("compositionWidth", json!(-50)),
        ("compositionHeight", json!(50.5)),
    ] {
        let (name, path) = (format!("{field} {value}"), format!("/editorState/{field}"));
        let canvas = changed(|state| state[field] = value);
        all.push(refused(name, canvas, 422, SCHEMA, path));
    }
    for number in [0.0, -1.0, 8.0, 1e12, -1e308, 1.7e308] {
        let placed = changed(|state| {
            for place in PLACES {
                state["items"]["square"][place]["value"] = json!(number);
            }
        });
        all.push(taken(format!("{number:e} of everything"), placed));
    }
    all
}
